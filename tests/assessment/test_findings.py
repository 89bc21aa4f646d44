"""One check is one finding: grouped, rated, attributed, and known again by check and subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nhiassess.assessment.findings import findings, fingerprint, places
from nhiassess.assessment.risk import Matrix
from nhiassess.model.assessment import (
    LEVELS,
    NOT_DETERMINED,
    NOT_SATISFIED,
    SATISFIED,
    SEVERITIES,
    Answer,
    Deviation,
    Evidence,
    Finding,
)
from nhiassess.model.inventory import Agent, Inventory, Location, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Exposure, Hop, Path, Reach
from tests.small import catalog, check, control, crosswalk, known, objective, row

A, B = "agent:x/-/a", "agent:x/-/b"
ROW = ["very low", "low", "moderate", "high", "very high"]
MATRIX = Matrix(
    dict.fromkeys(LEVELS, ROW), {level: [min(level, each, key=LEVELS.index) for each in ROW] for level in LEVELS}, ""
)
KNOWN = known(
    objective("O1", implies=("O2",)),
    objective("O2"),
    objective("O3"),
    objective("O3a", part_of="O3"),
    checks=(
        check("c1", "O1"),
        check("c2", "O2"),
        check("c3", "O3a", severity="critical"),
        check("c4", "O3a", severity="low"),
    ),
    catalogs=(catalog("asi", "risks", control("asi", "ASI01", "risk"), control("asi", "ASI02", "risk")),),
    crosswalks=(
        crosswalk("asi", row("O1", "mitigates", "ASI01", "primary"), row("O3", "mitigates", "ASI02", "primary")),
        crosswalk("rmf", row("O1", "related", "GOVERN 1"), row("O2", "no-relationship", "GOVERN 2")),
    ),
)


def failed(check: str, subject: str, *places: Location, state: str = NOT_SATISFIED) -> Answer:
    return Answer(check, subject, state, f"{subject} is wrong", places)


def found(*answers: Answer, knowledge: Knowledge = KNOWN, **more: Any) -> tuple[Finding, ...]:
    stated: dict[str, Any] = {"attribution": [(A, "tool:t"), (B, "tool:t")], "reach": [], "exposure": [], "paths": []}
    stated |= {"deviations": [], "evidence": [], "matrix": MATRIX, "initiation": "moderate"}
    stated |= {"frameworks": [catalog.id for catalog in knowledge.catalogs]}
    inventory = Inventory(agents=(Agent(A), Agent(B)), resources=(Resource("resource:r", sensitivity=5),))
    return findings(knowledge, answers, inventory, **{**stated, **more})


def test_a_check_that_fails_is_one_finding_with_an_occurrence_for_each_subject() -> None:
    rows = found(
        failed("c1", "tool:t"),
        failed("c1", A),
        failed("c1", "tool:fine", state=SATISFIED),
        failed("c1", "tool:odd", state=NOT_DETERMINED),
    )
    assert [row.check for row in rows] == ["c1"]
    assert [each.subject for each in rows[0].occurrences] == [A, "tool:t"]
    assert [each.agents for each in rows[0].occurrences] == [(A,), (A, B)]
    assert rows[0].agents == (A, B)
    assert found() == ()


def test_a_fingerprint_is_check_and_subject_and_never_the_words() -> None:
    one, other = failed("c1", "tool:t"), replace(failed("c1", "tool:t"), seen="other words", locations=(Location("z"),))
    prints = {found(each)[0].occurrences[0].fingerprint for each in (one, other)}
    assert prints == {fingerprint("c1", "tool:t")}
    assert len({fingerprint(c, s) for c in ("c1", "c2") for s in ("a", "b")}) == 4
    assert fingerprint("agent-without-owner", "agent:codex/-/codex").startswith("ec53c199"), "it never changes"


def test_a_finding_names_the_controls_that_its_objectives_lead_to() -> None:
    first, part = found(failed("c1", A))[0], found(failed("c3", A))[0]
    assert first.controls == ("control:asi/ASI01",), "rows that carry nothing lead nowhere"
    assert part.controls == ("control:asi/ASI02",), "a part leads where its whole leads"


def test_an_exception_adds_a_date_and_changes_no_state() -> None:
    accepted = Deviation("exception:1", "c1", A, "why", (), "Sponsor", "2026-10-30", "2027-02-28", False)
    plain, with_it = (
        found(failed("c1", A), failed("c1", B)),
        found(failed("c1", A), failed("c1", B), deviations=[accepted]),
    )
    assert [each.accepted_until for each in with_it[0].occurrences] == ["2027-02-28", None]
    bare = tuple(replace(each, accepted_until=None) for each in with_it[0].occurrences)
    assert replace(with_it[0], occurrences=bare) == plain[0]
    lapsed = found(failed("c1", A), deviations=[replace(accepted, expired=True)])
    assert lapsed[0].occurrences[0].accepted_until is None
    elsewhere = found(failed("c1", A), deviations=[replace(accepted, check="c2"), replace(accepted, subject=B)])
    assert elsewhere[0].occurrences[0].accepted_until is None


def test_what_follows_from_another_finding_is_no_root() -> None:
    roots = {row.check: row.root for row in found(failed("c1", A), failed("c2", A), failed("c3", A))}
    assert roots == {"c1": True, "c2": False, "c3": True}
    assert found(failed("c2", A))[0].root, "nothing that implies it fails"


def test_findings_are_numbered_by_level_then_severity_then_agents() -> None:
    rows = found(failed("c4", A), failed("c2", "tool:t"), failed("c1", A), failed("c3", A))
    assert [(row.id, row.check) for row in rows] == [("F-01", "c3"), ("F-02", "c2"), ("F-03", "c1"), ("F-04", "c4")]


@given(
    st.lists(
        st.builds(failed, st.sampled_from(["c1", "c2", "c3", "c4"]), st.sampled_from([A, B, "tool:t"])), unique=True
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_answers_never_shows(answers: list[Answer], random: Any) -> None:
    rows = found(*answers)
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert found(*shuffled) == rows
    keys = [
        (-LEVELS.index(row.risk_level), SEVERITIES.index(row.severity), -len(row.agents), row.check) for row in rows
    ]
    assert keys == sorted(keys)
    assert sum(len(row.occurrences) for row in rows) == len({(each.check, each.subject) for each in answers})


def test_likelihood_follows_from_the_exposure_of_its_agents_only() -> None:
    open_ = Exposure(A, True, True, True, False)
    closed = Exposure(B, False, False, False, True)
    assert found(failed("c1", A), exposure=[open_, closed])[0].likelihood == "very high"
    assert found(failed("c1", B), exposure=[open_, closed])[0].likelihood == "very low"
    assert found(failed("c1", A), exposure=[replace(open_, untrusted=None)])[0].likelihood == "high"
    assert found(failed("c1", "tool:nobody"), exposure=[open_])[0].likelihood == "moderate", "no agent: nobody can tell"


def test_impact_follows_from_what_its_agents_are_permitted_to_reach() -> None:
    reached = Reach(A, "resource:r", "behaviour", False, "yes", 3, "reads")
    words = "the most sensitive thing in reach is rated 5 of 5"
    assert words in found(failed("c1", A), reach=[reached])[0].risk_because
    for other in (replace(reached, agent=B), replace(reached, gated=True), replace(reached, verdict="unknown")):
        assert words not in found(failed("c1", A), reach=[other])[0].risk_because


def test_evidence_and_paths_are_found_by_place_and_by_node() -> None:
    here = Location("a.json", 3, 5)
    piece = Evidence("E-001", Location("a.json", 3, 1), "x", 2, "s", None)
    hop = Hop("tool:t", "served_by", "tool_server:s", "yes", "why", locations=(Location("b.json", 9), here))
    path = Path("p1", A, "resource:r", "behaviour", True, "yes", (hop,))
    row = found(failed("c1", "tool:t", here, Location("a.json", 3, 9)), evidence=[piece], paths=[path])[0]
    assert row.occurrences[0].evidence == ("E-001",)
    assert row.paths == ("p1",)
    assert found(failed("c1", "tool:other"), paths=[path])[0].paths == ()
    cited = places([failed("c1", "tool:t", here), failed("c1", "x", Location("z"), state=SATISFIED)], [path])
    assert cited == (here, Location("b.json", 9))
