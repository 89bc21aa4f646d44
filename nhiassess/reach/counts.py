"""How much each start reaches: the number of ends, and sums over them of any weights."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.closure import block
from nhiassess.reach.components import Condensed, condensed
from nhiassess.reach.engine import BLOCK, Engine
from nhiassess.reach.rows import NONE_GONE, Index, index
from nhiassess.reach.table import LEVELS, Edges, numbers
from nhiassess.reach.weights import weigh


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """One row for each start: how many ends it reaches, and the sum over these of each column of weights."""

    reached: NDArray[np.int64]
    weighted: NDArray[np.int64] | NDArray[np.float64]


def counts(
    index: Index,
    starts: ArrayLike,
    ends: ArrayLike,
    weights: ArrayLike | None = None,
    gone: NDArray[np.bool_] = NONE_GONE,
    threads: int = 1,
) -> Counts:
    """Count what each start reaches, without ever laying out who reaches what.

    Parameters
    ----------
    index:
        The compiled edges.
    starts, ends:
        Numbers of nodes, each end once; a node reaches itself.
    weights:
        One row for each end, one column for each sum: such as the lowest weight, the highest, and a column of ones and
        zeros for each class whose members are to be counted. Finite and not negative.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.
    threads:
        How many blocks of 512 starts are worked on at a time.

    Returns
    -------
    Counts
        Whole numbers are summed exactly, fractions as `weigh` says; no sum depends on an order.

    Raises
    ------
    ValueError
        When a number is no node, an end stands twice, or weights do not fit.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> found = counts(index(table(4, [0, 1, 1], [2, 2, 3])), [0, 1], [2, 3], [[5, 0.5], [1, 0.25]])
    >>> found.reached.tolist(), found.weighted.tolist()
    ([1, 2], [[5.0, 0.5], [6.0, 0.75]])
    """
    begins, stops = numbers(index.nodes, starts, "starts"), numbers(index.nodes, ends, "ends")
    if len(np.unique(stops)) < len(stops):
        raise ValueError("an end stands twice")
    weighed = weigh(weights, len(stops))
    # a column of ones counts the ends themselves
    whole = np.concatenate([np.ones((len(stops), 1), np.int64), weighed.whole], axis=1)
    graph = condensed(index, begins, stops, gone)
    each, summed = _by_component(graph.labels[stops], whole)
    labels = graph.labels[begins]
    # starts that lie near one another reach much the same: together they leave most lines of a pass empty
    order = np.argsort(labels, kind="stable")
    parts = [labels[order[first : first + BLOCK]] for first in range(0, len(order), BLOCK)]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(lambda part: _block(graph, part, each, summed, index.engine), parts))
    sums = np.zeros((len(begins), whole.shape[1]), np.int64)
    sums[order] = np.concatenate(found) if found else sums
    return Counts(sums[:, 0], weighed.sums(sums[:, 1:]))


def every_level(
    edges: Edges,
    starts: ArrayLike,
    ends: ArrayLike,
    weights: ArrayLike | None = None,
    levels: Sequence[int] = LEVELS,
    threads: int = 1,
) -> tuple[Counts, ...]:
    """Count what each start reaches at each level, strongest first.

    Parameters
    ----------
    edges:
        The table.
    starts, ends, weights, threads:
        As for `counts`.
    levels:
        Which levels, ascending.

    Returns
    -------
    tuple of Counts
        One for each level. A level of which no edge is has the counts of the one before it.

    Examples
    --------
    >>> from nhiassess.reach.table import table
    >>> edges = table(3, [0, 0], [1, 2], [0, 3])
    >>> [each.reached.tolist() for each in every_level(edges, [0], [1, 2])]
    [[1], [1], [1], [2]]
    """
    there = np.bincount(edges.ranks, minlength=len(LEVELS))
    found: list[Counts] = []
    before = -1
    for level in levels:
        if not found or there[before + 1 : level + 1].any():
            found.append(counts(index(edges, level), starts, ends, weights, threads=threads))
        else:
            found.append(found[-1])
        before = level
    return tuple(found)


def _block(
    graph: Condensed, starts: NDArray[np.int32], ends: NDArray[np.int32], weights: NDArray[np.int64], engine: Engine
) -> NDArray[np.int64]:
    masks = block(graph.offsets, graph.targets, starts, engine)
    return engine.tally(masks, ends, weights)[: len(starts)]


def _by_component(labels: NDArray[np.int32], weights: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give the components that hold an end, and the weights of all that each holds."""
    inside = labels >= 0
    each, place = np.unique(labels[inside], return_inverse=True)
    summed = np.zeros((len(each), weights.shape[1]), np.int64)
    np.add.at(summed, place, weights[inside])
    return each.astype(np.int32), summed
