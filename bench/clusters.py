"""Makes clusters of a given size to measure on: most service accounts hold few rights, a few controllers hold many."""

from __future__ import annotations

import sys
import time

from nhiassess import installed
from nhiassess.joins.service_account import JOIN as MEMBERS
from nhiassess.joins.whole_namespaces import JOIN as WHOLE
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Link, Location, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.shelf import knowledge

_SIZES = (100, 300, 1000, 3000)
_RULES = ("kubernetes_escalates", "kubernetes_one_of", "kubernetes_grants", "kubernetes_escapes", "administers")
# what one account in so many has, in its own namespace or everywhere
_VIEWS = ("get:core/configmaps", "list:core/pods", "watch:core/pods", "get:core/services")
_EDITS = (
    *("create:core/pods", "create:core/pods/exec", "patch:apps/deployments", "update:apps/deployments"),
    *("list:core/secrets", "get:core/secrets", "create:batch/jobs"),
)
_CONTROLS = (
    *("create:core/pods", "patch:core/pods", "create:core/pods/exec", "create:batch/jobs", "patch:apps/deployments"),
    *("create:core/serviceaccounts/token", "get:core/nodes/proxy", "impersonate:core/serviceaccounts"),
)


def cluster(count: int) -> Inventory:
    """Give a cluster of so many service accounts, thirty to a namespace, two in three of them with a pod."""
    identities, grants, resources, links = [], [], [], []
    for number in range(count):
        namespace, name = f"team-{number // 30:03}", f"app-{number:05}"
        place = Location(f"{namespace}/{name}.yaml", 3)
        account = Identity(f"identity:kubernetes/-/{namespace}/{name}", "service_account", f"{namespace}/{name}",
                           "kubernetes", locations=(place,))  # fmt: skip
        identities.append(account)
        grants.append(_grant(account, f"Role/{name}", _VIEWS, f"namespace/{namespace}", place))
        if number % 20 == 1:
            grants.append(_grant(account, "Role/edits", _EDITS, f"namespace/{namespace}", place))
        if number % 25 == 2:
            names = (Condition("resourceNames", "name", (f"{name}-token",)),)
            grants.append(_grant(account, "Role/own", ("get:core/secrets",), f"namespace/{namespace}", place, names))
        if number % 100 == 3:
            grants.append(_grant(account, "ClusterRole/controls", _CONTROLS, "cluster", place))
        if number % 3:
            pod = Resource(f"resource:kubernetes/-/{namespace}/pod/{name}", "pod", f"{namespace}/{name}", "kubernetes",
                           locations=(place,))  # fmt: skip
            resources.append(pod)
            links.append(Link(f"{pod.id}|runs_as", pod.id, "runs_as", account.id, locations=(place,)))
    found = Inventory(
        identities=tuple(identities), grants=tuple(grants), resources=tuple(resources), links=tuple(links)
    )
    return WHOLE.join(MEMBERS.join(found, Knowledge()), Knowledge())


def _grant(
    account: Identity,
    role: str,
    actions: tuple[str, ...],
    where: str,
    place: Location,
    names: tuple[Condition, ...] = (),
) -> Grant:
    id = f"grant:kubernetes/-/{account.name}/{role}"
    return Grant(id, account.id, provider="kubernetes", policy=role, actions=actions, resources=(where,),
                 conditions=names, locations=(place,))  # fmt: skip


def main(sizes: tuple[int, ...]) -> None:
    """Print for each size how long each rule takes, and how many edges it gives."""
    known = knowledge()
    rules = [each for each in installed.plugins("edges", "EDGE") if each.name in _RULES]
    for size in sizes:
        inventory = cluster(size)
        for rule in rules:
            begun = time.perf_counter()
            edges = sum(1 for _ in rule.derive(inventory, known))
            print(f"{size:>6} {rule.name:<22} {time.perf_counter() - begun:8.2f} s {edges:>8} edges")


if __name__ == "__main__":
    main(tuple(int(each) for each in sys.argv[1:] if each.isdigit()) or _SIZES)
