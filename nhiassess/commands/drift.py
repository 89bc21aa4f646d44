"""nhiassess drift: what changed between two observations of an estate, and how far agents reach since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.analysis.drift import drift
from nhiassess.answers import drifted
from nhiassess.commands.command import FORMAT, NOW, REACHABLE, at, counted, example, progress, say, show
from nhiassess.commands.hops import path_lines
from nhiassess.printing import printable, table

COLUMNS = {
    "id": "Agent",
    "change": "Change",
    "resources": "Resources",
    "weighted": "Weighted",
    "gained": "Crown jewels gained",
    "lost": "Crown jewels lost",
}
SAME = "Nothing changed between the two."
NOTHING = "No agent came or went, and none reaches more or less than before."


@click.command("drift", epilog=example("nhiassess drift exports/2026-10 exports/2026-11"))
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@FORMAT
@NOW
def command(before: Path, after: Path, shown: str, now: str | None) -> None:
    """Compare two observations of the same estate.

    BEFORE and AFTER are files, folders or assessments. What appeared and disappeared is counted; each agent that
    reaches more, less or otherwise is listed; a crown jewel that it reaches now comes with the path.
    """
    graphs = [pipeline.observe(each, at(now), progress()).graph for each in (before, after)]
    progress()("comparing")
    found = drift(*graphs)
    answer = drifted(found)
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    if not (found.appeared or found.disappeared or found.edges_appeared or found.edges_disappeared or found.agents):
        say(SAME)
        return
    say(f"Appeared: {_kinds(found.appeared, found.edges_appeared)}.")
    say(f"Disappeared: {_kinds(found.disappeared, found.edges_disappeared)}.\n")
    rows = [
        {
            **row,
            "resources": f"{row['pairs_before']} to {row['pairs_after']}",
            "weighted": f"{row['weighted_before']} to {row['weighted_after']}",
            **{name: len(row[name]) for name in ("gained", "lost")},
        }
        for row in answer["rows"]
    ]
    say(table(rows, COLUMNS) if rows else NOTHING)
    for row in answer["rows"]:
        for path in row["gained"]:
            say("\n".join(["", *path_lines(path)]))
    say(f"\nBehaviour takeover, gates hold. {REACHABLE}")


def _kinds(nodes: Sequence[str], edges: Sequence[str]) -> str:
    """Count nodes by their kind, and relations.

    Examples
    --------
    >>> _kinds(("agent:a", "tool_server:s", "tool_server:t"), ())
    '1 agent, 2 tool servers'
    """
    counts = Counter(node.partition(":")[0].replace("_", " ") for node in nodes)
    words = [counted(count, printable(kind)) for kind, count in sorted(counts.items())]
    return ", ".join([*words, *([counted(len(edges), "relation")] if edges else [])]) or "nothing"


COMMAND = command
