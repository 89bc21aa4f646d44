"""What hangs on a node is what its start loses without it, and the tree is that of networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach.dominators import dominators, hanging
from nhiassess.reach.engine import Engine
from nhiassess.reach.removal import lost
from nhiassess.reach.rows import index
from nhiassess.reach.table import Edges, table
from tests.reach.graphs import descendants, each_engine, gone_of, graph, layered, tables

LAWS = settings(max_examples=200, deadline=None)


def expected(made: nx.DiGraph[int], start: int) -> list[int]:
    """The tree as networkx has it, which names the start or nothing as the one above the start."""
    above = {**nx.immediate_dominators(made, start), start: -1}
    return [above.get(node, -1) for node in range(len(made))]


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_the_tree_is_that_of_networkx(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    start = drawn.draw(st.integers(0, edges.nodes - 1))
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1), max_size=3)) if len(edges.sources) else set()
    compiled = index(edges, engine=engine)
    found = dominators(compiled, start, gone_of(compiled, *gone))
    made = graph(edges, gone=gone)
    assert found.above.tolist() == expected(made, start)
    assert set(found.order.tolist()) == descendants(made, start)


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_what_hangs_on_a_node_is_lost_without_it(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    start = drawn.draw(st.integers(0, edges.nodes - 1))
    ends = sorted(drawn.draw(st.sets(st.integers(0, edges.nodes - 1), min_size=1)))
    compiled = index(edges, engine=engine)
    sums = hanging(dominators(compiled, start), ends, [[end, 1] for end in ends])
    for node in range(edges.nodes):
        gone = lost(compiled, [start], ends, [[end, 1] for end in ends], nodes=[node])
        assert sums[node].tolist() == gone.weighted[0].tolist()


@pytest.mark.parametrize("back", [0.001, 0.2], ids=["small circles", "one large circle"])
@each_engine
def test_the_trees_of_ten_thousand_edges(engine: Engine, back: float) -> None:
    edges = layered(back=back)
    made, compiled = graph(edges), index(edges, engine=engine)
    for start in range(0, 200, 40):
        assert dominators(compiled, start).above.tolist() == expected(made, start)


@each_engine
def test_a_chain_as_deep_as_it_is_long(engine: Engine) -> None:
    many = 20_000
    tree = dominators(index(table(many, range(many - 1), range(1, many)), engine=engine), 0)
    assert tree.above.tolist() == list(range(-1, many - 1))
    assert hanging(tree, np.arange(many))[:, 0].tolist() == list(range(many, 0, -1))
