"""Which of the two engines fits a graph: numba's, where it is installed and pays, else numpy's and scipy's."""

from __future__ import annotations

from importlib.util import find_spec

from nhiassess.reach.engine import Engine

# below this, numpy is done before numba is loaded
_LARGE = 20_000


def fitting(edges: int) -> Engine:
    """Give the engine that suits so many edges: numba's, where it is installed and pays, else numpy's and scipy's.

    Notes
    -----
    Each is imported when it is first asked for, since scipy and numba take longer to load than a small graph to walk.
    """
    if edges >= _LARGE and find_spec("numba"):
        from nhiassess.reach import compiled

        return compiled
    from nhiassess.reach import plain

    return plain
