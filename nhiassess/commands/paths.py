"""nhiassess paths: how an agent gets to a crown jewel, hop by hop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.analysis.paths import paths
from nhiassess.answers import ways
from nhiassess.commands.command import FORMAT, NOW, PATH, REACHABLE, Row, at, example, hop_lines, progress, say, show
from nhiassess.errors import UsageError
from nhiassess.printing import printable


@click.command("paths", epilog=example("nhiassess paths assessments/ostermere --to resource:aws/arn:aws:s3:::ledger"))
@PATH
@click.option("--agent", help="Only from this agent, by its id.")
@click.option("--to", "target", help="To this node instead of every crown jewel, by its id.")
@FORMAT
@NOW
def command(path: Path, agent: str | None, target: str | None, shown: str, now: str | None) -> None:
    """Print privilege paths, hop by hop.

    Each hop with its reason, verdict, gate and file:line; one path for each agent and crown jewel.
    """
    graph = pipeline.observe(path, at(now), progress()).graph
    for node in (agent, target):
        if node and node not in graph:
            raise UsageError(f"nothing that was observed has the id {node}", hint="`nhiassess observe` lists ids.")
    answer = ways(paths(graph, agent, target))
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    for row in answer["rows"]:
        lines = [*_head(row), *_lines(row["hops"])]
        say("\n".join(map(printable, lines)) + "\n")
    count = len(answer["rows"])
    say(f"{count} of {count} printed. {REACHABLE}")


def _head(row: Row) -> list[str]:
    gates = "gates hold" if row["gated"] else "gates crossed"
    verdict = row["verdict"].replace("_", " ")
    told = f"{verdict}, {len(row['hops'])} hops, {row['threat_model']} takeover, {gates}"
    return [f"{row['agent']} to {row['target']}", f"  {told}"]


def _lines(hops: Sequence[Row]) -> list[str]:
    return [f"  {line}" for number, hop in enumerate(hops, 1) for line in hop_lines(number, hop)]


COMMAND = command
