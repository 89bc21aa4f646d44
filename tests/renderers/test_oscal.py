"""Every framework and crosswalk as OSCAL: what its schema and our lint accept, and what it must not claim."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from nhiassess import pipeline
from nhiassess.analysis.between import between
from nhiassess.errors import RenderError
from nhiassess.model.knowledge import Ask, Catalog, Control, Group, Knowledge, Precondition
from nhiassess.model.rows import CrosswalkRow
from nhiassess.renderers.oscal import NAMESPACE, tokens, uuid, written
from nhiassess.renderers.oscal_catalog import NO_REQUIREMENTS, catalog
from nhiassess.renderers.oscal_lint import lint
from nhiassess.renderers.oscal_mapping import mapping_collection
from tests.renderers.oscal_schemas import wrong
from tests.small import catalog as framework

NOW = "2026-11-24T09:00:00Z"
KNOWN = pipeline.knowledge()
CATALOGS = {each.id: each for each in KNOWN.catalogs}
SET = {"equal", "subset-of", "superset-of", "intersects-with", "no-relationship"}
MAPPED = [each for each in KNOWN.crosswalks if any(row.relationship in SET for row in each.rows)]


def plain(made: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(written(made))
    return read


def controls(part: Any) -> list[dict[str, Any]]:
    below = [each for name in ("groups", "controls") for each in part.get(name, ())]
    return [*part.get("controls", ()), *(each for one in below for each in controls(one))]


def own(part: dict[str, Any], name: str) -> list[str]:
    return [each["value"] for each in part.get("props", ()) if each["name"] == name and each.get("ns") == NAMESPACE]


def small(*found: Control, groups: tuple[Group, ...] = ()) -> Catalog:
    return framework("list", "outcomes", *found, groups=groups)


def control(id: str, **more: Any) -> Control:
    return Control(id, "list", more.pop("title", f"Title of {id}"), more.pop("kind", "outcome"), "process", **more)


@pytest.mark.parametrize("id", sorted(CATALOGS))
def test_a_shipped_framework_keeps_to_the_schema_and_the_lint(id: str) -> None:
    made = plain(catalog(CATALOGS[id], NOW))
    assert wrong(made) == []
    assert lint(made) == ()


@pytest.mark.parametrize("crosswalk", MAPPED, ids=lambda each: each.id)
def test_a_shipped_crosswalk_with_set_relations_keeps_to_the_schema_and_the_lint(crosswalk: Any) -> None:
    rows = between(KNOWN, crosswalk.source, crosswalk.target)
    made = plain(mapping_collection(rows, CATALOGS, NOW, [crosswalk.method or ""]))
    assert wrong(made) == []
    ends = {crosswalk.source, crosswalk.target} & set(CATALOGS)
    assert lint(made, [plain(catalog(CATALOGS[end], NOW)) for end in sorted(ends)]) == ()


@pytest.mark.parametrize("id", sorted(CATALOGS))
def test_no_control_is_lost_and_none_is_added(id: str) -> None:
    made = catalog(CATALOGS[id], NOW)["catalog"]
    whole = [each for each in CATALOGS[id].controls if not each.part_of]
    labels = [prop["value"] for each in controls(made) for prop in each["props"] if prop["name"] == "label"]
    assert sorted(labels) == sorted(each.id for each in whole)
    text = written({"catalog": made}).decode()
    for each in CATALOGS[id].controls:
        assert f'"{tokens(CATALOGS[id])[each.id]}"' in text


@pytest.mark.parametrize("id", sorted(CATALOGS))
def test_what_nobody_can_satisfy_says_so_and_nothing_else_does(id: str) -> None:
    by_label = {each["props"][0]["value"]: each for each in controls(catalog(CATALOGS[id], NOW)["catalog"])}
    for each in CATALOGS[id].controls:
        if not each.part_of:
            assert own(by_label[each.id], "satisfiable") == (["no"] if each.kind in NO_REQUIREMENTS else [])


def test_equal_input_gives_equal_bytes_and_the_date_alone_changes_no_uuid() -> None:
    first, second = (CATALOGS["nist-ai-rmf-1.0"] for _ in range(2))
    assert written(catalog(first, NOW)) == written(catalog(second, NOW))
    later = catalog(first, "2027-01-01T00:00:00Z")["catalog"]
    assert later["uuid"] == catalog(first, NOW)["catalog"]["uuid"]
    assert later["metadata"]["last-modified"] == "2027-01-01T00:00:00Z"
    assert catalog(replace(first, version="1.1"), NOW)["catalog"]["uuid"] != later["uuid"]


def test_a_framework_that_carries_no_statement_exports_none() -> None:
    made = catalog(CATALOGS["owasp-asi-2026"], NOW)["catalog"]
    assert all(part["name"] != "statement" for each in controls(made) for part in each.get("parts", ()))
    assert own(made["metadata"], "licence") == [CATALOGS["owasp-asi-2026"].licence]


def test_our_words_stand_in_our_namespace_and_the_publishers_in_nists() -> None:
    said = control(
        "C1",
        statement="The publisher's.",
        summary="Ours.",
        outside="No remit.",
        assessable="outside",
        ask=Ask("Who?", ("minutes", "a list")),
        applies_when=Precondition(always="It always does."),
    )
    (only,) = controls(catalog(small(said), NOW)["catalog"])
    parts = {part["name"]: part for part in only["parts"]}
    assert "ns" not in parts["statement"]
    assert parts["statement"]["prose"] == "The publisher's."
    assert {name for name, part in parts.items() if part.get("ns") == NAMESPACE} == {
        "summary",
        "outside",
        "applies-when",
    }
    assert parts["assessment-method"]["props"] == [{"name": "method", "value": "INTERVIEW"}]
    assert parts["assessment-method"]["parts"][0]["prose"] == "- minutes\n- a list"


def test_a_refinement_stands_within_a_control_of_its_group_and_is_a_link_otherwise() -> None:
    groups = (Group("G", "G", "family"), Group("H", "H", "family"))
    made = catalog(
        small(
            control("A", parent="G"),
            control("A(1)", parent="G", refines="A"),
            control("A(1)(a)", parent="G", refines="A(1)"),
            control("B", parent="H", refines="A"),
            groups=groups,
        ),
        NOW,
    )["catalog"]
    (first,) = made["groups"][0]["controls"]
    assert [each["id"] for each in first["controls"]] == ["A_1_"]
    assert [each["id"] for each in first["controls"][0]["controls"]] == ["A_1__a_"]
    assert made["groups"][1]["controls"][0]["links"] == [{"href": "#A", "rel": "related", "text": "refines"}]
    assert wrong({"catalog": made}) == []


def test_controls_that_refine_each_other_in_a_circle_are_not_lost() -> None:
    made = catalog(small(control("A", refines="B"), control("B", refines="A")), NOW)["catalog"]
    assert [each["id"] for each in made["controls"]] == ["A", "B"]
    assert lint({"catalog": made}) == ()


def test_a_lettered_part_is_an_item_of_the_statement() -> None:
    whole, part = control("O-1", kind="objective", statement="Both."), control("O-1a", kind="objective", part_of="O-1")
    made = catalog(small(whole, replace(part, statement="One.", implies=("O-1",))), NOW)["catalog"]
    (only,) = made["controls"]
    (statement,) = only["parts"]
    assert [(each["id"], each["name"], each["prose"]) for each in statement["parts"]] == [("O-1a", "item", "One.")]
    assert statement["parts"][0]["links"] == [{"href": "#O-1", "rel": "related", "text": "implies"}]
    assert wrong({"catalog": made}) == []


def test_a_group_with_groups_and_controls_keeps_both() -> None:
    groups = (Group("F", "Function", "function", statement="All."), Group("F 1", "Category", "category", parent="F"))
    made = catalog(small(control("F.1", parent="F 1"), control("F.0", parent="F"), groups=groups), NOW)["catalog"]
    assert wrong({"catalog": made}) == []
    assert lint({"catalog": made}) == ()
    assert {each["id"] for each in controls(made)} == {"F.1", "F.0"}


def test_aliases_and_ids_that_are_no_tokens_are_kept_in_words() -> None:
    made = catalog(small(control("2.4", aliases=("Old name",)), control("NHI1:2025")), NOW)["catalog"]
    assert [each["id"] for each in made["controls"]] == ["_2.4", "NHI1_2025"]
    assert made["controls"][0]["props"][:2] == [
        {"name": "label", "value": "2.4"},
        {"name": "alt-identifier", "value": "Old name"},
    ]
    assert wrong({"catalog": made}) == []


def test_markup_in_a_text_stays_text() -> None:
    made = catalog(small(control("C", title="All *\n<b> `x`", statement="a\\b ~c^")), NOW)["catalog"]
    assert made["controls"][0]["title"] == "All \\* &lt;b> \\`x\\`"
    assert made["controls"][0]["parts"][0]["prose"] == "a\\\\b \\~c\\^"
    assert wrong({"catalog": made}) == []


def row(relationship: str, **more: Any) -> CrosswalkRow:
    ends = {"sources": ("A",), "target": "T", **more}
    told = {"source_title": "", "target_title": "", "basis": "assessed", "rationale": "why", **ends}
    return CrosswalkRow(source_catalog="one", relationship=relationship, target_catalog="other", **told)


def frameworks() -> dict[str, Catalog]:
    one = replace(framework("one", "outcomes", control("A"), control("B")), id="one")
    other = framework("other", "outcomes", control("T"), control("U"), groups=(Group("G", "G", "family"),))
    return {"one": one, "other": other}


def mapped(*rows: CrosswalkRow) -> dict[str, Any]:
    made: dict[str, Any] = mapping_collection(rows, frameworks(), NOW)["mapping-collection"]
    assert wrong({"mapping-collection": made}) == []
    assert lint({"mapping-collection": made}, [catalog(each, NOW) for each in frameworks().values()]) == ()
    return made


@pytest.mark.parametrize(
    ("ours", "matching", "theirs"),
    [
        ("equal", "semantic", "equivalent-to"),
        ("equal", "syntactic", "equal-to"),
        *((each, "functional", each) for each in ("subset-of", "superset-of", "intersects-with", "no-relationship")),
    ],
)
def test_each_set_relation_has_nists_word(ours: str, matching: str, theirs: str) -> None:
    (only,) = mapped(row(ours, matching=matching, strength=7))["mappings"][0]["maps"]
    assert (only["relationship"], only["matching-rationale"], own(only, "strength")) == (theirs, matching, ["7"])
    assert only["remarks"] == "why"


def test_what_is_no_set_relation_stays_out_and_is_counted() -> None:
    made = mapped(
        row("subset-of", matching="semantic"),
        row("mitigates", role="primary", target="U"),
        row("related", target="U", published_as="see"),
        row("superset-of", sources=("A", "B"), target="U"),
        row("subset-of", target="G"),
    )
    (only,) = made["mappings"][0]["maps"]
    assert only["targets"] == [{"type": "control", "id-ref": "T"}]
    provenance = made["provenance"]
    assert provenance["status"] == "not-complete"
    assert own(provenance, "rows") == ["5"]
    assert own(provenance, "rows-mapped") == ["1"]
    assert "1 of 5 rows." in provenance["remarks"]
    assert "1 mitigates, 1 related, 2 jointly or at a group" in provenance["remarks"]


def test_rows_without_a_set_relation_alone_make_no_document() -> None:
    with pytest.raises(RenderError, match="no row of 1 states a set relation"):
        mapping_collection([row("mitigates", role="primary")], frameworks(), NOW)


def test_provenance_says_what_most_rows_say_and_each_row_its_own() -> None:
    made = mapped(row("subset-of", matching="semantic"), row("equal", matching="functional", target="U"))
    assert made["provenance"]["matching-rationale"] == "functional"
    assert made["provenance"]["method"] == "hybrid"
    assert made["provenance"]["status"] == "complete"
    assert [each["matching-rationale"] for each in made["mappings"][0]["maps"]] == ["semantic", "functional"]


def test_rows_that_say_not_how_they_were_matched_are_told_apart() -> None:
    made = mapped(row("subset-of", basis="published", published_in="Annex B", published_as="part of"))
    assert "No row says how the texts were matched." in made["provenance"]["remarks"]
    (only,) = made["mappings"][0]["maps"]
    assert "matching-rationale" not in only
    assert (own(only, "published-in"), own(only, "published-as")) == (["Annex B"], ["part of"])


def test_derived_rows_are_a_draft_made_by_automation_and_name_their_rows() -> None:
    made = mapped(row("intersects-with", basis="derived", rationale="", chain=("A equal x/M subset-of other/T",)))
    assert (made["provenance"]["method"], made["provenance"]["status"]) == ("automation", "draft")
    assert "Nobody states these rows." in made["provenance"]["remarks"]
    assert made["mappings"][0]["maps"][0]["remarks"] == "A equal x/M subset-of other/T"


def test_a_share_that_is_exact_is_coverage_and_bounds_are_properties() -> None:
    exact, bounds = mapped(row("subset-of", coverage=(0.5, 0.5)), row("subset-of", target="U", coverage=(0.2, 0.4)))[
        "mappings"
    ][0]["maps"]
    assert exact["coverage"] == {"target-coverage": 0.5}
    assert "coverage" not in bounds
    assert (own(bounds, "coverage-at-least"), own(bounds, "coverage-at-most")) == (["0.2"], ["0.4"])


def test_a_part_is_named_as_a_statement() -> None:
    parts = framework("one", "objectives", control("A"), control("Aa", part_of="A"))
    both = {**frameworks(), "one": replace(parts, id="one")}
    made = mapping_collection([row("subset-of", sources=("Aa",))], both, NOW)
    assert made["mapping-collection"]["mappings"][0]["maps"][0]["sources"] == [{"type": "statement", "id-ref": "Aa"}]
    assert lint(made, [catalog(each, NOW) for each in both.values()]) == ()


def test_a_framework_that_is_none_of_ours_keeps_its_ids() -> None:
    outside = [replace(row("subset-of", target="4.1 (b)"), target_catalog="iso", external=True)]
    made = mapping_collection(outside, frameworks(), NOW)
    assert wrong(made) == []
    assert lint(made) == ()
    mapping = made["mapping-collection"]["mappings"][0]
    assert mapping["maps"][0]["targets"][0]["id-ref"] == "4.1 (b)"
    assert mapping["target-resource"]["href"] == f"#{uuid('framework', 'iso')}"


def test_both_directions_are_two_mappings_of_one_document() -> None:
    back = replace(row("equal", sources=("U",), target="B"), source_catalog="other", target_catalog="one")
    made = mapped(row("subset-of"), back)
    assert len(made["mappings"]) == 2
    assert made["mappings"][0]["source-resource"] == made["mappings"][1]["target-resource"]


def test_knowledge_that_is_shipped_is_what_is_tested() -> None:
    assert isinstance(KNOWN, Knowledge)
    assert MAPPED
