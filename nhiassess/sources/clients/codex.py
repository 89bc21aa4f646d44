"""Codex: approval policy, sandbox, profiles, model providers and tool servers of `config.toml`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Location, Resource, Tool
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import Client, entries, read_server
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "codex"
BUILT_IN = ("apply_patch", "shell")
_CONFIG = re.compile(r"(?:^|/)\.codex/(?:[^/]+\.)?config\.toml$")
_PROFILE = re.compile(r"(?:^|/)\.codex/[^/]+\.config\.toml$")
_MANAGED = re.compile(r"(?:^|/)(?:(?:etc/|ProgramData/OpenAI/|\.)codex/)?(?:managed_config|requirements)\.toml$", re.I)
_REQUIRED = re.compile(r"(?:^|/)requirements\.toml$")
_SYSTEM = re.compile(r"(?:^|/)(?:etc/codex|ProgramData/OpenAI/Codex)/config\.toml$", re.I)
_SIGN = re.compile(
    r"(?m)^\s*(?:approval_policy|sandbox_mode|allowed_approval_policies|allowed_sandbox_modes)\s*=|^\s*\[mcp_servers\."
)
# tables that say how the screen looks and where the cursor blinks
_ASIDE = frozenset({"tui", "notice", "notices", "history", "mcp_servers", "features", "notify"})
_DECISIVE = ("approval_policy", "sandbox_mode")


class Codex:
    """Configurations of Codex."""

    name = "codex"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Codex's files by path, copies of them by their keys."""
        if not path.endswith(".toml"):
            return False
        return bool(_CONFIG.search(path) or _SYSTEM.search(path) or _SIGN.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the agent, its settings by scope and profile, and its tool servers."""
        found = Gathering()
        for file in files:
            _read_file(file, found)
        return found.inventory()


def _read_file(file: ReadFile, found: Gathering) -> None:
    root = file.document.root
    where, scope = _place(file.path)
    id = f"agent:{PLATFORM}/{where}/{PLATFORM}"
    if scope not in ("managed", "system", "profile"):
        _add_agent(file, root, id, where, found)
    aside = _ASIDE - {"mcp_servers"} if _REQUIRED.search(file.path) else _ASIDE
    plain = ((key, node) for key, node in root.items() if key not in aside and key != "profiles")
    read_settings(file, plain, id, scope, found)
    features = root.get("features")
    if features is not None:
        read_settings(file, (("features", features),), id, scope, found, _matters)
    profiles = root.get("profiles")
    for name, profile in profiles.items() if profiles is not None else ():
        read_settings(file, ((f"profiles.{name}", profile),), id, "profile", found)
    # what the organisation requires lists servers and starts none
    servers = None if _REQUIRED.search(file.path) else root.get("mcp_servers")
    for name, entry, dotted in entries(servers, "mcp_servers") if servers is not None else ():
        read_server(file, name, entry, dotted, Client(id, scope), found)


def _place(path: str) -> tuple[str, str]:
    """Give the folder that a file is for, and its scope; a profile of its own file is chosen on the command line.

    Examples
    --------
    >>> _place("laptops/dev/etc/codex/requirements.toml"), _place("laptops/dev/.codex/deep.config.toml")
    (('laptops/dev', 'managed'), ('laptops/dev', 'profile'))
    """
    for pattern, scope in ((_MANAGED, "managed"), (_SYSTEM, "system")):
        if pattern.search(path):
            return quote(pattern.sub("", path).strip("/")) or "-", scope
    where = folder(path)
    return where, "profile" if _PROFILE.search(path) else scope_of(where)


def _matters(key: str) -> bool:
    return bool(re.search(r"web_search|shell|hooks|multi_agent|network|apps|plugins|exec", key))


def _add_agent(file: ReadFile, root: Node, id: str, where: str, found: Gathering) -> None:
    first = next((file.at_key(node) for _, node in root.items()), Location(file.path))
    places = [first] + [file.at(node) for key in _DECISIVE if (node := root.get(key)) is not None]
    model = leaf_text(root.get("model") or Node(None))
    found.agents.append(Agent(id, PLATFORM, PLATFORM, model=model, locations=tuple(places)))
    for name, place in (*((each, first) for each in BUILT_IN), *_web_search(file, root)):
        tool = f"tool:{id.removeprefix('agent:')}/{name}"
        found.tools.append(Tool(tool, None, name, locations=(place,)))
        found.links.append(link(id, "invokes", tool, place))
        if name == "shell":
            host = f"resource:host/{where}"
            found.resources.append(Resource(host, provider="host", locations=(place,)))
            found.links.append(link(tool, "executes_on", host, place, reason="shell runs on the machine of its user"))


def _web_search(file: ReadFile, root: Node) -> list[tuple[str, Location]]:
    """Give the web search, when the file switches it on."""
    for path in (
        ("web_search",),
        ("tools", "web_search"),
        ("features", "web_search_request"),
        ("features", "web_search"),
    ):
        node = root.get(*path)
        if node is not None and leaf_text(node) in ("true", "live", "cached"):
            return [("web_search", file.at(node))]
    return []


SOURCE = Codex()
