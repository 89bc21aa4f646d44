"""What changed between two graphs of an estate: what there is, how far agents reach, and which crown jewels are new."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from nhiassess.analysis.ends import ends
from nhiassess.analysis.extent import by_agent
from nhiassess.analysis.paths import jewels
from nhiassess.analysis.states import states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.improvement import AgentDrift, Drift
from nhiassess.model.reach import BEHAVIOUR, Path

# nodes and relations of what was observed; knowledge and findings change for reasons of their own
_KNOWN = ("control:", "check:", "finding:")

Reached = dict[str, tuple[int, int]]  # by agent: pairs, and their weight


def drift(before: nx.MultiDiGraph[str], after: nx.MultiDiGraph[str]) -> Drift:
    """Compare two graphs of the same estate.

    Parameters
    ----------
    before, after:
        Graphs of ``network.build``, or what-if views of them.

    Returns
    -------
    Drift
        Nodes and relations by their ids, and of each agent whose extent changed how, under behaviour takeover with
        gates holding. A crown jewel that is reached now comes with a path to it.
    """
    nodes = [{node for node in graph if not node.startswith(_KNOWN)} for graph in (before, after)]
    edges = [set(_sentences(graph)) for graph in (before, after)]
    return Drift(
        appeared=tuple(sorted(nodes[1] - nodes[0])),
        disappeared=tuple(sorted(nodes[0] - nodes[1])),
        edges_appeared=tuple(sorted(edges[1] - edges[0])),
        edges_disappeared=tuple(sorted(edges[0] - edges[1])),
        agents=tuple(_agents(before, after)),
    )


def _sentences(graph: nx.MultiDiGraph[str]) -> Iterator[str]:
    for source, target, verb in graph.edges(data="verb"):
        if not source.startswith(_KNOWN) and not target.startswith(_KNOWN):
            yield f"{source} {verb} {target}"


def _agents(before: nx.MultiDiGraph[str], after: nx.MultiDiGraph[str]) -> Iterator[AgentDrift]:
    was, is_ = _reached(before), _reached(after)
    had, has = _paths(before), _paths(after)
    for agent in sorted({*was, *is_}):
        old, new = was.get(agent, (0, 0)), is_.get(agent, (0, 0))
        gained = tuple(path for target, path in sorted(has.get(agent, {}).items()) if target not in had.get(agent, {}))
        lost = tuple(sorted(had.get(agent, {}).keys() - has.get(agent, {}).keys()))
        if agent in was and agent in is_ and old == new and not gained and not lost:
            continue
        yield AgentDrift(agent, _change(agent, was, is_), old[0], new[0], old[1], new[1], gained, lost)


def _change(agent: str, was: Reached, is_: Reached) -> str:
    if agent not in was:
        return "appeared"
    if agent not in is_:
        return "disappeared"
    more = [new - old for old, new in zip(was[agent], is_[agent], strict=True)]
    if all(each >= 0 for each in more) and any(more):
        return "wider"
    return "narrower" if all(each <= 0 for each in more) and any(more) else "otherwise"


def _reached(graph: nx.MultiDiGraph[str]) -> Reached:
    laid = ends(states(graph, BEHAVIOUR, True))
    rows = by_agent(graph, laid)[:, [0, 2]].tolist()
    return {agent: (pairs, weight) for agent, (pairs, weight) in zip(laid.agents, rows, strict=True) if agent in graph}


def _paths(graph: nx.MultiDiGraph[str]) -> dict[str, dict[str, Path]]:
    made = states(graph, BEHAVIOUR, True)
    found: dict[str, dict[str, Path]] = {}
    for path in witnesses(index(graph), made, made.agents, jewels(graph)):
        found.setdefault(path.agent, {})[path.target] = path
    return found
