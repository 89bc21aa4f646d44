"""What came with the package is read once, its copy tells the same, and no copy that is off is ever believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess import installed, shelf
from nhiassess.errors import KnowledgeError, UsageError
from nhiassess.knowledge.load import load

CATALOG = """
id: {id}
title: Rules of the house
short: House rules
version: "1"
published: "2026-01-01"
publisher: The house
licence: {{id: proprietary, ships: everything}}
source_url: policy.md
retrieved: "2026-01-01"
reads_as: outcomes
controls:
  - {{id: "H1", title: First, kind: control, level: process, assessable: outside, outside: it is a test}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installed, "cache_folder", lambda: tmp_path / "kept")
    return tmp_path / "kept"


def test_the_copy_tells_what_the_files_tell(folder: Path) -> None:
    read = shelf.knowledge()
    assert len(list(folder.iterdir())) == 1
    assert shelf.knowledge() == read


def test_the_copy_is_read_instead_of_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = shelf.knowledge()
    monkeypatch.setattr(shelf, "load", lambda files: pytest.fail("the files were read again"))
    assert shelf.knowledge() == read


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b"{}", b'{"knowledge": {"catalogs": [{}]}}', b"\xff"])
def test_a_copy_that_is_off_is_made_again(folder: Path, content: bytes) -> None:
    read = shelf.knowledge()
    (copy,) = folder.iterdir()
    whole = copy.read_bytes()
    copy.write_bytes(content)
    assert shelf.knowledge() == read
    assert copy.read_bytes() == whole


def test_a_changed_file_has_a_copy_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shelf.knowledge()
    real = installed.read
    monkeypatch.setattr(installed, "read", lambda name: real(name).replace(b"Agent Goal Hijack", b"Agent Goal Hijacks"))
    after = shelf.knowledge()
    assert after != before
    assert len(list(folder.iterdir())) == 2


def test_copies_of_old_versions_are_thrown_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    for number in range(9):
        (folder / f"knowledge-{number}.json").write_bytes(b"{}")
    shelf.knowledge()
    assert len(list(folder.iterdir())) == 4


def test_a_home_that_cannot_be_written_to_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(installed, "cache_folder", lambda: tmp_path / "file" / "kept")
    assert shelf.knowledge().catalog("owasp-asi-2026")


def test_what_an_assessment_brings_stands_beside_what_came_with_the_package(folder: Path) -> None:
    known = shelf.knowledge({"frameworks/house.yaml": CATALOG.format(id="house-rules-1").encode()})
    assert known.catalog("house-rules-1")
    assert known.catalog("owasp-asi-2026")


def test_what_an_assessment_brings_never_replaces_what_came_with_the_package(folder: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"the id owasp-asi-2026 stands already at frameworks/owasp-asi-2026.yaml"):
        shelf.knowledge({"frameworks/house.yaml": CATALOG.format(id="owasp-asi-2026").encode()})


def test_what_an_assessment_brings_is_held_against_the_whole(folder: Path) -> None:
    row = "{source: CRD-01, target: H9, relationship: intersects-with, rationale: short}"
    walk = f"source: nhi-objectives-1\ntarget: house-rules-1\nbasis: assessed\nrows: [{row}]\n"
    files = {
        "frameworks/house.yaml": CATALOG.format(id="house-rules-1").encode(),
        "crosswalks/house.yaml": walk.encode(),
    }
    with pytest.raises(KnowledgeError) as raised:
        shelf.knowledge(files)
    said = [str(each) for each in raised.value.complaints]
    assert len(said) == 2
    assert all(each.startswith("crosswalks/house.yaml:4:8: ") for each in said)


REFERENCE = CATALOG.replace("reads_as: outcomes", "reads_as: reference").replace("title: First", 'title: "H1"')


def test_an_assessment_may_bring_the_titles_that_it_is_licensed_for(folder: Path) -> None:
    files = {
        "frameworks/house.yaml": REFERENCE.format(id="house-rules-1").encode(),
        "titles/house.yaml": b'catalog: house-rules-1\ntitles: {"H1": Doors are shut}\n',
    }
    catalog = shelf.knowledge(files).catalog("house-rules-1")
    assert catalog
    assert [control.title for control in catalog.controls] == ["Doors are shut"]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ('catalog: nowhere-1\ntitles: {"H1": x}', "'nowhere-1' is no catalog"),
        ('catalog: house-rules-1\ntitles: {"H9": x}', "'H9' is not in house-rules-1"),
        ('catalog: owasp-asi-2026\ntitles: {"ASI01": x}', "owasp-asi-2026/ASI01 has a title already"),
        ('catalog: house-rules-1\ntitles: {"H1": [x]}', "text is expected"),
    ],
)
def test_a_title_for_what_waits_for_none_is_a_complaint(folder: Path, titles: str, said: str) -> None:
    files = {"frameworks/house.yaml": REFERENCE.format(id="house-rules-1").encode(), "titles/x.yaml": titles.encode()}
    with pytest.raises(KnowledgeError, match=said) as raised:
        shelf.knowledge(files)
    assert all(each.where.startswith("titles/x.yaml:") for each in raised.value.complaints)


def test_no_file_that_came_with_the_package_holds_what_looks_like_a_secret() -> None:
    load(
        {
            name: installed.read(name)
            for name in installed.names("frameworks", ".yaml")
            if not name.endswith("risk.yaml")
        }
    )


def test_a_version_is_a_framework_that_is_known_or_the_catalog_of_a_file(tmp_path: Path) -> None:
    known = shelf.knowledge()
    assert shelf.version("OWASP ASI 2026", known) == known.catalog("owasp-asi-2026")
    (tmp_path / "checks").mkdir()
    file = tmp_path / "checks" / "house.yaml"
    file.write_text(CATALOG.format(id="house-2"), encoding="utf-8")
    found = shelf.version(str(file), known)
    assert (found.id, [each.id for each in found.controls]) == ("house-2", ["H1"])


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("nowhere.yaml", UsageError, "there is no such file"),
        ("owasp-asi-2062", UsageError, "Did you mean owasp-asi-2026"),
        ("iso-iec-fdis-42001", UsageError, "is in none of our catalogs"),
        ("aliases.yaml", KnowledgeError, "holds no catalog"),
        ("wrong.yaml", KnowledgeError, "wrong.yaml:1:1: $.title: is missing"),
    ],
)
def test_what_is_no_version_is_refused_with_what_to_do(
    name: str, error: type[Exception], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = shelf.knowledge()
    monkeypatch.chdir(tmp_path)
    Path("aliases.yaml").write_text("aliases: []\n", encoding="utf-8")
    Path("wrong.yaml").write_text("id: house-2\n", encoding="utf-8")
    with pytest.raises(error) as refused:
        shelf.version(name, known)
    assert says in str(refused.value)
