"""Tokens of known forms are found as by looking for every form everywhere, and a hostile text costs no more."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.formats.issued import FORMS, SHORTEST, issued
from tests.formats.test_secrets import ISSUED

BETWEEN = (" ", "\n", "\\n", "\u00a0", '"', "'", ",", "=", "-", "_", ".", ":", "/", "&", "?", "x", "1", "eyJ", "FlyV1 ")
TEXTS = st.lists(st.sampled_from([*BETWEEN, *(token for _, token in ISSUED)]), max_size=8).map("".join)
PLAIN = {
    "jwt": r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "jwe": r"eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
}


def everywhere(text: str) -> list[tuple[str, int, int]]:
    """Match every form at every place, as if it cost nothing."""
    found = []
    for rank, (kind, _, form) in enumerate(FORMS):
        plain = PLAIN.get(kind, form)
        for match in re.finditer(rf"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])){plain}", text):
            start, end = match.span("part" if "(?P<part>" in plain else 0)
            found.append((start, rank, end, kind))
    apart: list[tuple[str, int, int]] = []
    for start, _, end, kind in sorted(found):
        if not apart or start >= apart[-1][2]:
            apart.append((kind, start, end))
    return apart


@given(TEXTS)
def test_what_is_looked_for_by_its_signs_is_what_every_form_finds_everywhere(text: str) -> None:
    assert issued(text) == everywhere(text)


@pytest.mark.parametrize("token", [token for _, token in ISSUED], ids=[f"{kind}-{token[:5]}" for kind, token in ISSUED])
def test_no_token_is_shorter_than_what_is_passed_over(token: str) -> None:
    found = [(start, end) for _, start, end in everywhere(token)]
    while found:
        assert len(token) >= SHORTEST
        token = token[:-1]
        found = [(start, end) for _, start, end in everywhere(token)]


@pytest.mark.parametrize("piece", ["-eyJ", "-eyJaaaaaaaa.", "-eyJaaaaaaaa..aaaaaaaa.", "-ops_eyJ", "-sk-", "-MNO."])
def test_a_text_of_nothing_but_beginnings_takes_as_long_as_it_is(piece: str) -> None:
    began = time.process_time()
    issued(piece * 100_000)
    assert time.process_time() - began < 5
