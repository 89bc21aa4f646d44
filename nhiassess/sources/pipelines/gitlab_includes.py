"""What a GitLab pipeline includes from elsewhere: other files, projects, components, and addresses on the network."""

from __future__ import annotations

import re
from collections.abc import Set

from nhiassess.formats.format import Node
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_KINDS = ("remote", "project", "template", "component", "local")


def read_includes(file: ReadFile, top: str, read: Set[str], found: Gathering) -> None:
    """Name every file that a pipeline includes and that was not read, and whether anything fixes its content.

    Parameters
    ----------
    file, top:
        A file of the pipeline, and the folder of its repository.
    read:
        The paths of the files that were read with it.
    found:
        What was gathered; it is added to.
    """
    for root in file.document.roots:
        stated_includes = root.get("include")
        for place, node in enumerate(stated_includes.listed() if stated_includes is not None else ()):
            _read_include(file, node, place, f"{top}/" if top else "", read, found)


def _read_include(file: ReadFile, node: Node, place: int, top: str, read: Set[str], found: Gathering) -> None:
    kind, value = next(
        ((key, each) for key in _KINDS if (each := node.get(key))),
        ("local", node),
    )
    text = value.text() or ""
    if kind == "local" and text.startswith(("http://", "https://")):
        kind = "remote"
    if not text or (kind == "local" and _is_read(top + text.lstrip("/"), read)):
        return
    at = file.at(value)
    reasons = {
        "remote": f"a file at {text} was not read",
        "local": f"{text} was not read",
        "template": f"the template {text} comes with GitLab, and was not read",
        "component": f"the component {text} was not read",
        "project": f"a file of the project {text} was not read",
    }
    pinned = None
    if kind == "remote":
        pinned = node.get("integrity") is not None
    elif kind == "component":
        pinned = bool(_COMMIT.fullmatch(text.rpartition("@")[2]))
    elif kind == "project":
        ref = node.get("ref")
        pinned = bool(_COMMIT.fullmatch((ref.text() or "") if ref is not None else ""))
    moving = ", and nothing fixes its content" if pinned is False else ""
    plainly = ", over a connection that anybody on the way can change" if text.startswith("http://") else ""
    found.skip(at, f"include[{place}]", f"include: {kind}", reasons[kind] + moving + plainly)


def _is_read(path: str, read: Set[str]) -> bool:
    if "*" not in path:
        return path in read
    start = path.partition("*")[0]
    return any(each.startswith(start) for each in read)
