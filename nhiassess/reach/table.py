"""An edge table as arrays: nodes and edges are numbers, and each edge has the rank of its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# one for each verdict, strongest first: an edge is there at a level if its rank is no greater
LEVELS: tuple[int, ...] = (0, 1, 2, 3)
_MOST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges between numbered nodes; the number of an edge is its row, and two edges may join the same nodes."""

    nodes: int
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    ranks: NDArray[np.int8]


def table(nodes: int, sources: ArrayLike, targets: ArrayLike, ranks: ArrayLike | None = None) -> Edges:
    """Make an edge table of columns of numbers.

    Parameters
    ----------
    nodes:
        How many nodes there are; they are numbered from 0.
    sources, targets:
        The ends of each edge.
    ranks:
        The rank of each edge's verdict, 0 (yes) to 3 (unknown); without it all are 0.

    Returns
    -------
    Edges
        The columns in the types that the kernels take, copied only where the type differs.

    Raises
    ------
    ValueError
        When a column has another length, or a value is no node or no rank; the first such row is named.

    Examples
    --------
    >>> edges = table(3, [0, 1], [1, 2])
    >>> len(edges.sources), edges.ranks.tolist()
    (2, [0, 0])
    >>> table(3, [0, 1], [1, 3])
    Traceback (most recent call last):
    ValueError: targets, row 1: 3 is no node of 3
    """
    if not 0 <= nodes <= _MOST:
        raise ValueError(f"{nodes} nodes are more than an index numbers, which is {_MOST}, or fewer than none")
    ends = [numbers(nodes, column, name) for name, column in (("sources", sources), ("targets", targets))]
    ranked = _whole(np.zeros(len(ends[0]), np.int8) if ranks is None else ranks, "ranks")
    lengths = {len(column) for column in (*ends, ranked)}
    if len(lengths) > 1 or max(lengths) > _MOST:
        raise ValueError(f"sources, targets and ranks have {len(ends[0])}, {len(ends[1])} and {len(ranked)} rows")
    _refuse((ranked < 0) | (ranked > LEVELS[-1]), ranked, "ranks", f"is no rank of 0 to {LEVELS[-1]}")
    return Edges(nodes, ends[0], ends[1], np.ascontiguousarray(ranked, np.int8))


def numbers(count: int, column: ArrayLike, name: str, kind: str = "node") -> NDArray[np.int32]:
    """Give a column as numbers of nodes, or of edges where ``kind`` says so.

    Raises
    ------
    ValueError
        When a value is no number of them; the first such row is named.

    Examples
    --------
    >>> numbers(5, [4, 0], "starts").tolist()
    [4, 0]
    """
    found = _whole(column, name)
    _refuse((found < 0) | (found >= count), found, name, f"is no {kind} of {count}")
    return np.ascontiguousarray(found, np.int32)


def _whole(column: ArrayLike, name: str) -> NDArray[np.integer]:
    found = np.asarray(column)
    if found.ndim != 1:
        raise ValueError(f"{name} is no column: it has {found.ndim} dimensions")
    if not len(found):
        return np.zeros(0, np.int32)
    if found.dtype.kind not in "iu":
        raise ValueError(f"{name} holds {found.dtype} where whole numbers are needed")
    return found


def _refuse(wrong: NDArray[np.bool_], column: NDArray[np.integer], name: str, why: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name}, row {row}: {column[row]} {why}")
