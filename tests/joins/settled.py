"""Reading the files of several products together, up to which settings take effect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nhiassess.formats.reading import read
from nhiassess.joins.effective_settings import JOIN
from nhiassess.joins.included_servers import JOIN as INCLUDED_SERVERS
from nhiassess.joins.known_servers import JOIN as KNOWN_SERVERS
from nhiassess.joins.sub_agents import JOIN as SUB_AGENTS
from nhiassess.knowledge.load import load
from nhiassess.model.inventory import Inventory, Link, Setting, Tool
from nhiassess.model.merge import merge
from nhiassess.sources.clients.claude_code import SOURCE as CLAUDE
from nhiassess.sources.clients.codex import SOURCE as CODEX
from nhiassess.sources.clients.gemini_environment import SOURCE as GEMINI_ENVIRONMENT
from nhiassess.sources.clients.mcp_clients import SOURCE as CLIENTS
from nhiassess.sources.clients.roo_modes import SOURCE as ROO_MODES
from nhiassess.sources.source import ReadFile, Source

TOOLS = Path(__file__).resolve().parents[2] / "frameworks" / "tool_servers"
KNOWN = load({f"frameworks/tool_servers/{path.name}": path.read_bytes() for path in sorted(TOOLS.glob("*.yaml"))})
SOURCES: tuple[Source, ...] = (CLAUDE, CODEX, CLIENTS, GEMINI_ENVIRONMENT, ROO_MODES)


def join(files: Mapping[str, str]) -> Inventory:
    """Read files by every source that recognises them, and join what they say."""
    parts = []
    for path, text in files.items():
        file = ReadFile(path, read(path, text.encode(), key=b"test"))
        parts += [each.read([file]) for each in SOURCES if each.recognises(path, text)]
    inventory = merge(parts)
    for each in (KNOWN_SERVERS, INCLUDED_SERVERS, SUB_AGENTS, JOIN):
        inventory = each.join(inventory, KNOWN)
    return inventory


def called(inventory: Inventory, tool: str, agent: str = "") -> Link | None:
    """Give the one link to a tool by its name, of an agent whose id ends so; None when it can't be called."""
    found = [each for each in inventory.links if each.verb == "invokes" and each.target.endswith(f"/{tool}")]
    found = [each for each in found if each.source.endswith(agent)]
    assert len(found) <= 1
    return found[0] if found else None


def approvals(inventory: Inventory) -> dict[str, str | None]:
    """Give the approval of each tool, by the last part of its id."""
    return {each.id.rpartition("/")[2]: each.approval for each in inventory.tools}


def marks(inventory: Inventory) -> dict[str, bool | None]:
    """Give whether each setting takes effect, by its id without the word before it."""
    return {each.id.removeprefix("setting:"): each.effective for each in inventory.settings}


def stated(inventory: Inventory, key: str, path: str = "") -> Setting:
    """Give the one setting of a key, in a file when several state it."""
    (found,) = (
        each for each in inventory.settings if each.key == key and each.locations[0].path.startswith(path or "")
    )
    return found


def tool(inventory: Inventory, ending: str) -> Tool | None:
    """Give the tool whose id ends so, None when there is none."""
    return next((each for each in inventory.tools if each.id.endswith(ending)), None)
