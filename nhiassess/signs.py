"""Which signs of a text can be shown as they are, on a page or on a terminal."""

from __future__ import annotations

import unicodedata

MOST_MARKS = 4  # on one letter; more than any script writes, they reach over the lines around
GONE = "\ufffd"


def calm(text: str) -> str:
    r"""Take marks off a letter that bears more than it can, and put one sign for what is gone.

    Examples
    --------
    >>> calm("cafe\u0301") == "cafe\u0301", len(calm("Z" + "\u0338" * 400))
    (True, 6)
    """
    if text.isascii():
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
        elif marks == MOST_MARKS + 1:
            kept.append(GONE)
    return "".join(kept)
