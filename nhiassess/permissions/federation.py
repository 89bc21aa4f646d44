"""May a token whose subject a trust admits become the role? By issuer, audience and what else the trust asks."""

from __future__ import annotations

from nhiassess.model.inventory import Trust
from nhiassess.permissions.aws_conditions import Request, hold
from nhiassess.permissions.permission import NO, Decision

GITHUB = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def admits(trust: Trust, conditions: tuple[str, ...] = ()) -> Decision:
    """Decide whether a trust admits a token whose subject it is known to match.

    Parameters
    ----------
    trust:
        One statement of a role's trust policy with the mechanism ``oidc``.
    conditions:
        What is open about the match of the subject, in words.

    Returns
    -------
    Decision
        no for another audience than AWS asks for; conditional when the trust, or the match, has open conditions.

    Notes
    -----
    OpenID Connect Core 1.0, section 2 (iss, sub, aud).

    Examples
    --------
    >>> admits(Trust("t", mechanism="oidc", issuer=GITHUB, audience="sts.amazonaws.com")).verdict
    'yes'
    """
    if trust.mechanism != "oidc" or trust.effect != "allow":
        return NO
    issuer = (trust.issuer or "").removeprefix("https://").lower()
    request: Request = {f"{issuer}:aud": (AUDIENCE,)}
    others = tuple(each for each in trust.conditions if each.key.lower() != f"{issuer}:sub")
    held, open_ = hold(others, request)
    if held is False:
        return NO
    open_ = (*conditions, *open_)
    return Decision("conditional" if open_ else "yes", open_, trust.locations[:1])
