"""Which nodes an actor reaches, with the strongest verdict and the fewest hops: what every analysis of reach walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

import networkx as nx

from nhiassess.model.inventory import Gate, Tool, ToolServer
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, VERDICTS, Edge, Hop
from nhiassess.network.what_if import left_out

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
# with one of these a tool rewrites files, and so the gates that stand in them
CHANGING = frozenset({"writes_files", "executes_code"})
# relations of knowledge and findings, and of what comes in: nobody reaches further along these
_NOT_WALKED = frozenset({"tests", "maps_to", "mitigates", "relates_to", "observed_on", "taints"})
# what an agent has of its own, and needs a tool in its hands to use
_OWN = frozenset({"holds", "runs_as", "executes_on"})
_TAKEN = frozenset({"holds", "runs_as", "yields"})
_NO_GATE = Gate()

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
    base, nodes, edges = left_out(graph)
    kept, made = base.graph.get("index", (None, None))
    # a copy of a graph inherits its attributes, and a view shares them: the index is of one graph only
    if kept is not base or not nx.is_frozen(base):
        made = _index(base)
        if not hasattr(base, "_graph"):
            base.graph["index"] = (base, made)
    assert isinstance(made, Index)
    return _without(made, nodes, edges) if nodes or edges else made


def starts(found: Index, agent: str, threat_model: str, surely: bool = False) -> tuple[str, ...]:
    """Give the nodes that an attacker begins with.

    Behaviour takeover begins at the agent; identity takeover at every credential and identity that it, its
    tools, their servers, the workflows that drive it and the machine it runs on hold, run as or authenticate as;
    ``surely``, at those only of which no verdict leaves it open.
    """
    if threat_model == BEHAVIOUR:
        return (agent,)

    def there_is(edge: Edge, *verbs: str) -> bool:
        return edge.verb in verbs and there(found, edge) and not (surely and edge.verdict != "yes")

    holders = [agent]
    for edge in found.out.get(agent, ()):
        if there_is(edge, "invokes"):
            holders.append(edge.target)
            holders += [e.target for e in found.out.get(edge.target, ()) if there_is(e, "served_by")]
    holders += [edge.source for edge in found.into.get(agent, ()) if there_is(edge, "triggers")]
    # what lies ready on the machine where it runs, such as ~/.aws, is as much its own as what it is handed
    holders += [e.target for holder in holders for e in found.out.get(holder, ()) if there_is(e, "executes_on")]
    return tuple(sorted({e.target for holder in holders for e in found.out.get(holder, ()) if there_is(e, *_TAKEN)}))


def walk(found: Index, agent: str, threat_model: str, gated: bool, begin: Iterable[str] | None = None) -> Walk:
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
    begin:
        The nodes to begin with; those of the threat model when absent.

    Returns
    -------
    Walk
        A state is a node and the verb by which a resource was arrived at. The verdict of a state is that of
        the strongest path to it, which is the weakest of its hops; among those paths the shortest is kept.

    Notes
    -----
    One breadth-first search for each of the four verdicts: O(4 E).
    """
    nodes = starts(found, agent, threat_model) if begin is None else begin
    first = [(node, "") for node in nodes if node not in found.removed_nodes]
    return Walk(tuple(_search(found, first, threat_model, gated, rank) for rank in range(len(VERDICTS))))


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
    return unquote("/".join(parts[1:-1]))


def _crossed(found: Index, edge: Edge, state: State, threat_model: str, gated: bool) -> Hop | None:
    if edge.verb in _NOT_WALKED or not there(found, edge):
        return None
    onward = ONWARD.get(edge.verb)
    if onward is not None and state[1] and state[1] not in onward:
        return None
    verdict, gate, reason = edge.verdict, edge.gate or _NO_GATE, edge.reason
    of_agent = edge.source.startswith("agent:")
    stands = holds(gate, threat_model, edge.source in found.writes, folder_of(edge.source) if of_agent else "")
    if of_agent and edge.verb in _OWN and threat_model == BEHAVIOUR:
        hand = _hand(found, edge, gated)
        if hand is None:
            return None
        verdict, reason = max(verdict, hand.verdict, key=VERDICTS.index), f"{reason}; {hand.how}"
        if not stands:
            gate, stands = hand.gate, hand.stands
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


def there(found: Index, edge: Edge) -> bool:
    """Tell whether an edge is left in."""
    if edge.source in found.removed_nodes or edge.target in found.removed_nodes:
        return False
    return (edge.source, edge.target, edge.key) not in found.removed_edges


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


def _index(graph: nx.MultiDiGraph[str]) -> Index:
    out: dict[str, list[Edge]] = {}
    into: dict[str, list[Edge]] = {}
    for source, target, edge in graph.edges(data="value"):
        out.setdefault(source, []).append(edge)
        into.setdefault(target, []).append(edge)
    values = dict(graph.nodes(data="value"))
    tools = {id: value for id, value in values.items() if isinstance(value, Tool)}
    remote = {id for id, value in values.items() if isinstance(value, ToolServer) and value.transport in _NETWORKED}
    made = Index(
        {source: tuple(edges) for source, edges in out.items()},
        {target: tuple(edges) for target, edges in into.items()},
        tools,
        frozenset(remote),
        {},
        frozenset(),
    )
    return _with_hands(made, [node for node in values if node.startswith("agent:")])


def _without(made: Index, nodes: frozenset[str], edges: frozenset[tuple[str, str, str]]) -> Index:
    found = replace(made, removed_nodes=nodes, removed_edges=edges)
    touched = {source for source, _, _ in edges} | {edge.source for node in nodes for edge in made.into.get(node, ())}
    return _with_hands(found, touched & made.hands.keys())


def as_if(found: Index, changes: Callable[[Tool], bool]) -> Index:
    """Give the index as if these tools, and no others, could rewrite the files that hold the gates of their agent."""
    return _with_hands(found, found.hands, changes)


def _changes(tool: Tool) -> bool:
    return bool(_able(tool) & CHANGING)


def _with_hands(found: Index, agents: Iterable[str], changes: Callable[[Tool], bool] = _changes) -> Index:
    """Compute again what these agents can do with the tools that are left in."""
    hands, writes = dict(found.hands), set(found.writes)
    for agent in agents:
        invoked = [edge for edge in found.out.get(agent, ()) if edge.verb == "invokes"]
        left = [(e, found.tools[e.target]) for e in invoked if e.target in found.tools and there(found, e)]
        writes.discard(agent)
        if any(changes(tool) and not holds(edge.gate, BEHAVIOUR) for edge, tool in left):
            writes.add(agent)
        hands[agent] = tuple(_hands(found, agent, left, agent in writes))
        if not invoked:  # to leave a tool out is to know that it is gone; to have seen none is not to know
            hands[agent] = (Hand("unknown", False, "", _NO_GATE, True, "its tools were not observed"),)
    return replace(found, hands=hands, writes=frozenset(writes))


def _hands(found: Index, agent: str, left: Iterable[tuple[Edge, Tool]], writes: bool) -> list[Hand]:
    hands = []
    for edge, tool in left:
        able, sure = _able(tool), {name for name, confidence in tool.capabilities or () if confidence != "low"}
        runs_code, verdict = "executes_code" in able, "yes"
        if runs_code:
            verdict, how = "yes" if "executes_code" in sure else "unknown", f"{tool.name} runs code where it lies"
        elif _acts_as_its_agent(found, tool) and able - _LOCAL:
            verdict, how = "yes" if sure - _LOCAL else "unknown", f"{tool.name} acts with it"
        elif tool.server not in found.remote and (not able or "unknown" in able):
            runs_code, verdict, how = True, "unknown", f"what {tool.name} can do was not observed"
        else:
            continue
        gate = edge.gate or _NO_GATE
        stands = holds(gate, BEHAVIOUR, writes, folder_of(agent))
        hands.append(Hand(max(verdict, edge.verdict, key=VERDICTS.index), stands, tool.id, gate, runs_code, how))
    return sorted(hands, key=lambda hand: (VERDICTS.index(hand.verdict), hand.stands, hand.gate != _NO_GATE, hand.tool))


def _acts_as_its_agent(found: Index, tool: Tool) -> bool:
    """Tell whether a tool runs beside the agent with nothing of its own, so that it uses what the agent has."""
    # what a view leaves out counts here: to take its credential from a server does not lend it the agent's
    own = any(edge.verb in _OWN for edge in found.out.get(tool.server or "", ()))
    return tool.server not in found.remote and not own


def _able(tool: Tool) -> set[str]:
    return {name for name, _ in tool.capabilities or ()}


# what a tool of the agent's own process does without acting as the agent's identity
_LOCAL = frozenset({"reads_files", "writes_files", "browses_web", "memory", "spawns_agents", "unknown"})
_NETWORKED = frozenset({"http", "sse", "websocket"})
