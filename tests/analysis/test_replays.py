"""Whole replays: how the answers of steps become the answer of an agent, and what the sample answers."""

from __future__ import annotations

import pytest

from nhiassess.analysis.scenarios import replay
from nhiassess.knowledge.scenarios import CONDITIONS
from nhiassess.model.assessment import Assessment
from nhiassess.model.inventory import (
    Agent,
    Gate,
)
from nhiassess.model.replay import BLOCKED, FEASIBLE, NOT_DETERMINED, Replay
from nhiassess.model.scenario import Need, Scenario, Step
from nhiassess.network.build import build
from tests.analysis.estates import A, B, graph
from tests.analysis.test_scenarios import ANY, asked, calls, several, tool
from tests.conftest import NOW


def test_one_step_that_is_blocked_blocks_and_what_is_open_before_it_does_not_matter() -> None:
    odd = tool("odd", sees_untrusted=None)
    made = graph(calls(odd), odd)
    found = several(made, (ANY,), (Need("tool", abilities=("sends_out",)),))
    assert [step.answer for step in found.steps] == [NOT_DETERMINED, BLOCKED]
    assert (found.answer, found.step, found.because) == (
        *(BLOCKED, 2),
        "it has no tool that sends data out, as far as the files say",
    )


def test_what_is_open_is_named_by_the_first_step_that_is() -> None:
    odd = tool("odd", sees_untrusted=True, reads_private=None, sends_out=None)
    found = several(
        graph(calls(odd), odd),
        *((ANY,), (Need("tool", abilities=("reads_private",)),), (Need("tool", abilities=("sends_out",)),)),
    )
    assert (found.answer, found.step) == (NOT_DETERMINED, 2)
    assert found.because == "whether odd reads private data was not observed"


def test_a_feasible_replay_tells_what_meets_each_step_once() -> None:
    web = tool("web", sees_untrusted=True, reads_private=True)
    private = (Need("tool", abilities=("reads_private",)),)
    found = several(graph(calls(web), web), (ANY,), private, private)
    assert (found.answer, found.step) == (FEASIBLE, 3)
    assert found.because == "web takes in text from outside; web reads private data"


def test_feasible_ones_stand_first_then_what_is_open_then_what_is_blocked() -> None:
    values = (Agent(A, platform="n8n"), Agent(B, platform="codex"), Agent("agent:x/-/c"))
    scenario = Scenario("s", "S", "2025-08", "", "", (), (Step("s", needs=(Need("runs_on", platforms=("codex",)),)),))
    rows = replay(scenario, graph((), *values), NOW)
    assert [(row.agent, row.answer) for row in rows] == [
        (B, FEASIBLE),
        ("agent:x/-/c", NOT_DETERMINED),
        (A, BLOCKED),
    ]
    assert rows[0].id == f"s|{B}"


def test_every_condition_that_can_be_written_is_answered() -> None:
    parameters = {"tool": {"abilities": ("sends_out",)}, "runs_on": {"platforms": ("codex",)}}
    for condition in CONDITIONS:
        need = Need(condition, **parameters.get(condition, {}))  # type: ignore[arg-type]  # fields of Need by name
        assert asked(need, graph((), Agent(A))).verdict == "unknown"


# ---------------------------------------------------------------- the sample


LEDGER_AGENT = "agent:claude-code/repos/ledger-service/claude-code"
TRIAGE = "agent:github-actions/repos/shipment-portal/issue-triage/triage"


@pytest.fixture(scope="module")
def replayed(ostermere: Assessment) -> dict[tuple[str, str], Replay]:
    made = build(ostermere.inventory, ostermere.edges, ostermere.knowledge)
    rows = [row for each in ostermere.knowledge.scenarios for row in replay(each, made, NOW)]
    return {(row.scenario, row.agent): row for row in rows}


def test_the_triage_agent_could_empty_a_production_database(replayed: dict[tuple[str, str], Replay]) -> None:
    found = replayed["replit-deletion", TRIAGE]
    assert found.answer == FEASIBLE
    path = found.steps[1].needs[0].path
    assert [hop.verb for hop in path] == ["runs_as", "federates_to", "escalates_to", "granted", "administers"]
    assert all(hop.verdict == "yes" and hop.locations for hop in path)


def test_a_person_stands_between_the_ledger_agent_and_the_ledger(replayed: dict[tuple[str, str], Replay]) -> None:
    found = replayed["replit-deletion", LEDGER_AGENT]
    assert (found.answer, found.step) == (BLOCKED, 1)
    settings = "repos/ledger-service/.claude/settings.json"
    assert found.gate == Gate("human_approval", "agent_process", settings)
    assert found.steps[0].needs[0].path[-1].target.endswith("ostermere-ledger")


def test_the_same_approval_does_not_help_against_a_stolen_key(replayed: dict[tuple[str, str], Replay]) -> None:
    found = replayed["salesloft-drift", LEDGER_AGENT]
    assert found.answer == FEASIBLE
    assert found.because == "AWS_SECRET_ACCESS_KEY lies in the environment; it reads Payments ledger"


def test_an_agent_whose_tools_nobody_described_is_not_determined(replayed: dict[tuple[str, str], Replay]) -> None:
    found = replayed["echoleak", "agent:kubernetes/support/support-assistant"]
    assert (found.answer, found.step) == (NOT_DETERMINED, 2)
    assert found.because == "the tools of support-assistant were not observed"


def test_every_answer_of_the_sample_says_why_and_every_gate_where(replayed: dict[tuple[str, str], Replay]) -> None:
    assert {row.answer for row in replayed.values()} == {FEASIBLE, BLOCKED, NOT_DETERMINED}
    for row in replayed.values():
        assert row.because
        assert (row.answer == FEASIBLE) == all(step.answer == FEASIBLE for step in row.steps)
        for need in (need for step in row.steps for need in step.needs):
            assert need.gate is None or (need.verdict == "no" and need.locations), "a gate is shown with its place"
