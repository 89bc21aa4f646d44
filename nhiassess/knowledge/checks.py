"""Check files become values: one question to the tables, with its own examples."""

from __future__ import annotations

from nhiassess.formats.record import Record
from nhiassess.model.inventory import TABLES, Location
from nhiassess.model.knowledge import Check, Example

ANSWERS = ("satisfied", "not-satisfied", "not-determined")


def check(record: Record) -> Check:
    """Read one check; what is wrong with it is added to the record's complaints."""
    found = Check(
        id=record.text("id"),
        title=record.text("title"),
        objectives=record.texts("objectives", none=("tests no objective", "Name at least one in `objectives`.")),
        about=record.text("about", among=TABLES),
        severity=record.text("severity", among=("critical", "high", "medium", "low")),
        confidence=record.text("confidence", among=("high", "medium", "low")),
        sql=record.text("sql"),
        why=record.text("why"),
        remediation=record.texts("remediation"),
        cannot_know=record.text("cannot_know"),
        references=record.texts("references"),
        examples=tuple(_example(each) for each in record.records("examples")),
        locations=(Location(*record.place),),
    )
    shown = {answer for example in found.examples for answer in example.expect.values()}
    for answer in ANSWERS:
        if answer not in shown:
            record.complain(None, f"has no example that is {answer}", "Add one, so that the check is tested.")
    record.done()
    return found


def _example(record: Record) -> Example:
    given, expect = record.record("given"), record.record("expect")
    tables = {name: tuple(row.whole() for row in given.records(name)) for name in given.names()} if given else {}
    answers = {id: expect.text(id, among=ANSWERS, noun="answer") for id in expect.names()} if expect else {}
    record.done()
    return Example(tables, answers)
