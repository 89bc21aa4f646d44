"""One path for each agent to a node: the strongest, then the shortest, then the first in the order of the edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from nhiassess.analysis.crossing import Index, crossing, hop
from nhiassess.analysis.states import States
from nhiassess.model.reach import VERDICTS, Hop, Path
from nhiassess.reach import rows
from nhiassess.reach.hops import hops


def witnesses(found: Index, made: States, agents: Iterable[str], targets: Iterable[str]) -> Iterator[Path]:
    """Give the path of each agent to each of some nodes, where one leads to it.

    Parameters
    ----------
    found:
        The index of a graph.
    made:
        Its states under one threat model, with gates holding or not.
    agents:
        Ids of agents.
    targets:
        Ids of any nodes.

    Yields
    ------
    Path
        Target by target, in the order of the agents; without hops where the attacker begins at the target.

    Notes
    -----
    One search back from a target for each verdict, O(4 E), whatever the number of agents.
    """
    there = np.bincount(made.ranks, minlength=len(VERDICTS))
    # a verdict that no crossing has is that of no path
    levels = [(rank, rows.index(made.edges, rank)) for rank in range(len(VERDICTS)) if there[rank] or not rank]
    begun = [(agent, made.agents[agent]) for agent in agents]
    hop_of = _hops(found, made)
    for target in targets:
        ends = np.array(made.by_node.get(target, ()), np.int32)
        left = [(rank, level, hops(level, ends)) for rank, level in levels] if len(ends) else []
        for agent, start in begun:
            nearest = next(((rank, level, hops) for rank, level, hops in left if hops[start] > 0), None)
            if nearest is not None:
                rank, level, distance = nearest
                id = f"{agent}|{target}|{made.threat_model}|{'gated' if made.gated else 'ungated'}"
                way = tuple(map(hop_of, _way(level, distance, start)))
                yield Path(id, agent, target, made.threat_model, made.gated, VERDICTS[rank], way)


def _way(level: rows.Index, left: NDArray[np.int32], start: int) -> Iterator[int]:
    """Give the crossings of the way down from a start, each the first that leads one hop nearer."""
    offsets, targets, edges = level.out.arrays
    at = start
    while left[at]:
        nearer = targets[offsets[at] : offsets[at + 1]]
        place = offsets[at] + np.argmax(left[nearer] == left[at] - 1)
        if at != start:  # from the start it is no hop yet
            yield int(edges[place])
        at = int(targets[place])


def _hops(found: Index, made: States) -> Callable[[int], Hop]:
    """Give what makes the hop of a crossing, each once."""
    done: dict[int, Hop] = {}

    def hop_of(number: int) -> Hop:
        if number not in done:
            edge, state = made.crossed[number], made.names[made.sources[number]]
            crossed = crossing(found, edge, state, made.threat_model, made.gated)
            assert crossed is not None
            done[number] = hop(edge, crossed)
        return done[number]

    return hop_of
