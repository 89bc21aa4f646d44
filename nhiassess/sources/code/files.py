"""The Python files of one folder, among which names are followed from file to file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from posixpath import basename, dirname

from nhiassess.formats.code import Function, Module, called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.source import ReadFile, quote

# from file to file to file
_MAX_HOPS = 8
# nobody writes a longer list of tools by hand
_MOST = 1_000


@dataclass(slots=True)
class CodeFile:
    """One file, and those beside it by the names that they are imported under."""

    file: ReadFile
    module: Module
    beside: Mapping[str, CodeFile] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> str:
        """Give the folder as it stands in ids."""
        return quote(dirname(self.file.path)) or "-"

    @property
    def stem(self) -> str:
        """Give the name that the file is imported under."""
        return basename(self.file.path).rsplit(".", 1)[0]

    def imported(self, name: str) -> tuple[CodeFile, str] | None:
        """Find the file beside this one that a dotted name leads to, and the name that it has there."""
        bare = name.removeprefix(".")
        if name.startswith(".."):
            return None
        module, _, rest = bare.partition(".")
        other = self.beside.get(module)
        return (other, rest) if other is not None and rest and other is not self else None

    def follow(self, node: Node, within: str, hops: int = 0) -> Place:
        """Follow a name to its one value, into other files too; what can't be followed stays as it is."""
        node = self.module.resolve(node, within)
        if node.tag == "name" and hops < _MAX_HOPS:
            led = self.imported(str(node.value))
            if led is not None:
                other, name = led
                named = Node(name, node.line, node.column, tag="name")
                at = other.follow(named, "", hops + 1)
                # what is not found there has its place here
                return replace(at, named_at=self.file.at(node)) if at.node is named or at.named_at else at
        return Place(self, node, within)

    def elements(self, node: Node, within: str) -> list[Place]:
        """Give what a list holds, each followed to its value."""
        found: list[Place] = []
        left: list[tuple[CodeFile, Node, str, int, Location | None]] = [(self, node, within, 0, None)]
        while left and len(found) < _MOST:
            code, each, where, hops, named = left.pop(0)
            for one in code.module.listed(each, where):
                led = code.imported(str(one.value)) if one.tag in ("name", "spread") else None
                if led is not None and led[1] and hops < _MAX_HOPS and (led[0].module.values(led[1], "")):
                    at = (named if one is each else None) or code.file.at(one)
                    left.append((led[0], Node(led[1], one.line, one.column, tag="name"), "", hops + 1, at))
                elif one is not each or not one.is_sequence:
                    at = (named if one is each else None) or code.file.at(one)
                    found.append(replace(code.follow(one, where), named_at=at))
        return found

    def function(self, node: Node, within: str) -> tuple[CodeFile, Function] | None:
        """Give the function that a name or a call leads to."""
        name = called(node) or (str(node.value) if node.tag in ("name", "spread") else "")
        made = self.module.function(name, within) if name else None
        if made is not None:
            return self, made
        led = self.imported(name)
        there = led[0].module.function(led[1], "") if led is not None else None
        return (led[0], there) if led is not None and there is not None else None

    def text(self, node: Node | None, within: str) -> str | None:
        """Give the text, number or truth that a value is; None when the file does not write it out."""
        if node is None:
            return None
        value = self.follow(node, within).node
        if value.tag not in (None, "template") or value.is_mapping or value.is_sequence or value.value is None:
            return None
        return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)


@dataclass(frozen=True, slots=True)
class Place:
    """A value, the file that it stands in, the function around it, and where it is named when that is elsewhere."""

    code: CodeFile
    node: Node
    within: str
    named_at: Location | None = None

    @property
    def where(self) -> Location:
        """Give the place where the value is named, or else its own."""
        return self.named_at or self.code.file.at(self.node)

    @property
    def key(self) -> tuple[str, int, int, str | None]:
        """Tell this value from every other."""
        return self.code.file.path, self.node.line, self.node.column, self.node.tag


def last(name: str | None) -> str:
    """Give the last part of a dotted name.

    Examples
    --------
    >>> last("google.adk.agents.LlmAgent")
    'LlmAgent'
    """
    return (name or "").rpartition(".")[2]


def argument(node: Node, *names: str) -> Node | None:
    """Give the first of some arguments of a call that it is given."""
    return next((each for name in names if (each := node.get(name)) is not None), None)


def literals(code: CodeFile, node: Node, within: str) -> Iterator[tuple[str, Place]]:
    """Give the texts of a list, or the one text that stands for a list."""
    for each in code.elements(node, within):
        text = each.code.text(each.node, each.within)
        if text is not None:
            yield text, each
