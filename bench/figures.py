"""Measures whole processes: what the command line takes on this machine, against the bar for each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

TOP = Path(__file__).resolve().parents[1]
CORPUS = TOP.parent / "shared" / "corpus"
NHIASSESS = Path(sys.executable).parent / "nhiassess"
RUNS = 3


def main() -> None:
    """Print one line for each figure: median seconds, peak memory, and the bar."""
    print(f"{'what':44} {'seconds':>8} {'MB':>6}  bar")
    with tempfile.TemporaryDirectory() as room:
        sample = str(TOP / "assessments" / "ostermere")
        measure("nhiassess --version", ["--version"], "under 0.3 s")
        measure("frameworks verify", ["frameworks", "verify"], "-")
        measure("observe ostermere", ["observe", sample, "--format", "json"], "-")
        measure("assess ostermere, JSON", ["assess", sample, "--out", room, "--format", "json"], "-")
        measure("assess ostermere, all with PDF", ["assess", sample, "--out", room], "under 20 s")
        if CORPUS.is_dir():
            measure("observe 434 real files", ["observe", str(CORPUS), "--format", "json"], "under 5 s, 300 MB")
        else:
            print("observe 434 real files: the corpus is not here, not measured")


def measure(what: str, words: list[str], bar: str) -> None:
    """Run a command a few times after one warm-up, and print its median time and peak memory."""
    run(words)
    seconds, megabytes = zip(*(run(words) for _ in range(RUNS)), strict=True)
    print(f"{what:44} {median(seconds):8.2f} {max(megabytes):6.0f}  {bar}")


def run(words: list[str]) -> tuple[float, float]:
    """Give wall seconds and peak memory of one process, as the operating system accounts it."""
    start = time.perf_counter()
    process = subprocess.Popen([NHIASSESS, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"nhiassess {' '.join(words)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
