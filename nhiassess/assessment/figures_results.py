"""The figures of the chapters on frameworks and gaps: tallies, matrices, functions, gaps, provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nhiassess.assessment.names import Names
from nhiassess.model.assessment import (
    NOT_APPLICABLE,
    NOT_DETERMINED,
    NOT_SATISFIED,
    RISK_STATES,
    SATISFIED,
    STATES,
    Assessment,
    ControlCoverage,
    FrameworkCoverage,
)
from nhiassess.model.figures import (
    Column,
    ControlMatrix,
    ControlRow,
    CrosswalkFigure,
    FrameworkFigure,
    GapRow,
    GroupedFramework,
    GroupFigure,
    Interval,
    LayerRow,
    Matrix,
    MatrixRow,
    Tally,
    Waiting,
)
from nhiassess.model.knowledge import Catalog, Control, Knowledge

OUTSIDE = "outside the profile"  # the signal of an item that the profile leaves out
AGENTS_ACROSS = 12  # columns of a matrix that a page has room for
EVIDENCE_STATES = ("evidence supports", "needs an answer", "evidence contradicts", "outside")
_GAPS = {
    "no mapping": "no objective reaches the item",
    "no procedure": "no check and no recorded answer",
    "no evidence": "nothing that was handed over says it",
    "stale": "the evidence is older than it may be",
    "partial": "some of what it asks is evidenced",
    "failed": "it does not hold for some subject",
    "accepted-until": "it does not hold, and the risk is accepted for a time",
    "inherited-unverified": "somebody else answers for it, unverified",
    "other": "the reason stands in the control matrix",
}


def frameworks(assessment: Assessment) -> tuple[FrameworkFigure, ...]:
    """Give each framework's figures: outcomes first, then our objectives, then risks and threats."""
    order = {"outcomes": 0, "objectives": 1, "risks": 2}
    rows = [_framework(coverage, assessment.knowledge) for coverage in assessment.coverage]
    return tuple(sorted(rows, key=lambda row: (order.get(row.reads_as, 3), row.short)))


def headline(figures: Sequence[FrameworkFigure], named: Sequence[str]) -> tuple[FrameworkFigure, ...]:
    """Give those that the summary has room for: the first three that the plan names, and the objectives behind all."""
    hubs = [figure for figure in figures if figure.reads_as == "objectives"][:1]
    others = [figure for figure in figures if figure.reads_as != "objectives"]
    chosen = sorted(others, key=lambda each: named.index(each.id) if each.id in named else len(named))[: 4 - len(hubs)]
    return tuple(figure for figure in figures if figure in chosen or figure in hubs)


def grouped(assessment: Assessment, figures: Sequence[FrameworkFigure]) -> tuple[GroupedFramework, ...]:
    """Give frameworks of outcomes by function, and of objectives by family."""
    made = []
    for figure in figures:
        catalog = assessment.knowledge.catalog(figure.id)
        if figure.reads_as == "risks" or catalog is None:
            continue
        rows = whole(assessment, figure)
        groups = _outcomes(catalog, figure, rows) if figure.reads_as == "outcomes" else _families(catalog, figure, rows)
        by = next((group.kind for group in catalog.groups if group.parent is None), figure.noun)
        made.append(GroupedFramework(figure.title, figure.short, figure.version, by, groups))
    return tuple(made)


def matrices(
    assessment: Assessment, figures: Sequence[FrameworkFigure], names: Names
) -> tuple[tuple[Matrix, ...], tuple[Matrix, ...]]:
    """Give risks by agent for short lists, and layers by agent for long ones, in parts that a page has room for."""
    states = {(row.control, row.agent): row.state for row in assessment.agent_risks}
    risks: list[Matrix] = []
    layers: list[Matrix] = []
    for figure in figures:
        catalog = assessment.knowledge.catalog(figure.id)
        if figure.reads_as != "risks" or catalog is None:
            continue
        controls = [control for control in catalog.controls if control.is_risk and control.assessable != "outside"]
        failing = Counter(
            agent for control, agent in states if states[control, agent] == "exposed" and _of(control, catalog)
        )
        agents = sorted(
            (agent.id for agent in assessment.inventory.agents),
            key=lambda agent: (-failing[agent], names.label(agent), agent),
        )
        long = len(controls) > 15 and bool(catalog.groups)
        for first in range(0, len(agents), AGENTS_ACROSS):
            part = agents[first : first + AGENTS_ACROSS]
            columns = tuple(Column(id, names.label(id), failing[id]) for id in part)
            if long:
                rows = _layers(catalog, controls, part, states)
                by = next(group.kind for group in catalog.groups if group.parent is None)
                layers.append(Matrix(figure.title, figure.noun, columns, (), rows, by, first + 1, len(agents)))
            else:
                lines = tuple(_risk(control, part, states) for control in controls)
                risks.append(Matrix(figure.title, figure.noun, columns, lines, (), "", first + 1, len(agents)))
    return tuple(risks), tuple(layers)


def gaps(assessment: Assessment, figures: Sequence[FrameworkFigure]) -> tuple[tuple[GapRow, ...], tuple[Waiting, ...]]:
    """Give the kinds of gap by framework, and the objectives that most framework items wait for."""
    counted = {
        figure: Counter(row.gap or "other" for row in whole(assessment, figure) if _open(row)) for figure in figures
    }
    present = [kind for kind in _GAPS if any(counter[kind] for counter in counted.values())]
    unknown = sorted({kind for counter in counted.values() for kind in counter} - set(_GAPS))
    rows = tuple(
        GapRow(kind, _GAPS.get(kind, ""), tuple(counted[figure][kind] for figure in figures))
        for kind in [*present, *unknown]
    )
    hubs = [figure for figure in figures if figure.reads_as == "objectives"]
    waits = Counter(
        objective
        for row in assessment.controls
        if row.reads_as != "objectives" and _open(row)
        for objective in row.objectives
    )
    widest: dict[str, int] = {}
    for radius in assessment.blast:
        widest[radius.agent] = max(radius.bounds[1], widest.get(radius.agent, 0))
    waiting = []
    for hub in hubs:
        catalog = assessment.knowledge.catalog(hub.id)
        known = {control.id: control for control in catalog.controls} if catalog else {}
        for row in whole(assessment, hub):
            if _open(row):
                control = known.get(row.control)
                statement = control.statement or control.title if control else row.title
                ask = control.ask if control else None
                wanted = ", ".join(ask.evidence) or ask.question if ask else ""
                # what nobody was asked about concerns every agent
                behind = row.subjects or widest
                reach = max((widest.get(agent, 0) for agent in behind), default=None)
                waiting.append(Waiting(row.control, statement, row.reason, wanted, reach, waits[row.control]))
    return rows, tuple(sorted(waiting, key=lambda row: (-(row.reach or 0), -row.items, row.objective)))


def relied_on(assessment: Assessment) -> tuple[Catalog, ...]:
    """Give the catalogs that the report rests on: those that were assessed, and those that something passed through."""
    assessed = {row.framework for row in assessment.controls}
    chains = [sentence for row in assessment.controls for sentence in row.chain]
    return tuple(
        catalog
        for catalog in assessment.knowledge.catalogs
        if catalog.id in assessed or any(f" {catalog.id}/" in sentence for sentence in chains)
    )


def crosswalks(knowledge: Knowledge, shown: Iterable[str]) -> tuple[CrosswalkFigure, ...]:
    """Give where the rows of each crosswalk to a shown framework come from."""
    wanted = set(shown)
    made = []
    for crosswalk in knowledge.crosswalks:
        if crosswalk.source not in wanted or crosswalk.target not in wanted:
            continue
        bases = Counter(row.basis for row in crosswalk.rows)
        kinds = Counter(row.relationship for row in crosswalk.rows)
        made.append(
            CrosswalkFigure(
                _short(knowledge, crosswalk.source),
                _short(knowledge, crosswalk.target),
                len(crosswalk.rows),
                tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
                bases["published"],
                len(crosswalk.rows) - bases["published"],
                crosswalk.method or "",
            )
        )
    return tuple(sorted(made, key=lambda row: (row.source, row.target)))


def control_matrix(assessment: Assessment, figure: FrameworkFigure) -> ControlMatrix:
    """Give every line of a framework with what was determined, on how many subjects, and by what."""
    catalog = assessment.knowledge.catalog(figure.id)
    known = {control.id: control for control in catalog.controls} if catalog else {}
    order = {id: place for place, id in enumerate(known)}
    compound = _compound(catalog) if catalog else set()
    determined = {row.control: row for row in assessment.determinations if row.subject == "*"}
    served: dict[str, list[str]] = {}
    if figure.reads_as == "objectives":
        for row in assessment.controls:
            if row.framework != figure.id:
                for objective in row.objectives:
                    served.setdefault(objective, []).append(row.control)
    rows = []
    for row in _rows(assessment, figure):
        control = known.get(row.control)
        whole_ = determined.get(f"control:{figure.id}/{row.control}")
        counts = (row.denominator, row.observed, row.denominator - row.upper, row.upper - row.lower)
        if figure.reads_as == "objectives" and whole_:
            counts = (whole_.population, whole_.tested, whole_.deviations, whole_.undetermined)
        via = served.get(row.control, []) if figure.reads_as == "objectives" else row.objectives
        statement = (control.statement if control else None) or ""
        group = control.parent or "" if control else ""
        method = whole_.method if whole_ else ""
        part = bool(control and control.part_of)
        state = OUTSIDE if row.signal == OUTSIDE else row.state
        note = row.reason or row.gap or ""
        rows.append(
            ControlRow(
                row.control,
                row.title,
                statement,
                method,
                state,
                *counts,
                tuple(via),
                row.checks,
                note,
                group,
                part,
                row.control not in compound,
            )
        )
    rows.sort(key=lambda line: (order.get(line.id, len(order)), line.id))
    return ControlMatrix(figure, tuple(rows), sum(line.counted for line in rows))


def whole(assessment: Assessment, figure: FrameworkFigure) -> tuple[ControlCoverage, ...]:
    """Give the rows of a framework that are counted; a compound one is counted by its lettered parts."""
    catalog = assessment.knowledge.catalog(figure.id)
    compound = _compound(catalog) if catalog else set()
    return tuple(row for row in _rows(assessment, figure) if row.control not in compound)


def _compound(catalog: Catalog) -> set[str]:
    return {control.part_of for control in catalog.controls if control.part_of}


def _rows(assessment: Assessment, figure: FrameworkFigure) -> tuple[ControlCoverage, ...]:
    wanted = (figure.id, figure.reads_as)
    return tuple(row for row in assessment.controls if (row.framework, row.reads_as) == wanted)


def _framework(coverage: FrameworkCoverage, knowledge: Knowledge) -> FrameworkFigure:
    catalog = knowledge.catalog(coverage.framework)
    states = RISK_STATES if coverage.reads_as == "risks" else STATES
    counts = dict(coverage.counts)
    nouns = catalog.nouns if catalog else {}
    noun = nouns.get(coverage.reads_as, coverage.reads_as)
    # a framework that holds both, such as mitigations and techniques, stands there once for each
    which = f" {noun}" if len(nouns) > 1 else ""
    short = _short(knowledge, coverage.framework) if catalog else coverage.title
    share = None
    if coverage.reads_as != "risks":
        share = Interval(coverage.lower or 0, coverage.upper or 0, coverage.denominator)
    return FrameworkFigure(
        coverage.framework,
        f"{coverage.title}{',' if which else ''}{which}",
        f"{short}{which}",
        catalog.version if catalog else "",
        catalog.publisher if catalog else "",
        catalog.published if catalog else "",
        coverage.reads_as,
        noun,
        coverage.items,
        coverage.mapped,
        coverage.assessed,
        coverage.outside,
        coverage.partly,
        Tally(tuple((state, counts.get(state, 0)) for state in states)),
        share,
    )


def _short(knowledge: Knowledge, id: str) -> str:
    """Give the short name of a catalog without its version, which stands beside it."""
    catalog = knowledge.catalog(id)
    return catalog.short.removesuffix(catalog.version).strip() or catalog.short if catalog else id


def _tops(catalog: Catalog) -> dict[str, str]:
    """Give the outermost group of every control."""
    parents = {group.id: group.parent for group in catalog.groups}
    tops = {}
    for control in catalog.controls:
        at = control.parent or ""
        while parents.get(at):
            at = str(parents[at])
        tops[control.id] = at
    return tops


def _by_group(
    catalog: Catalog, figure: FrameworkFigure, rows: Sequence[ControlCoverage]
) -> list[tuple[str, str, list[ControlCoverage]]]:
    tops = _tops(catalog)
    mine: dict[str, list[ControlCoverage]] = {}
    for row in rows:
        mine.setdefault(tops.get(row.control, ""), []).append(row)
    outer = [group for group in catalog.groups if group.parent is None and group.id in mine]
    alone = [("", figure.noun.capitalize(), mine[""])] if "" in mine else []
    return [*((group.id, group.title, mine[group.id]) for group in outer), *alone]


def _outcomes(catalog: Catalog, figure: FrameworkFigure, rows: Sequence[ControlCoverage]) -> tuple[GroupFigure, ...]:
    made = []
    for id, title, mine in _by_group(catalog, figure, rows):
        read = Counter(_reading(row) for row in mine)
        tally = Tally(tuple((state, read[state]) for state in EVIDENCE_STATES))
        recorded = sum(row.state == SATISFIED and row.signal != OUTSIDE for row in mine)
        made.append(GroupFigure(id, _named(id, title), tally, None, recorded))
    return tuple(made)


def _reading(row: ControlCoverage) -> str:
    """Say what evidence does for an outcome of an organisation; it alone never satisfies one."""
    if row.signal == OUTSIDE or row.state == NOT_APPLICABLE:
        return "outside"
    if row.state == NOT_SATISFIED or row.signal == "contradicts":
        return "evidence contradicts"
    if row.state == SATISFIED or row.signal == "supports":
        return "evidence supports"
    return "needs an answer"


def _families(catalog: Catalog, figure: FrameworkFigure, rows: Sequence[ControlCoverage]) -> tuple[GroupFigure, ...]:
    made = []
    for id, title, mine in _by_group(catalog, figure, rows):
        read = Counter(row.state for row in mine if row.signal != OUTSIDE)
        tally = Tally(tuple((state, read[state]) for state in STATES))
        applicable = tally.total - tally.of(NOT_APPLICABLE)
        lower = tally.of(SATISFIED)
        share = Interval(lower, lower + tally.of(NOT_DETERMINED), applicable)
        made.append(GroupFigure(id, _named(id, title), tally, share))
    return tuple(made)


def _named(id: str, title: str) -> str:
    return title.capitalize() if id == title and title.isupper() else title if id in title else f"{id} {title}"


def _of(node: str, catalog: Catalog) -> bool:
    return node.startswith(f"control:{catalog.id}/")


def _risk(control: Control, agents: Sequence[str], states: Mapping[tuple[str, str], str]) -> MatrixRow:
    cells = tuple(states.get((control.node, agent), "not determined") for agent in agents)
    everywhere = sum(1 for (node, _), state in states.items() if node == control.node and state == "exposed")
    return MatrixRow(control.id, control.title, cells, everywhere)


def _layers(
    catalog: Catalog,
    controls: Sequence[Control],
    agents: Sequence[str],
    states: Mapping[tuple[str, str], str],
) -> tuple[LayerRow, ...]:
    tops = _tops(catalog)
    looked_at = {node for node, _ in states}
    made = []
    for group in catalog.groups:
        mine = [control for control in controls if tops[control.id] == group.id and control.node in looked_at]
        if group.parent is not None:
            continue
        cells = []
        for agent in agents:
            read = Counter(states.get((control.node, agent), "not determined") for control in mine)
            cells.append(Tally(tuple((state, read[state]) for state in RISK_STATES)))
        made.append(LayerRow(group.id, group.title, tuple(cells), len(mine)))
    return tuple(made)


def _open(row: ControlCoverage) -> bool:
    return row.state in (NOT_DETERMINED, "not determined") and row.signal != OUTSIDE
