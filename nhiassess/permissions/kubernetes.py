"""May this Kubernetes identity do this? From the rules that are bound to it and to its groups; there is no Deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Grant, Inventory
from nhiassess.permissions.permission import Decision, either

CLUSTER = "cluster"
# requests that name no object, so that a rule that names objects never allows them
_NAMELESS = frozenset({"create", "deletecollection"})
# what Kubernetes ships in the roles that bindings most often name and no file defines; only what matters here
_CHANGING = ("create", "delete", "deletecollection", "patch", "update")
_EDIT = (
    *(f"{verb}:core/secrets" for verb in ("get", "list", "watch", *_CHANGING)),
    *(f"{verb}:core/{each}" for verb in _CHANGING for each in ("pods", "replicationcontrollers", "serviceaccounts")),
    *(f"{verb}:core/pods/{each}" for verb in ("get", "create", "patch", "update") for each in ("exec", "attach")),
    *(
        f"{verb}:apps/{each}"
        for verb in _CHANGING
        for each in ("daemonsets", "deployments", "replicasets", "statefulsets")
    ),
    *(f"{verb}:batch/{each}" for verb in _CHANGING for each in ("cronjobs", "jobs")),
    "impersonate:core/serviceaccounts",
    "create:core/serviceaccounts/token",
)
_SHIPPED: Mapping[str, tuple[str, ...]] = {
    "ClusterRole/edit": _EDIT,
    "ClusterRole/admin": _EDIT,
    "ClusterRole/view": (),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A verb on a resource of an API group, such as create on core/pods/exec."""

    verb: str
    group: str
    resource: str
    subresource: str | None = None

    @property
    def words(self) -> str:
        """The action as grants write it."""
        return f"{self.verb}:{self.group}/{self.resource}" + (f"/{self.subresource}" if self.subresource else "")


def asked(action: str) -> Asked:
    """Read an action as grants and techniques write it.

    Examples
    --------
    >>> asked("create:core/pods/exec")
    Asked(verb='create', group='core', resource='pods', subresource='exec')
    """
    verb, _, rest = action.partition(":")
    group, resource, *more = rest.split("/", 2)
    return Asked(verb, group, resource, more[0] if more else None)


def bound(inventory: Inventory) -> Mapping[str, tuple[Grant, ...]]:
    """Give the grants of each Kubernetes identity, with those of its groups, by its id."""
    own: dict[str, list[Grant]] = {}
    for grant in inventory.grants:
        if grant.provider == "kubernetes" and grant.identity is not None:
            own.setdefault(grant.identity, []).append(grant)
    found = {id: list(grants) for id, grants in own.items()}
    for link in inventory.links:
        if link.verb == "member_of" and link.source.startswith("identity:kubernetes/"):
            found.setdefault(link.source, []).extend(own.get(link.target, ()))
    return {id: tuple(grants) for id, grants in found.items()}


def decide(grants: Iterable[Grant], action: str, namespace: str | None = None, name: str | None = None) -> Decision:
    """Decide whether rules allow an action.

    Parameters
    ----------
    grants:
        Those bound to the identity, as `bound` gives them.
    action:
        ``verb:group/resource[/subresource]``, the core group as ``core``.
    namespace:
        Where; None asks for the whole cluster, as objects without a namespace need it.
    name:
        Of the object; None asks for all objects.

    Returns
    -------
    Decision
        ``unknown`` when nothing in scope allows it and the text of a role that counts was not in scope;
        ``conditional`` when only a role that Kubernetes ships allows it, which a cluster may have changed.

    Notes
    -----
    Kubernetes, "Using RBAC Authorization": a binding of a namespace grants in it only, whichever kind of role it
    names; ``*`` as resource takes in subresources, ``pods`` does not take in ``pods/exec``; a rule that names objects
    allows only requests that name one of them.

    Examples
    --------
    >>> grant = Grant("g", actions=("get:core/secrets",), resources=("namespace/shop",))
    >>> decide([grant], "get:core/secrets", "shop").verdict, decide([grant], "get:core/secrets").verdict
    ('yes', 'no')
    """
    wanted = asked(action)
    return either(_by(grant, wanted, namespace, name) for grant in grants)


def names_allowed(grants: Iterable[Grant], action: str, namespace: str | None = None) -> tuple[str, ...]:
    """Give the names of the objects to which rules limit an action; empty when no rule names any."""
    wanted = asked(action)
    found: list[str] = []
    for grant in grants:
        if _in_reach(grant, namespace) and any(_matches(stated, wanted) for stated in grant.actions):
            found += _names(grant)
    return tuple(dict.fromkeys(found))


def namespaces(grants: Iterable[Grant]) -> tuple[str, ...]:
    """Give the namespaces in which rules grant something, sorted; ``cluster`` for all of them."""
    found = {each for grant in grants for each in grant.resources}
    return tuple(sorted(each.removeprefix("namespace/") for each in found))


def _by(grant: Grant, wanted: Asked, namespace: str | None, name: str | None) -> Decision:
    if not _in_reach(grant, namespace):
        return Decision("no")
    if any(each.operator == "role" for each in grant.conditions):
        return _shipped(grant, wanted)
    if not any(_matches(stated, wanted) for stated in grant.actions):
        return Decision("no")
    names = _names(grant)
    if names and (name not in names or (wanted.verb in _NAMELESS and wanted.subresource is None)):
        return Decision("no")
    return Decision("yes", (), grant.locations, (grant.id,))


def _shipped(grant: Grant, wanted: Asked) -> Decision:
    role = grant.policy or "a role"
    actions = _SHIPPED.get(role)
    if actions is None:
        return Decision("unknown", (f"what {role} allows, which is not in scope",), grant.locations, (grant.id,))
    if not any(_matches(each, wanted) for each in actions):
        return Decision("no")
    return Decision("conditional", (f"{role} is as Kubernetes ships it",), grant.locations, (grant.id,))


def _in_reach(grant: Grant, namespace: str | None) -> bool:
    return CLUSTER in grant.resources or (namespace is not None and f"namespace/{namespace}" in grant.resources)


def _names(grant: Grant) -> tuple[str, ...]:
    return tuple(name for each in grant.conditions if each.operator == "resourceNames" for name in each.values)


def _matches(stated: str, wanted: Asked) -> bool:
    rule = asked(stated) if stated.count("/") else None
    if rule is None or rule.verb not in ("*", wanted.verb) or rule.group not in ("*", wanted.group):
        return False
    if rule.resource == "*" and rule.subresource is None:
        return True
    if rule.resource == "*":
        return rule.subresource == wanted.subresource
    return (rule.resource, rule.subresource) == (wanted.resource, wanted.subresource)
