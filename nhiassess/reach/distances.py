"""How many hops each end is from each start: for tables that list every pair anyway."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nhiassess.reach.engine import BLOCK, WORDS
from nhiassess.reach.rows import Index
from nhiassess.reach.table import numbers


def distances(index: Index, starts: ArrayLike, ends: ArrayLike) -> NDArray[np.int32]:
    """Give the fewest hops from each start to each end.

    Parameters
    ----------
    index:
        The compiled edges.
    starts, ends:
        Numbers of nodes; each is no hop from itself.

    Returns
    -------
    numpy.ndarray
        One row for each start, one column for each end; -1 where none leads.

    Notes
    -----
    M. Then and others, The more the merrier: efficient multi-source graph traversal, VLDB 8(4), 2014: one search
    breadth first for a block of 512 starts, one bit each. O(hops E) for a block, in its longest shortest way.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> distances(index(table(4, [0, 1, 0], [1, 2, 2])), [0, 1], [1, 2, 3]).tolist()
    [[1, 1, -1], [0, 1, -1]]
    """
    begins, stops = numbers(index.nodes, starts, "starts"), numbers(index.nodes, ends, "ends")
    found = np.full((len(begins), len(stops)), -1, np.int32)
    for first in range(0, len(begins), BLOCK):
        _block(index, begins[first : first + BLOCK], stops, found[first : first + BLOCK])
    return found


def _block(index: Index, starts: NDArray[np.int32], ends: NDArray[np.int32], found: NDArray[np.int32]) -> None:
    """Fill in the rows of one block, hop by hop; only what was new at the last hop leads further."""
    bits = np.arange(len(starts))
    fresh = np.zeros((index.nodes, WORDS), np.uint64)
    np.bitwise_or.at(fresh, (starts, bits >> 6), np.uint64(1) << (bits & 63).astype(np.uint64))
    seen = fresh.copy()
    offsets, sources = index.into.offsets, index.into.targets
    led_to = np.flatnonzero(np.diff(offsets))
    hop = 0
    while fresh.any():
        lines = fresh[ends].astype("<u8", copy=False).view(np.uint8).reshape(len(ends), 8 * WORDS)
        new = np.unpackbits(lines, axis=1, bitorder="little")[:, : len(starts)].T.astype(np.bool_)
        found[new] = hop
        hop += 1
        ahead = np.zeros_like(fresh)
        if len(led_to):
            ahead[led_to] = np.bitwise_or.reduceat(fresh[sources], offsets[led_to], axis=0)
        fresh = ahead & ~seen
        seen |= fresh
