"""Which identities are administrators, or can become one, and by which first step."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from nhiassess.analysis.crossing import ONWARD, Index, there
from nhiassess.analysis.walk import index
from nhiassess.model.everyone import stands_for_others
from nhiassess.model.inventory import Identity, Location, Resource
from nhiassess.model.reach import VERDICTS, Edge, Escalation, Hop

# how one identity has or becomes another, also through what it can read, run or change
_WALKED = frozenset(
    (
        *("member_of", "assumes", "federates_to", "escalates_to", "authenticates_as", "granted"),
        *("reads", "writes", "executes_on", "administers", "can_change"),
        *("yields", "holds", "runs_as", "defines"),
    )
)
_ADMINISTERED = frozenset(
    {"account", "cluster", "folder", "organisation", "organization", "project", "subscription", "tenant"}
)
# a node, and for a resource the verb by which one arrived at it, since that decides how one goes on
State = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """An edge from one state to the next."""

    source: State
    edge: Edge
    target: State


def escalations(graph: nx.MultiDiGraph[str]) -> tuple[Escalation, ...]:
    """Give every identity that administers an account or cluster, or can come to do so.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.

    Returns
    -------
    tuple of Escalation
        One for each identity that somebody can act as: its native name; the verdict of its strongest way, which is
        that of the weakest hop; the techniques of all first hops of ways of that verdict; and the native name of the
        identity next gained on the shortest of them, its own where it gives itself more, with its hops. Administrators
        stand in the list with ``already`` true. Sorted by identity.

    Notes
    -----
    One search backwards from what is administered for each of the four verdicts, over states of node and verb of
    arrival: O(4 E).
    """
    found = index(graph)
    into = _into(graph, found)
    rows: dict[str, Escalation] = {}
    goals = sorted(_goals(graph, into))
    for rank, verdict in enumerate(VERDICTS):
        distance = _back(goals, into, rank)
        for node, _ in sorted(distance):
            value = graph.nodes[node]["value"]
            if node not in rows and isinstance(value, Identity) and _acts(value):
                rows[node] = _row(graph, found, value, distance, verdict)
    return tuple(sorted(rows.values(), key=lambda row: (row.identity, row.id)))


def _acts(identity: Identity) -> bool:
    """Tell whether somebody can act as an identity: an AWS group is none, nor is what only an escalation gains."""
    is_group = identity.kind == "group" and identity.provider == "aws"
    return not is_group and not _is_gained(identity.id) and not stands_for_others(identity.id)


def _is_gained(id: str) -> bool:
    """Tell whether an identity is the administrator of an account or cluster that only an escalation gains."""
    return id.endswith("/administrator") and id.count("/") == 2


def _into(graph: nx.MultiDiGraph[str], found: Index) -> Mapping[State, Sequence[Step]]:
    """Give the steps into each state; a resource has one state for each verb by which it is arrived at."""
    arrivals: dict[str, set[str]] = {}
    edges = [edge for out in found.out.values() for edge in out if edge.verb in _WALKED and there(found, edge)]
    for edge in edges:
        arrivals.setdefault(edge.target, set()).add(edge.verb if edge.target.startswith("resource:") else "")
    into: dict[State, list[Step]] = {}
    for edge in edges:
        if edge.source not in graph or edge.target not in graph:
            continue
        target = (edge.target, edge.verb if edge.target.startswith("resource:") else "")
        is_resource = edge.source.startswith("resource:")
        for verb in sorted(arrivals.get(edge.source, ())) if is_resource else ("",):
            if not is_resource or edge.verb not in ONWARD or verb in ONWARD[edge.verb]:
                into.setdefault(target, []).append(Step((edge.source, verb), edge, target))
    return into


def _goals(graph: nx.MultiDiGraph[str], into: Mapping[State, Sequence[Step]]) -> Iterator[State]:
    for node, verb in into:
        value = graph.nodes[node]["value"]
        if verb == "administers" and isinstance(value, Resource) and value.kind in _ADMINISTERED:
            yield node, verb


def _back(goals: Iterable[State], into: Mapping[State, Sequence[Step]], rank: int) -> Mapping[State, int]:
    """Give the hops to a goal of each state from which one is reached by edges of this verdict or a stronger one."""
    distance = dict.fromkeys(goals, 0)
    frontier = deque(distance)
    while frontier:
        state = frontier.popleft()
        for step in into.get(state, ()):
            if step.source not in distance and VERDICTS.index(step.edge.verdict) <= rank:
                distance[step.source] = distance[state] + 1
                frontier.append(step.source)
    return distance


def _ways(
    found: Index, graph: nx.MultiDiGraph[str], node: str, distance: Mapping[State, int], rank: int
) -> list[tuple[int, Edge]]:
    """Give the first edges of the ways of one identity, each with the hops of the way, the shortest first."""
    ways = []
    for edge in found.out.get(node, ()):
        state = (edge.target, edge.verb if edge.target.startswith("resource:") else "")
        walked = edge.verb in _WALKED and there(found, edge) and edge.target in graph
        if walked and state in distance and VERDICTS.index(edge.verdict) <= rank:
            ways.append((distance[state] + 1, edge))
    return sorted(ways, key=lambda way: (way[0], VERDICTS.index(way[1].verdict), way[1].target, way[1].id))


def _row(
    graph: nx.MultiDiGraph[str], found: Index, identity: Identity, distance: Mapping[State, int], verdict: str
) -> Escalation:
    native = _native(identity)
    ways = _ways(found, graph, identity.id, distance, VERDICTS.index(verdict))
    chain = list(_chain(graph, found, ways[0][1], distance, verdict))
    gained = next((edge for edge in chain if _gains(edge)), None)
    places: tuple[Location, ...] = tuple(dict.fromkeys(place for edge in chain for place in edge.locations))
    hops = tuple(map(_hop, chain))
    reason = "; then ".join(edge.reason for edge in chain if edge.verb != "granted")
    # what it has by its own statements or its groups' it has already, unless conditions are open
    own = gained is None and all(edge.verb in ("member_of", "granted", "administers") for edge in chain)
    if own and verdict == "yes":
        return Escalation(identity.id, native, "yes", (), None, reason, True, hops, places)
    techniques = {edge.technique for _, edge in ways if edge.technique}
    via = _via(graph, native, gained) if gained is not None else None
    return Escalation(identity.id, native, verdict, tuple(sorted(techniques)), via, reason, False, hops, places)


def _chain(
    graph: nx.MultiDiGraph[str], found: Index, first: Edge, distance: Mapping[State, int], verdict: str
) -> Iterator[Edge]:
    """Give the edges of a shortest way that begins with one."""
    rank, edge = VERDICTS.index(verdict), first
    while True:
        yield edge
        verb = edge.verb if edge.target.startswith("resource:") else ""
        hops = distance[edge.target, verb]
        if not hops:
            return
        edge = next(
            each
            for _, each in _ways(found, graph, edge.target, distance, rank)
            if (not verb or each.verb not in ONWARD or verb in ONWARD[each.verb])
            and distance[each.target, each.verb if each.target.startswith("resource:") else ""] < hops
        )


def _hop(edge: Edge) -> Hop:
    return Hop(
        source=edge.source,
        verb=edge.verb,
        target=edge.target,
        verdict=edge.verdict,
        reason=edge.reason,
        technique=edge.technique,
        conditions=edge.conditions,
        locations=edge.locations,
    )


def _gains(edge: Edge) -> bool:
    """Tell whether an edge leads to another identity than one's own groups."""
    return edge.target.startswith("identity:") and edge.verb != "member_of"


def _via(graph: nx.MultiDiGraph[str], own: str, edge: Edge) -> str:
    if edge.via is not None and edge.via in graph and edge.via.startswith("identity:"):
        return _native(graph.nodes[edge.via]["value"])
    # the administrator that no file names is the identity itself, with more than it had
    return own if _is_gained(edge.target) else _native(graph.nodes[edge.target]["value"])


def _native(identity: Identity) -> str:
    if identity.name:
        return identity.name
    parts = identity.id.removeprefix("identity:").split("/", 2)
    if parts[0] == "aws" and len(parts) == 3:
        return f"arn:aws:iam::{parts[1]}:{parts[2]}"
    return parts[2] if parts[0] == "kubernetes" and len(parts) == 3 else identity.id
