"""Known servers get their tools and abilities; unknown ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.formats.reading import read
from nhiassess.joins.channels import JOIN as CHANNELS
from nhiassess.joins.known_servers import JOIN, abilities, described, recogniser, subjects
from nhiassess.joins.sub_agents import JOIN as SUB_AGENTS
from nhiassess.knowledge.load import load
from nhiassess.model.inventory import Inventory, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge, KnownServer
from nhiassess.sources.claude_code import SOURCE as CLAUDE
from nhiassess.sources.mcp_clients import SOURCE as CLIENTS
from nhiassess.sources.source import ReadFile
from tests.observing import triples

TOP = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    """The tool servers that come with the package."""
    folder = TOP / "frameworks" / "tool_servers"
    return load({f"frameworks/tool_servers/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.yaml"))})


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


def test_what_a_file_declares_stays() -> None:
    tool = Tool("t", irreversible=False, capabilities=(("memory", "high"),))
    fields = {"irreversible": True, "sends_out": True, "capabilities": [["pays", "high"]]}
    filled = described(tool, fields)
    assert (filled.irreversible, filled.sends_out, filled.capabilities) == (False, True, (("memory", "high"),))


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


def test_shipped_servers_are_well_formed(shipped: Knowledge) -> None:
    assert len(shipped.servers) >= 50
    for server in shipped.servers:
        assert server.source, server.id
        assert server.matches, server.id
        for name, fields in server.tools.items():
            assert set(fields) == {"sees_untrusted", "reads_private", "sends_out", "irreversible", "capabilities"}, (
                f"{server.id}/{name}"
            )
            assert all(fields[key] in (True, False, None) for key in fields if key != "capabilities")
            for capability, confidence in fields["capabilities"]:
                assert capability in CAPABILITIES, f"{server.id}/{name}"
                assert confidence in ("high", "medium", "low"), f"{server.id}/{name}"


@pytest.mark.parametrize(
    ("server", "id", "tool", "field", "value"),
    [
        (ToolServer("s", package="@modelcontextprotocol/server-github"), "github", "push_files", "sends_out", True),
        (ToolServer("s", package="ghcr.io/github/github-mcp-server"), "github", "list_issues", "sees_untrusted", True),
        (ToolServer("s", url="https://api.githubcopilot.com/mcp/"), "github", "get_commit", "sends_out", False),
        (ToolServer("s", package="mcp-server-kubernetes"), "kubernetes", "kubectl_delete", "irreversible", True),
        (ToolServer("s", package="awslabs.aws-api-mcp-server"), "aws-api", "call_aws", "irreversible", True),
        (ToolServer("s", package="awslabs.eks-mcp-server"), "aws-labs", "x", "reads_private", True),
        (ToolServer("s", package="mcp-server-fetch"), "fetch", "fetch", "sees_untrusted", True),
        (ToolServer("s", url="https://mcp.sentry.dev/mcp"), "sentry", "search_issues", "sees_untrusted", True),
        (ToolServer("s", url="http://127.0.0.1:3845/mcp"), "figma", "x", "reads_private", True),
        (ToolServer("s", command="gh aw mcp-server"), "github-workflows", "logs", "reads_private", True),
        (ToolServer("s", package="mcp_server_git"), "git", "git_commit", "sends_out", False),
        (ToolServer("s", package="anthropics/claude-code-action@v1"), "claude-code", "Bash(gh *)", "sends_out", True),
    ],
)  # fmt: skip
def test_shipped_servers_are_recognised(
    shipped: Knowledge, server: ToolServer, id: str, tool: str, field: str, value: bool
) -> None:
    found = recogniser(shipped.servers)(subjects(server))
    assert found[0].id == id
    assert (abilities(tool, found) or {}).get(field) is value


@pytest.mark.parametrize(
    ("rule", "capability"),
    [
        ("Bash(python3:*)", "executes_code"), ("Bash(npx:*)", "executes_code"), ("Bash(pytest:*)", "unknown"),
        ("Bash(git status)", "reads_code_repository"), ("Bash(git push:*)", "writes_code_repository"),
        ("Bash(curl:*)", "browses_web"), ("Bash(ls:*)", "reads_files"), ("Edit(src/**)", "writes_code_repository"),
    ],
)  # fmt: skip
def test_parts_of_the_shell(shipped: Knowledge, rule: str, capability: str) -> None:
    fields = abilities(rule, recogniser(shipped.servers)(("claude-code",)))
    assert fields is not None
    assert fields["capabilities"][0][0] == capability
