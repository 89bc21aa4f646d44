"""What reviewers hate and a machine can see: each complaint fails the render."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches

from nhiassess.assessment.figures_paths import VERDICT_WORDS
from nhiassess.errors import Complaint
from nhiassess.model.assessment import NOT_APPLICABLE
from nhiassess.model.figures import Figures
from nhiassess.model.reach import VERDICTS

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|FIXME|XXX)\b|lorem ipsum|\{\{|\}\}|\{%|<\s*(?:client|name|date|insert)[^>]*>"
    r"|\[(?:client|name|date|insert|to be)[^\]]*\](?!\()",
    re.IGNORECASE,
)


def complaints(figures: Figures) -> tuple[Complaint, ...]:
    """Give everything for which a reviewer would send the report back, as far as figures show it.

    Parameters
    ----------
    figures:
        What the report is about to show.

    Returns
    -------
    tuple of Complaint
        Empty when the report may be made.
    """
    return (
        *_totals(figures),
        *_matrices(figures),
        *_ledger(figures),
        *_paths(figures),
        *_reach(figures),
        *_remedies(figures),
        *_findings(figures),
        *_dates(figures),
        *_placeholders(figures),
        *_said(figures),
    )


def _totals(figures: Figures) -> Iterator[Complaint]:
    for row in figures.frameworks:
        where = f"results of {row.short}"
        if row.tally.total + row.outside != row.items:
            what = f"states add up to {row.tally.total}, {row.outside} are outside, items are {row.items}"
            yield Complaint(what, where)
        if row.interval and row.interval.lower > row.interval.upper:
            yield Complaint(f"lower bound {row.interval.lower} is above upper bound {row.interval.upper}", where)
        if row.interval and row.interval.upper > row.interval.denominator:
            yield Complaint(f"upper bound {row.interval.upper} is above {row.interval.denominator} items", where)
    for gap_place, row in enumerate(figures.gap_frameworks):
        unknown = row.tally.of("not-determined") + row.tally.of("not determined")
        listed = sum(gap.counts[gap_place] for gap in figures.gaps)
        if listed != unknown:
            yield Complaint(f"{unknown} not determined, but gaps list {listed}", f"gaps of {row.short}")
    if sum(number for _, number in figures.levels) != len(figures.findings):
        yield Complaint("findings by level do not add up to all findings", "findings")


def _matrices(figures: Figures) -> Iterator[Complaint]:
    for matrix in figures.matrices:
        lines = [line for line in matrix.rows if line.counted]
        for state, number in matrix.framework.tally.counts:
            listed = sum(line.state == state for line in lines)
            if listed != number:
                what = f"{listed} lines read {state}, the summary says {number}"
                yield Complaint(what, f"control matrix of {matrix.framework.short}")
    for grouped in figures.grouped:
        summary = next((row for row in figures.frameworks if row.title == grouped.framework), None)
        held = sum(group.tally.total for group in grouped.groups)
        outcomes = summary.outside if summary and summary.reads_as == "outcomes" else 0
        if summary and held != summary.tally.total + outcomes:
            what = f"groups hold {held} items, the summary {summary.tally.total + outcomes}"
            yield Complaint(what, grouped.framework)
        if summary and summary.reads_as == "objectives":
            outside = sum(group.tally.of(NOT_APPLICABLE) for group in grouped.groups)
            if outside != summary.tally.of(NOT_APPLICABLE):
                yield Complaint("families and summary disagree on what is not applicable", grouped.framework)


def _ledger(figures: Figures) -> Iterator[Complaint]:
    scope = figures.scope
    if sum(row.found for row in figures.ledger) != scope.files:
        yield Complaint("the ledger does not hold every file once", "scope")
    if sum(row.files for row in figures.skipped) != scope.skipped:
        yield Complaint("reasons for skipping do not add up to the files skipped", "scope")


def _paths(figures: Figures) -> Iterator[Complaint]:
    first_open: dict[str, str] = {}
    for figure in figures.paths:
        target = figure.path.target
        if VERDICT_WORDS.get(figure.verdict, figure.verdict) not in figure.sentence:
            yield Complaint("its sentence does not say its verdict", f"path {figure.number}")
        worst = max((step.verdict for step in figure.steps), key=VERDICTS.index, default=figure.verdict)
        if VERDICTS.index(worst) > VERDICTS.index(figure.verdict):
            yield Complaint(f"it says {figure.verdict}, but a hop is {worst}", f"path {figure.number}")
        if figure.verdict != "yes" and not (figure.open and all(open_ in figure.sentence for open_ in figure.open)):
            yield Complaint("its sentence does not say what is open", f"path {figure.number}")
        if figure.verdict == "yes" and target in first_open:
            what = f"{first_open[target]} is not permitted, but ranks above it at the same target"
            yield Complaint(what, f"path {figure.number}")
        if figure.verdict != "yes":
            first_open.setdefault(target, figure.number)


def _reach(figures: Figures) -> Iterator[Complaint]:
    pairs = figures.blast_totals[0] if figures.blast else None
    for row in figures.chokepoints:
        if row.after > row.before or row.jewels_after > row.jewels_before:
            yield Complaint("it reaches more without than with", f"change {row.label}")
        if pairs is not None and row.before != pairs:
            yield Complaint(
                f"it starts from {row.before} pairs, blast radius adds up to {pairs}", f"change {row.label}"
            )


def _remedies(figures: Figures) -> Iterator[Complaint]:
    pairs = figures.blast_totals[0] if figures.blast else None
    for row in figures.remedies:
        if row.after > row.before or row.jewels_after > row.jewels_before:
            yield Complaint("it reaches more with it than without", f"remedy {row.title}")
        if pairs is not None and row.before != pairs:
            yield Complaint(
                f"it starts from {row.before} pairs, blast radius adds up to {pairs}", f"remedy {row.title}"
            )


def _findings(figures: Figures) -> Iterator[Complaint]:
    seen: dict[str, str] = {}
    for row in figures.findings:
        finding = row.finding
        where = f"finding {finding.id}"
        if not finding.risk_because.strip():
            yield Complaint("its risk level has no rationale", where)
        if not finding.why.strip():
            yield Complaint("it does not say why it is wrong", where)
        if not finding.remediation:
            yield Complaint("it does not say what to do", where)
        if not finding.occurrences:
            yield Complaint("it has no subject", where)
        if finding.check in seen:
            yield Complaint(f"it repeats {seen[finding.check]}: subjects of one check stand in one finding", where)
        seen[finding.check] = finding.id
        expected = figures.grid[row.likelihood][row.impact] + 1
        if expected != row.level:
            what = f"level {finding.risk_level} is not what likelihood and impact give in Table I-2"
            yield Complaint(what, where)


def _dates(figures: Figures) -> Iterator[Complaint]:
    for row in figures.frameworks:
        if not row.published or not row.version:
            yield Complaint("it has no version or date of publication", f"framework {row.short}")


def _placeholders(figures: Figures) -> Iterator[Complaint]:
    for section in figures.narrative:
        for number, text in enumerate(section.text.splitlines(), 1):
            found = _PLACEHOLDER.search(text)
            if found:
                where = f"narrative {section.name}, line {number}"
                yield Complaint(f"a placeholder is left in: {found.group(0)}", where, "Write what belongs there.")


def _said(figures: Figures) -> Iterator[Complaint]:
    held = asdict(figures.scope) | {
        "findings": len(figures.findings),
        "occurrences": figures.occurrences,
        "paths": figures.all_paths,
    }
    for section in figures.narrative:
        where = f"narrative {section.name}, figures"
        for name, said in section.figures:
            if name not in held:
                near = get_close_matches(name, held, 1)
                hint = f"Did you mean {near[0]}?" if near else f"Figures: {', '.join(sorted(held))}."
                yield Complaint(f"the assessment holds no figure {name!r}", where, hint)
            elif held[name] != said:
                what = f"{name} is {said} here, {held[name]} in the assessment"
                yield Complaint(what, where, "Read the text again, then write the new figure.")
