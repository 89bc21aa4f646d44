"""Holds a check against its own examples, and against the law that ignorance never passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nhiassess.checks.check import COLUMNS, guarded, risky
from nhiassess.checks.run import ask
from nhiassess.checks.tables import SCHEMAS, table
from nhiassess.errors import CheckError, Complaint
from nhiassess.model.assessment import NOT_DETERMINED, SATISFIED
from nhiassess.model.knowledge import Check, Example

Given = Mapping[str, tuple[Mapping[str, Any], ...]]
# columns that say which thing a row speaks of, rather than what was observed of it
KEYS = frozenset(
    {
        "id",
        "agent",
        "tool",
        "server",
        "subject",
        "source",
        "verb",
        "target",
        "identity",
        "grant_id",
        "credential",
    }
    | {"policy", "resource", "objective", "truster", "threat_model", "gated", "actor", "key", "scope"}
)
# tables whose rows state something by their mere presence: that an entry exists, or where a limit lies
STATEMENTS = frozenset({"limits", "declared"})
# columns that are a key in most tables, and an observation in this one
OBSERVED = frozenset({("exposure", "gated")})


def test(check: Check) -> tuple[Complaint, ...]:
    """Run the examples of a check, then run them again with the evidence taken away.

    Parameters
    ----------
    check:
        The check with its examples.

    Returns
    -------
    tuple of Complaint
        Empty when every example gives what it expects, no example becomes satisfied by observing less, and
        each construct that can hide a NULL is shown to be harmless.
    """
    where = _where(check)
    try:
        query = guarded(check.sql, COLUMNS, where)
        return tuple(Complaint(what, where, hint) for what, hint in _complaints(check, risky(query)))
    except CheckError as error:
        return error.complaints


def _complaints(check: Check, risks: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    undetermined = any(NOT_DETERMINED in example.expect.values() for example in check.examples)
    if risks and not undetermined:
        yield (
            f"uses {', '.join(risks)}, which can turn missing evidence into a pass",
            "Add an example in which missing evidence gives not-determined.",
        )
    for number, example in enumerate(check.examples, 1):
        unknown = sorted(
            f"{name}.{column}" if name in SCHEMAS else name
            for name, rows in example.given.items()
            for row in rows
            for column in (row if name in SCHEMAS else ("",))
            if name not in SCHEMAS or column not in SCHEMAS[name]
        )
        if unknown:
            yield (
                f"example {number} gives {', '.join(unknown)}, which no table has",
                "`nhiassess checks tables` names them.",
            )
            continue
        got = _answers(check, example.given)
        for subject, expected in example.expect.items():
            if got.get(subject) != expected:
                yield f"example {number}: {subject} is {got.get(subject, 'not returned')}, not {expected}", ""
        surplus = sorted(set(got) - set(example.expect))
        if surplus:
            yield (
                f"example {number}: {', '.join(surplus)} is returned, but not expected",
                "Add it to `expect`.",
            )
        yield from _passes_by_ignorance(check, example, number)


def _passes_by_ignorance(check: Check, example: Example, number: int) -> Iterator[tuple[str, str]]:
    hint = "Let what was not observed be NULL on the way to satisfied."
    blank = {
        name: tuple({column: row[column] for column in row if _is_key(name, column)} for row in rows)
        for name, rows in example.given.items()
        if name not in STATEMENTS
    }
    for subject, answer in _answers(check, blank).items():
        if answer == SATISFIED:
            yield f"example {number}: {subject} is satisfied with nothing observed of it", hint
    for subject, expected in example.expect.items():
        if expected == SATISFIED:
            continue
        for name, place, column in _cells(example.given):
            less = {**example.given, name: _without(example.given[name], place, column)}
            if _answers(check, less).get(subject) == SATISFIED:
                yield (
                    f"example {number}: {subject} becomes satisfied when {name}.{column} is not observed",
                    hint,
                )


def _cells(given: Given) -> Iterator[tuple[str, int, str]]:
    for name, rows in given.items():
        for place, row in enumerate(rows):
            for column in row:
                if not _is_key(name, column):
                    yield name, place, column


def _is_key(name: str, column: str) -> bool:
    return column in KEYS and (name, column) not in OBSERVED


def _without(rows: tuple[Mapping[str, Any], ...], place: int, column: str) -> tuple[Mapping[str, Any], ...]:
    return tuple({**row, column: None} if number == place else row for number, row in enumerate(rows))


def _answers(check: Check, given: Given) -> dict[str, str]:
    used = {name: table(name, given.get(name, ({},) if name == "limits" else ())) for name in SCHEMAS}
    return {answer.subject: answer.state for answer in ask([check], used)}


def _where(check: Check) -> str:
    place = check.locations[0] if check.locations else None
    return f"{place.path}:{place.line}:{place.column}" if place else check.id
