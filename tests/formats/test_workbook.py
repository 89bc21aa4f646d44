"""Workbooks: the first visible sheet is read, nothing in it is evaluated, and hostile ones are refused."""

from __future__ import annotations

import time
import zipfile
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook

from nhiassess.errors import FormatError
from nhiassess.formats import sheet, workbook
from nhiassess.formats.format import Document
from nhiassess.formats.reading import beginning, read
from tests.formats.looking import at

CANARY = "ghp_" + "K4n4ry" * 6
# a workbook knows no time zones
DAY, LATER = datetime(2026, 3, 1), datetime(2026, 3, 1, 8, 30)  # noqa: DTZ001
ROWS = [
    ["Agent", "Owner", "Tier", "Approved", "API key"],
    ["triage", "Büro\nOst", 2, DAY, "hunter2K4n4ry"],
    [],
    ["=1+1", f"+x {CANARY}", 1.5, LATER],
    ["off", 'a "b"', True, date(2026, 1, 2)],
]


def saved(rows: list[list[Any]] = ROWS, **more: list[list[Any]]) -> tuple[Workbook, bytes]:
    book = Workbook()
    for title, lines in {"Agents": rows, **more}.items():
        page = book.active if title == "Agents" else book.create_sheet(title)
        page.title = title
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line, start=1):
                cell = page.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    return book, packed(book)


def packed(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """Give a workbook with other parts, or further ones; `__` stands for a slash and `_` for a dot."""
    stream = BytesIO()
    new = {name.replace("__", "/").replace("_", "."): part for name, part in parts.items()}
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            if name not in new:
                made.writestr(name, old.read(name))
        for name, part in new.items():
            made.writestr(name, part)
    return stream.getvalue()


def document(content: bytes, path: str = "grc/agents.xlsx") -> Document:
    return read(path, content, key=b"k")


def test_rows_are_mappings_and_columns_are_numbers() -> None:
    found = document(saved()[1])
    assert found.name == "sheet"
    rows = found.root.elements()
    assert [row.line for row in rows] == [2, 4, 5]
    assert rows[0].plain() == {
        "Agent": "triage",
        "Owner": "Büro\nOst",
        "Tier": "2",
        "Approved": "2026-03-01",
        "API key": "[redacted]",
    }
    assert rows[1].plain() == {
        "Agent": "=1+1",
        "Owner": "+x [redacted]",
        "Tier": "1.5",
        "Approved": "2026-03-01T08:30:00",
        "API key": None,
    }
    assert list(rows[2].plain().values()) == ["off", 'a "b"', "true", "2026-01-02", None]
    assert [(cell.line, cell.column) for _, cell in rows[1].items()] == [*((4, n) for n in range(1, 5)), (4, 1)]
    assert found.problems == ()


def test_the_text_has_the_lines_of_the_sheet_and_no_secret() -> None:
    found = document(saved()[1])
    assert found.text.split("\n") == [
        "Agent\tOwner\tTier\tApproved\tAPI key",
        "triage\tBüro Ost\t2\t2026-03-01\t[redacted]",
        "",
        "=1+1\t+x [redacted]\t1.5\t2026-03-01T08:30:00",
        'off\t"a ""b"""\ttrue\t2026-01-02',
        "",
    ]
    assert CANARY not in repr(found)
    assert "hunter2" not in repr(found)
    assert at(found.root, 0, "API key").secrets[0].kind == "api_key"


def test_sources_are_shown_the_first_rows() -> None:
    head = beginning("grc/agents.xlsx", saved()[1])
    assert sheet.headers(head) == ("Agent", "Owner", "Tier", "Approved", "API key")
    assert beginning("grc/agents.xlsx", saved()[1]).startswith("Agent")


def test_hidden_rows_are_read_and_hidden_sheets_are_not() -> None:
    book, _ = saved(Notes=[["a", "b"]], **{CANARY[:31]: [["c"]]})
    book["Agents"].row_dimensions[2].hidden = True
    assert len(document(packed(book)).root.elements()) == 3
    book["Agents"].sheet_state = "hidden"
    book.active = 1
    found = document(packed(book))
    assert found.root.plain() == []
    assert found.text == "a\tb\n"
    assert next(each.what for each in found.problems) == (
        'the sheet "Agents" is not read, only the first that is not hidden'
    )
    assert len(found.problems) == 2


def test_formulas_are_not_evaluated() -> None:
    book = Workbook()
    book.active.append(["Agent", "Count"])
    book.active.append(["triage", "=1+1"])
    found = document(packed(book))
    assert found.root.plain() == [{"Agent": "triage", "Count": None}]
    assert [each.what for each in found.problems] == ["formulas were saved without their results, and read as empty"]


def sheet_of(data: str) -> bytes:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{name}"><sheetData>{data}</sheetData></worksheet>'.encode()


def with_sheet(data: str) -> bytes:
    return repacked(saved()[1], xl__worksheets__sheet1_xml=sheet_of(data))


def test_stored_results_of_formulas_are_read() -> None:
    row = '<row r="{0}"><c r="A{0}" t="str"><f>x</f><v>{1}</v></c><c r="B{0}"><v>{0}</v></c></row>'
    found = document(with_sheet(row.format(1, "Agent") + row.format(2, "triage")))
    assert found.root.plain() == [{"Agent": "triage", "1": "2"}]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "can't be unpacked"),
        (b"PK\x03\x04 no zip", "can't be unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "can't be unpacked"),
        (repacked(saved()[1], xl__vbaProject_bin=b"x"), "holds macros"),
        (repacked(saved()[1], xl__macrosheets__sheet1_xml=b"<x/>"), "holds macros"),
        (repacked(saved()[1], xl__worksheets__sheet1_xml=b"<worksheet><sheetData>"), "can't be read"),
        (repacked(saved()[1], xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'), "declares entities"),
        (
            repacked(saved()[1], xl__workbook_xml="<!DOCTYPE x><workbook/>".encode("utf-16")),
            "declares entities",
        ),
        (repacked(saved()[1], x_bin=bytes(130_000_000)), "unpacks to more than"),
        (with_sheet('<row r="1"><c r="GS1" t="str"><v>x</v></c></row>'), "more than 200 columns"),
        (with_sheet('<row r="x"><c r="A1"><v>1</v></c></row>'), "can't be read"),
    ],
)
def test_hostile_workbooks_are_refused(content: bytes, what: str) -> None:
    for attempt in (document, lambda content: beginning("x.xlsx", content)):
        with pytest.raises(FormatError, match=what) as caught:
            attempt(content)
        assert caught.value.complaints[0].hint


def test_a_macro_suffix_is_refused() -> None:
    with pytest.raises(FormatError, match="holds macros"):
        document(saved()[1], "grc/agents.xlsm")


def test_a_part_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = repacked(saved()[1], xl__worksheets__sheet1_xml=sheet_of(" " * 3_000_000))
    with zipfile.ZipFile(BytesIO(content)) as parts:
        size = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != content
    with pytest.raises(FormatError):
        document(lying)


def test_cells_at_the_end_of_the_world_cost_nothing() -> None:
    begun = time.process_time()
    far = with_sheet(
        '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
        + "".join(f'<row r="{number}"><c r="XFD{number}" s="0"/></row>' for number in range(2, 3_000))
        + '<row r="999999999"><c r="A999999999"><v>1</v></c></row>'
    )
    assert document(far).text == "a\tb\n"
    assert time.process_time() - begun < 10


@given(some.binary(max_size=200), some.integers(0, 4000))
def test_any_damage_is_read_or_refused(damage: bytes, place: int) -> None:
    content = SAVED[:place] + damage + SAVED[place + len(damage) :]
    with suppress(FormatError):
        document(content)


SAVED = saved()[1]


def test_limits_are_those_of_a_sheet() -> None:
    assert workbook.MAX_ROWS == sheet.MAX_ROWS
