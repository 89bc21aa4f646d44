"""What a what-if does to the reach of a whole estate, and to that of each agent."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from nhiassess.analysis.ends import Ends, ends
from nhiassess.analysis.extent import by_agent, cost, extents
from nhiassess.analysis.states import states
from nhiassess.model.improvement import AgentEffect, Effect
from nhiassess.model.reach import BEHAVIOUR, THREAT_MODELS
from nhiassess.network.what_if import difference


def effect(view: nx.MultiDiGraph[str]) -> Effect:
    """Compare a what-if view with the graph beneath it.

    Parameters
    ----------
    view:
        A view that ``network.what_if`` made, or a view of one.

    Returns
    -------
    Effect
        For both threat models, with gates holding and not: how far all agents reach before and after, and each agent
        whose reach changed, the one that loses or gains most first. With what the whole change touches.

    Examples
    --------
    >>> from nhiassess.network.build import build
    >>> from nhiassess.model.inventory import Inventory
    >>> from nhiassess.model.knowledge import Knowledge
    >>> effect(build(Inventory(), (), Knowledge())).agents
    ()
    """
    base, differs = difference(view)
    laid = ends(states(base, BEHAVIOUR, True))
    agents = tuple(sorted(_agents(base, view, laid), key=_rank))
    return Effect(extents(base), extents(view), agents, cost(base, differs.nodes, {*differs.edges, *differs.gates}))


def _agents(base: nx.MultiDiGraph[str], view: nx.MultiDiGraph[str], laid: Ends) -> Iterator[AgentEffect]:
    for threat_model in THREAT_MODELS:
        for gated in (True, False):
            rows = [by_agent(each, laid, threat_model, gated).tolist() for each in (base, view)]
            for agent, before, after in zip(laid.agents, *rows, strict=True):
                if before != after:
                    figures = (each for pair in zip(before, after, strict=True) for each in pair)
                    yield AgentEffect(agent, threat_model, gated, *figures)


def _rank(row: AgentEffect) -> tuple[int, int, int, str]:
    return (
        -abs(row.jewels_after - row.jewels_before),
        -abs(row.weighted_after - row.weighted_before),
        -abs(row.pairs_after - row.pairs_before),
        row.id,
    )
