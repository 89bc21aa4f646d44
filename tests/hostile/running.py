"""Runs of the real command and of the pipeline on folders that were made to do harm."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from nhiassess import cli, observation, pipeline
from nhiassess.model.assessment import Assessment
from nhiassess.model.knowledge import Knowledge

NOW = "2026-11-24T09:00:00Z"
GOOD = '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@scope/server@1.2.3", "/srv/reports"]}}}'


@dataclass(frozen=True)
class Report:
    """One assessment and what was drawn of it."""

    assessment: Assessment
    outputs: Mapping[str, bytes]

    @property
    def html(self) -> str:
        return self.outputs["report.html"].decode("utf-8")

    @cached_property
    def data(self) -> Any:
        return json.loads(self.outputs["assessment.json"])

    @property
    def status(self) -> dict[str, str]:
        return {file.id: file.status for file in self.assessment.inventory.files}

    @property
    def skipped(self) -> dict[str, list[str]]:
        """The reasons for which anything of a file was skipped."""
        found: dict[str, list[str]] = {}
        for row in self.assessment.inventory.skipped:
            found.setdefault(row.locations[0].path, []).append(row.reason)
        return found


def report(root: Path, *formats: str) -> Report:
    """Assess a folder and draw it."""
    assessment = pipeline.assess(root, NOW)
    return Report(assessment, pipeline.render(assessment, formats or ("html", "json", "sarif")))


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def run(*words: str, cwd: Path | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "nhiassess", *words]
    env = {**os.environ, "COLUMNS": "120", "PYTHONPATH": str(Path(pipeline.__file__).parents[1])}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, env=env, timeout=60, **more)


def run_here(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which is quicker; what it does not catch is raised."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["nhiassess", *words])
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@contextmanager
def looking_once() -> Iterator[None]:
    """Look at each path once: what differs between verbs is how they answer."""

    def once(real: Callable[..., Any]) -> Callable[..., Any]:
        known = cache(lambda path, now: real(path, now))
        return lambda path, now, *_: known(Path(path), f"{now[:10]}T00:00:00Z")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("inventory", "observe", "assess"):
            patch.setattr(pipeline, name, once(getattr(pipeline, name)))
        patch.setattr(observation, "inventory", pipeline.inventory)
        yield


@cache
def knowledge() -> Knowledge:
    """What came with the package."""
    return pipeline.knowledge()
