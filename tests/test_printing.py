"""Tables fit the terminal, align whatever the script, and print nothing that steers it."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.printing import LEAST, table

HEADS = {"id": "Agent", "owner": "Owner"}


def columns(line: str) -> int:
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in line
    )


def test_columns_are_aligned_under_their_heads_and_rows_are_counted() -> None:
    assert table([{"id": "a", "owner": "Head of platform"}, {"id": "longer", "owner": None}], HEADS).split("\n") == [
        "Agent   Owner",
        "------  ----------------",
        "a       Head of platform",
        "longer  unknown",
        "",
        "2 of 2 printed",
    ]


def test_no_rows_are_said_to_be_none() -> None:
    assert table([], HEADS).split("\n") == ["Agent  Owner", "-----  -----", "", "0 of 0 printed"]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, "unknown"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("", ""),
        ([], "-"),
        (("a", None, True), "a, unknown, yes"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31mred\x1b[0m", " [31mred [0m"),
        ("a\u202eb\u200bc\x00d", "a b c d"),
        ("\u061cوكيل", " وكيل"),
    ],
)
def test_a_value_prints_as_what_can_be_seen(value: object, printed: str) -> None:
    line = table([{"id": value, "owner": "|"}], HEADS, 200).split("\n")[2]
    assert line.rstrip("|").rstrip() == printed.rstrip()


@pytest.mark.parametrize("name", ["代理配置", "وكيل", "🤖🤖", "cafe\u0301", "한국어", "ｆｕｌｌ", "naïve"])
def test_scripts_of_any_width_keep_the_columns_aligned(name: str) -> None:
    lines = table([{"id": name, "owner": "x"}, {"id": "plain-ascii-name", "owner": "x"}], HEADS).split("\n")
    assert columns(lines[2]) == columns(lines[3])


def test_the_widest_columns_give_way_until_it_fits() -> None:
    rows = [{"id": "a" * 90, "owner": "Ops"}, {"id": "b", "owner": "o" * 30}]
    lines = table(rows, HEADS, 60).split("\n")
    assert max(map(columns, lines)) == 60
    assert lines[2] == "a" * 28 + "…" + "  Ops"
    assert table(rows, HEADS, 1000).split("\n")[2].startswith("a" * 90)


def test_a_column_stays_wide_enough_to_read_even_where_it_does_not_fit() -> None:
    lines = table([{"id": "a" * 50, "owner": "o" * 50}], HEADS, 5).split("\n")
    assert lines[1] == "-" * LEAST + "  " + "-" * LEAST


@given(
    st.lists(
        st.fixed_dictionaries({"id": st.text(max_size=40), "owner": st.none() | st.text(max_size=40)}), max_size=4
    ),
    st.integers(2 * LEAST + 2, 100),
)
def test_no_line_is_wider_than_the_terminal_and_no_row_breaks(rows: list[dict[str, str | None]], width: int) -> None:
    lines = table(rows, HEADS, width).split("\n")
    assert len(lines) == len(rows) + 4
    assert all(columns(line) <= width for line in lines[:-1])
    assert all(line.isprintable() for line in lines)


def test_a_hostile_value_does_not_slow_it_down() -> None:
    began = time.perf_counter()
    table([{"id": "代" * 100_000, "owner": "x"}], HEADS, 80)
    assert time.perf_counter() - began < 2
