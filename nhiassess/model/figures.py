"""What the report shows, already chosen and counted: renderers place these values and count nothing."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.assessment import Evidence, Finding
from nhiassess.model.figures_paths import BlastRow, ChokepointFigure, ExposureFigure, PathFigure, RemedyFigure
from nhiassess.model.knowledge import Catalog
from nhiassess.model.request import Request

LEAST_FOR_PERCENT = 20  # below it counts are printed, never percentages


@dataclass(frozen=True, slots=True)
class Interval:
    """A share whose unknown part is counted as failed at its lower bound and as satisfied at its upper."""

    lower: int
    upper: int
    denominator: int

    @property
    def text(self) -> str:
        """The bounds in words: percentages rounded down from 20 on, counts below.

        Examples
        --------
        >>> Interval(24, 31, 54).text, Interval(3, 3, 4).text, Interval(1, 4, 10).text, Interval(0, 0, 0).text
        ('44–57 %', '3', '1–4', '–')
        """
        if not self.denominator:
            return "–"
        low, high = self.lower, self.upper
        if self.denominator >= LEAST_FOR_PERCENT:
            low, high = 100 * low // self.denominator, 100 * high // self.denominator
        both = str(low) if low == high else f"{low}–{high}"
        return f"{both} %" if self.denominator >= LEAST_FOR_PERCENT else both


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are in each state, in the one order in which states are shown."""

    counts: tuple[tuple[str, int], ...]

    def of(self, state: str) -> int:
        """Give the number in one state."""
        return next((number for name, number in self.counts if name == state), 0)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(number for _, number in self.counts)


@dataclass(frozen=True, slots=True)
class FrameworkFigure:
    """How one framework stands."""

    id: str
    title: str
    short: str
    version: str
    publisher: str
    published: str
    reads_as: str  # outcomes | risks | objectives
    noun: str  # what its items are called, such as threats
    items: int
    mapped: int
    assessed: int
    outside: int
    partly: int
    tally: Tally
    interval: Interval | None  # None for risks, which are counted only


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """How one family, function or layer stands."""

    id: str
    title: str
    tally: Tally
    interval: Interval | None = None
    recorded: int = 0  # of those that evidence supports: satisfied by an assessor's record


@dataclass(frozen=True, slots=True)
class GroupedFramework:
    """A framework of outcomes or objectives, by its groups."""

    framework: str
    short: str
    version: str
    by: str  # the kind of its outermost groups, such as function
    groups: tuple[GroupFigure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One agent as the head of a column, and how many rows it fails in."""

    id: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One risk, and its state for each agent."""

    id: str
    title: str
    states: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer, and how many of its threats are in each state for each agent."""

    id: str
    title: str
    cells: tuple[Tally, ...]
    threats: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """A part of a matrix that is narrow enough for a page."""

    framework: str
    noun: str  # what its lines are, or what its layers hold
    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...] = ()
    layers: tuple[LayerRow, ...] = ()
    by: str = ""  # the kind of its layers, such as tactic
    first: int = 1
    agents: int = 0  # of all parts together


@dataclass(frozen=True, slots=True)
class Criterion:
    """An objective that a finding fails, with its statement."""

    id: str
    statement: str


@dataclass(frozen=True, slots=True)
class FindingFigure:
    """One finding with what its page needs."""

    finding: Finding
    level: int  # 1 to 5
    likelihood: int  # 0 to 4
    impact: int  # 0 to 4
    agents: tuple[str, ...]  # labels
    criteria: tuple[Criterion, ...]
    exposes: tuple[str, ...]  # risks and threats: id and title
    serves: tuple[str, ...]  # outcomes, by framework
    paths: tuple[str, ...]  # numbers
    evidence: tuple[Evidence, ...]
    excerpts: tuple[Evidence, ...]
    labels: tuple[str, ...]  # of the subjects, in the order of the occurrences
    subject_kind: str  # what its subjects are, in the singular when it has one
    accepted: int
    changes: tuple[tuple[str, int], ...]
    drawn: PathFigure | None


@dataclass(frozen=True, slots=True)
class GapRow:
    """One kind of gap, and how many items of each framework it concerns."""

    kind: str
    meaning: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An objective that could not be determined, why, how far what is behind it reaches, and how many items wait."""

    objective: str
    statement: str
    reason: str
    ask: str
    reach: int | None  # the widest weighted blast radius of an agent behind it, at most; None when nobody is
    items: int


@dataclass(frozen=True, slots=True)
class CrosswalkFigure:
    """Where the rows of one crosswalk come from."""

    source: str
    target: str
    rows: int
    relationships: tuple[tuple[str, int], ...]
    published: int
    assessed: int
    method: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The files of one kind of source."""

    source: str
    found: int
    read: int
    skipped: int
    ignored: int


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """One reason for which something was not looked at."""

    reason: str
    files: int
    constructs: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One line of the control matrix."""

    id: str
    title: str
    statement: str
    method: str
    state: str
    population: int
    tested: int
    deviations: int
    undetermined: int
    via: tuple[str, ...]  # objectives of a control, or controls of an objective
    checks: tuple[str, ...]
    note: str
    group: str
    part: bool = False  # a lettered part of a compound one
    counted: bool = True  # a compound one is counted by its parts


@dataclass(frozen=True, slots=True)
class ControlMatrix:
    """Every line of one framework."""

    framework: FrameworkFigure
    rows: tuple[ControlRow, ...]
    whole: int  # lines that are counted: a compound one is counted by its parts


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What became of occurrences since the previous assessment."""

    state: str
    occurrences: int
    findings: tuple[str, ...]  # finding ids, or check ids where no finding is left
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at, in numbers."""

    agents: int
    platforms: int
    tool_servers: int
    tools: int
    identities: int
    humans: int
    credentials: int
    grants: int
    resources: int
    crown_jewels: int
    assumed_jewels: int
    files: int
    read: int
    skipped: int
    ignored: int


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the narrative."""

    name: str
    draft: bool
    text: str
    figures: tuple[tuple[str, int], ...] = ()  # that it says


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the report shows, from one assessment."""

    scope: Scope
    frameworks: tuple[FrameworkFigure, ...]
    headline: tuple[FrameworkFigure, ...]  # of them, those that the summary shows
    grouped: tuple[GroupedFramework, ...]
    agents: tuple[Column, ...]  # count: occurrences attributed to the agent
    risks: tuple[Matrix, ...]
    layers: tuple[Matrix, ...]
    paths: tuple[PathFigure, ...]
    all_paths: int
    blast: tuple[BlastRow, ...]
    chokepoints: tuple[ChokepointFigure, ...]
    remedies: tuple[RemedyFigure, ...]  # those that cut most
    all_remedies: int
    exposure: tuple[ExposureFigure, ...]
    findings: tuple[FindingFigure, ...]
    levels: tuple[tuple[str, int], ...]
    grid: tuple[tuple[int, ...], ...]
    gaps: tuple[GapRow, ...]
    gap_frameworks: tuple[FrameworkFigure, ...]
    waiting: tuple[Waiting, ...]
    crosswalks: tuple[CrosswalkFigure, ...]
    catalogs: tuple[Catalog, ...]  # those that the report rests on
    ledger: tuple[LedgerRow, ...]
    skipped: tuple[SkippedRow, ...]
    requests: tuple[Request, ...]  # those that would settle most
    all_requests: int
    matrices: tuple[ControlMatrix, ...]
    changes: tuple[ChangeRow, ...] | None
    narrative: tuple[Section, ...]
    occurrences: int
    names: tuple[tuple[str, str], ...]  # id and readable name of every agent, tool server and identity

    @property
    def blast_totals(self) -> tuple[int | None, ...]:
        """Pairs of agent and resource in each of the four ways; None where one agent was not computed."""
        columns = zip(*(row.cells for row in self.blast), strict=True)
        return tuple(None if None in column else sum(cell.resources for cell in column if cell) for column in columns)

    @property
    def draft(self) -> bool:
        """Whether any section of the narrative is not reviewed yet."""
        return any(section.draft for section in self.narrative)

    def section(self, name: str) -> Section | None:
        """Give one section of the narrative, or None."""
        return next((section for section in self.narrative if section.name == name), None)
