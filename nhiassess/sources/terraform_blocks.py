"""Blocks of Terraform, and what their values are without running it: literals, locals and plain references.

What a variable is when somebody applies the configuration stands in no file: a default may be replaced, so it is
not taken. References count within one folder, which is one module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Location
from nhiassess.sources.source import ReadFile

_MOST_STEPS = 20
# no name is longer; text that doubles itself in every local would fill the memory
_LONGEST = 10_000
_MOST_EACH = 1000
_HOLE = re.compile(r"\$\{([^${}]{1,500})\}")
_REFERENCE = re.compile(r"(data\.)?([a-z]\w*)\.([A-Za-z_][\w-]*)(?:\[[^\[\]]{1,100}\])?\.([a-z]\w*)")
_QUOTED = re.compile(r'"([^"\\$%]*)"')


@dataclass(frozen=True, slots=True)
class Block:
    """One resource or data source."""

    file: ReadFile
    kind: str
    type: str
    name: str
    node: Node

    @property
    def address(self) -> str:
        """What other blocks call it."""
        return f"{'data.' if self.kind == 'data' else ''}{self.type}.{self.name}"

    @property
    def place(self) -> Location:
        """Where it begins."""
        return self.file.at_key(self.node)

    def get(self, *path: str | int) -> Node | None:
        """Give a value of it."""
        return self.node.get(*path)

    def inner(self, name: str) -> tuple[Node, ...]:
        """Give the blocks of a kind within it."""
        inside = self.node.get(name)
        return tuple(each for each in inside.listed() if each.is_mapping) if inside is not None else ()


# gives what a provider computes from what a block states: an address, a name; None when it can't be known
Computed = Callable[["Module", Block, str], str | None]


@dataclass(slots=True)
class Module:
    """The blocks of one folder."""

    folder: str
    blocks: Mapping[str, Block]  # by address
    locals: Mapping[str, Node]
    computed: Computed
    _depth: int = field(default=0)
    _known: dict[str, str | None] = field(default_factory=dict)

    def of(self, *types: str) -> Iterator[Block]:
        """Give the resources of some types."""
        return (each for each in self.blocks.values() if each.kind == "resource" and each.type in types)

    def value(self, node: Node | None, each: str | None = None) -> str | None:
        """Give the text of a value; None when it depends on what no file of the folder shows.

        Parameters
        ----------
        node:
            A literal, a template or an expression.
        each:
            What ``each.value`` and ``each.key`` stand for.
        """
        text = node.text() if node is not None else None
        if node is None or text is None:
            return None if node is None or node.number() is None else str(node.value)
        if node.tag == "expression":
            return self._lookup(text.strip(), each)
        if node.tag != "template":
            return text
        if len(text) > _LONGEST:
            return None
        parts, last = [], 0
        for hole in _HOLE.finditer(text):
            found = self._lookup(hole[1].strip(), each)
            if found is None:
                return None
            parts += [text[last : hole.start()], found]
            last = hole.end()
        whole = "".join((*parts, text[last:]))
        return None if "${" in text[last:] or len(whole) > _LONGEST else whole

    def attribute(self, block: Block, name: str, each: str | None = None) -> str | None:
        """Give an attribute of a block, stated or computed."""
        node = block.get(name)
        if node is not None:
            return self.value(node, each)
        return self.computed(self, block, name)

    def referred(self, node: Node | None) -> Block | None:
        """Give the block that a value refers to."""
        text = node.text() if node is not None else None
        found = _REFERENCE.search(text) if text and node is not None and node.tag else None
        return self.blocks.get(f"{found[1] or ''}{found[2]}.{found[3]}") if found else None

    def every(self, block: Block) -> tuple[str | None, ...]:
        """Give what ``each.value`` is in turn: one None for a block that stands once, or for what is not literal."""
        node = block.get("for_each")
        text = (node.text() or "").strip() if node is not None else ""
        if not text.startswith("toset(") or len(text) > 100_000:
            return (None,)
        left = _QUOTED.sub("", text.removeprefix("toset("))
        found = _QUOTED.findall(text)
        return tuple(found[:_MOST_EACH]) if found and not left.strip("[](), \t\r\n") else (None,)

    def _lookup(self, expression: str, each: str | None) -> str | None:
        if expression in ("each.value", "each.key"):
            return each
        if expression in self._known or self._depth >= _MOST_STEPS:
            return self._known.get(expression)
        self._known[expression] = None  # while it is looked up: what refers to itself is not resolved
        self._depth += 1
        try:
            found = self._known[expression] = self._referred(expression)
        finally:
            self._depth -= 1
        return found

    def _referred(self, expression: str) -> str | None:
        if expression.startswith("local."):
            return self.value(self.locals.get(expression.removeprefix("local.")))
        found = _REFERENCE.fullmatch(expression)
        block = self.blocks.get(f"{found[1] or ''}{found[2]}.{found[3]}") if found else None
        return self.attribute(block, found[4]) if block is not None and found is not None else None


def modules(files: Iterable[ReadFile], computed: Computed) -> Iterator[Module]:
    """Give the modules of Terraform files, one a folder.

    Parameters
    ----------
    files:
        Any files; those that are no HCL are left out.
    computed:
        What a cloud computes from what a block states.

    Returns
    -------
    Iterator of Module
        In the order of the folders.
    """
    folders: dict[str, list[ReadFile]] = {}
    for file in files:
        if file.document.name == "hcl":
            folders.setdefault(dirname(file.path), []).append(file)
    for folder, group in sorted(folders.items()):
        blocks = {each.address: each for file in group for each in _blocks(file)}
        yield Module(folder, blocks, dict(_locals(group)), computed)


def _blocks(file: ReadFile) -> Iterator[Block]:
    for kind in ("resource", "data"):
        for outer in (file.document.root.get(kind) or EMPTY).listed():
            for type, named in outer.items():
                for name, node in named.items():
                    for each in node.listed():
                        if each.is_mapping:
                            yield Block(file, kind, type, name, each)


def _locals(files: Sequence[ReadFile]) -> Iterator[tuple[str, Node]]:
    for file in files:
        for block in (file.document.root.get("locals") or EMPTY).listed():
            yield from block.items()
