"""Workloads whose containers serve tools over MCP."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.sources.clusters import kubernetes_workloads
from tests.observing import by_id, observe, place, triples

SERVER = "tool_server:w.yaml#tools/main"


def read(container: str) -> tuple[str, Inventory]:
    text = f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: tools, namespace: ops}}
        spec:
          template:
            spec:
              serviceAccountName: toolbox
              containers:
                - name: main
                  {container}
        """
    return text, observe(kubernetes_workloads.SOURCE, {"w.yaml": text})


def test_a_container_that_serves_tools_is_a_tool_server_with_its_account_and_credentials() -> None:
    text, found = read("""image: ghcr.io/acme/scan:v1
                  args: [serve, --mcp, --mcp-port, "8089"]
                  env: [{name: API_KEY, valueFrom: {secretKeyRef: {name: k, key: x}}}]""")
    server = by_id(found.tool_servers, SERVER)
    assert (server.name, server.transport, server.auth) == ("tools/main", "http", "unknown")
    assert (server.package, server.pinned, server.command) == (
        "ghcr.io/acme/scan:v1",
        False,
        "serve --mcp --mcp-port 8089",
    )
    assert server.locations == (place(text, "main", "w.yaml"),)
    assert (SERVER, "runs_as", "identity:kubernetes/-/ops/toolbox") in triples(found)
    assert (SERVER, "holds", found.credentials[0].id) in triples(found)


@pytest.mark.parametrize(
    ("container", "transport"),
    [
        ("image: 'acme/weather-mcp:1'", None),
        ("image: 'mcp-server-git'", None),
        ("image: 'acme/mcp_server_git@sha256:" + "a" * 64 + "'", None),
        ("args: [mcp, serve, --transport, streamable-http]", "http"),
        ("args: [mcp-server, --transport=sse]", "sse"),
        ("args: [--mcp, --stdio]", "stdio"),
        ("command: [npx, -y, '@acme/weather-mcp@1.2.3']", None),
        ("command: [python, -m, mcp_server_time]", None),
        ("command: [/usr/bin/acme-mcp-server, --port, '80']", "http"),
    ],
)
def test_what_tells_that_a_container_serves_tools(container: str, transport: str | None) -> None:
    _, found = read(container)
    assert [(each.id, each.transport) for each in found.tool_servers] == [(SERVER, transport)]


@pytest.mark.parametrize(
    "container",
    [
        "image: 'acme/web:1'",
        "image: 'acme/mcp-inspector:1'",
        "args: [--mcp-config, /etc/mcp.json]",
        "args: [--tools, 'http://weather-mcp:80']",
        "image: [weather-mcp]",
        "args: {a: --mcp}",
        "args: 7",
    ],
)
def test_what_does_not(container: str) -> None:
    _, found = read(container)
    assert found.tool_servers == ()
