"""What is known before anything is observed: catalogs, crosswalks, checks, techniques and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nhiassess.model.inventory import Gate, Locations
from nhiassess.model.scenario import Scenario

RISK_KINDS = frozenset({"risk", "threat", "cross-layer-threat", "technique"})


@dataclass(frozen=True, slots=True)
class Ask:
    """The question to put and the evidence to request when no check can tell."""

    question: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precondition:
    """When a risk or threat applies: a SELECT (subject, applies) over the tables, or always with a reason."""

    sql: str | None = None
    always: str | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A function, category, layer or family that holds controls."""

    id: str
    title: str
    kind: str
    parent: str | None = None
    statement: str | None = None
    summary: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One statement of a catalog: a control, outcome, risk, threat, technique or objective."""

    id: str
    catalog: str
    title: str
    kind: str
    level: str  # configuration | process | organisation
    parent: str | None = None
    part_of: str | None = None
    refines: str | None = None  # the control of which this one is a sub-technique or an enhancement
    statement: str | None = None
    summary: str | None = None
    aliases: tuple[str, ...] = ()
    agent_relevant: bool = True
    guidance: str = "settled"
    assessable: str = "partly"  # automated | partly | by_interview | outside
    outside: str | None = None
    ask: Ask | None = None
    applies_when: Precondition | None = None
    methods: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    locations: Locations = ()

    @property
    def node(self) -> str:
        """The key of this control in the graph, unique over all catalogs."""
        return f"control:{self.catalog}/{self.id}"

    @property
    def is_risk(self) -> bool:
        """Whether it is something that may happen, which is exposed or mitigated and never satisfied."""
        return self.kind in RISK_KINDS

    @property
    def reads_as(self) -> str:
        """How it is answered: outcomes | risks | objectives."""
        return "risks" if self.is_risk else "objectives" if self.kind == "objective" else "outcomes"


@dataclass(frozen=True, slots=True)
class Catalog:
    """One framework at one version."""

    id: str
    title: str
    short: str
    version: str
    published: str
    publisher: str
    licence: str
    ships: str
    source_url: str
    retrieved: str
    checked_against: str
    checksum: str
    reads_as: str  # outcomes | risks | objectives | reference
    groups: tuple[Group, ...] = ()
    controls: tuple[Control, ...] = ()
    locations: Locations = ()

    @property
    def entries(self) -> tuple[Group | Control, ...]:
        """Everything that has an id: the groups, then the controls."""
        return (*self.groups, *self.controls)

    @property
    def nouns(self) -> dict[str, str]:
        """What its controls are called, for each way in which some of them read."""
        named = (control for control in self.controls if control.kind not in ("case-study", "layer"))
        found = {control.reads_as: f"{control.kind.rpartition('-')[2]}s" for control in reversed(list(named))}
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of a crosswalk: how sources relate to a target, and why."""

    sources: tuple[str, ...]  # one, or several of a jointly row
    target: str
    relationship: str
    rationale: str
    role: str | None = None  # of mitigates: primary | supporting
    matching: str | None = None
    strength: int | None = None
    coverage: tuple[float, float] | None = None  # the share of the target that the source covers, at least and at most
    basis: str = "assessed"
    published_in: str | None = None
    published_as: str | None = None  # the publisher's own word for the relationship
    external: bool = False  # the target is in none of our catalogs, and known not to be
    reviewed_by: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """All rows from one catalog to another."""

    id: str
    source: str
    target: str
    basis: str
    method: str | None
    rows: tuple[Row, ...] = ()
    locations: Locations = ()
    external: bool = False  # the target is no catalog of ours


@dataclass(frozen=True, slots=True)
class Example:
    """Rows of tables that are given to a check or technique, and what it must then say.

    Of a check: the answer for each subject. Of a technique: the verdict of its edge to each target, and no edge else.
    """

    given: Mapping[str, tuple[Mapping[str, Any], ...]]
    expect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the tables that tests objectives."""

    id: str
    title: str
    objectives: tuple[str, ...]
    about: str  # the table whose ids are its subjects
    severity: str  # critical | high | medium | low
    confidence: str  # high | medium | low
    sql: str
    why: str
    remediation: tuple[str, ...]
    cannot_know: str
    references: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """An action that a technique needs, and the role of the resource that it needs it on."""

    action: str
    of: str = "any"  # self | own_policy | own_group | target | target_policy | group | passed_role | any


@dataclass(frozen=True, slots=True)
class Technique:
    """A way to gain privilege: what it requires, needs to exist, and grants."""

    id: str
    domain: str  # aws | kubernetes | federation ...
    name: str
    category: str
    requires: tuple[tuple[Requirement, ...], ...]  # alternatives of requirements that hold together
    grants: str  # become | modify_self | modify_other | administer | change
    applies_to: tuple[str, ...] = ()  # identity kinds it works for; empty means all
    trusted_service: str | None = None  # the service that the passed role must trust
    needs_resource: str | None = None  # an existing resource without which it can't be done
    conditions: tuple[str, ...] = ()  # what must also be true, in words, and no file tells; {target} is who is gained
    source: str | None = None
    covers: tuple[str, ...] = ()  # ids that published lists give what it is, or parts of it
    examples: tuple[Example, ...] = ()  # the least with which it works, and what falls just short of it
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """The rows by table that every example of a file of techniques finds, beside its own."""

    id: str  # path of the file
    given: Mapping[str, tuple[Mapping[str, Any], ...]]
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class KnownServer:
    """What a well-known tool server or built-in agent tool can do, and who says so."""

    id: str
    title: str
    # in small letters: hosts with or without a path, images, packages (npm:name, pypi:name, @scope/name), repositories
    # (github.com/owner/name), programs (program:name and its first words), or the platform of an agent; * as a glob
    matches: tuple[str, ...]
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # tool name, or "*", to fields of Tool
    source: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class SensitivityRule:
    """How sensitive a resource is assumed to be when nobody states it."""

    pattern: str
    sensitivity: int
    reason: str
    provider: str | None = None
    kind: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Settles:
    """What an export settles: open answers of checks, undecided relations, or files that were not looked at."""

    kind: str  # checks | edges | skipped
    names: tuple[str, ...]  # ids of checks, verbs, or constructs
    # patterns of the subject, either end, or the path: "*" is anything, "{account}" one part with a name
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """An export that somebody can make for the assessment without changing anything, and what it settles."""

    id: str
    title: str
    ask: str  # the role that can make it
    command: str  # reads only; "{account}" stands for what the pattern found
    privilege: str  # the least that the command needs
    warning: str  # what the answer holds that must not be passed on
    file: str  # where to put it, below observed/
    source: str
    settles: tuple[Settles, ...]
    read_by: str | None = None  # the source that reads it: what it read is not asked for again
    read_elsewhere: bool = False  # it reads other files too, so that what it read may come from one of those
    unverified: bool = False
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """Another spelling of a control's id, official or not."""

    alias: str
    catalog: str
    id: str
    status: str
    note: str
    see_also: tuple[str, ...] = ()
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles of a catalog whose licence lets us ship identifiers only, from a user who may have them."""

    catalog: str
    titles: Mapping[str, str]  # id of a group or control to its title
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Default:
    """A limit that holds when the plan states none, and the source of it."""

    name: str
    value: int | None
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class EdgePattern:
    """Which edges a remedy is about: by their verb, technique, and fields of the values at their ends."""

    verbs: tuple[str, ...]
    techniques: tuple[str, ...] = ()  # globs; any when empty
    source: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # field to the values that fit; None: unknown
    target: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What an estate would be without, or would have a gate before, if some objectives held everywhere."""

    id: str
    title: str
    objectives: tuple[str, ...]
    edges: tuple[EdgePattern, ...]
    cannot_know: str
    gate: Gate | None = None  # put before the edges; when there is none, the edges are gone
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that came with the package, plugins and the assessment folder."""

    catalogs: tuple[Catalog, ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()
    checks: tuple[Check, ...] = ()
    techniques: tuple[Technique, ...] = ()
    stages: tuple[Stage, ...] = ()
    servers: tuple[KnownServer, ...] = ()
    sensitivity: tuple[SensitivityRule, ...] = ()
    aliases: tuple[Alias, ...] = ()
    titles: tuple[Titles, ...] = ()
    defaults: tuple[Default, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    exports: tuple[Export, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    assessed: tuple[str, ...] = ()  # the catalogs that a plan which names none means, in the order of the summary

    def catalog(self, id: str) -> Catalog | None:
        """Give the catalog of this id, or None."""
        return next((catalog for catalog in self.catalogs if catalog.id == id), None)
