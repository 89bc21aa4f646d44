"""What counts for an agent is what it uses directly, and nothing further along a path."""

from __future__ import annotations

from nhiassess.analysis.attribution import attribution
from nhiassess.model.inventory import AuthorizationPolicy, Setting, Telemetry, Trust, Workflow
from nhiassess.network.what_if import without
from tests.analysis.estates import A, B, edge, graph, holder


def test_everything_used_directly_counts_and_nothing_beyond() -> None:
    made = graph(
        [
            edge(f"{A} invokes tool:s/q"),
            edge("tool:s/q served_by tool_server:s"),
            edge("tool_server:s holds credential:c"),
            edge("credential:c authenticates_as identity:i"),
            edge("identity:i member_of identity:group"),
            edge("identity:group granted grant:g"),
            edge("grant:g reads resource:far"),
            edge("identity:i escalates_to identity:far"),
            edge("identity:i assumes identity:far"),
            edge(f"{A} delegates_to {B}"),
            edge(f"workflow:w triggers {A}"),
            edge("workflow:w runs_as identity:job"),
            edge(f"input:web taints {A}"),
        ],
        Trust("trust:t", truster="identity:i"),
        Setting("setting:s", agent=A),
        Telemetry("telemetry:t", agent=A),
        Workflow("workflow:w", agent=A),
        AuthorizationPolicy("authorization_policy:p", guards="tool_server:s"),
        AuthorizationPolicy("authorization_policy:none"),
        Setting("setting:lost", agent="agent:x/-/gone"),
        Trust("trust:none"),
    )
    own = {subject for agent, subject in attribution(made) if agent == A}
    assert own == {
        A,
        *("tool:s/q", "tool_server:s", "credential:c", "identity:i", "identity:group", "grant:g", "workflow:w"),
        *("identity:job", "input:web", "trust:t", "setting:s", "telemetry:t", "authorization_policy:p"),
    }
    assert {subject for agent, subject in attribution(made) if agent == B} == {B}


def test_what_if_a_credential_were_gone() -> None:
    made = holder()
    assert (A, "grant:g") in attribution(made)
    left = {subject for _, subject in attribution(without(made, edges=[(A, "credential:c", "holds||-:1:1")]))}
    assert left == {A, "tool:a/shell"}
