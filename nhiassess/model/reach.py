"""What the graph answers: edges with reasons, what is reached, by which path, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.inventory import Gate, Location, Locations

# strongest first; "no" gives no edge
VERDICTS: tuple[str, ...] = ("yes", "conditional", "needs_resource", "unknown")
ACCESS_WEIGHTS: dict[str, int] = {"reads": 1, "writes": 2, "executes_on": 2, "administers": 3}
BEHAVIOUR, IDENTITY = "behaviour", "identity"
THREAT_MODELS: tuple[str, ...] = (BEHAVIOUR, IDENTITY)
# the kinds that each verb may join; building refuses any other triple
TRIPLES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    verb: (frozenset(sources.split()), frozenset(targets.split()))
    for verb, sources, targets in (
        ("invokes", "agent", "tool"),
        ("served_by", "tool", "tool_server"),
        ("holds", "agent tool tool_server workflow resource", "credential"),
        ("authenticates_as", "credential", "identity"),
        ("runs_as", "agent tool_server workflow resource", "identity"),
        ("member_of", "identity", "identity"),
        ("assumes", "identity", "identity"),
        ("federates_to", "identity", "identity"),
        ("escalates_to", "identity", "identity"),
        ("granted", "identity", "grant"),
        ("reads", "grant", "resource"),
        ("writes", "grant", "resource"),
        ("administers", "grant", "resource"),
        ("executes_on", "grant agent tool workflow resource", "resource"),
        ("yields", "resource", "credential"),
        ("can_change", "identity", "resource"),
        ("defines", "resource", "workflow agent"),
        ("delegates_to", "agent", "agent"),
        ("triggers", "workflow", "agent"),
        ("taints", "input", "agent"),
        ("sends_to", "tool", "destination"),
        ("sets", "resource", "setting"),
        ("tests", "check", "control"),
        ("maps_to", "control", "control"),
        ("mitigates", "control", "control"),
        ("relates_to", "control", "control"),
        ("observed_on", "finding", "agent tool tool_server credential identity grant resource workflow input "
         "destination trust setting authorization_policy telemetry declared"),
    )
}  # fmt: skip


def weakest(verdicts: tuple[str, ...]) -> str:
    """Give the weakest verdict, which is that of a path made of these hops.

    Examples
    --------
    >>> weakest(("yes", "needs_resource", "conditional"))
    'needs_resource'
    """
    return max(verdicts, key=VERDICTS.index, default="yes")


@dataclass(frozen=True, slots=True)
class Edge:
    """A reason why one node reaches another."""

    id: str
    source: str
    verb: str
    target: str
    reason: str
    verdict: str = "yes"
    conditions: tuple[str, ...] = ()  # the open conditions, in words, of a verdict that is not yes
    gate: Gate | None = None
    technique: str | None = None
    via: str | None = None  # the grant that a folded hop runs through
    locations: Locations = ()

    @property
    def key(self) -> str:
        """The key of this edge between its two nodes: two reasons are two edges."""
        place = self.locations[0] if self.locations else Location("-")
        return f"{self.verb}|{self.technique or self.via or ''}|{place.path}:{place.line}:{place.column}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path, as it is printed."""

    source: str
    verb: str
    target: str
    verdict: str
    reason: str
    gate: Gate | None = None
    gate_holds: bool = False
    technique: str | None = None
    conditions: tuple[str, ...] = ()
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A privilege path from an entry to a resource or identity, with the weakest verdict of its hops."""

    id: str
    agent: str
    target: str
    threat_model: str
    gated: bool
    verdict: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """That an agent reaches a resource under one threat model, with gates holding or not."""

    agent: str
    resource: str
    threat_model: str
    gated: bool
    verdict: str
    hops: int
    access: str

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.agent}|{self.resource}|{self.threat_model}|{'gated' if self.gated else 'ungated'}"


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """How far one agent reaches under one threat model, with gates holding or not."""

    agent: str
    threat_model: str
    gated: bool
    resources: int
    by_verdict: tuple[tuple[str, int], ...]
    weighted: int  # unknown sensitivity counted as 0 in bounds[0], 5 in bounds[1]; weighted is the lower bound
    bounds: tuple[int, int]
    business_functions: tuple[str, ...]
    crown_jewels: tuple[Path, ...]  # one witness path for each crown jewel reached
    collapsed: bool = False  # behaviour takeover amounts to identity takeover
    reason: str = ""  # why it collapsed, in words

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.agent}|{self.threat_model}|{'gated' if self.gated else 'ungated'}"


@dataclass(frozen=True, slots=True)
class Chokepoint:
    """A node or edge whose loss cuts reach, verified by computing again without it."""

    id: str
    kind: str  # grant | credential | tool_server | identity | edge
    removed: tuple[str, ...]
    pairs_before: int  # (agent, resource) pairs reached under behaviour takeover, gates holding
    pairs_after: int
    jewels_before: int
    jewels_after: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """The three legs of one agent: untrusted input, private data, an outbound channel; None where nobody could tell."""

    agent: str
    untrusted: bool | None
    private: bool | None
    outbound: bool | None
    gated: bool | None  # a holding gate stands on at least one leg
    because: tuple[str, ...] = ()  # one sentence a leg
    # tools and inputs of the leg that has fewest without a gate: gates before these break the triangle
    cheapest: tuple[str, ...] = ()
    locations: Locations = ()

    @property
    def id(self) -> str:
        """The key of this row."""
        return self.agent

    @property
    def legs(self) -> int:
        """How many legs are known to stand."""
        return [self.untrusted, self.private, self.outbound].count(True)


@dataclass(frozen=True, slots=True)
class Escalation:
    """That an identity can gain administrative privilege, or has it already."""

    id: str
    identity: str  # native name
    verdict: str
    techniques: tuple[str, ...]
    via: str | None
    reason: str
    already: bool
    hops: tuple[Hop, ...] = ()  # the shortest way, each hop with its statements and what it leaves open
    locations: Locations = ()
