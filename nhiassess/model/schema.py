"""JSON Schemas of the answers and of the whole assessment, made from the model; ``python -m`` writes them."""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from nhiassess.model import assessment as concluded
from nhiassess.model import difference, improvement, knowledge, reach, replay, request, rows
from nhiassess.model.inventory import TABLES, Inventory

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
# each verb that answers in rows of one kind of value
ROWS: dict[str, type] = {
    "escalations": reach.Escalation,
    "blast-radius": reach.BlastRadius,
    "paths": reach.Path,
    "chokepoints": reach.Chokepoint,
    "improvements": improvement.Improvement,
    "remedies": improvement.Improvement,
    "what-if": improvement.AgentEffect,
    "minimum-cut": improvement.Element,
    "drift": improvement.AgentDrift,
    "coverage": concluded.ControlCoverage,
    "frameworks-show": knowledge.Control,
    "frameworks-crosswalk": rows.CrosswalkRow,
    "frameworks-diff": difference.FrameworkChange,
    "replay-scenario": replay.Replay,
    "requests": request.Request,
}


def schemas() -> dict[str, Schema]:
    """Make the schema of every answer, by the name of its file.

    Examples
    --------
    >>> schemas()["coverage.json"]["properties"]["schema"]["const"]
    'nhiassess/coverage/1'
    """
    made = {f"{verb}.json": _answer(verb, kind) for verb, kind in ROWS.items()}
    kinds = typing.get_type_hints(Inventory)
    definitions: Schema = {}
    tables = {table: {"type": "array", "items": _of(typing.get_args(kinds[table])[0], definitions)} for table in TABLES}
    made["observe.json"] = {
        "$schema": DRAFT,
        "title": "nhiassess observe --format json",
        "type": "object",
        "properties": {"schema": {"const": "nhiassess/observe/1"}, **tables},
        "required": ["schema", *TABLES],
        "$defs": definitions,
    }
    return made


def _answer(verb: str, kind: type) -> Schema:
    definitions: Schema = {}
    row = _of(kind, definitions)
    if verb == "blast-radius":
        definitions["BlastRadius"]["properties"]["crown_jewels"] = {"type": "array", "items": _jewel(definitions)}
        definitions.pop("Path", None)
    more = _more(verb, definitions)
    if "Hop" in definitions:
        definitions["Hop"]["properties"]["gate"] = {"anyOf": [{"$ref": "#/$defs/HeldGate"}, {"type": "null"}]}
        held = {**definitions["Gate"]["properties"], "holds": {"type": "boolean"}}
        definitions["HeldGate"] = {"type": "object", "properties": held, "required": sorted(held)}
        if '"#/$defs/Gate"' not in json.dumps(definitions):  # a gate may stand by itself, too
            definitions.pop("Gate")
    return {
        "$schema": DRAFT,
        "title": f"nhiassess {verb.replace('frameworks-', 'frameworks ')} --format json",
        "type": "object",
        "properties": {"schema": {"const": f"nhiassess/{verb}/1"}, "rows": {"type": "array", "items": row}, **more},
        "required": ["schema", "rows"],
        "$defs": dict(sorted(definitions.items())),
    }


def _more(verb: str, definitions: Schema) -> Schema:
    """Give what stands beside the rows of a verb."""
    if verb == "frameworks-show":  # one control has the rows that reach it beside it
        return {"mappings": {"type": "array", "items": _of(rows.CrosswalkRow, definitions)}}
    if verb == "requests":  # what is open in all, and what no request settles
        counts = ("determinations", "determinations_left", "edges", "edges_left")
        left = {"checks": {"type": "object"}, "skipped": {"type": "array"}}
        return {
            "open": {"type": "object", "properties": {each: {"type": "integer"} for each in counts}},
            "left": {"type": "object", "properties": left},
        }
    if verb == "what-if":  # all agents together
        hints = {**typing.get_type_hints(improvement.Effect), "supposed": tuple[str, ...]}
        return {name: _of(hints[name], definitions) for name in ("before", "after", "cost", "supposed")}
    if verb == "drift":
        hints = typing.get_type_hints(improvement.Drift)
        return {name: _of(hint, definitions) for name, hint in hints.items() if name != "agents"}
    if verb == "minimum-cut":
        hints = typing.get_type_hints(improvement.Cut)
        return {name: _of(hints[name], definitions) for name in ("jewels_before", "jewels_after", "cost", "open")}
    return {}


def _jewel(definitions: Schema) -> Schema:
    fields_ = {
        "id": {"type": "string"},
        "verdict": {"type": "string"},
        "hops": {"type": "integer"},
        "path": {"type": "array", "items": _of(reach.Hop, definitions)},
    }
    return {"type": "object", "properties": fields_, "required": list(fields_)}


def _of(hint: Any, definitions: Schema) -> Schema:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of(argument, definitions) for argument in arguments]}
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "array", "items": _of(arguments[0], definitions)}
        return {"type": "array", "prefixItems": [_of(argument, definitions) for argument in arguments]}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            hints = typing.get_type_hints(hint)
            named = {f.name: _of(hints[f.name], definitions) for f in fields(hint)}
            if isinstance(getattr(hint, "id", None), property):
                named = {"id": {"type": "string"}, **named}
            kind = {"type": "object", "description": (hint.__doc__ or "").split("\n")[0]}
            definitions[hint.__name__] = {**kind, "properties": named, "required": list(named)}
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object"}
    names = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
    return {"type": names[hint]} if hint in names else {}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
