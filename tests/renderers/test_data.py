"""JSON holds the whole assessment; SARIF holds what viewers of it rely on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from nhiassess.assessment.figures import figures
from nhiassess.model.assessment import Finding
from nhiassess.model.codec import decode
from nhiassess.renderers.json import RENDERER as JSON
from nhiassess.renderers.sarif import RENDERER as SARIF
from tests.renderers import sample


@pytest.fixture(scope="module")
def whole(assets: Mapping[str, bytes]) -> dict[str, Any]:
    made = sample.assessment()
    return json.loads(JSON.render(made, figures(made), assets))


@pytest.fixture(scope="module")
def run(assets: Mapping[str, bytes]) -> dict[str, Any]:
    made = sample.assessment()
    document = json.loads(SARIF.render(made, figures(made), assets))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (only,) = document["runs"]
    return only


def test_json_names_its_schema_and_holds_every_part(whole: dict[str, Any]) -> None:
    assert whole["schema"] == "nhiassess/assessment/1"
    assert len(whole["findings"]) == 15
    assert len(whole["inventory"]["agents"]) == 8
    assert whole["findings"][0]["occurrences"][0]["locations"][0]["line"] == 21
    assert whole["blast"][0]["id"].endswith("|behaviour|gated")


def test_json_reads_back_as_the_values(whole: dict[str, Any]) -> None:
    made = sample.assessment()
    assert tuple(decode(Finding, row) for row in whole["findings"]) == made.findings


def test_json_reduces_knowledge_to_versions(whole: dict[str, Any]) -> None:
    assert [catalog["version"] for catalog in whole["knowledge"]["catalogs"]] == ["2026", "2025", "1.0", "1"]
    assert "statement" not in json.dumps(whole["knowledge"])


@pytest.mark.parametrize("made", [sample.assessment, sample.hostile, sample.empty], ids=lambda made: made.__name__)
@pytest.mark.parametrize("renderer", [JSON, SARIF], ids=lambda renderer: renderer.name)
def test_equal_input_gives_equal_bytes(made: Any, renderer: Any, assets: Mapping[str, bytes]) -> None:
    one, other = made(), made()
    first = renderer.render(one, figures(one), assets)
    assert first == renderer.render(other, figures(other), {})
    assert json.loads(first)


def test_sarif_has_a_rule_for_each_finding_and_a_result_for_each_occurrence(run: dict[str, Any]) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) == len({rule["id"] for rule in rules}) == 15
    assert len(run["results"]) == sum(len(finding.occurrences) for finding in sample.assessment().findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["baselineState"] in ("new", "unchanged", "updated", "absent")


def test_sarif_fingerprints_tell_occurrences_apart(run: dict[str, Any]) -> None:
    prints = [result["partialFingerprints"]["checkAndSubject/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_places_are_relative_and_counted_from_one(run: dict[str, Any]) -> None:
    for result in run["results"]:
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert not place["artifactLocation"]["uri"].startswith("/")
            assert ":" not in place["artifactLocation"]["uri"]
            assert place["region"]["startLine"] >= 1
            assert place["region"]["startColumn"] >= 1


def test_sarif_suppresses_what_was_accepted_and_nothing_else(run: dict[str, Any]) -> None:
    accepted = [result for result in run["results"] if "suppressions" in result]
    (only,) = accepted
    assert only["ruleId"] == "tool-server-not-pinned"
    assert only["suppressions"][0]["status"] == "accepted"
    assert "2027-02-28" in only["suppressions"][0]["justification"]


def test_sarif_severity_follows_the_risk_level(run: dict[str, Any]) -> None:
    weights = {rule["id"]: float(rule["properties"]["security-severity"]) for rule in run["tool"]["driver"]["rules"]}
    assert weights["approval-not-overridable"] > weights["secret-in-clear"] > weights["log-retention"]
