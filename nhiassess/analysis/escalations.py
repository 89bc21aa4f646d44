"""Which identities are administrators, or can become one, and by which first step."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping

import networkx as nx

from nhiassess.analysis.walk import index
from nhiassess.model.inventory import Identity
from nhiassess.model.reach import VERDICTS, Edge, Escalation

# how one identity becomes another, or has what another has
BECOMES = frozenset({"member_of", "assumes", "federates_to", "escalates_to"})
# an account or a cluster, rather than something in it
WHOLE = re.compile(r"resource:(?:aws/\d+|kubernetes/[^/]+)")


def escalations(graph: nx.MultiDiGraph[str]) -> tuple[Escalation, ...]:
    """Give every identity that is an administrator of an account or cluster, or can become one.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.

    Returns
    -------
    tuple of Escalation
        One for each identity: its native name, the verdict of its strongest way, the techniques of every first
        step that leads there, and the native name of the identity next gained on the shortest. Administrators
        stand in the list too, with ``already`` true and no technique. Sorted by identity.

    Notes
    -----
    A search backwards from administrators for each verdict: O(4 E).
    """
    steps = _steps(graph)
    already = _with_members(_administrators(graph), steps)
    found: dict[str, tuple[str, int, str]] = {}
    for rank, verdict in enumerate(VERDICTS):
        held = {id for id, strength in already.items() if VERDICTS.index(strength) <= rank}
        seen: dict[str, tuple[int, str]] = dict.fromkeys(held, (0, ""))
        frontier = deque(sorted(held))
        while frontier:
            node = frontier.popleft()
            for edge in steps.get(node, ()):
                if edge.source not in seen and VERDICTS.index(edge.verdict) <= rank:
                    seen[edge.source] = (seen[node][0] + 1, node)
                    frontier.append(edge.source)
        for id, (hops, following) in seen.items():
            found.setdefault(id, (verdict, hops, following))
    rows = [_row(graph, found, already, id) for id in found if _real(id)]
    return tuple(sorted(rows, key=lambda row: row.identity))


def _row(
    graph: nx.MultiDiGraph[str], found: Mapping[str, tuple[str, int, str]], already: Mapping[str, str], id: str
) -> Escalation:
    verdict, hops, following = found[id]
    identity: Identity = graph.nodes[id]["value"]
    native = _native(identity)
    if id in already and not hops:
        reason = f"{native} may do anything in its account or cluster"
        return Escalation(
            id, native, "yes" if verdict == "yes" else verdict, (), None, reason, True, identity.locations
        )
    rank = VERDICTS.index(verdict)
    first = [edge for edge in _out(graph, id) if _leads(edge, found, already, rank)]
    techniques = tuple(sorted({edge.technique for edge in first if edge.technique}))
    nearest = min((e for e in first if e.target == following), key=lambda edge: (VERDICTS.index(edge.verdict), edge.id))
    gained = graph.nodes[following]["value"]
    # an escalation to the administrator that no file names ends with the identity itself
    via = native if following.endswith("/administrator") else _native(gained)
    return Escalation(id, native, verdict, techniques, via, nearest.reason, False, nearest.locations)


def _out(graph: nx.MultiDiGraph[str], id: str) -> list[Edge]:
    return [edge for _, _, edge in graph.out_edges(id, data="value") if edge.verb in BECOMES]


def _leads(edge: Edge, found: Mapping[str, tuple[str, int, str]], already: Mapping[str, str], rank: int) -> bool:
    """Tell whether an edge is a first step to an administrator within a verdict."""
    end = already.get(edge.target) or (found[edge.target][0] if edge.target in found else None)
    return end is not None and max(VERDICTS.index(end), VERDICTS.index(edge.verdict)) <= rank


def _steps(graph: nx.MultiDiGraph[str]) -> dict[str, list[Edge]]:
    """Give the edges by which identities become others, by their target."""
    into: dict[str, list[Edge]] = {}
    for source, target, key, edge in graph.edges(data="value", keys=True):
        if edge.verb in BECOMES and graph.has_edge(source, target, key):
            into.setdefault(target, []).append(edge)
    return into


def _with_members(found: dict[str, str], steps: dict[str, list[Edge]]) -> dict[str, str]:
    """Add the members of groups that administer: what a group has, each member has already."""
    members = dict(found)
    for group, verdict in found.items():
        for edge in steps.get(group, ()):
            if edge.verb == "member_of":
                weaker = max(verdict, edge.verdict, key=VERDICTS.index)
                members[edge.source] = min(members.get(edge.source, weaker), weaker, key=VERDICTS.index)
    return members


def _administrators(graph: nx.MultiDiGraph[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    out = index(graph).out
    for node in graph.nodes:
        if not node.startswith("identity:"):
            continue
        for held in out.get(node, ()):
            if held.verb != "granted" or held.target not in graph:
                continue
            for edge in out.get(held.target, ()):
                whole = edge.verb == "administers" and WHOLE.fullmatch(edge.target)
                if whole and (node not in found or VERDICTS.index(edge.verdict) < VERDICTS.index(found[node])):
                    found[node] = edge.verdict
    return found


def _real(id: str) -> bool:
    # a group acts through its members, and nobody signs in as the administrator that an escalation ends at
    return not id.endswith("/administrator") and "/group/" not in id


def _native(identity: Identity) -> str:
    parts = identity.id.removeprefix("identity:").split("/", 2)
    if parts[0] == "aws" and len(parts) == 3:
        return f"arn:aws:iam::{parts[1]}:{parts[2]}"
    return parts[2] if parts[0] == "kubernetes" and len(parts) == 3 else identity.name or identity.id
