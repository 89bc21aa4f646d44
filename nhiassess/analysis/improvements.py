"""Changes to an estate, with the extent before and after: the best ones in order, and what a whole control would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import networkx as nx

from nhiassess.analysis.chokepoints import ranked, removed
from nhiassess.analysis.crossing import holds
from nhiassess.analysis.extent import cost, extents
from nhiassess.model.improvement import Extent, Improvement
from nhiassess.model.inventory import Gate
from nhiassess.model.knowledge import EdgePattern, Remedy
from nhiassess.model.reach import IDENTITY, Edge
from nhiassess.network.what_if import EdgeKey, difference, gated, without

# what stands before a tool call when a person is asked, where the agent can't reach it
APPROVAL = Gate("human_approval", "tool_server")


def improvements(graph: nx.MultiDiGraph[str], most: int = 5) -> tuple[Improvement, ...]:
    """Rank changes so that each is the best one once those before it are made.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    most:
        How many to give.

    Returns
    -------
    tuple of Improvement
        What to take out, or for a tool call what to put a person's approval before. The extent before each is that
        after the one above it. Fewer where nothing more cuts an agent off from a crown jewel by itself.

    Notes
    -----
    Greedy: each step is exact, as `chokepoints` is; the set of all of them need not be the best set of its size.
    """
    found: list[Improvement] = []
    view, before = graph, extents(graph)
    for _ in range(most):
        best = ranked(view, 1)
        if not best:
            break
        candidate, chokepoint = best[0]
        about, asked = removed(graph, candidate), chokepoint.kind == "invokes"
        nodes, edges = about
        view = guarded(view, edges, APPROVAL) if asked else without(view, nodes, edges)
        after = extents(view)
        title = f"A person approves: {chokepoint.id}" if asked else f"Take out: {chokepoint.id}"
        kind = "gate" if asked else "remove"
        found.append(_improvement(chokepoint.id, kind, title, graph, about, before, after))
        before = after
    return tuple(found)


def remedies(graph: nx.MultiDiGraph[str], known: Iterable[Remedy]) -> tuple[Improvement, ...]:
    """Tell what each remedy would do if it alone were done everywhere.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    known:
        Remedies.

    Returns
    -------
    tuple of Improvement
        The one that cuts most crown jewels off first, then most resources, then what touches fewest edges.
    """
    before = extents(graph)
    found = []
    for remedy in known:
        edges = fitting(graph, remedy)
        kind = "remove" if remedy.gate is None else "gate"
        after = extents(remedied(graph, remedy))
        made = _improvement(remedy.id, kind, remedy.title, graph, ((), edges), before, after, remedy)
        found.append(made)
    return tuple(sorted(found, key=_rank))


def remedied(graph: nx.MultiDiGraph[str], remedy: Remedy) -> nx.MultiDiGraph[str]:
    """Give the graph as if a remedy were done everywhere.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    remedy:
        What is done.

    Returns
    -------
    networkx.MultiDiGraph
        A view that leaves the edges out, or puts the gate before them.
    """
    edges = fitting(graph, remedy)
    return without(graph, edges=edges) if remedy.gate is None else guarded(graph, edges, remedy.gate)


def guarded(graph: nx.MultiDiGraph[str], edges: Iterable[EdgeKey], gate: Gate) -> nx.MultiDiGraph[str]:
    """Give the graph as if a gate stood before these edges, but for those whose own gate holds under either takeover.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    edges:
        (source, target, key) triples.
    gate:
        What stands before each of them.

    Returns
    -------
    networkx.MultiDiGraph
        A view in which nobody reaches more: a person's approval is not put in place of what holds at a gateway.
    """
    base, differs = difference(graph)
    stand = {edge: differs.gates.get(edge, base.edges[edge]["value"].gate) for edge in edges}
    return gated(graph, (edge for edge, own in stand.items() if not holds(own, IDENTITY)), gate)


def fitting(graph: nx.MultiDiGraph[str], remedy: Remedy) -> tuple[EdgeKey, ...]:
    """Give the edges that a remedy is about."""
    base, differs = difference(graph)
    return tuple(
        (source, target, key)
        for source, target, key, edge in base.edges(keys=True, data="value")
        if (source, target, key) not in differs.edges and any(_fits(base, edge, pattern) for pattern in remedy.edges)
    )


def _fits(graph: nx.MultiDiGraph[str], edge: Edge, pattern: EdgePattern) -> bool:
    if edge.verb not in pattern.verbs:
        return False
    if pattern.techniques and not any(fnmatchcase(edge.technique or "", each) for each in pattern.techniques):
        return False
    source, target = (graph.nodes[end]["value"] for end in (edge.source, edge.target))
    return _has(source, pattern.source) and _has(target, pattern.target)


def _has(value: Any, fields: Mapping[str, tuple[Any, ...]]) -> bool:
    """Tell whether each field of a value is one of those that fit; of the capabilities of a tool, whether any is."""
    for name, fit in fields.items():
        held = getattr(value, name, None)
        several = [each for each, _ in held] if isinstance(held, tuple) else [held]
        if not any(each in fit for each in several):
            return False
    return True


def _improvement(
    id: str,
    kind: str,
    title: str,
    graph: nx.MultiDiGraph[str],
    about: tuple[Iterable[str], Iterable[EdgeKey]],
    before: tuple[Extent, ...],
    after: tuple[Extent, ...],
    remedy: Remedy | None = None,
) -> Improvement:
    return Improvement(
        id=id,
        kind=kind,
        title=title,
        objectives=() if remedy is None else remedy.objectives,
        before=before,
        after=after,
        cost=cost(graph, *about),
        cannot_know="" if remedy is None else remedy.cannot_know,
    )


def _rank(row: Improvement) -> tuple[int, int, int, str]:
    return row.after[0].jewels, row.after[0].pairs, row.cost.edges, row.id
