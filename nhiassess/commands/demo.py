"""nhiassess demo: the sample that came with the package."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import installed
from nhiassess.commands.assess import ALL, run
from nhiassess.commands.command import NOW, example


@click.command("demo", epilog=example("nhiassess demo --out demo"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("nhiassess-demo"),
    show_default=True,
    help="Folder to write to.",
)
@click.option("--format", "formats", default=ALL, show_default=True, help="What to write.")
@NOW
def command(out: Path, formats: str, now: str | None) -> None:
    """Assess the sample that came with the package.

    An invented freight company, its agents and what was planted among them.
    """
    run(installed.sample("ostermere"), out, formats, now)


COMMAND = command
