"""What Python's own reader made of a record is looked at as a node, without places, before any of it is redacted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiassess.formats.format import Node


class Glance(Node):
    """Plain data that answers as a node does; it exists inside formats/ only, for as long as it is looked at.

    Making nodes of a record takes twenty times as long as reading it, so here each is made when it is asked for.

    Examples
    --------
    >>> Glance({"a": [1, "b"]}).get("a", 1).text()
    'b'
    """

    __slots__ = ()

    def __init__(self, value: Any) -> None:
        object.__setattr__(self, "value", value)

    def __repr__(self) -> str:
        return "Glance()"

    line = column = key_line = key_column = 1
    tag = None
    secrets = ()
    start = end = -1

    @property
    def is_sequence(self) -> bool:
        """Tell whether this is a sequence."""
        return isinstance(self.value, list)

    def get(self, *path: str | int) -> Node | None:
        """Give the node at a path of keys and places."""
        within: Any = self.value
        for step in path:
            if isinstance(step, str):
                if not isinstance(within, dict) or step not in within:
                    return None
                within = within[step]
            elif isinstance(within, list) and 0 <= step < len(within):
                within = within[step]
            else:
                return None
        return Glance(within)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Give the entries of a mapping in file order; nothing for any other node."""
        within: Any = self.value
        if isinstance(within, dict):
            for key, value in within.items():
                yield key, Glance(value)

    def elements(self) -> tuple[Node, ...]:
        """Give the elements of a sequence; nothing for any other node."""
        within: Any = self.value
        return tuple(map(Glance, within)) if isinstance(within, list) else ()

    def listed(self) -> tuple[Node, ...]:
        """Give the elements of a sequence; any other node counts as a list of one, null as an empty one."""
        if isinstance(self.value, list):
            return self.elements()
        return () if self.value is None else (self,)

    def plain(self) -> Any:
        """Give plain dicts, lists and scalars."""
        return self.value
