"""The command line: words in, exit code out; the only place that catches an error and exits."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper

import click

from nhiassess.errors import NhiAssessError
from nhiassess.installed import tool_version
from nhiassess.printing import printable, taking_back

# in the order in which one meets them
VERBS = (
    *(
        "demo",
        "init",
        "observe",
        "assess",
        "paths",
        "blast-radius",
        "chokepoints",
        "improvements",
        "remedies",
        "what-if",
        "minimum-cut",
        "drift",
        "escalations",
        "coverage",
        "requests",
    ),
    *("replay-scenario", "frameworks", "checks", "doctor"),
)


class _Verbs(click.Group):
    """Imports a verb when it is asked for, so that `--version` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"nhiassess.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.COMMAND
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and (near := get_close_matches(args[0], VERBS, 1)):
            raise click.UsageError(f"No such command {args[0]!r}. Did you mean {near[0]!r}?", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(tool_version(), prog_name="nhiassess")
@click.option("--verbose", is_flag=True, help="Show where in the code an error came from.")
def commands(verbose: bool) -> None:
    """Assess AI agents and the identities they act with, from their configuration files.

    PATH is a file, a folder, or an assessment (a folder with plan.yaml). Nothing that a file names is started,
    contacted or opened.

    \b
    Shell completion:  eval "$(_NHIASSESS_COMPLETE=bash_source nhiassess)"   (or zsh_source, fish_source)
    Exit codes:        0 done, 1 --fail-on was met, 2 usage, 3 could not assess
    """  # noqa: D301 - click wants the sign itself, which keeps the lines apart


def main() -> None:
    """Run the command line; exit 0, 1 (``--fail-on``), 2 (usage), 3 (could not assess), 130 or 141 as a shell does."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what the reader's encoding lacks is spelled out
    try:
        # without standalone mode an exit that click makes itself, such as after --help, comes back as its code
        code = commands(standalone_mode=False) or 0
    except (NhiAssessError, OSError) as error:
        if "--verbose" in sys.argv:
            raise
        code = _told(error)
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        click.echo(f"{taking_back()}stopped", err=True)
        code = 130
    except SystemExit:
        code = 141  # click leaves by itself when the reader, such as `head`, has gone; a shell says so by this code
    raise SystemExit(code)


def _told(error: NhiAssessError | OSError) -> int:
    """Print every complaint, over the line of progress where there is one; give the exit code."""
    if isinstance(error, OSError):
        hint = "Check the path, and who may read or write there."
        error = NhiAssessError(error.strerror or "failed", str(error.filename or ""), hint)
    click.echo(taking_back() + "\n".join(printable(str(each)) for each in error.complaints), err=True)
    return error.exit_code
