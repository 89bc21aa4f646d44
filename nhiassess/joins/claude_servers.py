"""Which tool servers Claude Code starts: the lists of the organisation, and those of a project.

From its documentation (code.claude.com/docs/en: managed-mcp, settings-reference): a server that
``deniedMcpServers`` or ``disabledMcpjsonServers`` of any file names is not started; where there is an
``allowedMcpServers``, a server must be on it, by its command when the list names any command and it is started by one,
by its address when the list names any address and it is reached at one, else by its name;
``allowManagedMcpServersOnly`` makes that list the managed one. Where a `managed-mcp.json` lies, only its servers are
started.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from nhiassess.joins.approval import Applied
from nhiassess.model.inventory import Setting, ToolServer

EXCLUSIVE = "managed-mcp.json"
_ENTRY = re.compile(r"(?P<list>allowedMcpServers|deniedMcpServers)\.\d+\.server(?:Name|Command|Url)")


def denied(server: ToolServer, settings: Applied) -> Setting | None:
    """Give the setting that keeps Claude Code from starting a server, None when none does.

    Parameters
    ----------
    server:
        A server of a project or of a person.
    settings:
        Those that apply.
    """
    path = server.id.removeprefix("tool_server:").split("#", 1)[0]
    if path.endswith(".mcp.json") or path == ".mcp.json":
        for each in settings.all("disabledMcpjsonServers"):
            if each.value == server.name:
                return each
    exclusive = settings.first(EXCLUSIVE)
    if exclusive is not None and not exclusive.id.startswith(f"setting:{path}#"):
        return exclusive
    refused = next((each for each in _entries(settings, "deniedMcpServers") if _names(each, server, settings)), None)
    if refused is not None:
        return refused
    only = settings.value("allowManagedMcpServersOnly") == "true"
    listed = [each for each in _entries(settings, "allowedMcpServers") if not only or each.scope == "managed"]
    counted = [each for each in listed if _kind(each) == _asked_for(server, listed)]
    if listed and not any(_names(each, server, settings) for each in counted):
        return listed[0]
    return None


def _entries(settings: Applied, name: str) -> tuple[Setting, ...]:
    """Give the entries of a list of servers, of a command that is split into words its first."""
    found: dict[tuple[str, str], Setting] = {}
    for each in settings.settings:
        matched = _ENTRY.fullmatch(each.key or "")
        if matched and matched["list"] == name:
            file = next((place.path for place in each.locations), "")
            found.setdefault((file, each.key or ""), each)
    return tuple(found.values())


def _kind(entry: Setting) -> str:
    return (entry.key or "").rsplit(".server", 1)[-1]


def _asked_for(server: ToolServer, listed: Iterable[Setting]) -> str:
    """Give by what a list asks for a server: its command or address when any entry names one, else its name."""
    kinds = {_kind(each) for each in listed}
    wanted = "Command" if server.transport == "stdio" else "Url"
    return wanted if wanted in kinds else "Name"


def _names(entry: Setting, server: ToolServer, settings: Applied) -> bool:
    if _kind(entry) == "Name":
        return entry.value == server.name
    if _kind(entry) == "Url":
        return server.url is not None and fnmatchcase(server.url, entry.value or "")
    places = {place.path for place in entry.locations}
    words = [each for each in settings.all(entry.key or "") if places & {place.path for place in each.locations}]
    told = [each.value or "" for each in sorted(words, key=lambda each: each.locations[:1])]
    return bool(told) and server.command == " ".join(told)
