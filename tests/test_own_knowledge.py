"""What an assessment brings is taken whole or not at all: every complaint of a stage at once, each with its place."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from nhiassess import pipeline
from nhiassess.errors import CheckError, KnowledgeError, NhiAssessError, PlanError, UsageError

NOW = "2026-11-24T09:00:00Z"
HEAD = """\
id: {id}
title: T
short: T
version: "1"
published: "2026"
publisher: P
licence: {{id: proprietary, ships: all}}
source_url: policy.md
retrieved: "2026-11-01"
reads_as: {reads_as}
"""
OUTSIDE = '  - {{id: "{id}", title: C, kind: {kind}, level: process, assessable: outside, outside: it is a test}}\n'
IS_OUTSIDE = "assessable: outside, outside: it is a test"
LONG = "this reason says in terms of both texts why the two of them are related, which takes some words"
CHECK = """\
id: {id}
title: An agent has no owner
objectives: [{objective}]
about: agents
severity: low
confidence: high
sql: SELECT id AS subject, owner <> 'nobody' AS satisfied, '' AS seen FROM agents
why: Because.
remediation: [Name one.]
cannot_know: Much.
examples:
  - {{given: {{agents: [{{id: a, owner: b}}]}}, expect: {{a: satisfied}}}}
  - {{given: {{agents: [{{id: a, owner: nobody}}]}}, expect: {{a: not-satisfied}}}}
  - {{given: {{agents: [{{id: a}}]}}, expect: {{a: not-determined}}}}
"""


def catalog(id: str, *controls: str, reads_as: str = "outcomes", kind: str = "control") -> str:
    rows = "".join(OUTSIDE.format(id=each, kind=kind) for each in controls)
    return HEAD.format(id=id, reads_as=reads_as) + "controls:\n" + rows


def crosswalk(source: str, target: str, *rows: tuple[str, str, str]) -> str:
    lines = [
        f'  - {{source: "{a}", target: "{b}", relationship: {rel}, rationale: "{LONG} ({a})"}}\n' for a, rel, b in rows
    ]
    return f"source: {source}\ntarget: {target}\nbasis: assessed\nrows:\n{''.join(lines)}"


def folder(top: Path, files: Mapping[str, str]) -> Path:
    for name, text in {"plan.yaml": "title: T\n", **files}.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


def complaints(top: Path, files: Mapping[str, str], kind: type[NhiAssessError] = KnowledgeError) -> list[str]:
    with pytest.raises(kind) as refused:
        pipeline.verify(folder(top, files), NOW)
    return [str(each) for each in refused.value.complaints]


ALL_WRONG = {
    "frameworks/a-malformed.yaml": "id: a\ntitle: [never closed\n",
    "frameworks/b-twice.yaml": catalog("b-1", "B1") + "title: Again\n",
    "frameworks/c-traps.yaml": catalog("c-1", "C1").replace(": P\n", ": no\n").replace("title: T", "title: 1:30"),
    "frameworks/d-octal.yaml": catalog("d-1", "D1").replace('version: "1"', "version: 012"),
    "frameworks/e-cycle.yaml": catalog("e-1", "E1") + textwrap.dedent("""\
        groups:
          - {id: "G", title: G, kind: chapter, parent: "H"}
          - {id: "H", title: H, kind: chapter, parent: "G"}
          - {id: "I", title: I, kind: chapter, parent: "J"}
        """),
    "frameworks/f-one.yaml": catalog("f-1", "F1"),
    "frameworks/g-same.yaml": catalog("f-1", "F2"),
    "frameworks/h-inside.yaml": catalog("h-1", "H1", "H1"),
    "frameworks/i-hub.yaml": catalog("i-1", "INV-02", reads_as="objectives", kind="objective"),
    "frameworks/j-shape.yaml": catalog("j-1", "J1").replace("short:", "shrot:").replace("kind: control", "kind: [x]"),
    "frameworks/k-shipped.yaml": catalog("owasp-asi-2026", "K1"),
    "crosswalks/f-1--f-1.yaml": crosswalk("f-1", "f-1", ("F1", "equal", "F1")),
    "checks/unused-identity.yaml": CHECK.format(id="unused-identity", objective="INV-02"),
    "titles/nowhere.yaml": 'catalog: nowhere-1\ntitles: {"X": Z}\n',
}  # fmt: skip
SAID = (
    "frameworks/a-malformed.yaml:3:1: not YAML:",
    "frameworks/b-twice.yaml:13:1: $.title: the key stands already at line 2, column 1",
    "frameworks/c-traps.yaml:2:8: $.title: a number that readers of YAML take differently",
    "frameworks/c-traps.yaml:6:12: $.publisher: a word that older readers of YAML take for true or false",
    "frameworks/d-octal.yaml:4:10: $.version: a number that readers of YAML take differently",
    "frameworks/e-cycle.yaml:14:5: e-1: G is its own ancestor",
    "frameworks/e-cycle.yaml:15:5: e-1: H is its own ancestor",
    "frameworks/e-cycle.yaml:16:5: I: its parent 'J' is no group",
    "frameworks/g-same.yaml:1:1: the id f-1 stands already at frameworks/f-one.yaml:1.",
    "frameworks/h-inside.yaml:13:5: the id h-1/H1 stands already at frameworks/h-inside.yaml:12.",
    "frameworks/i-hub.yaml:12:5: the id INV-02 stands already at frameworks/nhi-objectives-1.yaml:",
    "frameworks/j-shape.yaml:1:1: $.short: is missing. Add it.",
    "frameworks/j-shape.yaml:3:1: $.shrot: is not a known key. Did you mean short?",
    "frameworks/j-shape.yaml:12:32: $.controls[0].kind: text is expected, not ['x']",
    "frameworks/k-shipped.yaml:1:1: the id owasp-asi-2026 stands already at frameworks/owasp-asi-2026.yaml:",
    "crosswalks/f-1--f-1.yaml:1:1: $: maps a catalog onto itself. Name two different catalogs.",
    "checks/unused-identity.yaml:1:1: the id unused-identity stands already at frameworks/checks/unused-identity.yaml:",
    "titles/nowhere.yaml:1:1: $.titles: 'nowhere-1' is no catalog.",
)


def test_whatever_is_wrong_in_any_file_is_said_in_one_run_with_its_place(tmp_path: Path) -> None:
    found = complaints(tmp_path, ALL_WRONG)
    for start in SAID:
        assert [each for each in found if each.startswith(start)], (start, found)
    assert len(found) == len(SAID)
    assert [each.split(":")[0] for each in found] == sorted(each.split(":")[0] for each in SAID), "file by file"


def test_nothing_is_half_loaded(tmp_path: Path) -> None:
    before = pipeline.knowledge()
    for ask in (pipeline.verify, pipeline.inventory):
        with pytest.raises(KnowledgeError):
            ask(folder(tmp_path, ALL_WRONG), NOW)
    assert pipeline.knowledge() == before


def test_files_that_can_be_read_are_held_against_one_another(tmp_path: Path) -> None:
    files = {
        "frameworks/a.yaml": catalog("a-1", "A1").replace(IS_OUTSIDE, "assessable: partly"),
        "crosswalks/nhi-objectives-1--a-1.yaml": crosswalk("nhi-objectives-1", "a-1", ("INV-02", "equal", "A9")),
        "crosswalks/nhi-objectives-1--b-1.yaml": crosswalk("nhi-objectives-1", "b-1", ("INV-02", "equal", "B1")),
        "checks/own.yaml": CHECK.format(id="own", objective="INV-99"),
    }  # fmt: skip
    assert [each.split(". ")[0] for each in complaints(tmp_path, files)] == [
        "checks/own.yaml:1:1: own: tests 'INV-99', which is no objective.",
        "crosswalks/nhi-objectives-1--a-1.yaml:5:5: INV-02 equal A9: 'A9' is in no catalog",
        "crosswalks/nhi-objectives-1--b-1.yaml:1:1: nhi-objectives-1--b-1: 'b-1' is no catalog",
        "frameworks/a.yaml:12:5: A1: is not mapped, asked for or outside",
    ]


def test_then_the_plan_is_held_against_what_is_known(tmp_path: Path) -> None:
    files = {
        "frameworks/a.yaml": catalog("a-1", "A1"),
        "plan.yaml": "frameworks: [a-1, b-1]\n",
        "exceptions.yaml": "exceptions: []\nexeptions: []\n",
    }
    found = complaints(tmp_path, files, PlanError)
    assert [each.split(". ")[0] for each in found] == [
        "plan.yaml:1:13: $.frameworks: 'b-1' is no catalog",
        "exceptions.yaml:2:1: $.exeptions: is not a known key",
    ]


def test_then_the_examples_of_checks_and_the_preconditions_are_run(tmp_path: Path) -> None:
    when = 'applies_when: {sql: "SELECT a.id AS subject, a.ownr IS NOT NULL AS applies FROM agents a", because: why}'
    row = "{relationship: mitigates, role: primary, source: INV-02, target: A1, rationale: " + f'"{LONG}"}}'
    files = {
        "frameworks/a.yaml": catalog("a-1", "A1", "A2", kind="risk", reads_as="risks").replace(
            IS_OUTSIDE, f"assessable: partly, {when}", 1
        ),
        "crosswalks/nhi-objectives-1--a-1.yaml": crosswalk("nhi-objectives-1", "a-1") + f"  - {row}\n",
        "checks/own.yaml": CHECK.format(id="own", objective="INV-02").replace("owner <> 'nobody'", "owner = 'nobody'"),
    }
    found = complaints(tmp_path, files, CheckError)
    assert found[0].startswith("checks/own.yaml:1:1: example 1: a is not-satisfied, not satisfied")
    assert any(each.startswith("frameworks/a.yaml:12:5:") and "ownr" in each for each in found)


def test_a_file_of_comments_brings_nothing_and_an_empty_one_is_wrong(tmp_path: Path) -> None:
    files = {"checks/waits.yaml": "# id: later\n\n## and why\n", "frameworks/waits.yml": "---\n# id: later\n"}
    assert pipeline.verify(folder(tmp_path, {"checks/waits.yaml": files["checks/waits.yaml"]}), NOW)[0].checks == ()
    found = complaints(tmp_path, {**files, "checks/empty.yaml": ""})
    assert {each.split(":")[0] for each in found} == {"checks/empty.yaml", "frameworks/waits.yml"}


@pytest.mark.parametrize("name", ["frameworks/a.yaml", "frameworks/a.yml", "frameworks/ours/a.yaml"])
def test_a_framework_is_found_however_its_file_is_called(tmp_path: Path, name: str) -> None:
    own, _ = pipeline.verify(folder(tmp_path, {name: catalog("a-1", "A1")}), NOW)
    assert [each.id for each in own.catalogs] == ["a-1"]


def test_rooms_within_frameworks_are_rooms_too(tmp_path: Path) -> None:
    rows = crosswalk("nhi-objectives-1", "a-1", ("INV-02", "intersects-with", "A1"))
    files = {"frameworks/a.yaml": catalog("a-1", "A1"), "frameworks/crosswalks/nhi-objectives-1--a-1.yaml": rows}
    own, _ = pipeline.verify(folder(tmp_path, files), NOW)
    assert [each.id for each in own.crosswalks] == ["nhi-objectives-1--a-1"]


def test_a_folder_without_a_plan_is_no_assessment(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no plan\.yaml"):
        pipeline.verify(tmp_path, NOW)
