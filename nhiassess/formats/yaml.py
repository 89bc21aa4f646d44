"""YAML becomes nodes with positions: the scalars of YAML 1.2, tags kept, anchors expanded within a limit."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import yaml

from nhiassess.errors import FormatError
from nhiassess.formats.format import MAX_ALIAS_NODES, MAX_DEPTH, MAX_NODES, Node, Parsed, Problem

# the C reader is some ten times faster; a wheel without it still reads
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})\Z|0o[0-7]{1,100}\Z|0x[0-9a-fA-F]{1,100}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,300}|[0-9]{1,300}(?:\.[0-9]{0,300})?)(?:[eE][-+]?[0-9]{1,10})?\Z")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
# what readers of YAML 1.1 take for true, false, base 60 and base 8
_TRAP = re.compile(
    r"(?:y|Y|n|N|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF|[0-9]+(?::[0-5]?[0-9])+|0[0-9]+|[0-9]+\.[0-9]*0)\Z"
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# characters of a text that count as one value more where aliases repeat it
_LONG = 50
# what the reader ends a line at, and nothing else does
_BREAK = re.compile("[\x85\u2028\u2029]")


def parse(path: str, text: str, *, strict: bool = False) -> Parsed:
    """Read every document of a YAML text.

    Parameters
    ----------
    path:
        The file, for complaints.
    text:
        The decoded text.
    strict:
        For files of our own: several documents, and scalars that readers of YAML 1.1 take for something else,
        are problems.

    Returns
    -------
    Parsed
        One root for each document that is not empty.

    Raises
    ------
    FormatError
        When the text is not YAML, is a template, or goes beyond the limits.
    """
    lines = _Lines(text)
    reader = _Reader(path, text, strict, lines)
    try:
        roots = tuple(reader.roots())
    except yaml.YAMLError as error:
        raise _refusal(path, text, error, strict, lines) from None
    return Parsed("yaml", roots, tuple(reader.problems), comments=tuple(reader.comments), dropped=tuple(reader.dropped))


class _Lines:
    """Where the lines of a text begin, and so the place of a mark of the reader."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(each.end() for each in re.finditer("\n", text))] if _BREAK.search(text) else None

    def at(self, mark: Any) -> tuple[int, int]:
        if self.starts is None:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self.starts, mark.index)
        return line, mark.index - self.starts[line - 1] + 1


def _refusal(path: str, text: str, error: yaml.YAMLError, strict: bool, lines: _Lines) -> FormatError:
    mark = getattr(error, "problem_mark", None)
    line, column = lines.at(mark) if mark else (1, 1)
    # at the end of a text without a last line feed, the reader is one line further already
    last = text.count("\n") + 1
    where = f"{path}:{min(line, last)}:{column}"
    if "{{" in text and not strict:
        return FormatError(
            "a template, not YAML until it is rendered", where, "Render it, then give the result.", "template"
        )
    # the words in quotes come from the file and could be anything; marks alone are those of YAML
    told = _QUOTED.sub(
        lambda found: "a word" if re.search(r"\w", found[0]) else found[0],
        str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"),
    )
    return FormatError(f"not YAML: {told}", where, "Check indentation, quotes and tabs on and above this line.")


class _Open:
    """A mapping or sequence that is still being read."""

    __slots__ = ("depth", "entries", "event", "is_mapping", "key", "size")

    def __init__(self, event: Any, is_mapping: bool) -> None:
        self.event, self.is_mapping = event, is_mapping
        self.entries: list[tuple[Node, Node]] = []
        self.key: Node | None = None
        self.size = self.depth = 1


class _Reader:
    """One pass over the events of one text, with a stack of its own and a count of what aliases expand to."""

    def __init__(self, path: str, text: str, strict: bool, lines: _Lines) -> None:
        self.path, self.text, self.strict, self.lines = path, text, strict, lines
        self.problems: list[Problem] = []
        self.dropped: list[Node] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.count = self.expanded = 0
        self.root: Node | None = None
        self.comments: list[tuple[int, int]] = []
        self.reached = 0

    def roots(self) -> Iterator[Node]:
        documents = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
            if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.StreamEndEvent)):
                self._between(event)
            if isinstance(event, yaml.ScalarEvent):
                self._put(self._scalar(event), event.anchor, 1 + len(event.value) // _LONG, 1)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                self._open(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self._close(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.anchors, self.root, documents = {}, None, documents + 1
                if self.strict and documents > 1:
                    what = "a second document begins here"
                    self._problem(event, "$", what, "One file holds one document: delete the `---`.")
            elif isinstance(event, yaml.DocumentEndEvent) and self.root is not None and self.root.value is not None:
                yield self.root

    def _between(self, event: Any) -> None:
        """Keep what lies between two scalars when a comment, an anchor or a tag may be in it."""
        start = event.start_mark.index
        if start > self.reached and re.search("[#&!%]", self.text[self.reached : start]):
            self.comments.append((self.reached, start))
        self.reached = max(self.reached, event.end_mark.index)

    def _open(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._error(
                event.start_mark, f"the values nest deeper than {MAX_DEPTH}", "Split the file.", "too large"
            )
        self.stack.append(_Open(event, isinstance(event, yaml.MappingStartEvent)))
        if event.anchor:
            # an alias to it from inside would have no end
            self.anchors.pop(event.anchor, None)

    def _close(self, event: Any) -> None:
        top = self.stack.pop()
        start, end = top.event.start_mark, event.end_mark
        tag = _tag(top.event.tag)
        line, column = self.lines.at(start)
        if top.is_mapping and self.text.startswith("{{", start.index):
            # `{{ .Values.x }}` outside quotes: a template that happens to be a mapping with a mapping for its key
            node = Node(
                self._slice(start.index, end.index),
                line,
                column,
                line,
                column,
                "template",
                (),
                start.index,
                end.index,
            )
        elif top.is_mapping:
            value = MappingProxyType(self._members(top))
            node = Node(value, line, column, line, column, tag, (), start.index, end.index)
        else:
            elements = tuple(each for _, each in top.entries)
            node = Node(elements, line, column, line, column, tag, (), start.index, end.index)
        self._put(node, top.event.anchor, top.size, top.depth)

    def _members(self, top: _Open) -> dict[str, Node]:
        members: dict[str, Node] = {}
        merged: list[Node] = []
        for key, node in top.entries:
            if key.value == "<<" and key.tag == "merge":
                merged += node.elements() if node.is_sequence else (node,)
                continue
            name = str(key.value)
            if name in members:
                first = members[name]
                self.dropped.append(replace(first, value=MappingProxyType({name: first})))
                where = f"{self._path()}.{name}"
                what = (
                    f"the key stands already at line {first.key_line}, column {first.key_column}; this later one counts"
                )
                self.problems.append(Problem(key.line, key.column, where, what, "Delete one of the two."))
            members[name] = node
        for each in merged:
            for name, node in each.items():
                members.setdefault(name, node)
        return members

    def _put(self, node: Node, anchor: str | None, size: int, depth: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise FormatError(
                f"the file holds more than {MAX_NODES:,} values", f"{self.path}:1:1", "Split the file.", "too large"
            )
        if anchor:
            self.anchors[anchor] = (node, size, depth)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        top.depth = max(top.depth, depth + 1)
        if not top.is_mapping:
            top.entries.append((node, node))
        elif top.key is None:
            top.key = self._as_key(node)
        else:
            key = top.key
            placed = Node(node.value, node.line, node.column, key.line, key.column, node.tag, (), node.start, node.end)
            top.entries.append((key, placed))
            top.key = None

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            what = "the alias here names no anchor above it"
            raise self._error(event.start_mark, what, "Put it in quotes, or define the anchor before.")
        node, size, depth = self.anchors[event.anchor]
        self.expanded += size
        if self.expanded > MAX_ALIAS_NODES:
            what = f"the aliases expand to more than {MAX_ALIAS_NODES:,} values"
            raise self._error(event.start_mark, what, "Write the values out.", "too large")
        if len(self.stack) + depth > MAX_DEPTH:
            raise self._error(
                event.start_mark, f"the values nest deeper than {MAX_DEPTH}", "Split the file.", "too large"
            )
        self._put(node, None, size, depth)

    def _as_key(self, node: Node) -> Node:
        """Give a key as text the way it is written, so that `on` stays `on` and 1 is no number."""
        if isinstance(node.value, str) or node.start < 0:
            return node
        written = self._slice(node.start, node.end)
        return Node(written, node.line, node.column, node.line, node.column, node.tag, (), node.start, node.end)

    def _scalar(self, event: Any) -> Node:
        mark, text = event.start_mark, event.value
        tag = _tag(event.tag)
        value: str | int | float | bool | None = text
        key_here = bool(self.stack) and self.stack[-1].is_mapping and self.stack[-1].key is None
        if event.implicit[0]:
            if key_here:
                tag = "merge" if text == "<<" else tag
            else:
                value = _resolve(text)
            if self.strict and _TRAP.match(text):
                self._problem(
                    event,
                    self._path(),
                    _trap(text),
                    "Put it in quotes, or write true, false or a plain number.",
                )
        elif event.tag and event.tag.startswith(_CORE) and event.tag != _CORE + "str" and not key_here:
            value = _resolve(text)
        line, column = self.lines.at(mark)
        return Node(value, line, column, line, column, tag, (), mark.index, event.end_mark.index)

    def _slice(self, start: int, end: int) -> str:
        return self.text[start:end].strip()

    def _path(self) -> str:
        parts = ["$"]
        for each in self.stack:
            if each.is_mapping and each.key is not None:
                parts.append(f".{each.key.value}")
            elif not each.is_mapping:
                parts.append(f"[{len(each.entries)}]")
        return "".join(parts)

    def _problem(self, event: Any, path: str, what: str, hint: str) -> None:
        self.problems.append(Problem(*self.lines.at(event.start_mark), path, what, hint))

    def _error(self, mark: Any, what: str, hint: str, construct: str = "syntax") -> FormatError:
        line, column = self.lines.at(mark)
        return FormatError(what, f"{self.path}:{line}:{column}", hint, construct)


def _tag(tag: str | None) -> str | None:
    return None if tag is None or tag == "!" or tag.startswith(_CORE) else tag


def _trap(text: str) -> str:
    if text[0].isdigit():
        return "a number that readers of YAML take differently, or whose last zero is lost"
    return "a word that older readers of YAML take for true or false"


def _resolve(text: str) -> str | int | float | bool | None:
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text) and not _leading_zero(text):
        return float(text)
    if _SPECIAL.match(text):
        return float(text.replace(".", "").lower())
    return text


def _leading_zero(text: str) -> bool:
    # account numbers such as 012345678901 must keep their first digit
    digits = text.lstrip("+-")
    return digits.isdigit() and len(digits) > 1
