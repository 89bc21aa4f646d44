"""Markdown: front matter, body, and front matter that is no YAML."""

from __future__ import annotations

import pytest

from nhiassess.formats.reading import read
from tests.formats.looking import at


def test_front_matter_and_body_come_apart_with_places() -> None:
    document = read("agent.md", b"---\nname: reviewer\ntools: [Read, Bash]\n---\n# Title\ntext\n", key=b"k")
    assert document.root.plain() == {"name": "reviewer", "tools": ["Read", "Bash"]}
    assert (document.body, document.body_line) == ("# Title\ntext\n", 5)
    tool = at(document.root, "tools", 1)
    assert (tool.line, tool.column) == (3, 15)


@pytest.mark.parametrize("text", ["# Only a body\n", "text\n\n---\n\nmore\n", "", "---\nno end\n", "---\n---\nbody"])
def test_without_front_matter_there_is_no_root(text: str) -> None:
    document = read("CLAUDE.md", text.encode(), key=b"k")
    assert document.roots == ()
    assert document.root.plain() == {}
    assert text.endswith(document.body)


def test_front_matter_that_is_no_yaml_is_read_line_by_line_and_told() -> None:
    text = "---\r\nname: reviewer\r\ndescription: Use this: it helps\r\nglobs: *.ts\r\nempty:\r\n---\r\nbody\r\n"
    document = read("agent.mdc", text.encode(), key=b"k")
    assert document.root.plain() == {
        "name": "reviewer",
        "description": "Use this: it helps",
        "globs": "*.ts",
        "empty": None,
    }
    node = at(document.root, "globs")
    assert (node.line, node.column, node.key_line, node.key_column) == (4, 8, 4, 1)
    assert [each.line for each in document.problems] == [3]
    assert document.body_line == 7


def test_the_body_begins_at_the_same_line_when_the_front_matter_held_a_secret() -> None:
    token = "ghp_" + "Q1w2" * 10
    text = f"---\nname: x\ntoken: {token}\nkey: |\n  a\n  b\n---\nfirst body line\n"
    document = read("agent.md", text.encode(), key=b"k")
    assert document.body == "first body line\n"
    assert document.text.splitlines()[document.body_line - 1] == "first body line"
