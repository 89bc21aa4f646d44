"""What people wrote in an assessment folder: examples of checks and techniques are tried, and questions asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from nhiassess import installed
from nhiassess.assessment.plan import Stated
from nhiassess.checks import examples
from nhiassess.checks.preconditions import refused
from nhiassess.edges.edge import EdgeRule
from nhiassess.errors import CheckError, Complaint, UsageError
from nhiassess.folder import written
from nhiassess.knowledge.load import beyond
from nhiassess.model.codec import decode
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Example, Knowledge, Stage, Technique
from nhiassess.model.reach import VERDICTS, Edge
from nhiassess.place import find
from nhiassess.shelf import knowledge

Rows = Mapping[str, tuple[Mapping[str, Any], ...]]


def verify(path: str | Path, now: str) -> tuple[Knowledge, Stated]:
    """Hold what people wrote in an assessment folder against itself and against what came with the package.

    Parameters
    ----------
    path:
        The folder of an assessment.
    now:
        The date of the assessment, ISO 8601.

    Returns
    -------
    tuple
        The knowledge of the assessment's own, and what is stated beside it.

    Raises
    ------
    UsageError
        When the folder is no assessment.
    KnowledgeError, PlanError
        With all that is wrong with the files, or, where nothing is, with what they say of one another.
    CheckError
        With each example of a check or technique that fails, and each precondition that can't be asked.
    """
    place = find(Path(path))
    if not place.files:
        raise UsageError("is no assessment folder: it has no plan.yaml", str(path), "`nhiassess init` makes one.")
    known, said = written(place.files, now)
    own = beyond(knowledge(), known)
    wrong = [complaint for check in own.checks for complaint in examples.test(check)]
    rules = installed.plugins("edges", "EDGE")
    wrong += [complaint for technique in own.techniques for complaint in tried(technique, own.stages, rules)]
    wrong += [complaint for catalog in own.catalogs for complaint in refused(catalog)]
    if wrong:
        raise CheckError(tuple(wrong))
    return own, said


def tried(technique: Technique, stages: Iterable[Stage], rules: Iterable[EdgeRule]) -> Iterator[Complaint]:
    """Try a technique on its own examples, and complain of each that does not come out as it says.

    Parameters
    ----------
    technique:
        With its examples.
    stages:
        Of files of techniques, that of its own among them.
    rules:
        Of the edges: all of them, since a technique does not say by which it is applied.

    Yields
    ------
    Complaint
        With the target that is gained and should not be, or should be and is not.
    """
    place = technique.locations[0]
    where = f"{place.path}:{place.line}:{place.column}"
    for number, example in enumerate(technique.examples, 1):
        try:
            found = _gained(technique, on_stage(technique, stages, example), rules)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            what = f"example {number} of {technique.id}: its rows are no values of their tables ({error})"
            yield Complaint(what, where, "Write each row with the fields of its table.")
            continue
        for target in sorted({*found, *example.expect}):
            is_, should = found.get(target, "no"), example.expect.get(target, "no")
            if is_ != should:
                what = f"example {number} of {technique.id}: {target} is gained with verdict {is_}, not {should}"
                yield Complaint(what, where, "Correct the example, or what the technique requires.")


def on_stage(technique: Technique, stages: Iterable[Stage], example: Example) -> Rows:
    """Put the rows of an example on the stage of its file, each in place of the one there that has its id."""
    path = technique.locations[0].path
    stage = next((each.given for each in stages if each.id == path), {})
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for table in (*stage, *(each for each in example.given if each not in stage)):
        own = example.given.get(table, ())
        replaced = [row.get("id") for row in own]
        found[table] = (*(row for row in stage.get(table, ()) if row.get("id") not in replaced), *own)
    return found


def _gained(technique: Technique, given: Rows, rules: Iterable[EdgeRule]) -> dict[str, str]:
    """Give the strongest verdict of a technique for each target that it gains from these rows."""
    kinds = get_type_hints(Inventory)
    inventory = Inventory(
        **{
            table: tuple(decode(get_args(kinds[table])[0], {"locations": [], **row}) for row in rows)
            for table, rows in given.items()
        }
    )
    edges = (edge for rule in rules for edge in rule.derive(inventory, Knowledge(techniques=(technique,))))
    found: dict[str, Edge] = {}
    for edge in edges:
        known = found.get(edge.target)
        if edge.technique == technique.id and (known is None or _rank(edge) < _rank(known)):
            found[edge.target] = edge
    return {target: edge.verdict for target, edge in found.items()}


def _rank(edge: Edge) -> int:
    return VERDICTS.index(edge.verdict)
