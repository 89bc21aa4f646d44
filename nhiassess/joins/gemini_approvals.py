"""Whether Gemini CLI asks before a call: its lists of tools and servers, trust, and the mode.

From its documentation and source (google-gemini/gemini-cli: docs/reference/configuration.md, docs/cli/enterprise.md,
docs/cli/trusted-folders.md, packages/core/src/policy/config.ts, packages/cli/src/config; read in their state of 2026):

=============================================== ======================================================================
which file wins, for one value                  system settings, project, user, system defaults; variables and the
                                                command line before them, which no file shows
``tools.exclude``                               adds up over the files
``tools.core``, ``tools.allowed``,              the list of the strongest file replaces the others
``tools.confirmationRequired``, ``mcp.*``
which rule decides                              ``mcp.excluded``, ``tools.exclude``, ``tools.confirmationRequired``,
                                                ``tools.allowed``, ``trust`` of a server, ``mcp.allowed``, the mode
``mcp.allowed``                                 other servers are not started; its servers are called unasked
``includeTools``, ``excludeTools`` of a server  exclude wins
``general.defaultApprovalMode``                 ``auto_edit`` for edits; ``yolo`` is void in a file
``security.folderTrust.enabled``                then a folder that trustedFolders.json does not trust: no project
                                                settings, no servers, no tool unasked
``tools.sandbox``                               off, unless a file or the command line says otherwise
=============================================== ======================================================================

Rules of the policy engine (`policies/*.toml`) and how they stand to these lists: see `gemini_policies`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from nhiassess.joins import gemini_policies, server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox, is_folder_of, is_listed
from nhiassess.model.inventory import Setting, ToolServer

_READS = frozenset({"google_web_search", "glob", "grep_search", "list_directory", "read_file", "read_many_files"})
_EDITS = frozenset({"replace", "write_file"})
# names that the lists take for a tool beside its own
_ALSO = {
    "run_shell_command": ("ShellTool",),
    "read_file": ("ReadFileTool",),
    "write_file": ("WriteFileTool",),
    "replace": ("EditTool",),
    "web_fetch": ("WebFetchTool",),
    "google_web_search": ("WebSearchTool",),
}
_MODE = "general.defaultApprovalMode"
_TRUST = "trustedFolders."
_EXCLUDE = ("tools.exclude", "excludeTools")
# lists that replace each other, each under its name of today and that of 2025
_LISTS = (
    ("tools.core", "coreTools"),
    ("tools.allowed", "allowedTools"),
    ("tools.confirmationRequired",),
    ("mcp.allowed", "allowMCPServers"),
    ("mcp.excluded", "excludeMCPServers"),
)
_CORE, _ALLOWED, _CONFIRMED, _SERVERS, _NO_SERVERS = _LISTS
_SANDBOXES = {"false": "none", "sandbox-exec": "workspace-write"}


def distrust(agent: str, settings: tuple[Setting, ...]) -> Setting | None:
    """Give the setting of a user that calls the folder of an agent untrusted, where trust is asked for.

    Parameters
    ----------
    agent:
        The id of the agent.
    settings:
        Those of the agent and of the files above its folder.
    """
    if all(each.key != "security.folderTrust.enabled" or each.value != "true" for each in settings):
        return None
    for each in settings:
        path = (each.key or "").removeprefix(_TRUST)
        if path != each.key and each.value == "DO_NOT_TRUST" and is_folder_of(path, each, agent):
            return each
    return None


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether Gemini CLI asks before a call; the default is that of the product, with no settings that decide."""
    if gone := _off(name, server, settings):
        return gone
    rules = (gemini_policies.deciding(name, server, settings), _listed(name, server, settings))
    ruled = max((each for each in rules if each is not None), key=lambda each: each[0], default=None)
    if ruled is not None and ruled[1].when == "denied":
        return ruled[1]
    if settings.distrust is not None and name not in _READS:
        because = "asks each time, as gemini does in a folder that is not trusted"
        return Approval("each_call", because, (settings.distrust,))
    if rule := next((each for each in settings.replaced(*_CONFIRMED) if _names(each, name, server)), None):
        return Approval("each_call", f"asks each time: {rule.key} names it", (rule,))
    if ruled is not None:
        return ruled[1]
    mode = settings.first(_MODE)
    if mode is not None and mode.value == "auto_edit" and server is None and name in _EDITS:
        return Approval("never", f"unasked: {_MODE} is auto_edit", (mode,))
    if server is None and name in _READS:
        return Approval("never", "which gemini does not ask for", default=True)
    return Approval("each_call", "asks each time, as gemini does when no file says otherwise", default=True)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give the sandbox of Gemini CLI, None when no file states one."""
    stated = settings.first("tools.sandbox", "sandbox")
    return None if stated is None else Sandbox(_SANDBOXES.get(stated.value or "", "container"), stated)


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect beside the others that apply."""
    key = setting.key or ""
    if key == _MODE and setting.value == "yolo":
        return False
    of_policy = gemini_policies.effective(setting, settings)
    if of_policy is not None:
        return of_policy
    for keys in _LISTS:
        if key in keys:
            return setting in settings.replaced(*keys)
    return is_listed(setting) or settings.first(key) == setting


def _listed(name: str, server: ToolServer | None, settings: Applied) -> tuple[float, Approval] | None:
    """Tell that a list or the entry of a server frees a tool, with the strength of a rule that would say so."""
    if rule := next((each for each in settings.replaced(*_ALLOWED) if _names(each, name, server)), None):
        return 4.3, Approval("never", f"unasked: {rule.key} names it", (rule,))
    if server is None:
        return None
    if found := server_lists.unasked(name, server, settings):
        return 4.2, found
    if listed := next((each for each in settings.replaced(*_SERVERS) if each.value in (server.name, "*")), None):
        return 4.1, Approval("never", f"unasked: {listed.key} names the server", (listed,))
    return None


def _off(name: str, server: ToolServer | None, settings: Applied) -> Approval | None:
    """Tell that a tool can't be called: its server is not started, or a list leaves it out."""
    if server is not None:
        if rule := next((each for each in settings.replaced(*_NO_SERVERS) if each.value in (server.name, "*")), None):
            return Approval("denied", f"not started: {rule.key} names the server", (rule,))
        listed = settings.replaced(*_SERVERS)
        if listed and all(each.value not in (server.name, "*") for each in listed):
            return Approval("denied", f"not started: {listed[0].key} does not name the server", (listed[0],))
        if found := server_lists.off(name, server, settings):
            return found
    if rule := next((each for each in settings.all(*_EXCLUDE) if _names(each, name, server)), None):
        return Approval("denied", f"switched off: {rule.key} names it", (rule,))
    core = settings.replaced(*_CORE)
    if server is None and core and not any(_names(each, name, None, part=True) for each in core):
        return Approval("denied", f"switched off: {core[0].key} does not name it", (core[0],))
    return None


def _names(rule: Setting, name: str, server: ToolServer | None, part: bool = False) -> bool:
    """Tell whether an element of a list names a tool; the form ``tool(words)`` names a part of it."""
    stated = (rule.value or "").strip()
    whole, opened, _ = stated.partition("(")
    if opened and not part:
        return False
    if server is None:
        return whole in (name, *_ALSO.get(name, ())) or (whole == "*" and not part)
    names = (f"mcp_{server.name}_{name}", f"{server.name}__{name}", *(() if name == "*" else (name,)))
    return any(fnmatchcase(each, whole) for each in names)
