"""Who administers an AWS account or a Kubernetes cluster, after everything that limits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Grant, Inventory
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held, Statement, held, instead
from nhiassess.permissions.kubernetes import evaluation as kubernetes
from nhiassess.permissions.kubernetes.evaluation import bound
from nhiassess.permissions.permission import NO, Decision, both, either

# an administrator can change what identities may do, become others, and use data and compute: one of each must be
# left by what limits it, on things of any name
_DECISIVE = (
    (
        "iam:AttachRolePolicy role/",
        "iam:PutRolePolicy role/",
        "iam:AttachUserPolicy user/",
        "iam:PutUserPolicy user/",
        "iam:CreatePolicyVersion policy/",
    ),
    ("iam:UpdateAssumeRolePolicy role/", "iam:CreateAccessKey user/", "iam:PassRole role/"),
    ("s3:GetObject", "dynamodb:GetItem", "secretsmanager:GetSecretValue"),
    ("ec2:RunInstances", "lambda:CreateFunction", "ecs:RunTask"),
)
_ANY_NAME = "\N{REPLACEMENT CHARACTER}"  # only a wildcard matches it
_BY_DESIGN = {
    ":role/aws-service-role/": "a service-linked role, which only its service can use",
    ":role/aws-reserved/sso.amazonaws.com/": "a permission set of Identity Center, given to people by assignment",
}


@dataclass(frozen=True, slots=True)
class Administrator:
    """That an identity administers its account or cluster."""

    identity: str
    decision: Decision
    by_design: str | None = None  # why it is one by its nature, in words; such ones are reported apart


def administrators(inventory: Inventory) -> Mapping[str, Administrator]:
    """Give every identity that administers its account or cluster, or does so under open conditions.

    Parameters
    ----------
    inventory:
        Identities, grants and memberships.

    Returns
    -------
    Mapping of str to Administrator
        By the id of the identity. AWS: every action on every resource, after Deny, boundary and organisation;
        groups among them, for what they give their members. Kubernetes: every verb on everything, or reading all
        secrets, in all namespaces.
    """
    found: dict[str, Administrator] = {}
    for id, has in held(inventory).items():
        decision = administers_account(has)
        if decision.possible:
            found[id] = Administrator(id, decision, by_design(has.arn))
    names = {identity.id: identity.name or "" for identity in inventory.identities}
    for id, grants in bound(inventory).items():
        decision = administers_cluster(grants)
        if decision.possible and id in names:
            found[id] = Administrator(id, decision)
    for id, name in names.items():
        if name == "system:masters" and id not in found:
            found[id] = Administrator(id, Decision("yes"))
    return found


def by_design(arn: str) -> str | None:
    """Say why an identity is powerful by its nature; None when it is not.

    Examples
    --------
    >>> by_design("arn:aws:iam::111122223333:role/deploy") is None
    True
    """
    return next((words for part, words in _BY_DESIGN.items() if part in arn), None)


def administers_account(has: Held) -> Decision:
    """Decide whether an AWS identity may do everything in its account."""
    whole = tuple(each for each in has.allows if is_everything(each.grant))
    if not whole:
        return NO
    alone = instead(has, allows=whole)
    decision = both(*(either(_asked(alone, each) for each in kind) for kind in _DECISIVE))
    return replace(decision, grants=tuple(each.grant.id for each in whole))


def _asked(has: Held, question: str) -> Decision:
    action, _, kind = question.partition(" ")
    service = action.partition(":")[0]
    name = f"{has.partition}:iam::{has.account}:{kind}" if kind else f"{has.partition}:{service}:::"
    return decide(has, action, name + _ANY_NAME)


def without_boundary(has: Held) -> Decision:
    """Decide whether an AWS identity would administer its account if its boundary were taken away."""
    limits = {each.grant.id for each in has.boundary}
    denies = tuple(each for each in has.denies if each.grant.id not in limits)
    return administers_account(instead(has, boundary=(), denies=denies))


def without_denies(has: Held, taken: Iterable[Statement]) -> Decision:
    """Decide whether an AWS identity would administer its account if some of its Deny statements were taken away."""
    gone = {each.grant.id for each in taken}
    denies = tuple(each for each in has.denies if each.grant.id not in gone)
    return administers_account(instead(has, denies=denies))


def ceiling(has: Held) -> Decision:
    """Decide whether an AWS identity that gave itself every action would administer its account.

    Its boundary and the organisation limit it still, unless it may take the boundary away; so do its own Deny
    statements, but those it can remove as it can add others.
    """
    if "ceiling" not in has.remembered:
        has.remembered["ceiling"] = _ceiling(has)
    return has.remembered["ceiling"]


def _ceiling(has: Held) -> Decision:
    everything = Statement(Grant("-", actions=("*",), resources=("*",)), ("*",), ())
    limits = {each.grant.id for each in has.boundary}
    denies = tuple(each for each in has.denies if each.grant.scope == "organisation" or each.grant.id in limits)
    able = instead(has, allows=(everything,), denies=denies)
    whole = administers_account(able)
    if whole.verdict == "yes" or not has.boundary:
        return replace(whole, grants=())
    action = f"iam:Delete{'User' if has.kind == 'user' else 'Role'}PermissionsBoundary"
    removed = both(decide(able, action, has.arn), without_boundary(able))
    return replace(either((whole, removed)), grants=())


def administers_cluster(grants: Iterable[Grant]) -> Decision:
    """Decide whether rules give every verb on everything in all namespaces, or the reading of all secrets."""
    stated = tuple(grants)
    whole = [each for each in stated if kubernetes.CLUSTER in each.resources and not each.conditions]
    everything = [Decision("yes", (), g.locations, (g.id,)) for g in whole if "*:*/*" in g.actions]
    if everything:
        return everything[0]
    reads = [kubernetes.decide(stated, f"{verb}:core/secrets") for verb in ("list", "watch", "get")]
    return either(each for each in reads if each.verdict in ("yes", "conditional"))


def is_everything(grant: Grant) -> bool:
    """Tell whether a statement allows every action on every resource, its conditions aside.

    Examples
    --------
    >>> is_everything(Grant("g", actions=("*",), resources=("*",)))
    True
    """
    actions = any(each.replace("*", "") in ("", ":") and each for each in grant.actions)
    return grant.effect != "deny" and actions and any(each and not each.strip("*") for each in grant.resources)
