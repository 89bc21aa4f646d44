"""Values that turn out to be one get one id, wherever the others were referred to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from nhiassess.model.inventory import TABLES, Inventory, Link, Location
from nhiassess.model.merge import merge


def renamed(inventory: Inventory, now: Mapping[str, str]) -> Inventory:
    """Give an inventory in which some ids are others.

    Parameters
    ----------
    inventory:
        Any.
    now:
        Old id to new id; a new id may be that of a value that is there already, and then the two become one.

    Returns
    -------
    Inventory
        Merged; what both state differently is a `Conflict`. O(n) in the number of values.
    """
    if not now:
        return inventory
    tables: dict[str, Any] = {
        table: tuple(_renamed(value, now) for value in getattr(inventory, table)) for table in TABLES
    }
    return merge([replace(inventory, **tables)])


def _renamed(value: Any, now: Mapping[str, str]) -> Any:
    changes = {
        each.name: now[held]
        for each in fields(value)
        if isinstance(held := getattr(value, each.name), str) and held in now
    }
    if not changes:
        return value
    made = replace(value, **changes)
    if isinstance(made, Link):
        first = made.locations[0] if made.locations else Location("-")
        return replace(made, id=f"{made.source}|{made.verb}|{made.target}|{first}")
    return made
