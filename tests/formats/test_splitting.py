"""A text in pieces falls apart into records, wherever it was cut."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.formats import splitting
from nhiassess.formats.splitting import Piece, Splitting

RECORDS: list[dict[str, object]] = [
    {"name": "a", "events": [], "attributes": {"x": 'brackets ]}{[ and a " quote \\'}},
    {"name": "é😀", "nested": [[{"deep": [1, 2.5, None, True]}]], "line": "one\ntwo"},
    {},
    {"name": "last"},
]
LINES = "".join(json.dumps(each) + "\n" for each in RECORDS)
PRETTY = "\n".join(json.dumps(each, indent=2, ensure_ascii=False) for each in RECORDS)
LIST = json.dumps(RECORDS, indent=4)
WRAPPED = json.dumps({"kind": "EventList", "metadata": {"x": 1}, "items": RECORDS, "more": {"y": [1]}})
SEVERAL = json.dumps({"resourceSpans": RECORDS[:1]}) + "\n" + json.dumps({"resourceSpans": RECORDS[1:]}) + "\n"
SUBSCRIBED = json.dumps({"owner": "1", "subscriptionFilters": ["f"], "logEvents": RECORDS[:2]}) + json.dumps(
    {"owner": "1", "subscriptionFilters": ["f"], "logEvents": RECORDS[2:]}
)


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def split(text: str, size: int = 1_000_000) -> tuple[list[Piece], Splitting]:
    splitting = Splitting(pieces(text, size))
    return list(splitting), splitting


@pytest.mark.parametrize("size", [1, 7, 64, 1_000_000])
@pytest.mark.parametrize(
    "text",
    [LINES, LINES.replace("\n", "\r\n"), LINES.replace("\n", "\n\n"), PRETTY, PRETTY.replace("\n", "\r\n"), LIST,
     WRAPPED, SEVERAL, SUBSCRIBED, "\x1e" + LINES.replace("\n", "\n\x1e"), "".join(map(json.dumps, RECORDS))],
    ids=["lines", "crlf", "empty lines", "pretty", "pretty crlf", "list", "wrapped", "several wrapped", "subscribed",
         "rfc 7464", "one line"],
)  # fmt: skip
def test_records_are_whole_wherever_the_text_is_cut(text: str, size: int) -> None:
    found, splitting = split(text, size)
    assert [each.value for each in found] == RECORDS
    assert splitting.cut is None
    for each in found:
        line = text.split("\n")[each.line - 1]
        assert line[each.column - 1 :].startswith(each.text.split("\n")[0].rstrip("\r"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists))),
       st.integers(1, 40), st.sampled_from([None, 1]))  # fmt: skip
def test_any_records(records: list[dict[str, object]], size: int, indent: int | None) -> None:
    for text in (json.dumps(records, indent=indent), json.dumps({"Records": records}, indent=indent)):
        assert [each.value for each in split(text, size)[0]] == records


def test_a_span_with_events_is_a_record_and_an_export_of_events_is_none() -> None:
    span = {"name": "chat", "context": {"trace_id": "1"}, "events": [{"name": "e"}]}
    assert [each.value for each in split(json.dumps(span))[0]] == [span]
    assert [each.value for each in split(json.dumps({"events": [{"message": "m"}], "nextToken": "n"}))[0]] == [
        {"message": "m"}
    ]


def test_broken_elements_are_told_apart_wherever_the_text_is_cut() -> None:
    text = "[\n" + '  {"a": "\n' * 500 + '  {"a": 1}\n]'
    for size in (11, 64, 1000):
        found, splitting = split(text, size)
        assert [each.line for each in found if each.fault] == list(range(2, 502))
        assert ([each.value for each in found if not each.fault], splitting.cut) == ([{"a": 1}], None)


def test_what_is_around_a_list_is_kept() -> None:
    assert split('{"Records": [{"a": 1}], "NextToken": "n"}')[1].shells == ['{"Records": [], "NextToken": "n"}']


@pytest.mark.parametrize("size", [5, 1_000_000])
@pytest.mark.parametrize(
    ("text", "values", "faults"),
    [
        ('{"a": 1}\n{"a": "cut\n{"a": 3}\n', [{"a": 1}, None, {"a": 3}], []),
        ('{"a": "cut\n{"a": 2}\n{"a": 3}\n', [None, {"a": 2}, {"a": 3}], []),
        ('d"}\n{"a": 2}\n', [{"a": 2}], [(1, 1)]),
        ('{"a": 1}\nplain words\n[1]\n7\n{"a": 2}\n', [{"a": 1}, {"a": 2}], [(2, 1), (3, 1), (4, 1)]),
        ('[\n  {"a": 1},\n  {"a": "x\n y"},\n  {"a": 3}\n]', [{"a": 1}, {"a": 3}], [(3, 3)]),
        ('[{"a": 1}, 7, "x]", [{"b": 2}], {"a": 3}]', [{"a": 1}, {"a": 3}], [(1, 12), (1, 15), (1, 21)]),
        ('{\n "a": 1\n}\n{\n "a": "x\n}\n{\n "a": 3\n}\n', [{"a": 1}, {"a": 3}], [(4, 1)]),
        ('{\n "a": 1\n}\n}]\n{\n "a": 3\n}\n', [{"a": 1}, {"a": 3}], [(4, 1), (4, 2)]),
    ],
    ids=["line", "first line", "begins within", "other lines", "element", "other elements", "value", "too many ends"],
)  # fmt: skip
def test_a_broken_record_spoils_no_other(
    text: str, values: list[object], faults: list[tuple[int, int]], size: int
) -> None:
    found, splitting = split(text, size)
    assert [each.value for each in found if each.fault is None] == values
    assert [(each.line, each.column) for each in found if each.fault] == faults
    assert splitting.cut is None


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}\n{"a": 2, "b', '[{"a": 1}, {"a"', '[{"a": 1}', '{"Records": [{"a": 1}], "x": "y', '{"a": 1}{"b": ['],
)
@pytest.mark.parametrize("size", [3, 1_000_000])
def test_a_cut_text_says_so(text: str, size: int) -> None:
    found, splitting = split(text, size)
    assert [each.value for each in found] == [{"a": 1}]
    assert (splitting.cut or "").startswith("the file ends before")


@pytest.mark.parametrize("size", [1, 3, 1_000_000])
def test_spellings_of_json5_have_their_text(size: int) -> None:
    found, _ = split('[{"a": 1,}, {"b": [2,],}]{"c": 3,}', size)
    assert [(each.text, each.value) for each in found] == [
        ('{"a": 1,}', None), ('{"b": [2,],}', None), ('{"c": 3,}', None),
    ]  # fmt: skip
    assert split('{"Records": [], "nextToken": "n"}', size)[1].shells == ['{"Records": [], "nextToken": "n"}']


def test_words_before_a_message() -> None:
    text = '2026-11-05T06:00:12Z [x] [info] Message from client: {"jsonrpc":"2.0"} { metadata: undefined }\n'
    found, _ = split("\n" + text)
    assert (found[0].value, found[0].line, found[0].column) == ({"jsonrpc": "2.0"}, 2, 54)


@pytest.mark.parametrize("size", [1000, 1_000_000])
@pytest.mark.parametrize("text", ['{{"a": 1}}\n{{"a": "{}"}}\n{{"a": 3}}\n', '[{{"a": 1}}, {{"a": "{}"}}, {{"a": 3}}]',
                                  '{{"Records": [{{"a": 1}}, {{"a": "{}"}}, {{"a": 3}}]}}'])  # fmt: skip
def test_a_record_that_is_too_large_is_passed_over(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MAX_RECORD", 5000)
    found, _ = split(text.format('\\\\\\"[' * 20_000), size)
    assert [each.value for each in found] == [{"a": 1}, None, {"a": 3}]
    assert (found[1].fault or "").startswith("the record is larger") and not found[1].text


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 50_000, '{"a": "' + "\\" * 100_001, '{"a": 1' + "0" * 5000 + "}", "[" + "1," * 50_000,
     '{"Records": ' * 9000, "}" * 50_000, '{"a": {"b": 1}\n' * 9000, '[{"a": "\n' * 9000, '"' * 50_001, "\ufeff" * 9],
    ids=range(11),
)  # fmt: skip
def test_hostile_texts_end(text: str) -> None:
    for size in (4096, 1_000_000):
        for piece in split(text, size)[0]:
            assert piece.value is None or isinstance(piece.value, dict)
