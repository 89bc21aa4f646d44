"""Where a row leads on over a second one, and that nothing carried over any of them is unsound."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nhiassess.analysis.crosswalk import derive
from nhiassess.analysis.ways import equivalents, ways
from nhiassess.model.assessment import NOT_DETERMINED, NOT_SATISFIED, SATISFIED
from nhiassess.model.knowledge import Knowledge, Row
from tests.analysis.test_crosswalk import relation, state
from tests.small import HUB, catalog, control, crosswalk, known, objective, row

WHERE = {"A": HUB, "B": HUB, "C": HUB, "M": "law", "N": "law", "T": "house", "U": "more"}
PAIRS = [(one, other) for one, other in product("ABCMNT", "MNT") if WHERE[one] != WHERE[other]]


class Said(NamedTuple):
    """A row and the two catalogs that it relates."""

    of: str
    to: str
    row: Row


def said(sources: str, relationship: str, target: str, of: str = HUB, to: str = "", **more: Any) -> Said:
    return Said(of, to or ("law" if of == HUB else "house"), row(sources, relationship, target, **more))


def between(*rows: Said) -> Knowledge:
    """Make knowledge of three catalogs with these rows between them."""
    pairs: dict[tuple[str, str], list[Row]] = {}
    for each in rows:
        pairs.setdefault((each.of, each.to), []).append(each.row)
    walks = tuple(crosswalk(to, *found, source=of) for (of, to), found in pairs.items())
    catalogs = tuple(
        catalog(name, "outcomes", *(control(name, id) for id, place in WHERE.items() if place == name))
        for name in ("law", "house", "more")
    )
    return known(objective("A"), objective("B"), objective("C"), catalogs=catalogs, crosswalks=walks)


def test_what_is_stated_beats_what_is_composed_and_the_conflict_is_told() -> None:
    known_ = between(
        said("A", "equal", "M"), said("B", "superset-of", "T", to="house"), said("M", "subset-of", "T", of="law")
    )
    found = derive(ways(known_)["house", "T"], {"A": NOT_SATISFIED, "B": SATISFIED})
    assert (found.state, found.reason) == (SATISFIED, "conflict: B holds, A does not")
    assert found.signal == "contradicts"


def test_what_is_composed_says_over_what() -> None:
    known_ = between(said("A", "equal", "M"), said("M", "subset-of", "T", of="law"))
    (only,) = ways(known_)["house", "T"]
    found = derive([only], {"A": NOT_SATISFIED})
    assert (found.state, found.reason) == (NOT_SATISFIED, "A does not hold")
    assert found.chain == ("A does not hold and says the same as law/M, which is a part of it",)


def test_a_row_is_read_from_its_target_too() -> None:
    known_ = between(said("A", "superset-of", "M"), said("T", "subset-of", "M", of="house", to="law"))
    (only,) = ways(known_)["house", "T"]
    assert (only.relationship, derive([only], {"A": SATISFIED}).state) == ("superset-of", SATISFIED)


@pytest.mark.parametrize(
    "second",
    [
        said("M", "related", "T", of="law", basis="published"),
        said("M", "subset-of", "T", of="law", external=True),
        said("M+N", "equal", "T", of="law", reviewed_by="assessor"),
    ],
    ids=["related", "external", "jointly"],
)
def test_a_row_that_states_nothing_of_one_control_leads_nowhere(second: Said) -> None:
    assert ("house", "T") not in ways(between(said("A", "equal", "M"), second))


def test_rows_of_other_sources_than_the_objectives_lead_nowhere_alone() -> None:
    assert ways(between(said("M", "equal", "T", of="law"))) == {}


def test_no_way_is_longer_than_two_rows() -> None:
    known_ = between(
        said("A", "equal", "M"), said("M", "equal", "T", of="law"), said("T", "equal", "U", of="house", to="more")
    )
    assert ("more", "U") not in ways(known_)


def test_who_does_all_of_a_mitigation_supports_against_what_it_mitigates() -> None:
    known_ = between(said("A", "superset-of", "M"), said("B", "subset-of", "M"), said("M", "mitigates", "T", of="law"))
    (only,) = ways(known_)["house", "T"]
    assert (only.sources, only.relationship, only.role) == (("A",), "mitigates", "supporting")


def test_an_origin_that_reaches_a_target_twice_counts_once() -> None:
    twice = between(
        said("A", "intersects-with", "T", to="house", coverage=(0.2, 0.4)),
        said("A", "intersects-with", "M"),
        said("M", "equal", "T", of="law"),
    )
    assert len(ways(twice)["house", "T"]) == 2
    assert derive(ways(twice)["house", "T"], {"A": SATISFIED}).evidenced == (0.2, 0.4)


def test_statements_that_say_the_same_are_one_class() -> None:
    known_ = between(
        said("A", "equal", "M"), said("M", "equal", "T", of="law"), said("B", "subset-of", "T", to="house")
    )
    classes = {frozenset(id for _, id in each) for each in equivalents(known_)}
    assert {frozenset("AMT"), frozenset("B")} <= classes
    assert sum(map(len, equivalents(known_))) == sum(len(catalog.controls) for catalog in known_.catalogs)


DEMANDS = st.frozensets(st.integers(0, 5), min_size=1)
MODELS = st.fixed_dictionaries(dict.fromkeys(("A", "B", "C", "M", "N", "T"), DEMANDS))


@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MODELS, st.frozensets(st.integers(0, 5)), st.frozensets(st.sampled_from("ABC")), st.sets(st.sampled_from(PAIRS)))
def test_no_verdict_is_unsound(
    demands: dict[str, frozenset[int]], met: frozenset[int], unknown: frozenset[str], pairs: set[tuple[str, str]]
) -> None:
    rows = [said(a, relation(demands[a], demands[b]), b, of=WHERE[a], to=WHERE[b]) for a, b in sorted(pairs)]
    rows.append(
        said("A+B", relation(demands["A"] | demands["B"], demands["T"]), "T", to="house", reviewed_by="assessor")
    )
    states = {each: state(demands[each], met) for each in "ABC" if each not in unknown}
    for (_, id), found in ways(between(*rows)).items():
        derived = derive(found, states)
        assert derived.state in (NOT_DETERMINED, state(demands[id], met))
        assert "conflict" not in derived.reason, "true rows never contradict each other"
        told = {source for each in found for source in each.sources if set(each.sources) <= set(states)}
        most = len(frozenset().union(*(demands[each] for each in told)) & demands[id]) / len(demands[id])
        assert derived.evidenced[0] <= most + 1e-9
