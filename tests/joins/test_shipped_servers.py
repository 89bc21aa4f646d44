"""The servers that are known: well formed, pinned to their publishers, and recognised in the real files."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from nhiassess.joins.channels import JOIN as CHANNELS
from nhiassess.joins.known_servers import JOIN, abilities, recogniser, subjects
from nhiassess.model.inventory import Agent, Inventory, Link, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge
from nhiassess.pipeline import inventory
from tests.joins.test_known_servers import CAPABILITIES
from tests.observing import SHARED, triples


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
