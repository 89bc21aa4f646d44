"""JSON, with comments, trailing commas, JSON5 spellings and JSON Lines, becomes nodes with positions."""

from __future__ import annotations

import re
from dataclasses import replace
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # the decoder's own reader of strings, in C
from types import MappingProxyType
from typing import NoReturn

from nhiassess.errors import FormatError
from nhiassess.formats.format import MAX_DEPTH, MAX_NODES, Node, Parsed, Problem
from nhiassess.formats.places import Places

_SPACE = r"[ \t\r\n]*+"
_STRING = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_PLAIN = r"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?|true|false|null"
# one member or element of a well-behaved file, so that most of a large file takes one match for each value
_MEMBER = re.compile(
    rf"{_SPACE}({_STRING}){_SPACE}:{_SPACE}(?:({_STRING})|({_PLAIN})(?=[\s,}}\]]))?{_SPACE}(,(?={_SPACE}\"))?",
    re.S,
)
_ELEMENT = re.compile(rf"{_SPACE}(?:({_STRING})|({_PLAIN})(?=[\s,}}\]])){_SPACE}(,)?", re.S)
_SKIP = re.compile(r"(?:[\s\ufeff]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_DOUBLE = re.compile(_STRING, re.S)
_SINGLE = re.compile(r"'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'", re.S)
_WORD = re.compile(r"[A-Za-z_$][\w$]*+")
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]++|(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?|Infinity|NaN)(?![\w.])")
_WORDS = {"true": True, "false": False, "null": None}
_FINITE = re.compile(r"-?\d++$")
# Python refuses longer ones, since reading them takes quadratic time
_MAX_DIGITS = 4000


class _CutError(Exception):
    """The text ended before the value did."""


def parse(path: str, text: str) -> Parsed:
    """Read one JSON value, or several that follow one another.

    Parameters
    ----------
    path:
        The file, for complaints.
    text:
        The decoded text.

    Returns
    -------
    Parsed
        One root for each value; a text that ends inside a value gives what was there, marked incomplete.

    Raises
    ------
    FormatError
        When the text is not JSON, or nests or grows beyond the limits.
    """
    return _Reader(path, text).read()


class _Open:
    """A mapping or sequence that is still being read."""

    __slots__ = ("elements", "key", "members", "place", "start")

    def __init__(self, start: int, is_mapping: bool, place: tuple[int, int, int, int]) -> None:
        self.start, self.place = start, place
        self.members: dict[str, Node] | None = {} if is_mapping else None
        self.elements: list[Node] = []
        self.key = ""


class _Reader:
    """One pass over one text with a stack of its own, so that depth never becomes Python's recursion."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text, self.place = path, text, 0
        self.places = Places(text)
        self.stack: list[_Open] = []
        self.roots: list[Node] = []
        self.problems: list[Problem] = []
        self.dropped: list[Node] = []
        self.comments: list[tuple[int, int]] = []
        self.count = self.key_place = 0
        # the line that the reading has reached; values come in order, so it only moves forward
        self.line, self.line_start, self.next_line = 1, 0, 0
        self._next_line()

    def read(self) -> Parsed:
        cut = None
        try:
            while self._skip():
                self._value(-1)
                while self.stack:
                    self._next()
        except _CutError:
            cut = "the file ends before its last value does"
            self.comments.append((min(self.place, self.key_place), len(self.text)))
            while self.stack:
                self._close(len(self.text))
        return Parsed(
            "json", tuple(self.roots), tuple(self.problems), cut, None, tuple(self.comments), tuple(self.dropped)
        )

    def _next(self) -> None:
        """Read the next member or element of the innermost container, or its end."""
        top = self.stack[-1]
        if top.members is None:
            self._elements()
        elif self._members(top):
            return
        self._must_skip()
        sign = self.text[self.place]
        if sign == ("]" if top.members is None else "}"):
            self.place += 1
            self._close(self.place)
            return
        key_start = -1
        if top.members is not None:
            key_start = self.key_place = self.place
            top.key = self._key()
            self._must_skip()
            if self.text[self.place] != ":":
                self._fail("a colon is expected after the key", "Write `:` between key and value.")
            self.place += 1
            self._must_skip()
        depth = len(self.stack)
        self._value(key_start)
        if len(self.stack) == depth:
            self._comma(top)

    def _members(self, top: _Open) -> bool:
        """Read members whose values are plain scalars in one match each; tell whether a container was opened."""
        text = self.text
        while found := _MEMBER.match(text, self.place):
            key_start = self.key_place = found.start(1)
            raw = found[1]
            top.key = raw[1:-1] if "\\" not in raw else self._unescape(key_start)
            string, plain = found[2], found[3]
            if string is not None:
                start = found.start(2)
                value: str | int | float | bool | None
                value = string[1:-1] if "\\" not in string else self._unescape(start)
                self._add(value, start, found.end(2), key_start)
            elif plain is not None:
                start = found.start(3)
                self._add(self._plain(plain, start), start, found.end(3), key_start)
            else:
                self.place = found.end()
                self._must_skip()
                depth = len(self.stack)
                self._value(key_start)
                if len(self.stack) > depth:
                    return True
                self._comma(top)
                return True
            self.place = found.end()
            if found[4] is None:
                self._comma(top)
                return True
        return False

    def _elements(self) -> None:
        """Read elements that are plain scalars in one match each, up to the first that is none or the last."""
        text = self.text
        while found := _ELEMENT.match(text, self.place):
            string, plain = found[1], found[2]
            if string is not None:
                start = found.start(1)
                self._add(string[1:-1] if "\\" not in string else self._unescape(start), start, found.end(1), -1)
            else:
                start = found.start(2)
                self._add(self._plain(plain, start), start, found.end(2), -1)
            self.place = found.end()
            if found[3] is None:
                self._must_skip()
                if text[self.place] != "]":
                    self._fail("a comma or a closing bracket is expected", "Look at the end of the value before.")
                return

    def _comma(self, top: _Open) -> None:
        self._must_skip()
        sign = self.text[self.place]
        if sign == ",":
            self.place += 1
        elif sign != ("]" if top.members is None else "}"):
            self._fail("a comma or a closing bracket is expected", "Look at the end of the value before this place.")

    def _value(self, key_start: int) -> None:
        text, start = self.text, self.place
        sign = text[start]
        if sign in "{[":
            if len(self.stack) >= MAX_DEPTH:
                self._fail(f"the values nest deeper than {MAX_DEPTH}", "Split the file.", "too large")
            key = self._at(key_start) if key_start >= 0 else None
            own = self._at(start)
            self.stack.append(_Open(start, sign == "{", own + (key or own)))
            self.place += 1
        elif sign in "\"'":
            value = self._string()
            self._add(value, start, self.place, key_start)
        elif found := _NUMBER.match(text, start):
            self.place = found.end()
            self._add(self._plain(found[0], start), start, self.place, key_start)
        elif (found := _WORD.match(text, start)) and found[0] in _WORDS:
            self.place = found.end()
            self._add(_WORDS[found[0]], start, self.place, key_start)
        elif found and found.end() == len(text) and any(word.startswith(found[0]) for word in _WORDS):
            raise _CutError
        else:
            self._fail("a value is expected here", "Write text in quotes, a number, true, false, null, { or [.")

    def _key(self) -> str:
        if self.text[self.place] in "\"'":
            return self._string()
        found = _WORD.match(self.text, self.place)
        if not found:
            self._fail("a key in quotes is expected here", "Look for a missing quote or a stray comma.")
        self.place = found.end()
        return found[0]

    def _string(self) -> str:
        start = self.place
        single = self.text[start] == "'"
        found = (_SINGLE if single else _DOUBLE).match(self.text, start)
        if not found:
            if "\n" not in self.text[start:].rstrip():
                raise _CutError
            self._fail("the text that begins here has no closing quote on its line", "Close it with a quote.")
        self.place = found.end()
        if "\\" not in found[0]:
            return found[0][1:-1]
        if single:
            inner = re.sub(
                r'\\(.)|(")',
                lambda each: '\\"' if each[2] else "'" if each[1] == "'" else each[0],
                found[0][1:-1],
            )
            return self._scan(f'"{inner}"', 0, start)
        return self._unescape(start)

    def _unescape(self, start: int) -> str:
        return self._scan(self.text, start, start)

    def _scan(self, text: str, at: int, start: int) -> str:
        try:
            value: str = scanstring(text, at + 1, False)[0]
        except JSONDecodeError:
            self.place = start
            self._fail("the text that begins here has a broken escape", "Write a backslash as two.")
        if value.isascii():
            return value
        # half of a surrogate pair has no place in any encoding, so it could not be written out again
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _plain(self, text: str, start: int) -> int | float | bool | None:
        if text in _WORDS:
            return _WORDS[text]
        if len(text) > _MAX_DIGITS:
            self.place = start
            self._fail("the number is too long to be read", "Put it in quotes.")
        if _FINITE.match(text):
            return int(text)
        if text.lstrip("+-")[:2] in ("0x", "0X"):
            return int(text, 16)
        return (
            int(text) if text.lstrip("+-").isdigit() else float(text.replace("Infinity", "inf").replace("NaN", "nan"))
        )

    def _add(self, value: str | int | float | bool | None, start: int, end: int, key_start: int) -> None:
        key = self._at(key_start) if key_start >= 0 else None
        own = self._at(start)
        self._put(Node(value, *own, *(key or own), None, (), start, end))

    def _put(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self._fail(f"the file holds more than {MAX_NODES:,} values", "Split the file.", "too large")
        if not self.stack:
            self.roots.append(node)
            return
        top = self.stack[-1]
        if top.members is None:
            top.elements.append(node)
            return
        if top.key in top.members:
            self._duplicate(top, node)
        top.members[top.key] = node

    def _duplicate(self, top: _Open, node: Node) -> None:
        assert top.members is not None
        first = top.members[top.key]
        self.dropped.append(replace(first, value=MappingProxyType({top.key: first})))
        parts = [f"[{len(each.elements)}]" if each.members is None else f".{each.key}" for each in self.stack]
        what = f"the key stands already at line {first.key_line}, column {first.key_column}; this later one counts"
        self.problems.append(
            Problem(node.key_line, node.key_column, "".join(("$", *parts)), what, "Delete one of the two.")
        )

    def _close(self, end: int) -> None:
        top = self.stack.pop()
        value = tuple(top.elements) if top.members is None else MappingProxyType(top.members)
        self._put(Node(value, *top.place, None, (), top.start, end))
        if self.stack and end < len(self.text):
            self._comma(self.stack[-1])

    def _at(self, offset: int) -> tuple[int, int]:
        while offset >= self.next_line:
            self._next_line(skip=True)
        return self.line, offset - self.line_start + 1

    def _next_line(self, skip: bool = False) -> None:
        starts = self.places.starts
        if skip:
            self.line += 1
        self.line_start = starts[self.line - 1]
        self.next_line = starts[self.line] if self.line < len(starts) else len(self.text) + 1

    def _skip(self) -> bool:
        # most often the next sign is that of a value, and a look at it is cheaper than a match
        if "!" <= self.text[self.place : self.place + 1] <= "~" and self.text[self.place] != "/":
            return True
        found = _SKIP.match(self.text, self.place)
        assert found is not None
        if "/" in found[0]:
            self.comments.append(found.span())
        self.place = found.end()
        return self.place < len(self.text)

    def _must_skip(self) -> None:
        if not self._skip():
            raise _CutError

    def _fail(self, what: str, hint: str, construct: str = "syntax") -> NoReturn:
        line, column = self.places.at(self.place)
        raise FormatError(what, f"{self.path}:{line}:{column}", hint, construct)
