"""Known servers get their tools and abilities; unknown ones are named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from nhiassess.formats.reading import read
from nhiassess.joins.channels import JOIN as CHANNELS
from nhiassess.joins.known_servers import JOIN, abilities, described, recogniser, subjects
from nhiassess.joins.sub_agents import JOIN as SUB_AGENTS
from nhiassess.knowledge.load import load
from nhiassess.model.inventory import Agent, Inventory, Link, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge, KnownServer
from nhiassess.pipeline import inventory
from nhiassess.sources.clients.claude_code import SOURCE as CLAUDE
from nhiassess.sources.clients.mcp_clients import SOURCE as CLIENTS
from nhiassess.sources.clients.mcp_manifests import SOURCE as MANIFESTS
from nhiassess.sources.source import ReadFile
from tests.observing import SHARED, triples

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


def test_shipped_servers_are_well_formed(shipped: Knowledge) -> None:
    for server in shipped.servers:
        assert re.match(r"https://[\w.-]+\.\w+(?:/|$)", server.source or ""), server.id
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
        (ToolServer("s", package="awslabs.eks-mcp-server"), "aws-eks", "x", "reads_private", True),
        (ToolServer("s", package="mcp-server-fetch"), "fetch", "fetch", "sees_untrusted", True),
        (ToolServer("s", url="https://mcp.sentry.dev/mcp"), "sentry", "search_issues", "sees_untrusted", True),
        (ToolServer("s", url="http://127.0.0.1:3845/mcp"), "figma", "x", "reads_private", True),
        (ToolServer("s", command="gh aw mcp-server"), "github-workflows", "logs", "reads_private", True),
        (ToolServer("s", command="/opt/bin/github-mcp-server stdio"), "github", "create_gist", "sends_out", True),
        (ToolServer("s", package="docker.io/mcp/fetch:latest@sha256:0af"), "fetch", "fetch", "sends_out", True),
        (ToolServer("s", url="https://aws-mcp.us-east-1.api.aws/mcp"), "aws-api", "call_aws", "irreversible", True),
        (ToolServer("s", url="https://docs.mcp.cloudflare.com/sse"), "cloudflare", "x", "reads_private", True),
        (ToolServer("s", package="github:chigwell/telegram-mcp"), "telegram", "x", "sends_out", True),
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


def test_shipped_servers_are_many(shipped: Knowledge) -> None:
    sources = {server.source for server in shipped.servers}
    assert len(shipped.servers) >= 400
    assert len(sources) >= 390


# a platform has several servers: each lists other tools
PLATFORMS = frozenset(
    {"azure-pipelines", "circleci", "github-actions", "gitlab-ci", "jenkins", "langchain", "langgraph", "m365-copilot"}
)


def test_shipped_patterns_pin_their_publisher(shipped: Knowledge) -> None:
    often = Counter(pattern for server in shipped.servers for pattern in server.matches)
    assert {pattern for pattern, times in often.items() if times > 1} == PLATFORMS
    for pattern in often:
        assert pattern == pattern.lower()
        assert not set(pattern) & set("?[]_ ") or pattern.startswith(("program:", "connector/")) or "/" in pattern
        # a star stands for a part of a name below a domain, or for the rest of a path below one
        assert re.fullmatch(r"[^*]+|(?:\*\.|aws-mcp\.\*\.)[^*]*(?:\*\.[^*]+\.[^*]+)?(?:/\*)?|[^*]+/\*", pattern), (
            pattern
        )
        # names without a scope are the publisher's in one registry only
        if pattern.startswith(("npm:", "pypi:")):
            assert "/" not in pattern


def started(pattern: str) -> ToolServer:
    """Make a server that goes by a pattern."""
    registry, _, name = pattern.partition(":")
    if registry == "program":
        return ToolServer("s", command=f"/usr/local/bin/{name} --verbose")
    if registry in ("npm", "pypi"):
        return ToolServer("s", package=name, command=f"{'npx -y' if registry == 'npm' else 'uvx'} {name}@1.2.3")
    if pattern.startswith("github.com/"):
        return ToolServer("s", package=f"git+https://{pattern}.git@v1", command="uvx --from x")
    if re.match(r"[\w*.-]+\.\w+(?:[:/]|$)|localhost:", pattern) and not re.match(
        r"(?:ghcr|quay|mcr|docker)\.", pattern
    ):
        return ToolServer("s", url=f"https://{pattern.replace('*', 'any')}?key=1")
    return ToolServer("s", package=f"{pattern}@1.2.3")


def test_shipped_patterns_work(shipped: Knowledge) -> None:
    recognise = recogniser(shipped.servers)
    for server in shipped.servers:
        for pattern in server.matches:
            found = {each.id for each in recognise(subjects(started(pattern)))} | {
                each.id for each in recognise(subjects(ToolServer("s", package=pattern)))
            }
            assert server.id in found, pattern


@pytest.mark.parametrize(
    "server",
    [
        ToolServer("s", package="@acme/github-mcp"),
        ToolServer("s", package="@acme/server-github"),
        ToolServer("s", package="github-mcp-server", command="npx -y github-mcp-server"),
        ToolServer("s", package="ghcr.io/acme/github-mcp-server:v1"),
        ToolServer("s", package="server-memory", command="npx -y server-memory"),
        # names that the publisher has in the other registry only
        ToolServer("s", package="mcp-server-git", command="npx -y mcp-server-git"),
        ToolServer("s", package="mongodb-mcp-server", command="uvx mongodb-mcp-server"),
        ToolServer("s", package="mcp-server-fetch", command="cmd /c npx.cmd mcp-server-fetch"),
        # anybody may begin a name so, and somebody did
        ToolServer("s", package="awslabs.aws-dms-mcp-server", command="uvx awslabs.aws-dms-mcp-server"),
        # packages of others than those that write the servers of these names
        ToolServer("s", package="telegram-mcp", command="uvx telegram-mcp"),
        ToolServer("s", package="postmark-mcp", command="npx postmark-mcp"),
        ToolServer("s", package="git+https://github.com/acme/telegram-mcp"),
        ToolServer("s", package="git+https://github.com.evil.example/chigwell/telegram-mcp"),
        ToolServer("s", package="git+https://github.com/chigwell/telegram-mcp-plus"),
        ToolServer("s", command="npx-mcp-server-git"),
        ToolServer("s", url="https://mcp.sentry.dev.evil.example/mcp"),
        ToolServer("s", url="https://evil.example/mcp.sentry.dev"),
        ToolServer("s", url="https://evil.example\\@mcp.sentry.dev/mcp"),
        ToolServer("s", url="https://mcp.sentry.dev@evil.example/mcp"),
        ToolServer("s", url="https://evil.example/x.mcp.cloudflare.com"),
        ToolServer("s", url="https://evilmcp.cloudflare.com/"),
        ToolServer("s", url="https://aws-mcp.evil.example/.api.aws"),
        ToolServer("s", url="https://gitlab.com/acme/tools/-/raw/main/mcp"),
        ToolServer("s", url="https://learn.microsoft.com/"),
        ToolServer("s", url="https://evil.example/x.myshopify.com/api/mcp"),
    ],
    ids=lambda server: server.url or server.command or server.package,
)  # fmt: skip
def test_look_alikes_stay_unknown(shipped: Knowledge, server: ToolServer) -> None:
    (found,) = JOIN.join(Inventory(tool_servers=(server,)), shipped).tool_servers
    assert found.trust == "unknown"


def test_a_tool_of_a_platform_speaks_with_the_server_that_lists_it(shipped: Knowledge) -> None:
    listed = Inventory(
        agents=(Agent("agent:m365-copilot/-/hr", "hr", "m365-copilot"),),
        tools=(Tool("tool:m365-copilot/-/hr/EmailActions", None, "EmailActions"),),
        links=(Link("l", "agent:m365-copilot/-/hr", "invokes", "tool:m365-copilot/-/hr/EmailActions"),),
    )
    found = CHANNELS.join(JOIN.join(listed, shipped), shipped)
    assert triples(found, "sends_to") == {
        ("tool:m365-copilot/-/hr/EmailActions", "sends_to", "destination:m365-outlook")
    }
    assert triples(found, "taints") == {("input:m365-outlook", "taints", "agent:m365-copilot/-/hr")}


# whose descriptions are of agents and plugins of one's own, or are read by others
OF_TOOL_SERVERS = ("claude_code", "github_actions", "k8s_agent_crd", "k8s_rbac", "mcp")
TEMPLATES = "mcp/davila7__claude-code-templates/cli-tool/"
# what starts it, and why nobody knows it
UNKNOWN = {
    # somebody's own image, service, script or project
    "github_actions/google-gemini__gemini-cli/.github/workflows/gemini-automated-issue-dedup.yml#issue_deduplication",
    "k8s_agent_crd/kagent-dev__kagent/contrib/tools/k8sgpt-mcp-server/k8sgpt-remote-mcpserver.yaml#k8sgpt-mcp-server",
    "k8s_agent_crd/kagent-dev__kagent/contrib/tools/mcpserver-custom-registry-example.yaml#example-with-custom-registry",
    "k8s_agent_crd/stacklok__toolhive/examples/mcpserver-with-audit.yaml#example-server-with-audit",
    "mcp/00Green27__instapaper-mcp/.vscode/mcp.json#instapaper-mcp",
    "mcp/0GiS0__mcp-server-azure-function/.vscode/mcp.json#azure-function-mcp",
    "mcp/0GiS0__mcp-server-azure-function/.vscode/mcp.json#remote-mcp-azure-function",
    "mcp/8b-is__smart-tree/.mcp.json#st-http",
    "mcp/Alzarak__Kali-Linux-MCP/claude_desktop_config.json#kali-security",
    "mcp/Alzarak__Kali-Linux-MCP/mcp-config-production.json#kali-security",
    "mcp/Alzarak__Kali-Linux-MCP/mcp-config.json#kali-security",
    "mcp/Apillon__mcp-server/claude_desktop_config.json#apillon-mcp-server",
    "mcp/Azure-Samples__remote-mcp-functions-python/.vscode/mcp.json#local-mcp-function",
    "mcp/Azure-Samples__remote-mcp-functions-python/.vscode/mcp.json#remote-mcp-function",
    "mcp/CloudSecurityAlliance__SecID/plugins/secid/.mcp.json#secid",
    "mcp/google-gemini__gemini-cli/packages/cli/src/commands/extensions/examples/mcp-server/gemini-extension.json#nodeServer",
    "mcp/microsoft__agent-governance-toolkit/agent-governance-claude-code/.mcp.json#agt_governance",
    "mcp/microsoft__agent-governance-toolkit/examples/opencode-agt/opencode.json#agt-governance",
    *(f"{TEMPLATES}templates/go/.mcp.json#{name}" for name in ("archer", "gin", "go-sdk")),
    *(f"{TEMPLATES}templates/ruby/.mcp.json#{name}" for name in ("bundler", "rails-docs", "ruby-docs", "rubygems")),
    *(f"{TEMPLATES}templates/rust/.mcp.json#{name}" for name in ("rust-sdk", "substrate")),
    f"{TEMPLATES}templates/python/.mcp.json#python-sdk",
    # local copies of servers that are known, by a path that anything may lie at
    *(
        f"{TEMPLATES}templates/javascript-typescript/.mcp.json#{name}"
        for name in ("filesystem", "github", "puppeteer", "slack", "typescript-sdk")
    ),
    # programs and modules by names that no server of that name has
    *(
        f"{TEMPLATES}templates/{language}/.mcp.json#{name}"
        for language in ("common", "go", "javascript-typescript", "python", "rust")
        for name in ("brave-search", "google-maps", "memory-bank")
    ),
    f"{TEMPLATES}templates/python/.mcp.json#jupyter",
    f"{TEMPLATES}templates/python/.mcp.json#postgresql",
    # a placeholder stands where the program should
    f"{TEMPLATES}components/mcps/devtools/azure-kubernetes-service.json#aks",
    # an image that GitHub does not publish; a name that the publisher has in another registry
    "k8s_agent_crd/stacklok__toolhive/examples/operator/mcp-server-entries/mcpserverentry_mixed_group.yaml#github-mcp",
    f"{TEMPLATES}components/mcps/database/mysql-integration.json#mysql",
    # products of few users, not looked at
    f"{TEMPLATES}components/mcps/devtools/5dive-mcp.json#5dive",
    f"{TEMPLATES}components/mcps/devtools/agentplat-docs.json#agentplat-docs",
}


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not beside this checkout")
def test_unknown_servers_of_the_corpus_are_those_that_nobody_else_has() -> None:
    servers = inventory(SHARED / "corpus", "2026-11-27").inventory.tool_servers
    found = [each for each in servers if each.id.removeprefix("tool_server:").split("/")[0] in OF_TOOL_SERVERS]
    assert {each.id.removeprefix("tool_server:") for each in found if each.trust == "unknown"} - UNKNOWN == set()
    assert len(UNKNOWN) <= 55
    assert sum(each.trust == "known" for each in found) >= 122
