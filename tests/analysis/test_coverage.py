"""Figures add up, bounds enclose what is unknown, and a risk stands where its mitigations put it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.analysis.agent_risks import agent_risks
from nhiassess.analysis.coverage import coverage, totals
from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    RISK_STATES,
    SATISFIED,
    STATES,
    AgentRisk,
    ControlCoverage,
    Determination,
)
from nhiassess.model.inventory import Attestation
from nhiassess.model.knowledge import Crosswalk, Knowledge, Row
from tests.small import HUB, catalog, control, crosswalk, determined, known, objective, row

HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES
OBJECTIVES = ("O1", "O2", "O3", "O4")
OUTCOMES = ("T1", "T2", "T3")
RELATIONSHIPS = ("equal", "subset-of", "superset-of", "intersects-with", "related", "no-relationship")
AGENT = "agent:x/-/a"
NOW = "2026-11-24T09:00:00Z"

rows_ = st.builds(row, st.sampled_from(OBJECTIVES), st.sampled_from(RELATIONSHIPS), st.sampled_from(OUTCOMES))
crosswalks = st.lists(rows_, max_size=8).map(lambda rows: crosswalk("rmf", *rows))
determinations = st.tuples(*(st.builds(determined, st.just(each), st.sampled_from(STATES)) for each in OBJECTIVES))


def knowledge(mapped: Crosswalk, outside: tuple[str, ...] = ()) -> Knowledge:
    outcomes = (
        control("rmf", id, assessable="outside" if id in outside else "partly", outside="why") for id in OUTCOMES
    )
    return known(*map(objective, OBJECTIVES), catalogs=(catalog("rmf", "outcomes", *outcomes),), crosswalks=(mapped,))


def of(rows: tuple[ControlCoverage, ...], id: str) -> ControlCoverage:
    return next(each for each in rows if each.control == id)


@given(crosswalks, determinations, st.sets(st.sampled_from(OUTCOMES)))
def test_the_states_add_up_and_the_bounds_enclose_the_unknown(
    mapped: Crosswalk, states: tuple[Determination, ...], outside: set[str]
) -> None:
    known_ = knowledge(mapped, tuple(sorted(outside)))
    rows = coverage(known_, [HUB, "rmf"], states, [])
    for figure in totals(known_, rows):
        counts = dict(figure.counts)
        assert tuple(counts) == STATES
        assert sum(counts.values()) + figure.outside == figure.items
        assert figure.not_applicable == counts[NOT_APPLICABLE]
        assert figure.denominator == counts[SATISFIED] + counts[NOT_SATISFIED] + counts[NOT_DETERMINED]
        assert figure.assessed == counts[SATISFIED] + counts[NOT_SATISFIED]
        assert figure.partly <= counts[NOT_DETERMINED]
        if not figure.denominator:
            assert (figure.lower, figure.upper) == (None, None)
            continue
        assert figure.lower == counts[SATISFIED]
        assert figure.upper == counts[SATISFIED] + counts[NOT_DETERMINED]
    for each in rows:
        assert 0 <= each.lower <= each.upper <= each.denominator
        assert each.observed <= each.denominator
        assert (each.gap is None) is (each.state in (SATISFIED, NOT_APPLICABLE) or each.signal == "outside the profile")


@given(crosswalks, rows_, determinations)
def test_another_row_never_lowers_what_is_mapped(
    mapped: Crosswalk, another: Row, states: tuple[Determination, ...]
) -> None:
    before, after = knowledge(mapped), knowledge(replace(mapped, rows=(*mapped.rows, another)))
    few = {each.id: each for each in totals(before, coverage(before, [HUB, "rmf"], states, []))}
    for many in totals(after, coverage(after, [HUB, "rmf"], states, [])):
        assert many.mapped >= few[many.id].mapped
        assert many.assessed >= few[many.id].assessed
        assert many.items == few[many.id].items


@given(crosswalks, determinations, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_determinations_never_shows(
    mapped: Crosswalk, states: tuple[Determination, ...], random: object
) -> None:
    rows, shuffled = list(mapped.rows), list(states)
    random.shuffle(rows)  # type: ignore[attr-defined]  # a random.Random
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    one = coverage(knowledge(mapped), [HUB, "rmf"], states, [])
    assert one == coverage(knowledge(replace(mapped, rows=tuple(rows))), [HUB, "rmf"], shuffled, [])


def test_an_objective_reports_its_population_with_bounds() -> None:
    whole = determined(
        "O1", NOT_SATISFIED, population=10, tested=7, deviations=2, undetermined=3, reason="2 of 10 fail"
    )
    found = of(coverage(known(objective("O1")), [HUB], [whole], []), "O1")
    assert (found.observed, found.denominator, found.lower, found.upper, found.gap) == (7, 10, 5, 8, "failed")


@pytest.mark.parametrize(
    ("reason", "gap"),
    [
        ("partly evidenced", "partial"),
        ("evidence expired", "stale"),
        ("no procedure", "no procedure"),
        ("no evidence", "no evidence"),
        ("whatever else", "no evidence"),
    ],
)
def test_the_kind_of_gap_follows_from_the_reason(reason: str, gap: str) -> None:
    rows = coverage(known(objective("O1")), [HUB], [determined("O1", NOT_DETERMINED, reason=reason)], [])
    assert of(rows, "O1").gap == gap


def test_a_parent_counts_through_its_parts_only() -> None:
    known_ = known(objective("O1"), objective("O1a", part_of="O1"), objective("O1b", part_of="O1"))
    states = [determined("O1", NOT_SATISFIED), determined("O1a", SATISFIED), determined("O1b", NOT_SATISFIED)]
    figure = totals(known_, coverage(known_, [HUB], states, []))[0]
    assert (figure.items, dict(figure.counts)[SATISFIED], dict(figure.counts)[NOT_SATISFIED]) == (2, 1, 1)


def test_a_control_without_a_row_is_not_mapped() -> None:
    found = of(coverage(knowledge(crosswalk("rmf")), ["rmf"], [], []), "T1")
    assert (found.state, found.gap, found.signal) == (NOT_DETERMINED, "no mapping", "needs an answer")


# ------------------------------------------------------------------ what an assessor recorded of an outcome


def recorded(answer: str, expires: str | None = "2027-01-01", id: str = "attestation:1") -> Attestation:
    return Attestation(id, "rmf/T1", "*", answer, "Assessor", "2026-10-01", expires)


@pytest.mark.parametrize(
    ("answers", "carried", "state", "signal"),
    [
        ([recorded("yes")], None, SATISFIED, "supports"),
        ([recorded("no")], None, NOT_SATISFIED, "contradicts"),
        ([recorded("partly")], None, NOT_SATISFIED, "contradicts"),
        ([recorded("yes")], SATISFIED, SATISFIED, "supports"),
        ([recorded("yes")], NOT_SATISFIED, NOT_SATISFIED, "contradicts"),
        ([recorded("no")], SATISFIED, NOT_SATISFIED, "contradicts"),
        ([recorded("yes", "2026-11-23")], None, NOT_DETERMINED, "needs an answer"),
        ([recorded("yes", "2026-11-24")], None, SATISFIED, "supports"),
        ([recorded("yes", None)], None, SATISFIED, "supports"),
        ([recorded("no"), recorded("yes", id="attestation:2")], None, NOT_SATISFIED, "contradicts"),
        ([recorded("yes"), recorded("no", id="attestation:2")], None, NOT_SATISFIED, "contradicts"),
    ],
)
def test_an_outcome_is_satisfied_by_a_record_that_is_valid_and_not_contradicted(
    answers: list[Attestation], carried: str | None, state: str, signal: str
) -> None:
    known_ = knowledge(crosswalk("rmf", row("O1", "equal", "T1")))
    states = [determined("O1", carried)] if carried else []
    found = of(coverage(known_, ["rmf"], states, [], answers, NOW), "T1")
    assert (found.state, found.signal) == (state, signal)


# ------------------------------------------------------------------ risks


def risks(states: dict[str, list[Determination]], applies: bool | None, *mapped: Row, **more: object) -> AgentRisk:
    objectives = more.get("objectives") or [objective(id) for id in states]
    known_ = known(
        *objectives,  # type: ignore[misc]  # a list of controls
        catalogs=(catalog("asi", "risks", control("asi", "ASI01", "risk")),),
        crosswalks=(crosswalk("asi", *mapped),),
    )
    used = [(AGENT, "tool:a"), (AGENT, "tool:b"), ("agent:x/-/other", "tool:other")]
    flat = [each for rows in states.values() for each in rows]
    agents = [AGENT, "agent:x/-/other"]
    return agent_risks(known_, ["asi"], agents, {("control:asi/ASI01", AGENT): applies}, flat, used)[0]


PRIMARY, SUPPORTING = row("O1", "mitigates", "ASI01", "primary"), row("O2", "mitigates", "ASI01", "supporting")


@pytest.mark.parametrize(
    ("applies", "primary", "supporting", "state"),
    [
        (True, SATISFIED, SATISFIED, HOLD),
        (True, SATISFIED, NOT_DETERMINED, HOLD),
        (True, SATISFIED, NOT_APPLICABLE, HOLD),
        (True, SATISFIED, NOT_SATISFIED, WEAKENED),
        (True, NOT_DETERMINED, NOT_SATISFIED, WEAKENED),
        (True, NOT_SATISFIED, SATISFIED, EXPOSED),
        (True, NOT_SATISFIED, NOT_SATISFIED, EXPOSED),
        (True, NOT_DETERMINED, SATISFIED, OPEN),
        (True, NOT_APPLICABLE, SATISFIED, OPEN),
        (None, NOT_SATISFIED, NOT_SATISFIED, OPEN),
        (None, SATISFIED, SATISFIED, OPEN),
        (False, NOT_SATISFIED, NOT_SATISFIED, NOT_THERE),
        (False, SATISFIED, SATISFIED, NOT_THERE),
    ],
)
def test_where_a_risk_stands(applies: bool | None, primary: str, supporting: str, state: str) -> None:
    method = {NOT_APPLICABLE: "plan"}
    states = {
        "O1": [determined("O1", primary, method=method.get(primary, "INTERVIEW"))],
        "O2": [determined("O2", supporting, method=method.get(supporting, "INTERVIEW"))],
    }
    assert risks(states, applies, PRIMARY, SUPPORTING).state == state


def test_a_risk_that_nothing_mitigates_is_not_determined() -> None:
    assert risks({"O1": []}, True).state == OPEN
    assert risks({"O1": []}, True, SUPPORTING).state == OPEN


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([("tool:a", SATISFIED), ("tool:b", SATISFIED)], HOLD),
        ([("tool:a", SATISFIED), ("tool:b", NOT_DETERMINED)], OPEN),
        ([("tool:a", SATISFIED), ("tool:b", NOT_SATISFIED)], EXPOSED),
        ([("tool:a", SATISFIED), ("tool:other", NOT_SATISFIED)], HOLD),
        ([("tool:other", SATISFIED)], OPEN),
        ([], OPEN),
    ],
)
def test_only_what_an_agent_uses_counts_for_it(rows: list[tuple[str, str]], state: str) -> None:
    found = [determined("O1", each, subject) for subject, each in rows]
    assert risks({"O1": [*found, determined("O1", SATISFIED)]}, True, PRIMARY).state == state


def test_what_a_person_denies_counts_for_every_agent() -> None:
    rows = [determined("O1", SATISFIED, "tool:a"), determined("O1", NOT_SATISFIED, method="INTERVIEW")]
    assert risks({"O1": rows}, True, PRIMARY).state == EXPOSED


@pytest.mark.parametrize(
    ("second", "state"),
    [
        ([determined("O1b", NOT_DETERMINED)], OPEN),
        ([determined("O1b", SATISFIED, method="INTERVIEW")], HOLD),
        ([determined("O1b", NOT_SATISFIED, method="INTERVIEW")], EXPOSED),
        ([determined("O1b", NOT_APPLICABLE, method="plan")], HOLD),
        ([determined("O1b", SATISFIED, "tool:b"), determined("O1b", SATISFIED)], HOLD),
        ([determined("O1b", SATISFIED, "tool:other"), determined("O1b", SATISFIED)], OPEN),
    ],
)
def test_an_objective_with_parts_mitigates_when_each_part_holds_for_the_agent(
    second: list[Determination], state: str
) -> None:
    rows = {
        "O1": [determined("O1", SATISFIED, "tool:a"), determined("O1", SATISFIED)],
        "O1a": [determined("O1a", SATISFIED, "tool:a"), determined("O1a", SATISFIED)],
        "O1b": second,
    }
    objectives = [objective("O1"), objective("O1a", part_of="O1"), objective("O1b", part_of="O1")]
    assert risks(rows, True, PRIMARY, objectives=objectives).state == state


@given(st.lists(st.sampled_from(RISK_STATES), max_size=6))
def test_a_risk_over_all_agents_is_as_bad_as_its_worst_and_counts_add_up(states: list[str]) -> None:
    known_ = known(objective("O1"), catalogs=(catalog("asi", "risks", control("asi", "ASI01", "risk")),))
    rows = [AgentRisk("control:asi/ASI01", f"agent:{number}", state) for number, state in enumerate(states)]
    found = of(coverage(known_, ["asi"], [], rows), "ASI01")
    worst = next((each for each in (EXPOSED, WEAKENED, OPEN, HOLD, NOT_THERE) if each in states), OPEN)
    assert found.state == worst
    assert found.denominator == len(states) - states.count(NOT_THERE)
    assert (found.lower, found.upper) == (states.count(HOLD), states.count(HOLD) + states.count(OPEN))
    assert len(found.subjects) == states.count(EXPOSED) + states.count(WEAKENED)
    figure = totals(known_, [found])[0]
    assert sum(number for _, number in figure.counts) == figure.items == 1


def test_a_risk_outside_the_profile_is_counted_apart() -> None:
    threat = control("maestro", "M1", "threat", assessable="outside", outside="no configuration shows it")
    known_ = known(objective("O1"), catalogs=(catalog("maestro", "risks", threat),))
    assert agent_risks(known_, ["maestro"], [AGENT], {}, [], []) == ()
    rows = coverage(known_, ["maestro"], [], [])
    assert (rows[0].reason, rows[0].denominator, rows[0].gap) == ("no configuration shows it", 0, None)
    figure = totals(known_, rows)[0]
    assert (figure.items, figure.outside, figure.denominator, figure.lower) == (1, 1, 0, None)


def test_the_agents_behind_an_open_or_failed_objective_are_those_that_use_its_subjects() -> None:
    states = [
        determined("O1", NOT_SATISFIED, "tool:t"),
        determined("O1", NOT_DETERMINED, "agent:b"),
        determined("O1", SATISFIED, "agent:d"),
        determined("O1", NOT_SATISFIED),
    ]
    used = [("agent:a", "tool:t"), ("agent:c", "agent:b"), ("agent:d", "agent:d")]
    row = of(coverage(known(objective("O1")), [HUB], states, [], attribution=used), "O1")
    assert row.subjects == ("agent:a", "agent:b", "agent:c")


def test_a_failure_whose_risk_is_accepted_is_a_gap_of_its_own_kind() -> None:
    whole = determined("O1", NOT_SATISFIED, accepted_until="2027-02-28")
    row = of(coverage(known(objective("O1")), [HUB], [whole], []), "O1")
    assert (row.state, row.gap) == (NOT_SATISFIED, "accepted-until")
