"""Which nodes an actor reaches, with the strongest verdict and the fewest hops: what every analysis of reach walks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from nhiassess.model.inventory import Gate, Tool
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, VERDICTS, Edge, Hop

# how one arrives at a resource decides how one goes on from it
ONWARD: dict[str, frozenset[str]] = {
    "yields": frozenset({"reads", "executes_on", "administers"}),
    "defines": frozenset({"writes", "can_change", "administers"}),
    "runs_as": frozenset({"executes_on", "administers"}),
    "holds": frozenset({"executes_on", "administers"}),
}
# what the verb of arrival means as access to the resource
ACCESS: dict[str, str] = {
    "reads": "reads",
    "writes": "writes",
    "can_change": "writes",
    "executes_on": "executes_on",
    "administers": "administers",
}
# relations of knowledge and findings, and of what goes in or out: nobody reaches further along these
_NOT_WALKED = frozenset({"tests", "maps_to", "mitigates", "relates_to", "observed_on", "taints", "triggers"})
# what an agent has of its own, and needs a tool in its hands to use
_OWN = frozenset({"holds", "runs_as"})
_NO_GATE = Gate()

State = tuple[str, str]  # a node, and the verb by which a resource was arrived at


@dataclass(frozen=True, slots=True)
class Index:
    """The edges of a graph by source, and for each agent the gate before what it holds."""

    out: Mapping[str, tuple[Edge, ...]]
    into: Mapping[str, tuple[Edge, ...]]
    hands: Mapping[str, tuple[str, Gate, str] | None]  # agent to (verdict, gate, how) by which it uses what it holds
    writes: frozenset[str]  # agents that can rewrite files of their folder with no gate before it
    removed_nodes: frozenset[str] = frozenset()
    removed_edges: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a state was first reached: hops so far, the state before, and the hop that led here."""

    hops: int
    before: State | None
    hop: Hop | None


@dataclass(frozen=True, slots=True)
class Walk:
    """All that one actor reaches: one search for each verdict, strongest first."""

    searches: tuple[Mapping[State, Arrival], ...]

    def verdicts(self) -> dict[State, str]:
        """Give the strongest verdict of each state reached."""
        found: dict[State, str] = {}
        for verdict, search in zip(VERDICTS, self.searches, strict=True):
            for state in search:
                found.setdefault(state, verdict)
        return found

    def hops(self, state: State, verdict: str) -> tuple[Hop, ...]:
        """Give the hops of the shortest path to a state among the paths of this verdict."""
        search = self.searches[VERDICTS.index(verdict)]
        found: list[Hop] = []
        at = state
        while (hop := search[at].hop) is not None and (before := search[at].before) is not None:
            found.append(hop)
            at = before
        return tuple(reversed(found))


def index(graph: nx.MultiDiGraph[str]) -> Index:
    """Give the edges of a graph in a form that walks fast; made once for a frozen graph.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a view of it with something left out.

    Returns
    -------
    Index
        For a view, the index of the graph beneath it with what the view leaves out.
    """
    base: Any = graph
    while (inner := getattr(base, "_graph", None)) is not None and inner is not base:
        base = inner
    if "index" not in base.graph or not nx.is_frozen(base):
        base.graph["index"] = _index(base)
    made: Index = base.graph["index"]
    if base is graph:
        return made
    nodes = frozenset(getattr(getattr(graph, "_NODE_OK", None), "nodes", ()))
    edges = frozenset(getattr(getattr(graph, "_EDGE_OK", None), "edges", ()))
    return replace(made, removed_nodes=nodes, removed_edges=edges)


def starts(found: Index, agent: str, threat_model: str) -> tuple[str, ...]:
    """Give the nodes that an attacker begins with.

    Behaviour takeover begins at the agent; identity takeover at every credential and identity that it, its
    tools, their servers and the workflows that drive it hold, run as or authenticate as.
    """
    if threat_model == BEHAVIOUR:
        return (agent,)
    holders = [agent]
    for edge in found.out.get(agent, ()):
        if edge.verb == "invokes" and _there(found, edge):
            holders.append(edge.target)
            holders += [e.target for e in found.out.get(edge.target, ()) if e.verb == "served_by" and _there(found, e)]
    holders += [edge.source for edge in found.into.get(agent, ()) if edge.verb == "triggers"]
    taken = {e.target for holder in holders for e in found.out.get(holder, ()) if e.verb in _OWN and _there(found, e)}
    return tuple(sorted(taken))


def walk(found: Index, agent: str, threat_model: str, gated: bool) -> Walk:
    """Walk from an agent and give every state that it reaches.

    Parameters
    ----------
    found:
        The index of a graph.
    agent:
        Where the attacker is.
    threat_model:
        ``behaviour`` or ``identity``.
    gated:
        Whether edges are cut whose gate holds under that threat model.

    Returns
    -------
    Walk
        A state is a node and the verb by which a resource was arrived at. The verdict of a state is that of
        the strongest path to it, which is the weakest of its hops; among those paths the shortest is kept.

    Notes
    -----
    One breadth-first search for each of the four verdicts: O(4 E).
    """
    begin = [(node, "") for node in starts(found, agent, threat_model) if node not in found.removed_nodes]
    return Walk(tuple(_search(found, begin, threat_model, gated, rank) for rank in range(len(VERDICTS))))


def _search(found: Index, begin: list[State], threat_model: str, gated: bool, rank: int) -> Mapping[State, Arrival]:
    seen = {state: Arrival(0, None, None) for state in begin}
    frontier = begin
    while frontier:
        ahead: list[State] = []
        for state in frontier:
            for edge in found.out.get(state[0], ()):
                target = (edge.target, edge.verb if edge.target.startswith("resource:") else "")
                if target in seen:
                    continue
                hop = _crossed(found, edge, state, threat_model, gated)
                if hop is not None and VERDICTS.index(hop.verdict) <= rank:
                    seen[target] = Arrival(seen[state].hops + 1, state, hop)
                    ahead.append(target)
        frontier = ahead
    return seen


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
    return "/".join(parts[1:-1])


def _crossed(found: Index, edge: Edge, state: State, threat_model: str, gated: bool) -> Hop | None:
    if edge.verb in _NOT_WALKED or not _there(found, edge):
        return None
    onward = ONWARD.get(edge.verb)
    if onward is not None and state[1] and state[1] not in onward:
        return None
    verdict, gate, reason, agent = edge.verdict, edge.gate or _NO_GATE, edge.reason, _agent_of(edge.source)
    if edge.verb in _OWN and edge.source in found.hands and threat_model == BEHAVIOUR:
        hand = found.hands[edge.source]
        if hand is None:
            return None
        verdict = max(verdict, hand[0], key=VERDICTS.index)
        gate, reason = hand[1], f"{reason}; {hand[2]}"
    stands = holds(gate, threat_model, edge.source in found.writes, folder_of(agent) if agent else "")
    if gated and stands:
        return None
    return Hop(
        source=edge.source,
        verb=edge.verb,
        target=edge.target,
        verdict=verdict,
        reason=reason,
        gate=gate if gate.kind != "none" else None,
        gate_holds=stands,
        technique=edge.technique,
        conditions=edge.conditions,
        locations=edge.locations,
    )


def _there(found: Index, edge: Edge) -> bool:
    if edge.source in found.removed_nodes or edge.target in found.removed_nodes:
        return False
    return (edge.source, edge.target, edge.key) not in found.removed_edges


def _agent_of(node: str) -> str:
    return node if node.startswith("agent:") else ""


def _within(path: str, folder: str) -> bool:
    return folder == "-" or path.startswith(folder + "/")


def _index(graph: nx.MultiDiGraph[str]) -> Index:
    out: dict[str, list[Edge]] = {}
    into: dict[str, list[Edge]] = {}
    for source, target, edge in graph.edges(data="value"):
        out.setdefault(source, []).append(edge)
        into.setdefault(target, []).append(edge)
    tools = {id: value for id, value in graph.nodes(data="value") if isinstance(value, Tool)}
    agents = [node for node in graph.nodes if node.startswith("agent:")]
    writes = frozenset(agent for agent in agents if _writes_freely(out.get(agent, ()), tools))
    hands = {agent: _hand(out.get(agent, ()), tools, agent, agent in writes) for agent in agents}
    return Index(
        {source: tuple(edges) for source, edges in out.items()},
        {target: tuple(edges) for target, edges in into.items()},
        hands,
        writes,
    )


def _writes_freely(edges: Iterable[Edge], tools: Mapping[str, Tool]) -> bool:
    changing = {"writes_files", "executes_code"}
    for edge in edges:
        able = {name for name, _ in (tools[edge.target].capabilities or ())} if edge.target in tools else set()
        if edge.verb == "invokes" and able & changing and not holds(edge.gate, BEHAVIOUR):
            return True
    return False


def _hand(edges: Iterable[Edge], tools: Mapping[str, Tool], agent: str, writes: bool) -> tuple[str, Gate, str] | None:
    """Find the tool with the weakest gate by which an agent can use what it holds."""
    found: list[tuple[bool, bool, str, str, Gate, str]] = []
    for edge in edges:
        tool = tools.get(edge.target) if edge.verb == "invokes" else None
        if tool is None:
            continue
        able = {name for name, _ in (tool.capabilities or ())}
        gate = edge.gate or _NO_GATE
        stands = holds(gate, BEHAVIOUR, writes, folder_of(agent))
        if "executes_code" in able:
            found.append((stands, gate.kind != "none", "yes", tool.id, gate, f"{tool.name} runs code where it lies"))
        elif tool.server is None and able and not able <= _LOCAL:
            found.append((stands, gate.kind != "none", "yes", tool.id, gate, f"{tool.name} acts with it"))
        elif tool.server is None and ("unknown" in able or not able):
            how = f"what {tool.name} can do was not observed"
            found.append((stands, gate.kind != "none", "unknown", tool.id, gate, how))
    if not any(edge.verb == "invokes" for edge in edges):
        return "unknown", _NO_GATE, "its tools were not observed"
    if not found:
        return None
    best = min(found, key=lambda each: (each[0], VERDICTS.index(each[2]), each[1], each[3]))
    return best[2], best[4], best[5]


# what a tool of the agent's own process does without acting as the agent's identity
_LOCAL = frozenset({"reads_files", "writes_files", "browses_web", "memory", "spawns_agents", "unknown"})
