"""Amazon Q, Kiro, Cline and Roo Code: lists in an agent's or a server's own words, and what lies outside of files."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Inventory
from tests.joins.settled import called, join, stated, tool

Q = "repos/web/.amazonq/cli-agents/ops.json"
KIRO = "repos/web/.kiro/settings/mcp.json"
KIRO_AGENT = "repos/web/.kiro/agents/ops.json"
RULES = "laptops/dev/.kiro/settings/permissions.yaml"
ROO = "repos/web/.roo/mcp.json"
CLINE = "laptops/dev/cline_mcp_settings.json"
Stated = dict[str, object]


def servers(**more: object) -> Stated:
    return {"mcpServers": {"git": {"command": "npx", "args": ["git-mcp@1.0.0"], **more}}}


def settle(path: str, text: Stated) -> Inventory:
    return join({path: json.dumps(text)})


def when(found: Inventory, ending: str) -> str | None:
    own = tool(found, ending)
    return own.approval if own is not None else "denied"


@pytest.mark.parametrize(
    ("agent", "shell", "write", "of_server"),
    [
        ({"tools": ["*"]}, "each_call", "each_call", "each_call"),
        ({"tools": ["*"], "allowedTools": ["execute_bash"]}, "never", "each_call", "each_call"),
        ({"tools": ["*"], "allowedTools": ["execute_*"]}, "never", "each_call", "each_call"),
        ({"tools": ["*"], "allowedTools": ["fs_?rite"]}, "each_call", "never", "each_call"),
        # everything of its own, and nothing of a server
        ({"tools": ["*"], "allowedTools": ["*"]}, "never", "never", "each_call"),
        ({"tools": ["*"], "allowedTools": ["@git"]}, "each_call", "each_call", "never"),
        ({"tools": ["*"], "allowedTools": ["@git/*"]}, "each_call", "each_call", "never"),
        ({"tools": ["*"], "allowedTools": ["@g*"]}, "each_call", "each_call", "never"),
        ({"tools": ["*"], "allowedTools": ["@other", "git"]}, "each_call", "each_call", "each_call"),
        ({"tools": ["@git", "execute_bash"]}, "each_call", "denied", "each_call"),
        # a part of a tool, and all of it
        (
            {"tools": ["*"], "toolsSettings": {"execute_bash": {"allowedCommands": ["git status"]}}},
            "each_call",
            "each_call",
            "each_call",
        ),
        (
            {"tools": ["*"], "toolsSettings": {"execute_bash": {"allowedCommands": [".*"]}}},
            "never",
            "each_call",
            "each_call",
        ),
        (
            {"tools": ["*"], "toolsSettings": {"fs_write": {"allowedPaths": ["src/**"], "deniedPaths": ["**"]}}},
            "each_call",
            "each_call",
            "each_call",
        ),
        ({"tools": ["*"], "toolsSettings": {"fs_write": {"allowedPaths": ["/**"]}}}, "each_call", "never", "each_call"),
    ],
)
def test_amazon_q(agent: Stated, shell: str, write: str, of_server: str) -> None:
    found = settle(Q, {"name": "ops", **servers(), **agent})
    assert (when(found, "/execute_bash"), when(found, "/fs_write"), when(found, "#git/*")) == (shell, write, of_server)


def test_amazon_q_reads_unasked_and_its_shell_runs_on_the_host() -> None:
    found = settle(Q, {"name": "ops", "tools": ["@builtin"]})
    assert when(found, "/fs_read") == "never"
    assert [each.target for each in found.links if each.verb == "executes_on"] == ["resource:host/repos/web"]
    assert stated(found, "tools").controlled_by == "repository"


@pytest.mark.parametrize(("includes", "reached"), [(True, True), (False, False)])
def test_servers_of_the_folder_that_an_agent_includes(includes: bool, reached: bool) -> None:
    agent = {"name": "ops", "useLegacyMcpJson": includes, "allowedTools": ["@git"]}
    found = join({Q: json.dumps(agent), "repos/web/.amazonq/mcp.json": json.dumps(servers())})
    link = called(found, "*", "/ops")
    assert (link is not None) is reached
    if link is not None:
        assert (link.gate, link.locations[0].path) == (None, Q)


def test_the_users_own_agents_of_amazon_q() -> None:
    found = settle("laptops/dev/.aws/amazonq/cli-agents/ops.json", {"tools": ["*"], "allowedTools": ["*"]})
    assert [each.id for each in found.agents] == ["agent:amazon-q/laptops/dev/ops"]
    assert stated(found, "allowedTools").controlled_by == "user"


@pytest.mark.parametrize(
    ("entry", "approval"),
    [
        ({}, "each_call"),
        ({"autoApprove": ["*"]}, "never"),
        ({"autoApprove": []}, "each_call"),
        ({"autoApprove": ["*"], "disabledTools": ["*"]}, "denied"),
        ({"autoApprove": ["*"], "disabled": True}, "denied"),
    ],
)
def test_kiro_servers(entry: Stated, approval: str) -> None:
    assert when(settle(KIRO, servers(**entry)), "#git/*") == approval


@pytest.mark.parametrize(
    ("rules", "shell", "write", "of_server"),
    [
        ([], "each_call", "each_call", "each_call"),
        ([{"capability": "shell", "effect": "allow"}], "never", "each_call", "each_call"),
        ([{"capability": "shell", "effect": "allow", "match": ["npm *"]}], "each_call", "each_call", "each_call"),
        ([{"capability": "shell", "effect": "allow", "match": ["*"]}], "never", "each_call", "each_call"),
        ([{"capability": "shell", "effect": "allow", "exclude": ["rm *"]}], "each_call", "each_call", "each_call"),
        ([{"capability": "all", "effect": "allow"}], "never", "never", "never"),
        ([{"capability": "mcp", "effect": "allow", "match": ["git/*"]}], "each_call", "each_call", "never"),
        (
            [{"capability": "all", "effect": "allow"}, {"capability": "shell", "effect": "deny"}],
            "denied",
            "never",
            "never",
        ),
        (
            [{"capability": "shell", "effect": "ask"}, {"capability": "all", "effect": "allow"}],
            "each_call",
            "never",
            "never",
        ),
    ],
)
def test_kiro_rules(rules: list[Stated], shell: str, write: str, of_server: str) -> None:
    agent = {"name": "ops", "tools": ["*"], **servers(), "permissions": rules}
    found = settle(KIRO_AGENT, agent)
    assert (when(found, "/shell"), when(found, "/write"), when(found, "#git/*")) == (shell, write, of_server)


def test_rules_of_the_user_of_kiro_hold_for_the_agents_below() -> None:
    rules = "rules:\n  - capability: shell\n    effect: deny\n"
    agent = {"name": "ops", "tools": ["shell"], "allowedTools": ["shell"]}
    found = join({RULES: rules, "laptops/dev/web/.kiro/agents/ops.json": json.dumps(agent)})
    assert when(found, "/ops/shell") == "denied"
    assert stated(found, "rules.0.effect").controlled_by == "user"
    free = join({RULES: rules.replace("deny", "allow"), KIRO_AGENT: json.dumps({**agent, "allowedTools": []})})
    assert when(free, "/ops/shell") == "each_call"


def test_an_agent_of_kiro_in_words_says_what_it_has_before_them() -> None:
    rule = "permissions:\n  - capability: shell\n    effect: allow\n"
    text = f"---\nname: ops\ntools: [shell, '@git']\n{rule}---\nDo things.\n"
    found = join({"repos/web/.kiro/agents/ops.md": text})
    assert [each.id for each in found.agents] == ["agent:kiro/repos/web/ops"]
    assert when(found, "/ops/shell") == "never"


@pytest.mark.parametrize(("commands", "shell"), [(["*"], "never"), (["npm *"], "each_call"), ([], "each_call")])
def test_commands_that_kiro_trusts(commands: list[str], shell: str) -> None:
    found = settle("repos/web/.vscode/settings.json", {"kiroAgent.trustedCommands": commands})
    assert when(found, "/kiro/shell") == shell


@pytest.mark.parametrize(("path", "key"), [(ROO, "alwaysAllow"), (CLINE, "autoApprove")])
@pytest.mark.parametrize(
    ("listed", "approval"), [(["push"], "unknown"), (["other"], "each_call"), (["*"], "unknown"), ([], "each_call")]
)
def test_a_list_counts_where_a_switch_outside_of_files_is_on(
    path: str, key: str, listed: list[str], approval: str
) -> None:
    found = settle(path, servers(**{key: listed, "tools": ["push"]}))
    assert when(found, "#git/push") == approval
    for setting in found.settings:
        assert setting.effective is True
        assert setting.controlled_by == ("repository" if path == ROO else "user")


def test_a_disabled_server_of_roo_has_no_tools() -> None:
    assert settle(ROO, servers(alwaysAllow=["push"], disabled=True)).tools == ()


MODES = """
customModes:
  - slug: docs
    name: Writer
    groups:
      - read
      - - edit
        - fileRegex: \\.md$
  - slug: ops
    name: Operator
    groups: [read, command, mcp, magic]
  - name: nameless
"""


def test_modes_of_roo_are_agents_with_groups_of_tools() -> None:
    found = join({"repos/web/.roomodes": MODES, ROO: json.dumps(servers(alwaysAllow=["push"]))})
    names = {each.id for each in found.agents}
    assert names == {"agent:roo/repos/web/docs", "agent:roo/repos/web/ops", "agent:roo/repos/web/roo"}
    called_by = {(each.source.rpartition("/")[2], each.target.rpartition("/")[2]) for each in found.links}
    assert {("docs", "read"), ("docs", "edit"), ("ops", "command"), ("ops", "push"), ("ops", "*")} <= called_by
    assert not {("docs", "command"), ("docs", "push"), ("docs", "mcp"), ("ops", "edit")} & called_by
    assert (when(found, "/ops/command"), when(found, "#git/push"), when(found, "#git/*")) == (
        *("unknown", "unknown"),
        "each_call",
    )
    assert [each.construct for each in found.skipped] == ["group", "mode"]
    limit = stated(found, "customModes.0.edit.fileRegex")
    assert (limit.value, limit.controlled_by) == ("\\.md$", "repository")
    assert (limit.locations[0].line, limit.locations[0].column) == (8, 22)
