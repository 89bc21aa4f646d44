"""nhiassess coverage: how every control stands."""

from __future__ import annotations

from pathlib import Path

from nhiassess import pipeline
from nhiassess.answers import covered
from nhiassess.commands.command import asks, at, progress, show

COLUMNS = {
    "framework": "Framework",
    "control": "Control",
    "state": "State",
    "lower": "Lower",
    "upper": "Upper",
    "denominator": "Of",
    "reason": "Reason",
}


@asks("coverage", "nhiassess coverage assessments/ostermere --format json")
def command(path: Path, shown: str, now: str | None) -> None:
    """Say how each control of each framework stands.

    The bounds count what is not determined once as failed and once as held.
    """
    answer = covered(pipeline.assess(path, at(now), progress()).controls)
    show(shown, answer, COLUMNS, "No framework is assessed.")


COMMAND = command
