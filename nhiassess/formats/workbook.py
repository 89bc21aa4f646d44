"""The first visible sheet of an XLSX workbook becomes rows of cells, and a text of them divided by tabs."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZipFile

from nhiassess.errors import FormatError
from nhiassess.formats.format import REDACTED, Parsed, Problem
from nhiassess.formats.secrets import find
from nhiassess.formats.sheet import MAX_COLUMNS, MAX_ROWS, Cell, Row, table

_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")
# a full sheet of 200,000 rows unpacks to some 100 MB of XML
MAX_UNPACKED = 120_000_000
MAX_PARTS = 5_000
_CHUNK = 1 << 20
# as many rows as sources need to recognise a sheet
_FIRST = 30
_MACROS = re.compile(r"(?i)vbaProject\.bin\Z|(?:^|/)macrosheets/|(?:^|/)dialogsheets/")
# XML that declares entities of its own, which no program that writes workbooks does; other encodings could hide it
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_WITHOUT_RESULT = re.compile(rb"</f>(?:</c>|<v\s*/>|<v></v>)|<f[^<>]{0,300}/></c>")
# a cell beyond the 200th column, GR, that holds something
_FAR = re.compile(rb'<c r="(?:G[S-Z]|[H-Z][A-Z]|[A-Z]{3})[0-9]{1,7}"[^<>/]{0,100}>')
_OVERLAP = 400
_LAST_ROW = 1_048_576
# sheets that are named one by one
_TOLD = 20
_SAVED_AGAIN = "Save it again as .xlsx, without a password, or as CSV."


def is_workbook(path: str) -> bool:
    """Tell from its suffix whether a file is a workbook.

    Examples
    --------
    >>> is_workbook("grc/Agents.XLSX"), is_workbook("agents.csv")
    (True, False)
    """
    return path.lower().endswith(_SUFFIXES)


def parse(path: str, content: bytes) -> tuple[str, Parsed]:
    """Parse the first visible sheet of a workbook.

    Parameters
    ----------
    path, content:
        The file and its bytes.

    Returns
    -------
    tuple
        The text, one line for each row with tabs between its cells, and one root as `sheet.parse` gives it. The
        column of a cell is its number in the sheet.

    Raises
    ------
    FormatError
        When it is no workbook, holds macros, or goes beyond a limit.

    Notes
    -----
    Formulas are not evaluated: what the program that saved them found is read. Rows that are hidden are read.
    """
    book = _Book(path, content)
    text, rows = _rows(book.values(MAX_ROWS + 1))
    return text, table(path, rows, book.problems, short=True)


def beginning(path: str, content: bytes) -> str:
    """Give the first rows as text with tabs between the cells.

    Parameters
    ----------
    path, content:
        The file and its bytes.

    Returns
    -------
    str
        As `parse` gives the whole.
    """
    return _rows(_Book(path, content).values(_FIRST))[0]


class _Book:
    """A workbook whose parts were looked at before any of them is parsed."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path, self.content = path, content
        self.problems: list[Problem] = []
        try:
            with ZipFile(BytesIO(content)) as parts:
                self._weigh(parts)
                self._look(parts)
        except FormatError:
            raise
        except Exception as error:  # zipfile, zlib and lzma have errors of their own
            raise self._refusal(f"the workbook can't be unpacked: {type(error).__name__}", _SAVED_AGAIN) from None

    def _weigh(self, parts: ZipFile) -> None:
        inside = parts.infolist()
        if len(inside) > MAX_PARTS:
            raise self._refusal(
                f"the workbook has more than {MAX_PARTS:,} parts", "Save the one sheet as CSV.", "too large"
            )
        # no part is unpacked beyond the size that the directory states
        if sum(each.file_size for each in inside) > MAX_UNPACKED:
            what = f"the workbook unpacks to more than {MAX_UNPACKED:,} bytes"
            raise self._refusal(what, "Save the one sheet as CSV.", "too large")
        if self.path.lower().endswith("m") or any(_MACROS.search(each.filename) for each in inside):
            raise self._refusal("the workbook holds macros", "Save it as .xlsx, without macros, or as CSV.")

    def _look(self, parts: ZipFile) -> None:
        """Refuse XML with entities of its own; note formulas that were saved without a result."""
        unknown = False
        for part in parts.infolist():
            if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            in_sheet = part.filename.lower().startswith("xl/worksheets/")
            with parts.open(part) as stream:
                before = b""
                while chunk := stream.read(_CHUNK):
                    if (not before and chunk.startswith(_UTF16)) or _DECLARES.search(before + chunk):
                        raise self._refusal("the workbook holds XML that declares entities", _SAVED_AGAIN)
                    if in_sheet and _FAR.search(before + chunk):
                        raise self._refusal(
                            f"the sheet has more than {MAX_COLUMNS} columns", "Export fewer columns.", "too large"
                        )
                    unknown = unknown or bool(in_sheet and _WITHOUT_RESULT.search(before + chunk))
                    before = chunk[-_OVERLAP:]
        if unknown:
            what = "formulas were saved without their results, and read as empty"
            self.problems.append(Problem(1, 1, "$", what, "Open the workbook in a spreadsheet program and save it."))

    def values(self, most: int) -> list[tuple[int, tuple[object, ...]]]:
        """Give number and values of the first rows that are not blank of the first visible sheet; name the others."""
        # few estates hold a workbook, and the import takes as long as reading a hundred files
        from openpyxl import load_workbook

        held: list[tuple[int, tuple[object, ...]]] = []
        try:
            with warnings.catch_warnings():
                # of what openpyxl cannot keep, such as pictures, which nobody asks for
                warnings.simplefilter("ignore")
                book = load_workbook(BytesIO(self.content), read_only=True, data_only=True, keep_links=False)
                sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
                self._name_others([name for name in book.sheetnames if sheet is None or name != sheet.title])
                if sheet is None:
                    return held
                # what the sheet says of its own size may be wrong
                sheet.reset_dimensions()
                for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
                    if any(value is not None for value in row):
                        held.append((number, row))
                    if len(held) >= most or number >= _LAST_ROW:
                        break
        except Exception as error:  # whatever a hostile workbook makes the reader stumble over
            raise self._refusal(f"the workbook can't be read: {type(error).__name__}", _SAVED_AGAIN) from None
        return held

    def _name_others(self, names: list[str]) -> None:
        for name in names[:_TOLD]:
            shown = REDACTED if find(name) else name
            what = f'the sheet "{shown}" is not read, only the first that is not hidden'
            self.problems.append(Problem(1, 1, "$", what, "Save each sheet that matters as a file of its own."))
        if len(names) > _TOLD:
            what = f"{len(names) - _TOLD} more sheets are not read"
            self.problems.append(Problem(1, 1, "$", what, "Save each sheet that matters as a file of its own."))

    def _refusal(self, what: str, hint: str, construct: str = "workbook") -> FormatError:
        return FormatError(what, f"{self.path}:1:1", hint, construct)


def _rows(values: list[tuple[int, tuple[object, ...]]]) -> tuple[str, list[Row]]:
    """Write rows of values as text, one line for each row of the sheet, and give their cells."""
    parts: list[str] = []
    rows: list[Row] = []
    reached, place = 1, 0
    for number, row in values:
        parts.append("\n" * (number - reached))
        place += number - reached
        reached = number
        cells: Row = []
        last = max(place for place, value in enumerate(row) if value is not None)
        for column, value in enumerate(row[: last + 1], start=1):
            text = _text(value)
            written = _written(text)
            if column > 1:
                parts.append("\t")
                place += 1
            cells.append(Cell(text, number, column, place, place + len(written)))
            parts.append(written)
            place += len(written)
        rows.append(cells)
    return "".join((*parts, "\n")), [row for row in rows if any(cell.text for cell in row)]


def _text(value: object) -> str:
    """Give a value as text.

    Examples
    --------
    >>> [_text(each) for each in (2.0, True, datetime(2026, 3, 1), time(8, 30), " =1+1 ", None)]
    ['2', 'true', '2026-03-01', '08:30:00', '=1+1', '']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value).strip()


def _written(text: str) -> str:
    """Write a cell in one line, quoted where its own signs would divide it."""
    line = re.sub(r"[\t\r\n]", " ", text)
    return '"' + line.replace('"', '""') + '"' if '"' in line else line
