"""How many hops every node is from the nearest of some ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.rows import NONE_GONE, Index, flagged
from nhiassess.reach.table import numbers


def hops(index: Index, ends: ArrayLike, gone: NDArray[np.bool_] = NONE_GONE) -> NDArray[np.int32]:
    """Give the fewest hops from every node to the nearest end, in one search against the edges.

    Parameters
    ----------
    index:
        The compiled edges.
    ends:
        Numbers of nodes, such as the crown jewels; each is no hop from itself.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    numpy.ndarray
        One number for each node; -1 where it reaches no end.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> hops(index(table(4, [0, 1, 0], [1, 2, 3])), [2]).tolist()
    [2, 1, 0, -1]
    """
    return index.engine.hops(*index.into.arrays, flagged(index, gone), numbers(index.nodes, ends, "ends"))
