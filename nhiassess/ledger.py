"""Every file under the root, and what became of it: read, ignored by a rule, or skipped with the reason."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, cast

from nhiassess.assessment.evidence import guessable
from nhiassess.errors import Complaint, FormatError
from nhiassess.formats.format import MAX_BYTES, Document
from nhiassess.formats.reading import beginning, enough, read
from nhiassess.formats.unpacking import GZIP, head
from nhiassess.logs.following import follow
from nhiassess.logs.log import Log
from nhiassess.model.inventory import Inventory, Location, ObservedFile, Skipped
from nhiassess.model.merge import merge
from nhiassess.roots import NONE, Found, files
from nhiassess.sharing import parted, processes, shared
from nhiassess.sources.source import ReadFile, Source, is_fixture, quote

_NO_SOURCE = "no source reads this kind of file"
_TEST_DATA = "it lies in a folder of test data: nothing in the estate reads it there"
# what people state for the assessment itself counts wherever they keep it
_STATED = "written"
# bytes that take some 0.2 seconds to read; for less no process is begun
_SHARE = 500_000


@dataclass(frozen=True, slots=True)
class Observed:
    """What was read, the redacted text of each file that was, and the hash of each that somebody vouched for."""

    inventory: Inventory
    texts: Mapping[str, str]
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)  # in memory only: a weak secret has a hash too


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who recognises a file."""

    sources: tuple[Source, ...]
    logs: tuple[Log, ...]


@dataclass(slots=True)
class _Ledger:
    """The rows so far, and the files that wait for others of their group."""

    sources: Sequence[Source]
    logs: Sequence[Log]
    key: bytes
    vouched: tuple[str, ...]
    rows: dict[str, ObservedFile] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    waiting: dict[tuple[str, str], list[ReadFile]] = field(default_factory=dict)
    readers: dict[str, _Readers] = field(default_factory=dict)  # of the files that were recognised beforehand

    def refuse(self, row: ObservedFile, reason: str, construct: str = "file", where: str = "") -> None:
        """Note that a file is not read at all."""
        self.rows[row.id] = replace(row, status="skipped", sha256=None, reason=reason)
        self.skipped.append(_skipped(row.id, reason, construct, where))


def look(
    root: Path,
    sources: Sequence[Source],
    only: Path | None = None,
    vouched: Sequence[str] = (),
    logs: Sequence[Log] = (),
    besides: Mapping[str, Path] = NONE,
) -> Observed:
    """Read every file under a root, once, with every source that recognises it.

    Parameters
    ----------
    root:
        The folder; nothing outside of it is read, and no link is followed.
    sources:
        The kinds of configuration there are.
    only:
        One file under the root, when only that is asked for.
    vouched:
        Files and folders for whose hash somebody vouches; every file of them is read whole, to be hashed.
    logs:
        The kinds of log there are; they are followed record by record, whatever their size.
    besides:
        Files elsewhere that are read too, by the path that they are printed with.

    Returns
    -------
    Observed
        Its inventory holds a row for every file and a `Skipped` row for whatever could not be looked at.

    Notes
    -----
    Of a file that no source recognises only the beginning is read. One that stands alone is forgotten as soon as it
    was read, but for its text. A hash lets a weak secret be guessed by whoever knows what else is in the file, so only
    files that a source read, and that hold more than a secret, have one. The key by which equal secrets are told is
    made for the run and forgotten after it.
    """
    ledger = _Ledger(sources, logs, secrets.token_bytes(32), tuple(vouched))
    to_read: list[Found] = []
    for found in files(root, only, besides):
        if found.ignored:
            ledger.rows[found.path] = ObservedFile(found.path, "ignored", reason=found.ignored)
        elif found.refused:
            ledger.refuse(ObservedFile(found.path, "skipped"), found.refused)
        else:
            to_read.append(found)
    for part in shared(lambda each: _look_at_part(each, ledger), _parts(to_read, ledger)):
        ledger.rows |= part.rows
        ledger.skipped += part.skipped
        ledger.inventories += part.inventories
        ledger.texts |= part.texts
        ledger.digests |= part.digests
    rows = Inventory(files=tuple(ledger.rows.values()), skipped=tuple(ledger.skipped))
    order = [each.path for each in to_read if each.path in ledger.texts]
    return Observed(merge([rows, *ledger.inventories]), {path: ledger.texts[path] for path in order}, ledger.digests)


def _parts(to_read: Sequence[Found], ledger: _Ledger) -> list[list[Found]]:
    """Part the files for as many processes as pay: what one source reads together stays together."""
    most = min(processes(), sum(each.bytes for each in to_read) // _SHARE)
    if most < 2:
        return [list(to_read)]
    for found in to_read:
        # what can't be opened is said when it is read
        with suppress(OSError, FormatError), found.file.open("rb") as opened:
            ledger.readers[found.path] = _readers(found, opened.read(enough(found.path)), opened, ledger)
    most = min(most, sum(_work(each, ledger) for each in to_read) // _SHARE)
    return parted(to_read, lambda each: _groups(each, ledger), lambda each: _work(each, ledger), max(most, 1))


def _groups(found: Found, ledger: _Ledger) -> Iterator[tuple[str, str]]:
    readers = ledger.readers.get(found.path)
    for source in readers.sources if readers else ():
        if (group := source.group(found.path)) != found.path:
            yield source.name, group


def _work(found: Found, ledger: _Ledger) -> int:
    readers = ledger.readers.get(found.path)
    return found.bytes if readers and (readers.sources or readers.logs) else 0


def _readers(found: Found, start: bytes, opened: BinaryIO, ledger: _Ledger) -> _Readers:
    """Tell who recognises a file by its beginning; a packed one only a log may be."""
    packed = start.startswith(GZIP)
    if packed:
        opened.seek(0)
        text = head(found.path, opened)
    else:
        text = beginning(found.path, start, whole=len(start) >= found.bytes)
    sources = tuple(each for each in ledger.sources if not packed and each.recognises(found.path, text))
    return _Readers(sources, tuple(each for each in ledger.logs if each.recognises(found.path, text)))


def _look_at_part(part: Sequence[Found], whole: _Ledger) -> _Ledger:
    """Read files among which are all that belong together with one of them."""
    ledger = replace(whole, rows={}, skipped=[], inventories=[], texts={}, digests={}, waiting={})
    for found in part:
        _look_at(found, ledger)
    by_name = {source.name: source for source in whole.sources}
    for (name, _), together in sorted(ledger.waiting.items(), key=lambda each: each[0]):
        _read(by_name[name], together, ledger)
    return replace(ledger, sources=(), logs=(), key=b"", waiting={}, readers={})


def _look_at(found: Found, ledger: _Ledger) -> None:
    """Read a file, and everything of it that waits for no other."""
    row = ObservedFile(found.path, "read", bytes=found.bytes)
    try:
        with found.file.open("rb") as opened:
            content = opened.read(enough(row.id))
            if any(row.id == each or row.id.startswith(f"{each}/") for each in ledger.vouched):
                opened.seek(0)
                ledger.digests[row.id] = file_digest(opened, "sha256").hexdigest()
                opened.seek(len(content))
            known = ledger.readers.get(row.id) or _readers(found, content, opened, ledger)
            if known.logs:
                _follow(row, opened, known.logs, ledger)
                return
            readers = known.sources
            if not readers:
                ledger.rows[row.id] = replace(row, status="ignored", reason=_NO_SOURCE)
                return
            if is_fixture(row.id) and all(source.name != _STATED for source in readers):
                ledger.refuse(row, _TEST_DATA, "fixture")
                return
            document, row = _document(row, content, opened, ledger.key)
    except OSError as error:
        ledger.refuse(row, f"the file can't be read: {error.strerror}")
        return
    except FormatError as error:
        what = error.complaints[0]
        ledger.refuse(row, str(replace(what, where="")), error.construct, what.where)
        return
    ledger.texts[row.id] = document.text
    ledger.rows[row.id] = replace(row, sources=tuple(source.name for source in readers))
    ledger.skipped += _doubts(row.id, document)
    for source in readers:
        group = source.group(row.id)
        if group == row.id:
            _read(source, [ReadFile(row.id, document)], ledger)
        else:
            ledger.waiting.setdefault((source.name, group), []).append(ReadFile(row.id, document))


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.bytes = file, sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        piece = self.file.read(size)
        self.digest.update(piece)
        self.bytes += len(piece)
        return piece


def _follow(row: ObservedFile, opened: BinaryIO, kinds: Sequence[Log], ledger: _Ledger) -> None:
    opened.seek(0)
    hashed = _Hashed(opened)
    ledger.inventories.append(follow(row.id, cast(BinaryIO, hashed), kinds, ledger.key))
    names = tuple(kind.name for kind in kinds)
    ledger.rows[row.id] = replace(row, sources=names, bytes=hashed.bytes, sha256=hashed.digest.hexdigest())


def _document(row: ObservedFile, start: bytes, rest: BinaryIO, key: bytes) -> tuple[Document, ObservedFile]:
    if row.bytes > MAX_BYTES:
        what = f"{row.bytes / 1e6:,.0f} MB is over the limit of {MAX_BYTES / 1e6:.0f} MB"
        raise FormatError(what, f"{row.id}:1:1", "Split it, or export less.", "too large")
    content = start + rest.read(MAX_BYTES + 1 - len(start))
    document = read(row.id, content, key=key)
    told = None if guessable(document.text) else sha256(content).hexdigest()
    return document, replace(row, bytes=len(content), sha256=told)


def _read(source: Source, together: Sequence[ReadFile], ledger: _Ledger) -> None:
    """Read a group of files with one source; what it refuses is taken out of the rows of the files."""
    try:
        ledger.inventories.append(source.read(together))
    except FormatError as error:
        first = str(replace(error.complaints[0], where=""))
        for file in together:
            ledger.rows[file.path] = _refused(ledger.rows[file.path], source.name, first)
        unread = any(ledger.rows[file.path].status == "skipped" for file in together)
        ledger.skipped += [
            _skipped(together[0].path, str(replace(each, where="")), "file" if unread else source.name, each.where)
            for each in error.complaints
        ]


def _refused(row: ObservedFile, source: str, reason: str) -> ObservedFile:
    """Take a source that could not read it from a file's row; with the last of them the file is skipped."""
    readers = tuple(name for name in row.sources if name != source)
    if readers:
        return replace(row, sources=readers)
    return replace(row, sources=(), status="skipped", reason=reason)


def _doubts(path: str, document: Document) -> Iterator[Skipped]:
    """Give what a readable file leaves in doubt: that it is cut, and each place that can be read in two ways."""
    if document.incomplete:
        yield _skipped(path, document.incomplete, "incomplete")
    for each in document.problems:
        what = str(Complaint(each.what, hint=each.hint))
        yield _skipped(path, what, "ambiguous", f"{path}:{each.line}:{each.column}")


def _skipped(path: str, reason: str, construct: str, where: str = "") -> Skipped:
    parts = where.rsplit(":", 2)
    line = column = 1
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        path, line, column = parts[0], int(parts[1]), int(parts[2])
    return Skipped(
        f"skipped:{path}#{quote(construct)}:{line}:{column}", reason, construct, (Location(path, line, column),)
    )
