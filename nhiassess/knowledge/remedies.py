"""The file of a remedy becomes a value: which edges of an estate go, or get a gate, when objectives hold everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhiassess.formats.record import Record
from nhiassess.model.inventory import Gate, Location
from nhiassess.model.knowledge import EdgePattern, Remedy
from nhiassess.model.reach import TRIPLES

GATES = ("human_approval", "policy", "sandbox", "jit")
PLACES = ("agent_process", "tool_server", "gateway", "resource", "network")
_NO_OBJECTIVE = ("names no objective", "Name the objectives that hold where it is done, such as TOL-02.")
_NO_EDGES = ("is about no edges", "Add `edges: [{verbs: [invokes], target: {irreversible: [true]}}]`.")
_NO_VERB = ("names no verb", "Name at least one, such as invokes.")


def remedy(record: Record) -> Remedy:
    """Read one remedy."""
    gate = record.record("gate")
    found = Remedy(
        id=record.text("id"),
        title=record.text("title"),
        objectives=record.texts("objectives", none=_NO_OBJECTIVE),
        edges=tuple(_pattern(each) for each in record.records("edges", none=_NO_EDGES)),
        cannot_know=record.text("cannot_know"),
        gate=None if gate is None else _gate(gate),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _gate(record: Record) -> Gate:
    found = Gate(record.text("kind", among=GATES), record.text("enforced_at", among=PLACES))
    record.done()
    return found


def _pattern(record: Record) -> EdgePattern:
    found = EdgePattern(
        verbs=record.texts("verbs", among=sorted(TRIPLES), none=_NO_VERB),
        techniques=record.texts("techniques"),
        source=_fields(record.record("source")),
        target=_fields(record.record("target")),
    )
    record.done()
    return found


def _fields(record: Record | None) -> Mapping[str, tuple[Any, ...]]:
    if record is None:
        return {}
    return {name: tuple(stated) if isinstance(stated, list) else (stated,) for name, stated in record.whole().items()}
