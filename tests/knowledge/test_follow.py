"""A control is followed to the next version by what it is, and by its id only when nothing else is left."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nhiassess.knowledge.follow import follow
from nhiassess.model.knowledge import Catalog, Control
from tests.small import catalog


def version(*rows: tuple[str, str] | Control) -> Catalog:
    controls = (each if isinstance(each, Control) else risk(*each) for each in rows)
    return catalog("list", "risks", *controls)


def risk(id: str, title: str, kind: str = "risk", **more: Any) -> Control:
    return Control(id, "list", title, kind, "process", **more)


def pairs(old: Catalog, new: Catalog) -> list[tuple[str, str, str]]:
    return [(each.old, each.new, each.why) for each in follow(old, new).values()]


def test_ids_that_changed_places_are_told_apart_by_title() -> None:
    old = version(("LLM03", "Supply Chain"), ("LLM06", "Excessive Agency"))
    new = version(("LLM03", "Excessive Agency"), ("LLM06", "Supply chain"))
    assert pairs(old, new) == [("LLM03", "LLM06", "same title"), ("LLM06", "LLM03", "same title")]


def test_an_alias_names_the_id_or_the_title_of_before_and_after() -> None:
    old = version(("T1", "Memory Poisoning"), risk("T2", "Tool Misuse", aliases=("Abuse of tools",)))
    new = version(risk("X1", "Tampering with what is remembered", aliases=("T1",)), ("X2", "Abuse of Tools"))
    assert pairs(old, new) == [("T1", "X1", "alias"), ("T2", "X2", "alias")]


def test_an_alias_of_two_names_neither() -> None:
    new = version(risk("X1", "One thing", aliases=("T1",)), risk("X2", "Quite another", aliases=("T1",)))
    assert pairs(version(("T1", "Memory Poisoning")), new) == []


def test_a_title_that_is_worded_a_little_otherwise_is_followed_to_another_id() -> None:
    old, new = (
        version(("R1", "Insecure inter-agent communication")),
        version(("R7", "Insecure Inter-agent communications")),
    )
    assert pairs(old, new) == [("R1", "R7", "title alike")]


def test_a_title_that_is_worded_otherwise_altogether_is_followed_by_its_id() -> None:
    assert pairs(version(("R1", "Leak")), version(("R1", "Loss of records"))) == [("R1", "R1", "same id")]


def test_a_title_that_stands_twice_is_not_guessed() -> None:
    old, new = version(("A1", "Hardware"), ("A2", "Hardware")), version(("B1", "Hardware"), ("B2", "Hardware"))
    assert pairs(old, new) == []


def test_a_title_that_is_like_two_others_is_not_guessed() -> None:
    old = version(("R1", "Denial of service of an agent"))
    new = version(("R7", "Denial of service of an agenta"), ("R8", "Denial of service of an agentb"))
    assert pairs(old, new) == []


def test_kinds_are_not_mixed() -> None:
    assert pairs(version(risk("T1", "Theft", "technique")), version(risk("M1", "Theft", "mitigation"))) == []


def test_where_the_title_is_the_id_the_statement_tells() -> None:
    old = version(risk("GOVERN 1.1", "GOVERN 1.1", statement="Duties are known."), risk("GOVERN 1.2", "GOVERN 1.2"))
    new = version(risk("GOVERN 1.2", "GOVERN 1.2", statement="Duties are known."), risk("GOVERN 1.1", "GOVERN 1.1"))
    assert ("GOVERN 1.1", "GOVERN 1.2", "same title") in pairs(old, new)


NAMES = st.lists(
    st.tuples(st.sampled_from([f"R{number}" for number in range(8)]), st.text("abc ", max_size=6)),
    unique_by=lambda each: each[0],
    max_size=8,
)


@given(NAMES, NAMES)
def test_no_control_is_followed_twice_and_none_out_of_the_two(one: list[Any], other: list[Any]) -> None:
    old, new = version(*one), version(*other)
    found = follow(old, new)
    assert len({each.new for each in found.values()}) == len(found)
    assert set(found) <= {each.id for each in old.controls}
    assert {each.new for each in found.values()} <= {each.id for each in new.controls}


@given(NAMES)
def test_a_version_is_followed_to_itself(rows: list[Any]) -> None:
    assert all(each.old == each.new for each in follow(version(*rows), version(*rows)).values())
    assert len(follow(version(*rows), version(*rows))) == len(rows)


def test_two_large_lists_that_have_nothing_in_common_take_no_time() -> None:
    old = version(*((f"A{number}", f"technique of the first list {number * 7919}") for number in range(300)))
    new = version(*((f"B{number}", f"{number * 104729} is how the other names it") for number in range(300)))
    began = time.perf_counter()
    assert follow(old, new) == {}
    assert time.perf_counter() - began < 10
