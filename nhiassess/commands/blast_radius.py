"""nhiassess blast-radius: how far each agent reaches."""

from __future__ import annotations

from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.blast_radius import blast_radius
from nhiassess.answers import radii
from nhiassess.commands.command import asks, at, progress, show

COLUMNS = {
    "agent": "Agent",
    "threat_model": "Takeover",
    "gated": "Gates hold",
    "resources": "Resources",
    "weighted": "Weighted",
    "jewels": "Crown jewels",
}


@asks("blast-radius", "nhiassess blast-radius assessments/ostermere --format json")
def command(path: Path, shown: str, now: str | None) -> None:
    """Say how far each agent reaches.

    For behaviour and identity takeover, with gates holding and not.
    """
    answer = radii(blast_radius(pipeline.observe(path, at(now), progress()).graph))
    rows = [{**row, "weighted": _between(row["bounds"]), "jewels": len(row["crown_jewels"])} for row in answer["rows"]]
    show(shown, answer, COLUMNS, "No agent was found.", rows)


def _between(bounds: list[int]) -> str:
    low, high = bounds
    return str(low) if low == high else f"{low} to {high}"


COMMAND = command
