"""A log is followed from its first record to its last, and what is alike in it becomes one row that says how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import BinaryIO

from nhiassess.errors import Complaint
from nhiassess.formats.format import Node
from nhiassess.formats.stream import Record, Stream
from nhiassess.logs.log import Action, Log
from nhiassess.logs.seen import agents, identities, telemetry
from nhiassess.model.ids import quote
from nhiassess.model.inventory import Activity, Credential, Inventory, Location, Skipped

# as many rows as a table of a report can hold; a log that has more names each object by itself
MAX_ROWS = 100_000
# and as many characters in their names: some 500 for each, five times what logs have
MAX_CHARACTERS = 50_000_000
# of the records that say something new
MAX_SECRETS = 1000

_Facts = tuple[str | None, ...]


class Row:
    """Actions that are alike, how many there were, and when."""

    __slots__ = ("action", "first", "last", "place", "times")

    def __init__(self, action: Action, place: Location) -> None:
        self.action, self.place = action, place
        self.times = 0
        self.first: str | None = None
        self.last: str | None = None

    def count(self, time: str | None) -> None:
        """Count one more, done at a time."""
        self.times += 1
        if time is None:
            return
        if self.last is None or time > self.last:
            self.last = time
        if self.first is None or time < self.first:
            self.first = time


class _Following:
    """What following one log has found so far."""

    def __init__(self, path: str, logs: Sequence[Log]) -> None:
        self.path, self.logs = path, logs
        self.rows: dict[_Facts, Row] = {}
        # the row of what the unredacted record says: most records say what another said before
        self.known: dict[bytes, Row] = {}
        self.secrets: dict[Location, str] = {}
        self.records = self.silent = self.surplus = self.characters = 0

    def take(self, record: Record) -> None:
        """Count what a record says, and read it with redaction when it says something new."""
        said = record.told_apart(self._facts_and_times)
        if said is None:
            return
        self.records += 1
        if not said:
            self.silent += 1
            return
        rows = [self.known.get(digest) for digest, _ in said]
        # what differs in its secrets only has one row, however often it differs
        if None in rows and not self._full() and len(self.known) < 2 * MAX_ROWS:
            node = record.node()
            if node is None:
                return
            place = Location(self.path, record.line, record.column)
            for secret in record.secrets:
                # what a program logs under a name of secrets is as often a reference: only what is sure
                if secret.confidence == "high" and len(self.secrets) < MAX_SECRETS:
                    self.secrets.setdefault(Location(self.path, secret.line, secret.column), secret.fingerprint)
            actions = list(self._actions(node))
            if len(actions) != len(said):
                # a secret stood where it told what was done
                for action in actions:
                    self._count(self._row(action, place), action.time)
                return
            for at, row in enumerate(rows):
                if row is None:
                    rows[at] = self.known[said[at][0]] = self._row(actions[at], place) or _SURPLUS
        for row, (_, time) in zip(rows, said, strict=True):
            self._count(row, time)

    def _count(self, row: Row | None, time: str | None) -> None:
        if row is None or row is _SURPLUS:
            self.surplus += 1
        else:
            row.count(time)

    def _row(self, action: Action, place: Location) -> Row | None:
        facts = action.facts
        row = self.rows.get(facts)
        if row is None and not self._full():
            row = self.rows[facts] = Row(action, place)
            self.characters += sum(len(each) for each in (*facts, action.task) if each is not None)
        return row

    def _full(self) -> bool:
        return len(self.rows) >= MAX_ROWS or self.characters >= MAX_CHARACTERS

    def _actions(self, node: Node) -> Iterator[Action]:
        for log in self.logs:
            yield from log.actions(node)

    def _facts_and_times(self, node: Node) -> Iterator[tuple[_Facts, str | None]]:
        for action in self._actions(node):
            yield action.facts, action.time


_SURPLUS = Row(Action(), Location("-"))


def follow(path: str, file: BinaryIO, logs: Sequence[Log], key: bytes) -> Inventory:
    """Follow one log.

    Parameters
    ----------
    path:
        The file, relative to the root.
    file:
        Its bytes, as they are or in gzip; never more than a few megabytes of them are held.
    logs:
        The kinds of log that recognised it.
    key:
        The key of the run.

    Returns
    -------
    Inventory
        One `Activity` for all actions of the same actor, agent, tool, action, resource and decision; the agents and
        identities that did them, with when they were last seen; what is recorded of the agents; and as `Skipped` what
        could not be read.

    Raises
    ------
    FormatError
        When the file is no text, or unpacks to more than any log would.
    """
    stream = Stream(path, file, key)
    found = _Following(path, logs)
    for record in stream:
        found.take(record)
    rows = list(found.rows.values())
    return Inventory(
        activity=tuple(_activities(path, found.rows)),
        agents=agents(rows),
        identities=identities(rows),
        telemetry=telemetry(rows),
        credentials=tuple(_credential(place) for place in found.secrets),
        fingerprints=tuple((_credential(place).id, print_) for place, print_ in found.secrets.items()),
        skipped=tuple(_skipped(path, stream, found)),
    )


def _credential(place: Location) -> Credential:
    """Give what is known of a secret that a program wrote into its log: where it stands, and that all can read it."""
    id = f"credential:{quote(place.path)}#record:{place.line}:{place.column}"
    return Credential(id, store="plaintext", locations=(place,))


def _activities(path: str, rows: dict[_Facts, Row]) -> Iterator[Activity]:
    begin = f"activity:{quote(path)}#"
    for facts, row in rows.items():
        id = begin + sha256(repr(facts).encode("utf-8", "replace")).hexdigest()[:12]
        actor, agent, tool, action, resource, decision = facts
        yield Activity(
            id, actor, agent, tool, action, resource, row.last, decision, row.action.task, row.times, row.first,
            (row.place,),
        )  # fmt: skip


def _skipped(path: str, stream: Stream, found: _Following) -> Iterable[Skipped]:
    def skipped(what: str, reason: str, line: int = 1, column: int = 1) -> Skipped:
        id = f"skipped:{quote(path)}#{what.replace(' ', '_')}:{line}:{column}"
        return Skipped(id, reason, what, (Location(path, line, column),))

    for each in stream.problems:
        yield skipped("record", str(Complaint(each.what, hint=each.hint)), each.line, each.column)
    if more := stream.broken - len(stream.problems):
        yield skipped("records", f"{more:,} more records could not be read")
    if stream.incomplete:
        yield skipped("incomplete", stream.incomplete)
    if found.surplus:
        reason = f"{found.surplus:,} actions are unlike the first {len(found.rows):,} kinds of action, and have no row"
        yield skipped("actions", reason)
    if found.silent:
        reason = f"{found.silent:,} of {found.records:,} records tell of no action that is understood"
        yield skipped("silent records", reason)
