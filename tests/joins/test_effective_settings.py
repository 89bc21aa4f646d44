"""Which settings take effect, and the approvals, gates and sandboxes that follow."""

from __future__ import annotations

import pytest

from nhiassess.joins.effective_settings import JOIN
from nhiassess.model.inventory import Gate, Inventory, Link
from tests.joins.settled import KNOWN, approvals, called, join, marks

MODE = '"defaultMode": "default"'
SERVER = '{"mcpServers": {"git hub": {"command": "npx", "args": ["@modelcontextprotocol/server-github@1.0.0"]}}}'


def claude(permissions: str, more: str = "") -> Inventory:
    stated = permissions if "defaultMode" in permissions else ", ".join(filter(None, (MODE, permissions)))
    return join({"repos/web/.claude/settings.json": f'{{"permissions": {{{stated}}}{more}}}'})


def test_defaults_of_claude_code() -> None:
    found = claude("")
    asked = {"Bash": "each_call", "Edit": "each_call", "Write": "each_call", "WebFetch": "each_call"}
    assert approvals(found) == {**asked, "WebSearch": "each_call", "Read": "never", "Task": "never"}
    link = called(found, "Bash")
    assert link is not None
    assert link.gate == Gate("human_approval", "agent_process", "repos/web/.claude/settings.json", True)
    assert [each.autonomy for each in found.agents] == ["asks"]
    assert [each.sandbox for each in found.agents] == [None]


@pytest.mark.parametrize(
    ("permissions", "bash"),
    [
        ('"allow": ["Bash"]', "never"),
        ('"allow": ["Bash(*)"]', "never"),
        ('"allow": ["Bash"], "ask": ["Bash"]', "each_call"),
        ('"allow": ["Bash"], "ask": ["Bash"], "deny": ["Bash"]', None),
        ('"allow": ["Bash"], "deny": ["Bash(rm:*)"]', "never"),
        ('"allow": ["Bash(ls:*)"]', "each_call"),
        ('"defaultMode": "bypassPermissions"', "never"),
        ('"defaultMode": "bypassPermissions", "ask": ["Bash"]', "each_call"),
        ('"defaultMode": "bypassPermissions", "deny": ["Bash"]', None),
        ('"defaultMode": "bypassPermissions", "disableBypassPermissionsMode": "disable"', "each_call"),
        ('"defaultMode": "acceptEdits"', "each_call"),
        ('"defaultMode": "dontAsk"', None),
        ('"defaultMode": "auto"', "unknown"),
        ('"defaultMode": "manual"', "each_call"),
        ('"defaultMode": "plan"', "each_call"),
        ('"defaultMode": "allowEdits"', "each_call"),
    ],
)
def test_deny_before_ask_before_allow_before_the_mode(permissions: str, bash: str | None) -> None:
    found = claude(permissions)
    assert approvals(found).get("Bash") == bash
    assert (called(found, "Bash") is None) == (bash is None)


def test_the_rule_that_decides_is_the_place_and_controls_the_gate() -> None:
    path = "repos/web/.claude/settings.json"
    link = called(claude('"ask": ["Bash"]'), "Bash")
    assert link is not None
    assert (link.locations[0].path, link.locations[0].column) == (path, 52)
    assert link.gate == Gate("human_approval", "agent_process", path)
    assert link.reason == "may call Bash, asks each time: permissions.ask names Bash"


def test_accepting_edits_covers_the_tools_that_edit() -> None:
    found = approvals(claude('"defaultMode": "acceptEdits"'))
    assert (found["Edit"], found["Write"], found["WebFetch"]) == ("never", "never", "each_call")


def test_a_rule_for_edit_is_one_for_write() -> None:
    found = claude('"deny": ["Edit"]')
    assert {"Edit", "Write"} & set(approvals(found)) == set()


def test_denied_tool_leaves_nothing_behind() -> None:
    found = claude('"deny": ["Bash"]')
    ids = {each.id for each in found.tools}
    assert not [each for each in found.links if each.source.startswith("tool:") and each.source not in ids]


def test_allowed_part_is_a_tool_of_its_own() -> None:
    found = claude('"allow": ["Bash(python3:*)", "Bash(ls:*)", "Read(src/**)"]')
    parts = {each.name: each for each in found.tools if each.name and "(" in each.name}
    assert set(parts) == {"Bash(python3:*)", "Bash(ls:*)"}
    assert {each.approval for each in parts.values()} == {"never"}
    assert parts["Bash(python3:*)"].capabilities == (("executes_code", "high"),)
    link = called(found, "Bash(python3:*)")
    assert link is not None
    assert link.gate is None
    hosts = {each.source.rpartition("/")[2] for each in found.links if each.verb == "executes_on"}
    assert hosts == {"Bash", "Bash(python3:*)"}
    assert [each.autonomy for each in found.agents] == ["auto-approves"]


def test_managed_before_local_before_project_before_user() -> None:
    files = {
        "home/dev/managed-settings.json": '{"permissions": {"ask": ["Edit"]}, "model": "m"}',
        "home/dev/.claude/settings.json": '{"permissions": {"defaultMode": "bypassPermissions"}, "model": "u"}',
        "home/dev/web/.claude/settings.json": '{"permissions": {"defaultMode": "acceptEdits"}, "model": "p"}',
        "home/dev/web/.claude/settings.local.json": '{"permissions": {"defaultMode": "default"}}',
    }
    found = join(files)
    holds = marks(found)
    assert holds["home/dev/web/.claude/settings.local.json#permissions.defaultMode"] is True
    assert holds["home/dev/web/.claude/settings.json#permissions.defaultMode"] is False
    assert holds["home/dev/web/.claude/settings.json#model"] is False
    assert holds["home/dev/managed-settings.json#permissions.ask=Edit"] is True
    web = {
        each.target.rpartition("/")[2]: each for each in found.links if each.source.endswith("home/dev/web/claude-code")
    }
    assert web["Bash"].gate is not None
    assert web["Edit"].gate == Gate("human_approval", "agent_process", "home/dev/managed-settings.json")


def test_managed_settings_switch_the_bypass_off() -> None:
    managed = '{"permissions": {"disableBypassPermissionsMode": "disable", "deny": ["Bash"]}}'
    user = '{"permissions": {"defaultMode": "bypassPermissions", "allow": ["Bash"]}}'
    found = join({"laptops/dev/managed-settings.json": managed, "laptops/dev/.claude/settings.json": user})
    holds = {each.key: each.effective for each in found.settings if each.scope == "user"}
    assert holds == {"permissions.defaultMode": False, "permissions.allow": False}
    assert "Bash" not in approvals(found)
    assert approvals(found)["Edit"] == "each_call"


def test_only_managed_rules() -> None:
    managed = f'{{"permissions": {{{MODE}}}, "allowManagedPermissionRulesOnly": true}}'
    found = join(
        {
            "laptops/dev/managed-settings.json": managed,
            "laptops/dev/.claude/settings.json": '{"permissions": {"allow": ["Bash"]}}',
        }
    )
    assert approvals(found)["Bash"] == "each_call"
    assert {each.effective for each in found.settings if each.key == "permissions.allow"} == {False}


@pytest.mark.parametrize(
    ("rule", "me", "issues"),
    [
        ('"allow": ["mcp__git_hub"]', "never", "never"),
        ('"allow": ["mcp__git_hub__*"]', "never", "never"),
        ('"allow": ["mcp__git_hub__list_issues"]', "each_call", "never"),
        ('"allow": ["mcp__git_hub__list_*"]', "each_call", "never"),
        ('"allow": ["mcp__git"]', "each_call", "each_call"),
        ('"deny": ["mcp__git_hub__list_issues"]', "each_call", None),
    ],
)
def test_rules_for_tools_of_servers(rule: str, me: str, issues: str | None) -> None:
    found = approvals(join({".mcp.json": SERVER, ".claude/settings.json": f'{{"permissions": {{{MODE}, {rule}}}}}'}))
    assert (found["push_files"], found.get("list_issues")) == (me, issues)


def test_server_that_is_not_started() -> None:
    found = join({".mcp.json": SERVER, ".claude/settings.json": '{"disabledMcpjsonServers": ["git hub"]}'})
    assert not [each for each in found.links if each.verb == "invokes" and "#" in each.target]


def test_sandbox_of_claude_code() -> None:
    on = claude("", ', "sandbox": {"enabled": true}')
    link = called(on, "Bash")
    assert link is not None
    assert link.gate == Gate("sandbox", "agent_process", "repos/web/.claude/settings.json")
    assert [each.sandbox for each in on.agents] == ["workspace-write"]
    assert {each.gate.kind for each in on.links if each.verb == "executes_on" and each.gate} == {"sandbox"}
    off = claude('"allow": ["Bash"]', ', "sandbox": {"enabled": false}')
    host = next(each for each in off.links if each.verb == "executes_on")
    assert (host.gate, host.locations[0].column) == (None, 87)
    assert [each.sandbox for each in off.agents] == ["none"]


def test_sub_agent_has_its_own_mode() -> None:
    mode = f'{{"permissions": {{{MODE}}}}}'
    own = "---\nname: a\ntools: Bash\npermissionMode: bypassPermissions\n---\n"
    found = join({".claude/agents/a.md": own, ".claude/settings.json": mode})
    gates = {each.source: each.gate for each in found.links if each.target.endswith("/Bash")}
    assert gates["agent:claude-code/-/a"] is None
    assert gates["agent:claude-code/-/claude-code"] is not None


@pytest.mark.parametrize(
    ("config", "approval", "gate", "autonomy", "sandbox"),
    [
        ('approval_policy = "never"\nsandbox_mode = "danger-full-access"', "never", None, "auto-approves", "none"),
        ('approval_policy = "never"\nsandbox_mode = "read-only"', "never", "sandbox", "asks", "read-only"),
        (
            'approval_policy = "on-request"\nsandbox_mode = "workspace-write"',
            "never",
            "sandbox",
            "asks",
            "workspace-write",
        ),
        ('approval_policy = "on-request"\nsandbox_mode = "danger-full-access"', "unknown", None, "asks", "none"),
        ('approval_policy = "untrusted"', "each_call", "human_approval", "asks", None),
        ('model = "x"', "unknown", None, None, None),
        (
            'profile = "p"\napproval_policy = "untrusted"\n[profiles.p]\napproval_policy = "never"',
            "never",
            None,
            "auto-approves",
            None,
        ),
    ],
)
def test_codex(config: str, approval: str, gate: str | None, autonomy: str | None, sandbox: str | None) -> None:
    found = join({"repos/web/.codex/config.toml": config})
    link = called(found, "shell")
    assert link is not None
    assert approvals(found)["shell"] == approval
    assert (link.gate.kind if link.gate else None) == gate
    assert [(each.autonomy, each.sandbox) for each in found.agents] == [(autonomy, sandbox)]


def test_profile_that_is_not_chosen_has_no_effect() -> None:
    found = join({".codex/config.toml": 'approval_policy = "untrusted"\n[profiles.p]\napproval_policy = "never"'})
    assert {each.key: each.effective for each in found.settings} == {
        "approval_policy": True,
        "profiles.p.approval_policy": False,
    }


def test_required_policies_of_codex() -> None:
    found = join(
        {
            "laptops/dev/etc/codex/requirements.toml": 'allowed_approval_policies = ["untrusted"]',
            "laptops/dev/.codex/config.toml": 'approval_policy = "never"',
        }
    )
    assert {each.effective for each in found.settings if each.key == "approval_policy"} == {False}
    assert approvals(found)["shell"] == "each_call"
    link = called(found, "shell")
    assert link is not None
    assert link.locations[0].path == "laptops/dev/etc/codex/requirements.toml"


@pytest.mark.parametrize(
    ("path", "entry", "approval"),
    [
        (".cursor/mcp.json", '"command": "x"', "each_call"),
        (".kiro/settings/mcp.json", '"command": "x", "autoApprove": ["*"]', "never"),
        (".gemini/settings.json", '"command": "x", "trust": true', "never"),
        (".gemini/settings.json", '"command": "x", "trust": false', "each_call"),
        (".roo/mcp.json", '"command": "x", "alwaysAllow": ["other"]', "each_call"),
    ],
)
def test_lists_of_mcp_clients(path: str, entry: str, approval: str) -> None:
    found = join({path: f'{{"mcpServers": {{"awslabs.x": {{{entry}}}}}}}'})
    assert next(each.approval for each in found.tools if each.name == "*") == approval


def test_named_tools_of_mcp_clients() -> None:
    lists = '"autoApprove": ["list_issues"], "disabledTools": ["push_files"]'
    entry = f'"command": "npx", "args": ["@modelcontextprotocol/server-github"], {lists}'
    found = join({".kiro/settings/mcp.json": f'{{"mcpServers": {{"a": {{{entry}}}}}}}'})
    assert approvals(found)["list_issues"] == "never"
    assert approvals(found)["search_code"] == "each_call"
    assert "push_files" not in approvals(found)


@pytest.mark.parametrize(
    ("permission", "approval"),
    [
        ('{"bash": "ask"}', "each_call"),
        ('{"bash": "deny"}', None),
        ('{"bash": {"*": "ask"}}', "each_call"),
        ("{}", "never"),
    ],
)
def test_opencode(permission: str, approval: str | None) -> None:
    assert approvals(join({"opencode.json": f'{{"permission": {permission}}}'})).get("bash") == approval


def test_agents_of_other_platforms_are_left_alone() -> None:
    link = Link("l", "agent:n8n/-/x", "invokes", "tool:x")
    inventory = Inventory(links=(link,))
    assert JOIN.join(inventory, KNOWN) == inventory
