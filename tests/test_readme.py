"""What the documents say is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nhiassess import installed
from nhiassess.cli import VERBS

TOP = Path(__file__).resolve().parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "NOTICE", "LICENSE")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_documented(verb: str) -> None:
    assert re.search(rf"\b{verb}\b", README)


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    told = README + (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", told, re.MULTILINE))
    assert named >= {"report", "test", "check"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_every_file_that_is_linked_exists() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert linked
    assert all((TOP / link).is_file() for link in linked)


def test_the_sources_that_are_named_are_those_there_are() -> None:
    names = {source.name for source in installed.plugins("sources", "SOURCE")}
    assert {"mcp_clients", "claude_code", "codex", "github_actions", "kubernetes", "aws_iam", "written"} <= names


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_no_machine_and_no_registry(name: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:root|home|tmp|work|var)/", text)
    hosts = set(re.findall(r"https?://([a-z0-9.-]+)", text))
    assert hosts <= {"eur-lex.europa.eu", "www.apache.org"}, "a law and a licence, and no other"


def test_every_check_says_what_it_cannot_know() -> None:
    for name in installed.names("frameworks/checks", ".yaml"):
        assert b"\ncannot_know:" in installed.read(name), name
