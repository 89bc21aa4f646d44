"""Claude Code: which of its files wins, rule by rule and mode by mode, and which servers are started."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Inventory
from tests.joins.settled import approvals, called, join, marks, stated

HOME = "laptops/dev/.claude/settings.json"
PROJECT = "laptops/dev/web/.claude/settings.json"
LOCAL = "laptops/dev/web/.claude/settings.local.json"
MANAGED = "laptops/dev/etc/claude-code/managed-settings.json"
DROPPED = "laptops/dev/etc/claude-code/managed-settings.d/"
OWN = "/web/claude-code"
NO_BYPASS: dict[str, object] = {"permissions": {"disableBypassPermissionsMode": "disable"}}
ALLOWED: dict[str, object] = {"permissions": {"allow": ["Bash"]}}
ASKING_BOX = {"enabled": True, "autoAllowBashIfSandboxed": False}


def mode(name: str, **more: object) -> dict[str, object]:
    return {"permissions": {"defaultMode": name}, **more}


def settle(files: dict[str, dict[str, object]]) -> Inventory:
    return join({path: json.dumps(stated) for path, stated in files.items()})


def bash(found: Inventory) -> str | None:
    """Give when the agent of the project asks before Bash."""
    link = called(found, "Bash", OWN)
    if link is None:
        return "denied"
    return next(each.approval for each in found.tools if each.id == link.target)


@pytest.mark.parametrize(
    ("files", "when"),
    [
        # no file states a mode: the plan decides
        ({PROJECT: {}}, "unknown"),
        ({PROJECT: {}, HOME: mode("default")}, "each_call"),
        ({PROJECT: {"disableAutoMode": "disable"}}, "each_call"),
        ({PROJECT: {"permissions": {"disableAutoMode": "disable"}}}, "each_call"),
        ({PROJECT: {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}}, "each_call"),
        # one value: managed, local, project, user
        ({PROJECT: mode("plan"), HOME: mode("bypassPermissions")}, "each_call"),
        ({PROJECT: mode("bypassPermissions"), HOME: mode("default")}, "never"),
        ({PROJECT: mode("bypassPermissions"), LOCAL: mode("default")}, "each_call"),
        ({PROJECT: mode("default"), LOCAL: mode("bypassPermissions")}, "never"),
        ({PROJECT: mode("bypassPermissions"), MANAGED: mode("default")}, "each_call"),
        ({PROJECT: mode("default"), MANAGED: mode("bypassPermissions")}, "never"),
        # of files that are dropped in the later one is stronger, and the file beside them the weakest
        (
            {
                PROJECT: {},
                MANAGED: mode("bypassPermissions"),
                f"{DROPPED}10-all.json": mode("bypassPermissions"),
                f"{DROPPED}20-dev.json": mode("plan"),
            },
            "each_call",
        ),
        # the bypass that a project states: void from a version on that the organisation may require
        ({PROJECT: mode("bypassPermissions"), MANAGED: {"requiredMinimumVersion": "2.1.257"}}, "each_call"),
        ({PROJECT: mode("bypassPermissions"), MANAGED: {"requiredMinimumVersion": "2.1.256"}}, "never"),
        ({PROJECT: mode("bypassPermissions"), HOME: {"requiredMinimumVersion": "2.1.257"}}, "never"),
        ({PROJECT: {}, HOME: mode("bypassPermissions"), MANAGED: {"requiredMinimumVersion": "2.2.0"}}, "never"),
        # switched off in any file
        ({PROJECT: mode("bypassPermissions"), HOME: NO_BYPASS}, "each_call"),
        # auto: void in project and local files, and then not that of the user either
        ({PROJECT: mode("auto"), HOME: mode("bypassPermissions")}, "unknown"),
        ({PROJECT: {}, HOME: mode("auto")}, "unknown"),
        ({PROJECT: {}, HOME: mode("auto"), MANAGED: {"disableAutoMode": "disable"}}, "each_call"),
        # rules add up over the files: deny over ask over allow
        ({PROJECT: {"permissions": {"allow": ["Bash"]}}, HOME: {"permissions": {"deny": ["Bash"]}}}, "denied"),
        ({PROJECT: {"permissions": {"allow": ["Bash"]}}, HOME: {"permissions": {"ask": ["Bash"]}}}, "each_call"),
        ({PROJECT: {"permissions": {"allow": ["Bash"]}}, MANAGED: {"permissions": {"deny": ["*"]}}}, "denied"),
        ({PROJECT: {"permissions": {"deny": ["Bash"]}}, MANAGED: {"permissions": {"allow": ["Bash"]}}}, "denied"),
        ({PROJECT: ALLOWED, MANAGED: {"allowManagedPermissionRulesOnly": True}}, "unknown"),
        ({PROJECT: {"permissions": {"allow": ["Bash"]}, "allowManagedPermissionRulesOnly": True}}, "never"),
        # wildcards in a rule that allows are skipped, in one that denies they are not
        ({PROJECT: {"permissions": {"allow": ["*"], "defaultMode": "default"}}}, "each_call"),
        ({PROJECT: {"permissions": {"deny": ["Ba*"], "defaultMode": "default"}}}, "denied"),
        ({PROJECT: {"permissions": {"deny": ["Bash(rm *)"], "allow": ["Bash(*)"]}}}, "never"),
        # the sandbox lets what runs in it run unasked, also what a rule asks for as a whole
        ({PROJECT: mode("default", sandbox={"enabled": True})}, "never"),
        ({PROJECT: {"permissions": {"ask": ["Bash"]}, "sandbox": {"enabled": True}}}, "never"),
        ({PROJECT: {"permissions": {"ask": ["Bash"]}, "sandbox": ASKING_BOX}}, "each_call"),
        ({PROJECT: mode("default", sandbox={"enabled": True}), MANAGED: {"sandbox": {"enabled": False}}}, "each_call"),
    ],
)
def test_bash(files: dict[str, dict[str, object]], when: str) -> None:
    assert bash(settle(files)) == when


@pytest.mark.parametrize(
    ("files", "key", "effective"),
    [
        ({PROJECT: mode("bypassPermissions")}, "permissions.defaultMode", True),
        ({PROJECT: mode("bypassPermissions"), LOCAL: mode("default")}, "permissions.defaultMode", False),
        ({PROJECT: mode("auto")}, "permissions.defaultMode", False),
        ({PROJECT: mode("free")}, "permissions.defaultMode", False),
        ({PROJECT: {"enableAllProjectMcpServers": True}}, "enableAllProjectMcpServers", True),
        (
            {PROJECT: {"enableAllProjectMcpServers": True}, MANAGED: {"enableAllProjectMcpServers": False}},
            "enableAllProjectMcpServers",
            False,
        ),
        ({PROJECT: {"enabledMcpjsonServers": ["a"]}}, "enabledMcpjsonServers", True),
        ({PROJECT: {"enabledMcpjsonServers": ["a"], "disabledMcpjsonServers": ["a"]}}, "enabledMcpjsonServers", False),
        ({PROJECT: {"allowManagedPermissionRulesOnly": True}}, "allowManagedPermissionRulesOnly", False),
        ({PROJECT: {"autoMode": {"allow": ["all"]}}}, "autoMode.allow", False),
        ({PROJECT: {"permissions": {"allow": ["mcp__*"]}}}, "permissions.allow", False),
        ({PROJECT: {"permissions": {"allow": ["mcp__git__*"]}}}, "permissions.allow", True),
        ({PROJECT: {"permissions": {"allow": ["mcp__git__push(x)"]}}}, "permissions.allow", False),
        ({PROJECT: {"env": {"ANTHROPIC_BASE_URL": "https://m.example"}}}, "env.ANTHROPIC_BASE_URL", True),
        (
            {
                PROJECT: {"env": {"ANTHROPIC_BASE_URL": "https://m.example"}},
                MANAGED: {"env": {"ANTHROPIC_BASE_URL": "https://own.example"}},
            },
            "env.ANTHROPIC_BASE_URL",
            False,
        ),
        ({PROJECT: {"sandbox": {"filesystem": {"disabled": True}}}}, "sandbox.filesystem.disabled", False),
    ],
)
def test_what_a_project_states_takes_effect_or_not(
    files: dict[str, dict[str, object]], key: str, effective: bool
) -> None:
    assert stated(settle(files), key, PROJECT).effective is effective


def test_hooks_of_several_files_add_up_unless_only_managed_ones_count() -> None:
    hooks = {"hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "x"}]}]}}
    key = "hooks.PreToolUse.0.hooks.0.command"
    both = settle({PROJECT: hooks, HOME: hooks})
    assert [each.effective for each in both.settings if each.key == key] == [True, True]
    locked = settle({PROJECT: hooks, MANAGED: {**hooks, "allowManagedHooksOnly": True}})
    assert {each.scope: each.effective for each in locked.settings if each.key == key} == {
        "managed": True,
        "project": False,
    }
    off = settle({PROJECT: {**hooks, "disableAllHooks": True}})
    assert stated(off, key).effective is False


@pytest.mark.parametrize(
    ("files", "controlled_by"),
    [(PROJECT, "repository"), (LOCAL, None), (HOME, "user"), (MANAGED, "organisation")],
)
def test_who_controls_a_setting(files: str, controlled_by: str | None) -> None:
    found = settle({files: {"model": "m"}})
    assert stated(found, "model").controlled_by == controlled_by


GIT = '"git": {"command": "npx", "args": ["-y", "git-mcp@1.0.0"]}'
SERVERS = f'{{"mcpServers": {{{GIT}, "web": {{"url": "https://w.example/mcp"}}}}}}'


@pytest.mark.parametrize(
    ("path", "settings", "left"),
    [
        (PROJECT, {}, {"git", "web"}),
        (PROJECT, {"disabledMcpjsonServers": ["git"]}, {"web"}),
        (HOME, {"deniedMcpServers": [{"serverName": "git"}]}, {"web"}),
        (HOME, {"deniedMcpServers": [{"serverUrl": "https://*.example/*"}]}, {"git"}),
        (HOME, {"deniedMcpServers": [{"serverCommand": ["npx", "-y", "git-mcp@1.0.0"]}]}, {"web"}),
        (HOME, {"deniedMcpServers": [{"serverCommand": ["npx", "-y", "git-mcp@1.0.1"]}]}, {"git", "web"}),
        (MANAGED, {"allowedMcpServers": [{"serverName": "git"}]}, {"git"}),
        # a list that names a command or an address asks for one of servers of that kind
        (MANAGED, {"allowedMcpServers": [{"serverName": "git"}, {"serverCommand": ["x"]}]}, set()),
        (MANAGED, {"allowedMcpServers": [{"serverName": "git"}, {"serverUrl": "https://w.example/*"}]}, {"git", "web"}),
        (MANAGED, {"allowedMcpServers": [{"serverName": "git"}], "deniedMcpServers": [{"serverName": "git"}]}, set()),
    ],
)
def test_servers_that_are_started(path: str, settings: dict[str, object], left: set[str]) -> None:
    found = join({"laptops/dev/web/.mcp.json": SERVERS, PROJECT: "{}", path: json.dumps(settings)})
    links = [each for each in found.links if each.verb == "invokes" and "#" in each.target]
    assert {each.target.split("#")[1].split("/")[0] for each in links} == left


def test_only_the_managed_list_of_servers_counts() -> None:
    own = {"allowedMcpServers": [{"serverName": "web"}]}
    managed = {"allowManagedMcpServersOnly": True, "allowedMcpServers": [{"serverName": "git"}]}
    found = join(
        {"laptops/dev/web/.mcp.json": SERVERS, PROJECT: "{}", HOME: json.dumps(own), MANAGED: json.dumps(managed)}
    )
    links = [each for each in found.links if each.verb == "invokes" and "#" in each.target]
    assert {each.target.split("#")[1].split("/")[0] for each in links} == {"git"}


@pytest.mark.parametrize("managed", ['{"mcpServers": {}}', '{"mcpServers": {"own": {"url": "https://o.example/mcp"}}}'])
def test_managed_servers_are_the_only_ones(managed: str) -> None:
    path = "laptops/dev/etc/claude-code/managed-mcp.json"
    found = join({"laptops/dev/web/.mcp.json": SERVERS, PROJECT: "{}", path: managed})
    links = [each for each in found.links if each.verb == "invokes" and "#" in each.target]
    assert {each.target.split("#")[1].split("/")[0] for each in links} == ({"own"} if "own" in managed else set())
    assert marks(found)[f"{path}#managed-mcp.json"] is True


def test_a_sub_agent_asks_as_its_main_agent_unless_it_says_otherwise() -> None:
    plain = "---\nname: a\ntools: Bash\n---\n"
    found = join({".claude/agents/a.md": plain, ".claude/settings.json": json.dumps(mode("bypassPermissions"))})
    link = called(found, "Bash", "/a")
    assert link is not None
    assert link.gate is None
    assert approvals(found)["Bash"] == "never"
