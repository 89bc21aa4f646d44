"""Ten times the file costs about ten times the work: no source compares everything with everything.

Each source reads one seed of its own at three sizes, grown at its largest list or mapping. Only the processor's time is
measured, without the collector of garbage, and times too short to tell anything pass.
"""

from __future__ import annotations

import gc
import os
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.reading import read
from nhiassess.sources.source import ReadFile
from tests.fuzz.growing import grown, places, weightiest
from tests.fuzz.seeds import ESTATE, SOURCES, recognised
from tests.fuzz.test_structure import look
from tests.observing import KEY

SIZES = (12_000, 120_000)
SLOWER = 15.0  # times, for ten times the file
SHORT = 0.4  # seconds; work that is done in less is no matter
# what Python takes at most for the text of a file, its values and the inventory: bytes for each byte of the file
MEMORY, BASE = 200, 500_000
# all places of all seeds, up to 1.2 MB, instead of one place for each source: some hours
THOROUGH = bool(os.environ.get("NHIASSESS_FUZZ_THOROUGH"))


def _cases() -> Iterator[Any]:
    """Give the places of the seeds of each source that can grow: the one with the most records, or all."""
    for source in SOURCES:
        own = recognised(source, ESTATE)
        every = [(path, place) for path in own for place in places(path, own[path])]
        largest = max(((*weightiest(path, own[path]), path) for path in own), default=(0, 0, ""))
        for path, place in every if THOROUGH else [(largest[2], largest[1])]:
            yield pytest.param(source, path, place, id=f"{source.name}-{path}-{place}")


each_place = pytest.mark.parametrize(("source", "path", "place"), tuple(_cases()))


@cache
def file(path: str, place: int, size: int) -> tuple[ReadFile | None, float]:
    """Give a seed that was grown to a size, and the seconds that reading its format took."""
    content = grown(path, ESTATE[path], place, size)
    began = time.process_time()
    try:
        made = ReadFile(path, read(path, content, key=KEY))
    except FormatError:  # a key of TOML may not stand there twice
        made = None
    return made, time.process_time() - began


def seconds(source: Any, grown_file: ReadFile) -> float:
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        look(source, [grown_file])
        return time.process_time() - began
    finally:
        gc.enable()


@each_place
def test_ten_times_the_file_takes_about_ten_times_as_long(source: Any, path: str, place: int) -> None:
    steps = [(*file(path, place, size), size) for size in (*SIZES, *(1_200_000,) * THOROUGH)]
    formats = [spent for made, spent, _ in steps if made is not None]
    sources = [seconds(source, made) for made, _, _ in steps if made is not None]
    for taken in (formats, sources):
        for before, after in pairwise(taken):
            assert after < max(SHORT, SLOWER * before), f"seconds at {SIZES} bytes: {taken}"


@each_place
def test_memory_is_a_multiple_of_the_file(source: Any, path: str, place: int) -> None:
    content = grown(path, ESTATE[path], place, 10_000)
    tracemalloc.start()
    try:
        with suppress(FormatError):
            look(source, [ReadFile(path, read(path, content, key=KEY))])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < BASE + MEMORY * len(content), f"{peak:,} bytes for a file of {len(content):,}"
