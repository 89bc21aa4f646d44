"""The law of a replay: what is not known never makes an answer, and what comes to be known never turns one round."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiassess.analysis.scenarios import replay
from nhiassess.model.inventory import (
    Agent,
    Credential,
    Gate,
    Grant,
    Identity,
    Input,
    Resource,
    Tool,
    ToolServer,
    Workflow,
)
from nhiassess.model.reach import Edge
from nhiassess.model.replay import NOT_DETERMINED
from nhiassess.model.scenario import ABILITIES, Need, Scenario, Step
from nhiassess.network.build import TRIPLES
from nhiassess.network.what_if import without
from tests.analysis.estates import A, B, edge, graph

NOW = "2026-11-24T09:00:00Z"
OWN = Gate("human_approval", controlled_by="repo/.claude/settings.json")
GATES = (None, None, OWN, Gate("human_approval"), Gate("policy", "gateway"), Gate("jit", each_call=False))
# what of a value may not have been observed, and what it may then turn out to be
KNOWN: dict[type, dict[str, tuple[Any, ...]]] = {
    Agent: {"platform": ("codex", "n8n")},
    Tool: {
        **dict.fromkeys(("sees_untrusted", "reads_private", "sends_out", "irreversible"), (True, False)),
        "capabilities": (
            (),
            (("executes_code", "high"),),
            (("executes_code", "low"),),
            (("writes_files", "high"),),
            (("reads_files", "high"),),
            (("queries_database", "medium"), ("sends_messages", "high")),
        ),
    },
    ToolServer: {"pinned": (True, False), "auth": ("none", "key")},
    Credential: {
        "kind": ("pat", "oidc_token"),
        "store": ("plaintext", "workload_api"),
        "lifetime_seconds": (900, 10_000_000),
    },
    Resource: {"kind": ("database", "host"), "sensitivity": (1, 5), "environment": ("production", "test")},
    Workflow: {"untrusted": (True, False)},
    Input: {"kind": ("mail", "web"), "trust": ("untrusted", "internal")},
}
NODES: tuple[Any, ...] = (
    *(Agent(A), Agent(B)),
    *(Tool("tool:a/one", name="one"), Tool("tool:a/two", name="two"), Tool("tool:a/three", name="three")),
    Tool("tool:s/ask", server="tool_server:s", name="ask"),
    ToolServer("tool_server:s", transport="http"),
    *(Credential("credential:c"), Credential("credential:d")),
    *(Identity("identity:i"), Identity("identity:j")),
    *(Grant("grant:g"), Grant("grant:h")),
    *(Resource("resource:aws/ledger"), Resource("resource:host/repo")),
    *(Input("input:mail"), Input("input:web"), Workflow("workflow:w")),
)
SENTENCES = [
    f"{source.id} {verb} {target.id}"
    for verb, (sources, targets) in TRIPLES.items()
    for source in NODES
    for target in NODES
    if source.id.split(":")[0] in sources and target.id.split(":")[0] in targets
]
COMMON = (
    *(f"{A} invokes tool:a/one", f"{A} invokes tool:a/two", f"{A} invokes tool:s/ask", f"{A} holds credential:c"),
    *("tool:s/ask served_by tool_server:s", "credential:c authenticates_as identity:i", f"input:mail taints {A}"),
    *("identity:i granted grant:g", "grant:g reads resource:aws/ledger", "grant:g writes resource:aws/ledger"),
)
STOLEN = Need("credential", kinds=("pat",), stores=("plaintext",), outlives_seconds=86400)
NEEDS: dict[str, tuple[Need, ...]] = {
    "input": (Need("untrusted_input"),),
    "input of a kind": (Need("untrusted_input", kinds=("mail",)),),
    "private": (Need("tool", abilities=("reads_private",)),),
    "outbound": (Need("tool", abilities=("sends_out", "sends_messages")),),
    "shell": (Need("tool", abilities=("executes_code", "reads_files"), threat_model="identity"),),
    "behaviour": (Need("reaches", access="writes", kinds=("database",), environment="production"),),
    "identity": (Need("reaches", sensitivity=4, threat_model="identity"),),
    "credential": (STOLEN,),
    "stolen": (STOLEN, Need("reaches", access="reads", sensitivity=4, threat_model="identity")),
    "server": (Need("unpinned_server"),),
    "platform": (Need("runs_on", platforms=("codex",)),),
}


def scenario(*needs: Need) -> Scenario:
    steps = tuple(Step(need.condition, needs=(need,)) for need in needs)
    return Scenario("s", "S", "2025-08", "what", "much", (), steps)


@st.composite
def valued(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Draw the values of an estate twice: as they are known, and with some of it not observed."""
    known, less = [], []
    for node in NODES:
        choices = KNOWN.get(type(node), {})
        value = replace(node, **{field: draw(st.sampled_from((None, *options))) for field, options in choices.items()})
        hidden = draw(st.sets(st.sampled_from(sorted(choices)))) if choices else set()
        known.append(value)
        less.append(replace(value, **dict.fromkeys(hidden, None)))
    return known, less


@st.composite
def related(draw: st.DrawFn) -> tuple[list[Edge], list[Edge], list[Edge]]:
    """Draw edges as they are known, the same with some verdicts not known, and those that turn out not to be."""
    told = [*draw(st.sets(st.sampled_from(COMMON))), *draw(st.lists(st.sampled_from(SENTENCES), max_size=10))]
    known, less, gone = [], [], []
    for sentence in dict.fromkeys(sorted(told)):
        verdict = draw(st.sampled_from(("yes", "yes", "yes", "conditional", "needs_resource", "unknown")))
        made = edge(sentence, verdict, draw(st.sampled_from(GATES)))
        doubt = draw(st.integers(0, 5))
        known.append(made)
        less.append(replace(made, verdict="unknown") if doubt < 2 else made)
        gone += [made] if doubt == 0 else []
    return known, less, gone


def answers(found: Scenario, made: nx.MultiDiGraph[str]) -> dict[str, str]:
    return {row.agent: row.answer for row in replay(found, made, NOW)}


@given(values=valued(), edges=related())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_more_evidence_never_turns_an_answer_round(
    values: tuple[list[Any], list[Any]], edges: tuple[list[Edge], list[Edge], list[Edge]]
) -> None:
    known, less, gone = edges
    before, whole = graph(less, *values[1]), graph(known, *values[0])
    after = without(whole, edges=[(each.source, each.target, each.key) for each in gone])
    for name, needs in NEEDS.items():
        then, now = answers(scenario(*needs), before), answers(scenario(*needs), after)
        determined = {agent: answer for agent, answer in then.items() if answer != NOT_DETERMINED}
        assert determined.items() <= now.items(), name


@given(edges=related())
@settings(max_examples=100, deadline=None)
def test_where_no_hop_is_known_nothing_is_feasible(edges: tuple[list[Edge], list[Edge], list[Edge]]) -> None:
    unknown = graph([replace(each, verdict="unknown") for each in edges[0]], *NODES)
    for name, needs in NEEDS.items():
        assert "feasible" not in answers(scenario(*needs), unknown).values(), name


@pytest.mark.parametrize("name", NEEDS)
def test_of_an_agent_of_which_nothing_was_observed_nothing_is_determined(name: str) -> None:
    assert answers(scenario(*NEEDS[name]), graph((), Agent(A))) == {A: NOT_DETERMINED}


def test_every_field_that_may_be_unknown_is_one_of_its_value() -> None:
    for kind, choices in KNOWN.items():
        assert set(choices) <= {field.name for field in fields(kind)}
    stated = [word for able in KNOWN[Tool]["capabilities"] for word, _ in able]
    assert set(stated) <= set(ABILITIES)


def test_a_credential_that_only_may_prove_an_identity_explains_nothing() -> None:
    doubted = (
        edge(f"{A} invokes tool:a/one"),
        edge(f"{A} runs_as identity:i"),
        edge(f"{A} holds credential:c", "unknown"),
        edge("credential:c authenticates_as identity:i", "unknown", Gate("policy", "gateway")),
    )
    made = graph(doubted, *NODES)
    assert answers(scenario(*NEEDS["stolen"]), made)[A] == NOT_DETERMINED
