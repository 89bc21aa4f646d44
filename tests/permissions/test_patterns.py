"""Patterns against all short texts, which is the definition of what they mean."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from nhiassess.permissions.patterns import contains, matches, overlap

PATTERN = st.text(alphabet="ab*?", max_size=4)
TEXTS = ["".join(signs) for length in range(7) for signs in product("ab", repeat=length)]


def by_definition(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None


@given(PATTERN, st.text(alphabet="ab", max_size=6))
def test_matches(pattern: str, text: str) -> None:
    assert matches(pattern, text) == by_definition(pattern, text)


@given(st.lists(PATTERN, min_size=1, max_size=3))
def test_overlap_is_exact(patterns: list[str]) -> None:
    met = any(all(by_definition(pattern, text) for pattern in patterns) for text in TEXTS)
    assert overlap(*patterns) == met or (overlap(*patterns) and sum(map(len, patterns)) > 6)


@given(PATTERN, PATTERN)
def test_contains_is_never_wrong(outer: str, inner: str) -> None:
    if contains(outer, inner):
        assert all(by_definition(outer, text) for text in TEXTS if by_definition(inner, text))


def test_contains_knows_the_usual() -> None:
    assert contains("arn:aws:s3:::ledger/*", "arn:aws:s3:::ledger/in/*")
    assert contains("iam:*", "iam:Pass*")
    assert not contains("iam:Pass*", "iam:*")
    assert not contains("role/?", "role/*")


def test_hostile_patterns_end() -> None:
    assert not matches("*a" * 500 + "c", "a" * 2000)
    assert not overlap("*a" * 300 + "c", "*b" * 300 + "d")
    assert not overlap("*a" * 200 + "x", "?b" * 200 + "*y", "*c" * 200)
    assert contains("*", "*a" * 500)
