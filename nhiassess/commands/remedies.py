"""nhiassess remedies: what each whole control would do if it alone held everywhere."""

from __future__ import annotations

from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.improvements import remedies
from nhiassess.answers import cured
from nhiassess.commands.command import REACHABLE, asks, at, progress, say, show
from nhiassess.commands.improvements import COLUMNS, told

LEADING = {"id": "Remedy", "objectives": "Objectives"}
NOTHING = "No remedy came with this package or with the assessment."
CLOSING = f"Behaviour takeover, gates hold; each row is done alone, everywhere.\n{REACHABLE}"


@asks("remedies", "nhiassess remedies assessments/ostermere")
def command(path: Path, shown: str, now: str | None) -> None:
    """Say what each whole control would do if it alone held everywhere.

    Those that came with the package, and those of the assessment's own folder remedies/; with the objectives that then
    hold, the reach before and after, and what each touches. JSON has what each says in full, and what it can't know.
    """
    estate = pipeline.observe(path, at(now), progress())
    progress()("trying remedies")
    answer = cured(remedies(estate.graph, estate.knowledge.remedies))
    rows = [{**row, **told(row)} for row in answer["rows"]]
    show(shown, answer, LEADING | COLUMNS, NOTHING, rows)
    if shown == "table" and rows:
        say(CLOSING)


COMMAND = command
