"""Files of frameworks/ and of an assessment folder become one Knowledge, or every complaint at once."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import basename, dirname
from typing import Any

from nhiassess.errors import Complaint, FormatError, KnowledgeError
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record, problems
from nhiassess.knowledge import catalogs, checks, crosswalks, rules, scenarios
from nhiassess.model.knowledge import Knowledge

# shipped knowledge holds no secret, so the key that tells equal secrets apart may be any
NO_SECRETS = b"knowledge"
# files of frameworks/ that are read for the report, not for the graph
OTHER_FILES = frozenset({"field-figures.yaml"})


def load(files: Mapping[str, bytes]) -> Knowledge:
    """Read all knowledge files.

    Parameters
    ----------
    files:
        Path to bytes; the folder of a path says what a file is (``checks/``, ``crosswalks/``, ``techniques/``,
        ``tool_servers/``, ``scenarios/``; anything else is a catalog or one of the single files).

    Returns
    -------
    Knowledge
        Every value sorted by id, so that the order of files never shows.

    Raises
    ------
    KnowledgeError
        With all complaints of all files at once; nothing is half-loaded.
    """
    complaints: list[Complaint] = []
    found: dict[str, list[Any]] = {}
    for path in sorted(files):
        if not path.endswith((".yaml", ".yml")) or basename(path) in OTHER_FILES:
            continue
        try:
            document = read(path, files[path], key=NO_SECRETS, strict=True)
        except FormatError as error:
            complaints += error.complaints
            continue
        complaints += problems(path, document)
        record = Record(path, document.root, complaints)
        for table, values in _read(path, record).items():
            found.setdefault(table, []).extend(values)
    _refuse_duplicates(found, complaints)
    if complaints:
        raise KnowledgeError(tuple(complaints))
    return Knowledge(**{table: tuple(sorted(values, key=_key)) for table, values in found.items()})


def _read(path: str, record: Record) -> dict[str, list[Any]]:
    room, name = basename(dirname(path)), basename(path)
    if room == "crosswalks":
        return {"crosswalks": [crosswalks.crosswalk(record, name.rsplit(".", 1)[0])]}
    if room == "checks":
        return {"checks": [checks.check(record)]}
    if room == "techniques":
        return {"techniques": list(rules.techniques(record))}
    if room == "tool_servers":
        return {"servers": list(rules.servers(record))}
    if room == "scenarios":
        return {"scenarios": [scenarios.scenario(record)]}
    if name == "aliases.yaml":
        return {"aliases": list(catalogs.aliases(record))}
    if name == "defaults.yaml":
        return {"defaults": list(rules.defaults(record))}
    if name == "sensitivity.yaml":
        return {"sensitivity": list(rules.sensitivity(record))}
    return {"catalogs": [catalogs.catalog(record)]}


def _refuse_duplicates(found: Mapping[str, list[Any]], complaints: list[Complaint]) -> None:
    tables = ("catalogs", "crosswalks", "checks", "techniques", "servers", "scenarios")
    named = [(value.id, value) for table in tables for value in found.get(table, ())]
    named += [(f"{c.id}/{each.id}", each) for c in found.get("catalogs", ()) for each in (*c.groups, *c.controls)]
    first: dict[str, Any] = {}
    for id, value in named:
        if id in first and id.strip("/"):
            place = value.locations[0]
            complaints.append(
                Complaint(
                    f"the id {id} stands already at {first[id].locations[0]}",
                    f"{place.path}:{place.line}:{place.column}",
                    "Give it another id, or delete one of the two.",
                )
            )
        first.setdefault(id, value)


def _key(value: Any) -> tuple[str, str]:
    return (
        getattr(value, "id", "") or getattr(value, "alias", "") or getattr(value, "name", ""),
        repr(value.__class__),
    )
