"""The states of a graph and the crossings between them as arrays: one graph of numbers for all agents of a regime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from nhiassess.analysis.crossing import Index, State, arrival, crossing
from nhiassess.analysis.walk import index, starts
from nhiassess.model.reach import VERDICTS, Edge
from nhiassess.network.what_if import Difference, difference
from nhiassess.reach.table import Edges

_RANKS = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True)
class States:
    """What can be arrived at, and what leads from where to where, under one threat model with gates holding or not.

    Every agent has a start of its own behind the states, which leads to all that an attacker begins with; so a path
    has one hop more here than it says.
    """

    threat_model: str
    gated: bool
    names: tuple[State, ...]
    numbers: Mapping[State, int]
    agents: Mapping[str, int]  # to the number of its start
    by_node: Mapping[str, tuple[int, ...]]  # the states of a node, by the verbs of arrival in order
    crossed: NDArray[np.object_]  # of each crossing the edge; those from starts come behind, and have none
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    ranks: NDArray[np.int8]  # of each crossing its verdict, 0 the strongest

    @property
    def edges(self) -> Edges:
        """The crossings as an edge table."""
        return Edges(len(self.names) + len(self.agents), self.sources, self.targets, self.ranks)


def states(graph: nx.MultiDiGraph[str], threat_model: str, gated: bool) -> States:
    """Give the states of a graph under a threat model; made once for a frozen graph.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    threat_model:
        ``behaviour`` or ``identity``.
    gated:
        Whether crossings are cut whose gate holds.

    Returns
    -------
    States
        Numbered alike for a graph and every view of it, so that both compare.

    Notes
    -----
    O(E) for a graph: whether an edge is crossed hangs on how its source was arrived at, and not on where the way began.
    For a view only the edges are looked at again that leave what it touches.
    """
    base, differs = difference(graph)
    kept, made = base.graph.get("states", (None, {}))
    # a copy of a graph inherits its attributes, and a view shares them: the states are of one graph only
    if kept is not base or not nx.is_frozen(base):
        made = {}
    if (threat_model, gated) not in made:
        made = {**made, (threat_model, gated): _states(index(base), threat_model, gated)}
        if not hasattr(base, "_graph"):
            base.graph["states"] = (base, made)
    found: States = made[threat_model, gated]
    return _differing(found, index(graph), _touched(index(base), differs)) if differs else found


def _states(found: Index, threat_model: str, gated: bool) -> States:
    agents = sorted(found.hands)
    names = _names(found, agents)
    by_node: dict[str, list[int]] = {}
    for number, (node, _) in enumerate(names):
        by_node.setdefault(node, []).append(number)
    bare = States(
        threat_model=threat_model,
        gated=gated,
        names=names,
        numbers={state: number for number, state in enumerate(names)},
        agents={agent: len(names) + place for place, agent in enumerate(agents)},
        by_node={node: tuple(numbers) for node, numbers in by_node.items()},
        crossed=np.empty(0, np.object_),
        sources=_numbers(()),
        targets=_numbers(()),
        ranks=np.empty(0, np.int8),
    )
    return _with_starts(_with_crossings(bare, found, found.out), found)


def _touched(found: Index, differs: Difference) -> frozenset[str]:
    """Give the nodes whose edges lead elsewhere in a view, or are crossed otherwise."""
    sources = {source for source, _, _ in (*differs.edges, *differs.gates)}
    before = {edge.source for node in differs.nodes for edge in found.into.get(node, ())}
    return frozenset(sources | before | differs.nodes)


def _differing(made: States, found: Index, touched: frozenset[str]) -> States:
    numbers = [number for node in touched for number in made.by_node.get(node, ())]
    kept = ~np.isin(made.sources[: len(made.crossed)], numbers)
    left = replace(
        made,
        crossed=made.crossed[kept],
        sources=made.sources[: len(kept)][kept],
        targets=made.targets[: len(kept)][kept],
        ranks=made.ranks[: len(kept)][kept],
    )
    return _with_starts(_with_crossings(left, found, sorted(touched)), found)


def _names(found: Index, agents: Iterable[str]) -> tuple[State, ...]:
    arrivals = {arrival(edge) for edges in found.out.values() for edge in edges}
    sources = {(node, "") for node in found.out if not node.startswith("resource:")}
    return tuple(sorted(arrivals | sources | {(agent, "") for agent in agents}))


def _with_crossings(made: States, found: Index, nodes: Iterable[str]) -> States:
    """Add the crossings of all edges that leave some nodes."""
    crossings = [
        (edge, number, made.numbers[arrival(edge)], rank)
        for node in nodes
        for edge in found.out.get(node, ())
        for number, rank in _crossings(made, found, edge)
    ]
    edges = np.empty(len(crossings), np.object_)
    edges[:] = [edge for edge, _, _, _ in crossings]
    return replace(
        made,
        crossed=np.concatenate([made.crossed, edges]),
        sources=np.concatenate([made.sources, _numbers(number for _, number, _, _ in crossings)]),
        targets=np.concatenate([made.targets, _numbers(number for _, _, number, _ in crossings)]),
        ranks=np.concatenate([made.ranks, np.fromiter((rank for *_, rank in crossings), np.int8)]),
    )


def _crossings(made: States, found: Index, edge: Edge) -> Iterator[tuple[int, int]]:
    for number in made.by_node.get(edge.source, ()):
        crossed = crossing(found, edge, made.names[number], made.threat_model, made.gated)
        if crossed is not None:
            yield number, _RANKS[crossed.verdict]


def _with_starts(made: States, found: Index) -> States:
    begun = [
        (start, made.numbers[node, ""])
        for agent, start in made.agents.items()
        for node in starts(found, agent, made.threat_model)
        if node not in found.removed_nodes
    ]
    return replace(
        made,
        sources=np.concatenate([made.sources, _numbers(start for start, _ in begun)]),
        targets=np.concatenate([made.targets, _numbers(number for _, number in begun)]),
        ranks=np.concatenate([made.ranks, np.zeros(len(begun), np.int8)]),
    )


def _numbers(found: Iterable[int]) -> NDArray[np.int32]:
    return np.fromiter(found, np.int32)
