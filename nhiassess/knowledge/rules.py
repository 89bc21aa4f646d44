"""The files of techniques, known tool servers, sensitivity and defaults become values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nhiassess.formats.record import Record
from nhiassess.model.inventory import TABLES, Location
from nhiassess.model.knowledge import Default, Example, KnownServer, Requirement, SensitivityRule, Stage, Technique
from nhiassess.model.reach import VERDICTS

Rows = Mapping[str, tuple[Mapping[str, Any], ...]]

# whose resource an action is asked on
ROLES = (
    *("self", "own_policy", "own_group", "target", "target_policy", "group", "passed_role", "any"),
    *("namespace", "cluster", "container", "node", "repository"),
    *("tenant", "application", "agent", "user", "owned", "scope"),
    *("project", "folder", "organization", "own_role", "delegate"),
)


def techniques(record: Record) -> tuple[list[Technique], Stage]:
    """Read the techniques of one domain, and what every example of them finds."""
    domain = record.text("domain")
    stage = Stage(record.path, _rows(record.record("stage")), (Location(*record.place),))
    found = [_technique(each, domain) for each in record.records("techniques")]
    record.plain("source")
    record.done()
    return found, stage


def servers(record: Record) -> Iterator[KnownServer]:
    """Read the known tool servers of one file."""
    for each in record.records("servers"):
        tools = each.record("tools")
        yield KnownServer(
            id=each.text("id"),
            title=each.text("title"),
            matches=each.texts("matches"),
            tools=tools.whole() if tools else {},
            source=each.optional_text("source"),
            locations=(Location(*each.place),),
        )
        each.done()
    record.done()


def sensitivity(record: Record) -> Iterator[SensitivityRule]:
    """Read the rules of assumed sensitivity."""
    for each in record.records("rules"):
        yield SensitivityRule(
            pattern=each.text("pattern"),
            sensitivity=each.integer("sensitivity", 0, 5) or 0,
            reason=each.text("reason"),
            provider=each.optional_text("provider"),
            kind=each.optional_text("kind"),
            locations=(Location(*each.place),),
        )
        each.done()
    record.done()


def defaults(record: Record) -> Iterator[Default]:
    """Read the limits that hold when a plan states none."""
    if limits := record.record("limits"):
        for name in limits.names():
            if each := limits.record(name):
                yield Default(name, each.integer("value"), each.text("unit"), each.text("source"))
                each.plain("unverified")
                each.done()
    record.done()


def _technique(record: Record, domain: str) -> Technique:
    no_action = "lists no action", "Write `requires: [[{action: ..., of: self}]]`."
    found = Technique(
        id=record.text("id"),
        domain=domain,
        name=record.text("name"),
        category=record.text("category"),
        requires=tuple(tuple(map(_requirement, each)) for each in record.lists("requires", none=no_action)),
        grants=record.text("grants", among=("become", "modify_self", "modify_other", "administer", "change")),
        applies_to=record.texts("applies_to"),
        trusted_service=record.optional_text("trusted_service"),
        needs_resource=record.optional_text("needs_resource"),
        conditions=record.texts("conditions"),
        source=record.optional_text("source"),
        covers=record.texts("covers"),
        examples=tuple(_example(each) for each in record.records("examples")),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _example(record: Record) -> Example:
    given, expect = _rows(record.record("given")), record.record("expect")
    verdicts = {id: expect.text(id, among=VERDICTS, noun="verdict") for id in expect.names()} if expect else {}
    record.done()
    return Example(given, verdicts)


def _rows(record: Record | None) -> Rows:
    if record is None:
        return {}
    for name in record.names():
        if name not in TABLES:
            record.complain(None, f"{name!r} is no table", f"Tables: {', '.join(sorted(TABLES))}.")
    return {name: tuple(row.whole() for row in record.records(name)) for name in record.names()}


def _requirement(record: Record) -> Requirement:
    found = Requirement(record.text("action"), record.optional_text("of", among=ROLES) or "any")
    record.done()
    return found
