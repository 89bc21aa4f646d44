"""Each account, cluster and Vault gets the administrator that an escalation ends at, and what it administers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nhiassess.model.inventory import Grant, Identity, Inventory, Resource
from nhiassess.model.knowledge import Knowledge

# what the whole is called that somebody administers
_KINDS = {"aws": "account", "kubernetes": "cluster", "vault": "secret_store"}


@dataclass(frozen=True, slots=True)
class Administrators:
    """Adds what an account, a cluster or Vault has by its nature, and no file states."""

    name: str = "administrators"
    order: int = 70

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with one administrator, one grant and one resource for each account and cluster."""
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
            place = ("cluster",) if provider == "kubernetes" else ("*",)
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
    if parts[0] == "vault" and len(parts) > 2:
        return "vault", "-"  # the second part is a mount
    return (parts[0], parts[1]) if parts[0] in _KINDS and len(parts) > 2 else None


JOIN = Administrators()
