"""The kernels in numpy and scipy: a layer of nodes at a time, for small graphs and where numba is not installed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from nhiassess.reach.engine import BLOCK, WORDS, Bits, Flags, Ids, Longs

# ends whose bits are laid out at a time, one byte a bit
_LAID_OUT = 4_096


def rows(nodes: int, sources: Ids, targets: Ids, ranks: NDArray[np.int8], level: int) -> tuple[Longs, Ids, Ids]:
    """Sort the edges of a level by source, as the transposed matrix of edges and their sources."""
    there = np.flatnonzero(ranks <= level)
    offsets, order = _sorted(nodes, sources[there])
    edges = there[order].astype(np.int32)
    return offsets, targets[edges], edges


def hops(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, starts: Ids) -> Ids:
    """Search breadth first from all starts at once."""
    found = np.full(len(offsets) - 1, -1, np.int32)
    layer, far = np.unique(starts), 0
    while len(layer):
        found[layer] = far
        ahead = targets[_standing(edges, gone, _places(offsets, layer))]
        layer, far = np.unique(ahead[found[ahead] < 0]), far + 1
    return found


def strong(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, kept: Flags, roots: Ids) -> tuple[Ids, int]:
    """Take the components that scipy finds and order them layer after layer, since scipy promises no order."""
    nodes = np.flatnonzero(kept & (hops(offsets, targets, edges, gone, roots[kept[roots]]) >= 0))
    number = np.full(len(kept), -1, np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    sources, ahead = _pairs(offsets, targets, edges, gone, number)
    matrix = csr_matrix((np.ones(len(sources), np.int8), (sources, ahead)), (len(nodes), len(nodes)))
    count, found = connected_components(matrix, directed=True, connection="strong")
    order = np.zeros(count, np.int32)
    begins, after = _once(found[sources], found[ahead], count)
    missing = np.bincount(after, minlength=count)
    layer, numbered = np.flatnonzero(missing == 0), 0
    while len(layer):
        order[layer] = np.arange(numbered, numbered + len(layer))
        numbered += len(layer)
        each, times = np.unique(after[_places(begins, layer)], return_counts=True)
        missing[each] -= times
        layer = each[missing[each] == 0]
    labels = np.full(len(kept), -1, np.int32)
    labels[nodes] = order[found]
    return labels, int(count)


def condense(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, labels: Ids, count: int) -> tuple[Longs, Ids]:
    """Take the components of the ends of each edge, and each pair once."""
    return _once(*_pairs(offsets, targets, edges, gone, labels), count)


def spread(offsets: Longs, targets: Ids, masks: Bits) -> None:
    """Pull the lines of what leads to a run of components, for the longest runs within which no edge lies."""
    count = len(offsets) - 1
    begins, order = _sorted(count, targets)
    before = np.repeat(np.arange(count), np.diff(offsets))[order]
    # the lowest component that this one or a later one leads to: up to there a run may go
    lowest = np.full(count + 1, count, np.int64)
    leading = np.flatnonzero(np.diff(offsets))
    if len(leading):
        lowest[leading] = np.minimum.reduceat(targets, offsets[leading])
    lowest = np.minimum.accumulate(lowest[::-1])[::-1]
    first = 0
    while first < count:
        last = int(lowest[first])
        led_to = first + np.flatnonzero(np.diff(begins[first : last + 1]))
        if len(led_to):
            lines = masks[before[begins[first] : begins[last]]]
            masks[led_to] |= np.bitwise_or.reduceat(lines, begins[led_to] - begins[first], axis=0)
        first = last


def tally(masks: Bits, ends: Ids, weights: Longs) -> Longs:
    """Lay the bits out and multiply them with the weights."""
    sums = np.zeros((BLOCK, weights.shape[1]), np.int64)
    for first in range(0, len(ends), _LAID_OUT):
        lines = masks[ends[first : first + _LAID_OUT]].astype("<u8", copy=False)
        bits = np.unpackbits(lines.view(np.uint8).reshape(len(lines), 8 * WORDS), axis=1, bitorder="little")
        sums += bits.T.astype(np.int64) @ weights[first : first + _LAID_OUT]
    return sums


def joined(out: tuple[Longs, Ids, Ids], into: tuple[Longs, Ids, Ids], gone: Flags, source: int, target: int) -> bool:
    """Search from both ends, each time on the side whose next layer has fewer nodes."""
    if source == target:
        return True
    side = np.zeros(len(out[0]) - 1, np.int8)
    side[source], side[target] = 1, 2
    layers = [np.array([source]), np.array([target])]
    while len(layers[0]) and len(layers[1]):
        at = 0 if len(layers[0]) <= len(layers[1]) else 1
        offsets, targets, edges = (out, into)[at]
        ahead = targets[_standing(edges, gone, _places(offsets, layers[at]))]
        if (side[ahead] == 2 - at).any():
            return True
        layers[at] = np.unique(ahead[side[ahead] == 0])
        side[layers[at]] = at + 1
    return False


def _sorted(count: int, column: Ids) -> tuple[Longs, Longs]:
    """Give where the rows of each number begin in a stable order of the column, and that order, in linear time."""
    size = len(column)
    matrix = csr_matrix((np.ones(size, np.int8), column, np.arange(size + 1)), (size, count)).tocsc()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)


def _places(offsets: Longs, nodes: NDArray[np.integer]) -> Longs:
    """Give the places of the rows of some nodes, one row after another."""
    begins, lengths = offsets[nodes], offsets[nodes + 1] - offsets[nodes]
    ends = np.cumsum(lengths)
    places: Longs = np.repeat(begins - (ends - lengths), lengths)
    return places + np.arange(len(places))


def _standing(edges: Ids, gone: Flags, places: Longs) -> Longs:
    return places[~gone[edges[places]]] if len(gone) else places


def _pairs(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, labels: Ids) -> tuple[Ids, Ids]:
    """Give the labels of the ends of each edge that joins two labels."""
    sources, ahead = np.repeat(labels, np.diff(offsets)), labels[targets]
    joins = (sources >= 0) & (ahead >= 0) & (sources != ahead)
    if len(gone):
        joins &= ~gone[edges]
    return sources[joins], ahead[joins]


def _once(sources: NDArray[np.integer], targets: NDArray[np.integer], count: int) -> tuple[Longs, Ids]:
    """Give the rows of these pairs, each pair of two different numbers once."""
    apart = sources != targets
    pairs = np.unique(sources[apart].astype(np.int64) * max(count, 1) + targets[apart])
    offsets = np.searchsorted(pairs, np.arange(count + 1, dtype=np.int64) * max(count, 1))
    return offsets.astype(np.int64), (pairs % max(count, 1)).astype(np.int32)
