"""Files of the home folder are listed first, read only when the user agrees, and their secrets are not kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from nhiassess.commands.observe import COMMAND
from nhiassess.home import found
from nhiassess.ledger import look

KEY = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        ".claude/settings.json": '{"permissions": {"allow": ["Bash"]}}',
        ".aws/credentials": f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {KEY}\n",
        "notes.txt": "nothing",
        "work/x.nhi.yaml": 'agents: [{id: "agent:x/y/z"}]',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def test_what_agents_and_tools_keep_is_found_by_name_and_nothing_else(home: Path) -> None:
    assert {path: each.whose for path, (_, each) in found(home, "linux").items()} == {
        "home/me/.aws/credentials": "AWS CLI",
        "home/me/.claude/settings.json": "Claude Code",
    }


def test_nothing_is_read_unless_someone_agrees(home: Path) -> None:
    asked = CliRunner().invoke(COMMAND, [str(home / "work"), "--user-config"])
    assert asked.exit_code != 0
    assert "~/.aws/credentials  (AWS CLI; its secrets are not kept)" in asked.output
    assert "Add --yes" in str(asked.exception)
    assert "home/me" not in CliRunner().invoke(COMMAND, [str(home / "work")]).output


def test_what_was_agreed_to_is_read_and_secrets_are_not_told(home: Path) -> None:
    told = CliRunner().invoke(COMMAND, [str(home / "work"), "--user-config", "--yes", "--format", "json"])
    assert told.exit_code == 0, told.output
    assert "agent:claude-code/home/me/claude-code" in told.stdout
    assert '"id": "credential:home/me/.aws/credentials#' in told.stdout
    assert KEY not in told.output


def test_a_link_in_the_home_folder_is_not_followed(home: Path) -> None:
    (home / ".netrc").symlink_to(home / "notes.txt")
    files = {path: file for path, (file, _) in found(home, "linux").items()}
    rows = {row.id: row.reason for row in look(home / "work", [], besides=files).inventory.files}
    assert rows["home/me/.netrc"] == "a link that points out of the root"
