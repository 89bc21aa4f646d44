"""Each account, cluster, tenant, project and Vault gets an administrator, at which escalations end, with all it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nhiassess.model.ids import quote
from nhiassess.model.inventory import Grant, Identity, Inventory, Resource
from nhiassess.model.knowledge import Knowledge

# what the whole is called that somebody administers
_KINDS = {"aws": "account", "azure": "tenant", "kubernetes": "cluster", "vault": "secret_store"}
_PLACES = {"azure": ("/",), "kubernetes": ("cluster",)}
_CONTAINER = re.compile(r"//cloudresourcemanager\.googleapis\.com/(project|folder|organization)s/([^/]+)")


@dataclass(frozen=True, slots=True)
class Administrators:
    """Adds what an account, cluster, tenant, project or Vault has by its nature, and no file states."""

    name: str = "administrators"
    order: int = 70

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with an administrator, its grant and a resource for each account, cluster and tenant.

        A project, folder or organisation of Google Cloud has its resource already.
        """
        named = (*(each.id for each in inventory.identities), *(each.identity or "" for each in inventory.grants))
        scopes = {scope for each in named if (scope := _scope(each))}
        known = {each.id for table in ("identities", "grants", "resources") for each in getattr(inventory, table)}
        added: dict[str, list[Any]] = {"identities": [], "grants": [], "resources": []}
        for provider, where in sorted(scopes):
            kind = _KINDS[provider]
            words = kind.replace("_", " ")
            name = f"administrator of {words} {where}" if where != "-" else f"administrator of the {words}"
            identity = f"identity:{provider}/{where}/administrator"
            everything = ("*:*/*",) if provider == "kubernetes" else ("*",)
            place = _PLACES.get(provider, ("*",))
            added["identities"].append(Identity(identity, kind="role", name=name, provider=provider))
            added["grants"].append(
                Grant(
                    f"grant:{provider}/{where}/administrator/everything",
                    identity=identity,
                    provider=provider,
                    policy="everything",
                    actions=everything,
                    resources=place,
                )
            )
            added["resources"].append(Resource(f"resource:{provider}/{where}", kind, where, provider))
        for each in _of_google_cloud(inventory):
            added["identities"].append(each[0])
            added["grants"].append(each[1])
        changes = {
            table: tuple(
                sorted(
                    [*getattr(inventory, table), *(each for each in new if each.id not in known)],
                    key=lambda each: str(each.id),
                )
            )
            for table, new in added.items()
        }
        return replace(inventory, **changes)


def _scope(id: str) -> tuple[str, str] | None:
    parts = id.removeprefix("identity:").split("/")
    if parts[0] == "vault" and len(parts) > 2:
        return "vault", "-"  # the second part is a mount
    return (parts[0], parts[1]) if parts[0] in _KINDS and len(parts) > 2 else None


def _of_google_cloud(inventory: Inventory) -> Iterator[tuple[Identity, Grant]]:
    names = {each.name or "" for each in inventory.resources if each.provider == "gcp"}
    for name in sorted(names):
        found = _CONTAINER.fullmatch(name)
        if found is None:
            continue
        where = f"{found[1]}:{quote(found[2])}"
        kind = "organisation" if found[1] == "organization" else found[1]
        title = f"administrator of {kind} {found[2]}"
        identity = Identity(f"identity:gcp/{where}/administrator", kind="role", name=title, provider="gcp")
        grant = Grant(
            f"grant:gcp/{where}/administrator/everything",
            identity=identity.id,
            provider="gcp",
            policy="roles/owner",
            actions=("role:roles/owner",),
            resources=(name,),
        )
        yield identity, grant


JOIN = Administrators()
