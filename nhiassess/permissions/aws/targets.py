"""Which identities of an account another one's statements may mean, and whether it may do the same to all of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.model.inventory import Grant
from nhiassess.model.knowledge import Requirement
from nhiassess.permissions.aws.conditions import resolve
from nhiassess.permissions.aws.held import Held, Statement, speaking
from nhiassess.permissions.aws.request import request_of, sessions
from nhiassess.permissions.aws.trust import ASSUME
from nhiassess.permissions.patterns import arn_contains, arns_overlap, matches

_OPEN = re.compile(r"[*?]")
_ON_TARGET = frozenset({"target", "group", "passed_role"})
# what a condition asks of the identity that something is done to, and not of the one who does it
_OF_TARGET = ("aws:resourcetag/", "iam:resourcetag/", "iam:permissionsboundary", "iam:resourcearn")


@dataclass(frozen=True, slots=True)
class Named:
    """Identities in the order of their ARNs."""

    arns: Sequence[str]
    held: Sequence[Held]


def named(identities: Iterable[Held]) -> Named:
    """Put identities in the order of their ARNs, in which the ones that a pattern means stand together."""
    ordered = sorted(identities, key=lambda has: has.arn)
    return Named(tuple(has.arn for has in ordered), tuple(ordered))


def meant(among: Named, actor: Held, action: str) -> Mapping[str, Held]:
    """Give the identities that the statements which allow an actor an action may mean.

    Parameters
    ----------
    among:
        The identities.
    actor:
        Who does it.
    action:
        What is done to one of them.

    Returns
    -------
    Mapping of str to Held
        By id, some too many, but none too few. A pattern is looked for by what it begins with, so that one which
        means twenty of five thousand costs twenty.
    """
    found: dict[str, Held] = {}
    for pattern in _patterns(actor, action.lower()):
        found |= ((has.id, has) for has in _meant(among, pattern))
        if len(found) == len(among.held):
            break
    return found


def meant_by_all(actor: Held, requirements: Iterable[Requirement], among: Named) -> Sequence[Held]:
    """Give the identities, in the order of their ids, that may be meant by all that a technique requires of its target.

    Parameters
    ----------
    actor:
        Who does it.
    requirements:
        What must be permitted together.
    among:
        The identities.
    """
    found: Mapping[str, Held] | None = None
    for each in requirements:
        if each.of in _ON_TARGET and each.action != ASSUME:
            also = meant(among, actor, each.action)
            found = also if found is None else {id: has for id, has in found.items() if id in also}
    return [has for _, has in sorted(found.items())] if found is not None else among.held


def same_to_all(actor: Held, requirements: Iterable[Requirement], kind: str) -> bool:
    """Tell whether an actor may do the same to all identities of a kind in its account, or to none.

    Parameters
    ----------
    actor:
        Who does it.
    requirements:
        What must be permitted together; who may assume a role is told by each role.
    kind:
        user, role or group.
    """
    every = f"{actor.partition}:iam::{actor.account}:{kind}/*"
    asked = [each for each in requirements if each.of != "any"]
    if any(each.of not in _ON_TARGET or each.action == ASSUME for each in asked):
        return False
    # whoever writes itself into the trust of a role is still held back by what denies it to assume the role
    assumes = kind == "role" and any(each.action == "iam:UpdateAssumeRolePolicy" for each in asked)
    actions = (*(each.action for each in asked), *((ASSUME,) if assumes else ()))
    return all(alike(actor, each, every) for each in actions)


def alike(actor: Held, action: str, every: str) -> bool:
    """Tell whether what an actor may do is the same for each ARN that a pattern matches.

    Parameters
    ----------
    actor:
        Who does it.
    action:
        What is done.
    every:
        The pattern, such as ``arn:aws:iam::111122223333:user/*``.

    Returns
    -------
    bool
        True only if no statement that bears on it tells one of them from another: by its resources, by variables
        in them, or by a condition on the target. It may still be no.
    """
    asked = action.lower()
    service = asked.partition(":")[0]
    bearing = (
        *speaking(actor, service, denying=False),
        *speaking(actor, service, denying=True),
        *actor.boundary,
        *actor.organisation,
    )
    return not any(_speaks_of(each, asked) and _tells_apart(each.grant, every) for each in bearing)


def _patterns(actor: Held, action: str) -> Iterator[str]:
    # a role's session may be tagged in another way than the role
    request = list(sessions(actor, request_of(actor)))[-1]
    for each in speaking(actor, action.partition(":")[0], denying=False):
        if _speaks_of(each, action):
            resolved = (resolve(stated, request)[0] for stated in each.grant.resources)
            yield from (pattern for pattern in resolved if pattern is not None)
            if each.grant.not_resources:
                yield "*"


def _speaks_of(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(matches(each, action) for each in statement.not_actions)
    return any(matches(each, action) for each in statement.actions)


def _tells_apart(grant: Grant, every: str) -> bool:
    if any(each.key.lower().startswith(_OF_TARGET) for each in grant.conditions):
        return True
    return any(
        "${" in each or (arns_overlap(each, every) and not arn_contains(each, every))
        for each in (*grant.resources, *grant.not_resources)
    )


def _meant(among: Named, pattern: str) -> Iterator[Held]:
    parts = pattern.split(":", 5)
    begin = _OPEN.split(pattern, maxsplit=1)[0]
    if len(parts) == 6 and among.arns:
        # they are all of one account, whatever stands for it in the pattern
        begin = among.arns[0].rsplit(":", 1)[0] + ":" + _OPEN.split(parts[5], maxsplit=1)[0]
    place = bisect_left(among.arns, begin)
    while place < len(among.arns) and among.arns[place].startswith(begin):
        if arns_overlap(pattern, among.arns[place]):
            yield among.held[place]
        place += 1
