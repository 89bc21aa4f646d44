"""nhiassess replay-scenario: whether a documented incident could happen here."""

from __future__ import annotations

from pathlib import Path

import click

from nhiassess import pipeline
from nhiassess.analysis.blast_radius import agents
from nhiassess.analysis.scenarios import replay
from nhiassess.answers import incidents, replayed
from nhiassess.commands.command import FORMAT, NOW, Row, at, example, progress, say, show
from nhiassess.commands.hops import hop_lines, place
from nhiassess.errors import UsageError
from nhiassess.knowledge.resolve import scenario
from nhiassess.model.scenario import Scenario

LISTED = {"id": "Scenario", "happened": "Happened", "title": "Title", "steps": "Steps"}
REPLAYED = {"agent": "Agent", "answer": "Answer", "step": "Step", "because": "Because"}
CLOSING = "Feasible says that the conditions stand in what the files state, not that anybody would succeed."


@click.command("replay-scenario", epilog=example("nhiassess replay-scenario echoleak assessments/ostermere"))
@click.argument("id", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listed", is_flag=True, help="List the scenarios there are.")
@click.option("--agent", help="Only on this agent, by its id: every step, with its evidence.")
@FORMAT
@NOW
def command(id: str | None, path: Path | None, listed: bool, agent: str | None, shown: str, now: str | None) -> None:
    """Replay a documented incident on the agents of PATH.

    For each agent: feasible, blocked by which gate or by what is not there, or not determined and for want of which
    evidence. Without PATH the scenario itself is shown, with its sources.
    """
    if listed:
        answer = incidents(pipeline.knowledge().scenarios)
        show(shown, answer, LISTED, "No scenario came with this package.", [_short(row) for row in answer["rows"]])
    elif id is None:
        raise UsageError("no scenario is named", hint="`nhiassess replay-scenario --list` names them.")
    elif path is None:
        _show(scenario(pipeline.knowledge(), id), shown)
    else:
        date = at(now)
        estate = pipeline.observe(path, date, progress())
        if agent and not agents(estate.graph, agent):
            raise UsageError(f"no agent that was observed has the id {agent}", hint="`nhiassess observe` lists ids.")
        _replay(scenario(estate.knowledge, id), estate, date, agent, shown)


def _replay(found: Scenario, estate: pipeline.Estate, now: str, agent: str | None, shown: str) -> None:
    answer = replayed(replay(found, estate.graph, now, agent))
    if agent and shown == "table":
        progress()("")
        for row in answer["rows"]:
            say("\n".join([f"{found.title} ({found.happened})", f"{row['agent']}: {row['answer']}", ""]))
            for step in row["steps"]:
                say("\n".join([*_step(step), ""]))
        say(CLOSING)
        return
    rows = [{**row, "step": f"{row['step']} of {len(row['steps'])}"} for row in answer["rows"]]
    show(shown, answer, REPLAYED, "No agent was found.", rows)
    if shown == "table" and rows:
        say(CLOSING)


def _step(step: Row) -> list[str]:
    lines = [f"{step['number']}. {step['happened']}", f"   {step['answer'].capitalize()}."]
    for need in step["needs"]:
        verdict = need["verdict"].replace("_", " ")
        lines.append(f"   {need['condition'].replace('_', ' ')}: {verdict}, {need['because']}{place(need)}")
        lines += [f"     {line}" for number, hop in enumerate(need["path"], 1) for line in hop_lines(number, hop)]
    if step["broken_by"]:
        lines.append(f"   Would be broken by {', '.join(step['broken_by'])}.")
    return lines


def _show(found: Scenario, shown: str) -> None:
    if shown == "json":
        show(shown, incidents([found]), {}, "")
        return
    say(f"{', '.join((found.id, *found.case_studies))}: {found.title} ({found.happened})\n\n{found.summary}\n")
    for number, step in enumerate(found.steps, 1):
        say(f"{number}. {step.happened} [{', '.join((*step.sources, *step.atlas))}]")
        for broken in step.broken_by:
            say(f"   {broken.objective}: {broken.because}")
    say(f"\nWhat the replay can't know: {found.cannot_know}\n")
    for source in found.sources:
        doubt = " (known from those who cite it)" if source.unverified else ""
        say(f"[{source.id}] {source.publisher}, {source.title}, {source.date}. {source.url}{doubt}")
    for each in found.unverified:
        say(f"Unverified: {each}")


def _short(row: Row) -> Row:
    return {**row, "steps": len(row["steps"])}


COMMAND = command
