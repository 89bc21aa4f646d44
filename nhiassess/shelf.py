"""The knowledge that came with the package, read once and kept for the next run, and what an assessment brings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from nhiassess import installed
from nhiassess.assessment.history import write_atomically
from nhiassess.errors import CheckError, Complaint, KnowledgeError, UsageError
from nhiassess.knowledge.lint import lint
from nhiassess.knowledge.load import load, together
from nhiassess.knowledge.resolve import framework
from nhiassess.model.codec import decode, encode
from nhiassess.model.inventory import Locations
from nhiassess.model.knowledge import Catalog, Knowledge

# files of frameworks/ that hold tables of their own, which are read where they are used
TABLES = frozenset({"frameworks/risk.yaml"})
_COPIES = 4  # of different versions, so that two installations on a machine don't take turns in throwing away


def knowledge(own: Mapping[str, bytes] | None = None) -> Knowledge:
    """Load what came with the package, and what an assessment folder brings of its own.

    Parameters
    ----------
    own:
        Path to bytes of an assessment folder's ``frameworks/``, ``checks/``, ``crosswalks/`` and ``techniques/``.

    Returns
    -------
    Knowledge
        Catalogs, crosswalks, checks, techniques and rules.

    Raises
    ------
    KnowledgeError
        With all complaints at once; nothing is half-loaded.
    """
    shipped = _shipped()
    if not own:
        return shipped
    known = together(shipped, own)
    # what came with the package was held against itself before it came
    wrong = [each for each in lint(known) if each.where.partition(":")[0] in own]
    if complaints := (*wrong, *_refused(known, own)):
        raise KnowledgeError(complaints)
    return known


def version(name: str, known: Knowledge) -> Catalog:
    """Find one version of a framework: one that is known, or the catalog that a YAML file holds.

    Parameters
    ----------
    name:
        The id, short name or title of a catalog, or a path that ends in ``.yaml`` or ``.yml``.
    known:
        The catalogs there are.

    Returns
    -------
    Catalog
        As it stands there; a file is not held against anything else.

    Raises
    ------
    UsageError
        When there is no such catalog or file.
    KnowledgeError
        When the file is no catalog.
    """
    if not name.endswith((".yaml", ".yml")):
        found = known.catalog(framework(known, name))
        if found is None:
            raise UsageError(f"{name!r} is in none of our catalogs", hint="Give the path of a catalog file.")
        return found
    path = Path(name)
    if not path.is_file():
        raise UsageError("there is no such file", name, "Check the path, or name a framework by its id.")
    catalogs = load({path.name: path.read_bytes()}).catalogs
    if not catalogs:
        raise KnowledgeError("holds no catalog", name, "A catalog has an id, a title and controls.")
    return catalogs[0]


def _refused(known: Knowledge, own: Mapping[str, bytes]) -> Iterator[Complaint]:
    """Refuse the SQL that an assessment folder brings before anything is looked at."""
    # what most runs don't need takes longer to import than all that they do
    from nhiassess.checks.check import COLUMNS, guarded
    from nhiassess.checks.preconditions import COLUMNS as APPLIES

    asked: list[tuple[str, tuple[str, ...], Locations]] = [
        (check.sql, COLUMNS, check.locations) for check in known.checks
    ]
    asked += [(when.sql, APPLIES, control.locations) for catalog in known.catalogs for control in catalog.controls
              if (when := control.applies_when) is not None and when.sql is not None]  # fmt: skip
    for sql, columns, (place, *_) in asked:
        if place.path in own:
            try:
                guarded(sql, columns, f"{place.path}:{place.line}:{place.column}")
            except CheckError as error:
                yield from error.complaints


def _shipped() -> Knowledge:
    files = {name: installed.read(name) for name in installed.names("frameworks", ".yaml") if name not in TABLES}
    kept = _kept(files)
    try:
        return _read(kept.read_bytes())
    # absent, or written by something else: it is only a copy, and made again
    except (OSError, ValueError, TypeError, KeyError):
        known = load(files)
    # a home that can't be written to costs time and nothing else
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, json.dumps({"knowledge": encode(known)}, ensure_ascii=False).encode())
        copies = sorted(kept.parent.glob("knowledge-*.json"), key=lambda each: each.stat().st_mtime)
        for old in copies[:-_COPIES]:
            old.unlink()
    return known


def _read(content: bytes) -> Knowledge:
    found: Knowledge = decode(Knowledge, json.loads(content)["knowledge"])
    return found


def _kept(files: Mapping[str, bytes]) -> Path:
    """Name the copy after everything that it follows from, so that a stale one is never read."""
    digest = sha256()
    for name, content in (*files.items(), *installed.code("model", "formats", "knowledge")):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return installed.cache_folder() / f"knowledge-{digest.hexdigest()[:32]}.json"
