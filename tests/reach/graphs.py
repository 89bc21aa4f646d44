"""What the tests of the index share: small graphs drawn at random, seeded ones of both shapes, and both engines."""

from __future__ import annotations

from importlib.util import find_spec

import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nhiassess.reach import plain
from nhiassess.reach.rows import Index
from nhiassess.reach.table import Edges, table


def _engines() -> list[object]:
    if not find_spec("numba"):
        return [pytest.param(plain, id="plain")]
    from nhiassess.reach import compiled

    return [pytest.param(plain, id="plain"), pytest.param(compiled, id="compiled")]


ENGINES = _engines()
each_engine = pytest.mark.parametrize("engine", ENGINES)


@st.composite
def tables(draw: st.DrawFn) -> Edges:
    """A table of up to 12 nodes and 40 edges, with circles, loops and edges that stand twice."""
    nodes = draw(st.integers(1, 12))
    node = st.integers(0, nodes - 1)
    drawn = draw(st.lists(st.tuples(node, node, st.integers(0, 3)), max_size=40))
    sources, targets, ranks = zip(*drawn, strict=True) if drawn else ((), (), ())
    return table(nodes, sources, targets, ranks)


def graph(edges: Edges, level: int = 3, gone: object = ()) -> nx.DiGraph[int]:
    """The same as networkx has it."""
    there = edges.ranks <= level
    there[list(gone)] = False  # type: ignore[call-overload]
    made: nx.DiGraph[int] = nx.DiGraph()
    made.add_nodes_from(range(edges.nodes))
    made.add_edges_from(zip(edges.sources[there].tolist(), edges.targets[there].tolist(), strict=True))
    return made


def descendants(made: nx.DiGraph[int], start: int) -> set[int]:
    """What a start reaches, itself among it."""
    return {start, *nx.descendants(made, start)}


def layered(seed: int = 3, edges: int = 10_000, back: float = 0.001) -> Edges:
    """Edges that lead onward but for a share that leads back: few of these make small circles, many one large."""
    random = np.random.default_rng(seed)
    nodes = edges // 5
    sources = random.integers(0, nodes - 1, edges)
    targets = np.minimum(sources + 1 + random.geometric(0.005, edges), nodes - 1)
    turned = random.random(edges) < back
    return table(
        nodes,
        np.where(turned, targets, sources),
        np.where(turned, sources, targets),
        random.choice(4, edges, p=[0.7, 0.1, 0.1, 0.1]),
    )


def gone_of(index: Index, *edges: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The flags of these edges."""
    flags = np.zeros(len(index.table.sources), np.bool_)
    flags[list(edges)] = True
    return flags
