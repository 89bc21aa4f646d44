"""Any published spelling finds its control; an unofficial one warns and names what else it is cited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.errors import UsageError
from nhiassess.knowledge.load import load
from nhiassess.knowledge.resolve import Found, framework, resolve
from nhiassess.model.knowledge import Alias, Catalog, Knowledge
from tests.small import catalog, control, crosswalk, known, objective, row

FRAMEWORKS = Path(__file__).resolve().parents[2] / "frameworks"


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    names = [*FRAMEWORKS.glob("*-*.yaml"), FRAMEWORKS / "aliases.yaml"]
    return load({path.relative_to(FRAMEWORKS.parent).as_posix(): path.read_bytes() for path in names})


def found(knowledge: Knowledge, spelling: str) -> Found:
    answer = resolve(knowledge, spelling)
    assert isinstance(answer, Found)
    return answer


def ids(answer: Found) -> list[str]:
    return [each.id for each in answer.controls]


def test_a1_answers_by_number_with_a_warning_and_names_what_it_is_cited_for(shipped: Knowledge) -> None:
    answer = found(shipped, "A1")
    assert ids(answer) == ["ASI01"]
    assert [each.id for each in answer.beside] == ["ASI02", "ASI03"]
    assert len(answer.warnings) == 1
    assert answer.warnings[0].startswith("A1 is an unofficial alias of ASI01. Not an OWASP id.")


@pytest.mark.parametrize("number", range(1, 11))
def test_every_number_of_the_list_has_an_alias(shipped: Knowledge, number: int) -> None:
    answer = found(shipped, f"a{number}")
    assert ids(answer) == [f"ASI{number:02}"]
    assert answer.warnings


@pytest.mark.parametrize("spelling", ["ASI01", "asi01", " ASI01 ", "owasp-asi-2026/ASI01"])
def test_an_official_id_needs_no_warning(shipped: Knowledge, spelling: str) -> None:
    assert found(shipped, spelling) == Found(found(shipped, "ASI01").controls)
    assert ids(found(shipped, spelling)) == ["ASI01"]


@pytest.mark.parametrize("spelling", ["LLM06:2025", "llm06:2025", "owasp-llm-2025/LLM06:2025"])
def test_a_superseded_id_answers_with_itself_and_names_the_present_one(shipped: Knowledge, spelling: str) -> None:
    answer = found(shipped, spelling)
    assert [each.node for each in answer.controls] == ["control:owasp-llm-2025/LLM06:2025"]
    assert [each.node for each in answer.beside] == ["control:owasp-llm-2026/LLM03:2026"]
    assert len(answer.warnings) == 1
    assert answer.warnings[0].startswith("LLM06:2025 is superseded by LLM03:2026. ")


@pytest.mark.parametrize("spelling", ["LLM07:2025", "LLM03:2026", "NHI1:2025", "T1"])
def test_an_id_without_a_successor_or_a_namesake_is_answered_as_it_is(shipped: Knowledge, spelling: str) -> None:
    answer = found(shipped, spelling)
    assert ids(answer) == [spelling]
    assert answer == Found(answer.controls)


def test_a_number_without_its_year_is_answered_with_the_present_list(shipped: Knowledge) -> None:
    answer = found(shipped, "LLM06")
    assert ids(answer) == ["LLM06:2026"]
    assert [each.id for each in answer.beside] == ["LLM03:2026"]
    assert answer.warnings[0].startswith("LLM06 is an ambiguous alias of LLM06:2026. The year is missing.")
    assert "LLM06:2025 is Excessive Agency" in answer.warnings[0]


def test_a_short_id_is_answered_with_the_official_one(shipped: Knowledge) -> None:
    assert ids(found(shipped, "nhi10")) == ["NHI10:2025"]
    assert found(shipped, "NHI1").warnings[0].startswith("NHI1 is a short alias of NHI1:2025.")


def test_an_id_that_another_document_uses_too_says_so(shipped: Knowledge) -> None:
    answer = found(shipped, "T16")
    assert (ids(answer), answer.beside) == (["T16"], ())
    assert answer.warnings[0].startswith("T16 is ambiguous. In Threats and Mitigations v1.1 it is")


def test_techniques_that_atlas_removed_lead_to_the_present_ones(shipped: Knowledge) -> None:
    removed = {alias.alias: alias for alias in shipped.aliases if alias.catalog.startswith("mitre-atlas-")}
    assert {alias.status for alias in removed.values()} == {"superseded"}
    assert {name: alias.id for name, alias in removed.items()} == {
        "AML.T0019": "AML.T0115.000",
        "AML.T0058": "AML.T0115.001",
        "AML.T0104": "AML.T0115.002",
    }


def test_an_unofficial_alias_does_not_speak_for_a_catalog_that_has_the_id() -> None:
    other = catalog("iso", "outcomes", control("iso", "A1"))
    alias = Alias("A1", "asi", "ASI01", "unofficial", "Not an OWASP id.")
    small = known(objective("O1"), catalogs=(other,), aliases=(alias,))
    assert found(small, "A1") == Found(other.controls)


def test_a_catalog_is_found_by_its_id(shipped: Knowledge) -> None:
    answer = resolve(shipped, "OWASP-ASI-2026")
    assert isinstance(answer, Catalog)
    assert answer.id == "owasp-asi-2026"


@pytest.mark.parametrize("spelling", ["csa-maestro-2025", "CSA MAESTRO", " csa maestro ", "CSA-MAESTRO-2025"])
def test_a_framework_is_found_by_id_and_short_name(shipped: Knowledge, spelling: str) -> None:
    assert framework(shipped, spelling) == "csa-maestro-2025"
    answer = resolve(shipped, spelling)
    assert isinstance(answer, Catalog)
    assert answer.id == "csa-maestro-2025"


def test_a_framework_that_only_crosswalks_name_is_found_by_its_id() -> None:
    pointed = known(objective("O1"), crosswalks=(crosswalk("iso-2023", row("O1", "related", "4.1")),))
    assert framework(pointed, "ISO-2023") == "iso-2023"


def test_an_unknown_framework_is_answered_with_the_nearest(shipped: Knowledge) -> None:
    with pytest.raises(UsageError, match="no framework is named 'maestro 2025'") as refused:
        framework(shipped, "maestro 2025")
    assert "csa-maestro-2025" in refused.value.complaints[0].hint
    with pytest.raises(UsageError, match="frameworks list"):
        framework(shipped, "zzzzzzzz")


def test_titles_and_old_titles_are_found_with_a_warning(shipped: Knowledge) -> None:
    control_ = next(each for each in found(shipped, "ASI02").controls)
    assert found(shipped, control_.title.upper()).warnings == (f"{control_.title.upper()} is the title of ASI02",)
    small = known(
        objective("O1"),
        catalogs=(catalog("asi", "risks", control("asi", "ASI02", "risk", aliases=("Old Name",))),),
    )
    assert ids(found(small, "old name")) == ["ASI02"]
    assert found(small, "old name").warnings == ("old name is another spelling of ASI02, ASI02",)


def test_an_id_of_two_catalogs_gives_both_and_its_catalog_tells_them_apart() -> None:
    two = known(objective("O1"), catalogs=tuple(catalog(id, "outcomes", control(id, "T1")) for id in ("one", "two")))
    assert [each.catalog for each in found(two, "T1").controls] == ["one", "two"]
    assert [each.catalog for each in found(two, "two/t1").controls] == ["two"]


@pytest.mark.parametrize(
    ("spelling", "near"), [("ASI99", "ASI09"), ("asi99", "ASI09"), ("owasp-asi-2025", "owasp-asi-2026")]
)
def test_an_unknown_id_is_answered_with_the_nearest(shipped: Knowledge, spelling: str, near: str) -> None:
    with pytest.raises(UsageError) as refused:
        resolve(shipped, spelling)
    assert f"no framework or control is named {spelling!r}" in str(refused.value)
    assert near in refused.value.complaints[0].hint


def test_what_is_near_nothing_gets_the_way_to_look() -> None:
    with pytest.raises(UsageError, match="frameworks list"):
        resolve(known(objective("O1")), "zzzzzzzz")
