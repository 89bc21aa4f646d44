"""The record of earlier runs is appended to, never changed, and never half written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nhiassess.assessment import history
from nhiassess.errors import PlanError
from nhiassess.model.assessment import Assessment, Change, Finding, Meta, Occurrence, Plan
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge


def assessment(date: str, *subjects: str, fixed: tuple[str, ...] = ()) -> Assessment:
    rows = tuple(Occurrence(f"print-{subject}", subject, "seen") for subject in subjects)
    finding = Finding("F-01", "c", "T", "high", "high", "low", "low", "low", "", (), (), rows, (), "", (), "")
    meta = Meta(f"{date}T09:00:00Z", "nhiassess", "0.1.0", "3.11", "i" * 64, "k" * 64)
    changes = tuple(Change(f"print-{subject}", "c", subject, "fixed") for subject in fixed)
    return Assessment(Plan(), meta, Knowledge(), Inventory(), findings=(finding,), changes=changes)


def test_what_is_appended_is_read_by_the_next_run(tmp_path: Path) -> None:
    path = history.append(tmp_path / "history", assessment("2026-11-01", "b", "a"))
    assert path.name == "2026-11-01.json"
    found = history.latest(tmp_path / "history", "2026-11-24T09:00:00Z")
    assert found == history.Earlier("2026-11-01", {"print-a": ("c", "a"), "print-b": ("c", "b")}, frozenset())


def test_a_run_looks_back_and_never_at_itself_or_ahead(tmp_path: Path) -> None:
    for date in ("2026-10-01", "2026-11-01", "2026-12-01"):
        history.append(tmp_path, assessment(date, date))
    assert getattr(history.latest(tmp_path, "2026-11-01T23:00:00Z"), "date", None) == "2026-10-01"
    assert getattr(history.latest(tmp_path, "2026-11-02"), "date", None) == "2026-11-01"
    assert history.latest(tmp_path, "2026-10-01") is None
    assert history.latest(tmp_path / "none", "2026-10-01") is None


def test_what_any_run_saw_fixed_stays_known_until_it_is_open_again(tmp_path: Path) -> None:
    history.append(tmp_path, assessment("2026-01-01", "a", "b"))
    history.append(tmp_path, assessment("2026-02-01", fixed=("a", "b")))
    history.append(tmp_path, assessment("2026-03-01", "b"))
    found = history.latest(tmp_path, "2026-04-01")
    assert found is not None
    assert found.fixed == {"print-a"}
    assert set(found.open) == {"print-b"}


def test_history_is_never_rewritten(tmp_path: Path) -> None:
    path = history.append(tmp_path, assessment("2026-11-01", "a"))
    before = path.read_bytes()
    with pytest.raises(PlanError, match="recorded already"):
        history.append(tmp_path, assessment("2026-11-01", "b"))
    assert path.read_bytes() == before


def test_the_same_run_writes_the_same_bytes(tmp_path: Path) -> None:
    one = history.append(tmp_path / "one", assessment("2026-11-01", "a", "b"))
    two = history.append(tmp_path / "two", assessment("2026-11-01", "b", "a"))
    assert one.read_bytes() == two.read_bytes()
    assert json.loads(one.read_bytes())["schema"] == history.SCHEMA


def test_a_write_that_breaks_off_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.json"
    history.write_atomically(target, b"old")

    def refuse(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        history.write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"], "nothing half written is left behind"


def test_a_written_file_can_be_read_by_others_and_nothing_else_is_left(tmp_path: Path) -> None:
    history.write_atomically(tmp_path / "out.json", b"x" * 100_000)
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"open": [{}], "fixed": []}', b'{"open": []}', b"\xff"])
def test_a_record_that_is_no_record_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "2026-01-01.json").write_bytes(content)
    with pytest.raises(PlanError) as refused:
        history.latest(tmp_path, "2026-02-01")
    assert str(tmp_path / "2026-01-01.json") in str(refused.value)
