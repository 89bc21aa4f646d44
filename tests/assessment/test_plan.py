"""A plan is read whole or not at all: every complaint of every file at once, with its place."""

from __future__ import annotations

import textwrap

import pytest

from nhiassess.assessment.plan import LIMITS, Stated, stated
from nhiassess.errors import PlanError
from nhiassess.model.assessment import Plan
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Alias
from tests.small import catalog, check, control, known, objective

NOW = "2026-11-24T09:00:00Z"
FRAMEWORKS = ("nist-ai-rmf-1.0", "owasp-asi-2026")
KNOWN = known(
    *map(objective, ("GOV-01", "GOV-02", "COM-02")),
    checks=(check("c", "GOV-01"),),
    catalogs=(
        catalog("nist-ai-rmf-1.0", "outcomes", control("nist-ai-rmf-1.0", "GOVERN 1.1")),
        catalog("owasp-asi-2026", "risks", *(control("owasp-asi-2026", f"ASI0{n}", "risk") for n in (1, 2, 3))),
    ),
    assessed=(*FRAMEWORKS[::-1], "not-there-1"),
    aliases=(Alias("A1", "owasp-asi-2026", "ASI01", "unofficial", "Not an OWASP id.", ("ASI02", "ASI03")),),
)


def read(**files: str) -> Stated:
    """Read files by name, where `__` stands for a slash."""
    texts = {name.replace("__", "/"): textwrap.dedent(text).lstrip("\n").encode() for name, text in files.items()}
    named = {name + ("" if "/" in name and name.endswith(".md") else ".yaml"): each for name, each in texts.items()}
    return stated(
        {name.removesuffix(".yaml") if name.endswith(".md.yaml") else name: each for name, each in named.items()},
        KNOWN,
        NOW,
    )


def complaints(**files: str) -> list[str]:
    with pytest.raises(PlanError) as refused:
        read(**files)
    return [str(complaint) for complaint in refused.value.complaints]


def test_without_a_plan_all_are_assessed_in_the_order_of_the_defaults() -> None:
    found = read()
    assert found.plan == Plan(frameworks=FRAMEWORKS[::-1], default=True)
    assert (found.declared.declared, found.deviations, found.narrative, found.provenance) == ((), (), (), ())


def test_a_whole_plan_is_read() -> None:
    found = read(
        plan="""
        title: Agents
        independence: external
        period: {from: "2026-10-01", to: "2026-11-13"}
        roles: {preparer: Lead, recipients: [Board]}
        frameworks: [owasp-asi-2026]
        observed: observed
        out_of_scope: [{what: Robots, reason: none}]
        not_applicable: [{objective: "COM-02", justification: none, approver: Partner}]
        limits: {rotation_days: 90}
        threat_source: {initiation: high, reason: stated}
        resources:
          - {id: "arn:aws:s3:::ledger", provider: aws, sensitivity: 5, crown_jewel: true}
          - {id: "resource:host/x", provider: host}
        agents: [{id: "agent:codex/-/codex", owner: Ops, tier: 1, approved_at: "2026-06-01"}]
        identities: [{id: "arn:aws:iam::111122223333:role/deploy", owner: Ops}]
        """,
        observed__provenance='exports: [{path: aws, at: "2026-11-01", command: aws}]',
    )
    plan = found.plan
    assert (plan.title, plan.independence, plan.period) == ("Agents", "external", ("2026-10-01", "2026-11-13"))
    assert (plan.frameworks, plan.limits, plan.initiation) == (("owasp-asi-2026",), {"rotation_days": 90}, "high")
    assert plan.not_applicable == (("COM-02", "none", "Partner"),)
    assert not plan.default
    assert [each.id for each in found.declared.resources] == ["resource:aws/arn:aws:s3:::ledger", "resource:host/x"]
    assert found.declared.resources[0].locations == (Location("plan.yaml", 12, 5),)
    assert found.declared.declared[0].agent == "agent:codex/-/codex"
    assert found.declared.identities[0].id == "identity:aws/111122223333/role/deploy"
    assert [(each.path, each.at) for each in found.provenance] == [("aws", "2026-11-01")]


@pytest.mark.parametrize("observed", [".", "observed/", "./observed"])
def test_provenance_is_found_however_the_folder_is_spelled(observed: str) -> None:
    where = {"provenance" if observed == "." else "observed__provenance": 'exports: [{path: aws, at: "2026-11-01"}]'}
    assert "aws" in [each.path for each in read(plan=f'observed: "{observed}"', **where).provenance]


def test_every_complaint_of_every_file_comes_at_once_with_its_place() -> None:
    found = complaints(
        plan="""
        titel: Agents
        period: {from: "13.11.2026", to: "2026-02-30"}
        frameworks: [owasp-asi-2025]
        limits: {rotation_days: many, rotations: 3}
        threat_source: {initiation: sometimes, reason: ""}
        resources: [{id: "x", provider: aws, sensitivity: 9, crown_jewel: perhaps}]
        agents: [{id: "agent:a", tier: "one"}]
        """,
        attestations="""
        attestations:
          - {objective: "GOV-01", answer: maybe, role: Head, at: soon}
        """,
        exceptions="""
        exceptions:
          - {check: c, subject: s, decision: accepted, approver: Sponsor, approved_at: "2026-10-30"}
        """,
        narrative__conclusion_md="",
    )
    told = "\n".join(found)
    for place, what in (
        ("plan.yaml:1:1", "$.titel: is not a known key. Did you mean title?"),
        ("plan.yaml:2:16", "$.period.from: '13.11.2026' is no date."),
        ("plan.yaml:2:34", "$.period.to: '2026-02-30' is no date."),
        (
            "plan.yaml:3:13",
            "$.frameworks: 'owasp-asi-2025' is no catalog. Known: hub, nist-ai-rmf-1.0, owasp-asi-2026.",
        ),
        ("plan.yaml:4:25", "$.limits.rotation_days: a whole number is expected, not 'many'."),
        ("plan.yaml:4:31", "$.limits.rotations: is not a known key. Did you mean rotation_days?"),
        ("plan.yaml:5:29", "$.threat_source.initiation: 'sometimes' is not allowed here."),
        ("plan.yaml:5:16", "$.threat_source.reason: is missing."),
        ("plan.yaml:6:51", "$.resources[0].sensitivity: is from 0 to 5."),
        ("plan.yaml:6:67", "$.resources[0].crown_jewel: true or false is expected, not 'perhaps'."),
        ("plan.yaml:7:32", "$.agents[0].tier: a whole number is expected, not 'one'."),
        ("attestations.yaml:2:35", "$.attestations[0].answer: 'maybe' is not allowed here."),
        ("attestations.yaml:2:58", "$.attestations[0].at: 'soon' is no date."),
        ("exceptions.yaml:2:5", "$.exceptions[0].rationale: is missing."),
        ("exceptions.yaml:2:5", "$.exceptions[0].expires_at: is missing."),
    ):
        assert f"{place}: {what}" in told
    assert len(found) == 15


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("title: no", "a word that older readers of YAML take for true or false"),
        ("version: 1.10", "whose last zero is lost"),
        ("title: A\ntitle: B", "the key stands already at line 1, column 1"),
        ("- a", "a mapping is expected here"),
        ("title: [a]", "text is expected, not ['a']"),
        ("title: A\n---\ntitle: B", "a second document begins here"),
        ("frameworks: {a: b}", "text is expected"),
        ("resources: {a: b}", "a list is expected here"),
        ("title: 'A", "not YAML"),
    ],
)
def test_traps_of_yaml_are_complaints(text: str, what: str) -> None:
    found = complaints(plan=text)
    assert any(what in each for each in found), found
    assert all(each.startswith("plan.yaml:") for each in found)


def test_every_limit_is_read() -> None:
    limits = ", ".join(f"{name}: {number}" for number, name in enumerate(LIMITS, 1))
    assert read(plan=f"limits: {{{limits}}}").plan.limits == {name: number for number, name in enumerate(LIMITS, 1)}


def test_an_attestation_is_for_everything_unless_it_names_a_subject() -> None:
    found = read(
        attestations="""
        attestations:
          - {objective: "GOV-01", answer: "yes", role: Head, at: "2026-10-20", expires: "2027-04-20"}
          - {objective: "GOV-02", subject: "agent:a", answer: "no", role: Head, at: "2026-10-20T10:00:00Z"}
        """
    ).declared.attestations
    assert [(each.id, each.subject, each.answer, each.expires) for each in found] == [
        ("attestation:1", "*", "yes", "2027-04-20"),
        ("attestation:2", "agent:a", "no", None),
    ]


def test_an_unquoted_yes_is_a_complaint() -> None:
    line = 'attestations: [{objective: "GOV-01", answer: yes, role: Head, at: "2026-10-20"}]'
    assert any("older readers of YAML" in each for each in complaints(attestations=line))


EXCEPTION = """
exceptions:
  - {{check: c, subject: s, recommendation: accept, decision: {decision}, rationale: why, compensating: [a],
     approver: Sponsor, approved_at: "2026-10-30", expires_at: "{expires}"}}
"""


@pytest.mark.parametrize(("expires", "expired"), [("2026-11-23", True), ("2026-11-24", False), ("2027-02-28", False)])
def test_an_exception_expires(expires: str, expired: bool) -> None:
    (found,) = read(exceptions=EXCEPTION.format(decision="accepted", expires=expires)).deviations
    assert (found.expired, found.compensating) == (expired, ("a",))


def test_an_exception_that_was_rejected_accepts_nothing() -> None:
    assert read(exceptions=EXCEPTION.format(decision="rejected", expires="2027-02-28")).deviations == ()


NARRATIVE = "---\nsection: conclusion\nstatus: reviewed\n---\n\nAll is *well*.\n"


def test_a_narrative_is_its_text_with_its_status() -> None:
    files = {"narrative/conclusion.md": NARRATIVE.encode(), "narrative/other.md": b"never read"}
    (found,) = stated(files, KNOWN, NOW).narrative
    assert (found.section, found.status, found.text) == ("conclusion", "reviewed", "All is *well*.")


@pytest.mark.parametrize("wrong", ["status: final", "section: risks", "mood: good"])
def test_a_narrative_with_another_front_matter_is_refused(wrong: str) -> None:
    key = wrong.split(":")[0]
    lines = [line for line in NARRATIVE.splitlines() if not line.startswith(f"{key}:")]
    text = "\n".join([lines[0], wrong, *lines[1:]])
    with pytest.raises(PlanError, match=key):
        stated({"narrative/conclusion.md": text.encode()}, KNOWN, NOW)
