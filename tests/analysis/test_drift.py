"""Drift names what came and went, and of each agent how its reach changed; a graph does not drift from itself."""

from __future__ import annotations

from hypothesis import given, settings

from nhiassess.analysis.drift import drift
from nhiassess.model.improvement import Drift
from nhiassess.model.reach import Edge
from nhiassess.network.what_if import without
from tests.analysis.estates import JEWEL, A, B, drawn, edge, estates, holder


@settings(max_examples=40, deadline=None)
@given(estates())
def test_a_graph_does_not_drift_from_itself(edges: tuple[Edge, ...]) -> None:
    assert drift(drawn(edges), drawn(edges)) == Drift((), (), (), (), ())


@settings(max_examples=40, deadline=None)
@given(estates(), estates())
def test_there_and_back_are_each_others_opposite(one: tuple[Edge, ...], other: tuple[Edge, ...]) -> None:
    there, back = drift(drawn(one), drawn(other)), drift(drawn(other), drawn(one))
    assert (there.appeared, there.edges_appeared) == (back.disappeared, back.edges_disappeared)
    opposite = {"wider": "narrower", "narrower": "wider", "otherwise": "otherwise"}
    assert [opposite[row.change] for row in there.agents] == [row.change for row in back.agents]
    assert [tuple(path.target for path in row.gained) for row in there.agents] == [row.lost for row in back.agents]


def test_a_new_grant_is_wider_and_shows_the_path() -> None:
    after = holder(None, edge("identity:i granted grant:other"), edge("grant:other reads resource:aws/other"))
    found = drift(without(holder(), ["grant:g"]), after)
    assert found.appeared == ("grant:g", "grant:other", "resource:aws/other")
    (row,) = found.agents
    assert (row.id, row.change, row.pairs_before, row.pairs_after) == (A, "wider", 0, 2)
    assert [path.target for path in row.gained] == [JEWEL]
    assert row.gained[0].hops[-1].source == "grant:g"


def test_an_agent_that_comes_or_goes_is_told_even_if_it_reaches_nothing() -> None:
    after = holder(None, edge(f"{B} invokes tool:b/other"))
    assert [(row.id, row.change) for row in drift(holder(), after).agents] == [(B, "appeared")]
    assert [(row.id, row.change) for row in drift(after, holder()).agents] == [(B, "disappeared")]


def test_the_same_number_of_other_resources_is_otherwise() -> None:
    found = drift(holder(), without(holder(None, *_other()), ["grant:g"]))
    assert [(row.change, row.lost) for row in found.agents] == [("narrower", (JEWEL,))]


def _other() -> tuple[Edge, ...]:
    return edge("identity:i granted grant:other"), edge("grant:other reads resource:aws/other")
