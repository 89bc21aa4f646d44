"""Vault policies: which capabilities on which paths, in files of their own, in Terraform and as Vault prints them.

How a rule is put into a grant:

- One grant for each path of a policy and each role that names the policy:
  ``grant:vault/<mount>/role/<role>/<policy>/<path>``; of a policy that no role in scope names,
  ``grant:vault/-/<policy>/<path>`` without an identity. Two files with a policy of one name that nobody names are told
  apart by the file.
- ``actions`` are the capabilities as stated, and ``*`` of a rule that denies: ``deny`` outweighs all others of a path.
- ``resources`` is the path as stated; ``*`` at its end matches whatever follows, ``+`` one part between slashes.
- Limits on parameters and response wrapping are conditions.
- What a policy names is the resource ``resource:vault/<path>``, up to its first wildcard.

A policy in a file of its own has no name there: it is that of the file, which is how people load it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from nhiassess.errors import FormatError
from nhiassess.formats import hcl
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Grant, Location, Resource
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_LIMITS = ("required_parameters", "allowed_parameters", "denied_parameters")
_WRAPPING = ("min_wrapping_ttl", "max_wrapping_ttl", "control_group", "mfa_methods")
# the capabilities that the older key `policy` stood for
_OLDER = {
    "read": ("read", "list"),
    "write": ("create", "read", "update", "delete", "list"),
    "sudo": ("create", "read", "update", "delete", "list", "sudo"),
    "deny": ("deny",),
}
_DOCUMENT = re.compile(r"data\.vault_policy_document\.([\w-]+)\.hcl\Z")
# by the first parts of a path, under the names that mounts have by default
_KINDS = (
    ("sys/auth", "identity_service"),
    ("sys/polic", "identity_service"),
    ("sys/namespaces", "identity_service"),
    ("sys/mounts", "identity_service"),
    ("sys/", "system"),
    ("auth/", "identity_service"),
    ("identity/", "identity_service"),
    ("transit/", "key"),
    ("", "secret_store"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One path of a policy."""

    path: str
    capabilities: tuple[str, ...]
    conditions: tuple[Condition, ...]
    place: Location


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its rules, and where it is stated."""

    name: str
    file: str
    rules: tuple[Rule, ...]


def policies(file: ReadFile, found: Gathering) -> Iterator[Policy]:
    """Give the policies that a file states.

    Parameters
    ----------
    file:
        HCL, Terraform, or JSON.
    found:
        What was gathered; a policy that is stated elsewhere is skipped there.
    """
    for root in file.document.roots:
        if root.get("path") is not None:
            yield Policy(basename(file.path).rsplit(".", 1)[0], file.path, tuple(_rules(file, root)))
        for within in (root, root.get("data") or EMPTY):
            stated, name = within.get("policy") or within.get("rules"), within.get("name")
            if stated is not None and stated.text() and name is not None and name.text():
                yield from _embedded(file, name.text() or "", stated, found)
        documents = {
            label: node
            for each in (root.get("data") or EMPTY).elements()
            for label, node in (each.get("vault_policy_document") or EMPTY).items()
        }
        for each in (root.get("resource") or EMPTY).elements():
            for label, node in (each.get("vault_policy") or EMPTY).items():
                yield from _terraform(file, label, node, documents, found)


def _terraform(
    file: ReadFile, label: str, node: Node, documents: Mapping[str, Node], found: Gathering
) -> Iterator[Policy]:
    named, stated = node.get("name"), node.get("policy")
    name = (named.text() or label) if named is not None and named.tag is None else label
    if stated is None:
        return
    document = documents.get(match[1]) if (match := _DOCUMENT.match(stated.text() or "")) else None
    if document is not None:
        rules = [
            rule
            for each in (document.get("rule") or EMPTY).listed()
            if (path := each.get("path")) is not None and (rule := _rule(file, path.text() or "", each, None))
        ]
        yield Policy(name, file.path, tuple(rules))
    elif stated.tag == "expression":
        reason = "its text lies elsewhere, and is read where it is in scope"
        found.skip(file.at(stated), f"vault_policy.{label}", "Vault policy", reason)
    else:
        yield from _embedded(file, name, stated, found)


def _embedded(file: ReadFile, name: str, stated: Node, found: Gathering) -> Iterator[Policy]:
    """Read a policy that a value holds as text; its rules count as standing where the text begins."""
    try:
        root = hcl.parse(file.path, stated.text() or "").roots[0]
    except FormatError:
        found.skip(file.at(stated), f"policy.{name}", "Vault policy", "its text is no HCL before it is filled in")
        return
    yield Policy(name, file.path, tuple(_rules(file, root, file.at(stated))))


def _rules(file: ReadFile, root: Node, place: Location | None = None) -> Iterator[Rule]:
    for block in (root.get("path") or EMPTY).listed():
        for path, stated in block.items():
            for node in stated.listed():
                if rule := _rule(file, path, node, place or file.at_key(stated)):
                    yield rule


def _rule(file: ReadFile, path: str, node: Node, place: Location | None) -> Rule | None:
    stated = [text for each in (node.get("capabilities") or EMPTY).listed() if (text := each.text())]
    older = node.get("policy")
    if older is not None and not stated:
        stated = list(_OLDER.get(older.text() or "", ()))
    if not path or not node.is_mapping:
        return None
    return Rule(path, tuple(dict.fromkeys(stated)), tuple(_conditions(node)), place or file.at(node))


def _conditions(node: Node) -> Iterator[Condition]:
    for key in _LIMITS:
        limit = node.get(key)
        if limit is not None:
            names = [name for name, _ in limit.items()] + [each.text() or "" for each in limit.elements()]
            yield Condition("parameters", key, tuple(name for name in names if name))
    for key in _WRAPPING:
        if (limit := node.get(key)) is not None:
            yield Condition("vault", key, (str(limit.value),) if not limit.is_mapping and not limit.is_sequence else ())


def grants(policy: Policy, identity: str | None, prefix: str) -> Iterator[Grant]:
    """Give a grant for each rule of a policy.

    Parameters
    ----------
    policy, identity:
        The policy, and the role that names it; None when none in scope does.
    prefix:
        What the ids begin with; the path follows.
    """
    for rule in policy.rules:
        denies = "deny" in rule.capabilities
        yield Grant(
            f"{prefix}/{quote(rule.path)}",
            identity=identity,
            effect="deny" if denies else "allow",
            provider="vault",
            policy=policy.name,
            actions=("*",) if denies else rule.capabilities,
            resources=(rule.path,),
            conditions=rule.conditions,
            locations=(rule.place,),
        )


def resources(stated: Sequence[Policy]) -> Iterator[Resource]:
    """Give what policies name, each up to its first wildcard or template."""
    for policy in stated:
        for rule in policy.rules:
            name = re.split(r"[*+]|\{\{|\$\{", rule.path, maxsplit=1)[0].strip("/")
            if name and "deny" not in rule.capabilities:
                kind = next(kind for sign, kind in _KINDS if f"{name}/".startswith(sign))
                yield Resource(
                    f"resource:vault/{quote(name)}", kind=kind, name=name, provider="vault", locations=(rule.place,)
                )
