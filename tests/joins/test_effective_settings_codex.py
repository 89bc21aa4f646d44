"""Codex: profiles, files of the organisation, trust in a folder, and the servers that are required."""

from __future__ import annotations

import pytest

from tests.joins.settled import called, join, marks, stated, tool

HOME = "laptops/dev/.codex/config.toml"
PROJECT = "laptops/dev/src/web/.codex/config.toml"
REQUIRED = "laptops/dev/etc/codex/requirements.toml"
MANAGED = "laptops/dev/etc/codex/managed_config.toml"
SYSTEM = "laptops/dev/etc/codex/config.toml"
OWN = "/src/web/codex"
FREE = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n'
UNTRUSTED = '[projects."/home/dev/src/web"]\ntrust_level = "untrusted"\n'
PROFILE = 'approval_policy = "never"\ndefault_permissions = "own"\n[permissions.own]\nextends = ":read-only"\n'
SERVER = '[mcp_servers.git]\ncommand = "npx"\nargs = ["-y", "git-mcp@1.0.0"]\n'


@pytest.mark.parametrize(
    ("files", "approval", "gate", "sandbox"),
    [
        # the model decides when it asks
        ({PROJECT: ""}, "unknown", None, None),
        ({PROJECT: FREE}, "never", None, "none"),
        # managed, profile chosen in the file, project, user, defaults of the machine
        ({PROJECT: 'model = "m"\n', HOME: FREE}, "never", None, "none"),
        ({PROJECT: 'approval_policy = "untrusted"\n', HOME: FREE}, "each_call", "human_approval", "none"),
        ({PROJECT: FREE, MANAGED: 'approval_policy = "untrusted"\n'}, "each_call", "human_approval", "none"),
        ({PROJECT: 'model = "m"\n', SYSTEM: FREE}, "never", None, "none"),
        ({PROJECT: 'approval_policy = "untrusted"\n', SYSTEM: FREE}, "each_call", "human_approval", "none"),
        (
            {PROJECT: 'profile = "p"\napproval_policy = "untrusted"\n[profiles.p]\napproval_policy = "never"\n'},
            "never",
            None,
            None,
        ),
        (
            {PROJECT: 'profile = "q"\napproval_policy = "untrusted"\n[profiles.p]\napproval_policy = "never"\n'},
            "each_call",
            "human_approval",
            None,
        ),
        # what is required: the first policy that is allowed, the sandbox that writes nothing
        (
            {PROJECT: FREE, REQUIRED: 'allowed_approval_policies = ["untrusted", "on-request"]\n'},
            "each_call",
            "human_approval",
            "none",
        ),
        ({PROJECT: FREE, REQUIRED: 'allowed_approval_policies = ["never"]\n'}, "never", None, "none"),
        (
            {PROJECT: FREE, REQUIRED: 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n'},
            "never",
            "sandbox",
            "read-only",
        ),
        ({PROJECT: "", REQUIRED: 'allowed_approval_policies = ["untrusted"]\n'}, "each_call", "human_approval", None),
        ({PROJECT: "", REQUIRED: 'allowed_approval_policies = ["untrusted", "on-request"]\n'}, "unknown", None, None),
        # what a folder brings that the user does not trust
        ({PROJECT: FREE, HOME: UNTRUSTED}, "each_call", "human_approval", None),
        ({PROJECT: FREE, HOME: UNTRUSTED.replace("untrusted", "trusted")}, "never", None, "none"),
        ({PROJECT: FREE, HOME: UNTRUSTED.replace("/web", "/other")}, "never", None, "none"),
        ({PROJECT: FREE + UNTRUSTED}, "never", None, "none"),
        # a model that answers in the place of a person
        ({PROJECT: 'approval_policy = "untrusted"\napprovals_reviewer = "auto_review"\n'}, "unknown", None, None),
        # the sandbox of newer versions
        (
            {PROJECT: 'approval_policy = "never"\ndefault_permissions = ":workspace"\n'},
            "never",
            "sandbox",
            "workspace-write",
        ),
        (
            {PROJECT: PROFILE},
            "never",
            "sandbox",
            "read-only",
        ),
        ({PROJECT: 'approval_policy = "never"\ndefault_permissions = ":danger-full-access"\n'}, "never", None, "none"),
        ({PROJECT: 'approval_policy = "never"\ndefault_permissions = "own"\n'}, "never", None, "unknown"),
    ],
)
def test_shell(files: dict[str, str], approval: str, gate: str | None, sandbox: str | None) -> None:
    found = join(files)
    link = called(found, "shell", OWN)
    assert link is not None
    own = tool(found, f"{OWN}/shell")
    assert own is not None
    assert (own.approval, link.gate.kind if link.gate else None) == (approval, gate)
    assert next(each.sandbox for each in found.agents if each.id.endswith(OWN)) == sandbox


def test_the_deciding_setting_is_the_place() -> None:
    found = join({PROJECT: FREE, REQUIRED: 'model = "m"\nallowed_approval_policies = ["untrusted"]\n'})
    link = called(found, "shell", OWN)
    assert link is not None
    assert (link.locations[0].path, link.locations[0].line) == (REQUIRED, 2)
    assert link.gate is not None
    assert link.gate.controlled_by == REQUIRED


@pytest.mark.parametrize(
    ("files", "key", "path", "effective", "controlled_by"),
    [
        ({PROJECT: FREE}, "approval_policy", PROJECT, True, "repository"),
        ({PROJECT: FREE, MANAGED: FREE}, "approval_policy", PROJECT, False, "repository"),
        ({PROJECT: FREE, MANAGED: FREE}, "approval_policy", MANAGED, True, "organisation"),
        ({PROJECT: FREE, SYSTEM: FREE}, "approval_policy", SYSTEM, True, "organisation"),
        ({HOME: FREE}, "sandbox_mode", HOME, True, "user"),
        ({PROJECT: FREE, HOME: UNTRUSTED}, "approval_policy", PROJECT, False, "repository"),
        (
            {PROJECT: FREE + '[profiles.p]\napproval_policy = "never"\n'},
            "profiles.p.approval_policy",
            PROJECT,
            False,
            "repository",
        ),
        (
            {PROJECT: 'profile = "p"\n[profiles.p]\napproval_policy = "never"\n'},
            "profiles.p.approval_policy",
            PROJECT,
            True,
            "repository",
        ),
        (
            {HOME: 'model = "m"\n[profiles.p]\napproval_policy = "never"\n'},
            "profiles.p.approval_policy",
            HOME,
            False,
            "user",
        ),
        # a profile of its own file is chosen on the command line, which no file shows
        ({HOME: "", "laptops/dev/.codex/p.config.toml": FREE}, "approval_policy", "laptops/dev/.codex/p", None, None),
    ],
)
def test_marks(files: dict[str, str], key: str, path: str, effective: bool | None, controlled_by: str | None) -> None:
    setting = stated(join(files), key, path)
    assert (setting.effective, setting.controlled_by) == (effective, controlled_by)


@pytest.mark.parametrize(
    ("more", "approval"),
    [
        ("", "unknown"),
        ('default_tools_approval_mode = "approve"\n', "never"),
        ('default_tools_approval_mode = "prompt"\n', "each_call"),
        ('enabled_tools = ["look"]\n', "denied"),
        ('disabled_tools = ["push"]\nenabled_tools = ["push"]\n', "denied"),
        ('enabled_tools = ["push"]\n[mcp_servers.git.tools.push]\napproval_mode = "approve"\n', "never"),
    ],
)
def test_tools_of_servers(more: str, approval: str) -> None:
    found = join({PROJECT: SERVER + more})
    named = tool(found, "#git/push") or tool(found, "#git/*")
    assert (named.approval if named else "denied") == approval


@pytest.mark.parametrize(
    ("files", "started"),
    [
        ({PROJECT: SERVER}, True),
        ({PROJECT: SERVER, REQUIRED: '[mcp_servers.git.identity]\ncommand = "npx"\n'}, True),
        ({PROJECT: SERVER, REQUIRED: '[mcp_servers.git.identity]\ncommand = "uvx"\n'}, False),
        ({PROJECT: SERVER, REQUIRED: '[mcp_servers.other.identity]\ncommand = "npx"\n'}, False),
        ({PROJECT: SERVER, HOME: UNTRUSTED}, False),
        ({PROJECT: SERVER + "enabled = false\n"}, False),
    ],
)
def test_servers_that_are_started(files: dict[str, str], started: bool) -> None:
    found = join(files)
    assert any("#git/" in each.target for each in found.links if each.verb == "invokes") is started


def test_what_is_required_starts_no_server_and_is_no_agent() -> None:
    found = join({REQUIRED: '[mcp_servers.git.identity]\ncommand = "npx"\n'})
    assert (found.agents, found.tool_servers, found.skipped) == ((), (), ())
    assert marks(found) == {f"{REQUIRED}#mcp_servers.git.identity.command": True}
