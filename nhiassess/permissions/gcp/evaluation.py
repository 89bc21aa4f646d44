"""May this member do this on Google Cloud? By bindings on the thing and on what it lies in, after Deny policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nhiassess.model.inventory import Grant, Identity, Inventory
from nhiassess.permissions.gcp.cel import in_words
from nhiassess.permissions.gcp.places import Places, lies_in, named, places_of, project_of
from nhiassess.permissions.gcp.roles import OWNER, includes, roles_of
from nhiassess.permissions.patterns import matches
from nhiassess.permissions.permission import NO, Decision, both, either

EVERYBODY = "identity:gcp/-/allUsers"
AUTHENTICATED = "identity:gcp/-/allAuthenticatedUsers"
# who administers a project, folder or organisation can write its policy, and so give itself anything there
SET_POLICY = {each: f"resourcemanager.{each}.setIamPolicy" for each in ("projects", "folders", "organizations")}
# members that stand for many, of whom no file says who they are
_SETS = frozenset({"group", "domain", "principal_set"})
_GOOGLE_ACCOUNTS = frozenset({"user", "service_account"})


@dataclass(frozen=True, slots=True)
class Bound:
    """A grant, and the name of what it is set on; None when its file does not say."""

    grant: Grant
    on: str | None


@dataclass(frozen=True, slots=True)
class Denial:
    """A grant that denies, and what must be true for it to be about somebody, in words; None when it is."""

    bound: Bound
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """What every decision needs: where things lie, and what roles permit."""

    places: Places
    roles: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Held:
    """All that bears on what one member may do."""

    id: str
    estate: Estate
    allows: tuple[Bound, ...] = ()
    denies: tuple[Denial, ...] = ()


def held(inventory: Inventory) -> Mapping[str, Held]:
    """Gather what bears on each member.

    Parameters
    ----------
    inventory:
        Identities, grants, memberships, and the settings that say where things lie.

    Returns
    -------
    Mapping of str to Held
        By the id of the identity, whose groups' bindings count as its own; so do those of ``allUsers``, and of
        ``allAuthenticatedUsers`` for users and service accounts. Who is in a group of Google Workspace stands in no
        file: what such a group has it has itself only.

    Notes
    -----
    Google Cloud, "Principal identifiers". O(members x bindings of their groups).
    """
    estate = Estate(places_of(inventory), roles_of(inventory))
    allows: dict[str, list[Bound]] = {}
    denies: dict[str, list[Bound]] = {}
    for grant in sorted(inventory.grants, key=lambda each: each.id):
        if grant.provider == "gcp" and grant.identity is not None:
            kept = (denies if grant.effect == "deny" else allows).setdefault(grant.identity, [])
            kept += [Bound(grant, on) for on in _on(grant, estate.places)]
    groups: dict[str, list[str]] = {}
    for link in inventory.links:
        if link.verb == "member_of" and link.target.startswith("identity:gcp/") and not link.conditions:
            groups.setdefault(link.source, []).append(link.target)
    identities = {each.id: each for each in inventory.identities if each.provider == "gcp"}
    sets = {id: each for id, each in identities.items() if each.kind in _SETS and id in denies}
    found = {}
    for id in sorted({*allows, *identities}):
        has = identities.get(id, Identity(id))
        own = (id, *_around(id, groups), *_everybody(has))
        found[id] = Held(
            id,
            estate,
            tuple(each for who in dict.fromkeys(own) for each in allows.get(who, ())),
            tuple(_denials(has, own, denies, sets)),
        )
    return found


def decide(has: Held, permission: str, on: str) -> Decision:
    """Decide whether a member has a permission on a thing.

    Parameters
    ----------
    has:
        What bears on the member.
    permission:
        As roles write it, such as ``iam.serviceAccounts.actAs``.
    on:
        The name of the thing, as `places.named` gives it.

    Returns
    -------
    Decision
        ``unknown`` when the permissions of the role, what its binding is set on, or whether the thing lies in that is
        not in scope; ``conditional`` under the condition of a binding, or where a Deny policy may stop it.

    Notes
    -----
    Google Cloud, "Policy evaluation", "Deny policies" and "Overview of IAM Conditions": what is denied is denied
    whatever allows it; both kinds of policy hold for all that lies below. Principal access boundaries and the policies
    of the organisation are read by no source, and count for nothing here.
    """
    decision = either(_by(each, permission, on, has.estate) for each in has.allows)
    for denial in has.denies if decision.possible else ():
        words = _denied(denial, has, permission, on)
        if words == ():
            return NO
        if words is not None:
            grant = denial.bound.grant
            what = f"{grant.policy or 'a Deny policy'} does not deny it, as it does when {' and '.join(words)}"
            decision = both(decision, Decision("conditional", (what,), grant.locations))
    return decision


def administers(has: Held, container: str) -> Decision:
    """Decide whether a member administers a project, folder or organisation: as its owner, or by writing its policy."""
    owned = replace(has, allows=tuple(each for each in has.allows if each.grant.policy == OWNER))
    writes = SET_POLICY[container.partition("/")[0]]
    return either((decide(has, writes, container), decide(owned, SET_POLICY["projects"], container)))


def _on(grant: Grant, places: Places) -> Iterator[str | None]:
    for each in grant.resources:
        yield named(each, places.projects)
    if not grant.resources:
        yield None


def _around(id: str, groups: Mapping[str, list[str]]) -> Iterator[str]:
    """Give the groups of a member, and theirs."""
    seen, frontier = {id}, [id]
    while frontier:
        for group in sorted(groups.get(frontier.pop(), ())):
            if group not in seen:
                seen.add(group)
                frontier.append(group)
                yield group


def _everybody(has: Identity) -> tuple[str, ...]:
    return (EVERYBODY, AUTHENTICATED) if has.kind in _GOOGLE_ACCOUNTS and has.provider == "gcp" else (EVERYBODY,)


def _by(bound: Bound, permission: str, on: str, estate: Estate) -> Decision:
    grant = bound.grant
    permits = includes(grant, permission, estate.roles)
    within = None if bound.on is None else lies_in(on, bound.on, estate.places)
    if permits is False or (bound.on is not None and within is False):
        return NO
    role = grant.policy or "a role"
    lacking = []
    if permits is None:
        lacking.append(f"what {role} permits, which is not in scope")
    if bound.on is None:
        lacking.append(f"what the policy that binds {role} is set on, which its file does not say")
    elif within is None:
        within_which = project_of(on, estate.places) if bound.on.startswith("projects/") else None
        where = f"{within_which} is {bound.on}" if within_which else f"{on} lies in {bound.on}"
        lacking.append(f"whether {where}, which no file says")
    stated = [in_words(each.values[0]) for each in grant.conditions if each.operator == "cel" and each.values]
    verdict = "unknown" if lacking else "conditional" if stated else "yes"
    return Decision(verdict, (*lacking, *stated), grant.locations, (grant.id,))


def _denials(
    has: Identity, own: Iterable[str], denies: Mapping[str, list[Bound]], sets: Mapping[str, Identity]
) -> Iterator[Denial]:
    """Give what denies a member, for sure or perhaps, because it may be one of many."""
    mine = set(own)
    for who in sorted(mine & denies.keys()):
        for each in denies[who]:
            yield Denial(each)
    for who in sorted(sets.keys() - mine):
        if _may_be_in(has, sets[who]):
            for each in denies[who]:
                yield Denial(each, f"it is one of {sets[who].name}")


def _may_be_in(has: Identity, many: Identity) -> bool:
    """Tell whether nothing rules out that a member is one of many; pools hold identities of outside issuers only."""
    if "/workloadIdentityPools/" in (many.name or "") or "/workforcePools/" in (many.name or ""):
        return has.kind in ("principal", "principal_set")
    if many.kind == "domain":
        return has.kind == "user" and (has.name or "").endswith("@" + (many.name or "").partition(":")[2])
    return has.kind in _GOOGLE_ACCOUNTS | _SETS


def _denied(denial: Denial, has: Held, permission: str, on: str) -> tuple[str, ...] | None:
    """Give in words under which conditions a permission is denied: under none when it is; None when it is not."""
    grant, places = denial.bound.grant, has.estate.places
    if not any(matches(each, permission) for each in grant.actions):
        return None
    if any(matches(each, permission) for each in grant.not_actions):
        return None
    within = None if denial.bound.on is None else lies_in(on, denial.bound.on, places)
    if denial.bound.on is not None and within is False:
        return None
    words = [denial.about] if denial.about else []
    if within is None:
        words.append(f"what it is attached to, {denial.bound.on or 'which its file does not say'}, holds {on}")
    for each in grant.conditions:
        if each.operator == "cel" and each.values:
            words.append(in_words(each.values[0]))
        if each.operator == "not_principal":
            if any(_excepts(value, has.id) for value in each.values):
                return None
            words += [f"it is not one of {value}" for value in each.values if value.startswith("principalSet:")][:3]
    return tuple(words)


def _excepts(stated: str, id: str) -> bool:
    """Tell whether an exception of a Deny policy names a member.

    Notes
    -----
    Google Cloud, "Principal identifiers", those of IAM version 2.
    """
    name = stated.rpartition("/")[2]
    if stated == "principalSet://goog/public:all":
        return True
    if stated.startswith("principal://iam.googleapis.com/projects/-/serviceAccounts/"):
        return id == f"identity:gcp/-/{name}"
    if stated.startswith("principal://goog/subject/"):
        return id == f"identity:gcp/-/user:{name}"
    if stated.startswith("principalSet://goog/group/"):
        return id == f"identity:gcp/-/group:{name}"
    return False
