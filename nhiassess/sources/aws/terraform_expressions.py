"""Expressions of Terraform as text: where a template, a choice and a reference begin and end, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterator

# type.name or data.type.name, an index, and attributes
REFERENCE = re.compile(
    r"((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)(?:\[[^\[\]]*\])?((?:\.[\w-]+(?:\[[^\[\]]*\])?)*)"
)
_OPENING, _CLOSING = "([{", ")]}"
_LONGEST = 10_000


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Give the pieces of a template, each with whether it is an expression.

    Examples
    --------
    >>> list(pieces("a-${var.b}/$${c}"))
    [('a-', False), ('var.b', True), ('/', False), ('${c}', False)]
    """
    end = 0
    while (start := text.find("${", end)) >= 0:
        if start > 0 and text[start - 1] == "$":
            close = text.find("}", start)
            if start - 1 > end:
                yield text[end : start - 1], False
            stop = close + 1 if close >= 0 else len(text)
            yield text[start:stop], False
            end = stop
            continue
        if start > end:
            yield text[end:start], False
        close = _close(text, start + 1)
        yield text[start + 2 : close].strip(), True
        end = close + 1
    if end < len(text):
        yield text[end:], False


def choice(text: str) -> tuple[str, str, str] | None:
    """Give condition and branches of ``a ? b : c``, None when an expression is no choice.

    Examples
    --------
    >>> choice('var.a == "x?" ? b[0].c : (d ? e : f)')
    ('var.a == "x?"', 'b[0].c', '(d ? e : f)')
    """
    if "?" not in text or len(text) > _LONGEST:
        return None
    question, colon, depth, asked = -1, -1, 0, 0
    for place, sign in _signs(text):
        if sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
        elif depth == 0 and sign == "?":
            asked += 1
            question = place if question < 0 else question
        elif depth == 0 and sign == ":" and asked:
            asked -= 1
            colon = place if asked == 0 else colon
            if colon >= 0:
                break
    if question < 0 or colon < 0:
        return None
    return text[:question].strip(), text[question + 1 : colon].strip(), text[colon + 1 :].strip()


def bare(text: str) -> str:
    """Give an expression without the brackets that are around all of it.

    Examples
    --------
    >>> bare("((a))"), bare("(a) + (b)")
    ('a', '(a) + (b)')
    """
    text = text.strip()
    while text.startswith("(") and len(text) <= _LONGEST and _close(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _close(text: str, start: int) -> int:
    """Give the place of the bracket that closes the one at a place; the end of the text when none does."""
    depth = 0
    for place, sign in _signs(text, start):
        if sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
            if depth == 0:
                return place
    return len(text)


def _signs(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Give brackets, question marks and colons outside of quotes, with their places."""
    quoted = False
    place = start
    while place < len(text):
        sign = text[place]
        if quoted and sign == "\\":
            place += 1
        elif sign == '"':
            quoted = not quoted
        elif not quoted and sign in "([{)]}?:":
            yield place, sign
        place += 1
