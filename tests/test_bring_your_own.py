"""The page on bringing one's own: its commands run, its excerpts are the sample's, and its table is the code's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nhiassess.knowledge.crosswalks import RELATIONSHIPS
from tests.test_beginning import uncomment

TOP = Path(__file__).resolve().parents[1]
SAMPLE = TOP / "assessments" / "ostermere"
PAGE = (TOP / "docs" / "bring-your-own.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    nhiassess (.+)$", PAGE, re.MULTILINE)
EXCERPTS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# those that are no excerpts of the sample, but whole files
WHOLE = {"techniques": "domain: ", "remedies": "id: approval-of-"}
BLOCKS = [block for block in EXCERPTS if not block.startswith(tuple(WHOLE.values()))]
TITLES = TOP / "templates" / "assessment" / "titles" / "iso-42001-2023.yaml"
OWN = [path for room in ("frameworks", "crosswalks", "checks") for path in (SAMPLE / room).glob("*.yaml")]
SOURCES = [path.read_text("utf-8").splitlines() for path in OWN]
SOURCES.append([line.removeprefix("# ") for line in TITLES.read_text("utf-8").splitlines()])


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder beside which the sample lies, as the page has it."""
    made = tmp_path_factory.mktemp("page")
    shutil.copytree(SAMPLE, made / "assessments" / "ostermere")
    return made


def run(room: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "nhiassess", *command.split()]
    env = {**os.environ, "PYTHONPATH": str(TOP)}
    return subprocess.run(words, cwd=room, capture_output=True, text=True, check=False, timeout=120, env=env)


def test_every_command_of_the_page_runs(room: Path) -> None:
    assert len(COMMANDS) > 8
    for command in COMMANDS:
        done = run(room, command)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout, command


POLICY, ROWS = "frameworks/acme-agent-policy-1.yaml", "crosswalks/nhi-objectives-1--acme-agent-policy-1.yaml"


@pytest.mark.parametrize(
    ("spoiled", "find", "put"),
    [(POLICY, "outside: No configuration", "summary: No configuration"), (ROWS, 'target: "AAP-01"', 'target: "AAP-9"')],
)
def test_what_is_wrong_is_told_as_the_page_shows_it(tmp_path: Path, spoiled: str, find: str, put: str) -> None:
    assert run(tmp_path, "init acme").returncode == 0
    for name in (POLICY, ROWS):
        uncomment(tmp_path / "acme" / name)
    text = (tmp_path / "acme" / spoiled).read_text("utf-8")
    assert find in text
    (tmp_path / "acme" / spoiled).write_text(text.replace(find, put), "utf-8")
    done = run(tmp_path, "frameworks verify acme")
    assert done.returncode == 3
    (shown,) = re.findall(rf"^    ({spoiled}:.+)$", PAGE, re.MULTILINE)
    assert shown in done.stderr.splitlines()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0].strip())
def test_an_excerpt_is_right_and_stands_in_the_sample(block: str) -> None:
    assert yaml.safe_load(block)
    lines = block.splitlines()
    assert any(in_order(lines, source) for source in SOURCES), block


def test_a_whole_file_of_the_page_stands_the_verification(tmp_path: Path) -> None:
    assert run(tmp_path, "init acme").returncode == 0
    for room, begin in WHOLE.items():
        (block,) = [each for each in EXCERPTS if each.startswith(begin)]
        (tmp_path / "acme" / room).mkdir()
        (tmp_path / "acme" / room / "own.yaml").write_text(block, "utf-8")
    done = run(tmp_path, "frameworks verify acme")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^techniques +1$", done.stdout, re.MULTILINE)
    assert re.search(r"^examples of techniques +2$", done.stdout, re.MULTILINE)
    assert re.search(r"^remedies +1$", done.stdout, re.MULTILINE)
    path = tmp_path / "acme" / "techniques" / "own.yaml"
    path.write_text(path.read_text("utf-8").replace("[namespace/bank]", "[cluster]"), "utf-8")
    done = run(tmp_path, "frameworks verify acme")
    assert done.returncode == 3
    assert (
        "example 2 of acme-task-run: identity:kubernetes/-/shop/api is gained with verdict yes, not no" in done.stderr
    )


def in_order(lines: list[str], source: list[str]) -> bool:
    """Tell whether the lines stand in a source in this order, others between them or not."""
    rest = iter(source)
    return all(line in rest for line in lines)


def test_the_table_names_each_relationship_once() -> None:
    table = re.findall(r"^\|[^|]+\| `([a-z-]+)`[^|]*\|[^|]+\|$", PAGE, re.MULTILINE)
    assert sorted(table) == sorted(RELATIONSHIPS)


def test_the_page_names_no_machine_and_the_rooms_there_are() -> None:
    assert not re.search(r"(?<![\w.])/(?:root|home|tmp|work|var)/|https?://", PAGE)
    made = {path.name for path in (TOP / "templates" / "assessment").iterdir() if path.is_dir()}
    assert made - {"observed"} == set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE))
