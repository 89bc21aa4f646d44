"""The data source ``aws_iam_policy_document`` as the policy that it writes, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.sources.aws.deployed_values import part, parts, placed, text_of

_PLAIN = {
    "sid": "Sid", "effect": "Effect", "actions": "Action", "not_actions": "NotAction", "resources": "Resource",
    "not_resources": "NotResource",
}  # fmt: skip


def policy_document(node: Node) -> Node:
    """Give the policy that a data source writes.

    Parameters
    ----------
    node:
        The block, with its references resolved; its tag says in which file it is.

    Returns
    -------
    Node
        A policy document. Documents that it starts from or overrides with come first, as far as they were resolved;
        of one that was not the text is left under ``Unresolved``.
    """
    found: list[Node] = []
    unresolved: list[Node] = []
    for key in ("sourcepolicydocuments", "overridepolicydocuments", "sourcejson", "overridejson"):
        given = part(node, key)
        for each in given.listed() if given is not None else ():
            stated = each.get("Statement")
            if stated is None:
                unresolved.append(each)
            statements = stated.listed() if stated is not None else ()
            # statements of another file have no place in this one but where they are taken in
            found += statements if each.tag == node.tag else (placed(one, given or node) for one in statements)
            unresolved += left.elements() if (left := each.get("Unresolved")) is not None else ()
    found += [_statement(each, None) for each in parts(node, "statement")]
    for each in parts(node, "dynamic"):
        block = each.get("statement")
        if block is not None:
            decides = text_of(block.get("for_each")) or "for_each"
            found += [_statement(one, decides) for one in parts(block, "content")]
    members = {"Statement": replace(node, value=tuple(found), tag=None)}
    if unresolved:
        members["Unresolved"] = replace(node, value=tuple(unresolved), tag=None)
    return replace(node, value=MappingProxyType(members), tag=None)


def _statement(block: Node, decides: str | None) -> Node:
    members = {_PLAIN[key]: each for key, each in block.items() if key in _PLAIN}
    # what the provider writes when the block has none
    members.setdefault("Effect", replace(block, value="Allow", tag=None))
    for blocks, principal in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals = dict(_principals(block, blocks))
        if principals:
            members[principal] = replace(block, value=MappingProxyType(principals), tag=None)
    conditions: dict[str, dict[str, Node]] = {}
    for each in parts(block, "condition"):
        test, variable, values = (part(each, name) for name in ("test", "variable", "values"))
        if values is not None and (words := text_of(test)) and (name := text_of(variable)):
            conditions.setdefault(words, {})[name] = values
    if decides:
        conditions["template"] = {"for_each": replace(block, value=decides, tag=None)}
    if conditions:
        made = {word: replace(block, value=MappingProxyType(keys), tag=None) for word, keys in conditions.items()}
        members["Condition"] = replace(block, value=MappingProxyType(made), tag=None)
    return replace(block, value=MappingProxyType(members), tag=None)


def _principals(block: Node, key: str) -> Iterator[tuple[str, Node]]:
    for each in parts(block, key):
        identifiers = part(each, "identifiers")
        if identifiers is not None:
            kind = text_of(part(each, "type")) or "AWS"
            yield ("AWS" if kind == "*" else kind), identifiers
