"""One file as the ledger reads it, from a path and bytes that anything may have made."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook

from nhiassess.ledger import look
from nhiassess.sources import written
from tests.fuzz.laws import complaints
from tests.fuzz.seeds import ESTATE, SOURCES


def _workbook() -> bytes:
    book, written_to = Workbook(), io.BytesIO()
    for row in (("Agent name", "Owner", "Tier"), ("Triage bot", "Support", 2), ("=1+1", None, True)):
        book.active.append(row)
    book.save(written_to)
    return written_to.getvalue()


class Reading:
    """A folder with one file at a time in it, at the path of a seed.

    The first byte of an input chooses the path, the others are the file: so what is mutated is read by every source
    that takes files of that path.
    """

    def __init__(self, folder: Path) -> None:
        self.files = {**ESTATE, "grc/agents.xlsx": _workbook()}
        self.paths: Sequence[str] = sorted(self.files)
        self.roots = [folder / str(number) for number in range(len(self.paths))]
        for root, path in zip(self.roots, self.paths, strict=True):
            (root / path).parent.mkdir(parents=True)

    def seeds(self) -> Iterator[tuple[str, bytes]]:
        """Give an input for every seed, under a name."""
        for number, path in enumerate(self.paths):
            yield f"seed{number:03}", bytes([number]) + self.files[path]

    def read(self, data: bytes) -> None:
        """Read an input and assert every law of what comes of it; a secret that was cut may be none any more."""
        number = data[0] % len(self.paths) if data else 0
        path, root = self.paths[number], self.roots[number]
        (root / path).write_bytes(data[1:])
        observed = look(root, SOURCES)
        inventory = observed.inventory
        lines = {name: text.count("\n") + 1 for name, text in observed.texts.items()}
        (row,) = (each for each in inventory.files if each.id == path)
        if row.status == "skipped":
            assert row.reason, "it is skipped without a reason"
            assert any(place.path == path for each in inventory.skipped for place in each.locations), "nothing says why"
            lines.setdefault(path, data.count(b"\n") + data.count(b"\r") + 1)
        own = path.endswith(written.SUFFIXES)
        broken = complaints(inventory, lines, own=own, secrets=False)
        assert not broken, "\n".join(broken[:10])
