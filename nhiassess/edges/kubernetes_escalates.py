"""A Kubernetes identity gains what another has, or the whole cluster, by a technique of frameworks/techniques."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Grant, Inventory, Locations
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes import CLUSTER, Asked, covers, may
from nhiassess.permissions.permission import Decision, together

ADMINISTRATOR = "identity:kubernetes/-/administrator"
_PODS, _TOKENS = "a running pod of the service account", "a Secret with a token of the service account"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The service accounts by namespace, and for each the places that show a pod and a stored token of it."""

    accounts: Mapping[str, tuple[str, ...]]
    pods: Mapping[str, Locations]
    tokens: Mapping[str, Locations]


@dataclass(frozen=True, slots=True)
class KubernetesEscalates:
    """From service accounts, users and groups to what a technique gives them."""

    name: str = "kubernetes_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that an identity meets the requirements of, and for each target."""
        techniques = [each for each in knowledge.techniques if each.domain == "kubernetes"]
        cluster = _cluster(inventory)
        by_identity: dict[str, list[Grant]] = {}
        for grant in inventory.grants:
            if grant.provider == "kubernetes" and grant.identity and grant.identity != ADMINISTRATOR:
                by_identity.setdefault(grant.identity, []).append(grant)
        for id, grants in sorted(by_identity.items()):
            if administers(grants).verdict == "yes":
                continue
            for technique in techniques:
                yield from _edges(technique, id, grants, cluster)


def administers(grants: Iterable[Grant]) -> Decision:
    """Decide whether rules give everything in the cluster: every verb on everything, or every secret."""
    found = list(grants)
    everything = [grant for grant in found if CLUSTER in grant.resources and _all(grant)]
    if everything:
        return Decision("yes", (), everything[0].locations[:1])
    return may(found, Asked("list", "core", "secrets", CLUSTER))


def _all(grant: Grant) -> bool:
    return not grant.conditions and any(covers(action, Asked("*", "*", "*")) for action in grant.actions)


def _edges(technique: Technique, id: str, grants: list[Grant], cluster: Cluster) -> Iterator[Edge]:
    for required in technique.requires:
        if technique.grants == "administer":
            decision = together(may(grants, _asked(each, CLUSTER)) for each in required)
            if decision.verdict != "no":
                yield _edge(technique, id, ADMINISTRATOR, decision, technique.needs_resource)
            continue
        for namespace, accounts in cluster.accounts.items():
            for account in accounts:
                name = account.rpartition("/")[2] if "serviceaccounts" in required[0].action else None
                decision = together(may(grants, _asked(each, namespace, name)) for each in required)
                if decision.verdict != "no" and account != id:
                    missing, places = _needed(technique, account, cluster)
                    shown = Decision(decision.verdict, decision.conditions, (*decision.locations, *places))
                    yield _edge(technique, id, account, shown, missing)


def _needed(technique: Technique, account: str, cluster: Cluster) -> tuple[str | None, Locations]:
    """Tell what the technique still needs for this account, and the places that show that it is there."""
    shown = {_PODS: cluster.pods, _TOKENS: cluster.tokens}.get(technique.needs_resource or "")
    if shown is None:
        return technique.needs_resource, ()
    return (None, shown[account]) if account in shown else (technique.needs_resource, ())


def _edge(technique: Technique, id: str, target: str, decision: Decision, missing: str | None) -> Edge:
    verdict, conditions = decision.verdict, decision.conditions
    if missing:
        verdict, conditions = "needs_resource", (*conditions, f"needs {missing}, which is not in scope")
    words = technique.name[0].lower() + technique.name[1:]
    whom = "an administrator of the cluster" if target == ADMINISTRATOR else short(target)
    reason = f"{short(id)} may {words}, and so become {whom} ({technique.id})"
    more = {"verdict": verdict, "conditions": conditions, "technique": technique.id}
    return edge(id, "escalates_to", target, reason, decision.locations, **more)


def _asked(required: Requirement, where: str, name: str | None = None) -> Asked:
    verb, _, rest = required.action.partition(":")
    group, _, resource = rest.partition("/")
    return Asked(verb, group, resource, where, name)


def _cluster(inventory: Inventory) -> Cluster:
    accounts: dict[str, list[str]] = {}
    for identity in inventory.identities:
        if identity.kind == "service_account" and identity.id.startswith("identity:kubernetes/"):
            accounts.setdefault(identity.id.split("/")[2], []).append(identity.id)
    pods: dict[str, Locations] = {}
    tokens: dict[str, Locations] = {}
    of_secrets = {link.target for link in inventory.links if link.verb == "yields" and "/secret/" in link.source}
    for link in inventory.links:
        if link.verb == "runs_as" and link.source.startswith("resource:kubernetes/"):
            pods.setdefault(link.target, link.locations[:1])
        if link.verb == "authenticates_as" and link.source in of_secrets:
            tokens.setdefault(link.target, link.locations[:1])
    return Cluster({name: tuple(sorted(found)) for name, found in sorted(accounts.items())}, pods, tokens)


EDGE = KubernetesEscalates()
