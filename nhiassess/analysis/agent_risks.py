"""How every risk and threat stands for every agent: exposed, weakened, mitigations hold, or not determined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nhiassess.analysis.ways import MITIGATES, Way, ways
from nhiassess.assessment.determine import conjunction
from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    RISK_STATES,
    SATISFIED,
    AgentRisk,
    Determination,
)
from nhiassess.model.knowledge import Knowledge

HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES


def agent_risks(
    knowledge: Knowledge,
    frameworks: Sequence[str],
    agents: Sequence[str],
    applies: Mapping[tuple[str, str], bool | None],
    determinations: Sequence[Determination],
    attribution: Iterable[tuple[str, str]],
) -> tuple[AgentRisk, ...]:
    """Tell how every risk and threat stands for every agent.

    Parameters
    ----------
    knowledge, frameworks:
        The catalogs that read as risks, of those asked for.
    agents:
        The ids of all agents.
    applies:
        (control node, agent) to whether the precondition was observed; None, or absent, when nobody could tell.
    determinations:
        Of objectives, for each subject and as a whole.
    attribution:
        Pairs of an agent and a subject that it uses directly; only these count for the agent.

    Returns
    -------
    tuple of AgentRisk
        exposed: the precondition was observed and a primary mitigation failed; weakened: only supporting ones
        failed; mitigations hold: all primary ones were assessed and hold; else not determined.
    """
    used: dict[str, set[str]] = {agent: {agent} for agent in agents}
    for agent, subject in attribution:
        used.setdefault(agent, {agent}).add(subject)
    by_objective: dict[str, list[Determination]] = {}
    for each in determinations:
        by_objective.setdefault(each.control.rsplit("/", 1)[1], []).append(each)
    parts: dict[str, list[str]] = {}
    for catalog in knowledge.catalogs:
        for control in catalog.controls:
            if control.part_of:
                parts.setdefault(control.part_of, []).append(control.id)
    states = {agent: _states(by_objective, parts, used[agent]) for agent in agents}
    leading = ways(knowledge)
    found = []
    for catalog in knowledge.catalogs:
        if catalog.id not in frameworks:
            continue
        for control in catalog.controls:
            if not control.is_risk or control.assessable == "outside":
                continue
            mapped = [way for way in leading.get((catalog.id, control.id), ()) if way.relationship == MITIGATES]
            for agent in agents:
                there = applies.get((control.node, agent))
                state, because = _standing(mapped, states[agent], there)
                found.append(AgentRisk(control.node, agent, state, because))
    return tuple(found)


def _states(
    rows: Mapping[str, Sequence[Determination]], parts: Mapping[str, Sequence[str]], used: set[str]
) -> dict[str, str]:
    """Give the state of every objective for what one agent uses; one with parts holds when each of them does."""
    found = {objective: _for_agent(each, used) for objective, each in rows.items()}
    for whole, lettered in parts.items():
        denied = [each.state for each in rows.get(whole, ()) if each.subject == "*" and _denied(each)]
        found[whole] = conjunction([*denied, *(found.get(part, NOT_DETERMINED) for part in lettered)])
    return found


def _for_agent(rows: Sequence[Determination], used: set[str]) -> str:
    own = [row.state for row in rows if row.subject in used]
    whole = next((row for row in rows if row.subject == "*"), None)
    if whole is not None and (_denied(whole) or (whole.method != "EXAMINE" and not own)):
        return whole.state
    return conjunction(own)


def _denied(whole: Determination) -> bool:
    """Whether somebody answered that it does not hold, which counts for every agent."""
    return whole.method == "INTERVIEW" and whole.state == NOT_SATISFIED


def _standing(found: Sequence[Way], states: Mapping[str, str], there: bool | None) -> tuple[str, str]:
    if there is False:
        return NOT_THERE, "its precondition was observed to be absent"
    failed: dict[str, list[str]] = {"primary": [], "supporting": []}
    primary_states = []
    for way in found:
        for source in way.sources:
            state = states.get(source, NOT_DETERMINED)
            if way.role == "primary":
                primary_states.append(state)
            if state == NOT_SATISFIED:
                failed[way.role or "supporting"].append(source)
    if there is None:
        return OPEN, "whether its precondition holds was not observed"
    if failed["primary"]:
        return EXPOSED, f"{', '.join(sorted(set(failed['primary'])))} not satisfied"
    if failed["supporting"]:
        return WEAKENED, f"{', '.join(sorted(set(failed['supporting'])))} not satisfied"
    applied = [state for state in primary_states if state != NOT_APPLICABLE]
    if applied and all(state == SATISFIED for state in applied):
        return HOLD, "every primary mitigation was assessed and holds"
    return OPEN, "not every primary mitigation could be determined"
