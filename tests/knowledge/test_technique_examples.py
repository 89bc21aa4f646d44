"""Every technique works on the least that it needs, and does not on what falls just short: examples in its own file."""

from __future__ import annotations

import pytest

from nhiassess import installed
from nhiassess.model.knowledge import Technique
from nhiassess.shelf import knowledge
from nhiassess.verification import tried

RULES = installed.plugins("edges", "EDGE")
TECHNIQUES, STAGES = knowledge().techniques, knowledge().stages


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda each: each.id)
def test_every_example_comes_out_as_it_says(technique: Technique) -> None:
    assert [str(each) for each in tried(technique, STAGES, RULES)] == []
    assert any(each.expect for each in technique.examples), "no example gains anything"
    assert any(not each.expect for each in technique.examples), "no example falls short"
