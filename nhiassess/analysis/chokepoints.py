"""Whose loss cuts most: grants, credentials, servers and trusts, each verified by computing again without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import networkx as nx
import numpy as np

from nhiassess.analysis.crossing import Index
from nhiassess.analysis.ends import ANY, Ends, ends, resources
from nhiassess.analysis.extent import extent
from nhiassess.analysis.hands import decisive
from nhiassess.analysis.states import states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.improvement import Extent
from nhiassess.model.reach import BEHAVIOUR, Chokepoint, Path
from nhiassess.network.what_if import EdgeKey, without
from nhiassess.reach import rows
from nhiassess.reach.counts import counts
from nhiassess.reach.removal import lost

NODES = ("grant:", "credential:", "tool_server:")
EDGES = ("federates_to", "escalates_to", "assumes", "runs_as", "delegates_to", "invokes", "can_change")

# what can be taken out: a node with two empty words, or all edges of one verb between two nodes
Candidate = tuple[str, str, str]


def chokepoints(graph: nx.MultiDiGraph[str], most: int = 10) -> tuple[Chokepoint, ...]:
    """Rank what to remove first, by the crown jewels and resources that it takes out of reach.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    most:
        How many to give.

    Returns
    -------
    tuple of Chokepoint
        With the pairs of agent and resource, and of agent and crown jewel, that are reached before and after,
        under behaviour takeover with gates holding.

    Notes
    -----
    Exact. What cuts an agent off from a crown jewel lies on every path between them, so on the one that is witness, or
    is a tool by which an agent on it acts; and it cuts no more pairs than it has such witnesses. So candidates are
    computed again without, from the most witnesses down, until the next has fewer than the last of the ranking cuts.
    """
    return tuple(chokepoint for _, chokepoint in ranked(graph, most))


def ranked(graph: nx.MultiDiGraph[str], most: int) -> list[tuple[Candidate, Chokepoint]]:
    """Rank as `chokepoints` does, and give with each what is taken out."""
    laid = ends(states(graph, BEHAVIOUR, True))
    before, extent_without = extent(graph, laid), _extent_without(graph, laid)
    counted: Counter[Candidate] = Counter()
    seen = index(graph)
    for path in _jewel_paths(graph, laid):
        counted.update(_on(path, seen))
    found: list[tuple[Candidate, Chokepoint]] = []
    for candidate, most_cut in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        if len(found) >= most and most_cut < before.jewels - found[most - 1][1].jewels_after:
            break
        pairs, jewels = extent_without(candidate)
        if jewels < before.jewels:
            found = sorted((*found, (candidate, _chokepoint(graph, candidate, before, pairs, jewels))), key=_order)
    return found[:most]


def _extent_without(graph: nx.MultiDiGraph[str], laid: Ends) -> Callable[[Candidate], tuple[int, int]]:
    """Give what counts the pairs, and those with crown jewels, that are reached without a candidate."""
    made = states(graph, BEHAVIOUR, True)
    table = rows.index(laid.behind(made))
    jewels = np.array([[each.crown_jewel is True] for each in resources(graph, laid)], np.int64).reshape(-1, 1)
    whole = counts(table, laid.starts, laid.numbers(ANY), jewels)
    crossings: dict[Candidate, list[int]] = {}
    for number, edge in enumerate(made.crossed):
        if edge.verb in EDGES:
            crossings.setdefault((edge.source, edge.target, edge.verb), []).append(number)

    def extent_without(candidate: Candidate) -> tuple[int, int]:
        source, _, verb = candidate
        if verb == "invokes":
            # without a tool its agent may have no hand for what it holds: that is more than an edge less
            left = extent(without(graph, *removed(graph, candidate)), laid)
            return left.pairs, left.jewels
        edges, nodes = (crossings.get(candidate, ()), ()) if verb else ((), made.by_node.get(source, ()))
        gone = lost(table, laid.starts, laid.numbers(ANY), jewels, edges, nodes)
        return int((whole.reached - gone.reached).sum()), int((whole.weighted - gone.weighted).sum())

    return extent_without


def _order(row: tuple[Candidate, Chokepoint]) -> tuple[int, int, str]:
    return row[1].jewels_after, row[1].pairs_after, row[1].id


def _jewel_paths(graph: nx.MultiDiGraph[str], laid: Ends) -> Iterator[Path]:
    jewels = [each.id for each in resources(graph, laid) if each.crown_jewel]
    return witnesses(index(graph), states(graph, BEHAVIOUR, True), laid.agents, jewels)


def _on(path: Path, seen: Index) -> set[Candidate]:
    """Give what can be taken out of a path, the tools included by which agents on it act."""
    found: set[Candidate] = set()
    for hop in path.hops:
        found |= {(node, "", "") for node in (hop.source, hop.target) if node.startswith(NODES)}
        if hop.verb in EDGES:
            found.add((hop.source, hop.target, hop.verb))
        found |= {(hop.source, tool, "invokes") for tool in decisive(seen, hop.source)}
    return found


def _chokepoint(
    graph: nx.MultiDiGraph[str], candidate: Candidate, before: Extent, pairs: int, jewels: int
) -> Chokepoint:
    nodes, edges = removed(graph, candidate)
    source, target, verb = candidate
    return Chokepoint(
        id=f"{source} {verb} {target}" if verb else source,
        kind=verb or source.split(":", 1)[0],
        removed=(*nodes, *(f"{s} {graph.edges[s, t, k]['verb']} {t}" for s, t, k in edges)),
        pairs_before=before.pairs,
        pairs_after=pairs,
        jewels_before=before.jewels,
        jewels_after=jewels,
    )


def removed(graph: nx.MultiDiGraph[str], candidate: Candidate) -> tuple[tuple[str, ...], tuple[EdgeKey, ...]]:
    """Give the nodes and the edges that go with a candidate."""
    source, target, verb = candidate
    if not verb:
        return (source,), ()
    keys = [key for key, data in graph[source][target].items() if data["verb"] == verb]
    return (), tuple((source, target, key) for key in keys)
