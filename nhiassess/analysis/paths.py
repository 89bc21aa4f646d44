"""Privilege paths from each agent to crown jewels, and to any node on demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.crossing import Index, holds, there
from nhiassess.analysis.states import states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.inventory import Input, Resource
from nhiassess.model.reach import BEHAVIOUR, THREAT_MODELS, VERDICTS, Hop, Path, weakest


def paths(graph: nx.MultiDiGraph[str], agent: str | None = None, target: str | None = None) -> tuple[Path, ...]:
    """Give one witness path from each agent to each crown jewel, or to the node asked for.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    agent:
        An agent's id; every agent when absent.
    target:
        The id of any node; every crown jewel when absent.

    Returns
    -------
    tuple of Path
        For both threat models, gated and not. A path under behaviour takeover begins at the untrusted input
        that taints the agent, when one was observed. Sorted: permitted before open, then more sensitive
        targets, then fewer hops.
    """
    found = index(graph)
    targets = [target] if target else jewels(graph)
    chosen = agents(graph, agent)
    rows: list[Path] = []
    for threat_model in THREAT_MODELS:
        for gated in (True, False):
            entries = {each: _entry(graph, found, each, gated) for each in chosen} if threat_model == BEHAVIOUR else {}
            found_paths = witnesses(found, states(graph, threat_model, gated), chosen, targets)
            rows += [_from(entries.get(path.agent), path) for path in found_paths if path.hops]
    return tuple(sorted(rows, key=lambda path: _rank(graph, path)))


def jewels(graph: nx.MultiDiGraph[str]) -> list[str]:
    """Give the ids of all crown jewels, sorted."""
    return sorted(id for id, value in graph.nodes(data="value") if isinstance(value, Resource) and value.crown_jewel)


def _from(entry: Hop | None, path: Path) -> Path:
    """Lead a path from the input that it begins at."""
    if entry is None:
        return path
    return replace(path, verdict=weakest((entry.verdict, path.verdict)), hops=(entry, *path.hops))


def _entry(graph: nx.MultiDiGraph[str], found: Index, agent: str, gated: bool) -> Hop | None:
    entries: Iterable[Hop] = (
        Hop(
            edge.source,
            edge.verb,
            edge.target,
            edge.verdict,
            edge.reason,
            edge.gate,
            gate_holds=holds(edge.gate, BEHAVIOUR),
            conditions=edge.conditions,
            locations=edge.locations,
        )
        for edge in found.into.get(agent, ())
        if edge.verb == "taints"
        and there(found, edge)
        and isinstance(value := graph.nodes[edge.source]["value"], Input)
        and value.trust != "internal"
        and not (gated and holds(edge.gate, BEHAVIOUR))
    )
    return min(entries, key=_first, default=None)


def _first(hop: Hop) -> tuple[int, bool, bool, str]:
    # an input with a place of its own, such as the issues of one repository, says more than "the web"; where text is
    # opened outranks where it is commented on
    return VERDICTS.index(hop.verdict), "/" not in hop.source, "comments" in hop.source, hop.source + str(hop.locations)


def _rank(graph: nx.MultiDiGraph[str], path: Path) -> tuple[int, int, int, bool, bool, str, str]:
    value = graph.nodes[path.target]["value"]
    sensitivity = value.sensitivity or 0 if isinstance(value, Resource) else 0
    return (
        VERDICTS.index(path.verdict),
        -sensitivity,
        len(path.hops),
        path.threat_model != BEHAVIOUR,
        not path.gated,
        path.agent,
        path.target,
    )
