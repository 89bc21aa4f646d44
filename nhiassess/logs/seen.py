"""Who is seen in a log: the agents and identities of its rows, when last, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from nhiassess.logs.log import DATA_ACCESS, PRIVILEGE_DECISIONS, TOOL_CALLS, Action
from nhiassess.model.inventory import Agent, Identity, Location, Telemetry

SEEN = "seen in activity"


class Seen(Protocol):
    """Actions that are alike."""

    @property
    def action(self) -> Action:
        """One of them."""

    @property
    def last(self) -> str | None:
        """The time of the last."""

    @property
    def place(self) -> Location:
        """Where the first stands."""


def agents(rows: Iterable[Seen]) -> tuple[Agent, ...]:
    """Give the agents that rows name, last used when they were last seen."""
    return tuple(
        Agent(
            id,
            name=id.rsplit("/", 1)[-1],
            platform=id.removeprefix("agent:").split("/", 1)[0],
            status=SEEN,
            last_used=last,
            locations=(place,),
        )
        for id, (last, place) in _last(rows, "agent").items()
    )


def identities(rows: Iterable[Seen]) -> tuple[Identity, ...]:
    """Give the identities that rows name as actors, last used when they were last seen."""
    return tuple(
        Identity(id, *_kind(id), last_used=last, locations=(place,))
        for id, (last, place) in _last(rows, "actor").items()
    )


def telemetry(rows: Iterable[Seen]) -> tuple[Telemetry, ...]:
    """Give what rows show to be recorded of each agent; where it goes, and what is not recorded, they do not show."""
    shown: dict[str, set[str]] = {}
    places: dict[str, Location] = {}
    for row in rows:
        agent = row.action.agent
        if agent is not None and row.action.shows:
            shown.setdefault(agent, set()).update(row.action.shows)
            places.setdefault(agent, row.place)
    return tuple(
        Telemetry(
            f"telemetry:{agent}",
            agent,
            TOOL_CALLS in shows or None,
            DATA_ACCESS in shows or None,
            PRIVILEGE_DECISIONS in shows or None,
            locations=(places[agent],),
        )
        for agent, shows in shown.items()
    )


def _last(rows: Iterable[Seen], field: str) -> Mapping[str, tuple[str | None, Location]]:
    found: dict[str, tuple[str | None, Location]] = {}
    for row in rows:
        id = getattr(row.action, field)
        if id is None:
            continue
        last, place = found.get(id, (None, row.place))
        found[id] = (max(filter(None, (last, row.last)), default=None), place)
    return found


def _kind(id: str) -> tuple[str | None, str | None, str]:
    """Give kind, native name and provider of an identity, as far as its id tells them."""
    provider, _, rest = id.removeprefix("identity:").partition("/")
    parts = rest.split("/")
    kind: str | None = None
    name: str | None = None
    if provider == "aws":
        kind = parts[1].split(":")[0] if len(parts) > 1 else None
    elif provider == "kubernetes":
        last = parts[-1]
        kind = "user" if last.startswith("user:") else "service_account"
        name = last.removeprefix("user:") if kind == "user" else "/".join(parts[-2:])
    elif provider == "github-app":
        kind, provider = "github_app", "github"
    elif provider == "github":
        kind = "user"
    return kind, name, provider
