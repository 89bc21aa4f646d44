"""The edges of one level by source and by target: the form that every search of the index walks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nhiassess.reach.engine import Engine
from nhiassess.reach.fitting import fitting
from nhiassess.reach.table import LEVELS, Edges

# nothing is passed over
NONE_GONE: NDArray[np.bool_] = np.zeros(0, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """For each node, what its edges lead to: row ``n`` lies from ``offsets[n]`` to ``offsets[n + 1]``."""

    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]
    edges: NDArray[np.int32]  # the number of each edge in the table

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """The three arrays, as the kernels take them."""
        return self.offsets, self.targets, self.edges


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The edges of a table that are there at a level, out of each node and into each node."""

    table: Edges
    level: int
    out: Rows
    into: Rows
    engine: Engine

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.table.nodes


def index(edges: Edges, level: int = LEVELS[-1], engine: Engine | None = None) -> Index:
    """Compile an edge table at one level.

    Parameters
    ----------
    edges:
        The table.
    level:
        An edge is there when its rank is no greater; by default every edge is.
    engine:
        What does the work; without it the one that suits the size.

    Returns
    -------
    Index
        The rows in both directions. Linear in nodes and edges.

    Examples
    --------
    >>> from nhiassess.reach.table import table
    >>> made = index(table(3, [0, 1, 0], [2, 2, 1], [0, 3, 1]), level=1)
    >>> made.out.targets.tolist(), made.into.targets.tolist(), made.into.edges.tolist()
    ([2, 1], [0, 0], [2, 0])
    """
    if level not in LEVELS:
        raise ValueError(f"level {level} is none of {LEVELS}")
    doing = engine or fitting(len(edges.sources))
    out = Rows(*doing.rows(edges.nodes, edges.sources, edges.targets, edges.ranks, level))
    into = Rows(*doing.rows(edges.nodes, edges.targets, edges.sources, edges.ranks, level))
    return Index(edges, level, out, into, doing)


def flagged(index: Index, gone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give flags of edges as the kernels take them, which look nothing up twice.

    Raises
    ------
    ValueError
        When there are flags, but not one for each edge of the table.

    Examples
    --------
    >>> from nhiassess.reach.table import table
    >>> flagged(index(table(2, [0], [1])), np.zeros(2, np.bool_))
    Traceback (most recent call last):
    ValueError: 2 flags of type bool for 1 edges
    """
    if len(gone) not in (0, len(index.table.sources)) or gone.dtype != np.bool_ or gone.ndim != 1:
        raise ValueError(f"{len(gone)} flags of type {gone.dtype} for {len(index.table.sources)} edges")
    return np.ascontiguousarray(gone)
