"""Sections of `key = value` lines, as command-line tools keep their settings; values stay text, with their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nhiassess.formats.format import Document, Node
from nhiassess.formats.taken import Taken

_SECTION = re.compile(r"\[(?P<name>[^\[\]\n]{1,400})\]\s*(?:[#;].*)?\Z")


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its name, "" for what stands before the first, and its entries."""

    name: str
    line: int
    entries: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, key: str) -> str | None:
        """Give the value of an entry; None when it is absent or empty."""
        node = self.entries.get(key)
        return (node.text() or None) if node is not None else None


def sections(document: Document) -> tuple[Section, ...]:
    r"""Read the sections of a file.

    Parameters
    ----------
    document:
        The file, whatever format it was taken for; its text is redacted.

    Returns
    -------
    tuple of Section
        In file order; a name that stands there twice gives two sections. Lines that are indented below an entry
        without a value belong to it, and are left out.

    Examples
    --------
    >>> document = Document("text", (), "[default]\nregion = eu-west-1\n")
    >>> [(each.name, each.text("region")) for each in sections(document)]
    [('default', 'eu-west-1')]
    """
    taken = Taken(document)
    found: list[tuple[str, int, dict[str, Node]]] = [("", 1, {})]
    nested = False
    for number, line in enumerate(document.text.split("\n"), start=1):
        whole = line.strip()
        if not whole or whole.startswith(("#", ";")):
            continue
        if header := _SECTION.match(whole):
            found.append((header["name"].strip(), number, {}))
            nested = False
            continue
        key, sign, value = (part.strip() for part in whole.partition("=" if "=" in whole else ":"))
        if not sign or not key or (nested and line[:1].isspace()):
            continue
        nested = not value
        column = line.rindex(value) + 1 if value else len(line.rstrip()) + 1
        held = taken.at(number, column, value)
        found[-1][2][key] = Node(value, number, column, number, len(line) - len(line.lstrip()) + 1, secrets=held)
    return tuple(Section(name, line, MappingProxyType(entries)) for name, line, entries in found if name or entries)
