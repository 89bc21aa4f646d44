"""MCP clients: each dialect read from an inline sample, and the corpus where it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.formats.encodings import decode
from nhiassess.formats.format import Node
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients.launch import launch, split, wide
from nhiassess.sources.clients.mcp_clients import SOURCE
from nhiassess.sources.clients.mcp_manifests import SOURCE as MANIFESTS
from nhiassess.sources.source import ReadFile

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
CANARY = "ghp_CANARYfakeFAKEfakeFAKEfake0123456789"


def observe(path: str, text: str) -> Inventory:
    assert SOURCE.recognises(path, text[:4096]), path
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


def started(line: str) -> tuple[str | None, bool | None]:
    found = launch(split(Node(line), "command"))
    return found.package, found.pinned


@pytest.mark.parametrize(
    ("line", "package", "pinned"),
    [
        ("npx -y @acme/server@1.4.2", "@acme/server", True),
        ("npx -y @acme/server@latest", "@acme/server", False),
        ("npx -y @acme/server", "@acme/server", False),
        ("npx @acme/server@^1.4.2", "@acme/server", False),
        ("npx -y --package @acme/tools@2.0.0 acme-server", "@acme/tools", True),
        ("pnpm dlx @acme/server@1.4.2", "@acme/server", True),
        ("cmd /c npx -y @acme/server@1.4.2", "@acme/server", True),
        ("env A=b npx -y @acme/server@1.4.2", "@acme/server", True),
        ("uvx acme-server==1.2", "acme-server", True),
        ("uvx acme-server@1.2.0", "acme-server", True),
        ("uvx --from acme-server@latest run", "acme-server", False),
        ("uvx --python 3.13 acme-server", "acme-server", False),
        ("uvx --from git+https://github.com/acme/server@0123456789012345678901234567890123456789 run",
         "git+https://github.com/acme/server", True),
        ("dnx Acme.Server@0.105.0 --yes", "Acme.Server", True),
        ("docker run -i --rm -e TOKEN ghcr.io/acme/server:1.2", "ghcr.io/acme/server", True),
        ("docker run -i --rm ghcr.io/acme/server:latest", "ghcr.io/acme/server", False),
        ("docker run -i --rm ghcr.io/acme/server", "ghcr.io/acme/server", False),
        ("docker run --rm localhost:5000/acme/server@sha256:abc", "localhost:5000/acme/server", True),
        ("docker run --rm ghcr.io/acme/server:${VERSION}", "ghcr.io/acme/server", None),
        ("docker mcp gateway run", None, None),
        ("node ./server.js", None, None),
        ("npx ./local", None, None),
        ("python -m acme_server", "acme_server", None),
        ("acme-server", None, None),
    ],
)  # fmt: skip
def test_package_and_pin(line: str, package: str | None, pinned: bool | None) -> None:
    assert started(line) == (package, pinned)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/", "the whole file system"), ("D:\\", "the whole file system"), ("~", "a home folder"),
        ("${HOME}", "a home folder"), ("%USERPROFILE%", "a home folder"), ("C:\\Users\\dev", "a home folder"),
        ("/home/dev/.ssh", "a folder of keys"), ("/var/run/docker.sock", "the container engine"),
        ("/home/dev/project", None), ("./data", None), ("C:\\Zoll\\Akten", None),
    ],
)  # fmt: skip
def test_wide_folders(path: str, why: str | None) -> None:
    assert wide(path) == why


def test_servers_with_credentials_transport_and_places() -> None:
    found = observe(
        "repos/web/.cursor/mcp.json",
        """{
  "mcpServers": {
    "github": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-github@2025.4.8"],
      "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "@canary@", "MAX_TOKENS": "4000"}
    },
    "search": {"url": "http://search.example/sse", "headers": {"Authorization": "Bearer ${SEARCH_TOKEN}"}},
    "db": {"command": "npx", "args": ["dbtool", "postgresql://app:hunter2fake@db.example/app"]},
    "maps": {"command": "npx", "args": ["maps@1.0.0"], "env": {"MAPS_API_KEY": "YOUR_MAPS_API_KEY_HERE"}}
  }
}""".replace("@canary@", CANARY),
    )
    path = "repos/web/.cursor/mcp.json"
    (agent,) = found.agents
    assert (agent.id, agent.platform) == ("agent:cursor/repos/web/cursor", "cursor")
    assert agent.locations == (Location(path, 2, 3),)
    servers = {each.name: each for each in found.tool_servers}
    assert servers["github"].package == "@modelcontextprotocol/server-github"
    assert servers["github"].pinned is True
    assert servers["github"].auth is None
    assert servers["github"].locations == (Location(path, 3, 5), Location(path, 5, 22))
    assert (servers["search"].transport, servers["search"].auth) == ("sse", "bearer")
    assert servers["search"].url == "http://search.example/sse"
    held = {each.id.split("#")[1]: each for each in found.credentials}
    assert {key: value.store for key, value in held.items()} == {
        "mcpServers.github.env.GITHUB_PERSONAL_ACCESS_TOKEN": "plaintext",
        "mcpServers.search.headers.Authorization": "env_reference",
        "mcpServers.db.args.1": "plaintext",
    }
    assert held["mcpServers.github.env.GITHUB_PERSONAL_ACCESS_TOKEN"].locations == (Location(path, 6, 47),)
    verbs = {(each.source, each.verb, each.target) for each in found.links}
    server = f"tool_server:{path}#github"
    assert (agent.id, "invokes", f"tool:{path}#github/*") in verbs
    assert (f"tool:{path}#github/*", "served_by", server) in verbs
    assert (server, "holds", f"credential:{path}#mcpServers.github.env.GITHUB_PERSONAL_ACCESS_TOKEN") in verbs
    assert CANARY not in repr(found)
    assert "hunter2fake" not in repr(found)


def test_disabled_server_gives_the_setting_and_its_literal_secrets_only() -> None:
    found = observe(
        ".cursor/mcp.json",
        '{"mcpServers": {"old": {"url": "http://old.example/mcp", "disabled": true,'
        f' "headers": {{"Authorization": "Bearer {CANARY}"}}}}}}}}',
    )
    assert not any((found.tool_servers, found.tools, found.links))
    (setting,) = found.settings
    assert (setting.id, setting.value) == ("setting:.cursor/mcp.json#mcpServers.old.disabled", "true")
    assert [each.store for each in found.credentials] == ["plaintext"]


@pytest.mark.parametrize(
    ("path", "text", "agent", "server"),
    [
        (".vscode/mcp.json", '{"servers": {"a": {"type": "http", "url": "https://a.example/mcp"},},}', "vscode", "a"),
        (".vscode/settings.json", '{"mcp": {"servers": {"a": {"command": "x"}}}}', "vscode", "a"),
        (".zed/settings.json", '{"context_servers": {"a": {"command": {"path": "x", "args": ["y"]}}}}', "zed", "a"),
        ("opencode.jsonc", '{"mcp": {"a": {"type": "local", "command": ["npx", "a-mcp"]}}}', "opencode", "a"),
        (".gemini/settings.json", '{"mcpServers": {"a": {"httpUrl": "https://a.example"}}}', "gemini", "a"),
        (".kiro/settings/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}', "kiro", "a"),
        (".roo/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}', "roo", "a"),
        (".claude.json", '{"projects": {"/srv/x": {"mcpServers": {"a": {"command": "x"}}}}}', "claude-code", "a"),
        (".mcp.json", '{"a": {"type": "http", "url": "https://a.example"}}', "claude-code", "a"),
        (".continue/config.yaml", "mcpServers:\n  - name: a\n    command: x\n", "continue", "a"),
        ("goose/config.yaml", "extensions:\n  a:\n    type: stdio\n    cmd: uvx\n    args: [a-mcp]\n", "goose", "a"),
        ("mcp_agent.config.yaml", "mcp:\n  servers:\n    a:\n      command: uvx\n", "mcp-agent", "a"),
        (".windsurf/mcp_config.json", '{"mcpServers": {"a": {"serverUrl": "https://a.example"}}}', "windsurf", "a"),
    ],
)  # fmt: skip
def test_dialects(path: str, text: str, agent: str, server: str) -> None:
    found = observe(path, text)
    assert [each.platform for each in found.agents] == [agent]
    assert [each.name for each in found.tool_servers] == [server]


def test_amazon_q_agent_is_named_by_its_file() -> None:
    found = observe(
        "repos/web/.amazonq/cli-agents/ops.json",
        '{"name": "ops", "mcpServers": {"git": {"command": "x"}}, "allowedTools": ["@git/git_status", "fs_read"]}',
    )
    assert [each.id for each in found.agents] == ["agent:amazon-q/repos/web/ops"]
    assert [each.value for each in found.settings] == ["@git/git_status", "fs_read"]


def test_lists_of_tools_become_settings_and_tools() -> None:
    found = observe(
        ".kiro/settings/mcp.json",
        '{"mcpServers": {"a": {"command": "x", "autoApprove": ["read"]}, '
        '"b": {"command": "y", "allowed_tools": ["one"]}}}',
    )
    assert {each.id.split("#")[1] for each in found.tools} == {"a/read", "a/*", "b/one"}
    assert [each.id.split("#")[1] for each in found.settings] == [
        "mcpServers.a.autoApprove=read",
        "mcpServers.b.allowed_tools=one",
    ]


def test_wide_root_reaches_the_host() -> None:
    found = observe(
        "laptops/dev/claude_desktop_config.json",
        '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "files-mcp", "/"]},'
        ' "boxed": {"command": "docker", "args": ["run", "-v", "/home/dev/.ssh:/keys:ro", "boxed:1.0"]}}}',
    )
    reasons = {(each.source.rsplit("#")[1], each.reason) for each in found.links if each.verb == "executes_on"}
    assert reasons == {
        ("files/*", "its server is given the whole file system of the host"),
        ("boxed/*", "its server is given a folder of keys of the host"),
    }
    assert [each.id for each in found.resources] == ["resource:host/laptops/dev"]


def test_bridge_connects_to_an_address() -> None:
    found = observe(
        ".mcp.json",
        '{"mcpServers": {"x": {"command": "npx", "args": ["-y", "mcp-remote@0.1.29", "https://x.example/sse",'
        ' "--header", "Authorization: Bearer ${TOKEN}"]}}}',
    )
    (server,) = found.tool_servers
    assert (server.transport, server.url, server.auth, server.pinned) == (
        "sse",
        "https://x.example/sse",
        "bearer",
        True,
    )
    assert [each.store for each in found.credentials] == ["env_reference"]


def test_script_from_the_network_is_kept_as_the_command() -> None:
    found = observe(
        ".mcp.json",
        '{"mcpServers": {"x": {"command": "bash", "args": ["-c", "curl -fsSL https://x.example/i.sh | sh"]}}}',
    )
    (server,) = found.tool_servers
    assert server.command == "bash -c curl -fsSL https://x.example/i.sh | sh"
    assert (server.package, server.pinned) == (None, None)


def test_servers_of_no_client_have_no_agent() -> None:
    text = '{"mcpServers": {"a": {"command": "npx", "args": ["a-mcp"]}}}'
    copied = observe("components/a.json", text)
    assert not any((copied.agents, copied.tools))
    assert [each.name for each in copied.tool_servers] == ["a"]


def test_entry_without_command_or_address_is_named() -> None:
    found = observe(".mcp.json", '{"mcpServers": {"a": {"note": "later"}, "_comment": "none yet"}}')
    assert [each.reason for each in found.skipped] == ["the server a names neither a command nor an address"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "x", "servers": "none"}'),
        (".vscode/settings.json", '{"editor.formatOnSave": true}'),
        (".zed/settings.json", '{"lsp": {}}'),
        ("openapi.json", '{"openapi": "3.1.0", "servers": [{"url": "https://api.example"}]}'),
        (".claude/settings.json", '{"mcpServers": {}}'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


def test_registry_manifest() -> None:
    text = """{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
 "name": "io.example/files", "packages": [
  {"registryType": "npm", "identifier": "@example/files", "version": "1.2.3", "transport": {"type": "stdio"}}],
 "remotes": [{"type": "streamable-http", "url": "https://files.example/mcp",
  "headers": [{"name": "X-Key", "isSecret": true}]}]}"""
    assert MANIFESTS.recognises("server.json", text)
    found = MANIFESTS.read([ReadFile("server.json", read("server.json", text.encode(), key=b"test"))])
    local, remote = found.tool_servers
    assert (local.package, local.pinned, local.auth) == ("@example/files", True, None)
    assert (remote.url, remote.auth, remote.transport) == ("https://files.example/mcp", "key", "http")


def test_tool_list_gives_declared_annotations() -> None:
    text = """{"jsonrpc": "2.0", "id": 1, "result": {"tools": [
  {"name": "look", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true, "openWorldHint": false}},
  {"name": "drop", "inputSchema": {"type": "object"}, "annotations": {"destructiveHint": true}},
  {"name": "bare", "inputSchema": {"type": "object"}}]}}"""
    assert MANIFESTS.recognises("dumps/files.json", text)
    found = MANIFESTS.read([ReadFile("dumps/files.json", read("dumps/files.json", text.encode(), key=b"test"))])
    tools = {each.name: each for each in found.tools}
    assert (tools["look"].irreversible, tools["look"].sees_untrusted, tools["look"].sends_out) == (False, False, False)
    assert (tools["drop"].irreversible, tools["drop"].sees_untrusted) == (True, None)
    assert tools["bare"].irreversible is None
    assert tools["drop"].locations == (Location("dumps/files.json", 3, 12),)


# servers, of which switched off, and credentials: counted by reading each file
COUNTED = {
    "mcp/dotnet__aspire/.vscode/mcp.json": (3, 0, 0),
    "mcp/prowler-cloud__prowler/claude_plugins/prowler/.mcp.json": (1, 0, 1),
    "mcp/davila7__claude-code-templates/cli-tool/templates/ruby/.mcp.json": (4, 3, 0),
    "mcp/awslabs__mcp/src/aurora-dsql-mcp-server/kiro_power/mcp.json": (1, 1, 0),
    "mcp/15cm__obsidian-rest-mcp/.vscode/mcp.json": (1, 0, 1),
    "mcp/0GiS0__mcp-server-azure-function/.vscode/mcp.json": (2, 0, 1),
    "mcp/github__github-mcp-server/gemini-extension.json": (1, 0, 1),
    "mcp/microsoft__agent-governance-toolkit/examples/opencode-agt/opencode.json": (1, 0, 0),
    "mcp/lastmile-ai__mcp-agent/examples/usecases/mcp_github_to_slack_agent/mcp_agent.config.yaml": (2, 0, 0),
    "mcp/lastmile-ai__mcp-agent/examples/usecases/mcp_supabase_migration_agent/mcp_agent.config.yaml": (2, 0, 1),
    "mcp/upstash__context7/gemini-extension.json": (1, 0, 1),
    "mcp/cline__cline/apps/cli/src/tests/configs/default/data/settings/cline_mcp_settings.json": (0, 0, 0),
    "mcp/a2aproject__a2a-js/.gemini/settings.json": (0, 0, 0),
    "mcp/Alzarak__Kali-Linux-MCP/claude_desktop_config.json": (2, 0, 0),
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize("path", sorted(COUNTED))
def test_corpus_counts(path: str) -> None:
    content = (CORPUS / path).read_bytes()
    found = SOURCE.read([ReadFile(path, read(path, content, key=b"test"))])
    off = [each for each in found.settings if (each.key or "").endswith((".disabled", ".enabled"))]
    assert (len(found.tool_servers), len(off), len(found.credentials)) == COUNTED[path]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus_is_read_and_places_hold_what_is_claimed() -> None:
    seen = 0
    for file in sorted((CORPUS / "mcp").rglob("*")):
        if not file.is_file():
            continue
        path, content = file.relative_to(CORPUS).as_posix(), file.read_bytes()
        if not SOURCE.recognises(path, decode(path, content)[:4096]):
            continue
        seen += 1
        document = read(path, content, key=b"test")
        lines = document.text.split("\n")
        found = SOURCE.read([ReadFile(path, document)])
        for server in found.tool_servers:
            key = server.locations[0]
            assert (server.name or "") in lines[key.line - 1][key.column - 1 :], server.id
            rest = [lines[place.line - 1][place.column - 1 :] for place in server.locations[1:]]
            for claimed in (server.package, server.url):
                assert claimed is None or any(claimed.rpartition("/")[2] in each for each in rest), server.id
        for setting in found.settings:
            place = setting.locations[0]
            assert (setting.value or "") in lines[place.line - 1][place.column - 1 :], setting.id
    assert seen >= 75
