"""The catalog of NIST AI 600-1 agrees with NIST's list, and every row that maps to it says why."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml

from nhiassess.checks.preconditions import preconditions
from nhiassess.checks.tables import tables
from nhiassess.knowledge.load import load
from nhiassess.knowledge.resolve import Found, resolve
from nhiassess.model.inventory import Agent, Inventory, Link, Tool
from nhiassess.model.reach import Exposure

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
LIST = Path(__file__).parents[3] / "shared" / "reference" / "frameworks" / "nist_ai_600_1.csv"
# SHA-256 over "id<TAB>statement" lines of the actions, sorted by id: the catalog's own checksum covers titles only.
STATEMENTS = "c07df79e5c96d34108b1dfcfb8463a813bda4ba7340591da084653bbf2e7a7e1"
FUNCTIONS = {"GV": "GOVERN", "MP": "MAP", "MS": "MEASURE", "MG": "MANAGE"}


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return loaded


CATALOG = _load("nist-ai-600-1.yaml")
CROSSWALK = _load("crosswalks/nhi-objectives-1--nist-ai-600-1.yaml")
OBJECTIVES = {control["id"]: control for control in _load("nhi-objectives-1.yaml")["controls"]}
CONTROLS: dict[str, dict[str, Any]] = {control["id"]: control for control in CATALOG["controls"]}
RISKS = {id: control for id, control in CONTROLS.items() if control["kind"] == "risk"}
ACTIONS = {id: control for id, control in CONTROLS.items() if control["kind"] == "action"}
ROWS: list[dict[str, Any]] = CROSSWALK["rows"]


def _checksum(pairs: Iterable[tuple[str, str]]) -> str:
    lines = "\n".join(f"{id}\t{text}" for id, text in sorted(pairs)) + "\n"
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def _official() -> list[dict[str, str]]:
    """Give NIST's list, or nothing where only the checksums are at hand."""
    if not LIST.exists():
        return []
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _row_id(row: dict[str, Any]) -> str:
    return f"{row['source']}-{row['target']}"


def _bearing(id: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["target"] == id and row["relationship"] != "no-relationship"]


def test_ids_titles_and_statements_are_nists() -> None:
    carried = [(entry["id"], entry["title"]) for entry in [*CATALOG["groups"], *CATALOG["controls"]]]
    assert _checksum(carried) == CATALOG["checked_against"]["sha256"]
    assert str(len(carried)) == CATALOG["checked_against"]["ids"] == str(4 + 12 + 212)
    assert _checksum((id, action["statement"]) for id, action in ACTIONS.items()) == STATEMENTS
    for row in _official():
        control = CONTROLS[row["id"]]
        assert (control["title"], control["kind"]) == (row["title"], row["kind"])
        assert control.get("statement", "") == row["statement"]


def test_counts_are_nists() -> None:
    assert list(RISKS) == [f"2.{number}" for number in range(1, 13)]
    assert Counter(id[:2] for id in ACTIONS) == {"GV": 58, "MP": 39, "MS": 72, "MG": 43}
    assert [group["id"] for group in CATALOG["groups"]] == list(FUNCTIONS.values())


def test_an_action_stands_under_its_function_in_the_order_of_its_number() -> None:
    for id, action in ACTIONS.items():
        assert re.fullmatch(r"(GV|MP|MS|MG)-\d\.\d+-\d{3}", id)
        assert action["parent"] == FUNCTIONS[id[:2]]
    numbers = [(list(FUNCTIONS).index(id[:2]), [int(part) for part in re.findall(r"\d+", id)]) for id in ACTIONS]
    assert numbers == sorted(numbers)


def test_nists_misprint_is_an_alias_and_resolves() -> None:
    assert {id: action["aliases"] for id, action in ACTIONS.items() if "aliases" in action} == {
        "GV-4.3-001": ["GV4.3--001"]
    }
    name = "frameworks/nist-ai-600-1.yaml"
    found = resolve(load({name: (FRAMEWORKS.parent / name).read_bytes()}), "GV4.3--001")
    assert isinstance(found, Found)
    assert [control.id for control in found.controls] == ["GV-4.3-001"]
    assert found.warnings


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_a_control_says_what_can_be_known_of_it(control: dict[str, Any]) -> None:
    assert control["level"] in {"configuration", "process", "organisation"}
    if control["assessable"] == "outside":
        assert len(control["outside"]) >= 60
        assert control["agent_relevant"] is False
        assert not {"ask", "summary", "applies_when"} & set(control)
        assert not _bearing(control["id"]), "what is outside is not counted as mapped"
        return
    assert control["assessable"] in {"partly", "by_interview"}
    assert "outside" not in control
    assert 60 <= len(control["summary"]) <= 300
    assert control["ask"]["question"].endswith("?")
    assert 2 <= len(control["ask"]["evidence"]) <= 3


def test_no_summary_question_evidence_or_reason_is_used_twice() -> None:
    asks = [control["ask"] for control in CONTROLS.values() if "ask" in control]
    for texts in (
        [control["summary"] for control in CONTROLS.values() if "summary" in control],
        [control["outside"] for control in CONTROLS.values() if "outside" in control],
        [ask["question"] for ask in asks],
        [line for ask in asks for line in ask["evidence"]],
    ):
        assert [text for text, count in Counter(texts).items() if count > 1] == []


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_an_action_is_partly_assessable_when_an_objective_that_can_be_examined_bears_on_it(
    action: dict[str, Any],
) -> None:
    examined = any("EXAMINE" in OBJECTIVES[row["source"]]["methods"] for row in _bearing(action["id"]))
    assert (action["assessable"] == "partly") == examined


@pytest.mark.parametrize("risk", RISKS.values(), ids=list(RISKS))
def test_a_risk_is_partly_assessable_when_a_primary_mitigation_is_known(risk: dict[str, Any]) -> None:
    rows = _bearing(risk["id"])
    roles = Counter(row["role"] for row in rows)
    assert (risk["assessable"] == "partly") == bool(roles["primary"])
    if risk["assessable"] != "outside":
        assert 2 <= len(rows) <= 6
        strengths = {role: [row["strength"] for row in rows if row["role"] == role] for role in roles}
        assert min(strengths.get("primary", [10])) >= max(strengths["supporting"])


def test_the_crosswalk_names_its_catalogs() -> None:
    assert (CROSSWALK["source"], CROSSWALK["target"]) == ("nhi-objectives-1", CATALOG["id"])
    assert CROSSWALK["basis"] == "assessed"


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_a_row_relates_what_exists_as_its_target_allows(row: dict[str, Any]) -> None:
    assert row["source"] in OBJECTIVES
    assert row["matching"] in {"syntactic", "semantic", "functional"}
    allowed = {"mitigates"} if row["target"] in RISKS else {"intersects-with"}
    assert row["relationship"] in allowed | {"no-relationship"}
    assert ("role" in row) == (row["relationship"] == "mitigates")
    assert ("strength" in row) == (row["relationship"] != "no-relationship")
    assert 1 <= row.get("strength", 1) <= 10


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_a_rationale_quotes_only_what_one_of_the_texts_says(row: dict[str, Any]) -> None:
    target, source = CONTROLS[row["target"]], OBJECTIVES[row["source"]]
    said = "\n".join([target["title"], target.get("statement", ""), source["statement"]]).replace("’", "'").lower()
    quoted = re.findall(r'"([^"]+)"', row["rationale"])
    assert row["rationale"].count('"') == 2 * len(quoted)
    for phrase in quoted:
        assert all(part.strip() in said for part in phrase.lower().split("..."))


def test_rationales_are_of_substance_and_all_different() -> None:
    rationales = [row["rationale"] for row in ROWS]
    assert all(80 <= len(rationale) <= 400 for rationale in rationales)
    openings = Counter(" ".join(rationale.split()[:5]) for rationale in rationales)
    assert [opening for opening, count in openings.items() if count > 1] == []


def test_no_pair_is_related_twice_and_no_whole_beside_its_part() -> None:
    pairs = Counter((row["source"], row["target"]) for row in ROWS)
    assert [pair for pair, count in pairs.items() if count > 1] == []
    for source, target in pairs:
        assert (OBJECTIVES[source].get("part_of"), target) not in pairs


def _applies(inventory: Inventory, *exposure: Exposure) -> dict[str, bool | None]:
    """Give for each risk whether its precondition was observed of the one agent."""
    name = "frameworks/nist-ai-600-1.yaml"
    known = load({name: (FRAMEWORKS.parent / name).read_bytes()})
    found = preconditions(known, [CATALOG["id"]], tables(inventory, exposure=exposure), ["a"])
    return {node.rsplit("/", 1)[1]: applies for (node, _), applies in found.items()}


def test_a_precondition_keeps_ignorance_open() -> None:
    always = {id for id, risk in RISKS.items() if "always" in risk.get("applies_when", {})}
    found = _applies(Inventory(agents=(Agent("a"),)))
    assert set(found) == {id for id, risk in RISKS.items() if risk["assessable"] != "outside"}
    assert {id: applies for id, applies in found.items() if applies is not None} == dict.fromkeys(always, True)


def test_a_precondition_answers_in_three_values() -> None:
    shut = _applies(Inventory(agents=(Agent("a"),)), Exposure("a", False, False, False, None))
    assert (shut["2.4"], shut["2.8"], shut["2.10"]) == (False, False, False)
    open_ = _applies(Inventory(agents=(Agent("a"),)), Exposure("a", None, True, True, None))
    assert (open_["2.4"], open_["2.8"], open_["2.10"]) == (True, True, True)
    assert _applies(Inventory(agents=(Agent("a", autonomy="asks"),)))["2.7"] is True
    unattended = Inventory(
        agents=(Agent("a", autonomy="unattended"),),
        tools=(Tool("t", approval="each_call"),),
        links=(Link("l", "a", "invokes", "t"),),
    )
    assert _applies(unattended)["2.7"] is True
    assert _applies(Inventory(agents=(Agent("a", autonomy="unattended"),)))["2.7"] is None


@pytest.mark.parametrize("id", [id for id, risk in RISKS.items() if "sql" in risk.get("applies_when", {})])
def test_a_precondition_is_portable(id: str) -> None:
    sql = RISKS[id]["applies_when"]["sql"]
    assert len(sqlglot.parse(sql, read="duckdb")) == 1
    assert sqlglot.transpile(sql, read="duckdb", write="spark")
