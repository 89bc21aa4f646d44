"""The graph holds sentences only, is frozen, and a view of it names what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest

from nhiassess.errors import GraphError
from nhiassess.model.assessment import Finding, Occurrence
from nhiassess.model.inventory import Agent, Gate, Inventory, Location, Tool
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.network.build import TRIPLES, build
from nhiassess.network.what_if import Difference, difference, without
from tests.small import catalog, check, control, crosswalk, objective, row

AGENT, TOOL = "agent:x/-/a", "tool:t"
INVENTORY = Inventory(agents=(Agent(AGENT),), tools=(Tool(TOOL),))


def made(*edges: Edge, inventory: Inventory = INVENTORY) -> nx.MultiDiGraph[str]:
    return build(inventory, edges, Knowledge())


def invokes(**more: object) -> Edge:
    return Edge("e", AGENT, "invokes", TOOL, "the file says so", **more)  # type: ignore[arg-type]  # fields of Edge by name


def test_a_graph_is_frozen_and_holds_the_values() -> None:
    graph = made(invokes(locations=(Location("a.json", 3, 7),)))
    assert nx.is_frozen(graph)
    with pytest.raises(nx.NetworkXError):
        graph.add_node("agent:y")
    assert graph.nodes[TOOL] == {"value": Tool(TOOL), "kind": "tool"}
    assert list(graph.edges(keys=True)) == [(AGENT, TOOL, "invokes||a.json:3:7")]
    assert graph.edges[AGENT, TOOL, "invokes||a.json:3:7"]["verb"] == "invokes"


def test_every_edge_that_is_no_sentence_is_refused_at_once_with_its_place() -> None:
    wrong = [
        Edge("1", TOOL, "invokes", AGENT, "why", locations=(Location("a.json", 4, 2),)),
        Edge("2", AGENT, "invokes", "tool:gone", "why", locations=(Location("b.json", 9, 1),)),
        Edge("3", AGENT, "fancies", TOOL, "why"),
        Edge("4", AGENT, "invokes", TOOL, ""),
    ]
    with pytest.raises(GraphError) as refused:
        made(*wrong, invokes())
    told = {str(complaint) for complaint in refused.value.complaints}
    assert told == {
        f"a.json:4:2: {TOOL} invokes {AGENT}: tool invokes agent is no sentence.",
        f"b.json:9:1: {AGENT} invokes tool:gone: tool:gone is no node.",
        f"-:1:1: {AGENT} fancies {TOOL}: agent fancies tool is no sentence.",
        f"-:1:1: {AGENT} invokes {TOOL}: gives no reason.",
    }


def test_two_reasons_are_two_edges_and_of_one_key_the_strongest_stays() -> None:
    here, there = Location("a.json", 1, 1), Location("a.json", 2, 1)
    assert made(invokes(locations=(here,)), invokes(locations=(there,))).number_of_edges() == 2
    weak = invokes(verdict="unknown")
    gated = invokes(gate=Gate("human_approval"))
    for order in ([weak, gated, invokes()], [invokes(), gated, weak], [gated, invokes(), weak]):
        kept = made(*order)
        assert [edge for _, _, edge in kept.edges(data="value")] == [invokes()]


def test_knowledge_and_findings_stand_in_the_same_graph() -> None:
    catalogs = (
        catalog("hub", "objectives", objective("TOL-01")),
        catalog("asi", "risks", control("asi", "ASI02", "risk")),
        catalog("rmf", "outcomes", control("rmf", "GOVERN 1")),
    )
    rows = (
        crosswalk("asi", row("TOL-01", "mitigates", "ASI02", "primary")),
        crosswalk("rmf", row("TOL-01", "intersects-with", "GOVERN 1")),
        crosswalk("asi", row("GOVERN 1", "no-relationship", "ASI02"), source="rmf"),
    )
    occurrence = Occurrence("f", TOOL, "seen")
    finding = Finding("F-01", "c", "T", "high", "high", "low", "low", "low", "", (), (), (occurrence,), (), "", (), "")
    known = Knowledge(catalogs, rows, (check("c", "TOL-01"),))
    graph = build(INVENTORY, [], known, (each for each in [finding]))
    assert {(source, verb, target) for source, target, verb in graph.edges(data="verb")} == {
        ("check:c", "tests", "control:hub/TOL-01"),
        ("control:hub/TOL-01", "mitigates", "control:asi/ASI02"),
        ("control:hub/TOL-01", "maps_to", "control:rmf/GOVERN 1"),
        ("finding:F-01", "observed_on", TOOL),
    }


def test_a_published_row_stands_in_the_graph_with_its_place_and_the_publishers_word() -> None:
    catalogs = (
        catalog("nhi", "risks", control("nhi", "NHI1", "risk")),
        catalog("asi", "risks", control("asi", "ASI04", "risk")),
    )
    said = {"basis": "published", "published_in": "Appendix C", "published_as": "mapped"}
    known, elsewhere = row("NHI1", "related", "ASI04", **said), row("NHI1", "related", "T99", external=True, **said)
    rows = tuple(replace(each, rationale="") for each in (known, elsewhere))
    graph = build(INVENTORY, [], Knowledge(catalogs, (crosswalk("asi", *rows, source="nhi"),)))
    assert [(edge.verb, edge.target, edge.reason) for _, _, edge in graph.edges(data="value")] == [
        ("relates_to", "control:asi/ASI04", 'published in Appendix C as "mapped"')
    ]


def test_the_order_of_edges_and_values_never_shows() -> None:
    edges = [invokes(locations=(Location("a.json", line, 1),)) for line in (1, 2, 3)]
    one, other = made(*edges), made(*reversed(edges))
    assert list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))


def test_a_view_names_what_it_and_the_views_beneath_it_leave_out() -> None:
    graph = made(invokes())
    key = next(iter(graph[AGENT][TOOL]))
    view = without(without(graph, nodes=["tool:x"]), edges=[(AGENT, TOOL, key)])
    base, differs = difference(view)
    assert base is graph
    assert differs == Difference(frozenset({"tool:x"}), frozenset({(AGENT, TOOL, key)}))
    assert not view.has_edge(AGENT, TOOL)
    assert graph.has_edge(AGENT, TOOL)
    assert difference(graph) == (graph, Difference())


@pytest.mark.parametrize("verb", sorted(TRIPLES))
def test_every_verb_names_kinds_on_both_sides(verb: str) -> None:
    sources, targets = TRIPLES[verb]
    assert sources
    assert targets
