"""Patterns with ``*`` and ``?``: what one matches, whether several meet, and whether one lies within another."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import prod

_REMEMBERED = 200_000
_MOST_STATES = 1_000_000
_MANY, _ONE = "\N{ASTERISK OPERATOR}", "\N{FULLWIDTH QUESTION MARK}"


@lru_cache(maxsize=_REMEMBERED)
def matches(pattern: str, text: str) -> bool:
    """Tell whether a text matches a pattern.

    Notes
    -----
    Only the last asterisk is ever tried again, which suffices: O(m n), whatever a hostile pattern says.

    Examples
    --------
    >>> matches("arn:aws:s3:::logs-?/*", "arn:aws:s3:::logs-1/a/b"), matches("s3:Get*", "s3:PutObject")
    (True, False)
    """
    if pattern in ("*", text):
        return True
    return _takes_in(pattern, text)


def _takes_in(pattern: str, text: str, many: str = "") -> bool:
    """Match a pattern against a text, in which a sign may stand for a wildcard that only ``*`` takes in."""
    at = place = 0
    again, taken = -1, 0
    while place < len(text):
        sign = pattern[at] if at < len(pattern) else ""
        if sign == "*":
            again, taken = at, place
            at += 1
        elif sign and (sign == text[place] or (sign == "?" and text[place] != many)):
            at, place = at + 1, place + 1
        elif again >= 0:
            taken += 1
            at, place = again + 1, taken
        else:
            return False
    return not pattern[at:].strip("*")


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
    if prod(len(each) + 1 for each in wanted) > _MOST_STATES:
        # of hostile length: two by two, which may say yes too often
        return all(_meet(pair) for pair in combinations(wanted, 2))
    return len(wanted) < 2 or _meet(tuple(wanted))


def _meet(patterns: tuple[str, ...]) -> bool:
    # what is left after the last places; an asterisk may match nothing, one sign, or more
    begin = tuple(_over(pattern, 0) for pattern in patterns)
    frontier = _choices(begin)
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
    text = inner.replace("*", _MANY).replace("?", _ONE)
    return _takes_in(outer, text, many=_MANY)


def arns_overlap(*patterns: str) -> bool:
    """Tell whether some ARN matches all of several patterns, part by part: no wildcard reaches over a colon.

    Examples
    --------
    >>> arns_overlap("arn:aws:sqs:*:111122223333:*", "arn:aws:sqs:eu-west-1:444455556666:jobs")
    False
    """
    return all(overlap(*parts) for parts in zip(*map(_parts, patterns), strict=True))


def arn_contains(outer: str, inner: str) -> bool:
    """Tell whether every ARN that matches the inner pattern matches the outer one, part by part.

    Examples
    --------
    >>> arn_contains("arn:aws:s3:::ledger/*", "arn:aws:s3:::ledger/in/*"), arn_contains("arn:aws:s3:::a", "*")
    (True, False)
    """
    return all(contains(*parts) for parts in zip(_parts(outer), _parts(inner), strict=True))


@lru_cache(maxsize=_REMEMBERED)
def _parts(pattern: str) -> tuple[str, ...]:
    """Give the six parts of the pattern of an ARN; one that breaks off at a wildcard leaves the rest open."""
    found = pattern.split(":", 5)
    rest = "*" if found[-1].endswith("*") else ""
    return (*found, *([rest] * (6 - len(found))))
