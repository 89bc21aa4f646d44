"""nhiassess init: the folder of a new assessment."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess.beginning import begin
from nhiassess.commands.command import PATH, example, say


@click.command("init", epilog=example("nhiassess init assessments/acme"))
@PATH
def command(path: Path) -> None:
    """Make the folder of a new assessment.

    With a plan to fill in, and a place for what was observed.
    """
    for made in begin(path):
        say(f"made {made}")
    say(f"\nPut exported configurations into {path / 'observed'}, fill in {path / 'plan.yaml'}, then run:")
    say(f"  nhiassess assess {path}")


COMMAND = command
