"""Python is read as text: what it writes out may be a secret, and what it computes is none."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from types import MappingProxyType

from nhiassess.formats.format import Node, Parsed
from nhiassess.formats.names import SIGN, declares, hints
from nhiassess.formats.places import Places

# shorter ones are no passwords, but counts
_SHORTEST_NUMBER = 4
# since Python 3.12 a formatted string is many tokens
_OPENING, _CLOSING = "FSTRING_START", "FSTRING_END"
_ASIDE = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})
_QUOTES = re.compile(r"(?i)(?P<prefix>[rbuf]{0,2})(?P<quote>\"\"\"|'''|\"|')")
# calls whose second argument stands in for what the first one names
_OTHERWISE = frozenset({"getenv", "get", "setdefault", "pop"})
# calls that give their argument back; of any other the argument is no secret because its result is called one
_WRAPPERS = frozenset({"(", "=", "SecretStr", "SecretBytes", "Secret", "str", "bytes", "Field"})
# as far as a name may stand before its value: `api_key: Annotated[SecretStr | None, ...] = SecretStr("...")`
_FURTHEST = 24


def parse(path: str, text: str) -> Parsed:
    """Find what a Python file writes out.

    Parameters
    ----------
    path:
        The file; it plays no part, since text without tokens of Python is read as any text.
    text:
        The decoded text.

    Returns
    -------
    Parsed
        A text, with the literals whose name declares a secret, and the stretches in which any secret would stand.

    Examples
    --------
    >>> found = parse("main.py", "api_key: str = 'x'; token = next(tokens)")
    >>> [node.plain() for node in found.dropped], found.written
    ([{'api_key': 'x'}], ((15, 18),))
    """
    if not SIGN.search(text):
        return Parsed("text", prose=0)
    starts = Places(text).starts
    written: list[tuple[int, int]] = []
    named: list[Node] = []
    opened: list[int] = []
    before: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            row, column = token.start
            start = starts[row - 1] + column if row <= len(starts) else len(text)
            name = tokenize.tok_name[token.type]
            if name == _OPENING:
                opened.append(start)
            elif name == _CLOSING and opened:
                written.append((opened.pop(), start + len(token.string)))
            elif token.type == tokenize.STRING:
                written.append((start, start + len(token.string)))
                named += _named(token, start, before)
            elif token.type == tokenize.COMMENT or (
                token.type == tokenize.NUMBER and len(token.string) >= _SHORTEST_NUMBER
            ):
                written.append((start, start + len(token.string)))
            if token.type not in _ASIDE:
                before.append(token)
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        return Parsed("text", prose=0)
    return Parsed("text", prose=0, dropped=tuple(named), written=tuple(sorted(written)))


def _named(token: tokenize.TokenInfo, start: int, before: Sequence[tokenize.TokenInfo]) -> list[Node]:
    """Give a string under the name that it is known by, when that name goes with secrets."""
    name = _known_as(before)
    quotes = _QUOTES.match(token.string)
    if not name or not quotes or not (declares(name) or hints(name)):
        return []
    inner = token.string[quotes.end() : -len(quotes["quote"])]
    value: object = inner
    if "f" not in quotes["prefix"].lower():
        try:
            value = ast.literal_eval(token.string)
        except (SyntaxError, ValueError):
            value = inner
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    line, column = token.start[0], token.start[1] + 1
    begin = start + quotes.end()
    literal = Node(text, line, column, line, column, start=begin, end=begin + len(inner))
    return [Node(MappingProxyType({name: literal}), line, column, start=begin, end=begin + len(inner))]


def _known_as(before: Sequence[tokenize.TokenInfo]) -> str:
    """Find the name of the value that follows: through brackets, calls around it, and what it is an alternative to."""
    at, least = len(before) - 1, max(0, len(before) - _FURTHEST)
    while at > least:
        text = before[at].string
        if text == "(":
            if _is_name(before[at - 1]) and before[at - 1].string not in _WRAPPERS:
                return ""
            at = _before_name(before, at - 1, least)
        elif text == "or":
            at = _before_name(before, _before_bracket(before, at - 1, least), least)
        elif text == "=":
            name = _target(before, at - 1, least)
            if name != "default" or before[at - 2].string != "(":
                return name
            at = at - 2  # `= Field(default=...)`
        elif text == "," and before[at - 1].type == tokenize.STRING:
            called = before[at - 3].string if at - 3 >= least and before[at - 2].string == "(" else ""
            return before[at - 1].string.strip("rbuRBU\"'") if called in _OTHERWISE else ""
        else:
            return ""
    return ""


def _target(before: Sequence[tokenize.TokenInfo], at: int, least: int) -> str:
    """Give the name before `=`, or before the annotation that stands before it."""
    name = before[at].string if before[at].type == tokenize.NAME else ""
    for place in range(at, least, -1):
        token = before[place]
        if token.type == tokenize.NEWLINE or token.string in ("{", "}", "=", "(", "lambda"):
            break
        if token.string == ":" and before[place - 1].type == tokenize.NAME:
            return before[place - 1].string
    return name


def _before_name(before: Sequence[tokenize.TokenInfo], at: int, least: int) -> int:
    while at > least and (before[at].string == "." or _is_name(before[at])):
        at -= 1
    return at


def _is_name(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.NAME and token.string not in ("or", "and", "in", "return", "if", "else", "not", "=")


def _before_bracket(before: Sequence[tokenize.TokenInfo], at: int, least: int) -> int:
    """Give the place before a bracket that closes here; the place itself when none does."""
    depth = 0
    for place in range(at, least, -1):
        text = before[place].string
        depth += (text in (")", "]")) - (text in ("(", "["))
        if depth <= 0:
            return place - 1 if text in ("(", "[") else at
    return at
