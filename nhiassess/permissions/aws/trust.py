"""Who may become an AWS role: by its trust policy and, where that is not enough, by the identity's own statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from nhiassess.model.inventory import Inventory, Trust
from nhiassess.permissions.aws.conditions import Request, holds
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held
from nhiassess.permissions.aws.request import request_of, sessions
from nhiassess.permissions.permission import NO, Decision, both, either

ASSUME = "sts:AssumeRole"
# how a trust names an identity
NAMED, ACCOUNT, EVERYBODY, SESSION = "named", "account", "everybody", "session"
_NOTHING: Request = MappingProxyType({})
# "-" is the account that a template is deployed to, whose number no file says: one account, like any other
_ARN = re.compile(r"arn:[\w-]+:(iam|sts)::(\d{12}|-):(.+)")


def trusts_of(inventory: Inventory) -> Mapping[str, tuple[Trust, ...]]:
    """Give the trusts of each identity that has some, by its id."""
    found: dict[str, list[Trust]] = {}
    for trust in inventory.trusts:
        if trust.truster is not None:
            found.setdefault(trust.truster, []).append(trust)
    return {truster: tuple(trusts) for truster, trusts in found.items()}


def names(has: Held, trust: Trust) -> str | None:
    """Tell how a trust names an identity.

    Returns
    -------
    str or None
        `NAMED`, `SESSION` for one session of a role, `ACCOUNT`, `EVERYBODY`, or None.
    """
    return named_as(has, trust.trusted or "") if trust.mechanism in ("aws", None) else None


def named_as(has: Held, trusted: str) -> str | None:
    """Tell how a principal that a trust or the policy of a resource states names an identity, as `names` does."""
    if has.kind == "group":
        return None
    if trusted == has.arn:
        return NAMED
    if trusted == "*":
        return EVERYBODY
    if trusted == has.account:
        return ACCOUNT
    match = _ARN.fullmatch(trusted)
    if match is None or match[2] != has.account:
        return None
    if match[3] == "root":
        return ACCOUNT
    session = re.fullmatch(r"assumed-role/([^/]+)/(.+)", match[3])
    is_role = session is not None and has.kind == "role" and has.arn.rpartition("/")[2] == session[1]
    return SESSION if is_role else None


def may_assume(has: Held, role: str, trusts: Iterable[Trust]) -> Decision:
    """Decide whether a user or role may assume a role.

    Parameters
    ----------
    has:
        What bears on the one who assumes.
    role:
        The ARN of the role.
    trusts:
        Of the role.

    Returns
    -------
    Decision
        In its own account it suffices that the trust names the identity; where the trust names the account only,
        and across accounts, the identity needs ``sts:AssumeRole`` as well. A Deny on either side outweighs.

    Notes
    -----
    AWS, "Cross-account policy evaluation logic" and "AWS JSON policy elements: Principal".
    """
    stated = tuple(trusts)
    request = request_of(has)
    tagged = any("tag/" in each.key.lower() for trust in stated for each in trust.conditions)
    return either(_assumes(has, role, stated, each) for each in (sessions(has, request) if tagged else (request,)))


def _assumes(has: Held, role: str, stated: tuple[Trust, ...], request: Request) -> Decision:
    refused = [_denied(has, each, request) for each in stated if each.effect == "deny"]
    if "yes" in refused:
        return NO
    open_denies = [trust for trust, answer in _open(has, stated, request) if answer is None]
    decision = either(_by(has, role, each, request) for each in stated if each.effect != "deny")
    if decision.possible and open_denies:
        words = [word for trust in open_denies for word in holds(trust.conditions, request)[1]]
        places = tuple(place for trust in open_denies for place in trust.locations)
        decision = both(
            decision, Decision("conditional", (f"the trust does not deny it, as when {' and '.join(words)}",), places)
        )
    return decision


def admits_service(trusts: Iterable[Trust], service: str, account: str, more: Request = _NOTHING) -> Decision:
    """Decide whether a role may be assumed by an AWS service that somebody in the account passes it to.

    Parameters
    ----------
    trusts:
        Of the role.
    service:
        Such as ``lambda.amazonaws.com``.
    account:
        That of the role, which the service names as its source.
    more:
        What else its request carries, such as the tags of the session.

    Returns
    -------
    Decision
        Conditional where the trust asks for more than the account, such as the ARN of what the service runs.
    """
    request: Request = {"aws:sourceaccount": (account,), "aws:principalisawsservice": ("true",), **more}
    wanted = [each for each in trusts if each.mechanism in ("service", "oidc") and _is_service(each.trusted, service)]
    found = []
    for trust in wanted:
        answer, words = holds(trust.conditions, request)
        if trust.effect == "deny":
            if answer is True:
                return NO
            continue
        if answer is not False:
            found.append(Decision("conditional" if words else "yes", words, trust.locations, (trust.id,)))
    return either(found)


def _is_service(trusted: str | None, service: str) -> bool:
    """Tell whether a principal is a service: by its own name, its regional one, or that of another partition."""
    if trusted is None:
        return False
    name = service.removesuffix(".amazonaws.com")
    return bool(re.fullmatch(rf"{re.escape(name)}(\.[a-z]{{2}}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?", trusted.lower()))


def _open(has: Held, trusts: Iterable[Trust], request: Request) -> Iterator[tuple[Trust, bool | None]]:
    for trust in trusts:
        if trust.effect == "deny" and names(has, trust) is not None:
            yield trust, holds(trust.conditions, request)[0]


def _denied(has: Held, trust: Trust, request: Request) -> str:
    if names(has, trust) is None:
        return "no"
    return "yes" if holds(trust.conditions, request)[0] is True else "open"


def _by(has: Held, role: str, trust: Trust, request: Request) -> Decision:
    named = names(has, trust)
    if named is None:
        return NO
    answer, words = holds(trust.conditions, request)
    if answer is False:
        return NO
    session = (f"its session is named {(trust.trusted or '').rpartition('/')[2]}",) if named == SESSION else ()
    open_conditions = (*words, *session)
    by_trust = Decision("conditional" if open_conditions else "yes", open_conditions, trust.locations, (trust.id,))
    suffices = named != ACCOUNT and _account_of(role) == has.account
    own = decide(has, ASSUME, role, granted=suffices)
    return both(by_trust, own)


def _account_of(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") >= 5 else ""
