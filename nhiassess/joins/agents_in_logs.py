"""An agent that a log calls by its name is the one agent of that name that a file configures.

A log gives names as the program set them, and no folder. One name that several configured agents have stays apart from
all of them, since whose action it was is then not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import unquote

from nhiassess.joins.renaming import renamed
from nhiassess.model.inventory import Agent, Inventory
from nhiassess.model.knowledge import Knowledge

SEEN = "seen in activity"


@dataclass(frozen=True, slots=True)
class AgentsInLogs:
    """Gives the actions of a log to the agents that files configure."""

    name: str = "agents_in_logs"
    order: int = 6

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory in which an agent that was seen and one that is configured are one."""
        seen = [each for each in inventory.agents if each.status == SEEN]
        configured: dict[str, list[Agent]] = {}
        for each in inventory.agents:
            if each.status != SEEN:
                for name in {each.name, each.id.rpartition("/")[2]}:
                    configured.setdefault((name or "").casefold(), []).append(each)
        now: dict[str, str] = {}
        for agent in seen:
            fitting = next((found for name in _names(agent) if (found := configured.get(name.casefold()))), [])
            if len(fitting) == 1:
                now[agent.id] = fitting[0].id
        if not now:
            return inventory
        # of one that is configured, a log tells when it was last seen and nothing else
        agents = tuple(
            replace(each, name=None, platform=None, status=None) if each.id in now else each
            for each in inventory.agents
        )
        return renamed(replace(inventory, agents=agents), now)


def _names(agent: Agent) -> tuple[str, ...]:
    """Give what a log calls an agent: its name, else the service that it runs in."""
    parts = [unquote(part) for part in agent.id.split("/")]
    return (agent.name or parts[-1], *(parts[1:2] if agent.platform == "opentelemetry" and parts[1:2] != ["-"] else ()))


JOIN = AgentsInLogs()
