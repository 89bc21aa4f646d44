"""Files of frameworks/ and of an assessment folder become one Knowledge, or every complaint at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from posixpath import basename, dirname
from typing import Any

from nhiassess.errors import Complaint, FormatError, KnowledgeError
from nhiassess.formats.format import Document
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record, problems
from nhiassess.knowledge import catalogs, checks, crosswalks, exports, remedies, rules, scenarios
from nhiassess.knowledge.lint import parents
from nhiassess.model.knowledge import Catalog, Knowledge, Titles

# shipped knowledge holds no secret, so the key that tells equal secrets apart may be any
NO_SECRETS = b"knowledge"
# files of frameworks/ that are read for the report, not for the graph
OTHER_FILES = frozenset({"field-figures.yaml"})
# the room of what editors are told of the files in the other rooms
SCHEMA = "schema"


def load(files: Mapping[str, bytes]) -> Knowledge:
    """Read all knowledge files.

    Parameters
    ----------
    files:
        Path to bytes; the folder of a path says what a file is (``checks/``, ``crosswalks/``, ``techniques/``,
        ``tool_servers/``, ``titles/``, ``scenarios/``, ``exports/``, ``remedies/``; anything else is a catalog, or
        one of the single files).
        A file of nothing but comments waits for its writer, and brings nothing.

    Returns
    -------
    Knowledge
        Every value sorted by id, so that the order of files never shows.

    Raises
    ------
    KnowledgeError
        With all complaints of all files at once; nothing is half-loaded.
    """
    return together(Knowledge(), files)


def together(shipped: Knowledge, own: Mapping[str, bytes]) -> Knowledge:
    """Put what an assessment brings beside what came with the package, with the titles that it may use.

    Parameters
    ----------
    shipped:
        What came with the package.
    own:
        The files of the assessment, as for `load`.

    Raises
    ------
    KnowledgeError
        With all complaints of all files at once, those included that both sides make: an id that both have, since a
        file of an assessment adds and never replaces; a title of something that is not there, or has one already.
    """
    complaints: list[Complaint] = []
    read_ = _all(own, complaints)
    complaints += (complaint for catalog in read_.get("catalogs", ()) for complaint in parents(catalog))
    found = {each.name: (*getattr(shipped, each.name), *read_.get(each.name, ())) for each in fields(Knowledge)}
    _refuse_duplicates(found, complaints)
    catalogs = {catalog.id: catalog for catalog in found["catalogs"]}
    for each in read_.get("titles", ()):
        if each.catalog in catalogs:
            catalogs[each.catalog] = _titled(catalogs[each.catalog], each, complaints)
        else:
            complaints.append(_unfit(each, f"{each.catalog!r} is no catalog", f"Known: {', '.join(sorted(catalogs))}."))
    found["catalogs"] = tuple(catalogs.values())
    if complaints:
        raise KnowledgeError(tuple(sorted(complaints, key=lambda each: each.where.rsplit(":", 2)[0])))
    return Knowledge(**{table: tuple(sorted(values, key=_key)) for table, values in found.items()})


def beyond(shipped: Knowledge, known: Knowledge) -> Knowledge:
    """Give what an assessment brings, out of what `together` gave."""
    there = {each.name: {_key(value) for value in getattr(shipped, each.name)} for each in fields(Knowledge)}
    values = {table: getattr(known, table) for table in there}
    return Knowledge(
        **{table: tuple(each for each in values[table] if _key(each) not in there[table]) for table in there}
    )


def _all(files: Mapping[str, bytes], complaints: list[Complaint]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for path in sorted(files):
        if not path.endswith((".yaml", ".yml")) or basename(path) in OTHER_FILES or basename(dirname(path)) == SCHEMA:
            continue
        try:
            document = read(path, files[path], key=NO_SECRETS, strict=True)
        except FormatError as error:
            complaints += error.complaints
            continue
        complaints += problems(path, document)
        if _waits(document):
            continue
        for table, values in _read(path, Record(path, document.root, complaints)).items():
            found.setdefault(table, []).extend(values)
    return found


def _waits(document: Document) -> bool:
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith("#") for line in lines)


def _titled(catalog: Catalog, given: Titles, complaints: list[Complaint]) -> Catalog:
    """Give a catalog the titles that a user is licensed for; only identifiers wait for one."""
    entries = {each.id: each for each in catalog.entries}
    for id in given.titles:
        if id not in entries:
            complaints.append(_unfit(given, f"{id!r} is not in {catalog.id}", "Correct the id."))
        elif entries[id].title != id:
            complaints.append(_unfit(given, f"{catalog.id}/{id} has a title already", "Leave it out."))
    return replace(
        catalog,
        groups=tuple(replace(each, title=given.titles.get(each.id, each.title)) for each in catalog.groups),
        controls=tuple(replace(each, title=given.titles.get(each.id, each.title)) for each in catalog.controls),
    )


def _unfit(given: Titles, what: str, hint: str) -> Complaint:
    place = given.locations[0]
    return Complaint(f"$.titles: {what}", f"{place.path}:{place.line}:{place.column}", hint)


def _read(path: str, record: Record) -> dict[str, list[Any]]:
    room, name = basename(dirname(path)), basename(path)
    if room == "crosswalks":
        return {"crosswalks": [crosswalks.crosswalk(record, name.rsplit(".", 1)[0])]}
    if room == "titles":
        return {"titles": [catalogs.titles(record)]}
    if room == "checks":
        return {"checks": [checks.check(record)]}
    if room == "techniques":
        techniques, stage = rules.techniques(record)
        return {"techniques": techniques, "stages": [stage]}
    if room == "tool_servers":
        return {"servers": list(rules.servers(record))}
    if room == "scenarios":
        return {"scenarios": [scenarios.scenario(record)]}
    if room == "exports":
        return {"exports": [exports.export(record)]}
    if room == "remedies":
        return {"remedies": [remedies.remedy(record)]}
    if name == "aliases.yaml":
        return {"aliases": list(catalogs.aliases(record))}
    if name == "defaults.yaml":
        return {"assessed": list(record.texts("frameworks")), "defaults": list(rules.defaults(record))}
    if name == "sensitivity.yaml":
        return {"sensitivity": list(rules.sensitivity(record))}
    return {"catalogs": [catalogs.catalog(record)]}


def _refuse_duplicates(found: Mapping[str, Sequence[Any]], complaints: list[Complaint]) -> None:
    for named in _names(found):
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


def _names(found: Mapping[str, Sequence[Any]]) -> Iterator[list[tuple[str, Any]]]:
    """Give what may stand there once only, name by name."""
    tables = ("catalogs", "crosswalks", "checks", "techniques", "servers", "scenarios", "exports", "remedies")
    yield [(value.id, value) for table in tables for value in found[table]]
    hubs = [catalog for catalog in found["catalogs"] if catalog.reads_as == "objectives"]
    others = [(catalog.id, each) for catalog in found["catalogs"] if catalog not in hubs for each in catalog.entries]
    others += [(catalog.id, each) for catalog in hubs for each in catalog.groups]
    yield [(f"{id}/{each.id}", each) for id, each in others]
    # checks and crosswalks name an objective by its id alone
    yield [(each.id, each) for catalog in hubs for each in catalog.controls]


def _key(value: Any) -> tuple[str, str]:
    return (
        getattr(value, "id", "") or getattr(value, "alias", "") or getattr(value, "name", ""),
        repr(value.__class__),
    )
