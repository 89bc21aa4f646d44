"""The knowledge that came with the package, read once and kept for the next run, and what an assessment brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from nhiassess import installed
from nhiassess.assessment.history import write_atomically
from nhiassess.errors import KnowledgeError
from nhiassess.knowledge.lint import lint
from nhiassess.knowledge.load import load, together
from nhiassess.model.codec import decode, encode
from nhiassess.model.knowledge import Knowledge

# files of frameworks/ that hold tables of their own, which are read where they are used
_TABLES = frozenset({"frameworks/risk.yaml"})
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
    if wrong := tuple(each for each in lint(known) if each.where.partition(":")[0] in own):
        raise KnowledgeError(wrong)
    return known


def _shipped() -> Knowledge:
    files = {name: installed.read(name) for name in installed.names("frameworks", ".yaml") if name not in _TABLES}
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
