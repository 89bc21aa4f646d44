"""The dated record of earlier runs: appended to, never changed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from nhiassess.errors import PlanError
from nhiassess.model.assessment import Assessment

SCHEMA = "nhiassess/history/1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run left: its date, its open occurrences, and those that it saw fixed."""

    date: str
    open: dict[str, tuple[str, str]]
    fixed: frozenset[str]


def latest(folder: Path, before: str) -> Earlier | None:
    """Read the latest run that is older than a date, with every occurrence that any run saw fixed.

    Raises
    ------
    PlanError
        When a file of the history can't be read, or is a link.
    """
    runs = [path for path in sorted(folder.glob("*.json")) if path.stem < before[:10]] if folder.is_dir() else []
    if not runs:
        return None
    read = [_read(path) for path in runs]
    fixed = {print_ for run in read for print_ in run.fixed} - set(read[-1].open)
    return Earlier(read[-1].date, read[-1].open, frozenset(fixed))


def append(folder: Path, assessment: Assessment) -> Path:
    """Write the record of this run beside the earlier ones; atomically.

    Raises
    ------
    PlanError
        When a run of that date is there already: history is never rewritten.
    """
    path = folder / f"{assessment.meta.now[:10]}.json"
    if path.exists():
        raise PlanError(f"a run of {path.stem} is recorded already", str(path), "Give another --now.")
    rows = [
        {"check": finding.check, "fingerprint": each.fingerprint, "subject": each.subject}
        for finding in assessment.findings
        for each in finding.occurrences
    ]
    gone = [change.fingerprint for change in assessment.changes or () if change.state == "fixed"]
    record = {
        "schema": SCHEMA,
        "now": assessment.meta.now,
        "version": assessment.meta.version,
        "input_sha256": assessment.meta.input_sha256,
        "open": sorted(rows, key=lambda row: (row["check"], row["subject"])),
        "fixed": sorted(gone),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    return path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, for whom the umask lets see it."""
    handle, part = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)
        os.replace(part, path)
    except BaseException:  # an interrupt too leaves nothing behind
        Path(part).unlink(missing_ok=True)
        raise


def _read(path: Path) -> Earlier:
    if path.is_symlink() or path.parent.is_symlink():
        raise PlanError("is a link, or lies behind one", str(path), "Put the file itself there.")
    try:
        record = json.loads(path.read_bytes())
        rows = {row["fingerprint"]: (row["check"], row["subject"]) for row in record["open"]}
        return Earlier(path.stem, rows, frozenset(record["fixed"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PlanError(f"is no record of a run ({error})", str(path), "Restore it from version control.") from None
