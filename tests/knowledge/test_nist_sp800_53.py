"""The SP 800-53 catalog agrees with NIST's list, and the crosswalk to it keeps the rules of rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.knowledge.lists import checksum, official, plain

LIST = "nist_sp800_53_r5_ac_ia_au.csv"
TITLES = "8411d056f28025d5a972288e609602c92daf5d012c09480d296dc64dd92f28ed"
# SHA-256 over "id<TAB>withdrawn" lines of the list's controls, sorted by id
WITHDRAWN = "415edccf5ae0af322e10820140ac65c982e92f1caa9734392d7cafc176b3c66b"
SET_RELATIONS = {"equal", "subset-of", "superset-of"}
RELATIONSHIPS = SET_RELATIONS | {"intersects-with", "no-relationship"}


CATALOG = plain("nist-sp800-53-r5.yaml")
CROSSWALK = plain("crosswalks/nhi-objectives-1--nist-sp800-53-r5.yaml")
OBJECTIVES = {control["id"]: control for control in plain("nhi-objectives-1.yaml")["controls"]}
GROUPS: list[dict[str, Any]] = CATALOG["groups"]
CONTROLS: dict[str, dict[str, Any]] = {control["id"]: control for control in CATALOG["controls"]}
ROWS: list[dict[str, Any]] = CROSSWALK["rows"]


def _is_withdrawn(control: dict[str, Any]) -> bool:
    return str(control.get("outside", "")).startswith("NIST withdrew it.")


ACTIVE = {id: control for id, control in CONTROLS.items() if not _is_withdrawn(control)}


def _row_id(row: dict[str, Any]) -> str:
    return f"{row['source']}-{row['target']}"


def test_ids_and_titles_are_nists() -> None:
    carried = {entry["id"]: entry["title"] for entry in [*GROUPS, *CATALOG["controls"]]}
    titles = official(LIST, "title")
    if titles is not None:
        assert list(carried.items()) == list(titles.items())
    assert len(carried) == int(CATALOG["checked_against"]["ids"]) == len(GROUPS) + len(CATALOG["controls"])
    assert checksum(carried.items()) == TITLES == CATALOG["checked_against"]["sha256"]


def test_withdrawn_controls_are_nists() -> None:
    carried = {id: str(_is_withdrawn(control)) for id, control in CONTROLS.items()}
    notes, kinds = official(LIST, "note"), official(LIST, "kind")
    if notes is not None and kinds is not None:
        assert carried == {id: str("withdrawn" in note) for id, note in notes.items() if kinds[id] != "family"}
    assert checksum(carried.items()) == WITHDRAWN


def test_counts_are_nists() -> None:
    assert [(group["id"], group["kind"]) for group in GROUPS] == [(id, "family") for id in ("AC", "AU", "IA")]
    assert {control["kind"] for control in CONTROLS.values()} == {"control"}
    assert Counter(control["parent"] for control in CONTROLS.values()) == {"AC": 147, "AU": 69, "IA": 74}
    assert (len(CONTROLS), len(ACTIVE)) == (290, 246)


def test_the_id_names_the_family_and_the_control_that_is_refined() -> None:
    for id, control in CONTROLS.items():
        assert id.startswith(f"{control['parent']}-")
        base, _, number = id.partition("(")
        assert control.get("refines") == (base if number else None)
        if number:
            assert control["title"].startswith(f"{CONTROLS[base]['title']} | ")


def test_no_text_of_a_control_is_carried() -> None:
    assert all("statement" not in entry for entry in [*GROUPS, *CONTROLS.values()])


@pytest.mark.parametrize("control", ACTIVE.values(), ids=list(ACTIVE))
def test_a_control_says_what_can_be_known_of_it(control: dict[str, Any]) -> None:
    assert control["level"] in {"configuration", "process", "organisation"}
    assert control.get("guidance", "settled") in {"settled", "maturing"}
    if control["assessable"] == "outside":
        assert control["agent_relevant"] is False
        assert len(control["outside"]) >= 60
        assert "ask" not in control
    else:
        assert control["assessable"] in {"partly", "by_interview"}
        assert "outside" not in control
        assert 60 <= len(control["summary"]) <= 300
    if "ask" in control:
        assert control["ask"]["question"].endswith("?")
        assert 2 <= len(control["ask"]["evidence"]) <= 3
        assert all(isinstance(line, str) and line for line in control["ask"]["evidence"])


def test_no_summary_question_request_list_or_reason_is_used_twice() -> None:
    asks = [control["ask"] for control in CONTROLS.values() if "ask" in control]
    for texts in (
        [control["summary"] for control in CONTROLS.values() if "summary" in control],
        [control["outside"] for control in CONTROLS.values() if "outside" in control],
        [ask["question"] for ask in asks],
        [tuple(ask["evidence"]) for ask in asks],
    ):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_assessable_follows_from_the_rows(control: dict[str, Any]) -> None:
    """A control is partly assessable exactly when an objective that can be examined bears on it."""
    bearing = [row for row in ROWS if row["target"] == control["id"] and row["relationship"] != "no-relationship"]
    examined = any("EXAMINE" in OBJECTIVES[row["source"]]["methods"] for row in bearing)
    assert (control["assessable"] == "partly") == examined
    if control["assessable"] == "outside":
        assert bearing == []


def test_the_crosswalk_names_its_catalogs() -> None:
    assert (CROSSWALK["source"], CROSSWALK["target"]) == ("nhi-objectives-1", CATALOG["id"])
    assert CROSSWALK["basis"] == "assessed"
    assert "jointly" not in CROSSWALK


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_a_row_keeps_the_rules(row: dict[str, Any]) -> None:
    source, target = OBJECTIVES[row["source"]], ACTIVE[row["target"]]
    assert row["relationship"] in RELATIONSHIPS
    assert row["matching"] in {"syntactic", "semantic", "functional"}
    assert "role" not in row
    if row["relationship"] in SET_RELATIONS:
        assert source["level"] == target["level"]
    if row["relationship"] == "no-relationship":
        assert "strength" not in row
    else:
        assert 1 <= row["strength"] <= 10


def test_no_target_has_both_a_whole_and_its_part() -> None:
    pairs = {(row["source"], row["target"]) for row in ROWS}
    assert [pair for pair in pairs if (OBJECTIVES[pair[0]].get("part_of"), pair[1]) in pairs] == []


def test_rationales_are_of_substance_and_all_different() -> None:
    rationales = [row["rationale"] for row in ROWS]
    assert all(80 <= len(rationale) <= 400 for rationale in rationales)
    assert len(set(rationales)) == len(rationales)
    openings = Counter(" ".join(rationale.split()[:5]) for rationale in rationales)
    assert [opening for opening, count in openings.items() if count > 1] == []


def test_no_pair_is_related_twice() -> None:
    pairs = Counter((row["source"], row["target"]) for row in ROWS)
    assert [pair for pair, count in pairs.items() if count > 1] == []
