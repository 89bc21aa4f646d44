"""The one conductor: it observes, builds the graph, asks it and the tables, concludes, and hands over to renderers."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path as FilePath

import networkx as nx

from nhiassess import installed
from nhiassess.analysis.agent_risks import agent_risks
from nhiassess.analysis.attribution import attribution
from nhiassess.analysis.blast_radius import blast_radius, reach
from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.analysis.coverage import coverage, totals
from nhiassess.analysis.escalations import escalations
from nhiassess.analysis.exposure import exposure
from nhiassess.analysis.improvements import remedies
from nhiassess.analysis.paths import paths
from nhiassess.assessment import history
from nhiassess.assessment.compare import compare
from nhiassess.assessment.determine import determine
from nhiassess.assessment.evidence import evidence
from nhiassess.assessment.exceptions import accepted, lapsed
from nhiassess.assessment.figures import figures
from nhiassess.assessment.findings import findings, places
from nhiassess.assessment.lint import complaints
from nhiassess.assessment.plan import Stated
from nhiassess.assessment.provenance import doubts
from nhiassess.assessment.references import unobserved
from nhiassess.assessment.requests import requests
from nhiassess.assessment.risk import Matrix
from nhiassess.checks.preconditions import preconditions
from nhiassess.checks.run import ask
from nhiassess.checks.tables import tables
from nhiassess.errors import RenderError, UsageError
from nhiassess.formats.reading import read
from nhiassess.model.assessment import NOT_DETERMINED, Answer, Assessment, Meta, Provenance
from nhiassess.model.inventory import TABLES, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.network.build import build, order
from nhiassess.observation import Observation, Progress, silent
from nhiassess.observation import inventory as inventory
from nhiassess.renderers.renderer import Renderer
from nhiassess.roots import NONE
from nhiassess.shelf import knowledge as knowledge
from nhiassess.shelf import version as version
from nhiassess.verification import verify as verify


@dataclass(frozen=True, slots=True)
class Estate(Observation):
    """An observation, with the edges and the graph that follow from it."""

    edges: tuple[Edge, ...]
    graph: nx.MultiDiGraph[str]


def observe(
    path: str | FilePath, now: str, progress: Progress = silent, besides: Mapping[str, FilePath] = NONE
) -> Estate:
    """Observe an estate: read its files, join what they say, and derive who reaches what.

    Parameters
    ----------
    path, now, progress, besides:
        As for `inventory`.

    Returns
    -------
    Estate
        Inventory, edges and graph.
    """
    seen = inventory(path, now, progress, besides)
    progress("deriving edges")
    rules = installed.plugins("edges", "EDGE")
    edges = tuple(edge for rule in rules for edge in rule.derive(seen.inventory, seen.knowledge))
    graph = build(seen.inventory, edges, seen.knowledge)
    return Estate(seen.place, seen.knowledge, seen.stated, seen.observed, seen.inventory, _unique(edges), graph)


def assess(
    path: str | FilePath, now: str, progress: Progress = silent, besides: Mapping[str, FilePath] = NONE
) -> Assessment:
    """Assess an estate: observe it, ask the graph and the tables, and conclude.

    Parameters
    ----------
    path:
        A file, a folder, or the folder of an assessment.
    now:
        The date and time of the assessment, ISO 8601; the same input with the same `now` gives the same bytes.
    progress:
        Called with the name of each stage.
    besides:
        As for `inventory`.

    Returns
    -------
    Assessment
        Everything that a renderer draws.
    """
    estate = observe(path, now, progress, besides)
    return conclude(estate, now, progress)


def conclude(estate: Estate, now: str, progress: Progress = silent) -> Assessment:
    """Ask the graph and the tables of an estate, and conclude."""
    known, said, seen, graph = estate.knowledge, estate.stated, estate.inventory, estate.graph
    progress("walking privilege paths")
    reached, blast, ways = reach(graph), blast_radius(graph), paths(graph)
    exposed, escalated = exposure(graph), escalations(graph)
    used = attribution(graph)
    progress("asking the checks")
    laid = tables(
        seen,
        edges=estate.edges,
        reach=reached,
        paths=ways,
        exposure=exposed,
        escalations=escalated,
        attribution=used,
        limits=limits(known, said, now),
    )
    answers = ask(known.checks, laid)
    progress("determining")
    determined = accepted(determine(known, answers, seen.attestations, said.plan, now), said.deviations)
    agents = [agent.id for agent in seen.agents]
    applies = preconditions(known, said.plan.frameworks, laid, agents)
    risks = agent_risks(known, said.plan.frameworks, agents, applies, determined, used)
    hubs = [catalog.id for catalog in known.catalogs if catalog.reads_as == "objectives"]
    controls = coverage(known, [*hubs, *said.plan.frameworks], determined, risks, seen.attestations, now, used)
    shown = evidence(places(answers, ways), estate.observed.texts, seen.files, _collected(said.provenance))
    found = findings(
        known,
        answers,
        seen,
        attribution=used,
        reach=reached,
        exposure=exposed,
        paths=ways,
        deviations=said.deviations,
        evidence=shown,
        matrix=risk_matrix(),
        initiation=said.plan.initiation,
        frameworks=said.plan.frameworks,
    )
    earlier = None if said.plan.default else history.latest(estate.place.top / "history", now)
    changes = None
    if earlier is not None:
        answered = {(each.check, each.subject) for each in answers if each.state != NOT_DETERMINED}
        changes = compare(earlier.open, found, answered, earlier.fixed, lapsed(said.deviations, earlier.date))
        became = {change.fingerprint: change.state for change in changes}
        found = tuple(
            replace(f, occurrences=tuple(replace(o, change=became.get(o.fingerprint)) for o in f.occurrences))
            for f in found
        )
    progress("ranking chokepoints and remedies")
    return Assessment(
        plan=said.plan,
        meta=meta(estate, now),
        knowledge=known,
        inventory=seen,
        edges=estate.edges,
        reach=reached,
        blast=blast,
        paths=ways,
        chokepoints=chokepoints(graph),
        remedies=remedies(graph, known.remedies),
        exposure=exposed,
        escalations=escalated,
        answers=answers,
        determinations=determined,
        findings=found,
        controls=controls,
        coverage=totals(known, controls),
        agent_risks=risks,
        deviations=said.deviations,
        changes=changes,
        previous=earlier.date if earlier else None,
        narrative=said.narrative,
        evidence=shown,
        requests=requests(known, seen, answers, determined, estate.edges),
        warnings=(
            *doubts(said.provenance, seen.files, estate.observed.digests, now),
            *_unobserved(said, seen, answers),
        ),
    )


def reframed(estate: Estate, known: Knowledge, frameworks: Iterable[str]) -> Estate:
    """Give the same estate for an assessment against other frameworks.

    Parameters
    ----------
    estate:
        As `observe` gives it; its graph keeps the controls that it was built with, which decide nothing.
    known:
        The knowledge to conclude with.
    frameworks:
        The ids that stand in the plan instead of its own.
    """
    plan = replace(estate.stated.plan, frameworks=tuple(frameworks))
    return replace(estate, knowledge=known, stated=replace(estate.stated, plan=plan))


def render(assessment: Assessment, formats: Iterable[str], progress: Progress = silent) -> dict[str, bytes]:
    """Draw an assessment.

    Parameters
    ----------
    assessment:
        What to draw.
    formats:
        Names of renderers, such as ``pdf``.

    Returns
    -------
    dict
        File name to bytes.

    Raises
    ------
    UsageError
        When no renderer has one of the names.
    RenderError
        When an output can't be made, or the figures of the report contradict each other.
    """
    chosen = renderers(formats)
    shown = figures(assessment)
    if wrong := complaints(shown):
        raise RenderError(wrong)
    assets = {name.removeprefix("templates/"): installed.read(name) for name in installed.names("templates")}
    made = {}
    for renderer in chosen:
        progress(f"drawing {renderer.file}")
        made[renderer.file] = renderer.render(assessment, shown, assets)
    return made


def renderers(formats: Iterable[str]) -> list[Renderer]:
    """Find the renderers of these names.

    Raises
    ------
    UsageError
        When no renderer has one of the names.
    """
    known: dict[str, Renderer] = {each.name: each for each in installed.plugins("renderers", "RENDERER")}
    wanted = list(formats)
    for name in wanted:
        if name not in known:
            raise UsageError(f"there is no format {name!r}", hint=f"Formats: {', '.join(sorted(known))}.")
    return [known[name] for name in wanted]


def limits(known: Knowledge, said: Stated, now: str) -> dict[str, int | str | None]:
    """Give the one row of limits: the plan's over the defaults, with the date they are applied at."""
    row: dict[str, int | str | None] = {each.name: each.value for each in known.defaults}
    return {**row, **said.plan.limits, "as_of": now[:10]}


def risk_matrix() -> Matrix:
    """Read the tables of risk that came with the package."""
    found = read("frameworks/risk.yaml", installed.read("frameworks/risk.yaml"), key=b"risk", strict=True).root.plain()
    return Matrix(found["likelihood"], found["level"], found["source"])


def meta(estate: Estate, now: str) -> Meta:
    """Say when, with what and on what an assessment was made."""
    read_files = sorted((each.id, each.sha256 or "") for each in estate.inventory.files)
    stated_files = sorted((name, sha256(each).hexdigest()) for name, each in estate.place.files.items())
    shipped = sorted(
        (name, sha256(installed.read(name)).hexdigest()) for name in installed.names("frameworks", ".yaml")
    )
    return Meta(
        now=now,
        tool="nhiassess",
        version=installed.tool_version(),
        python=".".join(platform.python_version_tuple()[:2]),
        input_sha256=_digest([*read_files, *stated_files]),
        knowledge_sha256=_digest(shipped),
    )


def _unobserved(said: Stated, inventory: Inventory, answers: Sequence[Answer]) -> tuple[str, ...]:
    asked = {(each.check, each.subject) for each in answers}
    subjects = {value.id for table in TABLES for value in getattr(inventory, table)} | {subject for _, subject in asked}
    return unobserved(inventory.attestations, said.deviations, subjects, asked)


def _unique(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    return tuple({(edge.source, edge.target, edge.key): edge for edge in sorted(edges, key=order)}.values())


def _collected(provenance: Iterable[Provenance]) -> dict[str, str]:
    return {each.path: each.at for each in provenance if each.at}


def _digest(rows: Iterable[tuple[str, str]]) -> str:
    return sha256("\n".join(f"{name}\t{digest}" for name, digest in rows).encode()).hexdigest()
