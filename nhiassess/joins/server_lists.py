"""What the entry of a tool server says of its tools: which are on, off, and used unasked."""

from __future__ import annotations

from fnmatch import fnmatchcase

from nhiassess.joins.approval import Applied, Approval
from nhiassess.model.inventory import Setting, ToolServer

_ONLY = ("allowedTools", "allowed_tools", "includeTools", "enabled_tools", "enabledTools", "tools")
_UNASKED = ("autoApprove", "alwaysAllow")
_OFF = ("disabledTools", "disabled_tools", "excludeTools")
SAYS = {
    "never": "unasked",
    "each_call": "asks each time",
    "denied": "switched off",
    "unknown": "asks when it sees fit",
}


def off(name: str, server: ToolServer, settings: Applied) -> Approval | None:
    """Tell that a tool of a server can't be called, when the entry of the server says so.

    Parameters
    ----------
    name, server:
        The tool, and its server.
    settings:
        Those that apply.
    """
    for key in _OFF:
        if named := next((each for each in entry(server, key, settings) if each.value in (name, "*")), None):
            return Approval("denied", f"switched off: {key} names {'it' if named.value == name else 'all'}", (named,))
    only = [each for key in _ONLY for each in entry(server, key, settings)]
    if only and name != "*" and not any(fnmatchcase(name, each.value or "") for each in only):
        key = (only[0].key or "").rsplit(".", 1)[-1]
        return Approval("denied", f"switched off: {key} does not name it", (only[0],))
    return None


def unasked(name: str, server: ToolServer, settings: Applied) -> Approval | None:
    """Tell that a tool of a server is called unasked, or asked for, when the entry of the server says so.

    Parameters
    ----------
    name, server, settings:
        As for `off`.
    """
    for key in _UNASKED:
        if free := next((each for each in entry(server, key, settings) if each.value in (name, "*", "true")), None):
            return Approval("never", f"unasked: {key} names {'it' if free.value == name else 'every tool'}", (free,))
    if trusted := next((each for each in entry(server, "trust", settings) if each.value == "true"), None):
        return Approval("never", "unasked: the server is trusted", (trusted,))
    modes = entry(server, f"tools.{name}.approval_mode", settings)
    mode = next(iter(modes or entry(server, "default_tools_approval_mode", settings)), None)
    if mode is not None and mode.value in ("approve", "prompt"):
        # here "approve" means approved beforehand
        when = "never" if mode.value == "approve" else "each_call"
        return Approval(when, f"{SAYS[when]}: its approval mode is {mode.value}", (mode,))
    return None


def entry(server: ToolServer, key: str, settings: Applied) -> tuple[Setting, ...]:
    """Give the settings of a key in the entry of a server."""
    place = server.id.removeprefix("tool_server:").split("#", 1)[0]
    ending = f".{server.name}.{key}"
    return tuple(
        each
        for each in settings.settings
        if (each.key or "").endswith(ending) and each.id.startswith(f"setting:{place}#")
    )
