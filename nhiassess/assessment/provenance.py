"""What is known of how each export was made, and whether what was handed over is still that export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from nhiassess.formats.form import DATE, HASH
from nhiassess.formats.record import Record
from nhiassess.model.assessment import Provenance
from nhiassess.model.inventory import Location, ObservedFile


def exported(record: Record) -> tuple[Provenance, ...]:
    """Read `observed/provenance.yaml`: one row for each file or folder that was handed over."""
    found = tuple(
        Provenance(
            path=each.text("path").strip("/"),
            command=each.optional_text("command"),
            system=each.optional_text("system"),
            scope=each.optional_text("scope"),
            filters=each.optional_text("filters"),
            run_by=each.optional_text("run_by"),
            at=each.optional_text("at", form=DATE),
            records=each.integer("records"),
            sha256=each.optional_text("sha256", form=HASH),
            note=each.optional_text("note"),
            locations=(Location(*each.place),),
        )
        for each in _rows(record)
    )
    record.done()
    return found


def _rows(record: Record) -> Iterator[Record]:
    for each in record.records("exports"):
        yield each
        each.done()


def doubts(
    exports: Iterable[Provenance], files: Iterable[ObservedFile], digests: Mapping[str, str], now: str
) -> tuple[str, ...]:
    """Warn of provenance that does not fit what was observed.

    Parameters
    ----------
    exports:
        As people wrote them.
    files:
        The ledger.
    digests:
        SHA-256 of the bytes of each file for whose hash `exports` stand; they go into no output.
    now:
        The date of the assessment, ISO 8601.

    Returns
    -------
    tuple of str
        One line each, with its place: a path under which nothing lies, a hash that is another, a date to come.

    Notes
    -----
    The hash of a folder is taken over the lines ``<sha256>  <path>`` of all its files, sorted by path.
    """
    there = [each.id for each in files]
    return tuple(doubt for export in exports for doubt in _doubts(export, there, digests, now))


def _doubts(export: Provenance, files: list[str], digests: Mapping[str, str], now: str) -> Iterator[str]:
    where = export.locations[0]
    place = f"{where.path}:{where.line}:{where.column}"
    within = [each for each in files if each == export.path or each.startswith(f"{export.path}/")]
    if not within:
        yield f"{place}: nothing lies under {export.path}, so its provenance is that of nothing"
    elif export.sha256 and (unhashed := [each for each in within if each not in digests]):
        yield f"{place}: {export.path} can't be compared with its hash, since {unhashed[0]} was not read"
    elif export.sha256 and (found := _digest(export.path, digests, within)) != export.sha256:
        yield f"{place}: {export.path} hashes to {found}, not to {export.sha256}: it is not the export described here"
    if export.at and export.at[:10] > now[:10]:
        yield f"{place}: {export.path} was exported on {export.at[:10]}, after the date of the assessment"


def _digest(path: str, digests: Mapping[str, str], within: Iterable[str]) -> str:
    if path in digests:
        return digests[path]
    return sha256("".join(f"{digests[each]}  {each}\n" for each in sorted(within)).encode()).hexdigest()
