"""The contract of a command: it asks the conductor, and shows rows as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import click

from nhiassess.errors import UsageError
from nhiassess.home import PREFIX, found
from nhiassess.printing import printable, table, taking_back

Row = Mapping[str, Any]
Decorated = Callable[..., Any]

FORMAT = click.option(
    *("--format", "shown"),
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the answer.",
)
# of what other tools read too
FORMATS = click.option(
    *("--format", "shown"),
    type=click.Choice(["table", "json", "csv", "oscal"]),
    default="table",
    show_default=True,
    help="How to print the answer; csv for spreadsheets, oscal as OSCAL 1.2.3 in JSON.",
)
NOW = click.option("--now", help="Date of the assessment (ISO 8601), for reproducible output.")
USER_CONFIG = click.option(
    "--user-config", is_flag=True, help="Read the agents' and tools' files in your home folder too; lists them first."
)
YES = click.option("--yes", is_flag=True, help="Read what --user-config lists without being asked.")
PATH = click.argument("path", type=click.Path(path_type=Path))
REACHABLE = "Reachability in what the files state, not exploitability."


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
        sys.stdout.writelines(_as_json(answer))
        return
    printed = answer["rows"] if rows is None else rows
    say(table(printed, columns) if printed else nothing)


def besides(user_config: bool, yes: bool) -> dict[str, Path]:
    """List the files of the home folder that would be read, and give them when the user agrees.

    Raises
    ------
    UsageError
        When there is nobody to ask, or the user does not agree.
    """
    if not user_config:
        return {}
    files = found(Path.home())
    for path, (_, each) in files.items():
        kept = "; its secrets are not kept" if each.secret else ""
        warn(f"  ~/{path.removeprefix(PREFIX)}  ({each.whose}{kept})")
    if not files:
        warn("No file of an agent or tool was found in your home folder.")
        return {}
    warn(f"{len(files)} files of your home folder would be read.")
    if not yes and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here", "--user-config", "Add --yes to read the files listed above.")
    if not yes and not click.confirm("Read them?", err=True):
        raise UsageError("the files of the home folder were not read", hint="Leave --user-config out.")
    return {path: file for path, (file, _) in files.items()}


def say(text: str) -> None:
    """Print lines."""
    click.echo("\n".join(map(printable, text.split("\n"))))


def write(content: bytes) -> None:
    """Print a document as it is, byte by byte."""
    progress()("")
    click.echo(content, nl=False)


def warn(text: str) -> None:
    """Print a line to the error stream."""
    click.echo(printable(text), err=True)


def _as_json(answer: Row) -> Iterator[str]:
    """Write JSON, a row a line, in which what a terminal would obey is spelled out; that means the same to a reader."""
    plain = not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    lead = "{"
    for key, value in answer.items():
        yield f"{lead}\n  {json.dumps(key)}: "
        lead = ","
        if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
            yield from _rows(value, plain)
        else:
            yield _spelled(json.dumps(value, ensure_ascii=plain))
    yield "\n}\n" if answer else "{}\n"


def _rows(rows: Iterable[Any], plain: bool) -> Iterator[str]:
    lead = "["
    for row in rows:
        yield f"{lead}\n    {_spelled(json.dumps(row, ensure_ascii=plain))}"
        lead = ","
    yield "[]" if lead == "[" else "\n  ]"


def _spelled(line: str) -> str:
    return line if line.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def touched(cost: Row) -> str:
    """Count what a change touches, and name the owners.

    Examples
    --------
    >>> touched({"edges": 1, "files": ["a.json"], "identities": [], "people": ["Head of platform"]})
    'It touches 1 relation and 1 file. Owners: Head of platform.'
    """
    counts = {"relation": cost["edges"], "file": len(cost["files"]), "identity": len(cost["identities"])}
    words = [counted(count, noun) for noun, count in counts.items() if count]
    owners = f" Owners: {', '.join(cost['people'])}." if cost["people"] else ""
    return f"It touches {' and '.join(filter(None, (', '.join(words[:-1]), *words[-1:]))) or 'nothing'}.{owners}"


def counted(number: int, one: str) -> str:
    """Give a number with its noun.

    Examples
    --------
    >>> counted(2, "identity")
    '2 identities'
    """
    several = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else several}"


class Stage:
    """The stage of a work that takes more than a second, on one line of the terminal."""

    def __init__(self) -> None:
        self.name, self.shown = "", False
        self.timer: Timer | None = None

    def __call__(self, name: str) -> None:
        """Name the stage that begins; "" when the work is done."""
        self.name = name
        if name and self.timer is None and taking_back():
            self.timer = Timer(1, self.show)
            self.timer.daemon = True
            self.timer.start()
        elif self.shown:
            self.show()
        if not name and self.timer is not None:
            self.timer.cancel()
            self.timer, self.shown = None, False

    def show(self) -> None:
        """Write the name over what stands on the line."""
        self.shown = True
        click.echo(f"{taking_back()}{self.name}{' ...' if self.name else ''}", nl=False, err=True)


@cache
def progress() -> Stage:
    """Give the one line that shows how far the work is."""
    return Stage()


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
