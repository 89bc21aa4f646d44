"""An AWS identity assumes a role: by the role's trust and, where that is not enough, its own statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held, held
from nhiassess.permissions.aws.targets import meant, named
from nhiassess.permissions.aws.trust import ACCOUNT, ASSUME, EVERYBODY, NAMED, SESSION, may_assume, names, trusts_of

WITHIN, ACROSS, BY_ANYBODY = "sts-001", "sts-002", "sts-003"


@dataclass(frozen=True, slots=True)
class Assumes:
    """From users and roles to roles."""

    name: str = "assumes"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each role that a user or role may assume."""
        everybody = held(inventory)
        trusted = {
            id: trusts
            for id, trusts in sorted(trusts_of(inventory).items())
            if id in everybody and any(each.mechanism in ("aws", None) for each in trusts)
        }
        actors = {id: has for id, has in sorted(everybody.items()) if _acts(has)}
        allowed = _allowed(actors.values(), (everybody[id] for id in trusted))
        by_arn = {actor.arn: actor for actor in actors.values()}
        for id, trusts in trusted.items():
            role = everybody[id]
            for actor in _candidates(trusts, actors, allowed.get(id, ()), by_arn):
                how = {found for each in trusts if each.effect != "deny" and (found := names(actor, each)) is not None}
                # who administers the account has its roles anyway
                inside = actor.kind == "administrator" and actor.account == role.account
                if actor.id == id or inside or not how:
                    continue
                decision = may_assume(actor, role.arn, trusts)
                if decision.possible:
                    yield edge(
                        actor.id,
                        "assumes",
                        id,
                        _reason(actor, role, how),
                        decision.locations,
                        verdict=decision.verdict,
                        conditions=decision.conditions,
                        technique=_technique(actor, role, how),
                    )


def _allowed(actors: Iterable[Held], roles: Iterable[Held]) -> Mapping[str, Sequence[str]]:
    """Give the ids of the actors whose statements may mean each role, by the id of the role."""
    by_account: dict[str, list[Held]] = {}
    for role in roles:
        by_account.setdefault(role.account, []).append(role)
    among = [named(each) for each in by_account.values()]
    found: dict[str, list[str]] = {}
    for actor in actors:
        for each in among if decide(actor, ASSUME).possible else ():
            for id in meant(each, actor, ASSUME):
                found.setdefault(id, []).append(actor.id)
    return found


def _candidates(
    trusts: Iterable[Trust], actors: Mapping[str, Held], allowed: Iterable[str], by_arn: Mapping[str, Held]
) -> Iterable[Held]:
    """Give the actors that trusts may let in: those that they name, else those whose statements may mean the role."""
    stated = {each.trusted or "" for each in trusts if each.effect != "deny"}
    if any(each == "*" or ":assumed-role/" in each for each in stated):
        return actors.values()
    ids = {by_arn[each].id for each in stated & by_arn.keys()}
    if any(each.isdigit() or each == "-" or each.endswith(":root") for each in stated):
        ids |= set(allowed)
    return [actors[id] for id in sorted(ids)]


def _acts(has: Held) -> bool:
    return has.kind != "group" and ":role/aws-service-role/" not in has.arn


def _technique(actor: Held, role: Held, how: set[str]) -> str:
    if how == {EVERYBODY}:
        return BY_ANYBODY
    return WITHIN if actor.account == role.account else ACROSS


def _reason(actor: Held, role: Held, how: set[str]) -> str:
    others = f"names its account {actor.account}" if ACCOUNT in how else "names everybody"
    who = "names it" if NAMED in how or SESSION in how else others
    both_sides = actor.account != role.account or how == {ACCOUNT}
    own = ", and its own statements allow it" if both_sides else ""
    return f"may assume role {short(role.id)}, whose trust {who}{own}"


EDGE = Assumes()
