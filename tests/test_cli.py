"""The command line as a newcomer meets it: help, answers, errors and exit codes of the real process."""

from __future__ import annotations

import json
import os
import re
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
    "words", [*([verb] for verb in VERBS), ["frameworks", "show"], ["checks", "test"]], ids=" ".join
)
def test_help_of_a_verb_gives_an_example(words: list[str]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    group = words in (["frameworks"], ["checks"])
    assert group or f"nhiassess {' '.join(words)}" in done.stdout


@pytest.mark.parametrize("verb", ["observe", "paths", "blast-radius", "chokepoints", "escalations", "coverage"])
def test_json_names_its_schema_and_every_row_has_an_id(verb: str) -> None:
    done = run(verb, SAMPLE, "--format", "json", "--now", "2026-11-24")
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    assert given["schema"] == f"nhiassess/{verb}/1"
    rows = given["agents"] if verb == "observe" else given["rows"]
    assert rows
    assert all(row["id"] for row in rows)


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
        (["checks", "show", "nonsense"], 2, "checks list"),
        (["paths", SAMPLE, "--to", "resource:nonsense"], 2, "observe"),
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
