"""What Kubernetes identities may do to the objects of a cluster, and who administers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.edges.kubernetes_escalates import administers
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes import Asked, may
from nhiassess.permissions.permission import strongest

CLUSTER = "resource:kubernetes/-"
# kind of object in a resource's id to the verbs, API resource and access that are asked
ASKED: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "secret": (("reads", ("get",), "secrets"), ("writes", ("update", "patch", "delete"), "secrets")),
    "secrets": (("reads", ("list", "watch"), "secrets"), ("writes", ("update", "patch", "delete"), "secrets")),
    "pod": (("executes_on", ("create", "get"), "pods/exec"), ("writes", ("patch", "update", "delete"), "pods")),
}
WORDS = {"reads": "may read it", "writes": "may change it", "executes_on": "may run commands in it"}


@dataclass(frozen=True, slots=True)
class KubernetesGrants:
    """From service accounts, users and groups over the rules bound to them to objects."""

    name: str = "kubernetes_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each rule that is bound, and for each known object that it opens."""
        objects = [each for each in inventory.resources if each.id.startswith(CLUSTER + "/")]
        cluster = any(each.id == CLUSTER for each in inventory.resources)
        for grant in inventory.grants:
            if grant.provider != "kubernetes" or not grant.identity:
                continue
            unknown = grant.id.endswith("/missing")
            verdict, open_ = ("unknown", ("the role is not in scope",)) if unknown else ("yes", ())
            given = ", ".join(grant.actions[:3]) or "what its role says"
            reason = f"{grant.policy or short(grant.id)} gives {short(grant.identity)} {given}"
            yield edge(grant.identity, "granted", grant.id, reason, grant.locations, verdict=verdict, conditions=open_)
            if cluster and administers([grant]).verdict == "yes":
                reason = f"{short(grant.identity)} may do anything in the cluster"
                yield edge(grant.id, "administers", CLUSTER, reason, grant.locations, via=grant.id)
            yield from _objects(grant, objects)


def _objects(grant: Grant, objects: Iterable[Resource]) -> Iterator[Edge]:
    for each in objects:
        parts = each.id.removeprefix(CLUSTER + "/").split("/")
        if len(parts) < 2 or parts[1] not in ASKED:
            continue
        name = parts[2] if len(parts) > 2 else None
        for kind, verbs, resource in ASKED[parts[1]]:
            asked = (Asked(verb, "core", resource, parts[0], name) for verb in verbs)
            decision = strongest(may([grant], question) for question in asked)
            if decision.verdict != "no":
                more = {"verdict": decision.verdict, "conditions": decision.conditions, "via": grant.id}
                reason = f"{short(grant.identity or '')} {WORDS[kind]}"
                yield edge(grant.id, kind, each.id, reason, grant.locations, **more)


EDGE = KubernetesGrants()
