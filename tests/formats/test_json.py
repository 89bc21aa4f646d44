"""JSON: values, dialects, positions, duplicate keys, cut files and bombs."""

from __future__ import annotations

import json as standard
import math
import time

import pyjson5
import pytest
from hypothesis import given
from hypothesis import strategies as some

from nhiassess.errors import FormatError
from nhiassess.formats.format import MAX_DEPTH
from nhiassess.formats.json import parse
from tests.formats.looking import at

VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text(some.characters(exclude_categories=["Cs"])),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(some.characters(exclude_categories=["Cs"])), inner),
    max_leaves=30,
)


@given(VALUES, some.sampled_from([None, 2]), some.booleans())
def test_what_the_standard_writer_writes_reads_back(value: object, indent: int | None, plain: bool) -> None:
    text = standard.dumps(value, indent=indent, ensure_ascii=plain)
    parsed = parse("x.json", text)
    assert [root.plain() for root in parsed.roots] == [value]
    assert parsed.incomplete is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, /* b */ "c": [1, 2,], // d\n}',
        "{a: 'it''', b: 0x1F, c: +1, d: .5, e: 5., f: Infinity}".replace("it''", "it"),
        "{'quote': 'say \"hi\"', 'escaped': 'don\\'t'}",
        "[1, -2.5e3, true, false, null, 'x']",
        "// only a comment before\n{}",
        '{"url": "https://example.test//path", "glob": "/*.md"}',
        '{$schema: "x", _a: [[], {}, [{}],],}',
        "\ufeff{}",
    ],
)
def test_dialects_agree_with_an_independent_reader(text: str) -> None:
    assert parse("x.json", text).roots[0].plain() == pyjson5.loads(text.lstrip("\ufeff"))


def test_not_a_number_is_read() -> None:
    value = at(parse("x.json5", "[NaN]").roots[0], 0)
    assert math.isnan(value.value)  # type: ignore[arg-type]  # the assertion fails for anything else


def test_every_node_knows_its_place_and_that_of_its_key() -> None:
    root = parse("x.json", '{\r\n  "a": {"b": ["x",\r\n    42]},\r\n  "c":\r\n    true\r\n}').roots[0]
    answer = at(root, "a", "b", 1)
    late = at(root, "c")
    inner = at(root, "a", "b")
    assert (answer.line, answer.column) == (3, 5)
    assert (late.line, late.column, late.key_line, late.key_column) == (5, 5, 4, 3)
    assert (inner.line, inner.column, inner.key_line, inner.key_column) == (2, 14, 2, 9)


def test_places_count_letters_outside_the_basic_plane_once() -> None:
    node = at(parse("x.json", '{"😀": "é", "a": 1}').roots[0], "a")
    assert (node.key_column, node.column) == (12, 17)


def test_a_key_that_stands_twice_is_told_with_both_places_and_the_later_counts() -> None:
    parsed = parse("x.json", '{"a": {"b": 1,\n  "b": 2}, "l": [{}, {"c": 1, "c": 3}]}')
    assert parsed.roots[0].plain() == {"a": {"b": 2}, "l": [{}, {"c": 3}]}
    assert [(each.line, each.column, each.path) for each in parsed.problems] == [(2, 3, "$.a.b"), (2, 31, "$.l[1].c")]
    assert "line 1, column 8" in parsed.problems[0].what


def test_values_that_follow_one_another_are_roots() -> None:
    parsed = parse("x.jsonl", '{"a": 1}\n\n{"a": 2}\r\n[3]\n')
    assert [root.plain() for root in parsed.roots] == [{"a": 1}, {"a": 2}, [3]]
    assert [root.line for root in parsed.roots] == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ('{"a": [1, 2', [{"a": [1, 2]}]),
        ('{"a": 1}\n{"b": 2, "c', [{"a": 1}, {"b": 2}]),
        ('{"a": {"b": 1},', [{"a": {"b": 1}}]),
        ('[{"a": tru', [[{}]]),
        ("[1, 2]  \n[", [[1, 2], []]),
        ('{"a":', [{}]),
    ],
)
def test_a_cut_text_gives_what_was_there_and_says_so(text: str, there: list[object]) -> None:
    parsed = parse("x.json", text)
    assert [root.plain() for root in parsed.roots] == there
    assert parsed.incomplete == "the file ends before its last value does"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a" 1}', "x.json:1:6"),
        ('{"a": 1 "b": 2}', "x.json:1:9"),
        ("[1 2]", "x.json:1:4"),
        ("{a: b}", "x.json:1:5"),
        ('["\\x"]', "x.json:1:2"),
        ('["a\nb"]', "x.json:1:2"),
        ("{} garbage", "x.json:1:4"),
        ("[1]]", "x.json:1:4"),
        ("{]", "x.json:1:2"),
        ("[01]x", "x.json:1:5"),
        ("[" + "9" * 5000 + "]", "x.json:1:2"),
    ],
)
def test_what_is_not_json_is_refused_at_its_place(text: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse("x.json", text)
    assert [each.where for each in caught.value.complaints] == [where]
    assert caught.value.complaints[0].hint


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_depth_has_a_limit_that_costs_no_recursion(opening: str) -> None:
    with pytest.raises(FormatError, match=f"deeper than {MAX_DEPTH}"):
        parse("x.json", opening * 200_000)
    assert parse("x.json", "[" * MAX_DEPTH + "]" * MAX_DEPTH).incomplete is None


def test_half_a_surrogate_pair_becomes_the_replacement_sign() -> None:
    assert parse("x.json", r'["\ud83d\ude00", "\ud800", "a\ud800b"]').roots[0].plain() == ["😀", "�", "a�b"]


def test_a_large_file_reads_in_seconds() -> None:
    text = standard.dumps(
        [{"Arn": f"arn:{number}", "Path": "/", "Statement": [{"Effect": "Allow"}]} for number in range(20_000)]
    )
    begun = time.process_time()
    assert len(parse("x.json", text).roots[0].elements()) == 20_000
    assert time.process_time() - begun < 5
