"""A Kubernetes identity becomes a service account or user, or administers the cluster, by what its rules let it do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Identity, Inventory, Locations
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import administrators
from nhiassess.permissions.kubernetes import CLUSTER, bound, decide, names_allowed, namespaces
from nhiassess.permissions.permission import NO, Decision, both, either

ADMINISTRATOR = "identity:kubernetes/-/administrator"
# whom or what the decisive request names, so that a rule that names other objects does not allow it
_NAMES = {
    "impersonate:core/groups": "system:masters",
    "bind:rbac.authorization.k8s.io/clusterroles": "cluster-admin",
    "approve:certificates.k8s.io/signers": "kubernetes.io/kube-apiserver-client",
}
_ANYTHING = "escalate:-/-"  # what only a role that may be anything allows
# a role that is not in scope would meet every technique: of those one edge says that it may be anything
_TOLD = frozenset({"yes", "conditional"})
_LACKING = {
    "pod_of_target": "a pod runs as it",
    "token_of_target": "a Secret of the namespace keeps a token of it",
    "workload_of_namespace": "there is a workload in the namespace to change",
    "own_role_of_namespace": "a role of the namespace is bound to it there",
    "admission": "nothing stops privileged pods or strong service accounts in any namespace",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is known of the cluster beside rules: identities, and where pods, workloads and tokens stand."""

    identities: tuple[Identity, ...]
    pods: Mapping[str, Locations]  # by the service account that they run as
    tokens: Mapping[str, tuple[tuple[str, Locations], ...]]  # by service account: names of the Secrets that keep one
    workloads: Mapping[str, Locations]  # by namespace


@dataclass(frozen=True, slots=True)
class KubernetesEscalates:
    """From service accounts, users and groups to whom they can act as."""

    name: str = "kubernetes_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that rules allow, and for each identity that it gains."""
        techniques = [each for each in knowledge.techniques if each.domain == "kubernetes"]
        known = {each.id for each in inventory.identities}
        done = {id for id, each in administrators(inventory).items() if each.decision.verdict == "yes"}
        cluster = _cluster(inventory)
        for id, grants in sorted(bound(inventory).items()):
            if id not in known or id in done:
                continue
            for technique in techniques:
                if technique.grants == "administer":
                    yield from _administers(id, grants, technique)
                else:
                    yield from _becomes(id, grants, technique, cluster)
            yield from _unknown(id, grants, cluster)


def _cluster(inventory: Inventory) -> Cluster:
    pods: dict[str, Locations] = {}
    tokens: dict[str, list[tuple[str, Locations]]] = {}
    workloads: dict[str, Locations] = {}
    of = {link.source: link for link in inventory.links if link.verb == "authenticates_as"}
    for link in inventory.links:
        if link.verb == "runs_as" and link.target.startswith("identity:kubernetes/"):
            pods.setdefault(link.target, link.locations)
        if link.verb == "yields" and "/secret/" in link.source and link.target in of:
            name = link.source.rpartition("/")[2]
            tokens.setdefault(of[link.target].target, []).append((name, link.locations))
    for resource in inventory.resources:
        if resource.kind == "pod" and resource.id.startswith("resource:kubernetes/"):
            workloads.setdefault(resource.id.split("/")[2], resource.locations)
    users = [each for each in inventory.identities if each.provider == "kubernetes" and each.id != ADMINISTRATOR]
    kept = {account: tuple(sorted(found)) for account, found in tokens.items()}
    return Cluster(tuple(sorted(users, key=lambda each: each.id)), pods, kept, workloads)


def _administers(id: str, grants: Sequence[Grant], technique: Technique) -> Iterator[Edge]:
    for required in technique.requires:
        decision = both(*(_anywhere(grants, each, technique) for each in required))
        if decision.verdict in _TOLD:
            words = f"may {_actions(required)} in the whole cluster, and so administer it ({technique.id})"
            yield _edge(id, ADMINISTRATOR, words, decision, technique, technique.needs_resource != "admission")
            return


def _anywhere(grants: Sequence[Grant], requirement: Requirement, technique: Technique) -> Decision:
    action = requirement.action
    if technique.needs_resource == "own_cluster_role":
        # a role that is bound to it everywhere, for its new rights to count everywhere
        roles = {(g.policy or "").partition("/")[2] for g in grants if CLUSTER in g.resources}
        return either(decide(grants, action, None, role) for role in sorted(roles))
    if action == "impersonate:core/users":
        return either(decide(grants, action, None, name) for name in (*names_allowed(grants, action), None))
    return decide(grants, action, None, _NAMES.get(action))


def _becomes(id: str, grants: Sequence[Grant], technique: Technique, cluster: Cluster) -> Iterator[Edge]:
    is_user = technique.requires[0][0].action == "impersonate:core/users"
    for target in cluster.identities:
        if target.id == id or target.kind not in (("user", "service_account") if is_user else ("service_account",)):
            continue
        best, why, observed = NO, "", True
        for required in technique.requires:
            decision, seen = _on(grants, required, technique, target, cluster)
            better = either((best, decision)) is decision and decision is not best
            if decision.verdict in _TOLD and (better or (seen and not observed)):
                best, why, observed = decision, _actions(required), seen
        if best.possible:
            words = f"may {why}, and so act as {target.name or target.id} ({technique.id})"
            yield _edge(id, target.id, words, best, technique, observed)


def _on(
    grants: Sequence[Grant], required: Sequence[Requirement], technique: Technique, target: Identity, cluster: Cluster
) -> tuple[Decision, bool]:
    """Decide whether rules allow a technique on one identity, and whether what it needs was observed."""
    namespace, _, name = (target.name or "/").partition("/") if target.kind == "service_account" else ("", "", "")
    needs = technique.needs_resource
    if needs == "token_of_target":
        kept = cluster.tokens.get(target.id, ())
        answers = [
            (both(*(decide(grants, each.action, namespace, secret) for each in required)), places)
            for secret, places in kept
        ]
        best = either(answer for answer, _ in answers)
        if best.possible:
            return replace(best, locations=(*best.locations, *dict(_pairs(answers)).get(id(best), ()))), True
        return both(*(decide(grants, each.action, namespace) for each in required)), False
    if needs == "own_role_of_namespace":
        roles = {
            (grant.policy or "").partition("/")[2]
            for grant in grants
            if f"namespace/{namespace}" in grant.resources and (grant.policy or "").startswith("Role/")
        }
        of_roles = either(both(*(decide(grants, each.action, namespace, role) for each in required)) for role in roles)
        plain = both(*(decide(grants, each.action, namespace) for each in required))
        return (of_roles, True) if of_roles.possible else (plain, False)
    places: Locations | None = ()
    if needs == "pod_of_target":
        places = cluster.pods.get(target.id)
    elif needs == "workload_of_namespace":
        places = cluster.workloads.get(namespace)
    decision = both(*(_request(grants, each, target, namespace, name) for each in required))
    return replace(decision, locations=(*decision.locations, *(places or ()))), places is not None


def _pairs(answers: Iterable[tuple[Decision, Locations]]) -> Iterator[tuple[int, Locations]]:
    for answer, places in answers:
        yield id(answer), places


def _request(grants: Sequence[Grant], requirement: Requirement, target: Identity, where: str, name: str) -> Decision:
    action = requirement.action
    if action == "impersonate:core/users":
        user = f"system:serviceaccount:{where}:{name}" if where else target.name
        return decide(grants, action, None, user)
    if requirement.of == "cluster":
        return decide(grants, action, None, _NAMES.get(action))
    if "serviceaccounts" in action:
        return decide(grants, action, where, name)
    if action in _NAMES:
        return decide(grants, action, where, _NAMES[action])
    plain = decide(grants, action, where)
    named = names_allowed(grants, action, where)
    if plain.possible or not named or (action.startswith("create:") and action.count("/") < 2):
        return plain
    one = decide(grants, action, where, named[0])
    words = f"what it names ({', '.join(named)}) is one of {target.name or target.id}"
    return both(one, Decision("conditional", (words,))) if one.possible else one


def _unknown(id: str, grants: Iterable[Grant], cluster: Cluster) -> Iterator[Edge]:
    """Say that a role is bound whose text was not in scope, so that it may be anything where it is bound."""
    for grant in grants:
        decision = decide([grant], _ANYTHING, namespaces([grant])[0])
        if decision.verdict != "unknown":
            continue
        if CLUSTER in grant.resources:
            reason = "is bound everywhere to a role that is not in scope, and so may administer the cluster"
            targets = [ADMINISTRATOR]
        else:
            reason = "is bound to a role that is not in scope, and so may act as every service account of the namespace"
            targets = [each.id for each in cluster.identities if each.id != id and _is_in(each, grant)]
        for target in targets:
            yield edge(
                id,
                "escalates_to",
                target,
                reason,
                decision.locations,
                verdict="unknown",
                conditions=decision.conditions,
            )


def _is_in(identity: Identity, grant: Grant) -> bool:
    namespace = (identity.name or "").partition("/")[0]
    return identity.kind == "service_account" and f"namespace/{namespace}" in grant.resources


def _actions(required: Sequence[Requirement]) -> str:
    return " and ".join(each.action.replace(":", " ", 1).replace(" core/", " ") for each in required)


def _edge(source: str, target: str, reason: str, decision: Decision, technique: Technique, observed: bool) -> Edge:
    verdict, conditions = decision.verdict, decision.conditions
    if not observed:
        verdict = "unknown" if verdict == "unknown" else "needs_resource"
        conditions = (*conditions, _LACKING[technique.needs_resource or ""])
    return edge(
        source,
        "escalates_to",
        target,
        reason,
        decision.locations,
        verdict=verdict,
        conditions=conditions,
        technique=technique.id,
    )


EDGE = KubernetesEscalates()
