"""A Dify app, and the tools that its agents are given: those of plugins and servers, and datasets to search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename
from types import MappingProxyType

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import ToolServer
from nhiassess.sources.builders.flow_abilities import LOOKUP, OPEN, UNKNOWN, Ability, ability, family
from nhiassess.sources.builders.flows import Vault, add_tool, embedded, hold_scalars
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.mcp_servers import entries, server_id, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, quote

PLATFORM = "dify"
_PLUGIN = re.compile(r"^([\w.-]+/[\w.-]+):([\w.+-]+)(?:@[0-9a-f]{8,})?$")


@dataclass(slots=True)
class App:
    """One export, and what was gathered so far."""

    file: ReadFile
    root: Node
    found: Gathering
    vault: Vault
    plugins: dict[str, Node] = field(default_factory=dict)  # what pins them, by their ids

    @property
    def key(self) -> str:
        """The folder and the name of the file, by which ids tell apps apart."""
        return f"{folder(self.file.path)}/{quote(basename(self.file.path).rsplit('.', 1)[0])}"

    @property
    def workflow(self) -> str:
        """The id of the workflow."""
        return f"workflow:{PLATFORM}/{self.key}"

    def word(self, *path: str) -> str | None:
        """Give a scalar of the export as text; None when it is absent or empty."""
        node = self.root.get(*path)
        return leaf_text(node) or None if node is not None else None


def read_plugins(app: App) -> None:
    """Read the plugins that an app needs; a version with its hash pins one."""
    for place, each in enumerate((app.root.get("dependencies") or EMPTY).elements()):
        for key, node in (each.get("value") or EMPTY).items():
            text = node.text() or ""
            if not key.endswith("plugin_unique_identifier") or not text:
                continue
            stated = _PLUGIN.match(text)
            if stated:
                app.plugins[stated[1]] = node
            dotted = f"dependencies.{place}.value.{key}"
            app.found.settings.append(setting(app.file, node, dotted, text, None, "project"))


def read_dataset(app: App, dataset: Node, agent: str) -> None:
    """Add the search of one dataset, unless it is switched off."""
    id = leaf_text(dataset.get("id") or EMPTY)
    if id and (dataset.get("enabled") or Node(True)).flag() is not False:
        add_tool(app.found, agent, "dataset", LOOKUP, (app.file.at(dataset),), key=f"dataset {id}")


def read_tool(app: App, tool: Node, dotted: str, agent: str) -> None:
    """Add one entry of a list of tools, unless it is switched off."""
    file, found = app.file, app.found
    dataset = tool.get("dataset")
    if dataset is not None:
        read_dataset(app, dataset, agent)
        return
    name = leaf_text(tool.get("tool_name") or EMPTY)
    provider = leaf_text(tool.get("provider_name") or tool.get("provider_id") or EMPTY)
    switch = tool.get("enabled")
    if not name or not provider:
        found.skip(file.at(tool), dotted, "tool", "it names no tool and provider")
        return
    if switch is not None and switch.flag() is False:
        found.settings.append(setting(file, switch, f"{dotted}.enabled", "false", agent, "project"))
        return
    kind = leaf_text(tool.get("provider_type") or tool.get("type") or EMPTY) or "builtin"
    id = server_id(file.path, provider)
    plugin = "/".join(provider.split("/")[:2]) if provider.count("/") > 1 else None
    pin = app.plugins.get(plugin or "")
    places = (file.at(tool), *((file.at(pin),) if pin is not None else ()))
    server = ToolServer(id, provider, package=plugin, pinned=pin is not None if plugin else None, locations=places)
    found.tool_servers.append(server)
    if kind == "workflow":
        reason = f"the tool {name} is another app, {provider}: what it can do stands there"
        found.skip(file.at(tool), f"{dotted}.provider_type", "workflow called", reason)
    able = OPEN if kind == "mcp" else UNKNOWN if kind in ("workflow", "api") else _ability(provider, name)
    add_tool(found, agent, name, able, (file.at(tool),), server=id)
    hold(app, tool, dotted, id)


def _ability(provider: str, tool: str) -> Ability:
    last = provider.rsplit("/", 1)[-1]
    return ability(tool, tool) if family(tool) else ability(last, tool)


def hold(app: App, node: Node, dotted: str, holder: str) -> None:
    """Let a holder hold the credential that Dify keeps for a tool, and what lies in its parameters."""
    stated = node.get("credential_id")
    id = leaf_text(stated) if stated is not None else None
    if stated is not None and id:
        provider = leaf_text(node.get("provider_name") or node.get("provider_id") or EMPTY) or "tool"
        app.vault.hold(app.file.at(stated), f"{dotted}.credential_id", f"{provider}/{id}", provider, holder)
    hold_scalars(app.file, node, dotted, holder, app.found)


def servers_of(key: str, value: Node, dotted: str) -> Iterator[tuple[str, Node, str]]:
    """Give the tool servers that a parameter names: one address, or a map of them as text."""
    text = value.text() or ""
    if text.startswith(("http://", "https://")):
        yield key, Node(MappingProxyType({"url": value}), value.line, value.column, value.line, value.column), dotted
        return
    inner = embedded(value)
    if inner is not None:
        yield from entries(inner.get("mcpServers") or inner, dotted)
