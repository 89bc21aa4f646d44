"""What came with the package, a plug-in or an assessment folder; the only file that knows where shipped data lies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path, PurePosixPath
from pkgutil import walk_packages
from typing import Any

from platformdirs import user_cache_path

from nhiassess.errors import UsageError

PACKAGE = Path(__file__).resolve().parent


@cache
def data_folder() -> Path:
    """Give the folder of the shipped data: inside the wheel, or the checkout above the package."""
    inside = PACKAGE / "_data"
    return inside if inside.is_dir() else PACKAGE.parent


def tool_version() -> str:
    """Give the version of the installed package.

    Examples
    --------
    >>> tool_version().count(".") >= 1
    True
    """
    try:
        return version("nhiassess")
    except PackageNotFoundError:
        return "0.0.0"


def read(name: str) -> bytes:
    """Read one shipped file by its name, such as ``frameworks/owasp-asi-2026.yaml``.

    Raises
    ------
    UsageError
        When no such file came with the package.
    """
    path = (data_folder() / PurePosixPath(name)).resolve()
    if not path.is_relative_to(data_folder()) or not path.is_file():
        raise UsageError(f"no file {name} came with this package", hint="Reinstall nhiassess.")
    return path.read_bytes()


def names(folder: str, suffix: str = "") -> tuple[str, ...]:
    """List the shipped files under a folder by name, sorted, those of its subfolders too.

    Examples
    --------
    >>> "frameworks/owasp-asi-2026.yaml" in names("frameworks", ".yaml")
    True
    """
    top = data_folder()
    found = (path for path in (top / folder).rglob("*" + suffix) if path.is_file())
    return tuple(sorted(path.relative_to(top).as_posix() for path in found))


def code(*rooms: str) -> tuple[tuple[str, bytes], ...]:
    """Give the source of rooms of the package, by name: what a copy of something computed also follows from.

    Examples
    --------
    >>> "model/codec.py" in dict(code("model"))
    True
    """
    found = sorted(path for room in rooms for path in (PACKAGE / room).glob("*.py"))
    return tuple((path.relative_to(PACKAGE).as_posix(), path.read_bytes()) for path in found)


def cache_folder() -> Path:
    """Give the folder of this user for copies that can be made again; it may not be there yet."""
    return user_cache_path("nhiassess", appauthor=False)


def sample(name: str) -> Path:
    """Give the folder of a shipped sample assessment.

    Raises
    ------
    UsageError
        When no such sample came with the package.
    """
    path = data_folder() / "assessments" / name
    if not path.is_dir():
        raise UsageError(f"no sample {name} came with this package", hint="Reinstall nhiassess.")
    return path


def plugins(folder: str, constant: str) -> tuple[Any, ...]:
    """Walk a folder of the package, and the entry points of third parties, for the constant that each file exposes.

    Parameters
    ----------
    folder:
        The name of the room, such as ``sources``; third parties use the entry-point group ``nhiassess.sources``.
    constant:
        The name that each file exposes, such as ``SOURCE``; a file without it is the contract.

    Returns
    -------
    tuple
        The things found, sorted by their ``name``.

    Examples
    --------
    >>> "kubernetes" in {source.name for source in plugins("sources", "SOURCE")}
    True
    """
    return tuple(sorted(_walk(folder, constant), key=lambda thing: str(thing.name)))


def _walk(folder: str, constant: str) -> Iterator[Any]:
    # a large folder has families: folders within it
    for module in walk_packages([str(PACKAGE / folder)], f"nhiassess.{folder}."):
        thing = getattr(import_module(module.name), constant, None)
        if thing is not None:
            yield thing
    for entry in entry_points(group=f"nhiassess.{folder}"):
        yield entry.load()
