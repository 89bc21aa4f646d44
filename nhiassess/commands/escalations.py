"""nhiassess escalations: who is an administrator, or can become one."""

from __future__ import annotations

from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.escalations import escalations
from nhiassess.answers import escalated
from nhiassess.commands.command import asks, at, progress, show

COLUMNS = {
    "identity": "Identity",
    "already": "Administrator",
    "verdict": "Verdict",
    "techniques": "Techniques",
    "via": "Gains",
}
NOTHING = "As far as the files say, no identity is or can become an administrator."


@asks("escalations", "nhiassess escalations account-authorization-details.json")
def command(path: Path, shown: str, now: str | None) -> None:
    """List who is an administrator, or can become one.

    With the verdict, the techniques of the first step, and the identity that is gained by it.
    """
    answer = escalated(escalations(pipeline.observe(path, at(now), progress()).graph))
    rows = [{**row, "via": row["via"] or "-"} for row in answer["rows"]]
    show(shown, answer, COLUMNS, NOTHING, rows)


COMMAND = command
