"""What the report shows of paths and reach, already chosen and counted."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.inventory import Location
from nhiassess.model.reach import Path


@dataclass(frozen=True, slots=True)
class Node:
    """A node as it is printed."""

    id: str
    kind: str
    icon: str
    name: str
    more: str
    place: Location | None


@dataclass(frozen=True, slots=True)
class Step:
    """One hop as it is printed; hops through a server or a grant are folded into it."""

    verb: str
    verdict: str
    gate: str
    holds: bool
    enforced_at: str
    open: str
    reason: str


@dataclass(frozen=True, slots=True)
class PathFigure:
    """One privilege path: its number, stops, gates, and the sentence that says how sure it is."""

    number: str
    path: Path
    agent: str  # its name; the path may begin at an input that taints it, or at a credential that it holds
    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    crown_jewel: bool
    sensitivity: int | None
    gates_hold: tuple[str, ...]
    gates_off: tuple[str, ...]
    open: tuple[str, ...]
    sentence: str
    assumed: bool = False  # a rule took the target for a crown jewel: nobody named it one

    @property
    def closed(self) -> bool:
        """Whether a gate that holds cuts it, so that it stands only where gates are crossed."""
        return not self.path.gated

    @property
    def verdict(self) -> str:
        """The weakest verdict of its hops."""
        return self.path.verdict


@dataclass(frozen=True, slots=True)
class BlastCell:
    """How far an agent reaches under one threat model, with gates holding or not."""

    resources: int
    weighted: int
    bounds: tuple[int, int]
    jewels: int


@dataclass(frozen=True, slots=True)
class BlastRow:
    """How far one agent reaches, in all four ways."""

    agent: str
    label: str
    behaviour_gated: BlastCell | None
    behaviour_ungated: BlastCell | None
    identity_gated: BlastCell | None
    identity_ungated: BlastCell | None
    collapsed: bool
    reason: str
    functions: tuple[str, ...]

    @property
    def cells(self) -> tuple[BlastCell | None, ...]:
        """The four in the order in which they are printed."""
        return (self.behaviour_gated, self.behaviour_ungated, self.identity_gated, self.identity_ungated)

    @property
    def reaches(self) -> bool:
        """Whether it reaches anything in one of the four ways, or could for all that was computed."""
        return any(cell is None or cell.resources for cell in self.cells)

    @property
    def worst(self) -> BlastCell | None:
        """The one of the four that weighs most; None when nothing was computed."""
        known = [cell for cell in self.cells if cell]
        return max(known, key=lambda cell: (cell.bounds[1], cell.bounds[0], cell.jewels), default=None)


@dataclass(frozen=True, slots=True)
class ChokepointFigure:
    """One change, and what it cuts when it is made alone."""

    label: str
    kind: str
    before: int
    after: int
    jewels_before: int
    jewels_after: int


@dataclass(frozen=True, slots=True)
class RemedyFigure:
    """One remedy, what it cuts when it alone is done everywhere, and how much it touches."""

    title: str
    objectives: tuple[str, ...]
    before: int
    after: int
    jewels_before: int
    jewels_after: int
    files: int
    identities: int
    owners: int


@dataclass(frozen=True, slots=True)
class ExposureFigure:
    """The three legs of one agent."""

    agent: str
    label: str
    untrusted: bool | None
    private: bool | None
    outbound: bool | None
    gated: bool | None
    because: tuple[str, ...]
    cheapest: tuple[str, ...] = ()  # labels of what a gate must stand before to break the triangle

    def why(self, leg: str) -> str:
        """Give what was said of one leg."""
        return next((said.partition(": ")[2] for said in self.because if said.startswith(f"{leg}: ")), "")
