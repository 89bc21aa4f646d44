"""What a technique gains with the rules of one Kubernetes identity: everywhere, in a namespace, of one account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Grant, Identity, Locations
from nhiassess.model.knowledge import Requirement, Technique
from nhiassess.permissions.kubernetes.cluster import Cluster
from nhiassess.permissions.kubernetes.evaluation import CLUSTER, by_action, decide, names_allowed, object_names
from nhiassess.permissions.permission import ANSWERS, NO, Decision, both, either

IMPERSONATE_USER = "impersonate:core/users"
# whom or what the decisive request names, so that a rule that names other objects does not allow it
_NAMES = {
    "impersonate:core/groups": ("system:masters",),
    "bind:rbac.authorization.k8s.io/clusterroles": ("cluster-admin",),
    # a rule on signers may name all of a domain
    "approve:certificates.k8s.io/signers": ("kubernetes.io/kube-apiserver-client", "kubernetes.io/*"),
}
# what a rule that is not in scope allows nobody can tell: one edge says that of all techniques together
_TOLD = frozenset({"yes", "conditional"})
# what these techniques need is looked up by the names that rules give
_ABOUT_NAMES = frozenset({"token_of_target", "own_role_of_namespace"})
_MOST_NAMES = 5  # that a condition spells out


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one identity, by the action that they allow and the place where they do."""

    by: Mapping[tuple[str, str], tuple[Grant, ...]]
    nameless: Mapping[tuple[str, str], tuple[Grant, ...]]  # those of them that name no objects
    named: Mapping[tuple[str, str], tuple[Grant, ...]]  # by the place and the name of an object
    places: tuple[str, ...]  # the namespaces that it has a rule for, as places
    roles: Mapping[str, tuple[str, ...]]  # roles and cluster roles that are bound to it there, as ``Role/name``


@dataclass(frozen=True, slots=True)
class Gain:
    """That rules allow a technique, by which of its alternatives, and whether what that needs was observed."""

    decision: Decision
    required: tuple[Requirement, ...]
    observed: bool = True


def by_rules(technique: Technique) -> bool:
    """Tell whether rules allow a technique, rather than what a pod is made of."""
    return all(each.of in ("namespace", "cluster") for required in technique.requires for each in required)


def rules(grants: Sequence[Grant], actions: frozenset[str]) -> Rules:
    """Sort the grants of one identity by what techniques ask for."""
    roles: dict[str, dict[str, None]] = {}
    for grant in grants:
        for place in grant.resources:
            roles.setdefault(place, {})[grant.policy or ""] = None
    by = by_action(grants, actions)
    named: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        for place in grant.resources:
            for name in object_names(grant):
                named.setdefault((place, name), []).append(grant)
    return Rules(
        by=by,
        nameless={key: tuple(each for each in found if not object_names(each)) for key, found in by.items()},
        named={key: tuple(found) for key, found in named.items()},
        places=tuple(sorted({place for _, place in by} - {CLUSTER})),
        roles={place: tuple(found) for place, found in roles.items()},
    )


def anywhere(has: Rules, technique: Technique) -> Gain | None:
    """Give what a technique that counts for the whole cluster gains; None when the rules do not allow it.

    Parameters
    ----------
    has:
        The rules of the actor.
    technique:
        One that grants to administer.

    Returns
    -------
    Gain or None
        By the first alternative that suffices.
    """

    def decided(each: Requirement) -> Decision:
        if technique.needs_resource == "own_cluster_role":
            # a role that is bound to it everywhere, for its new rights to count everywhere
            roles = sorted({role.partition("/")[2] for role in has.roles.get(CLUSTER, ())})
            return either(_decide(has, each.action, CLUSTER, role) for role in roles)
        if each.action == IMPERSONATE_USER:
            names = (*names_allowed(_counting(has, each.action, CLUSTER), each.action), None)
            return either(_decide(has, each.action, CLUSTER, name) for name in names)
        return _decisive(has, each.action, CLUSTER)

    for required in technique.requires:
        decision = both(*(decided(each) for each in required))
        if decision.verdict in _TOLD:
            return Gain(decision, required, technique.needs_resource != "admission")
    return None


def at(has: Rules, technique: Technique, place: str, known: Cluster) -> Gain | None:
    """Give what a technique gains of a service account of a place, whichever it is; None when nothing."""
    needs = technique.needs_resource

    def gain(required: tuple[Requirement, ...]) -> Gain:
        plain = Gain(both(*(_request(has, each, place, technique) for each in required)), required, needs is None)
        if needs == "workload_of_namespace":
            return seen(plain, place, known)
        if needs == "own_role_of_namespace":
            own = [role.partition("/")[2] for role in has.roles.get(place, ()) if role.startswith("Role/")]
            of_own = either(both(*(_decide(has, each.action, place, role) for each in required)) for role in own)
            return Gain(of_own, required) if of_own.possible else plain
        return plain

    return _best(technique, gain)


def seen(wide: Gain, place: str, known: Cluster) -> Gain:
    """Give what a gain of the whole cluster is in a namespace whose workloads are in scope."""
    there = known.workloads.get(place)
    return wide if there is None else replace(wide, decision=_placed(wide.decision, there), observed=True)


def of_one(has: Rules, technique: Technique, account: Identity, known: Cluster) -> Gain | None:
    """Give what a technique gains of one service account through rules or Secrets that are about it by name."""
    namespace, _, name = (account.name or "").partition("/")
    place = f"namespace/{namespace}"

    def gain(required: tuple[Requirement, ...]) -> Gain:
        if technique.needs_resource == "token_of_target":
            answers = (
                _placed(both(*(_decide(has, each.action, place, secret) for each in required)), places)
                for secret, places in known.tokens.get(account.id, ())
            )
            return Gain(either(answers), required)
        return Gain(both(*(_decide(has, each.action, place, name) for each in required)), required)

    return _best(technique, gain)


def of_user(has: Rules, technique: Technique, called: str | None) -> Gain | None:
    """Give what a technique gains of one user or service account by its user name; None asks for all of them."""
    return _best(
        technique,
        lambda required: Gain(both(*(_decide(has, each.action, CLUSTER, called) for each in required)), required),
    )


def users_named(has: Rules) -> tuple[str, ...]:
    """Give the user names to which rules limit whom one may impersonate."""
    return names_allowed(_counting(has, IMPERSONATE_USER, CLUSTER), IMPERSONATE_USER)


def apart(has: Rules, technique: Technique, known: Cluster) -> Mapping[str, Mapping[str, Identity]]:
    """Give the service accounts that rules or Secrets are about by name, by place and id."""
    found: dict[str, dict[str, Identity]] = {}
    asked = {each.action for required in technique.requires for each in required}
    wide = any((action, CLUSTER) in has.by for action in asked)
    if technique.needs_resource == "token_of_target":
        candidates = [each for place in _reached(has, wide) for each in known.accounts.get(place, ())]
        candidates = [each for each in candidates if each.id in known.tokens]
    else:
        grants = [g for action in asked if "serviceaccounts" in action for g in _of_action(has, action)]
        names = {name for action in asked for name in _all_names(grants, action)}
        candidates = [account for name in sorted(names) for account in known.named.get(name, ())]
    for account in candidates:
        place = f"namespace/{(account.name or '').partition('/')[0]}"
        if wide or place in has.places:
            found.setdefault(place, {})[account.id] = account
    return found


def stronger(one: Gain | None, other: Gain | None) -> bool:
    """Tell whether the first gain is stronger than the second: by its verdict, then by what was observed."""
    return one is not None and (other is None or _rank(one) < _rank(other))


def _rank(gain: Gain) -> tuple[int, bool]:
    return ANSWERS.index(gain.decision.verdict), not gain.observed


def _best(technique: Technique, gain: Callable[[tuple[Requirement, ...]], Gain]) -> Gain | None:
    best: Gain | None = None
    for required in technique.requires:
        found = gain(required)
        if found.decision.verdict in _TOLD and stronger(found, best):
            best = found
    return best


def _reached(has: Rules, wide: bool) -> Iterable[str]:
    return (CLUSTER,) if wide else has.places


def _of_action(has: Rules, action: str) -> Iterable[Grant]:
    return (grant for place in (CLUSTER, *has.places) for grant in has.by.get((action, place), ()))


def _all_names(grants: Iterable[Grant], action: str) -> tuple[str, ...]:
    return tuple(name for grant in grants for place in grant.resources for name in _named(grant, action, place))


def _named(grant: Grant, action: str, place: str) -> tuple[str, ...]:
    return names_allowed([grant], action, _namespace(place))


def _request(has: Rules, requirement: Requirement, place: str, technique: Technique) -> Decision:
    action = requirement.action
    if requirement.of == "cluster":
        return _decisive(has, action, CLUSTER)
    if action in _NAMES:
        return _decisive(has, action, place)
    plain = _decide(has, action, place)
    by_name = technique.needs_resource in _ABOUT_NAMES or "serviceaccounts" in action
    if plain.possible or by_name or (action.startswith("create:") and action.count("/") < 2):
        return plain
    named = names_allowed(_counting(has, action, place), action, _namespace(place))
    one = _decide(has, action, place, named[0]) if named else NO
    told = ", ".join(named[:_MOST_NAMES]) + (f" and {len(named) - _MOST_NAMES} more" if named[_MOST_NAMES:] else "")
    return both(one, Decision("conditional", (f"what its rule names ({told}) belongs to whom it acts as",)))


def _decisive(has: Rules, action: str, place: str) -> Decision:
    return either(_decide(has, action, place, name) for name in _NAMES.get(action, (None,)))


def _decide(has: Rules, action: str, place: str, name: str | None = None) -> Decision:
    places = (CLUSTER,) if place == CLUSTER else (CLUSTER, place)
    grants = [grant for each in places for grant in has.nameless.get((action, each), ())]
    if name is not None:
        grants += [grant for each in places for grant in has.named.get((each, name), ())]
    return decide(grants, action, _namespace(place), name)


def _counting(has: Rules, action: str, place: str) -> tuple[Grant, ...]:
    wide = has.by.get((action, CLUSTER), ())
    return wide if place == CLUSTER else (*wide, *has.by.get((action, place), ()))


def _namespace(place: str) -> str | None:
    return None if place == CLUSTER else place.removeprefix("namespace/")


def _placed(decision: Decision, places: Locations) -> Decision:
    return replace(decision, locations=tuple(dict.fromkeys((*decision.locations, *places))))
