"""The ATLAS catalog equals the published list, marks what it must, and every row that maps to it says why."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
import yaml

from nhiassess.checks.check import guarded
from nhiassess.checks.preconditions import COLUMNS
from nhiassess.checks.tables import tables
from nhiassess.model.inventory import Inventory

ID = "mitre-atlas-2026.09"
FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


def load(name: str) -> dict[str, Any]:
    """Give the plain content of one file of frameworks/."""
    content: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return content


CATALOG = load(f"{ID}.yaml")
CROSSWALK = load(f"crosswalks/nhi-objectives-1--{ID}.yaml")
OBJECTIVES = {control["id"]: control for control in load("nhi-objectives-1.yaml")["controls"]}
CONTROLS = {control["id"]: control for control in CATALOG["controls"]}
GROUPS = {group["id"]: group for group in CATALOG["groups"]}
ROWS = CROSSWALK["rows"]
TECHNIQUES = {id: control for id, control in CONTROLS.items() if control["kind"] == "technique"}
ASSESSED = [id for id, control in CONTROLS.items() if control["assessable"] != "outside"]
PRECONDITIONS = {id: control["applies_when"] for id, control in CONTROLS.items() if "applies_when" in control}
QUESTIONS = sorted({when["sql"] for when in PRECONDITIONS.values() if "sql" in when})
# judged by us beyond the list, as the head of the catalog says
OURS = frozenset(
    [
        "T0006.002",
        "T0011.001",
        "T0011.003",
        "T0012",
        "T0050",
        "T0055",
        "T0074",
        "T0078",
        "T0090",
        "T0091",
        "T0091.000",
        "T0095.000",
        "T0105",
        "T0125",
        "T0129",
        "T0131",
        "T0132",
        "T0134",
        "M0024",
        "M0036",
        "M0039",
    ]
)


def relevant(control: dict[str, Any]) -> bool:
    """Tell whether a control is marked as agents' own, which is the default."""
    return bool(control.get("agent_relevant", True))


def listed(name: str = "frameworks/mitre_atlas.csv") -> list[dict[str, str]]:
    """Give the rows of a published list."""
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip("the published lists are not beside this checkout; the checksum is tested all the same")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checksum(rows: list[tuple[str, str]]) -> str:
    """Give the SHA-256 over ids and titles, sorted by id."""
    return hashlib.sha256(("\n".join(f"{id}\t{title}" for id, title in sorted(rows)) + "\n").encode()).hexdigest()


def test_ids_and_titles_are_those_of_the_checksum() -> None:
    rows = [(row["id"], row["title"]) for key in ("groups", "controls") for row in CATALOG[key]]
    assert CATALOG["checked_against"]["sha256"] == checksum(rows)
    assert CATALOG["checked_against"]["ids"] == str(len(rows)) == str(len(set(rows))) == "337"


def test_each_kind_is_as_numerous_as_mitre_says() -> None:
    kinds = Counter(control["kind"] for control in CONTROLS.values())
    refining = sum("refines" in control for control in CONTROLS.values())
    assert (len(GROUPS), kinds) == (16, {"technique": 208, "mitigation": 40, "case-study": 73})
    assert (kinds["technique"] - refining, refining) == (120, 88)
    assert {group["kind"] for group in GROUPS.values()} == {"tactic"}


def test_ids_titles_kinds_and_parents_are_those_of_the_published_list() -> None:
    published = [row for row in listed() if row["status"] == "active"]
    assert CATALOG["checked_against"]["sha256"] == checksum([(row["id"], row["title"]) for row in published])
    of = {row["id"]: row for row in published}
    for row in published:
        if row["kind"] == "tactic":
            assert row["id"] in GROUPS
            continue
        control = CONTROLS[row["id"]]
        assert control["kind"] == row["kind"].replace("subtechnique", "technique")
        tactics = row["tactics"] or of.get(row["parent"], {}).get("tactics", "")
        assert control.get("parent", "") == tactics.split(";")[0]
        assert control.get("refines", "") == (row["parent"] if row["kind"] == "subtechnique" else "")


def test_what_was_removed_is_no_control() -> None:
    assert not {"AML.T0019", "AML.T0058", "AML.T0104"} & set(CONTROLS)


def test_every_id_that_the_list_relates_to_agents_is_marked() -> None:
    related = {row["id"] for row in listed() if row["agent_related"] and row["status"] == "active"}
    assert len(related) == 141
    marked = {
        id for id, control in CONTROLS.items() if relevant(control) and control["kind"] in ("technique", "mitigation")
    }
    assert marked - related == {f"AML.{id}" for id in OURS}
    assert related <= marked


def test_the_head_names_the_techniques_that_we_judged_and_the_notice() -> None:
    head = (FRAMEWORKS / f"{ID}.yaml").read_text(encoding="utf-8").split("\nid: ")[0]
    assert set(re.findall(r"[TM]\d{4}(?:\.\d{3})?", head)) >= OURS
    assert head.startswith("# SPDX-License-Identifier: Apache-2.0\n")
    for words in ("Copyright 2021-2025 MITRE", "http://www.apache.org/licenses/LICENSE-2.0", "WITHOUT WARRANTIES"):
        assert words in head


@pytest.mark.parametrize("id", [id for id, control in CONTROLS.items() if control["kind"] != "case-study"])
def test_a_technique_or_mitigation_is_mapped_asked_or_outside(id: str) -> None:
    control = CONTROLS[id]
    assert "statement" not in control, "summaries are our own words; MITRE's descriptions are not copied"
    assert control["level"] in {"configuration", "process", "organisation"}
    rows = [row for row in ROWS if row["target"] == id]
    if control["assessable"] == "outside":
        assert len(control["outside"]) > 60
        assert not rows and not {"ask", "applies_when"} & set(control), "what is outside is not counted as mapped"
    else:
        assert len(control["summary"]) > 40
    if relevant(control) and control["kind"] == "technique":
        assert control["summary"]
    if control["assessable"] == "by_interview":
        assert "ask" in control and not rows
    if control["assessable"] == "partly":
        counted = [row for row in rows if row["relationship"] != "no-relationship"]
        assert 1 <= len(counted) <= 4
        if not [row for row in counted if row.get("role") == "primary"]:
            reason = "where no objective holds a technique alone, a question is left"
            assert control["kind"] == "mitigation" or "ask" in control, reason
    if "ask" in control:
        assert control["ask"]["question"].endswith("?")
        assert 2 <= len(control["ask"]["evidence"]) <= 3


def test_a_technique_that_is_not_marked_is_outside() -> None:
    assert not [id for id in TECHNIQUES if not relevant(TECHNIQUES[id]) and TECHNIQUES[id]["assessable"] != "outside"]


def test_a_marked_technique_that_is_outside_has_a_reason_of_its_own() -> None:
    reasons = [
        control["outside"]
        for control in TECHNIQUES.values()
        if relevant(control) and control["assessable"] == "outside"
    ]
    assert len(set(reasons)) == len(reasons)


def test_summaries_and_questions_are_written_for_one_control() -> None:
    for texts in (
        [control["summary"] for control in CONTROLS.values() if "summary" in control],
        [control["ask"]["question"] for control in CONTROLS.values() if "ask" in control],
    ):
        assert max(Counter(texts).values()) == 1


def test_case_studies_are_records() -> None:
    reasons = {control["outside"] for control in CONTROLS.values() if control["kind"] == "case-study"}
    assert len(reasons) == 1


def test_rows_join_what_exists_and_give_a_reason() -> None:
    assert (CROSSWALK["source"], CROSSWALK["target"], CROSSWALK["basis"]) == ("nhi-objectives-1", ID, "assessed")
    assert max(Counter((row["source"], row["target"]) for row in ROWS).values()) == 1
    assert max(Counter(row["rationale"] for row in ROWS).values()) == 1
    for row in ROWS:
        assert row["source"] in OBJECTIVES and row["target"] in CONTROLS, row
        assert row["matching"] in {"syntactic", "semantic", "functional"}
        assert 60 <= len(row["rationale"]) <= 400, row
        technique = row["target"] in TECHNIQUES
        if row["relationship"] == "mitigates":
            assert technique and row["role"] in {"primary", "supporting"} and 2 <= row["strength"] <= 10, row
        elif row["relationship"] == "no-relationship":
            assert "role" not in row and row["strength"] == 1, row
        else:
            assert not technique and "role" not in row and 2 <= row["strength"] <= 10, row
        titles = (OBJECTIVES[row["source"]]["title"], CONTROLS[row["target"]]["title"])
        assert not all(title.lower() in row["rationale"].lower() for title in titles), row


def test_set_relations_stand_within_one_level() -> None:
    sets = [row for row in ROWS if row["relationship"] in ("equal", "subset-of", "superset-of")]
    assert {(row["source"], row["target"].removeprefix("AML.")) for row in sets} == {
        ("SUP-03", "M0023"),
        ("OBS-02", "M0024"),
        ("DEL-01b", "M0037"),
    }
    for row in sets:
        assert OBJECTIVES[row["source"]]["level"] == CONTROLS[row["target"]]["level"], row


def test_a_target_is_mapped_to_a_whole_objective_or_to_its_parts_but_not_to_both() -> None:
    for row in ROWS:
        siblings = {other["source"] for other in ROWS if other["target"] == row["target"]}
        assert OBJECTIVES[row["source"]].get("part_of") not in siblings, row


def test_a_primary_row_is_never_weaker_than_every_supporting_one() -> None:
    for id in TECHNIQUES:
        rows = [row for row in ROWS if row["target"] == id]
        primary = [row["strength"] for row in rows if row.get("role") == "primary"]
        supporting = [row["strength"] for row in rows if row.get("role") == "supporting"]
        if primary and supporting:
            assert min(primary) >= 6 and max(primary) >= max(supporting), id


def test_a_mitigation_that_a_rationale_names_is_mitres_for_that_technique() -> None:
    published = {(row["source_id"], row["target_id"]) for row in listed("crosswalks/atlas_mitigation_to_technique.csv")}
    # published in 2026.08, after the list was made
    published |= {
        (f"AML.{mitigation}", f"AML.{technique}")
        for mitigation in ("M0037", "M0038")
        for technique in ("T0116", "T0117", "T0124")
    }
    for row in ROWS:
        for mitigation in re.findall(r"AML\.M\d{4}", row["rationale"]):
            assert (mitigation, row["target"]) in published, row


def test_ids_in_the_prose_are_controls() -> None:
    text = "\n".join(
        (FRAMEWORKS / name).read_text(encoding="utf-8")
        for name in (f"{ID}.yaml", f"crosswalks/nhi-objectives-1--{ID}.yaml")
    )
    assert set(re.findall(r"AML\.[A-Z]+\d{4}(?:\.\d{3})?", text)) <= {*CONTROLS, *GROUPS}


def asked(sql: str, statements: str) -> dict[str, bool | None]:
    """Give subject and answer of a precondition over tables that hold what the statements insert."""
    with duckdb.connect(":memory:") as connection:
        for name, table in tables(Inventory()).items():
            connection.register("laid_out", table)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM laid_out")
            connection.unregister("laid_out")
        connection.execute(statements or "SELECT 1")
        rows = connection.execute(sql).fetchall()
        assert [column[0] for column in connection.description] == list(COLUMNS)
    assert len({subject for subject, _ in rows}) == len(rows), "one row for each agent"
    return dict(rows)


@pytest.mark.parametrize("sql", QUESTIONS)
def test_a_precondition_runs_is_portable_and_keeps_ignorance_open(sql: str) -> None:
    guarded(sql, COLUMNS)
    assert sqlglot.transpile(sql, read="duckdb", write="spark")
    assert asked(sql, "") == {}
    assert asked(sql, "INSERT INTO agents (id) VALUES ('a');") == {"a": None}
    # one tool of unknown and one of known, harmless capability: what was not seen must stay open
    mixed = """INSERT INTO agents (id) VALUES ('a');
    INSERT INTO tool_capabilities VALUES ('t', 'browses_web', 'high'), ('u', 'unknown', 'low');
    INSERT INTO links (source, verb, target) VALUES ('a', 'invokes', 't'), ('a', 'invokes', 'u');"""
    assert asked(sql, mixed)["a"] is not False


@pytest.mark.parametrize("id", ASSESSED)
def test_a_technique_says_when_it_applies_and_why(id: str) -> None:
    if id not in TECHNIQUES:
        assert "applies_when" not in CONTROLS[id]
        return
    when = PRECONDITIONS[id]
    assert set(when) in ({"always"}, {"sql", "because"})
    why = when.get("always") or when["because"]
    assert len(why) > 40 and why.endswith(".")


KNOWN = """INSERT INTO agents (id, autonomy, platform, sandbox) VALUES ('a', 'asks', 'codex', 'none');
INSERT INTO tools (id, server) VALUES ('t', 's');
INSERT INTO tool_servers (id, url) VALUES ('s', 'https://tools.example');
INSERT INTO links (source, verb, target) VALUES ('a', 'invokes', 't'), ('a', 'runs_as', 'i');
INSERT INTO exposure (agent, untrusted, private, outbound) VALUES ('a', FALSE, FALSE, FALSE);
INSERT INTO tool_capabilities VALUES ('t', 'CAN', 'high');"""
OTHERS = "INSERT INTO links (source, verb, target) VALUES ('a', 'delegates_to', 'b');"
CASES = [
    ("T0051.001", "pays", False),
    ("T0010.005", "pays", True),
    ("T0012", "pays", True),
    ("T0132", "pays", True),
    ("T0048.000", "pays", True),
    ("T0048.000", "browses_web", None),
    ("T0050", "pays", False),
    ("T0050", "executes_code", True),
    ("T0078", "browses_web", True),
    ("T0078", "executes_code", None),
    ("T0078", "pays", False),
    ("T0070", "memory", True),
    ("T0070", "reads_files", None),
    ("T0070", "pays", False),
    ("T0080.000", "memory", True),
    ("T0080.000", "pays", None),
    ("T0101", "writes_database", True),
    ("T0101", "reads_files", False),
    ("T0118.000", "writes_files", True),
    ("T0118.000", "sends_messages", None),
    ("T0118.001", "pays", False),
    ("T0118.001", "spawns_agents", True),
    ("T0086", "pays", False),
    ("T0046", "pays", True),
    ("T0051.002", "pays", None),
    ("T0010.004", "pays", False),
    ("T0018", "pays", None),
]


@pytest.mark.parametrize(("id", "capability", "expected"), CASES)
def test_a_precondition_answers_in_three_values(id: str, capability: str, expected: bool | None) -> None:
    assert asked(PRECONDITIONS[f"AML.{id}"]["sql"], KNOWN.replace("CAN", capability))["a"] is expected


def test_a_delegate_and_a_workflow_are_ways_to_apply() -> None:
    assert asked(PRECONDITIONS["AML.T0124"]["sql"], KNOWN.replace("CAN", "pays") + OTHERS)["a"] is True
    started = "INSERT INTO agents (id) VALUES ('a'); INSERT INTO workflows (id, agent) VALUES ('w', 'a');"
    assert asked(PRECONDITIONS["AML.T0084.002"]["sql"], started)["a"] is True
