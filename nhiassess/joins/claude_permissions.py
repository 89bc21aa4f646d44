"""The permission rules of Claude Code: deny over ask over allow, then the mode, then the product's default."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from nhiassess.joins.approval import Applied, Approval
from nhiassess.model.inventory import Setting

# what Claude Code does without asking when no rule says otherwise
UNASKED = frozenset(
    {"Read", "Grep", "Glob", "LS", "NotebookRead", "Task", "Agent", "TodoWrite", "TodoRead", "BashOutput"}
    | {"KillBash", "KillShell", "AskUserQuestion", "ExitPlanMode", "TaskOutput", "ListMcpResourcesTool"}
)
_EDITS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
_READS = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead"})
_EVERYTHING = frozenset({"", "*", "**", ":*", "**/*", "/**", "//**", "./**"})
_MODES = frozenset({"default", "acceptEdits", "plan", "bypassPermissions", "dontAsk", "auto", "delegate"})
_MODE = "permissions.defaultMode"
_DISABLED = ("permissions.disableBypassPermissionsMode", "disableBypassPermissionsMode")
_ALLOW = ("permissions.allow", "allowed-tools", "allowedTools")


def approval(name: str, settings: Applied) -> Approval:
    """Tell whether Claude Code asks before a call.

    Parameters
    ----------
    name:
        A tool such as ``Bash``, or one of a server such as ``mcp__github__get_me``.
    settings:
        Those that apply, sub-agents' own among them.

    Returns
    -------
    Approval
        With the rule or mode that decides. A rule that names a part of a tool does not decide on the whole.
    """
    for key, when, because in (
        ("permissions.deny", "denied", "denied"),
        ("permissions.ask", "each_call", "asks each time"),
    ):
        rule = _whole(name, settings, (key,))
        if rule is not None:
            return Approval(when, f"{because}: {key} names {rule.value}", (rule,))
    allowed, mode = _whole(name, settings, _ALLOW), _mode(settings)
    bypass = (mode,) if mode is not None and mode.value == "bypassPermissions" else ()
    if allowed is not None:
        because = f"unasked: {allowed.key} names {allowed.value}"
        return Approval("never", because, (allowed, *bypass), default=name in UNASKED)
    if bypass:
        return Approval("never", "unasked: the mode is bypassPermissions", bypass, default=name in UNASKED)
    stated = mode.value if mode is not None else None
    if mode is not None and stated == "acceptEdits" and name in _EDITS:
        return Approval("never", "unasked: the mode is acceptEdits", (mode,))
    if name in UNASKED:
        return Approval("never", "which Claude Code does not ask for", default=True)
    if mode is not None and stated == "dontAsk":
        return Approval("denied", "denied: the mode is dontAsk and no rule allows it", (mode,))
    if mode is not None and stated == "auto":
        return Approval("unknown", "asked for when a model thinks so: the mode is auto", (mode,))
    sandbox = settings.first("sandbox.enabled")
    if name == "Bash" and sandbox is not None and sandbox.value == "true":
        if settings.value("sandbox.autoAllowBashIfSandboxed") != "false":
            return Approval("never", "unasked within its sandbox: sandbox.enabled", (sandbox,), sandboxed=True)
        return Approval("each_call", "asks each time, within its sandbox", (sandbox,), sandboxed=True)
    return Approval("each_call", "asks each time, as Claude Code does when no rule says otherwise", default=True)


def parts(settings: Applied) -> tuple[Setting, ...]:
    """Give the rules that allow a part of a tool, such as ``Bash(npm test:*)``."""
    return tuple(each for each in _rules(settings, _ALLOW) if _parsed(each.value or "")[1] not in _EVERYTHING)


def tool_of(rule: str) -> str:
    """Give the tool that a rule is about.

    Examples
    --------
    >>> tool_of("Bash(npm test:*)"), tool_of("mcp__github")
    ('Bash', 'mcp__github')
    """
    return _parsed(rule)[0]


def server_name(name: str) -> str:
    """Give the name of a server as it stands in the names of its tools.

    Examples
    --------
    >>> server_name("Obsidian Rest MCP")
    'Obsidian_Rest_MCP'
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def server_denied(server: str, settings: Applied) -> Setting | None:
    """Give the setting that keeps Claude Code from starting a server of `.mcp.json`, None when none does."""
    for each in settings.settings:
        key = each.key or ""
        named = each.value == server
        if named and (key == "disabledMcpjsonServers" or re.fullmatch(r"deniedMcpServers\.\d+\.serverName", key)):
            return each
    listed = [each for each in settings.settings if re.fullmatch(r"allowedMcpServers\.\d+\.serverName", each.key or "")]
    return listed[0] if listed and all(each.value != server for each in listed) else None


def effective(setting: Setting, settings: Applied) -> bool:
    """Tell whether a rule or mode takes effect beside the others that apply."""
    key, value = setting.key or "", setting.value or ""
    if key in (*_ALLOW, "permissions.ask", "permissions.deny"):
        if setting not in _rules(settings, (key,)):
            return False
        stronger: tuple[str, ...] = () if key == "permissions.deny" else ("permissions.deny",)
        stronger += ("permissions.ask",) if key in _ALLOW else ()
        exact = any(each.value == value for each in _rules(settings, stronger))
        return not exact and _whole(tool_of(value), settings, stronger) is None
    if key in (_MODE, "permissionMode"):
        return setting == _mode(settings) and value in _MODES
    return True


def _mode(settings: Applied) -> Setting | None:
    disabled = any(each.value == "disable" for each in settings.all(*_DISABLED))
    own = settings.first("permissionMode")
    stated = [each for each in (own, *settings.all(_MODE)) if each is not None]
    return next((each for each in stated if not (disabled and each.value == "bypassPermissions")), None)


def _rules(settings: Applied, keys: tuple[str, ...]) -> tuple[Setting, ...]:
    only = settings.first("allowManagedPermissionRulesOnly")
    managed = only is not None and only.scope == "managed" and only.value == "true"
    return tuple(each for each in settings.all(*keys) if not managed or each.scope == "managed")


def _whole(name: str, settings: Applied, keys: tuple[str, ...]) -> Setting | None:
    """Give the first rule that names the whole of a tool, one of its very name before others."""
    found = []
    for each in _rules(settings, keys):
        tool, part = _parsed(each.value or "")
        if part in _EVERYTHING and _covers(tool, name):
            found.append(each)
    return min(found, key=lambda each: tool_of(each.value or "") != name, default=None)


def _covers(rule: str, name: str) -> bool:
    if rule in (name, "*") or (rule == "Edit" and name in _EDITS) or (rule == "Read" and name in _READS):
        return True
    if not rule.startswith("mcp__") or not name.startswith("mcp__"):
        return False
    return (
        name.startswith(rule.removesuffix("*").removesuffix("__") + "__")
        if _is_server(rule)
        else fnmatchcase(name, rule)
    )


def _is_server(rule: str) -> bool:
    inner = rule.removeprefix("mcp__").removesuffix("__*")
    return "__" not in inner and "*" not in inner


def _parsed(rule: str) -> tuple[str, str]:
    found = re.fullmatch(r"([^()]+)\((.*)\)", rule.strip(), re.S)
    return (found[1].strip(), found[2].strip()) if found else (rule.strip(), "")
