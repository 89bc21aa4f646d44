"""Any structure is read: whatever stands where a source expects something else, it gives an inventory that holds.

A new source is tested the moment it exists; without a seed that it recognises, its test fails.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from nhiassess.errors import FormatError
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory
from nhiassess.model.merge import merge
from nhiassess.sources import written
from nhiassess.sources.source import ReadFile
from tests.fuzz.laws import hold
from tests.fuzz.mutating import mutated
from tests.fuzz.seeds import ESTATE, SOURCES, recognised, seeds
from tests.hostile.canaries import found as canaries_in
from tests.observing import KEY

LONGEST = 5.0  # seconds of the processor for a file of 200 kB, on a slow machine that does other things too
# the same examples each time, unless more are asked for: `NHIASSESS_FUZZ_EXAMPLES=2000 pytest tests/fuzz`
EXAMPLES = int(os.environ.get("NHIASSESS_FUZZ_EXAMPLES", "0"))
PROFILE = settings(
    derandomize=not EXAMPLES,
    deadline=None,
    max_examples=EXAMPLES or 50,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


@cache
def unchanged(path: str, content: bytes) -> ReadFile:
    return ReadFile(path, read(path, content, key=KEY))


def beside(source: Any, path: str, samples: Mapping[str, bytes], number: int) -> list[ReadFile]:
    """Give one file of the same group as it is, if there is any."""
    group = source.group(path)
    others = [each for each in samples if each != path and source.group(each) == group]
    return [unchanged(each, samples[each]) for each in others[number % len(others) :][:1]] if others else []


def look(source: Any, files: list[ReadFile]) -> Inventory | None:
    """Read files with a source; None when it refuses them, which only what is written by hand may be."""
    try:
        return merge([source.read(files)])
    except FormatError as error:
        refusal = str(error)
    assert source.name == written.SOURCE.name, f"{source.name} refuses instead of skipping: {refusal}"
    assert not canaries_in(refusal)
    return None


@each_source
def test_every_source_has_a_seed(source: Any) -> None:
    assert recognised(source, ESTATE), f"add a seed that {source.name} recognises, in tests/fuzz/seeds_*.py"


@each_source
def test_seeds_hold(source: Any) -> None:
    groups: dict[str, list[ReadFile]] = {}
    for path, content in seeds(source).items():
        groups.setdefault(source.group(path), []).append(unchanged(path, content))
    for files in groups.values():
        inventory = look(source, files)
        assert inventory is not None
        hold(source, files, inventory)


@each_source
def test_any_structure_is_read(source: Any) -> None:
    samples = seeds(source)

    @PROFILE
    @given(some.data())
    def run(data: some.DataObject) -> None:
        def choose(below: int) -> int:
            return int(data.draw(some.integers(0, below - 1)))

        path = list(samples)[choose(len(samples))]
        _read_once(source, path, mutated(path, samples[path], choose), beside(source, path, samples, choose(8)))

    run()


def _read_once(source: Any, path: str, content: bytes, others: list[ReadFile]) -> None:
    began = time.process_time()
    refusal, changed = "", None
    try:
        changed = ReadFile(path, read(path, content, key=KEY))
    except FormatError as error:
        refusal = str(error)
    assert not canaries_in(refusal)
    if changed is None:
        return
    files = [changed, *others]
    inventory = look(source, files)
    spent = time.process_time() - began
    assert spent < LONGEST * max(len(content), 200_000) / 200_000, f"{len(content):,} bytes took {spent:.1f} s"
    if inventory is None:
        return
    assert not canaries_in(changed.document.text)
    hold(source, files, inventory)
    assert look(source, files) == inventory, "the same files gave another inventory"
    assert look(source, files[::-1]) == inventory, "the order of files changes the inventory"
