"""Whether an agent of Amazon Q or of the Kiro command line asks before a call: the lists of its own file.

From the documentation and source (aws/amazon-q-developer-cli: docs/agent-format.md, docs/agent-file-locations.md,
docs/built-in-tools.md, crates/chat-cli/src/util/tool_permission_checker.rs; kiro.dev/docs/cli: custom-agents, mcp; read
in their state of 2026):

=================================== ==================================================================================
which file wins                     an agent's own file; of two of one name that of the folder, not the person's
``tools``                           what it has: names, ``@builtin``, ``@server``, ``@server/tool``, ``*``
``allowedTools``                    what it calls unasked: names and patterns with ``*`` and ``?``; those with ``@`` are
                                    about servers, the others about its own tools; for Kiro also ``@builtin``
``*`` in ``allowedTools``           the documentation says that it is not supported, the source takes it for a pattern
                                    of the agent's own tools: it counts as one, and never for servers
``toolsSettings``                   ``deniedCommands``, ``deniedPaths`` before ``allowedCommands``, ``allowedPaths``:
                                    parts of a tool, but for one that lets everything through
``useLegacyMcpJson``                also the servers of the folder's own server map (Kiro: ``includeMcpJson``)
``disabled``, ``disabledTools``     off
nothing                             reads unasked, all else asked for
=================================== ==================================================================================
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from nhiassess.joins import server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox, is_listed
from nhiassess.model.inventory import Setting, ToolServer

_READS = frozenset({"fs_read", "read", "glob", "grep", "report_issue", "thinking", "introspect", "todo_list"})
_BUILTIN = "@builtin"
_ALL_PATHS = frozenset({"*", "**", "/", "/**", "~/**", "~", "./**", "."})
_ALL_COMMANDS = frozenset({".*", ".+", "^.*$", "^.+$", "*"})
# a tool goes by several names
_NAMES = (
    frozenset({"execute_bash", "execute_cmd", "shell"}),
    frozenset({"fs_write", "write"}),
    frozenset({"fs_read", "read"}),
    frozenset({"use_aws", "aws"}),
)
_PART = re.compile(r"toolsSettings\.(?P<tool>.+)\.(?P<list>allowedCommands|allowedPaths)")


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether such an agent asks before a call; the default is that of the product, with no settings."""
    if server is not None and (gone := server_lists.off(name, server, settings)):
        return gone
    if rule := next((each for each in settings.all("allowedTools") if _allows(each, name, server)), None):
        return Approval("never", f"unasked: allowedTools names {rule.value}", (rule,))
    if server is not None and (found := server_lists.unasked(name, server, settings)):
        return found
    if server is None:
        if opened := next((each for each in settings.settings if _opens(each, name)), None):
            return Approval("never", f"unasked: {opened.key} lets everything through", (opened,))
        if name in _READS:
            return Approval("never", f"which {platform} does not ask for", default=True)
    return Approval("each_call", f"asks each time, as {platform} does when no file says otherwise", default=True)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give None: neither has a sandbox of its own, and no file tells in what it runs."""
    return None


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect: nothing but the agent's own file is about it."""
    return is_listed(setting) or settings.first(setting.key or "") == setting


def same_tool(name: str) -> frozenset[str]:
    """Give all the names of a tool.

    Examples
    --------
    >>> sorted(same_tool("shell"))
    ['execute_bash', 'execute_cmd', 'shell']
    """
    return next((names for names in _NAMES if name in names), frozenset({name}))


def _allows(rule: Setting, name: str, server: ToolServer | None) -> bool:
    pattern = rule.value or ""
    if server is None:
        if pattern == _BUILTIN:
            return True
        return not pattern.startswith("@") and any(_matches(each, pattern) for each in same_tool(name))
    if not pattern.startswith("@") or pattern == _BUILTIN:
        return False
    return _matches(f"@{server.name}", pattern) or _matches(f"@{server.name}/{name}", pattern)


def _opens(setting: Setting, name: str) -> bool:
    """Tell whether a part that the settings of a tool allow is all of it."""
    part = _PART.fullmatch(setting.key or "")
    if part is None or part["tool"] not in same_tool(name):
        return False
    return (setting.value or "") in (_ALL_COMMANDS if part["list"] == "allowedCommands" else _ALL_PATHS)


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))
