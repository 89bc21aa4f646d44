"""The OWASP lists of identities, agentic threats and LLM applications are as published, and rows keep the rules."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml

from nhiassess.checks.preconditions import preconditions
from nhiassess.checks.tables import SCHEMAS, table
from nhiassess.knowledge.load import load as load_knowledge

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
LISTS = Path(__file__).parents[3] / "shared" / "reference" / "frameworks"
NHI, THREATS, NOW, BEFORE = "owasp-nhi-2025", "owasp-agentic-threats-1.1", "owasp-llm-2026", "owasp-llm-2025"
IDS = (NHI, THREATS, NOW, BEFORE)
OWN_ROWS = {"LLM07:2025", "LLM08:2025", "LLM09:2025"}  # whose scope differed from that of the successor
WITHOUT_PRIMARY = {"T15", "LLM09:2025"}  # the person is the target, and no objective holds everybody who is asked


def load(name: str) -> dict[str, Any]:
    """Give the plain content of one file of frameworks/."""
    content: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return content


CATALOGS = {id: load(f"{id}.yaml") for id in IDS}
CROSSWALKS = {id: load(f"crosswalks/nhi-objectives-1--{id}.yaml") for id in IDS}
OBJECTIVES = {control["id"]: control for control in load("nhi-objectives-1.yaml")["controls"]}
CONTROLS = {(id, control["id"]): control for id in IDS for control in CATALOGS[id]["controls"]}
ROWS = [(id, row) for id in IDS for row in CROSSWALKS[id]["rows"]]
ALIASES = {alias["alias"]: alias for alias in load("aliases.yaml")["aliases"]}
PRECONDITIONS = {key: control["applies_when"] for key, control in CONTROLS.items() if "sql" in control["applies_when"]}
KNOWLEDGE = load_knowledge({f"frameworks/{id}.yaml": (FRAMEWORKS / f"{id}.yaml").read_bytes() for id in IDS})


def listed(name: str) -> list[dict[str, str]]:
    """Give the rows of a published list."""
    path = LISTS / name
    if not path.is_file():
        pytest.skip("the published lists are not beside this checkout; the checksum is tested all the same")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checksum(rows: list[tuple[str, str]]) -> str:
    """Give the SHA-256 over ids and titles, sorted by id."""
    return hashlib.sha256(("\n".join(f"{id}\t{title}" for id, title in sorted(rows)) + "\n").encode()).hexdigest()


@pytest.mark.parametrize(("id", "count"), [(NHI, 10), (THREATS, 17), (NOW, 10), (BEFORE, 10)])
def test_ids_and_titles_are_those_of_the_checksum(id: str, count: int) -> None:
    rows = [(control["id"], control["title"]) for control in CATALOGS[id]["controls"]]
    assert CATALOGS[id]["checked_against"]["sha256"] == checksum(rows)
    assert CATALOGS[id]["checked_against"]["ids"] == str(count) == str(len(set(rows)))


@pytest.mark.parametrize("id", IDS)
def test_ids_titles_and_kinds_are_those_of_the_published_list(id: str) -> None:
    published = listed(CATALOGS[id]["checked_against"]["list"])
    carried = [(each["id"], each["title"], each["kind"]) for each in CATALOGS[id]["controls"]]
    assert carried == [(row["id"], row["title"], row["kind"]) for row in published]


@pytest.mark.parametrize("id", IDS)
def test_a_list_of_owasp_names_its_licence_and_reads_as_risks(id: str) -> None:
    text = (FRAMEWORKS / f"{id}.yaml").read_text(encoding="utf-8")
    crosswalk = (FRAMEWORKS / f"crosswalks/nhi-objectives-1--{id}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: CC-BY-SA-4.0\n")
    assert crosswalk.startswith("# SPDX-License-Identifier: CC-BY-SA-4.0\n")
    assert (CATALOGS[id]["licence"]["id"], CATALOGS[id]["reads_as"]) == ("CC-BY-SA-4.0", "risks")


def test_t16_and_t17_say_that_another_document_has_them_too() -> None:
    header = (FRAMEWORKS / f"{THREATS}.yaml").read_text(encoding="utf-8").split("\nid:")[0]
    assert "T16 AND T17 COLLIDE" in header
    for id in ("T16", "T17"):
        control = CONTROLS[THREATS, id]
        assert control["aliases"] == [f"{id} of Threats and Mitigations v1.1"]
        assert f"while the MAS guide's {id} is" in control["summary"]
        assert (ALIASES[id]["id"], ALIASES[id]["status"]) == (id, "ambiguous")


def test_the_mas_guide_means_the_same_by_t1_to_t15_and_something_else_by_t16_and_t17() -> None:
    guide = {row["id"]: row["title"] for row in listed("owasp_mas_guide_v1_0_threats.csv")}
    for id, control in ((id, control) for (of, id), control in CONTROLS.items() if of == THREATS):
        if id in ("T16", "T17"):
            assert guide[id] != control["title"]
            assert guide[id] in control["summary"] and guide[id] in ALIASES[id]["note"]
        else:
            assert guide[id] == control["title"]


def test_the_list_of_2025_is_superseded_by_equal_titles_only() -> None:
    present = {control["title"]: control["id"] for control in CATALOGS[NOW]["controls"]}
    superseded = {alias["alias"]: alias["id"] for alias in ALIASES.values() if alias["catalog"] == NOW}
    for control in CATALOGS[BEFORE]["controls"]:
        assert superseded.get(control["id"]) == present.get(control["title"])
    assert superseded["LLM06:2025"] == "LLM03:2026"
    assert "LLM07:2025" not in superseded


@pytest.mark.parametrize("number", range(1, 11))
def test_a_number_without_its_year_is_ambiguous_and_names_what_it_was(number: int) -> None:
    alias = ALIASES[f"LLM{number:02}"]
    before, now = CONTROLS[BEFORE, f"LLM{number:02}:2025"], CONTROLS[NOW, f"LLM{number:02}:2026"]
    assert (alias["catalog"], alias["id"], alias["status"]) == (NOW, now["id"], "ambiguous")
    assert before["title"] in alias["note"] and now["title"] in alias["note"]
    if before["title"] != now["title"]:
        assert alias["see_also"] == [ALIASES.get(before["id"], {"id": "LLM08:2026"})["id"]]
    assert ALIASES[f"NHI{number}"]["id"] == f"NHI{number}:2025"


@pytest.mark.parametrize(("id", "control"), list(CONTROLS))
def test_a_control_is_mapped_and_asks(id: str, control: str) -> None:
    value = CONTROLS[id, control]
    assert "statement" not in value, "summaries are our own words; official statements are not ours to ship"
    assert value["level"] in {"configuration", "process", "organisation"}
    assert value.get("guidance") in (None, "maturing"), "what is the default is left out"
    assert len(re.findall(r"[.?!](?:\s|$)", value["summary"])) == 2
    assert value["ask"]["question"].endswith("?")
    assert 2 <= len(value["ask"]["evidence"]) <= 3
    roles = Counter(row.get("role") for of, row in ROWS if of == id and row["target"] == control)
    if id == BEFORE and control not in OWN_ROWS:
        assert value["assessable"] == "by_interview" and not roles
        assert f"The rows are those of {ALIASES[control]['id']}" in value["summary"]
    else:
        assert value["assessable"] == ("by_interview" if control in WITHOUT_PRIMARY else "partly")
        assert bool(roles["primary"]) == (control not in WITHOUT_PRIMARY)
        assert 3 <= roles["primary"] + roles["supporting"] <= 6


@pytest.mark.parametrize("id", IDS)
def test_rows_join_what_exists_and_give_a_reason(id: str) -> None:
    crosswalk = CROSSWALKS[id]
    assert (crosswalk["source"], crosswalk["target"], crosswalk["basis"]) == ("nhi-objectives-1", id, "assessed")
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
    others = [load(f"crosswalks/nhi-objectives-1--{id}.yaml")["rows"] for id in ("owasp-asi-2026", "csa-maestro-2025")]
    texts = Counter(row["rationale"] for row in [*(row for _, row in ROWS), *others[0], *others[1]])
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


def test_questions_and_reasons_are_their_own() -> None:
    for texts in (
        [control["ask"]["question"] for control in CONTROLS.values()],
        [control["summary"] for control in CONTROLS.values()],
        [applies.get("because", applies.get("always")) for applies in (c["applies_when"] for c in CONTROLS.values())],
    ):
        assert max(Counter(texts).values()) == 1


def asked(id: str, control: str, given: dict[str, list[dict[str, Any]]]) -> bool | None:
    """Give the answer for agent ``a`` over the tables that checks see."""
    laid = {name: table(name, given.get(name, ())) for name in SCHEMAS}
    return preconditions(KNOWLEDGE, (id,), laid, ["a"])[f"control:{id}/{control}", "a"]


def seen(
    capability: str | None = "pays", confidence: str = "high", exposed: bool | None = False, **agent: Any
) -> dict[str, list[dict[str, Any]]]:
    """Give the tables of one agent with one tool, whose every leg of exposure is known."""
    return {
        "agents": [{"id": "a", **agent}],
        "tools": [{"id": "t", "server": "s"}],
        "links": [{"id": "l", "source": "a", "verb": "invokes", "target": "t"}],
        "tool_capabilities": [{"tool": "t", "capability": capability, "confidence": confidence}],
        "exposure": [{"agent": "a", "untrusted": exposed, "private": exposed, "outbound": exposed}],
    }


def used(table_: str, **fields: Any) -> dict[str, list[dict[str, Any]]]:
    """Give the tables of an agent that uses one credential, identity, tool server or trust."""
    id = f"{table_.replace('ies', 'y').removesuffix('s')}:x"
    agent = [{"id": "a"}]
    pairs = [{"agent": "a", "subject": "a"}, {"agent": "a", "subject": id}]
    return {"agents": agent, "attribution": pairs, table_: [{"id": id, **fields}]}


@pytest.mark.parametrize("key", list(PRECONDITIONS), ids="/".join)
def test_a_precondition_runs_is_portable_and_keeps_ignorance_open(key: tuple[str, str]) -> None:
    sql = PRECONDITIONS[key]["sql"]
    assert "always" not in PRECONDITIONS[key]
    assert PRECONDITIONS[key]["because"].endswith(".")
    assert len(sqlglot.parse(sql, read="duckdb")) == 1
    assert sqlglot.transpile(sql, read="duckdb", write="spark")
    assert asked(*key, {"agents": [{"id": "a"}]}) is None
    assert asked(*key, {"agents": [{"id": "a"}], "attribution": [{"agent": "a", "subject": "a"}]}) is None
    # one tool of unknown and one of known, harmless capability: what was not seen must stay open
    mixed = seen("browses_web", exposed=None, autonomy="asks")
    mixed["tool_capabilities"] += [{"tool": "u", "capability": "unknown", "confidence": "low"}]
    mixed["links"] += [{"id": "m", "source": "a", "verb": "invokes", "target": "u"}]
    assert asked(*key, mixed) is not False


@pytest.mark.parametrize("key", [key for key in CONTROLS if key not in PRECONDITIONS], ids="/".join)
def test_what_always_applies_says_why(key: tuple[str, str]) -> None:
    applies = CONTROLS[key]["applies_when"]
    assert set(applies) == {"always"}
    assert len(applies["always"]) > 40


PEER = {"id": "d", "source": "b", "verb": "delegates_to", "target": "a"}
CREDENTIAL = used("credentials", store="plaintext")
PERSON = used("identities", kind="human")
CASES = [
    (NHI, "NHI1:2025", CREDENTIAL, True),
    (NHI, "NHI2:2025", CREDENTIAL, True),
    (NHI, "NHI2:2025", PERSON, None),
    (NHI, "NHI3:2025", used("tool_servers", package="some-server"), True),
    (NHI, "NHI3:2025", used("tool_servers", url="https://tools.example"), None),
    (NHI, "NHI3:2025", used("identities", kind="github_app"), True),
    (NHI, "NHI4:2025", used("tool_servers", url="https://tools.example"), True),
    (NHI, "NHI4:2025", used("tool_servers", command="server"), None),
    (NHI, "NHI5:2025", PERSON, True),
    (NHI, "NHI6:2025", used("identities", kind="ci_job"), True),
    (NHI, "NHI6:2025", used("trusts", mechanism="oidc"), True),
    (NHI, "NHI6:2025", used("trusts", mechanism="service"), None),
    (NHI, "NHI7:2025", CREDENTIAL, True),
    (NHI, "NHI7:2025", used("credentials", store="workload_api"), False),
    (NHI, "NHI7:2025", used("credentials"), None),
    (NHI, "NHI8:2025", used("identities", environment="test"), True),
    (NHI, "NHI8:2025", PERSON, None),
    (NHI, "NHI10:2025", PERSON, False),
    (NHI, "NHI10:2025", used("identities", kind="role"), True),
    (NHI, "NHI10:2025", used("identities", kind="user"), None),
    (NHI, "NHI10:2025", CREDENTIAL, None),
    (THREATS, "T1", seen(), False),
    (THREATS, "T1", seen(exposed=True), None),
    (THREATS, "T1", seen("memory"), True),
    (THREATS, "T1", seen("reads_files"), None),
    (THREATS, "T2", seen(), True),
    (THREATS, "T3", CREDENTIAL, True),
    (THREATS, "T5", seen(autonomy="asks"), False),
    (THREATS, "T5", seen(), None),
    (THREATS, "T5", seen(autonomy="unattended"), True),
    (THREATS, "T5", seen("writes_files", autonomy="asks"), True),
    (THREATS, "T6", seen(), False),
    (THREATS, "T6", seen(exposed=True), True),
    (THREATS, "T9", {**seen(), "links": [PEER]}, True),
    (THREATS, "T10", seen(autonomy="asks"), True),
    (THREATS, "T10", seen(autonomy="unattended"), None),
    (THREATS, "T10", {**seen(), "tools": [{"id": "t", "approval": "once"}]}, True),
    (THREATS, "T11", seen(), False),
    (THREATS, "T11", seen("executes_code"), True),
    (THREATS, "T11", seen("executes_code", "low"), None),
    *((THREATS, threat, seen(), False) for threat in ("T12", "T13", "T14")),
    *((THREATS, threat, {**seen(), "links": [PEER]}, True) for threat in ("T12", "T13", "T14")),
    (THREATS, "T15", seen(autonomy="auto-approves"), True),
    (THREATS, "T15", seen(autonomy="unattended"), None),
    (THREATS, "T16", seen(), None),
    (THREATS, "T16", {**seen(), "tool_servers": [{"id": "s"}]}, True),
    *((of, f"LLM01:{of[-4:]}", seen(), False) for of in (NOW, BEFORE)),
    *((of, f"LLM01:{of[-4:]}", seen(exposed=True), True) for of in (NOW, BEFORE)),
    *((of, f"LLM02:{of[-4:]}", seen(), False) for of in (NOW, BEFORE)),
    *((of, f"LLM02:{of[-4:]}", seen(exposed=True), True) for of in (NOW, BEFORE)),
    *((of, f"LLM02:{of[-4:]}", CREDENTIAL, True) for of in (NOW, BEFORE)),
    (NOW, "LLM03:2026", seen(), True),
    (NOW, "LLM09:2026", seen("memory"), True),
    (NOW, "LLM09:2026", seen("queries_database"), None),
    (BEFORE, "LLM08:2025", seen(), False),
    (NOW, "LLM10:2026", seen(), True),
]


@pytest.mark.parametrize(("id", "control", "given", "expected"), CASES)
def test_a_precondition_answers_in_three_values(
    id: str, control: str, given: dict[str, list[dict[str, Any]]], expected: bool | None
) -> None:
    assert asked(id, control, given) is expected
