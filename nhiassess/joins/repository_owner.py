"""Repositories whose owner no workflow names get the owner that another file states for the one of that name."""

from __future__ import annotations

from dataclasses import replace

from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge

_PREFIX = "resource:github/"


class RepositoryOwner:
    """One repository under two names."""

    name = "repository_owner"
    order = 20

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the owner in the ids of repositories, jobs and inputs, where it is without doubt."""
        owners: dict[str, set[str]] = {}
        for resource in inventory.resources:
            owner, _, repository = resource.id.removeprefix(_PREFIX).partition("/")
            if resource.id.startswith(_PREFIX) and repository and owner != "-" and "/" not in repository:
                owners.setdefault(repository, set()).add(owner)
        known = {repository: next(iter(names)) for repository, names in owners.items() if len(names) == 1}
        if not known:
            return inventory
        named = replace(
            inventory,
            resources=tuple(replace(each, id=_named(each.id, known)) for each in inventory.resources),
            inputs=tuple(replace(each, id=_named(each.id, known)) for each in inventory.inputs),
            identities=tuple(
                replace(each, id=_named(each.id, known), name=_named_job(each.name, each.id, known))
                for each in inventory.identities
            ),
            links=tuple(
                replace(
                    each,
                    id="|".join(_named(part, known) for part in each.id.split("|")),
                    source=_named(each.source, known),
                    target=_named(each.target, known),
                )
                for each in inventory.links
            ),
        )
        return merge([named])


def _named(id: str, known: dict[str, str]) -> str:
    """Put the owner into an id.

    Examples
    --------
    >>> _named("identity:github/-/portal/ci/test", {"portal": "acme"})
    'identity:github/acme/portal/ci/test'
    """
    head, dash, rest = id.partition("/-/")
    repository = rest.split("/", 1)[0]
    wanted = head in ("resource:github", "identity:github") or head.startswith("input:github-")
    return f"{head}/{known[repository]}/{rest}" if dash and wanted and repository in known else id


def _named_job(name: str | None, id: str, known: dict[str, str]) -> str | None:
    if name is None or not id.startswith("identity:github/-/"):
        return name
    repository = name.split("/")[1] if name.count("/") else ""
    return f"{known[repository]}{name[1:]}" if name.startswith("-/") and repository in known else name


JOIN = RepositoryOwner()
