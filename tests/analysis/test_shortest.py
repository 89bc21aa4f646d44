"""The k shortest paths are simple, in order, and begin with the witness."""

from __future__ import annotations

from hypothesis import given, settings

from nhiassess.analysis.crossing import arrival
from nhiassess.analysis.paths import jewels, paths
from nhiassess.analysis.shortest import shortest
from nhiassess.model.reach import BEHAVIOUR, VERDICTS, Edge
from tests.analysis.estates import JEWEL, A, drawn, edge, estates, holder


@settings(max_examples=60, deadline=None)
@given(estates())
def test_paths_are_simple_in_order_and_no_longer_than_the_witness(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    for target in jewels(made):
        found = shortest(made, A, target, most=4)
        lengths = [(len(path.hops), VERDICTS.index(path.verdict)) for path in found]
        assert lengths == sorted(lengths)
        assert len({path.id for path in found}) == len(found)
        for path in found:
            states = [(hop.target, hop.verb if hop.target.startswith("resource:") else "") for hop in path.hops]
            assert len(set(states)) == len(states)
            assert path.hops[0].source == A
            assert path.hops[-1].target == target
        witness = [p for p in paths(made, A, target) if p.threat_model == BEHAVIOUR and p.gated]
        assert bool(found) == bool(witness)


def test_there_is_one_path_for_each_way() -> None:
    made = holder(None, edge(f"{A} runs_as identity:j"), edge("identity:j assumes identity:i"))
    found = shortest(made, A, JEWEL)
    assert [[hop.verb for hop in path.hops] for path in found] == [
        ["holds", "authenticates_as", "granted", "reads"],
        ["runs_as", "assumes", "granted", "reads"],
    ]
    assert shortest(made, A, JEWEL, most=1) == found[:1]


def test_of_two_reasons_the_stronger_is_given() -> None:
    made = holder(None, edge("identity:i granted grant:h"), edge(f"grant:h reads {JEWEL}", verdict="unknown"))
    assert [path.verdict for path in shortest(made, A, JEWEL)] == ["yes", "unknown"]


def test_nobody_and_nothing_have_no_paths() -> None:
    made = holder()
    assert shortest(made, "agent:x/y/z", JEWEL) == ()
    assert shortest(made, A, "resource:nowhere") == ()
    assert shortest(made, A, A) == ()
    assert arrival(edge(f"grant:g reads {JEWEL}")) == (JEWEL, "reads")
