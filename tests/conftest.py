"""What many tests share: the sample, assessed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess import pipeline
from nhiassess.model.assessment import Assessment

TOP = Path(__file__).resolve().parents[1]
NOW = "2026-11-24T09:00:00Z"


@pytest.fixture(scope="session")
def estate() -> pipeline.Estate:
    """The sample, observed."""
    return pipeline.observe(TOP / "assessments" / "ostermere", NOW)


@pytest.fixture(scope="session")
def ostermere(estate: pipeline.Estate) -> Assessment:
    """The sample, assessed."""
    return pipeline.conclude(estate, NOW)
