"""What holds of every inventory, whatever a source was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from nhiassess.model.inventory import TABLES, Inventory
from nhiassess.network.build import TRIPLES, kind
from nhiassess.sources import written
from nhiassess.sources.source import ReadFile
from tests.hostile.canaries import found as canaries_in

# the ids of links say their ends, those of files are their paths
_PREFIXES = {
    "agents": "agent:",
    "tool_servers": "tool_server:",
    "tools": "tool:",
    "identities": "identity:",
    "credentials": "credential:",
    "resources": "resource:",
    "inputs": "input:",
    "destinations": "destination:",
    "grants": "grant:",
    "trusts": "trust:",
    "settings": "setting:",
    "authorization_policies": "authorization_policy:",
    "telemetry": "telemetry:",
    "activity": "activity:",
    "workflows": "workflow:",
    "declared": "declared:",
    "skipped": "skipped:",
    "conflicts": "conflict:",
}


def complaints(inventory: Inventory, lines: Mapping[str, int], *, own: bool = False, secrets: bool = True) -> list[str]:
    """Tell every law that an inventory breaks.

    Parameters
    ----------
    inventory:
        What a source, or the ledger, made of some files.
    lines:
        The number of lines of each of these files.
    own:
        Whether the ids may be in a person's own words, as in what is written by hand.
    secrets:
        Whether a canary, or a piece of one, may be nowhere.
    """
    found = []
    for table in TABLES:
        for value in getattr(inventory, table):
            found += [f"{table}: {each}: {value!r:.300}" for each in _of_value(table, value, lines, own)]
    left = canaries_in(repr(inventory)) if secrets else ()
    return [*found, f"a canary is left: {sorted(left)}"] if left else found


def hold(source: Any, files: Sequence[ReadFile], inventory: Inventory) -> None:
    """Assert every law of what a source made of some files."""
    assert isinstance(inventory, Inventory)
    broken = complaints(inventory, line_counts(files), own=source.name == written.SOURCE.name)
    assert not broken, "\n".join(broken[:10])


def line_counts(files: Sequence[ReadFile]) -> dict[str, int]:
    """Give how many lines each file has."""
    return {file.path: file.document.text.count("\n") + 1 for file in files}


def _of_value(table: str, value: Any, lines: Mapping[str, int], own: bool) -> Iterator[str]:
    if not value.id:
        yield "no id"
    prefix = "" if own else _PREFIXES.get(table, "")
    if not value.id.startswith(prefix) or (prefix and value.id == prefix):
        yield f"its id does not begin with {prefix}"
    if table == "links":
        sources, targets = TRIPLES.get(value.verb, (frozenset(), frozenset()))
        if kind(value.source) not in sources or kind(value.target) not in targets:
            yield f"{kind(value.source)} {value.verb} {kind(value.target)} is no sentence"
    if not value.locations and table != "files":
        yield "it stands nowhere"
    for place in value.locations:
        if not 1 <= place.line <= lines.get(place.path, 0) or place.column < 1:
            yield f"{place} is no place of its files"
    for name, hint in _hints(type(value)):
        if not _fits(getattr(value, name), hint):
            yield f"{name} is not {hint}"
    try:
        repr(value).encode()
        "".join(_texts(value)).encode()
    except UnicodeEncodeError:
        yield "half of a surrogate pair is in it"


@cache
def _hints(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((each.name, hints[each.name]) for each in fields(kind))


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is of the type that the model declares."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if origin is tuple:
        inner = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if len(inner) == 2 and inner[1] is Ellipsis:
            return all(_fits(each, inner[0]) for each in value)
        return len(value) == len(inner) and all(_fits(*pair) for pair in zip(value, inner, strict=True))
    if hint is type(None):
        return value is None
    if is_dataclass(hint):
        return type(value) is hint and all(_fits(getattr(value, name), each) for name, each in _hints(type(value)))
    return type(value) is hint


def _texts(value: Any) -> Iterator[str]:
    """Give every text in a value, unescaped."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))
