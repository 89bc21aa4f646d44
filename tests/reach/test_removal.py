"""What is lost without edges or nodes is the difference of two graphs, for every start."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach import removal
from nhiassess.reach.counts import counts
from nhiassess.reach.engine import Engine
from nhiassess.reach.removal import lost
from nhiassess.reach.rows import index
from nhiassess.reach.table import Edges, table
from tests.reach.graphs import descendants, each_engine, gone_of, graph, layered, tables

LAWS = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize("asked", [0, 64], ids=["counted at once", "asked first"])
@each_engine
@given(edges=tables(), level=st.sampled_from((1, 3)), drawn=st.data())
@LAWS
def test_what_is_lost_is_what_networkx_no_longer_reaches(
    engine: Engine, asked: int, edges: Edges, level: int, drawn: st.DataObject
) -> None:
    node = st.integers(0, edges.nodes - 1)
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1), max_size=4)) if len(edges.sources) else set()
    left_out = drawn.draw(st.sets(node, max_size=2))
    starts = drawn.draw(st.lists(node, max_size=6))
    ends = sorted(drawn.draw(st.sets(node, max_size=6)))
    before, after = graph(edges, level), graph(edges, level, gone)
    after.remove_nodes_from(left_out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "_ASKED", asked)
        found = lost(
            index(edges, level, engine),
            starts,
            ends,
            [[end + 0.5] for end in ends] or None,
            sorted(gone),
            sorted(left_out),
        )
    for row, start in enumerate(starts):
        kept = descendants(after, start) if start in after else set()
        missed = [end for end in ends if end in descendants(before, start) - kept]
        assert found.reached[row] == len(missed)
        assert not ends or found.weighted[row] == [sum(end + 0.5 for end in missed)]


@given(edges=tables(), drawn=st.data())
@LAWS
def test_taking_away_never_adds(edges: Edges, drawn: st.DataObject) -> None:
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1))) if len(edges.sources) else set()
    nodes = range(edges.nodes)
    assert (lost(index(edges), nodes, nodes, edges=sorted(gone)).reached >= 0).all()


@pytest.mark.parametrize("back", [0.001, 0.2], ids=["small circles", "one large circle"])
@each_engine
def test_among_ten_thousand_edges_one_at_a_time(engine: Engine, back: float) -> None:
    edges = layered(back=back)
    compiled = index(edges, engine=engine)
    starts, ends = np.arange(0, 200, 2), np.arange(1, edges.nodes, 3)
    weights = np.stack([ends % 7, ends % 5], axis=1)
    whole = counts(compiled, starts, ends, weights)
    losses = 0
    for edge in range(0, 10_000, 250):
        found = lost(compiled, starts, ends, weights, edges=[edge])
        kept = counts(compiled, starts, ends, weights, gone_of(compiled, edge))
        assert (whole.reached - found.reached).tolist() == kept.reached.tolist()
        assert (whole.weighted - found.weighted).tolist() == kept.weighted.tolist()
        losses += bool(found.reached.any())
    assert losses


def test_what_stands_nowhere_is_named() -> None:
    compiled = index(table(2, [0], [1]))
    with pytest.raises(ValueError, match="edges, row 0: 1 is no edge of 1"):
        lost(compiled, [0], [1], edges=[1])
    with pytest.raises(ValueError, match="nodes, row 0: 2 is no node of 2"):
        lost(compiled, [0], [1], nodes=[2])
