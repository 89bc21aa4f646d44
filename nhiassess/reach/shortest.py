"""The k shortest simple paths between two nodes, in an order that nothing but the graph decides."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from nhiassess.reach.hops import hops
from nhiassess.reach.rows import NONE_GONE, Index
from nhiassess.reach.table import numbers

Path = tuple[int, ...]
# nodes that a search looks at before it has the hops counted anew around what it must avoid
_PATIENCE = 500


def shortest(
    index: Index, source: int, target: int, most: int, gone: NDArray[np.bool_] = NONE_GONE
) -> tuple[Path, ...]:
    """Give the shortest paths that visit no node twice.

    Parameters
    ----------
    index:
        The compiled edges.
    source, target:
        Numbers of nodes.
    most:
        How many paths to give, where there are as many.
    gone:
        One flag for each edge of the table, set where it is passed over; empty when all stand.

    Returns
    -------
    tuple of tuple of int
        The nodes of each path: shortest first, those of one length by the numbers of their nodes.

    Notes
    -----
    J. Yen, Finding the K shortest loopless paths in a network, Management Science 17(11), 1971, with one change: where
    the paths branch off, the hops to the target, counted once against the edges, stand for the length of a branch until
    it is the shortest left. So at most ``most`` times the length of a path searches are made, and mostly far fewer.

    Examples
    --------
    >>> from nhiassess.reach.rows import index
    >>> from nhiassess.reach.table import table
    >>> made = index(table(4, [0, 0, 1, 2, 2], [2, 1, 3, 3, 1]))
    >>> shortest(made, 0, 3, 5)
    ((0, 1, 3), (0, 2, 3), (0, 2, 1, 3))
    """
    begin, end = numbers(index.nodes, [source, target], "ends").tolist()
    far = hops(index, [end], gone)
    found: list[Path] = []
    # a branch is the paths that begin with `stem` and don't go on to one of `barred`; known is one with its shortest
    branches: list[tuple[int, bool, Path, int, frozenset[int]]] = []
    if far[begin] >= 0:
        branches.append((int(far[begin]), False, (begin,), 1, frozenset()))
    while branches and len(found) < most:
        _, known, path, stem, barred = heappop(branches)
        if not known:
            best = _best(index, far, path, barred, end, gone)
            if best:
                heappush(branches, (len(best) - 1, True, best, stem, barred))
            continue
        found.append(path)
        for last in range(stem, len(path)):
            ahead = frozenset({path[last]}) | (barred if last == stem else frozenset())
            bound = _bound(index, far, path[:last], ahead, gone)
            if bound is not None:
                heappush(branches, (bound, False, path[:last], last, ahead))
    return tuple(found)


def _bound(
    index: Index, far: NDArray[np.int32], stem: Path, barred: frozenset[int], gone: NDArray[np.bool_]
) -> int | None:
    """Give a length below which no path of a branch is; none when it surely has no path."""
    hidden = barred.union(stem)
    return min(
        (len(stem) + hop for node, hop in _ahead(index, far, stem[-1], gone) if node not in hidden), default=None
    )


def _best(
    index: Index, far: NDArray[np.int32], stem: Path, barred: frozenset[int], end: int, gone: NDArray[np.bool_]
) -> Path | None:
    """Give the first of the shortest paths of a branch."""
    if stem[-1] == end:
        return stem
    hidden = frozenset(stem)
    settled: set[int] = set()
    # the least of equal length lies on top: a node is left by the first of the shortest paths to it
    paths = [(0, stem)]
    while paths:
        _, path = heappop(paths)
        node = path[-1]
        if node == end:
            return path
        if node in settled:
            continue
        settled.add(node)
        if len(settled) == _PATIENCE:
            far = hops(index, [end], _around(index, stem, barred, gone))
            return _straight(index, far, stem, end, barred, gone) if far[stem[-1]] >= 0 else None
        for target, hop in _ahead(index, far, node, gone):
            if target not in settled and target not in hidden and not (len(path) == len(stem) and target in barred):
                heappush(paths, (len(path) + hop, (*path, target)))
    return None


def _straight(
    index: Index, far: NDArray[np.int32], stem: Path, end: int, barred: frozenset[int], gone: NDArray[np.bool_]
) -> Path:
    """Follow hops that were counted around the stem: the lowest next node at each step."""
    path = stem
    while path[-1] != end:
        nearer = far[path[-1]] - 1
        hidden = barred if path is stem else frozenset()
        path = (
            *path,
            min(node for node, hop in _ahead(index, far, path[-1], gone) if hop == nearer and node not in hidden),
        )
    return path


def _around(index: Index, stem: Path, barred: frozenset[int], gone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Flag every edge out of the stem, but for those that its branch may take."""
    flags = gone.copy() if len(gone) else np.zeros(len(index.table.sources), np.bool_)
    offsets, targets, edges = index.out.arrays
    for node in stem[:-1]:
        flags[edges[offsets[node] : offsets[node + 1]]] = True
    row = slice(offsets[stem[-1]], offsets[stem[-1] + 1])
    flags[edges[row][np.isin(targets[row], list(barred))]] = True
    return flags


def _ahead(index: Index, far: NDArray[np.int32], node: int, gone: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Give the nodes that a node leads to and from which the target is reached, with the hops from there."""
    offsets, targets, edges = index.out.arrays
    row = slice(offsets[node], offsets[node + 1])
    ahead = targets[row][~gone[edges[row]]] if len(gone) else targets[row]
    ahead = np.unique(ahead[far[ahead] >= 0])
    return zip(ahead.tolist(), far[ahead].tolist(), strict=True)
