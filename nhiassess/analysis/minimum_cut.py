"""The fewest things that must go so that no agent reaches a crown jewel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import networkx as nx
import numpy as np

from nhiassess.analysis.chokepoints import EDGES, NODES, Candidate, removed
from nhiassess.analysis.crossing import OWN, Index
from nhiassess.analysis.ends import ends, resources
from nhiassess.analysis.extent import cost, extent
from nhiassess.analysis.states import States, states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.improvement import Cut, Element
from nhiassess.model.reach import BEHAVIOUR
from nhiassess.network.what_if import difference, without
from nhiassess.reach.cut import cut

Part = tuple[str, ...]  # one side of a state, of a relation or of the hands of an agent
Piece = tuple[Part, Part, Candidate | None]  # what leads from part to part, and what goes when it is cut, if it can be


def minimum_cut(graph: nx.MultiDiGraph[str]) -> Cut:
    """Find the fewest grants, credentials, servers and relations without which no crown jewel is reached.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.

    Returns
    -------
    Cut
        Under behaviour takeover with gates holding, verified by computing again without its elements. What can be
        taken out is what `chokepoints` ranks. A crown jewel with a path of which nothing can be taken out is left
        aside, and the path given.

    Notes
    -----
    A smallest cut of a network in which each of these is one edge, however many crossings run through it; an agent
    that acts by any of several tools loses what it has when all of them go. That an agent can no longer rewrite its
    own gates when a tool goes is not counted: where one can, fewer things might do.
    """
    made = states(graph, BEHAVIOUR, True)
    laid = ends(made)
    jewels = [each.id for each in resources(graph, laid) if each.crown_jewel]
    bare = without(graph, *_everything(graph))
    left = tuple(witnesses(index(bare), states(bare, BEHAVIOUR, True), laid.agents, jewels))
    chosen = _cut(index(graph), made, set(jewels) - {path.target for path in left})
    gone = [removed(graph, each) for each in chosen]
    nodes = [node for each, _ in gone for node in each]
    edges = [edge for _, each in gone for edge in each]
    return Cut(
        elements=tuple(_element(graph, each) for each in chosen),
        jewels_before=extent(graph, laid).jewels,
        jewels_after=extent(without(graph, nodes, edges), laid).jewels,
        open=left,
        cost=cost(graph, nodes, edges),
    )


def _element(graph: nx.MultiDiGraph[str], chosen: Candidate) -> Element:
    source, target, verb = chosen
    return Element(f"{source} {verb} {target}" if verb else source, cost(graph, *removed(graph, chosen)))


def _everything(graph: nx.MultiDiGraph[str]) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Give all that can be taken out."""
    base, _ = difference(graph)
    nodes = [node for node in base if node.startswith(NODES)]
    return nodes, [(s, t, key) for s, t, key, verb in base.edges(keys=True, data="verb") if verb in EDGES]


def _cut(found: Index, made: States, jewels: Iterable[str]) -> list[Candidate]:
    pieces = list(_pieces(found, made))
    numbers = {part: number for number, part in enumerate(dict.fromkeys(p for piece in pieces for p in piece[:2]))}
    stops = [numbers["in", *made.names[each]] for jewel in sorted(jewels) for each in made.by_node[jewel]]
    begins = [numbers["in", agent, ""] for agent in made.agents if agent not in found.removed_nodes]
    chosen = cut(
        len(numbers),
        [numbers[source] for source, _, _ in pieces],
        [numbers[target] for _, target, _ in pieces],
        np.array([candidate is not None for _, _, candidate in pieces], np.bool_),
        begins,
        stops,
    )
    assert chosen is not None  # of every jewel that is left, something can be taken out of every path
    return sorted({candidate for number in chosen if (candidate := pieces[number][2]) is not None})


def _pieces(found: Index, made: States) -> Iterator[Piece]:
    """Pull the states apart so that whatever can be taken out is one edge."""
    for node, verb in made.names:
        yield ("in", node, verb), ("out", node, verb), (node, "", "") if node.startswith(NODES) else None
    for edge, source, target in zip(made.crossed, made.sources, made.targets, strict=False):
        begin: Part = ("out", *made.names[source])
        if edge.source.startswith("agent:") and edge.verb in OWN:
            begin = ("hands", edge.source, str(edge.verb == "executes_on"))
        if edge.verb in EDGES:
            named = (edge.source, edge.target, edge.verb)
            yield from _through(begin, named)
            begin = ("past", *named)
        yield begin, ("in", *made.names[target]), None
    for agent in made.agents:
        for hand in found.hands[agent]:
            if hand.stands:
                continue
            begin = ("out", agent, "")
            if hand.tool:
                yield from _through(begin, (agent, hand.tool, "invokes"))
                begin = ("past", agent, hand.tool, "invokes")
            # on its host only what runs code reaches further
            for code in (False, True) if hand.runs_code else (False,):
                yield begin, ("hands", agent, str(code)), None


def _through(begin: Part, named: Candidate) -> Iterator[Piece]:
    """Lead through a relation, which is cut for all that lead through it."""
    yield begin, ("to", *named), None
    yield ("to", *named), ("past", *named), named
