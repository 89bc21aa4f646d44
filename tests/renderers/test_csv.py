"""A sheet reads back as it was written, and no cell of it can begin a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess import answers, pipeline
from nhiassess.analysis.between import between
from nhiassess.commands.frameworks import CSV as CONTROLS
from nhiassess.commands.frameworks_crosswalk import CSV as ROWS
from nhiassess.renderers.csv import FORMULA, sheet

HARMFUL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\x00=1", "＝1", "＋1", "'=1", '"=1', ";=1"]


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def begins_a_formula(cell: str) -> bool:
    return cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)


@pytest.mark.parametrize("text", HARMFUL)
def test_no_cell_begins_a_formula(text: str) -> None:
    for row in cells(sheet([{"a": text, "b": [text, text]}], ["a", "b"])):
        assert not any(begins_a_formula(cell) for cell in row)


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.lists(st.text(), max_size=3)}), max_size=4))
def test_whatever_a_file_says_no_cell_begins_a_formula_and_no_row_breaks(rows: list[dict[str, Any]]) -> None:
    read = cells(sheet(rows, ["a", "b"]))
    assert read[0] == ["a", "b"]
    assert len(read) == len(rows) + 1
    assert all(len(row) == 2 and not any(begins_a_formula(cell) for cell in row) for row in read)


@given(st.text(st.characters(categories=["L", "N"])))
def test_a_plain_text_reads_back_as_it_was(text: str) -> None:
    assert cells(sheet([{"a": text, "b": "x"}], ["a", "b"]))[1][0] == text


def test_values_are_written_for_readers() -> None:
    row = {"a": None, "b": True, "c": ["x", "y"], "d": 'say "so", twice\nor more', "e": 7}
    assert cells(sheet([row], ["a", "b", "c", "d", "e", "absent"]))[1] == [
        *("", "yes", "x; y", 'say "so", twice\nor more', "7", ""),
    ]


def test_lines_end_as_rfc_4180_says_and_there_is_no_mark_at_the_beginning() -> None:
    content = sheet([{"a": "é"}, {"a": "–"}], ["a"])
    assert content == "a\r\né\r\n–\r\n".encode()


def test_nothing_steers_a_terminal() -> None:
    assert b"\x1b" not in sheet([{"a": "\x1b[31mred", "b": "a\u202eb"}], ["a", "b"])


def test_no_cell_of_what_is_shipped_begins_a_formula() -> None:
    known = pipeline.knowledge()
    sheets = [sheet(answers.controls(catalog.controls)["rows"], CONTROLS) for catalog in known.catalogs]
    pairs = {(each.source, each.target) for each in known.crosswalks}
    sheets += [sheet(answers.related(between(known, *pair))["rows"], ROWS) for pair in sorted(pairs)]
    for content in sheets:
        rows = cells(content)
        assert len(rows) > 1
        assert not any(begins_a_formula(cell) for row in rows for cell in row)
