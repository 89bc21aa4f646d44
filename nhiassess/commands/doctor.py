"""nhiassess doctor: what works on this machine."""

from __future__ import annotations

import click

from nhiassess.answers import answer
from nhiassess.commands.command import FORMAT, example, show
from nhiassess.doctor import examine

COLUMNS = {"what": "What", "works": "Works", "detail": "Detail", "hint": "What to do"}


@click.command("doctor", epilog=example("nhiassess doctor"))
@FORMAT
def command(shown: str) -> None:
    """Say what works on this machine.

    And what to do where something does not.
    """
    show(shown, answer("doctor", examine()), COLUMNS, "")


COMMAND = command
