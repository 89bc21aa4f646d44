"""Components are those of networkx, in an order in which every edge leads onward, of just what lies between."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach.components import condensed
from nhiassess.reach.engine import Engine
from nhiassess.reach.prune import between
from nhiassess.reach.rows import index
from nhiassess.reach.table import Edges
from tests.reach.graphs import descendants, each_engine, gone_of, graph, tables

LAWS = settings(max_examples=150, deadline=None)


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_components_of_what_lies_between(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    node = st.integers(0, edges.nodes - 1)
    starts, ends = drawn.draw(st.lists(node, max_size=4)), drawn.draw(st.lists(node, max_size=4))
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1), max_size=3)) if len(edges.sources) else set()
    compiled = index(edges, engine=engine)
    flags = gone_of(compiled, *gone)
    made = graph(edges, gone=gone)
    inside = {
        each
        for each in range(edges.nodes)
        if any(each in descendants(made, start) for start in starts) and descendants(made, each).intersection(ends)
    }
    assert set(np.flatnonzero(between(compiled, starts, ends, flags))) == inside
    found = condensed(compiled, starts, ends, flags)
    assert set(np.flatnonzero(found.labels >= 0)) == inside
    kept = made.subgraph(inside)
    groups = {frozenset(np.flatnonzero(found.labels == label)) for label in range(len(found.offsets) - 1)}
    assert groups == {frozenset(each) for each in nx.strongly_connected_components(kept)}
    sources = np.repeat(np.arange(len(found.offsets) - 1), np.diff(found.offsets))
    pairs = list(zip(sources.tolist(), found.targets.tolist(), strict=True))
    assert all(source < target for source, target in pairs)
    joins = {(int(found.labels[source]), int(found.labels[target])) for source, target in kept.edges}
    assert sorted(pairs) == sorted((source, target) for source, target in joins if source != target)


@each_engine
@given(edges=tables(), level=st.integers(0, 3))
@LAWS
def test_rows_hold_each_edge_of_the_level_once_and_in_order(engine: Engine, edges: Edges, level: int) -> None:
    compiled = index(edges, level, engine)
    for each, begins, leads in (
        (compiled.out, edges.sources, edges.targets),
        (compiled.into, edges.targets, edges.sources),
    ):
        order = np.argsort(begins, kind="stable")
        there = order[edges.ranks[order] <= level]
        assert each.edges.tolist() == there.tolist()
        assert each.targets.tolist() == leads[there].tolist()
        assert np.diff(each.offsets).tolist() == np.bincount(begins[there], minlength=edges.nodes).tolist()
