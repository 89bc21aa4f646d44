"""TOML becomes nodes with positions; the standard reader judges it first, so this one meets valid text only."""

from __future__ import annotations

import re
import tomllib
from types import MappingProxyType
from typing import TypeAlias

from nhiassess.errors import FormatError
from nhiassess.formats.format import MAX_DEPTH, MAX_NODES, Node, Parsed
from nhiassess.formats.places import Places

_SPACE = re.compile(r"[ \t\r\n]*+")
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(r"[ \t]*(?:([A-Za-z0-9_-]+)|(\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'))[ \t]*(\.)?")
_VALUE = re.compile(
    r"\"\"\"(?:[^\"\\]|\\[\s\S]|\"{1,2}(?!\"))*+\"{3,5}|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r"|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'|[^\s,\]}#]+(?: \d\d:\d\d[^\s,\]}#]*)?"
)
_BEGIN = re.compile(r"(?m)(?:^[ \t]*\[{0,2}|[{,])")  # after which a key may stand
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_NAMED = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*\)")

_Key: TypeAlias = tuple[str, int]


class _Table:
    """A table that is still being filled; each member with the place of its key."""

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.members: dict[str, tuple[int, Node | _Table | list[_Table]]] = {}


def parse(path: str, text: str) -> Parsed:
    """Read one TOML text.

    Parameters
    ----------
    path:
        The file, for complaints.
    text:
        The decoded text.

    Returns
    -------
    Parsed
        One root; dates and times as the text that the file writes.

    Raises
    ------
    FormatError
        When the text is not TOML, or nests deeper than the limit.
    """
    _refuse_long_keys(path, text)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(path, text, str(error)) from None
    except (RecursionError, ValueError):
        # a ValueError is a number with more digits than Python reads
        what = f"the values nest deeper than {MAX_DEPTH}, or a number is too long"
        raise FormatError(what, f"{path}:1:1", "Split the file.", "too large") from None
    reader = _Reader(path, text)
    root = reader.read()
    return Parsed("toml", (root,), comments=tuple(reader.comments))


def _refuse_long_keys(path: str, text: str) -> None:
    """Refuse a key of too many parts before the standard reader, which takes their number squared, sees it."""
    for begin in _BEGIN.finditer(text):
        place, parts = begin.end(), 0
        while (found := _KEY.match(text, place)) and found[3]:
            place, parts = found.end(), parts + 1
            if parts > MAX_DEPTH:
                raise _too_deep(path, *Places(text).at(begin.end()))


def _too_deep(path: str, line: int, column: int) -> FormatError:
    return FormatError(
        f"the values nest deeper than {MAX_DEPTH}", f"{path}:{line}:{column}", "Split the file.", "too large"
    )


def _refusal(path: str, text: str, message: str) -> FormatError:
    found = _WHERE.search(message)
    line, column = (int(found[1]), int(found[2])) if found and found[1] else Places(text).at(len(text))
    # what stands in quotes or brackets comes from the file; marks alone are those of TOML
    told = _NAMED.sub(lambda found: "it" if re.search(r"\w", found[0]) else found[0], _WHERE.sub("", message))
    return FormatError(f"not TOML: {told}", f"{path}:{line}:{column}", "Check quotes and brackets on this line.")


class _Reader:
    """One pass over a valid text."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text, self.place, self.count = path, text, 0, 0
        self.places = Places(text)
        self.comments: list[tuple[int, int]] = []

    def read(self) -> Node:
        root = table = _Table(0)
        while self._skip():
            start = self.place
            if self.text[start] != "[":
                self._pair(table)
                continue
            several = self.text.startswith("[[", start)
            self.place += 2 if several else 1
            keys = self._keys()
            self.place += 2 if several else 1
            table = self._header(root, keys, start, several)
        root.end = len(self.text)
        return self._frozen(root, -1, 0)

    def _header(self, root: _Table, keys: list[_Key], start: int, several: bool) -> _Table:
        self._one_more()
        above = self._within(root, keys[:-1])
        name, key_start = keys[-1]
        if several:
            _, known = above.members.setdefault(name, (key_start, []))
            assert isinstance(known, list)
            known.append(_Table(start))
            return known[-1]
        _, found = above.members.setdefault(name, (key_start, _Table(start)))
        assert isinstance(found, _Table)
        return found

    def _within(self, table: _Table, keys: list[_Key]) -> _Table:
        if len(keys) > MAX_DEPTH:
            self._too_deep(keys[0][1])
        for name, start in keys:
            _, found = table.members.setdefault(name, (start, _Table(start)))
            assert not isinstance(found, Node)
            table = found[-1] if isinstance(found, list) else found
        return table

    def _pair(self, table: _Table) -> None:
        keys = self._keys()
        self.place = _SPACE.match(self.text, self.place + 1).end()  # type: ignore[union-attr]  # it matches nothing too
        name, start = keys[-1]
        self._within(table, keys[:-1]).members[name] = (start, self._value(0))

    def _keys(self) -> list[_Key]:
        keys: list[_Key] = []
        while found := _KEY.match(self.text, self.place):
            group = 1 if found[1] else 2
            keys.append((found[1] or str(self._leaf(found[2])), found.start(group)))
            self.place = found.end()
            if not found[3]:
                break
        return keys

    def _value(self, depth: int) -> Node | _Table:
        start = self.place
        if depth > MAX_DEPTH:
            self._too_deep(start)
        self._one_more()
        sign = self.text[start]
        if sign == "[":
            return self._array(depth)
        if sign == "{":
            return self._inline(depth)
        found = _VALUE.match(self.text, start)
        assert found is not None
        self.place = found.end()
        at = self.places.at(start)
        return Node(self._leaf(found[0]), *at, *at, None, (), start, self.place)

    def _array(self, depth: int) -> Node:
        start = self.place
        elements: list[Node] = []
        self.place += 1
        while self._skip() and self.text[self.place] != "]":
            value = self._value(depth + 1)
            elements.append(value if isinstance(value, Node) else self._frozen(value, -1, depth + 1))
            self._skip()
            if self.text[self.place] == ",":
                self.place += 1
        self.place += 1
        at = self.places.at(start)
        return Node(tuple(elements), *at, *at, None, (), start, self.place)

    def _inline(self, depth: int) -> _Table:
        table = _Table(self.place)
        self.place += 1
        while self._skip() and self.text[self.place] != "}":
            keys = self._keys()
            self.place = _SPACE.match(self.text, self.place + 1).end()  # type: ignore[union-attr]  # it matches nothing too
            name, start = keys[-1]
            self._within(table, keys[:-1]).members[name] = (start, self._value(depth + 1))
            self._skip()
            if self.text[self.place] == ",":
                self.place += 1
        self.place += 1
        table.end = self.place
        return table

    def _leaf(self, raw: str) -> str | int | float | bool:
        if raw[0] in "\"'" and "\\" not in raw and raw[1:2] != raw[0]:
            return raw[1:-1]
        if raw.isdecimal():
            return int(raw)
        value = tomllib.loads(f"v = {raw}")["v"]
        return value if isinstance(value, (str, int, float, bool)) else raw

    def _frozen(self, table: _Table, key_start: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._too_deep(table.start)
        members: dict[str, Node] = {}
        for name, (start, value) in table.members.items():
            if isinstance(value, list):
                elements = tuple(self._frozen(each, -1, depth + 2) for each in value)
                at = self.places.at(value[0].start)
                members[name] = Node(elements, *at, *self.places.at(start), None, (), value[0].start, value[-1].end)
            elif isinstance(value, _Table):
                members[name] = self._frozen(value, start, depth + 1)
            else:
                key_at = self.places.at(start)
                members[name] = Node(value.value, value.line, value.column, *key_at, None, (), value.start, value.end)
        at = self.places.at(table.start)
        key_at = self.places.at(key_start) if key_start >= 0 else at
        return Node(MappingProxyType(members), *at, *key_at, None, (), table.start, table.end)

    def _skip(self) -> bool:
        found = _BLANK.match(self.text, self.place)
        assert found is not None
        if "#" in found[0]:
            self.comments.append(found.span())
        self.place = found.end()
        return self.place < len(self.text)

    def _one_more(self) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise FormatError(
                f"the file holds more than {MAX_NODES:,} values", f"{self.path}:1:1", "Split the file.", "too large"
            )

    def _too_deep(self, start: int) -> None:
        raise _too_deep(self.path, *self.places.at(start))
