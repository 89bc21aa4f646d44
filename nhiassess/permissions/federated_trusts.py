"""What a trust asks of the tokens of an issuer: the subject that it names, other claims of them, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nhiassess.model.inventory import Condition, Trust
from nhiassess.permissions.aws.conditions import in_words, is_negated, missing, passes_absent
from nhiassess.permissions.gcp.cel import claims
from nhiassess.permissions.patterns import is_concrete

GITHUB = "token.actions.githubusercontent.com"
EXACT = frozenset({"stringequals", "stringequalsignorecase", "arnequals"})
LIKE = frozenset({"stringlike", "arnlike"})
# a subject up to where the name of the repository or project ends
_REPOSITORY = re.compile(r"(?:repo|project_path):(?P<path>[^:]*)(?P<end>:?)")


def how(trust: Trust) -> str:
    """Give the technique of frameworks/techniques/federation.yaml by which a trust lets tokens in.

    Parameters
    ----------
    trust:
        One that lets tokens of an issuer in.

    Returns
    -------
    str
        By the subject that it names. Where it names none: by the other claims that a token must have, by those that
        count only where a token has them, or by nothing that tells one bearer from another.

    Notes
    -----
    AWS, "Available keys for AWS OIDC federation"; GitHub, "OpenID Connect reference".
    """
    subject = trust.subject
    if subject is None:
        if _compares(trust):
            return "oidc-other-claims"
        others = [each for each, claim in _claims(trust) if claim not in ("aud", "sub") and not is_negated(each)]
        if not others:
            return "oidc-any-subject"
        return "oidc-absent-claim" if all(map(passes_absent, others)) else "oidc-other-claims"
    like = any(operator(each) in LIKE and subject in each.values for each in plain(trust))
    wide = like and not is_concrete(subject)
    if subject.startswith("spiffe:"):
        return "spiffe-wide-subject" if wide else "spiffe-subject"
    of_jobs = same_issuer(trust.issuer, GITHUB) or subject.startswith("project_path:")
    if subject.startswith("system:serviceaccount:") or (wide and not of_jobs):
        return "irsa-wide-subject" if wide else "irsa-service-account"
    if wide:
        return "oidc-wide-owner" if _of_many(subject) else "oidc-wide-subject"
    if subject.endswith(":pull_request"):
        return "oidc-pull-request"
    return "oidc-environment" if ":environment:" in subject else "oidc-subject"


def asks(trust: Trust) -> str:
    """Say what a trust asks of a token, as the end of a sentence that begins with the trust.

    Examples
    --------
    >>> asks(Trust("t", issuer="gitlab.com", subject="project_path:acme/web:*"))
    'lets in the subject project_path:acme/web:*'
    >>> asks(Trust("t", issuer="gitlab.com", conditions=(Condition("StringEquals", "gitlab.com:aud", ("aws",)),)))
    'checks no subject, only that aud is aws: any token of gitlab.com of which that is true is let in'
    """
    if trust.subject is not None:
        return f"lets in the subject {trust.subject}"
    if unseen := missing(trust.conditions):
        return f"asks what is not in scope ({unseen})"
    if _compares(trust):
        return f"compares claims of tokens of {trust.issuer} by an expression"
    if not trust.conditions:
        return f"checks no claim at all: any token of {trust.issuer} is let in"
    named = dict(_claims(trust))
    checked = (replace(each, key=named.get(each, each.key)) for each in plain(trust))
    rest = f"any token of {trust.issuer} of which that is true is let in"
    return f"checks no subject, only that {' and '.join(map(in_words, checked))}: {rest}"


def same_issuer(stated: str | None, issuer: str) -> bool:
    """Tell whether a trust means an issuer, however it writes it."""
    return (stated or "").removeprefix("https://").rstrip("/").lower() == issuer.lower()


def operator(condition: Condition) -> str:
    """Give the operator of a condition in small letters, without its quantifier and ``IfExists``.

    Examples
    --------
    >>> operator(Condition("ForAnyValue:StringLikeIfExists", "k"))
    'stringlike'
    """
    return condition.operator.lower().rpartition(":")[2].removesuffix("ifexists")


def plain(trust: Trust) -> tuple[Condition, ...]:
    """Give the conditions of a trust; one of Google Cloud that only asks for claims as those of AWS are written."""
    return tuple(plain for each in trust.conditions for plain in _plain(each, f"{(trust.issuer or '').lower()}:"))


def _plain(condition: Condition, key: str) -> tuple[Condition, ...]:
    if condition.operator != "cel" or condition.key != "attributeCondition" or not condition.values:
        return (condition,)
    asked = claims(condition.values[0])
    if asked is None:
        return (condition,)
    return tuple(Condition("StringEquals", f"{key}{claim}", (value,)) for claim, value in asked)


def _compares(trust: Trust) -> bool:
    """Tell whether a trust compares claims by an expression, as a flexible credential of Entra does."""
    return any(each.operator == "claims" for each in trust.conditions)


def _claims(trust: Trust) -> Iterator[tuple[Condition, str]]:
    """Give the conditions of a trust that are about claims of the token, each with the name of the claim."""
    prefix = f"{(trust.issuer or '').lower()}:"
    for each in plain(trust):
        if each.key.lower().startswith(prefix):
            yield each, each.key[len(prefix) :]


def _of_many(subject: str) -> bool:
    """Tell whether a pattern takes in more than one repository or project."""
    match = _REPOSITORY.match(subject)
    return match is None or not match["end"] or not is_concrete(match["path"])
