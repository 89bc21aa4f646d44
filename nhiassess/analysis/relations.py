"""How two relations between statements compose, and how much of a statement its sources cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

EQUAL, SUBSET, SUPERSET = "equal", "subset-of", "superset-of"
OVERLAP, APART = "intersects-with", "no-relationship"
SET_RELATIONS = (EQUAL, SUBSET, SUPERSET, OVERLAP, APART)

# everything else follows from equal, or does not follow at all
_COMPOSED = {
    (SUPERSET, SUPERSET): SUPERSET,
    (SUBSET, SUBSET): SUBSET,
    (APART, SUPERSET): APART,
    (SUBSET, APART): APART,
    (SUPERSET, SUBSET): OVERLAP,
    (SUPERSET, OVERLAP): OVERLAP,
    (OVERLAP, SUBSET): OVERLAP,
}

Share = tuple[float, float]


def converse(relation: str) -> str:
    """Turn a relation round.

    Examples
    --------
    >>> converse("subset-of"), converse("equal")
    ('superset-of', 'equal')
    """
    return {SUBSET: SUPERSET, SUPERSET: SUBSET}.get(relation, relation)


def compose(first: str, second: str) -> str | None:
    """Say how A relates to C, when A relates to B by one relation and B to C by another.

    Parameters
    ----------
    first, second:
        Of `SET_RELATIONS`.

    Returns
    -------
    str or None
        The one relation that is left, ``intersects-with`` when A and C share something and no more is known, or None
        when they need not even share anything. So an overlap that was composed must not be composed again.

    Notes
    -----
    The composition table of RCC-5 over non-empty sets, kept where it has a single result or rules disjointness out.

    References
    ----------
    Bennett, B.: Spatial reasoning with propositional logics, KR 1994. A test derives the table again by enumeration.

    Examples
    --------
    >>> compose("superset-of", "superset-of"), compose("superset-of", "subset-of"), compose("subset-of", "superset-of")
    ('superset-of', 'intersects-with', None)
    """
    if first == EQUAL:
        return second
    if second == EQUAL:
        return first
    return _COMPOSED.get((first, second))


def covered(relation: str, stated: Share | None = None) -> Share:
    """Say which share of a target a source covers, at least and at most.

    Parameters
    ----------
    relation:
        Of the source to the target.
    stated:
        The share as the row states it; it narrows a subset or an overlap and nothing else. Strength is likeness and
        says nothing of a share.

    Examples
    --------
    >>> covered("superset-of"), covered("subset-of"), covered("intersects-with", (0.2, 0.5)), covered("no-relationship")
    ((1.0, 1.0), (0.0, 1.0), (0.2, 0.5), (0.0, 0.0))
    """
    if relation in (EQUAL, SUPERSET):
        return 1.0, 1.0
    if relation in (SUBSET, OVERLAP):
        return stated or (0.0, 1.0)
    return 0.0, 0.0


def union(shares: Mapping[object, Iterable[Share]]) -> Share:
    """Bound the share that several origins cover together.

    Parameters
    ----------
    shares:
        Origin to what each of its ways says. All of them speak of one share, so together they narrow it; an origin that
        reaches the target twice counts once.

    Returns
    -------
    Share
        At least what the largest covers, at most the sum.

    Examples
    --------
    >>> union({"A": [(0.2, 0.5), (0.0, 0.3)], "B": [(0.1, 0.4)]})
    (0.2, 0.7)
    """
    narrowed = [reduce(_narrow, each) for each in map(list, shares.values()) if each]
    if not narrowed:
        return 0.0, 0.0
    return max(least for least, _ in narrowed), min(1.0, sum(most for _, most in narrowed))


def _narrow(one: Share, other: Share) -> Share:
    least, most = max(one[0], other[0]), min(one[1], other[1])
    # two ways that leave nothing contradict each other: then both may be wrong, and only their span is left
    return (least, most) if least <= most else (min(one[0], other[0]), max(one[1], other[1]))
