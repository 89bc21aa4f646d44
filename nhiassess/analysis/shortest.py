"""The shortest privilege paths from an agent to a node, on demand."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from nhiassess.analysis.crossing import Index, crossing, hop
from nhiassess.analysis.states import States, states
from nhiassess.analysis.walk import index
from nhiassess.model.reach import BEHAVIOUR, VERDICTS, Hop, Path, weakest
from nhiassess.reach import rows
from nhiassess.reach.shortest import shortest as shortest_ways


def shortest(
    graph: nx.MultiDiGraph[str],
    agent: str,
    target: str,
    most: int = 5,
    threat_model: str = BEHAVIOUR,
    gated: bool = True,
) -> tuple[Path, ...]:
    """Give the shortest paths from an agent to a node that come by no node twice.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    agent, target:
        Ids of an agent and of any node.
    most:
        How many paths to give, where there are as many.
    threat_model, gated:
        As for `states`.

    Returns
    -------
    tuple of Path
        Fewest hops first, and of equal ones the stronger verdict. Two reasons for the same relation are one path,
        with the stronger reason.

    Notes
    -----
    By ``reach.shortest``: J. Yen's algorithm, with the hops that are left as a bound.
    """
    found, made = index(graph), states(graph, threat_model, gated)
    if agent not in made.agents:
        return ()
    table = rows.index(made.edges)
    ways = {way for end in made.by_node.get(target, ()) for way in shortest_ways(table, made.agents[agent], end, most)}
    paths = [_path(found, made, table, agent, target, way) for way in ways]
    paths = [path for path in paths if path.hops]
    paths.sort(key=lambda path: (len(path.hops), VERDICTS.index(path.verdict), [each.target for each in path.hops]))
    return tuple(paths[:most])


def _path(found: Index, made: States, table: rows.Index, agent: str, target: str, way: tuple[int, ...]) -> Path:
    # what leads from the start of an agent to where an attacker begins is no hop
    hops = tuple(_hop(found, made, table.out, *pair) for pair in pairwise(way[1:]))
    regime = f"{made.threat_model}|{'gated' if made.gated else 'ungated'}"
    id = f"{agent}|{target}|{regime}|" + ">".join("/".join(made.names[number]) for number in way[1:])
    return Path(id, agent, target, made.threat_model, made.gated, weakest(tuple(each.verdict for each in hops)), hops)


def _hop(found: Index, made: States, out: rows.Rows, source: int, target: int) -> Hop:
    row = slice(out.offsets[source], out.offsets[source + 1])
    numbers: NDArray[np.int32] = out.edges[row][out.targets[row] == target]
    number = min(numbers.tolist(), key=lambda each: (made.ranks[each], each))
    edge = made.crossed[number]
    crossed = crossing(found, edge, made.names[source], made.threat_model, made.gated)
    assert crossed is not None
    return hop(edge, crossed)
