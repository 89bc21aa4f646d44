"""nhiassess checks: list, show and test the questions to the tables."""

from __future__ import annotations

import click

from nhiassess import answers, pipeline
from nhiassess.assessment.references import unknown_check
from nhiassess.checks.examples import test as tested
from nhiassess.checks.tables import SCHEMAS
from nhiassess.commands.command import FORMAT, example, say, show
from nhiassess.errors import CheckError, UsageError
from nhiassess.model.knowledge import Check

LISTED = {
    "id": "Check",
    "severity": "Severity",
    "objectives": "Objectives",
    "about": "About",
    "title": "Title",
}


@click.group("checks")
def command() -> None:
    """List, show and test the checks, and name the tables that they ask."""


@command.command("list", epilog=example("nhiassess checks list"))
@FORMAT
def listed(shown: str) -> None:
    """List the checks with what they test."""
    show(shown, answers.questions(pipeline.knowledge().checks), LISTED, "No check came with this package.")


@command.command("show", epilog=example("nhiassess checks show credential-outlives-task"))
@click.argument("id")
@FORMAT
def shown_(id: str, shown: str) -> None:
    """Show one check: what it asks, why, what to do, and what it can't know."""
    (check,) = _named(id)
    if shown == "json":
        show(shown, answers.questions([check]), {}, "")
        return
    steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(check.remediation, 1))
    say(f"{check.id}: {check.title}")
    say(f"  {check.severity} severity, {check.confidence} confidence, about {check.about.replace('_', ' ')}")
    say(f"  tests {', '.join(check.objectives)}\n\nWhy: {check.why}\n\nWhat to do:\n{steps}\n")
    say(f"What it can't know: {check.cannot_know}\n\n{check.sql}")


@command.command("test", epilog=example("nhiassess checks test"))
@click.argument("id", required=False)
@FORMAT
def test(id: str | None, shown: str) -> None:
    """Run the examples of one check, or of all, and the law that ignorance never passes."""
    found = _named(id) if id else pipeline.knowledge().checks
    if complaints := tuple(complaint for check in found for complaint in tested(check)):
        raise CheckError(complaints)
    rows = [{"id": check.id, "examples": len(check.examples), "state": "passes"} for check in found]
    show(
        shown,
        answers.answer("checks-test", rows),
        {"id": "Check", "examples": "Examples", "state": "State"},
        "",
    )


@command.command("tables", epilog=example("nhiassess checks tables"))
@FORMAT
def tables(shown: str) -> None:
    """Name the tables that a check can ask, and their columns."""
    rows = [{"id": name, "columns": ", ".join(columns)} for name, columns in sorted(SCHEMAS.items())]
    show(shown, answers.answer("checks-tables", rows), {"id": "Table", "columns": "Columns"}, "There are no tables.")


def _named(id: str) -> tuple[Check, ...]:
    known = pipeline.knowledge()
    if wrong := unknown_check(known, id):
        raise UsageError(wrong[0], hint=wrong[1])
    return tuple(check for check in known.checks if check.id == id)


COMMAND = command
