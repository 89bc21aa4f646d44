"""Failed answers become findings: one for each check, with every subject it fails for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from nhiassess.assessment.risk import Matrix, Risk, risk
from nhiassess.model.assessment import (
    LEVELS,
    NOT_SATISFIED,
    SEVERITIES,
    Answer,
    Deviation,
    Evidence,
    Finding,
    Occurrence,
)
from nhiassess.model.inventory import Inventory, Location, Resource
from nhiassess.model.knowledge import Check, Knowledge
from nhiassess.model.reach import Exposure, Path, Reach


def findings(
    knowledge: Knowledge,
    answers: Sequence[Answer],
    inventory: Inventory,
    *,
    attribution: Iterable[tuple[str, str]],
    reach: Sequence[Reach],
    exposure: Sequence[Exposure],
    paths: Sequence[Path],
    deviations: Sequence[Deviation],
    evidence: Sequence[Evidence],
    matrix: Matrix,
    initiation: str,
    frameworks: Collection[str],
) -> tuple[Finding, ...]:
    """Group what failed by check, rate it, and say for which agents it counts.

    Parameters
    ----------
    knowledge, answers, inventory:
        The checks, what they say, and what was observed.
    attribution:
        Pairs of an agent and a subject that it uses directly.
    reach, exposure, paths:
        What the graph answered, for likelihood, impact and the paths that a subject lies on.
    deviations:
        Accepted exceptions: they add "accepted until", and change no state.
    evidence:
        Excerpts, found again by their place.
    matrix, initiation:
        The tables of risk and the plan's threat-source assumption.
    frameworks:
        The catalogs whose controls a finding names.

    Returns
    -------
    tuple of Finding
        Highest level of risk first, then severity, then number of agents; ids F-01 on follow that order.
    """
    users: dict[str, set[str]] = {}
    for agent, subject in attribution:
        users.setdefault(subject, set()).add(agent)
    known_agents = {agent.id for agent in inventory.agents}
    by_place = {(each.location.path, each.location.line): each.id for each in evidence}
    accepted = {(each.check, each.subject): each.expires_at for each in deviations if not each.expired}
    by_check: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.state == NOT_SATISFIED:
            by_check.setdefault(answer.check, []).append(answer)
    resources = {resource.id: resource for resource in inventory.resources}
    on_paths = _on_paths(paths)
    drafts = []
    for check in knowledge.checks:
        failed = sorted(by_check.get(check.id, ()), key=lambda answer: answer.subject)
        if not failed:
            continue
        occurrences = tuple(_occurrence(check, answer, users, known_agents, by_place, accepted) for answer in failed)
        agents = tuple(sorted({agent for each in occurrences for agent in each.agents}))
        rated = _rate(check, agents, matrix, initiation, reach, exposure, resources)
        through = tuple(sorted({path for each in occurrences for path in on_paths.get(each.subject, ())}))
        drafts.append(_finding(check, rated, occurrences, agents, _controls(knowledge, check, frameworks), through))
    drafts.sort(key=_order)
    failing = {objective for draft in drafts for objective in draft.objectives}
    implied = _implied(knowledge, failing)
    return tuple(
        _numbered(draft, f"F-{number:02}", not set(draft.objectives) <= implied)
        for number, draft in enumerate(drafts, 1)
    )


def fingerprint(check: str, subject: str) -> str:
    """Give the identity of an occurrence: the check and the subject, never the words.

    Examples
    --------
    >>> fingerprint("agent-without-owner", "agent:codex/-/codex")[:8]
    'ec53c199'
    """
    return sha256(f"{check}\n{subject}".encode()).hexdigest()


def _occurrence(
    check: Check,
    answer: Answer,
    users: Mapping[str, set[str]],
    agents: set[str],
    by_place: Mapping[tuple[str, int], str],
    accepted: Mapping[tuple[str, str], str],
) -> Occurrence:
    used_by = users.get(answer.subject, set()) | ({answer.subject} & agents)
    shown = [by_place[place.path, place.line] for place in answer.locations if (place.path, place.line) in by_place]
    return Occurrence(
        fingerprint=fingerprint(check.id, answer.subject),
        subject=answer.subject,
        seen=answer.seen or check.title,
        agents=tuple(sorted(used_by)),
        evidence=tuple(dict.fromkeys(shown)),
        locations=answer.locations,
        accepted_until=accepted.get((check.id, answer.subject)),
    )


def _rate(
    check: Check,
    agents: Sequence[str],
    matrix: Matrix,
    initiation: str,
    reach: Sequence[Reach],
    exposure: Sequence[Exposure],
    resources: Mapping[str, Resource],
) -> Risk:
    legs = [each for each in exposure if each.agent in agents]
    untrusted = _any(each.untrusted for each in legs)
    gates = [None if each.gated is None else not each.gated for each in legs]
    reached = {each.resource for each in reach if each.agent in agents and not each.gated and each.verdict == "yes"}
    return risk(
        matrix,
        check.severity,
        initiation,
        untrusted=untrusted,
        ungated=_any(gates),
        sensitivities=(resources[id].sensitivity for id in reached if id in resources),
    )


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found or not found else False


def _finding(
    check: Check,
    rated: Risk,
    occurrences: tuple[Occurrence, ...],
    agents: tuple[str, ...],
    controls: tuple[str, ...],
    paths: tuple[str, ...],
) -> Finding:
    return Finding(
        id="",
        check=check.id,
        title=check.title,
        severity=check.severity,
        confidence=check.confidence,
        risk_level=rated.level,
        likelihood=rated.likelihood,
        impact=rated.impact,
        risk_because=rated.because,
        objectives=check.objectives,
        controls=controls,
        occurrences=occurrences,
        agents=agents,
        why=check.why,
        remediation=check.remediation,
        cannot_know=check.cannot_know,
        paths=paths,
    )


def _numbered(draft: Finding, id: str, root: bool) -> Finding:
    return replace(draft, id=id, root=root)


def _order(finding: Finding) -> tuple[int, int, int, str]:
    return (
        -LEVELS.index(finding.risk_level),
        SEVERITIES.index(finding.severity),
        -len(finding.agents),
        finding.check,
    )


def _controls(knowledge: Knowledge, check: Check, frameworks: Collection[str]) -> tuple[str, ...]:
    wanted = set(check.objectives) | {
        control.part_of
        for catalog in knowledge.catalogs
        for control in catalog.controls
        if control.id in check.objectives and control.part_of
    }
    return tuple(
        sorted(
            {
                f"control:{crosswalk.target}/{row.target}"
                for crosswalk in knowledge.crosswalks
                if crosswalk.target in frameworks
                for row in crosswalk.rows
                if wanted & set(row.sources) and row.relationship not in ("no-relationship", "related")
            }
        )
    )


def _implied(knowledge: Knowledge, failing: set[str]) -> set[str]:
    return {
        consequence
        for catalog in knowledge.catalogs
        for control in catalog.controls
        if control.id in failing
        for consequence in control.implies
    }


def _on_paths(paths: Sequence[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        for node in {path.agent, *(hop.source for hop in path.hops), *(hop.target for hop in path.hops)}:
            found.setdefault(node, []).append(path.id)
    return found


def places(answers: Iterable[Answer], paths: Iterable[Path]) -> tuple[Location, ...]:
    """Give every place that a report will cite, sorted: of failed answers and of the hops of paths."""
    found = {place for answer in answers if answer.state == NOT_SATISFIED for place in answer.locations[:3]}
    found |= {place for path in paths for hop in path.hops for place in hop.locations[:1]}
    return tuple(sorted(found))
