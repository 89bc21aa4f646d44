"""nhiassess improvements: which changes do most, each once those before it are made."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.analysis.improvements import improvements
from nhiassess.answers import improved
from nhiassess.commands.command import REACHABLE, Row, asks, at, progress, say, show

# how a change shows in a table; remedies are shown so too
COLUMNS = {
    "jewels": "Crown jewels",
    "resources": "Resources",
    "files": "Files",
    "identities": "Identities",
    "people": "Owners",
}
NOTHING = "No change by itself cuts an agent off from a crown jewel."
CLOSING = f"Behaviour takeover, gates hold; each row begins where the one above it ends.\n{REACHABLE}"


@asks("improvements", "nhiassess improvements assessments/ostermere --most 3")
@click.option("--most", type=click.IntRange(1, 100), default=5, show_default=True, help="How many changes to give.")
def command(path: Path, most: int, shown: str, now: str | None) -> None:
    """Rank changes, each the best one once those before it are made.

    What to take out, or which tool call to have a person approve; with the agents' crown jewels and resources in reach
    before and after, and how many files, identities and owners each change touches.
    """
    graph = pipeline.observe(path, at(now), progress()).graph
    progress()("ranking improvements")
    answer = improved(improvements(graph, most))
    rows = [{"rank": rank, "title": row["title"], **told(row)} for rank, row in enumerate(answer["rows"], 1)]
    show(shown, answer, {"rank": "#", "title": "Change", **COLUMNS}, NOTHING, rows)
    if shown == "table" and rows:
        say(CLOSING)


def told(row: Row) -> Row:
    """Give what a change does to reach, and how much it touches, as the cells of `COLUMNS`."""
    before, after = row["before"][0], row["after"][0]  # behaviour takeover with gates holding stands first
    return {
        "jewels": f"{before['jewels']} to {after['jewels']}",
        "resources": f"{before['pairs']} to {after['pairs']}",
        **{name: len(row["cost"][name]) for name in ("files", "identities", "people")},
    }


COMMAND = command
