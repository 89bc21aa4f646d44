"""Where to look: the folder of an assessment with what people wrote in it, and the root of what was observed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nhiassess.errors import Complaint, ObservationError, PlanError
from nhiassess.formats.redaction import named
from nhiassess.model.assessment import Plan

# where an assessment keeps knowledge of its own; a file in a folder below counts as well
ROOMS = ("frameworks", "checks", "crosswalks", "techniques", "titles", "scenarios", "exports", "remedies")
_WRITTEN = (
    "plan.yaml",
    "attestations.yaml",
    "exceptions.yaml",
    "provenance.yaml",
    "*/provenance.yaml",
    "narrative/*.md",
    *(f"{room}/**/*{suffix}" for room in ROOMS for suffix in (".yaml", ".yml")),
)
_MOST = 5_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: the assessment folder, when it is one, and the root of what was observed."""

    top: Path
    root: Path
    only: Path | None
    files: Mapping[str, bytes]  # of the assessment folder itself: plan, attestations, narrative, own knowledge


def find(path: Path) -> Place:
    """Find what lies at a path: one file, a folder, or the folder of an assessment with what people wrote.

    Raises
    ------
    ObservationError
        When there is nothing, or neither a file nor a folder.
    PlanError
        When a file that people write is a link, no file, or too large.
    """
    if not path.exists():
        raise ObservationError("there is no such file or folder", str(path), "Check the path.")
    if path.is_file():
        return Place(path.parent, path.parent, path, {})
    if not path.is_dir():
        raise ObservationError("is neither a file nor a folder", str(path), "Name a file or a folder.")
    return Place(path, path, None, _written(path) if os.path.lexists(path / "plan.yaml") else {})


def rooted(place: Place, plan: Plan) -> Place:
    """Give the place with the folder that the plan says was observed.

    Raises
    ------
    ObservationError
        When that is no folder below the plan.
    """
    if plan.default:
        return place
    root = place.top / plan.observed
    if not root.is_dir() or not root.resolve().is_relative_to(place.top.resolve()):
        where = f"{place.top / 'plan.yaml'}"
        raise ObservationError(f"observed: {plan.observed!r} is no folder below the plan", where, "Mend the plan.")
    return replace(place, root=root)


def own_knowledge(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give those files of an assessment folder that are knowledge of its own.

    Examples
    --------
    >>> sorted(own_knowledge({"plan.yaml": b"", "checks/a.yaml": b""}))
    ['checks/a.yaml']
    """
    return {name: each for name, each in files.items() if name.split("/")[0] in ROOMS}


def _written(top: Path) -> dict[str, bytes]:
    """Read the files of an assessment folder; one that is not to be read stops the run, since it could decide."""
    files: dict[str, bytes] = {}
    complaints = []
    there = {file for pattern in _WRITTEN for file in top.glob(pattern)}
    # a link that leads nowhere is not found by its plain name
    there |= {top / name for name in _WRITTEN if "*" not in name and os.path.lexists(top / name)}
    for each in sorted(there):
        name = named(each.relative_to(top).as_posix())
        if each.is_symlink() or not each.resolve().is_relative_to(top.resolve()):
            complaints.append(Complaint("is a link, or lies behind one", f"{name}:1:1", "Put the file itself there."))
        elif not each.is_file():
            complaints.append(Complaint("is no file", f"{name}:1:1", "Put a file there, or give it another name."))
        elif each.stat().st_size > _MOST:
            what = f"is larger than {_MOST / 1e6:.0f} MB"
            complaints.append(Complaint(what, f"{name}:1:1", "Leave out what people did not write."))
        else:
            files[name] = each.read_bytes()
    if complaints:
        raise PlanError(tuple(complaints))
    return files
