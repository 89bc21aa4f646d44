"""What the sample concludes of its estate: coverage, determinations, findings, evidence, changes."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from nhiassess.model.assessment import (
    RISK_STATES,
    STATES,
    AgentRisk,
    Change,
    ControlCoverage,
    Determination,
    Evidence,
    Finding,
    FrameworkCoverage,
    Occurrence,
)
from nhiassess.model.inventory import Location
from tests.renderers.catalogs import ASI, MAESTRO, NHI, RMF, knowledge
from tests.renderers.estate import AGENTS, place

FINDINGS = """\
approval-not-overridable | An agent can deploy without a person | high | very high | very high | TOL-02 DEL-02 | 0
three-legs | Claims data, untrusted mail and an outward channel meet in one agent | high | high | high | TOL-05 | 1
approval-in-repository | A file in the repository switches approval off | high | high | high | TOL-06 | 0
secret-in-clear | A deployment key lies in a plain file | very high | high | high | CRD-01 | 0 2 5
shared-identity | Three agents share one identity | moderate | very high | high | IDN-01 CRD-05 | 0 2 5
escalation-path | A build job can become administrator | high | very high | very high | AUZ-03 | 0 6
wildcard-action | Rights go beyond what the task needs | moderate | high | moderate | AUZ-02 AUZ-05 AUZ-07 | 2
log-retention | Tool calls are kept for seven days | moderate | moderate | moderate | OBS-04 | 0 1 2 4
no-owner | An agent has no accountable owner | low | moderate | low | INV-02 | 2
credential-outlives-task | Credentials outlive the task | moderate | moderate | moderate | CRD-02 CRD-03 | 0 1 2 5 6
untraceable-call | Tool calls can't be traced to a task | moderate | moderate | moderate | OBS-01 | 1 2 5 7
open-federation | Federated trust accepts every branch | high | moderate | moderate | IDN-04 | 6
tool-server-not-pinned | Two tool servers are not pinned | low | high | low | SUP-01 | 1 7
no-step-limit | Nothing bounds the steps or spend of two agents | low | moderate | low | CON-03 | 3 4
open-egress | Replies may carry any attachment outward | low | low | low | CON-02 | 6 7
"""  # check | title | likelihood | impact | level | objectives | agents


def _rows() -> list[tuple[str, str, str, str, str, tuple[str, ...], tuple[int, ...]]]:
    rows = []
    for line in FINDINGS.splitlines():
        check, title, likelihood, impact, level, objectives, columns = line.split(" | ")
        agents = tuple(int(column) for column in columns.split())
        rows.append((check, title, likelihood, impact, level, tuple(objectives.split()), agents))
    return rows


def _state(index: int, states: tuple[str, ...], weights: tuple[int, ...]) -> str:
    spread = [state for state, weight in zip(states, weights, strict=True) for _ in range(weight)]
    return spread[index * 7 % len(spread)]


def controls() -> tuple[ControlCoverage, ...]:
    rows = []
    gaps = ("no evidence", "no procedure", "stale", "partial")
    for catalog in knowledge().catalogs:
        risks = catalog.reads_as == "risks"
        for index, control in enumerate(catalog.controls):
            state = _state(index, RISK_STATES, (2, 2, 1, 4, 1)) if risks else _state(index, STATES, (8, 5, 6, 1))
            signal = ("supports", "contradicts", "needs an answer")[index % 3]
            signal = signal if catalog.reads_as == "outcomes" else ""
            if catalog.reads_as == "outcomes":
                state = "not-determined" if index else "satisfied"
            if control.assessable == "outside":
                state, signal = "not-determined", "outside the profile"
            lower = {"satisfied": 8, "mitigations hold": 8}.get(state, index % 3 * 2)
            upper = 8 if state in ("satisfied", "mitigations hold", "not-determined", "not determined") else 5
            unknown = state in ("not-determined", "not determined")
            rows.append(
                ControlCoverage(
                    catalog.id,
                    control.id,
                    control.title,
                    state,
                    () if catalog.id == NHI else (f"TOL-0{index % 6 + 1}", f"CRD-0{index % 7 + 1}"),
                    ("approval-not-overridable",) if not unknown else (),
                    8 if not unknown else index % 3 * 2,
                    8,
                    lower,
                    max(lower, upper),
                    catalog.reads_as,
                    gaps[index % 4]
                    if unknown and signal != "outside the profile"
                    else "failed"
                    if state in ("not-satisfied", "exposed")
                    else None,
                    "no evidence of it was handed over" if unknown else "",
                    signal,
                )
            )
    return tuple(rows)


def coverage(controls: tuple[ControlCoverage, ...]) -> tuple[FrameworkCoverage, ...]:
    rows = []
    for catalog in knowledge().catalogs:
        mine = [row for row in controls if row.framework == catalog.id]
        within = [row for row in mine if row.signal != "outside the profile"]
        counted = Counter(row.state for row in within)
        risks = catalog.reads_as == "risks"
        states = RISK_STATES if risks else STATES
        unapplied = counted["not-applicable"] + counted["not applicable"]
        unknown = counted["not-determined"] + counted["not determined"]
        held = counted["satisfied"] + counted["mitigations hold"]
        denominator = len(within) - unapplied
        rows.append(
            FrameworkCoverage(
                framework=catalog.id,
                title=catalog.title,
                reads_as=catalog.reads_as,
                items=len(mine),
                not_applicable=unapplied,
                outside=len(mine) - len(within),
                mapped=len(within) - 2,
                assessed=denominator - unknown,
                counts=tuple((state, counted[state]) for state in states),
                partly=3,
                lower=held,
                upper=held + unknown,
                denominator=denominator,
            )
        )
    return tuple(rows)


def determinations(controls: tuple[ControlCoverage, ...]) -> tuple[Determination, ...]:
    rows = []
    for index, row in enumerate(controls):
        if row.framework == NHI:
            tested = 8 if row.state != "not-determined" else 5
            failed = 2 if row.state == "not-satisfied" else 0
            method = "INTERVIEW" if row.control.startswith("GOV") else "EXAMINE"
            node = f"control:{NHI}/{row.control}"
            rows.append(
                Determination(
                    node,
                    "*",
                    row.state,
                    row.reason,
                    method,
                    8,
                    tested,
                    failed,
                    8 - tested,
                    (f"check-{index}",),
                )
            )
    return tuple(rows)


def agent_risks(agents: list[str]) -> tuple[AgentRisk, ...]:
    rows = []
    for catalog in knowledge().catalogs:
        if catalog.reads_as != "risks":
            continue
        for row, control in enumerate(catalog.controls):
            for column, agent in enumerate(agents):
                weights = (2 + column, 2, 1, max(1, 6 - column), 1)
                rows.append(AgentRisk(control.node, agent, _state(row * 3 + column, RISK_STATES, weights)))
    return tuple(rows)


def findings() -> tuple[Finding, ...]:
    made = []
    for index, (check, title, likelihood, impact, level, objectives, columns) in enumerate(_rows(), 1):
        occurrences = tuple(
            Occurrence(
                sha256(f"{check}|{AGENTS[column][0]}".encode()).hexdigest()[:16],
                AGENTS[column][0],
                "run_workflow is allowed without asking"
                if index == 1
                else f"the setting reads {check.replace('-', ' ')}",
                (AGENTS[column][0],),
                (f"E-{index:03}",),
                place(AGENTS[column][3], 20 + index),
                "2027-02-28" if check == "tool-server-not-pinned" and column == 7 else None,
                "new" if index in (6, 9) else "regressed" if index == 5 else "still open",
            )
            for column in columns
        )
        made.append(
            Finding(
                f"F-{index:02}",
                check,
                title,
                "high" if index < 8 else "medium",
                "high",
                level,
                likelihood,
                impact,
                f"Likelihood is {likelihood}: untrusted text reaches the agent and no gate holds. Impact is {impact}: "
                "what it reaches holds payments, at sensitivity 5.",
                objectives,
                (
                    f"control:{ASI}/ASI0{index % 9 + 1}",
                    f"control:{MAESTRO}/L7.0{index % 9 + 1}",
                    f"control:{RMF}/GOVERN 1.{index % 7 + 1}",
                ),
                occurrences,
                tuple(AGENTS[column][0] for column in columns),
                "Managed settings leave this tool unset. Precedence then lets the file in the repository decide.",
                (
                    "Set the tool to ask in managed settings, which a repository can't override.",
                    "Require a protected environment with a reviewer for every workflow that deploys.",
                    "Give the agent a role that can open a release but not deploy it.",
                ),
                "Whether the person who is asked reads what is shown; a configuration can't tell.",
                ("path:1",) if index in (1, 5, 6) else ("path:4",) if index == 4 else (),
            )
        )
    return tuple(made)


def evidence() -> tuple[Evidence, ...]:
    excerpt = "\n".join(
        (
            '"permissions": {',
            '  "ask":   ["mcp__github__create_release"],',
            '  "allow": ["mcp__github__run_workflow"],',
            '  "env":   { "GH_APP_KEY": "[redacted]" }',
        )
    )
    return tuple(
        Evidence(
            f"E-{index:03}",
            Location(AGENTS[row[6][0]][3], 20 + index, 5),
            excerpt,
            20 + index - 2,
            sha256(f"excerpt {index}".encode()).hexdigest(),
            sha256(f"file {index}".encode()).hexdigest() if index != 4 else None,
            "2026-11-02",
        )
        for index, row in enumerate(_rows(), 1)
    )


def changes() -> tuple[Change, ...]:
    rows = [
        Change(occurrence.fingerprint, finding.check, occurrence.subject, occurrence.change or "still open")
        for finding in findings()
        for occurrence in finding.occurrences
    ]
    rows.append(Change("0" * 16, "public-bucket", "resource:aws/arn:aws:s3:::depot-1", "fixed"))
    rows.append(Change("1" * 16, "no-owner", "agent:crewai/booking/booking", "no longer observable"))
    return tuple(rows)
