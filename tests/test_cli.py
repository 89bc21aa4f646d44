"""The command line as a newcomer meets it: help, answers, errors and exit codes of the real process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nhiassess.cli import VERBS

TOP = Path(__file__).resolve().parents[1]
SAMPLE = str(TOP / "assessments" / "ostermere")


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "nhiassess", *words]
    env = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, env=env, timeout=120)


def test_help_names_every_verb() -> None:
    told = run("--help").stdout
    assert all(re.search(rf"^  {verb}\s", told, re.MULTILINE) for verb in VERBS)


@pytest.mark.parametrize(
    "words",
    [
        *([verb] for verb in VERBS),
        *(["frameworks", each] for each in ("list", "show", "crosswalk", "diff", "verify")),
        ["checks", "test"],
        ["checks", "tables"],
    ],
    ids=" ".join,
)
def test_help_of_a_verb_gives_an_example(words: list[str]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    group = words in (["frameworks"], ["checks"])
    assert group or f"nhiassess {' '.join(words)}" in done.stdout


ROWS = (
    "observe",
    "paths",
    "blast-radius",
    "chokepoints",
    "improvements",
    "remedies",
    "minimum-cut",
    "escalations",
    "coverage",
)


@pytest.mark.parametrize("verb", ROWS)
def test_json_names_its_schema_and_every_row_has_an_id(verb: str) -> None:
    done = run(verb, SAMPLE, "--format", "json", "--now", "2026-11-24")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["schema"] == f"nhiassess/{verb}/1"
    rows = given["agents"] if verb == "observe" else given["rows"]
    assert rows
    assert all(row["id"] for row in rows)


def test_a_way_to_an_administrator_is_told_with_its_statements_and_what_is_open() -> None:
    told = run("escalations", SAMPLE, "--now", "2026-11-24").stdout
    _, _, way = told.partition("\narn:aws:iam::111122223333:user/eng-platform-01\n")
    assert way.split("\n")[:3] == [
        "  may assume role break-glass-admin, whose trust names it  [conditional]",
        "    open: aws:MultiFactorAuthPresent is true",
        "    at aws/prod-111122223333.json:246, 249, 254",
    ]


def test_one_control_is_shown_with_the_chain_behind_it_by_any_spelling() -> None:
    told = run("coverage", SAMPLE, "--control", "oap-10", "--now", "2026-11-24").stdout
    assert "SUP-02a does not hold and overlaps nist-csf-2.0/GV.SC-06, which says the same as it" in told
    by_alias = run("coverage", SAMPLE, "--control", "A1", "--now", "2026-11-24")
    assert "owasp-asi-2026/ASI01  Agent Goal Hijack" in by_alias.stdout
    assert "A1 is an unofficial alias of ASI01" in by_alias.stderr


@pytest.mark.parametrize(
    ("spelled", "said"),
    [("NHI1:2025", "in none of the frameworks of the plan"), ("owasp-asi-2026", "is a framework and no control")],
)
def test_a_control_that_is_not_assessed_is_named(spelled: str, said: str) -> None:
    done = run("coverage", SAMPLE, "--control", spelled, "--now", "2026-11-24")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["crosswalk", "nhi objectives", "owasp-asi-2026"],
        ["show", "ASI03"],
        ["diff", "owasp-asi-2026", "csa-maestro-2025"],
    ],
    ids=lambda words: words[0],
)
def test_json_about_frameworks_names_its_schema_and_every_row_has_an_id_of_its_own(words: list[str]) -> None:
    done = run("frameworks", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["schema"] == f"nhiassess/frameworks-{words[0]}/1"
    ids = [row["id"] for row in given["rows"]]
    assert ids
    assert len(set(ids)) == len(ids)


def test_a_crosswalk_counts_its_rows_and_says_where_they_are_from() -> None:
    told = run("frameworks", "crosswalk", "owasp-asi-2026", "owasp-llm-2025").stdout
    assert "23 of 23 rows: 23 published." in told
    assert "related (related)" in told
    assert "no result goes from one side to the other" in told
    external = run("frameworks", "crosswalk", "NIST AI RMF 1.0", "iso-iec-fdis-42001").stdout
    assert "External, in none of our catalogs: 279 of 279." in external


def test_what_nobody_states_is_derived_with_its_chain_and_says_so() -> None:
    told = run("frameworks", "crosswalk", "nist-sp800-53-r5", "owasp-nhi-2025").stdout
    assert "AC-6 superset-of nhi-objectives-1/AUZ-02 mitigates owasp-nhi-2025/NHI5:2025" in told
    assert "Nobody states a row between the two." in told


def test_a_crosswalk_prints_the_reason_of_each_row_when_asked() -> None:
    told = run("frameworks", "crosswalk", "nhi-objectives-1", "owasp-asi-2026", "--long").stdout
    assert re.search(
        r"^nhi-objectives-1/INP-01 mitigates owasp-asi-2026/ASI01  \[primary, 8, semantic", told, re.MULTILINE
    )
    assert re.search(r"^  Hijack begins when content is read as an order;", told, re.MULTILINE)
    assert re.search(r"^  frameworks/crosswalks/\S+\.yaml:\d+", told, re.MULTILINE)


def test_a_control_shows_why_it_counts_as_mapped() -> None:
    told = run("frameworks", "show", "ASI03").stdout
    assert re.search(r"nhi-objectives-1/IDN-01 +mitigates +owasp-asi-2026/ASI03 +primary, 8 +assessed", told)


def test_a_framework_as_oscal_is_the_same_at_the_same_time() -> None:
    words = ["frameworks", "show", "owasp-asi-2026", "--format", "oscal", "--now", "2026-11-24"]
    first, second = run(*words), run(*words)
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["catalog"]["metadata"]["last-modified"] == "2026-11-24T00:00:00Z"


def test_a_framework_as_csv_has_one_row_for_each_control() -> None:
    given = run("frameworks", "show", "owasp-asi-2026", "--format", "csv").stdout
    assert given.startswith("catalog,id,title,kind,level,")
    assert len(given.splitlines()) == 11


def test_the_list_counts_statements_that_say_the_same_once() -> None:
    told = run("frameworks", "list").stdout
    found = re.search(r"^(\d+) statements in (\d+) catalogs; (\d+) after those that say the same", told, re.MULTILINE)
    assert found
    assert int(found[3]) <= int(found[1])


def test_a_new_version_tells_what_it_does_to_an_assessment(tmp_path: Path) -> None:
    text = (TOP / "frameworks" / "owasp-asi-2026.yaml").read_text("utf-8")
    draft = tmp_path / "owasp-asi-2027.yaml"
    draft.write_text(text.replace('"ASI10"', '"ASI11"').replace('version: "2026"', 'version: "2027"'), "utf-8")
    words = ["frameworks", "diff", "owasp-asi-2026", str(draft), "--assessment", SAMPLE, "--now", "2026-11-24"]
    told = run(*words).stdout
    assert re.search(r"^renumbered +ASI10 +ASI11 +Rogue Agents", told, re.MULTILINE)
    assert re.search(r"^end renumbered +nhi-objectives-1/CON-04a mitigates owasp-asi-2026/ASI10", told, re.MULTILINE)
    assert re.search(r"^ASI11 +Rogue Agents +was mapped as ASI10", told, re.MULTILINE)
    assert re.search(r"^risks: mapped +10 of 10 +10 of 10", told, re.MULTILINE)


def test_a_replay_answers_for_every_agent_and_in_full_for_one() -> None:
    done = run("replay-scenario", "replit-deletion", SAMPLE, "--format", "json", "--now", "2026-11-24")
    given = json.loads(done.stdout)
    assert given["schema"] == "nhiassess/replay-scenario/1"
    assert {row["answer"] for row in given["rows"]} == {"feasible", "blocked", "not determined"}
    agent = next(row["agent"] for row in given["rows"] if row["gate"])
    told = run("replay-scenario", "replit-deletion", SAMPLE, "--agent", agent, "--now", "2026-11-24").stdout
    assert f"{agent}: blocked" in told
    assert re.search(r"reaches: no, a person approves each call .*\(\S+:\d+\)$", told, re.MULTILINE)
    assert "[yes, gate: human approval]" in told


def test_the_scenarios_are_listed_and_shown_with_their_sources() -> None:
    listed = run("replay-scenario", "--list").stdout
    assert re.search(r"^echoleak +2025-06-11 ", listed, re.MULTILINE)
    told = run("replay-scenario", "echoleak").stdout
    assert "CVE-2025-32711" in told
    assert "What the replay can't know:" in told
    assert json.loads(run("replay-scenario", "--list", "--format", "json").stdout)["schema"] == "nhiassess/scenarios/1"


def test_tables_say_how_many_rows_there_are() -> None:
    told = run("checks", "list").stdout
    assert re.search(r"^(\d+) of \1 printed$", told, re.MULTILINE)


def test_improvements_count_what_they_touch_and_begin_where_the_one_before_ended() -> None:
    told = run("improvements", SAMPLE, "--most", "3", "--now", "2026-11-24").stdout
    ends = re.findall(r"^\d  (?:Take out|A person approves): .* (\d+) to (\d+) +\d+ to \d+ +\d+ +\d+ +\d+$", told, re.M)
    assert len(ends) == 3
    assert [after for _, after in ends][:2] == [before for before, _ in ends][1:]
    assert told.endswith("Reachability in what the files state, not exploitability.\n")


def test_remedies_of_the_assessments_own_folder_stand_beside_those_that_came_along(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "a")
    (tmp_path / "a" / "remedies").mkdir()
    (tmp_path / "a" / "remedies" / "no-tools.yaml").write_text(
        "id: no-tools\ntitle: No agent calls a tool\nobjectives: [TOL-02]\n"
        "edges: [{verbs: [invokes]}]\ncannot_know: What is left of the agent.\n"
    )
    done = run("remedies", str(tmp_path / "a"), "--format", "json", "--now", "2026-11-24")
    rows = {row["id"]: row for row in json.loads(done.stdout)["rows"]}
    assert {"no-tools", "no-escalation"} <= set(rows)
    assert rows["no-tools"]["after"][0]["jewels"] <= rows["approval-of-irreversible-tools"]["after"][0]["jewels"]


def test_what_is_supposed_is_told_and_computed_together() -> None:
    agent = "agent:claude-code/laptops/platform-engineer/claude-code"
    tool = f"{agent.replace('agent', 'tool', 1)}/Bash"
    words = ["what-if", SAMPLE, "--remedy", "no-escalation", "--now", "2026-11-24"]
    one = json.loads(run(*words, "--format", "json").stdout)
    more = [*words, "--approve", f"{agent} {tool}", "--without", f"{agent} invokes {tool}"]
    told = run(*more).stdout
    assert f"A person approves each call: {agent} {tool}\n" in told
    assert f"Without {agent} invokes {tool}\n" in told
    assert "can't know: Ways to gain privilege that no technique describes." in told
    both = json.loads(run(*more, "--format", "json").stdout)
    assert both["after"][0]["jewels"] < one["after"][0]["jewels"] < one["before"][0]["jewels"]
    (row,) = [each for each in both["rows"] if each["id"] == f"{agent}|behaviour|gated"]
    assert (row["jewels_before"], row["jewels_after"]) == (4, 0)
    assert both["cost"]["edges"] == one["cost"]["edges"] + 1


def test_a_minimum_cut_names_what_each_of_its_parts_touches() -> None:
    told = run("minimum-cut", SAMPLE, "--now", "2026-11-24").stdout
    count, after = re.findall(r"^(\d+) things to take out: crown jewels in reach \d+ to (\d+),", told)[0]
    assert after == "0"
    assert re.findall(r"^(\d)\. ", told, re.M) == [str(n + 1) for n in range(int(count))]
    assert "   files       aws/prod-111122223333.json, cluster/tracking/eta-predictor.yaml\n" in told
    assert "   owners      Head of fleet systems\n" in told


def test_the_shortest_paths_between_two_ends_are_printed_from_the_shortest() -> None:
    ends = ["--agent", "agent:kubernetes/support/support-assistant", "--to", "resource:kubernetes/-"]
    told = run("paths", SAMPLE, *ends, "--most", "3", "--gates", "crossed", "--now", "2026-11-24").stdout
    hops = re.findall(r"^  unknown, (\d) hops, behaviour takeover, gates crossed$", told, re.M)
    assert len(hops) == 3
    assert hops == sorted(hops)
    assert "3 of 3 printed." in told


def test_drift_counts_what_came_and_shows_the_way_to_what_an_agent_gained(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "before")
    (tmp_path / "before" / "observed" / "cluster" / "support" / "ops-runner.yaml").unlink()
    done = run("drift", str(tmp_path / "before"), SAMPLE, "--now", "2026-11-24")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Appeared: .*\d+ grants?, .*\d+ relations\.$", done.stdout, re.M)
    assert re.search(r"^agent:kubernetes/support/support-assistant +wider +\d+ to \d+ ", done.stdout, re.M)
    assert "agent:kubernetes/support/support-assistant to resource:kubernetes/-\n" in done.stdout
    assert re.search(r"^  \d\. .* administers resource:kubernetes/-  \[yes\]$", done.stdout, re.M)
    assert run("drift", SAMPLE, SAMPLE, "--now", "2026-11-24").stdout == "Nothing changed between the two.\n"


def test_assess_writes_files_and_fails_on_a_level(tmp_path: Path) -> None:
    words = ["assess", SAMPLE, "--out", str(tmp_path / "out"), "--format", "json,sarif", "--now", "2026-11-24"]
    assert run(*words).returncode == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"assessment.json", "findings.sarif"}
    assert run(*words, "--fail-on", "high").returncode == 1


def test_the_same_input_at_the_same_time_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = ["assess", SAMPLE, "--out", str(tmp_path / name), "--format", "json,sarif,html", "--now", "2026-11-24"]
        assert run(*words).returncode == 0
    for name in ("assessment.json", "findings.sarif", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["assess", "nowhere"], 3, "no such file or folder"),
        (["observe"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
        (["assess", SAMPLE, "--format", "docx"], 2, "there is no format 'docx'"),
        (["observe", SAMPLE, "--now", "yesterday"], 2, "is no date"),
        (["frameworks", "show", "ASI99"], 2, "Did you mean"),
        (["frameworks", "show", "ASI03", "--format", "oscal"], 2, "Name the catalog: owasp-asi-2026"),
        (["frameworks", "crosswalk", "maestro 2025", "owasp-asi-2026"], 2, "Did you mean csa-maestro-2025"),
        (
            ["frameworks", "crosswalk", "owasp-asi-2026", "owasp-llm-2025", "--format", "oscal"],
            3,
            "Ask for json or csv",
        ),
        (["frameworks", "diff", "owasp-asi-2026", "nowhere.yaml"], 2, "there is no such file"),
        (["assess", SAMPLE, "--format", "navigator"], 3, "Add mitre-atlas-2026.09 to `frameworks` in the plan"),
        (["checks", "show", "nonsense"], 2, "checks list"),
        (["paths", SAMPLE, "--to", "resource:nonsense"], 2, "observe"),
        (["paths", SAMPLE, "--most", "3"], 2, "Add --agent and --to"),
        (["paths", SAMPLE, "--gates", "crossed"], 2, "Add --most"),
        (
            ["paths", SAMPLE, "--agent", "agent:kubernetes/support/support-asistant"],
            2,
            "Did you mean agent:kubernetes/",
        ),
        (["what-if", SAMPLE], 2, "Use --without, --approve or --remedy"),
        (["what-if", SAMPLE, "--without", "customer-data-reader/customer-data-read"], 2, "Did you mean grant:aws/"),
        (["what-if", SAMPLE, "--without", "grant:a reads resource:b"], 2, "there is no relation"),
        (["what-if", SAMPLE, "--approve", "agent:nobody tool:x"], 2, "no agent that was observed has the id"),
        (["what-if", SAMPLE, "--remedy", "no-escalations"], 2, "Did you mean no-escalation?"),
        (["replay-scenario"], 2, "replay-scenario --list"),
        (["replay-scenario", "echo-leak"], 2, "Did you mean echoleak?"),
        (["replay-scenario", "echoleak", "nowhere"], 3, "no such file or folder"),
        (["replay-scenario", "echoleak", SAMPLE, "--agent", "agent:nobody"], 2, "observe"),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, list) else None,
)
def test_errors_say_what_to_do(words: list[str], code: int, says: str, tmp_path: Path) -> None:
    done = run(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_an_error_that_names_the_demo(tmp_path: Path) -> None:
    done = run("assess", str(tmp_path))
    assert done.returncode == 3
    assert "nhiassess demo" in done.stderr


def test_a_plan_with_unknown_keys_names_every_place(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("title: x\nclinet: y\nlimits: {rotation_day: 3}\n")
    done = run("assess", str(tmp_path))
    assert done.returncode == 3
    assert "plan.yaml:2:1: $.clinet: is not a known key. Did you mean client?" in done.stderr
    assert "plan.yaml:3:10: $.limits.rotation_day: is not a known key" in done.stderr


def test_one_bad_file_does_not_stop_the_report_nor_become_a_pass(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"x": {"command": "npx", "args": ["-y", "thing@latest"]}}}')
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / ".mcp.json").write_text('{"mcpServers": }')
    done = run("observe", str(tmp_path), "--format", "json")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert [row["status"] for row in given["files"]] == ["read", "skipped"]
    assert given["skipped"][0]["locations"][0]["path"] == "broken/.mcp.json"


def test_a_look_up_of_an_unofficial_id_answers_with_a_warning() -> None:
    done = run("frameworks", "show", "A1")
    assert done.returncode == 0
    assert "owasp-asi-2026/ASI01" in done.stdout
    assert "See also owasp-asi-2026/ASI02" in done.stdout
    assert "See also owasp-asi-2026/ASI03" in done.stdout
    assert done.stderr.startswith("warning: A1 is an unofficial alias of ASI01.")


def test_init_makes_a_folder_that_can_be_assessed_and_never_overwrites(tmp_path: Path) -> None:
    assert run("init", "acme", cwd=tmp_path).returncode == 0
    assert run("assess", "acme", "--format", "json", cwd=tmp_path).returncode == 0
    again = run("init", "acme", cwd=tmp_path)
    assert again.returncode == 2
    assert "not an empty folder" in again.stderr


def test_version_is_the_package_version() -> None:
    assert run("--version").stdout.startswith("nhiassess, version 0.")
