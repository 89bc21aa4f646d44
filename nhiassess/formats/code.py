"""What a Python file says, as values that can be read without its syntax tree: calls, functions and assignments.

A value is a `Node`. A literal is what it says; a dictionary and the arguments of a call are mappings, positional
arguments under "0", "1" and so on. Its tag tells what else it is: ``call <dotted name>``, ``name`` (the value is the
dotted name, aliases of imports resolved), ``spread`` (`*name` in a list), ``template`` (text with ``${...}`` in it), or
``expression`` (the value is the source text). A variable of the environment reads ``os.environ["NAME"]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import Node

# names that lead to names
_MAX_HOPS = 20


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Parameters
    ----------
    name:
        The dotted name of what is called, such as ``agents.Agent``; ``StateGraph().compile`` when it is a method of
        what another call gave.
    node:
        Its arguments, and its place.
    bound:
        The variable that it is assigned to; None when it is to none.
    within:
        The dotted names of the classes and functions around it; empty at the top of the file.
    """

    name: str
    node: Node
    bound: str | None = None
    within: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method: its decorators are names or calls."""

    name: str
    within: str
    node: Node
    decorators: tuple[Node, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Give the dotted name that what stands inside has as its `within`."""
        return f"{self.within}.{self.name}".lstrip(".")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with a secret in it, or a variable of the environment, and the name that it is known by."""

    name: str
    node: Node
    within: str


@dataclass(slots=True)
class Module:
    """What one file says."""

    imports: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    functions: dict[str, list[Function]] = field(default_factory=dict)
    classes: list[Function] = field(default_factory=list)
    scalars: list[Scalar] = field(default_factory=list)
    assigned: dict[tuple[str, str], list[Node]] = field(default_factory=dict)
    around: dict[str, list[Call]] = field(default_factory=dict)

    def values(self, name: str, within: str) -> list[Node]:
        """Give every value that a name is assigned where it is seen from: in the function, or around it."""
        while True:
            found = self.assigned.get((within, name))
            if found or not within:
                return found or []
            within = within.rpartition(".")[0]

    def resolve(self, node: Node, within: str) -> Node:
        """Follow a name to its one value; a name of none or of several stays as it is."""
        for _ in range(_MAX_HOPS):
            if node.tag != "name":
                break
            values = self.values(str(node.value), within)
            if len(values) != 1 or values[0] is node:
                break
            node = values[0]
        return node

    def listed(self, node: Node, within: str) -> Iterator[Node]:
        """Give what a list holds, through names, sums and `*`; what can't be followed comes as it is."""
        left, seen = [node], set()
        while left:
            each = left.pop()
            if each.is_sequence:
                left += reversed(each.elements())
            elif each.tag in ("name", "spread") and (each is node or each.tag == "spread"):
                name = str(each.value)
                if name in seen:
                    continue
                seen.add(name)
                values = self.values(name, within)
                lists = [one for one in values if one.is_sequence or one.tag in ("name", "spread")]
                if values and len(lists) == len(values):
                    left += reversed([replace(one, tag="spread") if one.tag == "name" else one for one in values])
                else:
                    yield each
            elif each.value is not None:
                yield each

    def function(self, name: str, within: str) -> Function | None:
        """Give the function of a name that is seen from a place; the nearest when several are."""
        named = self.functions.get(name.removeprefix("self."), ())
        seen = (one for one in named if "." in name or not one.within or f"{within}.".startswith(f"{one.within}."))
        return max(seen, key=lambda one: len(one.within), default=None)

    def inside(self, path: str) -> Sequence[Call]:
        """Give the calls inside of a function or class."""
        return self.around.get(path, ())


def called(node: Node) -> str | None:
    """Give the dotted name of the call that a value is; None when it is none.

    Examples
    --------
    >>> called(Node({}, tag="call agents.Agent")), called(Node("x"))
    ('agents.Agent', None)
    """
    return node.tag[5:] if node.tag is not None and node.tag.startswith("call ") else None


def arguments(node: Node) -> Mapping[str, Node]:
    """Give the keyword arguments of a call."""
    return {key: each for key, each in node.items() if not key.isdecimal()}
