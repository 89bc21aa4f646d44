"""A scenario file becomes one value, and everything wrong with one comes at once with its place."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from nhiassess.errors import KnowledgeError, UsageError
from nhiassess.knowledge.load import load
from nhiassess.knowledge.resolve import scenario
from nhiassess.knowledge.scenarios import CONDITIONS
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.scenario import ABILITIES, Need, Source

FRAMEWORKS = Path(__file__).resolve().parents[2] / "frameworks"
WHOLE = """
id: s
title: T
happened: "2025-08"
summary: what happened
cannot_know: much
case_studies: ["AML.CS0001"]
unverified: ["that much"]
sources:
  - {id: one, publisher: P, title: T, date: "2025-08-26", url: "https://example.org", unverified: true}
steps:
  - happened: first
    sources: [one]
    atlas: ["AML.T0055"]
    needs:
      - {condition: credential, stores: [plaintext], outlives_seconds: 60}
      - {condition: reaches, access: writes, kinds: [database], sensitivity: 4, threat_model: identity}
    broken_by:
      - {objective: "CRD-01", because: why}
"""


def read(text: str) -> Knowledge:
    return load({"frameworks/scenarios/s.yaml": textwrap.dedent(text).lstrip("\n").encode()})


def complaints(text: str) -> list[str]:
    with pytest.raises(KnowledgeError) as refused:
        read(text)
    return [str(complaint) for complaint in refused.value.complaints]


def test_a_scenario_is_read_whole() -> None:
    (found,) = read(WHOLE).scenarios
    assert (found.id, found.happened, found.case_studies, found.unverified) == (
        *("s", "2025-08"),
        *(("AML.CS0001",), ("that much",)),
    )
    assert found.sources == (Source("one", "P", "T", "2025-08-26", "https://example.org", True),)
    (step,) = found.steps
    assert (step.happened, step.sources, step.atlas) == ("first", ("one",), ("AML.T0055",))
    assert [(each.objective, each.because) for each in step.broken_by] == [("CRD-01", "why")]
    taken, reached = step.needs
    assert (taken.condition, taken.stores, taken.outlives_seconds) == ("credential", ("plaintext",), 60)
    assert (reached.access, reached.kinds, reached.sensitivity, reached.threat_model) == (
        *("writes", ("database",), 4, "identity"),
    )
    assert str(step.locations[0]) == "frameworks/scenarios/s.yaml:11"


@pytest.mark.parametrize(
    ("line", "changed", "says"),
    [
        ('happened: "2025-08"', "happened: last summer", "$.happened: 'last summer' is no date"),
        ("title: T", "titel: T", "$.titel: is not a known key. Did you mean title?"),
        ("condition: credential", "condition: credentials", "$.steps[0].needs[0].condition: 'credentials' is not"),
        ("access: writes", "access: wirtes", "$.steps[0].needs[1].access: 'wirtes' is not allowed here"),
        ("stores: [plaintext]", "abilities: [pays]", "$.steps[0].needs[0].abilities: is not a known key"),
        ("sensitivity: 4", "sensitivity: 7", "$.steps[0].needs[1].sensitivity: is from 0 to 5"),
        ("stores: [plaintext], outlives_seconds: 60", "kinds: 7", "text is expected, not 7"),
        ("because: why", "reason: why", "$.steps[0].broken_by[0].because: is missing"),
        ("publisher: P, ", "", "$.sources[0].publisher: is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(line: str, changed: str, says: str) -> None:
    assert line in WHOLE
    found = complaints(WHOLE.replace(line, changed))
    assert any(each.startswith("frameworks/scenarios/s.yaml:") and says in each for each in found), found


def test_all_complaints_come_at_once() -> None:
    text = WHOLE.replace("title: T\n", "", 1).replace("condition: credential", "condition: x").replace("url:", "uri:")
    assert len(complaints(text)) == 4, "title, condition, url that is missing and uri that is unknown"


@pytest.mark.parametrize(
    ("need", "says"),
    [
        ("{condition: tool}", "abilities: is missing"),
        ("{condition: tool, abilities: [reads_minds]}", "'reads_minds' is not allowed here"),
        ("{condition: runs_on}", "platforms: is missing"),
        ("{condition: unpinned_server, kinds: [x]}", "kinds: is not a known key"),
        ("{condition: untrusted_input, threat_model: identity}", "threat_model: is not a known key"),
    ],
)
def test_a_condition_takes_its_own_parameters_only(need: str, says: str) -> None:
    text = re.sub(r"\{condition: credential.*\}", need, WHOLE)
    assert any(says in each for each in complaints(text))


def test_a_scenario_without_steps_or_sources_is_none() -> None:
    found = complaints('id: s\ntitle: T\nhappened: "2025"\nsummary: what\ncannot_know: much\n')
    assert [each.split(": ")[-1].split(".")[0] for each in found] == [
        "'2025' is no date",
        "has no sources",
        "has no steps",
    ]


def test_an_id_that_stands_twice_is_a_complaint() -> None:
    text = WHOLE.lstrip("\n").encode()
    with pytest.raises(KnowledgeError, match=r"the id s stands already at scenarios/a\.yaml:1"):
        load({"scenarios/a.yaml": text, "scenarios/b.yaml": text})


def test_an_id_that_nobody_bears_is_answered_with_the_nearest() -> None:
    known = read(WHOLE.replace("id: s\n", "id: echoleak\n", 1))
    assert scenario(known, "echoleak").title == "T"
    with pytest.raises(UsageError, match=r"no scenario 'echo-leak'.*Did you mean echoleak\?"):
        scenario(known, "echo-leak")
    with pytest.raises(UsageError, match="replay-scenario --list"):
        scenario(Knowledge(), "zzz")


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load({f"scenarios/{path.name}": path.read_bytes() for path in (FRAMEWORKS / "scenarios").glob("*.yaml")})


def test_the_shipped_scenarios_are_named_as_their_files(shipped: Knowledge) -> None:
    ids = [each.id for each in shipped.scenarios]
    assert ids == sorted(path.stem for path in (FRAMEWORKS / "scenarios").glob("*.yaml"))
    assert len(ids) >= 7


def test_every_condition_is_asked_for_by_a_shipped_scenario(shipped: Knowledge) -> None:
    asked = {need.condition for each in shipped.scenarios for step in each.steps for need in step.needs}
    assert asked == set(CONDITIONS), "the vocabulary is as small as the scenarios need"


def test_every_shipped_source_has_a_page_and_each_scenario_one_that_was_read(shipped: Knowledge) -> None:
    for each in shipped.scenarios:
        assert all(source.url.startswith("https://") for source in each.sources)
        assert not all(source.unverified for source in each.sources), each.id


def test_the_capabilities_of_known_servers_are_those_that_can_be_asked_for() -> None:
    known = load({f"tool_servers/{path.name}": path.read_bytes() for path in (FRAMEWORKS / "tool_servers").glob("*")})
    told = {
        word
        for server in known.servers
        for fields in server.tools.values()
        for word, _ in fields.get("capabilities", ())
    }
    assert told - {"unknown"} <= set(ABILITIES)


def test_a_need_asks_for_nothing_in_particular_until_it_says_so() -> None:
    assert Need("reaches").access == "any"
    assert Need("reaches").threat_model == "behaviour"
