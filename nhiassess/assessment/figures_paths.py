"""The figures of the chapter on privilege paths: which are shown, in which order, and how each reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nhiassess.assessment.names import Names
from nhiassess.model.assessment import Assessment
from nhiassess.model.figures_paths import (
    BlastCell,
    BlastRow,
    ChokepointFigure,
    ExposureFigure,
    Node,
    PathFigure,
    RemedyFigure,
    Step,
)
from nhiassess.model.inventory import Resource
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, VERDICTS, BlastRadius, Hop, Path, weakest

LONGEST_REASON = 72  # characters of the reason for one leg
SHOWN_REMEDIES = 5
NAMED = 1  # tools that the reason for one leg names
VERDICT_WORDS = {
    "yes": "permitted",
    "conditional": "conditional",
    "needs_resource": "needs a resource",
    "unknown": "unknown",
}
GATE_WORDS = {"human_approval": "approval", "policy": "policy", "sandbox": "sandbox", "jit": "just in time"}
_ENFORCED = {
    "agent_process": "the agent's own process",
    "tool_server": "the tool server",
    "gateway": "a gateway",
    "resource": "the resource",
    "network": "the network",
}


def paths(assessment: Assessment, names: Names) -> tuple[PathFigure, ...]:
    """Choose one path for each agent and target, and number them in the order in which they matter.

    Parameters
    ----------
    assessment:
        Its paths and those of its blast radii.
    names:
        What ids are called.

    Returns
    -------
    tuple of PathFigure
        Declared crown jewels first, then assumed ones; for one target the permitted paths before any other; a
        path that stands although gates hold before one that a gate cuts; then the more sensitive target, and
        among equals the one that its owner names first.
    """
    resources = {resource.id: resource for resource in assessment.inventory.resources}
    best: dict[tuple[str, str], Path] = {}
    for path in assessment.paths:
        key = (path.agent, path.target)
        if key not in best or _strength(path) < _strength(best[key]):
            best[key] = path
    targets: dict[str, tuple[object, ...]] = {}
    for path in best.values():
        rank = (*_strength(path)[:2], *_worth(resources.get(path.target)), len(path.hops))
        targets[path.target] = min(targets.get(path.target, rank), rank)
    # a target's paths stay together, so that no path stands above one that is permitted to the same target
    chosen = sorted(
        best.values(),
        key=lambda path: (
            _standing(resources.get(path.target)),
            targets[path.target],
            path.target,
            _strength(path),
            path.agent,
        ),
    )
    return tuple(_figure(path, index, names, resources) for index, path in enumerate(chosen, 1))


def blast(assessment: Assessment, names: Names) -> tuple[BlastRow, ...]:
    """Give one row for each agent, the widest reach first."""
    cells: dict[tuple[str, str, bool], BlastRadius] = {
        (row.agent, row.threat_model, row.gated): row for row in assessment.blast
    }
    rows = []
    for agent in sorted({row.agent for row in assessment.blast}):
        mine = [row for row in assessment.blast if row.agent == agent]
        collapsed = next((row for row in mine if row.collapsed), None)
        functions = sorted({name for row in mine for name in row.business_functions})
        rows.append(
            BlastRow(
                agent,
                names.label(agent),
                _cell(cells.get((agent, BEHAVIOUR, True))),
                _cell(cells.get((agent, BEHAVIOUR, False))),
                _cell(cells.get((agent, IDENTITY, True))),
                _cell(cells.get((agent, IDENTITY, False))),
                collapsed is not None,
                collapsed.reason if collapsed else "",
                tuple(functions),
            )
        )
    return tuple(sorted(rows, key=lambda row: (*(-(cell.resources if cell else 0) for cell in row.cells), row.label)))


def chokepoints(assessment: Assessment, names: Names) -> tuple[ChokepointFigure, ...]:
    """Give each change with what it cuts alone, the deepest cut first."""
    rows = []
    for point in assessment.chokepoints:
        kind = point.kind.replace("_", " ")
        source, verb, target = point.id.partition(f" {point.kind} ")
        label = f"{names.label(source)} {kind} {names.label(target)}" if verb else names.label(point.id)
        rows.append(
            ChokepointFigure(
                label,
                "relation" if verb else kind,
                point.pairs_before,
                point.pairs_after,
                point.jewels_before,
                point.jewels_after,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.jewels_after, row.after, row.label)))


def remedies(assessment: Assessment) -> tuple[RemedyFigure, ...]:
    """Give the remedies that cut most under behaviour takeover with gates holding, the deepest cut first."""
    rows = []
    for remedy in assessment.remedies:
        before, after = remedy.before[0], remedy.after[0]
        if after.pairs < before.pairs:
            counts = (len(remedy.cost.files), len(remedy.cost.identities), len(remedy.cost.people))
            reached = (before.pairs, after.pairs, before.jewels, after.jewels)
            rows.append(RemedyFigure(remedy.title, remedy.objectives, *reached, *counts))
    return tuple(rows[:SHOWN_REMEDIES])


def exposure(assessment: Assessment, names: Names) -> tuple[ExposureFigure, ...]:
    """Give the three legs of each agent, most legs first."""
    rows = sorted(assessment.exposure, key=lambda row: (-row.legs, names.label(row.agent)))
    return tuple(
        ExposureFigure(
            row.agent,
            names.label(row.agent),
            row.untrusted,
            row.private,
            row.outbound,
            row.gated,
            tuple(_brief(sentence) for sentence in row.because),
            tuple(names.label(each) for each in row.cheapest),
        )
        for row in rows
    )


def _brief(sentence: str) -> str:
    """Name one tool, and none for a server whose tools are all meant; assessment.json names them all."""
    leg, colon, rest = sentence.partition(": ")
    tools = rest.split(", ")
    tools = [tool for tool in tools if tool != "*"] or tools
    if colon:
        more = f" and {len(tools) - NAMED} more" if len(tools) > NAMED else ""
        sentence = f"{leg}: {', '.join(tools[:NAMED])}{more}"
    if len(sentence) <= LONGEST_REASON:
        return sentence
    return sentence[:LONGEST_REASON].rpartition(" ")[0].rstrip(",;") + " …"


def _strength(path: Path) -> tuple[int, bool, bool, int, str]:
    order = VERDICTS.index(path.verdict) if path.verdict in VERDICTS else len(VERDICTS)
    return (order, not path.gated, path.threat_model != BEHAVIOUR, len(path.hops), path.id)


def _jewel(resource: Resource | None) -> bool:
    return bool(resource and resource.crown_jewel)


def _standing(resource: Resource | None) -> int:
    """Give 0 for a crown jewel that somebody named, 1 for one that a rule took for one, 2 for the rest."""
    return 2 if resource is None or not resource.crown_jewel else 1 if resource.assumed else 0


def _worth(resource: Resource | None) -> tuple[int, str, int]:
    """Rank by sensitivity, then by where it is named last, which is where its owner states it."""
    if resource is None:
        return (0, "", 0)
    said = resource.locations[-1] if resource.locations else None
    return (-(resource.sensitivity or 0), said.path if said else "", said.line if said else 0)


def _figure(path: Path, index: int, names: Names, resources: Mapping[str, Resource]) -> PathFigure:
    nodes, steps = _folded(path.hops, names)
    hold = tuple(_gate(hop) for hop in path.hops if hop.gate and hop.gate.kind != "none" and hop.gate_holds)
    off = tuple(_gate(hop) for hop in path.hops if hop.gate and hop.gate.kind != "none" and not hop.gate_holds)
    open_ = _open(path.hops)
    target = resources.get(path.target)
    number = f"P-{index:02}"
    sentence = _sentence(path, nodes, steps, hold, open_)
    known = target.sensitivity if target else None
    return PathFigure(
        number,
        path,
        names.label(path.agent),
        nodes,
        steps,
        _jewel(target),
        known,
        hold,
        off,
        open_,
        sentence,
        bool(target and target.crown_jewel and target.assumed),
    )


def _folded(hops: Sequence[Hop], names: Names) -> tuple[tuple[Node, ...], tuple[Step, ...]]:
    """Fold hops through a tool server or a grant: they are ways of saying whose tool and whose right it is."""
    nodes: list[Node] = []
    steps: list[Step] = []
    carried: list[Hop] = []
    for hop in hops:
        if not nodes:
            nodes.append(_placed(names.node(hop.source), hop))
        if hop.verb in ("served_by", "granted") and hop is not hops[-1]:
            carried.append(hop)
            continue
        steps.append(_step([*carried, hop]))
        nodes.append(_placed(names.node(hop.target), hop))
        carried = []
    return tuple(nodes), tuple(steps)


def _placed(node: Node, hop: Hop) -> Node:
    if node.place or not hop.locations:
        return node
    return Node(node.id, node.kind, node.icon, node.name, node.more, hop.locations[0])


def _step(hops: Sequence[Hop]) -> Step:
    last = hops[-1]
    gated = [hop for hop in hops if hop.gate and hop.gate.kind != "none"]
    first = next((hop for hop in gated if hop.gate_holds), gated[0] if gated else last)
    gate = first.gate.kind if first.gate else "none"
    where = _ENFORCED.get(first.gate.enforced_at, first.gate.enforced_at) if first.gate else ""
    verb = last.verb.replace("_", " ")
    conditions = "; ".join(condition for hop in hops for condition in hop.conditions)
    verdict = weakest(tuple(hop.verdict for hop in hops))
    return Step(verb, verdict, gate, first.gate_holds and gate != "none", where, conditions, last.reason)


def _gate(hop: Hop) -> str:
    kind = hop.gate.kind if hop.gate else "none"
    return GATE_WORDS.get(kind, kind)


def _open(hops: Sequence[Hop]) -> tuple[str, ...]:
    """Give the open conditions; a hop that is not permitted and names none is open for its own reason."""
    said = []
    for hop in hops:
        if hop.verdict != "yes":
            said += list(hop.conditions) or [hop.reason or f"{hop.verb} is {VERDICT_WORDS[hop.verdict]}"]
    return tuple(dict.fromkeys(said))


def _sentence(
    path: Path, nodes: Sequence[Node], steps: Sequence[Step], hold: Sequence[str], open_: Sequence[str]
) -> str:
    if not nodes:
        return f"No hop was recorded. Verdict: {VERDICT_WORDS.get(path.verdict, path.verdict)}."
    chain = f"{nodes[0].name} {steps[0].verb} {nodes[1].name}"
    for step, node in zip(steps[1:], nodes[2:], strict=True):
        chain += f", which {step.verb} {node.name}"
    verdict = f"Verdict: {VERDICT_WORDS.get(path.verdict, path.verdict)}"
    if path.verdict != "yes":
        verdict += f", the weakest of its hops; open: {'; '.join(open_)}"
    if path.gated:
        gate = "No gate stops it" if not hold else f"It stands although a gate holds on it ({_listed(hold)})"
    else:
        gate = (
            f"It is cut as long as its gates hold ({_listed(hold)})"
            if hold
            else "It stands only where gates are crossed"
        )
    model = "when its behaviour is taken over" if path.threat_model == BEHAVIOUR else "when its identity is stolen"
    return f"{chain}. {verdict}. {gate} {model}."


def _listed(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return unique[0] if len(unique) == 1 else ", ".join(unique[:-1]) + " and " + unique[-1]


def _cell(row: BlastRadius | None) -> BlastCell | None:
    if row is None:
        return None
    return BlastCell(row.resources, row.weighted, row.bounds, len({path.target for path in row.crown_jewels}))
