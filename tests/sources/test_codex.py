"""Codex: the agent, its settings by scope and profile, and its tool servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients.codex import SOURCE
from nhiassess.sources.source import ReadFile

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
CANARY = "xoxb-000000000000-000000000000-CANARYfakefakefakefake00"
CONFIG = f"""# shared settings
model = "gpt-x"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[tui]
theme = "dark"

[features]
web_search_request = true

[profiles.careful]
approval_policy = "untrusted"

[model_providers.proxy]
base_url = "https://proxy.example/v1"

[mcp_servers.slack]
command = "npx"
args = ["-y", "slack-mcp@1.0.0"]
enabled_tools = ["post"]

[mcp_servers.slack.env]
SLACK_BOT_TOKEN = "{CANARY}"

[mcp_servers.docs]
url = "https://docs.example/mcp"
bearer_token_env_var = "DOCS_TOKEN"

[mcp_servers.off]
command = "x"
enabled = false
"""


def observe(path: str, text: str) -> Inventory:
    assert SOURCE.recognises(path, text[:4096])
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


def test_config() -> None:
    path = "repos/web/.codex/config.toml"
    found = observe(path, CONFIG)
    (agent,) = found.agents
    assert (agent.id, agent.model) == ("agent:codex/repos/web/codex", "gpt-x")
    assert agent.locations == (Location(path, 2, 1), Location(path, 3, 19), Location(path, 4, 16))
    settings = {each.id.split("#", 1)[1]: (each.scope, each.value) for each in found.settings}
    assert settings == {
        "model": ("project", "gpt-x"),
        "approval_policy": ("project", "never"),
        "sandbox_mode": ("project", "danger-full-access"),
        "features.web_search_request": ("project", "true"),
        "profiles.careful.approval_policy": ("profile", "untrusted"),
        "model_providers.proxy.base_url": ("project", "https://proxy.example/v1"),
        "mcp_servers.slack.enabled_tools=post": ("project", "post"),
        "mcp_servers.off.enabled": ("project", "false"),
    }
    servers = {each.name: each for each in found.tool_servers}
    assert set(servers) == {"slack", "docs"}
    assert (servers["slack"].package, servers["slack"].pinned) == ("slack-mcp", True)
    assert servers["docs"].auth == "bearer"
    assert {each.id.split("#")[1]: each.store for each in found.credentials} == {
        "mcp_servers.slack.env.SLACK_BOT_TOKEN": "plaintext",
        "mcp_servers.docs.bearer_token_env_var": "env_reference",
    }
    assert {each.id for each in found.tools} == {
        "tool:codex/repos/web/codex/shell",
        "tool:codex/repos/web/codex/apply_patch",
        "tool:codex/repos/web/codex/web_search",
        f"tool:{path}#slack/post",
        f"tool:{path}#docs/*",
    }
    assert CANARY not in repr(found)


def test_requirements_are_managed_and_no_agent() -> None:
    found = observe("laptops/dev/etc/codex/requirements.toml", 'allowed_sandbox_modes = ["read-only"]\n')
    assert found.agents == ()
    assert [(each.scope, each.agent) for each in found.settings] == [("managed", "agent:codex/laptops/dev/codex")]


def test_requirements_name_servers_and_start_none() -> None:
    found = observe(
        "laptops/dev/etc/codex/requirements.toml",
        'allowed_approval_policies = ["on-request"]\n[mcp_servers.docs.identity]\nurl = "https://docs.example/mcp"\n',
    )
    assert (found.tool_servers, found.tools) == ((), ())
    assert ("mcp_servers.docs.identity.url", "https://docs.example/mcp") in {
        (each.key, each.value) for each in found.settings
    }


@pytest.mark.parametrize(
    ("path", "folder", "scope"),
    [
        ("laptops/dev/etc/codex/config.toml", "laptops/dev", "system"),
        ("laptops/dev/ProgramData/OpenAI/Codex/config.toml", "laptops/dev", "system"),
        ("laptops/dev/etc/codex/managed_config.toml", "laptops/dev", "managed"),
        ("laptops/dev/.codex/deep.config.toml", "laptops/dev", "profile"),
        ("etc/codex/config.toml", "-", "system"),
        ("repos/web/codex/config.toml", "repos/web/codex", "project"),  # a copy, by its keys
    ],
)
def test_whose_a_file_is_and_its_scope(path: str, folder: str, scope: str) -> None:
    found = observe(path, 'approval_policy = "never"\n')
    assert [(each.agent, each.scope) for each in found.settings] == [(f"agent:codex/{folder}/codex", scope)]
    assert bool(found.agents) is (scope == "project")


def test_settings_of_a_person() -> None:
    found = observe("laptops/dev/.codex/config.toml", 'approval_policy = "on-request"\n')
    assert [each.scope for each in found.settings] == ["user"]


@pytest.mark.parametrize("path", ["pyproject.toml", "Cargo.toml", ".codex/notes.md"])
def test_other_files_are_left_alone(path: str) -> None:
    assert not SOURCE.recognises(path, '[project]\nname = "x"\n')


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize(
    ("path", "sandbox", "tools"),
    [
        ("mcp/0bserver07__SutroYaro/.codex/config.toml", 7, {"shell", "apply_patch"}),
        ("mcp/0maru__dotfiles/.codex/config.toml", 3, {"shell", "apply_patch", "web_search"}),
    ],
)
def test_corpus(path: str, sandbox: int, tools: set[str]) -> None:
    found = SOURCE.read([ReadFile(path, read(path, (CORPUS / path).read_bytes(), key=b"test"))])
    stated = {each.key: each for each in found.settings}
    assert (stated["sandbox_mode"].value, stated["sandbox_mode"].locations[0].line) == ("workspace-write", sandbox)
    assert {each.name for each in found.tools} == tools
    assert found.tool_servers == ()
