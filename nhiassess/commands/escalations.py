"""nhiassess escalations: who is an administrator, or can become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nhiassess import pipeline
from nhiassess.analysis.escalations import escalations
from nhiassess.answers import escalated
from nhiassess.commands.command import Row, asks, at, progress, say, show

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

    With the verdict, the techniques of the first step, and the identity that is gained by it; below, each way
    hop by hop with the statements that make it and what they leave open.
    """
    answer = escalated(escalations(pipeline.observe(path, at(now), progress()).graph))
    rows = [{**row, "via": row["via"] or "-"} for row in answer["rows"]]
    show(shown, answer, COLUMNS, NOTHING, rows)
    for row in rows if shown == "table" else ():
        say("\n".join(["", row["identity"], *(f"  {line}" for line in _lines(row["hops"]))]))


def _lines(hops: Iterable[Row]) -> Iterator[str]:
    """Give each hop with what it leaves open and its places, where they are not those of the hop before."""
    before: list[str] = []
    for hop in hops:
        yield hop["reason"] + ("" if hop["verdict"] == "yes" else f"  [{hop['verdict'].replace('_', ' ')}]")
        yield from (f"  open: {each}" for each in hop["conditions"])
        places = list(_places(hop["locations"]))
        yield from (f"  at {each}" for each in places if each not in before)
        before = places


def _places(locations: Iterable[Row]) -> Iterator[str]:
    """Give the lines of each file, those that follow one another as one."""
    files: dict[str, set[int]] = {}
    for each in locations:
        files.setdefault(each["path"], set()).add(each["line"])
    for path, lines in sorted(files.items()):
        spans: list[list[int]] = []
        for line in sorted(lines):
            if spans and line == spans[-1][-1] + 1:
                spans[-1][1:] = [line]
            else:
                spans.append([line])
        yield f"{path}:{', '.join('-'.join(map(str, span)) for span in spans)}"


COMMAND = command
