"""A pod whose containers have something of their node gets onto it, and from the node to the pods that stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Identity, Inventory, Locations
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes.cluster import Cluster, cluster
from nhiassess.permissions.kubernetes.evaluation import CLUSTER
from nhiassess.permissions.kubernetes.pods import Container, has, pods

NODES = "resource:kubernetes/-/nodes"
# what a manifest says of a prerequisite, if anything: the key, what meets it, what rules it out, and it in words
_NEEDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "root_in_container": (("runAsUser", "0", ""), ("runAsNonRoot", "", "true")),
    # that the profile of the container runtime stops it is from memory; of a profile of one's own nobody can tell here
    "unconfined": (("appArmorProfile", "Unconfined", "RuntimeDefault"),),
}
_LACKING = {
    "root_in_container": "it runs as root, which its image decides",
    "unconfined": "no profile, such as AppArmor's, keeps it from other processes",
    "key_on_node": "a key or password that opens the node can be read there",
}
_SAME_NODE = "a pod that runs as it stands on the same node"


@dataclass(frozen=True, slots=True)
class KubernetesEscapes:
    """From pods to the nodes that they stand on, and from nodes to the service accounts of the pods there."""

    name: str = "kubernetes_escapes"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each pod and technique of escape, and for whom one finds on the node."""
        techniques = [each for each in knowledge.techniques if each.domain == "kubernetes"]
        escapes = [each for each in techniques if all(one.of == "container" for one in each.requires[0])]
        found = cluster(inventory)
        nodes = next((each for each in inventory.resources if each.id == NODES), None)
        known = {each.id for each in inventory.resources}
        for pod, containers in sorted(pods(inventory).items()):
            for technique in escapes:
                if nodes is not None and pod in known:
                    yield from _escapes(pod, containers, technique, found)
        for technique in techniques:
            if nodes is not None and technique.requires[0][0].of == "node":
                for target, places in _there(found):
                    reason = f"keeps the tokens of its pods, and so one of {target.name or target.id} ({technique.id})"
                    yield _conditional(NODES, target, reason, places or nodes.locations, (_SAME_NODE,), technique)


def _escapes(pod: str, containers: Iterable[Container], technique: Technique, known: Cluster) -> Iterator[Edge]:
    met = _met(containers, technique)
    if met is None:
        return
    container, required, places, verdict = met
    conditions = (_LACKING[technique.needs_resource or ""],) if verdict == "needs_resource" else ()
    words = f"has {_words(required)} in {container.name}"
    if technique.grants == "become":
        for target, there in _there(known):
            reason = f"{words}, and so the token of {target.name or target.id} ({technique.id})"
            yield _conditional(pod, target, reason, (*places, *there), (_SAME_NODE,), technique)
        return
    yield edge(
        pod,
        "executes_on",
        NODES,
        f"{words}, and so its node ({technique.id})",
        places,
        verdict=verdict,
        conditions=conditions,
        technique=technique.id,
    )


def _met(
    containers: Iterable[Container], technique: Technique
) -> tuple[Container, tuple[Requirement, ...], Locations, str] | None:
    """Give the container that has all that one alternative asks for, preferring one of which nothing is open."""
    best = None
    for container in containers:
        for required in technique.requires:
            found = [has(container, each) for each in required]
            verdict = _prerequisite(container, technique.needs_resource)
            if verdict == "no" or any(each is None for each in found):
                continue
            places = tuple(dict.fromkeys(place for each in found for place in each or ()))
            if best is None or (verdict == "yes" and best[3] != "yes"):
                best = container, required, places, verdict
    return best


def _prerequisite(container: Container, needs: str | None) -> str:
    if needs is None:
        return "yes"
    for key, meets, refuses in _NEEDS.get(needs, ()):
        for value, _ in container.stated.get(f"securityContext.{key}", ()):
            if refuses and value == refuses:
                return "no"
            if key == "runAsUser" and value.isdigit() and value != meets:
                return "no"
            if meets and value == meets:
                return "yes"
    return "needs_resource"


def _there(known: Cluster) -> Iterator[tuple[Identity, Locations]]:
    """Give whom pods run as, all together where the inventory has that."""
    together = known.any_with_pod.get(CLUSTER)
    if together is not None:
        yield together, ()
        return
    for account in known.accounts[CLUSTER]:
        if account.id in known.pods:
            yield account, known.pods[account.id]


def _conditional(
    source: str, target: Identity, reason: str, places: Locations, conditions: tuple[str, ...], technique: Technique
) -> Edge:
    return edge(
        source,
        "runs_as",
        target.id,
        reason,
        places,
        verdict="conditional",
        conditions=conditions,
        technique=technique.id,
    )


def _words(required: Iterable[Requirement]) -> str:
    said = {"reads": "a mount that reads", "writes": "a mount that writes", "capability": "the capability"}
    parts = []
    for each in required:
        what, _, value = each.action.partition(":")
        parts.append(f"{said[what]} {value}" if what in said else f"{what} set")
    return " and ".join(parts)


EDGE = KubernetesEscapes()
