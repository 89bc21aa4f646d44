"""May this AWS identity become that role, by the role's trust policy and its own permissions?"""

from __future__ import annotations

from collections.abc import Sequence

from nhiassess.model.inventory import Trust
from nhiassess.permissions.aws import Principal, decide
from nhiassess.permissions.aws_conditions import hold
from nhiassess.permissions.permission import NO, Decision, pattern, strongest, together


def assumes(principal: Principal, role: str, trusts: Sequence[Trust]) -> Decision:
    """Decide whether a principal may assume a role.

    Parameters
    ----------
    principal:
        Who asks, with its statements.
    role:
        The ARN of the role.
    trusts:
        The statements of the role's trust policy.

    Returns
    -------
    Decision
        A trust that names the principal's own ARN suffices within the account; one that names the account, and
        every trust from another account, needs the principal's own permission for sts:AssumeRole too.

    Notes
    -----
    IAM User Guide, "Cross account policy evaluation logic" and "AWS JSON policy elements: Principal".
    """
    for trust in trusts:
        if trust.effect == "deny" and _names(trust, principal) and hold(trust.conditions, principal.request)[0]:
            return Decision("no", locations=trust.locations[:1], denied=True)
    own = decide(principal, "sts:AssumeRole", role)
    if own.denied:
        return own
    return strongest(_by(trust, principal, role, own) for trust in trusts if trust.effect == "allow")


def trusts_service(trusts: Sequence[Trust], service: str) -> Decision:
    """Decide whether a role may be assumed by an AWS service, such as ``lambda.amazonaws.com``."""
    found = []
    for trust in trusts:
        if trust.effect != "allow" or trust.mechanism != "service" or (trust.trusted or "").lower() != service.lower():
            continue
        # what a service call carries besides, such as its source account, is set by the service itself
        places = trust.locations[:1]
        open_ = tuple(c for c in trust.conditions if not c.key.lower().startswith("aws:source"))
        held, words = hold(open_, {})
        if held is not False:
            found.append(Decision("yes" if held else "conditional", words, places))
    return strongest(found)


def _by(trust: Trust, principal: Principal, role: str, own: Decision) -> Decision:
    if not _names(trust, principal):
        return NO
    held, open_ = hold(trust.conditions, principal.request)
    if held is False:
        return NO
    trusted = Decision("yes" if held else "conditional", open_, trust.locations)
    same_account = role.split(":")[4] == principal.account
    named = same_account and (_by_name(trust, principal) or trust.trusted == "*")
    # a trust that names somebody suffices within the account, but a boundary still cuts it
    return trusted if named and not principal.boundary else together([trusted, own])


def _names(trust: Trust, principal: Principal) -> bool:
    if trust.mechanism not in (None, "aws") or not trust.trusted:
        return False
    account = trust.trusted in (principal.account, f"arn:aws:iam::{principal.account}:root")
    return account or trust.trusted == "*" or _by_name(trust, principal)


def _by_name(trust: Trust, principal: Principal) -> bool:
    stated = trust.trusted or ""
    if stated == principal.arn:
        return True
    # a session of a role, as arn:aws:sts::<account>:assumed-role/<name>/<session>
    name = principal.arn.rpartition("/")[2]
    session = f"arn:aws:sts::{principal.account}:assumed-role/{name}/*"
    return principal.kind == "role" and bool(pattern(session).fullmatch(stated))
