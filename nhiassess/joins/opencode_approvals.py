"""Whether opencode asks before a call: its ordered rules, of which the last that matches decides.

From its documentation and source (opencode.ai/docs: config, permissions, agents; sst/opencode:
packages/opencode/src/permission, src/config/config.ts; version 1, read in its state of 2026):

============================ =========================================================================================
which file wins              /etc/opencode (managed), a variable of the session, `.opencode`, the project's
                             `opencode.json`, the file that OPENCODE_CONFIG names, the user's, what the provider sends
how files merge              key by key; a key that a stronger file states again keeps its place and takes the new value
``permission``               a map of tool to action, or of tool to a map of pattern to action; names are patterns too;
                             the last rule that matches decides, whichever is stricter
``tools``                    of old: false is deny, true is allow; ``permission`` of the same tool replaces it
``edit``                     stands for edit, write and patch
``agent.<name>``             its own ``permission`` and ``tools`` come after those of the file; ``build`` is the agent
                             that one starts with; the head of `agents/<name>.md` says the same
no rule                      allow; asks outside of the folder and in a loop, and denies `.env`
``mcp.<name>.enabled``       false of a stronger file switches a server off
============================ =========================================================================================

Auto mode of the command line answers every question; no file shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import unquote

from nhiassess.joins import server_lists
from nhiassess.joins.approval import Applied, Approval, Sandbox, is_listed
from nhiassess.model.inventory import Setting, ToolServer

FIRST_AGENT = "build"
_ACTIONS = {"ask": "each_call", "allow": "never", "deny": "denied"}
_EDITS = frozenset({"edit", "write", "patch", "multiedit", "apply_patch"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: for which tools, for which uses of them, what happens, and where that stands."""

    tool: str
    use: str
    action: str
    stated: Setting


def approval(platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
    """Tell whether opencode asks before a call; the default is that of the product, with no settings that decide."""
    if server is not None:
        switch = settings.first(f"mcp.{server.name}.enabled")
        if switch is not None and switch.value == "false":
            return Approval("denied", f"not started: {switch.key} is false", (switch,))
        if found := server_lists.off(name, server, settings):
            return found
    called = "edit" if name in _EDITS and server is None else name if server is None else f"{server.name}_{name}"
    matching = [each for each in rules(settings) if _matches(called, each.tool)]
    whole = next((place for place, each in reversed(list(enumerate(matching))) if each.use == "*"), None)
    if whole is None:
        return Approval("never", "which opencode does not ask for", default=True)
    rule = matching[whole]
    when = _ACTIONS[rule.action]
    freed = next((each for each in matching[whole + 1 :] if each.action == "allow"), None)
    if when == "denied" and freed is not None:
        because = f"unasked for what {freed.stated.key} names, refused otherwise"
        return Approval("unknown", because, (freed.stated, rule.stated))
    return Approval(when, f"{server_lists.SAYS[when]}: {rule.stated.key} is {rule.stated.value}", (rule.stated,))


def sandbox(platform: str, settings: Applied) -> Sandbox | None:
    """Give None: opencode has no sandbox of its own, and no file tells in what it runs."""
    return None


def effective(platform: str, setting: Setting, settings: Applied) -> bool | None:
    """Tell whether a setting takes effect; a rule does unless a later one covers all that it says."""
    key = setting.key or ""
    own = next((key.removeprefix(each) for each in _prefixes(settings) if key.startswith(each)), key)
    if own == key and key.startswith(("agent.", "mode.")):
        return key.endswith(".disable")  # of an agent that is switched off
    if _rule(setting, own) is None:
        return is_listed(setting) or settings.first(key) == setting
    return setting.id in _uncovered(settings)


@lru_cache(maxsize=8)
def rules(settings: Applied) -> tuple[Rule, ...]:
    """Give the rules that apply to an agent, in the order in which opencode reads them.

    Parameters
    ----------
    settings:
        Those that apply.
    """
    own = _prefixes(settings)
    ranks = {scope: -place for place, scope in enumerate(dict.fromkeys(each.scope for each in settings.settings))}
    weakest_first = sorted(settings.settings, key=lambda each: (ranks[each.scope], _in_folder(each)))
    shared = [(each.key or "", each) for each in weakest_first]
    of_agent = [(key[len(each) :], stated) for each in own for key, stated in shared if key.startswith(each)]
    return (*_merged(shared), *_merged(of_agent))


@lru_cache(maxsize=8)
def _uncovered(settings: Applied) -> frozenset[str]:
    """Give the ids of the settings whose rule no later rule covers."""
    kept: set[str] = set()
    wholes: set[str] = set()  # tools of which a later rule decides on every use
    patterns: list[str] = []
    stated: set[tuple[str, str]] = set()
    for rule in reversed(rules(settings)):
        again = (rule.tool, rule.use) in stated
        stated.add((rule.tool, rule.use))
        if not again and rule.tool not in wholes and not any(_matches(rule.tool, each) for each in patterns):
            kept.add(rule.stated.id)
        if rule.use == "*":
            wholes.add(rule.tool)
            # nobody writes more by hand, and each is held against every rule
            if set(rule.tool) & set("*?") and len(patterns) < 200:
                patterns.append(rule.tool)
    return frozenset(kept)


def _in_folder(setting: Setting) -> bool:
    """Tell whether a setting stands in the folder of opencode, which is stronger than the file beside it."""
    return any(".opencode/" in place.path for place in setting.locations)


def _merged(stated: Iterable[tuple[str, Setting]]) -> tuple[Rule, ...]:
    """Merge rules, the weakest first: a tool that is stated again keeps its place, and so does a use of it."""
    kept: dict[str, dict[str, Rule]] = {}
    mapped: dict[str, bool] = {}
    # of old a tool was on or off; the permission of the same tool then replaces that
    for key, setting in sorted(stated, key=lambda each: not each[0].startswith("tools.")):
        rule = _rule(setting, key)
        if rule is None:
            continue
        uses = kept.setdefault(rule.tool, {})
        in_map = key.count(".") > 1
        # an action for the whole tool replaces the map of its uses, and the other way round
        if mapped.get(rule.tool, in_map) != in_map:
            uses.clear()
        mapped[rule.tool] = in_map
        uses[rule.use] = rule
    return tuple(rule for uses in kept.values() for rule in uses.values())


def _rule(setting: Setting, key: str) -> Rule | None:
    """Read one setting as a rule, None when it is none."""
    kind, _, rest = key.partition(".")
    if kind == "tools" and rest and setting.value in ("true", "false"):
        tool = "edit" if rest in _EDITS else rest
        return Rule(tool, "*", "allow" if setting.value == "true" else "deny", setting)
    if kind == "permission" and setting.value in _ACTIONS:
        tool, _, use = rest.partition(".")
        return Rule(tool or "*", use or "*", setting.value, setting)
    return None


def _prefixes(settings: Applied) -> tuple[str, str]:
    """Give how the keys of an agent's own settings begin, the stronger last."""
    name = unquote(settings.agent.rpartition("/")[2])
    name = FIRST_AGENT if name == "opencode" else name
    return f"mode.{name}.", f"agent.{name}."


def _matches(text: str, pattern: str) -> bool:
    """Tell whether text matches a pattern, in which only * and ? have a meaning."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
