"""Each rule of the lint refuses what it is there for, and nothing of a sound document."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from nhiassess.model.knowledge import Ask, Group
from nhiassess.renderers.oscal import NAMESPACE
from nhiassess.renderers.oscal_catalog import catalog
from nhiassess.renderers.oscal_lint import lint
from nhiassess.renderers.oscal_mapping import mapping_collection
from tests.renderers.test_oscal import NOW, control, frameworks, row, small

Change = Callable[[Any], object]


def a_catalog() -> dict[str, Any]:
    asked = control("A", parent="G", statement="It is so.", ask=Ask("Is it?", ("proof",)), depends_on=("B",))
    return deepcopy(catalog(small(asked, control("B", parent="G"), groups=(Group("G", "G", "family"),)), NOW))


def a_mapping() -> dict[str, Any]:
    rows = [row("subset-of", matching="semantic", strength=3, coverage=(0.5, 0.5)), row("equal", target="U")]
    return deepcopy(mapping_collection(rows, frameworks(), NOW))


def first(document: Any) -> Any:
    return document["catalog"]["groups"][0]["controls"][0]


def a_map(document: Any) -> Any:
    return document["mapping-collection"]["mappings"][0]["maps"][0]


def test_a_sound_document_has_no_complaint() -> None:
    assert lint(a_catalog()) == ()
    assert lint(a_mapping(), [catalog(each, NOW) for each in frameworks().values()]) == ()


CATALOG: dict[str, tuple[Change, str, str]] = {
    "an id twice": (
        lambda d: first(d).update(id="B"),
        "$.catalog.groups[0].controls[1].id",
        "B stands already at $.catalog.groups[0].controls[0]",
    ),
    "an id of a part twice": (
        lambda d: first(d)["parts"][0].update(id="G"),
        "$.catalog.groups[0].controls[0].parts[0].id",
        "G stands already",
    ),
    "a uuid twice": (
        lambda d: d["catalog"]["metadata"]["parties"][0].update(uuid=d["catalog"]["uuid"]),
        "$.catalog.metadata.parties[0].uuid",
        "stands already at $.catalog",
    ),
    "a link to nothing": (
        lambda d: first(d)["links"][0].update(href="#Z"),
        "$.catalog.groups[0].controls[0].links[0].href",
        "#Z leads to nothing",
    ),
    "a party that is not there": (
        lambda d: d["catalog"]["metadata"]["responsible-parties"][0].update({"party-uuids": ["nobody"]}),
        "$.catalog.metadata.responsible-parties[0].party-uuids",
        "nobody is no party",
    ),
    "a role that is not there": (
        lambda d: d["catalog"]["metadata"].pop("roles"),
        "$.catalog.metadata.responsible-parties[0].role-id",
        "publisher is no role",
    ),
    "a property that is not NIST's": (
        lambda d: first(d)["props"].append({"name": "strength", "value": "3"}),
        ".props[",
        "'strength' is none of the words",
    ),
    "a status that a control can't have": (
        lambda d: first(d)["props"].append({"name": "status", "value": "gone"}),
        ".value",
        "'gone' is none of the words",
    ),
    "a method that 800-53A lacks": (
        lambda d: first(d)["parts"][-1]["props"][0].update(value="ASK"),
        ".value",
        "'ASK' is none of the words",
    ),
    "a part that is not NIST's": (
        lambda d: first(d)["parts"][0].update(name="summary"),
        ".parts[0].name",
        "'summary' is none of the words",
    ),
    "an assessment method without one": (
        lambda d: first(d)["parts"][-1].pop("props"),
        ".parts[1]",
        "is an assessment method, but names none",
    ),
    "an empty title": (lambda d: first(d).update(title=" "), ".controls[0].title", "is empty"),
    "an empty statement": (lambda d: first(d)["parts"][0].update(prose=""), ".parts[0].prose", "is empty"),
}
MAPPING: dict[str, tuple[Change, str, str]] = {
    "a relationship that is none": (
        lambda d: a_map(d).update(relationship="mitigates"),
        ".maps[0].relationship",
        "'mitigates' is none of the words",
    ),
    "a method that is none": (
        lambda d: d["mapping-collection"]["provenance"].update(method="expert"),
        "$.mapping-collection.provenance.method",
        "'expert' is none of the words",
    ),
    "a matching that is none": (
        lambda d: a_map(d).update({"matching-rationale": "lexical"}),
        ".maps[0].matching-rationale",
        "'lexical' is none of the words",
    ),
    "a status that is none": (
        lambda d: d["mapping-collection"]["provenance"].update(status="final"),
        "$.mapping-collection.provenance.status",
        "'final' is none of the words",
    ),
    "an end that is neither control nor statement": (
        lambda d: a_map(d)["sources"][0].update(type="group"),
        ".maps[0].sources[0].type",
        "'group' is none of the words",
    ),
    "a resource that is no catalog": (
        lambda d: d["mapping-collection"]["mappings"][0]["source-resource"].update(type="list"),
        ".source-resource.type",
        "'list' is none of the words",
    ),
    "a resource that is not cited": (
        lambda d: d["mapping-collection"]["back-matter"]["resources"].pop(),
        ".target-resource.href",
        "leads to nothing",
    ),
    "a coverage above one": (
        lambda d: a_map(d)["coverage"].update({"target-coverage": 1.5}),
        ".coverage.target-coverage",
        "1.5 is no share",
    ),
    "a confidence below nothing": (
        lambda d: a_map(d).update({"confidence-score": {"percentage": -0.1}}),
        ".confidence-score.percentage",
        "-0.1 is no share",
    ),
    "a strength off the scale": (
        lambda d: next(each for each in a_map(d)["props"] if each["name"] == "strength").update(value="11"),
        ".value",
        "11 is no strength",
    ),
    "an id that its catalog lacks": (
        lambda d: a_map(d)["targets"][0].update({"id-ref": "V"}),
        ".maps[0].targets[0].id-ref",
        "V is no control of its catalog",
    ),
    "a control that is named as a statement": (
        lambda d: a_map(d)["sources"][0].update(type="statement"),
        ".maps[0].sources[0].id-ref",
        "A is no statement of its catalog",
    ),
    "a description that says nothing": (
        lambda d: d["mapping-collection"]["provenance"].update({"mapping-description": "\n"}),
        ".provenance.mapping-description",
        "is empty",
    ),
    "a uuid of a map twice": (
        lambda d: a_map(d).update(uuid=d["mapping-collection"]["mappings"][0]["uuid"]),
        ".maps[0].uuid",
        "stands already at $.mapping-collection.mappings[0]",
    ),
}


@pytest.mark.parametrize("name", CATALOG)
def test_a_catalog_is_refused_with(name: str) -> None:
    change, place, what = CATALOG[name]
    document = a_catalog()
    change(document)
    assert any(place in each.where and what in each.what for each in lint(document)), lint(document)


@pytest.mark.parametrize("name", MAPPING)
def test_a_mapping_is_refused_with(name: str) -> None:
    change, place, what = MAPPING[name]
    document, beside = a_mapping(), [catalog(each, NOW) for each in frameworks().values()]
    change(document)
    found = lint(document, beside)
    assert any(place in each.where and what in each.what for each in found), found
    assert all(each.hint for each in found)


def test_a_relationship_of_another_namespace_is_theirs_to_define() -> None:
    document = a_mapping()
    a_map(document).update(relationship="mitigates", ns=NAMESPACE)
    assert lint(document) == ()


def test_a_catalog_that_is_not_given_is_not_looked_at() -> None:
    document = a_mapping()
    a_map(document)["targets"][0]["id-ref"] = "V"
    assert lint(document) == ()


def test_another_document_is_named_as_such() -> None:
    (only,) = lint({"profile": {}})
    assert "neither a catalog nor a mapping collection" in only.what
