"""The hands of agents: by which of its tools an agent uses what it holds, and whether it can rewrite its own gates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nhiassess.analysis.crossing import NO_GATE, OWN, Hand, Index, folder_of, holds, there
from nhiassess.model.inventory import Tool
from nhiassess.model.reach import BEHAVIOUR, VERDICTS, Edge

# with one of these a tool rewrites files, and so the gates that stand in them
CHANGING = frozenset({"writes_files", "executes_code"})
# what a tool of the agent's own process does without acting as the agent's identity
_LOCAL = frozenset({"reads_files", "writes_files", "browses_web", "memory", "spawns_agents", "unknown"})


def _changes(tool: Tool) -> bool:
    return bool(_able(tool) & CHANGING)


def with_hands(found: Index, agents: Iterable[str], changes: Callable[[Tool], bool] = _changes) -> Index:
    """Compute again what these agents can do with the tools that are left in."""
    hands, writes = dict(found.hands), set(found.writes)
    for agent in agents:
        invoked = [edge for edge in found.out.get(agent, ()) if edge.verb == "invokes"]
        left = [(e, found.tools[e.target]) for e in invoked if e.target in found.tools and there(found, e)]
        writes.discard(agent)
        if any(changes(tool) and not holds(edge.gate, BEHAVIOUR) for edge, tool in left):
            writes.add(agent)
        hands[agent] = tuple(_hands(found, agent, left, agent in writes))
        if not invoked:  # to leave a tool out is to know that it is gone; to have seen none is not to know
            hands[agent] = (Hand("unknown", False, "", NO_GATE, True, "its tools were not observed"),)
    return replace(found, hands=hands, writes=frozenset(writes))


def decisive(found: Index, agent: str) -> frozenset[str]:
    """Give the tools of an agent that lend it a hand, or with which it can rewrite its own gates."""
    lending = {hand.tool for hand in found.hands.get(agent, ()) if hand.tool}
    if agent not in found.writes:
        return frozenset(lending)
    invoked = [edge.target for edge in found.out.get(agent, ()) if edge.verb == "invokes"]
    return frozenset(lending | {tool for tool in invoked if tool in found.tools and _changes(found.tools[tool])})


def _hands(found: Index, agent: str, left: Iterable[tuple[Edge, Tool]], writes: bool) -> list[Hand]:
    hands = []
    for edge, tool in left:
        able, sure = _able(tool), {name for name, confidence in tool.capabilities or () if confidence != "low"}
        runs_code, verdict = "executes_code" in able, "yes"
        if runs_code:
            verdict, how = "yes" if "executes_code" in sure else "unknown", f"{tool.name} runs code where it lies"
        elif _acts_as_its_agent(found, tool) and able - _LOCAL:
            verdict, how = "yes" if sure - _LOCAL else "unknown", f"{tool.name} acts with it"
        elif tool.server not in found.remote and (not able or "unknown" in able):
            runs_code, verdict, how = True, "unknown", f"what {tool.name} can do was not observed"
        else:
            continue
        gate = edge.gate or NO_GATE
        stands = holds(gate, BEHAVIOUR, writes, folder_of(agent))
        hands.append(Hand(max(verdict, edge.verdict, key=VERDICTS.index), stands, tool.id, gate, runs_code, how))
    return sorted(hands, key=lambda hand: (VERDICTS.index(hand.verdict), hand.stands, hand.gate != NO_GATE, hand.tool))


def _acts_as_its_agent(found: Index, tool: Tool) -> bool:
    """Tell whether a tool runs beside the agent with nothing of its own, so that it uses what the agent has."""
    # what a view leaves out counts here: to take its credential from a server does not lend it the agent's
    own = any(edge.verb in OWN for edge in found.out.get(tool.server or "", ()))
    return tool.server not in found.remote and not own


def _able(tool: Tool) -> set[str]:
    return {name for name, _ in tool.capabilities or ()}
