"""A change says what is reached before and after it, and what it touches; no change makes anybody reach more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.analysis.extent import extents
from nhiassess.analysis.improvements import fitting, improvements, remedied, remedies
from nhiassess.analysis.paths import paths
from nhiassess.model.inventory import Agent, Credential, Gate, Grant, Identity, Location, Resource, Tool
from nhiassess.model.knowledge import EdgePattern, Remedy
from nhiassess.model.reach import TRIPLES, Edge
from nhiassess.network.what_if import without
from nhiassess.shelf import knowledge
from tests.analysis.estates import JEWEL, SHELL, A, B, drawn, edge, estates, graph, holder, shell

KNOWN = knowledge().remedies
LAWS = settings(max_examples=40, deadline=None)


def remedy(*patterns: EdgePattern, gate: Gate | None = None) -> Remedy:
    return Remedy("r", "R", ("TOL-02",), patterns, "much", gate)


@LAWS
@given(estates())
def test_each_step_begins_where_the_one_before_it_ended(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    rows = improvements(made, most=3)
    befores = [extents(made), *(row.after for row in rows)]
    assert [row.before for row in rows] == befores[:-1]
    assert all(row.after[0].jewels < row.before[0].jewels for row in rows)
    if rows:
        assert rows[0].after[0].jewels == chokepoints(made, most=1)[0].jewels_after


@LAWS
@given(estates(), st.sampled_from(KNOWN))
def test_no_remedy_makes_anybody_reach_more(edges: tuple[Edge, ...], known: Remedy) -> None:
    made = drawn(edges)
    for before, after in zip(extents(made), extents(remedied(made, known)), strict=True):
        assert (after.threat_model, after.gated) == (before.threat_model, before.gated)
        assert after.pairs <= before.pairs
        assert after.weighted <= before.weighted


def test_an_approval_is_not_put_in_place_of_a_gate_that_holds_more_often() -> None:
    at_gateway = Gate("policy", "gateway")
    made = holder(
        at_gateway,
        edge(f"{SHELL} executes_on resource:host/repo"),
        edge("identity:i can_change resource:github/code"),
        edge(f"resource:github/code defines {A}"),
    )
    asked = remedy(EdgePattern(("invokes",)), gate=Gate("human_approval", "tool_server"))
    assert extents(remedied(made, asked)) == extents(made)
    by_policy = remedy(EdgePattern(("invokes",)), gate=at_gateway)
    assert extents(remedied(remedied(made, by_policy), asked)) == extents(remedied(made, by_policy))


def test_a_tool_call_is_approved_and_anything_else_goes() -> None:
    first, *rest = improvements(holder())
    assert (first.kind, first.title) == ("gate", f"A person approves: {A} invokes {SHELL}")
    assert [each.jewels for each in first.after] == [0, 1, 1, 1]
    assert rest == []


def test_what_a_change_touches_is_named() -> None:
    owned = Identity("identity:i", owner="Head of platform")
    made = graph(
        [
            edge(f"{A} runs_as identity:i", place=Location("deploy.yaml", 3, 1)),
            edge(f"{A} invokes {SHELL}", place=Location(".mcp.json", 2, 1)),
            edge(f"{B} runs_as identity:i"),
            edge(f"{B} invokes {SHELL}"),
            edge("identity:i granted grant:g"),
            edge(f"grant:g reads {JEWEL}"),
        ],
        owned,
        Grant("grant:g", locations=(Location("iam.json", 7, 1),)),
        shell(),
        Resource(JEWEL, crown_jewel=True),
    )
    touched = improvements(made)[0].cost
    assert touched.files == ("iam.json",)
    assert touched.identities == ("identity:i",)
    assert touched.people == ("Head of platform",)
    assert touched.edges == 2


@pytest.mark.parametrize("known", KNOWN, ids=lambda each: each.id)
def test_every_remedy_is_about_edges_that_a_graph_can_have(known: Remedy) -> None:
    for pattern in known.edges:
        for verb in pattern.verbs:
            sources, targets = TRIPLES[verb]
            for ends, fields in ((sources, pattern.source), (targets, pattern.target)):
                kinds = [kind for name, kind in VALUES.items() if name in ends]
                assert not fields or any(hasattr(kind("x:y"), each) for kind in kinds for each in fields)


VALUES = {"tool": Tool, "agent": Agent, "identity": Identity, "credential": Credential, "resource": Resource}


def test_a_pattern_fits_by_verb_technique_and_the_fields_at_both_ends() -> None:
    lasting = Tool(SHELL, name="shell", irreversible=True, capabilities=(("executes_code", "high"), ("memory", "low")))
    made = graph([edge(f"{A} invokes {SHELL}"), edge(f"{B} invokes tool:b/other")], lasting)

    def sources(pattern: EdgePattern) -> list[str]:
        return [source for source, _, _ in fitting(made, remedy(pattern))]

    assert sources(EdgePattern(("invokes",), target={"irreversible": (True,)})) == [A]
    assert sources(EdgePattern(("invokes",), target={"irreversible": (None,)})) == [B]
    assert sources(EdgePattern(("invokes",), target={"irreversible": (True, None)})) == [A, B]
    assert sources(EdgePattern(("invokes",), target={"capabilities": ("memory",)})) == [A]
    assert sources(EdgePattern(("invokes",), techniques=("iam-*",))) == []
    assert sources(EdgePattern(("holds",))) == []
    assert sources(EdgePattern(("invokes",), source={"nonsense": (1,)})) == []


def test_what_a_view_leaves_out_is_no_longer_touched() -> None:
    made = holder()
    key = next(iter(made[A][SHELL]))
    everywhere = remedy(EdgePattern(("invokes",)))
    assert fitting(made, everywhere) == ((A, SHELL, key),)
    assert fitting(without(made, edges=[(A, SHELL, key)]), everywhere) == ()


def test_a_control_that_holds_everywhere_closes_the_paths_it_is_about() -> None:
    found = {row.id: row for row in remedies(holder(), KNOWN)}
    approval = found["policy-at-request-time"]
    assert (approval.before[0].jewels, approval.after[0].jewels) == (1, 0)
    assert approval.objectives == ("AUZ-04",)
    assert found["bounded-delegation"].after == found["bounded-delegation"].before
    assert list(found)[-1] != "policy-at-request-time"
    policy = next(each for each in KNOWN if each.id == "policy-at-request-time")
    assert not [path for path in paths(remedied(holder(), policy)) if path.gated and path.threat_model == "behaviour"]
