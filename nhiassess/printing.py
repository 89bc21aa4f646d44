"""Rows as a table for a terminal: columns as wide as they need, the widest ones shortened to what fits."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from nhiassess.signs import calm

LEAST = 12  # no column is made narrower than this to fit
GAP = 2


def printable(text: str) -> str:
    r"""Give a line as a terminal may show it: what would steer the terminal or turn the text becomes a space.

    Examples
    --------
    >>> printable("a\x1b[31mb\nc")
    'a [31mb c'
    """
    text = calm(text)
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def taking_back() -> str:
    """Give what takes a line of progress back on the terminal of the error stream; "" where there is none."""
    return "\r\033[K" if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else ""


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], width: int | None = None) -> str:
    """Print rows as aligned columns, with a count at the end.

    Parameters
    ----------
    rows:
        The rows; a value that is None prints as "unknown", a list as its parts.
    columns:
        Field to heading, in the order to print.
    width:
        Characters to fit into; that of the terminal when absent, and no limit when the output is no terminal.

    Returns
    -------
    str
        The heading, a rule, the rows and "n of n printed".

    Examples
    --------
    >>> print(table([{"id": "a", "owner": None}], {"id": "Agent", "owner": "Owner"}))
    Agent  Owner
    -----  -------
    a      unknown
    <BLANKLINE>
    1 of 1 printed
    """
    cells = [[_cell(row.get(field)) for field in columns] for row in rows]
    heads = list(columns.values())
    widths = [max(map(_wide, column)) for column in zip(heads, *cells, strict=True)]
    room = width if width is not None else _terminal()
    while room is not None and sum(widths) + GAP * (len(widths) - 1) > room and max(widths) > LEAST:
        widths[widths.index(max(widths))] -= 1
    lines = [_line(heads, widths), _line(["-" * each for each in widths], widths)]
    lines += [_line(row, widths) for row in cells]
    return "\n".join([*lines, "", f"{len(rows)} of {len(rows)} printed"])


def _terminal() -> int | None:
    return shutil.get_terminal_size().columns if os.isatty(1) else None


def _cell(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(each) for each in value) or "-"
    return printable(str(value))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * GAP).join(_fit(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _fit(text: str, width: int) -> str:
    if _wide(text) <= width:
        return text + " " * (width - _wide(text))
    room, kept = width - 1, 0
    for char in text:
        if _wide(char) > room:
            break
        room, kept = room - _wide(char), kept + 1
    return text[:kept] + "…" + " " * room


def _wide(text: str) -> int:
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):  # a mark stands on the letter before it
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
