"""Runs of the command as a process of its own, with or without a terminal of the system."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass

from nhiassess import installed

COMMAND = [sys.executable, "-m", "nhiassess"]
STARTED = 60.0  # seconds after which a run that does not end is given up


def environment(**more: str) -> dict[str, str]:
    gone = ("COLUMNS", "NO_COLOR", "PYTHONIOENCODING")
    usual = {name: value for name, value in os.environ.items() if name not in gone}
    return {**usual, "PYTHONPATH": str(installed.PACKAGE.parent), "TERM": "xterm-256color", **more}


@dataclass(frozen=True)
class Seen:
    """What a run showed: on the output, and piece by piece with its time on the terminal."""

    code: int
    out: str
    pieces: list[tuple[float, str]]

    @property
    def told(self) -> str:
        return "".join(text for _, text in self.pieces)


def on_terminal(*words: str, both: bool = False, columns: int = 80, **env: str) -> Seen:
    """Run the command with its errors, or both streams, on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    began = time.monotonic()
    out = theirs if both else subprocess.PIPE
    process = subprocess.Popen([*COMMAND, *words], stdin=theirs, stdout=out, stderr=theirs, env=environment(**env))
    os.close(theirs)
    pieces = []
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not read:
            break
        pieces.append((time.monotonic() - began, read.decode("utf-8", "replace")))
    os.close(ours)
    answer = process.stdout.read().decode() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    return Seen(process.wait(STARTED), answer, pieces)
