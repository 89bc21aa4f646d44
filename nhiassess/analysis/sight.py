"""What is known of one agent and what is left open: walks over what was observed, and over all that may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from nhiassess.analysis.crossing import Index, State, folder_of, holds, there
from nhiassess.analysis.hands import CHANGING
from nhiassess.analysis.walk import Walk, as_if, index, walk
from nhiassess.model.inventory import Gate, Tool
from nhiassess.model.reach import BEHAVIOUR, Edge
from nhiassess.model.scenario import ABILITIES

# what a tool does by itself, so that nothing lies behind it
_BY_ITSELF = frozenset({"reads_files", "writes_files", "executes_code", "browses_web", "memory", "spawns_agents"})
_OWN = frozenset({"holds", "runs_as"})
_ENFORCED: dict[str, str] = {"agent_process": "in the agent process", "network": "in the network"}
_GATES: dict[str, str] = {
    "human_approval": "a person approves each call",
    "policy": "a policy decides on each call",
    "sandbox": "a sandbox confines each call",
    "jit": "access is granted for the moment only",
}

End = tuple[State, str]  # where the evidence ends, and what was not observed there


@dataclass(frozen=True, slots=True)
class Sight:
    """One agent in a graph, as it was observed and as it may be."""

    graph: nx.MultiDiGraph[str]
    agent: str
    observed: Index  # a gate in a file of the agent fails only to a tool that surely rewrites files
    possible: Index  # such a gate fails to every tool that may


@dataclass(frozen=True, slots=True)
class Ways:
    """What an attacker reaches: surely and possibly while gates hold, and possibly once they are crossed."""

    surely: Walk
    possibly: Walk
    crossing: Walk


def sights(graph: nx.MultiDiGraph[str], agents: Iterable[str]) -> tuple[Sight, ...]:
    """Look at agents of a graph.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    agents:
        Their ids.

    Returns
    -------
    tuple of Sight
        In the order of the agents.

    Notes
    -----
    What holds over ``observed`` with the verdict yes is known; what fails over ``possible`` with every verdict is
    known to fail; all between is not determined. More evidence only moves the two towards each other.
    """
    found = index(graph)
    observed, possible = as_if(found, surely_changes), as_if(found, may_change)
    return tuple(Sight(graph, agent, observed, possible) for agent in agents)


def ways(seen: Sight, threat_model: str, surely: Collection[str], possibly: Collection[str]) -> Ways:
    """Walk on from what an attacker surely and possibly has, over what is and over what may be."""
    return Ways(
        walk(seen.observed, seen.agent, threat_model, True, surely),
        walk(seen.possible, seen.agent, threat_model, True, possibly),
        walk(seen.possible, seen.agent, threat_model, False, possibly),
    )


def words(tool: Tool) -> frozenset[str]:
    """Give the capabilities of a tool that somebody is sure of."""
    return frozenset(name for name, confidence in tool.capabilities or () if confidence != "low")


def is_told(tool: Tool) -> bool:
    """Tell whether the capabilities of a tool are stated in full, and in words that are understood.

    Examples
    --------
    >>> is_told(Tool("t", capabilities=())), is_told(Tool("t")), is_told(Tool("t", capabilities=(("write", "high"),)))
    (True, False, False)
    """
    return tool.capabilities is not None and all(name in ABILITIES for name, _ in tool.capabilities)


def surely_changes(tool: Tool) -> bool:
    """Tell whether a tool is known to rewrite files."""
    return bool(words(tool) & CHANGING)


def may_change(tool: Tool) -> bool:
    """Tell whether a tool may rewrite files."""
    return not is_told(tool) or any(name in CHANGING for name, _ in tool.capabilities or ())


def untold(seen: Sight, walked: Walk) -> End | None:
    """Give the first agent within reach of which no tool was observed."""
    told = ((state, state[0]) for state in sorted(walked.searches[-1]) if state[0].startswith("agent:"))
    bare = ((state, agent) for state, agent in told if not has_tools(seen, agent))
    return next(((state, f"the tools of {name(seen, agent)} were not observed") for state, agent in bare), None)


def has_tools(seen: Sight, agent: str) -> bool:
    """Tell whether a tool of an agent was observed; one that a view leaves out was."""
    return any(edge.verb == "invokes" for edge in seen.possible.out.get(agent, ()))


def loose_end(seen: Sight, walked: Walk) -> End | None:
    """Give the first thing within reach of which nobody knows what it leads to.

    An agent without observed tools, a credential whose identity no file tells, an identity without a grant, a machine
    of which nobody knows what lies on it, and a tool whose server acts with something that no file shows.
    """
    told = ((state, _loose(seen, state)) for state in sorted(walked.searches[-1]))
    return untold(seen, walked) or next(((state, what) for state, what in told if what), None)


def edges_out(seen: Sight, verb: str, node: str | None = None) -> Iterator[Edge]:
    """Give the edges of one verb that lead from a node, the agent when none is named."""
    found = seen.possible.out.get(node or seen.agent, ())
    return (edge for edge in found if edge.verb == verb and there(seen.possible, edge))


def edges_in(seen: Sight, *verbs: str) -> Iterator[Edge]:
    """Give the edges of some verbs that lead to the agent."""
    found = seen.possible.into.get(seen.agent, ())
    return (edge for edge in found if edge.verb in verbs and there(seen.possible, edge))


def is_held(seen: Sight, edge: Edge, surely: bool) -> bool:
    """Tell whether the gate of an edge of the agent holds against its takeover: surely, or at least possibly."""
    writes = seen.agent in (seen.possible if surely else seen.observed).writes
    return holds(edge.gate, BEHAVIOUR, writes, folder_of(seen.agent))


def stands(gate: Gate) -> str:
    """Say what a gate does, where it is enforced and who controls it.

    Examples
    --------
    >>> stands(Gate("policy", "gateway", "Head of claims"))
    'a policy decides on each call (at the gateway, controlled by Head of claims)'
    """
    where = _ENFORCED.get(gate.enforced_at, f"at the {gate.enforced_at.replace('_', ' ')}")
    controlled = f", controlled by {gate.controlled_by}" if gate.controlled_by else ""
    return f"{_GATES.get(gate.kind, gate.kind)} ({where}{controlled})"


def any_true(truths: Iterable[bool | None]) -> bool | None:
    """Tell whether one of several is true; None where that hangs on one which nobody knows.

    Examples
    --------
    >>> any_true([False, True, None]), any_true([False, None]), any_true([False])
    (True, None, False)
    """
    known = list(truths)
    return True if True in known else None if None in known else False


def all_true(truths: Iterable[bool | None]) -> bool | None:
    """Tell whether all of several are true; None where that hangs on one which nobody knows.

    Examples
    --------
    >>> all_true([True, None, False]), all_true([True, None]), all_true([])
    (False, None, True)
    """
    known = list(truths)
    return False if False in known else None if None in known else True


def either(names: Sequence[str]) -> str:
    """Give alternatives as one says them.

    Examples
    --------
    >>> either(["a", "b", "c"])
    'a, b or c'
    """
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def name(seen: Sight, node: str) -> str:
    """Give the name that a reader knows a node by; its id where it has none."""
    value = seen.graph.nodes[node]["value"] if node in seen.graph else None
    known = getattr(value, "name", None)
    if isinstance(value, Tool) and known == "*" and value.server is not None:
        return f"each tool of {name(seen, value.server)}"
    return str(known) if known and known != "*" else node


def _loose(seen: Sight, state: State) -> str:
    node, verb = state
    kind = node.split(":", 1)[0]
    leads = {edge.verb for edge in seen.possible.out.get(node, ())}
    tool = seen.possible.tools.get(node)
    if kind == "credential" and "authenticates_as" not in leads:
        return f"as whom {name(seen, node)} authenticates was not observed"
    if kind == "identity" and not leads & {"granted", "member_of"}:
        return f"what {name(seen, node)} is granted was not observed"
    if kind == "resource" and verb == "executes_on" and "yields" not in leads:
        return f"what lies on {name(seen, node)} was not observed"
    return f"what {name(seen, node)} acts on was not observed" if tool and not _is_closed(seen, tool) else ""


def _is_closed(seen: Sight, tool: Tool) -> bool:
    """Tell whether a tool does all it does by itself, or with something that the graph has."""
    does = {name for name, _ in tool.capabilities or ()}
    with_what = (edge.verb for end in (tool.id, tool.server or "") for edge in seen.possible.out.get(end, ()))
    return is_told(tool) and (does <= _BY_ITSELF or any(verb in _OWN for verb in with_what))
