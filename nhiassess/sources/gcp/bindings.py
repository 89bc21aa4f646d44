"""Bindings and roles of Google Cloud become grants; `gcp.py` says how an evaluator reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Condition, Grant, Identity, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.gcp.names import PROVIDER, UNKNOWN, is_open, member_identity, resource_of
from nhiassess.sources.source import ReadFile, link, quote
from nhiassess.sources.statements import Statements

ROLE = "role:"
CONDITION_KEY = "expression"
# whoever has a basic role on a project is a member of the group that Google Cloud keeps for it
_BASIC = {"roles/owner": "projectOwner", "roles/editor": "projectEditor", "roles/viewer": "projectViewer"}
_PROJECT = "//cloudresourcemanager.googleapis.com/projects/"


@dataclass(frozen=True, slots=True)
class Text:
    """One text and where it stands."""

    text: str
    place: Location


@dataclass(frozen=True, slots=True)
class Binding:
    """A role that members have on a resource, perhaps under a condition.

    Parameters
    ----------
    path, dotted:
        The file, and the path within it.
    resource:
        The full name; ``unknown`` when the file does not say.
    title, expression:
        Of the condition.
    """

    path: str
    dotted: str
    resource: str
    role: Text
    members: tuple[Text, ...]
    place: Location
    title: str | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the estate defines itself."""

    name: str
    permissions: tuple[str, ...]
    place: Location


@dataclass(slots=True)
class Bound:
    """The grants of one reading, by id: of several that differ under one id the later ones are numbered."""

    found: Gathering
    roles: Mapping[str, Role]
    statements: Statements = field(default_factory=Statements)
    resources: set[str] = field(default_factory=set)


def texts(file: ReadFile, node: Node | None) -> tuple[Text, ...]:
    """Give each text of a list, or the one that stands instead of a list, with its place."""
    listed = node.listed() if node is not None else ()
    return tuple(Text(text, file.at(each)) for each in listed if (text := each.text()))


def read_policy(file: ReadFile, policy: Node, resource: str, dotted: str) -> Iterator[Binding]:
    """Read the bindings of a policy.

    Parameters
    ----------
    file, policy, dotted:
        The file, the policy in it, and the path to it.
    resource:
        The full name of what it is set on, or ``unknown``.

    Returns
    -------
    Iterator of Binding
        Those that name a role.
    """
    bindings = policy.get("bindings")
    for place, node in enumerate(bindings.elements() if bindings is not None else ()):
        role = node.get("role")
        if role is None or not role.text():
            continue
        yield Binding(
            file.path,
            f"{dotted}bindings[{place}]",
            resource,
            Text(role.text() or "", file.at(role)),
            texts(file, node.get("members")),
            file.at(role),
            *condition(node.get("condition")),
        )


def condition(node: Node | None) -> tuple[str | None, str | None]:
    """Give the title and the expression of a condition; a condition without one counts by its title."""
    if node is None or not node.is_mapping:
        return None, None
    title, expression = node.get("title"), node.get("expression")
    stated = (expression.text() if expression is not None else None) or None
    return (title.text() if title is not None else None), stated or ("" if node.value else None)


def read_role(file: ReadFile, node: Node) -> Iterator[Role]:
    """Read a role with the permissions that it includes."""
    name, permissions = node.get("name"), node.get("includedPermissions")
    if name is not None and name.text() and permissions is not None:
        deleted = node.get("deleted")
        if deleted is None or deleted.flag() is not True:
            yield Role(name.text() or "", tuple(each.text for each in texts(file, permissions)), file.at(name))


def bind(binding: Binding, bound: Bound) -> tuple[tuple[Text, Identity], ...]:
    """Make a grant for each member of a binding.

    Parameters
    ----------
    binding:
        What a file states.
    bound:
        What was made so far; it is added to.

    Returns
    -------
    tuple of (Text, Identity)
        The members that name an identity.
    """
    found, named = bound.found, []
    known = binding.resource != UNKNOWN and not is_open(binding.resource)
    if known and binding.resource not in bound.resources:
        bound.resources.add(binding.resource)
        found.resources.append(resource_of(binding.resource, binding.place))
    for member in binding.members:
        identity = member_identity(member.text, member.place)
        if identity is None:
            found.skip(member.place, f"member:{member.text}", *unread(member.text))
            continue
        named.append((member, identity))
        found.identities.append(identity)
        bound.statements.add(*_grant(binding, identity, member, known, bound.roles.get(binding.role.text)))
    return tuple(named)


def _grant(binding: Binding, identity: Identity, member: Text, known: bool, role: Role | None) -> tuple[Grant, str]:
    conditions: tuple[Condition, ...] = () if known else (Condition("resource", "resource not in scope"),)
    if binding.expression is not None:
        conditions += (Condition("cel", CONDITION_KEY, (binding.expression or binding.title or "",)),)
    if is_open(binding.role.text):
        conditions += (Condition("role", "role not in scope"),)
    where = binding.resource.removeprefix("//") if known else f"{UNKNOWN}:{binding.path}"
    who = identity.id.split("/-/", 1)[1]
    under = f"/{quote((binding.title or binding.expression or 'condition')[:80])}" if binding.expression else ""
    grant = Grant(
        "",
        identity=identity.id,
        provider=PROVIDER,
        policy=binding.role.text,
        actions=(ROLE + binding.role.text, *(role.permissions if role else ())),
        resources=(binding.resource,) if known else (),
        conditions=conditions,
        locations=(binding.role.place, member.place, *((role.place,) if role else ())),
    )
    return grant, f"grant:gcp/-/{quote(where)}/{quote(binding.role.text)}/{who}{under}"


def unread(member: str) -> tuple[str, str]:
    """Say what a member is that names no identity, and why it was not understood."""
    if member.startswith("deleted:"):
        return "deleted member", f"{member} was deleted: the binding gives it nothing, and should go"
    if is_open(member):
        return "member not resolved", f"{member} is filled in later: who it is stands in no file"
    return "member", f"{member} is no kind of member that is known"


def define(role: Role, bound: Bound) -> None:
    """Make the grant that holds what a role permits: it has no identity, and so gives nothing to anybody."""
    actions = (ROLE + role.name, *role.permissions)
    grant = Grant("", provider=PROVIDER, policy=role.name, actions=actions, locations=(role.place,))
    bound.statements.add(grant, f"grant:gcp/-/role/{quote(role.name)}")


def memberships(grants: Sequence[Grant], found: Gathering) -> None:
    """Link whoever has a basic role on a project to the group that Google Cloud keeps for it, where a policy names it.

    Notes
    -----
    Google Cloud, "Principal identifiers": ``projectOwner:<project>`` and its like. A project that one policy names
    by its id and another by its number is not known to be one.
    """
    named = {each.id for each in found.identities}
    for grant in grants:
        if grant.effect != "allow" or grant.conditions or grant.policy not in _BASIC or not grant.identity:
            continue
        for resource in grant.resources:
            group = f"identity:gcp/-/{_BASIC[grant.policy]}:{quote(resource.removeprefix(_PROJECT))}"
            if resource.startswith(_PROJECT) and group in named and group != grant.identity:
                reason = f"has {grant.policy} on {resource.removeprefix(_PROJECT)}"
                found.links.append(link(grant.identity, "member_of", group, *grant.locations[:1], reason=reason))
