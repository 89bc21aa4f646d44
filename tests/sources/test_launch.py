"""What the command of a containerised tool server opens of its host."""

from __future__ import annotations

import pytest

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.clients.launch import Word, launch
from nhiassess.sources.clients.mcp_clients import SOURCE
from tests.observing import observe


@pytest.mark.parametrize(
    ("flags", "opened", "why"),
    [
        ("--network host", ["--network=host"], []),
        ("--net=host -i", ["--net=host"], []),
        ("--privileged", ["--privileged=--privileged"], ["every device"]),
        ("--pid=host", ["--pid=host"], ["every process"]),
        ("--cap-add CAP_SYS_ADMIN", ["--cap-add=CAP_SYS_ADMIN"], ["the rights of root"]),
        ("-v /:/host", ["-v=/:/host"], ["the whole file system"]),
        (
            "--mount type=bind,src=/var/run/docker.sock,dst=/run/docker.sock",
            ["--mount=type=bind,src=/var/run/docker.sock,dst=/run/docker.sock"],
            ["the container engine"],
        ),
        ("--network none --cap-drop ALL --cap-add NET_RAW -v ./data:/data", [], []),
        ("--privileged=false", [], []),
    ],
)
def test_a_container_that_opens_its_host_does_not_contain(flags: str, opened: list[str], why: list[str]) -> None:
    line = f"docker run --rm {flags} acme/tools:1.2"
    found = launch([Word(text, Node(text), "args") for text in line.split()])
    assert (found.package, found.contained) == ("acme/tools", not opened)
    assert [f"{flag}={value}" for flag, value, _ in found.opened] == opened
    assert [reason for reason, _ in found.roots] == why


def test_what_opens_the_host_is_a_setting_and_leads_there() -> None:
    text = """{"mcpServers": {"tools": {"command": "docker",
 "args": ["run", "--network", "host", "--privileged", "acme/tools:1"]}}}"""
    found = observe(SOURCE, {".mcp.json": text})
    prefix = "setting:.mcp.json#mcpServers.tools.args."
    assert [(each.id, each.key, each.value, each.locations) for each in found.settings] == [
        (f"{prefix}--network=host", "mcpServers.tools.args.--network", "host", (Location(".mcp.json", 2, 31),)),
        (
            f"{prefix}--privileged=--privileged",
            "mcpServers.tools.args.--privileged",
            "--privileged",
            (Location(".mcp.json", 2, 39),),
        ),
    ]
    (there,) = [link for link in found.links if link.verb == "executes_on"]
    assert (there.target, there.reason) == ("resource:host/-", "its server is given every device of the host")
