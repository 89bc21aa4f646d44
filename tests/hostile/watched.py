"""Runs the command line once for each list of words, while a hook writes down what Python opens, changes or starts."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

# what an event of one of these kinds is about stands first in what it is given
WATCHED = (
    *("open", "os.", "shutil.", "tempfile.", "ctypes.dlopen", "subprocess.", "pty.", "webbrowser.", "syslog."),
    *("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "telnetlib.", "nntplib."),
)
IN_MEMORY = ("os.putenv", "os.unsetenv", "socket.gethostname", "os.walk", "os.fwalk")


def watch(log: int) -> None:
    """Write every watched event from now on as a line of JSON; nothing can take a hook away again."""

    def hook(event: str, given: tuple[object, ...]) -> None:
        if event.startswith(WATCHED) and event not in IN_MEMORY:
            os.write(log, (json.dumps([event, os.getcwd(), *map(_plain, given)]) + "\n").encode())

    sys.addaudithook(hook)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return os.fsdecode(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def main(log: str, runs: list[list[str]], module: str = "nhiassess.cli") -> None:
    """Run ``main`` of a module for each list of words; the last line of the log holds the exit codes."""
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    watch(opened)
    codes: list[object] = []
    for words in runs:
        sys.argv = ["nhiassess", *words]
        try:
            codes.append(import_module(module).main())
        except SystemExit as stop:
            codes.append(stop.code)
        except BaseException as error:  # what it is, is for the test to say
            codes.append(repr(error))
    sys.stdout.flush()
    os.write(opened, (json.dumps(["codes", "", *codes]) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), *sys.argv[3:])
