"""The laws of examples catch a bad check: wrong expectations, and ignorance that passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from nhiassess.checks.examples import test as complaints_of
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Check, Example

Rows = list[Mapping[str, Any]]


def check(sql: str, *examples: tuple[Mapping[str, Rows], Mapping[str, str]], about: str = "agents") -> Check:
    return Check(
        "planted",
        "An agent is wrong",
        ("INV-02",),
        about,
        severity="low",
        confidence="high",
        sql=sql,
        why="",
        remediation=(),
        cannot_know="",
        examples=tuple(
            Example({name: tuple(rows) for name, rows in given.items()}, expect) for given, expect in examples
        ),
        locations=(Location("checks/planted.yaml", 2, 1),),
    )


def said(planted: Check) -> str:
    return "\n".join(str(complaint) for complaint in complaints_of(planted))


OWNED = ({"agents": [{"id": "agent:a", "owner": "Head of platform"}]}, {"agent:a": "satisfied"})
NOBODY = ({"agents": [{"id": "agent:b", "owner": "nobody"}]}, {"agent:b": "not-satisfied"})
UNKNOWN = ({"agents": [{"id": "agent:c"}]}, {"agent:c": "not-determined"})
HONEST = "SELECT id AS subject, owner <> 'nobody' AS satisfied, '' AS seen FROM agents"


def test_an_honest_check_gives_no_complaint() -> None:
    assert said(check(HONEST, OWNED, NOBODY, UNKNOWN)) == ""


def test_a_check_that_turns_null_into_a_pass_is_caught() -> None:
    lenient = HONEST.replace("owner <> 'nobody'", "COALESCE(owner <> 'nobody', TRUE)")
    found = said(check(lenient, OWNED, NOBODY))
    assert "agent:a is satisfied with nothing observed of it" in found
    assert "agent:b becomes satisfied when agents.owner is not observed" in found
    assert "uses COALESCE" in found


def test_a_check_that_turns_null_into_a_fail_is_caught_by_its_own_example() -> None:
    strict = HONEST.replace("owner <> 'nobody'", "owner IS NOT NULL AND owner <> 'nobody'")
    assert "agent:c is not-satisfied, not not-determined" in said(check(strict, OWNED, NOBODY, UNKNOWN))


def test_a_constant_pass_is_caught() -> None:
    constant = "SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM agents"
    assert "satisfied with nothing observed of it" in said(check(constant, OWNED))


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (
            "INNER JOIN",
            "SELECT a.id AS subject, m.tool_calls AS satisfied, '' AS seen FROM agents a"
            " JOIN telemetry m ON m.agent = a.id",
        ),
        (
            "BOOL_AND",
            "SELECT a.id AS subject, BOOL_AND(m.tool_calls) AS satisfied, '' AS seen FROM agents a"
            " LEFT JOIN telemetry m ON m.agent = a.id GROUP BY a.id",
        ),
        (
            "MIN",
            "SELECT a.id AS subject, MIN(m.retention_days) > 30 AS satisfied, '' AS seen FROM agents a"
            " LEFT JOIN telemetry m ON m.agent = a.id GROUP BY a.id",
        ),
        (
            "NOT EXISTS",
            "SELECT a.id AS subject, NOT EXISTS (SELECT 1 FROM telemetry m WHERE m.agent = a.id AND NOT m.tool_calls)"
            " AS satisfied, '' AS seen FROM agents a",
        ),
    ],
)
def test_each_construct_that_hides_a_null_needs_an_example_that_stays_open(name: str, sql: str) -> None:
    given = {
        "agents": [{"id": "agent:a"}],
        "telemetry": [{"id": "telemetry:a", "agent": "agent:a", "tool_calls": True, "retention_days": 90}],
    }
    assert f"uses {name}" in said(check(sql, (given, {"agent:a": "satisfied"})))


def test_a_row_that_vanishes_with_its_evidence_is_caught() -> None:
    sql = (
        "SELECT a.id AS subject, COUNT(CASE WHEN m.sink_writable_by_agent THEN 1 END) = 0 AS satisfied, '' AS seen"
        " FROM agents a LEFT JOIN telemetry m ON m.agent = a.id GROUP BY a.id"
    )
    given = {
        "agents": [{"id": "agent:a"}],
        "telemetry": [{"id": "telemetry:a", "agent": "agent:a", "sink_writable_by_agent": True}],
    }
    found = said(check(sql, (given, {"agent:a": "not-satisfied"})))
    assert "agent:a becomes satisfied when telemetry.sink_writable_by_agent is not observed" in found


def test_wrong_missing_and_surplus_expectations_are_told_apart() -> None:
    given = {"agents": [{"id": "agent:a", "owner": "x"}, {"id": "agent:b", "owner": "nobody"}]}
    found = said(check(HONEST, (given, {"agent:a": "not-satisfied", "agent:z": "satisfied"})))
    assert "agent:a is satisfied, not not-satisfied" in found
    assert "agent:z is not returned, not satisfied" in found
    assert "agent:b is returned, but not expected" in found


def test_an_example_that_gives_what_no_table_has_is_caught() -> None:
    given = {"agents": [{"id": "agent:a", "boss": "x"}], "bosses": [{"id": "b"}]}
    assert "gives agents.boss, bosses, which no table has" in said(check(HONEST, (given, {"agent:a": "satisfied"})))


def test_the_presence_of_an_inventory_entry_is_an_observation() -> None:
    sql = (
        "SELECT a.id AS subject, CASE WHEN d.id IS NOT NULL THEN TRUE END AS satisfied, '' AS seen"
        " FROM agents a LEFT JOIN declared d ON d.agent = a.id"
    )
    given = {"agents": [{"id": "agent:a"}], "declared": [{"id": "declared:a", "agent": "agent:a"}]}
    assert said(check(sql, (given, {"agent:a": "satisfied"}))) == ""


def test_a_refused_check_is_a_complaint_with_its_place() -> None:
    assert said(check("DROP TABLE agents", OWNED)).startswith("checks/planted.yaml:2:1: a check is exactly one SELECT")


def test_a_check_that_breaks_in_an_example_is_a_complaint() -> None:
    broken = "SELECT id AS subject, nothing AS satisfied, '' AS seen FROM agents"
    assert "the check broke" in said(check(broken, OWNED))
