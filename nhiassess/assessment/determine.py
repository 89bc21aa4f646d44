"""Answers of checks and of people become determinations of objectives, for each subject and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    SATISFIED,
    Answer,
    Determination,
    Plan,
)
from nhiassess.model.inventory import Attestation
from nhiassess.model.knowledge import Check, Control, Knowledge

WHOLE = "*"


def determine(
    knowledge: Knowledge,
    answers: Sequence[Answer],
    attestations: Sequence[Attestation],
    plan: Plan,
    now: str,
) -> tuple[Determination, ...]:
    """Determine every objective, for each subject that was looked at and for the assessment as a whole.

    Parameters
    ----------
    knowledge:
        With the objectives and the checks that test them.
    answers:
        What the checks say: EXAMINE.
    attestations:
        What people say: INTERVIEW.
    plan:
        With the objectives that are not applicable, by justification and approver.
    now:
        The date of the assessment, ISO 8601; an attestation that has expired by then determines nothing.

    Returns
    -------
    tuple of Determination
        The subject of the determination as a whole is ``*``. Any subject that fails makes the whole fail; any
        that is undetermined, with none failed, leaves it undetermined. An interview alone never satisfies an
        objective that can be examined.

    Notes
    -----
    NIST SP 800-53A: a statement is satisfied, or other than satisfied and then says why.
    """
    testing: dict[str, list[Check]] = {}
    for check in knowledge.checks:
        for tested in check.objectives:
            testing.setdefault(tested, []).append(check)
    by_check: dict[str, list[Answer]] = {}
    for answer in answers:
        by_check.setdefault(answer.check, []).append(answer)
    said: dict[str, list[Attestation]] = {}
    for attestation in attestations:
        said.setdefault(attestation.objective or "", []).append(attestation)
    waived = {id: (why, approver) for id, why, approver in plan.not_applicable}
    objectives = [c for catalog in knowledge.catalogs if catalog.reads_as == "objectives" for c in catalog.controls]
    found: dict[str, list[Determination]] = {}
    for objective in objectives:
        if objective.id in waived or (objective.part_of in waived and objective.part_of):
            why, approver = waived.get(objective.id) or waived[objective.part_of or ""]
            reason = f"{why} (approved by: {approver})"
            found[objective.id] = [Determination(objective.node, WHOLE, NOT_APPLICABLE, reason, "plan")]
            continue
        checks = testing.get(objective.id, [])
        looked = [answer for check in checks for answer in by_check.get(check.id, ())]
        found[objective.id] = _objective(objective, checks, looked, said.get(objective.id, []), now)
    parts: dict[str, list[str]] = {}
    for objective in objectives:
        if objective.part_of:
            parts.setdefault(objective.part_of, []).append(objective.id)
    for objective in objectives:
        if objective.id in parts and found[objective.id][-1].state != NOT_APPLICABLE:
            found[objective.id] = _together(objective, [found[part] for part in sorted(parts[objective.id])])
    return tuple(each for id in sorted(found) for each in found[id])


def conjunction(states: Iterable[str]) -> str:
    """Give the state of several statements together: any that fails fails it, any undetermined leaves it open.

    Examples
    --------
    >>> conjunction(["satisfied", "not-determined"]), conjunction(["not-applicable"]), conjunction([])
    ('not-determined', 'not-applicable', 'not-determined')
    """
    found = set(states)
    for state in (NOT_SATISFIED, NOT_DETERMINED, SATISFIED, NOT_APPLICABLE):
        if state in found:
            return state
    return NOT_DETERMINED


def _objective(
    objective: Control,
    checks: Sequence[Check],
    looked: Sequence[Answer],
    said: Sequence[Attestation],
    now: str,
) -> list[Determination]:
    by_subject: dict[str, list[Answer]] = {}
    for answer in looked:
        by_subject.setdefault(answer.subject, []).append(answer)
    rows = []
    for subject in sorted(by_subject):
        state = conjunction(answer.state for answer in by_subject[subject])
        reason = "; ".join(sorted({a.seen for a in by_subject[subject] if a.state == state and a.seen}))
        because = tuple(sorted({a.check for a in by_subject[subject] if a.state == state}))
        rows.append(
            Determination(
                control=objective.node,
                subject=subject,
                state=state,
                reason=reason or ("no evidence" if state == NOT_DETERMINED else ""),
                method="EXAMINE",
                population=1,
                tested=int(state != NOT_DETERMINED),
                deviations=int(state == NOT_SATISFIED),
                undetermined=int(state == NOT_DETERMINED),
                because=because,
            )
        )
    return [*rows, _whole(objective, checks, rows, said, now)]


def _whole(
    objective: Control,
    checks: Sequence[Check],
    rows: Sequence[Determination],
    said: Sequence[Attestation],
    now: str,
) -> Determination:
    valid = [each for each in said if not each.expires or each.expires >= now[:10]]
    denied = [each for each in valid if each.answer in ("no", "partly")]
    failed = [row for row in rows if row.state == NOT_SATISFIED]
    open_ = [row for row in rows if row.state == NOT_DETERMINED]
    because = tuple(sorted({check for row in failed or rows for check in row.because}))
    method = "EXAMINE" if rows else "INTERVIEW"
    if failed:
        state, reason = NOT_SATISFIED, f"{len(failed)} of {len(rows)} fail"
    elif denied:
        state, reason, method = NOT_SATISFIED, _answered(denied[0]), "INTERVIEW"
    elif open_:
        state, reason = NOT_DETERMINED, "partly evidenced" if len(open_) < len(rows) else "no evidence"
    elif rows:
        state, reason = SATISFIED, f"{len(rows)} of {len(rows)} hold"
    elif valid and "EXAMINE" in objective.methods:
        state, reason = NOT_DETERMINED, "partly evidenced"
    elif valid:
        state, reason = SATISFIED, _answered(valid[0])
    elif said:
        state, reason = NOT_DETERMINED, "evidence expired"
    elif not checks and objective.ask is None:
        state, reason = NOT_DETERMINED, "no procedure"
    else:
        state, reason = NOT_DETERMINED, "no evidence"
    if not rows:
        because = tuple(each.id for each in (denied or valid or said))
    return Determination(
        control=objective.node,
        subject=WHOLE,
        state=state,
        reason=reason,
        method=method,
        population=len(rows),
        tested=len(rows) - len(open_),
        deviations=len(failed),
        undetermined=len(open_),
        because=because,
    )


def _answered(attestation: Attestation) -> str:
    words = {"yes": "answered yes", "no": "answered no", "partly": "answered partly"}
    reason = f"{words[attestation.answer or 'no']} by {attestation.role} on {attestation.at}"
    return f"{reason}: {attestation.explanation}" if attestation.explanation else reason


def _together(objective: Control, parts: Sequence[Sequence[Determination]]) -> list[Determination]:
    by_subject: dict[str, list[Determination]] = {}
    for part in parts:
        for row in part:
            if row.subject != WHOLE:
                by_subject.setdefault(row.subject, []).append(row)
    rows = [_joined(objective, subject, by_subject[subject]) for subject in sorted(by_subject)]
    whole = _joined(objective, WHOLE, [row for part in parts for row in part if row.subject == WHOLE])
    return [*rows, whole]


def _joined(objective: Control, subject: str, rows: Sequence[Determination]) -> Determination:
    state = conjunction(row.state for row in rows)
    deciding = [row for row in rows if row.state == state]
    reasons: Mapping[str, None] = dict.fromkeys(row.reason for row in deciding if row.reason)
    reason = "; ".join(reasons)
    if state == NOT_DETERMINED and any(row.state == SATISFIED for row in rows):
        reason = "partly evidenced"
    return Determination(
        control=objective.node,
        subject=subject,
        state=state,
        reason=reason,
        method="EXAMINE" if any(row.method == "EXAMINE" for row in rows) else rows[0].method,
        population=max(row.population for row in rows),
        tested=min(row.tested for row in rows),
        deviations=max(row.deviations for row in rows),
        undetermined=max(row.undetermined for row in rows),
        because=tuple(sorted({each for row in deciding for each in row.because})),
    )
