"""Rows as CSV that a spreadsheet shows and never executes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from nhiassess.printing import printable

# with one of these a spreadsheet takes a cell for a formula; some read the wide forms of East Asian scripts so too
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MARK = "'"  # before a cell, it says that what follows is text


def sheet(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    r"""Write rows as comma-separated values.

    Parameters
    ----------
    rows:
        The rows; a value that is None, or absent, is an empty cell, several values stand with semicolons between them.
    columns:
        The fields to write, which are the heads too.

    Returns
    -------
    bytes
        UTF-8 without a byte-order mark, lines that end with CR LF, quotes where they are needed.

    Notes
    -----
    A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, with or without space before it,
    gets an apostrophe in front, so that no spreadsheet executes what a file said. To have the text back, take away an
    apostrophe that stands before one of these. What would steer a terminal becomes a space.

    References
    ----------
    RFC 4180. OWASP, CSV Injection.

    Examples
    --------
    >>> sheet([{"id": "a", "also": "=1+1"}, {"id": "b", "also": ["x", "y, z"]}], ["id", "also"]).splitlines()
    [b'id,also', b"a,'=1+1", b'b,"x; y, z"']
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return written.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> str:
    text = _text(value)
    printed = "\n".join(printable(line) for line in text.split("\n"))
    return MARK + printed if text.startswith(FORMULA) or printed.lstrip().startswith(FORMULA) else printed


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    return str(value)
