"""Rows of cells, from delimited text or a workbook, become one mapping of header to cell for each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from nhiassess.errors import FormatError
from nhiassess.formats.format import Node, Parsed, Problem
from nhiassess.formats.secrets import find

# the largest inventories that people keep as a sheet have some thousand rows; an export beyond this is for a database
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELLS = 1_000_000
DELIMITERS = ",;\t|"
# as many rows as it takes to tell delimiter and header
_FIRST = 20
# ragged rows that are told one by one
_TOLD = 20
_STATED = re.compile(r"sep=([,;\t|:^~])(?:\r\n|\n|\r|\Z)")


class Cell(NamedTuple):
    """One cell: its text without the spaces around it, its place, and where the text of the file writes it."""

    text: str
    line: int
    column: int
    start: int
    end: int


Row = list[Cell]


def parse(path: str, text: str) -> Parsed:
    r"""Parse delimited text: comma, semicolon, tab or bar, whichever divides the first rows most evenly.

    Parameters
    ----------
    path, text:
        The file and its decoded text.

    Returns
    -------
    Parsed
        One root: a sequence with one mapping for each row.

    Raises
    ------
    FormatError
        When there are more rows, columns or cells than a sheet may have.

    Examples
    --------
    >>> parse("agents.csv", "Agent;Owner\ntriage;Ops\n").roots[0].plain()
    [{'Agent': 'triage', 'Owner': 'Ops'}]
    """
    reading = _Reading(text, delimiter(text))
    parsed = table(path, reading.rows())
    return replace(parsed, incomplete=reading.incomplete)


def delimiter(text: str) -> str:
    r"""Tell what divides the cells of a text.

    Examples
    --------
    >>> delimiter("a;b\n1,5;2\n"), delimiter("sep=|\na|b\n"), delimiter("one column\n")
    (';', '|', ',')
    """
    if stated := _STATED.match(text):
        return stated[1]
    head = text[:65_536]

    def evenness(each: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in islice(_Reading(head, each).rows(), _FIRST))
        divided = {width: count for width, count in widths.items() if width > 1}
        if not divided:
            return 0, 0
        width = max(divided, key=lambda width: (divided[width], width))
        return divided[width] / widths.total(), width

    return max(DELIMITERS, key=evenness)


def headers(head: str) -> tuple[str, ...]:
    r"""Give the headers of a sheet whose first rows a text holds.

    Parameters
    ----------
    head:
        The beginning of a file, as sources are asked whether they recognise it.

    Returns
    -------
    tuple of str
        As the sheet writes them; empty when fewer than two cells stand in the header.

    Examples
    --------
    >>> headers("AI inventory,,\nAgent,Owner,Tier\ntriage,Ops,2\n")
    ('Agent', 'Owner', 'Tier')
    """
    rows = [row for row in islice(_Reading(head, delimiter(head)).rows(), _FIRST) if _filled(row)]
    names = tuple(cell.text for cell in rows[_header(rows)] if cell.text) if rows else ()
    return names if len(names) > 1 else ()


class _Reading:
    """Delimited text, read row by row."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.text = text
        self.incomplete: str | None = None
        sign = re.escape(delimiter)
        # neither alternative gives anything back, so that no text takes longer than its length
        self.cell = re.compile(
            rf'[ ]*+"(?P<quoted>(?:[^"]++|"")*+)"(?P<rest>[^{sign}\r\n]*+)|(?P<bare>[^{sign}\r\n]*+)'
        )
        self.delimiter = delimiter

    def rows(self) -> Iterator[Row]:
        """Give every row that is not blank."""
        text, place, line, begins = self.text, 0, 1, 0
        if stated := _STATED.match(text):
            place = begins = stated.end()
            line = 1 + text.count("\n", 0, place)
        row: Row = []
        while place < len(text):
            found = self.cell.match(text, place)
            assert found is not None  # the bare alternative matches anything
            if found["quoted"] is None and found["bare"].lstrip(" ").startswith('"'):
                self.incomplete = f"a quote that opens in line {line} is never closed"
                row.append(Cell(text[place:].strip(' \t\r\n"'), line, place - begins + 1, place, len(text)))
                break
            row.append(_cell(found, line, begins))
            ends = found.end()
            breaks = text.count("\n", place, ends)
            if breaks:
                line, begins = line + breaks, text.rindex("\n", place, ends) + 1
            if text.startswith(self.delimiter, ends):
                place = ends + 1
                if place == len(text):
                    row.append(Cell("", line, place - begins + 1, place, place))
                continue
            if any(cell.text for cell in row):
                yield row
            row = []
            place = ends + (2 if text.startswith("\r\n", ends) else 1)
            if text.startswith("\n", place - 1):
                line, begins = line + 1, place
        if any(cell.text for cell in row):
            yield row


def _cell(found: re.Match[str], line: int, begins: int) -> Cell:
    start, end = found.span()
    if found["quoted"] is not None:
        text = (found["quoted"].replace('""', '"') + found["rest"]).strip()
        start += len(found[0]) - len(found[0].lstrip(" "))
    else:
        text = found["bare"].strip()
        start += len(found["bare"]) - len(found["bare"].lstrip())
    # a cell of spaces begins where its spaces do
    start = min(start, end) if text else found.start()
    return Cell(text, line, start - begins + 1, start, end)


def table(path: str, rows: Iterable[Row], problems: Iterable[Problem] = (), short: bool = False) -> Parsed:
    """Make a mapping of header to cell of each row.

    Parameters
    ----------
    path:
        The file, for complaints.
    rows:
        Those that are not blank, in order.
    problems:
        What reading the rows met.
    short:
        Whether rows end with their last cell that holds something, so that a short one is no mistake.

    Returns
    -------
    Parsed
        A cell without text is null; a column without header is called by its number.

    Raises
    ------
    FormatError
        When there are more rows, columns or cells than a sheet may have.
    """
    held, told = _limited(path, rows), list(problems)
    if not held:
        return Parsed("sheet", (Node(()),), tuple(told))
    place = _header(held[:_FIRST])
    header, body = held[place], held[place + 1 :]
    if place:
        told.append(_problem(held[0][0], "rows above the header were taken for a title", "Leave them out."))
    names = _names(header, told)
    roots = Node(tuple(_mapping(row, names) for row in body), header[0].line, header[0].column)
    surplus = [row[len(names) :] for row in body if any(cell.text for cell in row[len(names) :])]
    told += _ragged(body, len(names), short)
    return Parsed(
        "sheet",
        (roots,),
        tuple(told),
        comments=tuple((row[0].start, row[-1].end) for row in (*held[:place], *surplus)),
        # the header is looked at for secrets like any cell
        dropped=(Node(tuple(Node(cell.text, *cell[1:3], start=cell.start, end=cell.end) for cell in header)),),
    )


def _limited(path: str, rows: Iterable[Row]) -> list[Row]:
    held: list[Row] = []
    cells = 0
    for row in rows:
        held.append(row)
        cells += len(row)
        for count, most, noun in ((len(held), MAX_ROWS, "rows"), (cells, MAX_CELLS, "cells")):
            if count > most:
                where = f"{path}:{row[0].line}:1"
                raise FormatError(
                    f"the sheet has more than {most:,} {noun}", where, "Export a part of it.", "too large"
                )
        filled = max((number for number, cell in enumerate(row, start=1) if cell.text), default=0)
        if filled > MAX_COLUMNS:
            where = f"{path}:{row[0].line}:{row[MAX_COLUMNS].column}"
            raise FormatError(
                f"the sheet has more than {MAX_COLUMNS} columns", where, "Export fewer columns.", "too large"
            )
    return held


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell.text)


def _header(rows: Sequence[Row]) -> int:
    """Give the place of the header: the first row that fills at least half as many cells as the fullest one."""
    half = max(_filled(row) for row in rows) / 2
    return next(place for place, row in enumerate(rows) if _filled(row) >= half)


def _names(header: Row, told: list[Problem]) -> list[str]:
    width = max(number for number, cell in enumerate(header, start=1) if cell.text)
    names: list[str] = []
    for number, cell in enumerate(header[:width], start=1):
        name = " ".join(cell.text.split())
        if name and find(name):
            told.append(_problem(cell, "this header looks like a secret", "Is the first row a header?"))
            name = ""
        name = name or f"column {number}"
        if name in names:
            told.append(_problem(cell, f"the header of column {number} stands there before", "Rename one of the two."))
            name = f"{name} (column {number})"
        names.append(name)
    return names


def _mapping(row: Row, names: Sequence[str]) -> Node:
    first, members = row[0], {}
    for name, cell in zip(names, row, strict=False):
        members[name] = Node(
            cell.text or None, cell.line, cell.column, cell.line, cell.column, start=cell.start, end=cell.end
        )
    for name in names[len(row) :]:
        members[name] = Node(None, first.line, first.column, first.line, first.column)
    return Node(
        MappingProxyType(members),
        first.line,
        first.column,
        first.line,
        first.column,
        start=first.start,
        end=row[-1].end,
    )


def _ragged(body: Sequence[Row], width: int, short: bool) -> Iterator[Problem]:
    uneven = [row for row in body if (len(row) < width and not short) or any(cell.text for cell in row[width:])]
    for row in uneven[:_TOLD]:
        wide = len(row) if len(row) < width else max(n for n, cell in enumerate(row, start=1) if cell.text)
        hint = "Quote what holds a delimiter, or add the missing cells."
        yield _problem(row[0], f"the row is {wide} wide, and the header {width}", hint)
    if len(uneven) > _TOLD:
        hint = "Export the sheet again."
        yield _problem(uneven[_TOLD][0], f"{len(uneven) - _TOLD} more rows do not fit the header", hint)


def _problem(cell: Cell, what: str, hint: str) -> Problem:
    return Problem(cell.line, cell.column, "$", what, hint)
