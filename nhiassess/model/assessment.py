"""What was concluded: determinations, findings, coverage, risks, and the Assessment that renderers draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nhiassess.model.improvement import Improvement
from nhiassess.model.inventory import Inventory, Location, Locations
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import BlastRadius, Chokepoint, Edge, Escalation, Exposure, Path, Reach
from nhiassess.model.request import Requests

SATISFIED, NOT_SATISFIED = "satisfied", "not-satisfied"
NOT_DETERMINED, NOT_APPLICABLE = "not-determined", "not-applicable"
STATES: tuple[str, ...] = (SATISFIED, NOT_DETERMINED, NOT_SATISFIED, NOT_APPLICABLE)
RISK_STATES: tuple[str, ...] = ("mitigations hold", "not determined", "weakened", "exposed", "not applicable")
SEVERITIES: tuple[str, ...] = ("critical", "high", "medium", "low")
LEVELS: tuple[str, ...] = ("very low", "low", "moderate", "high", "very high")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A redacted excerpt of a file, with the hashes that let someone find it again."""

    id: str
    location: Location
    excerpt: str  # redacted lines
    first_line: int
    sha256: str  # of the redacted excerpt
    file_sha256: str | None  # of the bytes read; None for a file that is little more than a secret
    collected: str | None = None
    method: str = "EXAMINE"


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a file or folder that was handed over came about; without it its age and completeness are unknown."""

    path: str
    command: str | None = None
    system: str | None = None
    scope: str | None = None
    filters: str | None = None
    run_by: str | None = None  # a role
    at: str | None = None
    records: int | None = None
    sha256: str | None = None
    note: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check says of one subject."""

    check: str
    subject: str
    state: str  # satisfied | not-satisfied | not-determined
    seen: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Determination:
    """The state of a statement for one subject, or for the whole assessment (subject "*")."""

    control: str  # control.node
    subject: str
    state: str
    reason: str  # no procedure, no evidence, evidence expired, partly evidenced ..., or in words
    method: str  # EXAMINE | INTERVIEW | crosswalk | plan
    population: int = 0
    tested: int = 0
    deviations: int = 0
    undetermined: int = 0
    because: tuple[str, ...] = ()  # check ids, objective ids or attestation ids, which carried it
    accepted_until: str | None = None

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.control}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One subject of a finding; it carries the stable fingerprint."""

    fingerprint: str  # check + subject, never the message
    subject: str
    seen: str
    agents: tuple[str, ...] = ()  # to which the subject is attributed
    evidence: tuple[str, ...] = ()  # evidence ids
    locations: Locations = ()
    accepted_until: str | None = None
    change: str | None = None  # new | still open | regressed


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that failed, with every subject it failed for."""

    id: str  # F-01 ...
    check: str
    title: str
    severity: str
    confidence: str
    risk_level: str  # LEVELS
    likelihood: str
    impact: str
    risk_because: str
    objectives: tuple[str, ...]
    controls: tuple[str, ...]  # control nodes whose determination it decides or exposes
    occurrences: tuple[Occurrence, ...]
    agents: tuple[str, ...]
    why: str
    remediation: tuple[str, ...]
    cannot_know: str
    paths: tuple[str, ...] = ()  # ids of privilege paths that run through its subjects
    root: bool = True  # False when it follows from another finding (implies)


@dataclass(frozen=True, slots=True)
class ControlCoverage:
    """How one control stands: what was looked at, and the bounds of what is satisfied."""

    framework: str
    control: str
    title: str
    state: str  # STATES or RISK_STATES, by how the catalog reads
    objectives: tuple[str, ...]
    checks: tuple[str, ...]
    observed: int
    denominator: int
    lower: int
    upper: int
    reads_as: str = "outcomes"  # outcomes | risks | objectives: which states it can have
    gap: str | None = None  # no mapping | no procedure | no evidence | stale | partial | failed | accepted-until
    reason: str = ""
    signal: str = ""  # of outcomes: supports | contradicts | needs an answer | outside the profile
    subjects: tuple[str, ...] = ()  # agents for which it fails or is exposed; of objectives also is open
    chain: tuple[str, ...] = ()  # how it was derived, one sentence each
    evidenced: tuple[float, float] | None = None  # of outcomes: the share whose sources were determined, in bounds

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.framework}/{self.control}"


@dataclass(frozen=True, slots=True)
class FrameworkCoverage:
    """The figures of one framework; every one has its denominator."""

    framework: str
    title: str
    reads_as: str  # a framework that holds both, such as mitigations and techniques, has a row for each
    items: int
    not_applicable: int
    outside: int
    mapped: int
    assessed: int
    counts: tuple[tuple[str, int], ...]  # state to number, in the order of STATES or RISK_STATES
    partly: int  # of the not determined, partly evidenced
    lower: int | None
    upper: int | None
    denominator: int

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.framework}/{self.reads_as}"


@dataclass(frozen=True, slots=True)
class AgentRisk:
    """How one risk or threat stands for one agent."""

    control: str  # control.node
    agent: str
    state: str  # RISK_STATES
    because: str = ""

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.control}|{self.agent}"


@dataclass(frozen=True, slots=True)
class Deviation:
    """An accepted exception: it never turns a fail into a pass."""

    id: str
    check: str
    subject: str
    rationale: str
    compensating: tuple[str, ...]
    approver: str
    approved_at: str
    expires_at: str
    expired: bool
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one occurrence since the previous assessment."""

    fingerprint: str
    check: str
    subject: str
    state: str  # new | still open | fixed | regressed | expired | no longer observable


@dataclass(frozen=True, slots=True)
class Narrative:
    """Words that only people can write; a draft prints DRAFT."""

    section: str
    status: str  # draft | reviewed
    text: str  # Markdown
    figures: tuple[tuple[str, int], ...] = ()  # that the text says, by their names
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is assessed, for whom, by whom and against what."""

    title: str = "Agent and non-human identity assessment"
    client: str = ""
    system: str = ""
    reference: str = ""
    type: str = "From configuration"
    independence: str = "self"
    classification: str = "Confidential"
    version: str = "draft"
    period: tuple[str, str] | None = None
    roles: Mapping[str, Any] = field(default_factory=dict)
    frameworks: tuple[str, ...] = ()
    observed: str = "."
    retention: str = ""
    out_of_scope: tuple[tuple[str, str], ...] = ()
    not_applicable: tuple[tuple[str, str, str], ...] = ()  # objective, justification, approver
    limits: Mapping[str, int] = field(default_factory=dict)
    initiation: str = "moderate"
    initiation_reason: str = "Assumed: the plan names no threat source"
    resources: tuple[Mapping[str, Any], ...] = ()
    agents: tuple[Mapping[str, Any], ...] = ()
    identities: tuple[Mapping[str, Any], ...] = ()
    branding: Mapping[str, str] = field(default_factory=dict)
    default: bool = False  # no plan.yaml was given


@dataclass(frozen=True, slots=True)
class Meta:
    """When, with what and on what the assessment was made."""

    now: str
    tool: str
    version: str
    python: str
    input_sha256: str
    knowledge_sha256: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that renderers draw; none of them counts, filters or summarises by itself."""

    plan: Plan
    meta: Meta
    knowledge: Knowledge
    inventory: Inventory
    edges: tuple[Edge, ...] = ()
    reach: tuple[Reach, ...] = ()
    blast: tuple[BlastRadius, ...] = ()
    paths: tuple[Path, ...] = ()
    chokepoints: tuple[Chokepoint, ...] = ()
    remedies: tuple[Improvement, ...] = ()
    exposure: tuple[Exposure, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    answers: tuple[Answer, ...] = ()
    determinations: tuple[Determination, ...] = ()
    findings: tuple[Finding, ...] = ()
    controls: tuple[ControlCoverage, ...] = ()
    coverage: tuple[FrameworkCoverage, ...] = ()
    agent_risks: tuple[AgentRisk, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    changes: tuple[Change, ...] | None = None  # None when there is no previous assessment
    previous: str | None = None  # its date
    narrative: tuple[Narrative, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    requests: Requests = field(default_factory=Requests)
    warnings: tuple[str, ...] = ()
