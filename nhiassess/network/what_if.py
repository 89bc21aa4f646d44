"""What if something were gone: a graph in, a view of it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx


def without(
    graph: nx.MultiDiGraph[str], nodes: Iterable[str] = (), edges: Iterable[tuple[str, str, str]] = ()
) -> nx.MultiDiGraph[str]:
    """Give the graph as if these nodes and edges were not there.

    Parameters
    ----------
    graph:
        Any graph that ``build`` made.
    nodes:
        Ids to leave out.
    edges:
        (source, target, key) triples to leave out.

    Returns
    -------
    networkx.MultiDiGraph
        A read-only view that names what it leaves out: the analyses take that off their own index, and never walk
        the view. A view of a view leaves out what both do.

    Examples
    --------
    >>> graph = nx.MultiDiGraph([("a", "b"), ("b", "c")])
    >>> sorted(without(graph, nodes=["b"]).nodes)
    ['a', 'c']
    """
    gone = frozenset(nodes), frozenset(edges)
    view = nx.restricted_view(graph, *gone)
    view.left_out = gone
    return view


def left_out(
    graph: nx.MultiDiGraph[str],
) -> tuple[nx.MultiDiGraph[str], frozenset[str], frozenset[tuple[str, str, str]]]:
    """Give the graph beneath any views of `without`, with the nodes and the edges that they leave out together."""
    base: Any = graph
    nodes: frozenset[str] = frozenset()
    edges: frozenset[tuple[str, str, str]] = frozenset()
    while (gone := getattr(base, "left_out", None)) is not None:
        nodes, edges, base = nodes | gone[0], edges | gone[1], base._graph
    return base, nodes, edges
