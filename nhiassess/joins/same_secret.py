"""Credentials that are one secret become one credential: equal values, and equal places in one secret store.

Values are compared by their fingerprints, which exist in memory only. Stores are compared by name: two
references to one key of one Kubernetes secret, or to one secret of one GitHub repository, are one
credential; equal names of environment variables are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from nhiassess.model.inventory import Credential, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge

_KUBERNETES, _GITHUB = "secret_manager:kubernetes:", "secret_manager:github:"
_FROM_STRONGEST = ("plaintext", "secret_manager", "workload_api", "env_reference")


class SameSecret:
    """One secret in several places."""

    name = "same_secret"
    order = 30

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with one credential for each secret; its id is the first place in path order."""
        groups = _Groups()
        first: dict[str, str] = {}
        for id, fingerprint in inventory.fingerprints:
            groups.unite(id, first.setdefault(fingerprint, id))
        own_values = _of_environments(inventory)
        for credential in inventory.credentials:
            store = _store(credential)
            if store and credential.id not in own_values:
                groups.unite(credential.id, first.setdefault(store, credential.id))
        return united(inventory, groups.members(each.id for each in inventory.credentials))


class _Groups:
    """Sets of ids that turn out to be one."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def unite(self, one: str, other: str) -> None:
        """Note that two ids are one."""
        self._above[self.of(one)] = self.of(other)

    def of(self, id: str) -> str:
        """Give the id that stands for the group."""
        while (above := self._above.get(id, id)) != id:
            self._above[id] = self._above.get(above, above)
            id = above
        return id

    def members(self, ids: Iterable[str]) -> list[list[str]]:
        """Give the groups of these ids that have several members."""
        found: dict[str, list[str]] = {}
        for id in ids:
            found.setdefault(self.of(id), []).append(id)
        return [group for group in found.values() if len(group) > 1]


def united(inventory: Inventory, groups: Iterable[Iterable[str]]) -> Inventory:
    """Make one credential of each group, and let every link point to it.

    Parameters
    ----------
    inventory:
        The inventory with a credential for each place.
    groups:
        Ids of credentials that are one secret.

    Returns
    -------
    Inventory
        The credential of a group has the id of its first place in path order, the facts of all of them, and
        all their places; credentials in no group stay as they are.
    """
    by_id = {credential.id: credential for credential in inventory.credentials}
    now: dict[str, str] = {}
    made: dict[str, Credential] = {}
    for group in groups:
        members = sorted((by_id[id] for id in group), key=_place)
        made[members[0].id] = _one(members)
        now.update((member.id, members[0].id) for member in members)
    if not made:
        return inventory
    credentials = tuple(
        made.get(credential.id, credential)
        for credential in inventory.credentials
        if now.get(credential.id, credential.id) == credential.id
    )
    links = {link.id: link for link in (_pointed(each, now) for each in inventory.links)}
    fingerprints = sorted({(now.get(id, id), print_) for id, print_ in inventory.fingerprints})
    return replace(
        inventory,
        credentials=credentials,
        links=tuple(links[id] for id in sorted(links)),
        fingerprints=tuple(fingerprints),
    )


def _of_environments(inventory: Inventory) -> frozenset[str]:
    """Give the credentials of jobs with a deployment environment, which may have secrets of its own."""
    separate = {each.id for each in inventory.identities if each.kind == "ci_job" and each.environment}
    holders = {link.source for link in inventory.links if link.verb == "runs_as" and link.target in separate}
    return frozenset(link.target for link in inventory.links if link.verb == "holds" and link.source in holders)


def _place(credential: Credential) -> tuple[Location, str]:
    return min(credential.locations, default=Location("~")), credential.id


def _one(members: list[Credential]) -> Credential:
    stated: dict[str, Any] = {}
    for each in fields(Credential):
        known = (value for member in members if (value := getattr(member, each.name)) is not None)
        stated[each.name] = next(known, None)
    stores = [member.store for member in members if member.store]
    places = {place for member in members for place in member.locations}
    return replace(
        Credential(**stated), store=min(stores, key=_strength, default=None), locations=tuple(sorted(places))
    )


def _strength(store: str) -> tuple[int, str]:
    kind = store.split(":", 1)[0]
    return (_FROM_STRONGEST.index(kind) if kind in _FROM_STRONGEST else len(_FROM_STRONGEST)), store


def _pointed(link: Link, now: Mapping[str, str]) -> Link:
    source, target = now.get(link.source, link.source), now.get(link.target, link.target)
    if (source, target) == (link.source, link.target):
        return link
    first = link.locations[0] if link.locations else Location("-")
    return replace(link, id=f"{source}|{link.verb}|{target}|{first}", source=source, target=target)


def _store(credential: Credential) -> str | None:
    """Give the name under which the store of a credential keeps one value; None when names don't tell."""
    store = credential.store or ""
    if store.startswith(_KUBERNETES) and not store.endswith("/*"):
        return store
    if store.startswith(_GITHUB) and credential.locations:
        repository, workflows, _ = credential.locations[0].path.rpartition(".github/workflows/")
        return f"{repository}{store}" if workflows else None
    return None


JOIN = SameSecret()
