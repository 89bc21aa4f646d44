"""The EU AI Act is carried with its titles; ISO/IEC 42001 and the AICM with their identifiers and no word of theirs."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

FRAMEWORKS = Path(__file__).parents[2] / "frameworks"
LISTS = Path(__file__).parents[3] / "shared" / "reference" / "frameworks"
BARE = ("iso-42001-2023", "csa-aicm-1.1.0")
IDS = ("eu-ai-act-2024", *BARE)
# what may stand in a file of bare identifiers, key by key; anything else would be somebody's words
SHAPE = {"id", "title", "kind", "level", "parent", "assessable", "outside"}


def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FRAMEWORKS / name).read_text(encoding="utf-8"))
    return loaded


CATALOGS = {id: _load(f"{id}.yaml") for id in IDS}
OBJECTIVES = {control["id"]: control for control in _load("nhi-objectives-1.yaml")["controls"]}
ACT, CROSSWALK = CATALOGS["eu-ai-act-2024"], _load("crosswalks/nhi-objectives-1--eu-ai-act-2024.yaml")
ARTICLES: dict[str, dict[str, Any]] = {control["id"]: control for control in ACT["controls"]}
ROWS: list[dict[str, Any]] = CROSSWALK["rows"]


def _listed(id: str) -> list[dict[str, str]]:
    path = LISTS / CATALOGS[id]["checked_against"]["list"]
    if not path.is_file():
        pytest.skip("the published lists are not beside this checkout; the checksum is tested all the same")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _entries(id: str) -> list[dict[str, Any]]:
    return [*CATALOGS[id]["groups"], *CATALOGS[id]["controls"]]


def _stands(title: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(title)}(?!\w)", text) is not None


def _row_id(row: dict[str, Any]) -> str:
    return f"{row['source']}-{row['target']}"


def _bearing(id: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["target"] == id and row["relationship"] != "no-relationship"]


@pytest.mark.parametrize("id", IDS)
def test_ids_and_titles_are_those_of_the_checksum(id: str) -> None:
    lines = "".join(f"{key}\t{title}\n" for key, title in sorted((row["id"], row["title"]) for row in _entries(id)))
    assert hashlib.sha256(lines.encode()).hexdigest() == CATALOGS[id]["checked_against"]["sha256"]
    assert str(len({row["id"] for row in _entries(id)})) == CATALOGS[id]["checked_against"]["ids"]


@pytest.mark.parametrize("id", IDS)
def test_ids_and_parents_are_those_of_the_published_list(id: str) -> None:
    published = {row["id"]: row["parent"] for row in _listed(id)}
    assert {row["id"]: row.get("parent", "") for row in _entries(id)} == published


def test_counts_are_the_publishers() -> None:
    counts = {id: (len(CATALOGS[id]["groups"]), len(CATALOGS[id]["controls"])) for id in IDS}
    assert counts == {"eu-ai-act-2024": (13, 113 + 13), "iso-42001-2023": (11, 38), "csa-aicm-1.1.0": (18, 247)}


# ---------------------------------------------------------------- identifiers only


@pytest.mark.parametrize("id", BARE)
def test_a_bare_catalog_carries_identifiers_and_nothing_else(id: str) -> None:
    assert CATALOGS[id]["reads_as"] == "reference"
    for group in CATALOGS[id]["groups"]:
        assert set(group) <= {"id", "title", "kind", "parent"}
        assert group["title"] == group["id"]
    for control in CATALOGS[id]["controls"]:
        assert set(control) == SHAPE
        assert control["title"] == control["id"]
        assert control["assessable"] == "outside"
    assert len({control["outside"] for control in CATALOGS[id]["controls"]}) == 1
    assert not list(FRAMEWORKS.glob(f"crosswalks/nhi-objectives-1--{id}.yaml"))


@pytest.mark.parametrize("id", BARE)
def test_no_title_of_the_publisher_stands_in_the_file(id: str) -> None:
    text = " ".join((FRAMEWORKS / f"{id}.yaml").read_text(encoding="utf-8").split()).casefold()
    titles = {row["title"].casefold() for row in _listed(id)}
    assert len(titles) > 40
    assert [title for title in sorted(titles) if _stands(title, text)] == []


def test_the_search_for_titles_would_find_one() -> None:
    text = (FRAMEWORKS / "eu-ai-act-2024.yaml").read_text(encoding="utf-8").casefold()
    titles = [row["title"].casefold() for row in _listed("eu-ai-act-2024")]
    assert all(_stands(title, text) for title in titles)


@pytest.mark.parametrize("id", BARE)
def test_a_bare_id_collides_with_none_of_another_catalog(id: str) -> None:
    own = {row["id"] for row in _entries(id)}
    for path in FRAMEWORKS.glob("*.yaml"):
        other = _load(path.name)
        if other.get("id") not in (None, id) and "controls" in other:
            assert not own & {control["id"] for control in other["controls"]}, path.name


def test_the_aicm_warns_of_ids_that_changed_their_meaning() -> None:
    text = (FRAMEWORKS / "csa-aicm-1.1.0.yaml").read_text(encoding="utf-8")
    header = text.split("\nid: ")[0]
    assert "WARNING" in header
    assert "54 ids of 1.0.3" in header
    path = LISTS.parent / "crosswalks" / "csa_aicm_1_0_3_to_1_1_0.csv"
    if not path.is_file():
        pytest.skip("the published list of changed ids is not beside this checkout")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        moves = list(csv.DictReader(lines))
    old = {row["source_id"] for row in moves if row["source_id"]}
    new = {row["target_id"] for row in moves if row["target_id"]}
    reused = {row["target_id"] for row in moves if row["target_id"] in old and row["source_id"] != row["target_id"]}
    assert len(reused) == 54
    assert (len(old - new), len(new - old)) == (1, 5)
    assert all(re.search(rf"\b{domain}\b", header) for domain in {id.rsplit("-", 1)[0] for id in reused})


# ---------------------------------------------------------------- EU AI Act


def test_titles_of_the_act_are_those_first_published() -> None:
    published = {row["id"]: (row["title"], row["kind"]) for row in _listed("eu-ai-act-2024")}
    assert {row["id"]: row["title"] for row in _entries("eu-ai-act-2024")} == {
        id: title for id, (title, _) in published.items()
    }
    assert {group["id"] for group in ACT["groups"]} == {id for id, (_, kind) in published.items() if kind == "chapter"}
    assert list(ARTICLES)[:113] == [f"Article {number}" for number in range(1, 114)]
    assert {control["kind"] for control in ARTICLES.values()} == {"article"}


@pytest.mark.parametrize("article", ARTICLES.values(), ids=list(ARTICLES))
def test_an_article_is_shown_in_part_asked_for_or_outside(article: dict[str, Any]) -> None:
    assert "statement" not in article
    rows = _bearing(article["id"])
    examined = any("EXAMINE" in OBJECTIVES[row["source"]]["methods"] for row in rows)
    if article["assessable"] == "outside":
        assert len(article["outside"]) >= 60
        assert article["agent_relevant"] is False
        assert not rows
        assert "ask" not in article
        return
    assert article["assessable"] == ("partly" if examined else "by_interview")
    assert 60 <= len(article["summary"]) <= 300
    assert article["ask"]["question"].endswith("?")
    assert 2 <= len(article["ask"]["evidence"]) <= 3


def test_duties_that_agents_evidence_touches_are_asked_for() -> None:
    numbers = (4, 5, 6, *range(9, 22), 25, 26, 27, 49, 50, 53, 55, 72, 73, 86)
    asked = {id for id, article in ARTICLES.items() if "ask" in article}
    assert asked == {f"Article {number}" for number in numbers}
    assert all(_bearing(f"Article {number}") for number in (12, 14, 15, 19, 26, 72, 73))


def test_no_reason_summary_or_question_of_the_act_is_used_twice() -> None:
    for texts in (
        [article["outside"] for article in ARTICLES.values() if "outside" in article],
        [article["summary"] for article in ARTICLES.values() if "summary" in article],
        [article["ask"]["question"] for article in ARTICLES.values() if "ask" in article],
    ):
        assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_nothing_says_that_a_law_is_complied_with() -> None:
    texts = [row["rationale"] for row in ROWS]
    for article in ARTICLES.values():
        texts += [article.get("summary", ""), article.get("outside", "")]
        texts += [article["ask"]["question"], *article["ask"]["evidence"]] if "ask" in article else []
    assert [text for text in texts if re.search(r"\bcompl(y|ies|ied|iant|iance)\b", text, re.IGNORECASE)] == []
    header = (FRAMEWORKS / "eu-ai-act-2024.yaml").read_text(encoding="utf-8").split("\nid: ")[0]
    assert "no legal advice" in header
    assert "amended since" in header


def test_the_crosswalk_names_its_catalogs() -> None:
    assert (CROSSWALK["source"], CROSSWALK["target"]) == ("nhi-objectives-1", ACT["id"])
    assert CROSSWALK["basis"] == "assessed"


@pytest.mark.parametrize("row", ROWS, ids=_row_id)
def test_a_row_never_decides_an_article(row: dict[str, Any]) -> None:
    assert row["source"] in OBJECTIVES
    assert row["target"] in ARTICLES
    assert row["relationship"] in {"intersects-with", "no-relationship"}
    assert row["matching"] in {"syntactic", "semantic", "functional"}
    assert ("strength" in row) == (row["relationship"] == "intersects-with")
    assert 1 <= row.get("strength", 1) <= 10
    assert 80 <= len(row["rationale"]) <= 400
    assert '"' not in row["rationale"], "the text of the Regulation is not carried, so it is not quoted"


def test_rows_to_the_act_are_few_and_all_different() -> None:
    openings = Counter(" ".join(row["rationale"].split()[:5]) for row in ROWS)
    assert [opening for opening, count in openings.items() if count > 1] == []
    pairs = Counter((row["source"], row["target"]) for row in ROWS)
    assert max(pairs.values()) == 1
    assert max(Counter(row["target"] for row in ROWS if row["relationship"] != "no-relationship").values()) <= 5
    for source, target in pairs:
        assert (OBJECTIVES[source].get("part_of"), target) not in pairs
