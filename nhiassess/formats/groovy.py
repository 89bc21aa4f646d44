"""Groovy as text: words, strings and signs with their places; comments are left out, and nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.formats.places import Places

_PART = re.compile(
    r"(?P<blank>[^\S\n]++|\\\n)"
    r"|(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|\A\#![^\n]*+)"
    r"|(?P<raw3>'''(?:[^'\\]|\\[\s\S]|'(?!''))*+(?:''')?)"
    r'|(?P<open3>"""(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:""")?)'
    # a string ends at its line's end when nothing closes it
    r"|(?P<raw>'(?:[^'\\\n]|\\[\s\S])*+'?)"
    r'|(?P<open>"(?:[^"\\\n]|\\[\s\S])*+"?)'
    r"|(?P<dollar>\$/(?:[^/$]|\$[/$]?|/(?!\$))*+(?:/\$)?)"
    r"|(?P<name>[A-Za-z_$][\w$]*+)"
    r"|(?P<number>\d[\w.]*+)"
    r"|(?P<line>\n)"
    r"|(?P<sign>->|==|!=|=~|&&|\|\||\?\.|.)",
)
_SLASHED = re.compile(r"/(?:[^/\\\n]|\\.)++/")
# after these a slash begins a string, where else it divides
_BEFORE_SLASHED = frozenset("([,=:{~")
_ESCAPE = re.compile(r"\\(?:\r?\n|u([0-9A-Fa-f]{4})|([\s\S]))")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CLOSES = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, string, number, sign or line's end; of a string, what it says and whether a part is filled in later."""

    kind: str  # name | string | number | sign | line
    text: str
    line: int
    column: int
    is_open: bool = False
    last_line: int = 0

    def is_sign(self, *signs: str) -> bool:
        """Tell whether this is one of some signs; a string that looks like one is none."""
        return self.kind == "sign" and self.text in signs

    def is_name(self, *names: str) -> bool:
        """Tell whether this is one of some words."""
        return self.kind == "name" and self.text in names


def tokens(text: str) -> tuple[Token, ...]:
    r"""Give the tokens of a text in order.

    Parameters
    ----------
    text:
        The text.

    Returns
    -------
    tuple of Token
        In one pass, whose time grows with the length of the text.

    Examples
    --------
    >>> [(each.kind, each.text) for each in tokens("sh 'make' // \"no\"")]
    [('name', 'sh'), ('string', 'make')]
    """
    return tuple(_read(text, Places(text)))


def _read(text: str, places: Places) -> Iterator[Token]:
    place, before = 0, ""
    while place < len(text):
        found = None
        if text[place] == "/" and before in _BEFORE_SLASHED and not text.startswith(("//", "/*"), place):
            found = _SLASHED.match(text, place)
        kind = "slashed" if found else ""
        if found is None:
            found = _PART.match(text, place)
            if found is None:  # every sign is a part
                return
            kind = found.lastgroup or "sign"
        line, column = places.at(place)
        place = found.end()
        if kind in ("blank", "comment"):
            continue
        if kind in ("name", "number", "sign", "line"):
            before = found[0][-1] if kind == "sign" else "" if kind != "line" else before
            yield Token(kind, found[0], line, column)
            continue
        before = ""
        said, is_open = _said(kind, found[0])
        yield Token("string", said, line, column, is_open, places.at(max(place - 1, 0))[0])


def _said(kind: str, written: str) -> tuple[str, bool]:
    """Give what a string says, and whether a part of it is filled in when it is used."""
    if kind == "slashed":
        return written[1:-1].replace("\\/", "/"), "$" in written
    if kind == "dollar":
        return written[2:].removesuffix("/$"), "${" in written
    quotes = 3 if kind.endswith("3") else 1
    inside = written[quotes:]
    if len(inside) >= quotes and inside.endswith(written[0] * quotes):
        inside = inside[:-quotes]
    is_open = kind.startswith("open") and re.search(r"(?<!\\)\$[{A-Za-z_]", inside) is not None
    return _ESCAPE.sub(_unescaped, inside), is_open


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _SIGNS.get(found[2], found[2]) if found[2] else ""


def pairs(read: Sequence[Token]) -> Mapping[int, int]:
    """Give the place of the bracket that closes each opening one; those that nothing closes are left out.

    Parameters
    ----------
    read:
        Tokens.

    Returns
    -------
    Mapping
        From place to place in the sequence.

    Examples
    --------
    >>> dict(pairs(tokens("a(b[1], c)")))
    {3: 5, 1: 8}
    """
    found: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(read):
        if token.is_sign("(", "[", "{"):
            opened.append(place)
        elif token.is_sign(")", "]", "}") and opened and read[opened[-1]].text == _CLOSES[token.text]:
            found[opened.pop()] = place
    return found
