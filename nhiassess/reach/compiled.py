"""The kernels as numba compiles them: each is one pass over arrays, holds no lock and calls nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from nhiassess.reach.engine import WORDS, Bits, Flags, Ids, Longs

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def _kernel(function: _Kernel) -> _Kernel:
    return cast(_Kernel, numba.njit(cache=True, nogil=True)(function))


@_kernel
def rows(nodes: int, sources: Ids, targets: Ids, ranks: NDArray[np.int8], level: int) -> tuple[Longs, Ids, Ids]:
    """Sort the edges of a level by source, by counting."""
    offsets = np.zeros(nodes + 1, np.int64)
    for edge in range(len(sources)):
        if ranks[edge] <= level:
            offsets[sources[edge] + 1] += 1
    for node in range(nodes):
        offsets[node + 1] += offsets[node]
    free = offsets[:nodes].copy()
    reached = np.empty(offsets[nodes], np.int32)
    edges = np.empty(offsets[nodes], np.int32)
    for edge in range(len(sources)):
        if ranks[edge] <= level:
            place = free[sources[edge]]
            free[sources[edge]] += 1
            reached[place] = targets[edge]
            edges[place] = edge
    return offsets, reached, edges


@_kernel
def hops(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, starts: Ids) -> Ids:
    """Search breadth first from all starts at once."""
    nodes = len(offsets) - 1
    found = np.full(nodes, -1, np.int32)
    queue = np.empty(nodes, np.int32)
    last = 0
    for start in starts:
        if found[start] < 0:
            found[start] = 0
            queue[last] = start
            last += 1
    passed_over = len(gone) > 0
    first = 0
    while first < last:
        node = queue[first]
        first += 1
        for place in range(offsets[node], offsets[node + 1]):
            target = targets[place]
            if found[target] < 0 and not (passed_over and gone[edges[place]]):
                found[target] = found[node] + 1
                queue[last] = target
                last += 1
    return found


@_kernel
def strong(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, kept: Flags, roots: Ids) -> tuple[Ids, int]:
    """Find components by Tarjan's algorithm, with the path kept in an array instead of calls."""
    nodes = len(kept)
    labels = np.full(nodes, -1, np.int32)
    seen = np.zeros(nodes, np.int32)  # when a node was first seen, from 1
    low = np.zeros(nodes, np.int32)  # the earliest seen that it leads back to; the largest number where none counts
    onward = np.empty(nodes, np.int64)  # the next place of its row
    path = np.empty(nodes, np.int32)
    waiting = np.empty(nodes, np.int32)
    passed_over = len(gone) > 0
    count = clock = held = 0
    done = np.iinfo(np.int32).max
    for node in range(nodes):
        if not kept[node]:
            low[node] = done
    for root in roots:
        if low[root]:
            continue
        path[0] = root
        depth = 1
        while depth:
            node = path[depth - 1]
            if not seen[node]:
                clock += 1
                seen[node] = low[node] = clock
                onward[node] = offsets[node]
                waiting[held] = node
                held += 1
            place = onward[node]
            stop = offsets[node + 1]
            lowest = low[node]
            deeper = False
            while place < stop:
                target = targets[place]
                if low[target] < lowest and not (passed_over and gone[edges[place]]):
                    if not low[target]:
                        deeper = True
                        break
                    lowest = low[target]
                place += 1
            low[node] = lowest
            # the same place is read again on the way back, when the target has its lowest
            onward[node] = place
            if deeper:
                path[depth] = target
                depth += 1
                continue
            depth -= 1
            if lowest == seen[node]:
                while True:
                    held -= 1
                    labels[waiting[held]] = count
                    low[waiting[held]] = done
                    if waiting[held] == node:
                        break
                count += 1
    # the last component found is one that nothing leads to
    for node in range(nodes):
        if labels[node] >= 0:
            labels[node] = count - 1 - labels[node]
    return labels, count


@_kernel
def condense(offsets: Longs, targets: Ids, edges: Ids, gone: Flags, labels: Ids, count: int) -> tuple[Longs, Ids]:
    """Go through the nodes of one component after another, and note each component they lead to once."""
    firsts = np.zeros(count + 1, np.int64)
    for label in labels:
        if label >= 0:
            firsts[label + 1] += 1
    for component in range(count):
        firsts[component + 1] += firsts[component]
    members = np.empty(firsts[count], np.int32)
    free = firsts[:count].copy()
    room = 0
    for node in range(len(labels)):
        if labels[node] >= 0:
            members[free[labels[node]]] = node
            free[labels[node]] += 1
            room += offsets[node + 1] - offsets[node]
    passed_over = len(gone) > 0
    noted = np.full(count, -1, np.int32)
    begins = np.zeros(count + 1, np.int64)
    found = np.empty(room, np.int32)
    length = 0
    for component in range(count):
        noted[component] = component
        for each in range(firsts[component], firsts[component + 1]):
            node = members[each]
            for place in range(offsets[node], offsets[node + 1]):
                label = labels[targets[place]]
                if label >= 0 and noted[label] != component and not (passed_over and gone[edges[place]]):
                    noted[label] = component
                    found[length] = label
                    length += 1
        begins[component + 1] = length
    return begins, found[:length].copy()


@_kernel
def spread(offsets: Longs, targets: Ids, masks: Bits) -> None:
    """Push the line of each component onto those after it; a component that no start reaches costs one look."""
    for component in range(len(masks)):
        stands = masks[component, 0]
        for word in range(1, WORDS):
            stands |= masks[component, word]
        if stands:
            for place in range(offsets[component], offsets[component + 1]):
                target = targets[place]
                for word in range(WORDS):
                    masks[target, word] |= masks[component, word]


@_kernel
def tally(masks: Bits, ends: Ids, weights: Longs) -> Longs:
    """Add whole lines to counters that lie bit beneath bit: a line is added to 512 counters at once."""
    columns = weights.shape[1]
    depth = 1
    for column in range(columns):
        total = weights[:, column].sum()
        needed = 1
        while total:
            total >>= 1
            needed += 1
        depth = max(depth, needed)
    counters = np.zeros((columns, depth, WORDS), np.uint64)
    line = np.empty(WORDS, np.uint64)
    carry = np.empty(WORDS, np.uint64)
    for each in range(len(ends)):
        stands = np.uint64(0)
        for word in range(WORDS):
            line[word] = masks[ends[each], word]
            stands |= line[word]
        if not stands:
            continue
        for column in range(columns):
            weight = weights[each, column]
            plane = 0
            while weight:
                if weight & 1:
                    carry[:] = line
                    carries = stands
                    beneath = plane
                    while carries:
                        carries = np.uint64(0)
                        for word in range(WORDS):
                            more = counters[column, beneath, word] & carry[word]
                            counters[column, beneath, word] ^= carry[word]
                            carry[word] = more
                            carries |= more
                        beneath += 1
                weight >>= 1
                plane += 1
    sums = np.zeros((64 * WORDS, columns), np.int64)
    for column in range(columns):
        for plane in range(depth):
            for bit in range(64 * WORDS):
                if (counters[column, plane, bit >> 6] >> np.uint64(bit & 63)) & np.uint64(1):
                    sums[bit, column] += np.int64(1) << plane
    return sums


@_kernel
def joined(out: tuple[Longs, Ids, Ids], into: tuple[Longs, Ids, Ids], gone: Flags, source: int, target: int) -> bool:
    """Search from both ends, each time on the side that has looked at fewer edges; done when one side is."""
    if source == target:
        return True
    nodes = len(out[0]) - 1
    side = np.zeros(nodes, np.int8)
    queues = np.empty((2, nodes), np.int32)
    queues[0, 0], queues[1, 0] = source, target
    side[source], side[target] = 1, 2
    first = np.zeros(2, np.int64)
    last = np.ones(2, np.int64)
    looked = np.zeros(2, np.int64)
    passed_over = len(gone) > 0
    while first[0] < last[0] and first[1] < last[1]:
        at = 0 if looked[0] <= looked[1] else 1
        offsets, targets, edges = out if at == 0 else into
        node = queues[at, first[at]]
        first[at] += 1
        looked[at] += 1 + offsets[node + 1] - offsets[node]
        for place in range(offsets[node], offsets[node + 1]):
            if passed_over and gone[edges[place]]:
                continue
            found = targets[place]
            if side[found] == 2 - at:
                return True
            if not side[found]:
                side[found] = at + 1
                queues[at, last[at]] = found
                last[at] += 1
    return False
