"""Chooses and counts what the report shows, once, so that totals agree from page to page."""

from __future__ import annotations

from collections import Counter

from nhiassess.assessment.figures_findings import GRID, changes, findings, levels
from nhiassess.assessment.figures_paths import blast, chokepoints, exposure, paths, remedies
from nhiassess.assessment.figures_results import (
    control_matrix,
    crosswalks,
    frameworks,
    gaps,
    grouped,
    headline,
    matrices,
    relied_on,
)
from nhiassess.assessment.names import Names
from nhiassess.model.assessment import Assessment
from nhiassess.model.figures import Column, Figures, LedgerRow, Scope, Section, SkippedRow
from nhiassess.model.inventory import Inventory

SOURCES = {
    "a2a": "A2A agent cards",
    "a2a_peers": "A2A peers of Gemini CLI",
    "agent_code": "Agents in Python code",
    "authorization": "Authorization policies",
    "aws_deployed_iam": "IAM in CloudFormation and Terraform",
    "aws_iam": "AWS account authorization details",
    "aws_policies": "AWS policy documents",
    "aws_trusts": "AWS trust policies",
    "azure_entra": "Azure and Entra ID",
    "azure_pipelines": "Azure Pipelines",
    "bedrock": "Amazon Bedrock",
    "circleci": "CircleCI configurations",
    "claude_code": "Claude Code settings",
    "cloudtrail": "CloudTrail logs",
    "codex": "Codex configuration",
    "copilot_agents": "Custom agents of Copilot",
    "copilot_studio": "Copilot Studio",
    "crewai": "CrewAI crews",
    "declarative_agents": "Declarative agents and plugins",
    "dify": "Dify apps",
    "elevation": "Elevated access",
    "flowise": "Flowise flows",
    "gateway_policies": "Gateway policies",
    "gcp": "Google Cloud",
    "gemini_environment": "Environment of Gemini CLI",
    "github_actions": "GitHub Actions workflows",
    "github_agents": "Agents in GitHub workflows",
    "github_audit": "GitHub audit logs",
    "gitlab_ci": "GitLab CI pipelines",
    "instructions": "Instruction files",
    "inventory_sheet": "Inventory sheets",
    "jenkins": "Jenkins pipelines",
    "kubernetes": "Kubernetes manifests",
    "kubernetes_agents": "Agents of a cluster",
    "kubernetes_audit": "Kubernetes audit logs",
    "kubernetes_workloads": "Kubernetes workloads",
    "langgraph": "LangGraph servers",
    "mcp_clients": "Tool server lists of MCP clients",
    "mcp_manifests": "Manifests of MCP servers",
    "mcp_trace": "MCP traces",
    "n8n": "n8n workflows",
    "opentelemetry": "OpenTelemetry spans",
    "roo_modes": "Modes of Roo Code",
    "saas_grants": "Grants of SaaS applications",
    "spiffe": "SPIFFE and SPIRE",
    "vault": "Vault",
    "workstation": "Credential files of workstations",
    "written": "Statements written for this assessment",
}
MOST_REQUESTS = 8
UNRECOGNISED = "Other files, of no known kind"


def figures(assessment: Assessment) -> Figures:
    """Choose and count what the report shows.

    Parameters
    ----------
    assessment:
        The whole assessment.

    Returns
    -------
    Figures
        Every number and every choice that a renderer places.
    """
    inventory = assessment.inventory
    names = Names(inventory)
    standing = frameworks(assessment)
    risks, layers = matrices(assessment, standing, names)
    routes = paths(assessment, names)
    found = findings(assessment, names, routes)
    missing, waiting = gaps(assessment, standing)
    catalogs = relied_on(assessment)
    attributed = Counter(
        agent for row in found for occurrence in row.finding.occurrences for agent in occurrence.agents
    )
    agents = [Column(agent.id, names.label(agent.id), attributed[agent.id]) for agent in inventory.agents]
    return Figures(
        scope=_scope(inventory),
        frameworks=standing,
        headline=headline(standing, assessment.plan.frameworks),
        grouped=grouped(assessment, standing),
        agents=tuple(sorted(agents, key=lambda agent: (-agent.count, agent.label, agent.id))),
        risks=risks,
        layers=layers,
        paths=routes,
        all_paths=len(assessment.paths),
        blast=blast(assessment, names),
        chokepoints=chokepoints(assessment, names),
        remedies=remedies(assessment),
        all_remedies=len(assessment.remedies),
        exposure=exposure(assessment, names),
        findings=found,
        levels=levels(found),
        grid=GRID,
        gaps=missing,
        gap_frameworks=standing,
        waiting=waiting,
        crosswalks=crosswalks(assessment.knowledge, (catalog.id for catalog in catalogs)),
        catalogs=catalogs,
        ledger=_ledger(inventory),
        skipped=_skipped(inventory),
        requests=assessment.requests.requests[:MOST_REQUESTS],
        all_requests=len(assessment.requests.requests),
        matrices=tuple(control_matrix(assessment, figure) for figure in standing),
        changes=changes(assessment.changes, found, names),
        narrative=tuple(
            Section(part.section, part.status != "reviewed", part.text, part.figures) for part in assessment.narrative
        ),
        occurrences=sum(len(row.finding.occurrences) for row in found),
        names=tuple(sorted(names.rows().items())),
    )


def _scope(inventory: Inventory) -> Scope:
    humans = sum(identity.kind == "human" for identity in inventory.identities)
    jewels = [resource for resource in inventory.resources if resource.crown_jewel]
    status = Counter(file.status for file in inventory.files)
    return Scope(
        agents=len(inventory.agents),
        platforms=len({agent.platform for agent in inventory.agents}),
        tool_servers=len(inventory.tool_servers),
        tools=len(inventory.tools),
        identities=len(inventory.identities) - humans,
        humans=humans,
        credentials=len(inventory.credentials),
        grants=len(inventory.grants),
        resources=len(inventory.resources),
        crown_jewels=len(jewels),
        assumed_jewels=sum(bool(resource.assumed) for resource in jewels),
        files=len(inventory.files),
        read=status["read"],
        skipped=status["skipped"],
        ignored=status["ignored"],
    )


def _ledger(inventory: Inventory) -> tuple[LedgerRow, ...]:
    """Count each file once, under the first of its sources."""
    kinds: dict[str, Counter[str]] = {}
    for file in inventory.files:
        source = file.sources[0] if file.sources else ""
        label = SOURCES.get(source, source.replace("_", " ").capitalize()) if source else UNRECOGNISED
        kinds.setdefault(label, Counter())[file.status] += 1
    rows = [
        LedgerRow(kind, status.total(), status["read"], status["skipped"], status["ignored"])
        for kind, status in kinds.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.source == UNRECOGNISED, row.source)))


def _skipped(inventory: Inventory) -> tuple[SkippedRow, ...]:
    whole = {file.id: file.reason or "no reason was recorded" for file in inventory.files if file.status == "skipped"}
    files: dict[str, list[str]] = {}
    for path, reason in whole.items():
        files.setdefault(reason, []).append(path)
    parts: dict[str, list[str]] = {}
    for row in inventory.skipped:
        place = str(row.locations[0]) if row.locations else row.id
        if row.locations and row.locations[0].path in whole:
            continue  # the file stands in the ledger already
        parts.setdefault(row.reason, []).append(f"{row.construct} in {place}" if row.construct else place)
    made = []
    for reason in sorted({*files, *parts}):
        examples = tuple(sorted(files.get(reason, []))[:2] + sorted(parts.get(reason, []))[:2])
        made.append(SkippedRow(reason, len(files.get(reason, [])), len(parts.get(reason, [])), examples[:2]))
    return tuple(sorted(made, key=lambda row: (-row.files, -row.constructs, row.reason)))
