"""Whom one may come to be on Google Cloud: service accounts, agents of services, administrators; and where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.model.ids import quote
from nhiassess.model.inventory import Inventory
from nhiassess.permissions.gcp.evaluation import Held
from nhiassess.permissions.gcp.places import (
    ACCOUNT,
    CONTAINERS,
    Places,
    agent_of,
    around,
    is_complete,
    is_of_google,
    named,
    project_of,
)

_DISABLED = "#disabled"


@dataclass(frozen=True, slots=True)
class Target:
    """An identity that may be gained."""

    id: str
    name: str  # what permissions are asked on
    project: str  # what it lies in, or is; its own name where nobody knows
    label: str  # what a reader calls it
    disabled: bool = False

    @property
    def is_account(self) -> bool:
        """Whether it is a service account."""
        return self.name.startswith(ACCOUNT)


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets by what they lie in, so that only those are asked for that a binding may be about."""

    all: tuple[Target, ...]
    inside: Mapping[str, tuple[Target, ...]]  # by their own name and the name of all that they lie in
    adrift: tuple[Target, ...]  # of which no file says what folder or organisation they lie in
    loose: tuple[Target, ...]  # of which no file says by its id what project they lie in


@dataclass(frozen=True, slots=True)
class Gainable:
    """All who may be gained, and what some ways to do so need."""

    accounts: Targets
    containers: Targets  # administrators of projects, folders and organisations
    agents: Mapping[tuple[str, str], Target]  # by service and project
    names: frozenset[str]  # of all containers
    functions: frozenset[str]  # the projects in which a function is


def administrator(container: str) -> str:
    """Give the id of the identity that only an escalation gains: whoever administers a project, folder or organisation.

    Examples
    --------
    >>> administrator("projects/shop")
    'identity:gcp/project:shop/administrator'
    """
    kind, _, name = container.partition("/")
    return f"identity:gcp/{kind.removesuffix('s')}:{quote(name)}/administrator"


def administrator_of(container: str) -> Target:
    """Give whoever administers a project, folder or organisation as a target."""
    return Target(administrator(container), container, container, f"the administrator of {words(container)}")


def gainable(inventory: Inventory, places: Places) -> Gainable:
    """Gather who may be gained.

    Parameters
    ----------
    inventory:
        Identities, resources, and the settings that say which accounts are disabled.
    places:
        Where things lie.

    Returns
    -------
    Gainable
        Service accounts of Google's own are none of them, but for the agents that act for a project.
    """
    disabled = {
        (each.key or "").removesuffix(_DISABLED)
        for each in inventory.settings
        if (each.key or "").endswith(_DISABLED) and each.value == "true"
    }
    accounts, agents = [], {}
    for each in sorted(inventory.identities, key=lambda each: each.id):
        address = each.id.removeprefix("identity:gcp/-/")
        if each.provider != "gcp" or each.kind != "service_account" or address == each.id:
            continue
        name = ACCOUNT + address
        target = Target(each.id, name, project_of(name, places) or name, each.name or address, address in disabled)
        agent = agent_of(address, places)
        if agent is not None:
            agents[agent] = target
        elif not is_of_google(target.project):
            accounts.append(target)
    containing = [each for each in inventory.resources if each.kind in ("project", "folder", "organization")]
    names = sorted({found for each in containing if (found := _container(each.name or "", places))})
    functions = {
        project
        for each in inventory.resources
        if each.kind == "function" and each.provider == "gcp"
        if (project := project_of(named(each.name or "", places.projects), places))
    }
    containers = targets_of(map(administrator_of, names), places)
    return Gainable(targets_of(accounts, places), containers, agents, frozenset(names), frozenset(functions))


def words(container: str) -> str:
    """Give what a reader calls a project, folder or organisation.

    Examples
    --------
    >>> words("projects/shop")
    'project shop'
    """
    kind, _, name = container.partition("/")
    return f"{kind.removesuffix('s').replace('organization', 'organisation')} {name}"


def candidates(targets: Targets, has: Held) -> Iterator[tuple[str, tuple[Target, ...]]]:
    """Give the targets that bindings of a member may be about, together where they have the same answers.

    Yields
    ------
    tuple of (str, tuple of Target)
        What to ask for: the target itself where a binding names it, else what it lies in.
    """
    bound = {each.on for each in has.allows}
    near: dict[str, Target] = {}
    for on in sorted(each or "" for each in bound):
        for target in _near(targets, on):
            near[target.id] = target
    together: dict[str, list[Target]] = {}
    for _, target in sorted(near.items()):
        together.setdefault(target.name if target.name in bound else target.project, []).append(target)
    for asked, those in together.items():
        yield asked, tuple(those)


def _near(targets: Targets, on: str) -> Iterator[Target]:
    kind, _, name = on.partition("/")
    if not on or (kind == "projects" and name.isdigit()):
        yield from targets.all
        return
    yield from targets.inside.get(on, ())
    if kind == "projects":
        yield from targets.loose
    elif kind in CONTAINERS:
        yield from targets.adrift


def targets_of(found: Iterable[Target], places: Places) -> Targets:
    """Sort targets by where they lie."""
    inside: dict[str, list[Target]] = {}
    every, adrift, loose = [], [], []
    for each in found:
        chain = around(each.name, places)
        every.append(each)
        for name in chain:
            inside.setdefault(name, []).append(each)
        if not is_complete(chain):
            adrift.append(each)
        kind, _, project = each.project.partition("/")
        if kind not in CONTAINERS or project.isdigit():
            loose.append(each)
    return Targets(tuple(every), {name: tuple(those) for name, those in inside.items()}, tuple(adrift), tuple(loose))


def _container(name: str, places: Places) -> str | None:
    """Give the name of a project, folder or organisation; None for what only some service calls one."""
    found = named(name, places.projects)
    return found if found.count("/") == 1 and found.partition("/")[0] in CONTAINERS else None
