"""Declared rows find the one observed agent of their name, and say when there are several."""

from __future__ import annotations

import pytest

from nhiassess.joins.declared_names import JOIN
from nhiassess.model.inventory import Agent, Declared, Inventory, Location, Setting
from nhiassess.model.knowledge import Knowledge

PLACE = (Location("grc/agents.csv", 2),)
ROW = "declared:grc/agents.csv#r"


def joined(name: str, *agents: Agent, plan: tuple[Declared, ...] = ()) -> Inventory:
    row = Declared(ROW, name=name, owner="IT", tier=2, locations=PLACE)
    setting = Setting(
        "setting:grc/agents.csv#r.environment", key="inventory.environment", value="test", locations=PLACE
    )
    return JOIN.join(Inventory(agents=agents, declared=(*plan, row), settings=(setting,)), Knowledge())


TRIAGE = Agent("agent:crewai/-/triage_bot", name="triage_bot")
FIXER = Agent("agent:crewai/-/fixer", name="Fixer")


@pytest.mark.parametrize("name", ["triage_bot", "Triage Bot", "TRIAGE-BOT", "agent:crewai/-/triage_bot", "ｔriage bot"])
def test_one_agent_of_the_name(name: str) -> None:
    found = joined(name, TRIAGE, FIXER)
    (row,) = found.declared
    assert (row.id, row.agent, row.owner) == (f"declared:{TRIAGE.id}", TRIAGE.id, "IT")
    assert [each.agent for each in found.settings] == [TRIAGE.id]
    assert found.skipped == ()


def test_the_exact_name_comes_before_those_alike() -> None:
    other = Agent("agent:codex/-/Triage-Bot", name="Triage Bot")
    assert joined("Triage Bot", TRIAGE, other).declared[0].agent == other.id


def test_several_agents_of_the_name_match_none() -> None:
    agents = tuple(Agent(f"agent:claude-code/{folder}/claude-code", name="claude-code") for folder in "abcdefg")
    found = joined("Claude Code", *agents)
    assert (found.declared[0].id, found.declared[0].agent) == (ROW, None)
    (skipped,) = found.skipped
    assert skipped.reason.startswith('7 observed agents are called "Claude Code" (agent:claude-code/a/claude-code, ')
    assert "and 2 more" in skipped.reason
    assert skipped.locations == PLACE


def test_no_agent_of_the_name_leaves_the_row() -> None:
    found = joined("Nobody", TRIAGE)
    assert (found.declared[0].id, found.declared[0].agent) == (ROW, None)
    assert found.skipped == ()


def test_plan_and_sheet_are_one_row_and_the_plan_wins() -> None:
    stated = Declared(f"declared:{TRIAGE.id}", agent=TRIAGE.id, tier=1, locations=(Location("plan.yaml", 9),))
    found = joined("triage bot", TRIAGE, plan=(stated,))
    (row,) = found.declared
    assert (row.tier, row.owner) == (1, "IT")
    assert [(each.field, each.claims) for each in found.conflicts] == [("tier", ("1", "2"))]


def test_nothing_to_join_is_left_as_it_is() -> None:
    inventory = Inventory(agents=(TRIAGE,))
    assert JOIN.join(inventory, Knowledge()) is inventory
