"""The three legs: what makes one, what leaves it open, and when a gate breaks the triangle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from nhiassess.analysis.exposure import exposure
from nhiassess.model.inventory import Gate, Input, Location, Tool
from nhiassess.model.reach import Edge, Exposure
from nhiassess.network.what_if import gated, without
from tests.analysis.estates import ASKED, A, drawn, edge, estates, graph

NONE = {"sees_untrusted": False, "reads_private": False, "sends_out": False}


def tool(name: str, **legs: bool | None) -> Tool:
    return Tool(f"tool:a/{name}", name=name, **{**NONE, **legs})  # type: ignore[arg-type]  # fields of Tool by name


def seen(*values: object, edges: tuple[Edge, ...] = (), gates: dict[str, Gate] | None = None) -> Exposure:
    invoked = [
        edge(f"{A} invokes {each.id}", gate=(gates or {}).get(each.name or ""))
        for each in values
        if isinstance(each, Tool)
    ]
    return exposure(graph([*invoked, *edges], *values), A)[0]


def test_all_three_legs_stand_without_a_gate() -> None:
    found = seen(tool("web", sees_untrusted=True), tool("files", reads_private=True), tool("mail", sends_out=True))
    assert (found.untrusted, found.private, found.outbound, found.gated, found.legs) == (True, True, True, False, 3)
    assert found.because == ("untrusted: web", "private: files", "outbound: mail")


def test_a_gate_on_every_tool_of_one_leg_breaks_the_triangle() -> None:
    web, files = tool("web", sees_untrusted=True), tool("files", reads_private=True)
    mail, chat = tool("mail", sends_out=True), tool("chat", sends_out=True)
    assert seen(web, files, mail, chat, gates={"mail": ASKED, "chat": ASKED}).gated is True
    assert seen(web, files, mail, chat, gates={"mail": ASKED}).gated is False
    assert seen(web, files, mail, gates={"mail": Gate("human_approval", each_call=False)}).gated is False


def test_a_tool_that_nobody_knows_leaves_a_leg_open_and_the_gate_in_doubt() -> None:
    odd, mail = tool("odd", sends_out=None), tool("mail", sends_out=True)
    assert seen(odd).outbound is None
    assert seen(odd).private is False
    assert seen(odd, mail).outbound is True
    assert seen(odd, mail, gates={"mail": ASKED}).gated is None, "odd may send, and nothing stands before it"
    assert seen(odd, mail, gates={"mail": ASKED, "odd": ASKED}).gated is True


def test_an_agent_without_observed_tools_is_not_safe() -> None:
    found = exposure(graph([edge(f"{A} runs_as identity:i")]), A)[0]
    assert (found.untrusted, found.private, found.outbound, found.gated) == (None, None, None, None)


@pytest.mark.parametrize(("trust", "leg"), [("untrusted", True), (None, None), ("unknown", None), ("internal", False)])
def test_an_input_makes_the_first_leg_when_it_is_untrusted(trust: str | None, leg: bool | None) -> None:
    found = seen(tool("files"), Input("input:mail", trust=trust), edges=(edge(f"input:mail taints {A}"),))
    assert found.untrusted is leg


@pytest.mark.parametrize(("gate", "gated"), [(None, False), (Gate("policy", "gateway"), True)])
def test_the_gate_before_an_input_counts(gate: Gate | None, gated: bool) -> None:
    taints = edge(f"input:mail taints {A}", gate=gate)
    assert seen(tool("files"), Input("input:mail", trust="untrusted"), edges=(taints,)).gated is gated


@pytest.mark.parametrize("known", [True, None, False])
def test_an_input_through_a_tool_counts_by_that_tool_only_when_it_is_known_to_take_it_in(known: bool | None) -> None:
    here = Location("a.json", 3, 1)
    web, input_ = tool("web", sees_untrusted=known), Input("input:web", trust="untrusted")
    edges = [
        edge(f"{A} invokes {web.id}", gate=ASKED, place=here),
        edge(f"input:web taints {A}", place=here),
    ]
    found = exposure(graph(edges, web, input_), A)[0]
    assert found.untrusted is True
    assert found.gated is (known is True)
    assert found.locations == (here,)


def test_what_if_a_tool_were_gone() -> None:
    web, mail = tool("web", sees_untrusted=True), tool("mail", sends_out=True)
    made = graph([edge(f"{A} invokes {each.id}") for each in (web, mail)], web, mail)
    assert exposure(made, A)[0].outbound is True
    assert exposure(without(made, nodes=[mail.id]), A)[0].outbound is False
    assert exposure(without(made, edges=[(A, mail.id, "invokes||-:1:1")]), A)[0].outbound is False


def test_the_cheapest_gate_is_on_the_leg_with_the_fewest_calls() -> None:
    web, news = tool("web", sees_untrusted=True), tool("news", sees_untrusted=True)
    files, mail = tool("files", reads_private=True), tool("mail", sends_out=True)
    assert seen(web, news, files, mail).cheapest == (mail.id,), "of as many, what goes out is stopped first"
    assert seen(web, news, files, mail, tool("chat", sends_out=True)).cheapest == (files.id,)
    assert seen(web, files, mail, tool("chat", sends_out=True), gates={"chat": ASKED}).cheapest == (mail.id,)
    assert seen(web, files, mail, gates={"mail": ASKED}).cheapest == ()
    assert seen(web, files).cheapest == (), "two legs are no triangle"


def test_a_tool_that_may_send_needs_the_gate_too() -> None:
    web, files = tool("web", sees_untrusted=True), tool("files", reads_private=True)
    more = [tool(f"files{number}", reads_private=True) for number in (2, 3)]
    odd, mail = tool("odd", sends_out=None), tool("mail", sends_out=True)
    inputs = edge("input:mail taints " + A)
    found = seen(web, files, *more, odd, mail, Input("input:mail", trust="untrusted"), edges=(inputs,))
    assert found.cheapest == (mail.id, odd.id)


@given(estates())
@settings(max_examples=60, deadline=None)
def test_with_the_cheapest_gates_the_triangle_is_broken(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    for row in exposure(made):
        before = [
            (source, target, key)
            for source, target, key, verb in made.edges(keys=True, data="verb")
            if (verb == "invokes" and source == row.agent and target in row.cheapest)
            or (verb == "taints" and target == row.agent and source in row.cheapest)
        ]
        after = exposure(gated(made, before, Gate("policy", "gateway")), row.agent)[0]
        assert not row.cheapest or after.gated is True
