"""Groovy as text: what is a string, what a comment, and that nothing takes more time than its length."""

from __future__ import annotations

import time

import pytest

from nhiassess.formats.groovy import pairs, tokens


def strings(text: str) -> list[tuple[str, bool]]:
    return [(each.text, each.is_open) for each in tokens(text) if each.kind == "string"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'it\\'s'", [("it's", False)]),
        ('"a ${b}"', [("a ${b}", True)]),
        ('"a \\${b}"', [("a ${b}", False)]),
        ("'a ${b}'", [("a ${b}", False)]),
        ("'''a\n'b' ''c'''", [("a\n'b' ''c", False)]),
        ('"""a "b" $c"""', [('a "b" $c', True)]),
        ("'a \\\\\\\nb'", [("a \\b", False)]),
        ("x =~ /a\\/b/", [("a/b", False)]),
        ("$/a/b $/$", [("a/b $", False)]),
        ("'open\nnext", [("open", False)]),
        ("'\\u0041'", [("A", False)]),
    ],
)
def test_strings(text: str, said: list[tuple[str, bool]]) -> None:
    assert strings(text) == said


@pytest.mark.parametrize("text", ["// 'a'", "/* 'a' \n 'b' */", "#!/usr/bin/env 'a'", "a / b / c"])
def test_comments_and_division_hold_no_strings(text: str) -> None:
    assert strings(text) == []


def test_places_and_brackets() -> None:
    read = tokens("a {\n  b('x', [1])\n}")
    by_text = {each.text: each for each in read}
    assert (by_text["b"].line, by_text["b"].column) == (2, 3)
    assert (by_text["x"].line, by_text["x"].column, by_text["x"].last_line) == (2, 5, 2)
    assert {(read[start].text, read[end].text) for start, end in pairs(read).items()} == {
        ("{", "}"),
        ("(", ")"),
        ("[", "]"),
    }
    assert not pairs(tokens("( ] }"))


@pytest.mark.parametrize("text", ["'", '"""a"', "/*", "(/", "\\\n", "$/", "'\\", '"${', "=/a\n", "'''", "/"])
def test_long_texts_take_no_more_than_their_length(text: str) -> None:
    started = time.monotonic()
    pairs(tokens(text * 100_000))
    assert time.monotonic() - started < 20
