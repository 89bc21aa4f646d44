"""What each start no longer reaches when edges or nodes are taken away."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.counts import Counts, counts
from nhiassess.reach.rows import NONE_GONE, Index, Rows
from nhiassess.reach.table import numbers
from nhiassess.reach.weights import weigh

# with more edges than this, asking for each whether another way leads round it costs more than it saves
_ASKED = 64


def lost(
    index: Index,
    starts: ArrayLike,
    ends: ArrayLike,
    weights: ArrayLike | None = None,
    edges: ArrayLike = (),
    nodes: ArrayLike = (),
) -> Counts:
    """Count what each start loses when edges and nodes are taken away together.

    Parameters
    ----------
    index:
        The compiled edges.
    starts, ends, weights:
        As for `counts`.
    edges:
        Numbers of edges of the table; one that is not there at the level of the index takes nothing away.
    nodes:
        Numbers of nodes; with a node go all its edges, and as a start or an end it is lost too.

    Returns
    -------
    Counts
        One row for each start: how many ends it loses, and their sums. What it keeps is what it reached less this.

    Notes
    -----
    Without the edge from u to v nobody reaches less if another way leads from u to v. Where none does, only starts that
    reach u lose, and only ends that v reaches: nothing else is counted anew.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> made = index(table(4, [0, 1, 2, 0], [1, 3, 3, 2]))
    >>> lost(made, [0, 1], [3], edges=[1]).reached.tolist(), lost(made, [0, 1], [3], nodes=[3]).reached.tolist()
    ([0, 1], [1, 1])
    """
    begins, stops = numbers(index.nodes, starts, "starts"), numbers(index.nodes, ends, "ends")
    taken_edges = numbers(len(index.table.sources), edges, "edges", "edge")
    taken_nodes = numbers(index.nodes, nodes, "nodes")
    weighed = weigh(weights, len(stops))
    reached = np.zeros(len(begins), np.int64)
    weighted = weighed.sums(np.zeros((len(begins), weighed.whole.shape[1]), np.int64))
    gone = _gone(index, taken_edges, taken_nodes)
    broken = _broken(index, taken_edges, gone)
    losing = _on_the_way(index.into, index, [*index.table.sources[broken], *taken_nodes], begins)
    losable = _on_the_way(index.out, index, [*index.table.targets[broken], *taken_nodes], stops)
    if len(losing) and len(losable):
        some = None if weights is None else np.asarray(weights)[losable]
        had = counts(index, begins[losing], stops[losable], some)
        keeps = counts(index, begins[losing], stops[losable], some, gone)
        there = ~np.isin(begins[losing], taken_nodes)
        reached[losing] = had.reached - keeps.reached * there
        weighted[losing] = had.weighted - keeps.weighted * there[:, None]
    return Counts(reached, weighted)


def _gone(index: Index, edges: NDArray[np.int32], nodes: NDArray[np.int32]) -> NDArray[np.bool_]:
    flags = np.zeros(len(index.table.sources), np.bool_)
    flags[edges] = True
    for node in nodes:
        for rows in (index.out, index.into):
            flags[rows.edges[rows.offsets[node] : rows.offsets[node + 1]]] = True
    return flags


def _broken(index: Index, edges: NDArray[np.int32], gone: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give those edges that no other way leads round, or more of them."""
    there = edges[index.table.ranks[edges] <= index.level]
    if len(there) > _ASKED:
        return there
    ends = zip(index.table.sources[there].tolist(), index.table.targets[there].tolist(), strict=True)
    out, into = index.out.arrays, index.into.arrays
    return there[[not index.engine.joined(out, into, gone, source, target) for source, target in ends]]


def _on_the_way(rows: Rows, index: Index, origins: list[np.int32], among: NDArray[np.int32]) -> NDArray[np.int64]:
    """Give which of some nodes are reached from the origins along these rows."""
    if not origins:
        return np.zeros(0, np.int64)
    far = index.engine.hops(*rows.arrays, NONE_GONE, np.array(origins, np.int32))
    return np.flatnonzero(far[among] >= 0)
