"""The made-up estates of the bench have the shapes they claim, and every agent of them reaches what networkx says."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nhiassess.reach import fitting as choice
from nhiassess.reach import plain
from nhiassess.reach.components import condensed
from nhiassess.reach.counts import counts
from nhiassess.reach.engine import Engine
from nhiassess.reach.fitting import fitting
from nhiassess.reach.rows import index
from nhiassess.reach.table import Edges, table
from tests.reach.graphs import descendants, each_engine, graph

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="module")
def made() -> Any:
    """The generator, which lies outside the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        yield import_module("estate_graph")
    sys.modules.pop("estate_graph")


def edges_of(estate: Any) -> Edges:
    return table(estate.nodes, estate.sources, estate.targets, estate.ranks)


@pytest.mark.parametrize("regime", ["tiered", "tangled"])
@each_engine
def test_every_agent_of_an_estate_reaches_what_networkx_says(made: Any, engine: Engine, regime: str) -> None:
    estate = getattr(made, regime)(12_000)
    edges = edges_of(estate)
    agents, resources = estate.of(made.AGENT), estate.of(made.RESOURCE)
    assert len(edges.sources) > 9_000
    for level in (0, 3):
        walked = graph(edges, level)
        found = counts(index(edges, level, engine), agents, resources, estate.sensitivity[resources][:, None])
        hit = [descendants(walked, agent).intersection(resources.tolist()) for agent in agents.tolist()]
        assert found.reached.tolist() == [len(each) for each in hit]
        assert found.weighted[:, 0].tolist() == [sum(estate.sensitivity[list(each)]) for each in hit]


@pytest.mark.parametrize(("regime", "least", "most"), [("tiered", 0.0, 0.15), ("tangled", 0.35, 1.0)])
def test_the_largest_circle_is_what_the_shape_is_named_for(made: Any, regime: str, least: float, most: float) -> None:
    estate = getattr(made, regime)(100_000)
    every = np.arange(estate.nodes)
    largest = np.bincount(condensed(index(edges_of(estate)), every, every).labels).max()
    assert least * estate.nodes <= largest <= most * estate.nodes


def test_a_seed_makes_one_estate(made: Any) -> None:
    one, same, other = (made.tangled(2_000, seed) for seed in (1, 1, 2))
    assert one.sources.tolist() == same.sources.tolist()
    assert one.targets.tolist() == same.targets.tolist()
    assert one.sources.tolist() != other.sources.tolist()


def test_small_graphs_and_places_without_numba_take_the_plain_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fitting(100) is plain
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    assert fitting(10**9) is plain


def test_large_graphs_take_the_compiled_engine() -> None:
    compiled = pytest.importorskip("nhiassess.reach.compiled")
    assert fitting(10**6) is compiled
