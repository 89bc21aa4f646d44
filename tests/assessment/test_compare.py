"""What became of each occurrence: gone is fixed only when its subject was looked at again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nhiassess.assessment.compare import compare
from nhiassess.assessment.findings import fingerprint
from nhiassess.model.assessment import Finding, Occurrence

pairs = st.tuples(st.sampled_from(["c1", "c2"]), st.sampled_from(["a", "b", "c"]))


def findings(*found: tuple[str, str]) -> list[Finding]:
    made = []
    for check in sorted({check for check, _ in found}):
        rows = tuple(Occurrence(fingerprint(check, s), s, "seen") for each, s in sorted(found) if each == check)
        stated = ("F-01", check, check, "high", "high", "low", "low", "low", "", (), (), rows, (), "", (), "")
        made.append(Finding(*stated))
    return made


def previous(*found: tuple[str, str]) -> dict[str, tuple[str, str]]:
    return {fingerprint(*each): each for each in found}


def states(
    before: set[tuple[str, str]], now: set[tuple[str, str]], answered: set[tuple[str, str]]
) -> dict[object, str]:
    return {(each.check, each.subject): each.state for each in compare(previous(*before), findings(*now), answered)}


@given(st.sets(pairs))
def test_comparing_with_itself_finds_only_what_is_still_open(found: set[tuple[str, str]]) -> None:
    assert states(found, found, found) == dict.fromkeys(found, "still open")


@given(st.sets(pairs), st.sets(pairs), st.sets(pairs))
def test_every_occurrence_of_either_run_has_one_state(
    before: set[tuple[str, str]], now: set[tuple[str, str]], answered: set[tuple[str, str]]
) -> None:
    found = states(before, now, answered)
    assert set(found) == before | now
    for pair, state in found.items():
        expected = (
            ("still open" if pair in before else "new")
            if pair in now
            else ("fixed" if pair in answered else "no longer observable")
        )
        assert state == expected


def test_what_was_fixed_and_is_back_has_regressed() -> None:
    again = ("c1", "a")
    changes = compare({}, findings(again), {again}, {fingerprint(*again)})
    assert [change.state for change in changes] == ["regressed"]


def test_changes_stand_in_one_order() -> None:
    before, now = previous(("c1", "a"), ("c1", "b"), ("c2", "z")), findings(("c2", "y"), ("c1", "c"))
    found = compare(before, now, {("c1", "a"), ("c1", "b")})
    assert [(change.state, change.subject) for change in found] == [
        ("fixed", "a"),
        ("fixed", "b"),
        ("new", "c"),
        ("new", "y"),
        ("no longer observable", "z"),
    ]
    assert compare(dict(reversed(before.items())), now[::-1], {("c1", "b"), ("c1", "a")}) == found


def test_what_was_accepted_and_is_no_longer_is_open_again_as_expired() -> None:
    was = ("c1", "a")
    changes = compare(previous(was), findings(was, ("c1", "b")), set(), lapsed={was, ("c1", "b")})
    assert {(each.subject, each.state) for each in changes} == {("a", "expired"), ("b", "new")}
