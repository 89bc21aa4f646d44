"""What was planted in the sample is found, and nothing else is."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from nhiassess.model.assessment import Assessment

TRUTH = Path(__file__).resolve().parents[1] / "assessments" / "ostermere" / "truth.csv"
Row = dict[str, str]


@cache
def truth() -> tuple[Row, ...]:
    """The rows that were written before the code."""
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def of(*kinds: str) -> list[Row]:
    return [row for row in truth() if row["kind"] in kinds]


def named(row: Row) -> str:
    return f"{row['id']}-{row['check'] or row['subject'].split(' ')[1].strip('->')}"


@pytest.mark.parametrize("row", of("weakness", "consequence"), ids=named)
def test_weakness_is_found(row: Row, ostermere: Assessment) -> None:
    states = {(answer.check, answer.subject): answer for answer in ostermere.answers}
    answer = states.get((row["check"], row["subject"]))
    assert answer is not None, "no answer for this subject"
    assert answer.state == row["expected"], answer.seen


@pytest.mark.parametrize("row", of("decoy"), ids=named)
def test_decoy_is_left_alone(row: Row, ostermere: Assessment) -> None:
    states = {(answer.check, answer.subject): answer for answer in ostermere.answers}
    answer = states.get((row["check"], row["subject"]))
    if row["expected"] == "absent":
        assert answer is None or answer.state != "not-satisfied", answer
    else:
        assert answer is not None, "no answer for this subject"
        assert answer.state == row["expected"], answer.seen


def test_nothing_else_fails(ostermere: Assessment) -> None:
    planted = {(row["check"], row["subject"]) for row in of("weakness", "consequence")}
    failed = {(answer.check, answer.subject) for answer in ostermere.answers if answer.state == "not-satisfied"}
    assert failed - planted == set()


@pytest.mark.parametrize("row", of("path-hop"), ids=lambda row: f"{row['id']}-{row['subject'].split(' ')[1]}")
def test_hop_is_an_edge(row: Row, ostermere: Assessment) -> None:
    source, verb, target = row["subject"].split(" ")
    verb = verb.removeprefix("-").removesuffix("->")
    edges = [edge for edge in ostermere.edges if (edge.source, edge.verb, edge.target) == (source, verb, target)]
    assert edges, "no such edge"
    assert row["expected"] in {edge.verdict for edge in edges}
    places = {f"{place.path}:{place.line}" for edge in edges for place in edge.locations}
    assert row["where"] in places, places
    technique = row["note"].split("technique ")[-1].split(":")[0] if "technique" in row["note"] else None
    assert technique is None or technique in {edge.technique for edge in edges}
