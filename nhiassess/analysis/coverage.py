"""How every control of every framework stands, and for which agents; every figure with its denominator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nhiassess.analysis.crosswalk import CONTRADICTS, SUPPORTS, Derived, derive
from nhiassess.analysis.relations import APART
from nhiassess.analysis.ways import ways
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
from nhiassess.model.knowledge import Catalog, Control, Knowledge

HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES
OUTSIDE = "outside the profile"
READINGS = ("outcomes", "objectives", "risks")
_SIGNALS = {SATISFIED: SUPPORTS, NOT_SATISFIED: CONTRADICTS}


def coverage(
    knowledge: Knowledge,
    frameworks: Sequence[str],
    determinations: Sequence[Determination],
    risks: Sequence[AgentRisk],
    attestations: Sequence[Attestation] = (),
    now: str = "",
    attribution: Iterable[tuple[str, str]] = (),
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
    attribution:
        Pairs of an agent and a subject that it uses directly: whose agents stand behind what is open or fails.

    Returns
    -------
    tuple of ControlCoverage
        In the order of the catalogs. A control's denominator is its applicable subjects; ``lower`` counts those
        satisfied, ``upper`` those satisfied or not determined.
    """
    whole = {each.control: each for each in determinations if each.subject == "*"}
    states = {node.rsplit("/", 1)[1]: each.state for node, each in whole.items()}
    behind = _behind(determinations, attribution)
    leading = ways(knowledge)
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
        if catalog.id not in frameworks or catalog.reads_as == "reference":
            continue
        for control in catalog.controls:
            mapped = [way for way in leading.get((catalog.id, control.id), ()) if way.relationship != APART]
            objectives = tuple(sorted({source for way in mapped for source in way.sources}))
            checks = tuple(sorted({each for objective in objectives for each in testing.get(objective, ())}))
            if catalog.reads_as == "objectives":
                checks = tuple(sorted(testing.get(control.id, ())))
                agents = behind.get(control.node, ())
                found.append(_objective(catalog, control, whole.get(control.node), checks, agents))
            elif control.is_risk:
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
        leaves = _leaves(catalog, [row for row in controls if row.framework == catalog.id])
        for reads_as in READINGS:
            rows = [row for row in leaves if row.reads_as == reads_as]
            if rows:
                found.append(_total(catalog, reads_as, rows))
    return tuple(found)


def _behind(
    determinations: Sequence[Determination], attribution: Iterable[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Give for each objective the agents that use a subject which fails it or leaves it open."""
    users: dict[str, set[str]] = {}
    for agent, subject in attribution:
        users.setdefault(subject, set()).add(agent)
    found: dict[str, set[str]] = {}
    for row in determinations:
        if row.subject != "*" and row.state in (NOT_SATISFIED, NOT_DETERMINED):
            own = {row.subject} if row.subject.startswith("agent:") else set()
            found.setdefault(row.control, set()).update(own | users.get(row.subject, set()))
    return {control: tuple(sorted(agents)) for control, agents in found.items()}


def _total(catalog: Catalog, reads_as: str, rows: Sequence[ControlCoverage]) -> FrameworkCoverage:
    counted = [row for row in rows if row.signal != OUTSIDE]
    states = RISK_STATES if reads_as == "risks" else STATES
    counts = tuple((state, sum(row.state == state for row in counted)) for state in states)
    by_state = dict(counts)
    unapplied = by_state.get(NOT_APPLICABLE, 0) + by_state.get(NOT_THERE, 0)
    held = by_state.get(SATISFIED, 0) + by_state.get(HOLD, 0)
    unknown = by_state.get(NOT_DETERMINED, 0) + by_state.get(OPEN, 0)
    denominator = len(counted) - unapplied
    return FrameworkCoverage(
        framework=catalog.id,
        title=catalog.title,
        reads_as=reads_as,
        items=len(rows),
        not_applicable=unapplied,
        outside=len(rows) - len(counted),
        mapped=sum(bool(row.objectives) or reads_as == "objectives" for row in counted),
        assessed=denominator - unknown,
        counts=counts,
        partly=sum(row.reason == "partly evidenced" for row in counted),
        lower=held if denominator else None,
        upper=held + unknown if denominator else None,
        denominator=denominator,
    )


def _objective(
    catalog: Catalog,
    control: Control,
    determined: Determination | None,
    checks: tuple[str, ...],
    agents: tuple[str, ...],
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
        reads_as="objectives",
        gap="accepted-until" if determined and determined.accepted_until else _gap(state, reason),
        reason=reason,
        subjects=agents,
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
        reads_as="risks",
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
        evidenced=derived.evidenced,
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
