"""Knowledge is loaded whole or not at all: every complaint of every file at once, with its place."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from nhiassess.errors import KnowledgeError
from nhiassess.knowledge.load import load
from nhiassess.model.knowledge import Knowledge

FRAMEWORKS = Path(__file__).resolve().parents[2] / "frameworks"

CATALOG = """
id: {id}
title: T
short: T
version: "1"
published: "2026"
publisher: P
licence: {{id: Apache-2.0, ships: all}}
source_url: https://example.org
retrieved: "2026-11-23"
checked_against: {{list: l, sha256: "0", ids: "1"}}
reads_as: {reads_as}
controls:
  - {{id: "{control}", title: C, kind: {kind}, level: process, assessable: {assessable}}}
"""
CROSSWALK = """
source: {source}
target: {target}
basis: assessed
rows:
  - {{source: "O1", target: "T1", relationship: {relationship}, rationale: why{more}}}
"""
PUBLISHED = """
source: b
target: c
basis: published
published_in: Appendix A
published_as: mapped
published:
  - {source: "B1", targets: ["T1", "T2"]}
  - source: "B2"
    published_as: mitigates
    relationship: mitigates
    published_in: Release 7
    targets: ["T1"]
    external: ["X9"]
  - {source: "B3", external: ["X8"]}
"""
CHECK = """
id: {id}
title: T
objectives: [O1]
about: agents
severity: high
confidence: high
sql: SELECT 1
why: why
remediation: [mend it]
cannot_know: much
examples:
  - {{given: {{agents: [{{id: a}}]}}, expect: {{a: satisfied}}}}
  - {{given: {{agents: [{{id: a}}]}}, expect: {{a: not-satisfied}}}}
  - {{given: {{agents: [{{id: a}}]}}, expect: {{a: not-determined}}}}
"""


def catalog(
    id: str = "c", reads_as: str = "outcomes", control: str = "T1", kind: str = "outcome", assessable: str = "partly"
) -> str:
    return CATALOG.format(id=id, reads_as=reads_as, control=control, kind=kind, assessable=assessable)


def crosswalk(source: str = "hub", target: str = "c", relationship: str = "equal", more: str = "") -> str:
    return CROSSWALK.format(source=source, target=target, relationship=relationship, more=more)


def read(files: dict[str, str]) -> Knowledge:
    return load({path: textwrap.dedent(text).lstrip("\n").encode() for path, text in files.items()})


def complaints(files: dict[str, str]) -> list[str]:
    with pytest.raises(KnowledgeError) as refused:
        read(files)
    return [str(complaint) for complaint in refused.value.complaints]


WHOLE = {
    "frameworks/c.yaml": catalog(),
    "frameworks/b.yaml": catalog("b"),
    "frameworks/crosswalks/b--c.yaml": crosswalk("b"),
    "frameworks/checks/z.yaml": CHECK.format(id="z"),
    "frameworks/checks/w.yaml": CHECK.format(id="w"),
    "frameworks/aliases.yaml": 'aliases: [{alias: "A1", catalog: c, id: "T1", status: unofficial, note: why}]',
    "frameworks/defaults.yaml": "limits: {rotation_days: {value: 90, unit: days, source: s}}",
    "frameworks/sensitivity.yaml": """
        rules:
          - {pattern: "z*", sensitivity: 4, reason: r}
          - {pattern: "a*", sensitivity: 0, reason: r}
        """,
    "frameworks/techniques/aws.yaml": """
        domain: aws
        techniques:
          - {id: t1, name: Pass, category: C, grants: become,
             requires: [[{action: "iam:PassRole", of: self}, {action: "x:y"}]]}
        """,
    "frameworks/tool_servers/known.yaml": """
        servers: [{id: s, title: T, matches: ["x*"], tools: {"*": {sends_out: true}}}]
        """,
    "frameworks/schema/observe.json": "{",
    "frameworks/README.md": "- no: yaml",
}


def test_each_file_is_read_as_what_its_folder_says() -> None:
    found = read(WHOLE)
    assert [each.id for each in found.catalogs] == ["b", "c"]
    assert [each.id for each in found.checks] == ["w", "z"]
    assert [(each.id, each.rows[0].sources) for each in found.crosswalks] == [("b--c", ("O1",))]
    assert [(each.alias, each.id) for each in found.aliases] == [("A1", "T1")]
    assert [(each.name, each.value) for each in found.defaults] == [("rotation_days", 90)]
    assert [each.pattern for each in found.sensitivity] == ["z*", "a*"], "the first rule counts: their order stays"
    assert [(each.action, each.of) for each in found.techniques[0].requires[0]] == [
        ("iam:PassRole", "self"),
        ("x:y", "any"),
    ]
    assert found.servers[0].tools == {"*": {"sends_out": True}}
    assert str(found.checks[0].locations[0]) == "frameworks/checks/w.yaml:1"
    assert found.catalogs[1].controls[0].node == "control:c/T1"


def test_the_order_of_files_never_shows() -> None:
    assert read(WHOLE) == read(dict(reversed(WHOLE.items())))


def test_no_files_are_no_knowledge() -> None:
    assert load({}) == Knowledge()


def test_everything_wrong_in_every_file_comes_at_once_with_its_place() -> None:
    found = complaints(
        {
            "frameworks/broken.yaml": "id: [",
            "frameworks/c.yaml": catalog(kind="outcmoe", assessable="outside"),
            "frameworks/crosswalks/c--c.yaml": crosswalk("c", "c", "equals", ", strength: 11"),
            "frameworks/checks/w.yaml": CHECK.format(id="w").replace("severity: high", "severty: high"),
        }
    )
    for start in (
        "frameworks/broken.yaml:",
        "frameworks/c.yaml:13:32: $.controls[0].kind: 'outcmoe' is not allowed here. Did you mean outcome?",
        "frameworks/c.yaml:13:5: $.controls[0]: is outside, but gives no reason.",
        "frameworks/crosswalks/c--c.yaml:1:1: $: maps a catalog onto itself.",
        "frameworks/crosswalks/c--c.yaml:5:48: $.rows[0].relationship: 'equals' is not allowed here. Did you mean",
        "frameworks/crosswalks/c--c.yaml:5:82: $.rows[0].strength: is from 1 to 10.",
        "frameworks/checks/w.yaml:1:1: $.severity: is missing.",
        "frameworks/checks/w.yaml:5:1: $.severty: is not a known key. Did you mean severity?",
    ):
        assert any(each.startswith(start) for each in found), (start, found)
    assert len(found) == 8


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("version: 1.10", "whose last zero is lost"),
        ("publisher: no", "a word that older readers of YAML take for true or false"),
        ("published: 1:30", "a number that readers of YAML take differently"),
        ("title: A", "the key stands already at line 3, column 1"),
        ("short: 2026", "text is expected, not 2026"),
        ("title: [A]", "text is expected, not ['A']"),
        ("retrieved: ''", "$.retrieved: is missing"),
        ("---\nid: second", "a second document begins here"),
    ],
)
def test_traps_of_yaml_are_complaints_with_their_place(line: str, what: str) -> None:
    key = line.split(":")[0]
    text = catalog().lstrip("\n").replace("title: T\n", "# a comment\ntitle: T\n", 1)
    if key not in ("title", "---\nid") or line == "title: [A]":
        text = "\n".join(each for each in text.splitlines() if not each.startswith(f"{key}:"))
    found = complaints({"frameworks/c.yaml": f"{text}\n{line}"})
    assert any(each.startswith("frameworks/c.yaml:") and what in each for each in found), found


def test_an_id_that_stands_twice_is_named_with_both_places() -> None:
    twice = {
        "frameworks/a.yaml": catalog("c"),
        "frameworks/b.yaml": catalog("c"),
        "frameworks/checks/one.yaml": CHECK.format(id="same"),
        "frameworks/checks/two.yaml": CHECK.format(id="same"),
    }
    found = complaints(twice)
    assert len(found) == 3
    assert found[0].startswith("frameworks/b.yaml:1:1: the id c stands already at frameworks/a.yaml:1.")
    assert found[1].startswith("frameworks/b.yaml:13:5: the id c/T1 stands already at frameworks/a.yaml:13.")
    assert found[2].startswith(
        "frameworks/checks/two.yaml:1:1: the id same stands already at frameworks/checks/one.yaml:1."
    )


def test_files_without_an_id_are_not_one_another() -> None:
    nameless = CHECK.format(id="x").replace("id: x\n", "")
    found = complaints({"frameworks/checks/a.yaml": nameless, "frameworks/checks/b.yaml": nameless})
    assert [each.split(": $")[1] for each in found] == [".id: is missing. Add it."] * 2


@pytest.mark.parametrize(
    ("relationship", "more", "what"),
    [
        ("mitigates", "", "`role` goes with `mitigates`"),
        ("equal", ", role: primary", "`role` goes with `mitigates`"),
        ("equal", ", strength: many", "a whole number is expected"),
        ("equal", ", strenght: 3", "is not a known key"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(relationship: str, more: str, what: str) -> None:
    found = complaints({"frameworks/crosswalks/x.yaml": crosswalk(relationship=relationship, more=more)})
    assert len(found) == 1
    assert what in found[0]
    assert found[0].startswith("frameworks/crosswalks/x.yaml:5:")


@pytest.mark.parametrize(
    ("text", "shares"), [("[0.2, 0.5]", (0.2, 0.5)), ("[0, 1]", (0.0, 1.0)), ("[1, 1]", (1.0, 1.0)), ("null", None)]
)
def test_a_row_may_say_which_share_of_the_target_it_covers(text: str, shares: tuple[float, float] | None) -> None:
    found = read({"frameworks/crosswalks/x.yaml": crosswalk(more=f", coverage: {text}")})
    assert found.crosswalks[0].rows[0].coverage == shares


@pytest.mark.parametrize("text", ["0.5", "[0.5]", "[0.5, 0.2]", "[0.2, 1.5]", "[-0.1, 1]", "[low, high]", "[.nan, 1]"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    found = complaints({"frameworks/crosswalks/x.yaml": crosswalk(more=f", coverage: {text}")})
    assert len(found) == 1
    assert "$.rows[0].coverage: is no share. Write `coverage: [0.2, 0.5]`" in found[0]


def test_a_published_entry_is_a_row_for_each_target_in_the_publishers_word() -> None:
    found = read({"frameworks/crosswalks/b--c.yaml": PUBLISHED}).crosswalks[0]
    assert not found.external
    assert {(row.basis, row.rationale, row.role, row.strength) for row in found.rows} == {("published", "", None, None)}
    assert [
        (*row.sources, row.relationship, row.target, row.published_as, row.published_in, row.external)
        for row in found.rows
    ] == [
        ("B1", "related", "T1", "mapped", "Appendix A", False),
        ("B1", "related", "T2", "mapped", "Appendix A", False),
        ("B2", "mitigates", "T1", "mitigates", "Release 7", False),
        ("B2", "mitigates", "X9", "mitigates", "Release 7", True),
        ("B3", "related", "X8", "mapped", "Appendix A", True),
    ]
    assert [str(row.locations[0]) for row in found.rows][:2] == ["frameworks/crosswalks/b--c.yaml:7"] * 2


def test_where_the_whole_target_is_none_of_ours_every_row_is_external() -> None:
    found = read({"frameworks/crosswalks/b--c.yaml": f"external: true\n{PUBLISHED.lstrip()}"}).crosswalks[0]
    assert found.external
    assert [row.external for row in found.rows] == [True] * 5


@pytest.mark.parametrize(
    ("find", "put", "what"),
    [
        (
            "published_in: Appendix A",
            "method: read",
            "$.published[0]: says not where it is published, and in which word",
        ),
        ("published_as: mapped", "method: read", "$.published[2]: says not where it is published, and in which word"),
        (
            "relationship: mitigates",
            "relationship: mitigated",
            "'mitigated' is not allowed here. Did you mean mitigates?",
        ),
        ("relationship: mitigates", "role: primary", "$.published[1].role: is not a known key"),
        (
            'targets: ["T1", "T2"]',
            "targets: [1.1]",
            "$.published[0].targets: text is expected, not 1.1. Put it in quotes.",
        ),
        ('external: ["X8"]', 'extern: ["X8"]', "$.published[2].extern: is not a known key. Did you mean external?"),
        ("basis: published", "basis: printed", "$.basis: 'printed' is not allowed here"),
    ],
)
def test_a_published_entry_that_leaves_something_open_is_refused(find: str, put: str, what: str) -> None:
    found = complaints({"frameworks/crosswalks/b--c.yaml": PUBLISHED.replace(find, put, 1)})
    assert any(what in each for each in found), found


def test_only_published_rows_may_join_a_catalog_to_itself() -> None:
    found = complaints({"frameworks/crosswalks/c--c.yaml": crosswalk("c", "c")})
    assert found == ["frameworks/crosswalks/c--c.yaml:1:1: $: maps a catalog onto itself. Name two different catalogs."]
    published = read({"frameworks/crosswalks/c--c.yaml": PUBLISHED.replace("source: b", "source: c", 1)})
    assert published.crosswalks[0].source == published.crosswalks[0].target == "c"


@pytest.mark.parametrize(
    ("find", "put", "what"),
    [
        ("objectives: [O1]", "objectives: []", "tests no objective"),
        ("about: agents", "about: agnets", "Did you mean agents?"),
        ("{a: not-determined}", "{a: unknown}", "'unknown' is no answer"),
        ("{a: not-determined}", "{a: satisfied}", "has no example that is not-determined"),
    ],
)
def test_a_check_that_proves_nothing_is_refused(find: str, put: str, what: str) -> None:
    found = complaints({"frameworks/checks/c.yaml": CHECK.format(id="c").replace(find, put)})
    assert any(what in each for each in found), found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{id: t, name: Pass, category: C, grants: become, requires: []}", "lists no action"),
        ("{id: t, name: Pass, category: C, grants: become, requires: [[]]}", "lists no action"),
        ("{id: t, name: Pass, category: C, grants: power, requires: [[{action: x}]]}", "'power' is not allowed here"),
    ],
)
def test_a_technique_without_an_action_is_refused(text: str, what: str) -> None:
    found = complaints({"frameworks/techniques/aws.yaml": f"domain: aws\ntechniques:\n  - {text}"})
    assert any(what in each for each in found), found


def test_what_came_with_the_package_loads() -> None:
    names = [path for path in FRAMEWORKS.rglob("*.yaml") if path.name != "risk.yaml"]
    found = load({path.relative_to(FRAMEWORKS.parent).as_posix(): path.read_bytes() for path in names})
    assert {catalog.id for catalog in found.catalogs} >= {
        *("csa-maestro-2025", "nhi-objectives-1", "nist-ai-rmf-1.0", "owasp-asi-2026")
    }
