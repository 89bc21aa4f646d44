"""How far each agent reaches: for behaviour and identity takeover, with gates holding and not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import networkx as nx
import numpy as np

from nhiassess.analysis.crossing import Index, there
from nhiassess.analysis.ends import ANY, STRONG, WHOLE, WRITTEN, accessed, ends, resources, sensitivities
from nhiassess.analysis.states import States, states
from nhiassess.analysis.walk import index
from nhiassess.analysis.witness import witnesses
from nhiassess.model.reach import BEHAVIOUR, THREAT_MODELS, VERDICTS, BlastRadius, Path, Reach
from nhiassess.reach import rows
from nhiassess.reach.closure import reached
from nhiassess.reach.counts import every_level
from nhiassess.reach.distances import distances


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
    Reachability in what the files state, not exploitability. For all agents together one pass over the condensed
    graph for each verdict and 512 agents.
    """
    found = index(graph)
    rows = [
        row
        for threat_model in THREAT_MODELS
        for gated in (True, False)
        for row in _radii(graph, found, states(graph, threat_model, gated), agents(graph, agent))
    ]
    return tuple(sorted(rows, key=lambda row: row.agent))


def reach(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[Reach, ...]:
    """Give one row for each agent, resource, threat model and state of gates.

    Returns
    -------
    tuple of Reach
        With the strongest verdict, the fewest hops among paths of that verdict, and the highest access. Sorted by
        agent, threat model, gated before ungated, and resource.
    """
    rows = [
        row
        for threat_model in THREAT_MODELS
        for gated in (True, False)
        for row in _rows(states(graph, threat_model, gated), agents(graph, agent))
    ]
    return tuple(sorted(rows, key=lambda row: row.agent))


def agents(graph: nx.MultiDiGraph[str], agent: str | None = None) -> tuple[str, ...]:
    """Give the ids of all agents of a graph, or of the one asked for when it is there, sorted."""
    found = sorted(node for node in graph.nodes if node.startswith("agent:"))
    return tuple(found) if agent is None else tuple(each for each in found if each == agent)


def _radii(graph: nx.MultiDiGraph[str], found: Index, made: States, wanted: tuple[str, ...]) -> Iterator[BlastRadius]:
    laid = ends(made)
    table = laid.behind(made)
    # a view has no values of what it leaves out, and the states have numbers for it
    values = resources(graph, laid)
    starts = [made.agents[agent] for agent in wanted]
    low_and_high = sensitivities(values)
    counted, weighed = laid.numbers(ANY), [laid.numbers(kind) for kind in (ANY, STRONG, WHOLE)]
    # a column that counts resources, and two that weigh them, kind by kind of access
    weights = np.concatenate(
        [np.column_stack([np.full(len(counted), kind == ANY), low_and_high]) for kind in (ANY, STRONG, WHOLE)]
    ).astype(np.int64)
    levels = [each.weighted for each in every_level(table, starts, np.concatenate(weighed), weights)]
    functions = np.array([value.business_function for value in values], np.object_)
    crossed = reached(rows.index(table), starts, counted)
    jewels: dict[str, list[Path]] = {agent: [] for agent in wanted}
    for path in witnesses(found, made, wanted, [value.id for value in values if value.crown_jewel]):
        jewels[path.agent].append(path)
    for place, agent in enumerate(wanted):
        up_to = [0, *(int(level[place, 0]) for level in levels)]
        low, high = (int(each) for each in levels[-1][place, 1:])
        radius = BlastRadius(
            agent=agent,
            threat_model=made.threat_model,
            gated=made.gated,
            resources=up_to[-1],
            by_verdict=tuple((verdict, up_to[rank + 1] - up_to[rank]) for rank, verdict in enumerate(VERDICTS)),
            weighted=low,
            bounds=(low, high),
            business_functions=tuple(sorted({each for each in functions[crossed[place]] if each})),
            crown_jewels=tuple(jewels[agent]),
        )
        yield _collapse(found, radius) if made.threat_model == BEHAVIOUR else radius


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


def _rows(made: States, wanted: tuple[str, ...]) -> Iterator[Reach]:
    laid = ends(made)
    table = laid.behind(made)
    starts = [made.agents[agent] for agent in wanted]
    verdict = np.full((len(starts), len(laid.resources)), len(VERDICTS))
    hops = np.zeros_like(verdict)
    there = np.bincount(made.ranks, minlength=len(VERDICTS))
    for rank in range(len(VERDICTS)):
        if there[rank] or not rank:
            distance = distances(rows.index(table, rank), starts, laid.numbers(ANY))
            new = (distance >= 0) & (verdict == len(VERDICTS))
            verdict[new], hops[new] = rank, distance[new]
    whole = rows.index(table)
    kinds = np.stack([reached(whole, starts, laid.numbers(kind)) for kind in (ANY, STRONG, WHOLE)], axis=-1)
    written = reached(whole, starts, laid.numbers(WRITTEN))
    for place, agent in enumerate(wanted):
        for at in np.flatnonzero(kinds[place, :, 0]):
            yield Reach(
                agent=agent,
                resource=laid.resources[at],
                threat_model=made.threat_model,
                gated=made.gated,
                verdict=VERDICTS[verdict[place, at]],
                # one hop from the start and one to the end are none of the path
                hops=int(hops[place, at]) - 2,
                access=accessed(kinds[place, at], bool(written[place, at])),
            )
