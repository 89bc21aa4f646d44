"""Modes of Roo Code: each is an agent of its own with the groups of tools that it has.

From its documentation (docs.roocode.com: features/custom-modes): `.roomodes` of a project is YAML or JSON, and stronger
than the user's `custom_modes.yaml`; a group may be limited to files by a pattern. Whether a group is used unasked lies
in the state of the editor, outside of files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Resource, Tool
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "roo"
_PROJECT = re.compile(r"(?:^|/)\.roomodes$")
_USER = re.compile(r"(?:^|/)custom_modes\.ya?ml$")
_GROUPS = frozenset({"browser", "command", "edit", "mcp", "read"})


class RooModes:
    """Modes of Roo Code."""

    name = "roo_modes"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise the files by their names, and by the key that holds the modes."""
        return bool(_PROJECT.search(path) or _USER.search(path)) and "customModes" in head

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each mode as an agent, with a tool for each group and the files that it is limited to."""
        found = Gathering()
        for file in files:
            for place, mode in enumerate((file.document.root.get("customModes") or Node(None)).elements()):
                _read_mode(file, place, mode, found)
        return found.inventory()


def _read_mode(file: ReadFile, place: int, mode: Node, found: Gathering) -> None:
    stated = mode.get("slug")
    slug = leaf_text(stated) if stated is not None else None
    if stated is None or not slug:
        reason = "a mode of Roo Code without a slug: nothing can name it"
        found.skip(file.at(mode), f"customModes.{place}", "mode", reason)
        return
    where = folder(file.path)
    scope = "user" if _USER.search(file.path) else scope_of(where)
    id = f"agent:{PLATFORM}/{where}/{quote(slug)}"
    found.agents.append(Agent(id, slug, PLATFORM, locations=(file.at(stated),)))
    for name, node, limits in _groups(mode.get("groups")):
        found.settings.append(setting(file, node, f"customModes.{place}.groups", name, id, scope, listed=True))
        if name not in _GROUPS:
            found.skip(file.at(node), f"customModes.{place}.groups={name}", "group", "not a group that is documented")
        elif name != "mcp":
            _add_tool(file, id, where, name, node, found)
        if limits is not None:
            read_settings(file, ((f"customModes.{place}.{name}", limits),), id, scope, found)


def _groups(groups: Node | None) -> Iterator[tuple[str, Node, Node | None]]:
    """Give the groups of a mode, each by itself or with its limits behind it."""
    for each in groups.elements() if groups is not None else ():
        named = each.get(0) if each.is_sequence else each
        text = named.text() if named is not None else None
        if named is not None and text:
            yield text, named, each.get(1) if each.is_sequence else None


def _add_tool(file: ReadFile, agent: str, where: str, name: str, node: Node, found: Gathering) -> None:
    tool = f"tool:{agent.removeprefix('agent:')}/{name}"
    place = file.at(node)
    found.tools.append(Tool(tool, None, name, locations=(place,)))
    found.links.append(link(agent, "invokes", tool, place))
    if name == "command":
        host = f"resource:host/{where}"
        found.resources.append(Resource(host, provider="host", locations=(place,)))
        found.links.append(link(tool, "executes_on", host, place, reason="commands run on the machine of its user"))


SOURCE = RooModes()
