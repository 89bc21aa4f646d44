"""A text that comes in pieces falls apart into records: lines, values that follow one another, elements of one list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from typing import Any

from nhiassess.formats.passing import AHEAD, SPACE, Passing

# a record that is larger is no event, and reading it would take some twenty times its size
MAX_RECORD = 5_000_000
# the keys of a top-level value under which exports put their list of records
_LISTS = frozenset({"Records", "resourceSpans", "resource_spans", "logEvents"})
# others that a record may have too; they hold a list of records when nothing before them says that it is one
_DOUBTFUL_LISTS = frozenset({"items", "events", "Events", "value", "entries", "records"})
_OF_A_RECORD = frozenset({"name", "Name", "traceId", "trace_id", "spanId", "action", "eventName", "jsonrpc"})
# a list stands among the first members of its value
_MAX_MEMBERS = 12
# what is around a list holds at most a few scalars
_MAX_SHELL, _MAX_SHELLS = 65_536, 100

_MEMBER = re.compile(r'[\s,]*+"([^"\\\n]{1,60}+)"\s*+:\s*+')
_SCALAR = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|[^\s,\]}"]++|.', re.S)
# the longest that the end of a piece can cut in two: an escaped surrogate pair
_CUT = 16
_MAX_PREFIX = 400
# after an error so many records are first looked for in a short stretch of the text
_WARY, _WINDOW = 100, 4096
_UNFINISHED = "the text ends here"
_TOO_LARGE = f"the record is larger than {MAX_RECORD / 1e6:.0f} MB, and was not read"

decode = JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one record and the place where it begins.

    Parameters
    ----------
    text:
        As the file has it.
    line, column:
        Counted from 1.
    value:
        What Python's own reader, in C, makes of the text; None when it refuses it.
    fault:
        Why the text is no record; None when it may be one.
    """

    text: str
    line: int
    column: int
    value: Any = None
    fault: str | None = None


class Splitting:
    """The records of one text, and what was met on the way.

    Parameters
    ----------
    pieces:
        The text, cut anywhere.

    Attributes
    ----------
    cut:
        Why the text looks as if it went on; None when it does not.
    shells:
        What stands around lists of records, without them: a few short texts.

    Examples
    --------
    >>> [piece.value for piece in Splitting(['{"Records": [{"a"', ': 1}, {"a": 2}]}'])]
    [{'a': 1}, {'a': 2}]
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self.cut: str | None = None
        self.shells: list[str] = []
        self._by = Passing(pieces, MAX_RECORD)
        self._wary = 0

    def __iter__(self) -> Iterator[Piece]:
        """Give the records in order; what is no record comes as a piece with its fault."""
        self._by.look_ahead()
        if not self._by.space():
            return
        if self._by.text[self._by.at] not in "{[" or self._is_lines():
            yield from self._lines()
        else:
            yield from self._values()

    def _is_lines(self) -> bool:
        """Tell whether the first line, or the second when the first is broken, is a record that holds no list."""
        ahead = 0
        for _ in range(2):
            while (end := self._by.text.find("\n", self._by.at + ahead)) < 0:
                if len(self._by.text) - self._by.at > MAX_RECORD or not self._by.more():
                    return False
            start = self._by.at + ahead
            if self._by.text[start] != "{":
                return False
            try:
                _, stop = decode(self._by.text, start)
            except (ValueError, RecursionError):
                ahead = end + 1 - self._by.at
                continue
            return stop <= end and not self._by.text[stop:end].strip() and self._list_in(start) is None
        return False

    def _lines(self) -> Iterator[Piece]:
        line, column = self._by.place()
        at = max(0, self._by.at - column + 1)
        while True:
            text = self._by.text
            # most lines of a piece are whole, and hold one record
            while (end := text.find("\n", at)) >= 0:
                raw = text[at:end]
                try:
                    value, stop = decode(raw)
                    whole = type(value) is dict and (stop == len(raw) or not raw[stop:].strip())
                except (ValueError, RecursionError):
                    whole = False
                if whole and stop <= MAX_RECORD:
                    yield Piece(raw, line, 1, value)
                else:
                    yield from _odd_line(raw, line)
                line, at = line + 1, end + 1
            self._by.at_line(line, at)
            if len(text) - at > MAX_RECORD:
                yield Piece("", line, 1, fault=_TOO_LARGE)
                if not self._pass_line():
                    return
                line, at = line + 1, self._by.at
            elif self._by.more():
                at = 0
            else:
                break
        rest = text[at:]
        try:
            decode(rest, len(rest) - len(rest.lstrip()))
        except JSONDecodeError as error:
            if rest.lstrip()[:1] in ("{", "[") and _is_cut(error, len(rest)):
                self.cut = "the file ends before its last record does"
                return
        except (ValueError, RecursionError):
            pass
        yield from _odd_line(rest, line)

    def _pass_line(self) -> bool:
        while True:
            end = self._by.text.find("\n", self._by.at)
            if end >= 0:
                self._by.at = end + 1
                return True
            self._by.at = len(self._by.text)
            if not self._by.more():
                return False

    def _values(self) -> Iterator[Piece]:
        while self._by.space():
            sign = self._by.text[self._by.at]
            if sign == "[":
                self._by.at += 1
                yield from self._elements()
            elif sign != "{":
                yield self._odd_end("a value is expected here")
            elif (first := self._first_element()) is not None:
                shell = self._by.text[self._by.at : first]
                self._by.at = first
                yield from self._elements()
                self._leave(shell)
            else:
                yield from self._record()

    def _first_element(self) -> int | None:
        self._by.look_ahead()
        return self._list_in(self._by.at)

    def _list_in(self, start: int) -> int | None:
        """Give where the elements of the list of records begin that the value at a place holds, None when it has none.

        Only the first members are looked at, and none that says of the value that it is a record itself.
        """
        text, place, doubtful = self._by.text[start : start + AHEAD], 1, False
        for _ in range(_MAX_MEMBERS):
            found = _MEMBER.match(text, place)
            if not found:
                return None
            place, key = found.end(), found[1]
            sign = text[place : place + 1]
            if sign == "[" and (key in _LISTS or (key in _DOUBTFUL_LISTS and not doubtful)):
                return start + place + 1
            doubtful = doubtful or key in _OF_A_RECORD or (sign in ("{", "[") and key != "metadata")
            try:
                _, place = decode(text, place)
            except (ValueError, RecursionError):
                return None
        return None

    def _elements(self) -> Iterator[Piece]:
        while self._by.space():
            sign = self._by.text[self._by.at]
            if sign == "]":
                self._by.at += 1
                return
            if sign == ",":
                self._by.at += 1
            elif sign == "{":
                yield from self._record()
            else:
                yield self._odd_end("a mapping is expected here")
        self.cut = self.cut or "the file ends before its list of records does"

    def _leave(self, shell: str) -> None:
        """Go on behind the value whose list has ended, keeping what is around the list."""
        if self.cut:
            return
        over = self._by.end(1, keep=True)
        rest = self._by.text[self._by.began : self._by.at] if over == "over" else ""
        if rest and len(shell) + len(rest) <= _MAX_SHELL and len(self.shells) < _MAX_SHELLS:
            self.shells.append(f"{shell}]{rest}")
        elif over == "large":
            over = self._by.end(1, keep=False)
        if over == "cut":
            self.cut = "the file ends before its last value does"
        elif over == "broken":
            self._resume(0)

    def _resume(self, indent: int) -> None:
        """Go on at the next line that begins as the broken record did."""
        if not self._by.resume(indent):
            self.cut = self.cut or "what follows a broken record can't be told apart"

    def _record(self) -> Iterator[Piece]:
        """Give the record that begins here, reading on until it is whole."""
        while True:
            try:
                value, length = self._decoded()
            except JSONDecodeError as error:
                small = len(self._by.text) - self._by.at <= MAX_RECORD
                if small and error.msg == _UNFINISHED and self._by.more():
                    continue
                why = error.msg
            except (ValueError, RecursionError) as error:
                why = str(error)
            else:
                line, column = self._by.place()
                text = self._by.text[self._by.at : self._by.at + length]
                self._by.at += length
                if length <= MAX_RECORD:
                    yield Piece(text, line, column, value)
                else:
                    yield Piece("", line, column, fault=_TOO_LARGE)
                return
            self._wary = _WARY
            yield from self._odd(why)
            return

    def _decoded(self) -> tuple[Any, int]:
        """Read the value that begins here; an error at which more of the text would help says so."""
        if self._wary:
            # to make an error takes Python as long as the text before it is
            self._wary -= 1
            window = self._by.text[self._by.at : self._by.at + _WINDOW]
            try:
                return decode(window)
            except JSONDecodeError as error:
                if not _is_cut(error, len(window)):
                    raise
        try:
            value, end = decode(self._by.text, self._by.at)
        except JSONDecodeError as error:
            if _is_cut(error, len(self._by.text)):
                raise JSONDecodeError(_UNFINISHED, "", 0) from None
            raise
        return value, end - self._by.at

    def _odd(self, why: str) -> Iterator[Piece]:
        """Give the record that begins here and that Python's reader refuses, as far as its brackets tell its end."""
        line, column = self._by.place()
        indent = column - 1 if self._by.begins_line() else 0
        over = self._by.end(0, keep=True)
        if over == "over":
            small = self._by.at - self._by.began <= MAX_RECORD
            text = self._by.text[self._by.began : self._by.at] if small else ""
            yield Piece(text, line, column, fault=None if small else _TOO_LARGE)
            return
        if over == "large":
            yield Piece("", line, column, fault=_TOO_LARGE)
            over = self._by.end(0, keep=False)
        elif over == "broken":
            yield Piece("", line, column, fault=f"the record is broken: {why}")
        if over == "cut":
            self.cut = "the file ends before its last record does"
        elif over == "broken":
            self._resume(indent)

    def _odd_end(self, why: str) -> Piece:
        """Pass over what is no mapping, in one step when it has brackets."""
        line, column = self._by.place()
        if self._by.text[self._by.at] == "[":
            if self._by.end(0, keep=False) != "over":
                self.cut = "the file ends before its last value does"
        else:
            found = _SCALAR.match(self._by.text, self._by.at)
            assert found is not None
            self._by.at = found.end()
        return Piece("", line, column, fault=why)


def _odd_line(raw: str, line: int) -> Iterator[Piece]:
    """Give what a line holds that is not one record from end to end."""
    place, first = 0, True
    while True:
        found = SPACE.match(raw, place)
        assert found is not None
        place = found.end()
        if place == len(raw):
            return
        if len(raw) > MAX_RECORD:
            yield Piece("", line, place + 1, fault=_TOO_LARGE)
            return
        if raw[place] != "{":
            # programs write the time and the sender before a message
            ahead = raw.find('{"', place, place + _MAX_PREFIX) if first else -1
            if ahead < 0:
                yield Piece("", line, place + 1, fault="a mapping is expected here")
                return
            place = ahead
        try:
            value, stop = decode(raw, place)
        except (ValueError, RecursionError):
            yield Piece(raw[place:], line, place + 1)
            return
        yield Piece(raw[place:stop], line, place + 1, value)
        place, first = stop, False


def _is_cut(error: JSONDecodeError, length: int) -> bool:
    """Tell whether a text of a length may be read once there is more of it."""
    return error.msg.startswith("Unterminated string") or error.pos > length - _CUT
