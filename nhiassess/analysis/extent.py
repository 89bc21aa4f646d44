"""How far all agents of an estate reach together, and what a change to it touches."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from nhiassess.analysis.ends import ANY, STRONG, WHOLE, Ends, ends, resources, sensitivities
from nhiassess.analysis.states import states
from nhiassess.model.improvement import Cost, Extent
from nhiassess.model.reach import BEHAVIOUR, THREAT_MODELS
from nhiassess.network.what_if import EdgeKey, difference
from nhiassess.reach import rows
from nhiassess.reach.counts import counts


def extents(graph: nx.MultiDiGraph[str]) -> tuple[Extent, ...]:
    """Give how far all agents reach, for both threat models, with gates holding and not.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    """
    laid = ends(states(graph, BEHAVIOUR, True))
    return tuple(extent(graph, laid, each, gated) for each in THREAT_MODELS for gated in (True, False))


def extent(graph: nx.MultiDiGraph[str], laid: Ends, threat_model: str = BEHAVIOUR, gated: bool = True) -> Extent:
    """Give how far all agents reach, whatever the verdict.

    Parameters
    ----------
    graph:
        A graph, or a what-if view of one.
    laid:
        The ends of the graph.
    threat_model, gated:
        As for `states`.
    """
    found = by_agent(graph, laid, threat_model, gated).sum(axis=0)
    return Extent(threat_model, gated, *(int(each) for each in found))


def by_agent(
    graph: nx.MultiDiGraph[str], laid: Ends, threat_model: str = BEHAVIOUR, gated: bool = True
) -> NDArray[np.int64]:
    """Give resources, crown jewels and weight that each agent reaches, as three columns."""
    values = resources(graph, laid)
    low = sensitivities(values)[:, 0]
    jewels = np.array([each.crown_jewel is True for each in values], np.int64)
    nothing = np.zeros_like(low)
    # what is reached at all is counted, and weighs once more for each higher kind of access
    columns = [np.column_stack([np.ones_like(low), jewels, low])]
    columns += [np.column_stack([nothing, nothing, low])] * 2
    stops = np.concatenate([laid.numbers(kind) for kind in (ANY, STRONG, WHOLE)])
    table = laid.behind(states(graph, threat_model, gated))
    return counts(rows.index(table), laid.starts, stops, np.concatenate(columns)).weighted.astype(np.int64)


def cost(graph: nx.MultiDiGraph[str], nodes: Iterable[str], edges: Iterable[EdgeKey]) -> Cost:
    """Give what has to be touched to take nodes and edges out, or to put gates before the edges.

    Parameters
    ----------
    graph:
        A graph, or a what-if view of one.
    nodes, edges:
        What the change is about; with a node go the edges at it.

    Returns
    -------
    Cost
        The files that state these, and the identities and owners at their ends.
    """
    base, _ = difference(graph)
    chosen = {(source, target, key): base.edges[source, target, key]["value"] for source, target, key in edges}
    places = [place for each in chosen.values() for place in each.locations]
    around = {end for each in chosen.values() for end in (each.source, each.target)}
    for node in nodes:
        value = base.nodes[node]["value"]
        places += value.locations
        touching = [*base.in_edges(node, keys=True, data="value"), *base.out_edges(node, keys=True, data="value")]
        chosen |= {(source, target, key): each for source, target, key, each in touching}
        around |= {node} | {end for source, target, _, _ in touching for end in (source, target)}
    owners = {getattr(base.nodes[node]["value"], "owner", None) for node in around}
    return Cost(
        edges=len(chosen),
        files=tuple(sorted({place.path for place in places})),
        identities=tuple(sorted(node for node in around if node.startswith("identity:"))),
        people=tuple(sorted(owner for owner in owners if owner)),
    )
