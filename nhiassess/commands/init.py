"""nhiassess init: the folder of a new assessment."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess.beginning import begin, renew
from nhiassess.commands.command import PATH, example, say


@click.command("init", epilog=example("nhiassess init assessments/acme"))
@PATH
@click.option("--schema", is_flag=True, help="Only write schema/ anew, in an assessment that is there.")
def command(path: Path, schema: bool) -> None:
    """Make the folder of a new assessment.

    With a plan to fill in, a place for what was observed, examples of a framework, a crosswalk and a check of your
    own, and the schemas by which an editor completes and checks them.
    """
    for made in renew(path) if schema else begin(path):
        say(f"made {made}")
    if schema:
        return
    say(f"\nPut exported configurations into {path / 'observed'}, fill in {path / 'plan.yaml'}, then run:")
    say(f"  nhiassess assess {path}")
    say(f"  nhiassess frameworks verify {path}    # after changing a file of your own")


COMMAND = command
