"""A new assessment is right as it is made, and each of its examples is right when it is uncommented."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nhiassess import installed, pipeline
from nhiassess.beginning import begin, renew
from nhiassess.errors import UsageError
from nhiassess.formats.reading import read
from nhiassess.knowledge.load import load

NOW = "2026-11-24T09:00:00Z"
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
POLICY = "frameworks/acme-agent-policy-1.yaml"
HUB_ROWS = "crosswalks/nhi-objectives-1--acme-agent-policy-1.yaml"
OWN = (
    "frameworks/acme-objectives-1.yaml",
    "checks/approval-older-than-a-year.yaml",
    "crosswalks/acme-objectives-1--acme-agent-policy-1.yaml",
)
TITLES = "titles/iso-42001-2023.yaml"
YAML = ["plan.yaml", "attestations.yaml", "exceptions.yaml", POLICY, HUB_ROWS, *OWN, TITLES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    begin(tmp_path / "acme")
    return tmp_path / "acme"


def uncomment(path: Path) -> None:
    """Take the first sign of a comment from each line but the first, as editors do."""
    first, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([first, *(re.sub(r"\A# ?", "", line) for line in lines)]) + "\n", "utf-8")


def test_the_examples_that_are_tested_are_those_there_are(folder: Path) -> None:
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")} == set(YAML)


def test_a_new_folder_is_right_and_its_examples_wait(folder: Path) -> None:
    own, said = pipeline.verify(folder, NOW)
    assert own == load({})
    assert (said.declared.attestations, said.deviations) == ((), ())
    assert said.plan.frameworks == ("owasp-asi-2026", "csa-maestro-2025", "nist-ai-rmf-1.0")


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        ([POLICY], (1, 0, 0, 0)),
        ([POLICY, HUB_ROWS], (1, 1, 0, 0)),
        ([POLICY, *OWN], (2, 1, 1, 0)),
        ([TITLES], (0, 0, 0, 1)),
        (YAML, (2, 2, 1, 1)),
    ],
)
def test_an_example_is_right_when_it_is_uncommented(folder: Path, names: list[str], counts: tuple[int, ...]) -> None:
    for name in names:
        uncomment(folder / name)
    own, said = pipeline.verify(folder, NOW)
    assert (len(own.catalogs), len(own.crosswalks), len(own.checks), len(own.titles)) == counts
    if "plan.yaml" in names:
        assert len(said.declared.attestations) == len(said.deviations) == len(said.plan.out_of_scope) == 1
        assert said.declared.resources and said.declared.declared and said.plan.limits


@pytest.mark.parametrize("name", YAML)
def test_a_file_names_the_schema_that_it_keeps_to(folder: Path, name: str) -> None:
    found = MODELINE.match((folder / name).read_text("utf-8"))
    assert found, "an editor finds the schema by the first line"
    schema = (folder / name).parent / found[1]
    assert schema.resolve().parent == (folder / "schema").resolve()
    uncomment(folder / name)
    value = read(name, (folder / name).read_bytes(), key=b"test", strict=True).root.plain()
    Draft202012Validator(json.loads(schema.read_bytes())).validate(value)


def test_the_schemas_are_those_that_came_with_the_package(folder: Path) -> None:
    shipped = {name.rsplit("/", 1)[1]: installed.read(name) for name in installed.names("frameworks/schema/files")}
    assert {path.name: path.read_bytes() for path in (folder / "schema").iterdir()} == shipped


def test_schemas_of_an_older_version_are_renewed_and_nothing_else(folder: Path) -> None:
    (folder / "schema" / "plan.json").write_text("{}")
    (folder / "plan.yaml").write_text("title: ours\n")
    made = renew(folder)
    assert {path.parent for path in made} == {folder / "schema"}
    assert json.loads((folder / "schema" / "plan.json").read_bytes())["title"] == "nhiassess plan"
    assert (folder / "plan.yaml").read_text() == "title: ours\n"


def test_schemas_are_written_into_an_assessment_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no assessment folder"):
        renew(tmp_path)
    assert list(tmp_path.iterdir()) == []
