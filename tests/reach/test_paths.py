"""The k shortest paths are those that networkx lists, in one order."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach import shortest as searched
from nhiassess.reach.engine import Engine
from nhiassess.reach.hops import hops
from nhiassess.reach.rows import index
from nhiassess.reach.shortest import shortest
from nhiassess.reach.table import Edges, table
from tests.reach.graphs import each_engine, gone_of, graph, layered, tables

LAWS = settings(max_examples=150, deadline=None)


def listed(edges: Edges, source: int, target: int, gone: object = ()) -> list[tuple[int, ...]]:
    """Every simple path, shortest first, those of one length by their nodes."""
    if source == target:
        return [(source,)]
    every = nx.all_simple_paths(graph(edges, gone=gone), source, target)
    return sorted({tuple(each) for each in every}, key=lambda each: (len(each), each))


@pytest.mark.parametrize("patience", [1, 3, 500], ids=["counted anew at once", "soon", "late"])
@each_engine
@given(drawn=st.data())
@LAWS
def test_the_shortest_paths_are_the_first_of_all(engine: Engine, patience: int, drawn: st.DataObject) -> None:
    edges = drawn.draw(tables().filter(lambda each: each.nodes <= 7))
    node = st.integers(0, edges.nodes - 1)
    source, target, most = drawn.draw(node), drawn.draw(node), drawn.draw(st.integers(0, 40))
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1), max_size=3)) if len(edges.sources) else set()
    compiled = index(edges, engine=engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searched, "_PATIENCE", patience)
        found = shortest(compiled, source, target, most, gone_of(compiled, *gone))
    assert list(found) == listed(edges, source, target, gone)[:most]


@each_engine
def test_lengths_among_ten_thousand_edges_are_those_of_networkx(engine: Engine) -> None:
    edges = layered(back=0.2)
    made, compiled = graph(edges), index(edges, engine=engine)
    for target in (1_900, 600, 30):
        source = int(np.argmax(hops(compiled, [target]) >= 4))
        found = shortest(compiled, source, target, 20)
        assert len(set(found)) == 20
        ways = nx.shortest_simple_paths(made, source, target)
        assert [len(each) for each in found] == [len(next(ways)) for _ in found]
        assert all(made.has_edge(*hop) for each in found for hop in pairwise(each))


@each_engine
def test_a_crowd_whose_only_way_out_is_the_way_in_ends_soon(engine: Engine) -> None:
    # 0 -> 1 -> 2, and from 1 into a crowd of 150 that leads back to 1 only: 149! simple paths that lead nowhere
    crowd = range(3, 153)
    within = [(source, target) for source in crowd for target in crowd if source != target]
    sources, targets = zip((0, 1), (1, 2), (1, 3), *((each, 1) for each in crowd), *within, strict=True)
    assert shortest(index(table(153, sources, targets), engine=engine), 0, 2, 5) == ((0, 1, 2),)
