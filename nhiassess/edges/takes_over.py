"""An AWS identity becomes another one of its account: by new credentials, trust, membership or rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import ceiling
from nhiassess.permissions.aws_estate import Estate, estate, gains, meets, removes, somewhere, supposing
from nhiassess.permissions.aws_held import Held
from nhiassess.permissions.aws_trust import ASSUME
from nhiassess.permissions.permission import Decision, both

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
        for actor in found.actors():
            for technique in techniques:
                if not technique.applies_to or actor.kind in technique.applies_to:
                    yield from _edges(found, actor, technique)


def _edges(found: Estate, actor: Held, technique: Technique) -> Iterator[Edge]:
    for required in technique.requires:
        if not somewhere(actor, required):
            continue
        for target in found.others(actor, _kind(required)):
            if target.id in actor.groups:
                continue
            decision = meets(found, actor, required, target)
            if decision.possible and technique.grants == "modify_other":
                decision = both(decision, _left(found, target, technique))
            if decision.possible:
                decision = supposing(decision, technique, short(target.id))
                if technique.needs_resource == "login_profile":
                    words = f"{short(target.id)} has a password for the console"
                    decision = gains(decision, technique.needs_resource, False, words)
                yield _edge(actor, technique, required, target, decision)


def _kind(required: Sequence[Requirement]) -> str:
    words = " ".join(each.action.lower() for each in required)
    return next((kind for word, kind in _KINDS if word in words), "role")


def _left(found: Estate, target: Held, technique: Technique) -> Decision:
    """Decide whether the target, once it was given more, administers the account."""
    if technique.needs_resource == "boundary_of_target":
        return removes(found, target, technique.needs_resource)
    return ceiling(target)


def _edge(actor: Held, technique: Technique, required: Sequence[Requirement], target: Held, decision: Decision) -> Edge:
    actions = " and ".join(each.action for each in required)
    whom = f"{target.kind} {short(target.id)}"
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
