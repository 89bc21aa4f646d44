"""What is known of a cluster beside its rules: who stands in each namespace, and which pods, workloads and tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Identity, Inventory, Locations
from nhiassess.permissions.kubernetes.evaluation import CLUSTER

ADMINISTRATOR = "identity:kubernetes/-/administrator"
_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Identities, and where pods, workloads and tokens stand; a place is ``namespace/<name>`` or ``cluster``."""

    accounts: Mapping[str, tuple[Identity, ...]]  # by place
    users: tuple[Identity, ...]
    named: Mapping[str, tuple[Identity, ...]]  # accounts by their name without the namespace
    called: Mapping[str, Identity]  # users and accounts by the user name that the cluster knows them by
    any_of: Mapping[str, Identity]  # by place: what stands for every account there, if the inventory has it
    any_with_pod: Mapping[str, Identity]  # the same for every account that a pod runs as
    pods: Mapping[str, Locations]  # by the service account that they run as
    tokens: Mapping[str, tuple[tuple[str, Locations], ...]]  # by service account: names of the Secrets that keep one
    workloads: Mapping[str, Locations]  # by place


def cluster(inventory: Inventory) -> Cluster:
    """Give what is known of the cluster of an inventory.

    Examples
    --------
    >>> account = Identity("identity:kubernetes/-/shop/api", "service_account", "shop/api", "kubernetes")
    >>> found = cluster(Inventory(identities=(account,)))
    >>> found.accounts["namespace/shop"] == found.named["api"] == (found.called["system:serviceaccount:shop:api"],)
    True
    """
    identities = sorted((each for each in inventory.identities if each.provider == "kubernetes"), key=lambda e: e.id)
    accounts: dict[str, list[Identity]] = {CLUSTER: []}
    named: dict[str, list[Identity]] = {}
    called: dict[str, Identity] = {}
    whole: dict[str, dict[str, Identity]] = {"/*": {}, "/*/pods": {}}
    for each in identities:
        namespace, _, name = (each.name or "").partition("/")
        if each.kind == "service_account":
            accounts[CLUSTER].append(each)
            accounts.setdefault(f"namespace/{namespace}", []).append(each)
            named.setdefault(name, []).append(each)
            called[f"{_ACCOUNT}{namespace}:{name}"] = each
        elif each.kind == "user" and each.name:
            called.setdefault(each.name, each)
        for ending in whole:
            if each.id.endswith(ending):
                where = each.id.split("/")[2]
                whole[ending][CLUSTER if where == "-" else f"namespace/{where}"] = each
    return Cluster(
        accounts={where: tuple(found) for where, found in accounts.items()},
        users=tuple(each for each in identities if each.kind == "user"),
        named={name: tuple(found) for name, found in named.items()},
        called=called,
        any_of=whole["/*"],
        any_with_pod=whole["/*/pods"],
        pods=_pods(inventory),
        tokens=_tokens(inventory),
        workloads=_workloads(inventory),
    )


def standing_for(known: Cluster) -> Iterator[tuple[Identity, Identity]]:
    """Give each identity that stands for any of several, with each that it stands for: a namespace's before accounts.

    Yields
    ------
    tuple of Identity
        What stands for any, and one of those: as many pairs as there are accounts and namespaces, twice.
    """
    for any_of, with_pod in ((known.any_of, False), (known.any_with_pod, True)):
        for where, whole in any_of.items():
            folded = [other for place, other in any_of.items() if where == CLUSTER != place]
            apart = {each.id for each in folded}
            for account in known.accounts.get(where, ()):
                is_folded = f"{account.id.rpartition('/')[0]}/*{'/pods' if with_pod else ''}" in apart
                if not is_folded and (not with_pod or account.id in known.pods):
                    yield whole, account
            for other in folded:
                yield whole, other


def _pods(inventory: Inventory) -> Mapping[str, Locations]:
    found: dict[str, Locations] = {}
    for link in inventory.links:
        if link.verb == "runs_as" and link.target.startswith("identity:kubernetes/"):
            found.setdefault(link.target, link.locations)
    return found


def _tokens(inventory: Inventory) -> Mapping[str, tuple[tuple[str, Locations], ...]]:
    of = {link.source: link.target for link in inventory.links if link.verb == "authenticates_as"}
    found: dict[str, list[tuple[str, Locations]]] = {}
    for link in inventory.links:
        if link.verb == "yields" and "/secret/" in link.source and link.target in of:
            found.setdefault(of[link.target], []).append((link.source.rpartition("/")[2], link.locations))
    return {account: tuple(sorted(kept)) for account, kept in found.items()}


def _workloads(inventory: Inventory) -> Mapping[str, Locations]:
    found: dict[str, Locations] = {}
    for resource in inventory.resources:
        if resource.kind == "pod" and resource.id.startswith("resource:kubernetes/"):
            found.setdefault(f"namespace/{resource.id.split('/')[2]}", resource.locations)
    return found
