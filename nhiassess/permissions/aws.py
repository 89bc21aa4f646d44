"""May this AWS identity do this on that resource, by its policies, groups, boundary and organisation?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.model.inventory import Grant, Identity, Inventory
from nhiassess.permissions.aws_conditions import Request, hold
from nhiassess.permissions.permission import NO, Decision, pattern, strongest, together

# what is asked when any resource will do
ANY = None


@dataclass(frozen=True, slots=True)
class Principal:
    """One user or role, with every statement that speaks of it."""

    identity: Identity
    allows: tuple[Grant, ...]
    denies: tuple[Grant, ...]
    boundary: tuple[Grant, ...]
    organisation: tuple[Grant, ...]
    request: Request = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The native name, from the id: ``identity:aws/<account>/role/<path/name>``."""
        return arn(self.identity.id)

    @property
    def account(self) -> str:
        """The account number."""
        return account(self.identity.id)

    @property
    def kind(self) -> str:
        """Whether it is a user, role or group."""
        return self.identity.id.split("/")[2]


def arn(id: str) -> str:
    """Give the ARN of an identity.

    Examples
    --------
    >>> arn("identity:aws/111122223333/role/ci/deploy")
    'arn:aws:iam::111122223333:role/ci/deploy'
    """
    _, number, rest = id.split("/", 2)
    return f"arn:aws:iam::{number}:{rest}"


def account(id: str) -> str:
    """Give the account number of an identity."""
    return id.split("/", 2)[1]


def principals(inventory: Inventory) -> dict[str, Principal]:
    """Gather every AWS user and role with its statements, those of its groups included.

    Parameters
    ----------
    inventory:
        With identities, grants and ``member_of`` links.

    Returns
    -------
    dict
        Identity id to Principal. Statements that name no identity and are of the organisation stand with all.
    """
    by_identity: dict[str, list[Grant]] = {}
    organisation = []
    for grant in inventory.grants:
        if grant.provider not in (None, "aws"):
            continue
        if grant.scope == "organisation":
            organisation.append(grant)
        elif grant.identity:
            by_identity.setdefault(grant.identity, []).append(grant)
    groups: dict[str, list[str]] = {}
    for link in inventory.links:
        if link.verb == "member_of":
            groups.setdefault(link.source, []).append(link.target)
    found = {}
    for identity in inventory.identities:
        if not _is_aws(identity.id):
            continue
        own = [*by_identity.get(identity.id, ())]
        for group in groups.get(identity.id, ()):
            own += by_identity.get(group, ())
        stated = [grant for grant in own if grant.scope == "identity"]
        found[identity.id] = Principal(
            identity,
            tuple(grant for grant in stated if grant.effect == "allow"),
            tuple(grant for grant in stated if grant.effect == "deny"),
            tuple(grant for grant in own if grant.scope == "boundary"),
            tuple(organisation),
            _request(identity),
        )
    return found


def decide(
    principal: Principal, action: str, resource: str | None = ANY, request: Mapping[str, tuple[str, ...]] | None = None
) -> Decision:
    """Decide whether a principal may do an action.

    Parameters
    ----------
    principal:
        With its statements.
    action:
        Such as ``iam:PassRole``.
    resource:
        An ARN; `ANY` asks whether there is some resource on which it may.
    request:
        What else is known of the request, by lower-case key; an empty tuple says that a key is absent.

    Returns
    -------
    Decision
        An explicit Deny wins. A boundary must allow too; one whose policy was not in scope leaves the answer
        unknown. A Deny of the organisation, whose targets no export names, leaves it conditional.

    Notes
    -----
    IAM User Guide, "Policy evaluation logic". Resource policies and session policies are not evaluated.
    """
    known = {**principal.request, **(request or {})}
    allowed = _allowed(principal.allows, principal, action, resource, known)
    if allowed.verdict == "no":
        return allowed
    denied = _denied((*principal.denies, *(g for g in principal.boundary if g.effect == "deny")),
                     principal, action, resource, known)  # fmt: skip
    if denied.verdict == "yes":
        return Decision("no", locations=denied.locations, denied=True)
    parts = [allowed]
    if denied.verdict == "conditional":
        parts.append(
            Decision("conditional", tuple(f"not denied when {c}" for c in denied.conditions), denied.locations)
        )
    if principal.boundary:
        parts.append(_bounded(principal, action, resource, known))
    parts += _organisation(principal, action, resource, known)
    return together(parts)


def administers(principal: Principal) -> Decision:
    """Decide whether a principal may do everything in its account: ``*`` on ``*`` after boundary and organisation."""
    if not any(is_everything(grant) for grant in principal.allows):
        return NO
    # who may do these on anything may give itself the rest
    asked = ("iam:CreatePolicyVersion", "iam:AttachRolePolicy", "iam:PassRole", "sts:AssumeRole", "s3:GetObject")
    decisions = [decide(principal, action, "*") for action in asked]
    return together(decisions) if all(each.verdict != "no" for each in decisions) else NO


def is_everything(grant: Grant) -> bool:
    """Tell whether a statement allows every action on every resource, conditions aside."""
    return bool({"*", "*:*"} & set(grant.actions)) and "*" in grant.resources


def matches(grant: Grant, principal: Principal, action: str, resource: str | None) -> bool:
    """Tell whether the patterns of a statement cover an action on a resource, conditions aside."""
    if grant.not_actions:
        if any(pattern(each).fullmatch(action) for each in grant.not_actions):
            return False
    elif not any(pattern(each).fullmatch(action) for each in grant.actions):
        return False
    return _on(grant, principal, resource)


def _on(grant: Grant, principal: Principal, resource: str | None) -> bool:
    if grant.not_resources:
        if resource is ANY:
            return "*" not in grant.not_resources
        return not any(pattern(_filled(each, principal)).fullmatch(resource) for each in grant.not_resources)
    if resource is ANY:
        return True
    covering = (pattern(_filled(each, principal)) for each in grant.resources)
    return any(each.fullmatch(resource) for each in covering)


def _filled(text: str, principal: Principal) -> str:
    if "${" not in text:
        return text
    name = principal.arn.rpartition("/")[2] if principal.kind == "user" else ""
    text = text.replace("${aws:username}", name).replace("${aws:PrincipalAccount}", principal.account)
    before, sign, rest = text.partition("${")
    # a variable that the request alone decides may stand for anything
    return text if not sign else f"{before}*{_filled(rest.partition('}')[2], principal)}"


def _allowed(
    grants: Iterable[Grant], principal: Principal, action: str, resource: str | None, request: Request
) -> Decision:
    found = []
    for grant in grants:
        if not matches(grant, principal, action, resource):
            continue
        held, open_ = hold(grant.conditions, request)
        if held is not False:
            found.append(Decision("yes" if held else "conditional", open_, grant.locations[:1]))
    return strongest(found)


def _denied(
    grants: Iterable[Grant], principal: Principal, action: str, resource: str | None, request: Request
) -> Decision:
    found = []
    for grant in grants:
        asked = "*" if resource is ANY else resource
        if not matches(grant, principal, action, asked):
            continue
        held, open_ = hold(grant.conditions, request)
        if held is not False:
            found.append(Decision("yes" if held else "conditional", open_, grant.locations[:1]))
    return strongest(found)


def _bounded(principal: Principal, action: str, resource: str | None, request: Request) -> Decision:
    missing = [grant for grant in principal.boundary if any(c.operator == "boundary" for c in grant.conditions)]
    if missing:
        why = f"its permissions boundary {missing[0].policy or ''} is not in scope".replace("  ", " ")
        return Decision("unknown", (why,), missing[0].locations[:1])
    allows = [grant for grant in principal.boundary if grant.effect == "allow"]
    return _allowed(allows, principal, action, resource, request)


def _organisation(principal: Principal, action: str, resource: str | None, request: Request) -> Sequence[Decision]:
    denies = [grant for grant in principal.organisation if grant.effect == "deny"]
    denied = _denied(denies, principal, action, resource, request)
    if denied.verdict == "no":
        return ()
    why = "a service control policy that denies it is not attached to the account"
    return (
        Decision("conditional", (why, *(f"or {each} does not hold" for each in denied.conditions)), denied.locations),
    )


def _request(identity: Identity) -> Request:
    name, number = arn(identity.id), account(identity.id)
    user = identity.id.split("/")[2] == "user"
    known: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (name,),
        "aws:principalaccount": (number,),
        "aws:principaltype": ("User" if user else "AssumedRole",),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
    }
    if user:
        known["aws:username"] = (name.rpartition("/")[2],)
        known["aws:tokenissuetime"] = ()  # a user's own keys carry none; temporary credentials do
    else:
        known["aws:username"] = ()
        known["aws:multifactorauthage"] = ()
    return known


def _is_aws(id: str) -> bool:
    return id.startswith("identity:aws/") and id.count("/") >= 2
