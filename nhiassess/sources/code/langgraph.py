"""LangGraph: the graphs that a `langgraph.json` serves, how callers sign in, and what the server keeps and is given.

The keys are those of the schema that the command `langgraph` publishes (langgra.ph/schema.json). Without `auth` a
deployment in LangGraph's cloud asks for an API key and a self-hosted one for nothing; the file does not tell which of
them it is for, so how callers sign in is unknown then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join, normpath

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "langgraph"
_CONFIG = re.compile(r"(?:^|/)langgraph(?:[._-][\w.-]+)?\.json$")
_SIGN = re.compile(r"langgra\.ph/schema\.json|\"graphs\"\s*:\s*\{\s*\"[^\"\n]{1,200}\"\s*:\s*[\"{]")
_MOST_LINKS = 50_000
_SPLIT = re.compile(r"^(?P<path>.*?\.[A-Za-z]{1,4}):(?P<name>[\w.]+)$")
# a script of a stranger becomes a part of the image
_PIPED = re.compile(r"(?i)\b(?:curl|wget)\b[^|;&\n]{0,500}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
_READ = frozenset({"graphs", "env", "dependencies", "dockerfile_lines", "auth", "$schema"})
_SCHEMES = {
    ("apikey", ""): "key",
    ("http", "bearer"): "bearer",
    ("http", "basic"): "key",
    ("oauth2", ""): "oauth",
    ("openidconnect", ""): "oauth",
    ("mutualtls", ""): "mtls",
}


class LangGraph:
    """Configurations of LangGraph servers."""

    name = PLATFORM

    def recognises(self, path: str, head: str) -> bool:
        """Recognise `langgraph.json` and its variants by name and by their graphs."""
        return bool(_CONFIG.search(path) and _SIGN.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the graphs, the settings of their server, and the secrets that it is given."""
        found = Gathering()
        for file in files:
            _read_file(file, found)
        return found.inventory()


def graph_id(path: str, name: str) -> str:
    """Give the id of the agent that a variable of a Python file is.

    Examples
    --------
    >>> graph_id("backend/src/agent/graph.py", "graph")
    'agent:langgraph/backend/src/agent/graph.graph'
    """
    stem = basename(path).rsplit(".", 1)[0]
    return f"agent:{PLATFORM}/{quote(dirname(path)) or '-'}/{quote(f'{stem}.{name}')}"


def _read_file(file: ReadFile, found: Gathering) -> None:
    root = file.document.root
    agents: list[str] = []
    for name, node in (root.get("graphs") or Node(None)).items():
        id = f"agent:{PLATFORM}/{folder(file.path)}/{quote(name)}"
        agents.append(id)
        _read_graph(file, name, node, id, found)
    if not agents:
        found.skip(file.at(root), "graphs", "graphs", "it names no graph that it serves")
    # the server is one process: each of its graphs has what it was given
    only = agents[0] if len(agents) == 1 else None
    for key, node in root.items():
        if key not in _READ:
            read_settings(file, ((key, node),), only, "project", found)
            _hold_within(file, node, key, agents, found)
    _read_auth(file, root.get("auth"), only, found)
    _read_environment(file, root.get("env"), agents, only, found)
    for key in ("dependencies", "dockerfile_lines"):
        for place, node in enumerate((root.get(key) or Node(None)).listed()):
            _read_line(file, node, f"{key}.{place}", agents, only, found)


def _read_graph(file: ReadFile, name: str, node: Node, id: str, found: Gathering) -> None:
    described = node.get("description") or Node(None)
    auth = _endpoint_auth(file.document.root.get("auth"))
    purpose = described.text()
    found.agents.append(Agent(id, name, PLATFORM, purpose=purpose, endpoint_auth=auth, locations=(file.at_key(node),)))
    entry = (node.get("path") or Node(None)) if node.is_mapping else node
    parts = _SPLIT.match(entry.text() or "")
    if parts is None:
        reason = "where it is defined is not written as path:variable"
        found.skip(file.at(entry), f"graphs.{name}", "graph", reason)
    elif not parts["path"].endswith(".py"):
        reason = f"its code, {parts['path']}, is no Python and was not read: its tools are unknown"
        found.skip(file.at(entry), f"graphs.{name}", "graph", reason)
    elif (path := normpath(join(dirname(file.path), parts["path"]))).startswith(("..", "/")):
        found.skip(file.at(entry), f"graphs.{name}", "graph", f"its code, {path}, lies outside of what was observed")
    else:
        reason = f"the graph {name} is defined there"
        found.links.append(link(id, "delegates_to", graph_id(path, parts["name"]), file.at(entry), reason=reason))


def _endpoint_auth(auth: Node | None) -> str:
    """Tell how callers sign in, by what the server's description of itself demands."""
    schemes = auth.get("openapi", "securitySchemes") if auth is not None else None
    kinds = set()
    for _, each in schemes.items() if schemes is not None else ():
        kind = (leaf_text(each.get("type") or Node(None)) or "").lower()
        scheme = (leaf_text(each.get("scheme") or Node(None)) or "").lower() if kind == "http" else ""
        kinds.add(_SCHEMES.get((kind, scheme), "unknown"))
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _read_auth(file: ReadFile, auth: Node | None, agent: str | None, found: Gathering) -> None:
    if auth is None or auth.value is None:
        return
    read_settings(file, (("auth", auth),), agent, "project", found, lambda key: "openapi" not in key)
    if _endpoint_auth(auth) == "unknown":
        reason = "how callers sign in stands in code, which was not followed"
        found.skip(file.at_key(auth), "auth", "sign-in", reason)


def _read_environment(file: ReadFile, env: Node | None, agents: list[str], only: str | None, found: Gathering) -> None:
    """Read the variables that the server is given: a mapping, or the path of a file that holds them."""
    if env is None:
        return
    if env.text() is not None:
        found.settings.append(setting(file, env, "env", env.text(), only, "project"))
        return
    for name, node in env.items():
        if not _hold(file, node, f"env.{name}", agents, name, found):
            read_settings(file, ((f"env.{name}", node),), only, "project", found)
    for place, node in enumerate(env.elements()):
        _hold(file, node, f"env.{place}", agents, (node.text() or "").partition("=")[0], found)


def _read_line(file: ReadFile, node: Node, dotted: str, agents: list[str], only: str | None, found: Gathering) -> None:
    """Read one dependency, or one line of the file that the image is built from."""
    text = leaf_text(node)
    if text is None:
        return
    key = dotted.split(".")[0]
    held = _hold(file, node, dotted, agents, None, found)
    if _PIPED.search(text):
        found.settings.append(setting(file, node, f"{key}.piped_script", text, only, "project", listed=True))
    elif not held and text not in (".", ""):
        found.settings.append(setting(file, node, key, text, only, "project", listed=True))


def _hold_within(file: ReadFile, node: Node, dotted: str, agents: list[str], found: Gathering) -> None:
    for name, each in node.items():
        _hold_within(file, each, f"{dotted}.{name}", agents, found)
    for place, each in enumerate(node.elements()):
        _hold_within(file, each, f"{dotted}.{place}", agents, found)
    if len(agents) != 1:
        _hold(file, node, dotted, agents, None, found)


def _hold(file: ReadFile, node: Node, dotted: str, agents: list[str], name: str | None, found: Gathering) -> bool:
    """Add a credential that every graph of the server holds."""
    holders = agents or [f"resource:host/{folder(file.path)}"]
    id = found.hold(file, node, dotted, holders[0], name)
    if id is None:
        return False
    others = holders[1:][: max(_MOST_LINKS - len(found.links), 0)]
    found.links += [link(each, "holds", id, file.at(node)) for each in others]
    if len(others) < len(holders) - 1:
        reason = f"every graph has every variable: after {_MOST_LINKS:,} links, those of the first graph alone are read"
        found.skip(file.at(file.document.root), "env.holders", "variables", reason)
    return True


SOURCE = LangGraph()
