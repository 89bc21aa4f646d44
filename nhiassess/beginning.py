"""The folder of a new assessment, with a plan to fill in and the schemas by which an editor checks it."""

from __future__ import annotations

from pathlib import Path

from nhiassess import installed
from nhiassess.errors import UsageError

_TEMPLATES = "templates/assessment"
_SCHEMAS = "frameworks/schema/files"


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
        raise UsageError("is not an empty folder", str(path), "Name a new folder, or add --schema to renew schema/.")
    files = {name.removeprefix(f"{_TEMPLATES}/"): installed.read(name) for name in installed.names(_TEMPLATES)}
    made = {name.replace("gitignore", ".gitignore"): content for name, content in files.items()}
    return _write(path, {**made, **_schemas()})


def renew(path: Path) -> tuple[Path, ...]:
    """Write the schemas of this version into an assessment that is there, and touch nothing else.

    Parameters
    ----------
    path:
        The folder of an assessment.

    Returns
    -------
    tuple of Path
        The schemas.

    Raises
    ------
    UsageError
        When the folder is no assessment.
    """
    if not (path / "plan.yaml").is_file():
        raise UsageError("is no assessment folder: it has no plan.yaml", str(path), "`nhiassess init` makes one.")
    return _write(path, _schemas())


def _schemas() -> dict[str, bytes]:
    return {f"schema/{name.rsplit('/', 1)[1]}": installed.read(name) for name in installed.names(_SCHEMAS)}


def _write(path: Path, files: dict[str, bytes]) -> tuple[Path, ...]:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(path / name for name in files)
