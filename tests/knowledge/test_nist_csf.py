"""The CSF catalog agrees with NIST's list, and the crosswalk from the objectives to it keeps the rules of rows."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.knowledge.lists import checksum, official, plain

LIST = "nist_csf_2_0.csv"
# SHA-256 over "id<TAB>statement" lines of the list, sorted by id: the catalog's own checksum covers titles only.
STATEMENTS = "6aff28435a6d50fca51760df4e1849ab8596cf07c50476516f3480532a57fc01"
SET_RELATIONS = {"equal", "subset-of", "superset-of"}
RELATIONSHIPS = SET_RELATIONS | {"intersects-with", "no-relationship"}


CATALOG = plain("nist-csf-2.0.yaml")
CROSSWALK = plain("crosswalks/nhi-objectives-1--nist-csf-2.0.yaml")
OBJECTIVES = {control["id"]: control for control in plain("nhi-objectives-1.yaml")["controls"]}
GROUPS: list[dict[str, Any]] = CATALOG["groups"]
CONTROLS: dict[str, dict[str, Any]] = {control["id"]: control for control in CATALOG["controls"]}
ROWS: list[dict[str, Any]] = CROSSWALK["rows"]


def _carried(field: str) -> dict[str, str]:
    return {entry["id"]: entry[field] for entry in [*GROUPS, *CATALOG["controls"]]}


def _row_id(row: dict[str, Any]) -> str:
    return f"{row['source']}-{row['target']}"


@pytest.mark.parametrize(
    ("field", "expected"),
    [("title", CATALOG["checked_against"]["sha256"]), ("statement", STATEMENTS)],
    ids=["title", "statement"],
)
def test_ids_and_texts_are_nists(field: str, expected: str) -> None:
    carried, nists = _carried(field), official(LIST, field)
    if nists is not None:
        assert carried == nists
    assert checksum(carried.items()) == expected


def test_counts_are_nists() -> None:
    kinds = Counter(group["kind"] for group in GROUPS)
    assert kinds == {"function": 6, "category": 22}
    assert [control["kind"] for control in CATALOG["controls"]] == ["outcome"] * 106
    assert len(_carried("title")) == 6 + 22 + 106 == int(CATALOG["checked_against"]["ids"])
    by_function = Counter(id.split(".")[0] for id in CONTROLS)
    assert by_function == {"GV": 31, "ID": 21, "PR": 22, "DE": 11, "RS": 13, "RC": 8}


def test_every_parent_is_the_group_that_the_id_names() -> None:
    groups = {group["id"]: group for group in GROUPS}
    for group in GROUPS:
        if group["kind"] == "category":
            assert groups[group["parent"]]["kind"] == "function"
            assert group["id"].startswith(f"{group['parent']}.")
    for control in CONTROLS.values():
        assert groups[control["parent"]]["kind"] == "category"
        assert control["id"].rsplit("-", 1)[0] == control["parent"]


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_an_outcome_says_what_can_be_known_of_it(control: dict[str, Any]) -> None:
    assert control["level"] in {"configuration", "process", "organisation"}
    assert control.get("guidance") in {None, "maturing"}, "settled is the default and is left out"
    assert control.get("agent_relevant") in {None, False}, "true is the default and is left out"
    assert 60 <= len(control["summary"]) <= 300
    assert control["summary"] != control["statement"]
    if control["assessable"] == "outside":
        assert len(control["outside"]) >= 60
        assert "ask" not in control
    else:
        assert control["assessable"] in {"partly", "by_interview"}
        assert "outside" not in control
        assert control["ask"]["question"].endswith(("?", "."))
        assert 2 <= len(control["ask"]["evidence"]) <= 3
        assert all(isinstance(line, str) and line for line in control["ask"]["evidence"])


def test_no_summary_question_reason_or_piece_of_evidence_is_used_twice() -> None:
    asks = [control["ask"] for control in CONTROLS.values() if "ask" in control]
    for texts in (
        [control["summary"] for control in CONTROLS.values()],
        [control["outside"] for control in CONTROLS.values() if "outside" in control],
        [ask["question"] for ask in asks],
        [line for ask in asks for line in ask["evidence"]],
    ):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_assessable_follows_from_the_rows(control: dict[str, Any]) -> None:
    """An outcome is partly assessable exactly when an objective that can be examined bears on it."""
    bearing = [row for row in ROWS if row["target"] == control["id"] and row["relationship"] != "no-relationship"]
    examined = any("EXAMINE" in OBJECTIVES[row["source"]]["methods"] for row in bearing)
    assert (control["assessable"] == "partly") == examined
    if control["assessable"] == "outside":
        assert bearing == []


def test_the_crosswalk_names_its_catalogs() -> None:
    assert (CROSSWALK["source"], CROSSWALK["target"]) == ("nhi-objectives-1", CATALOG["id"])
    assert CROSSWALK["basis"] == "assessed"


def test_every_family_of_objectives_bears_on_the_framework() -> None:
    families = {control["parent"] for control in OBJECTIVES.values()}
    assert {row["source"].split("-")[0] for row in ROWS} == families


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_both_ends_of_a_row_exist(row: dict[str, Any]) -> None:
    assert row["target"] in CONTROLS
    assert row["source"] in OBJECTIVES


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_no_objective_about_agents_contains_an_outcome_about_everybody(row: dict[str, Any]) -> None:
    assert row["relationship"] in RELATIONSHIPS - {"equal", "superset-of"}
    if row["relationship"] == "subset-of":
        assert OBJECTIVES[row["source"]]["level"] == CONTROLS[row["target"]]["level"]


def test_no_set_of_objectives_contains_an_outcome_either() -> None:
    assert "jointly" not in CROSSWALK


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_strength_and_matching_fit_the_relationship(row: dict[str, Any]) -> None:
    assert row["matching"] in {"syntactic", "semantic", "functional"}
    assert "role" not in row
    if row["relationship"] == "no-relationship":
        assert "strength" not in row
    else:
        assert 1 <= row["strength"] <= 10


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_a_rationale_quotes_only_what_one_of_the_texts_says(row: dict[str, Any]) -> None:
    texts = (CONTROLS[row["target"]]["statement"], OBJECTIVES[row["source"]]["statement"])
    said = "\n".join(texts).replace("’", "'").lower()
    quoted = re.findall(r'"([^"]+)"', row["rationale"])
    assert row["rationale"].count('"') == 2 * len(quoted)
    for phrase in quoted:
        assert all(part.strip() in said for part in phrase.lower().split("..."))


def test_rationales_are_of_substance_and_all_different() -> None:
    rationales = [row["rationale"] for row in ROWS]
    assert all(80 <= len(rationale) <= 400 for rationale in rationales)
    assert len(set(rationales)) == len(rationales)
    openings = Counter(" ".join(rationale.split()[:5]) for rationale in rationales)
    assert [opening for opening, count in openings.items() if count > 1] == []


def test_no_pair_is_related_twice_and_no_whole_beside_its_part() -> None:
    pairs = Counter((row["source"], row["target"]) for row in ROWS)
    assert [pair for pair, count in pairs.items() if count > 1] == []
    assert [pair for pair in pairs if (OBJECTIVES[pair[0]].get("part_of"), pair[1]) in pairs] == []


def test_a_target_has_five_rows_at_most() -> None:
    targets = Counter(row["target"] for row in ROWS)
    # PR.AA-05 packs policy, enforcement, review, least privilege and separation of duties into one outcome
    assert [target for target, count in targets.items() if count > 5] == ["PR.AA-05"]
