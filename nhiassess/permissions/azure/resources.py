"""Which known resources of Azure lie below the scope of a role assignment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.permissions.azure.evaluation import covers, path_of, type_of
from nhiassess.permissions.permission import Decision

_BEHIND = "0"  # sorts next behind "/"


@dataclass(frozen=True, slots=True)
class Places:
    """The resources of each type by path, sorted, so that what lies below a scope stands together."""

    by_type: Mapping[str, tuple[tuple[str, Resource], ...]]
    by_path: Mapping[str, Resource]

    def types_of(self, action: str) -> tuple[str, ...]:
        """Give the types of resources that an action is asked on: its own words but the last, or fewer."""
        parts = action.partition(":")[2].lower().split("/")
        return tuple(kind for end in range(2, len(parts)) if (kind := "/".join(parts[:end])) in self.by_type)

    def below(self, grant: Grant, types: Iterable[str] | None = None) -> Iterator[tuple[str, Resource, Decision]]:
        """Give what an assignment is about, of some types or of all, and whether it is for sure."""
        scopes = [scope.strip("/").lower() for scope in grant.resources]
        for kind in self.by_type if types is None else types:
            rows = self.by_type[kind]
            for first, last in sorted({span for scope in scopes for span in _spans(rows, scope)}):
                for path, resource in rows[first:last]:
                    decision = covers(grant, path)
                    if decision.possible:
                        yield path, resource, decision


def places_of(inventory: Inventory) -> Places:
    """Give the resources of Azure whose place files tell."""
    found: dict[str, list[tuple[str, Resource]]] = {}
    for resource in inventory.resources:
        path = path_of(resource.id) if resource.id.startswith("resource:azure/") else None
        if path is not None:
            found.setdefault(type_of(path), []).append((path, resource))
    rows = {kind: tuple(sorted(each, key=lambda row: (row[0], row[1].id))) for kind, each in sorted(found.items())}
    return Places(rows, {path: resource for each in rows.values() for path, resource in each})


def _spans(rows: tuple[tuple[str, Resource], ...], scope: str) -> Iterator[tuple[int, int]]:
    """Give where a scope's own row and the rows below it stand; a management group may hold all of them."""
    if scope == "" or scope.startswith("providers/microsoft.management/"):
        yield 0, len(rows)
        return
    for start, end in ((scope, scope + "\0"), (scope + "/", scope + _BEHIND)):
        first, last = (bisect_left(rows, each, key=lambda row: row[0]) for each in (start, end))
        if first < last:
            yield first, last
