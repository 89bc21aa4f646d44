"""The permission rules of Claude Code: deny over ask over allow, then the mode, then the product's default.

From its documentation (code.claude.com/docs/en: settings-reference, permission-modes, managed-mcp; read in its state
of the autumn of 2026):

============================================ =========================================================================
which file wins, for one value               managed, command line, local, project, user
lists (rules, folders, domains, hooks)       add up over all files
rules                                        deny, then ask, then allow, whichever file states them
``allowManagedPermissionRulesOnly``          managed only: rules of other files are void
``allowManagedHooksOnly``                    managed only: hooks of other files are void
``disableBypassPermissionsMode``             from any file; the mode next in rank holds
``disableAutoMode``                          from any file, also under ``permissions``; ``auto`` is ``default``
``defaultMode: auto``                        void in project and local files; then the default of the plan holds
``defaultMode: bypassPermissions``           void in project and local files from 2.1.257 on
no mode in any file                          ``default``, or from 2.1.228 on ``auto``: the plan decides
``sandbox.enabled``                          one value; with ``autoAllowBashIfSandboxed`` a rule that asks for the
                                             whole of Bash is skipped
``allow`` with a wildcard for a tool         only in the tool of a named server; void elsewhere
============================================ =========================================================================

Rules that a project allows count once its folder is trusted. Who does not trust it starts no agent there: that is
taken as given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from nhiassess.joins.approval import BROUGHT, Applied, Approval, Sandbox, is_listed
from nhiassess.model.inventory import Setting

# what Claude Code does without asking when no rule says otherwise
UNASKED = frozenset(
    {"Read", "Grep", "Glob", "LS", "NotebookRead", "Task", "Agent", "TodoWrite", "TodoRead", "BashOutput"}
    | {"KillBash", "KillShell", "AskUserQuestion", "ExitPlanMode", "TaskOutput", "ListMcpResourcesTool"}
)
_EDITS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
_READS = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead"})
_EVERYTHING = frozenset({"", "*", "**", ":*", "**/*", "/**", "//**", "./**"})
_MODES = frozenset({"default", "manual", "acceptEdits", "plan", "bypassPermissions", "dontAsk", "auto", "delegate"})
_MODE = "permissions.defaultMode"
_BYPASS_OFF = ("permissions.disableBypassPermissionsMode", "disableBypassPermissionsMode")
_AUTO_OFF = ("permissions.disableAutoMode", "disableAutoMode")
_ALLOW = ("permissions.allow", "allowed-tools", "allowedTools")
# providers on which a session starts in the mode that asks
_ASKING_PROVIDERS = ("env.CLAUDE_CODE_USE_BEDROCK", "env.CLAUDE_CODE_USE_VERTEX", "env.CLAUDE_CODE_USE_FOUNDRY")
# the version from which files of a repository can't switch the bypass on
_BYPASS_VOID = (2, 1, 257)
# keys that some files can't set: they are void there
_SCOPES_OF = {
    "allowManagedPermissionRulesOnly": ("managed",),
    "allowManagedHooksOnly": ("managed",),
    "allowManagedMcpServersOnly": ("managed",),
    "allowAllClaudeAiMcps": ("managed",),
    "requiredMinimumVersion": ("managed",),
    "autoMode": ("managed", "user"),
    "sandbox.filesystem.disabled": ("managed", "user"),
    "sandbox.network.tlsTerminate": ("managed", "user"),
    "skipDangerousModePermissionPrompt": ("managed", "user", "local"),
}


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
    sandbox = settings.first("sandbox.enabled") if name == "Bash" else None
    boxed = sandbox is not None and sandbox.value == "true"
    in_box = boxed and settings.value("sandbox.autoAllowBashIfSandboxed") != "false"
    if rule := _whole(name, settings, ("permissions.deny",)):
        return Approval("denied", f"denied: permissions.deny names {rule.value}", (rule,))
    rule = _whole(name, settings, ("permissions.ask",))
    if rule is not None and not in_box:
        return Approval("each_call", f"asks each time: permissions.ask names {rule.value}", (rule,))
    allowed, mode = _whole(name, settings, _ALLOW), _mode(settings)
    bypass = (mode,) if mode is not None and mode.value == "bypassPermissions" else ()
    if allowed is not None:
        because = f"unasked: {allowed.key} names {allowed.value}"
        return Approval("never", because, (allowed, *bypass), default=name in UNASKED)
    if bypass:
        return Approval("never", "unasked: the mode is bypassPermissions", bypass, default=name in UNASKED)
    if mode is not None and mode.value == "acceptEdits" and name in _EDITS:
        return Approval("never", "unasked: the mode is acceptEdits", (mode,))
    if name in UNASKED:
        return Approval("never", "which Claude Code does not ask for", default=True)
    if mode is not None and mode.value == "dontAsk":
        return Approval("denied", "denied: the mode is dontAsk and no rule allows it", (mode,))
    if sandbox is not None and boxed:
        if in_box:
            return Approval("never", "unasked within its sandbox: sandbox.enabled", (sandbox,), sandboxed=True)
        return Approval("each_call", "asks each time, within its sandbox", (sandbox,), sandboxed=True)
    return _by_default(mode, settings)


def _by_default(mode: Setting | None, settings: Applied) -> Approval:
    """Tell what the mode says of a call that no rule is about."""
    if mode is not None and mode.value == "auto":
        return Approval("unknown", "asked for when a model thinks so: the mode is auto", (mode,))
    asking = mode is not None or _asks_by_itself(settings)
    because = "asks each time, as Claude Code does when no rule says otherwise"
    if asking:
        return Approval("each_call", because, default=True)
    because = "asked for each time, or when a model thinks so: no file states the mode, and the plan decides"
    return Approval("unknown", because, default=True)


def parts(settings: Applied) -> tuple[Setting, ...]:
    """Give the rules that allow a part of a tool, such as ``Bash(npm test:*)``."""
    rules = (each for each in _rules(settings, _ALLOW) if not _is_void(each.value or ""))
    return tuple(each for each in rules if _parsed(each.value or "")[1] not in _EVERYTHING)


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


def effective(setting: Setting, settings: Applied) -> bool:
    """Tell whether a rule, a mode or another setting takes effect beside the others that apply."""
    key, value = setting.key or "", setting.value or ""
    own = next((scopes for each, scopes in _SCOPES_OF.items() if key == each or key.startswith(f"{each}.")), None)
    if own is not None and setting.scope not in own:
        return False
    if key in (*_ALLOW, "permissions.ask", "permissions.deny"):
        if key in _ALLOW and _is_void(value):
            return False
        if setting.scope != "managed" and _is_managed(settings, "allowManagedPermissionRulesOnly"):
            return False
        stronger: tuple[str, ...] = () if key == "permissions.deny" else ("permissions.deny",)
        stronger += ("permissions.ask",) if key in _ALLOW else ()
        return value not in _stated(settings, stronger) and _whole(tool_of(value), settings, stronger) is None
    if key in (_MODE, "permissionMode"):
        return setting == _mode(settings) and value in _MODES
    if key == "enabledMcpjsonServers":
        return value not in _stated(settings, ("disabledMcpjsonServers",))
    if key.startswith("hooks."):
        return settings.value("disableAllHooks") != "true" and (
            setting.scope == "managed" or not _is_managed(settings, "allowManagedHooksOnly")
        )
    return is_listed(setting) or settings.first(key) == setting


def sandbox(settings: Applied) -> Sandbox | None:
    """Give the sandbox of Bash, None when no file states one; no word of the model is for one of the network alone."""
    stated = settings.first("sandbox.enabled")
    if stated is None:
        return None
    if stated.value == "true" and settings.value("sandbox.filesystem.disabled") == "true":
        return Sandbox("unknown", stated)
    return Sandbox("workspace-write" if stated.value == "true" else "none", stated)


def _mode(settings: Applied) -> Setting | None:
    """Give the setting of the mode that holds; None when the product's own default does."""
    bypass_off = any(each.value == "disable" for each in settings.all(*_BYPASS_OFF))
    auto_off = any(each.value == "disable" for each in settings.all(*_AUTO_OFF))
    own = settings.first("permissionMode")
    for each in (own, *settings.all(_MODE)):
        if each is None or (bypass_off and each.value == "bypassPermissions"):
            continue
        if each.value == "auto" and (auto_off or (each.scope in BROUGHT and each is not own)):
            return None
        brought = each.value == "bypassPermissions" and each.scope in BROUGHT and each is not own
        return None if brought and _required(settings) >= _BYPASS_VOID else each
    return None


def _asks_by_itself(settings: Applied) -> bool:
    """Tell whether a session with no mode in force starts in the one that asks, whatever the plan."""
    stated = settings.first(_MODE)
    return (
        any(each.value == "disable" for each in settings.all(*_AUTO_OFF))
        or any(settings.value(each) in ("1", "true") for each in _ASKING_PROVIDERS)
        # a bypass that does not take effect starts the session in that mode
        or (stated is not None and stated.value == "bypassPermissions")
    )


def _required(settings: Applied) -> tuple[int, ...]:
    """Give the oldest version that the organisation lets start; no file tells which version people run."""
    stated = next((each for each in settings.all("requiredMinimumVersion") if each.scope == "managed"), None)
    numbers = re.fullmatch(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", (stated.value or "") if stated is not None else "")
    return tuple(int(each) for each in numbers.groups()) if numbers else ()


def _is_managed(settings: Applied, key: str) -> bool:
    return any(each.scope == "managed" and each.value == "true" for each in settings.all(key))


def _rules(settings: Applied, keys: tuple[str, ...]) -> tuple[Setting, ...]:
    managed = _is_managed(settings, "allowManagedPermissionRulesOnly")
    return tuple(each for each in settings.all(*keys) if not managed or each.scope == "managed")


@lru_cache(maxsize=16)
def _stated(settings: Applied, keys: tuple[str, ...]) -> frozenset[str]:
    """Give the values of lists, of rules those that count."""
    return frozenset(each.value or "" for each in _rules(settings, keys))


def _is_void(rule: str) -> bool:
    """Tell whether a rule that allows has a form that Claude Code does not take there, so that it is skipped."""
    tool, part = _parsed(rule)
    if tool.startswith("mcp__"):
        return bool(part) or "*" in tool.split("__")[1]
    return "*" in tool


@dataclass(frozen=True, slots=True)
class _Wholes:
    """Rules that name the whole of a tool or server: by what they say, and those with a wildcard in order."""

    named: Mapping[str, Setting]
    patterns: tuple[tuple[str, Setting], ...]


@lru_cache(maxsize=16)
def _wholes(settings: Applied, keys: tuple[str, ...]) -> _Wholes:
    named: dict[str, Setting] = {}
    patterns: dict[str, Setting] = {}
    for each in _rules(settings, keys):
        tool, part = _parsed(each.value or "")
        if part not in _EVERYTHING or (each.key in _ALLOW and _is_void(each.value or "")):
            continue
        if tool.startswith("mcp__") and _is_server(tool):
            tool = tool.removesuffix("*").removesuffix("__")
        kept = patterns if "*" in tool and tool != "*" else named
        kept.setdefault(tool, each)
    return _Wholes(named, tuple(patterns.items()))


def _whole(name: str, settings: Applied, keys: tuple[str, ...]) -> Setting | None:
    """Give the rule that names the whole of a tool, one of its very name before others."""
    wholes = _wholes(settings, keys)
    names = [name]
    if name.startswith("mcp__"):
        # the name of a server may hold two underscores, and so may that of a tool
        names += [name[: place.start()] for place in re.finditer("__", name) if place.start() > len("mcp")]
    names += ["Edit"] if name in _EDITS else ["Read"] if name in _READS else []
    found = next((wholes.named[each] for each in (*names, "*") if each in wholes.named), None)
    return found or next((each for pattern, each in wholes.patterns if fnmatchcase(name, pattern)), None)


def _is_server(rule: str) -> bool:
    inner = rule.removeprefix("mcp__").removesuffix("__*")
    return "__" not in inner and "*" not in inner


def _parsed(rule: str) -> tuple[str, str]:
    found = re.fullmatch(r"([^()]+)\((.*)\)", rule.strip(), re.S)
    return (found[1].strip(), found[2].strip()) if found else (rule.strip(), "")
