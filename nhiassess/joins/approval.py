"""The settings that apply to one agent, and what they say before it may call a tool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.model.inventory import Gate, Setting

# strongest first; the command line would stand behind managed settings, but no file shows it
SCOPES = ("managed", "local", "project", "user", "profile")
# from nobody asks to somebody asks each time: of several agents the weakest answer stands on the tool
WEAKEST_FIRST = ("never", "unknown", "once", "each_call")


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


@dataclass(frozen=True, slots=True)
class Applied:
    """The settings that apply to an agent, strongest scope first."""

    settings: tuple[Setting, ...]

    def first(self, *keys: str) -> Setting | None:
        """Give the strongest setting of a key that holds one value."""
        return next((each for each in self.settings if each.key in keys), None)

    def value(self, *keys: str) -> str | None:
        """Give the value of the strongest setting of a key."""
        found = self.first(*keys)
        return found.value if found else None

    def all(self, *keys: str) -> tuple[Setting, ...]:
        """Give every setting of a key that lists values, whatever its scope."""
        return tuple(each for each in self.settings if each.key in keys)

    def file(self) -> str | None:
        """Give the strongest file that there is."""
        return next((place.path for each in self.settings for place in each.locations), None)


def applied(settings: Iterable[Setting]) -> Applied:
    """Sort settings by the strength of their scope; within a scope as they stand."""
    ranked = sorted(settings, key=lambda each: (_rank(each), each.locations[:1], each.id))
    return Applied(tuple(ranked))


def is_listed(setting: Setting) -> bool:
    """Tell whether a setting is one element of a list, which adds to those of other scopes."""
    return f"#{setting.key}=" in setting.id.replace("%20", " ")


def _rank(setting: Setting) -> int:
    return SCOPES.index(setting.scope) if setting.scope in SCOPES else len(SCOPES)
