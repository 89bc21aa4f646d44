"""What these tests share: the knowledge that came with the package is loaded once, for it is the same each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nhiassess import pipeline
from tests.hostile.running import knowledge


@pytest.fixture(scope="session", autouse=True)
def _known_once() -> Iterator[None]:
    real, known = pipeline.knowledge, knowledge()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "knowledge", lambda own=None: real(own) if own else known)
        yield
