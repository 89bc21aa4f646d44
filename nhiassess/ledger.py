"""Every file under the root, and what became of it: read, ignored by a rule, or skipped with the reason."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from nhiassess.assessment.evidence import guessable
from nhiassess.errors import Complaint, FormatError
from nhiassess.formats.format import MAX_BYTES, REDACTED, Document
from nhiassess.formats.reading import beginning, read
from nhiassess.formats.redaction import named
from nhiassess.model.inventory import Inventory, Location, ObservedFile, Skipped
from nhiassess.model.merge import merge
from nhiassess.sources.source import ReadFile, Source

HEAD = 4096
MOST_FILES = 200_000
# folders that hold no configuration of the estate: version control, packages of others, caches
IGNORED_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".mypy_cache",
        ".ruff_cache",
    }
    | {".pytest_cache", ".terraform", ".ipynb_checkpoints"}
)
_NO_SOURCE = "no source reads this kind of file"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was read, the redacted text of each file that was, and what the reader should be told."""

    inventory: Inventory
    texts: Mapping[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    file: Path
    refused: str | None = None
    ignored: str | None = None


def look(root: Path, sources: Sequence[Source], only: Path | None = None) -> Observed:
    """Read every file under a root, once, with every source that recognises it.

    Parameters
    ----------
    root:
        The folder; nothing outside of it is read, and no link is followed.
    sources:
        The kinds of configuration there are.
    only:
        One file under the root, when only that is asked for.

    Returns
    -------
    Observed
        Its inventory holds a row for every file and a `Skipped` row for whatever could not be looked at.

    Notes
    -----
    A hash lets a weak secret be guessed by whoever knows what else is in the file, so only files that a source read,
    and that hold more than a secret, have one. The key by which equal secrets are told is made for the run and
    forgotten after it.
    """
    key = secrets.token_bytes(32)
    rows: list[ObservedFile] = []
    skipped: list[Skipped] = []
    documents: dict[str, Document] = {}
    by_name = {source.name: source for source in sources}
    groups: dict[tuple[str, str], list[ReadFile]] = {}
    for found in _told_apart([_sized(only, named(only.name))] if only else _files(root)):
        if found.ignored or found.refused:
            reason = found.ignored or found.refused or ""
            status = "ignored" if found.ignored else "skipped"
            rows.append(ObservedFile(found.path, status, reason=reason))
            if found.refused:
                skipped.append(_skipped(found.path, found.refused, "file"))
            continue
        try:
            content = found.file.read_bytes()
        except OSError as error:
            rows.append(ObservedFile(found.path, "skipped", reason=error.strerror))
            skipped.append(_skipped(found.path, f"the file can't be read: {error.strerror}", "file"))
            continue
        row = ObservedFile(found.path, "read", bytes=len(content), sha256=sha256(content).hexdigest())
        try:
            head = beginning(found.path, content, HEAD)
            readers = [source for source in sources if source.recognises(found.path, head)]
            if not readers:
                rows.append(replace(row, status="ignored", sha256=None, reason=_NO_SOURCE))
                continue
            document = read(found.path, content, key=key)
        except FormatError as error:
            what = error.complaints[0]
            reason = str(replace(what, where=""))
            rows.append(replace(row, status="skipped", sha256=None, reason=reason))
            skipped.append(_skipped(found.path, reason, "file", what.where))
            continue
        documents[found.path] = document
        told = None if guessable(document.text) else row.sha256
        rows.append(replace(row, sources=tuple(source.name for source in readers), sha256=told))
        for source in readers:
            groups.setdefault((source.name, source.group(found.path)), []).append(ReadFile(found.path, document))
    inventories = []
    for (name, _), files in sorted(groups.items(), key=lambda each: each[0]):
        try:
            inventories.append(by_name[name].read(files))
        except FormatError as error:
            refused = {file.path for file in files}
            rows = [
                _refused(row, name, str(replace(error.complaints[0], where=""))) if row.id in refused else row
                for row in rows
            ]
            unread = any(row.id in refused and row.status == "skipped" for row in rows)
            skipped += [
                _skipped(files[0].path, str(replace(each, where="")), "file" if unread else name, each.where)
                for each in error.complaints
            ]
    for row in rows:
        skipped += _doubts(row.id, documents[row.id]) if row.status == "read" else []
    ledger = Inventory(files=tuple(rows), skipped=tuple(skipped))
    return Observed(merge([ledger, *inventories]), {path: document.text for path, document in documents.items()})


def _doubts(path: str, document: Document) -> list[Skipped]:
    """Give what a readable file leaves in doubt: that it is cut, and each place that can be read in two ways."""
    cut = [_skipped(path, document.incomplete, "incomplete")] if document.incomplete else []
    return cut + [
        _skipped(path, str(Complaint(each.what, hint=each.hint)), "ambiguous", f"{path}:{each.line}:{each.column}")
        for each in document.problems
    ]


def _refused(row: ObservedFile, source: str, reason: str) -> ObservedFile:
    """Take a source that could not read it from a file's row; with the last of them the file is skipped."""
    readers = tuple(name for name in row.sources if name != source)
    return replace(row, sources=readers) if readers else replace(row, sources=(), status="skipped", reason=reason)


def _files(root: Path) -> Iterator[_Found]:
    top = root.resolve()
    pending = [root]
    count = 0
    while pending:
        here = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            yield _Found(_relative(here, root), here, refused=f"the folder can't be listed: {error.strerror}")
            continue
        for entry in entries:
            file = Path(entry.path)
            path = _relative(file, root)
            if entry.is_symlink():
                inside = Path(os.path.realpath(file)).is_relative_to(top)
                where = "within the root, where it is read" if inside else "out of the root"
                rule = f"a link that points {where}"
                yield _Found(path, file, ignored=rule) if inside else _Found(path, file, refused=rule)
            elif entry.is_dir():
                if entry.name in IGNORED_FOLDERS:
                    yield _Found(path + "/", file, ignored=f"a folder named {entry.name} holds no configuration")
                else:
                    pending.append(file)
            elif not entry.is_file():
                yield _Found(path, file, refused="neither a file nor a folder")
            else:
                count += 1
                over = f"more than {MOST_FILES:,} files. Assess a part of the folder."
                yield _Found(path, file, refused=over) if count > MOST_FILES else _sized(file, path)


def _sized(file: Path, path: str) -> _Found:
    """Refuse a file that is too large before any of it is read."""
    try:
        size = file.stat().st_size
    except OSError as error:
        return _Found(path, file, refused=f"the file can't be read: {error.strerror}")
    if size <= MAX_BYTES:
        return _Found(path, file)
    hint = "Split it, or export less."
    return _Found(path, file, refused=f"{size / 1e6:,.0f} MB is over the limit of {MAX_BYTES / 1e6:.0f} MB. {hint}")


def _told_apart(found: Iterable[_Found]) -> Iterator[_Found]:
    """Give each file a name of its own where a secret was taken out of several."""
    taken: set[str] = set()
    for each in found:
        path, number = each.path, 1
        while path in taken and REDACTED in each.path:
            number += 1
            path = each.path.replace(REDACTED, f"{REDACTED[:-1]} {number}]", 1)
        taken.add(path)
        yield replace(each, path=path)


def _relative(file: Path, root: Path) -> str:
    # two names that are no text stay two: their odd bytes are spelled out
    return named(
        file.relative_to(root).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )


def _skipped(path: str, reason: str, construct: str, where: str = "") -> Skipped:
    parts = where.rsplit(":", 2)
    line = column = 1
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        path, line, column = parts[0], int(parts[1]), int(parts[2])
    return Skipped(f"skipped:{path}#{construct}:{line}:{column}", reason, construct, (Location(path, line, column),))
