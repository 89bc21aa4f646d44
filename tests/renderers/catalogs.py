"""Small catalogs for tests of renderers: real ids and titles of risks and threats, invented statements elsewhere."""

from __future__ import annotations

from nhiassess.model.knowledge import Ask, Catalog, Control, Crosswalk, Group, Knowledge, Row

RISKS = """\
ASI01 Agent Goal Hijack
ASI02 Tool Misuse and Exploitation
ASI03 Identity and Privilege Abuse
ASI04 Agentic Supply Chain Vulnerabilities
ASI05 Unexpected Code Execution (RCE)
ASI06 Memory & Context Poisoning
ASI07 Insecure Inter-Agent Communication
ASI08 Cascading Failures
ASI09 Human-Agent Trust Exploitation
ASI10 Rogue Agents
"""
THREATS = """\
L1 Foundation Models
L1.01 Adversarial Examples
L1.02 Model Stealing
L1.03 Backdoor Attacks
L1.04 Membership Inference Attacks
L1.05 Data Poisoning (Training Phase)
L1.06 Reprogramming Attacks
L1.07 Denial of Service (DoS) Attacks
L2 Data Operations
L2.01 Data Poisoning
L2.02 Data Exfiltration
L2.03 Denial of Service on Data Infrastructure
L2.04 Data Tampering
L2.05 Compromised RAG Pipelines
L3 Agent Frameworks
L3.01 Compromised Framework Components
L3.02 Backdoor Attacks
L3.03 Input Validation Attacks
L3.04 Supply Chain Attacks
L3.05 Denial of Service on Framework APIs
L3.06 Framework Evasion
L4 Deployment and Infrastructure
L4.01 Compromised Container Images
L4.02 Orchestration Attacks
L4.03 Infrastructure-as-Code (IaC) Manipulation
L4.04 Denial of Service (DoS) Attacks
L4.05 Resource Hijacking
L4.06 Lateral Movement
L5 Evaluation and Observability
L5.01 Manipulation of Evaluation Metrics
L5.02 Compromised Observability Tools
L5.03 Denial of Service on Evaluation Infrastructure
L5.04 Evasion of Detection
L5.05 Data Leakage through Observability
L5.06 Poisoning Observability Data
L6 Security and Compliance
L6.01 Security Agent Data Poisoning
L6.02 Evasion of Security AI Agents
L6.03 Compromised Security AI Agents
L6.04 Regulatory Non-Compliance by AI Security Agents
L6.05 Bias in Security AI Agents
L6.06 Lack of Explainability in Security AI Agents
L6.07 Model Extraction of AI Security Agents
L7 Agent Ecosystem
L7.01 Compromised Agents
L7.02 Agent Impersonation
L7.03 Agent Identity Attack
L7.04 Agent Tool Misuse
L7.05 Agent Goal Manipulation
L7.06 Marketplace Manipulation
L7.07 Integration Risks
L7.08 Horizontal/Vertical Solution Vulnerabilities
L7.09 Repudiation
L7.10 Compromised Agent Registry
L7.11 Malicious Agent Discovery
L7.12 Agent Pricing Model Manipulation
L7.13 Inaccurate Agent Capability Description
XL Cross-Layer Threats
XL.01 Supply Chain Attacks
XL.02 Lateral Movement
XL.03 Privilege Escalation
XL.04 Data Leakage
XL.05 Goal Misalignment Cascades
"""
OUTCOMES = {
    "GOVERN 1": 7,
    "GOVERN 2": 3,
    "GOVERN 3": 2,
    "GOVERN 4": 3,
    "GOVERN 5": 2,
    "GOVERN 6": 2,
    "MAP 1": 6,
    "MAP 2": 3,
    "MAP 3": 5,
    "MAP 4": 2,
    "MAP 5": 2,
    "MEASURE 1": 3,
    "MEASURE 2": 13,
    "MEASURE 3": 3,
    "MEASURE 4": 3,
    "MANAGE 1": 4,
    "MANAGE 2": 4,
    "MANAGE 3": 2,
    "MANAGE 4": 3,
}
OBJECTIVES = """\
AUZ-01 No standing privilege: elevation is time-bound and approved
AUZ-02 Permissions are least privilege: no wildcard action or resource beyond the declared task
AUZ-03 No escalation path leads from an agent to administrative privilege
AUZ-04 Authorization is decided at request time by policy-as-code
AUZ-05 Every request-time policy in force reads context: task scope, data sensitivity, destination
AUZ-06 An agent does not act for several business functions at once with one identity
AUZ-07 Granted permissions are used; unused ones are withdrawn
AUZ-08 Production and non-production are isolated
COM-01 Agents authenticate each other, over protected channels
COM-02 Agent cards and registries are authentic (signed)
COM-03 Messages between agents have integrity and freshness
CON-01 Each agent has a blast-radius limit set by its owner, and the observed radius is within it
CON-02 Egress is limited to named destinations
CON-03 Budgets, rates and step limits bound an agent
CON-04 An agent can be stopped, and its identities revoked, at once
CON-05 An agent's changes can be undone
CON-06 Failure of one agent stops at a circuit breaker
CRD-01 No secret is stored in clear where an agent or its configuration is kept
CRD-02 Credentials are short-lived: their lifetime does not outlast the task
CRD-03 Credentials are issued for each task (just in time) and end with it
CRD-04 Each credential is scoped to one tool or destination (audience, resource, scopes)
CRD-05 Agents do not share a secret store path with human workloads or other agents (shared credentials: IDN-01)
CRD-06 Standing credentials are rotated, and unused ones removed
CRD-07 Revocation matches the length of the workflow, for long-running agents too
CRD-08 No secret reaches prompts, memory, logs or traces
DAT-01 Retrieval sources and vector stores keep provenance, write control and the reader's rights
DEL-01 Delegation chains are bounded and keep the delegator's limits
DEL-02 No chain from a harmless entry tool reaches a high-risk system without a gate
DEL-03 On-behalf-of identity is preserved along the chain
GOV-01 Roles and accountability for autonomous decisions are assigned
GOV-02 Risk tolerance for autonomy is set, and each agent is tiered against it
GOV-03 Human oversight is defined, staffed and trained
GOV-04 Incidents with agents are planned for and rehearsed
GOV-05 Agents are tested adversarially before and after release
GOV-06 Legal and regulatory duties for each agent are recorded
GOV-07 Residual risk is accepted by a named role
IDN-01 Each agent has an identity of its own, not shared with another agent or workload
IDN-02 Each agent authenticates with a cryptographic workload identity
IDN-03 No agent runs as a human, and no human uses a non-human identity
IDN-04 Federated trust names issuer, audience and subject exactly
IDN-05 Third-party and SaaS grants to agents are known, scoped and revocable
INP-01 Untrusted input is marked and screened before it can steer an agent
INV-01 No agent or identity was observed that the inventory lacks, and none declared is missing
INV-02 Every agent and identity has a named accountable owner role
INV-03 Every agent has a documented purpose, environment and task scope
INV-04 The ratio of non-human to human identities and its growth are known and explained (sprawl)
LIF-01 Offboarding removes identities, credentials and grants
LIF-02 Access is reviewed on a set cadence, with keep, modify or revoke recorded
MEM-01 Memory and context are isolated for each user and task, and provenance is kept
MEM-02 Instruction files and hooks that steer an agent are under review control
MEM-03 Writes to long-term memory are controlled, expire and can be rolled back
OBS-01 Every tool call is logged, attributable to agent, identity and task
OBS-02 Every access to data is logged
OBS-03 Every decision on privilege (grant, deny, escalate) is logged
OBS-04 Logs are kept for the required time in a sink the agent can't alter
OBS-05 (a) observed actions stay within policy; (b) they are reviewed continuously, not only each quarter
OBS-06 Behaviour that drifts from its baseline is detected
OBS-07 Telemetry is protected from disclosure and poisoning
SUP-01 Tool servers, skills, models and actions are pinned to a version or digest
SUP-02 They come from trusted publishers, and their descriptions have not changed since approval
SUP-03 An AI bill of materials exists
TOL-01 An agent can invoke only tools on its allow list
TOL-02 High-risk and irreversible tool actions need explicit human approval
TOL-03 Tool servers authenticate their callers and use encrypted transport
TOL-04 Code execution is sandboxed: file system, network, process
TOL-05 No agent combines untrusted input, private data and an outbound channel without a gate
TOL-06 Approval can't be switched off by configuration in the repository that the agent works on
TOL-07 A tool accepts only declared arguments, paths and destinations
TOL-08 An approval shows action, arguments and effect, is asked of an entitled person, and expires
"""
FAMILIES = {
    "INV": "Inventory",
    "IDN": "Identity",
    "CRD": "Credentials",
    "AUZ": "Authorization",
    "TOL": "Tools",
    "DEL": "Delegation",
    "COM": "Communication",
    "SUP": "Supply chain",
    "MEM": "Memory",
    "DAT": "Data",
    "INP": "Input",
    "OBS": "Observation",
    "CON": "Containment",
    "LIF": "Life cycle",
    "GOV": "Governance",
}
ASI, MAESTRO, RMF, NHI = "owasp-asi-2026", "csa-maestro-2025", "nist-ai-rmf-1.0", "nhi-objectives-1"


def knowledge() -> Knowledge:
    """Give four catalogs and the crosswalks between them."""
    return Knowledge(catalogs=(_risks(), _threats(), _outcomes(), _objectives()), crosswalks=_crosswalks())


def _catalog(id: str, title: str, short: str, version: str, reads_as: str, **more: object) -> Catalog:
    return Catalog(
        id=id,
        title=title,
        short=short,
        version=version,
        published="2025-02-06",
        publisher="Publisher of the framework",
        licence="CC-BY-SA-4.0",
        ships="ids and titles",
        source_url="https://frameworks.example/" + id,
        retrieved="2026-11-01",
        checked_against="list.csv",
        checksum="0" * 64,
        reads_as=reads_as,
        **more,  # type: ignore[arg-type]  # groups and controls
    )


def _lines(text: str) -> list[tuple[str, str]]:
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in text.splitlines()]


def _risks() -> Catalog:
    controls = tuple(Control(id, ASI, title, "risk", "process") for id, title in _lines(RISKS))
    return _catalog(ASI, "OWASP Top 10 for Agentic Applications 2026", "OWASP ASI", "2026", "risks", controls=controls)


def _threats() -> Catalog:
    groups, controls = [], []
    for id, title in _lines(THREATS):
        if "." in id:
            controls.append(Control(id, MAESTRO, title, "threat", "process", parent=id.partition(".")[0]))
        else:
            groups.append(Group(id, title, "layer"))
    return _catalog(
        MAESTRO, "CSA MAESTRO", "CSA MAESTRO", "2025", "risks", groups=tuple(groups), controls=tuple(controls)
    )


def _outcomes() -> Catalog:
    groups: list[Group] = []
    controls = []
    for category, number in OUTCOMES.items():
        function = category.partition(" ")[0]
        if function not in {group.id for group in groups}:
            groups.append(Group(function, function, "function"))
        groups.append(Group(category, category, "category", function))
        for index in range(1, number + 1):
            id = f"{category}.{index}"
            outside = "Concerns people, not configuration" if id in ("GOVERN 3.1", "MAP 5.2") else None
            statement = f"An outcome of {category} is in place, known to those who need it, and reviewed at set times."
            controls.append(
                Control(
                    id,
                    RMF,
                    id,
                    "outcome",
                    "organisation",
                    parent=category,
                    statement=statement,
                    assessable="outside" if outside else "by_interview",
                    outside=outside,
                    ask=Ask("Who reviews this, and when last?", ("minutes of the last review",)),
                )
            )
    return _catalog(
        RMF,
        "NIST AI Risk Management Framework 1.0",
        "NIST AI RMF",
        "1.0",
        "outcomes",
        groups=tuple(groups),
        controls=tuple(controls),
    )


def _objectives() -> Catalog:
    groups = tuple(Group(id, title, "family") for id, title in FAMILIES.items())
    order = list(FAMILIES)
    lines = sorted(_lines(OBJECTIVES), key=lambda line: (order.index(line[0][:3]), line[0]))
    controls = tuple(
        Control(
            id,
            NHI,
            statement.partition(":")[0][:60],
            "objective",
            "configuration",
            parent=id[:3],
            statement=statement,
            ask=Ask("Where is this recorded?", ("an export of the register",)),
        )
        for id, statement in lines
    )
    return _catalog(
        NHI,
        "NHI assessment objectives 1",
        "NHI objectives",
        "1",
        "objectives",
        groups=groups,
        controls=controls,
    )


def _crosswalks() -> tuple[Crosswalk, ...]:
    made = []
    for target, kind in ((ASI, "mitigates"), (MAESTRO, "mitigates"), (RMF, "intersects-with")):
        rows = tuple(Row((f"TOL-0{index}",), "x", kind, "A reason of substance.") for index in range(1, 7))
        method = "Each row was argued from both texts by one person and read by a second."
        made.append(Crosswalk(f"{NHI}--{target}", NHI, target, "assessed", method, rows))
    return tuple(made)
