"""Replays a documented incident on an estate: for each agent whether each step could happen, and what stops it."""

from __future__ import annotations

import networkx as nx

from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.conditions import meets
from nhiassess.analysis.sight import Sight, sights
from nhiassess.analysis.taken import Taken, take
from nhiassess.model.replay import BLOCKED, FEASIBLE, NO, NOT_DETERMINED, NeedAnswer, Replay, StepAnswer
from nhiassess.model.scenario import Scenario, Step

ORDER = (FEASIBLE, NOT_DETERMINED, BLOCKED)


def replay(scenario: Scenario, graph: nx.MultiDiGraph[str], now: str, agent: str | None = None) -> tuple[Replay, ...]:
    """Replay a scenario on every agent of an estate.

    Parameters
    ----------
    scenario:
        A documented incident.
    graph:
        A graph of ``network.build``, or a what-if view of one.
    now:
        The date of the replay, ISO 8601.
    agent:
        An agent's id; every agent when absent.

    Returns
    -------
    tuple of Replay
        ``feasible`` when each step was observed to be possible; ``blocked`` when one step has a need of which all
        evidence says no; ``not determined`` otherwise. Feasible ones first, then by agent.

    Notes
    -----
    Monotone in knowledge: evidence that was missing can turn ``not determined`` into either of the others, and
    nothing else. Feasible says that the conditions stand, not that anybody would succeed.
    """
    rows = [_replay(scenario, seen, now) for seen in sights(graph, agents(graph, agent))]
    return tuple(sorted(rows, key=lambda row: (ORDER.index(row.answer), row.agent)))


def _replay(scenario: Scenario, seen: Sight, now: str) -> Replay:
    taken: Taken | None = None
    steps = []
    for number, step in enumerate(scenario.steps, 1):
        # who has taken credentials goes on with these
        taken = next((take(need, seen, now) for need in step.needs if need.condition == "credential"), taken)
        steps.append(_step(number, step, tuple(meets(need, seen, taken) for need in step.needs)))
    blocked = [step for step in steps if step.answer == BLOCKED]
    open_ = [step for step in steps if step.answer == NOT_DETERMINED]
    decisive = (blocked or open_ or steps[-1:])[0]
    need = decisive.decisive
    met = dict.fromkeys(each.because for step in steps for each in step.needs)
    because = "; ".join(met) if decisive.answer == FEASIBLE else need.because
    return Replay(scenario.id, seen.agent, decisive.answer, decisive.number, because, need.gate, tuple(steps))


def _step(number: int, step: Step, needs: tuple[NeedAnswer, ...]) -> StepAnswer:
    verdicts = {need.verdict for need in needs}
    answer = BLOCKED if NO in verdicts else FEASIBLE if verdicts <= {"yes"} else NOT_DETERMINED
    return StepAnswer(number, step.happened, answer, step.atlas, tuple(b.objective for b in step.broken_by), needs)
