"""Known servers get their tools and abilities; unknown ones are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nhiassess.formats.reading import read
from nhiassess.joins.channels import JOIN as CHANNELS
from nhiassess.joins.known_servers import JOIN, abilities, described, recogniser, subjects
from nhiassess.joins.sub_agents import JOIN as SUB_AGENTS
from nhiassess.model.inventory import Inventory, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge, KnownServer
from nhiassess.sources.clients.claude_code import SOURCE as CLAUDE
from nhiassess.sources.clients.mcp_clients import SOURCE as CLIENTS
from nhiassess.sources.clients.mcp_manifests import SOURCE as MANIFESTS
from nhiassess.sources.source import ReadFile
from tests.observing import triples

CAPABILITIES = frozenset(
    {"executes_code", "reads_files", "writes_files", "browses_web", "sends_messages", "manages_cloud", "memory"}
    | {"manages_secrets", "writes_code_repository", "reads_code_repository", "queries_database", "unknown"}
    | {"writes_database", "spawns_agents", "pays"}
)
SLACK = KnownServer(
    "chat",
    "Chat",
    ("@acme/chat", "chat.example"),
    {
        "post": {"sends_out": True, "sees_untrusted": False, "capabilities": [["sends_messages", "high"]]},
        "history": {"sends_out": False, "sees_untrusted": True, "reads_private": True, "capabilities": []},
    },
)
SHELL = KnownServer("sh", "Shell", ("sh-mcp",), {"*": {"capabilities": [["executes_code", "high"]]}})
KNOWN = Knowledge(servers=(SLACK, SHELL))


def observe(text: str, path: str = "laptops/dev/.cursor/mcp.json") -> Inventory:
    return CLIENTS.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


def test_known_server_gets_its_tools_in_the_place_of_the_rest() -> None:
    found = JOIN.join(observe('{"mcpServers": {"c": {"command": "npx", "args": ["@acme/chat@1.0.0"]}}}'), KNOWN)
    (server,) = found.tool_servers
    assert server.trust == "known"
    stem = "tool:laptops/dev/.cursor/mcp.json#c"
    assert {each.id: each.sends_out for each in found.tools} == {f"{stem}/history": False, f"{stem}/post": True}
    agent = "agent:cursor/laptops/dev/cursor"
    assert triples(found, "invokes") == {(agent, "invokes", f"{stem}/{name}") for name in ("post", "history")}
    assert triples(found, "served_by") == {(f"{stem}/{name}", "served_by", server.id) for name in ("post", "history")}
    assert {each.name: each.capabilities for each in found.tools}["history"] == ()


def test_unknown_server_is_named_and_its_abilities_are_unknown() -> None:
    found = JOIN.join(observe('{"mcpServers": {"chat": {"command": "node", "args": ["./chat.js"]}}}'), KNOWN)
    assert [each.trust for each in found.tool_servers] == ["unknown"]
    (tool,) = found.tools
    assert (tool.name, tool.capabilities) == ("*", (("unknown", "low"),))
    assert (tool.sees_untrusted, tool.reads_private, tool.sends_out, tool.irreversible) == (None, None, None, None)


def test_a_name_in_the_configuration_proves_nothing() -> None:
    assert recogniser(KNOWN.servers)(subjects(ToolServer("s", name="@acme/chat", command="node x.js"))) == ()
    assert recogniser(KNOWN.servers)(subjects(ToolServer("s", url="https://evil.example/chat.example"))) == ()
    assert recogniser(KNOWN.servers)(subjects(ToolServer("s", url="https://chat.example@evil.example/"))) == ()
    assert recogniser(KNOWN.servers)(subjects(ToolServer("s", url="https://key@chat.example/mcp"))) == (SLACK,)


def test_code_runs_where_its_server_was_started() -> None:
    found = JOIN.join(observe('{"mcpServers": {"s": {"command": "uvx", "args": ["sh-mcp"]}}}'), KNOWN)
    assert triples(found, "executes_on") == {
        ("tool:laptops/dev/.cursor/mcp.json#s/*", "executes_on", "resource:host/laptops/dev")
    }
    assert [each.id for each in found.resources] == ["resource:host/laptops/dev"]
    boxed = ToolServer("s", transport="stdio", command="docker run sh-mcp", package="sh-mcp")
    assert triples(JOIN.join(Inventory(tool_servers=(boxed,)), KNOWN), "executes_on") == set()


@pytest.mark.parametrize(
    ("declared", "known", "told"),
    [
        (True, False, True), (True, None, True), (False, True, True), (False, None, False), (False, False, False),
        (None, True, True), (None, False, False), (None, None, None),
    ],
)  # fmt: skip
def test_declared_harm_stays_and_declared_harmlessness_fills_what_is_open(
    declared: bool | None, known: bool | None, told: bool | None
) -> None:
    tool = Tool("t", sees_untrusted=declared, reads_private=declared, sends_out=declared, irreversible=declared)
    fields = dict.fromkeys(("sees_untrusted", "reads_private", "sends_out", "irreversible"), known)
    filled = described(tool, {**fields, "capabilities": []})
    assert [filled.sees_untrusted, filled.reads_private, filled.sends_out, filled.irreversible] == [told] * 4


def test_declared_capabilities_come_first_and_certain_ones_are_added() -> None:
    declared = (("writes_database", "low"), ("unknown", "low"))
    able = [["pays", "high"], ["memory", "medium"], ["writes_database", "high"]]
    filled = described(Tool("t", capabilities=declared), {"capabilities": able})
    assert filled.capabilities == (("writes_database", "high"), ("unknown", "low"), ("pays", "high"))
    assert described(Tool("t", capabilities=declared), None).capabilities == declared
    assert described(Tool("t"), {"capabilities": able}).capabilities == tuple((name, sure) for name, sure in able)


def test_a_hint_does_not_make_a_known_tool_harmless(shipped: Knowledge) -> None:
    text = """{"result": {"serverInfo": {"name": "cluster"}, "tools": [
 {"name": "kubectl_delete", "inputSchema": {}, "annotations": {"readOnlyHint": true, "openWorldHint": false}},
 {"name": "kubectl_look", "inputSchema": {}, "annotations": {"readOnlyHint": true, "openWorldHint": false}}]}}"""
    listed = MANIFESTS.read([ReadFile("dumps/cluster.json", read("dumps/cluster.json", text.encode(), key=b"test"))])
    (server,) = listed.tool_servers
    nobody = {each.name: each for each in JOIN.join(listed, shipped).tools}
    assert nobody["kubectl_delete"].irreversible is False
    named = Inventory(tool_servers=(replace(server, package="mcp-server-kubernetes"),), tools=listed.tools)
    tools = {each.name: each for each in JOIN.join(named, shipped).tools}
    assert (tools["kubectl_delete"].irreversible, tools["kubectl_delete"].capabilities) == (
        True,
        (("manages_cloud", "high"),),
    )
    assert (tools["kubectl_look"].irreversible, tools["kubectl_look"].sees_untrusted) == (False, False)


def test_longest_pattern_decides() -> None:
    known = KnownServer("k", "K", ("k",), {"get_*": {"n": 1}, "get_me*": {"n": 2}, "get_it": {"n": 3}, "*": {"n": 4}})
    asked = ("get_it", "get_me_all", "get_x", "drop", "*")
    assert [(abilities(name, (known,)) or {}).get("n") for name in asked] == [3, 2, 1, 4, 4]
    assert abilities("x", (SLACK,)) is None


def test_inputs_and_destinations_follow_from_tools() -> None:
    inventory = observe('{"mcpServers": {"c": {"url": "https://chat.example/mcp"}}}')
    found = CHANNELS.join(JOIN.join(inventory, KNOWN), KNOWN)
    stem = "tool:laptops/dev/.cursor/mcp.json#c"
    assert triples(found, "sends_to") == {(f"{stem}/post", "sends_to", "destination:chat")}
    assert triples(found, "taints") == {("input:chat", "taints", "agent:cursor/laptops/dev/cursor")}
    assert [each.trust for each in found.inputs] == ["untrusted"]
    taints = next(each for each in found.links if each.verb == "taints")
    called = next(each for each in found.links if each.target == f"{stem}/history")
    assert taints.locations == called.locations


def test_sub_agents_get_what_they_name() -> None:
    files = {
        ".mcp.json": '{"mcpServers": {"c": {"command": "npx", "args": ["@acme/chat@1.0.0"]}}}',
        ".claude/agents/a.md": "---\nname: a\ntools: mcp__c__post, mcp__c__search\n---\n",
        ".claude/agents/b.md": "---\nname: b\n---\n",
    }
    read_files = [ReadFile(path, read(path, text.encode(), key=b"test")) for path, text in files.items()]
    one, two = CLIENTS.read(read_files[:1]), CLAUDE.read(read_files)
    both = Inventory(
        agents=two.agents,
        tool_servers=one.tool_servers,
        tools=(*one.tools, *two.tools),
        links=(*one.links, *two.links),
        settings=two.settings,
    )
    found = SUB_AGENTS.join(JOIN.join(both, KNOWN), KNOWN)
    called = {
        name: {
            each.target for each in found.links if each.source == f"agent:claude-code/-/{name}" and "#c/" in each.target
        }
        for name in ("a", "b")
    }
    assert called["a"] == {"tool:.mcp.json#c/post", "tool:.mcp.json#c/search"}
    assert called["b"] == {"tool:.mcp.json#c/post", "tool:.mcp.json#c/history"}
