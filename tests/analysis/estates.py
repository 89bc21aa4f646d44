"""Small estates for tests of analyses: a graph from edges, with a node of the right kind for each end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import networkx as nx
from hypothesis import strategies as st

from nhiassess.model.inventory import (
    Agent,
    AuthorizationPolicy,
    Credential,
    Destination,
    Gate,
    Grant,
    Identity,
    Input,
    Inventory,
    Location,
    Resource,
    Setting,
    Telemetry,
    Tool,
    ToolServer,
    Trust,
    Workflow,
)
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import VERDICTS, BlastRadius, Edge, Reach
from nhiassess.network.build import TRIPLES, build

KINDS: dict[str, tuple[str, Any]] = {
    "agent": ("agents", Agent),
    "tool": ("tools", Tool),
    "tool_server": ("tool_servers", ToolServer),
    "credential": ("credentials", Credential),
    "identity": ("identities", Identity),
    "grant": ("grants", Grant),
    "resource": ("resources", Resource),
    "input": ("inputs", Input),
    "destination": ("destinations", Destination),
    "workflow": ("workflows", Workflow),
    "trust": ("trusts", Trust),
    "setting": ("settings", Setting),
    "telemetry": ("telemetry", Telemetry),
    "authorization_policy": ("authorization_policies", AuthorizationPolicy),
}
ASKED = Gate("human_approval")
A, B = "agent:claude-code/repo/a", "agent:claude-code/repo/b"
SHELL, JEWEL = "tool:a/shell", "resource:aws/ledger"


def edge(sentence: str, verdict: str = "yes", gate: Gate | None = None, place: Location | None = None) -> Edge:
    """Make an edge from `source verb target`."""
    source, verb, target = sentence.split()
    locations = (place,) if place else ()
    return Edge(sentence, source, verb, target, f"{verb} it", verdict, (), gate, locations=locations)


def graph(edges: Iterable[Edge], *values: Any) -> nx.MultiDiGraph[str]:
    """Build the graph of these edges; a node that no value is given for is an empty one of its kind."""
    edges = tuple(edges)
    nodes = {value.id: value for value in values}
    for id in (end for each in edges for end in (each.source, each.target)):
        nodes.setdefault(id, KINDS[id.split(":")[0]][1](id))
    tables: dict[str, list[Any]] = {}
    for id, value in sorted(nodes.items()):
        tables.setdefault(KINDS[id.split(":")[0]][0], []).append(value)
    return build(Inventory(**{table: tuple(rows) for table, rows in tables.items()}), edges, Knowledge())


def shell(id: str = SHELL, confidence: str = "high") -> Tool:
    """Make a built-in tool that runs code."""
    return Tool(id, name="shell", capabilities=(("executes_code", confidence),))


def holder(gate: Gate | None = None, *more: Edge, tool: Tool | None = None) -> nx.MultiDiGraph[str]:
    """Build an agent with a shell and a credential that reads a crown jewel."""
    tool = tool or shell()
    chain = (
        edge(f"{A} invokes {tool.id}", gate=gate),
        edge(f"{A} holds credential:c"),
        edge("credential:c authenticates_as identity:i"),
        edge("identity:i granted grant:g"),
        edge(f"grant:g reads {JEWEL}"),
    )
    return graph((*chain, *more), tool, Resource(JEWEL, sensitivity=5, crown_jewel=True))


# nodes of the random estates: two agents of one folder, tools of every sort that matters to the walk
NODES = (
    Agent(A),
    Agent(B),
    shell(),
    Tool("tool:a/write", name="write", capabilities=(("writes_files", "high"),)),
    Tool("tool:a/odd", name="odd"),
    Tool("tool:s/query", server="tool_server:s", name="query", capabilities=(("queries", "high"),)),
    ToolServer("tool_server:s", transport="stdio"),
    Credential("credential:c"),
    Credential("credential:d"),
    Identity("identity:i"),
    Identity("identity:j"),
    Grant("grant:g"),
    Grant("grant:h"),
    Resource(JEWEL, sensitivity=5, crown_jewel=True, business_function="finance"),
    Resource("resource:host/repo", sensitivity=2, business_function="platform"),
    Resource("resource:github/code"),
    Workflow("workflow:w"),
    Input("input:web", trust="untrusted"),
)
_WALKED = [
    f"{source.id} {verb} {target.id}"
    for verb, (sources, targets) in TRIPLES.items()
    for source in NODES
    for target in NODES
    if source.id.split(":")[0] in sources and target.id.split(":")[0] in targets
]
GATES = st.sampled_from(
    [
        Gate("human_approval", controlled_by="repo/.claude/settings.json"),
        Gate("human_approval", each_call=False),
        Gate("policy", "gateway"),
        Gate("sandbox", "tool_server"),
    ]
)
_EDGES = st.builds(edge, st.sampled_from(_WALKED), st.sampled_from(VERDICTS), st.none() | st.none() | GATES)


@st.composite
def estates(draw: st.DrawFn) -> tuple[Edge, ...]:
    """Draw the edges of a small estate in which something is likely to be reached."""
    common = [
        f"{A} invokes {SHELL}",
        f"{A} invokes tool:a/write",
        f"{A} holds credential:c",
        "credential:c authenticates_as identity:i",
        "identity:i granted grant:g",
    ]
    kept = draw(st.sets(st.sampled_from(common)))
    found = [edge(each) for each in sorted(kept)]
    found += draw(st.lists(_EDGES, max_size=22, unique_by=lambda each: each.id))
    return tuple({each.id: each for each in found}.values())


def drawn(edges: Iterable[Edge]) -> nx.MultiDiGraph[str]:
    """Build the graph of a drawn estate, with all of its nodes."""
    return graph(edges, *NODES)


def gated(edges: Iterable[Edge], at: Edge, gate: Gate) -> tuple[Edge, ...]:
    """Put a gate before one edge."""
    return tuple(replace(each, gate=gate) if each == at else each for each in edges)


def no_wider(rows: Iterable[Reach], than: Iterable[Reach]) -> bool:
    """Tell whether everything in some rows of reach is in others too, with at least that verdict and access."""
    wide = {(row.agent, row.resource, row.threat_model, row.gated): row for row in than}
    return all(
        (other := wide.get((row.agent, row.resource, row.threat_model, row.gated))) is not None
        and VERDICTS.index(other.verdict) <= VERDICTS.index(row.verdict)
        for row in rows
    )


def no_larger(rows: Iterable[BlastRadius], than: Iterable[BlastRadius]) -> bool:
    """Tell whether no radius is larger than that of the same agent, threat model and gates."""
    wide = {row.id: row for row in than}
    return all(
        row.resources <= wide[row.id].resources
        and row.weighted <= wide[row.id].weighted
        and row.bounds[1] <= wide[row.id].bounds[1]
        and {path.target for path in row.crown_jewels} <= {path.target for path in wide[row.id].crown_jewels}
        and set(row.business_functions) <= set(wide[row.id].business_functions)
        for row in rows
    )
