"""What templates deploy and exports show of Azure: managed identities, who runs as them, and the roles they get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Identity, Location, Resource
from nhiassess.sources.azure.apps import Subject
from nhiassess.sources.azure.names import (
    PROVIDER,
    Directory,
    guid_in,
    identity_id,
    is_guid,
    is_open,
    kind_of,
    resource_of,
    stated_id,
    text,
)
from nhiassess.sources.azure.roles import (
    COSMOS_ROLE,
    ROLE,
    Assigned,
    Assignment,
    Definition,
    is_definition,
    read_definition,
)
from nhiassess.sources.azure.templates import MANAGED_IDENTITY, Declared, resources
from nhiassess.sources.azure.trusts import read_federated
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_ASSIGNMENTS = {
    "microsoft.authorization/roleassignments": ROLE,
    "microsoft.documentdb/databaseaccounts/sqlroleassignments": COSMOS_ROLE,
}
_DEFINITIONS = "microsoft.authorization/roledefinitions"
_APPLICATION, _PRINCIPAL = "microsoft.graph/applications", "microsoft.graph/serviceprincipals"
_FEDERATED = "/federatedidentitycredentials"
_PARENT = re.compile(
    r"\[format\('\{0\}/\{1\}', (?:reference\('(\w+)'\)\.\w+|((?:parameters|variables)\('[^']+'\))), .*"
)


@dataclass(slots=True)
class Template:
    """One template: its resources, and the identities that they are or have."""

    file: ReadFile
    declared: list[Declared]
    by_path: dict[str, str] = field(default_factory=dict)  # path of a resource to the id of its identity
    managed: dict[str, str] = field(default_factory=dict)  # name of a managed identity, as far as resolved, to its id

    def identity(self, each: Declared, stated: str | None, directory: Directory) -> str | None:
        """Give the id of the identity that an expression, or an id, stands for."""
        left, _ = each.scope.resolve(stated)
        if is_guid(left) and left:
            return directory.identity(left)
        name = each.scope.managed(stated)
        return self.managed.get(name or "") or self.by_path.get(each.scope.symbol(stated) or "")


def read_template(file: ReadFile, root: Node, found: Gathering) -> Template:
    """Read the identities of a template.

    Parameters
    ----------
    file, root:
        The file, and the template in it.
    found:
        What was gathered; it is added to.

    Returns
    -------
    Template
        With the ids of its identities: an identity without an id in the file goes by its place there.
    """
    template = Template(file, list(resources(file, root)))
    for each in template.declared:
        name_node = each.node.get("name")
        if each.type == MANAGED_IDENTITY:
            client = text(each.node, "properties", "clientId")
            id = identity_id(client) if is_guid(client) and client else stated_id(file.path, each.dotted)
            name, _ = each.scope.resolve(text(name_node))
            template.by_path[each.dotted] = template.managed[name or each.dotted] = id
            _identity(id, "managed_identity", name, file.at(name_node or each.node), found)
        elif each.type in (_APPLICATION, _PRINCIPAL):
            parent = each.scope.symbol(text(each.node, "properties", "appId")) if each.type == _PRINCIPAL else None
            app = template.by_path.get(parent or "", stated_id(file.path, each.dotted))
            template.by_path[each.dotted] = app
        elif "systemassigned" in (text(each.node, "identity", "type") or "").lower():
            stated = each.node.get("identity", "type") or each.node
            id = stated_id(file.path, f"{each.dotted}.identity")
            template.by_path[each.dotted] = id
            _identity(id, "managed_identity", text(name_node), file.at(stated), found)
    return template


def _identity(id: str, kind: str, name: str | None, place: Location, found: Gathering) -> None:
    found.identities.append(Identity(id, kind, name, PROVIDER, locations=(place,)))


def applications(template: Template) -> Iterator[Subject]:
    """Give the applications that a template registers."""
    for each in template.declared:
        properties = each.node.get("properties")
        if each.type == _APPLICATION and properties is not None:
            yield Subject(template.file, properties, f"{each.dotted}.properties.", template.by_path[each.dotted])


def definitions(template: Template) -> Iterator[Definition]:
    """Give the roles that a template defines; of one whose id is computed only the name is known."""
    for each in template.declared:
        if each.type == _DEFINITIONS and is_definition(each.node):
            definition = read_definition(template.file, each.node)
            computed = is_open(text(each.node, "name") or "")
            yield replace(definition, id=None) if computed else definition


def assignments(template: Template, directory: Directory, found: Gathering) -> Iterator[Assignment]:
    """Give the role assignments of a template whose principal is known.

    Parameters
    ----------
    template, directory:
        The template; objects and applications by their ids.
    found:
        What was not resolved is added to it.

    Returns
    -------
    Iterator of Assignment
        A loop gives one, since its turns differ in what no file shows.
    """
    file = template.file
    for each in template.declared:
        prefix, properties = _ASSIGNMENTS.get(each.type), each.node.get("properties")
        if prefix is None or properties is None:
            continue
        who, role_node = properties.get("principalId") or EMPTY, properties.get("roleDefinitionId") or EMPTY
        scope_node = each.node.get("scope") or properties.get("scope")
        left, within = each.scope.resolve(text(role_node))
        expanded = within.expand(left or "")
        role, scope = guid_in(expanded) or expanded or "-", each.scope.resolve(text(scope_node))[0]
        identity = template.identity(each, text(who), directory)
        if identity is None:
            reason = f"not resolved: who has the role {role}, {text(who) or 'nobody stated'}"
            found.skip(file.at(who), f"{each.dotted}.principalId", "principal not resolved", reason)
            continue
        if scope is None or is_open(scope):
            reason = f"not resolved: on what the role {role} is assigned, {scope or 'where the template is deployed'}"
            found.skip(file.at(scope_node or each.node), f"{each.dotted}.scope", "scope not resolved", reason)
        yield Assignment(
            file.path,
            each.dotted,
            identity,
            text(properties, "principalType"),
            None,
            role,
            None,
            scope,
            text(properties, "condition"),
            tuple(file.at(node) for node in (role_node, who, scope_node) if node is not None),
            prefix,
        )


def federated(template: Template, directory: Directory, found: Gathering) -> None:
    """Read the federated credentials of a template."""
    for each in template.declared:
        if not each.type.endswith(_FEDERATED):
            continue
        stated = text(each.node, "properties", "name") or text(each.node, "name") or ""
        parent, truster = _PARENT.fullmatch(stated), None
        if parent is not None and parent[1]:
            truster = template.by_path.get(each.scope.symbols.get(parent[1], ""))
        elif parent is not None:
            truster = template.managed.get(each.scope.resolve(f"[{parent[2]}]")[0] or "")
        elif "/" in stated and not is_open(stated):
            truster = template.managed.get(stated.partition("/")[0])
        read_federated(template.file, each.node, each.dotted, truster, directory, found)


def running(template: Template, found: Gathering) -> None:
    """Read which resources of a template run as which managed identities."""
    file = template.file
    for each in template.declared:
        stated = each.node.get("identity")
        if stated is None or not stated.is_mapping:
            continue
        id = f"resource:azure/file:{quote(file.path)}#{quote(each.dotted)}"
        as_whom = {template.by_path[each.dotted]: stated} if each.dotted in template.by_path else {}
        for name, node in (stated.get("userAssignedIdentities") or EMPTY).items():
            identity = template.managed.get(each.scope.managed(name) or "")
            if identity is None:
                reason = f"not resolved: as which managed identity it runs, {name}"
                found.skip(file.at_key(node), f"{each.dotted}.identity/{name}", "identity not resolved", reason)
            else:
                as_whom[identity] = node
        name_node = each.node.get("name") or each.node
        resource = Resource(id, kind_of(each.type), text(name_node), PROVIDER, locations=(file.at(name_node),))
        found.resources += [resource] if as_whom else []
        found.links += [link(id, "runs_as", who, file.at_key(node)) for who, node in as_whom.items()]


def is_managed(node: Node) -> bool:
    """Tell whether a value is a managed identity, or a resource that has one, as the command line exports them."""
    return (text(node, "id") or "").startswith("/subscriptions/") and (
        (text(node, "type") or "").lower() == MANAGED_IDENTITY or (node.get("identity") or EMPTY).is_mapping
    )


def learn_managed(node: Node, directory: Directory) -> None:
    """Learn which object and which client a managed identity of an export is."""
    within = node.get("properties") or node
    if (text(node, "type") or "").lower() == MANAGED_IDENTITY:
        client, arm_id = text(within, "clientId"), (text(node, "id") or "").lower()
        directory.same(text(within, "principalId"), client)
        if is_guid(client) and client:
            directory.managed[arm_id] = identity_id(client)
            directory.spelled[arm_id] = text(node, "id") or ""
    own = text(node, "identity", "principalId")
    directory.owned |= {own} if own and is_guid(own) else set()
    for arm_id, each in (node.get("identity", "userAssignedIdentities") or EMPTY).items():
        client = text(each, "clientId")
        directory.same(text(each, "principalId"), client)
        if is_guid(client) and client:
            directory.managed[arm_id.lower()] = identity_id(client)
            directory.spelled.setdefault(arm_id.lower(), arm_id)


def read_managed(file: ReadFile, node: Node, dotted: str, directory: Directory, assigned: Assigned) -> None:
    """Read a managed identity, or as whom a resource runs, from an export.

    Parameters
    ----------
    file, node, dotted:
        The file, the resource in it, and the path to it.
    directory:
        Objects and applications by their ids.
    assigned:
        What was made so far; it is added to.
    """
    found, arm_id = assigned.found, text(node, "id") or ""
    place = file.at(node.get("id") or node)
    if (text(node, "type") or "").lower() == MANAGED_IDENTITY:
        id = directory.managed.get(arm_id.lower(), f"identity:azure/-/{quote(arm_id.strip('/'))}")
        _identity(id, "managed_identity", text(node, "name"), place, found)
        _itself(arm_id, id, place, found)
        return
    as_whom = {directory.managed.get(name.lower()): each for name, each in _user_assigned(node)}
    own = node.get("identity", "principalId")
    if own is not None and is_guid(own.text()):
        id = directory.identity(own.text() or "")
        as_whom[id] = own
        _identity(id, "managed_identity", text(node, "name"), file.at(own), found)
    resource = resource_of(arm_id, place)
    found.resources += [resource] if as_whom else []
    for who, each in as_whom.items():
        if who is None:
            reason = "not resolved: a managed identity whose client id is not in scope"
            found.skip(file.at_key(each), f"{dotted}identity", "identity not resolved", reason)
        else:
            found.links.append(link(resource.id, "runs_as", who, file.at(each)))
    for name, each in _user_assigned(node):
        known = directory.managed.get(name.lower())
        if known is not None:
            _itself(directory.spelled.get(name.lower(), name), known, file.at_key(each), found)


def _itself(arm_id: str, identity: str, place: Location, found: Gathering) -> None:
    """Keep a managed identity as the resource that it is too: roles are assigned on that one, or above it."""
    resource = resource_of(arm_id, place)
    found.resources.append(resource)
    found.links.append(link(resource.id, "runs_as", identity, place, reason="is that managed identity in Azure"))


def _user_assigned(node: Node) -> Iterator[tuple[str, Node]]:
    yield from (node.get("identity", "userAssignedIdentities") or EMPTY).items()
