"""What tests of joins share: the tool servers that come with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.knowledge.load import load
from nhiassess.model.knowledge import Knowledge

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    """The tool servers that come with the package."""
    folder = TOP / "frameworks" / "tool_servers"
    return load({f"frameworks/tool_servers/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.yaml"))})
