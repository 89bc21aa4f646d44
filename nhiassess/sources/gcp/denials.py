"""Deny policies of Google Cloud become grants that deny."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Grant, Location
from nhiassess.sources.gcp.bindings import CONDITION_KEY, Bound, Text, condition, texts, unread
from nhiassess.sources.gcp.names import PROVIDER, UNKNOWN, full_name, member_identity
from nhiassess.sources.source import ReadFile, quote

_ATTACHED = re.compile(r"policies/([^/]+)/denypolicies/([^/]+)")
_DENIED = re.compile(r"([a-z0-9-]+)\.googleapis\.com/(.+)")
_SERVICES = {"cloudresourcemanager": "resourcemanager"}


@dataclass(frozen=True, slots=True)
class DenyRule:
    """A rule of a deny policy: its members, and the permissions with their exceptions."""

    path: str
    dotted: str
    resource: str
    policy: str
    members: tuple[Text, ...]
    excepted: tuple[str, ...]
    permissions: tuple[str, ...]
    excepted_permissions: tuple[str, ...]
    expression: str | None
    place: Location


def read_deny(file: ReadFile, node: Node, dotted: str) -> tuple[DenyRule, ...]:
    """Read the rules of a deny policy.

    Parameters
    ----------
    file, node, dotted:
        The file, the policy in it, and the path to it.

    Returns
    -------
    tuple of DenyRule
        The name of a policy says what it is attached to; a file to make one from does not.

    Notes
    -----
    Google Cloud, REST resource ``policies`` of IAM version 2.
    """
    name, shown = node.get("name"), node.get("displayName")
    named = _ATTACHED.search((name.text() or "") if name is not None else "")
    policy = (shown.text() if shown is not None else None) or file.path
    found = []
    for place, each in enumerate((node.get("rules") or EMPTY).elements()):
        stated = each.get("denyRule")
        if stated is None:
            continue
        denied = stated.get("deniedPermissions")
        found.append(
            DenyRule(
                file.path,
                f"{dotted}rules[{place}]",
                full_name(f"//{unquote(named[1])}") if named else UNKNOWN,
                named[2] if named else policy,
                texts(file, stated.get("deniedPrincipals")),
                tuple(member.text for member in texts(file, stated.get("exceptionPrincipals"))),
                tuple(permission.text for permission in texts(file, denied)),
                tuple(permission.text for permission in texts(file, stated.get("exceptionPermissions"))),
                condition(stated.get("denialCondition"))[1],
                file.at_key(denied) if denied is not None else file.at(stated),
            )
        )
    return tuple(found)


def deny(rule: DenyRule, bound: Bound) -> None:
    """Make a denying grant for each member of a deny rule; the members that it excepts stand in a condition."""
    conditions: tuple[Condition, ...] = ()
    if rule.expression:
        conditions += (Condition("cel", CONDITION_KEY, (rule.expression,)),)
    if rule.excepted:
        conditions += (Condition("not_principal", "member", rule.excepted),)
    if rule.resource == UNKNOWN:
        conditions += (Condition("resource", "resource not in scope"),)
    for member in rule.members:
        identity = member_identity(member.text, member.place)
        if identity is None:
            bound.found.skip(member.place, f"member:{member.text}", *unread(member.text))
            continue
        bound.found.identities.append(identity)
        grant = Grant(
            "",
            identity=identity.id,
            effect="deny",
            provider=PROVIDER,
            policy=rule.policy,
            actions=tuple(_permission(each) for each in rule.permissions),
            not_actions=tuple(_permission(each) for each in rule.excepted_permissions),
            resources=() if rule.resource == UNKNOWN else (rule.resource,),
            conditions=conditions,
            locations=(rule.place, member.place),
        )
        who = identity.id.split("/-/", 1)[1]
        bound.statements.add(grant, f"grant:gcp/-/deny/{quote(rule.policy)}/{quote(rule.dotted)}/{who}")


def _permission(stated: str) -> str:
    """Give a permission as allow policies write it; deny policies put the host of the service before it.

    Notes
    -----
    Google Cloud, "Deny policies": ``iam.googleapis.com/roles.list``. The resource manager alone is known to have
    another name in allow policies than that of its host.

    Examples
    --------
    >>> _permission("iam.googleapis.com/roles.list"), _permission("cloudresourcemanager.googleapis.com/projects.delete")
    ('iam.roles.list', 'resourcemanager.projects.delete')
    """
    found = _DENIED.fullmatch(stated)
    return f"{_SERVICES.get(found[1], found[1])}.{found[2]}" if found else stated
