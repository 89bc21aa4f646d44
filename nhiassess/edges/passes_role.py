"""An AWS identity acts as a role through a service: it passes the role on, or steers what runs with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory, Locations
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import by_design
from nhiassess.permissions.aws import decide, services_of
from nhiassess.permissions.aws_estate import Estate, estate, gains, meets, somewhere, supposing
from nhiassess.permissions.aws_held import Held
from nhiassess.permissions.aws_trust import admits_service
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
        for actor in found.actors():
            for technique in techniques:
                for required in technique.requires:
                    if somewhere(actor, required):
                        trusting = roles.get((actor.account, technique.trusted_service or ""), ())
                        yield from _edges(found, actor, technique, required, trusting)


Trusting = Sequence[tuple[Held, Decision]]


def _roles(found: Estate, services: Iterable[str]) -> Mapping[tuple[str, str], Trusting]:
    trusting: dict[tuple[str, str], list[tuple[Held, Decision]]] = {}
    for id, trusts in sorted(found.trusts.items()):
        role = found.held.get(id)
        if role is not None and by_design(role.arn):
            continue  # what a service keeps for itself runs nothing for others
        for service in sorted(services) if role is not None else ():
            decision = admits_service(trusts, service, role.account) if role is not None else NO
            if decision.possible and role is not None:
                trusting.setdefault((role.account, service), []).append((role, decision))
    return trusting


def _edges(
    found: Estate, actor: Held, technique: Technique, required: Sequence[Requirement], trusting: Trusting
) -> Iterator[Edge]:
    service = technique.trusted_service or ""
    passed = [each for each in required if each.of == "passed_role"]
    others = [each for each in required if each.of == "any"]
    on_existing = [each for each in required if each.of == "target"]
    common = meets(found, actor, others)
    if not common.possible or not _anywhere(actor, on_existing).possible:
        return
    for role, trusts in trusting:
        if role.id == actor.id:
            continue
        decision = both(meets(found, actor, passed, role, service), common)
        if not decision.possible:
            continue
        steered, where = _steers(found, actor, technique, on_existing, role)
        observed = steered.possible
        if not observed:
            steered = _anywhere(actor, on_existing)
        decision = gains(
            supposing(both(decision, steered, trusts), technique, short(role.id)),
            technique.needs_resource,
            observed,
            f"there is {_thing(technique.needs_resource or '')} {_purpose(technique, required, role)}",
        )
        yield edge(
            actor.id,
            "escalates_to",
            role.id,
            _reason(technique, required, role, service),
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
    kind = technique.needs_resource
    if kind is None:
        return YES, ()
    if kind not in _SERVICES:
        return NO, ()
    running = [each for each in found.runs.get(role.id, ()) if each[0] == kind and f":{_SERVICES[kind]}:" in each[1]]
    answers = [(both(*(decide(actor, each.action, arn) for each in required)), where) for _, arn, where in running]
    best = either(answer for answer, _ in answers)
    return best, next((where for answer, where in answers if answer is best), ())


def _thing(needs: str) -> str:
    word = needs.replace("_", " ")
    return _WORDS.get(needs) or f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"


def _purpose(technique: Technique, required: Sequence[Requirement], role: Held) -> str:
    if technique.needs_resource == "instance_profile":
        return f"for {short(role.id)}"
    # what a role is passed to need not run as it yet
    steers = not any(each.of == "passed_role" for each in required)
    return f"that runs as {short(role.id)}" if steers else "to use"


def _reason(technique: Technique, required: Sequence[Requirement], role: Held, service: str) -> str:
    actions = [each.action for each in required if each.of != "passed_role"]
    name = service.removesuffix(".amazonaws.com")
    if len(actions) < len(required):
        return f"may pass role {short(role.id)} to {name} and do {' and '.join(actions)} with it ({technique.id})"
    return f"may do {' and '.join(actions)} on what {name} runs as role {short(role.id)} ({technique.id})"


EDGE = PassesRole()
