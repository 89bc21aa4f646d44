"""What each start reaches is what networkx says, on every start, at every level, with either engine."""

from __future__ import annotations

from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.reach.closure import block, reached
from nhiassess.reach.counts import counts, every_level
from nhiassess.reach.engine import BLOCK, Engine
from nhiassess.reach.hops import hops
from nhiassess.reach.rows import index
from nhiassess.reach.table import LEVELS, Edges, table
from tests.reach.graphs import descendants, each_engine, gone_of, graph, layered, tables

LAWS = settings(max_examples=150, deadline=None)
REGIMES = {"small circles": 0.001, "one large circle": 0.2}


@each_engine
@given(edges=tables(), level=st.sampled_from(LEVELS))
@LAWS
def test_every_start_reaches_what_networkx_says(engine: Engine, edges: Edges, level: int) -> None:
    made, nodes = graph(edges, level), range(edges.nodes)
    found = reached(index(edges, level, engine), nodes, nodes)
    assert [set(np.flatnonzero(row)) for row in found] == [descendants(made, node) for node in nodes]


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_edges_that_are_gone_are_not_crossed(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    compiled, nodes = index(edges, engine=engine), range(edges.nodes)
    gone = drawn.draw(st.sets(st.integers(0, len(edges.sources) - 1))) if len(edges.sources) else set()
    found = reached(compiled, nodes, nodes, gone_of(compiled, *gone))
    made = graph(edges, gone=gone)
    assert [set(np.flatnonzero(row)) for row in found] == [descendants(made, node) for node in nodes]


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_counts_and_sums_are_those_of_the_ends_reached(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    starts = drawn.draw(st.lists(st.integers(0, edges.nodes - 1), max_size=6))
    ends = drawn.draw(st.lists(st.integers(0, edges.nodes - 1), max_size=6, unique=True))
    weight = st.one_of(st.integers(0, 9), st.just(2**59))
    weights = [[drawn.draw(weight), drawn.draw(weight)] for _ in ends]
    found = counts(index(edges, engine=engine), starts, ends, np.array(weights, np.int64).reshape(len(ends), 2))
    made = graph(edges)
    for row, start in enumerate(starts):
        hit = [place for place, end in enumerate(ends) if end in descendants(made, start)]
        assert found.reached[row] == len(hit)
        assert found.weighted[row].tolist() == [sum(weights[place][column] for place in hit) for column in (0, 1)]


@pytest.mark.parametrize("back", REGIMES.values(), ids=REGIMES)
@each_engine
def test_ten_thousand_edges_at_every_level(engine: Engine, back: float) -> None:
    edges = layered(back=back)
    ends = np.arange(1, edges.nodes, 3)
    starts = np.arange(0, edges.nodes, 2)
    weights = np.stack([ends % 7, ends % 5], axis=1)
    for level in LEVELS:
        made = graph(edges, level)
        found = counts(index(edges, level, engine), starts, ends, weights, threads=2)
        hit = [sorted(descendants(made, start).intersection(ends.tolist())) for start in starts.tolist()]
        assert found.reached.tolist() == [len(each) for each in hit]
        assert found.weighted.tolist() == [[sum(e % 7 for e in each), sum(e % 5 for e in each)] for each in hit]


def test_every_level_is_each_level_alone() -> None:
    edges = layered(edges=2_000)
    starts, ends = range(50), range(100, 400)
    every = every_level(edges, starts, ends)
    assert [each.reached.tolist() for each in every] == [
        counts(index(edges, level), starts, ends).reached.tolist() for level in LEVELS
    ]
    assert every[0].reached.sum() < every[3].reached.sum()


@each_engine
@given(edges=tables(), drawn=st.data())
@LAWS
def test_hops_are_those_to_the_nearest_end(engine: Engine, edges: Edges, drawn: st.DataObject) -> None:
    ends = drawn.draw(st.sets(st.integers(0, edges.nodes - 1), max_size=3))
    found = hops(index(edges, engine=engine), sorted(ends))
    ways = [nx.single_target_shortest_path_length(graph(edges), end) for end in ends]
    nearest = [min((way[node] for way in ways if node in way), default=-1) for node in range(edges.nodes)]
    assert found.tolist() == nearest


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e-9)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
@LAWS
def test_fractions_sum_the_same_in_any_order(weights: list[tuple[float, float]], random: Random) -> None:
    many = len(weights)
    compiled = index(table(many + 1, [0] * many, range(1, many + 1)))
    shuffled = list(range(many))
    random.shuffle(shuffled)
    one = counts(compiled, [0], range(1, many + 1), weights).weighted
    other = counts(compiled, [0], [place + 1 for place in shuffled], [weights[place] for place in shuffled]).weighted
    assert one.tolist() == other.tolist()
    assert one[0] == pytest.approx(np.array(weights).sum(axis=0), rel=1e-12)


@each_engine
def test_a_chain_as_deep_as_it_is_long(engine: Engine) -> None:
    many = 20_000
    compiled = index(table(many, range(many - 1), range(1, many)), engine=engine)
    assert counts(compiled, [0, many - 1], range(many)).reached.tolist() == [many, 1]
    assert hops(compiled, [many - 1])[0] == many - 1


@each_engine
def test_one_circle_of_everything(engine: Engine) -> None:
    many = 20_000
    compiled = index(table(many, range(many), [*range(1, many), 0]), engine=engine)
    assert counts(compiled, range(0, many, 20), range(many)).reached.tolist() == [many] * 1_000


@each_engine
def test_nothing_at_all(engine: Engine) -> None:
    compiled = index(table(0, [], []), engine=engine)
    assert counts(compiled, [], []).weighted.shape == (0, 0)
    assert counts(index(table(2, [], []), engine=engine), [0, 1], [1]).reached.tolist() == [0, 1]
    assert reached(compiled, [], []).shape == (0, 0)


@pytest.mark.parametrize(
    ("starts", "ends", "weights", "said"),
    [
        ([2], [1], None, "starts, row 0: 2 is no node of 2"),
        ([0], [-1], None, "ends, row 0: -1 is no node of 2"),
        ([0.5], [1], None, "starts holds float64 where whole numbers are needed"),
        ([0], [1, 1], None, "an end stands twice"),
        ([0], [1], [[-1]], "a weight is negative or no finite number"),
        ([0], [1], [[float("nan")]], "a weight is negative or no finite number"),
        ([0], [1], [1], "weights are no table of numbers with a row for each of 1 ends"),
        ([0], [0, 1], [[2**61], [2**61]], "weights sum to 2**62 or more"),
        ([0], [0, 1], [[1e308], [1e308]], "weights sum to more than a number holds"),
    ],
)
def test_what_does_not_fit_is_named(starts: list[int], ends: list[int], weights: object, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        counts(index(table(2, [0], [1])), starts, ends, weights)  # type: ignore[arg-type]


def test_more_starts_than_a_block_are_refused_by_the_kernel_alone() -> None:
    compiled = index(table(1, [], []))
    assert len(counts(compiled, [0] * (BLOCK + 1), [0]).reached) == BLOCK + 1
    with pytest.raises(ValueError, match="513 starts are more than a block of 512"):
        block(np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(BLOCK + 1, np.int32), compiled.engine)
