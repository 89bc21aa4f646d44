"""How every control of every framework stands, and for which agents; every figure with its denominator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nhiassess.analysis.crosswalk import CONTRADICTS, SUPPORTS, Derived, derive
from nhiassess.assessment.determine import conjunction
from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    RISK_STATES,
    SATISFIED,
    STATES,
    AgentRisk,
    ControlCoverage,
    Determination,
    FrameworkCoverage,
)
from nhiassess.model.inventory import Attestation
from nhiassess.model.knowledge import Catalog, Control, Knowledge, Row

HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES
OUTSIDE = "outside the profile"
_SIGNALS = {SATISFIED: SUPPORTS, NOT_SATISFIED: CONTRADICTS}


def coverage(
    knowledge: Knowledge,
    frameworks: Sequence[str],
    determinations: Sequence[Determination],
    risks: Sequence[AgentRisk],
    attestations: Sequence[Attestation] = (),
    now: str = "",
) -> tuple[ControlCoverage, ...]:
    """Tell how each control of the frameworks stands.

    Parameters
    ----------
    knowledge:
        Catalogs, crosswalks and checks.
    frameworks:
        The ids of the catalogs to report, the objectives among them or not.
    determinations:
        Of objectives, as `assessment.determine` gives them.
    risks:
        Of each risk and threat for each agent, as `agent_risks` gives them.
    attestations:
        What an assessor recorded of a framework's own control, by ``catalog/control`` as its objective.
    now:
        The date of the assessment, ISO 8601; what has expired by then counts for nothing.

    Returns
    -------
    tuple of ControlCoverage
        In the order of the catalogs. A control's denominator is its applicable subjects; ``lower`` counts those
        satisfied, ``upper`` those satisfied or not determined.
    """
    whole = {each.control: each for each in determinations if each.subject == "*"}
    states = {node.rsplit("/", 1)[1]: each.state for node, each in whole.items()}
    rows = rows_to(knowledge)
    testing: dict[str, list[str]] = {}
    for check in knowledge.checks:
        for objective in check.objectives:
            testing.setdefault(objective, []).append(check.id)
    said: dict[str | None, Attestation] = {}
    for each in attestations:
        # of several answers the one that denies counts
        if (not each.expires or each.expires >= now[:10]) and (each.objective not in said or each.answer != "yes"):
            said[each.objective] = each
    by_control: dict[str, list[AgentRisk]] = {}
    for risk in risks:
        by_control.setdefault(risk.control, []).append(risk)
    found: list[ControlCoverage] = []
    for catalog in knowledge.catalogs:
        if catalog.id not in frameworks:
            continue
        for control in catalog.controls:
            mapped = [row for row in rows.get((catalog.id, control.id), ()) if row.relationship != "no-relationship"]
            objectives = tuple(sorted({source for row in mapped for source in row.sources}))
            checks = tuple(sorted({each for objective in objectives for each in testing.get(objective, ())}))
            if catalog.reads_as == "objectives":
                checks = tuple(sorted(testing.get(control.id, ())))
                found.append(_objective(catalog, control, whole.get(control.node), checks))
            elif catalog.reads_as == "risks":
                found.append(_risk(catalog, control, by_control.get(control.node, []), objectives, checks))
            else:
                derived = derive(mapped, states)
                attested = said.get(f"{catalog.id}/{control.id}")
                found.append(_outcome(catalog, control, derived, attested, objectives, checks))
    return tuple(found)


def totals(knowledge: Knowledge, controls: Sequence[ControlCoverage]) -> tuple[FrameworkCoverage, ...]:
    """Add the controls of each framework up; the bounds count what is not determined as failed and as satisfied.

    Returns
    -------
    tuple of FrameworkCoverage
        The denominator leaves out what is not applicable or outside, which are counted beside it; a zero
        denominator gives None, never a share.
    """
    found = []
    for catalog in knowledge.catalogs:
        rows = [row for row in controls if row.framework == catalog.id]
        leaves = _leaves(catalog, rows)
        if not leaves:
            continue
        order = RISK_STATES if catalog.reads_as == "risks" else STATES
        outside = [row for row in leaves if row.signal == OUTSIDE]
        counted = [row for row in leaves if row.signal != OUTSIDE]
        counts = tuple((state, sum(row.state == state for row in counted)) for state in order)
        by_state = dict(counts)
        unapplied = by_state.get(NOT_APPLICABLE, 0) + by_state.get(NOT_THERE, 0)
        held = by_state.get(SATISFIED, 0) + by_state.get(HOLD, 0)
        unknown = by_state.get(NOT_DETERMINED, 0) + by_state.get(OPEN, 0)
        denominator = len(counted) - unapplied
        found.append(
            FrameworkCoverage(
                framework=catalog.id,
                title=catalog.title,
                reads_as=catalog.reads_as,
                items=len(leaves),
                not_applicable=unapplied,
                outside=len(outside),
                mapped=sum(bool(row.objectives) or catalog.reads_as == "objectives" for row in counted),
                assessed=denominator - unknown,
                counts=counts,
                partly=sum(row.reason == "partly evidenced" for row in counted),
                lower=held if denominator else None,
                upper=held + unknown if denominator else None,
                denominator=denominator,
            )
        )
    return tuple(found)


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
    rows = rows_to(knowledge)
    found = []
    for catalog in knowledge.catalogs:
        if catalog.id not in frameworks or catalog.reads_as != "risks":
            continue
        for control in catalog.controls:
            if control.assessable == "outside":
                continue
            mapped = [row for row in rows.get((catalog.id, control.id), ()) if row.relationship == "mitigates"]
            for agent in agents:
                there = applies.get((control.node, agent))
                state, because = _standing(mapped, states[agent], there)
                found.append(AgentRisk(control.node, agent, state, because))
    return tuple(found)


def rows_to(knowledge: Knowledge) -> dict[tuple[str, str], list[Row]]:
    """Gather the crosswalk rows from our objectives by their target: (catalog, control)."""
    hubs = {catalog.id for catalog in knowledge.catalogs if catalog.reads_as == "objectives"}
    found: dict[tuple[str, str], list[Row]] = {}
    for crosswalk in knowledge.crosswalks:
        if crosswalk.source in hubs:
            for row in crosswalk.rows:
                found.setdefault((crosswalk.target, row.target), []).append(row)
    return found


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


def _standing(rows: Sequence[Row], states: Mapping[str, str], there: bool | None) -> tuple[str, str]:
    if there is False:
        return NOT_THERE, "its precondition was observed to be absent"
    failed: dict[str, list[str]] = {"primary": [], "supporting": []}
    primary_states = []
    for row in rows:
        for source in row.sources:
            state = states.get(source, NOT_DETERMINED)
            if row.role == "primary":
                primary_states.append(state)
            if state == NOT_SATISFIED:
                failed[row.role or "supporting"].append(source)
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


def _objective(
    catalog: Catalog, control: Control, determined: Determination | None, checks: tuple[str, ...]
) -> ControlCoverage:
    state = determined.state if determined else NOT_DETERMINED
    population = determined.population if determined else 0
    failed = determined.deviations if determined else 0
    unknown = determined.undetermined if determined else 0
    if not population:  # answered as a whole, by a person
        population = int(state != NOT_APPLICABLE)
        failed, unknown = int(state == NOT_SATISFIED), int(state == NOT_DETERMINED)
    reason = determined.reason if determined else "no evidence"
    return ControlCoverage(
        framework=catalog.id,
        control=control.id,
        title=control.title,
        state=state,
        objectives=(control.id,),
        checks=checks,
        observed=population - unknown,
        denominator=population,
        lower=max(population - unknown - failed, 0),
        upper=population - failed,
        gap=_gap(state, reason),
        reason=reason,
        chain=determined.because if determined else (),
    )


def _risk(
    catalog: Catalog,
    control: Control,
    risks: Sequence[AgentRisk],
    objectives: tuple[str, ...],
    checks: tuple[str, ...],
) -> ControlCoverage:
    states = [risk.state for risk in risks]
    state = next((each for each in (EXPOSED, WEAKENED, OPEN, HOLD, NOT_THERE) if each in states), OPEN)
    applied = [risk for risk in risks if risk.state != NOT_THERE]
    held, unknown = states.count(HOLD), states.count(OPEN)
    outside = control.assessable == "outside"
    reason = control.outside or "" if outside else _tally(states)
    gap = None
    if not outside and state == OPEN:
        gap = "no evidence" if objectives else "no mapping"
    elif state in (EXPOSED, WEAKENED):
        gap = "failed"
    return ControlCoverage(
        framework=catalog.id,
        control=control.id,
        title=control.title,
        state=OPEN if outside else state,
        objectives=objectives,
        checks=checks,
        observed=len(applied) - unknown,
        denominator=0 if outside else len(applied),
        lower=held,
        upper=held + unknown,
        gap=gap,
        reason=reason,
        signal=OUTSIDE if outside else "",
        subjects=tuple(risk.agent for risk in risks if risk.state in (EXPOSED, WEAKENED)),
        chain=tuple(f"{risk.agent}: {risk.state}, {risk.because}" for risk in risks if risk.state != NOT_THERE),
    )


def _outcome(
    catalog: Catalog,
    control: Control,
    derived: Derived,
    attested: Attestation | None,
    objectives: tuple[str, ...],
    checks: tuple[str, ...],
) -> ControlCoverage:
    state, reason, signal = derived.state, derived.reason, derived.signal
    if attested is not None:
        state = SATISFIED if attested.answer == "yes" else NOT_SATISFIED
        signal = CONTRADICTS if CONTRADICTS in (signal, _SIGNALS[state]) else SUPPORTS
        reason = f"recorded by {attested.role} on {attested.at}"
        if attested.answer == "yes" and derived.state == NOT_SATISFIED:
            state, reason = NOT_SATISFIED, f"conflict: {reason}, but {derived.reason}"
    if control.assessable == "outside":
        signal, reason = OUTSIDE, control.outside or ""
    counted = int(control.assessable != "outside" and state != NOT_APPLICABLE)
    return ControlCoverage(
        framework=catalog.id,
        control=control.id,
        title=control.title,
        state=state,
        objectives=objectives,
        checks=checks,
        observed=int(counted and state in (SATISFIED, NOT_SATISFIED)),
        denominator=counted,
        lower=int(counted and state == SATISFIED),
        upper=int(counted and state != NOT_SATISFIED),
        gap=None if signal == OUTSIDE else _gap(state, reason if objectives or attested else "no mapping"),
        reason=reason,
        signal=signal,
        chain=derived.chain,
    )


def _gap(state: str, reason: str) -> str | None:
    if state in (SATISFIED, NOT_APPLICABLE):
        return None
    if state == NOT_SATISFIED:
        return "failed"
    return {"partly evidenced": "partial", "evidence expired": "stale", "no procedure": "no procedure"}.get(
        reason, "no mapping" if reason == "no mapping" else "no evidence"
    )


def _tally(states: Sequence[str]) -> str:
    counts = ((state, states.count(state)) for state in (EXPOSED, WEAKENED, OPEN, HOLD, NOT_THERE))
    return ", ".join(f"{state} {count} of {len(states)}" for state, count in counts if count)


def _leaves(catalog: Catalog, rows: Sequence[ControlCoverage]) -> list[ControlCoverage]:
    """Leave out an objective that its parts determine, so that nothing counts twice."""
    parents = {control.part_of for control in catalog.controls if control.part_of}
    return [row for row in rows if row.control not in parents]
