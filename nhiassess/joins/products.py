"""Which module knows how a product decides: what it asks before, what takes effect, and its sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nhiassess.joins import (
    amazon_q_approvals,
    claude_permissions,
    claude_servers,
    client_approvals,
    codex_approvals,
    gemini_approvals,
    kiro_approvals,
    opencode_approvals,
)
from nhiassess.joins.approval import Applied, Approval, Product, Sandbox
from nhiassess.joins.sub_agents import rule_name
from nhiassess.model.inventory import Setting, Tool, ToolServer

CLAUDE = "claude-code"
_PRODUCTS: Mapping[str, Product] = {
    "amazon-q": amazon_q_approvals,
    "codex": codex_approvals,
    "gemini": gemini_approvals,
    "kiro": kiro_approvals,
    "opencode": opencode_approvals,
}
HANDLED = frozenset({CLAUDE, "mcp-agent", *_PRODUCTS}) | client_approvals.ASKS | client_approvals.NEVER_ASKS
NEVER_ASKS = client_approvals.NEVER_ASKS
# products whose own files can switch approval on and off
FILE_DECIDES = frozenset({CLAUDE, *_PRODUCTS, "cline", "roo", "zed"})
# what an agent's file says to include the servers of its folder
_INCLUDES = frozenset({("useLegacyMcpJson", "true"), ("includeMcpJson", "true"), ("groups", "mcp")})
_DISTRUST: Mapping[str, Callable[[str, tuple[Setting, ...]], Setting | None]] = {
    "codex": codex_approvals.distrust,
    "gemini": gemini_approvals.distrust,
}


def approval(platform: str, tool: Tool, servers: Mapping[str, ToolServer], settings: Applied) -> Approval:
    """Tell whether an agent asks before a call.

    Parameters
    ----------
    platform, tool, servers:
        The product, the tool, and all servers by id.
    settings:
        Those that apply to the agent.
    """
    server = servers.get(tool.server or "")
    if server is not None and settings.distrust is not None:
        return Approval("denied", "not started: the folder is not trusted", (settings.distrust,))
    if platform != CLAUDE:
        return _PRODUCTS.get(platform, client_approvals).approval(platform, tool.name or "", server, settings)
    if server is not None and (off := claude_servers.denied(server, settings)):
        return Approval("denied", f"not started: {off.key}", (off,))
    return claude_permissions.approval(rule_name(tool, servers), settings)


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect beside the others that apply; None when no file tells.

    Parameters
    ----------
    platform, setting, settings:
        The product, one of its settings, and those that apply to the agent.
    """
    if platform == CLAUDE:
        return claude_permissions.effective(setting, settings)
    return _PRODUCTS.get(platform, client_approvals).effective(platform, setting, settings)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give the sandbox of an agent and the setting that states it, None when no file does."""
    if platform == CLAUDE:
        return claude_permissions.sandbox(settings)
    return _PRODUCTS.get(platform, client_approvals).sandbox(platform, settings)


def distrust(platform: str, agent: str, settings: tuple[Setting, ...]) -> Setting | None:
    """Give the setting that calls the folder of an agent untrusted, so that what the folder brings is void."""
    told = _DISTRUST.get(platform)
    return told(agent, settings) if told is not None else None


def includes_servers(own: Iterable[Setting]) -> Setting | None:
    """Give the setting by which an agent has the servers of its folder too, None when it has not.

    Parameters
    ----------
    own:
        The settings of the agent's own file.
    """
    return next((each for each in own if ((each.key or "").rpartition(".")[2], each.value) in _INCLUDES), None)


def shared(platform: str, own: Iterable[Setting]) -> tuple[str, ...]:
    """Give how the keys begin of what the agent that one starts with in a folder shares with another agent of it.

    Parameters
    ----------
    platform, own:
        The product, and the settings of the other agent.

    Examples
    --------
    >>> shared("opencode", ()), shared("kiro", ()), shared("kiro", [Setting("s", key="includeMcpJson", value="true")])
    (('',), (), ('mcpServers.',))
    """
    if platform == "opencode":
        return ("",)
    return ("mcpServers.",) if includes_servers(own) is not None else ()
