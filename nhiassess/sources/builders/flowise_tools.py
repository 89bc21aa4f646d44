"""The tools of Flowise agents: attached nodes, entries of a list inside of the agent, and MCP servers.

A packaged server starts the package that its node names in the sources of Flowise (`packages/components/nodes/tools`);
an agent gets the actions that are chosen there, and none when none is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Location, ToolServer
from nhiassess.sources.builders.flow_abilities import LOOKUP, OPEN, Ability, ability, hosted, over_http
from nhiassess.sources.builders.flowise_nodes import Flow, FlowNode
from nhiassess.sources.builders.flows import Allowance, Mark, Vault, add_tool, embedded, hold_scalars, send_to
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.mcp_servers import Client, entries, read_server, server_id, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import folder, quote

PLATFORM = "flowise"
_PACKAGES = {
    "githubMCP": "@modelcontextprotocol/server-github",
    "slackMCP": "@modelcontextprotocol/server-slack",
    "postgreSQLMCP": "@modelcontextprotocol/server-postgres",
    "braveSearchMCP": "@modelcontextprotocol/server-brave-search",
}
_FLOWS = frozenset({"chatflowTool", "agentAsTool"})
_CREDENTIALS = ("credential", "FLOWISE_CREDENTIAL_ID")
# inputs whose parts belong to tools and servers, which hold what lies in them
_OF_TOOLS = frozenset({"agentTools", "agentKnowledgeVSEmbeddings", "mcpServerConfig"})
# attachments that are no part of the node that they are attached to
_NO_PARTS = frozenset({"tools", "supervisor", "llmNode"})
# an agent, its tool, the retriever of the tool, and its embeddings: nothing hangs deeper
_DEEPEST = 6


@dataclass(slots=True)
class Reading:
    """One flow, and what was gathered so far."""

    flow: Flow
    found: Gathering
    vault: Vault
    allowance: Allowance
    agents: dict[str, str] = field(default_factory=dict)  # ids, by those of their nodes
    executors: dict[str, list[FlowNode]] = field(default_factory=dict)  # the tool nodes that act for a model's node
    held: set[str] = field(default_factory=set)
    unnamed: dict[str, Location] = field(default_factory=dict)  # kinds of credential that are needed and not named

    @property
    def key(self) -> str:
        """The folder and the label, by which ids tell flows apart."""
        return f"{folder(self.flow.file.path)}/{quote(self.flow.label)}"

    @property
    def workflow(self) -> str:
        """The id of the workflow."""
        return f"workflow:{PLATFORM}/{self.key}"


@dataclass(frozen=True, slots=True)
class Given:
    """A tool that an agent is given, in either shape."""

    kind: str
    name: str
    key: str  # within its agent
    server: str  # within its flow
    inputs: Node
    dotted: str
    place: Location
    gated: bool


def is_on(node: Node | None) -> bool:
    """Tell whether a switch is on; one that was never touched is empty text."""
    return node is not None and (node.flag() is True or node.text() == "true")


def hold(it: Reading, node: FlowNode, holder: str, depth: int = 0) -> None:
    """Let a holder hold the credentials of a node, and of what hangs on it besides tools.

    Parameters
    ----------
    it:
        The flow.
    node:
        The node.
    holder:
        The id of the agent, tool, tool server or workflow that it belongs to.
    depth:
        How far the node hangs from its holder.
    """
    file = it.flow.file
    named = hold_kept(it, node.data, node.dotted, _credential_kind(node), holder)
    if not named and (needed := _credential_kind(node)):
        it.unnamed.setdefault(needed, it.flow.at(node))
    for key, each in node.inputs.items():
        dotted = f"{node.dotted}.inputs.{key}"
        if key.endswith("Config") and each.is_mapping:
            kind = node.word(key.removesuffix("Config"))
            kept = hold_kept(it, each, dotted, kind, holder)
            if not kept and kind and any(each.get(name) is not None for name in _CREDENTIALS):
                it.unnamed.setdefault(kind, it.flow.at(node))
        if key not in _OF_TOOLS and node.id not in it.held:
            hold_scalars(file, each, dotted, holder, it.found, key)
    it.held.add(node.id)
    for port, id in it.flow.attached.get(node.id, ()):
        if port not in _NO_PARTS and depth < _DEEPEST and it.allowance.take():
            hold(it, it.flow.nodes[id], holder, depth + 1)


def hold_kept(it: Reading, node: Node, dotted: str, kind: str | None, holder: str) -> bool:
    """Let a holder hold the credential that Flowise keeps and a node or a configuration names; tell whether it did."""
    for key in _CREDENTIALS:
        stated = node.get(key)
        id = leaf_text(stated) if stated is not None else None
        if stated is not None and id:
            place, name = it.flow.file.at(stated), kind or "credential"
            it.vault.hold(place, f"{dotted}.{key}", f"{name}/{id}", name, holder, name)
            return True
    return False


def _credential_kind(node: FlowNode) -> str | None:
    """Give the kind of credential that a node must have; None when it needs none."""
    for each in (node.data.get("inputParams") or EMPTY).elements():
        if leaf_text(each.get("type") or EMPTY) == "credential" and not is_on(each.get("optional")):
            return leaf_text(each.get("credentialNames", 0) or EMPTY) or node.kind
    return None


def add_tools(it: Reading, node: FlowNode, agent: str) -> None:
    """Add what an agent is given to call.

    Parameters
    ----------
    it:
        The flow.
    node:
        The node that the agent is.
    agent:
        Its id.
    """
    flow = it.flow
    for by in (node, *it.executors.get(node.id, ())):
        gated = is_on(by.inputs.get("interrupt"))
        for tool in flow.attachments(by, "tools"):
            if it.allowance.take(_cost(tool)):
                name = tool.word("name") or tool.word("toolName") or tool.word("customToolName") or tool.label
                key = flow.names[tool.id]
                given = Given(tool.kind, name, key, key, tool.inputs, f"{tool.dotted}.inputs", flow.at(tool), gated)
                for holder in _add(it, given, agent):
                    hold(it, tool, holder)
    for given in _listed(it, node):
        for holder in _add(it, given, agent):
            hold_kept(it, given.inputs, given.dotted, given.kind, holder)
            for key, each in given.inputs.items():
                if key not in _OF_TOOLS:
                    hold_scalars(flow.file, each, f"{given.dotted}.{key}", holder, it.found, key)
    _add_knowledge(it, node, agent)
    for key, each in node.inputs.items():
        if key.startswith("agentToolsBuiltIn"):
            for brought in (embedded(each) or EMPTY).elements():
                if word := leaf_text(brought):
                    add_tool(it.found, agent, word, hosted(word), (flow.file.at(brought),))


def _cost(node: FlowNode) -> int:
    """Give how many steps it takes to read a tool: the text of a server is read for each agent that calls it."""
    return 1 + sum(len(node.word(key) or "") for key in ("mcpServerConfig", "mcpActions")) // 10


def _listed(it: Reading, node: FlowNode) -> Iterator[Given]:
    """Give the tools that are listed inside of an agent of an agent flow."""
    listed = node.inputs.get("agentTools")
    often: dict[str, int] = {}
    for at, each in enumerate((embedded(listed) or EMPTY).elements() if listed is not None else ()):
        kind, config = leaf_text(each.get("agentSelectedTool") or EMPTY), each.get("agentSelectedToolConfig") or EMPTY
        dotted = f"{node.dotted}.inputs.agentTools.{at}"
        if not kind:
            it.found.skip(it.flow.file.at(each), dotted, "tool", "it names no kind of tool")
            continue
        often[kind] = often.get(kind, 0) + 1
        key = kind if often[kind] == 1 else f"{kind}#{often[kind]}"
        name = leaf_text(config.get("name") or config.get("toolName") or EMPTY) or kind
        gated = is_on(each.get("agentSelectedToolRequiresHumanInput"))
        where, place = f"{dotted}.agentSelectedToolConfig", it.flow.file.at(each)
        yield Given(kind, name, key, f"{it.flow.names[node.id]}/{key}", config, where, place, gated)


def _add_knowledge(it: Reading, node: FlowNode, agent: str) -> None:
    for key, word in (("agentKnowledgeDocumentStores", "documentStore"), ("agentKnowledgeVSEmbeddings", "vectorStore")):
        listed = node.inputs.get(key)
        for place, each in enumerate((embedded(listed) or EMPTY).elements() if listed is not None else ()):
            name = leaf_text(each.get("knowledgeName") or each.get(word) or EMPTY)
            if name:
                where = f"{word} {leaf_text(each.get(word) or EMPTY) or place}"
                id = add_tool(it.found, agent, name, LOOKUP, (it.flow.file.at(each),), key=where)
                for part, config in each.items():
                    dotted = f"{node.dotted}.inputs.{key}.{place}.{part}"
                    kind = leaf_text(each.get(part.removesuffix("Config")) or EMPTY)
                    hold_kept(it, config, dotted, kind, id)
                    hold_scalars(it.flow.file, config, dotted, id, it.found, part)


def _add(it: Reading, given: Given, agent: str) -> list[str]:
    """Add one tool, or the tools of one server; give who holds its credentials."""
    if "mcp" in given.kind.lower():
        return _add_servers(it, given, agent)
    able, host = _ability(given)
    id = add_tool(it.found, agent, given.name, able, (given.place,), key=given.key, gated=given.gated)
    if host and able.sends_out:
        send_to(it.found, id, host, given.place)
    if given.kind in _FLOWS:
        reason = f"the tool {given.name} calls another flow: what it can do stands there"
        it.found.skip(given.place, given.dotted, "workflow called", reason)
    if given.kind == "customTool" and not leaf_text(given.inputs.get("customToolFunc") or EMPTY):
        reason = f"the code of the tool {given.name} is kept by Flowise, and not in the export"
        it.found.skip(given.place, given.dotted, "custom tool", reason)
    return [id]


def _ability(given: Given) -> tuple[Ability, str | None]:
    if not given.kind.startswith("requests"):
        return ability(given.kind), None
    url = next(
        (text for key, each in given.inputs.items() if key.lower().endswith("url") and (text := each.text())), ""
    )
    # the agent writes the query and the body, and the address too when none is set
    return over_http(url, given.kind.removeprefix("requests"), True)


def _add_servers(it: Reading, given: Given, agent: str) -> list[str]:
    """Add the servers of an MCP node, and the actions that are chosen of them."""
    file, found = it.flow.file, it.found
    name = f"{it.flow.label}/{given.server}" if it.flow.dotted else given.server
    chosen = embedded(given.inputs.get("mcpActions") or EMPTY) or EMPTY
    actions = tuple(each for each in chosen.elements() if each.text())
    if not actions:
        reason = f"no action of the server {given.name} is chosen: its agent gets none"
        found.skip(given.place, f"{given.dotted}.mcpActions", "tool server", reason)
    config = given.inputs.get("mcpServerConfig")
    if config is not None:
        return _add_custom(it, given, config, name, actions, agent)
    id, package = server_id(file.path, name), _PACKAGES.get(given.kind)
    found.tool_servers.append(
        ToolServer(id, given.name, "stdio" if package else None, package=package, locations=(given.place,))
    )
    for each in actions:
        add_tool(found, agent, each.text() or "", OPEN, (file.at(each),), gated=given.gated, server=id)
    return [id]


def _add_custom(it: Reading, given: Given, config: Node, name: str, actions: tuple[Node, ...], agent: str) -> list[str]:
    """Add the servers that stand in the text of a node, as in the configuration of any MCP client."""
    file, found, dotted = it.flow.file, it.found, f"{given.dotted}.mcpServerConfig"
    inner = embedded(config)
    if inner is None or not inner.is_mapping:
        id = server_id(file.path, name)
        found.tool_servers.append(ToolServer(id, given.name, auth="unknown", locations=(file.at(config),)))
        found.hold(file, config, dotted, id, "mcpServerConfig")
        reason = f"the configuration of the server {given.name} is no JSON: what it starts is not known"
        found.skip(file.at(config), dotted, "tool server", reason)
        return [id]
    several = inner.get("mcpServers")
    stated = [(name, inner, dotted)]
    if several is not None:
        stated = [(f"{name}/{each}", entry, where) for each, entry, where in entries(several, dotted)]
    for server, entry, where in stated:
        mark, settings = Mark.of(found), len(found.settings)
        with_actions = MappingProxyType({**dict(entry.items()), "allowedTools": Node(actions)})
        client = Client(agent if actions else None)
        read_server(file, server, replace(entry, value=with_actions), where, client, found)
        mark.approve(found, given.gated)
        found.settings[settings:] = [each for each in found.settings[settings:] if each.key != f"{where}.allowedTools"]
    for each in actions:
        key = f"{given.dotted}.mcpActions"
        found.settings.append(setting(file, each, key, each.text(), agent, "project", listed=True))
    return [server_id(file.path, server) for server, _, _ in stated[:1]]
