"""What the index asks of the code that does the work: the kernels, the same for every engine to the last bit."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int32]
Longs = NDArray[np.int64]

# 512 starts a pass: one line of the processor's cache for each node
WORDS = 8
BLOCK = 64 * WORDS


class Engine(Protocol):
    """Kernels over arrays: the same for every engine, to the last bit.

    Rows are three arrays: where each node's row begins, the nodes in it, and the numbers of their edges. ``gone`` flags
    edges that are to be passed over, and is empty when there are none.
    """

    def rows(
        self, nodes: int, sources: Ids, targets: Ids, ranks: NDArray[np.int8], level: int
    ) -> tuple[Longs, Ids, Ids]:
        """Sort the edges of a level by source, those of one source in the order of the table."""

    def hops(self, offsets: Longs, targets: Ids, edges: Ids, gone: Flags, starts: Ids) -> Ids:
        """Give how many edges each node is from the nearest start; -1 where none leads."""

    def strong(self, offsets: Longs, targets: Ids, edges: Ids, gone: Flags, kept: Flags, roots: Ids) -> tuple[Ids, int]:
        """Give the components of what is kept and the roots reach, numbered so that edges lead upward."""

    def condense(
        self, offsets: Longs, targets: Ids, edges: Ids, gone: Flags, labels: Ids, count: int
    ) -> tuple[Longs, Ids]:
        """Give the rows of the components, each edge once and none from a component to itself."""

    def spread(self, offsets: Longs, targets: Ids, masks: Bits) -> None:
        """Hand the bits of each component on to all that it leads to."""

    def tally(self, masks: Bits, ends: Ids, weights: Longs) -> Longs:
        """Sum the weights of the ends for each bit that stands at them: one row a bit, one column a weight."""

    def joined(
        self, out: tuple[Longs, Ids, Ids], into: tuple[Longs, Ids, Ids], gone: Flags, source: int, target: int
    ) -> bool:
        """Tell whether an edge or several lead from source to target."""
