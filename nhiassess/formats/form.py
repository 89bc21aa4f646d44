"""How a text that people write must look: a date, a colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


def _anything(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Form:
    """What a text must look like.

    Parameters
    ----------
    noun:
        What a complaint calls it.
    pattern:
        What the whole of it matches, in the signs that editors know too.
    example:
        One that is right.
    holds:
        What no pattern can tell, such as that February has no 30th day.

    Examples
    --------
    >>> [DATE.fits(text) for text in ("2026-11-23", "2026-02-30", "23.11.2026")]
    [True, False, False]
    """

    noun: str
    pattern: str
    example: str
    holds: Callable[[str], bool] = _anything

    @property
    def hint(self) -> str:
        """What to do about a text that does not fit."""
        return f'Write it as "{self.example}".'

    def fits(self, text: str) -> bool:
        """Tell whether a text is of this form."""
        return re.fullmatch(self.pattern, text) is not None and self.holds(text)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


DATE = Form("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.+Z-]+)?", "2026-11-23", _is_date)
COLOUR = Form("colour", "#[0-9A-Fa-f]{6}", "#243B6B")
