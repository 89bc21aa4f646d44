"""Custom agents of GitHub Copilot and VS Code: `.agent.md` files, and the chat modes that came before them.

After GitHub's "Custom agents configuration" and VS Code's "Custom agent file reference". An agent whose file names no
tools has all that its host offers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Agent, Inventory, Location, Resource, Tool
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import Client, entries, read_server, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

PLATFORM = "copilot"
_FILE = re.compile(r"(?:^|/)(?P<stem>[^/]+?)\.(?:agent|chatmode)\.md$|(?:^|/)\.github/agents/(?P<plain>[^/]+)\.md$")
_FOLDER = re.compile(r"(?:^|/)(?:\.github/|\.copilot/|\.vscode/|prompts/)?(?:agents|chatmodes)/")
# names under which tools that start commands have gone; a set of tools stands before a slash
_SHELLS = frozenset({"execute", "shell", "bash", "powershell", "runCommands", "terminalCommand", "runInTerminal"})
_SWITCHES = ("target", "infer", "disable-model-invocation", "user-invocable", "user-invokable", "hooks")


class CopilotAgents:
    """Custom agents of Copilot."""

    name = "copilot_agents"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise agent files by name; below `.github/agents` any Markdown with front matter."""
        found = _FILE.search(path)
        return found is not None and (found["plain"] is None or head.lstrip().startswith("---"))

    def group(self, path: str) -> str:
        """Put the agents of one folder together: they hand over to each other by name."""
        return f"copilot:{_where(path)}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each agent, its tools and servers, and whom it hands over to."""
        found = Gathering()
        named = {name: _id(file) for file in files for name in (_stem(file.path), _name(file))}
        for file in sorted(files, key=lambda each: each.path):
            _read_agent(file, named, found)
        return found.inventory()


def _where(path: str) -> str:
    split = _FOLDER.split(path)
    return quote(split[0] if len(split) > 1 else path.rpartition("/")[0]) or "-"


def _stem(path: str) -> str:
    matched = _FILE.search(path)
    return (matched["stem"] or matched["plain"]) if matched else basename(path)


def _name(file: ReadFile) -> str:
    return leaf_text(file.document.root.get("name") or Node(None)) or _stem(file.path)


def _id(file: ReadFile) -> str:
    return f"agent:{PLATFORM}/{_where(file.path)}/{quote(_name(file))}"


def _read_agent(file: ReadFile, named: dict[str, str], found: Gathering) -> None:
    root, id, scope = file.document.root, _id(file), scope_of(_where(file.path))
    stated = [node for key in ("name", "tools", "description") if (node := root.get(key)) is not None]
    first = file.at_key(stated[0]) if stated else Location(file.path)
    model = next((text for each in (root.get("model") or EMPTY).listed() if (text := leaf_text(each))), None)
    purpose = leaf_text(root.get("description") or Node(None))
    found.agents.append(Agent(id, _name(file), PLATFORM, purpose=purpose, model=model, locations=(first,)))
    read_settings(file, ((key, node) for key in _SWITCHES if (node := root.get(key))), id, scope, found)
    servers = root.get("mcp-servers")
    for name, entry, dotted in entries(servers, "mcp-servers") if servers is not None else ():
        read_server(file, name, entry, dotted, Client(id, scope), found)
    _tools(file, id, scope, first, found)
    found.hold_prose(file, id)
    for name, place in _handed_to(file):
        if name in named and named[name] != id:
            found.links.append(link(id, "delegates_to", named[name], place))
        elif name not in named:
            found.skip(
                place, f"handoff.{name}", "handoff", f"the agent {name} is in no file of the folder: hand it over"
            )


def _tools(file: ReadFile, id: str, scope: str, first: Location, found: Gathering) -> None:
    """Add the tools that the file names, "*" when it names none."""
    tools = file.document.root.get("tools")
    local = leaf_text(file.document.root.get("target") or Node(None)) != "github-copilot"
    for name, node in _named(tools) if tools is not None else [("*", None)]:
        place = file.at(node) if node is not None else first
        if node is not None:
            found.settings.append(setting(file, node, "tools", name, id, scope, listed=True))
        if name.count("/") == 1 and name.rpartition("/")[0] in _servers(file):
            continue  # a tool of a server of the file, which the server's entry gives
        tool = f"tool:{id.removeprefix('agent:')}/{quote(name)}"
        found.tools.append(Tool(tool, None, name, locations=(place,)))
        found.links.append(link(id, "invokes", tool, place))
        if local and (name == "*" or name.split("/")[0] in _SHELLS or name.rpartition("/")[2] in _SHELLS):
            host = f"resource:host/{_where(file.path)}"
            found.resources.append(Resource(host, provider="host", locations=(place,)))
            reason = "its commands run on the machine of its user"
            found.links.append(link(tool, "executes_on", host, place, reason=reason))


def _servers(file: ReadFile) -> set[str]:
    return {name for name, _ in (file.document.root.get("mcp-servers") or EMPTY).items()}


def _named(tools: Node) -> Iterator[tuple[str, Node]]:
    """Give the names of a list, or of a text that lists them."""
    for each in tools.listed():
        for name in (leaf_text(each) or "").strip("[]").split(","):
            if clean := name.strip().strip("'\""):
                yield clean, each


def _handed_to(file: ReadFile) -> Iterator[tuple[str, Location]]:
    """Give the agents that one hands over to, or starts as sub-agents."""
    root = file.document.root
    for each in (root.get("handoffs") or EMPTY).elements():
        agent = each.get("agent")
        if agent is not None and (name := leaf_text(agent)):
            yield name, file.at(agent)
    for each in (root.get("agents") or EMPTY).elements():
        name = leaf_text(each)
        if name and name != "*":
            yield name, file.at(each)


SOURCE = CopilotAgents()
