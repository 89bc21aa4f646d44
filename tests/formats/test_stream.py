"""Records of a stream: their places in the file, no secret in them, and what could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from traceback import format_exception

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.format import Node
from nhiassess.formats.glance import Glance
from nhiassess.formats.reading import read
from nhiassess.formats.stream import MAX_PROBLEMS, Record, Stream
from tests.formats.looking import at

KEY = b"a key for tests, thirty-two bytes"
GITHUB = "ghp_" + "K4n4ry" * 6
PLACES = [
    {"env": {"DB_PASSWORD": "K4n4ryPassword"}},
    {"args": ["--token", "K4n4ryToken77", "-H", "Authorization: Bearer K4n4ryBearer77"]},
    {"address": "postgres://app:K4n4ryDsn77@db/x", "again": "K4n4ryDsn77"},
    {"attributes": [{"key": "api_key", "value": {"stringValue": "K4n4ryKey7777"}}]},
    {"text": f"cloned with {GITHUB}", GITHUB: 1},
    {"requestObject": {"kind": "Secret", "apiVersion": "v1", "data": {"x": "SzRuNHJ5"}, "stringData": {"y": "K4n4ry"}}},
    {"message": json.dumps({"password": "K4n4ryInner77"})},
    {"pass\\u0077ord": "K4n4ryEscaped77"},
]
SIGNS = ("K4n4ry", "SzRuNHJ5")


def stream(content: str | bytes) -> Stream:
    return Stream("x.jsonl", BytesIO(content if isinstance(content, bytes) else content.encode()), KEY)


def nodes(content: str | bytes) -> list[Node]:
    return [node for record in stream(content) if (node := record.node()) is not None]


def test_places_are_those_of_the_file() -> None:
    text = '{"a": 1}\n  {"b": {"c": "x"}}\n[broken\n{"password": "K4n4ry77"}\n'
    _, second, third = nodes(text)
    assert (second.line, second.column) == (2, 3)
    assert (at(second, "b", "c").line, at(second, "b", "c").column, at(second, "b", "c").key_column) == (2, 15, 10)
    assert (third.line, at(third, "password").secrets[0].line, at(third, "password").column) == (4, 4, 14)


def test_places_in_a_list() -> None:
    text = '[\n {\n  "a": 1\n }, {"b":\n 2}]'
    first, second = nodes(text)
    assert (first.line, first.column, at(first, "a").line, at(first, "a").column) == (2, 2, 3, 8)
    assert (second.line, second.column, at(second, "b").key_column, at(second, "b").line) == (4, 5, 6, 5)
    whole = read("x.json", text.encode(), key=KEY).root
    assert whole.get(0) == first and whole.get(1) == second


@pytest.mark.parametrize("place", range(len(PLACES)))
@pytest.mark.parametrize("indent", [None, 2])
def test_no_secret_is_in_a_record(place: int, indent: int | None) -> None:
    text = json.dumps(PLACES[place], indent=indent).replace("\\\\u", "\\u")
    (node,) = nodes(text + "\n")
    assert not any(sign in repr(node) + str(node.plain()) for sign in SIGNS)
    if "message" not in text:
        assert node.plain() == read("x.json", text.encode(), key=KEY).root.plain()


def test_a_record_in_a_record_has_the_place_of_the_outer() -> None:
    (node,) = nodes('{}\n{"id": "1", "message": "{\\"a\\": {\\"b\\": 1}}"}\n'[3:])
    assert node.plain() == {"a": {"b": 1}}
    assert (at(node, "a", "b").line, at(node, "a", "b").column) == (1, 1)


def test_words_are_no_record_in_a_record() -> None:
    assert [node.plain() for node in nodes('{"message": "{not a record"}\n{"message": "[1]"}\n')] == [
        {"message": "{not a record"}, {"message": "[1]"},
    ]  # fmt: skip


def test_records_are_told_apart_by_digests_alone() -> None:
    def look(node: Node) -> Iterable[tuple[object, int]]:
        yield at(node, "a").text(), 7

    content = '{"a": "K4n4ry"}\n{"a": "K4n4ry", "b": 1}\n{"a": "x"}\n'
    first, second, third = (record.told_apart(look) or [] for record in stream(content))
    assert first == second and first != third and first[0][1] == 7
    assert "K4n4ry" not in repr(first) and len(first[0][0]) == 16


def test_what_looks_at_a_record_sees_what_a_node_would_show() -> None:
    plain = {"a": {"b": [1, "x", None, True, {"c": 2.5}]}, "d": ""}
    node, glance = read("x.json", json.dumps(plain).encode(), key=KEY).root, Glance(plain)
    for path in [("a",), ("a", "b"), ("a", "b", 4, "c"), ("a", "b", 9), ("a", 0), ("d", "x"), ("z",), ("a", "b", -1)]:
        one, other = node.get(*path), glance.get(*path)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert (one.plain(), one.is_mapping, one.is_sequence) == (
                other.plain(),
                other.is_mapping,
                other.is_sequence,
            )
            assert [each.plain() for each in one.elements()] == [each.plain() for each in other.elements()]
            assert [each.plain() for each in one.listed()] == [each.plain() for each in other.listed()]
            assert [(key, each.plain()) for key, each in one.items()] == [
                (k, each.plain()) for k, each in other.items()
            ]
            assert (one.text(), one.flag(), one.number()) == (other.text(), other.flag(), other.number())


def test_spellings_of_json5_are_read_by_our_own_reader() -> None:
    assert [node.plain() for node in nodes('{"a": 1}\n{"a": 2,}\n')] == [{"a": 1}, {"a": 2}]


def broken(content: str | bytes) -> tuple[list[object], Stream]:
    read = stream(content)

    def plain(record: Record) -> object:
        node = record.node()
        return None if node is None else node.plain()

    return [plain(record) for record in read], read


def test_broken_records_are_counted_and_the_first_are_named() -> None:
    found, read = broken('{"a": 1}\n' + '{"a": }\n' * 50 + '{"a": 2}\n')
    assert [each for each in found if each is not None] == [{"a": 1}, {"a": 2}]
    assert (read.broken, len(read.problems)) == (50, MAX_PROBLEMS)
    assert (read.problems[0].line, read.problems[0].column, read.problems[0].what) == (2, 7, "a value is expected here")


def test_a_record_that_is_not_utf_8_is_one_problem() -> None:
    found, read = broken(b'{"a": 1}\n{"a": "\xe9"}\n{"a": "\xc3\xa9"}\n')
    assert found == [{"a": 1}, {"a": "é"}]
    assert [(each.line, each.what) for each in read.problems] == [(2, "the record is not UTF-8")]


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a": ', '[{"a": 1}', '{"Records": [{"a": 1}], "NextToken": "n"}'])
def test_what_is_not_all_of_it_says_so(text: str) -> None:
    found, read = broken(text)
    assert found == [{"a": 1}] and read.incomplete


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(FormatError, match="binary"):
        nodes(b"\x89PNG\0\0\0\rIHDR" * 99)


def test_what_fails_on_an_unredacted_record_fails_again_on_a_redacted_one() -> None:
    def look(node: Node) -> Iterable[tuple[object, None]]:
        raise ValueError(f"{node!r} {node.plain()}")

    for record in stream("\n".join(json.dumps(each) for each in PLACES[:-1]) + '\n{"token": "K4n4ryLoose77",}'):
        with pytest.raises(ValueError, match="redacted") as raised:
            record.told_apart(look)
        told = "".join(format_exception(raised.value))
        assert not [sign for sign in SIGNS if sign in told.replace("test_stream", "")]


def test_what_fails_on_a_secret_only_is_read_without_it() -> None:
    def look(node: Node) -> Iterable[tuple[object, None]]:
        yield (node.get("token") or Node(None)).plain() == "[redacted]" or 1 / 0, None

    (record,) = stream('{"token": "K4n4ryLoose77"}')
    assert len(record.told_apart(look) or ()) == 1
