"""What to ask for next: an export for one scope, and how much of what is open it may settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One export that somebody is asked to make."""

    id: str  # of the export, with its scope
    title: str
    ask: str
    command: str
    privilege: str
    warning: str
    file: str
    source: str
    unverified: bool
    determinations: int  # open now, in which nothing else is open: at most so many are determined by it
    partly: int  # open now, in which something else is open too
    edges: int  # undecided relations
    skipped: int  # what was not looked at
    subjects: tuple[str, ...]  # what it is about, in order of their ids


@dataclass(frozen=True, slots=True)
class Requests:
    """What to ask for next, what unlocks most first, and what no export that is known would settle."""

    requests: tuple[Request, ...] = ()
    open_determinations: int = 0
    left_determinations: int = 0  # of these, in which no request settles anything
    open_edges: int = 0
    left_edges: int = 0
    left_checks: tuple[tuple[str, int], ...] = ()  # check to its open answers that no request settles
    left_skipped: tuple[str, ...] = ()  # ids
