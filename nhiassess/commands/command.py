"""The contract of a command: it asks the conductor, and shows rows as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from nhiassess.errors import UsageError
from nhiassess.printing import table

Row = Mapping[str, Any]
Decorated = Callable[..., Any]

FORMAT = click.option(
    *("--format", "shown"),
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the answer.",
)
NOW = click.option("--now", help="Date of the assessment (ISO 8601), for reproducible output.")
PATH = click.argument("path", type=click.Path(path_type=Path))


def example(line: str) -> str:
    r"""Give the end of a help text: one line to copy.

    Examples
    --------
    >>> example("nhiassess doctor")
    '\x08\nExample:\n  nhiassess doctor'
    """
    return f"\b\nExample:\n  {line}"


def asks(name: str, line: str) -> Callable[[Decorated], click.Command]:
    """Declare a command that looks at PATH and answers in rows, with an example for its help."""

    def declare(function: Decorated) -> click.Command:
        return click.command(name, epilog=example(line))(PATH(FORMAT(NOW(function))))

    return declare


def show(shown: str, answer: Row, columns: Mapping[str, str], nothing: str, rows: Sequence[Row] | None = None) -> None:
    """Print an answer: as JSON whole, as a table the rows and columns that fit a terminal."""
    progress()("")
    if shown == "json":
        say(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    printed = answer["rows"] if rows is None else rows
    say(table(printed, columns) if printed else nothing)


def say(text: str) -> None:
    """Print a line."""
    click.echo(text)


def warn(text: str) -> None:
    """Print a line to the error stream."""
    click.echo(text, err=True)


def progress() -> Callable[[str], None]:
    """Give what shows the stage of a longer work: on a terminal one line that is written over, else nothing."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda stage: click.echo(f"\r\033[K{stage}{' ...' if stage else ''}", nl=False, err=True)


def at(now: str | None) -> str:
    """Give the date of the assessment as ISO 8601 in UTC; the present when none is given.

    Raises
    ------
    UsageError
        When the words are no date.

    Examples
    --------
    >>> at("2026-11-23")
    '2026-11-23T00:00:00Z'
    """
    if now is None:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        parsed = datetime.fromisoformat(now.replace("Z", "+00:00"))
    except ValueError:
        hint = "Write it as 2026-11-23 or 2026-11-23T09:00:00Z."
        raise UsageError(f"{now!r} is no date", "--now", hint) from None
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
