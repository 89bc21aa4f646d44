"""An AWS identity gains what another has, or an administrator's rights, by a technique of frameworks/techniques."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Grant, Inventory, Trust
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws import ANY, Principal, administers, arn, decide, principals
from nhiassess.permissions.aws_trust import assumes, trusts_service
from nhiassess.permissions.permission import NO, Decision, together

# the kind of identity that an action is done to
_TARGETS = {
    "iam:createaccesskey": "user",
    "iam:deleteaccesskey": "user",
    "iam:createloginprofile": "user",
    "iam:updateloginprofile": "user",
    "iam:attachuserpolicy": "user",
    "iam:putuserpolicy": "user",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One account: its users, roles and groups, who trusts whom, and which policies of its own are attached."""

    number: str
    principals: dict[str, Principal]
    trusts: dict[str, tuple[Trust, ...]]
    groups: dict[str, tuple[str, ...]]
    policies: dict[str, tuple[str, ...]]  # identity to ARNs of attached policies that the account can change


@dataclass(frozen=True, slots=True)
class Escalates:
    """From users and roles to what a technique gives them."""

    name: str = "escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that an identity meets the requirements of, and for each target."""
        techniques = [each for each in knowledge.techniques if each.domain == "aws"]
        for found in _accounts(inventory):
            for id, principal in sorted(found.principals.items()):
                # a service-linked role acts for its service alone, and an administrator has nothing to gain
                service_linked = "/aws-service-role/" in id
                if principal.kind not in ("user", "role") or service_linked or administers(principal).verdict == "yes":
                    continue
                somewhere = _somewhere(principal)
                for technique in techniques:
                    yield from _edges(technique, id, principal, found, somewhere)


def _edges(
    technique: Technique,
    id: str,
    principal: Principal,
    account: Account,
    somewhere: Callable[[str], Decision],
) -> Iterator[Edge]:
    if technique.applies_to and principal.kind not in technique.applies_to:
        return
    for required in technique.requires:
        # what is allowed nowhere needs no look at each target
        if any(somewhere(each.action).verdict == "no" for each in required if each.action != "sts:AssumeRole"):
            continue
        for target in _targets(technique, required, id, account):
            decision = _meets(technique, required, principal, target, account)
            if decision.verdict == "no":
                continue
            verdict, conditions = decision.verdict, decision.conditions
            if technique.needs_resource:
                verdict = "unknown" if verdict == "unknown" else "needs_resource"
                conditions = (*conditions, f"needs {technique.needs_resource}, which is not in scope")
            gained = _gained(technique, target, account)
            if gained != id:
                reason = _reason(technique, required, id, target)
                more = {"verdict": verdict, "conditions": conditions, "technique": technique.id}
                yield edge(id, "escalates_to", gained, reason, decision.locations, **more)


def _targets(
    technique: Technique, required: tuple[Requirement, ...], id: str, account: Account
) -> Iterable[str | None]:
    roles = {each.of for each in required}
    if "group" in roles:
        return [each for each in account.principals if "/group/" in each]
    if technique.trusted_service and technique.grants == "become":
        return [each for each in account.principals if "/role/" in each and each != id]
    if roles & {"target", "target_policy"}:
        actions = {each.action.lower() for each in required}
        kind = "user" if actions & set(_TARGETS) else "role"
        return [each for each in account.principals if f"/{kind}/" in each and each != id]
    return [None]


def _meets(
    technique: Technique, required: tuple[Requirement, ...], principal: Principal, target: str | None, account: Account
) -> Decision:
    parts = []
    if technique.trusted_service and target:
        parts.append(trusts_service(account.trusts.get(target, ()), technique.trusted_service))
    for each in required:
        if parts and parts[-1].verdict == "no":
            return NO
        parts.append(_allowed(each, technique, principal, target, account))
    return together(parts)


def _allowed(
    required: Requirement, technique: Technique, principal: Principal, target: str | None, account: Account
) -> Decision:
    action = required.action
    if required.of == "self":
        return decide(principal, action, principal.arn)
    if required.of == "own_policy":
        return _any(decide(principal, action, policy) for policy in account.policies.get(principal.identity.id, ()))
    if required.of == "own_group":
        groups = account.groups.get(principal.identity.id, ())
        return _any(decide(principal, action, arn(group)) for group in groups)
    if required.of == "target_policy":
        return _any(decide(principal, action, policy) for policy in account.policies.get(target or "", ()))
    if required.of == "passed_role" and target:
        return decide(principal, action, arn(target), {"iam:passedtoservice": (technique.trusted_service or "",)})
    if required.of in ("target", "group") and target:
        if action == "sts:AssumeRole":
            return assumes(principal, arn(target), account.trusts.get(target, ()))
        return decide(principal, action, arn(target))
    return decide(principal, action, ANY)


def _any(decisions: Iterable[Decision]) -> Decision:
    order = ("yes", "conditional", "unknown", "no")
    return min(decisions, key=lambda each: order.index(each.verdict), default=NO)


def _gained(technique: Technique, target: str | None, account: Account) -> str:
    if technique.grants == "become" and target:
        return target
    return f"identity:aws/{account.number}/administrator"


def _reason(technique: Technique, required: tuple[Requirement, ...], id: str, target: str | None) -> str:
    actions = ", ".join(each.action for each in required)
    whom = (
        f" to {short(target)}" if target and technique.grants == "become" else f" on {short(target)}" if target else ""
    )
    gives = "become it" if technique.grants == "become" else "give itself any right"
    return f"{short(id)} may {actions}{whom}, and so {gives} ({technique.id})"


def _somewhere(principal: Principal) -> Callable[[str], Decision]:
    @cache
    def decided(action: str) -> Decision:
        return decide(principal, action, ANY)

    return decided


def _accounts(inventory: Inventory) -> Iterator[Account]:
    everybody = principals(inventory)
    trusts: dict[str, list[Trust]] = {}
    for trust in inventory.trusts:
        trusts.setdefault(trust.truster or "", []).append(trust)
    groups: dict[str, list[str]] = {}
    for link in inventory.links:
        if link.verb == "member_of":
            groups.setdefault(link.source, []).append(link.target)
    for number in sorted({principal.account for principal in everybody.values()}):
        own = {id: principal for id, principal in everybody.items() if principal.account == number}
        yield Account(
            number,
            own,
            {id: tuple(trusts.get(id, ())) for id in own},
            {id: tuple(groups.get(id, ())) for id in own},
            {id: _changeable(principal.allows) for id, principal in own.items()},
        )


def _changeable(grants: Iterable[Grant]) -> tuple[str, ...]:
    """Give the attached policies that belong to the account, whose versions it can change."""
    found = {grant.policy for grant in grants if grant.policy and ":policy/" in grant.policy}
    return tuple(sorted(each for each in found if not each.startswith("arn:aws:iam::aws:")))


EDGE = Escalates()
