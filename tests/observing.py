"""Reading samples as the pipeline does: one source at a time, or several with joins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from nhiassess.errors import FormatError
from nhiassess.formats.reading import beginning, read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.model.merge import merge
from nhiassess.sources.source import ReadFile, Source

SHARED = Path(__file__).resolve().parents[2] / "shared"
KEY = b"a key for tests, thirty-two bytes"


def file(path: str, text: str | bytes) -> ReadFile:
    """Read one sample; text may be indented as a whole."""
    content = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
    return ReadFile(path, read(path, content, key=KEY))


def observe(source: Source, samples: Mapping[str, str | bytes]) -> Inventory:
    """Read samples that one source recognises, group by group."""
    groups: dict[str, list[ReadFile]] = {}
    for path, text in samples.items():
        content = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
        assert source.recognises(path, beginning(path, content)), f"{source.name} does not recognise {path}"
        groups.setdefault(source.group(path), []).append(file(path, text))
    return merge(source.read(files) for files in groups.values())


def folder(source: Source, top: Path) -> tuple[Inventory, list[str]]:
    """Read a folder of real files; give the inventory and the paths that were no file of their format."""
    groups: dict[str, list[ReadFile]] = {}
    refused = []
    for each in sorted(path for path in top.rglob("*") if path.is_file()):
        path, content = each.relative_to(top).as_posix(), each.read_bytes()
        if not source.recognises(path, content[:4096].decode("utf-8", "replace")):
            continue
        try:
            groups.setdefault(source.group(path), []).append(file(path, content))
        except FormatError:
            refused.append(path)
    return merge(source.read(files) for files in groups.values()), refused


def ids(values: Iterable[Any]) -> list[str]:
    """Give the ids of values."""
    return [value.id for value in values]


def by_id(values: Iterable[Any], id: str) -> Any:
    """Give the value of an id."""
    return {value.id: value for value in values}[id]


def triples(inventory: Inventory, *verbs: str) -> set[tuple[str, str, str]]:
    """Give the links as triples, of some verbs or of all."""
    return {(link.source, link.verb, link.target) for link in inventory.links if not verbs or link.verb in verbs}


def place(text: str, needle: str, path: str, within: int = 1) -> Location:
    """Give the place of the n-th occurrence of a word in a sample."""
    lines = dedent(text).lstrip("\n").split("\n")
    found = [
        Location(path, number, column + 1)
        for number, line in enumerate(lines, start=1)
        if (column := line.find(needle)) >= 0
    ]
    return found[within - 1]
