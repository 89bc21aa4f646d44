"""Values become one directed multigraph, in which a path reads as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import networkx as nx

from nhiassess.errors import Complaint, GraphError
from nhiassess.model.assessment import Finding
from nhiassess.model.everyone import everyone_of
from nhiassess.model.inventory import Inventory, Location
from nhiassess.model.knowledge import Check, Knowledge, Row
from nhiassess.model.reach import TRIPLES, VERDICTS, Edge

_OBSERVED = (
    *("agents", "tools", "tool_servers", "credentials", "identities", "grants", "resources", "inputs"),
    *("destinations", "workflows", "trusts", "settings", "authorization_policies", "telemetry", "declared"),
)


def build(
    inventory: Inventory, edges: Iterable[Edge], knowledge: Knowledge, findings: Iterable[Finding] = ()
) -> nx.MultiDiGraph[str]:
    """Build the one graph of what was observed and what is known.

    Parameters
    ----------
    inventory:
        The observed values; each is a node under its id.
    edges:
        The reasons why one node reaches another.
    knowledge:
        Controls, objectives and checks become nodes of the same graph; crosswalk rows become edges.
    findings:
        What failed, joined to its subjects.

    Returns
    -------
    networkx.MultiDiGraph
        Frozen. Node attribute ``value`` is the frozen value and ``kind`` its kind; edge attributes are ``verb``
        and ``value``; the edge key says verb, technique or grant, and first place.

    Raises
    ------
    GraphError
        With every edge whose verb does not join the kinds of its ends, or whose end is no node.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    findings = tuple(findings)
    for table in _OBSERVED:
        for value in getattr(inventory, table):
            graph.add_node(value.id, value=value, kind=kind(value.id))
    for catalog in knowledge.catalogs:
        for control in catalog.controls:
            graph.add_node(control.node, value=control, kind="control")
    for check in knowledge.checks:
        graph.add_node(f"check:{check.id}", value=check, kind="check")
    for finding in findings:
        graph.add_node(f"finding:{finding.id}", value=finding, kind="finding")
    complaints = []
    known = (*_of_knowledge(knowledge), *_of_findings(findings))
    ordered = sorted((*edges, *known), key=order)
    for end in sorted({end for edge in ordered for end in (edge.source, edge.target) if "/every/" in end}):
        # no file states all of a kind as one: it is there when edges run through it
        whole = everyone_of(end)
        if whole is not None:
            graph.add_node(end, value=whole, kind="identity")
    for edge in ordered:
        refusal = _refusal(graph, edge)
        if refusal:
            place = edge.locations[0] if edge.locations else Location("-")
            complaints.append(Complaint(refusal, f"{place.path}:{place.line}:{place.column}"))
            continue
        graph.add_edge(edge.source, edge.target, key=edge.key, verb=edge.verb, value=edge)
    if complaints:
        raise GraphError(tuple(complaints))
    return nx.freeze(graph)


def kind(id: str) -> str:
    """Give the kind of a node by its id.

    Examples
    --------
    >>> kind("tool_server:.mcp.json#github")
    'tool_server'
    """
    return id.split(":", 1)[0]


def order(edge: Edge) -> tuple[str, str, str, int, bool, str]:
    """Put last, where it stays, the strongest of the edges that share a key: the one that nothing stands before."""
    return edge.source, edge.target, edge.key, -VERDICTS.index(edge.verdict), edge.gate is None, edge.id


def _refusal(graph: nx.MultiDiGraph[str], edge: Edge) -> str:
    for end in (edge.source, edge.target):
        if end not in graph:
            return f"{edge.source} {edge.verb} {edge.target}: {end} is no node"
    sources, targets = TRIPLES.get(edge.verb, (frozenset(), frozenset()))
    ends = graph.nodes[edge.source]["kind"], graph.nodes[edge.target]["kind"]
    if ends[0] not in sources or ends[1] not in targets:
        return f"{edge.source} {edge.verb} {edge.target}: {ends[0]} {edge.verb} {ends[1]} is no sentence"
    if not edge.reason:
        return f"{edge.source} {edge.verb} {edge.target}: gives no reason"
    return ""


def _of_knowledge(knowledge: Knowledge) -> Iterator[Edge]:
    controls = {(c.id, each.id): each for c in knowledge.catalogs for each in c.controls}
    hub = {id: each for (catalog, id), each in controls.items() if each.kind == "objective"}
    for check in knowledge.checks:
        for objective in check.objectives:
            if objective in hub:
                yield _edge(f"check:{check.id}", "tests", hub[objective].node, check.title, check)
    for crosswalk in knowledge.crosswalks:
        for row in crosswalk.rows:
            target = controls.get((crosswalk.target, row.target))
            for source_id in row.sources:
                source = controls.get((crosswalk.source, source_id))
                if source and target and row.relationship != "no-relationship":
                    yield _edge(source.node, _verb(row.relationship, source.kind), target.node, _reason(row), row)


def _verb(relationship: str, source_kind: str) -> str:
    if relationship == "mitigates":
        return "mitigates"
    return "maps_to" if source_kind == "objective" else "relates_to"


def _reason(row: Row) -> str:
    """Give why two controls are related; what is published gives no reason, so its place and its word stand for one."""
    return row.rationale or f'published in {row.published_in} as "{row.published_as}"'


def _of_findings(findings: Iterable[Finding]) -> Iterator[Edge]:
    for finding in findings:
        for each in finding.occurrences:
            reason = each.seen or finding.title
            yield Edge(
                f"finding:{finding.id}|{each.subject}",
                f"finding:{finding.id}",
                "observed_on",
                each.subject,
                reason,
                locations=each.locations,
            )


def _edge(source: str, verb: str, target: str, reason: str, stated: Any | Check) -> Edge:
    return Edge(f"{source}|{verb}|{target}", source, verb, target, reason, locations=stated.locations)
