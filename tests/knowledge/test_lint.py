"""Each complaint is drawn by the least knowledge that earns it, and what came with the package draws none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nhiassess.knowledge.lint import ATLAS, checksum, lint
from nhiassess.knowledge.load import load
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Alias, Catalog, Control, Export, Group, Knowledge, Precondition, Row, Settles
from nhiassess.model.scenario import Break, Need, Scenario, Source, Step
from tests.small import HUB, catalog, check, control, crosswalk, known, objective, row

FRAMEWORKS = Path(__file__).resolve().parents[2] / "frameworks"
LONG = "this reason says in terms of both texts why the two of them are related, which takes some words"
HERE = (Location("frameworks/x.yaml", 7, 3),)
ALWAYS = Precondition(always="there is always one")


def said(relationship: str = "intersects-with", sources: str = "O1", target: str = "T1", **more: Any) -> Row:
    return replace(row(sources, relationship, target, more.pop("role", None), locations=HERE), rationale=LONG, **more)


def sound(*rows: Row, **more: Any) -> Knowledge:
    """Make knowledge that draws no complaint."""
    made = {
        "checks": (check("c1", "O1", locations=HERE),),
        "catalogs": (more.pop("rmf", catalog("rmf", "outcomes", control("rmf", "T1"))),),
        "crosswalks": (crosswalk("rmf", *(rows or (said(),))),),
    }
    return known(*more.pop("objectives", (objective("O1"),)), **{**made, **more})


def test_sound_knowledge_draws_no_complaint() -> None:
    assert lint(sound()) == ()


ORPHAN, LOOP = Group("G", "G", "function", "gone"), (Group("G", "G", "function", "H"), Group("H", "H", "function", "G"))
T1 = control("rmf", "T1")
RISK = control("asi", "ASI01", "risk")


def rmf(*controls: Control, groups: tuple[Group, ...] = ()) -> Catalog:
    return catalog("rmf", "outcomes", *(controls or (T1,)), groups=groups)


BOTH = (control("rmf", "M1", "mitigation"), control("rmf", "T1", "technique"), control("rmf", "T2", "technique"))
OUTSIDE = tuple(replace(each, assessable="outside") for each in BOTH)


def published(sources: str = "O1", target: str = "T1", word: str = "mapped", **more: Any) -> Row:
    """Make a row as a publisher states it: with a word of its own and without a reason."""
    stated = {"basis": "published", "published_in": "Appendix C", "published_as": word, **more}
    return replace(said("related", sources, target), rationale="", **stated)


def within(*rows: Row) -> Knowledge:
    """Make a catalog that has published rows between controls of its own."""
    inside = replace(crosswalk("rmf", *rows, source="rmf"), basis="published")
    reached = crosswalk("rmf", replace(said("no-relationship"), locations=()))
    return sound(rmf=rmf(*OUTSIDE), crosswalks=(reached, inside))


SOURCE = Source("one", "P", "T", "2025-08", "https://example.org")
STEP = Step("it happened", ("one",), ("AML.T0055",), (Need("unpinned_server"),), (Break("O1", "why"),), HERE)


def replayed(step: Step = STEP, sources: tuple[Source, ...] = (SOURCE,), **more: Any) -> Knowledge:
    """Make knowledge with one scenario of one step."""
    scenario = Scenario("s", "S", "2025-08", "what", "much", sources, (step,), more.pop("studies", ()), locations=HERE)
    return sound(scenarios=(scenario,), **more)


def with_atlas(**more: Any) -> Knowledge:
    """Make knowledge with a scenario, and ATLAS with the one technique that it names."""
    outside = {"assessable": "outside", "outside": "why"}
    atlas = catalog(ATLAS, "risks", control(ATLAS, "AML.T0055", "technique", **outside))
    return replayed(catalogs=(rmf(), atlas), **more)


BROKEN = {
    "cites no source": sound(rmf=replace(rmf(), source_url="")),
    "ids and titles differ from the list": sound(rmf=replace(rmf(), checksum="0" * 64)),
    "its parent 'gone' is no group": sound(rmf=rmf(groups=(ORPHAN,))),
    "is its own ancestor": sound(rmf=rmf(groups=LOOP)),
    "'asi' is no catalog": sound(crosswalks=(crosswalk("rmf", said()), crosswalk("asi", said()))),
    "'T9' is in no catalog": sound(said(), said(target="T9")),
    "'O9' is in no catalog": sound(said(), said(sources="O9")),
    "a set relation across levels (configuration, process)": sound(
        said("equal"), rmf=rmf(replace(T1, level="process"))
    ),
    "the rationale is too short": sound(replace(said(), rationale="both are about tools")),
    "is published, but says not where": sound(replace(said(), basis="published")),
    "'T1' stands in a catalog of ours": sound(said(), published(external=True)),
    "'rmf' is a catalog of ours": sound(crosswalks=(replace(crosswalk("rmf", said()), external=True),)),
    "T1 related T2: maps a catalog onto itself": within(published("T1", "T2")),
    "T1 related T1: maps a catalog onto itself": within(published("T1", "T1")),
    "M1 related T9: 'T9' is in no catalog": within(published("M1", "T9")),
    "O1 related T1: these two are related at": sound(said(), published(), published()),
    "repeats the rationale of frameworks/x.yaml:7:3": sound(
        said(), said(target="T2"), rmf=rmf(T1, control("rmf", "T2"))
    ),
    "these two are related at frameworks/x.yaml:7:3 already": sound(said(), said("related")),
    "tests 'O9', which is no objective": sound(checks=(check("c1", "O1"), check("c2", "O9"))),
    "tests O1, which has parts": sound(objectives=(objective("O1"), objective("O1a", part_of="O1", asks=True))),
    "has no check and asks no question": sound(checks=()),
    "no crosswalk leads from it": sound(objectives=(objective("O1"), objective("O2", asks=True))),
    "names 'O9', which is no objective": sound(objectives=(objective("O1", implies=("O9",)),)),
    "is not mapped, asked for or outside": sound(rmf=rmf(T1, control("rmf", "T2"))),
    "T2: is not mapped, asked for or outside": sound(
        rmf=rmf(T1, control("rmf", "T2"), control("rmf", "M1", "mitigation", assessable="outside")),
        crosswalks=(crosswalk("rmf", said()), within(published("M1", "T2", relationship="mitigates")).crosswalks[1]),
    ),
    "says not when it applies": sound(
        said(),
        catalogs=(rmf(), catalog("asi", "risks", RISK)),
        crosswalks=(crosswalk("rmf", said()), crosswalk("asi", said("mitigates", target="ASI01", role="primary"))),
    ),
    "s, step 1: needs nothing": replayed(replace(STEP, needs=())),
    "s, step 1: cites no source": replayed(replace(STEP, sources=())),
    "s, step 1: cites 'two', which is no source of it": replayed(replace(STEP, sources=("one", "two"))),
    "s: no step cites the source 'two'": replayed(sources=(SOURCE, replace(SOURCE, id="two"))),
    "s, step 1: is broken by 'O9', which is no objective": replayed(replace(STEP, broken_by=(Break("O9", "why"),))),
    f"s, step 1: 'AML.T9999' is not in {ATLAS}": with_atlas(step=replace(STEP, atlas=("AML.T9999",))),
    f"s: 'AML.CS9999' is not in {ATLAS}": with_atlas(studies=("AML.CS9999",)),
    "the alias A1: rmf/T9 is in no catalog": sound(aliases=(Alias("A1", "rmf", "T9", "unofficial", "why"),)),
    "the alias a1: stands there twice": sound(
        aliases=(Alias("A1", "rmf", "T1", "unofficial", "why"), Alias("a1", "rmf", "T1", "unofficial", "why"))
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_each_complaint_is_drawn(what: str) -> None:
    found = lint(BROKEN[what])
    assert any(what in complaint.what for complaint in found), found


def test_a_part_of_nothing_is_a_complaint_and_no_crash() -> None:
    found = lint(sound(objectives=(objective("O1"), objective("O2a", part_of="O2"))))
    assert any("names 'O2', which is no objective" in complaint.what for complaint in found)


@pytest.mark.parametrize(
    "whole",
    [
        sound(
            said(),
            replace(said("related", target="T2"), rationale=LONG + "."),
            rmf=rmf(T1, control("rmf", "T2", assessable="outside")),
        ),
        replayed(),
        replayed(replace(STEP, atlas=("AML.T9999",)), studies=("AML.CS9999",)),
        with_atlas(),
        sound(rmf=rmf(T1, control("rmf", "T2", assessable="by_interview"))),
        sound(said("equal"), rmf=rmf(T1)),
        sound(replace(said(), basis="published", published_in="SP 800-221A", rationale="short")),
        sound(said(), published(), published(word="primary"), published(target="T9", external=True)),
        sound(
            crosswalks=(crosswalk("rmf", said()), replace(crosswalk("cwe", published(external=True)), external=True))
        ),
        within(published("M1", "T1"), published("M1", "T2", relationship="mitigates")),
        within(published("M1", "T9", external=True), published("T1", "T9", external=True)),
        sound(rmf=rmf(T1, groups=(Group("G", "G", "function"), Group("H", "H", "category", "G")))),
        sound(
            catalogs=(rmf(), catalog("asi", "risks", replace(RISK, applies_when=ALWAYS))),
            crosswalks=(crosswalk("rmf", said()), crosswalk("asi", said("mitigates", target="ASI01", role="primary"))),
        ),
        sound(
            said(sources="O1"),
            objectives=(objective("O1", asks=True), objective("O1a", part_of="O1"), objective("O1b", part_of="O1")),
            checks=(),
        ),
    ],
)
def test_what_is_allowed_draws_no_complaint(whole: Knowledge) -> None:
    assert [str(complaint) for complaint in lint(whole)] == []


def test_the_checksum_is_over_ids_and_titles_whatever_their_order() -> None:
    one = catalog("rmf", "outcomes", control("rmf", "T1"), control("rmf", "T2"))
    other = replace(one, controls=one.controls[::-1], title="other")
    assert checksum(one) == checksum(other)
    assert checksum(one) != checksum(replace(one, controls=(replace(one.controls[0], title="t"), one.controls[1])))


def test_complaints_stand_in_the_order_of_places() -> None:
    places = [(Location("b.yaml", 1),), (Location("a.yaml", 9),), (Location("a.yaml", 1),)]
    rows = [replace(said(target=f"T{number}"), locations=place) for number, place in enumerate(places, 7)]
    found = [complaint.where for complaint in lint(sound(*rows)) if complaint.where]
    assert found == sorted(found)
    assert len(found) > 3


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    names = [path for path in FRAMEWORKS.rglob("*.yaml") if path.name != "risk.yaml"]
    return load({path.relative_to(FRAMEWORKS.parent).as_posix(): path.read_bytes() for path in names})


def test_what_came_with_the_package_draws_no_complaint(shipped: Knowledge) -> None:
    assert [str(complaint) for complaint in lint(shipped)] == []


def test_what_came_with_the_package_is_there_to_be_linted(shipped: Knowledge) -> None:
    assert len(shipped.catalogs) >= 4
    assert sum(len(crosswalk.rows) for crosswalk in shipped.crosswalks) > 200
    assert any(catalog.reads_as == "objectives" and catalog.id != HUB for catalog in shipped.catalogs)


def test_a_plan_that_names_none_means_every_framework_but_those_for_reference(shipped: Knowledge) -> None:
    meant = {catalog.id for catalog in shipped.catalogs if catalog.reads_as not in ("reference", "objectives")}
    assert set(shipped.assessed) == meant
    assert len(shipped.assessed) == len(meant)


@pytest.mark.parametrize(
    ("kind", "name", "said"), [("checks", "gone", "which is no check"), ("edges", "hugs", "which is no relation")]
)
def test_an_export_settles_what_there_is(kind: str, name: str, said: str) -> None:
    def settling(name: str) -> Knowledge:
        settles = (Settles(kind, (name,), ("*",)), Settles("skipped", ("anything",), ("*",)))
        return sound(exports=(Export(*("e", "t", "a", "show", "p", "w", "f", "s"), settles, locations=HERE),))

    (found,) = lint(settling(name))
    assert said in found.what and found.where == "frameworks/x.yaml:7:3"
    assert lint(settling({"checks": "c1", "edges": "assumes"}[kind])) == ()
