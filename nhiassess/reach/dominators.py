"""What every path from one start must cross, and how much of what it reaches hangs on each node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.engine import Engine
from nhiassess.reach.rows import NONE_GONE, Index, flagged
from nhiassess.reach.table import numbers
from nhiassess.reach.weights import weigh


@dataclass(frozen=True, slots=True, eq=False)
class Dominators:
    """For each node that a start reaches, the last node that every path to it crosses; -1 of others and of the start.

    ``order`` has the nodes reached, each after the one that dominates it.
    """

    start: int
    above: NDArray[np.int32]
    order: NDArray[np.int32]
    engine: Engine


def dominators(index: Index, start: int, gone: NDArray[np.bool_] = NONE_GONE) -> Dominators:
    """Give the dominator tree of one start.

    Parameters
    ----------
    index:
        The compiled edges, not condensed: within a circle too some nodes can't be gone round.
    start:
        The number of a node.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    Dominators
        The tree, by the node above each.

    Notes
    -----
    T. Lengauer and R. Tarjan, A fast algorithm for finding dominators in a flowgraph, ACM Transactions on Programming
    Languages and Systems 1(1), 1979: the simple form, E log V at worst, with neither calls within calls nor a second
    pass for each circle.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> dominators(index(table(5, [0, 0, 1, 2, 3], [1, 2, 3, 3, 4])), 0).above.tolist()
    [-1, 0, 0, 0, 3]
    """
    begin = int(numbers(index.nodes, [start], "start")[0])
    return Dominators(
        begin, *index.engine.dominators(index.out.arrays, index.into.arrays, flagged(index, gone), begin), index.engine
    )


def hanging(
    of: Dominators, ends: ArrayLike, weights: ArrayLike | None = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Sum, for each node, the ends that its start no longer reaches when that node is taken away.

    Parameters
    ----------
    of:
        The dominator tree of a start.
    ends:
        Numbers of nodes, each once.
    weights:
        One row for each end, one column for each sum; without them each end counts one.

    Returns
    -------
    numpy.ndarray
        One row for each node, one column for each sum; 0 where the start does not come by.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> tree = dominators(index(table(5, [0, 0, 1, 2, 3], [1, 2, 3, 3, 4])), 0)
    >>> hanging(tree, [3, 4])[:, 0].tolist()
    [2, 0, 0, 2, 1]
    """
    nodes = len(of.above)
    stops = numbers(nodes, ends, "ends")
    weighed = weigh(np.ones((len(stops), 1), np.int64) if weights is None else weights, len(stops))
    sums = np.zeros((nodes, weighed.whole.shape[1]), np.int64)
    reached = np.zeros(nodes, np.bool_)
    reached[of.order] = True
    there = reached[stops]
    np.add.at(sums, stops[there], weighed.whole[there])
    of.engine.fold(of.above, of.order, sums)
    return weighed.sums(sums)
