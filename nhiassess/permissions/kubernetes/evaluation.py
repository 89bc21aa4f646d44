"""May this Kubernetes identity do this? From the rules that are bound to it and to its groups; there is no Deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nhiassess.model.inventory import Grant, Inventory
from nhiassess.permissions.permission import Decision, either

CLUSTER = "cluster"
_URLS = "nonResourceURLs"
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


def by_action(grants: Iterable[Grant], actions: frozenset[str]) -> Mapping[tuple[str, str], tuple[Grant, ...]]:
    """Give, for each of some actions and each place, the rules that allow it there, whichever objects they name.

    Parameters
    ----------
    grants:
        Those bound to the identity, as `bound` gives them.
    actions:
        To look for; written as `decide` takes them, and none of them on a URL.

    Returns
    -------
    Mapping of tuple to tuple of Grant
        By the action and the place: ``namespace/<name>`` or ``cluster``. A role that is not in
        scope is left out, but for those that Kubernetes ships.

    Notes
    -----
    Each action that a rule states is looked at once, however many are asked for.

    Examples
    --------
    >>> grant = Grant("g", actions=("get:core/*",), resources=("namespace/shop",))
    >>> list(by_action([grant], frozenset({"get:core/secrets", "list:core/secrets"})))
    [('get:core/secrets', 'namespace/shop')]
    """
    stating = _stating(actions)
    found: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        stated = _SHIPPED.get(grant.policy or "", ()) if _is_missing(grant) else grant.actions
        allowed = dict.fromkeys(action for each in stated for action in stating.get(each, ()))
        for place in grant.resources:
            for action in allowed:
                found.setdefault((action, place), []).append(grant)
    return {key: tuple(rules) for key, rules in found.items()}


def names_allowed(grants: Iterable[Grant], action: str, namespace: str | None = None) -> tuple[str, ...]:
    """Give the names of the objects to which rules limit an action; empty when no rule names any."""
    wanted = asked(action)
    found: list[str] = []
    for grant in grants:
        if _in_reach(grant, namespace) and _states(grant.actions, wanted):
            found += object_names(grant)
    return tuple(dict.fromkeys(found))


def _by(grant: Grant, wanted: Asked, namespace: str | None, name: str | None) -> Decision:
    if not _in_reach(grant, namespace):
        return Decision("no")
    if _is_missing(grant):
        return _shipped(grant, wanted)
    if not _states(grant.actions, wanted):
        return Decision("no")
    names = object_names(grant)
    if names and (name not in names or (wanted.verb in _NAMELESS and wanted.subresource is None)):
        return Decision("no")
    return Decision("yes", (), grant.locations, (grant.id,))


def _shipped(grant: Grant, wanted: Asked) -> Decision:
    role = grant.policy or "a role"
    actions = _SHIPPED.get(role)
    if actions is None:
        return Decision("unknown", (f"what {role} allows, which is not in scope",), grant.locations, (grant.id,))
    if not _states(actions, wanted):
        return Decision("no")
    return Decision("conditional", (f"{role} is as Kubernetes ships it",), grant.locations, (grant.id,))


def _in_reach(grant: Grant, namespace: str | None) -> bool:
    return CLUSTER in grant.resources or (namespace is not None and f"namespace/{namespace}" in grant.resources)


def object_names(grant: Grant) -> tuple[str, ...]:
    """Give the names of the objects to which a rule is limited; empty when it names none."""
    return tuple(name for each in grant.conditions if each.operator == "resourceNames" for name in each.values)


def _is_missing(grant: Grant) -> bool:
    return any(each.operator == "role" for each in grant.conditions)


def _states(actions: Iterable[str], wanted: Asked) -> bool:
    if wanted.group == _URLS:
        return any(_is_below(stated, wanted) for stated in actions)
    return not _forms(wanted).isdisjoint(actions)


def _is_below(stated: str, wanted: Asked) -> bool:
    """Tell whether a rule for URLs takes in one: only a star at the end stands for more."""
    verb, _, path = stated.partition(f":{_URLS}/")
    url = wanted.words.partition(f":{_URLS}/")[2]
    if verb not in ("*", wanted.verb) or f":{_URLS}/" not in stated:
        return False
    return url.startswith(path[:-1]) if path.endswith("*") else url == path


@lru_cache(maxsize=1024)
def _forms(wanted: Asked) -> frozenset[str]:
    """Give every way in which a rule can state an action."""
    own = wanted.words.partition(f"{wanted.group}/")[2]
    resources = (own, "*", f"*/{wanted.subresource}") if wanted.subresource else (own, "*")
    return frozenset(
        f"{verb}:{group}/{resource}"
        for verb in ("*", wanted.verb)
        for group in ("*", wanted.group)
        for resource in resources
    )


@lru_cache(maxsize=8)
def _stating(actions: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Give, by each way in which a rule can state one of some actions, those that it states."""
    found: dict[str, list[str]] = {}
    for action in sorted(actions):
        for form in _forms(asked(action)):
            found.setdefault(form, []).append(action)
    return {form: tuple(stated) for form, stated in found.items()}
