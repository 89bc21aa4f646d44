"""What an inventory states of an agent by its name belongs to the one observed agent of that name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace

from nhiassess.model.inventory import Agent, Declared, Inventory, Skipped
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge

# agents of one name that are listed in full
_LISTED = 5


class DeclaredNames:
    """Rows of an inventory that name no id find their agent."""

    name = "declared_names"
    order = 60

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the agent of every declared row whose name one agent alone has."""
        open_rows = [row for row in inventory.declared if row.agent is None and row.name]
        if not open_rows:
            return inventory
        exact = _by_name(inventory.agents, str)
        alike = _by_name(inventory.agents, normal)
        agents: dict[str, str] = {}
        skipped = []
        for row in open_rows:
            fitting = exact.get(row.name or "") or alike.get(normal(row.name or "")) or []
            if len(fitting) == 1:
                agents[row.id] = fitting[0]
            elif fitting:
                skipped.append(_ambiguous(row, fitting))
        if not agents and not skipped:
            return inventory
        # what the plan and a sheet state of one agent is one row
        return merge(
            [
                replace(
                    inventory,
                    declared=tuple(_declared(row, agents.get(row.id)) for row in inventory.declared),
                    settings=tuple(
                        replace(each, agent=agents[owner]) if (owner := _row_of(each.id)) in agents else each
                        for each in inventory.settings
                    ),
                    skipped=(*inventory.skipped, *skipped),
                )
            ]
        )


def normal(name: str) -> str:
    """Give a name without case, accents' spellings and marks.

    Examples
    --------
    >>> normal("Triage_Bot"), normal("triage  bot"), normal("agent:crewai/-/triage-bot")
    ('triage bot', 'triage bot', 'agent crewai triage bot')
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def _by_name(agents: Iterable[Agent], spelling: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for agent in agents:
        for name in (agent.id, agent.name):
            if name:
                found.setdefault(spelling(name), {})[agent.id] = None
    return {name: list(ids) for name, ids in found.items()}


def _declared(row: Declared, agent: str | None) -> Declared:
    return row if agent is None else replace(row, id=f"declared:{agent}", agent=agent)


def _row_of(setting: str) -> str:
    """Give the declared row that a setting of a sheet stands in.

    Examples
    --------
    >>> _row_of("setting:grc/agents.csv#triage.bot.risk")
    'declared:grc/agents.csv#triage.bot'
    """
    return f"declared:{setting.removeprefix('setting:').rpartition('.')[0]}"


def _ambiguous(row: Declared, fitting: list[str]) -> Skipped:
    listed = ", ".join(fitting[:_LISTED]) + (f" and {len(fitting) - _LISTED} more" if len(fitting) > _LISTED else "")
    reason = f'{len(fitting)} observed agents are called "{row.name}" ({listed}); write the id of the one that is meant'
    return Skipped(f"skipped:{row.id}", reason, "declared name", row.locations)


JOIN = DeclaredNames()
