"""Projects of Google Cloud are one wherever they are named: by their id in one file, by their number in another.

Where files give one number several ids nothing is joined. Pools of workload identities keep the number, by which
policies name them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nhiassess.joins.renaming import renamed
from nhiassess.model.ids import quote
from nhiassess.model.inventory import Grant, Inventory, Link, Location, Resource
from nhiassess.model.knowledge import Knowledge

_PROJECT = "//cloudresourcemanager.googleapis.com/projects/"
_NUMBERED = re.compile(r"(//[\w.-]+/projects/)(\d+)(/.*)?", re.DOTALL)
_ID = re.compile(r"[a-z][a-z0-9.:-]*")
# whoever has a basic role on a project is a member of the group that Google Cloud keeps for it
_BASIC = {"roles/owner": "projectOwner", "roles/editor": "projectEditor", "roles/viewer": "projectViewer"}


@dataclass(frozen=True, slots=True)
class GcpProjects:
    """Gives one name to each project whose number and id one file states."""

    name: str = "gcp_projects"
    order: int = 5

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the id of a project in the place of its number, and who its groups then have."""
        projects = _projects(inventory)
        if not projects:
            return inventory
        resources = tuple(_resource(each, projects) for each in inventory.resources)
        now = {old.id: new.id for old, new in zip(inventory.resources, resources, strict=True) if old.id != new.id}
        grants = tuple(_grant(each, projects) for each in inventory.grants)
        moved = {new.id for old, new in zip(inventory.grants, grants, strict=True) if old != new}
        found = renamed(replace(inventory, resources=resources, grants=grants), now)
        known = {each.id for each in found.identities}
        links = {each.id: each for each in found.links}
        for grant in found.grants:
            made = _membership(grant, known) if grant.id in moved else None
            if made is not None:
                links.setdefault(made.id, made)
        return replace(found, links=tuple(links[id] for id in sorted(links)))


def _projects(inventory: Inventory) -> Mapping[str, str]:
    """Give the ids of projects by their numbers."""
    ids: dict[str, set[str]] = {}
    for each in inventory.settings:
        number, _, what = (each.key or "").removeprefix(_PROJECT).partition("#")
        if what == "project_id" and number.isdigit() and _ID.fullmatch(each.value or ""):
            ids.setdefault(number, set()).add(each.value or "")
    return {number: next(iter(found)) for number, found in ids.items() if len(found) == 1}


def _named(name: str, projects: Mapping[str, str]) -> str:
    found = _NUMBERED.fullmatch(name)
    if found is None or found[2] not in projects:
        return name
    return f"{found[1]}{projects[found[2]]}{found[3] or ''}"


def _resource(resource: Resource, projects: Mapping[str, str]) -> Resource:
    name = _named(resource.name or "", projects)
    if resource.provider != "gcp" or name == resource.name:
        return resource
    return replace(resource, id=f"resource:gcp/{quote(name.removeprefix('//'))}", name=name)


def _grant(grant: Grant, projects: Mapping[str, str]) -> Grant:
    if grant.provider != "gcp":
        return grant
    return replace(grant, resources=tuple(_named(each, projects) for each in grant.resources))


def _membership(grant: Grant, known: set[str]) -> Link | None:
    """Link who has a basic role on a project to the group of it that a policy names."""
    resource = grant.resources[0] if grant.resources else ""
    role = _BASIC.get(grant.policy or "")
    project = resource.removeprefix(_PROJECT)
    group = f"identity:gcp/-/{role}:{quote(project)}"
    whole = resource.startswith(_PROJECT) and "/" not in project
    if not role or not whole or group not in known or grant.effect != "allow" or grant.conditions:
        return None
    if grant.identity is None or grant.identity == group:
        return None
    places = grant.locations[:1]
    id = f"{grant.identity}|member_of|{group}|{places[0] if places else Location('-')}"
    reason = f"has {grant.policy} on {project}"
    return Link(id, grant.identity, "member_of", group, reason=reason, locations=places)


JOIN = GcpProjects()
