"""Every file under a root, and which of them are ignored or refused before they are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from nhiassess.formats.format import REDACTED
from nhiassess.formats.redaction import named

NONE: Mapping[str, Path] = MappingProxyType({})
MOST_FILES = 200_000
# folders that hold no configuration of the estate: version control, packages of others, caches
IGNORED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache"}
    | {".pytest_cache", ".terraform", ".ipynb_checkpoints"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its path as it is printed, where it lies, its size, and the rule by which it is not read, if any."""

    path: str
    file: Path
    bytes: int = 0
    refused: str | None = None
    ignored: str | None = None


def files(root: Path, only: Path | None = None, besides: Mapping[str, Path] = NONE) -> Iterator[Found]:
    """Walk a root.

    Parameters
    ----------
    root:
        The folder; no link is followed.
    only:
        One file under the root, when only that is asked for.
    besides:
        Files elsewhere that are read too, by the path that they are printed with.

    Yields
    ------
    Found
        Each file once, and each folder that is ignored or can't be listed.
    """
    found = [_sized(only, named(only.name))] if only else _walked(root)
    yield from _told_apart(chain(found, (_elsewhere(file, path) for path, file in sorted(besides.items()))))


def _walked(root: Path) -> Iterator[Found]:
    top = root.resolve()
    pending = [root]
    count = 0
    while pending:
        here = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            yield Found(_relative(here, root), here, refused=f"the folder can't be listed: {error.strerror}")
            continue
        for entry in entries:
            file = Path(entry.path)
            path = _relative(file, root)
            if entry.is_symlink():
                inside = Path(os.path.realpath(file)).is_relative_to(top)
                where = "within the root, where it is read" if inside else "out of the root"
                rule = f"a link that points {where}"
                yield Found(path, file, ignored=rule) if inside else Found(path, file, refused=rule)
            elif entry.is_dir():
                if entry.name in IGNORED_FOLDERS:
                    yield Found(path + "/", file, ignored=f"a folder named {entry.name} holds no configuration")
                else:
                    pending.append(file)
            elif not entry.is_file():
                yield Found(path, file, refused="neither a file nor a folder")
            else:
                count += 1
                over = f"more than {MOST_FILES:,} files. Assess a part of the folder."
                yield Found(path, file, refused=over) if count > MOST_FILES else _sized(file, path)


def _elsewhere(file: Path, path: str) -> Found:
    if file.is_symlink():
        return Found(path, file, refused="a link that points out of the root")
    return _sized(file, path) if file.is_file() else Found(path, file, refused="neither a file nor a folder")


def _sized(file: Path, path: str) -> Found:
    try:
        return Found(path, file, file.stat().st_size)
    except OSError as error:
        return Found(path, file, refused=f"the file can't be read: {error.strerror}")


def _told_apart(found: Iterable[Found]) -> Iterator[Found]:
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
