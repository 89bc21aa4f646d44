"""Work whose parts know nothing of one another is shared among copies of this process, where that is safe and pays."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")
Part = TypeVar("Part")
Made = TypeVar("Made")

MOST = 4  # each copy takes some 40 MB of its own


def processes() -> int:
    """Give how many processes may share work here: one, where a copy of this one could not be relied on.

    Notes
    -----
    A copy has only the thread that made it, and what others held at that moment stays held in it for ever. Elsewhere
    than on Linux, libraries of the system do not work in copies: Python's page on `multiprocessing` says so of macOS.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


def parted(
    items: Sequence[Item],
    keys: Callable[[Item], Iterable[Hashable]],
    weight: Callable[[Item], int],
    most: int,
) -> list[list[Item]]:
    """Part items so that those with a key in common stay together, directly or through others.

    Parameters
    ----------
    items, keys, weight:
        What is parted; which keys an item has, none when it stands alone; and how much work it is.
    most:
        How many parts there may be.

    Returns
    -------
    list of list
        Parts of about the same weight, none of them empty; within each the order stays.

    Examples
    --------
    >>> parted(["a1", "b2", "c1", "d"], lambda item: item[1:], len, 2)
    [['a1', 'c1'], ['b2', 'd']]
    """
    above = list(range(len(items)))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = place = above[above[place]]
        return place

    first: dict[Hashable, int] = {}
    for place, item in enumerate(items):
        for key in keys(item):
            above[top(place)] = top(first.setdefault(key, place))
    together: dict[int, list[int]] = {}
    for place in range(len(items)):
        together.setdefault(top(place), []).append(place)
    weights = {each: sum(weight(items[place]) for place in places) for each, places in together.items()}
    parts: list[list[int]] = [[] for _ in range(most)]
    loads = [0] * most
    for each in sorted(together, key=lambda each: (-weights[each], together[each])):
        lightest = loads.index(min(loads))
        parts[lightest] += together[each]
        loads[lightest] += weights[each]
    return [[items[place] for place in sorted(part)] for part in parts if part]


def shared(work: Callable[[Part], Made], parts: Sequence[Part]) -> list[Made]:
    """Do the work on each part: the first in this process, each other in a copy of it.

    Parameters
    ----------
    work:
        What it gives must be a plain value, since it comes back as bytes.
    parts:
        At least one.

    Returns
    -------
    list
        What came of each part, in their order.

    Notes
    -----
    A part whose copy gave no answer, for whatever reason, is done here; so an error is raised as if there were no
    copies. When the work ends early, as by Ctrl-C, the copies are ended with it.
    """
    copies: list[tuple[int, int] | None] = []
    # Ctrl-C reaches every process of a terminal: this one answers it, when it knows of all its copies, and ends them
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        try:
            copies += (_copy(work, part) for part in parts[1:])
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        made = [work(parts[0])]
        for copy, part in zip(copies, parts[1:], strict=True):
            answer: tuple[Made] | None = _answer(copy[1]) if copy else None
            made.append(work(part) if answer is None else answer[0])
        return made
    finally:
        for each in copies:
            if each:
                _end(*each)


def _copy(work: Callable[[Part], Made], part: Part) -> tuple[int, int] | None:
    """Begin a part in a copy of this process; give its number and where its answer can be read."""
    inward, outward = os.pipe()
    try:
        process = os.fork()
    except OSError:  # no more processes may be made, or there is no room for one
        os.close(inward)
        return None
    else:
        if not process:
            _do(work, part, inward, outward)
    finally:
        os.close(outward)
    return process, inward


def _do(work: Callable[[Part], Made], part: Part, inward: int, outward: int) -> None:
    """Do a part and leave: whatever happens, a copy goes back into nothing that its original was doing."""
    try:
        os.close(inward)  # so that writing fails, and the copy ends, when nobody is left to read
        content = memoryview(pickle.dumps((work(part),), pickle.HIGHEST_PROTOCOL))
        while content:
            content = content[os.write(outward, content) :]
    finally:
        os._exit(0)


def _answer(inward: int) -> tuple[Made] | None:
    """Read what a copy made; None when it is not all there."""
    with open(inward, "rb", closefd=False) as opened:
        content = opened.read()
    try:
        made: tuple[Made] = pickle.loads(content)  # noqa: S301 - written by a copy of this process, through its own pipe
    except (EOFError, pickle.UnpicklingError):
        return None
    return made


def _end(process: int, inward: int) -> None:
    os.close(inward)
    with suppress(OSError):  # it was ended and asked after by somebody else
        if os.waitpid(process, os.WNOHANG) == (0, 0):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
