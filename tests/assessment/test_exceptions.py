"""An accepted exception dates what fails; it changes no state, and one that has run out dates nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nhiassess.assessment.exceptions import accepted, lapsed
from nhiassess.model.assessment import NOT_DETERMINED, NOT_SATISFIED, Determination, Deviation
from tests.small import determined

ONE = Deviation("exception:1", "c1", "a", "why", (), "Sponsor", "2026-10-30", "2027-02-28", False)
TWO = replace(ONE, id="exception:2", check="c2", expires_at="2027-01-31")


def failed(subject: str = "*", *checks: str, state: str = NOT_SATISFIED, **more: Any) -> Determination:
    return determined("O1", state, subject, because=checks, **more)


def dates(rows: list[Determination], *deviations: Deviation) -> list[str | None]:
    found = accepted(rows, deviations)
    assert [replace(each, accepted_until=None) for each in found] == rows, "no state changes"
    return [each.accepted_until for each in found]


def test_a_subject_and_the_whole_are_dated_when_all_that_fails_is_accepted() -> None:
    assert dates([failed("a", "c1"), failed()], ONE) == ["2027-02-28", "2027-02-28"]
    assert dates([failed("a", "c1", "c2"), failed()], ONE, TWO) == ["2027-01-31", "2027-01-31"]


def test_one_failure_that_nobody_accepted_leaves_the_whole_undated() -> None:
    assert dates([failed("a", "c1", "c3"), failed()], ONE, TWO) == [None, None]
    assert dates([failed("a", "c1"), failed("b", "c1"), failed()], ONE) == ["2027-02-28", None, None]


@pytest.mark.parametrize(
    "rows",
    [
        [failed("a", "c1", state=NOT_DETERMINED), failed(state=NOT_DETERMINED)],
        [failed("a"), failed()],
        [failed(method="INTERVIEW")],
    ],
    ids=["open", "answered", "said"],
)
def test_what_no_check_fails_is_not_dated(rows: list[Determination]) -> None:
    assert set(dates(rows, ONE)) == {None}


def test_an_exception_that_has_run_out_dates_nothing_and_is_lapsed() -> None:
    over = replace(ONE, expired=True, expires_at="2026-11-01")
    assert dates([failed("a", "c1"), failed()], over) == [None, None]
    assert lapsed([over, TWO], "2026-10-31T00:00:00Z") == {("c1", "a")}
    assert lapsed([over], "2026-11-02") == frozenset(), "it had run out before the previous assessment already"
