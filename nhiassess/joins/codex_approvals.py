"""Whether Codex asks before a call: its policy and sandbox, the profile that is chosen, what the organisation requires.

From its documentation and source (developers.openai.com/codex: config-reference, managed-configuration;
openai/codex: codex-rs/config/src/loader, config_requirements.rs; read in their state of the autumn of 2026):

======================================= ==============================================================================
which file wins, for one value          managed_config.toml, command line, profile chosen in the file, project, user,
                                        /etc/codex/config.toml
a profile in a file of its own          chosen on the command line only: whether it holds no file tells
``requirements.toml``                   a value that it does not allow is void; then the first policy that it allows
                                        holds, and the sandbox ``read-only``
``mcp_servers`` in requirements.toml    a server is started only under a name and with an identity that stand there
project file                            counts in a trusted folder; ``projects."<path>".trust_level`` of the user says
provider, ``openai_base_url``,          void in a project file from 0.129 on; earlier versions obey, and no file tells
``profile``, ``notify``, ``otel``       which version people run, so that they count
no policy in any file                   ``on-request``: the model decides when it asks
``approvals_reviewer``                  ``auto_review`` and ``guardian_subagent``: a model answers, not a person
``default_permissions``                 the sandbox of newer versions, by the built-in profile it extends
======================================= ==============================================================================
"""

from __future__ import annotations

import re

from nhiassess.joins import server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox, is_folder_of, is_listed
from nhiassess.model.inventory import Setting, ToolServer

_OWN = frozenset({"apply_patch", "shell"})
_SANDBOXES = {
    "danger-full-access": "none",
    "read-only": "read-only",
    "workspace-write": "workspace-write",
    ":danger-no-sandbox": "none",
    ":danger-full-access": "none",
    ":read-only": "read-only",
    ":workspace": "workspace-write",
}
_REQUIRED = {"approval_policy": "allowed_approval_policies", "sandbox_mode": "allowed_sandbox_modes"}
_TRUST = re.compile(r"projects\.(?P<path>.+)\.trust_level")
_IDENTITY = re.compile(r"mcp_servers\.(?P<name>.+)\.identity\.(?P<kind>command|url)")


def distrust(agent: str, settings: tuple[Setting, ...]) -> Setting | None:
    """Give the setting of a user that calls the folder of an agent untrusted.

    Parameters
    ----------
    agent:
        The id of the agent.
    settings:
        Those of the agent and of the files above its folder.
    """
    for each in settings:
        stated = _TRUST.fullmatch(each.key or "")
        if stated and each.scope == "user" and each.value == "untrusted" and is_folder_of(stated["path"], each, agent):
            return each
    return None


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether Codex asks before a call; the default is that of the product, with no settings that decide."""
    if server is not None:
        if gone := _not_started(server, settings):
            return gone
        if found := server_lists.off(name, server, settings) or server_lists.unasked(name, server, settings):
            return found
    policy, box = holding("approval_policy", settings), sandbox(platform, settings)
    boxed = server is None and name in _OWN and box is not None and box.kind in ("read-only", "workspace-write")
    boxes = (box.stated,) if box is not None and boxed else ()
    if name == "web_search" and server is None:
        return Approval("never", "which codex does not ask for", default=True)
    if policy is None:
        if settings.distrust is not None:
            because = "asks each time, as codex does in a folder that is not trusted"
            return Approval("each_call", because, (settings.distrust, *boxes), sandboxed=boxed)
        because = "as codex asks when it sees fit, and no file says otherwise"
        return Approval("unknown", because, boxes, sandboxed=boxed, default=True)
    told = f"approval_policy is {policy.value}"
    if policy.value == "never":
        within = " within its sandbox" if boxed else ""
        return Approval("never", f"unasked{within}: {told}", (policy, *boxes), sandboxed=boxed)
    reviewer = settings.first("approvals_reviewer")
    if policy.value == "untrusted":
        if reviewer is not None and reviewer.value != "user":
            because = f"asked for each time, but a model answers: approvals_reviewer is {reviewer.value}"
            return Approval("unknown", because, (reviewer, policy), sandboxed=boxed)
        return Approval("each_call", f"asks each time: {told}", (policy,), sandboxed=boxed)
    if boxed:
        because = f"unasked within its sandbox, asks to leave it: {told}"
        return Approval("never", because, (*boxes, policy), sandboxed=True, default=True)
    return Approval("unknown", f"asks when it sees fit: {told}", (policy,), default=True)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give the sandbox of Codex, None when no file states one."""
    stated = holding("sandbox_mode", settings) or settings.first("default_permissions")
    if stated is None:
        return None
    name = stated.value or ""
    for _ in range(8):  # a profile may extend another
        parent = None if name.startswith(":") else settings.value(f"permissions.{name}.extends")
        if parent is None:
            break
        name = parent
    return Sandbox(_SANDBOXES.get(name, "unknown"), stated)


def holding(key: str, settings: Applied) -> Setting | None:
    """Give the setting that holds: managed, else of the chosen profile, else of a file, within what is required.

    Parameters
    ----------
    key:
        ``approval_policy`` or ``sandbox_mode``.
    settings:
        Those that apply.

    Returns
    -------
    Setting or None
        One of what is required, when nothing that is stated is allowed; None when the product decides.
    """
    profile = settings.value("profile")
    chosen = settings.first(f"profiles.{profile}.{key}") if profile else None
    stated = [each for each in (chosen, *settings.all(key)) if each is not None and each.scope != "profile"]
    if chosen is not None and chosen not in stated:
        stated.insert(0, chosen)
    managed = [each for each in stated if each.scope == "managed"]
    required = settings.all(_REQUIRED[key])
    allowed = {each.value for each in required}
    ranked = [*managed, *stated]
    first = ranked[0] if ranked else None
    if not required or (first is not None and first.value in allowed):
        return first
    if key == "sandbox_mode":
        return next((each for each in required if each.value == "read-only"), required[0]) if first else None
    return required[0] if first or "on-request" not in allowed else None


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect; None for a profile that only the command line can choose."""
    key = setting.key or ""
    if key in _REQUIRED and setting.scope != "profile":
        return setting == holding(key, settings)
    if setting.scope == "profile":
        if not key.startswith("profiles."):
            return None
        if not key.startswith(f"profiles.{settings.value('profile')}."):
            return False
        held = key.rsplit(".", 1)[-1]
        return setting == holding(held, settings) if held in _REQUIRED else True
    return is_listed(setting) or settings.first(key) == setting


def _not_started(server: ToolServer, settings: Applied) -> Approval | None:
    """Tell that a server is not started: its folder is not trusted, or the organisation does not list it."""
    listed = [each for each in settings.settings if each.scope == "managed" and _IDENTITY.fullmatch(each.key or "")]
    for each in listed:
        entry = _IDENTITY.fullmatch(each.key or "")
        if entry is not None and entry["name"] == server.name:
            known = server.url if entry["kind"] == "url" else (server.command or "").split(" ")[0]
            if known == each.value:
                return None
    if listed:
        return Approval("denied", "not started: requirements do not list it", (listed[0],))
    return None
