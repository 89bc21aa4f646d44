"""What it takes to cross an edge: the verdict it then has, and whether a gate that holds stands before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from nhiassess.model.inventory import Gate, Tool
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, VERDICTS, Edge, Hop
from nhiassess.network.what_if import EdgeKey

# how one arrives at a resource decides how one goes on from it
ONWARD: dict[str, frozenset[str]] = {
    "yields": frozenset({"reads", "executes_on", "administers"}),
    "defines": frozenset({"writes", "can_change", "administers"}),
    "runs_as": frozenset({"executes_on", "administers"}),
    "holds": frozenset({"executes_on", "administers"}),
    "executes_on": frozenset({"executes_on", "administers"}),
}
# what the verb of arrival means as access to the resource
ACCESS: dict[str, str] = {
    "reads": "reads",
    "writes": "writes",
    "can_change": "writes",
    "executes_on": "executes_on",
    "administers": "administers",
}
# relations of knowledge and findings, and of what comes in: nobody reaches further along these
_NOT_WALKED = frozenset({"tests", "maps_to", "mitigates", "relates_to", "observed_on", "taints", "sets"})
# what an agent has of its own, and needs a tool in its hands to use
OWN = frozenset({"holds", "runs_as", "executes_on"})
NO_GATE = Gate()

State = tuple[str, str]  # a node, and the verb by which a resource was arrived at


@dataclass(frozen=True, slots=True)
class Hand:
    """A tool by which an agent uses what it holds, and whether a gate that holds stands before it."""

    verdict: str
    stands: bool
    tool: str
    gate: Gate
    runs_code: bool
    how: str


@dataclass(frozen=True, slots=True)
class Index:
    """The edges of a graph by source, and for each agent the hands by which it uses what it holds."""

    out: Mapping[str, tuple[Edge, ...]]
    into: Mapping[str, tuple[Edge, ...]]
    tools: Mapping[str, Tool]
    remote: frozenset[str]  # tool servers that are reached over a network
    hands: Mapping[str, tuple[Hand, ...]]  # strongest verdict first, then those without a gate
    writes: frozenset[str]  # agents that can rewrite files of their folder with no gate before it
    removed_nodes: frozenset[str] = frozenset()
    removed_edges: frozenset[EdgeKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Crossing:
    """How an edge is crossed from a state: by which hand, with which verdict, and past which gate."""

    verdict: str
    gate: Gate
    stands: bool  # whether the gate holds
    hand: Hand | None = None  # of an agent that uses something of its own


def holds(gate: Gate | None, threat_model: str, agent_writes: bool = False, folder: str = "") -> bool:
    """Tell whether a gate holds.

    Under behaviour takeover every gate holds, but for one that is asked only once, and one that stands in a file
    which the agent itself can rewrite. Under identity takeover only gates at a gateway, resource or network hold.

    Examples
    --------
    >>> holds(Gate("human_approval"), "behaviour"), holds(Gate("human_approval"), "identity")
    (True, False)
    """
    if gate is None or gate.kind == "none" or not gate.each_call:
        return False
    if threat_model == IDENTITY:
        return gate.enforced_at in ("gateway", "resource", "network")
    own_file = bool(gate.controlled_by) and gate.enforced_at == "agent_process" and agent_writes
    return not (own_file and _within(gate.controlled_by or "", folder))


def folder_of(agent: str) -> str:
    """Give the folder of an agent from its id.

    Examples
    --------
    >>> folder_of("agent:claude-code/repos/payments/claude-code")
    'repos/payments'
    """
    parts = agent.split(":", 1)[-1].split("/")
    return unquote("/".join(parts[1:-1]))


def crossing(found: Index, edge: Edge, state: State, threat_model: str, gated: bool) -> Crossing | None:
    """Tell how an edge is crossed by an attacker who has arrived at its source; None when it is not.

    Parameters
    ----------
    found:
        The index of a graph.
    edge:
        One of its edges.
    state:
        The source of the edge, and the verb by which a resource was arrived at.
    threat_model:
        ``behaviour`` or ``identity``.
    gated:
        Whether an edge is cut whose gate holds.

    Returns
    -------
    Crossing or None
        It follows from the edge and the state alone, not from where the attacker began: so the states and
        crossings of a threat model are one graph for all agents.
    """
    if edge.verb in _NOT_WALKED or not there(found, edge):
        return None
    onward = ONWARD.get(edge.verb)
    if onward is not None and state[1] and state[1] not in onward:
        return None
    gate = edge.gate or NO_GATE
    of_agent = edge.source.startswith("agent:")
    writes, folder = edge.source in found.writes, folder_of(edge.source) if of_agent else ""
    stands, verdict, hand = holds(gate, threat_model, writes, folder), edge.verdict, None
    if of_agent and edge.verb in OWN and threat_model == BEHAVIOUR:
        hand = _hand(found, edge, gated)
        if hand is None:
            return None
        verdict = max(verdict, hand.verdict, key=VERDICTS.index)
        if not stands:
            gate, stands = hand.gate, hand.stands
    return None if gated and stands else Crossing(verdict, gate, stands, hand)


def hop(edge: Edge, crossed: Crossing) -> Hop:
    """Give the hop of a path that crosses an edge, with its reason."""
    return Hop(
        source=edge.source,
        verb=edge.verb,
        target=edge.target,
        verdict=crossed.verdict,
        reason=f"{edge.reason}; {crossed.hand.how}" if crossed.hand is not None else edge.reason,
        gate=crossed.gate if crossed.gate.kind != "none" else None,
        gate_holds=crossed.stands,
        technique=edge.technique,
        conditions=edge.conditions,
        locations=edge.locations,
    )


def arrival(edge: Edge) -> State:
    """Give the state that crossing an edge arrives at."""
    return (edge.target, edge.verb if edge.target.startswith("resource:") else "")


def there(found: Index, edge: Edge) -> bool:
    """Tell whether an edge is left in."""
    if edge.source in found.removed_nodes or edge.target in found.removed_nodes:
        return False
    return not found.removed_edges or (edge.source, edge.target, edge.key) not in found.removed_edges


def _hand(found: Index, edge: Edge, gated: bool) -> Hand | None:
    """Choose the hand by which an agent uses something of its own; on its host only what runs code reaches further."""
    return next(
        (
            hand
            for hand in found.hands.get(edge.source, ())
            if (hand.runs_code or edge.verb != "executes_on") and not (gated and hand.stands)
        ),
        None,
    )


def _within(path: str, folder: str) -> bool:
    # managed settings belong to whoever manages the machine, wherever their export lies
    return "managed" not in path.rpartition("/")[2] and (folder == "-" or path.startswith(folder + "/"))
