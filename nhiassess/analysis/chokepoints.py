"""Whose loss cuts most: grants, credentials, servers and trusts, each verified by computing again without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np

from nhiassess.analysis.ends import ANY, Ends, ends, resources
from nhiassess.analysis.states import states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import BEHAVIOUR, Chokepoint, Path
from nhiassess.network.what_if import EdgeKey, without
from nhiassess.reach import rows
from nhiassess.reach.counts import counts

_NODES = ("grant:", "credential:", "tool_server:")
_EDGES = ("federates_to", "escalates_to", "assumes", "runs_as", "delegates_to", "invokes", "can_change")

# what can be taken out: a node with two empty words, or all edges of one verb between two nodes
Candidate = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many pairs of agent and resource, and of agent and crown jewel, are reached."""

    resources: int
    jewels: int


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
    Exact. What cuts an agent off from a crown jewel lies on every path between them, so on the one that is witness;
    and it cuts no more pairs than it lies on witnesses of. So candidates are computed again without, from the most
    witnesses down, until the next lies on fewer than the last of the ranking cuts.
    """
    laid = ends(states(graph, BEHAVIOUR, True))
    before = reached_pairs(graph, laid)
    counted: Counter[Candidate] = Counter()
    for path in _jewel_paths(graph, laid):
        counted.update(_on(path))
    found: list[Chokepoint] = []
    for candidate, most_cut in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        if len(found) >= most and most_cut < before.jewels - found[most - 1].jewels_after:
            break
        chokepoint = _without(graph, laid, candidate, before)
        if chokepoint.jewels_after < before.jewels:
            found = sorted((*found, chokepoint), key=lambda row: (row.jewels_after, row.pairs_after, row.id))
    return tuple(found[:most])


def reached_pairs(graph: nx.MultiDiGraph[str], laid: Ends) -> Pairs:
    """Count the pairs that are reached under behaviour takeover with gates holding, whatever the verdict.

    Parameters
    ----------
    graph:
        A graph, or a what-if view of one.
    laid:
        The ends of the graph.
    """
    table = laid.behind(states(graph, BEHAVIOUR, True))
    weights = np.array([[each.crown_jewel is True] for each in resources(graph, laid)], np.int64).reshape(-1, 1)
    found = counts(rows.index(table), laid.starts, laid.numbers(ANY), weights)
    return Pairs(int(found.reached.sum()), int(found.weighted.sum()))


def _jewel_paths(graph: nx.MultiDiGraph[str], laid: Ends) -> Iterator[Path]:
    jewels = [each.id for each in resources(graph, laid) if isinstance(each, Resource) and each.crown_jewel]
    return witnesses(index(graph), states(graph, BEHAVIOUR, True), laid.agents, jewels)


def _on(path: Path) -> set[Candidate]:
    """Give what can be taken out of a path."""
    found: set[Candidate] = set()
    for hop in path.hops:
        found |= {(node, "", "") for node in (hop.source, hop.target) if node.startswith(_NODES)}
        if hop.verb in _EDGES:
            found.add((hop.source, hop.target, hop.verb))
    return found


def _without(graph: nx.MultiDiGraph[str], laid: Ends, candidate: Candidate, before: Pairs) -> Chokepoint:
    nodes, edges = _removed(graph, candidate)
    after = reached_pairs(without(graph, nodes, edges), laid)
    source, target, verb = candidate
    return Chokepoint(
        id=f"{source} {verb} {target}" if verb else source,
        kind=verb or source.split(":", 1)[0],
        removed=(*nodes, *(f"{s} {graph.edges[s, t, k]['verb']} {t}" for s, t, k in edges)),
        pairs_before=before.resources,
        pairs_after=after.resources,
        jewels_before=before.jewels,
        jewels_after=after.jewels,
    )


def _removed(graph: nx.MultiDiGraph[str], candidate: Candidate) -> tuple[tuple[str, ...], tuple[EdgeKey, ...]]:
    source, target, verb = candidate
    if not verb:
        return (source,), ()
    keys = [key for key, data in graph[source][target].items() if data["verb"] == verb]
    return (), tuple((source, target, key) for key in keys)
