"""What members of Google Cloud may do to resources: through which binding, and to read, change, run or administer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.gcp.estate import Target, Targets, candidates, targets_of, words
from nhiassess.permissions.gcp.evaluation import SET_POLICY, Held, administers, decide, held
from nhiassess.permissions.gcp.places import CONTAINERS, Places, around, named, project_of
from nhiassess.permissions.gcp.roles import includes, is_known
from nhiassess.permissions.permission import Decision, either

_Asked = tuple[tuple[str, tuple[str, ...], str], ...]
# by host and kind of a resource: the permissions that stand for each access
_ASKED: dict[tuple[str, str], _Asked] = {
    ("storage", "object_store"): (
        ("administers", ("storage.buckets.setIamPolicy",), "may write its policy"),
        ("reads", ("storage.objects.get",), "may read what is in it"),
        ("writes", ("storage.objects.create", "storage.objects.update", "storage.objects.delete"), "may change it"),
    ),
    ("secretmanager", "secret"): (
        ("administers", ("secretmanager.secrets.setIamPolicy",), "may write its policy"),
        ("reads", ("secretmanager.versions.access",), "may read it"),
        ("writes", ("secretmanager.versions.add",), "may change it"),
    ),
    **dict.fromkeys(
        (("bigquery", "dataset"), ("bigquery", "table")),
        (
            ("administers", ("bigquery.datasets.setIamPolicy",), "may write its policy"),
            ("reads", ("bigquery.tables.getData",), "may read what is in it"),
            ("writes", ("bigquery.tables.updateData",), "may change what is in it"),
        ),
    ),
    ("cloudkms", "key"): (
        ("administers", ("cloudkms.cryptoKeys.setIamPolicy",), "may write its policy"),
        ("reads", ("cloudkms.cryptoKeyVersions.useToDecrypt",), "may decrypt with it"),
        ("writes", ("cloudkms.cryptoKeyVersions.useToEncrypt",), "may encrypt with it"),
    ),
    ("pubsub", "topic"): (
        ("administers", ("pubsub.topics.setIamPolicy",), "may write its policy"),
        ("writes", ("pubsub.topics.publish",), "may send to it"),
    ),
    ("pubsub", "queue"): (
        ("administers", ("pubsub.subscriptions.setIamPolicy",), "may write its policy"),
        ("reads", ("pubsub.subscriptions.consume",), "may take messages from it"),
    ),
    ("cloudfunctions", "function"): (
        ("administers", ("cloudfunctions.functions.setIamPolicy",), "may write its policy"),
        ("writes", ("cloudfunctions.functions.sourceCodeSet", "cloudfunctions.functions.update"), "may change it"),
        ("executes_on", ("cloudfunctions.functions.call",), "may run it"),
    ),
    ("run", "service"): (
        ("administers", ("run.services.setIamPolicy",), "may write its policy"),
        ("writes", ("run.services.update",), "may change it"),
        ("executes_on", ("run.routes.invoke",), "may run it"),
    ),
    ("compute", "compute"): (
        ("executes_on", ("compute.instances.setMetadata",), "may give itself a key to sign in on it"),
    ),
}


@dataclass(frozen=True, slots=True)
class GcpGrants:
    """From members of policies over their bindings to resources."""

    name: str = "gcp_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each binding, and for each known resource that it opens."""
        known = {each.id for each in inventory.identities}
        everybody = held(inventory)
        if not everybody:
            return
        places = next(iter(everybody.values())).estate.places
        resources = {each.id: each for each in inventory.resources if (each.name or "").startswith("//")}
        targets = targets_of((_target(each, places) for each in resources.values()), places)
        for id, has in everybody.items():
            for bound in has.allows:
                # what a group gives is the group's own edge
                if bound.grant.identity == id and id in known:
                    yield edge(id, "granted", bound.grant.id, _gives(bound.grant, bound.on), bound.grant.locations)
                    yield from _opened(replace(has, allows=(bound,)), targets, resources)


def _target(resource: Resource, places: Places) -> Target:
    name = named(resource.name or "", places.projects)
    return Target(resource.id, name, project_of(name, places) or name, resource.name or "")


def _opened(alone: Held, targets: Targets, resources: Mapping[str, Resource]) -> Iterator[Edge]:
    """Give an edge for each resource and kind of access that one binding opens."""
    bound = alone.allows[0]
    known = is_known(bound.grant, alone.estate.roles)
    rules = known and any(includes(bound.grant, each, alone.estate.roles) for each in SET_POLICY.values())
    for _, those in candidates(targets, alone):
        for target in those:
            if rules and (ruled := _ruled(alone, target)).possible:
                yield _edge(bound.grant, "administers", target, _ruling(target), ruled)
            elif known:
                yield from _accesses(alone, target, resources[target.id])
            elif target.name == bound.on and _kind(bound.on) not in CONTAINERS:
                decision = Decision("unknown", (f"what {bound.grant.policy} permits, which is not in scope",))
                decision = replace(decision, locations=bound.grant.locations)
                yield _edge(bound.grant, "reads", target, "may do what its role permits", decision)


def _ruled(alone: Held, target: Target) -> Decision:
    """Decide whether a binding administers a project, folder or organisation that a resource is, or lies in."""
    chain = around(target.name, alone.estate.places)
    return either(administers(alone, each) for each in chain if each.count("/") == 1 and _kind(each) in CONTAINERS)


def _ruling(target: Target) -> str:
    if _kind(target.name) in CONTAINERS:
        return f"administers {words(target.name)}"
    return f"administers what it lies in, {words(target.project)}"


def _kind(name: str) -> str:
    return name.partition("/")[0]


def _accesses(alone: Held, target: Target, resource: Resource) -> Iterator[Edge]:
    service = target.name.partition(".googleapis.com/")[0]
    for verb, permissions, what in _ASKED.get((service, resource.kind or ""), ()):
        decision = either(decide(alone, each, target.name) for each in permissions)
        if decision.possible:
            yield _edge(alone.allows[0].grant, verb, target, f"{what}, by {alone.allows[0].grant.policy}", decision)
        if verb == "administers" and decision.verdict == "yes":
            return


def _edge(grant: Grant, verb: str, target: Target, reason: str, decision: Decision) -> Edge:
    return edge(
        grant.id,
        verb,
        target.id,
        reason,
        decision.locations,
        verdict=decision.verdict,
        conditions=decision.conditions,
    )


def _gives(grant: Grant, on: str | None) -> str:
    role = grant.policy or "a role"
    if on is None:
        return f"has {role} on what its file does not name"
    return f"has {role} on {words(on) if _kind(on) in CONTAINERS else on}"


EDGE = GcpGrants()
