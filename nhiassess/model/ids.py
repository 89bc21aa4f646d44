"""How the parts of an id are written."""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encode

_PLAIN = re.compile(r"[\w.~@:/*+=,()\[\]-]*", re.ASCII)


def quote(part: str) -> str:
    """Percent-encode one part of an id, keeping what reads well.

    Examples
    --------
    >>> quote("issue triage#1")
    'issue%20triage%231'
    """
    if _PLAIN.fullmatch(part):
        return part
    return percent_encode(part, safe="-._~@:/*+=,()[]", errors="replace")
