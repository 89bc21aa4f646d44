"""Who may push to a repository decides what its pipelines run: applications and tokens of code hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Gate, Grant, Inventory, Locations, Resource
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.code_rules import reviews

_HOSTS = ("github", "gitlab")
# a token of a job says where it is read what the job may change
_TOKENS = frozenset({"pat", "oauth_token", "private_key"})
_UNSTATED = frozenset({"?"})
_DEEPEST = 100  # folders above a token
_OPEN = {
    "workflow_runs_code": "a workflow runs files of {name} from a branch that its rules let it push to",
    "role": "it is a developer of {name} at least, and its rules let it push to a branch",
    "scopes": "the token may write to {name}",
}


@dataclass(frozen=True, slots=True)
class May:
    """What one identity may do at a code host: the actions, whose repositories, and what is left open."""

    identity: str
    host: str
    owner: str  # or "-" where no file names one
    repository: str | None  # the only one of the owner's, if it is for one
    actions: frozenset[str]
    conditions: tuple[str, ...]
    how: str
    locations: Locations


@dataclass(frozen=True, slots=True)
class ChangesCode:
    """From identities at code hosts to the repositories that they push to."""

    name: str = "changes_code"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each identity and each repository that it may push to, by the first technique that does.

        Notes
        -----
        An identity whose owner no file names is held against the repository in whose folder its token lies.
        """
        techniques = [each for each in knowledge.techniques if each.domain == "code"]
        techniques.sort(key=lambda each: each.needs_resource is not None)  # first what needs nothing else
        repositories = _repositories(inventory.resources)
        reviewed = reviews(inventory.settings)
        for may in (*_installed(inventory.grants), *_by_tokens(inventory)):
            for technique in techniques:
                if _allows(technique, may.actions):
                    for repository, conditions in _of(may, repositories):
                        yield _edge(may, technique, repository, conditions, reviewed.get(repository.id))
                    break


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of code hosts, by their owner and by the folder that they lie in."""

    owned: Mapping[tuple[str, str], Sequence[Resource]]
    folders: Mapping[tuple[str, str], Resource]


def _repositories(resources: Iterable[Resource]) -> Repositories:
    owned: dict[tuple[str, str], list[Resource]] = {}
    folders: dict[tuple[str, str], Resource] = {}
    for each in resources:
        host, _, rest = each.id.removeprefix("resource:").partition("/")
        if each.kind == "repository" and host in _HOSTS:
            owned.setdefault((host, rest.partition("/")[0]), []).append(each)
            for place in each.locations:
                folders.setdefault((host, place.path.partition(".git")[0].rstrip("/")), each)
    return Repositories(owned, folders)


def _of(may: May, known: Repositories) -> Iterator[tuple[Resource, tuple[str, ...]]]:
    if may.owner != "-":
        open_owner = (f"the owner of the repository is {may.owner}",)
        owned = ((each, ()) for each in known.owned.get((may.host, may.owner), ()))
        perhaps = ((each, open_owner) for each in known.owned.get((may.host, "-"), ()))
        yield from ((each, words) for each, words in chain(owned, perhaps) if may.repository in (None, each.name))
        return
    for place in may.locations:
        folders = accumulate(place.path.split("/")[:_DEEPEST], "{}/{}".format)
        found = [each for folder in ("", *folders) if (each := known.folders.get((may.host, folder)))]
        yield from ((each, ()) for each in found[-1:])


def _installed(grants: Iterable[Grant]) -> Iterator[May]:
    """Give what applications that are installed may do; a suspended one has no grant."""
    stated = [each for each in grants if each.provider in _HOSTS and each.identity is not None]
    taken = {(each.identity, action) for each in stated if each.effect == "deny" for action in each.actions}
    for grant in stated:
        if grant.effect == "deny":
            continue
        actions = frozenset(each for each in grant.actions if (grant.identity, each) not in taken)
        selected = any(each.key == "repository_selection" for each in grant.conditions)
        conditions = ("the repository is among those that were selected for it",) if selected else ()
        for pattern in grant.resources:
            host, _, whole = pattern.partition(":")
            owner, _, name = whole.partition("/")
            only = None if name in ("", "*") else name
            how = grant.policy or "its grant"
            yield May(grant.identity or "", host, owner, only, actions, conditions, how, grant.locations)


def _by_tokens(inventory: Inventory) -> Iterator[May]:
    """Give what tokens let those whom they prove do; without scopes, that nobody stated it."""
    tokens = {each.id: each for each in inventory.credentials if each.kind in _TOKENS}
    granted = {each.identity for each in inventory.grants}
    jobs = {each.id for each in inventory.identities if each.kind == "ci_job"}
    for link in inventory.links:
        token = tokens.get(link.source) if link.verb == "authenticates_as" else None
        host, _, rest = link.target.removeprefix("identity:").partition("/")
        if token is None or host not in _HOSTS or link.target in granted or link.target in jobs:
            continue
        actions = _UNSTATED if token.scopes is None else frozenset(each.replace(" ", "") for each in token.scopes)
        name = token.name or short(token.id)
        places = token.locations or link.locations
        yield May(link.target, host, rest.partition("/")[0], None, actions, (), name, places)


def _allows(technique: Technique, actions: frozenset[str]) -> bool:
    return any(all(each.action in actions for each in required) for required in technique.requires)


def _edge(may: May, technique: Technique, repository: Resource, more: tuple[str, ...], gate: Gate | None) -> Edge:
    name = repository.name or short(repository.id)
    conditions = (*may.conditions, *more)
    if technique.needs_resource in _OPEN:
        conditions = (*conditions, _OPEN[technique.needs_resource].format(name=name))
    verdict = "unknown" if may.actions == _UNSTATED else "conditional" if conditions else "yes"
    said = "nobody stated" if may.actions == _UNSTATED else f"say {', '.join(_needed(technique, may.actions))}"
    what = "permissions" if may.how == "app installation" else "scopes"
    return edge(
        may.identity,
        "can_change",
        repository.id,
        f"may push to {name}: the {what} of {may.how} {said} ({technique.id})",
        (*may.locations, *repository.locations[:1]),
        verdict=verdict,
        conditions=conditions,
        gate=gate,
        technique=technique.id,
    )


def _needed(technique: Technique, actions: frozenset[str]) -> list[str]:
    ways = ([each.action for each in required] for required in technique.requires)
    return next(each for each in ways if actions.issuperset(each))


EDGE = ChangesCode()
