"""What is counted of the reach of an agent, and laws that hold on every estate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nhiassess.analysis.attribution import attribution
from nhiassess.analysis.blast_radius import agents, blast_radius, reach
from nhiassess.analysis.exposure import exposure
from nhiassess.analysis.paths import paths
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import VERDICTS, BlastRadius, Edge, weakest
from nhiassess.network.what_if import without
from tests.analysis.estates import (
    ASKED,
    GATES,
    JEWEL,
    A,
    drawn,
    edge,
    estates,
    gated,
    graph,
    holder,
    no_larger,
    no_wider,
    shell,
)

LAWS = settings(max_examples=60, deadline=None)


def radius(made: nx.MultiDiGraph[str], threat_model: str = "behaviour", held: bool = True) -> BlastRadius:
    rows = blast_radius(made, A)
    return next(row for row in rows if row.threat_model == threat_model and row.gated is held)


def triple(each: Edge) -> tuple[str, str, str]:
    return each.source, each.target, each.key


def same_ignorance(edges: Iterable[Edge], left: Iterable[Edge]) -> bool:
    """Tell whether no node lost the last of what it invokes or has.

    A graph that is built without any tool of an agent says that its tools were not observed, a view says that they are
    gone; likewise for what a tool server has of its own.
    """
    kept = {(each.source, each.verb == "invokes") for each in left}
    return all(
        (each.source, each.verb == "invokes") in kept
        for each in edges
        if each.verb == "invokes" or (each.source.startswith("tool_server:") and each.verb in ("holds", "runs_as"))
    )


@LAWS
@given(estates(), st.data())
def test_removing_an_edge_never_enlarges_a_blast_radius(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    assume(edges)
    made = drawn(edges)
    less = without(made, edges=[triple(data.draw(st.sampled_from(edges)))])
    assert no_wider(reach(less), reach(made))
    assert no_larger(blast_radius(less), blast_radius(made))


@LAWS
@given(estates(), st.data())
def test_a_gate_never_enlarges_a_blast_radius(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    open_ = [each for each in edges if each.gate is None]
    assume(open_)
    made = drawn(edges)
    more = drawn(gated(edges, data.draw(st.sampled_from(open_)), data.draw(GATES)))
    assert no_wider(reach(more), reach(made))
    assert no_larger(blast_radius(more), blast_radius(made))


@LAWS
@given(estates())
def test_what_is_reached_through_gates_that_hold_is_reached_without_them(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    held = [replace(row, gated=False) for row in reach(made) if row.gated]
    assert no_wider(held, reach(made))
    assert no_larger([replace(row, gated=False) for row in blast_radius(made) if row.gated], blast_radius(made))


@LAWS
@given(estates())
def test_a_path_has_the_verdict_of_its_weakest_hop_and_no_gate_that_holds_when_gated(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    jewels = [path for row in blast_radius(made) for path in row.crown_jewels]
    for path in (*paths(made), *paths(made, target="identity:j"), *jewels):
        assert path.verdict == weakest(tuple(hop.verdict for hop in path.hops))
        assert path.hops[-1].target == path.target
        assert all(one.target == other.source for one, other in zip(path.hops, path.hops[1:], strict=False))
        assert not (path.gated and any(hop.gate_holds for hop in path.hops))


@LAWS
@given(estates(), st.data())
def test_a_view_gives_what_a_graph_built_without_the_edges_gives(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    assume(edges)
    gone = data.draw(st.lists(st.sampled_from(edges), min_size=1, max_size=3, unique=True))
    left = [each for each in edges if each not in gone]
    assume(same_ignorance(edges, left))
    made, built = drawn(edges), drawn(left)
    view = made
    for each in gone:
        view = without(view, edges=[triple(each)])
    for analysis in (blast_radius, reach, paths, exposure, attribution):
        assert analysis(view) == analysis(built)
    assert blast_radius(made) == blast_radius(drawn(edges)), "the view left its base alone"


@LAWS
@given(
    estates(), st.sampled_from(["tool:a/odd", "tool_server:s", "credential:c", "identity:i", "grant:g", "workflow:w"])
)
def test_a_view_gives_what_a_graph_built_without_a_node_gives(edges: tuple[Edge, ...], node: str) -> None:
    left = [each for each in edges if node not in (each.source, each.target)]
    assume(same_ignorance(edges, left))
    view, built = without(drawn(edges), nodes=[node]), drawn(left)
    assert blast_radius(view) == blast_radius(built)
    assert reach(view) == reach(built)


@LAWS
@given(estates(), st.randoms(use_true_random=False))
def test_the_order_of_edges_never_shows(edges: tuple[Edge, ...], random: object) -> None:
    shuffled = list(edges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert blast_radius(drawn(edges)) == blast_radius(drawn(shuffled))
    assert paths(drawn(edges)) == paths(drawn(shuffled))


@LAWS
@given(estates())
def test_blast_radius_and_reach_count_the_same(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = reach(made)
    for row in blast_radius(made):
        own = [r for r in rows if (r.agent, r.threat_model, r.gated) == (row.agent, row.threat_model, row.gated)]
        assert row.resources == len(own) == sum(number for _, number in row.by_verdict)
        assert row.by_verdict == tuple((verdict, sum(r.verdict == verdict for r in own)) for verdict in VERDICTS)
        assert row.weighted == row.bounds[0] <= row.bounds[1]
    assert len({row.id for row in rows}) == len(rows)


def test_weight_is_sensitivity_times_access_with_bounds_for_what_nobody_rated() -> None:
    made = holder(
        None,
        edge("grant:g administers resource:aws/rated"),
        edge("grant:g reads resource:aws/rated"),
        edge("grant:g writes resource:aws/unrated"),
    )
    rated = graph(
        [data for _, _, data in made.edges(data="value")],
        shell(),
        Resource(JEWEL, sensitivity=5, crown_jewel=True, business_function="finance"),
        Resource("resource:aws/rated", sensitivity=2),
        Resource("resource:aws/unrated"),
    )
    row = radius(rated)
    assert (row.resources, row.weighted, row.bounds) == (3, 5 * 1 + 2 * 3, (11, 11 + 5 * 2))
    assert row.business_functions == ("finance",)
    assert [path.target for path in row.crown_jewels] == [JEWEL]
    access = {each.resource: each.access for each in reach(rated, A)}
    assert access == {JEWEL: "reads", "resource:aws/rated": "administers", "resource:aws/unrated": "writes"}


def test_a_resource_has_the_verdict_of_its_strongest_path_and_the_hops_of_that() -> None:
    made = holder(None, edge(f"{A} runs_as identity:i", "conditional"))
    row = next(row for row in reach(made, A) if row.threat_model == "behaviour")
    assert (row.verdict, row.hops) == ("yes", 4)


def test_a_free_shell_makes_behaviour_takeover_amount_to_identity_takeover() -> None:
    row = radius(holder())
    assert (row.collapsed, row.reason) == (True, "shell runs code where it lies")
    assert not radius(holder(), "identity").collapsed
    assert not radius(holder(ASKED)).collapsed
    assert radius(holder(ASKED), held=False).collapsed


def test_nothing_collapses_for_an_agent_that_holds_nothing() -> None:
    made = graph([edge(f"{A} invokes {shell().id}")], shell())
    assert not radius(made).collapsed
    gone = without(holder(), edges=[(A, "credential:c", "holds||-:1:1")])
    assert not radius(gone).collapsed


@pytest.mark.parametrize("agent", [A, None])
def test_there_are_four_rows_for_each_agent(agent: str | None) -> None:
    rows = blast_radius(drawn([]), agent)
    assert len(rows) == 4 * (1 if agent else 2)
    assert len({row.id for row in rows}) == len(rows)


def test_an_agent_that_is_not_there_has_no_rows() -> None:
    assert agents(holder(), "agent:x/-/gone") == ()
    assert blast_radius(holder(), "agent:x/-/gone") == ()
    assert reach(holder(), "agent:x/-/gone") == ()
