"""The layer marks every technique of ATLAS in colour and in words, and refuses an assessment that leaves ATLAS out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from nhiassess.assessment.figures import figures
from nhiassess.drawings.theme import tokens
from nhiassess.errors import RenderError
from nhiassess.model.assessment import RISK_STATES, Assessment, ControlCoverage, Determination
from nhiassess.model.knowledge import Catalog
from nhiassess.renderers.navigator import RENDERER
from tests.renderers import sample
from tests.small import catalog, control

ATLAS = "mitre-atlas-2026.09"
HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES
STATES = {"AML.T0000": EXPOSED, "AML.T0001": WEAKENED, "AML.T0002": OPEN, "AML.T0003": HOLD, "AML.T0004": NOT_THERE}


def atlas(id: str = ATLAS) -> Catalog:
    techniques = [control(id, each, "technique") for each in (*STATES, "AML.T0005")]
    sub = control(id, "AML.T0000.001", "technique", refines="AML.T0000")
    return catalog(id, "risks", *techniques, sub, control(id, "AML.M0001", "mitigation"))


def coverage(id: str, state: str, **more: Any) -> ControlCoverage:
    told: dict[str, Any] = {"objectives": ("CRD-01",), "reason": f"{state} 3 of 8", "reads_as": "risks", **more}
    return ControlCoverage(ATLAS, id, id, state, checks=(), observed=8, denominator=8, lower=0, upper=8, **told)


def assessed(*frameworks: str) -> Assessment:
    made = sample.assessment()
    rows = [coverage(id, state) for id, state in STATES.items()]
    rows.append(coverage("AML.T0005", OPEN, signal="outside the profile", reason="It needs the weights."))
    rows.append(coverage("AML.T0000.001", OPEN, objectives=(), reason=""))
    rows.append(coverage("AML.M0001", "satisfied", reads_as="outcomes"))
    known = replace(made.knowledge, catalogs=(*made.knowledge.catalogs, atlas()))
    failed = Determination("control:nhi-objectives-1/CRD-01", "*", "not-satisfied", "", "EXAMINE")
    return replace(
        made,
        plan=replace(made.plan, frameworks=frameworks),
        knowledge=known,
        controls=(*made.controls, *rows),
        determinations=(failed,),
    )


def layer(assets: Mapping[str, bytes], *frameworks: str) -> dict[str, Any]:
    made = assessed(*(frameworks or (ATLAS,)))
    read: dict[str, Any] = json.loads(RENDERER.render(made, figures(sample.assessment()), assets))
    return read


def test_the_layer_is_of_the_format_and_the_domain_that_the_navigator_for_atlas_reads(
    assets: Mapping[str, bytes],
) -> None:
    made = layer(assets)
    assert (made["domain"], made["versions"]["layer"]) == ("atlas-atlas", "4.5")
    assert "attack" not in made["versions"]
    assert made["name"]
    assert {"name": "atlas_data_version", "value": "1"} in made["metadata"]


def test_each_technique_and_sub_technique_is_there_once_and_no_mitigation(assets: Mapping[str, bytes]) -> None:
    ids = [each["techniqueID"] for each in layer(assets)["techniques"]]
    assert ids == [*STATES, "AML.T0005", "AML.T0000.001"]


def test_a_state_is_told_in_words_and_its_colour_stands_in_the_legend(assets: Mapping[str, bytes]) -> None:
    made = layer(assets)
    legend = {each["label"]: each["color"] for each in made["legendItems"]}
    assert set(legend) == {*RISK_STATES, "outside the profile"}
    assert len(set(legend.values())) == len(legend), "no two states look the same"
    assert set(legend.values()) <= set(tokens(assets)[0].values())
    for each in made["techniques"]:
        state = STATES.get(
            each["techniqueID"], OPEN if each["techniqueID"] == "AML.T0000.001" else "outside the profile"
        )
        assert each["comment"].startswith(f"State: {state}.")
        assert each["color"] == legend[state]


def test_a_comment_counts_agents_and_names_objectives_that_failed(assets: Mapping[str, bytes]) -> None:
    by_id = {each["techniqueID"]: each for each in layer(assets)["techniques"]}
    assert by_id["AML.T0000"]["comment"] == "State: exposed. Agents: exposed 3 of 8. Objectives that failed: CRD-01."
    assert by_id["AML.T0005"]["comment"] == "State: outside the profile. Why: It needs the weights."
    assert by_id["AML.T0000.001"]["comment"] == "State: not determined. No objective is mapped to it."


def test_scores_follow_the_states_and_what_is_outside_has_none(assets: Mapping[str, bytes]) -> None:
    made = layer(assets)
    by_id = {each["techniqueID"]: each for each in made["techniques"]}
    assert [by_id[id]["score"] for id in STATES] == [4, 3, 2, 1, 0]
    assert "score" not in by_id["AML.T0005"]
    legend = {each["label"]: each["color"] for each in made["legendItems"]}
    assert made["gradient"]["colors"] == [legend[state] for state in (NOT_THERE, HOLD, OPEN, WEAKENED, EXPOSED)]


def test_a_technique_with_sub_techniques_is_shown_open(assets: Mapping[str, bytes]) -> None:
    shown = {each["techniqueID"]: each["showSubtechniques"] for each in layer(assets)["techniques"]}
    assert [id for id, opened in shown.items() if opened] == ["AML.T0000"]


def test_a_plan_without_atlas_is_an_error_that_says_what_to_add(assets: Mapping[str, bytes]) -> None:
    with pytest.raises(RenderError) as refused:
        layer(assets, "owasp-asi-2026")
    assert "not made against MITRE ATLAS" in str(refused.value)
    assert f"Add {ATLAS} to `frameworks` in the plan." in str(refused.value)


def test_equal_input_gives_equal_bytes(assets: Mapping[str, bytes]) -> None:
    one, other = assessed(ATLAS), assessed(ATLAS)
    shown = figures(sample.assessment())
    assert RENDERER.render(one, shown, assets) == RENDERER.render(other, shown, assets)
