"""Whether an AWS identity may do something to a resource, by the resource's own policy beside its own statements.

A key of KMS is special: its policy decides, and statements of identities count only where it names the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Condition, Grant, Inventory
from nhiassess.permissions.aws.conditions import Request, holds
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held
from nhiassess.permissions.aws.request import request_of, sessions
from nhiassess.permissions.aws.trust import ACCOUNT, EVERYBODY, NAMED, SESSION, named_as
from nhiassess.permissions.patterns import arn_contains, arns_overlap, contains, overlap
from nhiassess.permissions.permission import NO, Decision, both, either

_OF_PRINCIPALS = frozenset({"principal", "not_principal"})


@dataclass(frozen=True, slots=True)
class ResourcePolicies:
    """The statements of resource policies, by the ARN that their patterns begin with, and those of patterns."""

    by_arn: Mapping[str, Sequence[Grant]]
    open: Sequence[Grant]

    def on(self, arn: str) -> Sequence[Grant]:
        """Give the statements that may be about a resource, or about what is in it."""
        found = [*self.by_arn.get(arn, ()), *(each for each in self.open if _is_about(each, arn))]
        return tuple({each.id: each for each in found}.values())


def resource_policies(inventory: Inventory) -> ResourcePolicies:
    """Gather the statements of resource policies that say which resource they are about.

    Notes
    -----
    One that names only ``*``, as the policy of a key does, is about the resource that it is attached to, and files do
    not say which. It is left out, so that what it would allow or deny stays as without it.
    """
    by_arn: dict[str, list[Grant]] = {}
    patterns: list[Grant] = []
    for grant in inventory.grants:
        if grant.scope != "resource" or grant.provider not in ("aws", None):
            continue
        for stated in (*grant.resources, *grant.not_resources):
            bare = stated.rstrip("*").rstrip("/:")
            if bare and "*" not in bare and "?" not in bare and not grant.not_resources:
                by_arn.setdefault(bare, []).append(grant)
            elif bare:
                patterns.append(grant)
    return ResourcePolicies(by_arn, tuple(patterns))


def decide_on(has: Held, action: str, resource: str, stated: Sequence[Grant], is_own: bool) -> Decision:
    """Decide whether an identity may do an action on a resource whose policy is in scope.

    Parameters
    ----------
    has:
        What bears on the identity.
    action, resource:
        What is done, on what.
    stated:
        The statements of the resource's policy; with none of them the identity's own decide.
    is_own:
        Whether the resource belongs to the identity's account.

    Returns
    -------
    Decision
        In its account either side suffices, across accounts both are needed, and a Deny on either side outweighs.
        Where a policy names the account only, it leaves the decision to the identity's own statements.

    Notes
    -----
    AWS, "Policy evaluation logic", "Cross-account policy evaluation logic" and "Key policies in AWS KMS".
    """
    own = decide(has, action, resource)
    if not stated:
        return own
    return either(_by(has, action, resource, stated, is_own, own, each) for each in sessions(has, request_of(has)))


def lets_in(has: Held, grant: Grant, action: str, resource: str) -> Decision:
    """Decide whether one statement of a resource's policy lets an identity of its account in by itself."""
    return either(_lets_in(has, action, resource, (grant,), each, False) for each in sessions(has, request_of(has)))


def _by(
    has: Held,
    action: str,
    resource: str,
    stated: Sequence[Grant],
    is_own: bool,
    own: Decision,
    request: Request,
) -> Decision:
    refused = _refusals(has, action, resource, stated, request)
    if refused is None:
        return NO
    direct = _lets_in(has, action, resource, stated, request, False)
    delegated = _lets_in(has, action, resource, stated, request, True)
    is_key = action.lower().startswith("kms:")
    if not is_own:
        decision = both(either((direct, delegated)), own)
    elif is_key:
        decision = either((_and_nothing_forbids(has, action, resource, direct), both(delegated, own)))
    else:
        decision = either((own, _and_nothing_forbids(has, action, resource, direct)))
    return both(decision, refused) if decision.possible else NO


def _and_nothing_forbids(has: Held, action: str, resource: str, direct: Decision) -> Decision:
    return both(direct, decide(has, action, resource, granted=True)) if direct.possible else NO


def _lets_in(
    has: Held, action: str, resource: str, stated: Iterable[Grant], request: Request, delegated: bool
) -> Decision:
    """Decide whether statements let an identity in by its name or everybody's, or leave it to its account."""
    found = []
    for grant in stated:
        named = _named(grant, has) if grant.effect != "deny" and _meets(grant, action, resource) else None
        if named is None or (named == ACCOUNT) != delegated:
            continue
        answer, words = holds(_conditions(grant), request)
        if answer is not False:
            words = (
                *words,
                *(("its session is named as the policy of the resource says",) if named == SESSION else ()),
            )
            found.append(Decision("conditional" if words else "yes", words, grant.locations, (grant.id,)))
    return either(found)


def _refusals(has: Held, action: str, resource: str, stated: Iterable[Grant], request: Request) -> Decision | None:
    """Give what must hold for no Deny of the resource's policy to apply; None when one applies."""
    parts = [Decision("yes")]
    for grant in stated:
        if grant.effect != "deny" or not _covers(grant, action, resource):
            continue
        excepted = [each for each in grant.conditions if each.operator == "not_principal"]
        if not excepted and _named(grant, has) is None:
            continue
        spared = _is_spared(excepted, has) if excepted else False
        answer, words = holds(_conditions(grant), request)
        if spared is True or answer is False:
            continue
        if spared is None:
            words = (*words, "its NotPrincipal does not spare this identity's sessions")
        elif answer is True:
            return None
        when = " and ".join(words)
        words = (f"not denied by {grant.policy or grant.id}, as it is when {when}",)
        parts.append(Decision("conditional", words, grant.locations))
    return both(*parts)


def _named(grant: Grant, has: Held) -> str | None:
    """Tell how a statement names an identity: the narrowest way counts."""
    who = _who(has)
    found: set[str] = set()
    for each in grant.conditions:
        if each.operator == "principal" and each.key in ("AWS", "*"):
            found |= {named for value in each.values if (named := named_as(who, value)) is not None}
        elif each.operator == "not_principal" and _is_spared((each,), has) is False:
            # who allows all but some allows everybody else
            found.add(EVERYBODY)
    return next((named for named in (NAMED, EVERYBODY, SESSION, ACCOUNT) if named in found), None)


def _who(has: Held) -> Held:
    """Give who acts: no policy names a group, whose members it names with their account all the same."""
    return replace(has, kind="member", arn="a member of it") if has.kind == "group" else has


def _is_spared(excepted: Iterable[Condition], has: Held) -> bool | None:
    """Tell whether NotPrincipal leaves an identity out: it must name its account and its sessions, too.

    Notes
    -----
    AWS, "AWS JSON policy elements: NotPrincipal".
    """
    named = {named_as(_who(has), value) for each in excepted for value in each.values}
    if EVERYBODY in named:
        return True
    if has.kind == "group":
        return None  # some of its members may be left out
    if NAMED in named and ACCOUNT in named and has.kind == "user":
        return True
    # a role acts through sessions, whose ARNs the list may or may not hold
    return None if named - {None, ACCOUNT} else False


def _conditions(grant: Grant) -> tuple[Condition, ...]:
    return tuple(each for each in grant.conditions if each.operator not in _OF_PRINCIPALS)


def _meets(grant: Grant, action: str, resource: str) -> bool:
    asked = action.lower()
    if grant.not_actions:
        actions = not any(contains(each.lower(), asked) for each in grant.not_actions)
    else:
        actions = any(overlap(each.lower(), asked) for each in grant.actions)
    if grant.not_resources:
        return actions and not any(arn_contains(each, resource) for each in grant.not_resources)
    return actions and any(each == "*" or arns_overlap(each, resource) for each in grant.resources)


def _covers(grant: Grant, action: str, resource: str) -> bool:
    asked = action.lower()
    if grant.not_actions:
        actions = not any(overlap(each.lower(), asked) for each in grant.not_actions)
    else:
        actions = any(contains(each.lower(), asked) for each in grant.actions)
    if grant.not_resources:
        return actions and not any(arns_overlap(each, resource) for each in grant.not_resources)
    return actions and any(each == "*" or arn_contains(each, resource) for each in grant.resources)


def _is_about(grant: Grant, arn: str) -> bool:
    if grant.not_resources:
        return not any(arn_contains(each, arn) for each in grant.not_resources)
    return any(arns_overlap(each, arn) or arns_overlap(each, f"{arn}/*") for each in grant.resources)
