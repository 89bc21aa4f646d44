"""Gemini CLI: its lists of tools and servers, trust in both, the mode, files of the system, policies."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Inventory
from tests.joins.settled import called, join, stated, tool

HOME = "laptops/dev/.gemini/settings.json"
PROJECT = "laptops/dev/src/web/.gemini/settings.json"
SYSTEM = "laptops/dev/etc/gemini-cli/settings.json"
DEFAULTS = "laptops/dev/etc/gemini-cli/system-defaults.json"
FOLDERS = "laptops/dev/.gemini/trustedFolders.json"
OWN = "/src/web/gemini"
Stated = dict[str, object]


def server(**more: object) -> Stated:
    return {"mcpServers": {"ops": {"command": "npx", "args": ["ops-mcp@1.0.0"], **more}}}


def settle(files: dict[str, Stated]) -> Inventory:
    return join({path: json.dumps(each) for path, each in files.items()})


def when(found: Inventory, name: str) -> str | None:
    own = tool(found, f"{OWN}/{name}") or tool(found, f"src/web/.gemini/settings.json#{name}")
    return own.approval if own is not None else "denied"


@pytest.mark.parametrize(
    ("files", "shell", "write", "read"),
    [
        ({PROJECT: {}}, "each_call", "each_call", "never"),
        ({PROJECT: {"tools": {"allowed": ["run_shell_command"]}}}, "never", "each_call", "never"),
        ({PROJECT: {"tools": {"allowed": ["ShellTool"]}}}, "never", "each_call", "never"),
        ({PROJECT: {"allowedTools": ["run_shell_command"]}}, "never", "each_call", "never"),
        # a part of the shell is not the shell
        ({PROJECT: {"tools": {"allowed": ["run_shell_command(git)"]}}}, "each_call", "each_call", "never"),
        ({PROJECT: {"tools": {"allowed": ["*"]}}}, "never", "never", "never"),
        # exclude before allow, whichever file states it; it adds up over the files
        (
            {PROJECT: {"tools": {"allowed": ["run_shell_command"]}}, HOME: {"tools": {"exclude": ["ShellTool"]}}},
            "denied",
            "each_call",
            "never",
        ),
        (
            {PROJECT: {"tools": {"exclude": ["write_file"]}}, SYSTEM: {"tools": {"exclude": ["run_shell_command"]}}},
            "denied",
            "denied",
            "never",
        ),
        # a list of the strongest file replaces those of the others
        (
            {PROJECT: {"tools": {"allowed": ["run_shell_command"]}}, SYSTEM: {"tools": {"allowed": ["write_file"]}}},
            "each_call",
            "never",
            "never",
        ),
        (
            {PROJECT: {}, HOME: {"tools": {"allowed": ["write_file"]}}, DEFAULTS: {"tools": {"allowed": ["replace"]}}},
            "each_call",
            "never",
            "never",
        ),
        ({PROJECT: {}, DEFAULTS: {"tools": {"allowed": ["write_file"]}}}, "each_call", "never", "never"),
        ({PROJECT: {"tools": {"core": ["ReadFileTool", "ShellTool(ls)"]}}}, "each_call", "denied", "never"),
        (
            {PROJECT: {"tools": {"allowed": ["write_file"], "confirmationRequired": ["write_file"]}}},
            "each_call",
            "each_call",
            "never",
        ),
        # the mode: a file can accept edits, and nothing more
        ({PROJECT: {"general": {"defaultApprovalMode": "auto_edit"}}}, "each_call", "never", "never"),
        ({PROJECT: {"general": {"defaultApprovalMode": "yolo"}}}, "each_call", "each_call", "never"),
        (
            {
                PROJECT: {"general": {"defaultApprovalMode": "auto_edit"}},
                SYSTEM: {"general": {"defaultApprovalMode": "default"}},
            },
            "each_call",
            "each_call",
            "never",
        ),
    ],
)
def test_tools_of_its_own(files: dict[str, Stated], shell: str, write: str, read: str) -> None:
    found = settle(files)
    assert (when(found, "run_shell_command"), when(found, "write_file"), when(found, "read_file")) == (
        shell,
        write,
        read,
    )


@pytest.mark.parametrize(
    ("files", "approval"),
    [
        ({PROJECT: server()}, "each_call"),
        ({PROJECT: server(trust=True)}, "never"),
        ({PROJECT: server(trust=False)}, "each_call"),
        ({PROJECT: server(trust=True, excludeTools=["*"])}, "denied"),
        ({PROJECT: {**server(trust=True), "mcp": {"excluded": ["ops"]}}}, "denied"),
        ({PROJECT: server(trust=True), HOME: {"mcp": {"excluded": ["ops"]}}}, "denied"),
        # a list of servers that may be started lets their tools run unasked, too
        ({PROJECT: {**server(), "mcp": {"allowed": ["ops"]}}}, "never"),
        ({PROJECT: server(), SYSTEM: {"mcp": {"allowed": ["other"]}}}, "denied"),
        ({PROJECT: {**server(), "mcp": {"allowed": ["ops"]}}, SYSTEM: {"mcp": {"allowed": ["other"]}}}, "denied"),
        ({PROJECT: {**server(trust=True), "tools": {"confirmationRequired": ["mcp_ops_*"]}}}, "each_call"),
        ({PROJECT: {**server(), "tools": {"allowed": ["mcp_ops_*"]}}}, "never"),
        ({PROJECT: server(disabled=True)}, "denied"),
    ],
)
def test_tools_of_a_server(files: dict[str, Stated], approval: str) -> None:
    assert when(settle(files), "ops/*") == approval


ASKS: Stated = {"security": {"folderTrust": {"enabled": True}}}
FREE: Stated = {**server(trust=True), "tools": {"allowed": ["run_shell_command"], "sandbox": False}}


@pytest.mark.parametrize(
    ("home", "folders", "shell", "of_server", "effective"),
    [
        (ASKS, {"/Users/dev/src/web": "DO_NOT_TRUST"}, "each_call", "denied", False),
        (ASKS, {"/Users/dev/src/web": "TRUST_FOLDER"}, "never", "never", True),
        (ASKS, {"/Users/dev/src/other": "DO_NOT_TRUST"}, "never", "never", True),
        # trust is not asked for unless the user wants it
        ({}, {"/Users/dev/src/web": "DO_NOT_TRUST"}, "never", "never", True),
    ],
)
def test_folder_that_is_not_trusted(home: Stated, folders: Stated, shell: str, of_server: str, effective: bool) -> None:
    found = settle({PROJECT: FREE, HOME: home, FOLDERS: folders})
    assert (when(found, "run_shell_command"), when(found, "ops/*")) == (shell, of_server)
    assert stated(found, "mcpServers.ops.trust").effective is effective
    assert [each.sandbox for each in found.agents if each.id.endswith(OWN)] == ["none" if effective else None]


@pytest.mark.parametrize(
    ("files", "key", "path", "effective", "controlled_by"),
    [
        ({PROJECT: server(trust=True)}, "mcpServers.ops.trust", PROJECT, True, "repository"),
        (
            {PROJECT: {"general": {"defaultApprovalMode": "yolo"}}},
            "general.defaultApprovalMode",
            PROJECT,
            False,
            "repository",
        ),
        (
            {PROJECT: {"tools": {"sandbox": False}}, SYSTEM: {"tools": {"sandbox": "docker"}}},
            "tools.sandbox",
            PROJECT,
            False,
            "repository",
        ),
        (
            {PROJECT: {"tools": {"sandbox": False}}, SYSTEM: {"tools": {"sandbox": "docker"}}},
            "tools.sandbox",
            SYSTEM,
            True,
            "organisation",
        ),
        (
            {PROJECT: {"tools": {"allowed": ["a"]}}, SYSTEM: {"tools": {"allowed": ["b"]}}},
            "tools.allowed",
            PROJECT,
            False,
            "repository",
        ),
        (
            {PROJECT: {"tools": {"exclude": ["a"]}}, SYSTEM: {"tools": {"exclude": ["b"]}}},
            "tools.exclude",
            PROJECT,
            True,
            "repository",
        ),
        ({DEFAULTS: {"tools": {"sandbox": True}}}, "tools.sandbox", DEFAULTS, True, "organisation"),
        ({HOME: {"tools": {"sandbox": True}}}, "tools.sandbox", HOME, True, "user"),
    ],
)
def test_marks(files: dict[str, Stated], key: str, path: str, effective: bool, controlled_by: str) -> None:
    setting = stated(settle(files), key, path)
    assert (setting.effective, setting.controlled_by) == (effective, controlled_by)


def test_the_sandbox_stands_before_the_host() -> None:
    found = settle({PROJECT: {"tools": {"sandbox": "docker"}}})
    host = next(each for each in found.links if each.verb == "executes_on")
    assert host.gate is not None
    assert (host.gate.kind, host.gate.controlled_by) == ("sandbox", PROJECT)
    link = called(found, "run_shell_command")
    assert link is not None
    assert link.gate is not None
    assert link.gate.kind == "human_approval"


def test_variables_of_a_project_are_settings_of_its_agent() -> None:
    path = "repos/web/.gemini/.env"
    found = join({path: "# ours\nexport GOOGLE_GEMINI_BASE_URL='https://m.example'\n"})
    setting = stated(found, "env.GOOGLE_GEMINI_BASE_URL")
    assert (setting.value, setting.effective, setting.controlled_by) == ("https://m.example", True, "repository")
    assert (setting.locations[0].path, setting.locations[0].line, setting.locations[0].column) == (path, 2, 32)


SHELL = {"toolName": "run_shell_command", "decision": "allow", "priority": 100}
MINE = "laptops/dev/.gemini/policies/mine.toml"
TEAM = "laptops/dev/src/web/.gemini/policies/team.toml"
REQUIRED = "laptops/dev/etc/gemini-cli/policies/all.toml"
NAMES_TEAM: Stated = {"policyPaths": [".gemini/policies"]}


def policies(files: dict[str, Stated | list[Stated]]) -> Inventory:
    """Settle settings as JSON, and lists of rules as the files of the policy engine."""
    return join({path: _toml(each) if isinstance(each, list) else json.dumps(each) for path, each in files.items()})


def _toml(rules: list[Stated]) -> str:
    return "".join(
        "[[rule]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in rule.items()) for rule in rules
    )


@pytest.mark.parametrize(
    ("files", "shell", "of_server"),
    [
        ({PROJECT: server(), MINE: [SHELL]}, "never", "each_call"),
        # a policy of a project is not read
        ({PROJECT: server(), TEAM: [SHELL]}, "each_call", "each_call"),
        # unless a setting names it, which a project's may
        ({PROJECT: {**server(), **NAMES_TEAM}, TEAM: [SHELL]}, "never", "each_call"),
        ({PROJECT: {**server(), "policyPaths": ["./.gemini/policies/team.toml"]}, TEAM: [SHELL]}, "never", "each_call"),
        ({PROJECT: {**server(), "policyPaths": ["policies"]}, TEAM: [SHELL]}, "each_call", "each_call"),
        ({PROJECT: server(), HOME: {"policyPaths": ["~/.gemini/policies"]}, MINE: [SHELL]}, "never", "each_call"),
        ({PROJECT: {**server(), "policyPaths": ["other"]}, TEAM: [SHELL]}, "each_call", "each_call"),
        # which then replaces the user's own
        ({PROJECT: {**server(), "policyPaths": ["other"]}, MINE: [SHELL]}, "each_call", "each_call"),
        # what the system demands is stronger than everything
        ({PROJECT: server(), MINE: [SHELL], REQUIRED: [{**SHELL, "decision": "deny", "priority": 0}]}, "denied",
         "each_call"),
        ({PROJECT: server(trust=True), REQUIRED: [{"toolName": "*", "decision": "ask_user", "priority": 1}]},
         "each_call", "each_call"),
        ({PROJECT: {**server(), "adminPolicyPaths": [".gemini/policies"]}, TEAM: [SHELL],
          MINE: [{**SHELL, "decision": "deny", "priority": 999}]}, "never", "each_call"),
        ({PROJECT: {**server(), "adminPolicyPaths": [".gemini/policies"]}, TEAM: [SHELL],
          REQUIRED: [{"toolName": "replace", "decision": "deny", "priority": 1}]}, "each_call", "each_call"),
        # among rules of one tier the priority decides, and against the lists of the settings as well
        ({PROJECT: server(), MINE: [{**SHELL, "priority": 10}, {**SHELL, "decision": "ask_user"}]}, "each_call",
         "each_call"),
        ({PROJECT: {**server(), "tools": {"allowed": ["run_shell_command"]}},
          MINE: [{**SHELL, "decision": "deny", "priority": 299}]}, "never", "each_call"),
        ({PROJECT: {**server(), "tools": {"allowed": ["run_shell_command"]}},
          MINE: [{**SHELL, "decision": "deny", "priority": 301}]}, "denied", "each_call"),
        ({PROJECT: server(trust=True), MINE: [{"mcpName": "ops", "decision": "ask_user", "priority": 150}]},
         "each_call", "never"),
        ({PROJECT: server(trust=True), MINE: [{"mcpName": "ops", "decision": "ask_user", "priority": 250}]},
         "each_call", "each_call"),
        # servers by name, by pattern, and all of them
        ({PROJECT: server(), MINE: [{"mcpName": "ops", "decision": "allow", "priority": 1}]}, "each_call", "never"),
        ({PROJECT: server(), MINE: [{"mcpName": "*", "decision": "deny", "priority": 1}]}, "each_call", "denied"),
        ({PROJECT: server(), MINE: [{"mcpName": "other", "decision": "allow", "priority": 1}]}, "each_call",
         "each_call"),
        ({PROJECT: server(), MINE: [{"toolName": "mcp_ops_*", "decision": "allow", "priority": 1}]}, "each_call",
         "never"),
        ({PROJECT: server(), MINE: [{"toolName": "*", "decision": "allow", "priority": 1}]}, "never", "never"),
        # a part of the shell is not the shell
        ({PROJECT: server(), MINE: [{**SHELL, "commandPrefix": "git"}]}, "each_call", "each_call"),
        ({PROJECT: server(), MINE: [{**SHELL, "commandPrefix": "git"},
                                    {**SHELL, "decision": "deny", "priority": 1}]}, "unknown", "each_call"),
        # rules of another mode
        ({PROJECT: server(), MINE: [{**SHELL, "modes": ["yolo"]}]}, "each_call", "each_call"),
        ({PROJECT: server(), MINE: [{**SHELL, "modes": ["default", "yolo"]}]}, "never", "each_call"),
        ({PROJECT: {**server(), "general": {"defaultApprovalMode": "auto_edit"}},
          MINE: [{**SHELL, "modes": ["autoEdit"]}]}, "never", "each_call"),
        # what the program refuses
        ({PROJECT: server(), MINE: [{**SHELL, "priority": 1000}]}, "each_call", "each_call"),
        ({PROJECT: server(), MINE: [{"toolName": "run_shell_command", "decision": "allow"}]}, "each_call",
         "each_call"),
        ({PROJECT: server(), MINE: [{**SHELL, "decision": "permit"}]}, "each_call", "each_call"),
    ],
)  # fmt: skip
def test_rules_of_the_policy_engine(files: dict[str, Stated | list[Stated]], shell: str, of_server: str) -> None:
    found = policies(files)
    assert (when(found, "run_shell_command"), when(found, "ops/*")) == (shell, of_server)


def test_rule_is_in_force_or_not_and_stands_on_the_link() -> None:
    found = policies({PROJECT: server(), MINE: [SHELL], TEAM: [SHELL]})
    mine, team = stated(found, "rule.0.decision", MINE), stated(found, "rule.0.decision", TEAM)
    assert (mine.effective, mine.controlled_by) == (True, "user")
    assert (team.effective, team.controlled_by) == (False, "repository")
    link = called(found, "run_shell_command", OWN)
    assert link is not None
    assert (link.gate, link.locations[0].path, link.locations[0].line) == (None, MINE, 3)
