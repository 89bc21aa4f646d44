"""Whether other agents ask before a call: Codex by its policy and sandbox, MCP clients by their lists and defaults."""

from __future__ import annotations

from fnmatch import fnmatchcase

from nhiassess.joins.approval import Applied, Approval
from nhiassess.model.inventory import Setting, ToolServer

# what each product does when its files say nothing, by its own documentation
ASKS = frozenset(
    {"amazon-q", "antigravity", "claude-desktop", "cline", "continue", "copilot", "cursor", "gemini", "junie", "kiro"}
    | {"roo", "vscode", "windsurf", "zed"}
)
NEVER_ASKS = frozenset({"goose", "opencode"})
# products whose own files can switch approval on and off
FILE_DECIDES = frozenset({"amazon-q", "claude-code", "cline", "codex", "gemini", "kiro", "opencode", "roo", "zed"})
_READS = frozenset({"read_file", "fs_read", "read", "google_web_search"})
_CODEX_OWN = frozenset({"apply_patch", "shell"})
SANDBOXES = {"danger-full-access": "none", "read-only": "read-only", "workspace-write": "workspace-write"}
_ONLY = ("allowedTools", "allowed_tools", "includeTools", "enabled_tools", "enabledTools", "tools")
_UNASKED = ("autoApprove", "alwaysAllow")
_OFF = ("disabledTools", "disabled_tools", "excludeTools")
_MODES = {
    "approve": "each_call",
    "prompt": "each_call",
    "ask": "each_call",
    "auto": "never",
    "allow": "never",
    "deny": "denied",
}
# switches that hold for every tool of an agent: (platform, key, value) to when it asks
_SWITCHES = {
    ("vscode", "chat.tools.autoApprove", "true"): "never",
    ("vscode", "chat.tools.global.autoApprove", "true"): "never",
    ("zed", "agent.always_allow_tool_actions", "true"): "never",
    ("gemini", "general.defaultApprovalMode", "yolo"): "never",
    ("goose", "GOOSE_MODE", "auto"): "never",
    ("goose", "GOOSE_MODE", "approve"): "each_call",
    ("goose", "GOOSE_MODE", "smart_approve"): "unknown",
    ("goose", "GOOSE_MODE", "chat"): "denied",
}
_SAYS = {
    "never": "unasked",
    "each_call": "asks each time",
    "denied": "switched off",
    "unknown": "asks when it sees fit",
}


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether an agent other than Claude Code asks before a call.

    Parameters
    ----------
    platform, name, server:
        The product, the tool, and the server it is of; None for a tool of the product's own.
    settings:
        Those that apply.

    Returns
    -------
    Approval
        A default is that of the product, with no settings that decide.
    """
    if server is not None and (found := _of_server(name, server, settings)):
        return found
    if platform == "codex":
        return _codex(name, server, settings)
    if found := _named(platform, name, server, settings):
        return found
    for (product, key, value), when in _SWITCHES.items():
        stated = settings.first(key) if product == platform else None
        if stated is not None and stated.value == value:
            return Approval(when, f"{_SAYS[when]}: {key} is {value}", (stated,))
    if platform in NEVER_ASKS or (server is None and name in _READS):
        return Approval("never", f"which {platform} does not ask for", default=True)
    if platform in ASKS:
        return Approval("each_call", f"asks each time, as {platform} does when no file says otherwise", default=True)
    return Approval("unknown", "and no file says whether anybody is asked", default=True)


def sandbox(platform: str, settings: Applied) -> str | None:
    """Give the sandbox of an agent in the words of the model, None when no file states one."""
    if platform == "codex":
        stated = codex_value("sandbox_mode", settings)
        return SANDBOXES.get(stated.value or "", "unknown") if stated else None
    if platform == "gemini":
        value = settings.value("tools.sandbox", "sandbox")
        return None if value is None else "none" if value == "false" else "container"
    if platform == "claude-code":
        value = settings.value("sandbox.enabled")
        return None if value is None else "workspace-write" if value == "true" else "none"
    return None


def codex_value(key: str, settings: Applied) -> Setting | None:
    """Give the setting of Codex that holds: of the chosen profile, else of the file, within what is required."""
    profile = settings.value("profile")
    chosen = settings.first(f"profiles.{profile}.{key}") if profile else None
    plural = {"approval_policy": "allowed_approval_policies", "sandbox_mode": "allowed_sandbox_modes"}.get(key, "")
    required = {each.value for each in settings.all(plural)}
    stated = [each for each in (chosen, *settings.all(key)) if each is not None]
    managed = [each for each in stated if each.scope == "managed"]
    return next((each for each in (*managed, *stated) if not required or each.value in required), None)


def effective(platform: str, setting: Setting, settings: Applied) -> bool:
    """Tell whether a setting takes effect beside the others that apply."""
    key = setting.key or ""
    if platform == "codex" and key in ("approval_policy", "sandbox_mode"):
        return setting == codex_value(key, settings)
    if platform == "codex" and setting.scope == "profile":
        return key.startswith(f"profiles.{settings.value('profile')}.")
    return True


def _codex(name: str, server: ToolServer | None, settings: Applied) -> Approval:
    policy, mode = codex_value("approval_policy", settings), codex_value("sandbox_mode", settings)
    boxed = server is None and name in _CODEX_OWN and sandbox("codex", settings) in ("read-only", "workspace-write")
    boxes = (mode,) if mode is not None and boxed else ()
    if name == "web_search":
        return Approval("never", "which codex does not ask for", default=True)
    if policy is None:
        because = "as codex asks when it sees fit, and no file says otherwise"
        return Approval("unknown", because, boxes, sandboxed=boxed, default=True)
    told = f"approval_policy is {policy.value}"
    if policy.value == "never":
        within = " within its sandbox" if boxed else ""
        return Approval("never", f"unasked{within}: {told}", (policy, *boxes), sandboxed=boxed)
    if policy.value == "untrusted":
        return Approval("each_call", f"asks each time: {told}", (policy,), sandboxed=boxed)
    if boxed:
        return Approval(
            "never",
            f"unasked within its sandbox, asks to leave it: {told}",
            (*boxes, policy),
            sandboxed=True,
            default=True,
        )
    return Approval("unknown", f"asks when it sees fit: {told}", (policy,), default=True)


def _of_server(name: str, server: ToolServer, settings: Applied) -> Approval | None:
    """Read what the entry of a server says of its tools."""
    own = {
        key: _entry(server, key, settings) for key in (*_ONLY, *_UNASKED, *_OFF, "trust", "default_tools_approval_mode")
    }
    for key in _OFF:
        if off := next((each for each in own[key] if each.value == name), None):
            return Approval("denied", f"switched off: {key} names it", (off,))
    only = [each for key in _ONLY for each in own[key]]
    if only and all(each.value not in (name, "*") for each in only) and name != "*":
        return Approval(
            "denied", f"switched off: {(only[0].key or '').rsplit('.', 1)[-1]} does not name it", (only[0],)
        )
    for key in _UNASKED:
        if free := next((each for each in own[key] if each.value in (name, "*", "true")), None):
            return Approval("never", f"unasked: {key} names {'it' if free.value == name else 'every tool'}", (free,))
    if trusted := next((each for each in own["trust"] if each.value == "true"), None):
        return Approval("never", "unasked: the server is trusted", (trusted,))
    mode = next(
        iter(_entry(server, f"tools.{name}.approval_mode", settings) or own["default_tools_approval_mode"]), None
    )
    if mode is not None and mode.value in ("approve", "prompt"):
        # here "approve" means approved beforehand
        when = "never" if mode.value == "approve" else "each_call"
        return Approval(when, f"{_SAYS[when]}: its approval mode is {mode.value}", (mode,))
    return None


def _entry(server: ToolServer, key: str, settings: Applied) -> tuple[Setting, ...]:
    """Give the settings of a key in the entry of a server."""
    place = server.id.removeprefix("tool_server:").split("#", 1)[0]
    ending = f".{server.name}.{key}"
    return tuple(
        each
        for each in settings.settings
        if (each.key or "").endswith(ending) and each.id.startswith(f"setting:{place}#")
    )


def _named(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval | None:
    """Read the lists and maps of a product that name tools, those of servers among them."""
    if platform == "gemini":
        listed = settings.all("tools.exclude", "excludeTools") if server is None else settings.all("mcp.excluded")
        wanted = name if server is None else server.name
        if off := next((each for each in listed if each.value == wanted), None):
            return Approval("denied", f"switched off: {off.key} names it", (off,))
        if free := next((each for each in settings.all("tools.allowed", "allowedTools") if each.value == name), None):
            return Approval("never", f"unasked: {free.key} names it", (free,))
        edits = settings.first("general.defaultApprovalMode")
        if edits is not None and edits.value == "auto_edit" and name in ("replace", "write_file"):
            return Approval("never", "unasked: general.defaultApprovalMode is auto_edit", (edits,))
    if platform == "amazon-q":
        names = {name, "*"} if server is None else {f"@{server.name}/{name}", f"@{server.name}", "*"}
        if free := next((each for each in settings.all("allowedTools") if each.value in names), None):
            return Approval("never", f"unasked: allowedTools names {free.value}", (free,))
    if platform == "opencode":
        return _opencode(name if server is None else f"{server.name}_{name}", settings)
    return None


def _opencode(name: str, settings: Applied) -> Approval | None:
    for each in settings.settings:
        kind, _, pattern = (each.key or "").partition(".")
        pattern = pattern.removesuffix(".*")
        if kind not in ("permission", "tools") or not fnmatchcase(name, pattern):
            continue
        if kind == "tools" and each.value == "false":
            return Approval("denied", f"switched off: {each.key} is false", (each,))
        if kind == "permission" and each.value in _MODES:
            when = _MODES[each.value]
            return Approval(when, f"{_SAYS[when]}: {each.key} is {each.value}", (each,))
    return None
