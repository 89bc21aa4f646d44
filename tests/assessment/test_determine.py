"""Three values, two methods: what checks and people say becomes the state of an objective."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.assessment.determine import conjunction, determine
from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    SATISFIED,
    STATES,
    Answer,
    Determination,
    Plan,
)
from nhiassess.model.inventory import Attestation
from nhiassess.model.knowledge import Control
from tests.small import catalog, check, control, known, objective

NOW = "2026-11-24T09:00:00Z"
YES, NO, OPEN = SATISFIED, NOT_SATISFIED, NOT_DETERMINED


def answer(subject: str, state: str, by: str = "c1", seen: str | None = "seen") -> Answer:
    return Answer(by, subject, state, seen)


def said(
    reply: str, objective: str = "O1", subject: str = "*", expires: str | None = "2027-01-01", number: int = 1
) -> Attestation:
    id = f"attestation:{number}"
    return Attestation(id, objective, subject, reply, "Head of platform", "2026-10-20", expires, explanation="because")


def rows(
    *answers: Answer,
    objectives: tuple[Control, ...] = (objective("O1"),),
    people: tuple[Attestation, ...] = (),
    **plan: object,
) -> dict[tuple[str, str], Determination]:
    tested = [each.id for each in objectives if each.id[-1] != "0"]
    checks = tuple(check(f"c{id[1:]}", id) for id in tested) if answers else ()
    found = determine(known(*objectives, checks=checks), answers, people, Plan(**plan), NOW)  # type: ignore[arg-type]  # fields of Plan by name
    assert len({each.id for each in found}) == len(found), "one row for each objective and subject"
    return {(each.control.rsplit("/", 1)[1], each.subject): each for each in found}


@pytest.mark.parametrize(
    ("answers", "state", "counts"),
    [
        ([("a", YES), ("b", YES)], YES, (2, 2, 0, 0)),
        ([("a", YES), ("b", NO)], NO, (2, 2, 1, 0)),
        ([("a", YES), ("b", OPEN)], OPEN, (2, 1, 0, 1)),
        ([("a", NO), ("b", OPEN)], NO, (2, 1, 1, 1)),
        ([("a", OPEN)], OPEN, (1, 0, 0, 1)),
        ([("a", YES), ("a", OPEN)], OPEN, (1, 0, 0, 1)),
        ([("a", YES), ("a", NO)], NO, (1, 1, 1, 0)),
    ],
)
def test_one_failure_fails_and_one_unknown_leaves_open(
    answers: list[tuple[str, str]], state: str, counts: tuple[int, int, int, int]
) -> None:
    whole = rows(*(answer(subject, each) for subject, each in answers))["O1", "*"]
    assert (whole.state, whole.method) == (state, "EXAMINE")
    assert (whole.population, whole.tested, whole.deviations, whole.undetermined) == counts


def test_each_subject_has_a_row_with_what_was_seen_and_by_which_check() -> None:
    both = known(objective("O1"), checks=(check("c1", "O1"), check("c2", "O1")))
    answers = [answer("a", NO, "c1", "no owner"), answer("a", NO, "c2", "no purpose"), answer("b", YES, "c2")]
    found = {each.subject: each for each in determine(both, answers, [], Plan(), NOW)}
    assert (found["a"].reason, found["a"].because) == ("no owner; no purpose", ("c1", "c2"))
    assert found["*"].because == ("c1", "c2")
    assert found["*"].reason == "1 of 2 fail"
    assert determine(both, answers[::-1], [], Plan(), NOW) == determine(both, answers, [], Plan(), NOW)


@pytest.mark.parametrize(
    ("objectives", "checked", "reason"),
    [
        (objective("O1"), False, "no procedure"),
        (objective("O1", asks=True), False, "no evidence"),
        (objective("O1"), True, "no evidence"),
    ],
)
def test_no_answer_is_no_pass(objectives: Control, checked: bool, reason: str) -> None:
    made = known(objectives, checks=(check("c1", "O1"),) if checked else ())
    (whole,) = determine(made, [], [], Plan(), NOW)
    assert (whole.state, whole.reason, whole.population) == (OPEN, reason, 0)


# ------------------------------------------------------------------ what people say


@pytest.mark.parametrize(
    ("methods", "reply", "expires", "state", "reason"),
    [
        (("INTERVIEW",), "yes", "2027-01-01", YES, "answered yes by Head of platform on 2026-10-20: because"),
        (("INTERVIEW",), "yes", "2026-11-24", YES, "answered yes by Head of platform on 2026-10-20: because"),
        (("INTERVIEW",), "yes", None, YES, "answered yes by Head of platform on 2026-10-20: because"),
        (("INTERVIEW",), "yes", "2026-11-23", OPEN, "evidence expired"),
        (("INTERVIEW",), "no", "2026-11-23", OPEN, "evidence expired"),
        (("INTERVIEW",), "no", "2027-01-01", NO, "answered no by Head of platform on 2026-10-20: because"),
        (("INTERVIEW",), "partly", "2027-01-01", NO, "answered partly by Head of platform on 2026-10-20: because"),
        (("EXAMINE", "INTERVIEW"), "yes", "2027-01-01", OPEN, "partly evidenced"),
        (("EXAMINE", "INTERVIEW"), "no", "2027-01-01", NO, "answered no by Head of platform on 2026-10-20: because"),
    ],
)
def test_an_interview_alone_never_satisfies_what_can_be_examined(
    methods: tuple[str, ...], reply: str, expires: str | None, state: str, reason: str
) -> None:
    whole = rows(objectives=(objective("O1", *methods, asks=True),), people=(said(reply, expires=expires),))["O1", "*"]
    assert (whole.state, whole.reason, whole.method) == (state, reason, "INTERVIEW")
    assert whole.because == ("attestation:1",)


def test_a_denial_outweighs_what_was_examined_and_an_assent_adds_nothing_to_it() -> None:
    both = (objective("O1", "EXAMINE", "INTERVIEW"),)
    denied = rows(answer("a", YES), objectives=both, people=(said("no"),))["O1", "*"]
    assert (denied.state, denied.method, denied.because) == (NO, "INTERVIEW", ("attestation:1", "c1"))
    twice = rows(answer("a", NO), objectives=both, people=(said("no"),))["O1", "*"]
    assert (twice.state, twice.method) == (NO, "INTERVIEW")
    assert twice.reason.startswith("1 of 1 fail; answered no")
    assert rows(answer("a", NO), objectives=both, people=(said("yes"),))["O1", "*"].state == NO
    assert rows(answer("a", OPEN), objectives=both, people=(said("yes"),))["O1", "*"].state == OPEN
    assert rows(answer("a", YES), objectives=both, people=(said("yes"),))["O1", "*"].state == YES


def test_of_two_answers_the_one_that_denies_counts() -> None:
    asked = (objective("O1", "INTERVIEW", asks=True),)
    for people in ((said("yes"), said("no", number=2)), (said("no", number=2), said("yes"))):
        assert rows(objectives=asked, people=people)["O1", "*"].state == NO


def test_an_answer_for_one_subject_says_nothing_of_the_others() -> None:
    asked = (objective("O1", "INTERVIEW", asks=True),)
    found = rows(objectives=asked, people=(said("yes", subject="agent:a"),))
    assert (found["O1", "agent:a"].state, found["O1", "agent:a"].method) == (YES, "INTERVIEW")
    assert (found["O1", "*"].state, found["O1", "*"].reason) == (OPEN, "partly evidenced")
    found = rows(objectives=asked, people=(said("no", subject="agent:a"), said("yes", number=2)))
    assert (found["O1", "agent:a"].state, found["O1", "*"].state) == (NO, NO)
    found = rows(objectives=asked, people=(said("yes", subject="agent:a"), said("yes", number=2)))
    assert found["O1", "*"].state == YES


def test_a_denial_for_one_subject_outweighs_what_was_examined_of_it() -> None:
    both = (objective("O1", "EXAMINE", "INTERVIEW"),)
    found = rows(answer("a", YES), answer("b", YES), objectives=both, people=(said("no", subject="a"),))
    assert (found["O1", "a"].state, found["O1", "b"].state, found["O1", "*"].state) == (NO, YES, NO)
    unexamined = rows(answer("b", YES), objectives=both, people=(said("yes", subject="a"),))
    assert unexamined["O1", "a"].reason == "partly evidenced"
    assert unexamined["O1", "*"].state == OPEN


# ------------------------------------------------------------------ parts


PARTS = (objective("O1"), objective("O1a", part_of="O1"), objective("O1b", part_of="O1"))


@pytest.mark.parametrize(
    ("one", "other", "state"),
    [(YES, YES, YES), (YES, NO, NO), (YES, OPEN, OPEN), (NO, OPEN, NO), (OPEN, OPEN, OPEN)],
)
def test_an_objective_with_parts_is_their_conjunction(one: str, other: str, state: str) -> None:
    found = rows(answer("x", one, "c1a"), answer("x", other, "c1b"), objectives=PARTS)
    assert found["O1", "*"].state == found["O1", "x"].state == state
    assert found["O1", "*"].population == 1


def test_a_part_that_nobody_looked_at_leaves_every_subject_open() -> None:
    found = rows(answer("x", YES, "c1a"), objectives=PARTS)
    assert (found["O1", "x"].state, found["O1", "x"].reason) == (OPEN, "partly evidenced")
    assert (found["O1", "*"].state, found["O1", "*"].undetermined) == (OPEN, 1)


def test_parts_may_be_about_different_subjects() -> None:
    found = rows(answer("credential:c", YES, "c1a"), answer("agent:a", NO, "c1b"), objectives=PARTS)
    assert (found["O1", "credential:c"].state, found["O1", "agent:a"].state) == (YES, NO)
    whole = found["O1", "*"]
    assert (whole.state, whole.population, whole.tested, whole.deviations) == (NO, 2, 2, 1)


def test_who_answers_for_the_whole_answers_for_its_parts() -> None:
    asked = (
        objective("O1", "INTERVIEW", asks=True),
        objective("O1a", "INTERVIEW", part_of="O1"),
        objective("O1b", "INTERVIEW", part_of="O1"),
    )
    assert rows(objectives=asked, people=(said("yes"),))["O1", "*"].state == YES
    denied = rows(objectives=asked, people=(said("no"),))
    assert (denied["O1", "*"].state, denied["O1", "*"].method) == (NO, "INTERVIEW")
    assert denied["O1a", "*"].state == OPEN, "which part fails was not said"
    assert rows(objectives=asked, people=(said("no", expires="2026-01-01"),))["O1", "*"].state == OPEN
    half = (said("yes", "O1a"), said("partly", "O1b", number=2))
    assert rows(objectives=asked, people=half)["O1", "*"].state == NO


# ------------------------------------------------------------------ not applicable


def test_not_applicable_comes_from_the_plan_only_and_takes_the_parts_along() -> None:
    waived = (("O1", "no such agents", "Engagement partner"),)
    found = rows(answer("x", NO, "c1a"), objectives=PARTS, not_applicable=waived)
    assert {each.state for each in found.values()} == {NOT_APPLICABLE}
    assert found["O1a", "*"].reason == "no such agents (approved by: Engagement partner)"
    assert found["O1a", "*"].method == "plan"


def test_a_part_that_does_not_apply_leaves_the_rest_to_decide() -> None:
    waived = (("O1b", "why", "Engagement partner"),)
    assert rows(answer("x", YES, "c1a"), objectives=PARTS, not_applicable=waived)["O1", "*"].state == YES
    both = (*waived, ("O1a", "why", "Engagement partner"))
    assert rows(objectives=PARTS, not_applicable=both)["O1", "*"].state == NOT_APPLICABLE


# ------------------------------------------------------------------ laws


def test_only_objectives_are_determined() -> None:
    made = known(objective("O1"), catalogs=(catalog("rmf", "outcomes", control("rmf", "GOVERN 1")),))
    assert {each.control for each in determine(made, [], [], Plan(), NOW)} == {"control:hub/O1"}


@given(st.lists(st.sampled_from(STATES)))
def test_a_conjunction_is_never_better_than_any_of_its_statements(states: list[str]) -> None:
    found = conjunction(states)
    assert (found == NO) is (NO in states)
    if found == YES:
        assert OPEN not in states
        assert YES in states
    assert conjunction([*states, found]) == found


@given(
    st.lists(st.tuples(st.sampled_from(["O1a", "O1b"]), st.sampled_from("xyz"), st.sampled_from([YES, NO, OPEN]))),
    st.lists(
        st.builds(
            said, st.sampled_from(["yes", "no", "partly"]), st.sampled_from(["O1", "O1a"]), st.sampled_from("*x")
        ),
        max_size=3,
    ),
)
def test_the_counts_of_every_row_add_up(looked: list[tuple[str, str, str]], people: list[Attestation]) -> None:
    found = rows(*(answer(x, state, f"c{id[1:]}") for id, x, state in looked), objectives=PARTS, people=tuple(people))
    for (_, subject), row in found.items():
        assert row.tested + row.undetermined == row.population
        assert row.deviations <= row.tested
        if row.state == YES and row.population:
            assert row.tested == row.population
            assert not row.deviations
        assert subject == "*" or row.population == 1
