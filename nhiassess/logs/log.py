"""The contract of a log: which files it recognises, and the actions that one of its records tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from nhiassess.formats.format import Node

# what a record shows to be recorded, by the names of the columns of telemetry
TOOL_CALLS, DATA_ACCESS, PRIVILEGE_DECISIONS = "tool_calls", "data_access", "privilege_decisions"

_UTC = re.compile(
    r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?(?:Z|\+00:00)\Z",
    re.ASCII,
)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
# the year 5138 in seconds, the year 1973 in milliseconds; and so on by thousands
_MOST_SECONDS = 1e11


class Action(NamedTuple):
    """What was done: by whom, with what, on what; None where the record does not tell.

    Parameters
    ----------
    actor, agent, tool, resource:
        Ids, written as sources write them.
    action:
        In the words of the service, such as ``s3:GetObject`` or ``get:core/pods``.
    decision:
        ``allow`` or ``deny``, when somebody was asked.
    task:
        The session, conversation or run that it belongs to.
    time:
        As `moment` gives it.
    shows:
        What of an agent is seen to be recorded: some of `TOOL_CALLS`, `DATA_ACCESS`, `PRIVILEGE_DECISIONS`.
    """

    actor: str | None = None
    agent: str | None = None
    tool: str | None = None
    action: str | None = None
    resource: str | None = None
    decision: str | None = None
    task: str | None = None
    time: str | None = None
    shows: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str | None, ...]:
        """What actions that are alike have in common."""
        return self.actor, self.agent, self.tool, self.action, self.resource, self.decision


class Log(Protocol):
    """One kind of log."""

    @property
    def name(self) -> str:
        """The name, as the ledger prints it."""

    def recognises(self, path: str, head: str) -> bool:
        """Tell from the path and the first 4,096 characters whether a file is of this kind; never keep them."""

    def actions(self, record: Node) -> Iterable[Action]:
        """Give what one record tells of; nothing when it tells of no action.

        A record may come unredacted, to be told from others: what is in it must go nowhere but into the actions.
        """


def text(node: Node, *path: str | int) -> str | None:
    """Give the text at a path, None when there is none or it is empty.

    Examples
    --------
    >>> text(Node("x")), text(Node("")), text(Node(1), "a")
    ('x', None, None)
    """
    found = node.get(*path) if path else node
    return None if found is None or not isinstance(found.value, str) else found.value or None


def word(node: Node, *path: str | int) -> str | None:
    """Give the text or whole number at a path as text.

    Examples
    --------
    >>> word(Node(7)), word(Node("x")), word(Node(True))
    ('7', 'x', None)
    """
    found = node.get(*path) if path else node
    if found is None or isinstance(found.value, bool):
        return None
    return str(found.value) if isinstance(found.value, int) else text(found)


def moment(node: Node | None) -> str | None:
    """Give a time in UTC, to the second, so that times compare as text; None when it is none.

    Parameters
    ----------
    node:
        ISO text, a number of seconds, milliseconds, microseconds or nanoseconds since 1970, or a pair of seconds and
        nanoseconds.

    Examples
    --------
    >>> moment(Node("2026-11-05T07:00:12.5+01:00")), moment(Node(1770131992242)), moment(Node("soon"))
    ('2026-11-05T06:00:12Z', '2026-02-03T15:19:52Z', None)
    """
    if node is None:
        return None
    value = node.value
    if isinstance(value, str):
        if found := _UTC.match(value):
            return f"{found[1]}Z"
        return _since(int(value)) if value.isascii() and value.isdigit() and len(value) < 25 else _iso(value)
    if node.is_sequence:
        first = node.get(0)
        return None if first is None else _since(first.number())
    return _since(node.number())


def _iso(value: str) -> str | None:
    if not 10 <= len(value) <= 60:
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return _written(time if time.tzinfo else time.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _since(number: int | float | None) -> str | None:
    # also refuses what is no number at all
    if number is None or not 0 < number < _MOST_SECONDS * 1e9:
        return None
    while number >= _MOST_SECONDS:
        number /= 1000
    try:
        return _written(_BEGIN + timedelta(seconds=int(number)))
    except OverflowError:
        return None


def _written(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
