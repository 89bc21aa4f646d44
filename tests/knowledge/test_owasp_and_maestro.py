"""The OWASP and MAESTRO catalogs equal the published lists, and every row that maps to them says why."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
import yaml

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
LISTS = Path(__file__).parents[3] / "shared" / "reference" / "frameworks"
IDS = ("owasp-asi-2026", "csa-maestro-2025")


def load(name: str) -> dict[str, Any]:
    """Give the plain content of one file of frameworks/."""
    content: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return content


CATALOGS = {id: load(f"{id}.yaml") for id in IDS}
CROSSWALKS = {id: load(f"crosswalks/nhi-objectives-1--{id}.yaml") for id in IDS}
OBJECTIVES = {control["id"]: control for control in load("nhi-objectives-1.yaml")["controls"]}
CONTROLS = {(id, control["id"]): control for id in IDS for control in CATALOGS[id]["controls"]}
ROWS = [(id, row) for id in IDS for row in CROSSWALKS[id]["rows"]]
TABLES = """
CREATE TABLE agents (id VARCHAR, name VARCHAR, platform VARCHAR, owner VARCHAR, purpose VARCHAR, environment
  VARCHAR, autonomy VARCHAR, sandbox VARCHAR, model VARCHAR, endpoint_auth VARCHAR, limits VARCHAR, status
  VARCHAR, last_used VARCHAR);
CREATE TABLE tools (id VARCHAR, server VARCHAR, name VARCHAR, sees_untrusted BOOLEAN, reads_private BOOLEAN,
  sends_out BOOLEAN, irreversible BOOLEAN, approval VARCHAR);
CREATE TABLE tool_servers (id VARCHAR, name VARCHAR, transport VARCHAR, url VARCHAR, command VARCHAR,
  package VARCHAR, pinned BOOLEAN, auth VARCHAR, trust VARCHAR);
CREATE TABLE links (id VARCHAR, source VARCHAR, verb VARCHAR, target VARCHAR, gate VARCHAR);
CREATE TABLE credentials (id VARCHAR, kind VARCHAR, store VARCHAR, lifetime_seconds BIGINT, issued VARCHAR,
  expires VARCHAR, rotated VARCHAR, audience VARCHAR);
CREATE TABLE identities (id VARCHAR, kind VARCHAR, provider VARCHAR, owner VARCHAR);
CREATE TABLE exposure (agent VARCHAR, untrusted BOOLEAN, private BOOLEAN, outbound BOOLEAN, legs INTEGER,
  gated BOOLEAN);
CREATE TABLE reach (agent VARCHAR, resource VARCHAR, threat_model VARCHAR, gated BOOLEAN, verdict VARCHAR,
  hops INTEGER, access VARCHAR);
CREATE TABLE workflows (id VARCHAR, agent VARCHAR, trigger VARCHAR, untrusted BOOLEAN, expected_seconds
  BIGINT);
CREATE TABLE tool_capabilities (tool VARCHAR, capability VARCHAR, confidence VARCHAR);
"""
PRECONDITIONS = {key: control["applies_when"] for key, control in CONTROLS.items() if "sql" in control["applies_when"]}


def listed(id: str) -> list[dict[str, str]]:
    """Give the rows of the published list that a catalog was checked against."""
    path = LISTS / CATALOGS[id]["checked_against"]["list"]
    if not path.is_file():
        pytest.skip("the published lists are not beside this checkout; the checksum is tested all the same")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checksum(rows: list[tuple[str, str]]) -> str:
    """Give the SHA-256 over ids and titles, sorted by id."""
    return hashlib.sha256(("\n".join(f"{id}\t{title}" for id, title in sorted(rows)) + "\n").encode()).hexdigest()


@pytest.mark.parametrize("id", IDS)
def test_ids_and_titles_are_those_of_the_checksum(id: str) -> None:
    rows = [(row["id"], row["title"]) for key in ("groups", "controls") for row in CATALOGS[id][key]]
    assert CATALOGS[id]["checked_against"]["sha256"] == checksum(rows)
    assert CATALOGS[id]["checked_against"]["ids"] == str(len(rows)) == str(len(set(rows)))


@pytest.mark.parametrize("id", IDS)
def test_ids_titles_parents_and_aliases_are_those_of_the_published_list(id: str) -> None:
    published = listed(id)
    assert CATALOGS[id]["checked_against"]["sha256"] == checksum([(row["id"], row["title"]) for row in published])
    for row in published:
        if row["kind"] != "layer":
            control = CONTROLS[id, row["id"]]
            assert control.get("parent", "") == row["parent"]
            assert control["aliases"] == [alias for alias in [row.get("also_printed_as")] if alias]


def test_maestro_has_its_layers_and_threats_and_owns_up_to_its_ids() -> None:
    parents = Counter(control["parent"] for control in CATALOGS["csa-maestro-2025"]["controls"])
    assert parents == {"L1": 7, "L2": 5, "L3": 6, "L4": 6, "L5": 6, "L6": 7, "L7": 13, "XL": 5}
    assert "LOCAL ordinals" in (FRAMEWORKS / "csa-maestro-2025.yaml").read_text(encoding="utf-8")
    layers = {group["id"]: group["title"] for group in CATALOGS["csa-maestro-2025"]["groups"]}
    assert (layers["L5"], layers["L6"]) == ("Evaluation and Observability", "Security and Compliance")


@pytest.mark.parametrize(("id", "control"), list(CONTROLS))
def test_a_control_is_mapped_asked_or_outside(id: str, control: str) -> None:
    value = CONTROLS[id, control]
    assert "statement" not in value, "summaries are our own words; official statements are not ours to ship"
    assert value["level"] in {"configuration", "process", "organisation"}
    assert value["guidance"] in {"settled", "maturing"}
    assert len(value["summary"]) > 40
    roles = Counter(row.get("role") for of, row in ROWS if of == id and row["target"] == control)
    if value["assessable"] == "outside":
        assert len(value["outside"]) > 60
        assert "ask" not in value
        assert not roles, "what is outside is not counted as mapped"
        return
    assert value["ask"]["question"].endswith("?")
    assert len(value["ask"]["evidence"]) >= 2
    assert roles["primary"] or value["assessable"] == "by_interview"
    if id == "owasp-asi-2026":
        assert 2 <= roles["primary"] <= 5
        assert 3 <= roles["supporting"] <= 10


def test_reasons_for_leaving_a_threat_outside_are_its_own() -> None:
    reasons = [control["outside"] for control in CONTROLS.values() if control["assessable"] == "outside"]
    assert len(reasons) == 13
    assert len(set(reasons)) == 13


@pytest.mark.parametrize("id", IDS)
def test_rows_join_what_exists_and_give_a_reason(id: str) -> None:
    crosswalk = CROSSWALKS[id]
    assert (crosswalk["source"], crosswalk["target"], crosswalk["basis"]) == (
        "nhi-objectives-1",
        id,
        "assessed",
    )
    pairs = Counter((row["source"], row["target"]) for row in crosswalk["rows"])
    assert max(pairs.values()) == 1
    for row in crosswalk["rows"]:
        assert row["source"] in OBJECTIVES and (id, row["target"]) in CONTROLS, row
        assert row["matching"] in {"syntactic", "semantic", "functional"}
        if row["relationship"] == "mitigates":
            assert row["role"] in {"primary", "supporting"} and 2 <= row["strength"] <= 10, row
        else:
            assert row["relationship"] == "no-relationship" and "role" not in row and row["strength"] == 1, row
        assert 60 <= len(row["rationale"]) <= 400, row


def test_a_risk_is_mapped_to_a_whole_objective_or_to_its_parts_but_not_to_both() -> None:
    for id, row in ROWS:
        parent = OBJECTIVES[row["source"]].get("part_of")
        siblings = {other["source"] for of, other in ROWS if of == id and other["target"] == row["target"]}
        assert parent not in siblings, (id, row["source"], row["target"])


def test_no_rationale_is_used_twice_or_repeats_both_titles() -> None:
    texts = Counter(row["rationale"] for _, row in ROWS)
    assert max(texts.values()) == 1
    for id, row in ROWS:
        titles = (OBJECTIVES[row["source"]]["title"], CONTROLS[id, row["target"]]["title"])
        assert not all(title.lower() in row["rationale"].lower() for title in titles), row


def test_a_primary_row_is_never_weaker_than_every_supporting_one() -> None:
    for id, control in CONTROLS:
        rows = [row for of, row in ROWS if of == id and row["target"] == control]
        primary = [row["strength"] for row in rows if row.get("role") == "primary"]
        supporting = [row["strength"] for row in rows if row.get("role") == "supporting"]
        if primary and supporting:
            assert min(primary) >= 6 and max(primary) >= max(supporting), (id, control)


def asked(sql: str, statements: str) -> dict[str, bool | None]:
    """Give subject and answer of a precondition over tables that hold what the statements insert."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(TABLES + statements)
        rows = connection.execute(sql).fetchall()
        assert [column[0] for column in connection.description] == ["subject", "applies"]
    assert len({subject for subject, _ in rows}) == len(rows), "one row for each agent"
    return dict(rows)


@pytest.mark.parametrize("key", list(PRECONDITIONS), ids="/".join)
def test_a_precondition_runs_is_portable_and_keeps_ignorance_open(key: tuple[str, str]) -> None:
    sql = PRECONDITIONS[key]["sql"]
    assert PRECONDITIONS[key]["because"].endswith(".")
    assert "always" not in PRECONDITIONS[key]
    assert len(sqlglot.parse(sql, read="duckdb")) == 1
    assert sqlglot.transpile(sql, read="duckdb", write="spark")
    assert asked(sql, "") == {}
    assert asked(sql, "INSERT INTO agents (id) VALUES ('a');") == {"a": None}
    # one tool of unknown and one of known, harmless capability: what was not seen must stay open
    mixed = """INSERT INTO agents (id) VALUES ('a');
    INSERT INTO tool_capabilities VALUES ('t', 'browses_web', 'high'), ('u', 'unknown', 'low');
    INSERT INTO links (source, verb, target) VALUES ('a', 'invokes', 't'), ('a', 'invokes', 'u');"""
    assert asked(sql, mixed)["a"] is not False


@pytest.mark.parametrize("key", [key for key in CONTROLS if key not in PRECONDITIONS], ids="/".join)
def test_what_always_applies_says_why(key: tuple[str, str]) -> None:
    applies = CONTROLS[key]["applies_when"]
    assert set(applies) == {"always"}
    assert len(applies["always"]) > 40


KNOWN = """INSERT INTO agents (id, autonomy, platform, sandbox) VALUES ('a', 'asks', 'codex', 'none');
INSERT INTO tools (id, server) VALUES ('t', 's');
INSERT INTO tool_servers (id, url) VALUES ('s', 'https://tools.example');
INSERT INTO links (source, verb, target) VALUES ('a', 'invokes', 't'), ('a', 'runs_as', 'i');
INSERT INTO identities (id, provider) VALUES ('i', 'aws');
INSERT INTO exposure (agent, untrusted, private, outbound) VALUES ('a', FALSE, FALSE, FALSE);
INSERT INTO tool_capabilities VALUES ('t', '{capability}', 'high');"""
OTHERS = """INSERT INTO agents (id) VALUES ('b');
INSERT INTO links (source, verb, target) VALUES ('a', 'delegates_to', 'b');"""
CASES = [
    ("owasp-asi-2026", "ASI01", KNOWN, False),
    ("owasp-asi-2026", "ASI01", KNOWN.replace("FALSE, FALSE, FALSE", "TRUE, NULL, NULL"), True),
    ("owasp-asi-2026", "ASI02", KNOWN, True),
    ("owasp-asi-2026", "ASI05", KNOWN, False),
    ("owasp-asi-2026", "ASI05", KNOWN.replace("{capability}", "executes_code"), True),
    ("owasp-asi-2026", "ASI05", KNOWN.replace("{capability}", "executes_code").replace("high", "low"), None),
    ("owasp-asi-2026", "ASI06", KNOWN.replace("{capability}", "memory"), True),
    ("owasp-asi-2026", "ASI06", KNOWN, False),
    ("owasp-asi-2026", "ASI07", KNOWN, False),
    ("owasp-asi-2026", "ASI07", KNOWN + OTHERS, True),
    ("owasp-asi-2026", "ASI08", KNOWN, False),
    ("owasp-asi-2026", "ASI08", KNOWN.replace("'asks'", "'unattended'"), True),
    ("owasp-asi-2026", "ASI08", KNOWN.replace("'asks'", "NULL"), None),
    ("owasp-asi-2026", "ASI09", KNOWN, True),
    ("owasp-asi-2026", "ASI09", KNOWN.replace("'asks'", "'unattended'"), None),
    ("csa-maestro-2025", "L2.05", KNOWN, False),
    ("csa-maestro-2025", "L2.05", KNOWN.replace("{capability}", "reads_files"), None),
    ("csa-maestro-2025", "L4.01", KNOWN, False),
    ("csa-maestro-2025", "L4.01", KNOWN.replace("'none'", "'container'"), True),
    (
        "csa-maestro-2025",
        "L4.01",
        KNOWN.replace("url", "command").replace("https://tools.example", "docker run"),
        True,
    ),
    ("csa-maestro-2025", "L4.02", KNOWN, False),
    ("csa-maestro-2025", "L4.02", KNOWN.replace("'aws'", "'kubernetes'"), True),
    ("csa-maestro-2025", "L4.02", KNOWN.replace("'aws'", "NULL"), None),
    ("csa-maestro-2025", "L7.02", KNOWN, True),
    ("csa-maestro-2025", "L7.03", KNOWN, True),
    ("csa-maestro-2025", "XL.05", KNOWN + OTHERS, True),
]


@pytest.mark.parametrize(("id", "control", "statements", "expected"), CASES)
def test_a_precondition_answers_in_three_values(id: str, control: str, statements: str, expected: bool | None) -> None:
    answers = asked(PRECONDITIONS[id, control]["sql"], statements.replace("{capability}", "pays"))
    assert answers["a"] is expected
