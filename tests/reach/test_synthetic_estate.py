"""On the seeded estates of both regimes, small circles and one giant circle, every agent reaches what networkx says."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from nhiassess.reach.closure import reached
from nhiassess.reach.counts import counts
from nhiassess.reach.engine import Engine
from nhiassess.reach.rows import index
from nhiassess.reach.table import table
from tests.reach.graphs import each_engine

GENERATOR = Path(__file__).resolve().parents[3] / "shared" / "bench" / "synthetic_estate.py"


def generated(edges: int, regime: str) -> dict[str, Any]:
    spec = spec_from_file_location("synthetic_estate", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    made: dict[str, Any] = module.gen(edges, regime)
    return made


@pytest.mark.skipif(not GENERATOR.exists(), reason="the seeded generator lies beside a developer's checkout only")
@pytest.mark.parametrize("regime", ["tiered", "tangled"])
@each_engine
def test_every_agent_reaches_what_networkx_says(engine: Engine, regime: str) -> None:
    estate = generated(10_000, regime)
    agents, resources, sensitivity = estate["agents"], estate["res"], estate["sens"]
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(estate["V"]))
    graph.add_edges_from(zip(estate["src"].tolist(), estate["dst"].tolist(), strict=True))
    circles = [len(each) for each in nx.strongly_connected_components(graph)]
    assert max(circles) > (100 if regime == "tangled" else 1)
    compiled = index(table(estate["V"], estate["src"], estate["dst"]), engine=engine)
    ends = set(resources.tolist())
    walked = [ends & (nx.descendants(graph, agent) | {agent}) for agent in agents.tolist()]
    found = reached(compiled, agents, resources)
    assert [set(resources[row].tolist()) for row in found] == walked
    summed = counts(compiled, agents, resources, sensitivity[resources][:, None])
    assert summed.reached.tolist() == [len(each) for each in walked]
    assert summed.weighted[:, 0].tolist() == [int(np.sum(sensitivity[sorted(each)])) for each in walked]
