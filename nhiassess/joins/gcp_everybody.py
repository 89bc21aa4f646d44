"""Every identity of Google Cloud is one of those that bindings to everybody name, and has what everybody has."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nhiassess.model.inventory import Identity, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge

_EVERYBODY = "identity:gcp/-/allUsers"
_AUTHENTICATED = "identity:gcp/-/allAuthenticatedUsers"
# whoever signed in to Google; identities that an outside issuer vouches for are not among them
_SIGNED_IN = frozenset({"user", "service_account"})
_ACTING = _SIGNED_IN | {"principal", "principal_set", "group", "domain"}


@dataclass(frozen=True, slots=True)
class GcpEverybody:
    """Links identities to everybody, where a policy names everybody."""

    name: str = "gcp_everybody"
    order: int = 60

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with a membership for each identity of Google Cloud, and for users of a domain."""
        named = {each.id for each in inventory.identities}
        links = {link.id: link for link in inventory.links}
        for each in inventory.identities:
            if each.provider != "gcp" or each.kind not in _ACTING:
                continue
            if _EVERYBODY in named:
                made = _link(each, _EVERYBODY, "is one of all users")
                links.setdefault(made.id, made)
            if _AUTHENTICATED in named and each.kind in _SIGNED_IN:
                made = _link(each, _AUTHENTICATED, "is one of all who signed in to Google")
                links.setdefault(made.id, made)
            domain = (each.id.rpartition("@")[2]) if each.kind == "user" else ""
            if domain and f"identity:gcp/-/domain:{domain}" in named:
                primary = f"{domain} is the primary domain of the account"
                made = _link(each, f"identity:gcp/-/domain:{domain}", f"is a user of {domain}", primary)
                links.setdefault(made.id, made)
        return replace(inventory, links=tuple(links[id] for id in sorted(links)))


def _link(identity: Identity, target: str, reason: str, *conditions: str) -> Link:
    places = identity.locations[:1]
    id = f"{identity.id}|member_of|{target}|{places[0] if places else Location('-')}"
    return Link(id, identity.id, "member_of", target, reason=reason, conditions=conditions, locations=places)


JOIN = GcpEverybody()
