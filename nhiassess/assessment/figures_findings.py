"""The figures of the chapter on findings: what each page shows, the risk grid, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from nhiassess.assessment.names import Names
from nhiassess.model.assessment import LEVELS, Assessment, Change, Evidence, Finding
from nhiassess.model.figures import ChangeRow, Criterion, FindingFigure
from nhiassess.model.figures_paths import PathFigure
from nhiassess.model.knowledge import Control, Knowledge

EXCERPTS = 2  # printed on the page of a finding; the register holds them all
CHANGES = ("new", "still open", "regressed", "fixed", "expired", "no longer observable")
# NIST SP 800-30 Rev. 1, Table I-2: the level by likelihood (rows, from very low) and impact (columns, from very low)
GRID: tuple[tuple[int, ...], ...] = (
    (0, 0, 0, 1, 1),
    (0, 1, 1, 1, 2),
    (0, 1, 2, 2, 3),
    (0, 1, 2, 3, 4),
    (0, 1, 2, 3, 4),
)
_KINDS = {
    "agent": ("agent", "agents"),
    "tool_server": ("tool server", "tool servers"),
    "tool": ("tool", "tools"),
    "identity": ("identity", "identities"),
    "credential": ("credential", "credentials"),
    "resource": ("resource", "resources"),
    "grant": ("grant", "grants"),
    "trust": ("trust", "trusts"),
    "setting": ("setting", "settings"),
    "workflow": ("workflow", "workflows"),
    "telemetry": ("record of telemetry", "records of telemetry"),
}
_SUBJECT = ("subject", "subjects")


def findings(assessment: Assessment, names: Names, paths: Sequence[PathFigure]) -> tuple[FindingFigure, ...]:
    """Give each finding with what its page needs, the highest risk first.

    Parameters
    ----------
    assessment:
        Its findings, evidence and knowledge.
    names:
        What ids are called.
    paths:
        The chosen paths, to which a finding's own paths are led by agent and target.
    """
    controls = {control.node: control for catalog in assessment.knowledge.catalogs for control in catalog.controls}
    objectives = {
        control.id: control
        for catalog in assessment.knowledge.catalogs
        if catalog.reads_as == "objectives"
        for control in catalog.controls
    }
    evidence = {each.id: each for each in assessment.evidence}
    shown = {(figure.path.agent, figure.path.target): figure for figure in paths}
    led = {path.id: shown.get((path.agent, path.target)) for path in assessment.paths}
    ranked = sorted(assessment.findings, key=lambda finding: (-LEVELS.index(finding.risk_level), finding.id))
    return tuple(
        _figure(finding, assessment.knowledge, names, controls, objectives, evidence, led) for finding in ranked
    )


def levels(rows: Sequence[FindingFigure]) -> tuple[tuple[str, int], ...]:
    """Count findings by risk level, the highest first."""
    counted = Counter(row.finding.risk_level for row in rows)
    return tuple((level, counted[level]) for level in reversed(LEVELS))


def changes(
    found: Sequence[Change] | None, rows: Sequence[FindingFigure], names: Names
) -> tuple[ChangeRow, ...] | None:
    """Give what became of occurrences since the previous assessment, or None when there was none."""
    if found is None:
        return None
    by_check = {row.finding.check: row.finding.id for row in rows}
    made = []
    for state in CHANGES:
        mine = [change for change in found if change.state == state]
        about = sorted({by_check.get(change.check, change.check) for change in mine})
        subjects = tuple(sorted({names.label(change.subject) for change in mine}))
        made.append(ChangeRow(state, len(mine), tuple(about), subjects))
    return tuple(made)


def _figure(
    finding: Finding,
    knowledge: Knowledge,
    names: Names,
    controls: Mapping[str, Control],
    objectives: Mapping[str, Control],
    evidence: Mapping[str, Evidence],
    led: Mapping[str, PathFigure | None],
) -> FindingFigure:
    short = {catalog.id: catalog.short for catalog in knowledge.catalogs}
    exposes, serves = [], []
    for node in finding.controls:
        control = controls.get(node)
        if control is None:
            continue
        if control.is_risk:
            exposes.append(f"{control.id} {control.title}")
        elif control.reads_as == "outcomes":
            serves.append(f"{short[control.catalog]} {control.id}")
    criteria = []
    for id in finding.objectives:
        known = objectives.get(id)
        criteria.append(Criterion(id, known.statement or known.title if known else id))
    ids = dict.fromkeys(id for occurrence in finding.occurrences for id in occurrence.evidence)
    seen = tuple(evidence[id] for id in ids if id in evidence)
    figures = dict.fromkeys(figure for id in finding.paths if (figure := led.get(id)))
    ranked = sorted(figures, key=lambda figure: figure.number)
    counted = Counter(occurrence.change for occurrence in finding.occurrences if occurrence.change)
    kinds = {occurrence.subject.partition(":")[0] for occurrence in finding.occurrences}
    one, several = _KINDS.get(next(iter(kinds)), _SUBJECT) if len(kinds) == 1 else _SUBJECT
    return FindingFigure(
        finding,
        LEVELS.index(finding.risk_level) + 1,
        _level(finding.likelihood),
        _level(finding.impact),
        tuple(names.label(agent) for agent in finding.agents),
        tuple(criteria),
        tuple(exposes),
        tuple(serves),
        tuple(figure.number for figure in ranked),
        seen,
        seen[:EXCERPTS],
        tuple(names.label(occurrence.subject) for occurrence in finding.occurrences),
        one if len(finding.occurrences) == 1 else several,
        sum(1 for occurrence in finding.occurrences if occurrence.accepted_until),
        tuple((state, counted[state]) for state in CHANGES if counted[state]),
        ranked[0] if ranked else None,
    )


def _level(word: str) -> int:
    return LEVELS.index(word) if word in LEVELS else 0
