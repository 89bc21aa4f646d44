"""What is computed for all agents at once is what a walk from each of them finds, in a graph and in its views."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.analysis.blast_radius import agents, blast_radius, reach
from nhiassess.analysis.crossing import ACCESS
from nhiassess.analysis.paths import paths
from nhiassess.analysis.states import states
from nhiassess.analysis.walk import index, walk
from nhiassess.model.inventory import Gate
from nhiassess.model.reach import ACCESS_WEIGHTS, BEHAVIOUR, THREAT_MODELS, VERDICTS, Edge, Reach
from nhiassess.network import what_if
from tests.analysis.estates import ASKED, GATES, NODES, A, drawn, edge, estates, graph, holder, shell

LAWS = settings(max_examples=80, deadline=None)


def walked(made: nx.MultiDiGraph[str]) -> set[Reach]:
    """Give the rows of reach by walking from each agent."""
    found: set[Reach] = set()
    for agent in agents(made):
        for threat_model in THREAT_MODELS:
            for gated in (True, False):
                found |= set(_folded(made, agent, threat_model, gated))
    return found


def _folded(made: nx.MultiDiGraph[str], agent: str, threat_model: str, gated: bool) -> Iterable[Reach]:
    done = walk(index(made), agent, threat_model, gated)
    verdicts = {state: verdict for state, verdict in done.verdicts().items() if state[0].startswith("resource:")}
    for resource in {node for node, _ in verdicts}:
        arrived = {verb: verdict for (node, verb), verdict in verdicts.items() if node == resource}
        strongest = min(arrived.values(), key=VERDICTS.index)
        search = done.searches[VERDICTS.index(strongest)]
        hops = min(search[resource, verb].hops for verb in arrived if (resource, verb) in search)
        access = max((ACCESS[verb] for verb in arrived), key=lambda each: (ACCESS_WEIGHTS[each], each))
        yield Reach(agent, resource, threat_model, gated, strongest, hops, access)


def triple(each: Edge) -> tuple[str, str, str]:
    return each.source, each.target, each.key


@LAWS
@given(estates())
def test_all_agents_at_once_reach_what_each_walks_to(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = reach(made)
    assert set(rows) == walked(made)
    assert len(rows) == len(set(rows))


@LAWS
@given(estates())
def test_a_radius_sums_up_the_rows_of_reach(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = reach(made)
    for radius in blast_radius(made):
        own = [
            r for r in rows if (r.agent, r.threat_model, r.gated) == (radius.agent, radius.threat_model, radius.gated)
        ]
        known = {row.resource: made.nodes[row.resource]["value"].sensitivity for row in own}
        weights = {row.resource: ACCESS_WEIGHTS[row.access] for row in own}
        assert radius.resources == len(own)
        assert dict(radius.by_verdict) == {each: sum(row.verdict == each for row in own) for each in VERDICTS}
        assert radius.bounds == (
            sum(weights[each] * (known[each] or 0) for each in known),
            sum(weights[each] * (5 if known[each] is None else known[each]) for each in known),
        )


@LAWS
@given(estates())
def test_a_path_has_the_verdict_and_the_hops_of_the_walk(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = {(row.agent, row.resource, row.threat_model, row.gated): row for row in reach(made)}
    for radius in blast_radius(made):
        for path in radius.crown_jewels:
            row = rows[path.agent, path.target, path.threat_model, path.gated]
            assert (path.verdict, len(path.hops)) == (row.verdict, row.hops)
            assert all(before.target == after.source for before, after in zip(path.hops, path.hops[1:], strict=False))


@LAWS
@given(estates(), st.data())
def test_a_view_is_computed_as_it_is_walked(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    made = drawn(edges)
    reach(made)  # the states of the graph are kept, and those of a view begin with them
    gone = data.draw(st.lists(st.sampled_from(edges), max_size=3)) if edges else []
    nodes = data.draw(st.lists(st.sampled_from([each.id for each in NODES]), max_size=2))
    view = what_if.without(made, nodes, map(triple, gone))
    assert set(reach(view)) == walked(view)
    assert {row.agent for row in blast_radius(view)} == set(agents(view))


@LAWS
@given(estates(), st.data())
def test_a_gate_of_a_view_is_one_that_a_file_might_state(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    if not edges:
        return
    chosen = data.draw(st.sampled_from(edges))
    gate = data.draw(GATES)
    made = drawn(edges)
    reach(made)
    view = what_if.gated(made, [triple(chosen)], gate)
    stated = drawn([edge(f"{e.source} {e.verb} {e.target}", e.verdict, gate if e == chosen else e.gate) for e in edges])
    assert reach(view) == reach(stated)
    assert [path.hops for path in paths(view)] == [path.hops for path in paths(stated)]


def test_a_resource_that_a_view_leaves_out_is_reached_by_nobody() -> None:
    made = holder()
    view = what_if.without(made, ["resource:aws/ledger"])
    assert all(row.resources == 0 for row in blast_radius(view))


def test_the_states_of_a_copy_are_its_own() -> None:
    made = holder()
    assert reach(made)
    copied = made.copy()
    copied.remove_node("grant:g")
    assert reach(copied) == ()


def test_what_an_agent_needs_a_hand_for_is_crossed_by_that_hand() -> None:
    made = holder(gate=ASKED)
    assert not [row for row in reach(made) if row.threat_model == BEHAVIOUR and row.gated]
    found = states(made, BEHAVIOUR, True)
    assert [each.verb for each in found.crossed if each.source == A] == []
    freed = what_if.gated(made, [triple(edge(f"{A} invokes {shell().id}"))], Gate())
    assert [row.verdict for row in reach(freed) if row.threat_model == BEHAVIOUR and row.gated] == ["yes"]


def test_an_estate_without_agents_or_resources_has_no_rows() -> None:
    assert reach(graph([edge("identity:i granted grant:g")])) == ()
    assert blast_radius(graph([edge(f"{A} invokes {shell().id}")], shell()))[0].resources == 0
