"""A shortest path from every node to one end, as the edge that each node takes next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nhiassess.reach.hops import hops
from nhiassess.reach.rows import NONE_GONE, Index
from nhiassess.reach.table import numbers


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """For each node, how many hops the end is away, the next node on the way there and the edge that leads to it.

    All three are -1 where no path leads to the end; at the end itself the last two are.
    """

    end: int
    hops: NDArray[np.int32]
    nodes: NDArray[np.int32]
    edges: NDArray[np.int32]


def witness(index: Index, end: int, gone: NDArray[np.bool_] = NONE_GONE) -> Witness:
    """Give a shortest path from every node to an end, by one search against the edges.

    Parameters
    ----------
    index:
        The compiled edges.
    end:
        The number of a node.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    Witness
        Of several next nodes on shortest paths the lowest number, of several edges to it the first of the table.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> found = witness(index(table(4, [0, 0, 1, 2], [2, 1, 3, 3])), 3)
    >>> found.hops.tolist(), found.nodes.tolist(), found.edges.tolist()
    ([2, 1, 1, 0], [1, 3, 3, -1], [1, 2, 3, -1])
    """
    far = hops(index, numbers(index.nodes, [end], "end"), gone)
    edges = index.table
    nearer = (edges.ranks <= index.level) & (far[edges.targets] >= 0)
    nearer &= far[edges.sources] == far[edges.targets] + 1
    if len(gone):
        nearer &= ~gone
    on_the_way = np.flatnonzero(nearer)
    # next node before number of the edge: the least of these is the one that is taken
    span = max(len(edges.sources), 1)
    none = np.iinfo(np.int64).max
    taken = np.full(index.nodes, none)
    choices = edges.targets[on_the_way].astype(np.int64) * span + on_the_way
    np.minimum.at(taken, edges.sources[on_the_way], choices)
    leads = taken < none
    nodes = np.where(leads, taken // span, -1).astype(np.int32)
    return Witness(end, far, nodes, np.where(leads, taken % span, -1).astype(np.int32))


def path(of: Witness, start: int) -> tuple[int, ...]:
    """Give the edges of the path from a start to the end, none where there is no path or no need of one.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> path(witness(index(table(4, [0, 0, 1, 2], [2, 1, 3, 3])), 3), 0)
    (1, 2)
    """
    found = []
    while (edge := int(of.edges[start])) >= 0:
        found.append(edge)
        start = int(of.nodes[start])
    return tuple(found)
