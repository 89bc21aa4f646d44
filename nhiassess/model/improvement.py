"""What a change does to the reach of a whole estate, and what it touches: for a ranked list, a cut, and a drift."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.reach import Path


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the agents of an estate reach together, under one threat model with gates holding or not."""

    threat_model: str
    gated: bool
    pairs: int  # of agent and resource
    jewels: int  # of agent and crown jewel
    weighted: int  # sum over the pairs of sensitivity times access, unknown sensitivity counted as 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What somebody has to touch to make a change."""

    edges: int
    files: tuple[str, ...]
    identities: tuple[str, ...]
    people: tuple[str, ...]  # the owners that files name, of the agents and identities at the ends of the edges


@dataclass(frozen=True, slots=True)
class Improvement:
    """One change, with the extent before it and after it."""

    id: str
    kind: str  # remove | gate
    title: str
    objectives: tuple[str, ...]  # that hold where it is done, when it is a whole control
    before: tuple[Extent, ...]  # one for each threat model and state of gates
    after: tuple[Extent, ...]
    cost: Cost
    cannot_know: str = ""


@dataclass(frozen=True, slots=True)
class AgentEffect:
    """How a what-if changes the reach of one agent, under one threat model with gates holding or not."""

    agent: str
    threat_model: str
    gated: bool
    pairs_before: int  # resources that it reaches
    pairs_after: int
    jewels_before: int
    jewels_after: int
    weighted_before: int
    weighted_after: int

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.agent}|{self.threat_model}|{'gated' if self.gated else 'ungated'}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a what-if does to the reach of an estate, and what it touches."""

    before: tuple[Extent, ...]  # one for each threat model and state of gates
    after: tuple[Extent, ...]
    agents: tuple[AgentEffect, ...]  # those that it changes
    cost: Cost


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a cut takes out, and what that touches."""

    id: str  # a node's, or "source verb target"
    cost: Cost


@dataclass(frozen=True, slots=True)
class Cut:
    """The fewest things that must go so that no agent reaches a crown jewel."""

    elements: tuple[Element, ...]
    jewels_before: int
    jewels_after: int
    open: tuple[Path, ...]  # where nothing can be taken out of a path, that path: no cut closes it
    cost: Cost


@dataclass(frozen=True, slots=True)
class AgentDrift:
    """How the extent of one agent changed between two observations."""

    id: str  # of the agent
    change: str  # appeared | disappeared | wider | narrower | otherwise
    pairs_before: int
    pairs_after: int
    weighted_before: int
    weighted_after: int
    gained: tuple[Path, ...]  # to crown jewels that it reaches now
    lost: tuple[str, ...]  # crown jewels that it reaches no more


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed between two graphs of an estate, under behaviour takeover with gates holding."""

    appeared: tuple[str, ...]  # ids of nodes
    disappeared: tuple[str, ...]
    edges_appeared: tuple[str, ...]  # "source verb target"
    edges_disappeared: tuple[str, ...]
    agents: tuple[AgentDrift, ...]
