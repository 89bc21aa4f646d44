"""The graph with every circle drawn together into one component: what is left can be walked in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.hops import hops
from nhiassess.reach.rows import NONE_GONE, Index, flagged
from nhiassess.reach.table import numbers


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """Components in topological order: every edge leads from a lower number to a higher.

    ``labels`` has the component of each node, -1 of one between no start and end; the row of component ``c`` lies from
    ``offsets[c]`` to ``offsets[c + 1]`` in ``targets``.
    """

    labels: NDArray[np.int32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]


def condensed(index: Index, starts: ArrayLike, ends: ArrayLike, gone: NDArray[np.bool_] = NONE_GONE) -> Condensed:
    """Draw the strongly connected components together, of the nodes that a start reaches and that reach an end.

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
    Condensed
        Each edge between two components once. Which order, among the topological ones, the engine chooses.

    Notes
    -----
    R. Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1(2), 1972.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> made = condensed(index(table(5, [0, 1, 2, 2, 4], [1, 2, 1, 3, 3])), [0], [3])
    >>> made.labels.tolist(), made.offsets.tolist(), made.targets.tolist()
    ([0, 1, 1, 2, -1], [0, 1, 2, 2], [1, 2])
    """
    roots = numbers(index.nodes, starts, "starts")
    # what no start reaches, the search from the starts does not meet
    kept = hops(index, ends, gone) >= 0
    gone = flagged(index, gone)
    labels, count = index.engine.strong(*index.out.arrays, gone, kept, roots)
    return Condensed(labels, *index.engine.condense(*index.out.arrays, gone, labels, count))
