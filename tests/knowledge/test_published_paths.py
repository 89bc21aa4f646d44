"""Every row of the published lists of ways to gain privilege is a technique, or named at the head of its file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nhiassess import installed
from nhiassess.shelf import knowledge

LISTS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "privesc"
ROWS = {
    "aws": ("aws_paths", 111),
    "kubernetes": ("k8s_attacks", 26),
    "gcp": ("gcp_paths", 24),
    "entra": ("entra_paths", 156),
}
TOLD = {id for each in knowledge().techniques for id in (each.id, *each.covers)}


@pytest.mark.skipif(not LISTS.is_dir(), reason="the lists lie outside of this repository")
@pytest.mark.parametrize("domain", ROWS)
def test_every_row_is_a_technique_or_named(domain: str) -> None:
    name, count = ROWS[domain]
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    head = installed.read(f"frameworks/techniques/{domain}.yaml").decode().partition("domain:")[0]
    assert len(rows) == count
    left = [row["id"] for row in rows if row["id"] not in TOLD and not {row["id"], row["name"]} & set(words(head))]
    assert left == []


def words(text: str) -> list[str]:
    return [each.strip("():;,.") for each in text.replace("#", " ").split()]
