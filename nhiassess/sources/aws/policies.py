"""AWS policy documents in files of their own: identity, boundary, resource and organisation policies.

What a document is follows from its name (``scp``, ``rcp``, ``boundary``) and its statements (a principal
with sts:AssumeRole is a trust, which ``aws_trusts`` reads, any other principal a resource policy). Nothing
says whom a bare document is attached to, so its grants have no identity, and the principals of a resource
policy stand in a condition with the operator ``principal``. A document of an organisation whose path names
an account id holds for that account only: its grants are ``grant:aws/<account>/scp/...``, else
``grant:aws/-/scp/...``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    Condition,
    Grant,
    Inventory,
    Location,
    Resource,
    Skipped,
)
from nhiassess.sources.aws.names import named_account, resource_of
from nhiassess.sources.aws.templates import is_template
from nhiassess.sources.source import ReadFile, quote

_SCOPES = {
    "scp": "organisation",
    "rcp": "organisation",
    "boundary": "boundary",
    "resource": "resource",
    "policy": "identity",
}
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy: its Sid, or else its place counted from 0."""

    name: str
    node: Node


def statements(document: Node) -> Iterator[Statement]:
    """Give the statements of a policy document, whether it has a list of them or only one.

    Parameters
    ----------
    document:
        The policy document.

    Returns
    -------
    Iterator of Statement
        In the order of the file; a Sid that occurs twice is told apart by its place.
    """
    stated = document.get("Statement")
    seen: set[str] = set()
    for place, node in enumerate(stated.listed() if stated else ()):
        if not node.is_mapping:
            continue
        name = words(node.get("Sid"))[:1] or ("",)
        sid = name[0].strip() or str(place)
        yield Statement(f"{sid}~{place}" if sid in seen else sid, node)
        seen.add(sid)


def words(node: Node | None) -> tuple[str, ...]:
    """Give a scalar, or each element of a list, as text.

    Parameters
    ----------
    node:
        A value that policies state as one text or a list of them.

    Returns
    -------
    tuple of str
        Empty when there is nothing.
    """
    if node is None or node.value is None or node.is_mapping:
        return ()
    found = []
    for each in node.listed():
        plain = each.plain()
        found.append(str(plain).lower() if isinstance(plain, bool) else str(plain))
    return tuple(found)


def conditions(statement: Node) -> tuple[Condition, ...]:
    """Give every condition of a statement.

    Parameters
    ----------
    statement:
        One statement of a policy.

    Returns
    -------
    tuple of Condition
        One for each operator and key.
    """
    block = statement.get("Condition")
    if block is None or not block.is_mapping:
        return ()
    return tuple(
        Condition(operator, key, words(value))
        for operator, keys in block.items()
        if keys.is_mapping
        for key, value in keys.items()
    )


def grants(
    file: ReadFile, document: Node, prefix: str, stated: Grant, also: Sequence[Location] = ()
) -> tuple[Grant, ...]:
    """Read the statements of a policy as grants.

    Parameters
    ----------
    file, document:
        The file, and the policy document in it.
    prefix:
        What the ids of the grants begin with; the name of the statement follows.
    stated:
        A grant that gives the fields which the statements do not: identity, scope, provider, policy.
    also:
        Further places that make the grants hold, such as where the policy is attached.

    Returns
    -------
    tuple of Grant
        One for each statement; principals of a resource policy are a condition.
    """
    return tuple(
        replace(
            stated,
            id=f"{prefix}/{quote(each.name)}",
            effect="deny" if words(each.node.get("Effect")) == ("Deny",) else "allow",
            actions=words(each.node.get("Action")),
            not_actions=words(each.node.get("NotAction")),
            resources=words(each.node.get("Resource")),
            not_resources=words(each.node.get("NotResource")),
            conditions=conditions(each.node) + _principal_conditions(each.node),
            locations=(*_places(file, each.node), *also),
        )
        for each in statements(document)
    )


def place_of_statement(file: ReadFile, statement: Node) -> Location:
    """Give the place of a statement: that of its Sid, else where it begins."""
    sid = statement.get("Sid")
    return file.at(sid if sid is not None else statement)


def _places(file: ReadFile, statement: Node) -> tuple[Location, ...]:
    """Give the place of a statement and of the actions it names; of a long list the first few."""
    node = statement.get("Action") or statement.get("NotAction")
    named = node.listed()[:_MOST_PLACES] if node is not None else ()
    return (place_of_statement(file, statement), *(file.at(each) for each in named))


def resources(file: ReadFile, document: Node) -> tuple[Resource, ...]:
    """Read the resources that the allowing statements of a policy name one by one.

    Parameters
    ----------
    file, document:
        The file, and the policy document in it.

    Returns
    -------
    tuple of Resource
        One for each ARN that is concrete after ``/*`` or ``*`` at its end is left out.
    """
    found: dict[str, Resource] = {}
    for each in statements(document):
        node = each.node.get("Resource")
        if node is None or words(each.node.get("Effect")) != ("Allow",):
            continue
        for stated in node.listed():
            resource = resource_of(stated.text() or "", file.at(stated))
            if resource:
                found.setdefault(resource.id, resource)
    return tuple(found.values())


def _principal_conditions(statement: Node) -> tuple[Condition, ...]:
    found = []
    for key in ("Principal", "NotPrincipal"):
        node = statement.get(key)
        if node is None:
            continue
        operator = "principal" if key == "Principal" else "not_principal"
        parts: Mapping[str, Node] = dict(node.items()) if node.is_mapping else {"AWS": node}
        found += [Condition(operator, kind, words(each)) for kind, each in parts.items()]
    return tuple(found)


class AwsPolicies:
    """Policy documents of AWS that are not part of an account export."""

    name = "aws_policies"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise JSON with statements that have an effect, other than account exports and templates."""
        return is_policy(path, head)

    def group(self, path: str) -> str:
        """Let each document stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each document as what its name and statements say; trusts are left to their source."""
        found_grants: list[Grant] = []
        found_resources: list[Resource] = []
        skipped: list[Skipped] = []
        for file in files:
            for name, document in documents(file):
                kind, where = document_kind(file.path, name, document), f"aws/{named_account(file.path)}"
                if kind == "trust":
                    continue
                stated = Grant("", scope=_SCOPES[kind], provider="aws", policy=name)
                found_grants += grants(file, document, f"grant:{where}/{kind}/{quote(name)}", stated)
                if kind in ("policy", "resource"):
                    found_resources += resources(file, document)
            if not any(documents(file)):
                reason = "a policy was expected, but no document with statements stands in it"
                skipped.append(Skipped(f"skipped:{file.path}#policy", reason, "policy", (Location(file.path),)))
        return Inventory(grants=tuple(found_grants), resources=tuple(found_resources), skipped=tuple(skipped))


def is_policy(path: str, head: str) -> bool:
    """Tell whether a file is a policy document of its own.

    Parameters
    ----------
    path, head:
        The path and the first characters of the file.

    Returns
    -------
    bool
        False for account exports and templates, which contain policies among other things.
    """
    if not path.lower().endswith(".json") or is_template(path, head) or "DetailList" in head:
        return False
    return bool(re.search(r'"Statement"\s*:\s*[\[{]', head)) and ('"Effect"' in head or '"Version"' in head)


def documents(file: ReadFile) -> Iterator[tuple[str, Node]]:
    """Give each policy document of a file with its name.

    Parameters
    ----------
    file:
        A document itself, a list of documents, or the answer of a call that returns one.

    Returns
    -------
    Iterator of (str, Node)
        The name that the file states, or else the name of the file.
    """
    stem = basename(file.path).rsplit(".", 1)[0]
    root = file.document.root
    seen: set[str] = set()
    for place, each in enumerate(root.elements()):
        if each.get("Statement"):
            named = (words(each.get("Id")) or (str(place),))[0]
            yield f"{stem}/{place if named in seen else named}", each
            seen.add(named)
    if not root.is_mapping:
        return
    if root.get("Statement"):
        yield stem, root
    for key in ("document", "Document", "PolicyDocument", "AssumeRolePolicyDocument", "Policy"):
        wrapped = root.get(key)
        if wrapped and wrapped.is_mapping and wrapped.get("Statement"):
            stated = words(root.get("PolicyName")) or words(root.get("name")) or (stem,)
            yield stated[0], wrapped


def document_kind(path: str, name: str, document: Node) -> str:
    """Tell what a policy document is.

    Parameters
    ----------
    path, name, document:
        The path of its file, its name and itself.

    Returns
    -------
    str
        One of ``scp``, ``rcp``, ``boundary``, ``trust``, ``resource``, ``policy``.
    """
    signs = set(re.split(r"[^a-z0-9]+", f"{path} {name}".lower()))
    nodes = [each.node for each in statements(document)]
    for sign, kind in (
        ("scp", "scp"),
        ("scps", "scp"),
        ("rcp", "rcp"),
        ("rcps", "rcp"),
        ("boundary", "boundary"),
    ):
        if sign in signs:
            return kind
    if {"service", "control"} <= signs:
        return "scp"
    if any(node.get("Principal") or node.get("NotPrincipal") for node in nodes):
        actions = [word.lower() for node in nodes for word in words(node.get("Action"))]
        assumed = [word for word in actions if word.startswith(("sts:assumerole", "sts:tagsession"))]
        return "trust" if assumed and not any(node.get("Resource") for node in nodes) else "resource"
    return "policy"


SOURCE = AwsPolicies()
