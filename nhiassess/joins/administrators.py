"""Each account, cluster and tenant gets the administrator that an escalation ends at, and what that one administers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nhiassess.model.inventory import Grant, Identity, Inventory, Resource
from nhiassess.model.knowledge import Knowledge

_KINDS = {"aws": "account", "kubernetes": "cluster", "azure": "tenant"}


@dataclass(frozen=True, slots=True)
class Administrators:
    """Adds what an account, cluster or tenant has by its nature, and no file states."""

    name: str = "administrators"
    order: int = 70

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with an administrator, its grant and a resource for each account, cluster and tenant."""
        scopes = {scope for each in inventory.identities if (scope := _scope(each.id))}
        known = {each.id for table in ("identities", "grants", "resources") for each in getattr(inventory, table)}
        added: dict[str, list[Any]] = {"identities": [], "grants": [], "resources": []}
        for provider, where in sorted(scopes):
            kind = _KINDS[provider]
            name = f"administrator of {kind} {where}" if where != "-" else f"administrator of the {kind}"
            identity = f"identity:{provider}/{where}/administrator"
            everything = ("*:*/*",) if provider == "kubernetes" else ("*",)
            place = {"aws": ("*",), "kubernetes": ("cluster",), "azure": ("/",)}[provider]
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
    return (parts[0], parts[1]) if parts[0] in _KINDS and len(parts) > 2 else None


JOIN = Administrators()
