"""Whose loss cuts most: grants, credentials, servers and trusts, each verified by computing again without it."""

from __future__ import annotations

from collections import Counter

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.paths import jewels, paths
from nhiassess.analysis.walk import index, walk
from nhiassess.model.reach import BEHAVIOUR, Chokepoint
from nhiassess.network.what_if import without

VERIFIED = 20
_NODES = ("grant:", "credential:", "tool_server:")
_EDGES = ("federates_to", "escalates_to", "assumes", "runs_as", "delegates_to", "invokes", "can_change")


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
    Candidates are what stands on most witness paths; the first twenty are verified by walking the graph again
    without them, so O(20 x agents x edges).
    """
    ends = frozenset(jewels(graph))
    before = _pairs(graph, ends)
    counted: Counter[tuple[str, str, str]] = Counter()
    for path in paths(graph):
        if not path.gated or path.threat_model != BEHAVIOUR:
            continue
        on: set[tuple[str, str, str]] = set()
        for hop in path.hops:
            on |= {(node, "", "") for node in (hop.source, hop.target) if node.startswith(_NODES)}
            if hop.verb in _EDGES:
                on.add((hop.source, hop.target, hop.verb))
        counted.update(on)
    rows = []
    for candidate, _ in sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:VERIFIED]:
        nodes, edges = _removed(graph, candidate)
        after = _pairs(without(graph, nodes, edges), ends)
        if after != before:
            source, target, verb = candidate
            rows.append(
                Chokepoint(
                    id=f"{source} {verb} {target}" if verb else source,
                    kind=verb or source.split(":", 1)[0],
                    removed=(*nodes, *(f"{s} {graph.edges[s, t, k]['verb']} {t}" for s, t, k in edges)),
                    pairs_before=before[0],
                    pairs_after=after[0],
                    jewels_before=before[1],
                    jewels_after=after[1],
                )
            )
    return tuple(sorted(rows, key=lambda row: (row.jewels_after, row.pairs_after, row.id))[:most])


def _removed(
    graph: nx.MultiDiGraph[str], candidate: tuple[str, str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    source, target, verb = candidate
    if not verb:
        return (source,), ()
    keys = [key for key, data in graph[source][target].items() if data["verb"] == verb]
    return (), tuple((source, target, key) for key in keys)


def _pairs(graph: nx.MultiDiGraph[str], ends: frozenset[str]) -> tuple[int, int]:
    found = index(graph)
    pairs = {
        (agent, node)
        for agent in agents(graph)
        for node, _ in walk(found, agent, BEHAVIOUR, True).searches[-1]
        if node.startswith("resource:")
    }
    return len(pairs), sum(node in ends for _, node in pairs)
