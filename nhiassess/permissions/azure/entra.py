"""May this identity of Entra do this? By roles of the directory, permissions of Microsoft Graph, and what it owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nhiassess.model.inventory import Grant, Inventory
from nhiassess.permissions.azure.entra_names import DIRECTORY_ROLES, OTHER_ROLES, directory_role, graph_permission
from nhiassess.permissions.azure.evaluation import after, by, in_words, open_part
from nhiassess.permissions.permission import NO, YES, Decision, both, either

OWNER = "owner"  # the action of whoever owns an application
_DIRECTORY, _GRAPH = "directory_role:", "app_role:"
_UNIT = "/administrativeunits/"
_REMEMBERED = 100_000
_LISTED = frozenset(DIRECTORY_ROLES.values())


@dataclass(frozen=True, slots=True)
class Holder:
    """What an identity has: by itself, by its groups, and what is denied to it."""

    id: str
    own: tuple[Grant, ...]
    allows: tuple[Grant, ...]
    denies: tuple[Grant, ...]


def held(inventory: Inventory) -> Mapping[str, Holder]:
    """Give what each identity of Azure and Entra has, with what its groups have, by its id."""
    own: dict[str, list[Grant]] = {}
    for grant in inventory.grants:
        if grant.provider == "azure" and grant.identity is not None:
            own.setdefault(grant.identity, []).append(grant)
    found = {id: list(grants) for id, grants in own.items()}
    for link in inventory.links:
        if link.verb == "member_of" and link.source.startswith("identity:azure/"):
            found.setdefault(link.source, []).extend(own.get(link.target, ()))
    return {
        id: Holder(
            id,
            tuple(each for each in own.get(id, ()) if each.effect != "deny"),
            tuple(each for each in grants if each.effect != "deny"),
            tuple(each for each in grants if each.effect == "deny"),
        )
        for id, grants in found.items()
    }


def decide(holder: Holder, action: str, path: str) -> Decision:
    """Decide whether an identity may do an action on a resource, by any of its assignments and after what is denied.

    Parameters
    ----------
    holder:
        What the identity has.
    action, path:
        As for `permits` and `covers`.
    """
    return after(holder.denies, action, path, either(by(grant, action, path) for grant in holder.allows))


def in_directory(grant: Grant, action: str, target: str | None = None) -> Decision:
    """Decide whether a grant holds a role of the directory or a permission of Microsoft Graph.

    Parameters
    ----------
    grant:
        A role of the directory, an application permission, or the ownership of an application.
    action:
        ``directory_role:<name>``, ``app_role:<name>``, or ``owner``.
    target:
        The id of the application that it is done to; None asks for the whole directory.

    Returns
    -------
    Decision
        ``unknown`` where nobody has consented in scope; ``conditional`` where the role has to be activated first, or
        holds for one administrative unit.

    Notes
    -----
    Microsoft Entra, "Assign Microsoft Entra roles at different scopes"; Microsoft Graph, "unifiedRoleAssignment".

    Examples
    --------
    >>> grant = Grant("g", actions=("directory_role:62e90394-69f5-4237-9190-012177145e10",), resources=("/",))
    >>> in_directory(grant, "directory_role:Global Administrator").verdict
    'yes'
    """
    if not _holds(grant.actions, action):
        return NO
    here = (grant.locations, (grant.id,))
    if open_part(grant, "consent") is not None:
        return Decision("unknown", ("an administrator has consented to it, which no file shows",), *here)
    if action == OWNER:
        mine = target is not None and f"application:{native(target)}" in grant.resources
        return Decision("yes", (), *here) if mine else NO
    words = tuple(in_words(grant))
    part = YES if action.startswith(_GRAPH) else either(_part(scope, target) for scope in grant.resources)
    if open_part(grant, "resource") is not None:
        part = Decision("unknown", ("for which part of the directory it holds",))
    return both(part, Decision("conditional" if words else "yes", words, *here))


def unknown_role(grant: Grant) -> Decision:
    """Decide whether a grant holds a role of the directory of which no file and no list tells what it allows."""
    for each in grant.actions:
        name = directory_role(each.removeprefix(_DIRECTORY)) if each.startswith(_DIRECTORY) else None
        if name is not None and (name.lower() in OTHER_ROLES or name in _LISTED):
            return NO
    if not any(each.startswith(_DIRECTORY) for each in grant.actions):
        return NO
    words = f"what the directory role {grant.policy or 'that it holds'} allows, which is not in scope"
    return Decision("unknown", (words,), grant.locations, (grant.id,))


def native(id: str) -> str:
    """Give the client id, object id or place by which an identity goes, without its tenant.

    Examples
    --------
    >>> native("identity:azure/-/22222222-0000-0000-0000-000000000002")
    '22222222-0000-0000-0000-000000000002'
    """
    return id.removeprefix("identity:azure/").partition("/")[2]


@lru_cache(maxsize=_REMEMBERED)
def _holds(actions: tuple[str, ...], action: str) -> bool:
    if action == OWNER:
        return OWNER in actions
    return any(_same(each, action) for each in actions)


def _same(stated: str, action: str) -> bool:
    if action.startswith(_DIRECTORY) and stated.startswith(_DIRECTORY):
        return directory_role(stated.removeprefix(_DIRECTORY)).lower() == action.removeprefix(_DIRECTORY).lower()
    if action.startswith(_GRAPH) and stated.startswith(_GRAPH):
        resource, _, role = stated.removeprefix(_GRAPH).rpartition("/")
        return (graph_permission(resource, role) or "").lower() == action.removeprefix(_GRAPH).lower()
    return False


def _part(scope: str, target: str | None) -> Decision:
    """Decide whether a scope of the directory takes in what something is done to."""
    stated = scope.removeprefix("directory:").lower().rstrip("/")
    if stated in ("", "directory"):
        return YES
    if stated == "-":
        return Decision("conditional", ("the role holds for the whole directory",))
    if stated.startswith(_UNIT):
        return Decision("conditional", (f"what it is done to is in administrative unit {stated.removeprefix(_UNIT)}",))
    object_id = stated.strip("/")
    if target is None:
        return Decision("unknown", (f"which application the object {object_id} is",))
    return YES if native(target) == object_id else NO
