"""The library face, as a notebook uses it."""

from __future__ import annotations

from pathlib import Path

import networkx as nx

import nhiassess as nhi
from nhiassess.model.assessment import Assessment
from nhiassess.model.inventory import Gate

SAMPLE = Path(__file__).resolve().parents[1] / "assessments" / "ostermere"


def test_the_graph_is_a_frozen_networkx_graph() -> None:
    graph = nhi.graph(SAMPLE, "2026-11-24")
    assert isinstance(graph, nx.MultiDiGraph)
    assert nx.is_frozen(graph)
    kinds = {data["kind"] for _, data in graph.nodes(data=True)}
    assert kinds >= {"agent", "tool", "credential", "identity", "grant", "resource", "control", "check"}


def test_the_graph_of_an_assessment_holds_its_findings(ostermere: Assessment) -> None:
    graph = nhi.graph(ostermere)
    findings = {node for node, data in graph.nodes(data=True) if data["kind"] == "finding"}
    assert findings == {f"finding:{finding.id}" for finding in ostermere.findings}
    assert all(graph.out_degree(node) for node in findings)


def test_what_if_is_a_graph() -> None:
    graph = nhi.graph(SAMPLE, "2026-11-24")
    path = nhi.paths(graph)[0]
    cut = nhi.without(graph, nodes=[path.hops[-1].source])
    for before, after in zip(nhi.blast_radius(graph), nhi.blast_radius(cut), strict=True):
        assert after.resources <= before.resources


def test_improvements_are_views_away_and_drift_tells_what_they_did() -> None:
    graph = nhi.graph(SAMPLE, "2026-11-24")
    first = nhi.improvements(graph, most=1)[0]
    view = nhi.without(graph, nodes=[first.id])
    found = nhi.drift(graph, view)
    assert found.disappeared == (first.id,)
    assert sum(len(row.lost) for row in found.agents) == first.before[0].jewels - first.after[0].jewels
    assert {row.change for row in found.agents} == {"narrower"}


def test_a_gate_before_an_edge_is_a_graph_too() -> None:
    graph = nhi.graph(SAMPLE, "2026-11-24")
    calls = [
        (source, target, key) for source, target, key, verb in graph.edges(keys=True, data="verb") if verb == "invokes"
    ]
    asked = nhi.gated(graph, calls, Gate("human_approval", "tool_server"))
    before, after = (sum(row.resources for row in nhi.blast_radius(each) if row.gated) for each in (graph, asked))
    assert after < before


def test_tables_and_coverage(ostermere: Assessment) -> None:
    rows = nhi.coverage(ostermere, "owasp-asi-2026")
    assert [row.control for row in rows] == [f"ASI{number:02}" for number in range(1, 11)]
    table = nhi.table(rows)
    assert list(table["control"]) == [row.control for row in rows]


def test_render_writes_what_is_asked_for(ostermere: Assessment, tmp_path: Path) -> None:
    made = nhi.render(ostermere, tmp_path / "new", ["json"])
    assert [path.name for path in made] == ["assessment.json"]
    assert made[0].stat().st_size > 10_000
