"""nhiassess what-if: the reach before and after something is gone, or a person approves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import networkx as nx

from nhiassess import pipeline
from nhiassess.analysis.effect import effect
from nhiassess.analysis.improvements import APPROVAL, fitting, guarded, remedied
from nhiassess.answers import supposed
from nhiassess.commands.command import REACHABLE, Row, asks, at, progress, say, show, touched
from nhiassess.commands.named import calls, is_relation, node, relation
from nhiassess.errors import UsageError
from nhiassess.knowledge.resolve import remedy
from nhiassess.network.what_if import without
from nhiassess.printing import table

EXAMPLE = "nhiassess what-if assessments/ostermere --remedy no-escalation --without grant:..."
FIGURES = {"jewels": "Crown jewels", "pairs": "Resources", "weighted": "Weighted"}
WHOLE = {"threat_model": "Takeover", "gated": "Gates hold", **FIGURES}
AGENTS = {"agent": "Agent", "threat_model": "Takeover", **FIGURES}
NOTHING = "No agent's reach changes while gates hold."


@asks("what-if", EXAMPLE)
@click.option("--without", "gone", multiple=True, metavar="ID", help='What is gone: a node, or "SOURCE VERB TARGET".')
@click.option("--approve", "asked", multiple=True, metavar='"AGENT TOOL"', help="A person approves each such call.")
@click.option("--remedy", "done", multiple=True, metavar="ID", help="This is done everywhere; `remedies` lists them.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="How many agents to print.")
def command(
    path: Path,
    gone: Sequence[str],
    asked: Sequence[str],
    done: Sequence[str],
    top: int,
    shown: str,
    now: str | None,
) -> None:
    """Compute reach again as if something were otherwise.

    Each option may be given several times; all of them are supposed together. Ids are those that the other verbs print.
    Weighted counts an unknown sensitivity as 0.
    """
    if not (gone or asked or done):
        raise UsageError("nothing is supposed", hint="Use --without, --approve or --remedy.")
    estate = pipeline.observe(path, at(now), progress())
    view, supposed_ = estate.graph, []
    for words in gone:
        view = _without(estate.graph, view, words)
        supposed_.append(f"Without {words}")
    for words in asked:
        view = guarded(view, calls(estate.graph, words), APPROVAL)
        supposed_.append(f"A person approves each call: {words}")
    for id in done:
        found = remedy(estate.knowledge, id)
        count = len(fitting(estate.graph, found))
        view = remedied(view, found)
        supposed_.append(f"{found.title} ({found.id}, {count} relations)\n  can't know: {found.cannot_know}")
    progress()("computing again")
    answer = supposed(effect(view), supposed_)
    if shown == "json":
        show(shown, answer, {}, "")
        return
    progress()("")
    _tell(answer, top)


def _without(graph: nx.MultiDiGraph[str], view: nx.MultiDiGraph[str], words: str) -> nx.MultiDiGraph[str]:
    if words not in graph and is_relation(words):
        return without(view, edges=relation(graph, words))
    return without(view, [node(graph, words)])


def _tell(answer: Row, top: int) -> None:
    for each in answer["supposed"]:
        say(each)
    pairs = zip(answer["before"], answer["after"], strict=True)
    rows = [{**before, **_figures({f: (before[f], after[f]) for f in FIGURES})} for before, after in pairs]
    say(f"\n{table(rows, WHOLE)}\n")
    changed = [row for row in answer["rows"] if row["gated"]]
    rows = [{**row, **_figures({f: (row[f"{f}_before"], row[f"{f}_after"]) for f in FIGURES})} for row in changed]
    printed, ended, _ = table(rows[:top], AGENTS).rpartition("\n")
    printed += f"{ended}{min(top, len(rows))} of {len(rows)} printed"
    if len(rows) > top:
        printed += f"; --top {len(rows)} prints all."
    say(f"Agents that change most, gates hold\n\n{printed}" if rows else NOTHING)
    say(f"\n{touched(answer['cost'])}\n{REACHABLE}")


def _figures(each: Mapping[str, tuple[int, int]]) -> Row:
    return {name: f"{before} to {after}" for name, (before, after) in each.items()}


COMMAND = command
