"""The fuzzer of bytes finds nothing in the little time that it is given here; `make fuzz` gives it more."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.bytes import TOP

SECONDS = 15


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has wheels for Linux only")
def test_any_bytes_are_read(tmp_path: Path) -> None:
    words = [sys.executable, "tests/fuzz/bytes.py", "--seconds", str(SECONDS), "--seed", "1", "--out", str(tmp_path)]
    done = subprocess.run(words, cwd=TOP, capture_output=True, text=True, check=False, timeout=20 * SECONDS)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Done" in done.stderr, done.stderr[-4000:]
