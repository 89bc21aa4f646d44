"""The tools of n8n agents: nodes attached by `ai_tool`, behind a review node or not, and servers of tools.

A review node (a kind that ends in `HitlTool`) stands between a tool and its agent: a person answers it before each
call. A tool without one is called unasked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import ToolServer
from nhiassess.sources.builders.flow_abilities import OPEN, UNKNOWN, Ability, ability, family, hosted, over_http
from nhiassess.sources.builders.flows import HUMAN, Allowance, Vault, add_tool, hold_scalars, reached, send_to
from nhiassess.sources.builders.n8n_nodes import Flow, FlowNode, auth_of
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.mcp_servers import server_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import folder, link, quote

PLATFORM = "n8n"
_AGENTS = frozenset({"agent", "agentTool", "openAiAssistant"})
_NO_AGENTS = frozenset({"mcpTrigger", "toolExecutor"})
_FILLED = re.compile(r"\$from_?ai\b", re.I)
_OWN = re.compile(r"^=?\s*\{\{\s*\$workflow\.id\s*\}\}\s*$")
# a parameter that is one expression, and nothing around it
_WHOLE = re.compile(r"^=?\s*\{\{(?:[^}]|\}(?!\}))*\}\}\s*;?\s*$")
_PLACEHOLDER = re.compile(r"\{\s*[A-Za-z_]\w*\s*\}")
# an agent, its tool, the vector store of the tool, and its embeddings: nothing hangs deeper
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Mentions:
    """What the parameters of a node are made of: the result of the node before it, and those of nodes by name."""

    current: bool
    named: frozenset[str]


@dataclass(slots=True)
class Reading:
    """One workflow, what was gathered so far, and what is known of its nodes."""

    flow: Flow
    found: Gathering
    vault: Vault
    allowance: Allowance
    agents: dict[str, str] = field(default_factory=dict)  # ids by the names of nodes
    held: set[str] = field(default_factory=set)  # the nodes that somebody holds the credentials of
    called: list[FlowNode] | None = None  # what runs when a tool calls this workflow itself
    filled: dict[str, bool] = field(default_factory=dict)  # whether an agent fills in parameters, by the names of nodes
    mentions: dict[str, Mentions] = field(default_factory=dict)  # by the names of nodes

    @property
    def key(self) -> str:
        """The folder and the label, by which ids tell workflows apart."""
        return f"{folder(self.flow.file.path)}/{quote(self.flow.label)}"

    @property
    def workflow(self) -> str:
        """The id of the workflow."""
        return f"workflow:{PLATFORM}/{self.key}"


def is_agent(flow: Flow, node: FlowNode) -> bool:
    """Tell whether a node lets its model choose what to do."""
    if node.kind in _AGENTS:
        return True
    if node.kind == "openAi" and node.word("resource") == "assistant":
        return node.word("operation") in (None, "message")
    # a node that is given tools lets its model choose among them
    given = any(True for _ in flow.attachments(node, "ai_tool"))
    return given and node.kind not in _NO_AGENTS and not is_review(node)


def credentials(node: FlowNode) -> Iterator[tuple[str, str, Node]]:
    """Give the credentials of a node: by what n8n keeps each, its path in the file, and what names it."""
    for kind, named in (node.node.get("credentials") or EMPTY).items():
        id = leaf_text(named.get("id") or EMPTY) or leaf_text(named.get("name") or EMPTY) or leaf_text(named)
        if id:
            yield f"{kind}/{id}", f"{node.dotted}.credentials.{kind}", named


def hold(it: Reading, node: FlowNode, holder: str, depth: int) -> None:
    """Let a holder hold the credentials of a node, and of what hangs on it besides tools.

    Parameters
    ----------
    it:
        The workflow.
    node:
        The node.
    holder:
        The id of the agent, tool, tool server or workflow that the node belongs to.
    depth:
        How far the node hangs from its holder.
    """
    flow = it.flow
    if node.name not in it.held:
        it.held.add(node.name)
        hold_scalars(flow.file, node.given(), f"{node.dotted}.parameters", holder, it.found)
    for path, dotted, named in credentials(node):
        if not node.off and it.allowance.take():
            kind, _, id = path.partition("/")
            name = leaf_text(named.get("name") or EMPTY) or id
            it.vault.hold(flow.file.at_key(named), dotted, path, name, holder, kind)
    for port, name in flow.attached.get(node.name, ()):
        inner = flow.nodes.get(name)
        if inner is not None and not inner.off and port != "ai_tool" and depth < _DEEPEST and it.allowance.take():
            hold(it, inner, holder, depth + 1)


def is_review(node: FlowNode) -> bool:
    """Tell whether a node asks a person before the tools behind it are called."""
    return node.kind.endswith("HitlTool")


def add_tools(it: Reading, node: FlowNode, agent: str, gated: bool = False, depth: int = 0) -> None:
    """Add what a node is given to call: tools, servers of tools, and other agents.

    Parameters
    ----------
    it:
        The workflow.
    node:
        An agent, or a review node between tools and an agent.
    agent:
        The id of the agent.
    gated:
        Whether a person is asked before each call.
    depth:
        How many review nodes stand between.
    """
    for tool in it.flow.attachments(node, "ai_tool"):
        if not it.allowance.take():
            return
        place = it.flow.at(tool)
        if is_review(tool):
            hold(it, tool, agent, 0)
            if depth < _DEEPEST:
                add_tools(it, tool, agent, True, depth + 1)
        elif tool.name in it.agents:
            it.found.links.append(
                link(agent, "delegates_to", it.agents[tool.name], place, gate=HUMAN if gated else None)
            )
        elif tool.kind in ("mcpClientTool", "mcpRegistryClientTool"):
            _add_server(it, tool, agent, gated)
        else:
            _add_tool(it, tool, agent, gated)
    if node.word("agent") == "sqlAgent":
        able = Ability((("queries_database", "high"), ("writes_database", "medium")), None, True, None, None)
        add_tool(it.found, agent, "sqlAgent", able, (it.flow.file.at(node.given("agent")),))
    native = node.given("nativeTools")
    for each in native.elements():
        name = leaf_text(each)
        if name:
            add_tool(it.found, agent, name, hosted(name), (it.flow.file.at(each),))


def _add_server(it: Reading, node: FlowNode, agent: str, gated: bool) -> None:
    """Add an MCP server that an agent calls, with the tools that the file names, or all."""
    place = it.flow.at(node)
    id = server_id(it.flow.file.path, f"{it.flow.label}/{node.name}")
    url = node.word("endpointUrl") or node.word("sseEndpoint")
    stated = node.given("serverTransport")
    sse = node.word("serverTransport") == "sse" or (stated is EMPTY and node.word("sseEndpoint") is not None)
    it.found.tool_servers.append(
        ToolServer(
            id,
            node.name,
            "sse" if sse else "http" if url else None,
            url,
            auth=auth_of(node) if url else "unknown",
            locations=(place,),
        )
    )
    hold(it, node, id, 0)
    if url is None:
        reason = f"the address of the server {node.name} is put together when it runs, or kept in its credential"
        it.found.skip(place, node.dotted, "tool server", reason)
    chosen = node.given("includeTools") if node.word("include") == "selected" else EMPTY
    listed = chosen.elements() if it.allowance.take(len(chosen.elements())) else ()
    named = [(text, it.flow.file.at(each)) for each in listed if (text := each.text())] or [("*", place)]
    for name, where in named:
        add_tool(it.found, agent, name, OPEN, (where,), gated=gated, server=id)


def serve(it: Reading, node: FlowNode) -> None:
    """Add the MCP server that a workflow itself is, with the tools that it offers to anybody who may call it.

    Parameters
    ----------
    it:
        The workflow.
    node:
        Its MCP Server trigger.
    """
    id = server_id(it.flow.file.path, f"{it.flow.label}/{node.name}")
    place = it.flow.at(node)
    it.found.tool_servers.append(ToolServer(id, node.name, "http", auth=auth_of(node), locations=(place,)))
    hold(it, node, id, 0)
    for tool in it.flow.attachments(node, "ai_tool"):
        if it.allowance.take() and tool.name not in it.agents and not is_review(tool):
            _add_tool(it, tool, id, False)


def _add_tool(it: Reading, node: FlowNode, owner: str, gated: bool) -> None:
    flow, place = it.flow, it.flow.at(node)
    called = _called(it, node) if node.kind == "toolWorkflow" else []
    able, host = ability_of(it, node)
    if called:
        able = _together([ability_of(it, each)[0] for each in called])
    name = node.word("toolName") or node.word("name") or node.name
    server = owner if owner.startswith("tool_server:") else None
    id = add_tool(it.found, owner, name, able, (place,), key=node.name, gated=gated, server=server)
    hold(it, node, id, 0)
    if host and able.sends_out:
        send_to(it.found, id, host, place)
    for each in called:
        hold(it, each, id, 0)
        _, host = ability_of(it, each)
        if host:
            send_to(it.found, id, host, flow.at(each))


def _called(it: Reading, node: FlowNode) -> list[FlowNode]:
    """Give the nodes of this workflow that a tool runs; none, and why, when it calls another workflow."""
    stated = node.given("workflowId")
    text = leaf_text(stated.get("value") or EMPTY) if stated.is_mapping else leaf_text(stated)
    own = leaf_text(it.flow.root.get("id") or EMPTY)
    if text is None or (not _OWN.match(text) and text != own):
        known_as = leaf_text(stated.get("cachedResultName") or EMPTY) or text or "that the node holds"
        reason = f"the tool {node.name} calls the workflow {known_as}: what it can do stands there"
        it.found.skip(it.flow.at(node), f"{node.dotted}.workflowId", "workflow called", reason)
        return []
    if it.called is None:
        starts = [
            each.name for each in it.flow.nodes.values() if each.kind == "executeWorkflowTrigger" and not each.off
        ]
        names = dict.fromkeys(name for start in starts for name in reached(start, it.flow.onward, it.allowance))
        it.called = [node for name in names if not (node := it.flow.nodes[name]).off and name not in it.agents]
    return it.called if it.allowance.take(len(it.called)) else []


def _together(abilities: list[Ability]) -> Ability:
    """Give what several nodes that run one after another can do; those that nobody listed only pass values on."""
    able: dict[str, str] = {}
    for each in abilities:
        for name, sure in each.capabilities or ():
            if name != "unknown" and able.get(name) != "high":
                able[name] = sure
    return Ability(
        tuple(sorted(able.items())) or UNKNOWN.capabilities,
        True if any(each.sees_untrusted for each in abilities) else None,
        True if any(each.reads_private for each in abilities) else None,
        True if any(each.sends_out for each in abilities) else None,
        True if any(each.irreversible for each in abilities) else None,
    )


def ability_of(it: Reading, node: FlowNode, filled: bool = False) -> tuple[Ability, str | None]:
    """Tell what a node can do.

    Parameters
    ----------
    it:
        The workflow.
    node:
        The node.
    filled:
        Whether its parameters are made of what an agent wrote, beside those that an agent fills in when it calls it.

    Returns
    -------
    tuple of Ability and str
        With the one host that it speaks with, if the file names it.
    """
    if node.name not in it.filled:
        it.filled[node.name] = _is_filled(node.given())
    filled = filled or it.filled[node.name]
    if family(node.kind) != "http":
        whole = filled and bool(_WHOLE.match(leaf_text(node.given("query")) or ""))
        return ability(node.kind, node.word("operation"), filled, whole), None
    url = leaf_text(node.given("url")) or ""
    filled = filled or bool(_PLACEHOLDER.search(url)) or node.given("placeholderDefinitions") is not EMPTY
    return over_http(url.lstrip("="), (leaf_text(node.given("method")) or "GET").lstrip("="), filled)


def _is_filled(node: Node) -> bool:
    """Tell whether the agent fills in some part of the parameters."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if _FILLED.search(each.text() or ""):
            return True
        waiting += [inner for _, inner in each.items()] + list(each.elements())
    return False
