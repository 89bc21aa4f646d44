"""The files of a person's home folder that would be read, by platform: those of known agents, and of workstation tools.

Nothing here looks at a disk. Whoever asks lists these paths to the person first, and reads them only when told to.
Paths are those that the makers document; ``*`` is any name without a slash, ``**`` any folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Platform = Literal["linux", "macos", "windows"]
PLATFORMS: tuple[Platform, ...] = ("linux", "macos", "windows")
_ROAMING, _SUPPORT = "AppData/Roaming", "Library/Application Support"


@dataclass(frozen=True, slots=True)
class UserFile:
    """One pattern of paths below a home folder.

    Parameters
    ----------
    pattern:
        Relative to the home folder, with ``/`` between its parts.
    whose:
        The agent or tool that keeps it there.
    secret:
        Whether the file is kept for credentials; their values are never read into what is observed.
    """

    pattern: str
    whose: str
    secret: bool = False


# pattern, whose it is; a third part names the platforms, where it is not all of them
_AGENTS: tuple[tuple[str, str] | tuple[str, str, tuple[Platform, ...]], ...] = (
    (".claude.json", "Claude Code"),
    (".claude/settings.json", "Claude Code"),
    (".claude/settings.local.json", "Claude Code"),
    (".claude/CLAUDE.md", "Claude Code"),
    (".claude/agents/**/*.md", "Claude Code"),
    (".claude/commands/**/*.md", "Claude Code"),
    (".claude/skills/*/SKILL.md", "Claude Code"),
    (f"{_SUPPORT}/Claude/claude_desktop_config.json", "Claude Desktop", ("macos",)),
    (f"{_ROAMING}/Claude/claude_desktop_config.json", "Claude Desktop", ("windows",)),
    (".config/Claude/claude_desktop_config.json", "Claude Desktop", ("linux",)),
    (".codex/config.toml", "Codex"),
    (".codex/AGENTS.md", "Codex"),
    (".gemini/settings.json", "Gemini CLI"),
    (".gemini/GEMINI.md", "Gemini CLI"),
    (".cursor/mcp.json", "Cursor"),
    (".config/Code/User/mcp.json", "VS Code", ("linux",)),
    (".config/Code/User/settings.json", "VS Code", ("linux",)),
    (f"{_SUPPORT}/Code/User/mcp.json", "VS Code", ("macos",)),
    (f"{_SUPPORT}/Code/User/settings.json", "VS Code", ("macos",)),
    (f"{_ROAMING}/Code/User/mcp.json", "VS Code", ("windows",)),
    (f"{_ROAMING}/Code/User/settings.json", "VS Code", ("windows",)),
    (".codeium/windsurf/mcp_config.json", "Windsurf"),
    (".continue/config.yaml", "Continue"),
    (".continue/config.json", "Continue"),
    (".continue/mcpServers/*.yaml", "Continue"),
    (".config/zed/settings.json", "Zed", ("linux", "macos")),
    (f"{_ROAMING}/Zed/settings.json", "Zed", ("windows",)),
    (".config/goose/config.yaml", "Goose", ("linux", "macos")),
    (".kiro/settings/mcp.json", "Kiro"),
    (".aws/amazonq/mcp.json", "Amazon Q"),
    (".aws/amazonq/cli-agents/*.json", "Amazon Q"),
    (".config/opencode/opencode.json", "opencode"),
    (".junie/mcp/mcp.json", "Junie"),
    (".copilot/mcp-config.json", "Copilot CLI"),
)
_TOOLS: tuple[tuple[str, str] | tuple[str, str, tuple[Platform, ...]], ...] = (
    (".aws/credentials", "AWS CLI"),
    (".aws/config", "AWS CLI"),
    (".aws/sso/cache/*.json", "AWS CLI"),
    (".aws/cli/cache/*.json", "AWS CLI"),
    (".kube/config", "kubectl"),
    (".config/gh/hosts.yml", "GitHub CLI", ("linux", "macos")),
    (f"{_ROAMING}/GitHub CLI/hosts.yml", "GitHub CLI", ("windows",)),
    (".config/gcloud/application_default_credentials.json", "Google Cloud CLI", ("linux", "macos")),
    (".config/gcloud/legacy_credentials/*/adc.json", "Google Cloud CLI", ("linux", "macos")),
    (".config/gcloud/configurations/config_*", "Google Cloud CLI", ("linux", "macos")),
    (f"{_ROAMING}/gcloud/application_default_credentials.json", "Google Cloud CLI", ("windows",)),
    (f"{_ROAMING}/gcloud/legacy_credentials/*/adc.json", "Google Cloud CLI", ("windows",)),
    (f"{_ROAMING}/gcloud/configurations/config_*", "Google Cloud CLI", ("windows",)),
    (".azure/msal_token_cache.json", "Azure CLI"),
    (".azure/azureProfile.json", "Azure CLI"),
    (".azure/service_principal_entries.json", "Azure CLI"),
    (".npmrc", "npm"),
    (".pypirc", "Python packaging"),
    (".netrc", "curl and others", ("linux", "macos")),
    ("_netrc", "curl and others", ("windows",)),
    (".docker/config.json", "Docker"),
    (".ssh/*", "SSH"),
    (".git-credentials", "git"),
    (".config/git/credentials", "git"),
    (".terraform.d/credentials.tfrc.json", "Terraform", ("linux", "macos")),
    (".terraformrc", "Terraform", ("linux", "macos")),
    (f"{_ROAMING}/terraform.d/credentials.tfrc.json", "Terraform", ("windows",)),
    (f"{_ROAMING}/terraform.rc", "Terraform", ("windows",)),
    (".vault-token", "Vault"),
    (".config/op/config", "1Password CLI"),
    (".databrickscfg", "Databricks CLI"),
    (".snowflake/connections.toml", "Snowflake CLI"),
    (".snowflake/config.toml", "Snowflake CLI"),
    (".snowsql/config", "SnowSQL"),
)


def user_files(platform: Platform) -> tuple[UserFile, ...]:
    """List what would be read of a home folder.

    Parameters
    ----------
    platform:
        The system that the person works on.

    Returns
    -------
    tuple of UserFile
        Sorted by whose they are. ``.ssh/*`` takes in public keys too, which no source recognises and of which only
        the beginning is read.

    Examples
    --------
    >>> [each.pattern for each in user_files("windows") if each.whose == "GitHub CLI"]
    ['AppData/Roaming/GitHub CLI/hosts.yml']
    """
    found = [
        UserFile(row[0], row[1], secret)
        for rows, secret in ((_AGENTS, False), (_TOOLS, True))
        for row in rows
        if len(row) == 2 or platform in row[2]
    ]
    return tuple(sorted(found, key=lambda each: (each.secret, each.whose.lower(), each.pattern)))
