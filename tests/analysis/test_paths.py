"""Where a path begins, in which order paths stand, and which are given."""

from __future__ import annotations

import pytest

from nhiassess.analysis.paths import jewels, paths
from nhiassess.model.inventory import Gate, Input, Resource
from nhiassess.network.what_if import without
from tests.analysis.estates import ASKED, JEWEL, A, B, edge, graph, holder, shell

WEB = f"input:web taints {A}"


def test_there_is_one_path_for_each_way_of_takeover() -> None:
    made = paths(holder(ASKED))
    assert [(path.threat_model, path.gated) for path in made] == [
        ("identity", True),
        ("identity", False),
        ("behaviour", False),
    ]
    assert {path.target for path in made} == {JEWEL}
    assert len({path.id for path in made}) == len(made)


def test_a_path_reads_as_a_sentence_from_the_input_to_the_jewel() -> None:
    made = holder(None, edge(WEB))
    path = next(path for path in paths(made) if path.threat_model == "behaviour" and path.gated)
    assert [(hop.source, hop.verb) for hop in path.hops] == [
        ("input:web", "taints"),
        (A, "holds"),
        ("credential:c", "authenticates_as"),
        ("identity:i", "granted"),
        ("grant:g", "reads"),
    ]
    assert path.hops[1].reason == "holds it; shell runs code where it lies"


def test_identity_takeover_needs_no_input() -> None:
    found = [path for path in paths(holder(None, edge(WEB))) if path.threat_model == "identity"]
    assert {path.hops[0].source for path in found} == {"credential:c"}


@pytest.mark.parametrize(
    ("trust", "enters"), [("untrusted", True), (None, True), ("unknown", True), ("internal", False)]
)
def test_a_path_begins_at_an_input_that_is_not_known_to_be_internal(trust: str | None, enters: bool) -> None:
    chain = [data for _, _, data in holder(None, edge(WEB)).edges(data="value")]
    jewel = Resource(JEWEL, sensitivity=5, crown_jewel=True)
    made = graph(chain, shell(), jewel, Input("input:web", trust=trust))
    first = next(path for path in paths(made) if path.threat_model == "behaviour").hops[0]
    assert (first.source == "input:web") is enters


def test_an_uncertain_entry_makes_the_path_as_uncertain() -> None:
    found = [path for path in paths(holder(None, edge(WEB, "conditional"))) if path.threat_model == "behaviour"]
    assert [path.verdict for path in found] == ["conditional", "conditional"]
    sure = holder(None, edge(WEB, "conditional"), edge(f"input:mail taints {A}"))
    assert {path.verdict for path in paths(sure)} == {"yes"}, "the surer entry is taken"


def test_an_input_behind_a_gate_that_holds_is_no_entry_while_gates_hold() -> None:
    made = holder(None, edge(WEB, gate=Gate("policy", "gateway")))
    firsts = {path.gated: path.hops[0] for path in paths(made) if path.threat_model == "behaviour"}
    assert firsts[True].source == A
    assert firsts[False].source == "input:web"
    assert firsts[False].gate_holds


def test_permitted_paths_stand_before_open_ones_then_the_more_sensitive_then_the_shorter() -> None:
    made = graph(
        [
            edge(f"{A} delegates_to {B}"),
            *(edge(f"{each} runs_as identity:i") for each in (A, B)),
            edge("identity:i granted grant:g"),
            edge("grant:g reads resource:aws/four"),
            edge("grant:g reads resource:aws/five"),
            edge("identity:i granted grant:h", "conditional"),
            edge("grant:h reads resource:aws/five-if"),
        ],
        Resource("resource:aws/four", sensitivity=4, crown_jewel=True),
        Resource("resource:aws/five", sensitivity=5, crown_jewel=True),
        Resource("resource:aws/five-if", sensitivity=5, crown_jewel=True),
    )
    ranks = [("yes", "conditional", "needs_resource", "unknown").index(path.verdict) for path in paths(made)]
    assert ranks == sorted(ranks)
    firm = [path for path in paths(made) if path.verdict == "yes"]
    assert [path.target for path in firm] == ["resource:aws/five"] * 4 + ["resource:aws/four"] * 4
    lengths = [len(path.hops) for path in firm[:4]]
    assert lengths == sorted(lengths)
    assert firm[0].agent == A


def test_a_path_to_any_node_is_given_on_demand() -> None:
    made = holder()
    assert {path.target for path in paths(made, A, "identity:i")} == {"identity:i"}
    assert paths(made, A, "identity:gone") == ()
    assert paths(made, "agent:x/-/gone") == ()
    assert paths(made, A, A) == (), "nobody needs a path to where one stands"


def test_jewels_are_what_is_marked_as_one() -> None:
    made = graph(
        [], Resource("resource:b", crown_jewel=True), Resource("resource:a", crown_jewel=True), Resource("resource:c")
    )
    assert jewels(made) == ["resource:a", "resource:b"]
    assert jewels(without(made, nodes=["resource:a"])) == ["resource:b"]
