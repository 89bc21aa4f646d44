"""What if something were gone: a graph in, a view of it out."""

from __future__ import annotations

from collections.abc import Iterable

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
        A read-only view; the analyses take what it leaves out off their own index, and never walk the view.

    Examples
    --------
    >>> graph = nx.MultiDiGraph([("a", "b"), ("b", "c")])
    >>> sorted(without(graph, nodes=["b"]).nodes)
    ['a', 'c']
    """
    return nx.restricted_view(graph, tuple(nodes), tuple(edges))
