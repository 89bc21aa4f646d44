"""Rows between two frameworks: stated ones as they stand, composed ones only where nobody states any, each with why."""

from __future__ import annotations

from itertools import product

import pytest

from nhiassess.analysis.between import DERIVED, between, reaching
from nhiassess.analysis.relations import SET_RELATIONS, compose
from nhiassess.model.knowledge import Crosswalk, Knowledge
from nhiassess.model.rows import CrosswalkRow
from tests.small import HUB, catalog, control, crosswalk, known, objective, row


def made(*walks: Crosswalk) -> Knowledge:
    catalogs = (
        catalog("law", "outcomes", control("law", "M"), control("law", "N")),
        catalog("list", "risks", control("list", "R", "risk")),
        catalog("house", "outcomes", control("house", "T")),
    )
    return known(objective("A"), objective("B"), catalogs=catalogs, crosswalks=walks)


def ids(rows: tuple[CrosswalkRow, ...]) -> list[str]:
    return [each.id for each in rows]


def test_stated_rows_stand_as_their_file_gives_them_whichever_end_is_named_first() -> None:
    there, back = crosswalk("law", row("T", "equal", "M"), source="house"), crosswalk("house", row("N", "related", "T"))
    both = made(there, Crosswalk("law--house", "law", "house", "published", None, back.rows))
    assert ids(between(both, "law", "house")) == ["law/N related house/T", "house/T equal law/M"]
    assert ids(between(both, "house", "law")) == ["house/T equal law/M", "law/N related house/T"]


def test_what_is_stated_leaves_no_room_for_what_composes() -> None:
    walks = (
        crosswalk("law", row("A", "equal", "M")),
        crosswalk("house", row("A", "equal", "T")),
        crosswalk("house", row("N", "related", "T"), source="law"),
    )
    assert [each.basis for each in between(made(*walks), "law", "house")] == ["assessed"]
    composed = between(made(*walks[:2]), "law", "house")
    assert [(each.id, each.basis) for each in composed] == [("law/M equal house/T", DERIVED)]
    assert composed[0].chain == ("M equal hub/A equal house/T",)


@pytest.mark.parametrize(("first", "second"), list(product(SET_RELATIONS, SET_RELATIONS)))
def test_two_rows_compose_as_the_table_says_and_never_else(first: str, second: str) -> None:
    walks = (
        crosswalk("law", row("T", first, "M"), source="house"),
        crosswalk("list", row("M", second, "R"), source="law"),
    )
    found = between(made(*walks), "house", "list")
    follows = compose(first, second)
    assert [each.relationship for each in found] == ([follows] if follows else [])


def test_a_chain_over_our_objectives_is_found_from_both_sides_once() -> None:
    walks = crosswalk("law", row("A", "superset-of", "M")), crosswalk("house", row("A", "subset-of", "T"))
    (there,), (back,) = (between(made(*walks), *ends) for ends in (("law", "house"), ("house", "law")))
    assert (there.id, back.id) == ("law/M subset-of house/T", "house/T superset-of law/M")


def test_ways_that_say_the_same_are_one_row_with_every_chain() -> None:
    walks = (
        crosswalk("law", row("A", "equal", "M"), row("B", "equal", "M")),
        crosswalk("house", row("A", "subset-of", "T"), row("B", "subset-of", "T")),
    )
    (only,) = between(made(*walks), "law", "house")
    assert only.chain == ("M equal hub/A subset-of house/T", "M equal hub/B subset-of house/T")


def test_who_does_all_of_an_objective_supports_against_what_it_mitigates_in_one_direction() -> None:
    walks = crosswalk("law", row("A", "subset-of", "M")), crosswalk("list", row("A", "mitigates", "R", "primary"))
    for ends in (("law", "list"), ("list", "law")):
        (only,) = between(made(*walks), *ends)
        assert (only.id, only.role, only.basis) == ("law/M mitigates list/R", "supporting", DERIVED)


@pytest.mark.parametrize(
    "second",
    [
        row("M", "related", "T", basis="published"),
        row("M", "subset-of", "T", external=True),
        row("M+N", "equal", "T", reviewed_by="assessor"),
    ],
    ids=["related", "external", "jointly"],
)
def test_nothing_follows_from_a_row_that_states_no_relation_of_one_control(second: object) -> None:
    walks = crosswalk("list", row("R", "equal", "M")), crosswalk("house", second, source="law")  # type: ignore[arg-type]
    assert between(made(*walks), "list", "house") == ()


def test_a_framework_relates_to_itself_only_as_somebody_states() -> None:
    walks = crosswalk("law", row("A", "subset-of", "M"), row("A", "subset-of", "N"))
    assert between(made(walks), "law", "law") == ()


def test_titles_and_everything_that_a_row_states_come_along() -> None:
    stated = row("A", "intersects-with", "M", strength=4, matching="semantic", coverage=(0.1, 0.2))
    (only,) = between(made(crosswalk("law", stated)), HUB, "law")
    assert (only.source_title, only.target_title, only.strength) == ("A", "M", 4)
    assert (only.matching, only.coverage, only.rationale) == ("semantic", (0.1, 0.2), stated.rationale)


def test_a_control_shows_rows_of_objectives_then_derived_ones_then_those_of_others() -> None:
    walks = (
        crosswalk("list", row("T", "related", "R"), source="house"),
        crosswalk("house", row("M", "related", "T"), row("N", "equal", "T"), source="law"),
        crosswalk("house", row("A", "intersects-with", "T")),
        crosswalk("law", row("B", "equal", "N")),
    )
    all_ = made(*walks)
    target = next(each for each in all_.catalogs if each.id == "house").controls[0]
    found = reaching(all_, target)
    assert [each.basis for each in found] == ["assessed", DERIVED, "assessed", "assessed", "assessed"]
    assert ids(found)[:2] == ["hub/A intersects-with house/T", "hub/B equal house/T"]
    assert found[1].chain == ("B equal law/N equal house/T",)


def test_an_objective_shows_the_rows_that_leave_it() -> None:
    all_ = made(crosswalk("law", row("A", "equal", "M"), row("B", "equal", "N")))
    assert ids(reaching(all_, all_.catalogs[0].controls[0])) == ["hub/A equal law/M"]
