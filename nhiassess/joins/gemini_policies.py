"""Rules of the policy engine of Gemini CLI, and how strong each is beside the lists of its settings.

From its documentation and source (google-gemini/gemini-cli: docs/reference/policy-engine.md, issue 18186,
packages/core/src/policy/config.ts, packages/cli/src/config/policy.ts; read in their state of 2026):

====================================== ===============================================================================
which rule decides                     the one with the highest tier, and in it the highest ``priority``
tier 5                                 the folder of the system; ``adminPolicyPaths`` when that folder holds no rules
tier 4                                 `~/.gemini/policies`, or instead of it ``policyPaths``, which a project may state
void                                   `.gemini/policies` of a project: it is switched off in the program
``tools.exclude``, ``tools.allowed``   as rules of tier 4 with priorities 400 and 300
``trust`` of a server, ``mcp.allowed`` likewise, 200 and 100
``modes``                              the rule counts in these modes only
a command, arguments, a sub-agent      the rule is about a part of the calls of the tool
====================================== ===============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import dirname, normpath
from urllib.parse import unquote

from nhiassess.joins import server_lists
from nhiassess.joins.approval import Applied, Approval
from nhiassess.model.inventory import Setting, ToolServer

_FIELD = re.compile(r"(?P<rule>rule\.\d{1,9})\.(?P<field>\w+)(?:\..*)?")
_DECISIONS = {"allow": "never", "ask_user": "each_call", "deny": "denied"}
_LIMITS = frozenset(
    {"commandPrefix", "commandRegex", "argsPattern", "toolAnnotations", "subagent", "interactive"},
)
_MODES = {"auto_edit": "autoEdit", "plan": "plan"}
_ADMIN, _USER = 5.0, 4.0
_NAMED = (("adminPolicyPaths", _ADMIN), ("policyPaths", _USER))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how strong it is, for which tools of which server, what happens, and where that stands."""

    strength: float
    tools: tuple[str, ...]
    server: str | None
    decision: str
    modes: tuple[str, ...]
    part: bool
    stated: Setting


def deciding(name: str, server: ToolServer | None, settings: Applied) -> tuple[float, Approval] | None:
    """Give what the strongest rule for the whole of a tool says and its strength, None when there is no such rule.

    Parameters
    ----------
    name, server:
        The tool, and its server; None for a tool of Gemini's own.
    settings:
        Those that apply.
    """
    mode = _MODES.get(settings.value("general.defaultApprovalMode") or "", "default")
    matching = [
        each
        for each in rules(settings)
        if (not each.modes or mode in each.modes) and any(_names(tool, each, name, server) for tool in each.tools)
    ]
    whole = next((each for each in matching if not each.part), None)
    if whole is None:
        return None
    when = _DECISIONS[whole.decision]
    freed = next((each for each in matching if each.strength > whole.strength and each.decision == "allow"), None)
    if when == "denied" and freed is not None:
        because = "unasked for what a rule of the policy allows, refused otherwise"
        return whole.strength, Approval("unknown", because, (freed.stated, whole.stated))
    said = f"{server_lists.SAYS[when]}: a rule of the policy says {whole.decision}"
    return whole.strength, Approval(when, said, (whole.stated,))


def effective(setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a part of a rule takes effect; None when it is part of no rule.

    Parameters
    ----------
    setting, settings:
        The setting, and those that apply.
    """
    part = _FIELD.fullmatch(setting.key or "")
    if part is None:
        return None
    return (_path(setting), part["rule"]) in _in_force(settings)


@lru_cache(maxsize=8)
def rules(settings: Applied) -> tuple[Rule, ...]:
    """Give the rules that apply, the strongest first.

    Parameters
    ----------
    settings:
        Those that apply.
    """
    return tuple(sorted(_in_force(settings).values(), key=lambda each: -each.strength))


@lru_cache(maxsize=8)
def _in_force(settings: Applied) -> Mapping[tuple[str, str], Rule]:
    """Give the rules that apply by their file and place in it."""
    found: dict[tuple[str, str], dict[str, list[Setting]]] = {}
    scopes: dict[str, str | None] = {}
    for each in settings.settings:
        part = _FIELD.fullmatch(each.key or "")
        if part is not None:
            scopes[_path(each)] = each.scope
            found.setdefault((_path(each), part["rule"]), {}).setdefault(part["field"], []).append(each)
    administered = "managed" in scopes.values()
    tiers = {path: _tier(path, scope, administered, settings) for path, scope in scopes.items()}
    read = {place: _read(fields, tiers[place[0]]) for place, fields in found.items()}
    return {place: rule for place, rule in read.items() if rule is not None}


def _read(fields: Mapping[str, list[Setting]], tier: float | None) -> Rule | None:
    decision, priority = (next(iter(fields.get(key, ())), None) for key in ("decision", "priority"))
    if tier is None or decision is None or decision.value not in _DECISIONS:
        return None
    number = priority.value if priority is not None else None
    if number is None or not re.fullmatch(r"\d{1,3}", number):
        return None  # without a priority, or beyond 999, the whole file is refused
    return Rule(
        tier + int(number) / 1000,
        tuple(each.value or "" for each in fields.get("toolName", ())) or ("*",),
        next((each.value for each in fields.get("mcpName", ())), None),
        decision.value,
        tuple(each.value or "" for each in fields.get("modes", ())),
        bool(_LIMITS & set(fields)),
        decision,
    )


def _tier(path: str, scope: str | None, administered: bool, settings: Applied) -> float | None:
    """Give the tier of a file of rules, None when it is not read."""
    if scope == "managed":
        return _ADMIN
    for key, tier in _NAMED:
        if any(_is_at(path, each.value or "", settings) for each in settings.all(key)) and not (
            administered and tier == _ADMIN
        ):
            return tier
    return _USER if scope == "user" and not settings.all("policyPaths") else None


def _is_at(path: str, stated: str, settings: Applied) -> bool:
    """Tell whether a file, or the folder that it lies in, is what a setting names; of absolute paths nobody can."""
    named = stated.replace("\\", "/").rstrip("/")
    if named.startswith("~/"):
        return any(f"/{each}".endswith(named[1:]) for each in (path, dirname(path)))
    where = "/".join(settings.agent.removeprefix("agent:").split("/")[1:-1]).removeprefix("-")
    return normpath(f"{unquote(where)}/{named}").lstrip("/") in (path, dirname(path))


def _names(tool: str, rule: Rule, name: str, server: ToolServer | None) -> bool:
    if server is None:
        return rule.server is None and tool in (name, "*")
    if rule.server is not None:
        return rule.server in (server.name, "*") and tool in (name, "*")
    return tool == "*" or (tool.startswith("mcp_") and fnmatchcase(f"mcp_{server.name}_{name}", tool))


def _path(setting: Setting) -> str:
    return next((place.path for place in setting.locations), "")
