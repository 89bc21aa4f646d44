"""A minimum cut closes every way to a crown jewel, and nothing smaller does."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
from hypothesis import assume, given, settings

from nhiassess.analysis.blast_radius import reach
from nhiassess.analysis.chokepoints import EDGES, NODES, Candidate, removed
from nhiassess.analysis.minimum_cut import minimum_cut
from nhiassess.analysis.paths import jewels
from nhiassess.analysis.walk import index
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import BEHAVIOUR, Edge
from nhiassess.network.what_if import without
from tests.analysis.estates import JEWEL, SHELL, A, B, drawn, edge, estates, graph, holder, shell


def reached(made: nx.MultiDiGraph[str]) -> set[str]:
    ends = set(jewels(made))
    return {row.resource for row in reach(made) if row.gated and row.threat_model == BEHAVIOUR} & ends


def candidates(made: nx.MultiDiGraph[str]) -> list[Candidate]:
    nodes = [(node, "", "") for node in made if node.startswith(NODES)]
    return nodes + sorted({(s, t, verb) for s, t, verb in made.edges(data="verb") if verb in EDGES})


def without_all(made: nx.MultiDiGraph[str], chosen: tuple[Candidate, ...]) -> nx.MultiDiGraph[str]:
    gone = [removed(made, each) for each in chosen]
    return without(made, [node for each, _ in gone for node in each], [key for _, each in gone for key in each])


@settings(max_examples=60, deadline=None)
@given(estates())
def test_nothing_smaller_closes_every_way(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    assume(not index(made).writes)
    found = minimum_cut(made)
    left = {path.target for path in found.open}
    assert left or not found.jewels_after
    if found.elements and not left:
        smaller = combinations(candidates(made), len(found.elements) - 1)
        assert all(reached(without_all(made, each)) for _, each in zip(range(300), smaller, strict=False))


@settings(max_examples=60, deadline=None)
@given(estates())
def test_a_cut_closes_every_way_but_those_it_shows(edges: tuple[Edge, ...]) -> None:
    found = minimum_cut(drawn(edges))
    assert bool(found.jewels_after) <= bool(found.open)
    for path in found.open:
        assert not any(node.startswith(NODES) for hop in path.hops for node in (hop.source, hop.target))


def test_one_grant_is_less_than_two_credentials() -> None:
    made = holder(None, edge(f"{A} holds credential:d"), edge("credential:d authenticates_as identity:i"))
    found = minimum_cut(made)
    assert [each.id for each in found.elements] in ([f"{A} invokes {SHELL}"], ["grant:g"])
    assert (found.jewels_before, found.jewels_after, found.open) == (1, 0, ())


def test_two_agents_that_share_a_tool_and_nothing_else_take_two_cuts_or_the_grant() -> None:
    made = holder(
        None,
        edge(f"{B} invokes {SHELL}"),
        edge(f"{B} holds credential:d"),
        edge("credential:d authenticates_as identity:i"),
    )
    assert [each.id for each in minimum_cut(made).elements] == ["grant:g"]


def test_a_crown_jewel_that_is_the_host_itself_is_open_and_shown() -> None:
    made = graph([edge(f"{A} executes_on {JEWEL}")], Resource(JEWEL, crown_jewel=True))
    found = minimum_cut(made)
    assert found.elements == ()
    assert [hop.verb for path in found.open for hop in path.hops] == ["executes_on"]


def test_what_is_touched_is_counted() -> None:
    found = minimum_cut(holder())
    assert found.cost.edges >= 1
    assert [each.cost for each in found.elements] == [found.cost]


def test_an_estate_without_crown_jewels_needs_no_cut() -> None:
    assert minimum_cut(graph([edge(f"{A} invokes {SHELL}")], shell())).elements == ()
