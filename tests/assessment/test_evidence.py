"""Excerpts are cut around a line and hashed as shown; a hash that a secret could be guessed from is left out."""

from __future__ import annotations

from hashlib import sha256

import pytest

from nhiassess.assessment.evidence import LONGEST_LINE, evidence
from nhiassess.model.assessment import Evidence
from nhiassess.model.inventory import Location, ObservedFile

TEXT = "\n".join(f"line {number}" for number in range(1, 10))


def cut(*places: Location, text: str = TEXT, **more: object) -> tuple[Evidence, ...]:
    files = [ObservedFile("a/b.json", "read", sha256="f" * 64)]
    return evidence(places, {"a/b.json": text}, files, more.get("collected", {}))  # type: ignore[arg-type]  # a mapping


@pytest.mark.parametrize(
    ("line", "first", "shown"),
    [(1, 1, "line 1\nline 2"), (5, 4, "line 4\nline 5\nline 6"), (9, 8, "line 8\nline 9"), (99, 98, "")],
)
def test_an_excerpt_shows_the_line_and_one_on_either_side(line: int, first: int, shown: str) -> None:
    (found,) = cut(Location("a/b.json", line))
    assert (found.first_line, found.excerpt) == (first, shown)
    assert found.sha256 == sha256(shown.encode()).hexdigest()
    assert found.file_sha256 == "f" * 64


def test_places_of_one_line_are_one_piece_and_pieces_are_numbered_in_path_order() -> None:
    places = [Location("b.json", 1), Location("a/b.json", 3, 9), Location("a/b.json", 3, 2), Location("a/b.json", 2)]
    found = cut(*places)
    assert [(each.id, str(each.location)) for each in found] == [
        ("E-001", "a/b.json:2"),
        ("E-002", "a/b.json:3"),
        ("E-003", "b.json:1"),
    ]
    assert found[1].location.column == 2
    assert cut(*reversed(places)) == found


def test_long_lines_are_cut_and_line_ends_do_not_show() -> None:
    (found,) = cut(Location("a/b.json", 1), text="x" * 999 + "\r\nsecond\r\n")
    assert found.excerpt == "x" * LONGEST_LINE + "\nsecond"


@pytest.mark.parametrize(
    ("text", "told"),
    [("[redacted]\n", False), ("TOKEN=[redacted]\n", False), (f"[redacted] {'word ' * 20}", True), ("short", True)],
)
def test_the_hash_of_a_file_that_is_little_more_than_a_secret_is_left_out(text: str, told: bool) -> None:
    (found,) = cut(Location("a/b.json", 1), text=text)
    assert (found.file_sha256 is not None) is told


@pytest.mark.parametrize(
    ("collected", "when"),
    [
        ({"a/b.json": "2026-11-01", "a": "2026-10-01"}, "2026-11-01"),
        ({"a": "2026-10-01"}, "2026-10-01"),
        ({"a/b": "2026-10-01", "b.json": "2026-10-01"}, None),
        ({}, None),
    ],
)
def test_when_it_was_collected_is_told_by_the_nearest_provenance(collected: dict[str, str], when: str | None) -> None:
    (found,) = cut(Location("a/b.json", 1), collected=collected)
    assert found.collected == when


def test_a_file_that_was_not_read_has_no_excerpt() -> None:
    (found,) = cut(Location("gone.json", 1))
    assert (found.excerpt, found.file_sha256) == ("", None)
