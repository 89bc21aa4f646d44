"""Truth tables of takeover: delegation, pipelines that are rewritten, gates by place, and credentials by time."""

from __future__ import annotations

import pytest

from nhiassess.analysis.exposure import exposure
from nhiassess.analysis.taken import fits
from nhiassess.analysis.walk import index, walk
from nhiassess.model.inventory import Credential, Gate, Input, Tool
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, Edge
from nhiassess.model.scenario import Need
from tests.analysis.estates import ASKED, JEWEL, SHELL, A, B, edge, graph, shell
from tests.analysis.test_walk import reached

C = "agent:claude-code/repo/c"
AT_ENVIRONMENT = Gate("human_approval", "resource", "environment production")
ONCE = Gate("human_approval", each_call=False)
WRITES = Tool("tool:a/write", name="write", capabilities=(("writes_files", "high"),))


def delegated(gate: Gate | None = None, of_shell: Gate | None = None, *more: Edge) -> dict[tuple[str, bool], bool]:
    """Tell by threat model and gates whether A reaches what only C holds, two delegations away."""
    made = graph(
        [
            edge(f"{A} delegates_to {B}"),
            edge(f"{B} delegates_to {C}", gate=gate),
            edge(f"{C} invokes {SHELL}", gate=of_shell),
            edge(f"{C} runs_as identity:i"),
            edge("identity:i granted grant:g"),
            edge(f"grant:g writes {JEWEL}"),
            *more,
        ],
        shell(),
        WRITES,
    )
    asked = [(threat, gated) for threat in (BEHAVIOUR, IDENTITY) for gated in (True, False)]
    return {(threat, gated): JEWEL in reached(made, threat, gated) for threat, gated in asked}


@pytest.mark.parametrize(
    ("gate", "of_shell", "gated", "ungated"),
    [
        (None, None, True, True),
        (ASKED, None, False, True),
        (ONCE, None, True, True),
        (Gate("policy", "gateway"), None, False, True),
        (None, ASKED, False, True),
        (None, ONCE, True, True),
    ],
    ids=["open", "asked", "asked once", "at a gateway", "its shell is asked", "its shell is asked once"],
)
def test_an_agent_has_what_those_have_to_whom_it_hands_work(
    gate: Gate | None, of_shell: Gate | None, gated: bool, ungated: bool
) -> None:
    found = delegated(gate, of_shell)
    assert (found[BEHAVIOUR, True], found[BEHAVIOUR, False]) == (gated, ungated)
    # whoever steals what A itself holds has nothing of C
    assert (found[IDENTITY, True], found[IDENTITY, False]) == (False, False)


@pytest.mark.parametrize("back", [f"{C} delegates_to {A}", f"{C} delegates_to {C}", f"{B} delegates_to {A}"])
def test_delegation_in_a_circle_ends_and_adds_nothing(back: str) -> None:
    assert delegated(None, None, edge(back)) == delegated()
    assert delegated(ASKED, None, edge(back)) == delegated(ASKED)


def test_a_sub_agent_that_rewrites_its_settings_is_asked_nothing() -> None:
    gate = Gate("human_approval", controlled_by="repo/.claude/settings.json")
    assert not delegated(None, gate)[BEHAVIOUR, True]
    assert delegated(None, gate, edge(f"{C} invokes {WRITES.id}"))[BEHAVIOUR, True]


def pipeline(push: Gate | None = None, start: Gate | None = None, verdict: str = "yes") -> list[Edge]:
    """Give the chain from a token over a repository and its workflow to what the job may do."""
    return [
        edge(f"{A} invokes {SHELL}"),
        edge(f"{A} holds credential:pat"),
        edge("credential:pat authenticates_as identity:robot"),
        edge("identity:robot can_change resource:github/code", verdict, gate=push),
        edge("resource:github/code defines workflow:w", gate=start),
        edge("workflow:w runs_as identity:job"),
        edge("workflow:w holds credential:secret"),
        edge("identity:job federates_to identity:role"),
        edge("identity:role granted grant:g"),
        edge(f"grant:g administers {JEWEL}"),
    ]


@pytest.mark.parametrize(
    ("push", "start", "behaviour", "identity"),
    [
        (None, None, True, True),
        (AT_ENVIRONMENT, None, False, False),
        (None, AT_ENVIRONMENT, False, False),
        (Gate("policy", "network"), None, False, False),
        (ASKED, None, False, True),
        (Gate("human_approval", "resource", each_call=False), None, True, True),
    ],
    ids=["open", "review of pushes", "review of jobs", "network", "the agent asks", "asked once"],
)
def test_who_pushes_has_what_the_jobs_have_unless_the_code_host_asks(
    push: Gate | None, start: Gate | None, behaviour: bool, identity: bool
) -> None:
    made = graph(pipeline(push, start), shell())
    for threat, expected in ((BEHAVIOUR, behaviour), (IDENTITY, identity)):
        assert ({JEWEL, "credential:secret"} <= reached(made, threat, gated=True).keys()) is expected
        assert {JEWEL, "credential:secret"} <= reached(made, threat, gated=False).keys()


@pytest.mark.parametrize("verdict", ["yes", "conditional", "unknown"])
def test_a_push_that_nobody_is_sure_of_makes_nothing_sure(verdict: str) -> None:
    assert reached(graph(pipeline(verdict=verdict), shell()), BEHAVIOUR, gated=True)[JEWEL] == verdict


def test_who_only_reads_a_repository_rewrites_no_workflow() -> None:
    chain = [each for each in pipeline() if each.verb != "can_change"]
    reading = [edge("identity:robot granted grant:r"), edge("grant:r reads resource:github/code")]
    assert JEWEL not in reached(graph([*chain, *reading], shell()), IDENTITY, gated=False)


def test_a_workflow_that_rewrites_itself_is_walked_once() -> None:
    made = graph(
        [
            *pipeline(),
            edge("identity:job can_change resource:github/code"),
            edge(f"workflow:w triggers {B}"),
            edge(f"{B} runs_as identity:job"),
        ],
        shell(),
    )
    states = walk(index(made), A, IDENTITY, gated=True).verdicts()
    assert {node for node, _ in states} >= {"workflow:w", B, JEWEL}


def test_what_strangers_write_reaches_an_agent_by_its_trigger_and_by_its_tools() -> None:
    web, odd = (Tool(f"tool:a/{name}", name=name, sees_untrusted=sees) for name, sees in (("web", True), ("odd", None)))
    issues = Input("input:issues", trust="untrusted")
    for edges, leg in (
        ([edge("workflow:w triggers " + A), edge(f"input:issues taints {A}"), edge(f"{A} invokes {odd.id}")], True),
        ([edge("workflow:w triggers " + A), edge(f"{A} invokes {odd.id}")], None),
        ([edge(f"{A} invokes {web.id}")], True),
    ):
        assert exposure(graph(edges, web, odd, issues), A)[0].untrusted is leg


NOW = "2026-11-27T09:00:00Z"


@pytest.mark.parametrize(
    ("credential", "outlives"),
    [
        (Credential("c", lifetime_seconds=900), False),
        (Credential("c", lifetime_seconds=86_400), True),
        (Credential("c", lifetime_seconds=3600), False),
        (Credential("c"), None),
        (Credential("c", expires="2026-11-30"), True),
        (Credential("c", issued="2025-01-01", expires="2025-02-01"), False),
        (Credential("c", issued="2026-11-20", expires="2026-11-27"), None),
        (Credential("c", issued="2026-11-20", expires="2026-11-28"), True),
        (Credential("c", expires="soon"), None),
        (Credential("c", issued="2026-11-20"), True),
        (Credential("c", issued="2026-11-27"), None),
        (Credential("c", rotated="2026-11-01", issued="2020-01-01"), True),
    ],
    ids=lambda each: each if isinstance(each, bool | None) else f"{each.lifetime_seconds} {each.issued} {each.expires}",
)
def test_a_credential_outlives_a_task_of_an_hour(credential: Credential, outlives: bool | None) -> None:
    assert fits(Need("credential", outlives_seconds=3600), credential, NOW) is outlives
