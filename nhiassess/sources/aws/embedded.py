"""JSON or YAML that stands as text within another file becomes nodes with places in that file."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from nhiassess.errors import FormatError
from nhiassess.formats.format import Node
from nhiassess.formats.reading import read
from nhiassess.sources.source import ReadFile


def embedded(file: ReadFile, node: Node) -> Node | None:
    """Read the text of a scalar as a document of its own.

    Parameters
    ----------
    file, node:
        The file, and the scalar in it; its text is redacted already.

    Returns
    -------
    Node or None
        A mapping or sequence, with lines of the file where the text is a block or heredoc, else the place of the
        scalar; None when the text is neither.
    """
    text = node.text()
    if text is None:
        return None
    try:
        root = read("embedded.json", text.encode(), key=b"redacted already").root
    except FormatError:
        return None
    if not (root.is_mapping or root.is_sequence):
        return None
    lines = _lines(file.document.text)
    begins = lines[node.line - 1][node.column - 1 :] if node.line <= len(lines) else ""
    if not begins.startswith(("|", ">", "<<")):
        return _placed(root, node.line, node.column, None)
    first = next((each for each in lines[node.line :] if each.strip()), "")
    return _placed(root, node.line, len(first) - len(first.lstrip()), root)


def _placed(node: Node, line: int, column: int, block: Node | None) -> Node:
    """Move a value: by lines and columns within a block, else to one place."""
    at = (line, column, line, column)
    if block is not None:
        at = (node.line + line, node.column + column, node.key_line + line, node.key_column + column)
    moved = replace(node, line=at[0], column=at[1], key_line=at[2], key_column=at[3])
    if node.is_mapping:
        members = {key: _placed(each, line, column, block) for key, each in node.items()}
        return replace(moved, value=MappingProxyType(members))
    if node.is_sequence:
        return replace(moved, value=tuple(_placed(each, line, column, block) for each in node.elements()))
    return moved


@lru_cache(maxsize=2)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))
