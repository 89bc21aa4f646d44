"""What changed between two versions, which rows lost an end, and what would follow if the rows still held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nhiassess.knowledge.difference import carried, changes, consequences
from nhiassess.knowledge.follow import follow
from nhiassess.model.difference import FrameworkChange
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Catalog, Control, Crosswalk, Group, Knowledge
from tests.small import HUB, catalog, crosswalk, known, objective, row


def version(*rows: tuple[str, str] | Control, id: str = "list", **more: Any) -> Catalog:
    controls = (each if isinstance(each, Control) else risk(*each) for each in rows)
    return catalog(id, "risks", *controls, **more)


def risk(id: str, title: str, **more: Any) -> Control:
    return Control(id, "list", title, "risk", more.pop("level", "process"), **more)


def with_rows(old: Catalog, *walks: Crosswalk, **more: Any) -> Knowledge:
    return known(objective("A"), objective("B"), catalogs=(old, *more.get("catalogs", ())), crosswalks=walks)


def said(found: tuple[FrameworkChange, ...]) -> list[tuple[str | None, ...]]:
    return [(each.change, each.old, each.new) for each in found]


OLD = version(("R1", "Leak"), ("R2", "Theft"), ("R3", "Fraud"), ("R4", "Sabotage"))
NEW = version(("R1", "Leak"), ("R2", "Fraud"), ("R9", "Theft"), ("R5", "Extortion"))


def test_controls_are_removed_added_and_renumbered() -> None:
    assert said(changes(OLD, NEW, follow(OLD, NEW))) == [
        ("removed", "R4", None),
        ("added", None, "R5"),
        ("renumbered", "R2", "R9"),
        ("renumbered", "R3", "R2"),
    ]


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("retitled", {"title": "Leak of records"}, {"title": "Leak of the records"}),
        ("restated", {"statement": "It leaks."}, {"statement": "It leaks out."}),
        ("level", {"level": "process"}, {"level": "organisation"}),
        ("assessable", {"assessable": "partly"}, {"assessable": "outside", "outside": "why"}),
    ],
)
def test_what_changed_of_a_control_is_told_with_before_and_after(
    change: str, before: dict[str, str], after: dict[str, str]
) -> None:
    old, new = (version(risk("R1", **{"title": "Leak of records", **each})) for each in (before, after))
    (only,) = changes(old, new, follow(old, new))
    assert (only.change, only.old, only.new) == (change, "R1", "R1")
    assert (only.before, only.after) == (next(iter(before.values())), next(iter(after.values())))


def test_a_statement_that_is_only_broken_otherwise_has_not_changed() -> None:
    old, new = (version(risk("R1", "Leak", statement=each)) for each in ("It leaks\nout.", "It leaks out."))
    assert changes(old, new, follow(old, new)) == ()


def test_two_equal_versions_differ_in_nothing() -> None:
    stated = with_rows(OLD, crosswalk("list", row("A", "mitigates", "R1", "primary")))
    assert changes(OLD, OLD, follow(OLD, OLD)) == consequences(OLD, OLD, follow(OLD, OLD), stated) == ()


def test_a_row_loses_its_end_when_the_id_is_gone_moved_or_means_something_else() -> None:
    place = (Location("frameworks/crosswalks/hub--list.yaml", 7, 5),)
    walk = crosswalk("list", *(row("A", "mitigates", f"R{n}", "primary", locations=place) for n in (1, 2, 3, 4)))
    elsewhere = crosswalk("hub", row("R2", "related", "A", published_as="see"), source="list")
    found = consequences(OLD, NEW, follow(OLD, NEW), with_rows(OLD, walk, elsewhere))
    lost = [each for each in found if each.about == "crosswalk row"]
    assert said(tuple(lost)) == [
        ("end reused", "hub/A mitigates list/R2", "hub/A mitigates list/R9"),
        ("end renumbered", "hub/A mitigates list/R3", "hub/A mitigates list/R2"),
        ("end gone", "hub/A mitigates list/R4", None),
        ("end reused", "list/R2 related, published as see hub/A", "list/R9 related, published as see hub/A"),
    ]
    assert lost[0].why.startswith("frameworks/crosswalks/hub--list.yaml:7")


def test_a_row_of_two_ends_is_told_once_by_what_weighs_most() -> None:
    within = Crosswalk("list--list", "list", "list", "published", None, (row("R2", "related", "R4"),))
    (only,) = [
        each for each in consequences(OLD, NEW, follow(OLD, NEW), with_rows(OLD, within)) if each.about != "mapping"
    ]
    assert (only.change, only.new, only.before, only.after) == ("end gone", None, "R2, R4", "R9, -")
    assert only.why == "R2 is R9 now; R4 stands in the old version only; R2 names another control now"


def test_a_row_that_ends_at_a_group_loses_it_with_the_group() -> None:
    old = version(("R1", "Leak"), groups=(Group("L1", "Layer", "layer"), Group("L2", "Other", "layer")))
    new = version(("R1", "Leak"), groups=(Group("L1", "Layer", "layer"),))
    walk = crosswalk("list", row("A", "related", "L1"), row("A", "related", "L2"))
    (only,) = consequences(old, new, follow(old, new), with_rows(old, walk))
    assert (only.change, only.before) == ("end gone", "L2")


def test_an_external_end_is_never_lost() -> None:
    walk = crosswalk("list", replace(row("A", "related", "R4"), external=True))
    assert [each.about for each in consequences(OLD, NEW, follow(OLD, NEW), with_rows(OLD, walk))] == ["mapping"]


def test_a_control_is_newly_unmapped_when_it_is_new_or_its_rows_name_another_id() -> None:
    walk = crosswalk("list", row("A", "mitigates", "R1", "primary"), row("A", "mitigates", "R2", "primary"))
    found = consequences(OLD, NEW, follow(OLD, NEW), with_rows(OLD, walk))
    assert [(each.new, each.why) for each in found if each.about == "mapping"] == [
        ("R9", "was mapped as R2"),
        ("R5", "new in this version"),
    ]


def test_what_is_asked_or_outside_is_not_unmapped() -> None:
    new = version(risk("R5", "Extortion", assessable="by_interview"), risk("R6", "Ruin", assessable="outside"))
    assert consequences(version(), new, {}, with_rows(version())) == ()


def test_rows_that_are_written_for_the_new_version_lose_nothing() -> None:
    stated = with_rows(NEW, crosswalk("list", row("A", "mitigates", "R9", "primary")))
    found = consequences(OLD, NEW, follow(OLD, NEW), stated)
    assert [(each.new, each.why) for each in found] == [("R5", "new in this version")]


def test_rows_of_a_new_version_with_an_id_of_its_own_stand() -> None:
    new = replace(NEW, id="list-2")
    own = crosswalk("list-2", row("A", "mitigates", "R5", "primary"))
    stated = with_rows(OLD, crosswalk("list", row("A", "mitigates", "R2", "primary")), own, catalogs=(new,))
    found = consequences(OLD, new, follow(OLD, new), stated)
    assert [(each.about, each.new) for each in found] == [
        ("crosswalk row", "hub/A mitigates list-2/R9"),
        ("mapping", "R9"),
    ]
    assert carried(OLD, new, follow(OLD, new), stated).crosswalks == stated.crosswalks


@pytest.mark.parametrize("id", ["list", "list-2"])
def test_rows_are_led_on_to_where_their_ends_are_now(id: str) -> None:
    new = replace(NEW, id=id)
    walk = crosswalk("list", *(row("A", "mitigates", f"R{number}", "primary") for number in (1, 2, 3, 4)))
    led = carried(OLD, new, follow(OLD, new), with_rows(OLD, walk))
    found = [each for each in led.crosswalks if each.target == id]
    assert [(each.source, each.id) for each in found] == [(HUB, f"hub--{id}")]
    assert [each.target for each in found[0].rows] == ["R1", "R9", "R2"]
    assert led.catalog(id) == new
    assert (led.catalog("list") == OLD) == (id != "list")
