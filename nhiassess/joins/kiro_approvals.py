"""Whether Kiro asks before a call: rules of its users and agents, and the lists of tool servers.

From its documentation (kiro.dev/docs: mcp/configuration, chat/permissions, custom-agents, cli; read in its state of
2026):

=============================== ======================================================================================
which server entry wins         that of the folder, then the user's; in an agent's file its own
``autoApprove``                 of an entry: tools that are called unasked, ``*`` for all
``disabled``, ``disabledTools`` off
``permissions.yaml``            rules of the user for a capability, with ``match`` and ``exclude``: deny, then ask, then
                                allow, whichever file states them; a repository can't bring any
``permissions`` of an agent     the same, in its file; counts once the folder is trusted, which is taken as given
``kiroAgent.trustedCommands``   of the editor: commands that run unasked, ``*`` for all
agent files of the command line see `amazon_q_approvals`
nothing                         reads unasked, all else asked for
=============================== ======================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from nhiassess.joins import amazon_q_approvals, server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox
from nhiassess.model.inventory import Setting, ToolServer

_RULE = re.compile(r"(?P<rule>(?:rules|permissions)\.\d{1,9})\.(?P<field>capability|effect|match|exclude)(?:\.\d+)?")
_EFFECTS = {"deny": "denied", "ask": "each_call", "allow": "never"}
_EVERYTHING = frozenset({"*", "**", "*/*", "/**", "./**"})
_CAPABILITIES = {
    "read": frozenset({"all", "builtin", "filesystem", "fs_read", "read"}),
    "write": frozenset({"all", "builtin", "filesystem", "fs_write", "write"}),
    "shell": frozenset({"all", "builtin", "shell"}),
    "web": frozenset({"all", "builtin", "web", "web_fetch"}),
}
_OF_SERVERS = frozenset({"all", "mcp"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, what happens, to which uses it is limited, and where its effect stands."""

    capability: str
    effect: str
    match: tuple[str, ...]
    exclude: tuple[str, ...]
    stated: Setting


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether Kiro asks before a call; the default is that of the product, with no settings that decide."""
    if server is not None and (gone := server_lists.off(name, server, settings)):
        return gone
    deciding = [each for each in rules(settings) if _decides(each, name, server)]
    for effect, when in _EFFECTS.items():
        if rule := next((each for each in deciding if each.effect == effect), None):
            because = f"{server_lists.SAYS[when]}: a rule for {rule.capability} says {effect}"
            return Approval(when, because, (rule.stated,))
    commands = settings.all("kiroAgent.trustedCommands") if server is None and name == "shell" else ()
    if free := next((each for each in commands if each.value == "*"), None):
        return Approval("never", "unasked: kiroAgent.trustedCommands names every command", (free,))
    return amazon_q_approvals.approval(platform, name, server, settings)


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give None: Kiro has no sandbox of its own on the machine of its user."""
    return None


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect; a rule does unless a stricter one for all of its capability does."""
    own = _by_place(settings).get(setting.id)
    if own is None:
        return amazon_q_approvals.effective(platform, setting, settings)
    strict = list(_EFFECTS)[: list(_EFFECTS).index(own.effect)]
    wholes = _wholes(settings)
    return not any((effect, capability) in wholes for effect in strict for capability in (own.capability, "all"))


@lru_cache(maxsize=8)
def rules(settings: Applied) -> tuple[Rule, ...]:
    """Give the rules that apply, of the user and of the agent.

    Parameters
    ----------
    settings:
        Those that apply.
    """
    found: dict[tuple[str, str], dict[str, list[Setting]]] = {}
    for each in settings.settings:
        part = _RULE.fullmatch(each.key or "")
        if part:
            file = next((place.path for place in each.locations), "")
            found.setdefault((file, part["rule"]), {}).setdefault(part["field"], []).append(each)
    return tuple(_read(found))


@lru_cache(maxsize=8)
def _by_place(settings: Applied) -> Mapping[str, Rule]:
    return {each.stated.id: each for each in rules(settings)}


@lru_cache(maxsize=8)
def _wholes(settings: Applied) -> frozenset[tuple[str, str]]:
    return frozenset((each.effect, each.capability) for each in rules(settings) if _is_whole(each))


def _read(found: dict[tuple[str, str], dict[str, list[Setting]]]) -> Iterator[Rule]:
    for fields in found.values():
        for effect in fields.get("effect", ())[:1]:
            if "capability" in fields and effect.value in _EFFECTS:
                match, exclude = (
                    tuple(each.value or "" for each in fields.get(key, ())) for key in ("match", "exclude")
                )
                yield Rule(fields["capability"][0].value or "", effect.value, match, exclude, effect)


def _decides(rule: Rule, name: str, server: ToolServer | None) -> bool:
    """Tell whether a rule decides on the whole of a tool."""
    if server is None:
        own = next(iter({"read", "write", "shell", "web"} & amazon_q_approvals.same_tool(name)), name)
        return rule.capability in _CAPABILITIES.get(own, frozenset({"all", "builtin"})) and _is_whole(rule)
    if rule.capability not in _OF_SERVERS or rule.exclude:
        return False
    named = f"{server.name}/{name}"
    return _is_whole(rule) or any(fnmatchcase(named, each.replace("[", "[[]")) for each in rule.match)


def _is_whole(rule: Rule) -> bool:
    return not rule.exclude and (not rule.match or bool(_EVERYTHING & set(rule.match)))
