"""Documented incidents as steps that can be replayed: what each needed of the estate, and what would have broken it."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.inventory import Locations

# what a tool can be asked for, by the fields of a tool and the words in which its capabilities are told
ABILITIES: dict[str, str] = {
    "reads_private": "reads private data",
    "sends_out": "sends data out",
    "irreversible": "does what can't be undone",
    "executes_code": "runs code",
    "reads_files": "reads files",
    "writes_files": "writes files",
    "reads_code_repository": "reads code repositories",
    "writes_code_repository": "writes to code repositories",
    "queries_database": "queries databases",
    "writes_database": "writes to databases",
    "manages_cloud": "manages cloud resources",
    "manages_secrets": "manages secrets",
    "sends_messages": "sends messages",
    "browses_web": "browses the web",
    "pays": "pays",
    "memory": "keeps notes",
    "spawns_agents": "starts other agents",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Who says that an incident happened, and where."""

    id: str
    publisher: str
    title: str
    date: str
    url: str
    unverified: bool = False  # known from those who cite it: no part of its text was read


@dataclass(frozen=True, slots=True)
class Need:
    """What an attacker needs of the estate: a condition and its parameters, asked of one agent at a time."""

    condition: str  # untrusted_input | tool | reaches | credential | unpinned_server | runs_on
    kinds: tuple[str, ...] = ()  # of the input, resource or credential; any when empty
    abilities: tuple[str, ...] = ()  # of the tool; one of them will do
    access: str = "any"  # any | reads | writes | administers
    sensitivity: int = 0  # of the resource, at least
    environment: str | None = None  # of the resource
    stores: tuple[str, ...] = ()  # where the credential lies; anywhere when empty
    outlives_seconds: int | None = None  # the credential works for longer than this
    platforms: tuple[str, ...] = ()  # of the agent; one of them will do
    threat_model: str = "behaviour"  # which gates hold
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Break:
    """An objective whose holding breaks a step, and why."""

    objective: str
    because: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened in an incident, and what it needed."""

    happened: str
    sources: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    broken_by: tuple[Break, ...] = ()
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A documented incident as an attack path that can be replayed on an estate."""

    id: str
    title: str
    happened: str  # a date, or a month
    summary: str
    cannot_know: str  # what of the incident no configuration of an agent tells
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    case_studies: tuple[str, ...] = ()  # of ATLAS, where it has some of this incident or its kind
    unverified: tuple[str, ...] = ()  # statements that could not be confirmed
    locations: Locations = ()
