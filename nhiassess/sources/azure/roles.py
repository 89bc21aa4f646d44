"""Role assignments and role definitions of Azure and Entra become grants; `azure_entra.py` says how to read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Grant, Location
from nhiassess.sources.azure.names import PROVIDER, Directory, guid_in, is_guid, is_open, principal, resource_of, text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote
from nhiassess.sources.statements import Statements

ROLE, DIRECTORY_ROLE, COSMOS_ROLE = "role:", "directory_role:", "cosmos_sql_role:"
_PLANES = (("control:", "actions", "notActions"), ("data:", "dataActions", "notDataActions"))


@dataclass(frozen=True, slots=True)
class Permissions:
    """One of the sets of a role: what it takes from its own actions does not take from those of another set."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A role: its id, its name, what it permits and where it may be assigned."""

    id: str | None
    name: str | None
    sets: tuple[Permissions, ...]
    scopes: tuple[str, ...]
    place: Location


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that a principal has on a scope.

    Parameters
    ----------
    path, dotted:
        The file, and the path within it.
    identity, kind, name:
        The id of the identity; what the file says of the principal.
    role:
        The id of the role definition, or its name when only that is stated.
    scope:
        As stated; None when no file tells.
    condition:
        An expression of attribute-based access control.
    """

    path: str
    dotted: str
    identity: str
    kind: str | None
    name: str | None
    role: str
    role_name: str | None
    scope: str | None
    condition: str | None
    places: tuple[Location, ...]
    prefix: str = ROLE


@dataclass(slots=True)
class Assigned:
    """The grants of one reading: of several that differ under one id the later ones are numbered."""

    found: Gathering
    definitions: Mapping[str, Definition]  # by id, and by name in lower case
    described: Set[str] = frozenset()  # identities that some file describes better than an assignment does
    statements: Statements = field(default_factory=Statements)

    def principal(self, id: str, kind: str | None, name: str | None, *places: Location) -> None:
        """Keep the identity that an assignment names."""
        known = id in self.described
        self.found.identities.append(principal(id, None if known else kind, None if known else name, *places))


def is_assignment(node: Node) -> bool:
    """Tell whether a value assigns a role to a principal on a scope or a part of the directory."""
    within = node.get("properties") if node.get("properties") is not None else node
    return bool(text(within, "principalId") and text(within, "roleDefinitionId"))


def read_assignment(file: ReadFile, node: Node, dotted: str, directory: Directory) -> Assignment:
    """Read a role assignment as ``az role assignment list``, ARM or Microsoft Graph give it.

    Notes
    -----
    Azure, ``Microsoft.Authorization/roleAssignments``; Microsoft Graph, ``unifiedRoleAssignment``.
    """
    properties = node.get("properties")
    within = properties if properties is not None else node
    who, role = within.get("principalId") or EMPTY, within.get("roleDefinitionId") or EMPTY
    in_directory = text(within, "directoryScopeId")
    scope = within.get("scope") if in_directory is None else within.get("directoryScopeId")
    stated = text(role) or ""
    return Assignment(
        file.path,
        dotted,
        directory.identity(text(who) or ""),
        text(within, "principalType"),
        text(within, "principalName"),
        guid_in(stated) or stated,
        text(within, "roleDefinitionName"),
        None if scope is None else ("directory:" if in_directory else "") + (text(scope) or ""),
        text(within, "condition"),
        tuple(file.at(each) for each in (role, who, scope) if each is not None),
        DIRECTORY_ROLE if in_directory else ROLE,
    )


def is_definition(node: Node) -> bool:
    """Tell whether a value defines a role, as ARM, ``az role definition list`` or a file for it have it."""
    within = node.get("properties") if node.get("properties") is not None else node
    permissions = within.get("permissions") if within is not None else None
    sets = permissions.elements() if permissions is not None else ()
    return any(each.get("actions") or each.get("dataActions") for each in sets) or (
        node.get("AssignableScopes") is not None and node.get("Actions") is not None
    )


def read_definition(file: ReadFile, node: Node) -> Definition:
    """Read a role definition.

    Notes
    -----
    Azure, "Understand Azure role definitions": the spelling with capitals is that of PowerShell and of the
    command line's files.
    """
    within = node.get("properties") if node.get("properties") is not None else node
    within = within if within is not None else node
    lower = {key[:1].lower() + key[1:]: each for key, each in within.items()}
    listed = lower.get("permissions")
    sets = listed.elements() if listed is not None else (within,)
    named = within.get("roleName") or within.get("Name") or within.get("roleType") or within.get("name")
    name = text(within, "roleName") or text(within, "Name")
    id = text(node, "name") or text(node, "Id") or text(node, "id")
    scopes = lower.get("assignableScopes") or EMPTY
    return Definition(
        guid_in(id),
        name or (text(node, "displayName")),
        tuple(_set(each) for each in sets if each.is_mapping),
        tuple(each.text() or "" for each in scopes.elements()),
        file.at(named if named is not None else node),
    )


def _set(node: Node) -> Permissions:
    lower = {key[:1].lower() + key[1:]: each for key, each in node.items()}
    actions: list[str] = []
    excluded: list[str] = []
    for plane, granted, taken in _PLANES:
        actions += [plane + each for each in _texts(lower.get(granted))]
        excluded += [plane + each for each in _texts(lower.get(taken))]
    return Permissions(tuple(actions), tuple(excluded))


def _texts(node: Node | None) -> Iterator[str]:
    for each in node.listed() if node is not None else ():
        if each.text():
            yield each.text() or ""


def define(definition: Definition, assigned: Assigned) -> None:
    """Make the grants that hold what a role permits: they have no identity, and so give nothing to anybody."""
    role = definition.id or definition.name or "-"
    for place, each in enumerate(definition.sets):
        behind = f"/{place}" if len(definition.sets) > 1 else ""
        grant = Grant(
            "",
            provider=PROVIDER,
            policy=definition.name or definition.id,
            actions=(*_names(ROLE, role, definition.name), *each.actions),
            not_actions=each.not_actions,
            resources=tuple(scope for scope in definition.scopes if not is_open(scope)),
            locations=(definition.place,),
        )
        assigned.statements.add(grant, f"grant:azure/-/role/{quote(role)}{behind}")
    for place, scope in enumerate(definition.scopes):
        if is_open(scope):
            reason = f"{scope} is filled in later: where the role may be assigned stands in no file"
            dotted = f"role/{role}/assignableScopes[{place}]"
            assigned.found.skip(definition.place, dotted, "scope not resolved", reason)


def _names(prefix: str, role: str, name: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(prefix + each for each in (role, name) if each))


def assign(assignment: Assignment, assigned: Assigned) -> None:
    """Make the grants of a role assignment, one for each set of the role's permissions.

    Parameters
    ----------
    assignment:
        What a file states.
    assigned:
        What was made so far; it is added to.
    """
    role, scope = assignment.role, assignment.scope
    named = assigned.definitions.get(role) or assigned.definitions.get((assignment.role_name or role).lower())
    definition = named if assignment.prefix == ROLE else None
    name = assignment.role_name or (definition.name if definition else None)
    conditions: tuple[Condition, ...] = ()
    if scope is None or is_open(scope):
        conditions += (Condition("resource", "resource not in scope", (scope,) if scope else ()),)
    elif assignment.prefix == ROLE:
        assigned.found.resources.append(resource_of(scope, *assignment.places[-1:]))
    if assignment.condition:
        conditions += (Condition("azure_abac", "expression", (assignment.condition,)),)
    if not is_guid(role) and is_open(role):
        conditions += (Condition("role", "role not in scope"),)
    assigned.principal(assignment.identity, assignment.kind, assignment.name, *assignment.places[1:2])
    who = assignment.identity.partition("/-/")[2]
    open_scope = scope is None or is_open(scope)
    where = f"unknown:{assignment.path}#{assignment.dotted}" if open_scope or scope is None else scope.strip("/") or "-"
    sets = definition.sets if definition else (Permissions((), ()),)
    for place, each in enumerate(sets):
        behind = f"/{place}" if len(sets) > 1 else ""
        grant = Grant(
            "",
            identity=assignment.identity,
            provider=PROVIDER,
            policy=name or role,
            actions=(*_names(assignment.prefix, role, name), *each.actions),
            not_actions=each.not_actions,
            resources=() if open_scope or scope is None else (scope,),
            conditions=conditions,
            locations=(*assignment.places, *((definition.place,) if definition else ())),
        )
        assigned.statements.add(grant, f"grant:azure/-/{quote(where)}/{quote(role)}/{who}{behind}")
