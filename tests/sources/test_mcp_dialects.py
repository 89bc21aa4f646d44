"""Files of MCP clients: whose they are, in which scope, and the tools of the agents that they describe."""

from __future__ import annotations

import pytest

from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory
from nhiassess.sources.clients.mcp_clients import SOURCE
from nhiassess.sources.source import ReadFile

CANARY = "ghp_CANARYfakeFAKEfakeFAKEfake0123456789"
YOLO = '{"general": {"defaultApprovalMode": "yolo"}}'
BASH = '{"permission": {"bash": "allow"}}'
RULE = '[[rule]]\ntoolName = "replace"\ndecision = "allow"\npriority = 1\n'
SERVER = '{"mcpServers": {"a": {"command": "x", "autoApprove": ["go"]}}}'


def observe(path: str, text: str) -> Inventory:
    assert SOURCE.recognises(path, text[:4096]), path
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


@pytest.mark.parametrize(
    ("path", "text", "agent", "scope"),
    [
        ("repos/web/.gemini/settings.json", YOLO, "gemini/repos/web/gemini", "project"),
        ("laptops/dev/.gemini/settings.json", YOLO, "gemini/laptops/dev/gemini", "user"),
        ("laptops/dev/etc/gemini-cli/settings.json", YOLO, "gemini/laptops/dev/gemini", "managed"),
        ("laptops/dev/Library/Application Support/GeminiCli/settings.json", YOLO, "gemini/laptops/dev/gemini",
         "managed"),
        ("laptops/dev/etc/gemini-cli/system-defaults.json", YOLO, "gemini/laptops/dev/gemini", "system"),
        ("laptops/dev/.gemini/trustedFolders.json", '{"/srv/web": "TRUST_FOLDER"}', "gemini/laptops/dev/gemini",
         "user"),
        ("repos/web/opencode.json", BASH, "opencode/repos/web/opencode", "project"),
        ("repos/web/.opencode/opencode.jsonc", BASH, "opencode/repos/web/opencode", "project"),
        ("laptops/dev/.config/opencode/opencode.json", BASH, "opencode/laptops/dev/opencode", "user"),
        ("repos/web/.gemini/policies/all.toml", RULE, "gemini/repos/web/gemini", "project"),
        ("laptops/dev/.gemini/policies/auto-saved.toml", RULE, "gemini/laptops/dev/gemini", "user"),
        ("laptops/dev/etc/gemini-cli/policies/all.toml", RULE, "gemini/laptops/dev/gemini", "managed"),
        ("repos/web/.opencode/agent/review.md", "---\npermission: ask\n---\n", "opencode/repos/web/review",
         "project"),
        ("laptops/dev/.config/opencode/modes/fast.md", "---\npermission: ask\n---\n", "opencode/laptops/dev/fast",
         "user"),
        ("laptops/dev/etc/opencode/opencode.json", BASH, "opencode/laptops/dev/opencode", "managed"),
        ("laptops/dev/etc/claude-code/managed-mcp.json", SERVER, "claude-code/laptops/dev/claude-code", "managed"),
        ("repos/web/.vscode/settings.json", '{"kiroAgent.trustedCommands": ["*"]}', "kiro/repos/web/kiro", "project"),
        ("laptops/dev/.config/Kiro/User/settings.json", '{"kiroAgent.trustedCommands": ["*"]}',
         "kiro/laptops/dev/kiro", "user"),
        ("repos/web/.vscode/settings.json", '{"roo-cline.allowedCommands": ["*"]}', "roo/repos/web/roo", "project"),
        ("laptops/dev/.kiro/settings/permissions.yaml", "rules:\n  - capability: shell\n    effect: allow\n",
         "kiro/laptops/dev/kiro", "user"),
        ("repos/web/.kiro/agents/ops.json", '{"name": "ops", "allowedTools": ["*"]}', "kiro/repos/web/ops", "project"),
        ("laptops/dev/.aws/amazonq/cli-agents/ops.json", '{"name": "ops", "allowedTools": ["*"]}',
         "amazon-q/laptops/dev/ops", "user"),
        ("repos/web/.amazonq/mcp.json", SERVER, "amazon-q/repos/web/amazon-q", "project"),
        ("laptops/dev/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", SERVER,
         "cline/laptops/dev/globalStorage/saoudrizwan.claude-dev/settings/cline", "user"),
    ],
)  # fmt: skip
def test_whose_a_file_is_and_its_scope(path: str, text: str, agent: str, scope: str) -> None:
    settings = observe(path, text).settings
    assert settings
    assert {(each.agent, each.scope) for each in settings} == {(f"agent:{agent}", scope)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("repos/web/etc/settings.json", YOLO),  # no folder of a product
        ("repos/web/.vscode/settings.json", '{"kiro": true, "roo": {"allowedCommands": ["*"]}}'),
        ("repos/web/.gemini/config.json", YOLO),
        ("repos/web/permissions.yaml", "rules:\n  - capability: shell\n"),
        ("repos/web/agents/ops.json", '{"name": "ops", "allowedTools": ["*"]}'),
        ("repos/web/my-opencode.json", BASH),
        ("repos/web/policies/all.toml", RULE),
        ("repos/web/.opencode/command/review.md", "---\npermission: ask\n---\n"),
        ("repos/web/docs/opencode/agents/review.md", "---\npermission: ask\n---\n"),
    ],
)
def test_a_file_of_another_name_is_none_of_a_client(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


def test_settings_of_an_editor_are_of_each_product_that_they_name() -> None:
    found = observe(
        "repos/web/.vscode/settings.json",
        '{"editor.tabSize": 2, "chat.tools.autoApprove": true, "kiroAgent.trustedCommands": ["npm *"],\n'
        ' "roo-cline.allowedCommands": ["git log"], "kiroAgentic": 1}',
    )
    assert {(each.key, each.agent) for each in found.settings} == {
        ("chat.tools.autoApprove", "agent:vscode/repos/web/vscode"),
        ("kiroAgent.trustedCommands", "agent:kiro/repos/web/kiro"),
        ("roo-cline.allowedCommands", "agent:roo/repos/web/roo"),
    }


def test_what_an_administrator_states_in_advance_is_no_agent() -> None:
    found = observe("etc/gemini-cli/settings.json", YOLO)
    assert (found.agents, found.tools) == ((), ())
    assert [each.agent for each in found.settings] == ["agent:gemini/-/gemini"]


def test_managed_servers_say_that_they_are_the_only_ones() -> None:
    found = observe("laptops/dev/etc/claude-code/managed-mcp.json", '{"mcpServers": {}}')
    assert [(each.key, each.value) for each in found.settings] == [("managed-mcp.json", "exclusive")]
    assert found.agents == ()


def test_agent_of_amazon_q_has_the_tools_that_it_names_and_its_shell_runs_on_the_host() -> None:
    path = "repos/web/.amazonq/cli-agents/ops.json"
    found = observe(path, '{"name": "ops", "tools": ["fs_read", "execute_bash", "@git", "@git/status"]}')
    assert [each.name for each in found.tools] == ["execute_bash", "fs_read"]
    assert [(each.source, each.target) for each in found.links if each.verb == "executes_on"] == [
        ("tool:amazon-q/repos/web/ops/execute_bash", "resource:host/repos/web")
    ]
    everything = observe(path, '{"name": "ops", "tools": ["*"]}')
    assert {each.name for each in everything.tools} == {"execute_bash", "fs_read", "fs_write", "use_aws"}


def test_agent_of_kiro_stands_in_json_or_in_the_head_of_a_text() -> None:
    text = "---\nname: reviewer\ntools: [read, shell]\nallowedTools: [read]\n---\nYou review.\n"
    found = observe("repos/web/.kiro/agents/team/reviewer.md", text)
    assert [each.id for each in found.agents] == ["agent:kiro/repos/web/reviewer"]
    assert [each.name for each in found.tools] == ["read", "shell"]
    assert [(each.key, each.value, each.locations[0].line) for each in found.settings] == [
        ("allowedTools", "read", 4),
        ("tools", "read", 3),
        ("tools", "shell", 3),
    ]
    nameless = observe("repos/web/.kiro/agents/team/plain.json", '{"tools": ["read"]}')
    assert [(each.name, each.id) for each in nameless.agents] == [("team/plain", "agent:kiro/repos/web/team%2Fplain")]


def test_agents_of_opencode() -> None:
    found = observe(
        "repos/web/opencode.json",
        """{"permission": {"edit": "ask"}, "agent": {
  "build": {"permission": {"bash": "ask"}},
  "docs": {"mode": "subagent", "model": "a/b", "prompt": "Write.", "permission": {"bash": {"git *": "allow"}}},
  "plan": {"mode": "primary", "permission": {"edit": "deny"}},
  "old": {"disable": true, "permission": {"bash": "allow"}},
  "odd": 3}}""",
    )
    main, docs = "agent:opencode/repos/web/opencode", "agent:opencode/repos/web/docs"
    plan = "agent:opencode/repos/web/plan"
    assert {each.id: each.model for each in found.agents} == {main: None, docs: "a/b", plan: None}
    assert {(each.source, each.target) for each in found.links if each.verb == "delegates_to"} == {(main, docs)}
    stated = {each.key: each.agent for each in found.settings}
    assert stated["agent.build.permission.bash"] == main
    assert stated["agent.docs.permission.bash.git *"] == docs
    assert "agent.docs.prompt" not in stated


def test_agent_of_opencode_that_is_a_text() -> None:
    main = "agent:opencode/repos/web/opencode"
    found = observe("repos/web/.opencode/agents/review.md", "---\nname: reviewer\nmodel: a/b\n---\nRead.\n")
    assert {each.id: each.model for each in found.agents} == {main: None, "agent:opencode/repos/web/reviewer": "a/b"}
    assert [each.target for each in found.links if each.verb == "delegates_to"] == ["agent:opencode/repos/web/reviewer"]
    found = observe("repos/web/.opencode/agents/build.md", "---\npermission: {bash: ask}\n---\n")
    assert [each.id for each in found.agents] == [main]
    assert [(each.key, each.agent) for each in found.settings] == [("agent.build.permission.bash", main)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".opencode/agents/a.md", "---\n[1, 2]\n---\n"),
        (".opencode/agents/a.md", "---\nname: [x]\npermission: [[[]]]\ntools: 3\ndisable: maybe\n---\n"),
        (".gemini/policies/a.toml", 'rule = "x"\n'),
        (".gemini/policies/a.toml", "[[rule]]\ntoolName = 3\npriority = [[1]]\n"),
        ("opencode.json", '{"agent": ["x"], "mode": "y", "permission": null, "mcp": [3]}'),
        (".amazonq/cli-agents/a.json", '{"name": ["a"], "tools": {"x": 1}, "allowedTools": "*", "mcpServers": []}'),
        (".kiro/agents/a.json", '[{"tools": ["*"]}]'),
        (".kiro/agents/a.md", "no front matter at all"),
        (".gemini/trustedFolders.json", "[]"),
        (".kiro/settings/permissions.yaml", "rules: {}\n"),
        ("etc/claude-code/managed-mcp.json", "null"),
        ("etc/gemini-cli/settings.json", '{"security": [[[]]], "tools": "run_shell_command"}'),
    ],
)
def test_another_shape_than_documented_breaks_nothing(path: str, text: str) -> None:
    assert not observe(path, text).tool_servers


def test_secret_in_a_setting_is_never_kept() -> None:
    found = observe(
        "repos/web/opencode.json",
        '{"provider": {"own": {"options": {"baseURL": "https://models.example.org/v1",'
        f' "apiKey": "{CANARY}"}}}}}}}}',
    )
    assert CANARY not in repr(found)
    assert "provider.own.options.baseURL" in {each.key for each in found.settings}
    assert [each.store for each in found.credentials] == ["plaintext"]
