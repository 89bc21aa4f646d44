"""What tests of catalogs share: a file of frameworks/ as plain data, and a publisher's list where it is at hand."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
LISTS = Path(__file__).parents[3] / "shared" / "reference" / "frameworks"


def plain(name: str) -> dict[str, Any]:
    """Read a file of frameworks/ by a reader that is not ours."""
    loaded: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return loaded


def checksum(pairs: Iterable[tuple[str, str]]) -> str:
    """Compute SHA-256 over lines of an id, a tab and a text, in the order of the ids."""
    lines = "\n".join(f"{id}\t{text}" for id, text in sorted(pairs)) + "\n"
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def official(name: str, field: str) -> dict[str, str] | None:
    """Give a column of the publisher's list by id, or None where only the checksums are at hand."""
    if not (LISTS / name).exists():
        return None
    with (LISTS / name).open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row[field] for row in csv.DictReader(lines)}
