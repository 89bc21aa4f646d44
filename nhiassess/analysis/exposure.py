"""The three legs of each agent: untrusted input, private data and an outbound channel, each gated or not."""

from __future__ import annotations

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.crossing import Index, folder_of, holds, there
from nhiassess.analysis.walk import index
from nhiassess.model.inventory import Input, Location
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
        ``cheapest`` has the fewest tools and inputs before which gates would break a triangle that stands.

    Notes
    -----
    The three legs are those that S. Willison names the lethal trifecta (2025).
    """
    found = index(graph)
    return tuple(_exposure(graph, found, each) for each in agents(graph, agent))


def _exposure(graph: nx.MultiDiGraph[str], found: Index, agent: str) -> Exposure:
    invoked = [
        (edge, found.tools[edge.target])
        for edge in found.out.get(agent, ())
        if edge.verb == "invokes" and edge.target in found.tools and there(found, edge)
    ]
    tainted = [edge for edge in found.into.get(agent, ()) if edge.verb == "taints" and there(found, edge)]
    legs: dict[str, bool | None] = {}
    gates: list[bool | None] = []
    because: list[str] = []
    places: list[Location] = []
    ungated: list[set[str]] = []  # leg by leg
    for leg, field in _LEGS:
        makers = [edge for edge, tool in invoked if getattr(tool, field)]
        inputs = [edge for edge in tainted if leg == "untrusted" and not through(edge, makers)]
        direct = [edge for edge in inputs if _trust(graph, edge) == "untrusted"]
        unsure = [edge for edge in inputs if _trust(graph, edge) not in ("untrusted", "internal")]
        unsure += [edge for edge, tool in invoked if getattr(tool, field) is None]
        if direct or makers:
            legs[leg] = True
            names = sorted({tool.name or tool.id for _, tool in invoked if getattr(tool, field)})
            because.append(f"{leg}: " + (direct[0].reason if direct else ", ".join(names)))
            places += (direct or makers)[0].locations[:1]
            held = all(_held(found, agent, edge) for edge in (*direct, *makers))
            loose = [edge for edge in unsure if not _held(found, agent, edge)]
            gates.append((None if loose else True) if held else False)
            open_ = [edge for edge in (*direct, *makers) if not _held(found, agent, edge)]
            ungated.append({_taken_in(edge) for edge in (*open_, *loose)})
        elif not invoked or unsure:
            legs[leg] = None
            because.append(f"{leg}: not every tool's abilities are known")
        else:
            legs[leg] = False
            because.append(f"{leg}: all its tools are known")
    gated = True if True in gates else None if None in gates or not gates else False
    # of as many, what goes out is stopped before what comes in
    fewest = min(reversed(ungated), key=len) if len(ungated) == len(_LEGS) and gated is not True else set()
    return Exposure(
        agent=agent,
        untrusted=legs["untrusted"],
        private=legs["private"],
        outbound=legs["outbound"],
        gated=gated,
        because=tuple(because),
        cheapest=tuple(sorted(fewest)),
        locations=tuple(places),
    )


def _taken_in(edge: Edge) -> str:
    """Give what stands before the agent on an edge: the tool that it calls, or the input that reaches it."""
    return edge.source if edge.verb == "taints" else edge.target


def _trust(graph: nx.MultiDiGraph[str], edge: Edge) -> str | None:
    value = graph.nodes[edge.source]["value"]
    return value.trust if isinstance(value, Input) else None


def through(edge: Edge, makers: list[Edge]) -> bool:
    """Whether the input comes through a tool that is known to take it in, whose own gate then counts."""
    return any(place in edge.locations for maker in makers for place in maker.locations)


def _held(found: Index, agent: str, edge: Edge) -> bool:
    return holds(edge.gate, BEHAVIOUR, agent in found.writes, folder_of(agent))
