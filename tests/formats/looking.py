"""How tests look into a tree: what they look for must be there."""

from __future__ import annotations

from nhiassess.formats.format import Node


def at(node: Node, *path: str | int) -> Node:
    """Give the node at a path; its absence fails the test."""
    found = node.get(*path)
    assert found is not None, path
    return found
