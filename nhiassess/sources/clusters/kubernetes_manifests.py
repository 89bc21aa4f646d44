"""The objects of Kubernetes that files hold, one by one, with what they are called and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Location
from nhiassess.sources.source import ReadFile

# at the beginning of a line, or within one line of JSON
_MANIFEST = re.compile(r"""(?m)^\s*(?:-\s+)?["']?apiVersion["']?\s*:|[{,]\s*"apiVersion"\s*:""")
_KIND = re.compile(r"""(?m)^\s*(?:-\s+)?["']?kind["']?\s*:|[{,]\s*"kind"\s*:""")
# text that only Helm can make YAML of: an expression that is no quoted value
_TEMPLATE = re.compile(r"(?m)^\s*(?:-\s+)?(?:[\w./-]+:\s*)?\{\{")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file."""

    file: ReadFile
    node: Node
    kind: str
    api: str
    name: str
    namespace: str
    dotted: str  # what paths in it begin with: empty for the first document of a file

    @property
    def place(self) -> Location:
        """The place of its kind, where people look for the object."""
        kind = self.node.get("kind")
        return self.file.at_key(kind) if kind is not None else self.file.at(self.node)

    @property
    def metadata(self) -> Node:
        """Its metadata, empty when there are none."""
        return self.node.get("metadata") or EMPTY


def is_manifest(path: str, head: str) -> bool:
    """Tell whether a file holds Kubernetes objects, as YAML or JSON.

    Examples
    --------
    >>> is_manifest("compose.yaml", "services:"), is_manifest("all.json", '{"apiVersion":"v1","kind":"List"}')
    (False, True)
    """
    named = path.lower().endswith((".yaml", ".yml", ".json"))
    return named and "apiVersion" in head and bool(_MANIFEST.search(head) and _KIND.search(head))


def is_template(file: ReadFile) -> bool:
    """Tell whether a file is a Helm template, which is no YAML until somebody renders it."""
    if file.path.lower().endswith(".json") or "{{" not in file.document.text:
        return False
    return "templates" in file.path.split("/") or bool(_TEMPLATE.search(file.document.text))


def manifests(file: ReadFile) -> Iterator[Manifest]:
    """Give the objects of a file, those of a List one by one.

    Parameters
    ----------
    file:
        A file of any number of documents; a template gives none.

    Returns
    -------
    Iterator of Manifest
        The objects that have a kind and a name.
    """
    if is_template(file):
        return
    for place, root in enumerate(file.document.roots):
        prefix = f"[{place}]." if place else ""
        items = root.get("items") if text(root.get("kind")).endswith("List") else None
        if items is None:
            yield from _manifest(file, root, prefix)
            continue
        for number, each in enumerate(items.elements()):
            yield from _manifest(file, each, f"{prefix}items[{number}].")


def _manifest(file: ReadFile, node: Node, dotted: str) -> Iterator[Manifest]:
    metadata = node.get("metadata") or EMPTY
    name = text(metadata.get("name")) or text(metadata.get("generateName"))
    kind, api = text(node.get("kind")), text(node.get("apiVersion"))
    if kind and api and name:
        yield Manifest(file, node, kind, api, name, text(metadata.get("namespace")) or "default", dotted)


def text(node: Node | None) -> str:
    """Give the text of a scalar, "" when there is none."""
    return (node.text() or "") if node is not None else ""
