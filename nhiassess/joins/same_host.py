"""Agents of folders within a home folder run on the machine of that home, and have what lies in it.

A home folder is one with credentials that tools keep in home folders only. The machine of a folder below the nearest
such home is that of the home; a machine on which no agent or tool runs stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Inventory, Link
from nhiassess.model.knowledge import Knowledge

_HOST = "resource:host/"
_HOME = "workstation"
_MOVED = {"executes_on": "target", "yields": "source"}


@dataclass(frozen=True, slots=True)
class SameHost:
    """One machine for a home folder and all folders in it."""

    name: str = "same_host"
    order: int = 22

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the machine of the nearest home in the place of those of folders within it."""
        homes = {each.id for each in inventory.resources if each.kind == _HOME and each.id.startswith(_HOST)}
        used = {link.target for link in inventory.links if link.verb == "executes_on"}
        hosts = (each.id for each in inventory.resources if each.id in used and each.id not in homes)
        moved = {id: home for id in hosts if (home := _nearest(id, homes)) is not None} if homes else {}
        if not moved:
            return inventory
        links = {made.id: made for link in inventory.links for made in (_on_home(link, moved),)}
        still = {end for link in links.values() for end in (link.source, link.target)}
        resources = tuple(each for each in inventory.resources if each.id not in moved or each.id in still)
        return replace(inventory, links=tuple(links[id] for id in sorted(links)), resources=resources)


def _nearest(id: str, homes: set[str]) -> str | None:
    """Give the nearest home above a folder, by the ids of their machines; None when there is none."""
    folder = id.removeprefix(_HOST)
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        if _HOST + folder in homes:
            return _HOST + folder
    # the root is above every folder but itself
    return _HOST + "-" if _HOST + "-" in homes and id.startswith(_HOST) else None


def _on_home(link: Link, moved: Mapping[str, str]) -> Link:
    end = _MOVED.get(link.verb)
    old: str = getattr(link, end) if end is not None else ""
    if old not in moved:
        return link
    new = moved[old]
    source, target = (new, link.target) if end == "source" else (link.source, new)
    place = link.locations[0] if link.locations else "-"
    folder = old.removeprefix(_HOST)
    reason = f"{link.reason or 'it runs there'}: {folder} lies in the home folder {new.removeprefix(_HOST)}"
    return replace(link, id=f"{source}|{link.verb}|{target}|{place}", source=source, target=target, reason=reason)


JOIN = SameHost()
