"""Who logs in to Vault: service accounts, AWS principals and cloud identities become the roles that let them in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Identity, Inventory, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.patterns import matches

_VAULT = "identity:vault/"
# each is called as the provider of those who log in by it
_MECHANISMS = frozenset({"kubernetes", "aws", "gcp", "azure"})


@dataclass(frozen=True, slots=True)
class VaultLogins:
    """From identities of a cluster or cloud to roles; jobs with tokens of an issuer are in a file of their own."""

    name: str = "vault_logins"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each identity that a role lets in.

        Notes
        -----
        HashiCorp, "Kubernetes auth method", "AWS auth method" and "GCP auth method": what a role binds to.
        """
        every: dict[str, list[tuple[str, str]]] = {}
        for each in inventory.identities:
            for name in _names(each):
                every.setdefault(each.provider or "", []).append((name, each.id))
        for names in every.values():
            names.sort()
        for trust in inventory.trusts:
            role = trust.truster or ""
            if trust.mechanism in _MECHANISMS and role.startswith(_VAULT) and trust.effect != "deny":
                names = every.get(trust.mechanism or "", [])
                for identity in dict.fromkeys(_let_in(trust.trusted or "", names)):
                    yield _edge(identity, role, trust)


def _let_in(stated: str, names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Give whom a pattern lets in, of sorted names; only those that begin as it does are looked at."""
    begins = min(stated.partition("*")[0], stated.partition("?")[0], key=len)
    for place in range(bisect_left(names, (begins, "")), len(names)):
        name, identity = names[place]
        if not name.startswith(begins):
            return
        if matches(stated, name):
            yield identity


def _names(identity: Identity) -> tuple[str, ...]:
    """Give the names by which a role may let an identity in."""
    name = identity.name or ""
    if identity.provider == "kubernetes":
        is_account = identity.kind == "service_account" and "/" in name
        return (f"system:serviceaccount:{name.replace('/', ':', 1)}",) if is_account else ()
    if identity.provider == "aws" and ":role/" in name:
        account, _, role = name.removeprefix("arn:aws:iam::").partition(":role/")
        return name, f"arn:aws:iam::{account}:role/{role.rpartition('/')[2]}"
    if identity.provider == "azure":
        return tuple(dict.fromkeys(each for each in (name, short(identity.id)) if each))
    return (name,) if name else ()


def _edge(identity: str, role: str, trust: Trust) -> Edge:
    conditions: tuple[str, ...] = ()
    if trust.mechanism == "kubernetes":
        mount = role.removeprefix(_VAULT).partition("/")[0]
        conditions = (f"the mount {mount} of Vault asks this cluster whose tokens are genuine",)
    return edge(
        identity,
        "federates_to",
        role,
        f"may log in as Vault role {short(role)}, which lets in {trust.trusted}",
        trust.locations,
        verdict="conditional" if conditions else "yes",
        conditions=conditions,
    )


EDGE = VaultLogins()
