"""The AI RMF catalog agrees with NIST's list, and the crosswalk from the objectives to it keeps the rules of rows."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.knowledge.lists import checksum, official, plain

LIST = "nist_ai_rmf_1_0.csv"
# SHA-256 over "id<TAB>statement" lines of the list, sorted by id: the catalog's own checksum covers titles only.
STATEMENTS = "b8f0daffc748e10dbe5d61f967f7f4ae64060bdd6fec30b70330b46effb8f02c"
SET_RELATIONS = {"equal", "subset-of", "superset-of"}
RELATIONSHIPS = SET_RELATIONS | {"intersects-with", "no-relationship"}


CATALOG = plain("nist-ai-rmf-1.0.yaml")
CROSSWALK = plain("crosswalks/nhi-objectives-1--nist-ai-rmf-1.0.yaml")
OBJECTIVES = {control["id"]: control for control in plain("nhi-objectives-1.yaml")["controls"]}
GROUPS: list[dict[str, Any]] = CATALOG["groups"]
CONTROLS: dict[str, dict[str, Any]] = {control["id"]: control for control in CATALOG["controls"]}
ROWS: list[dict[str, Any]] = CROSSWALK["rows"]
JOINTLY: list[dict[str, Any]] = CROSSWALK["jointly"]


def _carried(field: str) -> dict[str, str]:
    return {entry["id"]: entry[field] for entry in [*GROUPS, *CATALOG["controls"]]}


def _row_id(row: dict[str, Any]) -> str:
    return f"{row.get('source') or '+'.join(row['sources'])}-{row['target']}"


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
    assert kinds == {"function": 4, "category": 19}
    assert [control["kind"] for control in CATALOG["controls"]] == ["outcome"] * 72
    assert len(_carried("title")) == 4 + 19 + 72 == int(CATALOG["checked_against"]["ids"])
    by_function = Counter(id.split(" ")[0] for id in CONTROLS)
    assert by_function == {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}


def test_every_parent_is_the_group_that_the_id_names() -> None:
    groups = {group["id"]: group for group in GROUPS}
    for group in GROUPS:
        if group["kind"] == "category":
            assert groups[group["parent"]]["kind"] == "function"
            assert group["id"].startswith(f"{group['parent']} ")
    for control in CONTROLS.values():
        assert groups[control["parent"]]["kind"] == "category"
        assert control["id"].rsplit(".", 1)[0] == control["parent"]


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_an_outcome_says_what_can_be_known_of_it(control: dict[str, Any]) -> None:
    assert control["level"] in {"configuration", "process", "organisation"}
    assert control["guidance"] in {"settled", "maturing"}
    assert isinstance(control["agent_relevant"], bool)
    assert 60 <= len(control["summary"]) <= 300
    assert control["summary"] != control["statement"]
    if control["assessable"] == "outside":
        assert len(control["outside"]) >= 60
        assert "ask" not in control
    else:
        assert control["assessable"] in {"partly", "by_interview"}
        assert "outside" not in control
        assert control["ask"]["question"].endswith(("?", "."))
        assert len(control["ask"]["evidence"]) >= 2
        assert all(isinstance(line, str) and line for line in control["ask"]["evidence"])


def test_no_summary_question_or_request_list_is_used_twice() -> None:
    asks = [control["ask"] for control in CONTROLS.values() if "ask" in control]
    for texts in (
        [control["summary"] for control in CONTROLS.values()],
        [ask["question"] for ask in asks],
        [tuple(ask["evidence"]) for ask in asks],
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


@pytest.mark.parametrize("row", [*ROWS, *JOINTLY], ids=_row_id)
def test_both_ends_of_a_row_exist(row: dict[str, Any]) -> None:
    assert row["target"] in CONTROLS
    assert set(row.get("sources") or [row["source"]]) <= set(OBJECTIVES)


@pytest.mark.parametrize("row", [*ROWS, *JOINTLY], ids=_row_id)
def test_set_relations_stay_within_one_level(row: dict[str, Any]) -> None:
    assert row["relationship"] in RELATIONSHIPS
    if row["relationship"] in SET_RELATIONS:
        levels = {OBJECTIVES[source]["level"] for source in row.get("sources") or [row["source"]]}
        assert levels == {CONTROLS[row["target"]]["level"]}


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_strength_and_matching_fit_the_relationship(row: dict[str, Any]) -> None:
    assert row["matching"] in {"syntactic", "semantic", "functional"}
    assert "role" not in row
    if row["relationship"] == "no-relationship":
        assert "strength" not in row
    else:
        assert 1 <= row["strength"] <= 10


@pytest.mark.parametrize("row", JOINTLY, ids=_row_id)
def test_a_joint_row_contains_its_target_and_says_who_reviewed_it(row: dict[str, Any]) -> None:
    assert len(set(row["sources"])) == len(row["sources"]) >= 2
    assert row["relationship"] in {"equal", "superset-of"}
    assert row.get("reviewed_by") is None, "a review is recorded only when a second person made it"


@pytest.mark.parametrize("row", [*ROWS, *JOINTLY], ids=_row_id)
def test_a_rationale_quotes_only_what_one_of_the_texts_says(row: dict[str, Any]) -> None:
    sources = row.get("sources") or [row["source"]]
    texts = [CONTROLS[row["target"]]["statement"], *(OBJECTIVES[source]["statement"] for source in sources)]
    said = "\n".join(texts).replace("’", "'").lower()
    quoted = re.findall(r'"([^"]+)"', row["rationale"])
    assert row["rationale"].count('"') == 2 * len(quoted)
    for phrase in quoted:
        assert all(part.strip() in said for part in phrase.lower().split("..."))


def test_rationales_are_of_substance_and_all_different() -> None:
    rationales = [row["rationale"] for row in [*ROWS, *JOINTLY]]
    assert all(80 <= len(rationale) <= 400 for rationale in rationales)
    assert len(set(rationales)) == len(rationales)
    openings = Counter(" ".join(rationale.split()[:5]) for rationale in rationales)
    assert [opening for opening, count in openings.items() if count > 1] == []


def test_no_pair_is_related_twice() -> None:
    pairs = Counter((row["source"], row["target"]) for row in ROWS)
    assert [pair for pair, count in pairs.items() if count > 1] == []
