"""Sheets: delimited text becomes one mapping for each row, each cell with its place."""

from __future__ import annotations

import csv
import io
import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nhiassess.errors import FormatError
from nhiassess.formats import sheet
from nhiassess.formats.format import Document
from nhiassess.formats.reading import beginning, read
from tests.formats.looking import at

CANARY = "ghp_" + "K4n4ry" * 6


def document(text: str | bytes, path: str = "grc/agents.csv") -> Document:
    return read(path, text if isinstance(text, bytes) else text.encode(), key=b"k")


def test_rows_are_mappings_and_cells_have_places() -> None:
    text = 'Agent,Owner, Tier\r\n"triage, main",Ops,2\r\n"notes\nbot" ,,"say ""hi"""\r\n'
    found = document(text)
    assert found.name == "sheet"
    assert found.root.plain() == [
        {"Agent": "triage, main", "Owner": "Ops", "Tier": "2"},
        {"Agent": "notes\nbot", "Owner": None, "Tier": 'say "hi"'},
    ]
    rows = found.root.elements()
    assert [(row.line, row.column) for row in rows] == [(2, 1), (3, 1)]
    assert [(cell.line, cell.column) for _, cell in rows[0].items()] == [(2, 1), (2, 16), (2, 20)]
    # the second row goes on in line 4
    assert [(cell.line, cell.column) for _, cell in rows[1].items()] == [(3, 1), (4, 7), (4, 8)]
    assert found.problems == ()
    assert found.text == text


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_in_every_encoding(sign: str, encoding: str, end: str) -> None:
    lines = ["Agent", "Owner", "Note"], ["triage", "Büro", "1.5"], ["fixer", "Ops", "x"]
    text = end.join(sign.join(line) for line in lines)
    rows = document(text.encode(encoding)).root.elements()
    assert [row.plain() for row in rows] == [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("name;note\na;b, c\nd;e, f\n", ";"),
        ("sep=|\na,b,c|d\n", "|"),
        ('"a;b",c\n"d;e",f\n', ","),
        ("Report of the year, all teams\na;b;c\n1;2;3\n4;5;6\n", ";"),
        ("one\ntwo\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_that_divides_evenly(text: str, sign: str) -> None:
    assert sheet.delimiter(text) == sign


def test_what_a_spreadsheet_would_run_is_text() -> None:
    found = document('Agent,Formula\na,=1+1\nb,+x\nc,-x\nd,@x\ne,"=HYPERLINK(""http://h.test"",""x"")"\n')
    assert [at(row, "Formula").text() for row in found.root.elements()] == [
        "=1+1",
        "+x",
        "-x",
        "@x",
        '=HYPERLINK("http://h.test","x")',
    ]


def test_ragged_rows_are_told() -> None:
    found = document("a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n\n1,2,3\n")
    assert [row.plain() for row in found.root.elements()] == [
        {"a": "1", "b": "2", "c": None},
        *[{"a": "1", "b": "2", "c": "3"}] * 3,
    ]
    assert [(each.line, each.what) for each in found.problems] == [
        (2, "the row is 2 wide, and the header 3"),
        (4, "the row is 4 wide, and the header 3"),
    ]
    many = document("a,b\n" + "1,2,3\n" * 50)
    assert len(many.problems) == 21
    assert many.problems[-1].what == "30 more rows do not fit the header"


def test_a_title_is_no_header() -> None:
    text = "AI inventory of the year\n\nAgent,Owner,Tier\ntriage,Ops,2\n"
    assert document(text).root.plain() == [{"Agent": "triage", "Owner": "Ops", "Tier": "2"}]
    assert [each.what for each in document(text).problems] == ["rows above the header were taken for a title"]
    assert sheet.headers(text) == ("Agent", "Owner", "Tier")
    assert sheet.headers("just prose\nand more\n") == ()
    assert sheet.headers("") == ()


def test_headers_that_are_missing_or_stand_there_twice() -> None:
    found = document("Agent,,Agent,Long\nheader\na,b,c,d\n".replace("Long\nheader", '"Long\nheader"'))
    assert found.root.plain() == [{"Agent": "a", "column 2": "b", "Agent (column 3)": "c", "Long header": "d"}]
    assert [each.what for each in found.problems] == ["the header of column 3 stands there before"]


def test_secrets_are_redacted_in_cells_and_headers() -> None:
    found = document(f"Account,Password,{CANARY}\nsvc,hunter2K4n4ry,{CANARY}\n")
    assert found.root.plain() == [{"Account": "svc", "Password": "[redacted]", "column 3": "[redacted]"}]
    assert CANARY not in repr(found)
    assert "hunter2" not in repr(found)
    assert CANARY not in found.text
    assert [each.kind for each in found.secrets] == ["github_pat", "password", "github_pat"]
    assert at(found.root, 0, "Password").secrets[0].kind == "password"
    assert [each.what for each in found.problems] == ["this header looks like a secret"]


def test_a_cut_file_is_incomplete() -> None:
    found = document('a,b\n1,"2\n3,4\n')
    assert found.incomplete == "a quote that opens in line 2 is never closed"
    assert found.root.plain() == [{"a": "1", "b": "2\n3,4"}]


def test_nothing_but_a_header_is_an_empty_sheet() -> None:
    for text in ("", "\n\n", "a,b\n", ",,\n"):
        assert document(text).root.plain() == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a\n" * 200_002, "more than 200,000 rows"),
        (",".join("abc" for _ in range(201)) + "\n", "more than 200 columns"),
        ("a,b,c,d,e,f\n" * 170_000, "more than 1,000,000 cells"),
    ],
    ids=["rows", "columns", "cells"],
)
def test_limits(text: str, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        document(text)


SIGNS = some.text(some.sampled_from(',;\t|"\n\r =ab1é'), max_size=60)


@given(SIGNS)
def test_any_text_is_read_and_keeps_its_lines(text: str) -> None:
    found = document(text)
    lines = len(re.findall("\r(?!\n)|\n", text))
    assert found.text.count("\n") == lines
    sheet.headers(text)
    for row in found.root.elements():
        for cell in (each for _, each in row.items()):
            assert 1 <= cell.line <= lines + 1


@given(some.lists(some.lists(some.text("ab, \"\n;'é", min_size=1), min_size=2, max_size=2), min_size=2, max_size=6))
def test_what_python_writes_is_read_back(rows: list[list[str]]) -> None:
    lines = [["name", "note"], *[[f"{number}{cell}" for cell in row] for number, row in enumerate(rows)]]
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    found = document(written.getvalue())
    assert [list(row.plain().values()) for row in found.root.elements()] == [
        [cell.strip() for cell in line] for line in lines[1:]
    ]


@pytest.mark.parametrize(
    "text",
    ['"' * 300_000, 'a,"' * 100_000, '" ' * 150_000, "," * 190 + "\n" + "a," * 150 + "\n" * 300_000, " " * 500_000],
    ids=["quotes", "open quotes", "quotes and spaces", "blank lines", "spaces"],
)
def test_no_text_takes_for_ever(text: str) -> None:
    begun = time.process_time()
    with suppress(FormatError):
        document(text)
    sheet.headers(text)
    assert time.process_time() - begun < 10


def test_the_beginning_is_what_sources_see() -> None:
    assert beginning("a.csv", "Agent,Owner\n".encode("utf-16")) == "Agent,Owner\n"
