"""What the containers of a pod have of its node, as techniques of escape ask for it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Inventory, Locations, Setting
from nhiassess.model.knowledge import Requirement

_CONTAINER = re.compile(r"\b((?:initC|c)ontainers\[\d+\])\.([\w.]+)(?:\[\d+\](?:\.(\w+))?)?$")


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod: what the manifest states of it and of its pod, by key, and where."""

    name: str  # its place, such as ``containers[0]``
    stated: Mapping[str, tuple[tuple[str, Locations], ...]]  # key to values, each with its places


def pods(inventory: Inventory) -> Mapping[str, tuple[Container, ...]]:
    """Give the containers of each pod that opens something of its node, by the id of the pod.

    Examples
    --------
    >>> from nhiassess.model.inventory import Link
    >>> setting = Setting("setting:s", key="spec.containers[0].securityContext.privileged", value="true")
    >>> inventory = Inventory(settings=(setting,), links=(Link("l", "resource:p", "sets", "setting:s"),))
    >>> (one,) = pods(inventory)["resource:p"]
    >>> has(one, Requirement("privileged:true", "container")) == ()
    True
    """
    settings = {each.id: each for each in inventory.settings}
    found: dict[str, list[Setting]] = {}
    for link in inventory.links:
        if link.verb == "sets" and link.target in settings:
            found.setdefault(link.source, []).append(settings[link.target])
    return {pod: _containers(stated) for pod, stated in found.items()}


def has(container: Container, requirement: Requirement) -> Locations | None:
    """Tell where it is stated that a container has what a technique requires; None when it has not.

    Parameters
    ----------
    container:
        As `pods` gives it.
    requirement:
        Its action is ``privileged:true``, ``hostPID:true``, ``capability:NAME``, or ``reads:path`` or ``writes:path``
        of the host. Whoever is privileged has every capability; whoever has a folder has what is below it.

    Returns
    -------
    tuple of Location or None
        The first place that says so.
    """
    what, _, value = requirement.action.partition(":")
    if what in ("reads", "writes"):
        wanted = _path(value)
        for stated, places in container.stated.get("volumeMounts.hostPath", ()):
            is_covered = _is_within(wanted, _path(stated.removesuffix(":ro")))
            if is_covered and not (what == "writes" and stated.endswith(":ro")):
                return places
        return None
    if what == "capability":
        added = container.stated.get("securityContext.capabilities.add", ())
        wide = container.stated.get("securityContext.privileged", ())
        return next((places for name, places in (*added, *wide) if name in (value, "ALL", "true")), None)
    key = what if what.startswith("host") else f"securityContext.{what}"
    return next((places for stated, places in container.stated.get(key, ()) if stated == value), None)


def _containers(settings: Iterable[Setting]) -> tuple[Container, ...]:
    of_pod: dict[str, list[tuple[str, Locations]]] = {}
    of_each: dict[str, dict[str, list[tuple[str, Locations]]]] = {}
    for each in settings:
        stated = (each.value or "", each.locations)
        match = _CONTAINER.search(each.key or "")
        if match is None:
            of_pod.setdefault((each.key or "").rpartition(".")[2], []).append(stated)
            continue
        key = f"{match[2]}.{match[3]}" if match[3] else match[2]
        of_each.setdefault(match[1], {}).setdefault(key, []).append(stated)
    return tuple(
        Container(name, {key: tuple(values) for key, values in {**of_pod, **own}.items()})
        for name, own in sorted(of_each.items())
    )


def _path(stated: str) -> str:
    """Give a path of the host in one spelling: /var/run leads to /run."""
    path = posixpath.normpath("/" + stated.lstrip("/"))
    return path.removeprefix("/var") if path == "/var/run" or path.startswith("/var/run/") else path


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
