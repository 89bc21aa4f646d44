"""How each MCP client writes its configuration, and where its files lie.

Places and keys are those of each product's documentation; `joins/` says what they mean, and names the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import dirname

from nhiassess.sources.clients.agent_settings import scope_of
from nhiassess.sources.source import folder, quote

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one client writes its configuration.

    Parameters
    ----------
    platform:
        The client, None for a server map that no client reads where it lies.
    path:
        The paths of its files.
    maps:
        Where server maps stand in them; ``*`` is any key.
    sign:
        What the beginning of the file must hold when the path alone does not tell.
    settings:
        Top-level keys whose leaves are settings of the agent.
    tools:
        Tools of the client's own, when the file is that of an agent rather than of an extension.
    under:
        The key that the keys of the file are put under, when they have no meaning of their own.
    scope:
        The scope of the file, None when the folder tells.
    """

    platform: str | None
    path: re.Pattern[str]
    maps: tuple[Path, ...] = (("mcpServers",),)
    sign: re.Pattern[str] | None = None
    settings: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    under: str | None = None
    scope: str | None = None


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/)(?:{pattern})$", re.I)


_EDITOR = r"(?:\.vscode|Code(?: - Insiders)?/User|VSCodium/User)"
_ANY_EDITOR = rf"(?:{_EDITOR}|Kiro/User)/settings\.json"
_MODELS = ("openai", "anthropic", "google", "azure", "bedrock", "models", "provider")
_AGENT = ("allowedTools", "tools", "toolsSettings", "model", "hooks", "useLegacyMcpJson", "includeMcpJson")
_GEMINI = (
    *("tools", "coreTools", "excludeTools", "allowedTools", "autoAccept", "general.defaultApprovalMode"),
    *("security", "mcp", "allowMCPServers", "excludeMCPServers", "sandbox", "hooks", "model"),
    *("policyPaths", "adminPolicyPaths"),
)
_GEMINI_TOOLS = ("google_web_search", "read_file", "replace", "run_shell_command", "web_fetch", "write_file")
_GEMINI_SYSTEM = r"(?:etc/gemini-cli|Library/Application Support/GeminiCli|ProgramData/gemini-cli)"
_OPENCODE = ("permission", "tools", "provider", "plugin", "model", "instructions", "share", "default_agent")
OPENCODE_TOOLS = ("bash", "edit", "read", "webfetch")
DIALECTS = (
    Dialect("claude-desktop", _path(r"claude_desktop_config[^/]*\.json")),
    Dialect("claude-code", _path(r"\.claude\.json"), (("mcpServers",), ("projects", "*", "mcpServers"))),
    Dialect("claude-code", _path(r"\.mcp\.json"), (("mcpServers",), ())),
    Dialect("claude-code", _path(r"managed-mcp\.json"), scope="managed"),
    Dialect("cursor", _path(r"\.cursor/mcp\.json")),
    Dialect("vscode", _path(rf"{_EDITOR}/mcp\.json"), (("servers",), ("mcpServers",))),
    Dialect(
        "vscode",
        _path(rf"{_EDITOR}/settings\.json|[^/]+\.code-workspace"),
        (("mcp", "servers"), ("mcp.servers",), ("settings", "mcp", "servers"), ("settings", "mcp.servers")),
        re.compile(r'"(?:mcp(?:\.servers)?|chat\.(?:tools|mcp|agent)[\w.]*)"\s*:'),
        ("chat.tools", "chat.mcp", "chat.agent"),
    ),
    Dialect("kiro", _path(_ANY_EDITOR), (), re.compile(r'"kiroAgent\.'), ("kiroAgent",), ("shell",)),
    Dialect("roo", _path(_ANY_EDITOR), (), re.compile(r'"roo-cline\.'), ("roo-cline",)),
    Dialect("windsurf", _path(r"\.?(?:codeium/)?windsurf(?:-next)?/mcp_config\.json")),
    Dialect("antigravity", _path(r"\.?antigravity/mcp_config\.json")),
    Dialect("cline", _path(r"cline_mcp_settings\.json"), scope="user"),
    Dialect("roo", _path(r"\.roo/mcp\.json")),
    Dialect("roo", _path(r"mcp_settings\.json"), scope="user"),
    Dialect(
        "continue",
        _path(r"\.continue/(?:config\.(?:ya?ml|json)|(?:mcpServers|agents)/[^/]+\.ya?ml)"),
        (("mcpServers",), ("experimental", "modelContextProtocolServers")),
        settings=("models",),
    ),
    Dialect(
        "zed", _path(r"\.?zed/settings\.json"), (("context_servers",),), re.compile(r'"context_servers"'), ("agent",)
    ),
    Dialect("goose", _path(r"goose/(?:config|profiles)\.ya?ml"), (("extensions",),), settings=("GOOSE_",)),
    Dialect("kiro", _path(r"\.kiro/(?:settings/mcp|mcp|default)\.json|kiro_power/mcp\.json")),
    Dialect("kiro", _path(r"\.kiro/agents/(?:[^/]+/)*[^/]+\.(?:json|md)"), settings=(*_AGENT, "permissions")),
    Dialect(
        "kiro",
        _path(r"\.kiro/(?:settings|workspace-roots/[^/]+)/permissions\.yaml"),
        (),
        settings=("rules",),
        scope="user",
    ),
    Dialect("amazon-q", _path(r"\.?amazonq/(?:mcp|default)\.json")),
    Dialect("amazon-q", _path(r"\.?amazonq/(?:cli-)?agents/[^/]+\.json"), settings=_AGENT),
    Dialect("opencode", _path(r"opencode\.jsonc?"), (("mcp",),), None, _OPENCODE, OPENCODE_TOOLS),
    Dialect(
        "opencode",
        _path(r"\.(?:config/)?opencode/(?:agents?/(?:[^/]+/)*|modes?/)[^/]+\.md"),
        (),
        tools=OPENCODE_TOOLS,
    ),
    Dialect("junie", _path(r"\.junie/mcp/mcp\.json")),
    Dialect("gemini", _path(r"\.gemini/settings\.json"), settings=_GEMINI, tools=_GEMINI_TOOLS),
    Dialect("gemini", _path(rf"{_GEMINI_SYSTEM}/settings\.json"), settings=_GEMINI, scope="managed"),
    Dialect("gemini", _path(rf"{_GEMINI_SYSTEM}/system-defaults\.json"), settings=_GEMINI, scope="system"),
    Dialect("gemini", _path(r"\.gemini/policies/[^/]+\.toml"), (), settings=("rule",)),
    Dialect("gemini", _path(rf"{_GEMINI_SYSTEM}/policies/[^/]+\.toml"), (), settings=("rule",), scope="managed"),
    Dialect("gemini", _path(r"\.gemini/trustedFolders\.json"), (), under="trustedFolders", scope="user"),
    Dialect("gemini", _path(r"gemini-extension\.json"), settings=("excludeTools",)),
    Dialect("copilot", _path(r"\.copilot/mcp-config\.json")),
    Dialect("mcp-agent", _path(r"mcp_agent\.(?:config|secrets)\.ya?ml"), (("mcp", "servers"),), settings=_MODELS),
    # a server map in a file that no client reads by this name: servers that somebody may copy, and no agent
    Dialect(
        None,
        re.compile(r"\.(?:json|jsonc|json5)$", re.I),
        (("mcpServers",), ("servers",), ("mcp", "servers")),
        re.compile(r'"mcpServers"\s*:\s*[{\[]|"servers"\s*:\s*\{\s*"[^"]+"\s*:\s*\{\s*"(?:type|command|url)"'),
    ),
    Dialect(
        None,
        re.compile(r"\.ya?ml$", re.I),
        (("mcpServers",), ("mcp", "servers")),
        re.compile(r"(?m)^mcpServers:\s*$|^mcp:\s*\n\s+servers:\s*$"),
    ),
)
_OF_EDITORS = r"(?:\.config/|Library/Application Support/|AppData/Roaming/)?"
# folders of a machine that an administrator writes, of a person's own files, and of a project beside its own
_PLACES = (
    (
        re.compile(r"(?:^|/)(?:etc|Library/Application Support|Program(?:Data| Files))/[^/]+(?:/policies)?$", re.I),
        "managed",
    ),
    (re.compile(r"(?:^|/)\.(?:config/(?:goose|opencode|zed)|aws/amazonq)(?:/.*)?$"), "user"),
    (re.compile(rf"(?:^|/){_OF_EDITORS}(?:Code(?: - Insiders)?|VSCodium|Kiro)/User$"), "user"),
    (re.compile(r"(?:^|/)\.opencode(?:/.*)?$"), None),
)
_ADMINISTERED = re.compile(_GEMINI_SYSTEM + r"/|(?:ClaudeCode|claude-code|opencode)/", re.I)


def place(path: str, dialect: Dialect) -> tuple[str, str]:
    r"""Give the folder that a client's file belongs to, and the scope of what it says.

    Parameters
    ----------
    path, dialect:
        The path of the file, and how it is written.

    Examples
    --------
    >>> plain = Dialect("opencode", _path(r"opencode\.json"))
    >>> place("laptops/dev/.config/opencode/opencode.json", plain), place("repos/web/opencode.json", plain)
    (('laptops/dev', 'user'), ('repos/web', 'project'))
    """
    for pattern, scope in _PLACES:
        own = pattern.search(dirname(path))
        if own is None or (scope == "managed" and not _ADMINISTERED.search(path)):
            continue
        where = quote(dirname(path)[: own.start()].strip("/")) or "-"
        return where, dialect.scope or scope or scope_of(where)
    where = folder(path)
    return where, dialect.scope or scope_of(where)
