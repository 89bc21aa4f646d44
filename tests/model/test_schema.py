"""The published schemas are those of the model, and every answer keeps to its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from nhiassess import answers
from nhiassess.analysis.between import between, reaching
from nhiassess.analysis.blast_radius import blast_radius
from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.analysis.coverage import coverage
from nhiassess.analysis.drift import drift
from nhiassess.analysis.effect import effect
from nhiassess.analysis.improvements import improvements, remedies
from nhiassess.analysis.minimum_cut import minimum_cut
from nhiassess.analysis.paths import paths
from nhiassess.analysis.scenarios import replay
from nhiassess.model.difference import FrameworkChange
from nhiassess.model.inventory import Agent, Gate, Inventory, Location, Resource, Tool
from nhiassess.model.knowledge import EdgePattern, Remedy
from nhiassess.model.reach import Escalation
from nhiassess.model.request import Request, Requests
from nhiassess.model.scenario import Need, Scenario, Step
from nhiassess.model.schema import ROWS, schemas
from nhiassess.network.what_if import without
from tests.analysis.estates import ASKED, JEWEL, A, edge, graph, holder
from tests.small import HUB, catalog, control, crosswalk, known, objective, row

FOLDER = Path(__file__).resolve().parents[2] / "frameworks" / "schema"
GRAPH = holder(ASKED, edge(f"input:web taints {A}"), edge(f"{A} runs_as identity:i", gate=Gate("jit", "gateway")))
# one crown jewel behind a grant, and one that no cut protects
CUT = graph(
    (
        *(edge(f"{A} runs_as identity:i"), edge("identity:i granted grant:g"), edge(f"grant:g reads {JEWEL}")),
        edge(f"{A} executes_on resource:host"),
    ),
    *(Resource(JEWEL, crown_jewel=True), Resource("resource:host", crown_jewel=True)),
)
ESTATE = Inventory(
    agents=(Agent(A, name="a", locations=(Location("a.json", 3, 1),)),),
    tools=(Tool("tool:t", capabilities=(("executes_code", "high"),)),),
)
REQUEST = Request(
    "e(account=1)", "Account 1", "Head", "show", "read", "names", "a.json", "manual", False, 2, 1, 1, 0, ("i",)
)  # fmt: skip
REMEDY = Remedy("r", "R", ("TOL-02",), (EdgePattern(("invokes",)),), "whether", Gate("human_approval", "tool_server"))
ESCALATION = Escalation("e", "arn:aws:iam::111122223333:role/x", "yes", ("iam-001",), None, "why", False)
RELATED = known(
    objective("O1"),
    catalogs=(catalog("law", "outcomes", control("law", "M")),),
    crosswalks=(crosswalk("law", row("O1", "subset-of", "M", strength=3, coverage=(0.1, 0.5))),),
)
CONTROL = RELATED.catalogs[1].controls[0]
SCENARIO = Scenario("s", "S", "2025-08", "what", "much", (), (Step("it happened", needs=(Need("reaches"),)),))
ANSWERS: dict[str, Any] = {
    "observe.json": {key: row if key == "schema" else list(row) for key, row in answers.observed(ESTATE).items()},
    "requests.json": answers.requested(Requests((REQUEST,), 3, 1, 2, 0, (("used", 1),), ("skipped:x",))),
    "escalations.json": answers.escalated([ESCALATION]),
    "blast-radius.json": answers.radii(blast_radius(GRAPH)),
    "paths.json": answers.ways(paths(GRAPH)),
    "chokepoints.json": answers.chokes(chokepoints(holder())),
    "improvements.json": answers.improved(improvements(holder())),
    "remedies.json": answers.cured(remedies(holder(), [REMEDY])),
    "what-if.json": answers.supposed(effect(without(holder(), ["grant:g"])), ["Without grant:g"]),
    "minimum-cut.json": answers.severed(minimum_cut(CUT)),
    "drift.json": answers.drifted(drift(without(holder(), ["grant:g"]), holder())),
    "frameworks-show.json": answers.explained([CONTROL], reaching(RELATED, CONTROL), ["warned"]),
    "frameworks-crosswalk.json": answers.related(between(RELATED, HUB, "law")),
    "frameworks-diff.json": answers.changed([FrameworkChange("control", "removed", "M", None, "M")]),
    "replay-scenario.json": answers.replayed(replay(SCENARIO, GRAPH, "2026-11-24T09:00:00Z")),
    "coverage.json": answers.covered(coverage(known(objective("O1")), [HUB], [], [])),
}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_published_schema_is_made_from_the_model(name: str) -> None:
    assert json.loads((FOLDER / name).read_bytes()) == json.loads(json.dumps(schemas()[name]))


def test_no_other_schema_is_published() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(schemas()) == set(ANSWERS)
    assert {f"{verb}.json" for verb in ROWS} < set(schemas())


@pytest.mark.parametrize("name", sorted(schemas()))
def test_an_answer_keeps_to_its_schema(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    plain = json.loads(json.dumps(ANSWERS[name]))
    assert plain.get("rows", plain.get("agents")), "there is something to hold against the schema"
    Draft202012Validator(schema).validate(plain)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_refuses_an_answer_that_lacks_a_field(name: str) -> None:
    plain = json.loads(json.dumps(ANSWERS[name]))
    rows = plain.get("rows", plain.get("agents"))
    rows[0].pop("id")
    with pytest.raises(ValidationError):
        Draft202012Validator(schemas()[name]).validate(plain)
