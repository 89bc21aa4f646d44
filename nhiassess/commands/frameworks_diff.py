"""nhiassess frameworks diff: what a new version of a framework changes, for mappings and for an assessment too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from nhiassess import answers, pipeline
from nhiassess.assessment.versions import standing
from nhiassess.commands.command import FORMAT, NOW, at, example, progress, say, show, warn
from nhiassess.errors import UsageError
from nhiassess.knowledge.difference import carried, changes, consequences
from nhiassess.knowledge.follow import follow
from nhiassess.model.difference import Followed, FrameworkChange
from nhiassess.model.knowledge import Catalog, Knowledge
from nhiassess.printing import table

CONTROL = {"change": "Change", "old": "Old", "new": "New", "before": "Before", "after": "After", "why": "Why"}
# what the rows are about: its heading, the words when there is none, and its columns
SECTIONS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "control": ("Controls", "every one is as it was.", CONTROL),
    "crosswalk row": (
        "Crosswalk rows that lose an end",
        "none does.",
        {"change": "Change", "old": "Row", "before": "End", "after": "Is now", "why": "Where, and why"},
    ),
    "mapping": (
        "Controls that no row reaches now",
        "none that a row reached before.",
        {"new": "Control", "after": "Title", "why": "Why"},
    ),
    "state": ("States in the assessment", "none changes.", CONTROL),
    "coverage": ("Coverage in the assessment", "none.", {"change": "Figure", "before": "Before", "after": "After"}),
}
LED_ON = (
    "States and coverage assume that rows still hold where their ends were followed to the new version; nobody has "
    "assessed them for it."
)


@click.command("diff", epilog=example("nhiassess frameworks diff owasp-asi-2026 drafts/owasp-asi-2027.yaml"))
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option(
    *("--assessment", "path"),
    type=click.Path(path_type=Path),
    help="Show what B does to this assessment: a file, a folder, or the folder of an assessment.",
)
@FORMAT
@NOW
def diff(old: str, new: str, path: Path | None, shown: str, now: str | None) -> None:
    """Compare two versions of a framework.

    A and B are frameworks that came with the package, or paths of catalog files. Controls are followed by id and title,
    equal titles, aliases and titles that are alike, since publishers reuse ids.
    """
    known = pipeline.knowledge()
    before, after = pipeline.version(old, known), pipeline.version(new, known)
    followed = follow(before, after)
    rows = [*changes(before, after, followed), *consequences(before, after, followed, known)]
    if path is not None:
        rows += _assessed(path, at(now), before, after, followed)
    if before.controls and not followed:
        warn(f"warning: no control of {before.id} is found in {after.id}; are these two versions of one framework?")
    if shown == "json":
        show(shown, answers.changed(rows), {}, "")
        return
    progress()("")
    say(f"{before.title} ({before.id} {before.version}) to {after.title} ({after.id} {after.version})\n")
    say(
        f"{len(before.controls)} controls before, {len(after.controls)} after, {len(followed)} of these are the same.\n"
    )
    about = SECTIONS if path is not None else [name for name in SECTIONS if name not in ("state", "coverage")]
    for name in about:
        say(_section(name, [row for row in rows if row.about == name]) + "\n")
    if path is not None:
        say(LED_ON)


def _assessed(
    path: Path, now: str, old: Catalog, new: Catalog, followed: Mapping[str, Followed]
) -> tuple[FrameworkChange, ...]:
    estate = pipeline.observe(path, now, progress())
    planned = estate.stated.plan.frameworks
    if old.id not in planned:
        hint = f"It is assessed against {', '.join(planned)}."
        raise UsageError(f"the plan does not name {old.id}", str(path), hint)
    frameworks = dict.fromkeys(new.id if each == old.id else each for each in planned)
    then, later = _known(estate.knowledge, old, new, followed)
    before = pipeline.conclude(pipeline.reframed(estate, then, planned), now, progress())
    after = pipeline.conclude(pipeline.reframed(estate, later, frameworks), now, progress())
    return standing(before, after, old.id, new.id, followed)


def _known(
    known: Knowledge, old: Catalog, new: Catalog, followed: Mapping[str, Followed]
) -> tuple[Knowledge, Knowledge]:
    """Give the knowledge with each version; rows are led on from the one that they are written for."""
    if known.catalog(new.id) == new:
        back = {each.new: Followed(each.new, each.old, each.why) for each in followed.values()}
        return known if known.catalog(old.id) == old else carried(new, old, back, known), known
    others = tuple(each for each in known.catalogs if each.id != old.id)
    then = replace(known, catalogs=(*others, old))
    return then, carried(old, new, followed, then)


def _section(about: str, rows: Sequence[FrameworkChange]) -> str:
    heading, nothing, columns = SECTIONS[about]
    if not rows:
        return f"{heading}: {nothing}"
    cells = [{field: getattr(row, field) or "-" for field in columns} for row in rows]
    counts = ", ".join(f"{count} {name}" for name, count in Counter(row.change for row in rows).most_common())
    told = f": {counts}" if about in ("control", "crosswalk row", "state") else ""
    return f"{heading}{told}\n\n{table(cells, columns)}"
