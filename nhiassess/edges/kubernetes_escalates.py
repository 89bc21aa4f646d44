"""A Kubernetes identity becomes a service account or user, or administers the cluster, by what its rules let it do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Identity, Inventory
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import administrators
from nhiassess.permissions.kubernetes import gains
from nhiassess.permissions.kubernetes.cluster import ADMINISTRATOR, Cluster, cluster
from nhiassess.permissions.kubernetes.evaluation import CLUSTER, bound, decide
from nhiassess.permissions.kubernetes.gains import Gain, Rules, by_rules, stronger

_ANYTHING = "escalate:-/-"  # what only a role that may be anything allows
_LACKING = {
    "pod_of_target": "a pod runs as it",
    "token_of_target": "a Secret of the namespace keeps a token of it",
    "workload_of_namespace": "there is a workload in the namespace to change",
    "own_role_of_namespace": "a role of the namespace is bound to it there",
    "admission": "nothing stops privileged pods or strong service accounts in any namespace",
}


@dataclass(frozen=True, slots=True)
class KubernetesEscalates:
    """From service accounts, users and groups to whom they can act as."""

    name: str = "kubernetes_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that rules allow, and for each identity that it gains.

        Of every account of a namespace or of the cluster it is one edge, to what stands for any of them, where the
        inventory has that.
        """
        techniques = [each for each in knowledge.techniques if each.domain == "kubernetes" and by_rules(each)]
        actions = frozenset(each.action for of in techniques for required in of.requires for each in required)
        known = {each.id for each in inventory.identities}
        done = {id for id, each in administrators(inventory).items() if each.decision.verdict == "yes"}
        found = cluster(inventory)
        for id, grants in sorted(bound(inventory).items()):
            if id not in known or id in done:
                continue
            has = gains.rules(grants, actions)
            stated = {action for action, _ in has.by}
            for technique in techniques:
                if not any(all(each.action in stated for each in required) for required in technique.requires):
                    continue
                if technique.grants == "administer":
                    yield from _administers(id, has, technique)
                elif technique.requires[0][0].action == gains.IMPERSONATE_USER:
                    yield from _impersonates(id, has, technique, found)
                else:
                    yield from _becomes(id, has, technique, found)
            yield from _unknown(id, grants, found)


def _administers(id: str, has: Rules, technique: Technique) -> Iterator[Edge]:
    gain = gains.anywhere(has, technique)
    if gain is not None:
        words = f"may {_actions(gain.required)} in the whole cluster, and so administer it ({technique.id})"
        yield _edge(id, ADMINISTRATOR, words, technique, gain)


def _impersonates(id: str, has: Rules, technique: Technique, known: Cluster) -> Iterator[Edge]:
    all_of_them = gains.of_user(has, technique, None)
    if all_of_them is not None:
        together = known.any_of.get(CLUSTER)
        for target in (*known.users, *((together,) if together else known.accounts[CLUSTER])):
            yield from _gained(id, target, technique, all_of_them)
    for name in gains.users_named(has):
        one, called = gains.of_user(has, technique, name), known.called.get(name)
        if called is not None and stronger(one, all_of_them):
            yield from _gained(id, called, technique, one)


def _becomes(id: str, has: Rules, technique: Technique, known: Cluster) -> Iterator[Edge]:
    apart = gains.apart(has, technique, known)
    asked = {each.action for required in technique.requires for each in required}
    own = {place for action, place in has.by if action in asked} | apart.keys()
    places = set(own)
    wide = gains.at(has, technique, CLUSTER, known)
    if wide is not None and CLUSTER in known.any_of:
        yield from _any(id, CLUSTER, technique, wide, known)
    elif CLUSTER in places and CLUSTER not in known.any_of:
        places, wide = set(known.accounts), None
    # there is more to tell of a namespace where what the technique needs was observed
    if technique.needs_resource == "own_role_of_namespace":
        places |= has.roles.keys()
        own |= has.roles.keys()
    if technique.needs_resource == "workload_of_namespace" and wide is not None:
        places |= known.workloads.keys()
    for place in sorted(places - {CLUSTER}):
        here = gains.seen(wide, place, known) if wide and place not in own else gains.at(has, technique, place, known)
        named = {each.id: gains.of_one(has, technique, each, known) for each in apart.get(place, {}).values()}
        if place not in known.any_of:
            yield from _each(id, place, technique, here, named, wide, known)
            continue
        if stronger(here, wide):
            yield from _any(id, place, technique, here, known)
        for target, gain in named.items():
            if stronger(gain, here) and stronger(gain, wide):
                yield from _gained(id, apart[place][target], technique, gain)


def _any(id: str, place: str, technique: Technique, gain: Gain | None, known: Cluster) -> Iterator[Edge]:
    """Give the edge to what stands for every account of a place, and to what stands for those with a pod."""
    yield from _gained(id, known.any_of[place], technique, gain)
    if gain is not None and technique.needs_resource == "pod_of_target" and place in known.any_with_pod:
        yield from _gained(id, known.any_with_pod[place], technique, replace(gain, observed=True))


def _each(
    id: str,
    place: str,
    technique: Technique,
    here: Gain | None,
    named: Mapping[str, Gain | None],
    wide: Gain | None,
    known: Cluster,
) -> Iterator[Edge]:
    """Give an edge to each account of a place: of what holds for all there, and of what is about it, the stronger."""
    for target in known.accounts.get(place, ()):
        best, one = here, named.get(target.id)
        if best is not None and technique.needs_resource == "pod_of_target" and target.id in known.pods:
            places = (*best.decision.locations, *known.pods[target.id])
            best = replace(best, decision=replace(best.decision, locations=places), observed=True)
        best = one if stronger(one, best) else best
        if stronger(best, wide):
            yield from _gained(id, target, technique, best)


def _unknown(id: str, grants: Iterable[Grant], known: Cluster) -> Iterator[Edge]:
    """Say that a role is bound whose text was not in scope, so that it may be anything where it is bound."""
    for grant in grants:
        for place in grant.resources:
            decision = decide([grant], _ANYTHING, place.removeprefix("namespace/"))
            if decision.verdict != "unknown":
                continue
            if place == CLUSTER:
                reason = "is bound everywhere to a role that is not in scope, and so may administer the cluster"
                targets = [ADMINISTRATOR]
            else:
                reason = (
                    "is bound to a role that is not in scope, and so may act as every service account of the namespace"
                )
                together = known.any_of.get(place)
                targets = [each.id for each in ((together,) if together else known.accounts.get(place, ()))]
            for target in targets:
                if target != id:
                    yield edge(
                        id,
                        "escalates_to",
                        target,
                        reason,
                        decision.locations,
                        verdict="unknown",
                        conditions=decision.conditions,
                    )


def _actions(required: Sequence[Requirement]) -> str:
    return " and ".join(each.action.replace(":", " ", 1).replace(" core/", " ") for each in required)


def _gained(id: str, target: Identity, technique: Technique, gain: Gain | None) -> Iterator[Edge]:
    if gain is not None and target.id != id:
        words = f"may {_actions(gain.required)}, and so act as {target.name or target.id} ({technique.id})"
        yield _edge(id, target.id, words, technique, gain)


def _edge(source: str, target: str, reason: str, technique: Technique, gain: Gain) -> Edge:
    verdict, conditions = gain.decision.verdict, gain.decision.conditions
    if not gain.observed:
        verdict, conditions = "needs_resource", (*conditions, _LACKING[technique.needs_resource or ""])
    return edge(
        source,
        "escalates_to",
        target,
        reason,
        gain.decision.locations,
        verdict=verdict,
        conditions=conditions,
        technique=technique.id,
    )


EDGE = KubernetesEscalates()
