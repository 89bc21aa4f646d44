"""An AWS identity gives itself more than it has, until it administers its account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import ceiling
from nhiassess.permissions.aws.conditions import missing
from nhiassess.permissions.aws.estate import Estate, estate, gains, makes, meets, removes, somewhere
from nhiassess.permissions.aws.held import Held
from nhiassess.permissions.permission import NO, Decision, both

_OLDER = "an older version of an attached policy allows more"
_MANAGES = "this account manages Identity Center, which gives people access to it"
_SHOWN = 3  # names of policies in a sentence
_TAKES_AWAY = frozenset({"own_boundary", "own_managed_deny", "own_inline_deny"})


@dataclass(frozen=True, slots=True)
class Escalates:
    """From users and roles to the administrator of their account."""

    name: str = "escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique by which an identity makes itself an administrator, or nobody can tell."""
        found = estate(inventory)
        kinds = ("modify_self", "administer")
        techniques = [each for each in knowledge.techniques if each.domain == "aws" and each.grants in kinds]
        for actor in found.actors():
            for technique in techniques:
                if not technique.applies_to or actor.kind in technique.applies_to:
                    yield from _edges(found, actor, technique)
            yield from _unknown(actor)


def _unknown(actor: Held) -> Iterator[Edge]:
    """Say that policies are attached of which nobody handed over the text, so that they may allow anything."""
    absent = [each.grant for each in actor.allows if missing(each.grant.conditions)]
    names = sorted({each.policy or each.id for each in absent})
    if not names:
        return
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    allows = Decision("unknown", (f"what {shown} allows, which is not in scope",), absent[0].locations)
    decision = both(allows, ceiling(actor))
    if decision.possible:
        yield edge(
            actor.id,
            "escalates_to",
            f"identity:aws/{actor.account}/administrator",
            f"has {shown}, which is not in scope, and so may administer the account",
            decision.locations,
            verdict=decision.verdict,
            conditions=decision.conditions,
        )


def _edges(found: Estate, actor: Held, technique: Technique) -> Iterator[Edge]:
    for required in technique.requires:
        if not somewhere(actor, required):
            continue
        new_role = any(each.action == "iam:CreateRole" for each in required)
        decision = makes(actor, required) if new_role else meets(found, actor, required)
        if decision.possible:
            decision = both(decision, _left(found, actor, technique))
        if not decision.possible:
            continue
        if technique.needs_resource == "older_policy_version":
            decision = gains(decision, technique.needs_resource, False, _OLDER)
        yield edge(
            actor.id,
            "escalates_to",
            f"identity:aws/{actor.account}/administrator",
            _reason(technique, [each.action for each in required]),
            decision.locations,
            verdict=decision.verdict,
            conditions=decision.conditions,
            technique=technique.id,
        )
        return


def _left(found: Estate, actor: Held, technique: Technique) -> Decision:
    """Decide whether what limits the actor still leaves it an administrator, once it has done this."""
    if technique.needs_resource == "identity_center":
        # an account that is signed in to through permission sets has roles for them
        return Decision("conditional", (_MANAGES,)) if actor.account in found.permission_sets else NO
    if technique.needs_resource in _TAKES_AWAY:
        return removes(found, actor, technique.needs_resource or "")
    return ceiling(actor) if technique.grants == "modify_self" else Decision("yes")


def _reason(technique: Technique, actions: list[str]) -> str:
    on = {
        "own_boundary": "on its own boundary, which alone keeps it from administering the account",
        "own_managed_deny": "on the policy whose Deny alone keeps it from administering the account",
        "own_inline_deny": "on the policy whose Deny alone keeps it from administering the account",
    }.get(technique.needs_resource or "")
    if on is None:
        on = "on itself" if technique.grants == "modify_self" else "and so make an administrator of its own"
    return f"may do {' and '.join(actions)} {on} ({technique.id})"


EDGE = Escalates()
