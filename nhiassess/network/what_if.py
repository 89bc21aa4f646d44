"""What if something were gone, or a gate stood before it: a graph in, a view of it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from nhiassess.model.inventory import Gate

EdgeKey = tuple[str, str, str]  # source, target and key of an edge


@dataclass(frozen=True, slots=True)
class Difference:
    """How a view differs from the graph beneath it."""

    nodes: frozenset[str] = frozenset()  # left out
    edges: frozenset[EdgeKey] = frozenset()  # left out
    gates: Mapping[EdgeKey, Gate] = field(default_factory=dict)  # put before edges, in place of what stood there

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.gates)


def without(
    graph: nx.MultiDiGraph[str], nodes: Iterable[str] = (), edges: Iterable[EdgeKey] = ()
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
    return _view(graph, Difference(frozenset(nodes), frozenset(edges)))


def gated(graph: nx.MultiDiGraph[str], edges: Iterable[EdgeKey], gate: Gate) -> nx.MultiDiGraph[str]:
    """Give the graph as if this gate stood before these edges, in place of the gate that stands there.

    Parameters
    ----------
    graph:
        Any graph that ``build`` made, or a view of one.
    edges:
        (source, target, key) triples.
    gate:
        What stands before each of them.

    Returns
    -------
    networkx.MultiDiGraph
        A read-only view. It names the gates, which the analyses put on their own index: the values of its edges
        are those of the graph beneath.

    Examples
    --------
    >>> graph = nx.MultiDiGraph([("a", "b")])
    >>> difference(gated(graph, [("a", "b", "0")], Gate("human_approval")))[1].gates
    {('a', 'b', '0'): Gate(kind='human_approval', enforced_at='agent_process', controlled_by=None, each_call=True)}
    """
    return _view(graph, Difference(gates=dict.fromkeys(edges, gate)))


def difference(graph: nx.MultiDiGraph[str]) -> tuple[nx.MultiDiGraph[str], Difference]:
    """Give the graph beneath any views of `without` and `gated`, with all in which the outermost differs from it."""
    base: Any = graph
    found = Difference()
    while (own := getattr(base, "differs", None)) is not None:
        # of two gates before one edge the outer view's is the later word
        found = Difference(found.nodes | own.nodes, found.edges | own.edges, {**own.gates, **found.gates})
        base = base._graph
    return base, found


def _view(graph: nx.MultiDiGraph[str], differs: Difference) -> nx.MultiDiGraph[str]:
    view = nx.restricted_view(graph, differs.nodes, differs.edges)
    view.differs = differs
    return view
