"""Measures the compiled index against one search an agent, and writes build/bench/reach.json, a table and a plot."""

from __future__ import annotations

import argparse
import gc
import io
import json
import resource
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import estate_graph
import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from nhiassess.reach import plain
from nhiassess.reach.columns import from_columns, from_parquet
from nhiassess.reach.counts import counts
from nhiassess.reach.engine import Engine
from nhiassess.reach.hops import hops
from nhiassess.reach.removal import lost
from nhiassess.reach.rows import index
from nhiassess.reach.shortest import shortest
from nhiassess.reach.table import Edges, table

INTO = Path(__file__).resolve().parents[1] / "build" / "bench"
RUNS = 5
# agents that an engine which searches for each is measured on, spread over all; the rest is extrapolated
SAMPLE = 12
REMOVALS = 100
# above it a graph of networkx takes more memory than a machine of this size has
LARGEST_WALKED = 2_000_000
Row = dict[str, object]
Reaches = Callable[[int], np.ndarray[tuple[int], np.dtype[np.int64]]]


def main() -> None:
    """Measure every workload at every size, print a line for each, and write them down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sizes", nargs="*", type=float, default=[1e4, 1e5, 1e6], help="edges, such as 1e7")
    asked.add_argument("--threads", type=int, default=1, help="blocks of starts at a time")
    words = asked.parse_args()
    rows: list[Row] = []
    print(f"{'workload':30} {'regime':8} {'edges':>9} {'engine':26} {'CPU s':>9} {'s':>9} {'x networkx':>10} {'MB':>6}")
    for size in sorted(int(size) for size in words.sizes):
        for regime in (estate_graph.tiered, estate_graph.tangled):
            estate = regime(size)
            edges = table(estate.nodes, estate.sources, estate.targets, estate.ranks)
            for row in (*every_agent(estate, edges, words.threads), *the_rest(estate, edges)):
                rows.append({"regime": regime.__name__, "edges": len(edges.sources), **row})
                show(rows[-1])
    INTO.mkdir(parents=True, exist_ok=True)
    (INTO / "reach.json").write_text(json.dumps(rows, indent=1) + "\n")
    draw([row for row in rows if row["workload"] == "what every agent reaches"])


def every_agent(estate: estate_graph.EstateGraph, edges: Edges, threads: int) -> Iterator[Row]:
    """Measure the counts and sums of all agents, with each engine on the same ones, and see that they agree."""
    agents, resources = estate.of(estate_graph.AGENT), estate.of(estate_graph.RESOURCE)
    some = agents[:: max(1, len(agents) // SAMPLE)][:SAMPLE]
    weights = np.stack([estate.sensitivity[resources], 3 * estate.sensitivity[resources]], axis=1)
    worth = np.zeros((estate.nodes, 3), np.int64)
    worth[resources] = np.concatenate([np.ones((len(resources), 1), np.int64), weights], axis=1)
    truth = None
    base = None
    searched: Reaches | None = None  # the quickest that searches from one agent
    for engine, reaches in walkers(edges):
        found = []
        cpu, wall = timed(
            lambda reaches=reaches, found=found: found.append([worth[reaches(int(a))].sum(axis=0) for a in some])
        )
        truth = found[0] if truth is None else truth
        assert np.array_equal(found[0], truth), f"{engine} disagrees"
        share = len(agents) / len(some)
        base = cpu * share if base is None and engine.startswith("networkx") else base
        yield row("what every agent reaches", f"{engine}, {len(some)} sampled", cpu * share, wall * share, base)
        searched = reaches
    for name, engine in engines(edges):
        found = []

        def all_agents(engine: Engine = engine, found: list[object] = found, starts: object = agents) -> None:
            found.append(counts(index(edges, engine=engine), starts, resources, weights, threads=threads))

        all_agents()
        cpu, wall = timed(all_agents)
        # the walkers agree on those sampled; against the quickest of them every single agent is held
        for place, agent in enumerate(agents if searched else ()):
            expected = worth[searched(int(agent))].sum(axis=0)
            assert [found[0].reached[place], *found[0].weighted[place]] == expected.tolist(), f"{name} disagrees"
        yield row("what every agent reaches", name, cpu, wall, base)
        for many in (10, 100, 1_000):
            if name != "plain" and many < len(agents):
                cpu, wall = timed(lambda many=many, run=all_agents: run(starts=agents[:many]))
                yield row(f"what {many:,} agents reach", name, cpu, wall, base and base * many / len(agents))


def walkers(edges: Edges) -> Iterator[tuple[str, Reaches]]:
    """Give what other libraries reach from a node, each with its graph made beforehand."""
    if len(edges.sources) > LARGEST_WALKED:
        return
    pairs = np.stack([edges.sources, edges.targets], axis=1)
    walked: nx.DiGraph[int] = nx.DiGraph()
    walked.add_nodes_from(range(edges.nodes))
    walked.add_edges_from(pairs.tolist())
    # else the collector of garbage goes through the graph time and again, and takes two thirds of the time
    gc.collect()
    gc.freeze()
    yield "networkx an agent", lambda agent: np.array([agent, *nx.descendants(walked, agent)])
    if find_spec("igraph"):
        import igraph

        drawn = igraph.Graph(edges.nodes, pairs, directed=True)
        yield "igraph an agent", lambda agent: np.array(drawn.subcomponent(agent, mode="out"))
    matrix = csr_matrix((np.ones(len(pairs)), (edges.sources, edges.targets)), (edges.nodes, edges.nodes))
    yield "scipy an agent", lambda agent: breadth_first_order(matrix, agent, return_predecessors=False)


def engines(edges: Edges) -> list[tuple[str, Engine]]:
    """Give the engines of the index that are installed and meant for such a size."""
    if not find_spec("numba"):
        return [("plain", plain)]
    from nhiassess.reach import compiled

    fast: list[tuple[str, Engine]] = [("compiled", compiled)]
    return fast if len(edges.sources) > LARGEST_WALKED else [("plain", plain), *fast]


def the_rest(estate: estate_graph.EstateGraph, edges: Edges) -> Iterator[Row]:
    """Measure what else is asked of the index, with the engine that suits the size."""
    agents, resources = estate.of(estate_graph.AGENT), estate.of(estate_graph.RESOURCE)
    if len(edges.sources) <= LARGEST_WALKED:
        names = estate.names()
        columns = pa.table({"source": names[estate.sources], "target": names[estate.targets], "rank": estate.ranks})
        yield row("edge table from names", "arrow", *timed(lambda: from_columns(columns)))
        file = io.BytesIO()
        pq.write_table(columns, file)
        yield row("edge table from names", "parquet", *timed(lambda: from_parquet(io.BytesIO(file.getvalue()))))
    made = index(edges)
    name = made.engine.__name__.rsplit(".", 1)[-1]  # type: ignore[attr-defined]
    yield row("index of an edge table", name, *timed(lambda: index(edges)))
    yield row("hops to the crown jewels", name, *timed(lambda: hops(made, estate.jewels)))
    weights = estate.sensitivity[resources][:, None]
    random = np.random.default_rng(1)
    each = [
        once(lambda edge=edge: lost(made, agents, resources, weights, edges=[edge]))
        for edge in random.integers(0, len(edges.sources), REMOVALS)
    ]
    yield row("one edge less, median", name, *(median(column) for column in zip(*each, strict=True)))
    yield row("one edge less, slowest of 100", name, *max(each))
    far = hops(made, estate.jewels[:1])
    starts = agents[far[agents] >= 0][:5]
    if len(starts):
        each = [once(lambda start=start: shortest(made, int(start), int(estate.jewels[0]), 10)) for start in starts]
        yield row("ten shortest paths, median", name, *(median(column) for column in zip(*each, strict=True)))


def once(work: Callable[[], object]) -> tuple[float, float]:
    """Give CPU and wall seconds of one run."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give the median CPU and wall seconds of a few runs."""
    each = [once(work) for _ in range(RUNS)]
    return median(cpu for cpu, _ in each), median(wall for _, wall in each)


def row(workload: str, engine: str, cpu: float, wall: float, base: float | None = None) -> Row:
    """Give one figure; the ratio is of CPU seconds, which a busy machine changes least."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ratio = base / cpu if base else None
    return {
        "workload": workload,
        "engine": engine,
        "seconds": wall,
        "cpu_seconds": cpu,
        "ratio_vs_networkx": ratio,
        "peak_megabytes": peak,
    }


def show(row: Row) -> None:
    """Print one figure."""
    ratio = "" if row["ratio_vs_networkx"] is None else f"{row['ratio_vs_networkx']:,.1f}"
    print(
        f"{row['workload']:30} {row['regime']:8} {row['edges']:9,} {row['engine']:26} "
        f"{row['cpu_seconds']:9.4f} {row['seconds']:9.4f} {ratio:>10} {row['peak_megabytes']:6}",
        flush=True,
    )


def draw(rows: list[Row]) -> None:
    """Draw seconds over edges, one line an engine, where plotly is installed."""
    if not find_spec("plotly"):
        return
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    regimes = sorted({str(row["regime"]) for row in rows}, reverse=True)
    figure = make_subplots(1, len(regimes), shared_yaxes=True, subplot_titles=regimes)
    for column, regime in enumerate(regimes, 1):
        for engine in sorted({str(row["engine"]).split(",")[0] for row in rows}):
            of = [row for row in rows if row["regime"] == regime and str(row["engine"]).split(",")[0] == engine]
            line = go.Scatter(x=[row["edges"] for row in of], y=[row["cpu_seconds"] for row in of], name=engine)
            figure.add_trace(line, 1, column)
    figure.update_xaxes(type="log", title="edges").update_yaxes(type="log", title="CPU seconds, all agents")
    figure.write_html(INTO / "reach.html", include_plotlyjs=True)


if __name__ == "__main__":
    main()
