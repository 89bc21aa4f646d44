"""The settings that apply to one agent, and what they say before it may call a tool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote

from nhiassess.model.inventory import Gate, Setting, ToolServer

# strongest first; the command line would stand behind managed settings, but no file shows it
SCOPES = ("managed", "local", "project", "user", "system", "profile")
# from nobody asks to somebody asks each time: of several agents the weakest answer stands on the tool
WEAKEST_FIRST = ("never", "unknown", "once", "each_call")
_PLACE = re.compile(r"\.\d+(?:\.|$)")
# what a repository brings along: void in a folder that its user does not trust
BROUGHT = frozenset({"project", "local"})


@dataclass(frozen=True, slots=True)
class Approval:
    """Whether an agent asks before it calls a tool, why, and the settings that decide it.

    Parameters
    ----------
    when:
        each_call, once, never, unknown, or denied: the tool can't be called.
    because:
        In words.
    settings:
        Those that decide, the telling one first; empty when it is the product's own default.
    sandboxed:
        Whether the call runs in a sandbox of the agent.
    default:
        Whether the product would decide the same with no settings at all.
    """

    when: str
    because: str
    settings: tuple[Setting, ...] = ()
    sandboxed: bool = False
    default: bool = False

    def gate(self, otherwise: str | None) -> Gate | None:
        """Give the gate before the call: a person who is asked, or a sandbox.

        Parameters
        ----------
        otherwise:
            The file that could change a default.
        """
        places = [place.path for setting in self.settings for place in setting.locations]
        controlled = places[0] if places else otherwise
        if self.when in ("each_call", "once"):
            return Gate("human_approval", "agent_process", controlled, self.when == "each_call")
        return Gate("sandbox", "agent_process", controlled) if self.sandboxed else None


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """The settings that apply to an agent, strongest scope first; each object is its own, so that it can be a key.

    Parameters
    ----------
    settings:
        Those that count.
    agent:
        The id of the agent.
    distrust:
        The setting that says that the folder of the agent is not trusted: what the folder brings does not count.
    """

    settings: tuple[Setting, ...]
    agent: str = ""
    distrust: Setting | None = None
    _places: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note where the settings of each key stand: every setting is asked after, however many there are."""
        places: dict[str, list[int]] = {}
        for place, each in enumerate(self.settings):
            places.setdefault(each.key or "", []).append(place)
        object.__setattr__(self, "_places", {key: tuple(found) for key, found in places.items()})

    def first(self, *keys: str) -> Setting | None:
        """Give the strongest setting of a key that holds one value."""
        found = [self._places[key][0] for key in keys if key in self._places]
        return self.settings[min(found)] if found else None

    def value(self, *keys: str) -> str | None:
        """Give the value of the strongest setting of a key."""
        found = self.first(*keys)
        return found.value if found else None

    def all(self, *keys: str) -> tuple[Setting, ...]:
        """Give every setting of a key that lists values, whatever its scope."""
        found = sorted(place for key in keys for place in self._places.get(key, ()))
        return tuple(self.settings[place] for place in found)

    def replaced(self, *keys: str) -> tuple[Setting, ...]:
        """Give the settings of a key whose list in the strongest scope replaces those of the others."""
        found = self.all(*keys)
        return tuple(each for each in found if each.scope == found[0].scope)

    def file(self) -> str | None:
        """Give the strongest file that there is."""
        return next((place.path for each in self.settings for place in each.locations), None)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox of an agent in the words of the model, and the setting that states it."""

    kind: str
    stated: Setting


class Product(Protocol):
    """How one product decides; a module with these functions."""

    def approval(self, platform: str, name: str, server: ToolServer | None, settings: Applied) -> Approval:
        """Tell whether the product asks before a call of a tool, of a server or of its own."""

    def effective(self, platform: str, setting: Setting, settings: Applied) -> bool | None:
        """Tell whether a setting takes effect beside the others that apply; None when no file tells."""

    def sandbox(self, platform: str, settings: Applied) -> Sandbox | None:
        """Give the sandbox of the agent, None when no file states one."""


def applied(settings: Iterable[Setting], agent: str = "", distrust: Setting | None = None) -> Applied:
    """Sort settings by the strength of their scope; within a scope as they stand.

    Parameters
    ----------
    settings:
        Those of the agent and of the files above its folder.
    agent, distrust:
        As for `Applied`.

    Notes
    -----
    Of managed files that are dropped into a folder the later in the alphabet is stronger, and the file beside that
    folder is the weakest.
    """
    counted = [each for each in settings if distrust is None or each.scope not in BROUGHT]
    managed = {place.path for each in counted if each.scope == "managed" for place in each.locations[:1]}
    dropped = {path: -place for place, path in enumerate(sorted(managed, key=lambda each: (".d/" in each, each)))}
    ranked = sorted(
        counted,
        key=lambda each: (
            _rank(each),
            min((dropped.get(place.path, 0) for place in each.locations[:1]), default=0),
            each.locations[:1],
            each.id,
        ),
    )
    return Applied(tuple(ranked), agent, distrust)


def is_listed(setting: Setting) -> bool:
    """Tell whether a setting is one element of a list, or stands in one, which adds to those of other scopes."""
    return f"#{setting.key}=" in unquote(setting.id) or _PLACE.search(setting.key or "") is not None


def is_folder_of(stated: str, setting: Setting, agent: str) -> bool:
    """Tell whether a path that a person's own settings name is the folder of an agent that lies below theirs.

    Parameters
    ----------
    stated:
        An absolute path of the machine of the person.
    setting:
        The setting that names it, of the person's own agent.
    agent:
        The id of the agent.

    Examples
    --------
    >>> own = Setting("s", "agent:codex/laptops/dev/codex")
    >>> is_folder_of("/Users/dev/src/web", own, "agent:codex/laptops/dev/src/web/codex")
    True
    >>> is_folder_of("/Users/dev/mysrc/web", own, "agent:codex/laptops/dev/src/web/codex")
    False
    """
    home, where = _folder(setting.agent or ""), _folder(agent)
    rest = where if home == "-" else where[len(home) + 1 :] if where.startswith(f"{home}/") else ""
    path = stated.replace("\\", "/").rstrip("/")
    return rest not in ("", "-") and (path == rest or path.endswith(f"/{rest}"))


def _folder(agent: str) -> str:
    return unquote("/".join(agent.removeprefix("agent:").split("/")[1:-1]))


def _rank(setting: Setting) -> int:
    return SCOPES.index(setting.scope) if setting.scope in SCOPES else len(SCOPES)
