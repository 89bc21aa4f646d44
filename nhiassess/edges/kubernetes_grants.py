"""What Kubernetes identities may do to secrets and pods: through which rule, and to read, change or run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes.evaluation import CLUSTER, decide
from nhiassess.permissions.permission import Decision, either

# by the kind in a resource's id: what each access asks; of all secrets of a namespace one needs a list of them
_ASKED: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "secret": (
        ("reads", ("get:core/secrets", "list:core/secrets", "watch:core/secrets"), "may read it"),
        ("writes", ("update:core/secrets", "patch:core/secrets", "delete:core/secrets"), "may change it"),
    ),
    "secrets": (
        ("reads", ("list:core/secrets", "watch:core/secrets"), "may read all of them"),
        ("writes", ("create:core/secrets", "update:core/secrets", "patch:core/secrets"), "may change them"),
    ),
    "pod": (
        (
            "executes_on",
            (
                "create:core/pods/exec",
                "get:core/pods/exec",
                "create:core/pods/attach",
                "patch:core/pods/ephemeralcontainers",
                "update:core/pods/ephemeralcontainers",
            ),
            "may run commands in it",
        ),
        (
            "writes",
            (
                "patch:core/pods",
                "update:core/pods",
                "delete:core/pods",
                "patch:apps/deployments",
                "update:apps/deployments",
                "delete:apps/deployments",
            ),
            "may change it",
        ),
    ),
    "nodes": (
        ("executes_on", ("create:core/nodes/proxy", "get:core/nodes/proxy"), "may run commands on them"),
        ("writes", ("patch:core/nodes", "update:core/nodes", "delete:core/nodes"), "may change them"),
    ),
}


@dataclass(frozen=True, slots=True)
class KubernetesGrants:
    """From service accounts, users and groups over the rules bound to them to objects."""

    name: str = "kubernetes_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each rule that is bound, and for each known object that it opens."""
        objects = _objects(inventory)
        for grant in inventory.grants:
            if grant.provider != "kubernetes" or grant.identity is None:
                continue
            yield edge(grant.identity, "granted", grant.id, _gives(grant), grant.locations)
            # an administrator's edges are in a file of their own
            if "*:*/*" not in grant.actions or CLUSTER not in grant.resources:
                for place in grant.resources:
                    for kind, found in objects.get(place, {}).items():
                        yield from _opened(grant, place, kind, found)


def _objects(inventory: Inventory) -> Mapping[str, Mapping[str, Sequence[Resource]]]:
    """Give the objects of each place, by their kind: those of a namespace are the whole cluster's too."""
    found: dict[str, dict[str, list[Resource]]] = {}
    for each in inventory.resources:
        if each.id.startswith("resource:kubernetes/-/"):
            namespace, kind, *_ = (*each.id.removeprefix("resource:kubernetes/-/").split("/"), "")
            places = (CLUSTER,) if each.kind == "nodes" else (CLUSTER, f"namespace/{namespace}")
            for place in places:
                found.setdefault(place, {}).setdefault("nodes" if each.kind == "nodes" else kind, []).append(each)
    return found


def _opened(grant: Grant, place: str, kind: str, objects: Iterable[Resource]) -> Iterator[Edge]:
    namespace = None if place == CLUSTER else place.removeprefix("namespace/")
    for verb, actions, words in _ASKED.get(kind, ()):
        for name, named in _by_name(grant, kind, objects).items():
            decision: Decision = either(decide([grant], each, namespace, name) for each in actions)
            # what a rule allows that is not in scope nobody can tell of every object
            if decision.verdict in ("yes", "conditional"):
                for resource in named:
                    yield edge(
                        grant.id,
                        verb,
                        resource.id,
                        f"{words}, by {grant.policy or 'its role'}",
                        decision.locations,
                        verdict=decision.verdict,
                        conditions=decision.conditions,
                    )


def _by_name(grant: Grant, kind: str, objects: Iterable[Resource]) -> Mapping[str | None, Sequence[Resource]]:
    """Put together the objects of which a rule says the same: all of them, if it names none."""
    if kind != "secret" or not any(each.operator == "resourceNames" for each in grant.conditions):
        return {None: tuple(objects)}
    found: dict[str | None, list[Resource]] = {}
    for resource in objects:
        found.setdefault(resource.id.rpartition("/")[2], []).append(resource)
    return found


def _gives(grant: Grant) -> str:
    role = grant.policy or "its role"
    if not grant.actions:
        return f"is bound to {role}, which is not in scope"
    actions = [each.replace(":", " ", 1).replace(" core/", " ") for each in grant.actions]
    more = f" and {len(actions) - 3} more" if len(actions) > 3 else ""
    return f"{role} allows {', '.join(actions[:3])}{more}"


EDGE = KubernetesGrants()
