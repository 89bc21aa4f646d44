"""The three legs of each agent: untrusted input, private data and an outbound channel, each gated or not."""

from __future__ import annotations

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.walk import Index, folder_of, holds, index
from nhiassess.model.inventory import Input, Location, Tool
from nhiassess.model.reach import BEHAVIOUR, Edge, Exposure

_LEGS = (("untrusted", "sees_untrusted"), ("private", "reads_private"), ("outbound", "sends_out"))


def exposure(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[Exposure, ...]:
    """Tell for each agent which of the three legs stand, and whether a gate breaks the triangle.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    agent:
        An agent's id; every agent when absent.

    Returns
    -------
    tuple of Exposure
        A leg is True when an input or a tool makes it, False when every tool was observed not to, and None
        otherwise. ``gated`` is True when before every tool that makes some leg stands a gate that holds.

    Notes
    -----
    The three legs are those that S. Willison names the lethal trifecta (2025).
    """
    found = index(graph)
    return tuple(_exposure(graph, found, each) for each in agents(graph, agent))


def _exposure(graph: nx.MultiDiGraph[str], found: Index, agent: str) -> Exposure:
    invoked = [
        (edge, graph.nodes[edge.target]["value"])
        for edge in found.out.get(agent, ())
        if edge.verb == "invokes" and graph.has_edge(agent, edge.target, edge.key)
    ]
    tainted = [
        edge
        for edge in found.into.get(agent, ())
        if edge.verb == "taints" and _untrusted(graph, edge) and graph.has_edge(edge.source, agent, edge.key)
    ]
    legs: dict[str, bool | None] = {}
    gates: list[bool] = []
    because: list[str] = []
    places: list[Location] = []
    for leg, field in _LEGS:
        makers = [(edge, tool) for edge, tool in invoked if isinstance(tool, Tool) and getattr(tool, field)]
        direct = [edge for edge in tainted if leg == "untrusted" and not _through(edge, invoked)]
        if direct or makers:
            legs[leg] = True
            names = sorted({tool.name or tool.id for _, tool in makers})
            because.append(f"{leg}: " + (direct[0].reason if direct else ", ".join(names)))
            places += direct[0].locations[:1] if direct else makers[0][0].locations[:1]
            gates.append(not direct and all(_held(found, agent, edge) for edge, _ in makers))
        elif not invoked or any(getattr(tool, field) is None for _, tool in invoked):
            legs[leg] = None
            because.append(f"{leg}: not determined, since not every tool's abilities are known")
        else:
            legs[leg] = False
            because.append(f"{leg}: no tool makes it")
    gated = any(gates) if gates else None
    return Exposure(agent, legs["untrusted"], legs["private"], legs["outbound"], gated, tuple(because), tuple(places))


def _untrusted(graph: nx.MultiDiGraph[str], edge: Edge) -> bool:
    value = graph.nodes[edge.source]["value"]
    return isinstance(value, Input) and value.trust == "untrusted"


def _through(edge: Edge, invoked: list[tuple[Edge, object]]) -> bool:
    """Whether the input comes through a tool, whose own gate then counts."""
    return any(place in edge.locations for tool_edge, _ in invoked for place in tool_edge.locations)


def _held(found: Index, agent: str, edge: Edge) -> bool:
    return holds(edge.gate, BEHAVIOUR, agent in found.writes, folder_of(agent))
