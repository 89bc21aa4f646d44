"""Declarative agents of Microsoft 365 Copilot with their plugins, ChatGPT plugins, and OpenAPI descriptions of tools.

The fields are those of Microsoft's "Declarative agent schema" 1.0 to 1.8 and of the app manifest of Teams. An OpenAPI
description counts as a list of tools only when a manifest names it, lies beside it, or it holds a word for agents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import dirname, join, normpath

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Identity, Inventory, Location, Tool, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import server_id, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.services import openapi
from nhiassess.sources.services.plugin_manifests import Descriptions, is_plugin, read_plugin
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "m365-copilot"
_AGENT = re.compile(r"(?:^|/)[^/]*declarative[-_]?agent[^/]*\.json$", re.I)
_PLUGIN = re.compile(r"(?:^|/)[^/]*(?:ai|api)[-_]?plugin[^/]*\.json$", re.I)
_SIGNS = re.compile(
    r'copilot/(?:declarative-agent|plugin)/v|"(?:copilotAgents|copilotExtensions)"\s*:'
    r'|json-schemas/teams/[^"]{1,40}/MicrosoftTeams'
    r'|"schema_version"\s*:\s*"v[12][^"]{0,4}"[\s\S]{0,400}"(?:name_for_human|name_for_model|namespace)"\s*:',
)
_PACKAGE = re.compile(r"(?i)^(?P<package>(?:.*/)?app-?package[^/]*)/")
_INNER = re.compile(r"(?i)(?:^|/)(?:\.well-known|api-?spec\w*|openapi|specs?|plugins?)$")
_TEMPLATE = re.compile(r"\$\{\{[^{}]{1,200}\}\}|\{\{[^{}]{1,200}\}\}")
_TEXT_FILE = re.compile(r"^\s*\$\[file\(\s*'(?P<file>[^']{1,500})'\s*\)\]\s*$")
# what an agent's file states beside its tools
_SETTINGS = ("behavior_overrides", "sensitivity_label", "worker_agents", "user_overrides", "disclaimer", "version")
_APP_SETTINGS = (
    ("authorization", "permissions"),
    ("webApplicationInfo",),
    ("validDomains",),
)


class DeclarativeAgents:
    """Packages of declarative agents and plugins."""

    name = "declarative_agents"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise manifests by their names and schemas, and OpenAPI descriptions by their first key."""
        if openapi.is_openapi(path, head):
            return True
        return path.lower().endswith(".json") and bool(
            _AGENT.search(path) or _PLUGIN.search(path) or _SIGNS.search(head)
        )

    def group(self, path: str) -> str:
        """Put the files of one package together, and a description below with the manifest above it."""
        if found := _PACKAGE.match(path):
            return f"package:{found['package']}"
        return f"package:{_INNER.sub('', dirname(path)) or '-'}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read plugins, then the agents that use them, then the descriptions that nobody named."""
        found = Gathering()
        kinds = {file.path: _kind(file.document.root) for file in files}
        known = Descriptions({file.path: file for file in files if kinds[file.path] == "description"})
        tools = {file.path: read_plugin(file, known, found) for file in files if kinds[file.path] == "plugin"}
        owners: dict[str, tuple[str, Location]] = {}
        for file in files:
            if kinds[file.path] == "app":
                owners.update(_read_app(file, found))
        for file in files:
            if kinds[file.path] == "agent":
                _read_agent(file, tools, owners, found)
            elif kinds[file.path] == "":
                reason = "its keys are those of no agent, plugin or app that is known"
                found.skip(Location(file.path), "root", "manifest", reason)
        beside = any(kind in ("plugin", "agent", "app") for kind in kinds.values())
        for path, file in known.files.items():
            if path not in known.named:
                _read_description(file, beside, found)
        return found.inventory()


def _kind(root: Node) -> str:
    if root.get("openapi") is not None or root.get("swagger") is not None:
        return "description"
    if is_plugin(root):
        return "plugin"
    if any(root.get(each) is not None for each in ("copilotAgents", "copilotExtensions", "manifestVersion")):
        return "app"
    told = any(root.get(each) is not None for each in ("instructions", "capabilities", "actions"))
    return "agent" if told and root.get("name") is not None else ""


def _read_agent(
    file: ReadFile, tools: Mapping[str, list[str]], owners: Mapping[str, tuple[str, Location]], found: Gathering
) -> None:
    root = file.document.root
    stated = root.get("name")
    name = leaf_text(stated) if stated is not None else None
    if stated is None or not name:
        found.skip(Location(file.path), "name", "declarative agent", "the name is no text")
        return
    id = f"agent:{PLATFORM}/{folder(file.path)}/{quote(name)}"
    owner = owners.get(file.path)
    places = (file.at(stated),) if owner is None else (file.at(stated), owner[1])
    purpose = root.get("description")
    found.agents.append(
        Agent(
            id,
            name,
            PLATFORM,
            owner=owner[0] if owner is not None else None,
            purpose=purpose.text() if purpose is not None else None,
            locations=places,
        )
    )
    _name_templates(file, (("name", stated),), found)
    for place, each in enumerate((root.get("capabilities") or Node(None)).elements()):
        _add_capability(file, each, place, id, found)
    left = dict(tools)
    for place, action in enumerate((root.get("actions") or Node(None)).elements()):
        _add_action(file, action, place, id, left, found)
    settings = [(key, node) for key in _SETTINGS if (node := root.get(key)) is not None]
    read_settings(file, settings, id, "project", found)
    instructions = root.get("instructions")
    if instructions is not None and (elsewhere := _TEXT_FILE.match(instructions.text() or "")):
        found.settings.append(setting(file, instructions, "instructions", elsewhere["file"], id, "project"))


def _add_capability(file: ReadFile, node: Node, place: int, agent: str, found: Gathering) -> None:
    """Add a tool of the agent's own for a capability, and the settings that narrow it."""
    stated = node.get("name")
    name = stated.text() if stated is not None else None
    if stated is None or not name:
        found.skip(file.at(node), f"capabilities.{place}", "capability", "the capability has no name")
        return
    id = f"tool:{agent.removeprefix('agent:')}/{quote(name)}"
    found.tools.append(Tool(id, None, name, locations=(file.at(stated),)))
    found.links.append(link(agent, "invokes", id, file.at(stated)))
    narrowed = [(f"capabilities.{name}.{key}", each) for key, each in node.items() if key != "name"]
    read_settings(file, narrowed, agent, "project", found)


def _add_action(
    file: ReadFile, action: Node, place: int, agent: str, tools: dict[str, list[str]], found: Gathering
) -> None:
    """Link an agent to the tools of a plugin; naming the plugin once more adds nothing."""
    stated = action.get("file")
    named = stated.text() if stated is not None else None
    if stated is None or not named:
        found.skip(file.at(action), f"actions.{place}", "action", "the action names no plugin file")
        return
    plugin = normpath(join(dirname(file.path), named))
    called = tools.get(plugin)
    if called is None:
        reason = f"its plugin {named} is not among the files: put it beside the agent"
        found.skip(file.at(stated), f"actions.{place}.file", "action", reason)
        return
    found.links += [link(agent, "invokes", tool, file.at(stated), reason=f"through {named}") for tool in called]
    tools[plugin] = []


def _read_app(file: ReadFile, found: Gathering) -> dict[str, tuple[str, Location]]:
    """Read the manifest of an app; give the owner of each declarative agent that it holds, by the agent's file."""
    root = file.document.root
    holds = root.get("copilotAgents") or root.get("copilotExtensions") or Node(None)
    developer = root.get("developer", "name")
    owner = developer.text() if developer is not None else None
    owners = {}
    for key in ("declarativeAgents", "declarativeCopilots"):
        for each in (holds.get(key) or Node(None)).elements():
            stated = each.get("file")
            if stated is not None and stated.text() and developer is not None and owner:
                owners[normpath(join(dirname(file.path), stated.text() or ""))] = (owner, file.at(developer))
    for place, each in enumerate((holds.get("customEngineAgents") or Node(None)).elements()):
        _add_custom(file, each, place, owner, found)
    if holds.is_mapping:
        stated_by = [(".".join(path), node) for path in _APP_SETTINGS if (node := root.get(*path)) is not None]
        read_settings(file, stated_by, None, "project", found)
    return owners


def _add_custom(file: ReadFile, node: Node, place: int, owner: str | None, found: Gathering) -> None:
    """Add an agent that a bot of the app's own runs, and the app registration that the bot signs in as."""
    root = file.document.root
    stated = root.get("name", "short")
    name = leaf_text(stated) if stated is not None else None
    if stated is None or not name:
        found.skip(file.at(node), f"customEngineAgents.{place}", "custom engine agent", "the app has no short name")
        return
    id = f"agent:{PLATFORM}/{folder(file.path)}/{quote(name)}"
    purpose = root.get("description", "short")
    text = purpose.text() if purpose is not None else None
    found.agents.append(Agent(id, name, PLATFORM, owner=owner, purpose=text, locations=(file.at(stated),)))
    bot = node.get("id")
    client = bot.text() if bot is not None else None
    named = [(key, each) for key, each in (("name.short", stated), ("customEngineAgents.id", bot)) if each is not None]
    if _name_templates(file, named, found) or bot is None or not client:
        return
    identity = f"identity:azure/-/{quote(client)}"
    found.identities.append(Identity(identity, "app_registration", client, "azure", locations=(file.at(bot),)))
    found.links.append(link(id, "runs_as", identity, file.at(bot), reason="the bot's own app registration"))


def _name_templates(file: ReadFile, stated: Sequence[tuple[str, Node]], found: Gathering) -> bool:
    """Name the values that a toolkit fills in when it builds the package; tell whether the last one is such."""
    last = False
    for dotted, node in stated:
        last = bool(_TEMPLATE.search(node.text() or ""))
        if last:
            reason = "it is filled in when the package is built: read the built package, or name the value"
            found.skip(file.at(node), dotted, "template", reason)
    return last


def _read_description(file: ReadFile, beside: bool, found: Gathering) -> None:
    """Read an OpenAPI description that no manifest names."""
    root = file.document.root
    if not beside and not openapi.is_for_agents(file):
        reason = "no manifest of an agent or plugin names this OpenAPI description or lies beside it"
        found.skip(Location(file.path), "openapi", "OpenAPI description", reason)
        return
    title = root.get("info", "title")
    name = (leaf_text(title) if title is not None else None) or "openapi"
    id = server_id(file.path, name)
    called = {each.name: each for each in openapi.operations(file, found)}
    there = openapi.address(root)
    places = [file.at(title)] if title is not None else [Location(file.path)]
    places += [file.at(there[1])] if there is not None else []
    found.tool_servers.append(
        ToolServer(
            id,
            name,
            "http",
            there[0] if there is not None else None,
            auth=openapi.auth(root, called),
            locations=tuple(places),
        )
    )
    openapi.add_tools(file, id, called, found)


SOURCE = DeclarativeAgents()
