"""The contract of a format: bytes become a Document of Nodes, each with its place and without its secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

# a whole file is held in memory as Python values, some twenty times its size
MAX_BYTES = 20_000_000
# no observed configuration nests deeper than 40; recursion over a tree stays far below Python's own limit
MAX_DEPTH = 100
# some 500 MB of values; a dump that is larger is read in pages
MAX_NODES = 2_000_000
# hand-written files repeat a few hundred nodes through anchors; bombs repeat billions
MAX_ALIAS_NODES = 100_000

_ENDLESS = (float("inf"), float("-inf"))
REDACTED = "[redacted]"

Confidence = Literal["high", "medium", "low"]
How = Literal["declared field", "prefix", "structure", "entropy"]


@dataclass(frozen=True, slots=True)
class Secret:
    """What is known of a secret after its value is gone.

    Parameters
    ----------
    kind:
        Such as ``github_pat``, ``password``, ``private_key``, ``api_key``, ``generic``.
    fingerprint:
        HMAC-SHA256 under the key of the run: equal values have equal fingerprints. It exists in memory only,
        to group the places of one secret; it is never printed, written or put in an id.
    length:
        Characters of the value.
    confidence, how:
        How sure the recognition is, and what it rests on.
    line, column:
        The place of the scalar that held it.
    """

    kind: str
    fingerprint: str = field(repr=False)
    length: int
    confidence: Confidence
    how: How
    line: int
    column: int


# asked of every node: the abstract Mapping takes ten times as long to answer
MAPPINGS = (MappingProxyType, dict)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file and the place where it stands.

    Parameters
    ----------
    value:
        A scalar, a read-only mapping in file order, or a tuple.
    line, column:
        The place of the value, counted from 1.
    key_line, key_column:
        The place of its key; its own place when it stands under no key.
    tag:
        A YAML tag such as ``!Ref``; ``expression`` for an HCL expression that was left as its source text;
        ``template`` for text with unresolved ``${...}`` (HCL) or ``{{ ... }}`` (YAML).
    secrets:
        What was redacted from a scalar, or from the key that it stands under.
    start, end:
        Offsets of the value in the decoded text before redaction; of use inside formats/ only.

    Examples
    --------
    >>> node = Node(MappingProxyType({"a": Node((Node(1), Node(2)))}))
    >>> node.get("a", 1).number(), node.get("b"), node.plain()
    (2, None, {'a': [1, 2]})
    """

    value: str | int | float | bool | Mapping[str, Node] | tuple[Node, ...] | None
    line: int = 1
    column: int = 1
    key_line: int = 1
    key_column: int = 1
    tag: str | None = None
    secrets: tuple[Secret, ...] = ()
    start: int = field(default=-1, repr=False, compare=False)
    end: int = field(default=-1, repr=False, compare=False)

    @property
    def is_mapping(self) -> bool:
        """Tell whether this is a mapping."""
        return isinstance(self.value, MAPPINGS)

    @property
    def is_sequence(self) -> bool:
        """Tell whether this is a sequence."""
        return isinstance(self.value, tuple)

    def get(self, *path: str | int) -> Node | None:
        """Give the node at a path of keys and places.

        Parameters
        ----------
        *path:
            Text for a key of a mapping, a number for a place in a sequence.

        Returns
        -------
        Node or None
            None when any step of the path is absent.
        """
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            within = node.value
            if isinstance(step, str):
                node = within.get(step) if isinstance(within, MAPPINGS) else None
            else:
                node = within[step] if isinstance(within, tuple) and 0 <= step < len(within) else None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Give the entries of a mapping in file order; nothing for any other node."""
        if isinstance(self.value, MAPPINGS):
            yield from self.value.items()

    def elements(self) -> tuple[Node, ...]:
        """Give the elements of a sequence; nothing for any other node."""
        return self.value if isinstance(self.value, tuple) else ()

    def listed(self) -> tuple[Node, ...]:
        """Give the elements of a sequence; any other node counts as a list of one, null as an empty one."""
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self,)

    def text(self) -> str | None:
        """Give the value when it is text."""
        return self.value if isinstance(self.value, str) else None

    def flag(self) -> bool | None:
        """Give the value when it is true or false."""
        return self.value if isinstance(self.value, bool) else None

    def number(self) -> int | float | None:
        """Give the value when it is a number."""
        return self.value if isinstance(self.value, (int, float)) and not isinstance(self.value, bool) else None

    def whole(self, times: int = 1) -> int | None:
        """Give the value, times a factor, without its fraction; None when it is no number, or one without end."""
        number = self.number()
        return None if number is None or number in _ENDLESS or number != number else int(number * times)

    def plain(self) -> Any:
        """Give plain dicts, lists and scalars."""
        if isinstance(self.value, MAPPINGS):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value


EMPTY = Node(MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a readable file that its writer should know, such as a key that stands there twice."""

    line: int
    column: int
    path: str
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read and redacted.

    Parameters
    ----------
    name:
        The format: json, yaml, toml, hcl, markdown, sheet or text.
    roots:
        One node for each document of a multi-document YAML file or line of a JSON Lines file.
    text:
        The decoded text with every secret masked; line numbers are those of the file.
    body, body_line:
        Markdown after the front matter, or the whole of a text file, and the line where it begins; else empty.
    problems:
        What the reader met and could live with.
    incomplete:
        Why absence in this file means nothing: it is cut, or one page of several. None when it looks whole.
    secrets:
        Every secret found anywhere in the file, comments and body included, in file order.
    """

    name: str
    roots: tuple[Node, ...]
    text: str
    body: str = ""
    body_line: int = 0
    problems: tuple[Problem, ...] = ()
    incomplete: str | None = None
    secrets: tuple[Secret, ...] = ()

    @property
    def root(self) -> Node:
        """Give the first root; an empty mapping when the file holds none."""
        return self.roots[0] if self.roots else EMPTY


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reader of one format gives before redaction; it never leaves formats/.

    Parameters
    ----------
    prose:
        Where in the text the body begins; None when the file has no body.
    comments:
        Where text stands that no node covers.
    dropped:
        Mappings of a key to a value that no root holds, but the text does: a later one of the same key replaced it,
        or it stands in source code.
    written:
        Where source code writes values out, in order; None when any part of the text may hold a value.
    """

    name: str
    roots: tuple[Node, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: str | None = None
    prose: int | None = None
    comments: tuple[tuple[int, int], ...] = ()
    dropped: tuple[Node, ...] = ()
    written: tuple[tuple[int, int], ...] | None = None

    def __repr__(self) -> str:
        return f"Parsed({self.name})"
