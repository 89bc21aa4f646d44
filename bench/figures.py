"""Measures what the command line takes as whole processes, and what the knowledge takes to load, against the bars."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import estates

TOP = Path(__file__).resolve().parents[1]
CORPUS = TOP.parent / "shared" / "corpus"
NHIASSESS = Path(sys.executable).parent / "nhiassess"
RUNS = 3
# each in a process of its own, since a second load in one process is faster
LOADED = """
import sys, time
from nhiassess import installed, shelf
from nhiassess.analysis.crosswalk import derive
from nhiassess.analysis.ways import ways
from nhiassess.knowledge.load import load
names = [name for name in installed.names("frameworks", ".yaml") if name not in shelf.TABLES]
files = {name: installed.read(name) for name in names}
start = time.perf_counter()
known = load(files) if sys.argv[1] == "cold" else shelf.knowledge()
if sys.argv[1] == "carried":
    start = time.perf_counter()
    states = {each.id: "satisfied" for c in known.catalogs if c.reads_as == "objectives" for each in c.controls}
    derived = [derive(found, states) for found in ways(known).values()]
print(time.perf_counter() - start)
"""


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
        loaded("all catalogs and crosswalks, from YAML", "cold", "under 2 s")
        loaded("all catalogs and crosswalks, from the copy", "kept", "under 0.5 s")
        loaded("every objective carried over all crosswalks", "carried", "under 1 s")
        for name, write, count, bar in (
            ("1,000 agents in 1,000 folders", estates.agents, 1_000, "under 5 s, 200 MB"),
            ("10,000 files", estates.files, 10_000, "under 30 s"),
            ("100,000 files", estates.files, 100_000, "bounded"),
            ("a log of 2 GB", estates.log, 2_000_000_000, "bounded"),
        ):
            where = Path(room) / name.replace(" ", "-")
            where.mkdir()
            write(where, count)
            measure(f"observe {name}", ["observe", str(where), "--format", "json"], bar, 1 if count > 10_000 else RUNS)
            shutil.rmtree(where)
        if CORPUS.is_dir():
            measure("observe 434 real files", ["observe", str(CORPUS), "--format", "json"], "under 2 s")
        else:
            print("observe 434 real files: the corpus is not here, not measured")


def measure(what: str, words: list[str], bar: str, runs: int = RUNS) -> None:
    """Run a command a few times after one warm-up, once when it takes long, and print median time and peak memory."""
    if runs > 1:
        run(words)
    seconds, megabytes = zip(*(run(words) for _ in range(runs)), strict=True)
    print(f"{what:44} {median(seconds):8.2f} {max(megabytes):6.0f}  {bar}")


def loaded(what: str, how: str, bar: str) -> None:
    """Load the knowledge a few times, each in a fresh process, and print the median time of the loading alone."""
    command = [sys.executable, "-c", LOADED, how]
    seconds = [float(subprocess.run(command, capture_output=True, check=True, text=True).stdout) for _ in range(RUNS)]  # noqa: S603 - our own command
    print(f"{what:44} {median(seconds):8.2f} {'':6}  {bar}")


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
