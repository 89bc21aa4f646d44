"""A file of records that is too large to hold is read one record at a time, each redacted when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from types import MappingProxyType
from typing import BinaryIO, TypeVar

from nhiassess.errors import Complaint, FormatError
from nhiassess.formats import json
from nhiassess.formats.format import Node, Problem, Secret
from nhiassess.formats.glance import Glance
from nhiassess.formats.reading import one_page
from nhiassess.formats.redaction import redact
from nhiassess.formats.splitting import Piece, Splitting, decode
from nhiassess.formats.unpacking import Unpacking

# faults that are told with their places; the rest are counted
MAX_PROBLEMS = 20
# what a byte that is not UTF-8 was decoded to
_NO_TEXT = re.compile("[\ud800-\udfff]")
# where services that carry logs put a record as text within a record of their own
_ENVELOPES = ("message", "@message", "CloudTrailEvent")

T = TypeVar("T")


class Record:
    """One record of a stream, and the place where it begins.

    Parameters
    ----------
    line, column:
        Counted from 1.
    """

    __slots__ = ("_inner", "_piece", "_stream", "column", "line", "secrets")

    def __init__(self, stream: Stream, piece: Piece, inner: str | None) -> None:
        self.line, self.column = piece.line, piece.column
        self._stream, self._piece, self._inner = stream, piece, inner
        self.secrets: tuple[Secret, ...] = ()  # once `node` was asked for

    def told_apart(self, look: Callable[[Node], Iterable[tuple[object, T]]]) -> list[tuple[bytes, T]] | None:
        """Tell what a record says from what others say, without redacting it first.

        Parameters
        ----------
        look:
            Gives pairs of what is to be told apart and something beside it that can hold no secret, such as a time.

        Returns
        -------
        list of tuple or None
            For each pair a digest under the key of the run in place of its first part; None when the record is
            broken.

        Notes
        -----
        To redact a record takes some forty times as long as to read it, and of most records only how often they
        occur is wanted. Whoever needs a value asks for `node`: nothing but digests leaves formats/ unredacted.
        """
        node = self._unredacted()
        try:
            return None if node is None else self._told_apart(node, look)
        except Exception:
            # whatever it is, its words may hold a secret: it is met again with none, and raised from there
            redacted = self.node()
        return None if redacted is None else self._told_apart(redacted, look)

    def _told_apart(self, node: Node, look: Callable[[Node], Iterable[tuple[object, T]]]) -> list[tuple[bytes, T]]:
        return [(_digest(what, self._stream.key), beside) for what, beside in look(node)]

    def node(self) -> Node | None:
        """Give the record with the places of its values and without its secrets; None when it is broken."""
        text = self._piece.text if self._inner is None else self._inner
        try:
            document = redact(self._stream.path, text, json.parse(self._stream.path, text), self._stream.key)
        except FormatError as error:
            self._fault(error.complaints[0])
            return None
        places = [self._move(each.line, each.column) for each in document.secrets]
        self.secrets = tuple(
            replace(each, line=line, column=column)
            for each, (line, column) in zip(document.secrets, places, strict=True)
        )
        return _moved(document.root, self._move)

    def _unredacted(self) -> Node | None:
        if self._inner is not None:
            return Glance(decode(self._inner)[0])
        if self._piece.value is not None:
            return Glance(self._piece.value)
        try:
            parsed = json.parse(self._stream.path, self._piece.text)
        except FormatError as error:
            self._fault(error.complaints[0])
            return None
        if parsed.incomplete or len(parsed.roots) != 1:
            self._fault(Complaint("the record is broken"))
            return None
        return parsed.roots[0]

    def _fault(self, complaint: Complaint) -> None:
        place = complaint.where.rsplit(":", 2)
        within = (int(place[1]), int(place[2])) if len(place) == 3 else (1, 1)
        line, column = self._move(*within)
        self._stream.complain(line, column, complaint.what, complaint.hint)

    def _move(self, line: int, column: int) -> tuple[int, int]:
        """Give the place in the file of a place in the record; of a record in a record, that of the outer."""
        if self._inner is not None:
            return self.line, self.column
        return line + self.line - 1, column + self.column - 1 if line == 1 else column


class Stream:
    """The records of one file: JSON Lines, values that follow one another, or one list, as they are or in gzip.

    Parameters
    ----------
    path:
        The file, as complaints print it.
    file:
        Its bytes; they are read once, from where the file stands.
    key:
        The key of the run.

    Attributes
    ----------
    problems:
        What could not be read, up to `MAX_PROBLEMS`.
    broken:
        How many records could not be read.
    incomplete:
        Why absence in this file means nothing; known at the end.

    Examples
    --------
    >>> from io import BytesIO
    >>> [record.node().plain() for record in Stream("x.jsonl", BytesIO(b'{"password": "hunter2"}'), b"run")]
    [{'password': '[redacted]'}]
    """

    def __init__(self, path: str, file: BinaryIO, key: bytes) -> None:
        self.path, self.key = path, key[:64]
        self.problems: list[Problem] = []
        self.broken = 0
        self.incomplete: str | None = None
        self._file = file

    def __iter__(self) -> Iterator[Record]:
        """Give the records in order.

        Raises
        ------
        FormatError
            When the file is no text, or unpacks to more than any log would.
        """
        text = Unpacking(self.path, self._file)
        splitting = Splitting(text)
        for piece in splitting:
            if piece.fault is not None:
                self.complain(piece.line, piece.column, piece.fault)
            elif not piece.text.isascii() and _NO_TEXT.search(piece.text):
                self.complain(piece.line, piece.column, "the record is not UTF-8")
            else:
                yield Record(self, piece, _inner(piece))
        self.incomplete = text.incomplete or splitting.cut or _one_page(self.path, splitting.shells)

    def complain(self, line: int, column: int, what: str, hint: str = "") -> None:
        """Count a record that can't be read, and keep its place when it is among the first."""
        self.broken += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, column, "$", what, hint))


def _digest(what: object, key: bytes) -> bytes:
    return blake2b(repr(what).encode("utf-8", "surrogatepass"), digest_size=16, key=key).digest()


def _inner(piece: Piece) -> str | None:
    """Give the record that a service carries as text in one of its own."""
    value = piece.value
    if type(value) is not dict:
        return None
    for key in _ENVELOPES:
        text = value.get(key)
        if type(text) is str and text[:1] == "{":
            try:
                return text if type(decode(text)[0]) is dict and not _NO_TEXT.search(text) else None
            except (ValueError, RecursionError):
                return None
    return None


def _one_page(path: str, shells: Iterable[str]) -> str | None:
    for shell in shells:
        try:
            why = one_page(json.parse(path, shell))
        except FormatError:
            continue
        if why is not None:
            return why
    return None


def _moved(node: Node, move: Callable[[int, int], tuple[int, int]]) -> Node:
    """Give a node with the places that it and all below it have in the whole file."""
    value = node.value
    if isinstance(value, tuple):
        value = tuple(_moved(each, move) for each in value)
    elif isinstance(value, MappingProxyType):
        value = MappingProxyType({key: _moved(each, move) for key, each in value.items()})
    secrets = node.secrets
    if secrets:
        places = [move(each.line, each.column) for each in secrets]
        secrets = tuple(
            replace(each, line=line, column=column) for each, (line, column) in zip(secrets, places, strict=True)
        )
    # `replace` takes three times as long
    return Node(value, *move(node.line, node.column), *move(node.key_line, node.key_column), node.tag, secrets)
