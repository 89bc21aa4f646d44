"""An AWS identity acts as a role through a service: it passes the role on, or steers what runs with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, is_one_of, short
from nhiassess.model.everyone import MANY, everyone, everyone_of
from nhiassess.model.inventory import Identity, Inventory, Locations
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import by_design
from nhiassess.permissions.aws.estate import Estate, estate, gains, meets, somewhere, supposing
from nhiassess.permissions.aws.evaluation import decide, services_of
from nhiassess.permissions.aws.held import Held
from nhiassess.permissions.aws.targets import Named, meant_by_all, named, same_to_all
from nhiassess.permissions.aws.trust import admits_service
from nhiassess.permissions.permission import NO, YES, Decision, both, either

# of what runs as a role: the kind of resource that an inventory has, and the service that its ARN names
_SERVICES = {"function": "lambda", "compute": "ec2", "pipeline": "codebuild", "instance_profile": "iam"}
# what a technique needs, where its word in the file is not how one says it
_WORDS = {
    "compute": "an instance",
    "pipeline": "a build project",
    "ecs_cluster": "an ECS cluster",
    "ecs_task": "an ECS task",
    "retired_service": "still, though AWS has retired it, the service",
    "running_instance": "an instance profile for the role, and a running instance",
}


@dataclass(frozen=True, slots=True)
class PassesRole:
    """From users and roles to the roles that services run with for them."""

    name: str = "passes_role"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique and each role that trusts its service."""
        found = estate(inventory)
        techniques = [each for each in knowledge.techniques if each.domain == "aws" and each.trusted_service]
        roles = _roles(found, {each.trusted_service or "" for each in techniques})
        alike: set[tuple[str, str]] = set()
        for actor in found.actors():
            for technique in techniques:
                key = (actor.account, technique.trusted_service or "")
                trusting = roles.get(key)
                for required in technique.requires if trusting is not None else ():
                    if trusting is None or not somewhere(actor, required):
                        continue
                    for made in _edges(found, actor, technique, required, trusting):
                        if everyone_of(made.target) is not None:
                            alike.add(key)
                        yield made
        for account, service in sorted(alike):
            whole, among = everyone(account, "role", service), roles[account, service]
            yield from (is_one_of(whole, role.id, among.trusts[role.id]) for role in among.named.held)


@dataclass(frozen=True, slots=True)
class Trusting:
    """The roles of an account that a service may run with, and by what."""

    named: Named
    trusts: Mapping[str, Decision]  # by id


def _roles(found: Estate, services: Iterable[str]) -> Mapping[tuple[str, str], Trusting]:
    trusting: dict[tuple[str, str], list[tuple[Held, Decision]]] = {}
    for id, trusts in sorted(found.trusts.items()):
        role = found.held.get(id)
        if role is None or by_design(role.arn):
            continue  # what a service keeps for itself runs nothing for others
        for service in sorted(services):
            decision = admits_service(trusts, service, role.account)
            if decision.possible:
                trusting.setdefault((role.account, service), []).append((role, decision))
    return {
        key: Trusting(named(role for role, _ in roles), {role.id: decision for role, decision in roles})
        for key, roles in trusting.items()
    }


def _edges(
    found: Estate, actor: Held, technique: Technique, required: Sequence[Requirement], trusting: Trusting
) -> Iterator[Edge]:
    """Give an edge for each role; where it is the same with very many, one for all that nothing was seen to run as."""
    passed = [each for each in required if each.of == "passed_role"]
    others = [each for each in required if each.of == "any"]
    on_existing = [each for each in required if each.of == "target"]
    common = meets(found, actor, others)
    everywhere = _anywhere(actor, on_existing) if common.possible else NO
    if not everywhere.possible:
        return
    service = technique.trusted_service or ""
    roles: Sequence[Held] = meant_by_all(actor, passed, trusting.named)
    if len(trusting.named.held) >= MANY and same_to_all(actor, passed, "role"):
        # which role is passed makes no difference, but for what was observed to run as one
        first = next(each for each in roles if each.id != actor.id) if roles else actor
        decision = both(meets(found, actor, passed, first, service), common, everywhere)
        if not roles or not decision.possible:
            return
        whole = everyone(actor.account, "role", service)
        decision = supposing(decision, technique, "the role")
        decision = gains(decision, technique.needs_resource, False, _needed(technique, required))
        yield _edge(actor, technique, required, whole, decision)
        roles = [each for each in roles if _running(found, technique, each)]
    for role in roles:
        if role.id == actor.id:
            continue
        decision = both(meets(found, actor, passed, role, service), common)
        if not decision.possible:
            continue
        steered, where = _steers(found, actor, technique, on_existing, role)
        observed = steered.possible
        if not observed:
            steered = everywhere
        decision = gains(
            supposing(both(decision, steered, trusting.trusts[role.id]), technique, short(role.id)),
            technique.needs_resource,
            observed,
            _needed(technique, required, role),
        )
        yield _edge(actor, technique, required, role, decision, where)


def _edge(
    actor: Held,
    technique: Technique,
    required: Sequence[Requirement],
    gained: Held | Identity,
    decision: Decision,
    where: Locations = (),
) -> Edge:
    role = (gained.name or "") if isinstance(gained, Identity) else f"role {short(gained.id)}"
    return edge(
        actor.id,
        "escalates_to",
        gained.id,
        _reason(technique, required, role),
        (*decision.locations, *where),
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=technique.id,
    )


def _anywhere(actor: Held, required: Sequence[Requirement]) -> Decision:
    """Decide whether the actor may steer something of its account: what runs as a role stands in the role's account."""
    return both(
        *(
            either(
                decide(actor, each.action, f"{actor.partition}:{service}:*:{actor.account}:*")
                for service in services_of(each.action)
            )
            for each in required
        )
    )


def _steers(
    found: Estate, actor: Held, technique: Technique, required: Sequence[Requirement], role: Held
) -> tuple[Decision, Locations]:
    """Decide whether the actor may steer something observed that runs as the role, and where that is stated."""
    if technique.needs_resource is None:
        return YES, ()
    running = _running(found, technique, role)
    answers = [(both(*(decide(actor, each.action, arn) for each in required)), where) for arn, where in running]
    best = either(answer for answer, _ in answers)
    return best, next((where for answer, where in answers if answer is best), ())


def _running(found: Estate, technique: Technique, role: Held) -> Sequence[tuple[str, Locations]]:
    """Give the ARNs of what a technique needs and was observed to run as a role."""
    kind = technique.needs_resource or ""
    if kind not in _SERVICES:
        return ()
    runs = found.runs.get(role.id, ())
    return [(arn, where) for of, arn, where in runs if of == kind and f":{_SERVICES[kind]}:" in arn]


def _needed(technique: Technique, required: Sequence[Requirement], role: Held | None = None) -> str:
    """Say what must be there; without a role, for any of very many."""
    needs, whose = technique.needs_resource or "", short(role.id) if role is not None else "the role"
    word = needs.replace("_", " ")
    thing = _WORDS.get(needs) or f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"
    # what a role is passed to need not run as it yet
    steers = not any(each.of == "passed_role" for each in required)
    purpose = f"for {whose}" if needs == "instance_profile" else f"that runs as {whose}" if steers else "to use"
    return f"there is {thing} {purpose}"


def _reason(technique: Technique, required: Sequence[Requirement], role: str) -> str:
    actions = " and ".join(each.action for each in required if each.of != "passed_role")
    name = (technique.trusted_service or "").removesuffix(".amazonaws.com")
    if any(each.of == "passed_role" for each in required):
        return f"may pass {role} to {name} and do {actions} with it ({technique.id})"
    return f"may do {actions} on what {name} runs as {role} ({technique.id})"


EDGE = PassesRole()
