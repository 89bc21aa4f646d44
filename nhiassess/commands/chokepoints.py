"""nhiassess chokepoints: what to remove first."""

from __future__ import annotations

from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.answers import chokes
from nhiassess.commands.command import asks, at, progress, show

COLUMNS = {"id": "Without", "jewels": "Crown jewels in reach", "pairs": "Resources in reach"}
NOTHING = "No path to a crown jewel was found, so there is nothing to cut."


@asks("chokepoints", "nhiassess chokepoints assessments/ostermere")
def command(path: Path, shown: str, now: str | None) -> None:
    """Rank what to remove first.

    By the reach that it cuts; each is verified by computing again without it.
    """
    answer = chokes(chokepoints(pipeline.observe(path, at(now), progress()).graph))
    rows = [
        {
            "id": row["id"],
            "jewels": f"{row['jewels_before']} to {row['jewels_after']}",
            "pairs": f"{row['pairs_before']} to {row['pairs_after']}",
        }
        for row in answer["rows"]
    ]
    show(shown, answer, COLUMNS, NOTHING, rows)


COMMAND = command
