"""Each change is computed again: what it leaves is what a graph built without it leaves."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings

from nhiassess.analysis.blast_radius import reach
from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.analysis.paths import jewels
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import Edge
from nhiassess.network.what_if import without
from tests.analysis.estates import JEWEL, SHELL, A, B, drawn, edge, estates, graph, holder, shell

CUT = ("federates_to", "escalates_to", "assumes", "runs_as", "delegates_to", "invokes", "can_change")


def test_what_every_way_runs_through_comes_first() -> None:
    made = holder(
        None,
        edge(f"{A} runs_as identity:j"),
        edge("identity:j assumes identity:i"),
        edge("identity:i granted grant:other"),
        edge("grant:other reads resource:aws/other"),
    )
    first, second = chokepoints(made)[:2]
    # without the tool by which it acts the agent has nothing of what it holds
    assert (first.id, first.kind) == (f"{A} invokes {SHELL}", "invokes")
    assert (first.pairs_before, first.pairs_after) == (2, 0)
    assert (second.id, second.kind, second.removed) == ("grant:g", "grant", ("grant:g",))
    assert (second.pairs_before, second.pairs_after) == (2, 1)
    assert (second.jewels_before, second.jewels_after) == (1, 0)


def test_what_has_a_way_round_cuts_nothing_and_is_left_out() -> None:
    made = holder(None, edge(f"{A} holds credential:d"), edge("credential:d authenticates_as identity:i"))
    assert {row.id for row in chokepoints(made)}.isdisjoint({"credential:c", "credential:d"})


def test_an_edge_is_removed_with_all_its_reasons() -> None:
    made = graph(
        [
            edge(f"{A} delegates_to {B}"),
            edge(f"{B} runs_as identity:i"),
            edge("identity:i granted grant:g"),
            edge(f"grant:g reads {JEWEL}"),
        ],
        shell(),
        Resource(JEWEL, crown_jewel=True),
    )
    found = {row.id: row for row in chokepoints(made)}[f"{A} delegates_to {B}"]
    assert (found.kind, found.removed) == ("delegates_to", (f"{A} delegates_to {B}",))
    assert (found.pairs_before, found.pairs_after) == (2, 1)


@settings(max_examples=30, deadline=None)
@given(estates())
def test_before_and_after_are_what_reach_gives(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = chokepoints(made)
    held = [row for row in reach(made) if row.gated and row.threat_model == "behaviour"]
    ends = jewels(made)
    for row in rows:
        assert row.pairs_before == len(held)
        assert row.jewels_before == sum(each.resource in ends for each in held)
        assert row.pairs_after <= row.pairs_before
        assert row.jewels_after <= row.jewels_before
        if len(row.removed) == 1 and " " not in row.removed[0]:
            without_it = drawn([each for each in edges if row.id not in (each.source, each.target)])
            after = [each for each in reach(without_it) if each.gated and each.threat_model == "behaviour"]
            assert row.pairs_after == len(after)
    assert list(rows) == sorted(rows, key=lambda row: (row.jewels_after, row.pairs_after, row.id))


def test_it_can_be_asked_of_a_view() -> None:
    made = holder(None, edge("identity:i granted grant:other"), edge(f"grant:other reads {JEWEL}"))
    assert "grant:g" not in {row.id for row in chokepoints(made)}
    found = {row.id: row for row in chokepoints(without(made, nodes=["grant:other"]))}
    assert (found["grant:g"].pairs_before, found["grant:g"].pairs_after) == (1, 0)


@settings(max_examples=60, deadline=None)
@given(estates())
def test_nothing_that_can_be_taken_out_cuts_more_than_the_first(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    nodes = [node for node in made if node.startswith(("grant:", "credential:", "tool_server:"))]
    between = {(e.source, e.target, e.verb) for e in edges if e.verb in CUT}
    views = [without(made, [node]) for node in nodes]
    views += [
        without(made, edges=[(s, t, key) for key, data in made[s][t].items() if data["verb"] == verb])
        for s, t, verb in between
    ]
    least = min(_jewels_reached(view) for view in views)
    ranked = chokepoints(made, most=1)
    assert (ranked[0].jewels_after if ranked else _jewels_reached(made)) == least


def _jewels_reached(made: nx.MultiDiGraph[str]) -> int:
    ends = jewels(made)
    return sum(row.resource in ends for row in reach(made) if row.gated and row.threat_model == "behaviour")
