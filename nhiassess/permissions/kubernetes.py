"""May this Kubernetes identity do this? By the rules of the roles that are bound to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.model.inventory import Grant
from nhiassess.permissions.permission import Decision, strongest

CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Asked:
    """A verb on a resource of an API group, in one namespace or, as ``cluster``, in all."""

    verb: str
    group: str  # "core" for the group without a name
    resource: str  # with its subresource, such as pods/exec
    where: str = CLUSTER
    name: str | None = None  # one object, where the question is about one


def may(grants: Sequence[Grant], asked: Asked) -> Decision:
    """Decide whether a rule bound to an identity allows what is asked.

    Parameters
    ----------
    grants:
        Of the identity. Actions read ``verb:group/resource[/subresource]``; the one resource reads
        ``namespace/<name>`` or ``cluster``; a rule that names objects bears the condition ``resourceNames``.
    asked:
        The question.

    Returns
    -------
    Decision
        yes, or no; conditional when a rule names objects and the question is about any; unknown when a role was
        not in scope. Kubernetes has no rule that denies.

    Notes
    -----
    Kubernetes documentation, "Using RBAC Authorization". A rule bound in a namespace never reaches another.
    """
    return strongest(_by(grant, asked) for grant in grants)


def covers(pattern: str, asked: Asked) -> bool:
    """Tell whether the action of a rule covers a verb on a resource.

    Examples
    --------
    >>> covers("*:core/secrets", Asked("get", "core", "secrets"))
    True
    >>> covers("get:core/pods", Asked("create", "core", "pods/exec"))
    False
    """
    verb, _, rest = pattern.partition(":")
    group, _, resource = rest.partition("/")
    if verb not in ("*", asked.verb) or group not in ("*", asked.group):
        return False
    if resource in ("*", "*/*", asked.resource):
        return True
    return resource.startswith("*/") and "/" in asked.resource and resource[2:] == asked.resource.partition("/")[2]


def _by(grant: Grant, asked: Asked) -> Decision:
    where = grant.resources[0] if grant.resources else CLUSTER
    if where not in (CLUSTER, asked.where, f"namespace/{asked.where}"):
        return Decision("no")
    if not any(covers(action, asked) for action in grant.actions):
        return Decision("no")
    named = next((c for c in grant.conditions if c.key == "name" or c.operator == "resourceNames"), None)
    if named is None:
        unknown = tuple(f"{c.operator} {c.key}".strip() for c in grant.conditions)
        return Decision("unknown" if unknown else "yes", unknown, grant.locations[:1])
    if asked.name is not None:
        return Decision("yes" if asked.name in named.values else "no", (), grant.locations[:1])
    # a list or create request names no object, so that a rule by name does not allow it
    if asked.verb in ("list", "watch", "create", "deletecollection"):
        return Decision("no")
    return Decision("conditional", (f"it is one of {', '.join(named.values)}",), grant.locations[:1])
