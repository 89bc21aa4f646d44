"""The table of compositions is what enumeration finds, and shares are bounded by what sets can do."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.analysis.relations import SET_RELATIONS, compose, converse, covered, union

# three sets divide what is in any of them into seven regions; which of these are empty is all that relations can tell
REGIONS = [frozenset(each) for size in (1, 2, 3) for each in combinations("ABC", size)]
MODELS = [frozenset(each) for size in range(1, 8) for each in combinations(REGIONS, size)]


def members(model: frozenset[frozenset[str]], name: str) -> frozenset[frozenset[str]]:
    return frozenset(region for region in model if name in region)


def relation(one: frozenset[object], other: frozenset[object]) -> str:
    if one == other:
        return "equal"
    if one < other:
        return "subset-of"
    if one > other:
        return "superset-of"
    return "intersects-with" if one & other else "no-relationship"


def possible(first: str, second: str) -> set[str]:
    """Give every relation of A and C in any world where A relates to B, and B to C, as given."""
    found = set()
    for model in MODELS:
        a, b, c = (members(model, name) for name in "ABC")
        if a and b and c and (relation(a, b), relation(b, c)) == (first, second):
            found.add(relation(a, c))
    return found


@pytest.mark.parametrize(("first", "second"), list(product(SET_RELATIONS, SET_RELATIONS)))
def test_the_table_is_what_enumeration_finds(first: str, second: str) -> None:
    left = possible(first, second)
    assert left, "every pair of relations occurs"
    if len(left) == 1:
        assert compose(first, second) == left.pop()
    elif "no-relationship" not in left:
        assert compose(first, second) == "intersects-with"
    else:
        assert compose(first, second) is None


@pytest.mark.parametrize("each", SET_RELATIONS)
def test_a_relation_turned_round_twice_is_itself_and_composes_with_equal(each: str) -> None:
    assert converse(converse(each)) == each
    assert compose("equal", each) == compose(each, "equal") == each


@pytest.mark.parametrize(("first", "second"), list(product(SET_RELATIONS, SET_RELATIONS)))
def test_composing_and_turning_round_agree(first: str, second: str) -> None:
    turned = compose(converse(second), converse(first))
    assert (compose(first, second) and converse(str(compose(first, second)))) == turned


SETS = st.frozensets(st.integers(0, 7), min_size=1)


@given(SETS, st.lists(SETS, min_size=1, max_size=4))
def test_the_union_of_sources_covers_a_share_within_the_bounds(
    target: frozenset[int], sources: list[frozenset[int]]
) -> None:
    shares = {}
    for number, source in enumerate(sources):
        exact = float(Fraction(len(source & target), len(target)))
        stated = (max(0.0, exact - 0.1), min(1.0, exact + 0.1))
        shares[number] = [covered(relation(source, target)), covered(relation(source, target), stated)]
    least, most = union(shares)
    true = len(frozenset().union(*sources) & target) / len(target)
    assert least - 1e-9 <= true <= most + 1e-9


def test_an_origin_that_reaches_a_target_twice_counts_once() -> None:
    assert union({"A": [(0.2, 0.5), (0.2, 0.5)]}) == (0.2, 0.5)
    assert union({"A": [(0.2, 0.5)], "B": [(0.2, 0.5)]}) == (0.2, 1.0)


def test_ways_that_contradict_each_other_leave_their_span() -> None:
    assert union({"A": [(1.0, 1.0), (0.0, 0.0)]}) == (0.0, 1.0)


def test_nothing_covers_nothing() -> None:
    assert union({}) == union({"A": []}) == (0.0, 0.0)
