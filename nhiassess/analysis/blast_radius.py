"""How far each agent reaches: for behaviour and identity takeover, with gates holding and not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import networkx as nx

from nhiassess.analysis.crossing import ACCESS, Index, State, there
from nhiassess.analysis.walk import Walk, index, walk
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import ACCESS_WEIGHTS, BEHAVIOUR, THREAT_MODELS, VERDICTS, BlastRadius, Path, Reach

HIGHEST_SENSITIVITY = 5


def blast_radius(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[BlastRadius, ...]:
    """Compute the blast radius of one agent, or of every agent.

    Parameters
    ----------
    graph:
        A graph of ``network.build``, or a what-if view of one.
    agent:
        An agent's id; every agent when absent.

    Returns
    -------
    tuple of BlastRadius
        Four for each agent: two threat models, gated and not. ``weighted`` sums sensitivity times access over
        the resources reached, unknown sensitivity counted as 0; ``bounds`` counts it as 0 and as 5.

    Notes
    -----
    Reachability in what the files state, not exploitability. O(agents x edges).
    """
    found = index(graph)
    return tuple(
        _radius(graph, found, each, threat_model, gated)
        for each in agents(graph, agent)
        for threat_model in THREAT_MODELS
        for gated in (True, False)
    )


def reach(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[Reach, ...]:
    """Give one row for each agent, resource, threat model and state of gates.

    Returns
    -------
    tuple of Reach
        With the strongest verdict, the fewest hops among paths of that verdict, and the highest access.
    """
    found = index(graph)
    rows: list[Reach] = []
    for each in agents(graph, agent):
        for threat_model in THREAT_MODELS:
            for gated in (True, False):
                walked = walk(found, each, threat_model, gated)
                for resource, (verdict, state, access) in _resources(walked).items():
                    hops = walked.searches[VERDICTS.index(verdict)][state].hops
                    rows.append(Reach(each, resource, threat_model, gated, verdict, hops, access))
    return tuple(rows)


def agents(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[str, ...]:
    """Give the ids of all agents of a graph, or of the one asked for when it is there, sorted."""
    found = sorted(node for node in graph.nodes if node.startswith("agent:"))
    return tuple(found) if agent is None else tuple(each for each in found if each == agent)


def witness(walked: Walk, agent: str, target: str, threat_model: str, gated: bool) -> Path | None:
    """Give the strongest and then shortest path of a walk to a node; None when it is not reached."""
    states = [(VERDICTS.index(verdict), state) for state, verdict in walked.verdicts().items() if state[0] == target]
    if not states:
        return None
    rank = min(states)[0]
    hops = min(
        (walked.hops(state, VERDICTS[rank]) for at, state in states if at == rank),
        key=lambda each: (len(each), str(each)),
    )
    id = f"{agent}|{target}|{threat_model}|{'gated' if gated else 'ungated'}"
    return Path(id, agent, target, threat_model, gated, VERDICTS[rank], hops)


def _radius(graph: nx.MultiDiGraph[str], found: Index, agent: str, threat_model: str, gated: bool) -> BlastRadius:
    walked = walk(found, agent, threat_model, gated)
    reached = _resources(walked)
    by_verdict = dict.fromkeys(VERDICTS, 0)
    low = high = 0
    functions: set[str] = set()
    jewels: list[Path] = []
    for id, (verdict, _, access) in sorted(reached.items()):
        value: Resource = graph.nodes[id]["value"]
        by_verdict[verdict] += 1
        weight = ACCESS_WEIGHTS[access]
        low += weight * (value.sensitivity or 0)
        high += weight * (HIGHEST_SENSITIVITY if value.sensitivity is None else value.sensitivity)
        if value.business_function:
            functions.add(value.business_function)
        if value.crown_jewel:
            path = witness(walked, agent, id, threat_model, gated)
            assert path is not None
            jewels.append(path)
    radius = BlastRadius(
        agent=agent,
        threat_model=threat_model,
        gated=gated,
        resources=len(reached),
        by_verdict=tuple(by_verdict.items()),
        weighted=low,
        bounds=(low, high),
        business_functions=tuple(sorted(functions)),
        crown_jewels=tuple(jewels),
    )
    return _collapse(found, radius) if threat_model == BEHAVIOUR else radius


def _collapse(found: Index, radius: BlastRadius) -> BlastRadius:
    own = any(
        edge.verb in ("holds", "runs_as", "executes_on") and there(found, edge)
        for edge in found.out.get(radius.agent, ())
    )
    hands = [
        hand
        for hand in found.hands.get(radius.agent, ())
        if hand.runs_code and hand.verdict == "yes" and not (radius.gated and hand.stands)
    ]
    if not own or not hands:
        return radius
    return replace(radius, collapsed=True, reason=hands[0].how)


def _resources(walked: Walk) -> Mapping[str, tuple[str, State, str]]:
    """Fold the states of a walk to resources: strongest verdict, the state that has it, highest access."""
    found: dict[str, tuple[str, State, str]] = {}
    for state, verdict in walked.verdicts().items():
        node, verb = state
        if not node.startswith("resource:") or verb not in ACCESS:
            continue
        access = ACCESS[verb]
        if node not in found:
            found[node] = (verdict, state, access)
            continue
        old_verdict, old_state, old_access = found[node]
        highest = max(access, old_access, key=lambda each: (ACCESS_WEIGHTS[each], each))
        ranks = VERDICTS.index(verdict), VERDICTS.index(old_verdict)
        searches = walked.searches[min(ranks)]
        nearer = ranks[0] == ranks[1] and searches[state].hops < searches[old_state].hops
        better = ranks[0] < ranks[1] or nearer
        found[node] = (verdict, state, highest) if better else (old_verdict, old_state, highest)
    return found
