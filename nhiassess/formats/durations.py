"""How long a text such as ``1h30m`` is, in seconds."""

from __future__ import annotations

import re

from nhiassess.formats.format import Node

_UNITS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
_PART = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)(ns|us|µs|ms|s|m|h|d|w)")
# no duration that a person writes is longer
_MOST_SIGNS = 60


def seconds(node: Node | None) -> int | None:
    """Give a duration in whole seconds.

    Parameters
    ----------
    node:
        A number of seconds, a number as text, or numbers with units as Go and Vault write them.

    Returns
    -------
    int or None
        None when it is no duration, or one that only some evaluation gives.

    Examples
    --------
    >>> [seconds(Node(text)) for text in ("1h30m", "3600", 72, "30d", "${var.ttl}", "-5m")]
    [5400, 3600, 72, 2592000, None, None]
    """
    if node is None or node.tag in ("expression", "template"):
        return None
    number = node.whole()
    if number is not None:
        return number if number >= 0 else None
    text = (node.text() or "").strip()
    if not text or len(text) > _MOST_SIGNS:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    total, place = 0.0, 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None:
            return None
        total += float(part[1]) * _UNITS[part[2]]
        place = part.end()
    return int(total)
