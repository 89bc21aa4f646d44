"""Which starts reach each component, a block of starts at a time: one bit a start, handed on in one pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.components import condensed
from nhiassess.reach.engine import BLOCK, WORDS, Engine
from nhiassess.reach.rows import NONE_GONE, Index
from nhiassess.reach.table import numbers


def block(
    offsets: NDArray[np.int64], targets: NDArray[np.int32], starts: NDArray[np.int32], engine: Engine
) -> NDArray[np.uint64]:
    """Give the bits of one block of starts at every component.

    Parameters
    ----------
    offsets, targets:
        The rows of a condensed graph in topological order, and nothing else: whoever has these two arrays can work on a
        block, in this process or another.
    starts:
        The components of at most 512 starts, -1 of a start that was left out.
    engine:
        What does the work.

    Returns
    -------
    numpy.ndarray
        One row of 8 words for each component; bit ``i % 64`` of word ``i // 64`` is set where start ``i`` reaches it.

    Examples
    --------
    >>> from nhiassess.reach.fitting import fitting
    >>> found = block(np.array([0, 1, 2, 2]), np.array([2, 2], np.int32), np.array([0, 1], np.int32), fitting(2))
    >>> found[:, 0].tolist()
    [1, 2, 3]
    """
    if len(starts) > BLOCK:
        raise ValueError(f"{len(starts)} starts are more than a block of {BLOCK}")
    masks = np.zeros((len(offsets) - 1, WORDS), np.uint64)
    bits = np.flatnonzero(starts >= 0)
    # two starts may share a component
    np.bitwise_or.at(masks, (starts[bits], bits >> 6), np.uint64(1) << (bits & 63).astype(np.uint64))
    engine.spread(offsets, targets, masks)
    return masks


def blocks(
    offsets: NDArray[np.int64], targets: NDArray[np.int32], starts: NDArray[np.int32], engine: Engine
) -> Iterator[NDArray[np.uint64]]:
    """Give the bits of one block after another, so that never more than one stands in memory."""
    for first in range(0, len(starts), BLOCK):
        yield block(offsets, targets, starts[first : first + BLOCK], engine)


def reached(index: Index, starts: ArrayLike, ends: ArrayLike, gone: NDArray[np.bool_] = NONE_GONE) -> NDArray[np.bool_]:
    """Tell for each start which of a few chosen ends, such as the crown jewels, it reaches.

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
        One row for each start, one column for each end.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> reached(index(table(4, [0, 1, 1], [2, 2, 3])), [0, 1], [2, 3]).tolist()
    [[True, False], [True, True]]
    """
    begins, stops = numbers(index.nodes, starts, "starts"), numbers(index.nodes, ends, "ends")
    graph = condensed(index, begins, stops, gone)
    found = np.zeros((len(begins), len(stops)), np.bool_)
    labels = graph.labels[stops]
    columns = np.flatnonzero(labels >= 0)
    done = 0
    for masks in blocks(graph.offsets, graph.targets, graph.labels[begins], index.engine):
        lines = masks[labels[columns]].astype("<u8", copy=False).view(np.uint8)
        bits = np.unpackbits(lines.reshape(len(columns), 8 * WORDS), axis=1, bitorder="little")
        rows = min(BLOCK, len(begins) - done)
        found[done : done + rows, columns] = bits[:, :rows].T.astype(np.bool_)
        done += rows
    return found
