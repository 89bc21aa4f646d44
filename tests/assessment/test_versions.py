"""What another version of a framework does to the states and figures of one estate."""

from __future__ import annotations

from typing import Any

from nhiassess.assessment.versions import FIGURES, standing
from nhiassess.model.assessment import Assessment, ControlCoverage, FrameworkCoverage, Meta, Plan
from nhiassess.model.difference import Followed
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge

META = Meta("2026-11-24T09:00:00Z", "nhiassess", "0.1.0", "3.11", "", "")


def stands(framework: str, id: str, state: str) -> ControlCoverage:
    return ControlCoverage(framework, id, id, state, (), (), 1, 1, 0, 1, reason="why")


def total(framework: str, **more: Any) -> FrameworkCoverage:
    figures = {"items": 4, "not_applicable": 0, "outside": 1, "mapped": 3, "assessed": 2, "partly": 0, **more}
    bounds = {"counts": (), "lower": 1, "upper": 2, "denominator": 3, **more}
    return FrameworkCoverage(framework=framework, title=framework, reads_as="risks", **{**figures, **bounds})


def assessment(*controls: ControlCoverage, coverage: tuple[FrameworkCoverage, ...] = ()) -> Assessment:
    return Assessment(Plan(), META, Knowledge(), Inventory(), controls=controls, coverage=coverage)


def test_states_vanish_appear_and_change_with_the_control_that_was_followed() -> None:
    before = assessment(stands("a", "R1", "exposed"), stands("a", "R2", "exposed"), stands("a", "R3", "weakened"))
    after = assessment(stands("b", "R1", "exposed"), stands("b", "R9", "weakened"), stands("b", "R5", "not determined"))
    followed = {"R1": Followed("R1", "R1", "same id"), "R2": Followed("R2", "R9", "same title")}
    found = [
        (each.change, each.old, each.new, each.before, each.after)
        for each in standing(before, after, "a", "b", followed)
    ]
    assert found == [
        ("vanishes", "R3", None, "weakened", None),
        ("changes", "R2", "R9", "exposed", "weakened"),
        ("appears", None, "R5", None, "not determined"),
    ]


def test_every_figure_stands_before_and_after_with_what_it_is_of() -> None:
    before = assessment(coverage=(total("a"), total("other")))
    after = assessment(coverage=(total("b", items=5, mapped=2, lower=None, upper=None, denominator=0, assessed=0),))
    found = {each.change: (each.before, each.after) for each in standing(before, after, "a", "b", {})}
    assert found["risks: items"] == ("4", "5")
    assert found["risks: mapped"] == ("3 of 4", "2 of 5")
    assert found["risks: lower"] == ("1 of 3", None), "an empty denominator has no share"
    assert len(found) == len(FIGURES)


def test_a_framework_that_is_in_neither_changes_nothing() -> None:
    assert standing(assessment(), assessment(), "a", "b", {}) == ()
