"""What counts for an agent: the things that it uses directly, and nothing further along a path."""

from __future__ import annotations

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.crossing import Index, there
from nhiassess.analysis.walk import index
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
    users: dict[str | None, set[str]] = {}
    for agent in agents(graph):
        for subject in _used(found, agent):
            users.setdefault(subject, set()).add(agent)
    pairs = {(agent, subject) for subject, using in users.items() for agent in using if subject is not None}
    for node, value in graph.nodes(data="value"):
        if isinstance(value, Telemetry | Setting | Workflow) and value.agent is not None and value.agent in graph:
            pairs.add((value.agent, node))
        if isinstance(value, AuthorizationPolicy):
            pairs |= {(agent, node) for agent in users.get(value.guards, ())}
        if isinstance(value, Trust):
            pairs |= {(agent, node) for agent in users.get(value.truster, ())}
    return tuple(sorted(pairs))


def _used(found: Index, agent: str) -> set[str]:
    used = {agent}
    frontier = [agent]
    entering = [edge for edge in found.into.get(agent, ()) if there(found, edge)]
    frontier += [edge.source for edge in entering if edge.verb in ("triggers", "taints")]
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
            followed = edge.verb in follow.get(node.split(":", 1)[0], ()) and there(found, edge)
            if followed and edge.target not in used:
                used.add(edge.target)
                frontier.append(edge.target)
    return used
