"""Whether MCP clients ask before a call: by the lists of their server entries, their switches and their defaults.

Of Cline and Roo Code, from their source (cline/cline: use of MCP tools; RooCodeInc/Roo-Code: src/core/auto-approval;
docs.roocode.com: using-mcp-in-roo; read in their state of 2026):

========================= ============================================================================================
which server entry wins   of Roo that of the project's `.roo/mcp.json`, then that of the user's `mcp_settings.json`;
                          Cline has the user's alone
``autoApprove``           of Cline, ``alwaysAllow`` of Roo: tools that are called unasked where the user also lets tools
                          of servers run unasked; that switch lies outside of files, so that nobody can tell here
``disabled``              off
nothing                   asks
``.roomodes``             the groups of tools that a mode has; a group that it lacks is off
========================= ============================================================================================
"""

from __future__ import annotations

from nhiassess.joins import server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox, is_listed
from nhiassess.joins.server_lists import SAYS
from nhiassess.model.inventory import Setting, ToolServer

# what each product does when its files say nothing, by its own documentation
ASKS = frozenset(
    {"antigravity", "claude-desktop", "cline", "continue", "copilot", "cursor", "junie", "roo", "vscode", "windsurf"}
    | {"zed"}
)
NEVER_ASKS = frozenset({"goose", "opencode"})
# a list of theirs counts only where a switch that no file holds is on
_SWITCH_ELSEWHERE = frozenset({"cline", "roo"})
# switches that hold for every tool of an agent: (platform, key, value) to when it asks
_SWITCHES = {
    ("vscode", "chat.tools.autoApprove", "true"): "never",
    ("vscode", "chat.tools.global.autoApprove", "true"): "never",
    ("zed", "agent.always_allow_tool_actions", "true"): "never",
    ("goose", "GOOSE_MODE", "auto"): "never",
    ("goose", "GOOSE_MODE", "approve"): "each_call",
    ("goose", "GOOSE_MODE", "smart_approve"): "unknown",
    ("goose", "GOOSE_MODE", "chat"): "denied",
}


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether a client asks before a call.

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
    if server is not None:
        if gone := server_lists.off(name, server, settings):
            return gone
        if found := server_lists.unasked(name, server, settings):
            if platform in _SWITCH_ELSEWHERE and found.when == "never":
                because = f"{found.because}, where its user lets tools of servers run unasked"
                return Approval("unknown", because, found.settings)
            return found
    for (product, key, value), when in _SWITCHES.items():
        stated = settings.first(key) if product == platform else None
        if stated is not None and stated.value == value:
            return Approval(when, f"{SAYS[when]}: {key} is {value}", (stated,))
    if platform in NEVER_ASKS:
        return Approval("never", f"which {platform} does not ask for", default=True)
    if platform in _SWITCH_ELSEWHERE and server is None:
        return Approval("unknown", "and whether anybody is asked lies outside of files", default=True)
    if platform in ASKS:
        return Approval("each_call", f"asks each time, as {platform} does when no file says otherwise", default=True)
    return Approval("unknown", "and no file says whether anybody is asked", default=True)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give None: no file of these clients states a sandbox."""
    return None


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect; one of several files that state the same does when it is the strongest."""
    return is_listed(setting) or settings.first(setting.key or "") == setting
