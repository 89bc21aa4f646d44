"""AWS trust policies: who may become a role, in documents of their own and in account exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Inventory, Location, Skipped, Trust
from nhiassess.sources.aws.names import named_account
from nhiassess.sources.aws.policies import (
    conditions,
    document_kind,
    documents,
    is_policy,
    place_of_statement,
    statements,
    words,
)
from nhiassess.sources.source import ReadFile, quote

_WEB_IDENTITY = frozenset(
    {"cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"}
)
# every principal of a statement goes with every subject, and every trust with every value of the conditions; no policy
# that an account takes comes near
_MOST_PAIRS = 1_000
_MOST_VALUES = 200_000
_MOST_PLACES = 12


class AwsTrusts:
    """Trust policies that stand in files of their own: nothing says which role they belong to."""

    name = "aws_trusts"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise policy documents with a principal that may assume a role."""
        return is_policy(path, head) and "Principal" in head and "sts:" in head.lower()

    def group(self, path: str) -> str:
        """Let each document stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each trust policy; what is another kind of policy is left to its source."""
        found: list[Trust] = []
        skipped: list[Skipped] = []
        for file in files:
            for name, document in documents(file):
                if document_kind(file.path, name, document) == "trust":
                    found += trusts(file, document, None, f"trust:aws/{named_account(file.path)}/{quote(name)}")
                    skipped += unread(file, document)
        return Inventory(trusts=tuple(found), skipped=tuple(skipped))


def trusts(file: ReadFile, document: Node, truster: str | None, prefix: str) -> tuple[Trust, ...]:
    """Read who may assume a role from its trust policy.

    Parameters
    ----------
    file, document:
        The file, and the trust policy in it.
    truster:
        The id of the role, when it is known.
    prefix:
        What the ids of the trusts begin with; the name of the statement follows.

    Returns
    -------
    tuple of Trust
        One for each principal of each statement; a federated principal with several subjects gives one for
        each subject, since any one of them suffices. What goes beyond a limit is what `unread` names.
    """
    found: list[Trust] = []
    for each in statements(document):
        if not any(word == "*" or word.lower().startswith("sts:assume") for word in words(each.node.get("Action"))):
            continue
        stated = (place_of_statement(file, each.node), *islice(_condition_places(file, each.node), _MOST_PLACES))
        asked = conditions(each.node)
        pairs = (
            (trust, subject, places)
            for trust in _principals(file, each.node, asked)
            for subject, places in _subjects(file, each.node, trust.issuer)
        )
        made = [
            replace(trust, subject=subject, locations=tuple(dict.fromkeys((*places, *trust.locations, *stated))))
            for trust, subject, places in islice(pairs, _most(asked))
        ]
        effect = "deny" if words(each.node.get("Effect")) == ("Deny",) else "allow"
        for place, trust in enumerate(made):
            id = f"{prefix}/{quote(each.name)}" + (f"/{place}" if len(made) > 1 else "")
            found.append(replace(trust, id=id, truster=truster, effect=effect, conditions=asked))
    return tuple(found)


def unread(file: ReadFile, document: Node) -> Iterator[Skipped]:
    """Name each statement of a trust policy that lets in more than `trusts` gives."""
    for each in statements(document):
        stated = each.node.get("Principal")
        names = [name for _, node in stated.items() for name in node.listed()] if stated is not None else []
        subjects = sum(
            len(node.listed())
            for _, keys in (each.node.get("Condition") or EMPTY).items()
            for key, node in keys.items()
            if key.lower().endswith(":sub")
        )
        most = _most(conditions(each.node))
        if len(names) * max(subjects, 1) > most:
            place = place_of_statement(file, each.node)
            reason = f"lets in more than {most:,} principals and subjects: the first are read"
            id = f"skipped:{quote(file.path)}#{place.line}:{place.column}/principals"
            yield Skipped(id, reason, "trust policy", (place,))


def _most(asked: Sequence[Condition]) -> int:
    values = sum(len(each.values) for each in asked)
    return max(min(_MOST_PAIRS, _MOST_VALUES // max(values, 1)), 1)


def _principals(file: ReadFile, statement: Node, asked: Sequence[Condition]) -> Iterator[Trust]:
    stated = statement.get("Principal")
    if stated is None:
        return
    if not stated.is_mapping:
        for word in words(stated):
            yield Trust("", trusted=word, mechanism="aws", locations=(file.at(stated),))
        return
    for kind, node in stated.items():
        for each in node.listed():
            trusted = each.text() or ""
            mechanism, issuer = _mechanism(kind, trusted)
            audience = ", ".join(_positive(asked, f"{issuer}:aud")) or None if issuer else None
            yield Trust(
                "",
                trusted=trusted,
                mechanism=mechanism,
                issuer=issuer,
                audience=audience,
                locations=(file.at(each),),
            )


def _mechanism(kind: str, trusted: str) -> tuple[str, str | None]:
    if kind == "Service":
        return "service", None
    if kind != "Federated":
        return "aws", None
    if ":saml-provider/" in trusted:
        return "saml", trusted
    if ":oidc-provider/" in trusted:
        return "oidc", trusted.split(":oidc-provider/", 1)[1]
    return ("oidc", trusted) if trusted in _WEB_IDENTITY else ("saml", trusted)


def _positive(asked: Sequence[Condition], key: str) -> tuple[str, ...]:
    return tuple(
        value for each in asked if each.key.lower() == key.lower() and _demands(each.operator) for value in each.values
    )


def _demands(operator: str) -> bool:
    """Tell whether an operator demands one of its values, as against excluding them."""
    word = operator.rsplit(":", 1)[-1]
    return word.startswith(("StringEquals", "StringLike", "ArnEquals", "ArnLike"))


def _condition_places(file: ReadFile, statement: Node) -> Iterator[Location]:
    block = statement.get("Condition")
    for _, keys in block.items() if block is not None else ():
        for node in dict(keys.items()).values():
            yield from (file.at(each) for each in node.listed())


def _subjects(file: ReadFile, statement: Node, issuer: str | None) -> Iterator[tuple[str | None, tuple[Location, ...]]]:
    """Give each subject that a statement admits, with its place; None at the statement if it names none."""
    block = statement.get("Condition")
    none = True
    for operator, keys in block.items() if issuer and block is not None else ():
        for key, node in keys.items() if keys.is_mapping and _demands(operator) else ():
            if key.lower() != f"{issuer}:sub".lower():
                continue
            for each in node.listed():
                none = False
                yield each.text(), (file.at(each),)
    if none:
        yield None, (place_of_statement(file, statement),)


SOURCE = AwsTrusts()
