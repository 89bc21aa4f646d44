"""Which nodes lie on a way from a start to an end: all others may be left out of every question about these."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.hops import hops
from nhiassess.reach.rows import NONE_GONE, Index, flagged
from nhiassess.reach.table import numbers


def between(index: Index, starts: ArrayLike, ends: ArrayLike, gone: NDArray[np.bool_] = NONE_GONE) -> NDArray[np.bool_]:
    """Flag the nodes that a start reaches and that reach an end.

    Parameters
    ----------
    index:
        The compiled edges.
    starts, ends:
        Numbers of nodes; each reaches itself.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    numpy.ndarray
        One flag for each node.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> made = index(table(5, [0, 1, 1, 4], [1, 2, 3, 1]))
    >>> between(made, [0], [2]).tolist()
    [True, True, True, False, False]
    """
    forward = index.engine.hops(*index.out.arrays, flagged(index, gone), numbers(index.nodes, starts, "starts"))
    return (forward >= 0) & (hops(index, ends, gone) >= 0)
