"""Text of a policy language becomes words, strings and signs with their places; comments are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nhiassess.formats.places import Places

_COMMON = (
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*+)"
    r"|(?P<number>\d[\w.]*+)"
    r"|(?P<line>\n)"
    r"|(?P<blank>[^\S\n]++)"
    r"|(?P<sign>:=|==|!=|<=|>=|&&|\|\||::|.)"
)
_SLASHES = re.compile(r'(?P<comment>//[^\n]*+)|(?P<string>"(?:[^"\\]|\\[\s\S])*+"?)' + _COMMON)
# a string ends at its line's end when nothing closes it; a raw one may go on
_HASH = re.compile(r'(?P<comment>\#[^\n]*+)|(?P<raw>`[^`]*+`?)|(?P<string>"(?:[^"\\\n]|\\.)*+"?)' + _COMMON)
_ESCAPE = re.compile(r"\\(?:u\{?([0-9A-Fa-f]{1,6})\}?|(.))", re.S)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word, string, number, sign or line's end, and where it stands; of a string, what it says."""

    kind: str  # name | string | number | sign | line
    text: str
    line: int
    column: int

    def is_sign(self, *signs: str) -> bool:
        """Tell whether this is one of some signs; a string that looks like one is none."""
        return self.kind == "sign" and self.text in signs

    def is_name(self, *names: str) -> bool:
        """Tell whether this is one of some words."""
        return self.kind == "name" and self.text in names


def lexemes(text: str, *, hash_comments: bool = False, lines: bool = False, first_line: int = 1) -> tuple[Lexeme, ...]:
    r"""Give the lexemes of a text in order.

    Parameters
    ----------
    text:
        The text.
    hash_comments:
        Whether ``#`` begins a comment and backquotes hold raw strings; else two slashes begin one.
    lines:
        Whether ends of lines count.
    first_line:
        The line that the text begins at.

    Returns
    -------
    tuple of Lexeme
        In one pass, whose time grows with the length of the text.

    Examples
    --------
    >>> [each.text for each in lexemes('permit(principal); // "no"')]
    ['permit', '(', 'principal', ')', ';']
    """
    places = Places(text)
    found = []
    for match in (_HASH if hash_comments else _SLASHES).finditer(text):
        kind = match.lastgroup or ""
        if kind in ("comment", "blank") or (kind == "line" and not lines):
            continue
        line, column = places.at(match.start())
        value = match[0]
        if kind == "string":
            value = _ESCAPE.sub(_unescaped, value.strip('"') if len(value) < 2 else value[1:].removesuffix('"'))
        elif kind == "raw":
            kind, value = "string", value.strip("`")
        found.append(Lexeme(kind, value, line + first_line - 1, column))
    return tuple(found)


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        number = int(found[1], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return _SIGNS.get(found[2], found[2])


def pairs(words: Sequence[Lexeme]) -> dict[int, int]:
    """Give the place of the bracket that closes each opening one; what is never closed closes at the end.

    Examples
    --------
    >>> pairs(lexemes("a(b[c])"))
    {3: 5, 1: 6}
    """
    found: dict[int, int] = {}
    waiting: list[int] = []
    for place, each in enumerate(words):
        if each.kind != "sign":
            continue
        if each.text in OPENING:
            waiting.append(place)
        elif each.text in CLOSING and waiting:
            found[waiting.pop()] = place
    return {**found, **{place: len(words) for place in waiting}}


@dataclass(frozen=True, slots=True)
class Path:
    """A chain of names such as ``input.request.user``; `whole` where it ends in what can't be told."""

    parts: tuple[str, ...]
    line: int
    column: int
    is_whole: bool = False


def paths(words: Sequence[Lexeme], roots: Sequence[str] | frozenset[str]) -> Iterator[Path]:
    """Give every chain of names that begins with one of some roots.

    Parameters
    ----------
    words:
        Lexemes.
    roots:
        The names that a chain may begin with.

    Yields
    ------
    Path
        Elements of lists (``[_]``, ``[i]``, ``[0]``) are passed over; the name of a method that is called is left
        out; the root alone, which hands everything on, is marked.
    """
    close = pairs(words)
    for place, each in enumerate(words):
        if each.kind != "name" or each.text not in roots:
            continue
        before = words[place - 1] if place else None
        if before is not None and before.is_sign(".", "::", "@"):
            continue
        found, at = [each.text], place + 1
        while at < len(words):
            if words[at].is_sign(".") and at + 1 < len(words) and words[at + 1].kind == "name":
                if at + 2 < len(words) and words[at + 2].is_sign("("):
                    break
                found.append(words[at + 1].text)
                at += 2
            elif words[at].is_sign("[") and at in close:
                inner = words[at + 1 : min(close[at], at + 3)]
                if len(inner) == 1 and inner[0].kind == "string":
                    found.append(inner[0].text)
                at = close[at] + 1
            else:
                break
        yield Path(tuple(found), each.line, each.column, len(found) == 1)
