"""The invented estate holds together: truth, files, provenance and plan agree with one another."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from itertools import groupby, pairwise
from pathlib import Path

import pytest
import yaml

ESTATE = Path(__file__).resolve().parent.parent / "assessments" / "ostermere"
OBSERVED = ESTATE / "observed"
COLUMNS = ["kind", "id", "where", "subject", "check", "expected", "note"]
CHECKS = Path(__file__).resolve().parents[1] / "frameworks" / "checks"
# the kind of id that each table's rows have
KIND_OF_TABLE = {"authorization_policies": "authorization_policy", "identities": "identity", "telemetry": "telemetry"}
# the triples of model.md, by verb: kinds that may stand left and right
TRIPLES = {
    "invokes": ("agent", "tool"),
    "served_by": ("tool", "tool_server"),
    "holds": ("agent|tool|tool_server|workflow|resource", "credential"),
    "authenticates_as": ("credential", "identity"),
    "runs_as": ("agent|tool_server|workflow|resource", "identity"),
    "member_of": ("identity", "identity"),
    "assumes": ("identity", "identity"),
    "federates_to": ("identity", "identity"),
    "escalates_to": ("identity", "identity"),
    "granted": ("identity", "grant"),
    "reads": ("grant", "resource"),
    "writes": ("grant", "resource"),
    "administers": ("grant", "resource"),
    "executes_on": ("grant|agent|tool", "resource"),
    "yields": ("resource", "credential"),
    "can_change": ("identity", "resource"),
    "defines": ("resource", "workflow|agent"),
    "delegates_to": ("agent", "agent"),
    "triggers": ("workflow", "agent"),
    "taints": ("input", "agent"),
    "sends_to": ("tool", "destination"),
}
HOP = re.compile(r"^(?P<source>\S+) -(?P<verb>[a-z_]+)-> (?P<target>\S+)$")


def _truth() -> list[dict[str, str]]:
    with (ESTATE / "truth.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _kind(id: str) -> str:
    return id.split(":", 1)[0]


def _line(where: str) -> str:
    path, _, number = where.rpartition(":")
    lines = (OBSERVED / path).read_text(encoding="utf-8").splitlines()
    assert 1 <= int(number) <= len(lines), f"{where}: the file has {len(lines)} lines"
    return lines[int(number) - 1]


def _hops() -> dict[str, list[re.Match[str]]]:
    hops = [row for row in _truth() if row["kind"] == "path-hop"]
    matches: dict[str, list[re.Match[str]]] = {}
    for id, rows in groupby(hops, key=lambda row: row["id"]):
        assert id not in matches, f"the hops of {id} don't stand together"
        matches[id] = []
        for row in rows:
            match = HOP.match(row["subject"])
            assert match, row["subject"]
            matches[id].append(match)
    return matches


def _yaml(name: str) -> dict[str, list[dict[str, str]]]:
    loaded = yaml.safe_load((ESTATE / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_columns_and_counts() -> None:
    with (ESTATE / "truth.csv").open(newline="", encoding="utf-8") as lines:
        assert next(csv.reader(lines)) == COLUMNS
    rows = _truth()
    counts = {
        kind: sum(row["kind"] == kind for row in rows) for kind in ("weakness", "consequence", "decoy", "path-hop")
    }
    assert sum(counts.values()) == len(rows), "a row has another kind"
    assert counts["weakness"] >= 30
    assert counts["decoy"] >= 20
    assert set(_hops()) == {"P1", "P2", "P3", "P4", "P5", "P6"}


def test_ids_run_without_gaps() -> None:
    for kind, letter in (("weakness", "W"), ("consequence", "C"), ("decoy", "D")):
        ids = [row["id"] for row in _truth() if row["kind"] == kind]
        assert ids == [f"{letter}{number:02}" for number in range(1, len(ids) + 1)]


def test_no_question_is_asked_twice() -> None:
    asked = [(row["subject"], row["check"]) for row in _truth() if row["kind"] != "path-hop"]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("row", _truth(), ids=lambda row: f"{row['id']}-{row['where']}")
def test_row(row: dict[str, str]) -> None:
    assert _line(row["where"]).strip(), "the line is empty"
    assert row["note"]
    if row["kind"] == "path-hop":
        assert row["check"] == ""
        assert row["expected"] in {"yes", "conditional", "needs_resource", "unknown"}
        return
    about = yaml.safe_load((CHECKS / f"{row['check']}.yaml").read_text(encoding="utf-8"))["about"]
    assert _kind(row["subject"]) == KIND_OF_TABLE.get(about, about.removesuffix("s"))
    allowed = (
        {"not-satisfied"} if row["kind"] in ("weakness", "consequence") else {"satisfied", "not-determined", "absent"}
    )
    assert row["expected"] in allowed


@pytest.mark.parametrize("id", sorted(_hops()))
def test_hops_chain_and_are_legal(id: str) -> None:
    hops = _hops()[id]
    for before, after in pairwise(hops):
        assert before["target"] == after["source"]
    for hop in hops:
        left, right = TRIPLES[hop["verb"]]
        assert _kind(hop["source"]) in left.split("|"), hop.group(0)
        assert _kind(hop["target"]) in right.split("|"), hop.group(0)
    visited = [hops[0]["source"], *(hop["target"] for hop in hops)]
    assert len(visited) == len(set(visited)), "a path visits a node twice"
    assert _kind(visited[-1]) == "resource"


def test_paths_end_in_what_the_plan_names() -> None:
    named = {f"resource:{row['provider']}/{row['id']}" for row in _yaml("plan.yaml")["resources"]}
    for id, hops in _hops().items():
        assert hops[-1]["target"] in named, id


def test_subjects_that_name_a_file_name_one_that_exists() -> None:
    for row in _truth():
        for id in re.findall(r"(?:credential|tool_server|tool|setting|authorization_policy):(\S+?)#", row["subject"]):
            assert (OBSERVED / id).is_file(), f"{row['id']}: {id}"


def test_subjects_stated_in_written_files_are_rows_of_them() -> None:
    stated: set[str] = set()
    for path in sorted((OBSERVED / "written").glob("*.nhi.yaml")):
        for rows in _yaml(f"observed/written/{path.name}").values():
            stated.update(row["id"] for row in rows)
    named = {row["subject"] for row in _truth() if ":written/" in row["subject"] and row["kind"] != "path-hop"}
    assert named
    assert named <= stated


def _statements(node: object) -> set[str]:
    """Collect the Sids of a document, wherever they stand."""
    if isinstance(node, dict):
        own = {node["Sid"]} if isinstance(node.get("Sid"), str) else set()
        return own.union(*(_statements(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_statements(value) for value in node))
    return set()


def test_grants_and_trusts_of_aws_name_statements_that_exist() -> None:
    sids: dict[str, set[str]] = {}
    for path in sorted((OBSERVED / "aws").glob("*.json")):
        found = re.search(r"\d{12}", path.name)
        assert found
        sids[found.group()] = _statements(json.loads(path.read_text(encoding="utf-8")))
    named = [id for row in _truth() for id in re.findall(r"(?:grant|trust):aws/\S+", row["subject"])]
    assert named
    for id in named:
        account, sid = id.split("/")[1], id.rsplit("/", 1)[1]
        assert sid in sids[account], id


def test_the_plan_lists_the_agents_that_the_truth_says_it_lists() -> None:
    declared = {row["id"]: row for row in _yaml("plan.yaml")["agents"]}
    assert len(declared) == len(_yaml("plan.yaml")["agents"])
    for row in _truth():
        if row["kind"] != "weakness":
            continue
        if row["check"] == "agent-not-in-inventory":
            assert row["subject"] not in declared
        elif row["check"] in {"agent-without-owner", "agent-without-purpose"}:
            assert row["check"].removeprefix("agent-without-") not in declared[row["subject"]]


def test_the_exception_accepts_a_planted_weakness() -> None:
    weaknesses = {(row["check"], row["subject"]) for row in _truth() if row["kind"] == "weakness"}
    exceptions = _yaml("exceptions.yaml")["exceptions"]
    assert len(exceptions) == 1
    assert {(row["check"], row["subject"]) for row in exceptions} <= weaknesses


def _digest(path: str) -> str:
    place = OBSERVED / path
    if place.is_file():
        return hashlib.sha256(place.read_bytes()).hexdigest()
    names = sorted(file.relative_to(OBSERVED).as_posix() for file in place.rglob("*") if file.is_file())
    lines = (f"{hashlib.sha256((OBSERVED / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_provenance_covers_every_file_and_its_hashes_hold() -> None:
    exports = _yaml("observed/provenance.yaml")["exports"]
    for row in exports:
        assert row["sha256"] == _digest(row["path"]), f"{row['path']}: the files now give {_digest(row['path'])}"
    files = [file.relative_to(OBSERVED).as_posix() for file in OBSERVED.rglob("*") if file.is_file()]
    assert len(files) >= 40
    covered = tuple(row["path"] for row in exports)
    loose = [name for name in files if not any(name == path or name.startswith(path + "/") for path in covered)]
    assert loose == ["provenance.yaml"]


def test_what_looks_like_a_secret_is_plainly_fake() -> None:
    shapes = re.compile(rb"ghp_\w+|xoxb-[\w-]+|sk-ant-[\w-]+|(?<![A-Z])AKIA[A-Z0-9]{16}")
    seen = 0
    for file in sorted(OBSERVED.rglob("*")):
        if file.is_file():
            for found in shapes.findall(file.read_bytes()):
                seen += 1
                assert b"EXAMPLE" in found, f"{file.name}: {found!r}"
    assert seen >= 5
