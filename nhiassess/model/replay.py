"""What a replay answers: for each agent whether a documented incident could happen, and the step that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.inventory import Gate, Locations
from nhiassess.model.reach import Hop

FEASIBLE, BLOCKED, NOT_DETERMINED = "feasible", "blocked", "not determined"
# of a need beyond the verdicts of an edge: what no gate and no gap in the evidence leaves open
NO = "no"


@dataclass(frozen=True, slots=True)
class NeedAnswer:
    """Whether one condition of a step is met for one agent."""

    condition: str
    verdict: str  # yes | conditional | needs_resource | unknown | no
    because: str  # what was observed, what stands in the way, or which evidence is missing
    gate: Gate | None = None  # what stands in the way, where nothing else does
    path: tuple[Hop, ...] = ()  # how it is reached, up to the gate and beyond it where one stands in the way
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """Whether one step of an incident could happen to one agent."""

    number: int
    happened: str
    answer: str  # feasible | blocked | not determined
    atlas: tuple[str, ...]
    broken_by: tuple[str, ...]  # objectives whose holding would break it
    needs: tuple[NeedAnswer, ...]

    @property
    def decisive(self) -> NeedAnswer:
        """The need that decides the step: the first that is not met, else the last."""
        order = {BLOCKED: (NO,), FEASIBLE: ("yes",)}.get(self.answer, ("conditional", "needs_resource", "unknown"))
        found = [need for need in self.needs if need.verdict in order]
        return found[-1] if self.answer == FEASIBLE else found[0]


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether one incident could happen to one agent."""

    scenario: str
    agent: str
    answer: str  # feasible | blocked | not determined
    step: int  # the number of the step that decides: the first that is blocked or not determined, else the last
    because: str
    gate: Gate | None
    steps: tuple[StepAnswer, ...]

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.scenario}|{self.agent}"
