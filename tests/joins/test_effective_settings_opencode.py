"""opencode: rules in their order, files that are merged, agents with rules of their own."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Inventory
from tests.joins.settled import called, join, stated, tool

HOME = "laptops/dev/.config/opencode/opencode.json"
PROJECT = "laptops/dev/web/opencode.json"
FOLDER = "laptops/dev/web/.opencode/opencode.json"
MANAGED = "laptops/dev/etc/opencode/opencode.jsonc"
MCP = {"git": {"type": "local", "command": ["npx", "git-mcp"]}}
Stated = dict[str, object]


def permission(**tools: object) -> Stated:
    return {"permission": tools}


def settle(files: dict[str, Stated]) -> Inventory:
    return join({path: json.dumps(each) for path, each in files.items()})


def when(found: Inventory, name: str, agent: str = "opencode") -> str | None:
    own = tool(found, f"laptops/dev/web/{agent}/{name}") or tool(found, f"laptops/dev/web/opencode.json#{name}")
    return own.approval if own is not None else "denied"


@pytest.mark.parametrize(
    ("files", "bash", "edit"),
    [
        ({PROJECT: {}}, "never", "never"),
        ({PROJECT: permission(bash="ask")}, "each_call", "never"),
        ({PROJECT: permission(bash="deny")}, "denied", "never"),
        ({PROJECT: {"permission": "ask"}}, "each_call", "each_call"),
        ({PROJECT: permission(bash={"*": "ask"})}, "each_call", "never"),
        # the last rule that matches decides, whichever is stricter
        ({PROJECT: {"permission": {"*": "ask", "bash": "allow"}}}, "never", "each_call"),
        ({PROJECT: {"permission": {"bash": "allow", "*": "ask"}}}, "each_call", "each_call"),
        ({PROJECT: {"permission": {"bash": "deny", "*": "allow"}}}, "never", "never"),
        ({PROJECT: {"permission": {"b*": "deny"}}}, "denied", "never"),
        # a part does not decide on the whole, but opens what is refused
        ({PROJECT: permission(bash={"git *": "ask"})}, "never", "never"),
        ({PROJECT: permission(bash={"*": "ask", "git *": "allow"})}, "each_call", "never"),
        ({PROJECT: permission(bash={"*": "deny", "git *": "allow"})}, "unknown", "never"),
        ({PROJECT: permission(bash={"git *": "allow", "*": "deny"})}, "denied", "never"),
        # of old: on or off
        ({PROJECT: {"tools": {"bash": False}}}, "denied", "never"),
        ({PROJECT: {"tools": {"write": False}}}, "never", "denied"),
        ({PROJECT: {"tools": {"bash": False}, "permission": {"bash": "ask"}}}, "each_call", "never"),
        ({PROJECT: {"tools": {"*": False, "bash": True}}}, "never", "denied"),
        # files: managed over the folder over the project over the user
        ({PROJECT: {}, HOME: permission(bash="deny")}, "denied", "never"),
        ({PROJECT: permission(bash="allow"), HOME: permission(bash="deny")}, "never", "never"),
        ({PROJECT: permission(bash="allow"), MANAGED: permission(bash="ask")}, "each_call", "never"),
        ({PROJECT: permission(bash="allow"), FOLDER: permission(bash="ask")}, "each_call", "never"),
        # what a stronger file states again keeps its place
        (
            {HOME: {"permission": {"bash": "allow", "*": "ask"}}, PROJECT: permission(bash="deny")},
            "each_call",
            "each_call",
        ),
        # an action replaces a map of uses
        ({HOME: permission(bash={"*": "ask", "git *": "allow"}), PROJECT: permission(bash="deny")}, "denied", "never"),
    ],
)
def test_tools_of_its_own(files: dict[str, Stated], bash: str, edit: str) -> None:
    found = settle(files)
    assert (when(found, "bash"), when(found, "edit")) == (bash, edit)


@pytest.mark.parametrize(
    ("files", "approval"),
    [
        ({PROJECT: {"mcp": MCP}}, "never"),
        ({PROJECT: {"mcp": MCP, "permission": {"git_*": "ask"}}}, "each_call"),
        ({PROJECT: {"mcp": MCP, "tools": {"git*": False}}}, "denied"),
        ({PROJECT: {"mcp": MCP, "permission": {"git": "ask"}}}, "never"),
        ({PROJECT: {"mcp": MCP}, MANAGED: {"mcp": {"git": {"enabled": False}}}}, "denied"),
        ({PROJECT: {"mcp": {"git": {**MCP["git"], "enabled": False}}}}, "denied"),
    ],
)
def test_tools_of_a_server(files: dict[str, Stated], approval: str) -> None:
    assert when(settle(files), "git/*") == approval


def test_rules_of_an_agent_come_after_those_of_the_file() -> None:
    found = settle(
        {
            PROJECT: {
                "permission": {"bash": "deny", "edit": "ask"},
                "agent": {
                    "build": {"permission": {"bash": "ask"}},
                    "free": {"permission": {"bash": "allow"}, "mode": "primary"},
                    "look": {"tools": {"edit": False}},
                    "gone": {"disable": True, "permission": {"bash": "allow"}},
                },
            }
        }
    )
    assert [each.id.rpartition("/")[2] for each in found.agents] == ["free", "look", "opencode"]
    assert (when(found, "bash"), when(found, "edit")) == ("each_call", "each_call")
    assert (when(found, "bash", "free"), when(found, "edit", "free")) == ("never", "each_call")
    assert (when(found, "bash", "look"), when(found, "edit", "look")) == ("denied", "denied")
    assert [each.target for each in found.links if each.verb == "delegates_to"] == [
        "agent:opencode/laptops/dev/web/look"
    ]
    autonomy = {each.name: each.autonomy for each in found.agents}
    assert autonomy == {"opencode": "asks", "free": "auto-approves", "look": "auto-approves"}


@pytest.mark.parametrize(
    ("files", "key", "path", "effective", "controlled_by"),
    [
        ({PROJECT: permission(bash="allow")}, "permission.bash", PROJECT, True, "repository"),
        (
            {PROJECT: permission(bash="allow"), MANAGED: permission(bash="ask")},
            "permission.bash",
            PROJECT,
            False,
            "repository",
        ),
        (
            {PROJECT: permission(bash="allow"), MANAGED: permission(bash="ask")},
            "permission.bash",
            MANAGED,
            True,
            "organisation",
        ),
        ({PROJECT: {"permission": {"bash": "allow", "*": "ask"}}}, "permission.bash", PROJECT, False, "repository"),
        ({PROJECT: {"permission": {"*": "ask", "bash": "allow"}}}, "permission.*", PROJECT, True, "repository"),
        (
            {PROJECT: {"tools": {"bash": False}, "permission": {"bash": "ask"}}},
            "tools.bash",
            PROJECT,
            False,
            "repository",
        ),
        ({HOME: permission(bash="allow")}, "permission.bash", HOME, True, "user"),
        (
            {PROJECT: {"permission": {"bash": "ask"}, "agent": {"build": {"permission": {"bash": "allow"}}}}},
            "permission.bash",
            PROJECT,
            False,
            "repository",
        ),
        (
            {
                PROJECT: {"provider": {"anthropic": {"options": {"baseURL": "https://m.example"}}}},
                MANAGED: {"provider": {"anthropic": {"options": {"baseURL": "https://o.example"}}}},
            },
            "provider.anthropic.options.baseURL",
            PROJECT,
            False,
            "repository",
        ),
    ],
)
def test_marks(files: dict[str, Stated], key: str, path: str, effective: bool, controlled_by: str) -> None:
    setting = stated(settle(files), key, path)
    assert (setting.effective, setting.controlled_by) == (effective, controlled_by)


def test_the_rule_that_decides_is_the_place() -> None:
    found = join({PROJECT: '{\n "permission": {\n  "bash": "ask"\n }\n}'})
    link = called(found, "bash")
    assert link is not None
    assert (link.locations[0].path, link.locations[0].line, link.locations[0].column) == (PROJECT, 3, 11)
    assert link.reason == "may call bash, asks each time: permission.bash is ask"
    assert link.gate is not None
    assert link.gate.controlled_by == PROJECT


def test_many_rules_are_read_in_time() -> None:
    rules = {f"tool{number}*": "ask" for number in range(5_000)}
    found = settle({PROJECT: {"permission": {**rules, "bash": "deny"}}})
    assert when(found, "bash") == "denied"
    assert len(found.settings) == 5_001


AGENT = "laptops/dev/web/.opencode/agents/team/v1.2.md"
HEAD = """---
description: Reviews
permission:
  bash:
    "*": ask
    git diff: allow
tools:
  write: false
---
Read the difference.
"""


def test_agent_that_is_a_text() -> None:
    found = join({AGENT: HEAD, PROJECT: json.dumps(permission(edit="ask", webfetch="deny"))})
    own = "team%2Fv1.2"
    assert (when(found, "bash"), when(found, "edit"), when(found, "webfetch")) == ("never", "each_call", "denied")
    assert (when(found, "bash", own), when(found, "edit", own), when(found, "webfetch", own)) == (
        "each_call",
        "denied",
        "denied",
    )
    whole = stated(found, "agent.team/v1.2.permission.bash.*")
    assert (whole.effective, whole.controlled_by, whole.locations[0].line) == (True, "repository", 5)
    link = called(found, "bash", own)
    assert link is not None
    assert link.gate is not None
    assert (link.locations[0].path, link.locations[0].line) == (AGENT, 5)


def test_rules_of_an_agent_that_is_switched_off() -> None:
    found = settle({PROJECT: {"agent": {"old": {"disable": True, "permission": {"bash": "allow"}}}}})
    assert stated(found, "agent.old.permission.bash").effective is False
    assert stated(found, "agent.old.disable").effective is True
