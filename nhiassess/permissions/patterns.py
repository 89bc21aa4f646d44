"""Patterns with ``*`` and ``?``: what one matches, whether several meet, and whether one lies within another."""

from __future__ import annotations

import re
from functools import lru_cache

_REMEMBERED = 200_000


@lru_cache(maxsize=_REMEMBERED)
def matches(pattern: str, text: str) -> bool:
    """Tell whether a text matches a pattern.

    Examples
    --------
    >>> matches("arn:aws:s3:::logs-?/*", "arn:aws:s3:::logs-1/a/b"), matches("s3:Get*", "s3:PutObject")
    (True, False)
    """
    return pattern in ("*", text) or bool(_compiled(pattern).fullmatch(text))


@lru_cache(maxsize=_REMEMBERED)
def _compiled(pattern: str) -> re.Pattern[str]:
    # runs of asterisks would make the search exponential
    parts = re.split(r"(\*+|\?)", pattern)
    text = "".join(".*" if part[:1] == "*" else "." if part == "?" else re.escape(part) for part in parts)
    return re.compile(text, re.DOTALL)


def is_concrete(pattern: str) -> bool:
    """Tell whether a pattern has no wildcard, so that it matches itself only.

    Examples
    --------
    >>> is_concrete("arn:aws:iam::111122223333:role/deploy")
    True
    """
    return "*" not in pattern and "?" not in pattern


@lru_cache(maxsize=_REMEMBERED)
def overlap(*patterns: str) -> bool:
    """Tell whether some text matches all of several patterns.

    Parameters
    ----------
    patterns:
        Any number; none of them is met by every text.

    Returns
    -------
    bool
        Exact.

    Notes
    -----
    Two patterns: O(m n). More: a search over places in all of them at once, after those that contain
    another have been left out.

    Examples
    --------
    >>> overlap("repo:o/r:*", "repo:*:pull_request"), overlap("a*", "b*")
    (True, False)
    """
    wanted = list(dict.fromkeys(each for each in patterns if each != "*"))
    for each in wanted:
        if is_concrete(each):
            return all(matches(other, each) for other in wanted)
    wanted = [
        each for each in wanted if not any(other != each and contains(each, other) for other in wanted)
    ] or wanted[:1]
    return len(wanted) < 2 or _meet(tuple(wanted))


def _meet(patterns: tuple[str, ...]) -> bool:
    # what is left after the last places; an asterisk may match nothing, one sign, or more
    begin = tuple(_over(pattern, 0) for pattern in patterns)
    frontier = [state for state in _choices(begin)]
    seen = set(frontier)
    while frontier:
        state = frontier.pop()
        if all(place == len(pattern) for place, pattern in zip(state, patterns, strict=True)):
            return True
        signs = {
            pattern[place]
            for place, pattern in zip(state, patterns, strict=True)
            if place < len(pattern) and pattern[place] not in "*?"
        }
        if len(signs) > 1 or any(place == len(pattern) for place, pattern in zip(state, patterns, strict=True)):
            continue
        ahead = tuple(
            _over(pattern, place) if pattern[place] == "*" else _over(pattern, place + 1)
            for place, pattern in zip(state, patterns, strict=True)
        )
        for each in _choices(ahead):
            if each not in seen:
                seen.add(each)
                frontier.append(each)
    return False


def _over(pattern: str, place: int) -> tuple[int, ...]:
    """Give every place that is reached from a place without a sign, by passing over asterisks."""
    found = [place]
    while place < len(pattern) and pattern[place] == "*":
        place += 1
        found.append(place)
    return tuple(found)


def _choices(places: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for each in places:
        found = [(*before, place) for before in found for place in each]
    return found


@lru_cache(maxsize=_REMEMBERED)
def contains(outer: str, inner: str) -> bool:
    """Tell whether every text that matches the inner pattern matches the outer one.

    Parameters
    ----------
    outer, inner:
        Two patterns.

    Returns
    -------
    bool
        True only if it is so; a few cases in which it is so by exhaustion are missed.

    Examples
    --------
    >>> contains("arn:aws:s3:::logs*", "arn:aws:s3:::logs-1/*"), contains("s3:Get*", "s3:*")
    (True, False)
    """
    if outer in ("*", inner):
        return True
    if is_concrete(inner):
        return matches(outer, inner)
    # the wildcards of the inner pattern as signs that only wildcards of the outer one can match
    many, one = "\N{ASTERISK OPERATOR}", "\N{FULLWIDTH QUESTION MARK}"
    text = inner.replace("*", many).replace("?", one)
    parts = re.split(r"(\*+|\?)", outer)
    pattern = "".join(".*" if p[:1] == "*" else f"[^{many}]" if p == "?" else re.escape(p) for p in parts)
    return bool(re.fullmatch(pattern, text, re.DOTALL))
