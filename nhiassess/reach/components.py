"""The graph with every circle drawn together into one component: what is left can be walked in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nhiassess.reach.rows import NONE_GONE, Index


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """Components in topological order: every edge leads from a lower number to a higher.

    ``labels`` has the component of each node, -1 of one left out; the row of component ``c`` lies from ``offsets[c]``
    to ``offsets[c + 1]`` in ``targets``.
    """

    labels: NDArray[np.int32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]


def condensed(index: Index, kept: NDArray[np.bool_] | None = None, gone: NDArray[np.bool_] = NONE_GONE) -> Condensed:
    """Draw the strongly connected components together.

    Parameters
    ----------
    index:
        The compiled edges.
    kept:
        One flag for each node, set where it is not left out; without it none is.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    Condensed
        Each edge between two components once. Which order, among the topological ones, the engine chooses.

    Notes
    -----
    R. Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1(2), 1972.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> made = condensed(index(table(4, [0, 1, 2, 2], [1, 2, 1, 3])))
    >>> made.labels.tolist(), made.offsets.tolist(), made.targets.tolist()
    ([0, 1, 1, 2], [0, 1, 2, 2], [1, 2])
    """
    keeping = np.ones(index.nodes, np.bool_) if kept is None else kept
    labels, count = index.engine.strong(*index.out.arrays, gone, keeping)
    return Condensed(labels, *index.engine.condense(*index.out.arrays, gone, labels, count))
