"""nhiassess coverage: how every control stands, and by which chain it was derived."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.answers import Row, covered
from nhiassess.commands.command import asks, at, progress, say, show, warn
from nhiassess.errors import UsageError
from nhiassess.knowledge.resolve import Found, resolve
from nhiassess.model.assessment import Assessment

COLUMNS = {
    "framework": "Framework",
    "control": "Control",
    "state": "State",
    "lower": "Lower",
    "upper": "Upper",
    "denominator": "Of",
    "reason": "Reason",
}


@asks("coverage", "nhiassess coverage assessments/ostermere --control 'GOVERN 1.1'")
@click.option("--control", "spelled", help="Only this control, by any spelling of its id, with the chain behind it.")
def command(path: Path, shown: str, now: str | None, spelled: str | None) -> None:
    """Say how each control of each framework stands.

    The bounds count what is not determined once as failed and once as held.
    """
    assessment = pipeline.assess(path, at(now), progress())
    if spelled is None:
        answer = covered(assessment.controls)
        show(shown, answer, COLUMNS, "No framework is assessed.", [_read(row) for row in answer["rows"]])
        return
    wanted = _wanted(assessment, spelled)
    answer = covered([row for row in assessment.controls if row.id in wanted])
    if not answer["rows"]:
        raise UsageError(f"{spelled} is in none of the frameworks of the plan", hint="Name its framework in the plan.")
    show(shown, answer, COLUMNS, "", [_read(row) for row in answer["rows"]])
    if shown == "table":
        for row in answer["rows"]:
            say("\n" + "\n".join([f"{row['id']}  {row['title']}", *(f"  {each}" for each in row["chain"])]))


def _wanted(assessment: Assessment, spelled: str) -> set[str]:
    found = resolve(assessment.knowledge, spelled)
    if not isinstance(found, Found):
        hint = f"`nhiassess frameworks show {spelled}` lists those it has."
        raise UsageError(f"{spelled} is a framework and no control", hint=hint)
    for warning in found.warnings:
        warn(f"warning: {warning}")
    return {f"{each.catalog}/{each.id}" for each in found.controls}


def _read(row: Row) -> Row:
    """Give a row as a table shows it: what is outside has neither state nor bounds."""
    outside = {"state": "outside", "lower": "-", "upper": "-", "denominator": "-"}
    return {**row, **outside} if str(row["signal"]).startswith("outside") else row


COMMAND = command
