"""Resources as the ends of ways: however one arrives at a resource, it counts once, with the highest access."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from nhiassess.analysis.crossing import ACCESS
from nhiassess.analysis.states import States
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import ACCESS_WEIGHTS
from nhiassess.network.what_if import difference
from nhiassess.reach.table import Edges

HIGHEST_SENSITIVITY = 5
# what is there for each resource behind the states: it is reached at all; with access that weighs two at least, or
# three; and written, which tells writes from executes_on where both weigh the same
ANY, STRONG, WHOLE, WRITTEN = range(4)
_KINDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """The ends behind the states of a graph and of all its views, and what leads to them."""

    starts: NDArray[np.int32]  # of the agents
    agents: tuple[str, ...]  # sorted
    resources: tuple[str, ...]  # sorted
    first: int  # the number of the first end
    states: NDArray[np.int32]  # that lead to an end
    ends: NDArray[np.int32]  # to which each of them leads

    def numbers(self, kind: int) -> NDArray[np.int32]:
        """Give the ends of one kind, one for each resource."""
        return np.arange(self.first + kind, self.first + kind + _KINDS * len(self.resources), _KINDS, dtype=np.int32)

    def behind(self, made: States) -> Edges:
        """Give the crossings of a graph, or of a view of it, as an edge table with the ends behind them."""
        return Edges(
            self.first + _KINDS * len(self.resources),
            np.concatenate([made.sources, self.states]),
            np.concatenate([made.targets, self.ends]),
            np.concatenate([made.ranks, np.zeros(len(self.states), np.int8)]),
        )


def ends(made: States) -> Ends:
    """Put an end of each kind behind every resource.

    Parameters
    ----------
    made:
        The states of a graph.

    Returns
    -------
    Ends
        An end is reached at a level exactly when a state of its resource is that gives such access.

    Notes
    -----
    Access weighs 1, 2 or 3; so the weight of the highest is the number of kinds, WRITTEN aside, that are reached.
    """
    resources = tuple(node for node in made.by_node if node.startswith("resource:"))
    first = len(made.names) + len(made.agents)
    folded: list[tuple[int, int]] = []
    for place, resource in enumerate(resources):
        for number in made.by_node[resource]:
            access = ACCESS[made.names[number][1]]
            kinds = list(range(ACCESS_WEIGHTS[access])) + ([WRITTEN] if access == "writes" else [])
            folded += [(number, first + _KINDS * place + kind) for kind in kinds]
    behind = np.array(folded, np.int32).reshape(-1, 2)
    starts = np.fromiter(made.agents.values(), np.int32)
    return Ends(starts, tuple(made.agents), resources, first, behind[:, 0].copy(), behind[:, 1].copy())


def resources(graph: nx.MultiDiGraph[str], found: Ends) -> tuple[Resource, ...]:
    """Give the value of each resource, those included that a what-if view leaves out."""
    base, _ = difference(graph)
    return tuple(base.nodes[id]["value"] for id in found.resources)


def sensitivities(values: Iterable[Resource]) -> NDArray[np.int64]:
    """Give how sensitive resources are at least and at most.

    Returns
    -------
    numpy.ndarray
        One row for each, two columns; 0 and 5 where nobody states it.

    Examples
    --------
    >>> sensitivities([Resource("resource:a", sensitivity=3), Resource("resource:b")]).tolist()
    [[3, 3], [0, 5]]
    """
    rows = [
        (each.sensitivity or 0, HIGHEST_SENSITIVITY if each.sensitivity is None else each.sensitivity)
        for each in values
    ]
    return np.array(rows, np.int64).reshape(-1, 2)


def accessed(reached: NDArray[np.bool_], written: bool) -> str:
    """Name the highest access by which of the kinds ANY, STRONG and WHOLE are reached.

    Examples
    --------
    >>> accessed(np.array([True, True, False]), False)
    'executes_on'
    """
    weight = int(reached.sum())
    return {1: "reads", 2: "writes" if written else "executes_on", 3: "administers"}[weight]
