"""How a text that people write must look: a date, a colour, a hash."""

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
    hint:
        What to do about one that is not.
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
    hint: str
    holds: Callable[[str], bool] = _anything

    def fits(self, text: str) -> bool:
        """Tell whether a text is of this form."""
        return re.fullmatch(self.pattern, text) is not None and self.holds(text)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
DATE = Form("date", f"{_DAY}(T[0-9:.+Z-]+)?", "2026-11-23", 'Write it as "2026-11-23".', _is_date)
MONTH = Form("date", f"{_DAY}|[0-9]{{4}}-[0-9]{{2}}", "2025-08-26", "Write 2025-08-26, or the month 2025-08.")
COLOUR = Form("colour", "#[0-9A-Fa-f]{6}", "#243B6B", 'Write it as "#243B6B".')
HASH = Form("SHA-256", "[0-9a-f]{64}", "0" * 64, "Write its 64 hexadecimal digits, in quotes.")
