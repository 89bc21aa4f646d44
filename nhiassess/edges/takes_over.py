"""An AWS identity becomes another one of its account: by new credentials, trust, membership or rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, is_one_of, short
from nhiassess.model.everyone import MANY, everyone
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import ceiling
from nhiassess.permissions.aws.estate import Estate, estate, gains, meets, removes, somewhere, supposing
from nhiassess.permissions.aws.held import Held
from nhiassess.permissions.aws.targets import Named, meant_by_all, same_to_all
from nhiassess.permissions.aws.trust import ASSUME
from nhiassess.permissions.permission import Decision, both, either

# by the words of an action: on which kind of identity it is done
_KINDS = (
    ("addusertogroup", "group"),
    ("user", "user"),
    ("accesskey", "user"),
    ("loginprofile", "user"),
    ("role", "role"),
)


@dataclass(frozen=True, slots=True)
class TakesOver:
    """From users and roles to the identities that they can make their own."""

    name: str = "takes_over"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique and each identity that it is done to."""
        found = estate(inventory)
        techniques = [
            each
            for each in knowledge.techniques
            if each.domain == "aws"
            and not each.trusted_service
            and each.grants in ("become", "modify_other")
            and any(requirement.action != ASSUME for requirement in each.requires[0])
        ]
        alike: dict[tuple[str, str], Named] = {}
        for actor in found.actors():
            for technique in techniques:
                if not technique.applies_to or actor.kind in technique.applies_to:
                    for required in technique.requires:
                        if somewhere(actor, required):
                            yield from _edges(found, actor, technique, required, alike)
        for (account, kind), among in sorted(alike.items()):
            yield from (is_one_of(everyone(account, kind), target.id) for target in among.held)


def _edges(
    found: Estate,
    actor: Held,
    technique: Technique,
    required: Sequence[Requirement],
    alike: dict[tuple[str, str], Named],
) -> Iterator[Edge]:
    kind = _kind(required)
    among = found.targets.get((actor.account, kind))
    if among is None:
        return
    if technique.grants == "modify_other":
        yield from _strongest(found, actor, technique, required, among)
        return
    if len(among.held) >= MANY and same_to_all(actor, required, kind) and not (kind == "group" and actor.limited):
        decision = meets(found, actor, required, next(each for each in among.held if each.id != actor.id))
        if decision.possible:
            alike[actor.account, kind] = among
            whole = everyone(actor.account, kind)
            yield _edge(actor, technique, required, whole, _needed(decision, technique, f"the {kind}"))
        return
    for target in meant_by_all(actor, required, among):
        if target.id != actor.id and target.id not in actor.groups:
            decision = meets(found, actor, required, target)
            if decision.possible:
                yield _edge(actor, technique, required, target, _needed(decision, technique, short(target.id)))


def _needed(decision: Decision, technique: Technique, whose: str) -> Decision:
    """Weaken a decision by what no file tells of the one that it is done to."""
    decision = supposing(decision, technique, whose)
    if technique.needs_resource != "login_profile":
        return decision
    return gains(decision, technique.needs_resource, False, f"{whose} has a password for the console")


def _strongest(
    found: Estate, actor: Held, technique: Technique, required: Sequence[Requirement], among: Named
) -> Iterator[Edge]:
    """Give the edge by the target that serves best, since whichever it is, the same administrator is gained."""
    best: tuple[Decision, Held] | None = None
    for target in meant_by_all(actor, required, among):
        if target.id == actor.id or target.id in actor.groups:
            continue
        decision = meets(found, actor, required, target)
        if decision.possible:
            decision = supposing(both(decision, _left(found, target, technique)), technique, short(target.id))
        if decision.possible and (best is None or either((best[0], decision)) is decision):
            best = decision, target
        if best is not None and best[0].verdict == "yes":
            break
    if best is not None:
        yield _edge(actor, technique, required, best[1], best[0])


def _kind(required: Sequence[Requirement]) -> str:
    words = " ".join(each.action.lower() for each in required)
    return next((kind for word, kind in _KINDS if word in words), "role")


def _left(found: Estate, target: Held, technique: Technique) -> Decision:
    """Decide whether the target, once it was given more, administers the account."""
    if technique.needs_resource == "boundary_of_target":
        return removes(found, target, technique.needs_resource)
    return ceiling(target)


def _edge(
    actor: Held, technique: Technique, required: Sequence[Requirement], target: Held | Identity, decision: Decision
) -> Edge:
    actions = " and ".join(each.action for each in required)
    whom = (target.name or "") if isinstance(target, Identity) else f"{target.kind} {short(target.id)}"
    gained, why = target.id, f"may do {actions} on {whom}"
    if technique.grants == "modify_other":
        gained = f"identity:aws/{actor.account}/administrator"
        why = f"{why}, and so make it an administrator that it can act as"
    return edge(
        actor.id,
        "escalates_to",
        gained,
        f"{why} ({technique.id})",
        decision.locations,
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=technique.id,
        via=target.id if technique.grants == "modify_other" else None,
    )


EDGE = TakesOver()
