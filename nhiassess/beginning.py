"""The folder of a new assessment, with a plan to fill in."""

from __future__ import annotations

from pathlib import Path

from nhiassess import installed
from nhiassess.errors import UsageError


def begin(path: Path) -> tuple[Path, ...]:
    """Make the folder of a new assessment from the templates that came with the package.

    Parameters
    ----------
    path:
        A folder that is empty, or not there yet.

    Returns
    -------
    tuple of Path
        What was made.

    Raises
    ------
    UsageError
        When the folder holds something already: nothing is overwritten.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError("is not an empty folder", str(path), "Name a new folder.")
    made = []
    for name in installed.names("templates/assessment"):
        target = path / name.removeprefix("templates/assessment/").replace("gitignore", ".gitignore")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(installed.read(name))
        made.append(target)
    return tuple(made)
