"""Federated credentials of Entra: whose tokens an application or a managed identity takes for its own."""

from __future__ import annotations

import re

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Trust
from nhiassess.sources.azure.names import Directory, is_guid, is_open, principal, text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_SUBJECT = re.compile(r"\s*claims\['sub'\]\s+(eq|matches)\s+'([^']*)'\s*")


def is_federated(node: Node) -> bool:
    """Tell whether a value is a federated credential, with its properties inside or not."""
    within = node.get("properties") if node.get("properties") is not None else node
    subject_of = text(within, "subject") or within.get("claimsMatchingExpression") if within is not None else None
    return bool(within is not None and text(within, "issuer") and subject_of)


def read_federated(
    file: ReadFile, node: Node, dotted: str, truster: str | None, directory: Directory, found: Gathering
) -> None:
    """Read a federated credential: whose tokens an application or managed identity takes for its own.

    Parameters
    ----------
    file, node, dotted:
        The file, the credential in it, and the path to it.
    truster:
        The id of the application or managed identity; None when no file tells.
    directory:
        Objects and applications by their ids.
    found:
        What was gathered; it is added to.

    Notes
    -----
    The subject is compared sign by sign; a flexible credential compares claims, ``*`` and ``?`` included.
    """
    within = node.get("properties") if node.get("properties") is not None else node
    if within is None or not is_federated(node):
        return
    issuer_node, subject_node = within.get("issuer") or EMPTY, within.get("subject")
    issuer = (text(issuer_node) or "").removeprefix("https://").rstrip("/")
    flexible = within.get("claimsMatchingExpression")
    expression = text(flexible, "value") or text(flexible)
    audiences = [
        each.text() or "" for key in ("audiences", "audience") for each in (within.get(key) or EMPTY).elements()
    ]
    named, conditions = _claims(issuer, text(subject_node), expression)
    if audiences:
        conditions += (Condition("StringEquals", f"{issuer}:aud", tuple(audiences)),)
    stated = [each for each in (issuer_node, subject_node, flexible) if each is not None]
    name = text(node, "name") or dotted
    who = truster.removeprefix("identity:") if truster else f"azure/-/file:{quote(file.path)}"
    found.trusts.append(
        Trust(
            f"trust:{who}/{quote(name)}",
            truster=truster,
            trusted=text(issuer_node),
            mechanism="oidc",
            issuer=issuer,
            audience=", ".join(audiences) or None,
            subject=named,
            conditions=conditions,
            locations=tuple(file.at(each) for each in stated),
        )
    )
    for each in (text(issuer_node), named):
        if each and is_open(each):
            found.skip(file.at(issuer_node), f"{dotted}.{each[:40]}", "not resolved", f"not resolved: {each}")
    if truster is None:
        reason = "whose federated credential it is stands in no file"
        found.skip(file.at(node), dotted, "federated credential", reason)
    elif is_guid(named) and named and subject_node is not None and issuer.startswith("login.microsoftonline"):
        reason = f"its tokens are taken by the federated credential {name}"
        source = directory.identity(named)
        found.identities.append(principal(source, "ServicePrincipal", None, file.at(subject_node)))
        found.links.append(link(source, "federates_to", truster, file.at(subject_node), reason=reason))


def _claims(issuer: str, stated: str | None, expression: str | None) -> tuple[str | None, tuple[Condition, ...]]:
    if stated is not None:
        return stated, (Condition("StringEquals", f"{issuer}:sub", (stated,)),)
    match = _SUBJECT.fullmatch(expression or "")
    if match is not None:
        operator = "StringLike" if match[1] == "matches" else "StringEquals"
        return match[2], (Condition(operator, f"{issuer}:sub", (match[2],)),)
    return None, (Condition("claims", "expression", (expression or "",)),)
