"""What counts for an agent: the things that it uses directly, and nothing further along a path."""

from __future__ import annotations

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.walk import Index, index
from nhiassess.model.inventory import AuthorizationPolicy, Setting, Telemetry, Trust, Workflow


def attribution(graph: nx.MultiDiGraph[str]) -> tuple[tuple[str, str], ...]:
    """Pair every agent with itself and with each subject that it uses directly.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.

    Returns
    -------
    tuple of (agent, subject)
        Its tools, their servers, the credentials that these and it hold, the identities that it runs as or
        authenticates as, their grants and the trusts that let it in, its workflows, settings and telemetry,
        and what taints it. Sorted.
    """
    found = index(graph)
    pairs = {(agent, subject) for agent in agents(graph) for subject in _used(found, agent)}
    for node, value in graph.nodes(data="value"):
        agent = getattr(value, "agent", None)
        if isinstance(agent, str) and agent in graph and isinstance(value, Telemetry | Setting | Workflow):
            pairs.add((agent, node))
        if isinstance(value, AuthorizationPolicy) and value.guards in graph:
            guarded = value.guards
            pairs |= {(agent, node) for agent, subject in tuple(pairs) if subject == guarded}
        if isinstance(value, Trust):
            pairs |= {(agent, node) for agent, subject in tuple(pairs) if subject == value.truster}
    return tuple(sorted(pairs))


def _used(found: Index, agent: str) -> set[str]:
    used = {agent}
    frontier = [agent]
    frontier += [edge.source for edge in found.into.get(agent, ()) if edge.verb in ("triggers", "taints")]
    used |= set(frontier)
    follow = {
        "agent": {"invokes", "holds", "runs_as"},
        "tool": {"served_by", "holds"},
        "tool_server": {"holds", "runs_as"},
        "workflow": {"holds", "runs_as"},
        "credential": {"authenticates_as"},
        "identity": {"member_of", "federates_to", "granted"},
    }
    while frontier:
        node = frontier.pop()
        for edge in found.out.get(node, ()):
            if edge.verb in follow.get(node.split(":", 1)[0], ()) and edge.target not in used:
                used.add(edge.target)
                frontier.append(edge.target)
    return used
