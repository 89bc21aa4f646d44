"""What people write for an assessment is taken whole or refused whole, with every complaint at its place.

A plan decides what is looked at and what passes, so one that is wrong, or that somebody made to do harm, ends with
exit code 3, one line for each complaint, no trace of Python and nothing written.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nhiassess import observation, pipeline
from nhiassess.errors import NhiAssessError
from tests.hostile.running import looking_once, run_here, write

NOW = "2026-11-24"
GOOD = "title: T\nobserved: observed\n"
PLACED = re.compile(r"[\w./\[\]-]+\.(?:yaml|md):\d+:\d+: ")
SQL = "SELECT id AS subject, owner IS NOT NULL AS satisfied, owner AS seen FROM agents"
EXCEPTION = """
exceptions:
  - {check: agent-without-owner, subject: "agent:x", decision: accepted, rationale: r, approver: a, DATES}
"""


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with looking_once():
        yield


def assessment(top: Path, files: dict[str, str | bytes]) -> Path:
    return write(top / "a", {"plan.yaml": GOOD, "observed/x.nhi.yaml": 'agents: [{id: "agent:x"}]', **files})


def refused(top: Path, files: dict[str, str | bytes], formats: str = "json") -> list[str]:
    """Assess a folder that is to be refused, and give the complaints."""
    out = top / "out"
    done = run_here("assess", str(assessment(top, files)), "--out", str(out), "--format", formats, "--now", NOW)
    assert (done.returncode, done.stdout) == (3, ""), done
    assert not out.exists()
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def check(id: str, sql: str) -> str:
    examples = [{"given": {"agents": [{"id": "a"}]}, "expect": {"a": answer}}
                for answer in ("satisfied", "not-satisfied", "not-determined")]  # fmt: skip
    told = {"id": id, "title": "t", "objectives": ["INV-02"], "about": "agents", "severity": "low", "confidence": "low"}
    return json.dumps({**told, "sql": sql, "why": "w", "remediation": ["r"], "cannot_know": "c", "examples": examples})


BOMB = "a: &a [x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + chr(ord(c) - 1)] * 10)}]\n" for c in "bcdefghij")
PLANS = {
    "unknown key": ("clinet: x", "2:1: $.clinet: is not a known key. Did you mean client?"),
    "unknown key below": ("limits: {rotation_dais: 3}", "2:10: $.limits.rotation_dais: is not a known key. Did you"),
    "list for text": ("client: [a]", "2:9: $.client: text is expected, not ['a']"),
    "mapping for text": ("client: {a: b}", "2:9: $.client: text is expected"),
    "number for text": ("client: 7", "2:9: $.client: text is expected, not 7"),
    "truth for text": ("client: true", "2:9: $.client: text is expected, not True"),
    "number for date": ('period: {from: 2026, to: "2026-11-01"}', "2:16: $.period.from: text is expected, not 2026"),
    "no date": ('period: {from: "2026-02-30", to: "2026-11-01"}', "2:16: $.period.from: '2026-02-30' is no date"),
    "half a period": ('period: {from: "2026-01-01"}', "$.period.to: is missing"),
    "period turned around": ('period: {from: "2026-11-01", to: "2026-10-01"}', "$.period.to: '2026-10-01' ends before"),
    "mapping for list": ("out_of_scope: {a: b}", "2:15: $.out_of_scope: a list is expected here"),
    "text for mapping": ("roles: nobody", "2:8: $.roles: a mapping is expected here"),
    "null in a list": ("agents: [null]", "2:10: $.agents[0]: a mapping is expected here"),
    "text for number": ("limits: {rotation_days: many}", "2:25: $.limits.rotation_days: a whole number is expected"),
    "number below all": ("limits: {rotation_days: -1}", "2:25: $.limits.rotation_days: is from 0 to"),
    "number beyond all": (f"limits: {{rotation_days: 1{'0' * 40}}}", "2:25: $.limits.rotation_days: is from 0 to"),
    "number without end": ("limits: {rotation_days: .inf}", "2:25: $.limits.rotation_days: a whole number is expected"),
    "tier of four": ('agents: [{id: "agent:x", tier: 4}]', "$.agents[0].tier: is from 1 to 3"),
    "no of yaml 1.1": ("client: no", "2:9: $.client: a word that older readers of YAML take for true or false"),
    "time of yaml 1.1": ("client: 1:30", "2:9: $.client: a number that readers of YAML take differently"),
    "octal of yaml 1.1": ("client: 012", "2:9: $.client: a number that readers of YAML take differently"),
    "twice": ("client: a\nclient: b", "3:1: $.client: the key stands already at line 2, column 1"),
    "two documents": ("---\ntitle: U", "a second document begins here"),
    "alias to nothing": ("client: *nobody", "the alias here names no anchor above it"),
    "tag": ("client: !!python/object/apply:os.system [id]", "2:9: $.client: text is expected"),
    "deep": (f"client: {'[' * 500}", "the values nest deeper than 100"),
    "bomb": (BOMB, "the aliases expand to more than 100,000 values"),
    "template": ("client: {{ cookiecutter.client }", "not YAML"),
    "framework": ("frameworks: [owasp-asi-2062]", "'owasp-asi-2062' is no catalog. Known: "),
    "objective": ("not_applicable: [{objective: INV-0, justification: j, approver: a}]", "'INV-0' is no objective."),
    "colour": ("branding: {brand: 'red; } * { background: url(http://x) }'}", "2:19: $.branding.brand: 'red; } *"),
    **{f"observed {where}": (f"observed: {json.dumps(where)}", "leads out of this folder")
       for where in ("/", "/etc", "..", "../..", "a/../../b", "https://example.test/x", "file:///etc", "C:\\x", "c:/x",
                     "\\\\host\\share", "//host/share", "~", "~root/x")},
    "observed nowhere": ("observed: nowhere", "'nowhere' is no folder below the plan"),
    "observed by a sign that is none": ('observed: "a\\0b"', "is no folder below the plan"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_a_wrong_plan_is_refused_at_its_place(tmp_path: Path, name: str) -> None:
    text, says = PLANS[name]
    lines = refused(tmp_path, {"plan.yaml": f"title: T\n{text}\n"})
    assert [line for line in lines if says in line], lines
    assert name.startswith("observed") or all(PLACED.match(line) for line in lines), lines


def test_every_complaint_of_every_file_comes_at_once(tmp_path: Path) -> None:
    lines = refused(tmp_path, {
        "plan.yaml": "titel: x\nlimits: {rotation_days: -3, more: 1}\nobserved: ..\n",
        "attestations.yaml": "attestations:\n  - {objective: INV-02, answer: maybe, role: [r], at: soon}\n",
        "exceptions.yaml": EXCEPTION.replace("DATES", "approved_at: 2026"),
        "observed/provenance.yaml": "exports: [{path: 7}]",
        "narrative/conclusion.md": "---\nsection: risks\nstatus: done\nfigures: [3]\n---\nx\n",
        "checks/x.yaml": "id: x\nsqll: SELECT\n",
        "crosswalks/x--y.yaml": "rows: 3\n",
        "frameworks/x.yaml": "[",
    })  # fmt: skip
    files = {line.partition(":")[0] for line in lines if PLACED.match(line)}
    assert files == {"plan.yaml", "attestations.yaml", "exceptions.yaml", "narrative/conclusion.md", "checks/x.yaml",
                     "crosswalks/x--y.yaml", "frameworks/x.yaml"}  # fmt: skip
    assert len(lines) > 25
    told = "\n".join(lines)
    missed = ["titel", "rotation_days", "more", "'..'", "maybe", "soon", "expires_at", "risks", "done", "sqll"]
    assert [words for words in missed if words not in told] == []


DATES = {
    "no expiry": ('approved_at: "2026-01-01"', "$.exceptions[0].expires_at: is missing"),
    "expiry before approval": ('approved_at: "2026-06-01", expires_at: "2026-01-01"', "expires before it was approved"),
    "never": ('approved_at: "2026-06-01", expires_at: never', "'never' is no date"),
    "null": ('approved_at: "2026-06-01", expires_at: null', "$.exceptions[0].expires_at: is missing"),
}


@pytest.mark.parametrize("name", DATES)
def test_an_exception_without_an_end_is_refused(tmp_path: Path, name: str) -> None:
    dates, says = DATES[name]
    assert any(says in line for line in refused(tmp_path, {"exceptions.yaml": EXCEPTION.replace("DATES", dates)}))


def test_an_unknown_check_or_objective_is_refused_with_the_nearest(tmp_path: Path) -> None:
    dates = 'approved_at: "2026-01-01", expires_at: "2027-01-01"'
    wrong = EXCEPTION.replace("DATES", dates).replace("without-owner", "without-owners")
    said = 'attestations: [{objective: INV-01x, answer: "yes", role: r, at: "2026-01-01", expires: "2025-01-01"}]'
    told = "\n".join(refused(tmp_path, {"exceptions.yaml": wrong, "attestations.yaml": said}))
    assert "'agent-without-owners' is no check. Did you mean agent-without-owner?" in told
    assert "'INV-01x' is no objective. Did you mean INV-01" in told
    assert "'2025-01-01' expires before it was given, '2026-01-01'" in told


def test_what_has_expired_neither_satisfies_nor_accepts(tmp_path: Path) -> None:
    server, failing = "tool_server:.mcp.json#x", "tool-server-not-pinned"

    def made(year: str) -> tuple[set[str], set[str | None]]:
        accepted = EXCEPTION.replace("DATES", f'approved_at: "2020-01-01", expires_at: "{year}-01-01"')
        said = f'{{objective: GOV-01, answer: "yes", role: r, at: "2020-01-01", expires: "{year}-01-01"}}'
        top = assessment(tmp_path / year, {
            "exceptions.yaml": accepted.replace("agent:x", server).replace("agent-without-owner", failing),
            "attestations.yaml": f"attestations: [{said}]",
            "observed/.mcp.json": '{"mcpServers": {"x": {"command": "npx", "args": ["-y", "thing"]}}}',
        })  # fmt: skip
        found = pipeline.assess(top, f"{NOW}T00:00:00Z")
        states = {each.state for each in found.determinations if each.control.endswith("GOV-01")}
        return states, {
            each.accepted_until for row in found.findings if row.check == failing for each in row.occurrences
        }

    assert made("2021") == ({"not-determined"}, {None})
    assert made("2031") == ({"satisfied"}, {"2031-01-01"})


HOSTILE_SQL = {
    "file": "SELECT * FROM read_csv('/etc/passwd')",
    "file by name": "SELECT a AS subject, true AS satisfied, b AS seen FROM '/etc/passwd'",
    "environment": SQL.replace("owner AS seen", "getenv('HOME') AS seen"),
    "copy": "COPY agents TO '/tmp/x'",
    "extension": "INSTALL httpfs",
    "attach": "ATTACH 'x.db'",
    "second statement": SQL + "; DROP TABLE agents",
    "setting": "SET enable_external_access = true",
    "system table": SQL.replace("agents", "information_schema.tables"),
    "without end": "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n FROM x) " + SQL,
    "other columns": "SELECT id FROM agents",
    "no sql": "'; --",
    "very long": SQL + " WHERE " + " OR ".join(["true"] * 5000),
}


def test_hostile_sql_of_an_assessment_is_refused_before_anything_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "look", lambda *_: pytest.fail("it was looked at"))
    files: dict[str, str | bytes] = {
        f"checks/c{n}.yaml": check(f"c{n}", sql) for n, sql in enumerate(HOSTILE_SQL.values())
    }
    lines = refused(tmp_path, {**files, "checks/good.yaml": check("good", SQL)})
    assert {line.partition(":")[0] for line in lines} == set(files)
    assert all(PLACED.match(line) for line in lines)


NARRATIVE = "---\nsection: conclusion\nstatus: reviewed\nfigures: FIGURES\n---\nTEXT\n"


def test_figures_that_the_assessment_does_not_hold_stop_every_output(tmp_path: Path) -> None:
    text = NARRATIVE.replace("FIGURES", "{agents: 9, findingz: 2}").replace("TEXT", "We saw 9 agents.")
    lines = refused(tmp_path, {"narrative/conclusion.md": text}, "json,html,sarif")
    assert lines == [
        "narrative conclusion, figures: agents is 9 here, 1 in the assessment. "
        "Read the text again, then write the new figure.",
        "narrative conclusion, figures: the assessment holds no figure 'findingz'. Did you mean findings?",
    ]


def test_markup_in_a_narrative_is_text_and_a_template_is_refused(tmp_path: Path) -> None:
    told = NARRATIVE.replace("FIGURES", "{agents: 1}")
    text = told.replace("TEXT", "<script>alert(1)</script> <b>x</b> ![x](http://evil.example/x.png) [y](javascript:z)")
    top = assessment(tmp_path / "told", {"narrative/conclusion.md": text})
    page = pipeline.render(pipeline.assess(top, f"{NOW}T00:00:00Z"), ["html"])["report.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt;" in page
    assert not re.search(r"<script|<img|<a[^>]*(?:evil|javascript)", page)
    lines = refused(tmp_path, {"narrative/conclusion.md": told.replace("TEXT", "{{ 7 * 7 }}")}, "json,html")
    assert lines == ["narrative conclusion, line 1: a placeholder is left in: {{. Write what belongs there."]


@pytest.mark.parametrize("leads", ["out", "in", "nowhere"])
@pytest.mark.parametrize("name", ["plan.yaml", "attestations.yaml", "narrative/risks.md", "checks/x.yaml", "observed"])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, name: str, leads: str) -> None:
    outside = write(tmp_path / "outside", {"plan.yaml": GOOD, "x.nhi.yaml": "agents: []"})
    top = assessment(tmp_path, {"kept/x.nhi.yaml": "agents: []"})
    place = top / name
    if place.exists():
        place.rename(tmp_path / "before")
    place.parent.mkdir(exist_ok=True)
    within = {"out": outside, "in": top / "kept", "nowhere": tmp_path / "nobody"}[leads]
    place.symlink_to(within if name == "observed" else within / "plan.yaml")
    done = run_here("assess", str(top), "--out", str(tmp_path / "out"), "--format", "json")
    if (name, leads) == ("observed", "in"):
        assert done.returncode == 0  # it is a folder below the plan by another name
        return
    assert (done.returncode, done.stdout) == (3, "")
    assert ("no folder below the plan" if name == "observed" else f"{name}:1:1: is a link") in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_huge_file_or_a_pipe_is_refused_unread(tmp_path: Path) -> None:
    top = assessment(tmp_path, {})
    os.truncate(top / "plan.yaml", 100_000_000)
    os.mkfifo(top / "exceptions.yaml")
    (top / "attestations.yaml").mkdir()
    began = time.perf_counter()
    with pytest.raises(NhiAssessError) as caught:
        pipeline.assess(top, f"{NOW}T00:00:00Z")
    assert time.perf_counter() - began < 2
    assert sorted(str(each) for each in caught.value.complaints) == [
        "attestations.yaml:1:1: is no file. Put a file there, or give it another name.",
        "exceptions.yaml:1:1: is no file. Put a file there, or give it another name.",
        "plan.yaml:1:1: is larger than 5 MB. Leave out what people did not write.",
    ]


def test_a_number_beyond_all_sense_stops_no_run(tmp_path: Path) -> None:
    number, other = "1" + "0" * 40, "-" + "9" * 30
    claim = f"serviceAccountToken: {{path: t, expirationSeconds: {number}}}"
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: y}\nspec:\n"
        "  activeDeadlineSeconds: .inf\n  containers: []\n"
        f"  volumes: [{{name: t, projected: {{sources: [{{{claim}}}]}}}}]\n"
    )
    job = "on: push\njobs:\n  a: {runs-on: x, timeout-minutes: .nan, steps: [{run: claude -p x}]}\n"
    top = assessment(tmp_path, {
        "observed/c.nhi.yaml": f'credentials: [{{id: "credential:c", kind: api_key, lifetime_seconds: {other}}}]',
        "observed/pod.yaml": pod, "observed/.github/workflows/w.yml": job,
    })  # fmt: skip
    made = pipeline.assess(top, f"{NOW}T00:00:00Z")
    assert [each.status for each in made.inventory.files] == ["read"] * 4
    assert {int(number), int(other)} <= {each.lifetime_seconds for each in made.inventory.credentials}
