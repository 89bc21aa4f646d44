"""nhiassess assess: the whole way, from configuration files to the report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nhiassess import pipeline
from nhiassess.assessment import history
from nhiassess.commands.command import NOW, PATH, USER_CONFIG, YES, at, besides, example, progress, say, warn
from nhiassess.errors import RenderError, UsageError
from nhiassess.model.assessment import LEVELS, Assessment, FrameworkCoverage
from nhiassess.model.knowledge import Knowledge
from nhiassess.printing import table
from nhiassess.roots import NONE

ALL = "json,sarif,html,pdf"
WORDS = tuple(level.replace(" ", "-") for level in LEVELS)


@click.command("assess", epilog=example("nhiassess assess assessments/ostermere --out build/ostermere --fail-on high"))
@PATH
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to.  [default: build/<name of PATH>]")
@click.option("--format", "formats", default=ALL, show_default=True, help="What to write.")
@click.option(
    "--fail-on", type=click.Choice(WORDS), help="Exit with 1 when a finding's risk is at this level or above."
)
@click.option("--record", is_flag=True, help="Append this run to the history of the assessment.")
@USER_CONFIG
@YES
@NOW
def command(
    path: Path,
    out: Path | None,
    formats: str,
    fail_on: str | None,
    record: bool,
    user_config: bool,
    yes: bool,
    now: str | None,
) -> None:
    """Assess PATH and write the report.

    With a plan.yaml the plan decides what is assessed; without one, everything under PATH against all frameworks.
    """
    if record and not (path / "plan.yaml").is_file():
        raise UsageError("only an assessment has a history", str(path), "`nhiassess init` makes the folder of one.")
    assessment = run(
        path, out or Path("build") / (path.resolve().name or "report"), formats, now, besides(user_config, yes)
    )
    if record:
        say(f"recorded {history.append(path / 'history', assessment)}")
    if fail_on and any(WORDS.index(_word(each.risk_level)) >= WORDS.index(fail_on) for each in assessment.findings):
        raise click.exceptions.Exit(1)


def run(path: Path, out: Path, formats: str, now: str | None, more: Mapping[str, Path] = NONE) -> Assessment:
    """Assess, write the files, and print what a reader wants to know first.

    Raises
    ------
    RenderError
        When nothing can be written to the folder, or no output that was asked for can be made; of several the
        others are still written.
    """
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    stage = progress()
    # a word that names no format, and a place where nothing can be written, are refused before the work begins
    pipeline.renderers(wanted)
    _refuse_unwritable(out)
    assessment = pipeline.assess(path, at(now), stage, more)
    made, missed = _drawn(assessment, wanted, stage)
    for name, content in made.items():
        out.mkdir(parents=True, exist_ok=True)
        history.write_atomically(out / name, content)
    stage("")
    say(_summary(assessment))
    for name in made:
        say(f"wrote {out / name}")
    for words in (*(f"warning: {each}" for each in assessment.warnings), *missed):
        warn(words)
    return assessment


def _refuse_unwritable(out: Path) -> None:
    there = next(each for each in (out, *out.resolve().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise RenderError("nothing can be written here", str(there), "Name another folder with --out.")


def _drawn(assessment: Assessment, wanted: Sequence[str], stage: Any) -> tuple[dict[str, bytes], list[str]]:
    made: dict[str, bytes] = {}
    missed: list[tuple[str, RenderError]] = []
    for name in wanted:
        try:
            made |= pipeline.render(assessment, [name], stage)
        except RenderError as error:
            missed.append((name, error))
    if missed and not made:
        raise missed[0][1]
    return made, [f"no {name}: {error}" for name, error in missed]


def _summary(assessment: Assessment) -> str:
    levels = [
        {"level": level, "count": sum(each.risk_level == level for each in assessment.findings)}
        for level in reversed(LEVELS)
    ]
    rows = [_standing(each, assessment.knowledge) for each in assessment.coverage]
    columns = {"framework": "Framework", "held": "Hold or satisfied", "of": "Of", "open": "Not determined"}
    files = [f"{sum(f.status == s for f in assessment.inventory.files)} {s}" for s in ("read", "ignored", "skipped")]
    found = [row for row in levels if row["count"]]
    first = table(found, {"level": "Risk level", "count": "Findings"}) if found else "No check failed."
    agents = f"{len(assessment.inventory.agents)} agents in files: {', '.join(files)}."
    return "\n".join([agents, "", first, "", table(rows, columns), ""])


def _standing(coverage: FrameworkCoverage, knowledge: Knowledge) -> dict[str, Any]:
    catalog = knowledge.catalog(coverage.framework)
    name = catalog.short if catalog else coverage.title
    if catalog and len(catalog.nouns) > 1:
        name += f", {catalog.nouns[coverage.reads_as]}"
    counts = dict(coverage.counts)
    unknown = counts.get("not-determined", 0) + counts.get("not determined", 0)
    lower, upper = coverage.lower, coverage.upper
    held = "-" if lower is None else str(lower) if lower == upper else f"{lower} to {upper}"
    return {"framework": name, "held": held, "of": coverage.denominator, "open": unknown}


def _word(level: str) -> str:
    return level.replace(" ", "-")


COMMAND = command
