"""Claude Code: settings by scope, sub-agents, hooks and skills."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.formats.encodings import decode
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients.claude_code import SOURCE
from nhiassess.sources.source import ReadFile

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
CANARY = "ghp_CANARYfakeFAKEfakeFAKEfake0123456789"
SETTINGS = """{
  "//": "never bypassPermissions here",
  "permissions": {
    "defaultMode": "acceptEdits",
    "allow": ["Bash(npm test:*)", "mcp__github"],
    "deny": ["WebFetch"]
  },
  "sandbox": {"enabled": true},
  "env": {"ANTHROPIC_BASE_URL": "https://proxy.example", "GITHUB_TOKEN": "@canary@", "MAX_THINKING_TOKENS": "2000"},
  "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "./check.sh"}]}]}
}"""


def observe(*files: tuple[str, str]) -> Inventory:
    for path, text in files:
        assert SOURCE.recognises(path, text[:4096]), path
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test")) for path, text in files])


def test_settings_hold_what_the_file_states() -> None:
    path = "repos/web/.claude/settings.json"
    found = observe((path, SETTINGS.replace("@canary@", CANARY)))
    (agent,) = found.agents
    assert agent.id == "agent:claude-code/repos/web/claude-code"
    assert agent.locations == (Location(path, 3, 3), Location(path, 4, 20), Location(path, 8, 26))
    settings = {each.id.split("#", 1)[1]: each for each in found.settings}
    assert {key: each.value for key, each in settings.items()} == {
        "permissions.defaultMode": "acceptEdits",
        "permissions.allow=Bash(npm%20test:*)": "Bash(npm test:*)",
        "permissions.allow=mcp__github": "mcp__github",
        "permissions.deny=WebFetch": "WebFetch",
        "sandbox.enabled": "true",
        "env.ANTHROPIC_BASE_URL": "https://proxy.example",
        "env.MAX_THINKING_TOKENS": "2000",
        "hooks.PreToolUse.0.hooks.0.command": "./check.sh",
    }
    assert {each.scope for each in found.settings} == {"project"}
    assert settings["permissions.deny=WebFetch"].locations == (Location(path, 6, 14),)
    (credential,) = found.credentials
    assert (credential.id, credential.store) == (f"credential:{path}#env.GITHUB_TOKEN", "plaintext")
    assert (agent.id, "holds", credential.id) in {(each.source, each.verb, each.target) for each in found.links}
    assert CANARY not in repr(found)


def test_built_in_tools_and_the_host_of_the_shell() -> None:
    found = observe(("laptops/dev/.claude/settings.json", '{"permissions": {"allow": ["Bash"]}}'))
    assert {each.name for each in found.tools} == {"Bash", "Edit", "Read", "Task", "WebFetch", "WebSearch", "Write"}
    stem = "claude-code/laptops/dev/claude-code"
    pairs = {(each.source, each.verb, each.target) for each in found.links}
    assert (f"agent:{stem}", "invokes", f"tool:{stem}/Bash") in pairs
    assert (f"tool:{stem}/Bash", "executes_on", "resource:host/laptops/dev") in pairs
    assert {each.scope for each in found.settings} == {"user"}


@pytest.mark.parametrize(
    ("path", "scope", "agent"),
    [
        ("repos/web/.claude/settings.json", "project", "agent:claude-code/repos/web/claude-code"),
        ("repos/web/.claude/settings.local.json", "local", "agent:claude-code/repos/web/claude-code"),
        ("home/dev/.claude/settings.json", "user", "agent:claude-code/home/dev/claude-code"),
        ("laptops/dev/managed-settings.json", "managed", "agent:claude-code/laptops/dev/claude-code"),
        ("pc/etc/claude-code/managed-settings.d/20.json", "managed", "agent:claude-code/pc/claude-code"),
        ("components/fragment.json", "project", None),
    ],
)  # fmt: skip
def test_scopes(path: str, scope: str, agent: str | None) -> None:
    found = observe((path, '{"permissions": {"deny": ["Bash"]}}'))
    (setting,) = found.settings
    assert (setting.scope, setting.agent) == (scope, agent)
    assert bool(found.agents) == (scope in ("project", "local", "user") and agent is not None)


def test_sub_agent() -> None:
    path = "repos/web/.claude/agents/helper.md"
    found = observe(
        (path, "---\nname: helper\ntools: Read, Bash, mcp__k8s__get\nmodel: haiku\npermissionMode: plan\n---\nHelp.\n")
    )
    agents = {each.id: each for each in found.agents}
    stem = "claude-code/repos/web"
    assert agents[f"agent:{stem}/helper"].model == "haiku"
    pairs = {(each.source, each.verb, each.target) for each in found.links}
    assert (f"agent:{stem}/claude-code", "delegates_to", f"agent:{stem}/helper") in pairs
    mine = {each.target for each in found.links if each.source == f"agent:{stem}/helper"}
    assert mine == {f"tool:{stem}/helper/Read", f"tool:{stem}/helper/Bash"}
    stated = {each.id.split("#", 1)[1]: each.locations[0] for each in found.settings}
    assert stated["tools=mcp__k8s__get"] == Location(path, 3, 20)
    assert "permissionMode" in stated


def test_sub_agent_without_tools_has_all_but_delegation() -> None:
    found = observe(("plugins/x/agents/a.md", "---\nname: a\ndescription: d\ndisallowedTools: Bash\n---\n"))
    assert [each.id for each in found.agents] == ["agent:claude-code/plugins/x/a"]
    assert {each.name for each in found.tools} == {"Edit", "Read", "WebFetch", "WebSearch", "Write"}


def test_front_matter_that_is_not_yaml_is_read_all_the_same() -> None:
    found = observe((".claude/agents/a.md", "---\nname: a\ndescription: Use it for: anything\ntools: Read\n---\n"))
    assert {each.name for each in found.agents} == {"a", "claude-code"}


def test_skills_may_use_tools_unasked() -> None:
    front = "---\nname: s\ndescription: d\nallowed-tools: Bash(git log:*), Read\n---\n"
    own = observe((".claude/skills/s/SKILL.md", front))
    assert [each.value for each in own.settings] == ["Bash(git log:*)", "Read"]
    assert observe(("skills/s/SKILL.md", front)).settings == ()


@pytest.mark.parametrize(
    "hooks",
    [
        '{"Stop": "./x.sh"}',
        '{"Stop": ["./x.sh"]}',
        '{"Stop": [{"command": "./x.sh"}]}',
        '[{"event": "Stop", "command": "./x.sh"}]',
    ],
)
def test_hooks_in_other_shapes(hooks: str) -> None:
    found = observe((".claude/settings.json", f'{{"hooks": {hooks}}}'))
    assert "./x.sh" in {each.value for each in found.settings}


def test_plugin_hooks_have_no_agent() -> None:
    found = observe(("plugins/x/hooks/hooks.json", '{"hooks": {"Stop": [{"hooks": [{"command": "a"}]}]}}'))
    assert [(each.agent, each.value) for each in found.settings] == [(None, "a")]
    assert found.agents == ()


@pytest.mark.parametrize("path", ["agents/copilot.agent.md", "docs/agents/readme.md", "package.json", "settings.json"])
def test_other_files_are_left_alone(path: str) -> None:
    assert not SOURCE.recognises(path, "---\ntitle: x\n---\n" if path.endswith(".md") else '{"name": "x"}')


# settings with permission rules, hook commands, agents: counted by reading each file
COUNTED = {
    "claude_code/stacklok__toolhive/.claude/settings.json": (29, 1, 1),
    "claude_code/prisma__prisma/.claude/settings.json": (21, 3, 1),
    "claude_code/langchain-ai__langgraph/libs/prebuilt/.claude/settings.local.json": (13, 0, 1),
    "claude_code/davila7__claude-code-templates/cli-tool/components/settings/permissions/read-only-mode.json": (
        9,
        0,
        0,
    ),
    "claude_code/wshobson__agents/plugins/protect-mcp/hooks/hooks.json": (0, 2, 0),
    "claude_code/stacklok__toolhive/.claude/agents/bug-triage.md": (0, 0, 2),
    "claude_code/PrefectHQ__fastmcp/.claude/settings.json": (0, 1, 1),
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize("path", sorted(COUNTED))
def test_corpus_counts(path: str) -> None:
    found = SOURCE.read([ReadFile(path, read(path, (CORPUS / path).read_bytes(), key=b"test"))])
    rules = [each for each in found.settings if (each.key or "").startswith("permissions.")]
    hooks = [each for each in found.settings if (each.key or "").startswith("hooks.")]
    assert (len(rules), len(hooks), len(found.agents)) == COUNTED[path]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus_is_read_and_places_hold_what_is_claimed() -> None:
    seen = 0
    for file in sorted((CORPUS / "claude_code").rglob("*")):
        path, content = file.relative_to(CORPUS).as_posix(), file.read_bytes() if file.is_file() else b""
        if not content or not SOURCE.recognises(path, decode(path, content)[:4096]):
            continue
        seen += 1
        document = read(path, content, key=b"test")
        lines = document.text.split("\n")
        found = SOURCE.read([ReadFile(path, document)])
        for setting in found.settings:
            place = setting.locations[0]
            written = lines[place.line - 1][place.column - 1 :]
            assert (setting.value or "")[:8].split('"')[0] in written, setting.id
        for agent in found.agents:
            assert all(1 <= place.line <= len(lines) for place in agent.locations)
    assert seen >= 45
