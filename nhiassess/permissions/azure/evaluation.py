"""May this role assignment of Azure do this? By its scope, its role, what is open about it, and what is denied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from nhiassess.model.inventory import Condition, Grant
from nhiassess.permissions.azure.roles import built_in
from nhiassess.permissions.patterns import matches
from nhiassess.permissions.permission import NO, YES, Decision, both, either

_PLANES = ("control:", "data:")
_ROLE = "role:"
_GROUP = "providers/microsoft.management/managementgroups/"
_REMEMBERED = 100_000


def path_of(id: str) -> str | None:
    """Give the path of a resource in Azure, in small letters; None when files don't tell where it stands.

    Examples
    --------
    >>> path_of("resource:azure/subscriptions/1/resourceGroups/Shop"), path_of("resource:azure/-")
    ('subscriptions/1/resourcegroups/shop', '')
    >>> path_of("resource:azure/terraform:infra/azurerm_linux_web_app.api") is None
    True
    """
    path = unquote(id.removeprefix("resource:azure/")).lower()
    return "" if path == "-" else path if path.startswith(("subscriptions/", "providers/")) else None


def type_of(path: str) -> str:
    """Give the type of a resource by its path, as actions begin with it.

    Examples
    --------
    >>> type_of("subscriptions/1/resourcegroups/a/providers/microsoft.keyvault/vaults/v/secrets/s")
    'microsoft.keyvault/vaults/secrets'
    >>> type_of("subscriptions/1/resourcegroups/a")
    'microsoft.resources/subscriptions/resourcegroups'
    """
    before, found, rest = path.rpartition("providers/")
    parts = (rest if found else f"microsoft.resources/{before or path}").split("/")
    return "/".join((parts[0], *parts[1::2]))


def covers(grant: Grant, path: str) -> Decision:
    """Decide whether a role assignment is about a resource.

    Parameters
    ----------
    grant:
        The assignment.
    path:
        Of the resource, as `path_of` gives it.

    Returns
    -------
    Decision
        ``unknown`` when no file resolves the scope, or tells which subscriptions a management group holds.

    Notes
    -----
    Azure, "Understand scope for Azure RBAC": what is assigned on a scope holds for everything below it.

    Examples
    --------
    >>> covers(Grant("g", resources=("/subscriptions/1",)), "subscriptions/1/resourcegroups/a").verdict
    'yes'
    >>> covers(Grant("g", resources=("/subscriptions/1",)), "subscriptions/11").verdict
    'no'
    """
    if open_part(grant, "resource") is not None:
        return Decision("unknown", (f"on what {named(grant)} is assigned",), grant.locations, (grant.id,))
    return either(_within(scope, path) for scope in grant.resources)


def permits(grant: Grant, action: str) -> Decision:
    """Decide whether the role of an assignment allows an action, wherever it is assigned.

    Parameters
    ----------
    grant:
        The assignment.
    action:
        ``control:<action>``, ``data:<data action>`` or ``role:<name>``.

    Returns
    -------
    Decision
        ``unknown`` when the role is not in scope and none of the built-in ones that are known.

    Notes
    -----
    Azure, "Understand Azure role definitions": actions don't depend on case; ``*`` takes in ``/``; an action of the
    control plane gives none of the data plane; what a role takes from its own actions another role may give.

    Examples
    --------
    >>> grant = Grant("g", actions=("role:Owner",))
    >>> permits(grant, "control:Microsoft.Authorization/roleAssignments/write").verdict
    'yes'
    >>> permits(grant, "data:Microsoft.KeyVault/vaults/secrets/getSecret/action").verdict
    'no'
    """
    allowed = _allowed(grant.actions, grant.not_actions, action)
    if allowed is False or (open_part(grant, "consent") is not None):
        return NO
    here = (grant.locations, (grant.id,))
    if allowed is None or open_part(grant, "role") is not None:
        return Decision("unknown", (f"what {named(grant)} allows, which is not in scope",), *here)
    words = tuple(in_words(grant))
    return Decision("conditional" if words else "yes", words, *here)


def by(grant: Grant, action: str, path: str) -> Decision:
    """Decide whether one assignment allows an action on a resource."""
    about = covers(grant, path)
    return both(about, permits(grant, action)) if about.possible else NO


def after(denies: Iterable[Grant], action: str, path: str, decision: Decision) -> Decision:
    """Give what deny assignments leave of an answer.

    Notes
    -----
    Azure, "Understand Azure deny assignments": they outweigh role assignments, and hold for all below their scope.
    """
    for each in denies:
        if not decision.possible:
            break
        denied = by(each, action, path)
        if denied.verdict == "yes":
            return NO
        if denied.possible:
            words = f"no deny assignment holds, as one does when {' and '.join(denied.conditions)}"
            decision = both(decision, Decision("conditional", (words,), each.locations))
    return decision


@lru_cache(maxsize=_REMEMBERED)
def _allowed(actions: tuple[str, ...], not_actions: tuple[str, ...], action: str) -> bool | None:
    """Tell whether a role allows an action; None when nobody tells what the role is."""
    names = [each.removeprefix(_ROLE) for each in actions if each.startswith(_ROLE)]
    if action.startswith(_ROLE):
        known = {role.name.lower() for each in names if (role := built_in(each)) is not None}
        return action.removeprefix(_ROLE).lower() in known
    stated = [each for each in actions if each.startswith(_PLANES)]
    if not stated:
        if not names:
            return False  # no role of Azure at all
        # the id tells the role; a name beside an id that is not known may be anything's
        role = built_in(names[0])
        if role is None:
            return None
        stated, not_actions = list(role.actions), role.not_actions
    wanted = action.lower()
    if any(matches(each.lower(), wanted) for each in not_actions):
        return False
    return any(matches(each.lower(), wanted) for each in stated)


def _within(scope: str, path: str) -> Decision:
    stated = scope.strip("/").lower()
    if stated in ("", path) or path.startswith(stated + "/"):
        return YES
    if stated.startswith(_GROUP) and path.startswith("subscriptions/"):
        subscription = "/".join(path.split("/")[:2])
        group = stated.removeprefix(_GROUP)
        return Decision("unknown", (f"that {subscription} is in management group {group}, which no file shows",))
    return NO


def open_part(grant: Grant, operator: str) -> Condition | None:
    """Give the condition that says what of a grant no file resolves; None when that is resolved."""
    return next((each for each in grant.conditions if each.operator == operator), None)


def in_words(grant: Grant) -> Iterator[str]:
    """Give what else an assignment asks for."""
    for each in grant.conditions:
        if each.operator == "activation":
            yield f"the role is activated, which needs {', '.join(each.values) or 'what no file tells'}"
        elif each.operator == "azure_abac":
            shown = " ".join(" ".join(each.values).split())
            yield f"the condition of the assignment lets it: {shown[:200]}"
        elif each.operator not in ("resource", "role", "consent"):
            yield f"{each.key} is {' or '.join(each.values)}"


def named(grant: Grant) -> str:
    """Give what to call the role of an assignment."""
    return f"role {grant.policy}" if grant.policy else "its role"
