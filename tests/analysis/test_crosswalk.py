"""What is carried over a row holds in every world of sets that fits the row; what is not carried would not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from nhiassess.analysis.crosswalk import derive
from nhiassess.model.assessment import NOT_APPLICABLE, NOT_DETERMINED, NOT_SATISFIED, SATISFIED
from tests.small import row, way

# a control is a set of atomic demands, a world is the set of demands that are met
ATOMS = frozenset(range(3))
WORLDS = [frozenset(each) for size in range(4) for each in combinations(sorted(ATOMS), size)]
CONTROLS = [world for world in WORLDS if world]


def relation(source: frozenset[int], target: frozenset[int]) -> str:
    if source == target:
        return "equal"
    if source < target:
        return "subset-of"
    if source > target:
        return "superset-of"
    return "intersects-with" if source & target else "no-relationship"


def state(control: frozenset[int], world: frozenset[int]) -> str:
    return SATISFIED if control <= world else NOT_SATISFIED


def estates() -> Iterator[tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int]]]:
    return product(CONTROLS, CONTROLS, CONTROLS, WORLDS)


def said(one: frozenset[int], other: frozenset[int], world: frozenset[int]) -> Iterator[dict[str, str]]:
    full = {"A": state(one, world), "B": state(other, world)}
    for unknown in ((), ("A",), ("B",)):
        yield {name: NOT_DETERMINED if name in unknown else each for name, each in full.items()}


def test_every_state_that_is_derived_is_true_in_every_world() -> None:
    derived = 0
    for one, other, target, world in estates():
        found_ways = [way(row("A", relation(one, target), "T")), way(row("B", relation(other, target), "T"))]
        for states in said(one, other, world):
            found = derive(found_ways, states).state
            assert found in (NOT_DETERMINED, state(target, world)), (one, other, target, world)
            derived += found != NOT_DETERMINED
    assert derived > 1000, "the enumeration derives something"


def test_every_state_that_is_derived_jointly_is_true_in_every_world() -> None:
    passed = 0
    for one, other, target, world in estates():
        found_ways = [way(row("A+B", relation(one | other, target), "T", reviewed_by="assessor"))]
        for states in said(one, other, world):
            found = derive(found_ways, states).state
            assert found in (NOT_DETERMINED, state(target, world)), (one, other, target, world)
            passed += found == SATISFIED
    assert passed > 100


@pytest.mark.parametrize(
    ("relationship", "carried"),
    [
        ("equal", {SATISFIED, NOT_SATISFIED}),
        ("superset-of", {SATISFIED}),
        ("subset-of", {NOT_SATISFIED}),
        ("intersects-with", set()),
        ("no-relationship", set()),
    ],
)
def test_whatever_follows_in_every_world_is_derived(relationship: str, carried: set[str]) -> None:
    for source_state in (SATISFIED, NOT_SATISFIED):
        worlds = [
            state(target, world)
            for source, target, world in product(CONTROLS, CONTROLS, WORLDS)
            if relation(source, target) == relationship and state(source, world) == source_state
        ]
        follows = len(set(worlds)) == 1
        assert follows is (source_state in carried)
        found = derive([way(row("A", relationship, "T"))], {"A": source_state}).state
        assert found == (worlds[0] if follows else NOT_DETERMINED)


@pytest.mark.parametrize("relationship", ["intersects-with", "mitigates", "related", "no-relationship"])
@pytest.mark.parametrize("source", [SATISFIED, NOT_SATISFIED])
def test_an_overlap_signals_and_carries_nothing(relationship: str, source: str) -> None:
    found = derive([way(row("A", relationship, "T"))], {"A": source})
    silent = relationship in ("related", "no-relationship")
    signal = "needs an answer" if silent else "supports" if source == SATISFIED else "contradicts"
    reason = "no evidence" if silent else "partly evidenced"
    assert (found.state, found.signal, found.reason) == (NOT_DETERMINED, signal, reason)


@pytest.mark.parametrize("unknown", [NOT_DETERMINED, NOT_APPLICABLE, None])
def test_what_is_not_known_of_a_source_says_nothing_of_a_target(unknown: str | None) -> None:
    states = {} if unknown is None else {"A": unknown}
    found = derive([way(row("A", "equal", "T"))], states)
    assert (found.state, found.signal, found.chain) == (NOT_DETERMINED, "needs an answer", ())


def test_a_jointly_row_needs_every_source_and_a_reviewer() -> None:
    joint = way(row("A+B", "equal", "T", reviewed_by="assessor"))
    assert derive([joint], {"A": SATISFIED, "B": SATISFIED}).state == SATISFIED
    assert derive([joint], {"A": SATISFIED}).state == NOT_DETERMINED
    assert derive([joint], {"A": SATISFIED, "B": NOT_APPLICABLE}).state == NOT_DETERMINED
    assert derive([joint], {"A": SATISFIED, "B": NOT_SATISFIED}).signal == "contradicts"
    unreviewed = way(row("A+B", "equal", "T"))
    assert derive([unreviewed], {"A": SATISFIED, "B": SATISFIED}).state == NOT_DETERMINED


def test_several_that_are_together_a_part_fail_it_as_soon_as_one_fails() -> None:
    joint = way(row("A+B", "subset-of", "T", reviewed_by="assessor"))
    found = derive([joint], {"B": NOT_SATISFIED})
    assert (found.state, found.reason) == (NOT_SATISFIED, "B does not hold")
    wider = way(row("A+B", "superset-of", "T", reviewed_by="assessor"))
    assert derive([wider], {"A": SATISFIED, "B": NOT_SATISFIED}).state == NOT_DETERMINED


def test_rows_that_contradict_each_other_are_named_and_do_not_pass() -> None:
    found_ways = [way(row("A", "equal", "T")), way(row("B", "subset-of", "T"))]
    found = derive(found_ways, {"A": SATISFIED, "B": NOT_SATISFIED})
    assert (found.state, found.signal) == (NOT_SATISFIED, "contradicts")
    assert found.reason == "conflict: A holds, B does not"


def test_the_chain_reads_as_sentences() -> None:
    found_ways = [
        way(row("A", "intersects-with", "T")),
        way(row("B", "subset-of", "T")),
        way(row("C", "superset-of", "T")),
    ]
    assert derive(found_ways, {"A": NOT_SATISFIED, "B": SATISFIED, "C": SATISFIED}).chain == (
        "A does not hold and overlaps it",
        "B holds and is a part of it",
        "C holds and includes all of it",
    )
    joint = way(row("A+B", "equal", "T", reviewed_by="assessor"))
    assert derive([joint], {"A": SATISFIED, "B": SATISFIED}).chain == ("A and B together hold and say the same as it",)
