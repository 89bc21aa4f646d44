"""The shipped templates, styles and fonts, as the pipeline hands them to renderers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture(scope="session")
def assets() -> Mapping[str, bytes]:
    files = (path for path in TEMPLATES.rglob("*") if path.is_file())
    return {path.relative_to(TEMPLATES).as_posix(): path.read_bytes() for path in files}
