"""A sketch answers whatever a reader asks, and draws what was asked: kinds, limits, words, needs and branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nhiassess.formats.form import COLOUR, DATE, MONTH, Form
from nhiassess.formats.record import MOST, Record
from nhiassess.formats.sketch import draw

TEXT = {"type": "string"}
NEEDED = {"type": "string", "minLength": 1}
HEX = {
    **TEXT,
    "pattern": "^(#[0-9A-Fa-f]{6})$",
    "examples": ["#243B6B"],
    "patternErrorMessage": 'Write it as "#243B6B".',
}


@pytest.mark.parametrize(
    ("ask", "kind", "needed"),
    [
        (lambda r: r.text("k"), NEEDED, True),
        (lambda r: r.text("k", needed=False), TEXT, False),
        (lambda r: r.optional_text("k"), TEXT, False),
        (lambda r: r.text("k", among=("a", "b")), {"type": "string", "enum": ["a", "b"]}, True),
        (lambda r: r.optional_text("k", form=COLOUR), HEX, False),
        (lambda r: r.texts("k"), {"type": ["array", "string"], "items": TEXT}, False),
        (lambda r: r.texts("k", none=("a", "b")), {"type": ["array", "string"], "items": TEXT, "minItems": 1}, True),
        (lambda r: r.integer("k"), {"type": "integer", "minimum": 0, "maximum": MOST}, False),
        (lambda r: r.integer("k", 0, 5), {"type": "integer", "minimum": 0, "maximum": 5}, False),
        (lambda r: r.flag("k", False), {"type": "boolean", "default": False}, False),
        (lambda r: r.optional_flag("k"), {"type": "boolean"}, False),
        (lambda r: r.record("k"), {"type": "object"}, False),
        (lambda r: list(r.records("k")), {"type": "array", "items": {"type": "object"}}, False),
        (lambda r: r.plain("k"), {}, False),
        (lambda r: r.has("k"), {}, False),
        (lambda r: r.has("k") and r.text("k"), NEEDED, True),
        (lambda r: r.text("k") and r.has("k"), NEEDED, True),
    ],
)  # fmt: skip
def test_each_question_is_a_kind(ask: Callable[[Record], object], kind: dict[str, Any], needed: bool) -> None:
    assert draw(ask) == {"type": "object", "properties": {"k": kind}, **({"required": ["k"]} if needed else {})}


def test_keys_of_the_writers_own_are_drawn_once_for_all() -> None:
    def reader(record: Record) -> dict[str, str]:
        return {name: record.text(name, among=("yes", "no")) for name in record.names()}

    drawn = draw(reader)
    assert drawn == {"type": "object", "additionalProperties": {"type": "string", "enum": ["yes", "no"]}}


def test_lists_of_lists_and_what_lies_in_them() -> None:
    drawn = draw(lambda record: [each.text("a") for row in record.lists("k", none=("", "")) for each in row])
    inner = {"type": "object", "properties": {"a": NEEDED}, "required": ["a"]}
    least = {"type": "array", "minItems": 1}
    assert drawn["properties"]["k"] == {**least, "items": {**least, "items": inner}}
    assert drawn["required"] == ["k"]


def test_only_a_reader_that_is_done_closes_the_mapping() -> None:
    assert "additionalProperties" not in draw(lambda record: record.text("k"))
    assert draw(lambda record: (record.text("k"), record.done()))["additionalProperties"] is False


def test_a_reader_is_asked_until_each_word_was_given() -> None:
    given = []
    draw(lambda record: given.append((record.text("one", among="ab"), record.text("three", among="xyz"))))
    assert given == [("a", "x"), ("b", "y"), ("a", "z")]


def branching(record: Record) -> None:
    record.text("name")
    if record.text("kind", among=("file", "web", "none")) == "file":
        record.text("path")
    elif record.text("kind", among=("file", "web", "none")) == "web":
        record.optional_text("host")
    record.done()


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({"name": "n", "kind": "file", "path": "p"}, True),
        ({"name": "n", "kind": "file"}, False),
        ({"name": "n", "kind": "file", "path": "p", "host": "h"}, False),
        ({"name": "n", "kind": "web"}, True),
        ({"name": "n", "kind": "web", "host": "h"}, True),
        ({"name": "n", "kind": "web", "path": "p"}, False),
        ({"name": "n", "kind": "none"}, True),
        ({"name": "n", "kind": "none", "host": "h"}, False),
        ({"kind": "none"}, False),
    ],
)
def test_a_reader_that_asks_by_the_word_it_was_given_is_drawn_branch_by_branch(value: Any, right: bool) -> None:
    assert Draft202012Validator(draw(branching)).is_valid(value) is right


def test_two_rules_of_one_reader_stand_side_by_side() -> None:
    def reader(record: Record) -> None:
        record.one_of(("a", "b"), "", "")
        record.goes_with("c", "kind", "x", "", "", only=True)
        record.one_of(("a", "b"), "", "")

    check = Draft202012Validator(draw(reader))
    right = [{"a": 1}, {"b": 1, "kind": "y"}, {"a": 1, "kind": "x", "c": "z"}]
    wrong = [{}, {"a": 1, "b": 1}, {"a": 1, "kind": "x"}, {"a": 1, "kind": "x", "c": ""}, {"a": 1, "c": "z"}]
    assert [check.is_valid(value) for value in (*right, *wrong)] == [True] * 3 + [False] * 5


@pytest.mark.parametrize(
    ("form", "text", "fits"),
    [
        (DATE, "2026-11-23", True),
        (DATE, "2026-11-23T09:00:00Z", True),
        (DATE, "2026-11-23\n", False),
        (DATE, "2026-02-30", False),
        (DATE, "2026-11", False),
        (MONTH, "2026-11", True),
        (MONTH, "2026-11-23", True),
        (MONTH, "2026", False),
        (COLOUR, "#243b6B", True),
        (COLOUR, "#243b6", False),
        (COLOUR, "", False),
    ],
)
def test_a_form_tells_what_fits(form: Form, text: str, fits: bool) -> None:
    assert form.fits(text) is fits
    assert form.fits(form.example)
