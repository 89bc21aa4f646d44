"""Which nodes an actor reaches, with the strongest verdict and the fewest hops: what every analysis of reach walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import networkx as nx

from nhiassess.analysis.crossing import Index, State, arrival, crossing, hop, there
from nhiassess.analysis.hands import with_hands
from nhiassess.model.inventory import Gate, Tool, ToolServer
from nhiassess.model.reach import BEHAVIOUR, VERDICTS, Edge, Hop
from nhiassess.network.what_if import Difference, EdgeKey, difference

_TAKEN = frozenset({"holds", "runs_as", "yields"})
_NETWORKED = frozenset({"http", "sse", "websocket"})


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
        A graph of ``network.build``, or a what-if view of one.

    Returns
    -------
    Index
        For a view, the index of the graph beneath it, less what the view leaves out and with the gates it puts.
    """
    base, differs = difference(graph)
    kept, made = base.graph.get("index", (None, None))
    # a copy of a graph inherits its attributes, and a view shares them: the index is of one graph only
    if kept is not base or not nx.is_frozen(base):
        made = _index(base)
        if not hasattr(base, "_graph"):
            base.graph["index"] = (base, made)
    assert isinstance(made, Index)
    return _differing(made, differs) if differs else made


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
                target = arrival(edge)
                if target in seen:
                    continue
                crossed = crossing(found, edge, state, threat_model, gated)
                if crossed is not None and VERDICTS.index(crossed.verdict) <= rank:
                    seen[target] = Arrival(seen[state].hops + 1, state, hop(edge, crossed))
                    ahead.append(target)
        frontier = ahead
    return seen


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
    return with_hands(made, [node for node in values if node.startswith("agent:")])


def _differing(made: Index, differs: Difference) -> Index:
    out, into = dict(made.out), dict(made.into)
    sources = {source for source, _, _ in differs.gates}
    for source in sources:
        out[source] = tuple(_gated(edge, differs.gates) for edge in out.get(source, ()))
    for target in {target for _, target, _ in differs.gates}:
        into[target] = tuple(_gated(edge, differs.gates) for edge in into.get(target, ()))
    found = replace(made, out=out, into=into, removed_nodes=differs.nodes, removed_edges=differs.edges)
    touched = sources | {source for source, _, _ in differs.edges}
    touched |= {edge.source for node in differs.nodes for edge in made.into.get(node, ())}
    return with_hands(found, touched & made.hands.keys())


def _gated(edge: Edge, gates: Mapping[EdgeKey, Gate]) -> Edge:
    gate = gates.get((edge.source, edge.target, edge.key))
    return edge if gate is None else replace(edge, gate=gate)


def as_if(found: Index, changes: Callable[[Tool], bool]) -> Index:
    """Give the index as if these tools, and no others, could rewrite the files that hold the gates of their agent."""
    return with_hands(found, found.hands, changes)
