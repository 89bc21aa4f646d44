"""Nodes and relations of a graph as they are named on the command line, with near matches for what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from heapq import nsmallest

import networkx as nx

from nhiassess.errors import UsageError
from nhiassess.model.inventory import Agent
from nhiassess.model.reach import TRIPLES
from nhiassess.network.what_if import EdgeKey

# what an agent does that a person can be asked about
CALLS = ("invokes", "delegates_to")
_NEAR, _ALIKE = 3, 0.8
_IDS = "`nhiassess observe` lists ids."


def node(graph: nx.MultiDiGraph[str], id: str) -> str:
    """Give the id of a node.

    Raises
    ------
    UsageError
        When nothing has this id.
    """
    if id not in graph:
        raise UsageError(f"nothing that was observed has the id {id}", hint=_hint(id, graph))
    return id


def agent(graph: nx.MultiDiGraph[str], id: str) -> str:
    """Give the id of an agent.

    Raises
    ------
    UsageError
        When no agent has this id.
    """
    if id not in graph or not isinstance(graph.nodes[id]["value"], Agent):
        agents = [each for each, value in graph.nodes(data="value") if isinstance(value, Agent)]
        raise UsageError(f"no agent that was observed has the id {id}", hint=_hint(id, agents))
    return id


def relation(graph: nx.MultiDiGraph[str], words: str) -> tuple[EdgeKey, ...]:
    """Give the edges of "source verb target": there is one for each reason.

    Raises
    ------
    UsageError
        When there is no such relation.
    """
    for source, verb, target in _parted(words):
        keys = graph[source][target].items() if source in graph and target in graph[source] else ()
        if found := tuple((source, target, key) for key, data in keys if data["verb"] == verb):
            return found
    begun = [source for source, _, _ in _parted(words) if source in graph]
    told = (f"{source} {verb} {end}" for source in begun for _, end, verb in graph.out_edges(source, data="verb"))
    raise UsageError(f"there is no relation {words}", hint=_hint(words, dict.fromkeys(told)))


def calls(graph: nx.MultiDiGraph[str], words: str) -> tuple[EdgeKey, ...]:
    """Give the edges of "agent tool" or "agent agent", by which an agent calls; the verb may stand in between.

    Raises
    ------
    UsageError
        When there is no such agent, or it calls nothing of this id.
    """
    source, *_, target = words.split() if " " in words.strip() else (words, "")
    called = [each for each in graph.out_edges(agent(graph, source), keys=True) if graph.edges[each]["verb"] in CALLS]
    if found := tuple(each for each in called if each[1] == target):
        return found
    told = target or "..."
    raise UsageError(f"{source} calls nothing that has the id {told}", hint=_hint(target, {each[1] for each in called}))


def is_relation(words: str) -> bool:
    """Tell whether words name a relation rather than a node.

    Examples
    --------
    >>> is_relation("agent:x/y invokes tool:t"), is_relation("tool:t")
    (True, False)
    """
    return any(True for _ in _parted(words))


def _parted(words: str) -> Iterator[tuple[str, str, str]]:
    for verb in TRIPLES:
        source, between, target = words.partition(f" {verb} ")
        if between:
            yield source, verb, target


def _hint(words: str, known: Iterable[str]) -> str:
    """Name what holds these words, or else what is spelled alike."""
    ids = list(known)
    near = nsmallest(_NEAR, (id for id in ids if words in id)) or get_close_matches(words, ids, _NEAR, _ALIKE)
    return f"Did you mean {', '.join(near)}? {_IDS}" if near else _IDS
