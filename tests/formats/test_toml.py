"""TOML: values as the standard reader gives them, and places."""

from __future__ import annotations

import datetime
import tomllib

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.toml import parse
from tests.formats.looking import at

SAMPLES = [
    "a = 1\nb = \"x\"\nc = 'y'\nd = true\ne = -2.5\nf = 1_000\ng = 0xFF\nh = inf\n",
    "a.b.c = 1\na.b.d = 2\n[a.e]\n\"quoted key\" = 3\n'x.y' = 4\n",
    "[[s]]\nn = 1\n[s.t]\nv = 1\n[[s]]\nn = 2\n[s.t]\nv = 2\n[[s.u]]\nw = 3\n",
    "a = [\n  1, # one\n  2,\n  [3, [4]],\n]\nb = {c = 1, d.e = [2], f = {g = {}}}\n",
    'a = """\nfirst\nsecond \\\n   joined"""\nb = \'\'\'\nraw\\n \'quoted\' \'\'\'\nc = """ends with quote\\\\""""\n',
    "a = \"\"\"x\"\"\"\"\nb = '''y''''\nc = \"\"\nd = ''\n",
    'mark = "# no comment" # a comment [with] = signs\r\nnext = "a\\tb\\u00e9"\r\n',
    "[mcp_servers.github]\ncommand = 'npx'\nargs = [ '-y' , 'x' ]\n[mcp_servers.github.env]\nA = '1'\n",
    "",
    "# nothing\n",
    "[a]\n[a.b]\n[c]\n",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_values_agree_with_the_standard_reader(text: str) -> None:
    assert parse("x.toml", text).roots[0].plain() == tomllib.loads(text)


def test_dates_and_times_stay_as_they_are_written() -> None:
    text = "a = 2026-01-02\nb = 2026-01-02 03:04:05\nc = 2026-01-02T03:04:05Z\nd = [07:08:09, 2026-01-02]\n"
    assert isinstance(tomllib.loads(text)["a"], datetime.date)
    assert parse("x.toml", text).roots[0].plain() == {
        "a": "2026-01-02",
        "b": "2026-01-02 03:04:05",
        "c": "2026-01-02T03:04:05Z",
        "d": ["07:08:09", "2026-01-02"],
    }


def test_every_node_knows_its_place_and_that_of_its_key() -> None:
    root = parse("x.toml", "x = 1\n\n[servers.one]\n  command = 'é' # c\n  env.A = [\n    'v',\n  ]\n").roots[0]
    table, command = at(root, "servers", "one"), at(root, "servers", "one", "command")
    element = at(root, "servers", "one", "env", "A", 0)
    assert (table.line, table.column, table.key_line, table.key_column) == (3, 1, 3, 10)
    assert (command.line, command.column, command.key_line, command.key_column) == (4, 13, 4, 3)
    assert (element.line, element.column) == (6, 5)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = 1\nb = \n", "x.toml:2:5"),
        ("a = 1\na = 2\n", "x.toml:2:6"),
        ("[a]\nb = 'x\n", "x.toml:3:1"),
        ("[a\n", "x.toml:1:3"),
        ("a = " + "9" * 5000 + "\n", "x.toml:1:1"),
        ("a = " + "[" * 200_000, "x.toml:1:1"),
        ("a = " + "[" * 150 + "]" * 150, "x.toml:1:106"),
        (".".join("a" * 300) + " = 1", "x.toml:1:1"),
    ],
)
def test_what_is_not_toml_or_too_deep_is_refused_at_its_place(text: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse("x.toml", text)
    assert [each.where for each in caught.value.complaints] == [where]
