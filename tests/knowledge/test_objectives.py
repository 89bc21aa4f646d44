"""Our objectives are complete, and the small rule files beside them hold what they promise."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
CATALOG: dict[str, Any] = yaml.safe_load((FRAMEWORKS / "nhi-objectives-1.yaml").read_text(encoding="utf-8"))
OBJECTIVES: dict[str, dict[str, Any]] = {control["id"]: control for control in CATALOG["controls"]}
FAMILIES = "INV 4, IDN 6, CRD 9, AUZ 9, TOL 10, DEL 3, COM 4, SUP 4, MEM 3, DAT 1, INP 1, OBS 7, CON 7, LIF 2, GOV 11"
WHOLE = {family: int(count) for family, count in (entry.split() for entry in FAMILIES.split(", "))}
PARTS = {
    "INV-01": "ab", "INV-03": "abc", "IDN-03": "ab", "IDN-05": "abc", "IDN-06": "ab", "CRD-03": "ab",
    "CRD-05": "ab", "CRD-06": "ab", "AUZ-02": "ab", "AUZ-05": "abcd", "TOL-03": "ab", "TOL-04": "abc",
    "TOL-08": "abcd", "TOL-09": "ab", "DEL-01": "ab", "COM-01": "ab", "COM-03": "ab", "COM-04": "ab",
    "SUP-02": "ab", "SUP-04": "ab", "MEM-01": "ab", "MEM-03": "abc", "DAT-01": "abc", "OBS-04": "ab",
    "OBS-05": "ab", "OBS-07": "ab", "CON-01": "ab", "CON-04": "ab", "LIF-01": "abc", "LIF-02": "ab",
    "GOV-02": "ab", "GOV-03": "abc", "GOV-04": "ab", "GOV-05": "ab", "GOV-08": "abc", "GOV-11": "ab",
}  # fmt: skip
LIMITS = {
    "max_credential_lifetime_seconds", "rotation_days", "unused_days", "log_retention_days", "review_days",
    "blast_radius_limit_tier_1", "blast_radius_limit_tier_2", "blast_radius_limit_tier_3", "as_of",
}  # fmt: skip


def load(name: str) -> Any:
    """Give the plain content of one file of frameworks/."""
    return yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))


def test_every_objective_and_part_is_there() -> None:
    whole = {f"{family}-{number:02}" for family, count in WHOLE.items() for number in range(1, count + 1)}
    parts = {parent + letter for parent, letters in PARTS.items() for letter in letters}
    assert set(OBJECTIVES) == whole | parts
    assert len(CATALOG["controls"]) == len(OBJECTIVES), "an id stands twice"
    assert {control["id"]: control.get("part_of") for control in CATALOG["controls"]} == {
        id: id[:-1] if id in parts else None for id in OBJECTIVES
    }


def test_ids_and_titles_do_not_change_unnoticed() -> None:
    rows = sorted((row["id"], row["title"]) for key in ("groups", "controls") for row in CATALOG[key])
    text = "\n".join(f"{id}\t{title}" for id, title in rows) + "\n"
    assert CATALOG["checked_against"]["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert CATALOG["checked_against"]["ids"] == str(len(rows))


@pytest.mark.parametrize("id", list(OBJECTIVES))
def test_an_objective_is_complete(id: str) -> None:
    objective = OBJECTIVES[id]
    assert objective["kind"] == "objective"
    assert objective["parent"] == id[:3] in {group["id"] for group in CATALOG["groups"]}
    assert objective["level"] in {"configuration", "process", "organisation"}
    assert objective["guidance"] in {"settled", "maturing"}
    assert objective["agent_relevant"] is True
    assert objective["statement"].endswith(".") and objective["statement"].count(". ") == 0, (
        "one statement, one sentence"
    )
    assert objective["summary"].endswith(".")
    assert 40 <= len(objective["summary"]) <= 300
    assert set(objective["implies"]) | set(objective["depends_on"]) <= set(OBJECTIVES) - {id}
    expected = {"automated": ["EXAMINE"], "partly": ["EXAMINE", "INTERVIEW"], "by_interview": ["INTERVIEW"]}
    assert objective["methods"] == expected[objective["assessable"]]
    if objective["assessable"] == "automated":
        assert "ask" not in objective
    else:
        assert objective["ask"]["question"].endswith("?")
        assert objective["ask"]["evidence"]
        assert all(isinstance(item, str) for item in objective["ask"]["evidence"])


def test_a_compound_objective_is_no_more_assessable_than_its_parts() -> None:
    for parent, letters in PARTS.items():
        parts = {OBJECTIVES[parent + letter]["assessable"] for letter in letters}
        # all parts answered by people: so is the whole; some: the whole is answered partly
        expected = parts.pop() if len(parts) == 1 else "partly"
        assert OBJECTIVES[parent]["assessable"] == expected, parent


def test_governance_is_by_interview_and_organisational() -> None:
    for id, objective in OBJECTIVES.items():
        if id.startswith("GOV"):
            assert objective["assessable"] == "by_interview" and objective["level"] != "configuration", id


def test_dependencies_and_implications_make_no_circle() -> None:
    for key in ("implies", "depends_on"):

        def walk(id: str, trail: tuple[str, ...], key: str = key) -> None:
            assert id not in trail, (*trail, id)
            for following in OBJECTIVES[id][key]:
                walk(following, (*trail, id))

        for id in OBJECTIVES:
            walk(id, ())


def test_statements_and_summaries_are_all_different() -> None:
    for key in ("statement", "summary", "title"):
        texts = [objective[key] for objective in OBJECTIVES.values()]
        assert len(set(texts)) == len(texts), key


def test_each_default_has_a_source_or_says_why_there_is_none() -> None:
    limits = load("defaults.yaml")["limits"]
    assert set(limits) == LIMITS
    for name, limit in limits.items():
        assert set(limit) <= {"value", "unit", "source", "unverified"} and limit["unit"], name
        if limit["value"] is None:
            assert limit["source"].startswith("None: ") and len(limit["source"]) > 40, name
        else:
            assert limit["value"] > 0 and len(limit["source"]) > 40, name


def test_sensitivity_rules_name_what_they_match_and_why() -> None:
    rules = load("sensitivity.yaml")["rules"]
    for rule in rules:
        assert set(rule) == {"provider", "kind", "pattern", "sensitivity", "reason"}
        assert 0 <= rule["sensitivity"] <= 5
        assert len(rule["reason"]) > 30
        # a rule that matches everything would call every unknown resource sensitive
        assert rule["provider"] or rule["kind"] or rule["pattern"] != "*", rule
        assert rule["pattern"] != "*" or rule["kind"] or rule["provider"] == "entra", rule
        re.compile(re.escape(rule["pattern"]).replace(r"\*", ".*"))
    keys = [(rule["provider"], rule["kind"], rule["pattern"]) for rule in rules]
    assert len(set(keys)) == len(keys)


def test_field_figures_are_marked_as_unverified() -> None:
    figures = load("field-figures.yaml")["figures"]
    assert {figure["figure"] for figure in figures} == {"80 %", "25-50 to 1"}
    assert {figure["status"] for figure in figures} == {"vendor-published, not verified"}


def test_aliases_lead_to_the_risk_of_that_number() -> None:
    aliases = {a["alias"]: a for a in load("aliases.yaml")["aliases"] if a["catalog"] == "owasp-asi-2026"}
    assert {name: alias["id"] for name, alias in aliases.items()} == {f"A{n}": f"ASI{n:02}" for n in range(1, 11)}
    assert aliases["A1"]["see_also"] == ["ASI02", "ASI03"]
    assert {alias["status"] for alias in aliases.values()} == {"unofficial"}
