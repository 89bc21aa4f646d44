"""Claude Code: settings of every scope, sub-agents, hooks, skills and commands, and the tools that come with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Location, Resource, Setting, Skipped, Tool
from nhiassess.sources.clients.agent_commands import Wanted, name_tools
from nhiassess.sources.clients.agent_settings import is_comment, leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "claude-code"
BUILT_IN = ("Bash", "Edit", "Read", "Task", "WebFetch", "WebSearch", "Write")
_SETTINGS = re.compile(r"(?:^|/)\.claude/settings(?P<local>\.local)?\.json$")
_MANAGED = re.compile(
    r"(?:^|/)(?:(?:etc/claude-code|Library/Application Support/ClaudeCode|Program(?:Data| Files)/ClaudeCode)/)?"
    r"managed-settings(?:\.d/[^/]+)?\.json$"
)
_SERVERS = re.compile(r"(?:^|/)\.mcp\.json$")
_AGENT = re.compile(r"(?:^|/)agents/(?:[^/]+/)*(?P<stem>[^/]+)\.md$")
_SKILL = re.compile(r"(?:^|/)SKILL\.md$")
_COMMAND = re.compile(r"(?:^|/)commands/(?:[^/]+/)*[^/]+\.md$")
_HOOKS = re.compile(r"(?:^|/)hooks/hooks\.json$")
_EVENTS = "PreToolUse|PostToolUse|SessionStart|SessionEnd|UserPromptSubmit|Notification|SubagentStop|Stop|PreCompact"
# a piece of settings in a file that Claude Code does not read by this name
_FRAGMENT = re.compile(
    r'"permissions"\s*:\s*\{\s*"(?:allow|deny|ask|defaultMode|additionalDirectories)"'
    rf'|"hooks"\s*:\s*\{{\s*"(?:{_EVENTS})"\s*:\s*\['
)
_NAMED = re.compile(r"\A\s*---\s*\n(?=[\s\S]*?^name\s*:)(?=[\s\S]*?^description\s*:)", re.M)
_HOOK_LEAVES = frozenset({"command", "bash", "powershell", "url", "prompt"})


class ClaudeCode:
    """Configurations of Claude Code."""

    name = "claude_code"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Claude Code's files by path, pieces of them by their signs."""
        if any(each.search(path) for each in (_SETTINGS, _MANAGED, _SERVERS, _SKILL, _HOOKS)):
            return True
        if path.endswith(".md"):
            own = ".claude/" in path and bool(_AGENT.search(path) or _COMMAND.search(path))
            other = path.endswith((".agent.md", ".chatmode.md")) or not _NAMED.search(head)
            return own or bool(_AGENT.search(path) and not other)
        return path.endswith(".json") and bool(_FRAGMENT.search(head))

    def group(self, path: str) -> str:
        """Put the files of one folder together: they are those of one agent."""
        own = ".claude/" in path or _SERVERS.search(path)
        return f"claude-code:{folder(path)}" if own else path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read settings, sub-agents, hooks and skills."""
        found = Gathering()
        for file in sorted(files, key=_telling):
            path = file.path
            if _MANAGED.search(path):
                _read_settings(file, agent_id(managed_folder(path)), "managed", found)
            elif matched := _SETTINGS.search(path):
                where = folder(path)
                scope = "local" if matched["local"] and scope_of(where) == "project" else scope_of(where)
                _read_settings(file, _main(file, found), scope, found)
            elif _SERVERS.search(path):
                if any(not is_comment(key) for key, _ in file.document.root.items()):
                    _main(file, found)
            elif _SKILL.search(path) or _COMMAND.search(path):
                _read_skill(file, found)
            elif _AGENT.search(path):
                _read_sub_agent(file, found)
            else:
                _read_settings(file, None, "project", found)
        return found.inventory()


def _telling(file: ReadFile) -> tuple[bool, bool, str]:
    """Order files so that what says most of the agent comes first."""
    return not _SETTINGS.search(file.path), not _SERVERS.search(file.path), file.path


def agent_id(where: str, name: str = PLATFORM) -> str:
    """Give the id of an agent of Claude Code in a folder."""
    return f"agent:{PLATFORM}/{where}/{quote(name)}"


def managed_folder(path: str) -> str:
    """Give the folder of the machine that managed settings are for.

    Examples
    --------
    >>> managed_folder("laptops/dev/etc/claude-code/managed-settings.json"), managed_folder("managed-settings.json")
    ('laptops/dev', '-')
    """
    return quote(_MANAGED.sub("", path).strip("/")) or "-"


def _main(file: ReadFile, found: Gathering) -> str:
    """Add the agent of the file's folder with the tools that come with it."""
    where = folder(file.path)
    root = file.document.root
    places = [file.at_key(node) for key, node in root.items() if not is_comment(key)][:1] or [Location(file.path)]
    decisive = (root.get("permissions", "defaultMode"), root.get("sandbox", "enabled"))
    places += [file.at(node) for node in decisive if node is not None]
    id = agent_id(where)
    model = leaf_text(root.get("model") or Node(None))
    if not any(each.id == id for each in found.agents):
        _built_in(id, where, dict.fromkeys(BUILT_IN, places[0]), found)
    found.agents.append(Agent(id, PLATFORM, PLATFORM, model=model, locations=tuple(places)))
    return id


def _built_in(agent: str, where: str, tools: Mapping[str, Location], found: Gathering) -> None:
    for name, place in tools.items():
        id = f"tool:{agent.removeprefix('agent:')}/{quote(name)}"
        found.tools.append(Tool(id, None, name, locations=(place,)))
        found.links.append(link(agent, "invokes", id, place))
        if name == "Bash":
            host = f"resource:host/{where}"
            found.resources.append(Resource(host, provider="host", locations=(place,)))
            found.links.append(link(id, "executes_on", host, place, reason="Bash runs on the machine of its user"))


def _read_settings(file: ReadFile, agent: str | None, scope: str, found: Gathering) -> None:
    root = file.document.root
    plain = ((key, node) for key, node in root.items() if key not in ("hooks", "mcpServers", "description"))
    read_settings(file, plain, agent, scope, found)
    _read_hooks(file, root, agent, scope, found)
    servers = root.get("mcpServers")
    if servers is not None and servers.is_mapping and _SETTINGS.search(file.path):
        reason = "Claude Code starts no tool server from its settings; it reads .mcp.json"
        id = f"skipped:{quote(file.path)}#mcpServers"
        found.skipped.append(Skipped(id, reason, "mcpServers", (file.at_key(servers),)))


def _read_hooks(file: ReadFile, root: Node, agent: str | None, scope: str, found: Gathering) -> None:
    """Read the commands that hooks run, in whatever shape they stand."""
    hooks = root.get("hooks")
    if hooks is None:
        return
    read_settings(
        file,
        (("hooks", hooks),),
        agent,
        scope,
        found,
        lambda key: key.rsplit(".", 1)[-1] in _HOOK_LEAVES or key.count(".") == 1,
    )


def _owner(path: str) -> tuple[str, str | None]:
    """Give the folder that a file under `.claude/` or of a plugin belongs to, and its main agent if it has one."""
    if ".claude/" in path:
        where = folder(path)
        return where, agent_id(where)
    where = re.split(r"(?:^|/)(?:agents|skills|commands)/", path)[0]
    return quote(where) or "-", None


def _read_skill(file: ReadFile, found: Gathering) -> None:
    """Read the tools that a skill or command may use without asking, for skills of an agent's own folder."""
    _, agent = _owner(file.path)
    root = file.document.root
    if agent is None or not root.is_mapping:
        return
    found.hold_prose(file, agent)
    key = "allowed-tools" if _SKILL.search(file.path) else "command.allowed-tools"
    for name, place in _named(file, root.get("allowed-tools")):
        made = setting(file, Node(name), key, name, agent, scope_of(folder(file.path)), listed=True)
        found.settings.append(_at(made, place))


def _read_sub_agent(file: ReadFile, found: Gathering) -> None:
    root = file.document.root
    matched = _AGENT.search(file.path)
    stem = matched["stem"] if matched else basename(file.path)
    name = leaf_text(root.get("name") or Node(None)) or stem
    where, main = _owner(file.path)
    id = agent_id(where, name)
    stated = root.get("name")
    place = file.at(stated) if stated is not None else Location(file.path)
    model = leaf_text(root.get("model") or Node(None))
    found.agents.append(Agent(id, name, PLATFORM, model=None if model == "inherit" else model, locations=(place,)))
    if main is not None:
        if not any(each.id == main for each in found.agents):
            found.agents.append(Agent(main, PLATFORM, PLATFORM, locations=(place,)))
            _built_in(main, where, dict.fromkeys(BUILT_IN, place), found)
        found.links.append(link(main, "delegates_to", id, place))
    found.hold_prose(file, id)
    scope = scope_of(where)
    tools = root.get("tools")
    allowed = dict(_named(file, tools)) if tools is not None else {}
    every = tools is None or "*" in allowed
    for key in ("tools", "disallowedTools"):
        for tool, at in _named(file, root.get(key)):
            found.settings.append(_at(setting(file, Node(tool), key, tool, id, scope, listed=True), at))
    for key in ("permissionMode", "mcpServers"):
        node = root.get(key)
        if node is not None:
            read_settings(file, ((key, node),), id, scope, found)
    _read_hooks(file, root, id, scope, found)
    denied = {tool for tool, _ in _named(file, root.get("disallowedTools"))}
    inherited = dict.fromkeys((each for each in BUILT_IN if each != "Task"), place) if every else {}
    plain = {tool.split("(")[0]: at for tool, at in allowed.items() if not tool.startswith("mcp__") and tool != "*"}
    wanted = {tool: at for tool, at in {**inherited, **plain}.items() if tool not in denied}
    _built_in(id, where, wanted, found)


def _named(file: ReadFile, node: Node | None) -> Iterator[tuple[str, Location]]:
    """Give the tools of a list, or of a text that lists them, with their places."""
    for each in node.listed() if node is not None else ():
        wanted = Wanted()
        if text := each.text():
            name_tools(file, each, text.strip("[]"), wanted)
        yield from wanted.allowed.items()


def _at(made: Setting, place: Location) -> Setting:
    return replace(made, locations=(place,))


SOURCE = ClaudeCode()
