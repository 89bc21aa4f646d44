"""The kernels about dominators, step by step: numba compiles them, and Python takes them as they stand."""

from __future__ import annotations

import numpy as np

from nhiassess.reach.engine import Flags, Ids, Longs


def dominators(out: tuple[Longs, Ids, Ids], into: tuple[Longs, Ids, Ids], gone: Flags, start: int) -> tuple[Ids, Ids]:
    """Give for each node the one that dominates it last, and the nodes as a search in depth meets them."""
    offsets, targets, edges = out
    nodes = len(offsets) - 1
    passed_over = len(gone) > 0
    number = np.full(nodes, -1, np.int32)  # when the search met a node; all that follows goes by these numbers
    order = np.empty(nodes, np.int32)
    parent = np.zeros(nodes, np.int32)
    path = np.empty(nodes, np.int32)
    onward = np.empty(nodes, np.int64)
    number[start] = 0
    order[0] = start
    path[0] = start
    onward[0] = offsets[start]
    met = depth = 1
    while depth:
        node = path[depth - 1]
        place = onward[depth - 1]
        if place == offsets[node + 1]:
            depth -= 1
            continue
        onward[depth - 1] += 1
        target = targets[place]
        if number[target] < 0 and not (passed_over and gone[edges[place]]):
            number[target] = met
            order[met] = target
            parent[met] = number[node]
            path[depth] = target
            onward[depth] = offsets[target]
            met += 1
            depth += 1
    above = np.full(nodes, -1, np.int32)
    order = order[:met].copy()
    semi = np.arange(met).astype(np.int32)
    best = np.arange(met).astype(np.int32)  # of the links above a node, the one with the least semi
    link = np.full(met, -1, np.int32)
    last = np.zeros(met, np.int32)  # the dominator, or one whose dominator it is
    first = np.full(met, -1, np.int32)  # those that wait for a node, one after another
    following = np.full(met, -1, np.int32)

    def least(node: int) -> int:
        """Give, of the links above a node, the one with the least semi; the way there is shortened as it is gone."""
        length = 0
        while link[node] >= 0 and link[link[node]] >= 0:
            path[length] = node
            length += 1
            node = link[node]
        while length:
            length -= 1
            below = path[length]
            if semi[best[node]] < semi[best[below]]:
                best[below] = best[node]
            link[below] = link[node]
            node = below
        return int(best[node])

    offsets, targets, edges = into
    for step in range(met - 1, -1, -1):
        waits = first[step]
        # those whose semi is this node, now that the whole path beneath it is linked
        while waits >= 0:
            found = least(waits)
            last[waits] = found if semi[found] < semi[waits] else step
            waits = following[waits]
        if step == 0:
            break
        node = order[step]
        for place in range(offsets[node], offsets[node + 1]):
            before = number[targets[place]]
            if before >= 0 and not (passed_over and gone[edges[place]]):
                found = least(before)
                semi[step] = min(semi[step], semi[found])
        following[step] = first[semi[step]]
        first[semi[step]] = step
        link[step] = parent[step]
    for step in range(1, met):
        if last[step] != semi[step]:
            last[step] = last[last[step]]
        above[order[step]] = order[last[step]]
    return above, order


def fold(above: Ids, order: Ids, sums: Longs) -> None:
    """Add the sums of each node to the one above it, from the last node met to the first."""
    for place in range(len(order) - 1, 0, -1):
        node = order[place]
        for column in range(sums.shape[1]):
            sums[above[node], column] += sums[node, column]
