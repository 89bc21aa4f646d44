"""Whatever comes between, a report is written whole or not at all, and what came between is said in one line.

A full disk is a limit on the size of files, and the kernel's own full device; the tests may run as root, who may write
anywhere, so a folder that may not be written is one of the kernel's.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nhiassess import observation, pipeline
from nhiassess.assessment.history import write_atomically
from nhiassess.renderers import pdf
from tests.hostile.running import GOOD, looking_once, run, run_here, write
from tests.hostile.terminals import COMMAND, environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One folder, looked at once."""
    with looking_once():
        yield str(write(tmp_path_factory.mktemp("whole"), {".mcp.json": GOOD}))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_device_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "checks", "list"], stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )
    assert done.returncode == 3
    assert done.stderr == b"No space left on device. Check the path, and who may read or write there.\n"


MOMENTS = {
    "reading": (observation, "look"),
    "asking": (pipeline, "ask"),
    "drawing": (pipeline, "figures"),
    "writing": (os, "chmod"),
    "between": (os, "replace"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_is_one_line_and_leaves_no_half_of_a_file(
    folder: str, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, name = MOMENTS[moment]
    real = getattr(where, name)

    def stop(*given: Any) -> Any:
        if moment == "between" and "sarif" not in str(given[1]):
            return real(*given)
        os.kill(os.getpid(), signal.SIGINT)
        return time.sleep(5)

    if moment in ("reading", "asking"):  # where nothing is known yet
        folder = str(write(tmp_path / "x", {".mcp.json": GOOD}))
    monkeypatch.setattr(where, name, stop)
    done = run_here("assess", folder, "--out", str(tmp_path / "out"), "--format", "json,sarif")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "stopped")
    left = sorted(path.name for path in (tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else []
    assert left == (["assessment.json"] if moment == "between" else [])
    assert all(json.loads((tmp_path / "out" / each).read_bytes()) for each in left)


def limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_disk_that_is_full_leaves_the_earlier_report_and_no_part(tmp_path: Path) -> None:
    write(tmp_path, {"x/.mcp.json": GOOD, "out/assessment.json": "the earlier one"})
    done = run("assess", str(tmp_path / "x"), "--out", str(tmp_path / "out"), "--format", "json", preexec_fn=limited)
    assert (done.returncode, done.stdout) == (3, "")
    # one line: without a terminal there is no progress
    assert done.stderr == "File too large. Check the path, and who may read or write there.\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["assessment.json"]
    assert (tmp_path / "out" / "assessment.json").read_text() == "the earlier one"


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()], ids=repr
)
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    place = write(tmp_path, {"a.json": "before"}) / "a.json"

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(type(error)):
        write_atomically(place, b"after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "before")]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_a_report_is_for_whom_the_umask_lets_see_it(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "a.json", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("file", "file: nothing can be written here. Name another folder with --out."),
        ("file/below", "file: nothing can be written here. Name another folder with --out."),
        pytest.param(
            "/proc/nhiassess",
            "Check the path, and who may read or write there.",
            marks=pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder of the kernel's here"),
        ),
        ("taken", "taken"),
    ],
)
def test_where_nothing_can_be_written_is_said(
    folder: str, tmp_path: Path, out: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"file": "x", "taken/assessment.json/x": "x"})
    monkeypatch.chdir(tmp_path)
    done = run_here("assess", folder, "--out", out, "--format", "json")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr
    assert [path.name for path in tmp_path.rglob(".*")] == []


def test_of_several_outputs_the_others_are_written_when_one_cannot_be(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "weasyprint", missing)
    words = ["assess", folder, "--out", str(tmp_path / "out"), "--format"]
    both, alone = run_here(*words, "json,pdf"), run_here(*words, "pdf")
    assert (both.returncode, alone.returncode, alone.stdout) == (0, 3, "")
    assert both.stderr.startswith("no pdf: ")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["assessment.json"]
    assert all(len(each.stderr.splitlines()) == 1 and "apt install" in each.stderr for each in (both, alone))
