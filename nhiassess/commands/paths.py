"""nhiassess paths: how an agent gets to a crown jewel, hop by hop."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.analysis.paths import paths
from nhiassess.analysis.shortest import shortest
from nhiassess.answers import ways
from nhiassess.commands import named
from nhiassess.commands.command import FORMAT, NOW, PATH, REACHABLE, at, example, progress, say, show
from nhiassess.commands.hops import path_lines
from nhiassess.errors import UsageError
from nhiassess.model.reach import BEHAVIOUR, THREAT_MODELS

HOLD, CROSSED = "hold", "crossed"


@click.command("paths", epilog=example("nhiassess paths assessments/ostermere --to resource:aws/arn:aws:s3:::ledger"))
@PATH
@click.option("--agent", help="Only from this agent, by its id.")
@click.option("--to", "target", help="To this node instead of every crown jewel, by its id.")
@click.option("--most", type=click.IntRange(1, 100), help="The shortest so many, from --agent to --to.")
@click.option("--takeover", type=click.Choice(THREAT_MODELS), help="With --most: which takeover.  [behaviour]")
@click.option("--gates", type=click.Choice([HOLD, CROSSED]), help="With --most: whether gates hold.  [hold]")
@FORMAT
@NOW
def command(
    path: Path,
    agent: str | None,
    target: str | None,
    most: int | None,
    takeover: str | None,
    gates: str | None,
    shown: str,
    now: str | None,
) -> None:
    """Print privilege paths, hop by hop.

    Each hop with its reason, verdict, gate and file:line; one path for each agent and crown jewel, or with --most the
    shortest ones between two nodes.
    """
    if most is None and (takeover or gates):
        hint = "Add --most 5, --agent and --to; without it all takeovers are printed, with gates holding and not."
        raise UsageError("--takeover and --gates choose among the shortest paths", hint=hint)
    if most is not None and not (agent and target):
        raise UsageError("--most needs both ends", hint="Add --agent and --to.")
    graph = pipeline.observe(path, at(now), progress()).graph
    if agent is not None:
        named.agent(graph, agent)
    if target is not None:
        named.node(graph, target)
    if most is None or agent is None or target is None:
        found = paths(graph, agent, target)
    else:
        found = shortest(graph, agent, target, most, takeover or BEHAVIOUR, gates != CROSSED)
    answer = ways(found)
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    for row in answer["rows"]:
        say("\n".join([*path_lines(row), ""]))
    count = len(answer["rows"])
    say(f"{count} of {count} printed. {REACHABLE}")


COMMAND = command
