"""Sections of settings: places, secrets, lines that belong to others, and files that are none."""

from __future__ import annotations

import time

import pytest

from nhiassess.formats.ini import Section, sections
from nhiassess.formats.reading import read

CANARY = "hunter2-CANARY"


def of(text: str) -> tuple[Section, ...]:
    return sections(read(".aws/config", text.encode(), key=b"k"))


def test_entries_with_their_places_and_secrets() -> None:
    (first, second) = of(f"# a\n[default]\r\nregion = eu-west-1\r\n[ profile x ] ; y\n  password= {CANARY}\nurl: a\n")
    assert (first.name, first.line, first.text("region"), first.text("none")) == ("default", 2, "eu-west-1", None)
    assert (second.name, second.text("url")) == ("profile x", "a")
    node = second.entries["password"]
    assert (node.line, node.column, node.key_column, node.value) == (5, 13, 3, "[redacted]")
    assert [each.kind for each in node.secrets] == ["password"]
    region = first.entries["region"]
    assert (region.line, region.column, region.secrets) == (3, 10, ())


def test_what_is_indented_below_an_entry_without_a_value_is_left_out() -> None:
    (section,) = of("[default]\ns3 =\n  max = 3\n  retries = 4\nregion = a\n")
    assert dict.keys(dict(section.entries)) == {"s3", "region"}


def test_files_that_a_format_of_their_own_takes() -> None:
    assert [each.name for each in of("a = 1\n[b]\nc = 'd'\n")] == ["", "b"]
    assert of("") == ()


@pytest.mark.parametrize("text", ["[", "[a]\n=\n:\n", "= b\n: c\n[]\n"])
def test_hostile_shapes(text: str) -> None:
    assert all(isinstance(each.line, int) for each in of(text))


@pytest.mark.parametrize("text", ["a=" + " " * 1_000_000 + "x", "[" * 1_000_000, "a = b\n" * 200_000])
def test_long_files_take_no_more_than_their_length(text: str) -> None:
    started = time.monotonic()
    of(text)
    assert time.monotonic() - started < 20
