"""One realistic assessment, made in code, that tests of figures and renderers share; everything in it is invented."""

from __future__ import annotations

from dataclasses import replace

from nhiassess.model.assessment import Assessment, Deviation, Meta, Narrative, Occurrence, Plan
from nhiassess.model.inventory import Inventory, Location
from nhiassess.model.reach import Escalation
from tests.renderers.catalogs import ASI, MAESTRO, RMF, knowledge
from tests.renderers.estate import AGENTS, blast, chokepoints, exposure, inventory, paths, remedies
from tests.renderers.results import agent_risks, changes, controls, coverage, determinations, evidence, findings

CONCLUSION = """\
Ostermere knows its agents and keeps an inventory of them. It does not yet limit what they can do with the identities
they hold: one path leads from a public issue to the claims store without a person in between, and **one key in a plain
file** opens the deployment role for three agents.
"""
RISKS = """\
1. **A pull request could ship code to production unseen.** The release agent may deploy, and a file in the repository
   switches its approval off. F-01, F-03
2. **Claims could leave by mail.** One agent reads the claims store, reads untrusted mail and may send outward. F-02
3. **One stolen key opens payments.** A key in a plain file is shared by three agents. F-04, F-05
4. **An agent that nobody owns can change prices.** Its rights go beyond its task. F-07, F-09
5. **We could not say which agent did what.** Tool calls are kept for seven days. F-08, F-11
"""
STRENGTHS = """\
- Every agent seen stands in the declared inventory: 8 of 8
- Customs and dock agents use workload identities
- Workflows pin their actions to a digest
- Decisions on privilege are logged
"""
DECISIONS = """\
- **Require a person to approve every production deployment an agent starts.** Head of platform. It closes the open
  path of the release agent to the payments ledger.
- **Retire the shared deployment key and issue one identity for each agent.** Head of platform. One key opens the
  deployment role.
- **Name an owner for the rate agent, or stop it.** Commercial director.
"""


def assessment() -> Assessment:
    """Give the sample: eight agents, fifteen findings, five paths with gates."""
    known = knowledge()
    agents = [row[0] for row in AGENTS]
    standing = controls()
    return Assessment(
        plan=_plan(),
        meta=Meta("2026-11-23T09:00:00Z", "nhiassess", "0.1.0", "3.11", "a1" * 32, "b2" * 32),
        knowledge=known,
        inventory=inventory(),
        blast=blast(),
        paths=paths(),
        chokepoints=chokepoints(),
        remedies=remedies(),
        exposure=exposure(),
        escalations=(
            Escalation(
                "escalation:1",
                "arn:aws:iam::111122223333:role/deploy",
                "needs_resource",
                ("lambda-001",),
                "arn:aws:iam::111122223333:role/platform-admin",
                "may pass platform-admin to a new function and call it",
                False,
                locations=(Location("aws/account.json", 118, 9),),
            ),
            Escalation(
                "escalation:2",
                "arn:aws:iam::111122223333:role/platform-admin",
                "yes",
                (),
                None,
                "has it",
                True,
            ),
        ),
        determinations=determinations(standing),
        findings=findings(),
        controls=standing,
        coverage=coverage(standing),
        agent_risks=agent_risks(agents),
        deviations=(
            Deviation(
                "deviation:1",
                "tool-server-not-pinned",
                "tool_server:fleet/.vscode/mcp.json#maps",
                "The publisher signs every release.",
                ("Egress is limited to one host",),
                "Engagement sponsor",
                "2026-10-30",
                "2027-02-28",
                False,
            ),
        ),
        changes=changes(),
        previous="2026-05-18",
        narrative=_narrative(),
        evidence=evidence(),
    )


def empty() -> Assessment:
    """Give an assessment of a folder in which nothing was found."""
    full = assessment()
    return Assessment(plan=Plan(default=True), meta=full.meta, knowledge=full.knowledge, inventory=Inventory())


def large(occurrences: int = 2000) -> Assessment:
    """Give the sample with one finding of very many occurrences."""
    full = assessment()
    first = full.findings[-1]
    many = tuple(
        Occurrence(
            f"fp-{index:05}",
            f"tool:fleet/.vscode/mcp.json#maps/tool-{index:05}",
            f"version is latest, seen in place {index}",
            (AGENTS[7][0],),
            ("E-003",),
            (Location("fleet/.vscode/mcp.json", index + 1, 5),),
        )
        for index in range(occurrences)
    )
    return replace(full, findings=(*full.findings[:-1], replace(first, occurrences=many)), changes=None)


def hostile() -> Assessment:
    """Give the sample with names that nobody expects: markup, templates, other scripts, controls, great length."""
    full = assessment()
    names = (
        "<script>alert(1)</script>",
        "{{7*7}}{% raw %}",
        "支払い代理エージェント",
        "وكيل الفواتير",
        "release 🚀 manager",
        "x" * 400,
        "a\x00b\x07c\u202egnp.exe",
        "</style></title><img src=http://tracker.example/x.png>",
    )
    agents = tuple(replace(agent, name=name) for agent, name in zip(full.inventory.agents, names, strict=True))
    plan = replace(full.plan, client='"; } @import url(http://evil.example/a.css); <b>' + names[0], system=names[1])
    occurrences = tuple(replace(each, seen=names[0] + names[2]) for each in full.findings[3].occurrences)
    findings = tuple(
        replace(finding, occurrences=occurrences, title=names[7]) if index == 3 else finding
        for index, finding in enumerate(full.findings)
    )
    return replace(full, plan=plan, findings=findings, inventory=replace(full.inventory, agents=agents))


def _plan() -> Plan:
    return Plan(
        client="Ostermere Freight",
        system="Freight operations: agents and the identities they act with",
        reference="NHI-2026-014",
        type="Independent, from configuration",
        independence="external",
        version="1.0",
        period=("2026-10-01", "2026-11-13"),
        roles={
            "preparer": "Lead assessor",
            "reviewer": "Technical reviewer",
            "approver": "Engagement partner",
            "recipients": ["Chief information security officer", "Head of platform"],
        },
        frameworks=(ASI, MAESTRO, RMF),
        out_of_scope=(
            ("Model behaviour and prompt testing", "Separate engagement"),
            ("Warehouse robots", "No agent platform in use"),
            ("Partner-run booking agents", "The contract gives no access"),
        ),
        not_applicable=(("COM-02", "No agent cards are published", "Engagement partner"),),
        limits={"max_credential_lifetime_seconds": 3600, "rotation_days": 90},
        branding={"name": "Cairnfield Assurance"},
    )


def _narrative() -> tuple[Narrative, ...]:
    return (
        Narrative("conclusion", "reviewed", CONCLUSION),
        Narrative("risks", "reviewed", RISKS),
        Narrative("strengths", "reviewed", STRENGTHS),
        Narrative("decisions", "draft", DECISIONS),
    )
