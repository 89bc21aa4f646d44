"""What escalation asks of AWS identities: whether one meets the requirements of a technique, and what holds it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.model.inventory import Inventory, Locations, Trust
from nhiassess.model.knowledge import Requirement, Technique
from nhiassess.permissions.administrators import (
    Administrator,
    administrators,
    by_design,
    without_boundary,
    without_denies,
)
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held, held
from nhiassess.permissions.aws.request import tags_of
from nhiassess.permissions.aws.resources import arn_of
from nhiassess.permissions.aws.targets import Named, named
from nhiassess.permissions.aws.trust import ASSUME, may_assume, names, trusts_of
from nhiassess.permissions.patterns import is_concrete, matches
from nhiassess.permissions.permission import NO, Decision, both, either

_EVERYTHING = ":iam::aws:policy/AdministratorAccess"
_OWN = frozenset({"self", "own_policy", "own_group"})
_NEW = "\N{REPLACEMENT CHARACTER}"  # stands for a name that only a wildcard matches
# whose boundary the request of these carries
_BOUNDED_BY_TARGET = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:attachuserpolicy",
        "iam:putrolepolicy",
        "iam:putuserpolicy",
        "iam:detachuserpolicy",
        "iam:deleteuserpolicy",
        "iam:createrole",
        "iam:createuser",
    }
)


@dataclass(frozen=True, slots=True)
class Estate:
    """The AWS identities of an inventory, by what escalation asks of them."""

    held: Mapping[str, Held]
    trusts: Mapping[str, tuple[Trust, ...]]
    administrators: Mapping[str, Administrator]
    targets: Mapping[tuple[str, str], Named]  # by account and kind, but for roles that nobody there can change
    policies: Mapping[str, tuple[str, ...]]  # ARNs of the account's own policies that are attached to an identity
    runs: Mapping[str, tuple[tuple[str, str, Locations], ...]]  # by role: kind and ARN of what runs as it, and where
    whole: tuple[str, ...] = ()  # ARNs of the policies that make administrators
    permission_sets: frozenset[str] = field(default=frozenset())  # accounts that are signed in to through them

    def actors(self) -> Iterator[Held]:
        """Give the users and roles that are not administrators anyway, and that somebody can act as."""
        for id, has in sorted(self.held.items()):
            known = self.administrators.get(id)
            done = known is not None and known.decision.verdict == "yes"
            if has.kind in ("user", "role") and not done and ":role/aws-service-role/" not in has.arn:
                yield has


def estate(inventory: Inventory) -> Estate:
    """Gather the AWS identities of an inventory."""
    everybody = held(inventory)
    runs: dict[str, list[tuple[str, str, Locations]]] = {}
    resources = {each.id: each for each in inventory.resources}
    for link in inventory.links:
        resource = resources.get(link.source)
        if link.verb == "runs_as" and resource is not None and link.target in everybody:
            name = arn_of(resource) or resource.id
            runs.setdefault(link.target, []).append((resource.kind or "", name, link.locations))
    policies: dict[str, tuple[str, ...]] = {}
    by_kind: dict[tuple[str, str], list[Held]] = {}
    for id, has in sorted(everybody.items()):
        by_kind.setdefault((has.account, has.kind), []).append(has)
        arns = {each.grant.policy or "" for each in (*has.allows, *has.denies) if each.grant.scope == "identity"}
        policies[id] = tuple(
            sorted(each for each in arns if each.startswith(f"{has.partition}:iam::{has.account}:policy/"))
        )
    sets = {has.account for has in everybody.values() if (by_design(has.arn) or "").startswith("a permission set")}
    known = {id: each for id, each in administrators(inventory).items() if id in everybody}
    whole = {
        statement.grant.policy or ""
        for id, each in known.items()
        for statement in everybody[id].allows
        if statement.grant.id in each.decision.grants
    }
    return Estate(
        held=everybody,
        trusts=trusts_of(inventory),
        administrators=known,
        whole=tuple(sorted(each for each in whole if each.startswith("arn:"))),
        targets={key: named(has for has in found if not by_design(has.arn)) for key, found in by_kind.items()},
        policies=policies,
        runs={role: tuple(sorted(found)) for role, found in runs.items()},
        permission_sets=frozenset(sets),
    )


def meets(
    found: Estate, actor: Held, requirements: Sequence[Requirement], target: Held | None = None, service: str = ""
) -> Decision:
    """Decide whether an actor may do all that a technique requires.

    Parameters
    ----------
    found:
        The estate.
    actor:
        Who does it.
    requirements:
        What must be permitted together.
    target:
        The identity that it is done to, or the role that is passed.
    service:
        To which the role is passed.

    Returns
    -------
    Decision
        The weakest of the parts, with the places of all of them.
    """
    parts: list[Decision] = []
    assumes = target is not None and any(each.action == ASSUME and each.of == "target" for each in requirements)
    # told at once, and by most roles
    if assumes and target and not any(names(actor, trust) for trust in found.trusts.get(target.id, ())):
        return NO
    for each in requirements:
        parts.append(_meets(found, actor, each, target, service))
        if not parts[-1].possible:
            return NO
    return both(*parts)


def makes(actor: Held, requirements: Sequence[Requirement]) -> Decision:
    """Decide whether an actor may do several actions on one role that it creates: of a name that no role has yet.

    Parameters
    ----------
    actor:
        Who does it.
    requirements:
        ``iam:CreateRole`` and what is then done to the role.

    Returns
    -------
    Decision
        The strongest over the names that its statements allow for new roles.
    """
    patterns = {
        pattern
        for statement in actor.allows
        if any(matches(each, "iam:createrole") for each in statement.actions) or statement.not_actions
        for pattern in statement.grant.resources or ("*",)
        if not is_concrete(pattern)
    }
    endings = sorted({_NEW if ":role/" not in each else each.partition(":role/")[2] for each in patterns})
    arns = [f"{actor.partition}:iam::{actor.account}:role/{each.replace('*', _NEW)}" for each in endings]
    more = {"iam:PermissionsBoundary": None, "iam:PolicyARN": actor.partition + _EVERYTHING}
    return either(both(*(decide(actor, each.action, arn, more) for each in requirements)) for arn in arns)


def somewhere(actor: Held, requirements: Sequence[Requirement]) -> bool:
    """Tell whether an actor may do all of several actions on some resource at least, which is quickly asked."""
    return all(each.action == ASSUME or decide(actor, each.action).possible for each in requirements)


def _meets(found: Estate, actor: Held, requirement: Requirement, target: Held | None, service: str) -> Decision:
    action, of = requirement.action, requirement.of
    if of == "any" or (target is None and of not in _OWN):
        return decide(actor, action)
    if of == "self" and by_design(actor.arn):
        return NO  # roles of services and permission sets are changed only where they come from
    whose = actor if of in _OWN or target is None else target
    if action == ASSUME:
        return may_assume(actor, whose.arn, found.trusts.get(whose.id, ()))
    if of == "passed_role":
        # its tags don't tell reliably who may pass it (AWS, "Grant a user permissions to pass a role"): they stay open
        return decide(actor, action, whose.arn, {"iam:PassedToService": service})
    arns: Sequence[str] = (whose.arn,)
    if of in ("own_policy", "target_policy"):
        arns = found.policies.get(whose.id, ())
    elif of == "own_group":
        arns = tuple(found.held[each].arn for each in whose.groups if each in found.held)
    return either(_asked(actor, action, arn, whose, found) for arn in arns)


def _asked(actor: Held, action: str, arn: str, whose: Held, found: Estate) -> Decision:
    more = _tags(actor, whose) if arn == whose.arn else {}
    if action.lower() in _BOUNDED_BY_TARGET:
        more["iam:PermissionsBoundary"] = next((each.grant.policy for each in whose.boundary), None)
    if action.lower() == "iam:updateassumerolepolicy":
        # once the trust names the actor, only what forbids it to assume roles is left
        return both(decide(actor, action, arn, more), decide(actor, ASSUME, arn, granted=True))
    if not action.lower().startswith("iam:attach"):
        return decide(actor, action, arn, more)
    # which policy is attached the actor chooses: one that gives everything
    able = (actor.partition + _EVERYTHING, *found.whole)
    return either(decide(actor, action, arn, {**more, "iam:PolicyARN": policy}) for policy in able)


def _tags(actor: Held, whose: Held) -> dict[str, str | None]:
    """Give the tags of what something is done to, as keys of the request, where the actor's statements ask for some."""
    if not actor.asks_tags or whose.tags is None:
        return {}
    found = tags_of(whose.tags, "aws:resourcetag/", "iam:resourcetag/")
    return {key: None if values is None else values[0] for key, values in found.items()}


def removes(found: Estate, actor: Held, what: str) -> Decision:
    """Decide whether what a technique takes away is there, and holds an identity back from administering its account.

    Parameters
    ----------
    found:
        The estate.
    actor:
        The identity that is held back.
    what:
        ``own_boundary``, ``boundary_of_target``, ``own_managed_deny`` or ``own_inline_deny``.

    Returns
    -------
    Decision
        ``yes`` when it would administer its account without it.
    """
    if what in ("own_boundary", "boundary_of_target"):
        return without_boundary(actor) if actor.boundary else NO
    managed = what == "own_managed_deny"
    own = [each for each in actor.denies if each.grant.identity == actor.id and each.grant.scope == "identity"]
    taken = [each for each in own if (each.grant.policy or "").startswith("arn:") == managed]
    return without_denies(actor, taken) if taken else NO


def supposing(decision: Decision, technique: Technique, target: str) -> Decision:
    """Weaken a decision by what must also be true of a technique, and no file tells.

    Examples
    --------
    >>> way = Technique("t", "aws", "t", "c", (), "become", conditions=("{target} has fewer than two access keys",))
    >>> supposing(Decision("yes"), way, "ada").conditions
    ('ada has fewer than two access keys',)
    """
    if not technique.conditions:
        return decision
    return both(decision, Decision("conditional", tuple(x.replace("{target}", target) for x in technique.conditions)))


def gains(decision: Decision, needs: str | None, satisfied: bool, words: str) -> Decision:
    """Weaken a decision by a prerequisite that was not in scope.

    Parameters
    ----------
    decision:
        What permissions say.
    needs:
        The prerequisite, if the technique has one.
    satisfied:
        Whether it was observed.
    words:
        The prerequisite in words.

    Returns
    -------
    Decision
        With the verdict ``needs_resource``, unless it is unknown anyway.
    """
    if needs is None or satisfied or not decision.possible:
        return decision
    verdict = "unknown" if decision.verdict == "unknown" else "needs_resource"
    return replace(decision, verdict=verdict, conditions=(*decision.conditions, words))
