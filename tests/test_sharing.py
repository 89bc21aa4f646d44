"""Work that is shared among processes gives what it gives in one, in the same order, and leaves no process behind."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess import installed, ledger
from nhiassess.ledger import Observed, look
from nhiassess.sharing import parted, processes, shared

# the process of the tests may have threads, of which these copies need none
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere everything is done in one process"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]
ITEMS = st.lists(st.tuples(st.integers(0, 9), st.frozensets(st.integers(0, 6), max_size=2)), max_size=25)


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def ends(process: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not gone(process) and time.monotonic() < until:
        time.sleep(0.02)
    return gone(process)


def number(file: Path) -> int:
    """Wait for the number of the copy, which it writes when it has begun."""
    until = time.monotonic() + 20
    while not (file.is_file() and file.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    return int(file.read_text())


@given(ITEMS, st.integers(1, 4))
def test_every_item_is_in_one_part_in_order_and_with_all_that_has_a_key_of_it(
    items: list[tuple[int, frozenset[int]]], most: int
) -> None:
    places = list(range(len(items)))
    parts = parted(places, lambda place: items[place][1], lambda place: items[place][0], most)
    assert sorted(place for part in parts for place in part) == places
    assert all(part == sorted(part) and part for part in parts)
    assert len(parts) <= most
    for key in range(7):
        assert sum(any(key in items[place][1] for place in part) for part in parts) <= 1


def test_parts_weigh_about_the_same() -> None:
    parts = parted([9, 5, 4, 3, 3], lambda _: (), lambda item: item, 2)
    assert parts == [[9, 3], [5, 4, 3]]


def test_what_is_shared_comes_back_in_the_order_of_the_parts() -> None:
    here = os.getpid()
    made = shared(lambda part: (part * 100_000, os.getpid()), ["a", "b", "c"])
    assert [text for text, _ in made] == ["a" * 100_000, "b" * 100_000, "c" * 100_000]
    assert [process == here for _, process in made] == [True, False, False]


def test_what_goes_wrong_in_a_copy_goes_wrong_here() -> None:
    with pytest.raises(ZeroDivisionError):
        shared(lambda part: 1 // part, [1, 0])


def test_the_part_of_a_copy_that_was_killed_is_done_here() -> None:
    here = os.getpid()

    def work(part: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return part

    assert shared(work, [1, 2, 3]) == [1, 2, 3]


def test_what_is_no_plain_value_is_done_here() -> None:
    def work(part: int) -> Callable[[], int]:
        return lambda: part

    assert [each() for each in shared(work, [1, 2])] == [1, 2]


def test_where_no_process_can_be_made_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none_left)
    assert shared(lambda part: (part, os.getpid()), [1, 2]) == [(1, os.getpid()), (2, os.getpid())]


def test_copies_end_when_the_work_here_is_interrupted(tmp_path: Path) -> None:
    here, told = os.getpid(), tmp_path / "number"

    def work(part: int) -> None:
        if os.getpid() == here:
            number(told)
            raise KeyboardInterrupt
        told.write_text(str(os.getpid()))
        time.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        shared(work, [1, 2])
    assert gone(number(told))


def test_a_copy_ends_by_itself_when_nobody_is_left_to_read_its_answer(tmp_path: Path) -> None:
    told = tmp_path / "number"
    script = f"""
import os, pathlib, time
from nhiassess.sharing import shared
here, told = os.getpid(), pathlib.Path({str(told)!r})
def work(part):
    if os.getpid() == here:
        time.sleep(60)
    told.write_text(str(os.getpid()))
    time.sleep(0.5)
    return "x" * 1_000_000
shared(work, [1, 2, 3])
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(installed.PACKAGE.parent)}
    ) as run:
        copy = number(told)
        run.kill()
    assert ends(copy, 20)


def test_a_process_with_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert processes() == 1


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """The files of the sample, and some that can't be read."""
    shutil.copytree(installed.sample("ostermere"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "bad.json").write_bytes(b'{"mcpServers": \xff')
    (tmp_path / "cut.mcp.json").write_bytes(b'{"mcpServers": {"a": {"command": "x"')
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".mcp.json").write_text(
            '{"mcpServers": {"a": {"command": "x", "env": {"API_KEY": "' + "Q7w3" * 4 + '"}}}}'
        )
    return tmp_path


def seen(root: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> tuple[Observed, int]:
    """Look at an estate with as many processes; give what was observed, and how many copies that took."""
    copies: list[int] = []
    fork = os.fork

    def counted() -> int:
        copies.append(1)
        return fork()

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "processes", lambda: most)
        patch.setattr(ledger, "_SHARE", 1)
        patch.setattr(os, "fork", counted)
        sources, logs = installed.plugins("sources", "SOURCE"), installed.plugins("logs", "LOG")
        return look(root, sources, vouched=("one",), logs=logs), len(copies)


def bytes_of(observed: Observed) -> str:
    return repr((observed.inventory, [*observed.texts.items()], [*observed.digests.items()]))


@pytest.mark.parametrize("most", [2, 4])
def test_an_estate_reads_the_same_in_one_process_and_in_several(
    estate: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda count: b"k" * count)
    (alone, none), (several, copies) = seen(estate, monkeypatch, 1), seen(estate, monkeypatch, most)
    assert (none, copies) == (0, most - 1)
    assert bytes_of(several) == bytes_of(alone)
    assert several.inventory.fingerprints == alone.inventory.fingerprints
    assert any(row.status == "skipped" for row in alone.inventory.files)


def test_equal_secrets_are_told_across_processes(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    observed, _ = seen(estate, monkeypatch, 4)
    three = [f"credential:{name}/.mcp.json#mcpServers.a.env.API_KEY" for name in ("one", "three", "two")]
    prints = dict(observed.inventory.fingerprints)
    assert len({prints[id] for id in three}) == 1


def test_for_a_few_files_no_process_is_begun(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a process was begun"))
    assert look(estate, installed.plugins("sources", "SOURCE")).inventory.files
