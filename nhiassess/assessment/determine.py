"""Answers of checks and of people become determinations of objectives, for each subject and as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

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
        spoken = said.get(objective.id, [])
        if objective.part_of:  # who says that the whole holds says it of each part
            spoken = spoken + [each for each in said.get(objective.part_of, ()) if each.answer == "yes"]
        found[objective.id] = _objective(objective, checks, looked, spoken, now)
    parts: dict[str, list[str]] = {}
    for objective in objectives:
        if objective.part_of:
            parts.setdefault(objective.part_of, []).append(objective.id)
    for objective in objectives:
        if objective.id in parts and found[objective.id][-1].state != NOT_APPLICABLE:
            together = [found[part] for part in sorted(parts[objective.id])]
            denied = [each for each in _valid(said.get(objective.id, ()), now) if each.answer != "yes"]
            if denied:
                together.append(_objective(objective, [], [], denied, now))
            found[objective.id] = _together(objective, together)
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
    spoken: dict[str, list[Attestation]] = {}
    for each in said:
        spoken.setdefault(each.subject or WHOLE, []).append(each)
    rows = [
        _row(objective, subject, by_subject.get(subject, ()), spoken.get(subject, ()), now)
        for subject in sorted((by_subject.keys() | spoken.keys()) - {WHOLE})
    ]
    return [*rows, _whole(objective, checks, rows, spoken.get(WHOLE, ()), now)]


def _row(
    objective: Control, subject: str, answers: Sequence[Answer], said: Sequence[Attestation], now: str
) -> Determination:
    state, method = conjunction(answer.state for answer in answers), "EXAMINE"
    reason = "; ".join(sorted({each.seen for each in answers if each.state == state and each.seen}))
    because = {each.check for each in answers if each.state == state}
    spoken, words = _spoken(objective, said, now)
    if not answers or (spoken == NOT_SATISFIED and state != NOT_SATISFIED):
        state, reason, method, because = spoken, words, "INTERVIEW", {each.id for each in said}
    return Determination(
        control=objective.node,
        subject=subject,
        state=state,
        reason=reason or ("no evidence" if state == NOT_DETERMINED else ""),
        method=method,
        population=1,
        tested=int(state != NOT_DETERMINED),
        deviations=int(state == NOT_SATISFIED),
        undetermined=int(state == NOT_DETERMINED),
        because=tuple(sorted(because)),
    )


def _whole(
    objective: Control,
    checks: Sequence[Check],
    rows: Sequence[Determination],
    said: Sequence[Attestation],
    now: str,
) -> Determination:
    failed = [row for row in rows if row.state == NOT_SATISFIED]
    open_ = [row for row in rows if row.state == NOT_DETERMINED]
    examined = any(row.method == "EXAMINE" for row in rows)
    because = {id for row in failed or rows for id in row.because}
    method = "EXAMINE" if examined else "INTERVIEW"
    spoken, words = _spoken(objective, said, now)
    if spoken == NOT_SATISFIED or not rows:
        because |= {each.id for each in said}
    if failed:
        state, reason = NOT_SATISFIED, f"{len(failed)} of {len(rows)} fail"
        if spoken == NOT_SATISFIED:
            reason, method = f"{reason}; {words}", "INTERVIEW"
    elif spoken == NOT_SATISFIED:
        state, reason, method = spoken, words, "INTERVIEW"
    elif open_:
        state, reason = NOT_DETERMINED, "partly evidenced" if len(open_) < len(rows) else "no evidence"
    elif examined:
        state, reason = SATISFIED, f"{len(rows)} of {len(rows)} hold"
    elif rows and not said:  # people answered for some subjects, and nobody for the rest
        state, reason = NOT_DETERMINED, "partly evidenced"
    elif not said and not checks and objective.ask is None:
        state, reason = NOT_DETERMINED, "no procedure"
    else:
        state, reason = spoken, words
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
        because=tuple(sorted(because)),
    )


def _spoken(objective: Control, said: Sequence[Attestation], now: str) -> tuple[str, str]:
    """Give what people's answers determine by themselves, and why."""
    valid = _valid(said, now)
    denied = [each for each in valid if each.answer != "yes"]
    if denied:
        return NOT_SATISFIED, _answered(denied[0])
    if valid and "EXAMINE" in objective.methods:
        return NOT_DETERMINED, "partly evidenced"
    if valid:
        return SATISFIED, _answered(valid[0])
    return NOT_DETERMINED, "evidence expired" if said else "no evidence"


def _valid(said: Iterable[Attestation], now: str) -> list[Attestation]:
    return [each for each in said if not each.expires or each.expires >= now[:10]]


def _answered(attestation: Attestation) -> str:
    words = {"yes": "answered yes", "no": "answered no", "partly": "answered partly"}
    reason = f"{words[attestation.answer or 'no']} by {attestation.role} on {attestation.at}"
    return f"{reason}: {attestation.explanation}" if attestation.explanation else reason


def _together(objective: Control, parts: Sequence[Sequence[Determination]]) -> list[Determination]:
    by_subject: dict[str, list[Determination]] = {}
    for part in parts:
        for row in part:
            by_subject.setdefault(row.subject, []).append(row)
    wholes = by_subject.pop(WHOLE)
    # what was determined of nobody by name stands, fails or is open for every subject alike
    shared = [part[0] for part in parts if len(part) == 1]
    rows = [_joined(objective, subject, [*by_subject[subject], *shared]) for subject in sorted(by_subject)]
    failed = sum(row.state == NOT_SATISFIED for row in rows)
    open_ = sum(row.state == NOT_DETERMINED for row in rows)
    whole = replace(
        _joined(objective, WHOLE, wholes),
        population=len(rows),
        tested=len(rows) - open_,
        deviations=failed,
        undetermined=open_,
    )
    return [*rows, whole]


def _joined(objective: Control, subject: str, rows: Sequence[Determination]) -> Determination:
    state = conjunction(row.state for row in rows)
    deciding = [row for row in rows if row.state == state]
    reason = "; ".join(dict.fromkeys(row.reason for row in deciding if row.reason))
    if state == NOT_DETERMINED and any(row.state == SATISFIED for row in rows):
        reason = "partly evidenced"
    methods = [row.method for row in (deciding if state == NOT_SATISFIED else rows)]
    # a person's denial counts for every subject, so it is not hidden behind what was examined of some
    first, second = ("INTERVIEW", "EXAMINE") if state == NOT_SATISFIED else ("EXAMINE", "INTERVIEW")
    return Determination(
        control=objective.node,
        subject=subject,
        state=state,
        reason=reason,
        method=next((method for method in (first, second) if method in methods), methods[0]),
        population=1,
        tested=int(state != NOT_DETERMINED),
        deviations=int(state == NOT_SATISFIED),
        undetermined=int(state == NOT_DETERMINED),
        because=tuple(sorted({each for row in deciding for each in row.because})),
    )
