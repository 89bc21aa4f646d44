"""An offset into a text becomes a line and a column."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence


class Places:
    r"""The lines of one text, asked for places by offset.

    Examples
    --------
    >>> Places("ab\ncd").at(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.starts: Sequence[int] = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Give the line and column of an offset, both counted from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1
