"""The crosswalks of publishers are carried row for row: every pair, in the publisher's word, and where it stands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from nhiassess.knowledge.load import load
from nhiassess.model.knowledge import Crosswalk

CROSSWALKS = Path(__file__).parents[2] / "frameworks" / "crosswalks"
LISTS = Path(__file__).parents[3] / "shared" / "reference" / "crosswalks"
# the CSA's own crosswalks may not be passed on
NOT_SHIPPED = {"csa_aicm_1_0_3_to_1_1_0", "csa_aicm_1_1_0_to_eu_ai_act", "csa_aicm_1_1_0_to_iso_bsi"}
LIST_ROWS = {
    "atlas_case_study_to_technique": 440,
    "atlas_mitigation_to_technique": 342,
    "atlas_to_attack": 53,
    "maestro_layer_to_owasp_threats": 23,
    "mas_guide_extended_threats": 48,
    "nist_ai_600_1_actions": 642,
    "nist_ai_rmf_to_iso_42001": 279,
    "nist_csf_2_0_to_owasp_llm_2025": 169,
    "nist_csf_2_0_to_sp800_53_r5": 737,
    "owasp_asi_2026_appendix_a": 62,
    "owasp_llm_2026_appendix_mappings": 331,
    "owasp_llm_2026_to_aisvs": 51,
    "owasp_nhi_2025_to_asi_appendix_c": 47,
    "owasp_threats_v1_1_to_llm_2025": 8,
}
# crosswalk to its rows, and how many of them end outside our catalogs
CARRIED = {
    "csa-maestro-2025--owasp-agentic-threats-1.1": (67, 0),
    "csa-maestro-2025--owasp-llm-2025": (4, 0),
    "mitre-atlas-2026.09--mitre-atlas-2026.09": (782, 11),
    "mitre-atlas-2026.09--mitre-attack": (53, 53),
    "nist-ai-600-1--nist-ai-600-1": (430, 0),
    "nist-ai-600-1--nist-ai-rmf-1.0": (212, 0),
    "nist-ai-rmf-1.0--iso-iec-fdis-42001": (279, 279),
    "nist-csf-2.0--nist-sp800-53-r5": (737, 645),
    "nist-csf-2.0--owasp-llm-2025": (169, 0),
    "owasp-agentic-threats-1.1--owasp-llm-2025": (8, 0),
    "owasp-asi-2026--owasp-agentic-threats-1.1": (27, 0),
    "owasp-asi-2026--owasp-aivss": (12, 12),
    "owasp-asi-2026--owasp-llm-2025": (23, 0),
    "owasp-llm-2026--csa-aicm-1.1.0": (44, 1),
    "owasp-llm-2026--cwe-4.20": (48, 48),
    "owasp-llm-2026--mitre-atlas-2026.09": (46, 0),
    "owasp-llm-2026--mitre-attack-19.1": (29, 29),
    "owasp-llm-2026--nist-ai-600-1": (39, 0),
    "owasp-llm-2026--nist-ai-rmf-1.0": (25, 0),
    "owasp-llm-2026--owasp-aisvs-1.0": (51, 51),
    "owasp-llm-2026--owasp-aivss-0.8": (30, 30),
    "owasp-llm-2026--owasp-asi-2026": (31, 0),
    "owasp-llm-2026--owasp-dsgai-2026": (39, 39),
    "owasp-nhi-2025--owasp-agentic-threats-1.1": (18, 0),
    "owasp-nhi-2025--owasp-aivss": (10, 10),
    "owasp-nhi-2025--owasp-asi-2026": (19, 0),
}
# the lists' names of frameworks to the ids of our catalogs, or to those that stand for a framework we do not carry
NAMES = {
    "csa-aicm-1.1": "csa-aicm-1.1.0",
    "csa-maestro": "csa-maestro-2025",
    "cwe-4.20": "cwe-4.20",
    "iso-iec-fdis-42001": "iso-iec-fdis-42001",
    "mitre-atlas": "mitre-atlas-2026.09",
    "mitre-atlas-2026.06": "mitre-atlas-2026.09",
    "mitre-attack": "mitre-attack",
    "mitre-attack-v19.1": "mitre-attack-19.1",
    "nist-ai-600-1": "nist-ai-600-1",
    "nist-ai-rmf-1.0": "nist-ai-rmf-1.0",
    "nist-csf-2.0": "nist-csf-2.0",
    "nist-sp-800-53-r5.2.0": "nist-sp800-53-r5",
    "owasp-agentic-threats-v1.0": "owasp-agentic-threats-1.1",  # T1 to T15 are the same in both
    "owasp-agentic-threats-v1.1": "owasp-agentic-threats-1.1",
    "owasp-aisvs-1.0": "owasp-aisvs-1.0",
    "owasp-aivss (by name, no id printed)": "owasp-aivss",
    "owasp-aivss-0.8": "owasp-aivss-0.8",
    "owasp-asi-top10-2026": "owasp-asi-2026",
    "owasp-dsgai-2026": "owasp-dsgai-2026",
    "owasp-llm-top10-2025": "owasp-llm-2025",
    "owasp-llm-top10-2026": "owasp-llm-2026",
    "owasp-nhi-top10-2025": "owasp-nhi-2025",
}
# a threat that the multi-agent guide gives no id is carried under its layer, with its name beside the guide's word
NAMELESS = "owasp-mas-guide-v1.0 extended threat (no id printed)"
NAMED = re.compile(r'extended threat "(?P<threat>[^"]+)": (?P<word>.+)')

Stated = tuple[str, str, str, str, str, str]  # catalogs, source, target, the publisher's word, where it is published


def carried() -> tuple[Crosswalk, ...]:
    """Load every crosswalk whose rows are a publisher's."""
    files = {path.as_posix(): path.read_bytes() for path in CROSSWALKS.glob("*.yaml")}
    return tuple(each for each in load(files).crosswalks if each.basis == "published")


ALL = {crosswalk.id: crosswalk for crosswalk in carried()}


def loaded() -> Counter[Stated]:
    """Count the rows that we carry, with the nameless threats under the names that the list has for them."""
    found: Counter[Stated] = Counter()
    for crosswalk in ALL.values():
        for row in crosswalk.rows:
            (source,), word = row.sources, row.published_as or ""
            catalog = crosswalk.source
            if named := NAMED.fullmatch(word):
                catalog, source, word = NAMELESS, f"{source}: {named['threat']}", named["word"]
            found[catalog, source, crosswalk.target, row.target, word, row.published_in or ""] += 1
    return found


def listed(name: str) -> Counter[Stated]:
    """Count the rows of one list, with our ids of its frameworks."""
    path = LISTS / f"{name}.csv"
    if not path.is_file():
        pytest.skip("the published lists are not beside this checkout; the counts are tested all the same")
    found: Counter[Stated] = Counter()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            catalog = row["source_framework"]
            source = (catalog if catalog == NAMELESS else NAMES[catalog], row["source_id"])
            target = (NAMES[row["target_framework"]], row["target_id"])
            found[(*source, *target, row["relationship"], row["published_in"])] += 1
    return found


def test_every_published_crosswalk_is_counted_here() -> None:
    assert set(ALL) == set(CARRIED)
    assert sum(rows for rows, _ in CARRIED.values()) == sum(LIST_ROWS.values())


@pytest.mark.parametrize("id", CARRIED)
def test_a_crosswalk_has_the_rows_of_its_publisher(id: str) -> None:
    rows = ALL[id].rows
    assert (len(rows), sum(row.external for row in rows)) == CARRIED[id]
    assert f"{ALL[id].source}--{ALL[id].target}" == id


@pytest.mark.parametrize("name", LIST_ROWS)
def test_every_row_of_a_list_is_carried_as_it_stands(name: str) -> None:
    stated = listed(name)
    assert sum(stated.values()) == LIST_ROWS[name]
    assert stated - loaded() == Counter()


def test_no_row_is_carried_that_stands_in_no_list() -> None:
    stated: Counter[Stated] = Counter()
    for name in LIST_ROWS:
        stated.update(listed(name))
    assert loaded() - stated == Counter()
    assert loaded() == stated


def test_every_list_is_carried_but_those_that_may_not_be_passed_on() -> None:
    if not LISTS.is_dir():
        pytest.skip("the published lists are not beside this checkout")
    assert {path.stem for path in LISTS.glob("*.csv")} == NOT_SHIPPED | set(LIST_ROWS)


@pytest.mark.parametrize("id", CARRIED)
def test_only_what_mitre_calls_a_mitigation_mitigates(id: str) -> None:
    for row in ALL[id].rows:
        mitigates = row.published_as == "mitigates" and row.sources[0].startswith("AML.M")
        assert row.relationship == ("mitigates" if mitigates else "related")
        assert (row.role, row.strength, row.rationale) == (None, None, "")


@pytest.mark.parametrize("id", CARRIED)
def test_a_file_names_its_licence_and_what_is_odd_about_it(id: str) -> None:
    text = (CROSSWALKS / f"{id}.yaml").read_text(encoding="utf-8")
    licence = "CC-BY-SA-4.0" if "owasp-" in id else "Apache-2.0"
    assert text.startswith(f"# SPDX-License-Identifier: {licence}\n")
    for opening in ("# Checked: ", "# Words: ", "# Odd: "):
        assert f"\n{opening}" in text
    if id.startswith("mitre-"):
        assert "Copyright 2021-2025 MITRE" in text
