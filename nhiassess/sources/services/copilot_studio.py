"""Copilot Studio: agents, their tools and topics, from cloned workspaces (`*.mcs.yml`) and exports of solutions.

Microsoft publishes no schema of these files. The keys are those of workspaces that the Power Platform tools write, and
of the `data` files of exported `botcomponents`: `kind: GptComponentMetadata`, `AgentDialog`, `TaskDialog`,
`KnowledgeSourceConfiguration`, `AdaptiveDialog`, the settings of the agent, and its connection references.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename, dirname

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Credential, Inventory, Location, Tool, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import server_id, setting, tool_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "copilot-studio"
_WORKSPACE = re.compile(r"\.mcs\.ya?ml$", re.I)
_EXPORTED = re.compile(r"(?:^|/)botcomponents/(?P<component>[^/]+)/data$")
_KIND = re.compile(
    r"(?m)^kind:[ \t]*(?:GptComponentMetadata|AgentDialog|TaskDialog|KnowledgeSourceConfiguration|AdaptiveDialog)\b"
)
# folders of a workspace that hold its parts
_PARTS = re.compile(r"(?:^|/)(?:actions|topics|knowledge|agents|trigger|variables)(?:/.*)?$")
_AUTH = {"None": "none", "Integrated": "oauth", "Manual": "oauth"}
_SETTINGS = ("accessControlPolicy", "authenticationMode", "authenticationTrigger", "configuration")


class CopilotStudio:
    """Workspaces and exports of Copilot Studio."""

    name = "copilot_studio"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise files of workspaces by their suffix, files of exports by path and kind, others by their kind."""
        if _WORKSPACE.search(path) or _EXPORTED.search(path):
            return True
        return path.lower().endswith((".yml", ".yaml")) and bool(_KIND.search(head)) and "apiVersion:" not in head

    def group(self, path: str) -> str:
        """Put the files of one workspace, or of one exported agent, together."""
        return f"copilot-studio:{_top(path)}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the agent, what may talk to it, and what it may call."""
        found = Gathering()
        mains = [file for file in files if _kind(file) == "GptComponentMetadata"]
        told = [file for file in files if file.document.root.get("authenticationMode") is not None]
        agent = _add_agent(mains[0] if mains else None, told[0] if told else None, found)
        for file in mains[1:]:
            found.skip(
                Location(file.path), "kind", "agent", "another agent of this folder was read: part their folders"
            )
        connectors = _connectors(files)
        for file in files:
            _read_part(file, agent, connectors, found)
        return found.inventory()


def _top(path: str) -> str:
    """Give the folder of a workspace, or the folder and name of an exported agent.

    Examples
    --------
    >>> _top("bots/desk/actions/Mail.mcs.yml"), _top("export/botcomponents/cr1_desk.topic.Mail/data")
    ('bots/desk', 'export/cr1_desk')
    """
    if found := _EXPORTED.search(path):
        before = path[: found.start()].strip("/")
        return f"{before}/{found['component'].split('.')[0]}".strip("/")
    return _PARTS.sub("", dirname(path)) or "-"


def _kind(file: ReadFile) -> str:
    return leaf_text(file.document.root.get("kind") or Node(None)) or ""


def _stated_name(file: ReadFile) -> tuple[str, Location] | None:
    """Give the name that a file states for what it describes."""
    root = file.document.root
    for path in (("displayName",), ("modelDisplayName",), ("mcs.metadata", "componentName"), ("name",)):
        node = root.get(*path)
        if node is not None and (text := leaf_text(node)):
            return text, file.at(node)
    return None


def _add_agent(main: ReadFile | None, told: ReadFile | None, found: Gathering) -> str | None:
    """Add the agent that its own file and its settings describe; None when neither is there."""
    first = main or told
    if first is None:
        return None
    named = next((each for file in (told, main) if file is not None and (each := _stated_name(file))), None)
    name, place = named or (basename(_top(first.path)), Location(first.path))
    id = f"agent:{PLATFORM}/{folder(f'{_top(first.path)}/x')}/{quote(name)}"
    mode = told.document.root.get("authenticationMode") if told is not None else None
    auth = _AUTH.get(leaf_text(mode) or "", "unknown") if mode is not None else None
    hint = main.document.root.get("aISettings", "model", "modelNameHint") if main is not None else None
    places = [place, *([told.at(mode)] if told is not None and mode is not None else [])]
    found.agents.append(
        Agent(
            id,
            name,
            PLATFORM,
            purpose=_purpose(main),
            model=leaf_text(hint) if hint is not None else None,
            endpoint_auth=auth,
            locations=tuple(places),
        )
    )
    if told is not None:
        nodes = [(key, node) for key in _SETTINGS if (node := told.document.root.get(key)) is not None]
        read_settings(told, nodes, id, "project", found)
    if main is not None:
        for key, node in (main.document.root.get("gptCapabilities") or Node(None)).items():
            found.settings.append(setting(main, node, f"gptCapabilities.{key}", leaf_text(node), id, "project"))
            if node.flag():
                tool = f"tool:{id.removeprefix('agent:')}/{quote(key)}"
                found.tools.append(Tool(tool, None, key, locations=(main.at(node),)))
                found.links.append(link(id, "invokes", tool, main.at(node)))
    return id


def _purpose(main: ReadFile | None) -> str | None:
    node = main.document.root.get("mcs.metadata", "description") if main is not None else None
    return node.text() if node is not None else None


def _connectors(files: Sequence[ReadFile]) -> dict[str, str]:
    """Give the connector of each connection reference by its logical name."""
    known = {}
    for file in files:
        for each in (file.document.root.get("connectionReferences") or Node(None)).elements():
            name, connector = each.get("connectionReferenceLogicalName"), each.get("connectorId")
            if name is not None and connector is not None and name.text() and connector.text():
                known[name.text() or ""] = (connector.text() or "").rsplit("/", 1)[-1]
    return known


def _read_part(file: ReadFile, agent: str | None, connectors: dict[str, str], found: Gathering) -> None:
    """Read a file that describes a part of the agent."""
    root = file.document.root
    kind = _kind(file)
    if kind == "TaskDialog":
        _add_task(file, agent, connectors, found)
    elif kind == "AgentDialog":
        _add_child(file, agent, found)
    elif kind == "KnowledgeSourceConfiguration":
        source = root.get("source")
        for key, node in source.items() if source is not None else ():
            if (text := leaf_text(node)) is not None:
                dotted = f"knowledge.{_part(file)}.{key}"
                found.settings.append(setting(file, node, dotted, text, agent, "project"))
    elif kind == "AdaptiveDialog":
        trigger = root.get("beginDialog", "kind")
        if trigger is not None:
            made = setting(file, trigger, f"topics.{_part(file)}", leaf_text(trigger), agent, "project")
            found.settings.append(made)
    elif kind != "GptComponentMetadata" and not any(
        root.get(each) is not None for each in ("authenticationMode", "connectionReferences")
    ):
        reason = f"components of the kind {kind or '(none)'} are not read"
        found.skip(Location(file.path), "kind", "component", reason)


def _part(file: ReadFile) -> str:
    """Give the short name of a component: that of its file, or the last part of its schema name."""
    exported = _EXPORTED.search(file.path)
    return exported["component"].rsplit(".", 1)[-1] if exported else _WORKSPACE.sub("", basename(file.path))


def _add_child(file: ReadFile, agent: str | None, found: Gathering) -> None:
    named = _stated_name(file)
    name, place = named or (_part(file), Location(file.path))
    id = f"agent:{PLATFORM}/{folder(f'{_top(file.path)}/x')}/{quote(name)}"
    found.agents.append(Agent(id, name, PLATFORM, locations=(place,)))
    if agent is not None and agent != id:
        found.links.append(link(agent, "delegates_to", id, place))


def _add_task(file: ReadFile, agent: str | None, connectors: dict[str, str], found: Gathering) -> None:
    """Read a tool: an operation of a connector, an MCP server, a flow, a prompt, or another agent."""
    action = file.document.root.get("action") or Node(None)
    stated = action.get("kind")
    kind = leaf_text(stated) if stated is not None else None
    named = _stated_name(file)
    name, place = named or (_part(file), Location(file.path))
    if stated is None or not kind:
        found.skip(Location(file.path), "action", "tool", "the tool does not say what it invokes")
        return
    if kind == "InvokeConnectedAgentTaskAction":
        reason = "another agent is called, which this file names by an id only"
        found.skip(file.at(stated), "action", "connected agent", reason)
        return
    reference = action.get("connectionReference")
    server = None
    if reference is not None and reference.text():
        server = _add_server(file, action, reference, connectors, found)
    operation = action.get("operationId") or action.get("operationDetails", "operationId") or action.get("flowId")
    called = (leaf_text(operation) if operation is not None else None) or name
    if kind == "InvokeExternalAgentTaskAction":
        called = "*"  # all tools of the server, unless the maker chose among them elsewhere
    if server is not None:
        id = tool_id(server, called)
        found.links.append(link(id, "served_by", server, place))
    else:
        holder = agent.removeprefix("agent:") if agent is not None else f"{PLATFORM}/{quote(file.path)}"
        id = f"tool:{holder}/{quote(called)}"
    found.tools.append(Tool(id, server, called, locations=(place,)))
    if agent is not None:
        found.links.append(link(agent, "invokes", id, place, reason=f"as {name}"))
    mode = action.get("connectionProperties", "mode")
    if mode is not None:
        # Maker: everybody who talks to the agent acts with the rights of the person who built it
        key = f"actions.{_part(file)}.connectionProperties.mode"
        found.settings.append(setting(file, mode, key, leaf_text(mode), agent, "project"))


def _add_server(file: ReadFile, action: Node, reference: Node, connectors: dict[str, str], found: Gathering) -> str:
    """Add the connector behind a tool, and the connection by which it is signed in to."""
    logical = reference.text() or ""
    connector = connectors.get(logical) or next((each for each in logical.split(".") if each.startswith("shared_")), "")
    id = server_id(file.path, connector or logical)
    place = file.at(reference)
    package = f"connector/{connector}" if connector else None
    found.tool_servers.append(
        ToolServer(id, connector or logical, "http", package=package, auth="unknown", locations=(place,))
    )
    credential = f"credential:{quote(file.path)}#action.connectionReference"
    found.credentials.append(
        Credential(credential, store=f"secret_manager:power-platform:{logical}", name=logical, locations=(place,))
    )
    found.links.append(link(id, "holds", credential, place))
    return id


SOURCE = CopilotStudio()
