"""What identities of Azure may do to resources, by which role assignment: to read, change, run or administer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.azure.entra import OWNER, Holder, held, in_directory
from nhiassess.permissions.azure.evaluation import after, named, open_part, permits
from nhiassess.permissions.azure.resources import Places, places_of
from nhiassess.permissions.permission import NO, YES, Decision, both, either

# by the category of a technique: what it opens
_VERBS = {
    "azure-access": "administers",
    "azure-policy": "administers",
    "azure-identity": "administers",
    "azure-run": "executes_on",
    "azure-secrets": "reads",
    "azure-change": "writes",
}
_WORDS = {
    "reads": "may read what is in it",
    "writes": "may change it",
    "executes_on": "may run commands in it",
    "administers": "may do everything to it",
}
# what stays open about a technique, by the word of its file
_OPEN: Mapping[str, Decision] = {
    "entra_sign_in": Decision("conditional", ("sign-in with Entra is set up on the machine",)),
    "azure_rbac_of_cluster": Decision("conditional", ("the cluster takes permissions from roles of Azure",)),
    "rights_in_cluster": Decision("conditional", ("the cluster has local accounts, or gives it rights",)),
    "trusted_resource": Decision("conditional", ("it can steer a resource that the cluster then trusts",)),
    "access_policies": Decision("conditional", ("the vault uses access policies, not roles of Azure",)),
    "agents_of_account": Decision("conditional", ("agents or jobs of the account run as its managed identity",)),
    "session_hosts": Decision("conditional", ("its session hosts run as a managed identity",)),
    "policy_identity": Decision("conditional", ("a managed identity that may assign roles is given to the policy",)),
    "way_on": Decision("unknown", ("how this role leads on, which the list that names it does not say",)),
}
# ordinary access, by the type of a resource
_BLOBS = "data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_KEYS = "control:Microsoft.Storage/storageAccounts/listKeys/action"
_REGISTRY = "control:Microsoft.ContainerRegistry/registries"
_DATABASE = "control:Microsoft.DocumentDB/databaseAccounts"
_SEARCH = "Microsoft.Search/searchServices"
_ASKED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "microsoft.storage/storageaccounts": {"reads": (f"{_BLOBS}/read", _KEYS), "writes": (f"{_BLOBS}/write", _KEYS)},
    "microsoft.storage/storageaccounts/blobservices/containers": {
        "reads": (f"{_BLOBS}/read",),
        "writes": (f"{_BLOBS}/write",),
    },
    "microsoft.containerregistry/registries": {
        "reads": (f"{_REGISTRY}/pull/read", f"{_REGISTRY}/listCredentials/action"),
        "writes": (f"{_REGISTRY}/push/write", f"{_REGISTRY}/listCredentials/action"),
    },
    "microsoft.documentdb/databaseaccounts": {
        "reads": (f"{_DATABASE}/listKeys/action", f"{_DATABASE}/readonlykeys/action"),
        "writes": (f"{_DATABASE}/listKeys/action",),
    },
    "microsoft.search/searchservices": {
        "reads": (f"data:{_SEARCH}/indexes/documents/read", f"control:{_SEARCH}/listAdminKeys/action"),
        "writes": (f"data:{_SEARCH}/indexes/documents/write", f"control:{_SEARCH}/listAdminKeys/action"),
    },
    "microsoft.cognitiveservices/accounts": {
        "reads": (
            "data:Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
            "control:Microsoft.CognitiveServices/accounts/listKeys/action",
        ),
    },
}
_FILLS = "control:Microsoft.Resources/subscriptions/resourceGroups/write"
_NOTHING_KNOWN = "control:-/-"  # what only a role that may be anything allows


@dataclass(frozen=True, slots=True)
class EntraGrants:
    """From identities of Azure and Entra over what is assigned to them to resources."""

    name: str = "entra_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each assignment, and for each known resource that it opens."""
        mine = [each for each in knowledge.techniques if each.domain == "entra"]
        ways = [each for each in mine if each.category in _VERBS]
        whole = [each for each in mine if each.category == "administrator"]
        places = places_of(inventory)
        known = {each.id for each in inventory.identities}
        tenants = {id.split("/")[1] for id in known if id.startswith("identity:azure/")}
        for id, holder in sorted(held(inventory).items()):
            for grant in holder.own if id in known else ():
                yield _granted(grant)
                yield from _whole(grant, whole, inventory.resources, tenants - {"-"})
                yield from _opened(holder, grant, ways, places)


def _granted(grant: Grant) -> Edge:
    words, verdict = [], "yes"
    for each in grant.conditions:
        if each.operator == "resource":
            words.append(f"on what {named(grant)} is assigned: {' '.join(each.values) or 'no file tells'}")
        elif each.operator == "consent":
            words.append("an administrator has consented to it, which no file shows")
        elif each.operator == "activation":
            words.append(f"the role is activated, which needs {', '.join(each.values)}")
    if words:
        verdict = "conditional" if all(each.operator == "activation" for each in grant.conditions) else "unknown"
    assert grant.identity is not None  # held() keeps no other
    reason = _gives(grant)
    return edge(grant.identity, "granted", grant.id, reason, grant.locations, verdict=verdict, conditions=tuple(words))


def _gives(grant: Grant) -> str:
    if OWNER in grant.actions:
        return f"owns {' '.join(grant.resources).replace(':', ' ')}"
    if grant.policy == "requiredResourceAccess":
        return f"asks for {', '.join(each.rpartition('/')[2] for each in grant.actions[:3])}"
    return f"has role {grant.policy or 'that no file names'}"


def _whole(
    grant: Grant, techniques: Iterable[Technique], resources: Iterable[Resource], tenants: set[str]
) -> Iterator[Edge]:
    """Give the edges of whoever administers the tenant: to it, and to everything that is in it."""
    tenant = (grant.identity or "").split("/")[1]
    best, technique = NO, None
    for each in techniques:
        decision = either(in_directory(grant, required[0].action) for required in each.requires)
        if decision.possible:
            best, technique = decision, each
    if (grant.identity or "").endswith(f"/{tenant}/administrator") and grant.actions == ("*",):
        best = Decision("yes", (), grant.locations)
    for resource in resources if best.possible else ():
        if not resource.id.startswith("resource:azure/"):
            continue
        is_tenant = resource.kind == "tenant"
        own = resource.id == f"resource:azure/{tenant}"
        decision, around = best, "administers the tenant" + ("" if is_tenant else " that it belongs to")
        if not own and len(tenants) > 1:
            if is_tenant:
                continue
            decision = both(best, Decision("unknown", (f"that it is in tenant {tenant}",)))
        yield _edge(grant, "administers", resource, around, decision, technique)


def _opened(holder: Holder, grant: Grant, techniques: Iterable[Technique], places: Places) -> Iterator[Edge]:
    if permits(grant, _NOTHING_KNOWN).verdict == "unknown":
        yield from _unknown(grant, places)
        return
    if open_part(grant, "resource") is not None:
        return  # on what it is assigned no file tells: of this the edge to the assignment speaks
    done: set[str] = set()
    for technique in sorted(techniques, key=lambda each: (each.category != "azure-access", each.id)):
        yield from _by_technique(holder, grant, technique, places, done)
    yield from _ordinary(holder, grant, places, done)


def _by_technique(holder: Holder, grant: Grant, technique: Technique, places: Places, done: set[str]) -> Iterator[Edge]:
    verb = _VERBS[technique.category]
    best: dict[str, tuple[Resource, Decision, str]] = {}
    lacking: tuple[Decision, str] | None = None
    for required in technique.requires:
        first = required[0]
        allowed = both(permits(grant, first.action), *(_somewhere(holder, each) for each in required[1:]))
        if not allowed.possible:
            continue
        allowed = both(allowed, _OPEN.get(technique.needs_resource or "", YES))
        types = None if first.of == "scope" else places.types_of(first.action)
        action, seen = first.action.partition(":")[2], False
        for path, resource, about in places.below(grant, types):
            seen = True
            if resource.id in done:
                continue
            decision = after(holder.denies, first.action, path, both(allowed, about))
            before = best.get(resource.id)
            if decision.possible and (before is None or either((before[1], decision)) is decision):
                best[resource.id] = (resource, decision, action)
        if not seen and lacking is None:
            lacking = (allowed, action)
    for resource, decision, action in best.values():
        words = f"{_WORDS[verb]} ({action} in {grant.policy or 'its role'}; {technique.id})"
        yield _edge(grant, verb, resource, words, decision, technique)
        if verb == "administers" and decision.verdict == "yes" and technique.category == "azure-access":
            done.add(resource.id)
    # of whoever may put anything into the scope another edge says so: of what is there already a list would say no more
    if not best and lacking is not None and not permits(grant, _FILLS).possible:
        yield from _lacking(holder, grant, technique, places, *lacking)


def _somewhere(holder: Holder, required: Requirement) -> Decision:
    return either(permits(each, required.action) for each in holder.allows)


def _lacking(
    holder: Holder, grant: Grant, technique: Technique, places: Places, allowed: Decision, action: str
) -> Iterator[Edge]:
    """Say of the scope itself that what the technique is done to was not in scope."""
    kind = action.split("/")[1] if "/" in action else action
    for scope in grant.resources:
        path = scope.strip("/").lower()
        resource = places.by_path.get(path)
        # what is assigned on one resource is about that one
        if resource is None or (path.count("/") > 3 and not path.startswith("providers/microsoft.management/")):
            continue
        decision = after(holder.denies, technique.requires[0][0].action, path, allowed)
        if decision.possible:
            verb = _VERBS[technique.category]
            yield edge(
                grant.id,
                "writes" if verb == "administers" else verb,
                resource.id,
                f"may do {action} to what is in it, by {grant.policy or 'its role'} ({technique.id})",
                decision.locations,
                verdict="unknown" if decision.verdict == "unknown" else "needs_resource",
                conditions=(*decision.conditions, f"there are {kind} in it"),
                technique=technique.id,
            )


def _ordinary(holder: Holder, grant: Grant, places: Places, done: set[str]) -> Iterator[Edge]:
    """Give the edges of what a role is for, where no technique is needed."""
    for kind in places.by_type:
        asked = dict(_ASKED.get(kind, {}))
        asked["writes"] = (*asked.get("writes", ()), f"control:{kind}/write")
        answers = {verb: [(permits(grant, each), each) for each in actions] for verb, actions in asked.items()}
        if not any(answer.possible for each in answers.values() for answer, _ in each):
            continue
        for path, resource, about in places.below(grant, (kind,)):
            for verb, each in answers.items() if resource.id not in done else ():
                decision, action = _best((after(holder.denies, a, path, both(d, about)), a) for d, a in each)
                if decision.possible:
                    words = f"{_WORDS[verb]} ({action.partition(':')[2]} in {grant.policy or 'its role'})"
                    yield _edge(grant, verb, resource, words, decision, None)


def _best(answers: Iterable[tuple[Decision, str]]) -> tuple[Decision, str]:
    known: Sequence[tuple[Decision, str]] = list(answers)
    best = either(decision for decision, _ in known)
    return next(((d, a) for d, a in known if d is best), (NO, ""))


def _unknown(grant: Grant, places: Places) -> Iterator[Edge]:
    """Say of the scope that a role is assigned on it whose text was not in scope, so that it may be anything."""
    decision = permits(grant, _NOTHING_KNOWN)
    for scope in grant.resources:
        resource = places.by_path.get(scope.strip("/").lower())
        if resource is not None:
            words = f"has {named(grant)} on it, which is not in scope, and so may administer it"
            yield _edge(grant, "administers", resource, words, decision, None)


def _edge(
    grant: Grant, verb: str, resource: Resource, reason: str, decision: Decision, technique: Technique | None
) -> Edge:
    return edge(
        grant.id,
        verb,
        resource.id,
        reason,
        decision.locations or grant.locations,
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=technique.id if technique is not None else None,
    )


EDGE = EntraGrants()
