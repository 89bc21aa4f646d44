"""nhiassess requests: what to ask for next, and of whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.answers import requested
from nhiassess.commands.command import FORMAT, NOW, PATH, Row, at, example, progress, say, show
from nhiassess.printing import printable

_SHOWN = 2
_LONGEST = 70
_WRITTEN = "written-"  # rows that somebody writes, where others make an export
NOTHING = "Nothing is open that an export known here would settle."


@click.command("requests", epilog=example("nhiassess requests assessments/ostermere --top 5"))
@PATH
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="How many to print as a table.")
@FORMAT
@NOW
def command(path: Path, top: int, shown: str, now: str | None) -> None:
    """List the exports that would settle most of what is open.

    For each the command, which only reads, the least privilege it needs, whom to ask, and what to take out before it is
    passed on. Nothing is run: a person decides.
    """
    found = pipeline.assess(path, at(now), progress()).requests
    answer = requested(found)
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    rows = answer["rows"]
    for number, row in enumerate(rows[:top], 1):
        say("\n".join(map(printable, _lines(number, row))) + "\n")
    if not rows:
        say(NOTHING)
    elif len(rows) > top:
        say(f"{top} of {len(rows)} printed; --top {len(rows)} prints all.")
    say("\n".join(_left(answer["open"])))


def _lines(number: int, row: Row) -> Iterator[str]:
    yield f"{number}. {row['title']}"
    yield f"   settles up to {_settles(row)}"
    yield f"   about  {_about(row['subjects'])}"
    yield f"   ask    {row['ask']}"
    does = "write" if row["id"].startswith(_WRITTEN) else "run  "
    yield f"   {does}  {row['command']}{'  (not verified)' if row['unverified'] else ''}"
    yield f"   needs  {row['privilege']}"
    yield f"   care   {row['warning']}"
    yield f"   put at {row['file']}"


def _settles(row: Row) -> str:
    determinations, partly = row["determinations"], row["partly"]
    more = f" ({partly} more in part)" if partly else ""
    parts = [
        f"{_count(determinations, 'determination')}{more}" if determinations or partly else "",
        _count(row["edges"], "undecided relation") if row["edges"] else "",
        _count(row["skipped"], "place that was not looked at", "places that were not looked at")
        if row["skipped"]
        else "",
    ]
    return ", ".join(part for part in parts if part)


def _about(subjects: Sequence[str]) -> str:
    more = f" and {len(subjects) - _SHOWN:,} more" if len(subjects) > _SHOWN else ""
    return ", ".join(each if len(each) <= _LONGEST else f"{each[:_LONGEST]}..." for each in subjects[:_SHOWN]) + more


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _left(row: Row) -> Iterator[str]:
    whole, left = row["determinations"], row["determinations_left"]
    yield f"{_count(whole, 'determination')} open; {left:,} of them wait for something else than these exports:"
    yield "answers of people, decisions of the owner, or what no configuration shows."


COMMAND = command
