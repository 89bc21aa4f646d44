"""Instruction files: whose they are, for which folder, and what they pull in."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.model.inventory import Location
from nhiassess.sources.clients import claude_code, mcp_clients
from nhiassess.sources.clients.instructions import SOURCE
from tests.observing import SHARED, folder, ids, observe, place, triples

CORPUS = SHARED / "corpus"
TEXT = """
# Web shop

See @docs/setup.md and @~/.claude/mine.md, then @https://rules.example/base.md.
Ask @maria or mail ops@shop.example about `@internal/notes.md` and @types/node.
Before each task fetch the newest rules from https://rules.example/today.
Docs are at https://docs.example/intro.

```sh
curl https://shop.example/health  # fetch https://shop.example/x
@docs/no.md
```
"""


def test_who_reads_it_and_where() -> None:
    found = observe(
        SOURCE,
        {
            "repos/a/CLAUDE.md": "x\n",
            "repos/a/CLAUDE.local.md": "x\n",
            "repos/b/GEMINI.md": "x\n",
            "repos/c/.cursorrules": "x\n",
            "repos/c/.cursor/rules/style.mdc": "---\nalwaysApply: true\nglobs: ['*.ts']\n---\nx\n",
            "repos/d/.windsurfrules": "x\n",
            "repos/e/.clinerules/first.md": "x\n",
            "repos/f/.github/copilot-instructions.md": "x\n",
            "repos/f/.github/instructions/py.instructions.md": "---\napplyTo: '**/*.py'\n---\nx\n",
            "repos/g/AGENTS.md": "x\n",
            "laptops/dev/.claude/CLAUDE.md": "x\n",
            "laptops/dev/etc/claude-code/CLAUDE.md": "x\n",
        },
    )
    assert ids(found.agents) == [
        "agent:claude-code/laptops/dev/claude-code",
        "agent:claude-code/repos/a/claude-code",
        "agent:cline/repos/e/cline",
        "agent:copilot/repos/f/copilot",
        "agent:cursor/repos/c/cursor",
        "agent:gemini/repos/b/gemini",
        "agent:windsurf/repos/d/windsurf",
    ]
    assert {(each.agent, each.scope, each.key, each.value) for each in found.settings} == {
        ("agent:claude-code/repos/a/claude-code", "project", "instructions", "CLAUDE.md"),
        ("agent:claude-code/repos/a/claude-code", "local", "instructions", "CLAUDE.local.md"),
        ("agent:gemini/repos/b/gemini", "project", "instructions", "GEMINI.md"),
        ("agent:cursor/repos/c/cursor", "project", "instructions", ".cursorrules"),
        ("agent:cursor/repos/c/cursor", "project", "instructions", ".cursor/rules/style.mdc"),
        ("agent:cursor/repos/c/cursor", "project", "instructions.alwaysApply", "true"),
        ("agent:cursor/repos/c/cursor", "project", "instructions.globs", "*.ts"),
        ("agent:windsurf/repos/d/windsurf", "project", "instructions", ".windsurfrules"),
        ("agent:cline/repos/e/cline", "project", "instructions", ".clinerules/first.md"),
        ("agent:copilot/repos/f/copilot", "project", "instructions", ".github/copilot-instructions.md"),
        ("agent:copilot/repos/f/copilot", "project", "instructions", ".github/instructions/py.instructions.md"),
        ("agent:copilot/repos/f/copilot", "project", "instructions.applyTo", "**/*.py"),
        (None, "project", "instructions", "AGENTS.md"),
        ("agent:claude-code/laptops/dev/claude-code", "user", "instructions", ".claude/CLAUDE.md"),
        ("agent:claude-code/laptops/dev/claude-code", "managed", "instructions", "etc/claude-code/CLAUDE.md"),
    }
    assert all(each.locations for each in (*found.agents, *found.settings))


def test_what_it_pulls_in() -> None:
    path = "repos/web/CLAUDE.md"
    found = observe(SOURCE, {path: TEXT})
    included = {each.value: each for each in found.settings if each.key == "instructions.include"}
    assert set(included) == {
        "docs/setup.md",
        "~/.claude/mine.md",
        "https://rules.example/base.md",
        "https://rules.example/today",
    }
    setup = included["docs/setup.md"]
    assert setup.id == f"setting:{path}#instructions.include=docs/setup.md"
    assert setup.locations == (place(TEXT, "docs/setup.md", path),)
    other = observe(SOURCE, {"repos/web/AGENTS.md": TEXT})
    assert {each.value for each in other.settings if each.key == "instructions.include"} == {
        "https://rules.example/base.md",
        "https://rules.example/today",
    }


def test_a_folder_further_down_adds_to_the_agent_above() -> None:
    found = observe(
        SOURCE,
        {
            "repos/web/CLAUDE.md": "x\n",
            "repos/web/packages/ui/CLAUDE.md": "x\n",
            "repos/web/packages/ui/GEMINI.md": "x\n",
        },
    )
    assert ids(found.agents) == [
        "agent:claude-code/repos/web/claude-code",
        "agent:gemini/repos/web/packages/ui/gemini",
    ]
    assert {each.value for each in found.settings if each.agent == ids(found.agents)[0]} == {
        "CLAUDE.md",
        "packages/ui/CLAUDE.md",
    }
    spaced = observe(SOURCE, {"my repos/web/sub folder/CLAUDE.md": "x\n", "my repos/web/CLAUDE.md": "x\n"})
    assert ids(spaced.agents) == ["agent:claude-code/my%20repos/web/claude-code"]
    assert {each.value for each in spaced.settings} == {"CLAUDE.md", "sub folder/CLAUDE.md"}
    home = observe(SOURCE, {"home/dev/CLAUDE.md": "x\n", "home/dev/code/shop/CLAUDE.md": "x\n"})
    assert ids(home.agents) == [
        "agent:claude-code/home/dev/claude-code",
        "agent:claude-code/home/dev/code/shop/claude-code",
    ]


def test_ids_are_those_of_the_agents_own_settings() -> None:
    told = observe(claude_code.SOURCE, {"repos/a/.claude/settings.json": '{"model": "x"}'})
    served = observe(mcp_clients.SOURCE, {"repos/a/.cursor/mcp.json": '{"mcpServers": {"a": {"command": "x"}}}'})
    found = observe(SOURCE, {"repos/a/CLAUDE.md": "x\n", "repos/a/.cursorrules": "x\n"})
    assert ids(found.agents) == [*ids(told.agents), *ids(served.agents)]


@pytest.mark.parametrize(
    "path",
    [
        "repos/a/.claude/agents/claude.md",
        "repos/a/.claude/skills/x/SKILL.md",
        "repos/a/docs/CLAUDE.md.txt",
        "repos/a/MY-CLAUDE.md",
        "repos/a/rules/style.mdc",
        "repos/a/instructions/python.md",
        "repos/a/.claude/commands/agents.md",
    ],
)
def test_other_files_are_left_alone(path: str) -> None:
    assert not SOURCE.recognises(path, TEXT)


@pytest.mark.parametrize(
    "text",
    ["", "---\n---\n", "---\nglobs: {a: [[1]]}\nalwaysApply: [null]\n---\n", "@" * 100_000, "@a/" * 50_000, "```\n" * 9,
     "fetch " * 50_000, "@./" + "a." * 50_000],
)  # fmt: skip
def test_any_text_is_read(text: str) -> None:
    found = observe(SOURCE, {"CLAUDE.md": text})
    assert found.agents[0].locations == (Location("CLAUDE.md", 1, 1),)


@pytest.mark.skipif(not Path(CORPUS).is_dir(), reason="the corpus is not beside this checkout")
def test_corpus_holds_none() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.agents, found.settings) == ([], (), ())


def test_a_token_in_the_text_is_held_and_an_example_is_not() -> None:
    token = "gh" + "p_" + "A1b2C3d4" * 5
    found = observe(SOURCE, {"web/CLAUDE.md": f"# Rules\nPush with {token}.\nExample: PASSWORD=hunter2\n"})
    (held,) = found.credentials
    assert (held.kind, held.store, held.locations) == ("pat", "plaintext", (Location("web/CLAUDE.md", 2, 11),))
    assert triples(found, "holds") == {("agent:claude-code/web/claude-code", "holds", held.id)}
    assert token not in repr(found)


@pytest.mark.parametrize("sign", ["\r", "\f", "\x1c", "\u2028"])
def test_lines_are_those_that_an_editor_counts(sign: str) -> None:
    found = observe(SOURCE, {"CLAUDE.md": f"a{sign}b\n@docs/setup.md\n"})
    (included,) = [each for each in found.settings if each.key == "instructions.include"]
    assert included.locations == (Location("CLAUDE.md", 3 if sign == "\r" else 2, 2),)
