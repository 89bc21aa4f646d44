"""The fewest edges of a table whose loss keeps every start from every end."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from nhiassess.reach.table import numbers


def cut(
    nodes: int, sources: ArrayLike, targets: ArrayLike, cuttable: NDArray[np.bool_], starts: ArrayLike, ends: ArrayLike
) -> NDArray[np.int64] | None:
    """Give a smallest set of cuttable edges that every path from a start to an end runs through.

    Parameters
    ----------
    nodes:
        How many nodes there are.
    sources, targets:
        The ends of each edge.
    cuttable:
        One flag for each edge, set where it may be cut. Two edges between the same nodes are cut together, or not.
    starts, ends:
        Numbers of nodes.

    Returns
    -------
    numpy.ndarray or None
        Numbers of edges, ascending; None when some path has nothing that may be cut.

    Notes
    -----
    L. Ford and D. Fulkerson, Maximal flow through a network, Canadian Journal of Mathematics 8, 1956; the flow is found
    by Dinic's algorithm. Of several smallest sets the one nearest to the starts.

    Examples
    --------
    >>> cut(4, [0, 0, 1, 2], [1, 2, 3, 3], np.array([True, True, True, True]), [0], [3]).tolist()
    [0, 1]
    >>> cut(3, [0, 1], [1, 2], np.array([False, False]), [0], [2]) is None
    True
    """
    begin, end = nodes, nodes + 1
    outer, inner = numbers(nodes, starts, "starts"), numbers(nodes, ends, "ends")
    tails = np.concatenate([numbers(nodes, sources, "sources"), np.full(len(outer), begin, np.int32), inner])
    heads = np.concatenate([numbers(nodes, targets, "targets"), outer, np.full(len(inner), end, np.int32)])
    # more than all that may be cut together: no smallest cut holds an edge that may not
    whole = int(cuttable.sum()) + 1
    free = np.concatenate([~cuttable, np.ones(len(outer) + len(inner), np.bool_)])
    pairs, place = np.unique(np.stack([tails, heads]), axis=1, return_inverse=True)
    capacity = np.zeros(pairs.shape[1], np.int32)
    np.maximum.at(capacity, place.ravel(), np.where(free, whole, 1).astype(np.int32))
    network = csr_array((capacity, (pairs[0], pairs[1])), shape=(nodes + 2, nodes + 2))
    found = maximum_flow(network, begin, end)
    if found.flow_value >= whole:
        return None
    left = csr_array(network - found.flow)
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    near = np.zeros(nodes + 2, np.bool_)
    near[breadth_first_order(left, begin, return_predecessors=False)] = True
    between = near[tails[: len(cuttable)]] & ~near[heads[: len(cuttable)]]
    return np.flatnonzero(between)
