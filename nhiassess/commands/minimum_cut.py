"""nhiassess minimum-cut: the fewest things that must go so that no agent reaches a crown jewel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.minimum_cut import minimum_cut
from nhiassess.answers import severed
from nhiassess.commands.command import REACHABLE, Row, asks, at, counted, progress, say, show
from nhiassess.commands.hops import path_lines
from nhiassess.printing import printable

NOTHING = "No agent reaches a crown jewel while gates hold, so there is nothing to cut."
OPEN = "Of these paths nothing can be taken out, so no cut closes them:"
TOUCHED = {"files": "files", "identities": "identities", "people": "owners"}


@asks("minimum-cut", "nhiassess minimum-cut assessments/ostermere")
def command(path: Path, shown: str, now: str | None) -> None:
    """Find the fewest things that must go so that no agent reaches a crown jewel.

    Grants, credentials, tool servers and relations, with what each touches; verified by computing again without them.
    What no cut closes is printed hop by hop.
    """
    graph = pipeline.observe(path, at(now), progress()).graph
    progress()("cutting")
    answer = severed(minimum_cut(graph))
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    say("\n".join(map(printable, _lines(answer))))
    for row in answer["open"]:
        say("\n".join(["", *path_lines(row)]))
    say(f"\n{REACHABLE}")


def _lines(answer: Row) -> Iterator[str]:
    rows, before, after = answer["rows"], answer["jewels_before"], answer["jewels_after"]
    if not before:
        yield NOTHING
    if rows:
        things = counted(len(rows), "thing")
        yield f"{things} to take out: crown jewels in reach {before} to {after}, summed over agents."
        yield "Behaviour takeover, gates hold; verified by computing again without them."
    for number, row in enumerate(rows, 1):
        yield ""
        yield f"{number}. {row['id']}"
        for field, noun in TOUCHED.items():
            if row["cost"][field]:
                yield f"   {noun:<10}  {', '.join(row['cost'][field])}"
    if answer["open"]:
        yield from ["", OPEN] if rows else [OPEN]


COMMAND = command
