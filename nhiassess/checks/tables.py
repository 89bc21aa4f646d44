"""Inventory and results as flat tables: every table exists, with all its columns, when it is empty."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from nhiassess.model import inventory as model
from nhiassess.model.inventory import TABLES, Inventory
from nhiassess.model.reach import Edge, Escalation, Exposure, Path, Reach

Columns = Mapping[str, pa.DataType]
Rows = Iterable[Mapping[str, Any]]

MOST = 10**14  # three million years in seconds; as many days in seconds still fit a column
TEXT, WHOLE, TRUTH = pa.string(), pa.int64(), pa.bool_()
_ARROW = {str: TEXT, int: WHOLE, bool: TRUTH}
_GATE = {"gate": TEXT, "gate_enforced_at": TEXT, "gate_controlled_by": TEXT, "gate_each_call": TRUTH}
_PLACE = {"path": TEXT, "line": WHOLE}

# sets of values as rows of their own; an unknown set is one row "unknown"
SIDE_TABLES: dict[str, Columns] = {
    "tool_capabilities": {"tool": TEXT, "capability": TEXT, "confidence": TEXT},
    "grant_actions": {"grant_id": TEXT, "action": TEXT, "resource": TEXT, "negated": TRUTH},
    "credential_scopes": {"credential": TEXT, "scope": TEXT},
    "policy_context": {"policy": TEXT, "context": TEXT},
    "attribution": {"agent": TEXT, "subject": TEXT},
}
RESULT_TABLES: dict[str, Columns] = {
    "edges": {
        "id": TEXT,
        "source": TEXT,
        "verb": TEXT,
        "target": TEXT,
        "reason": TEXT,
        "verdict": TEXT,
        **_GATE,
        "technique": TEXT,
        "via": TEXT,
        **_PLACE,
    },
    "reach": {
        "agent": TEXT,
        "resource": TEXT,
        "threat_model": TEXT,
        "gated": TRUTH,
        "verdict": TEXT,
        "hops": WHOLE,
        "access": TEXT,
    },
    "paths": {
        "id": TEXT,
        "agent": TEXT,
        "target": TEXT,
        "threat_model": TEXT,
        "gated": TRUTH,
        "verdict": TEXT,
        "hops": WHOLE,
    },
    "exposure": {
        "agent": TEXT,
        "untrusted": TRUTH,
        "private": TRUTH,
        "outbound": TRUTH,
        "legs": WHOLE,
        "gated": TRUTH,
    },
    "escalations": {"identity": TEXT, "verdict": TEXT, "via": TEXT, "already": TRUTH},
}
LIMITS: Columns = {
    "max_credential_lifetime_seconds": WHOLE,
    "rotation_days": WHOLE,
    "unused_days": WHOLE,
    "log_retention_days": WHOLE,
    "review_days": WHOLE,
    "blast_radius_limit_tier_1": WHOLE,
    "blast_radius_limit_tier_2": WHOLE,
    "blast_radius_limit_tier_3": WHOLE,
    "as_of": TEXT,
}
# columns of a value that are no scalar, and stand in a side table or under other names
_ELSEWHERE = frozenset(
    {"locations", "capabilities", "scopes", "context", "conditions", "gate", "claims", "sources", "tags"}
    | {"actions", "not_actions", "resources", "not_resources"}
)


def _columns(kind: type) -> Columns:
    columns: dict[str, pa.DataType] = {}
    for field in fields(kind):
        if field.name not in _ELSEWHERE:
            columns[field.name] = _ARROW[_scalar(typing.get_type_hints(kind)[field.name])]
        elif field.name == "gate":
            columns |= _GATE
    if kind in (model.Grant, model.Trust):
        columns["conditional"] = TRUTH
    if kind is model.Grant:
        columns["boundary"] = TRUTH
    return {**columns, **_PLACE}


def _scalar(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    return typing.cast(type, hint)


def _value_kind(table: str) -> type:
    return typing.cast(type, typing.get_args(typing.get_type_hints(Inventory)[table])[0])


SCHEMAS: dict[str, Columns] = {
    **{table: _columns(_value_kind(table)) for table in TABLES},
    **SIDE_TABLES,
    **RESULT_TABLES,
    "limits": LIMITS,
}


def tables(
    inventory: Inventory,
    *,
    edges: Sequence[Edge] = (),
    reach: Sequence[Reach] = (),
    paths: Sequence[Path] = (),
    exposure: Sequence[Exposure] = (),
    escalations: Sequence[Escalation] = (),
    attribution: Iterable[tuple[str, str]] = (),
    limits: Mapping[str, int | str | None] | None = None,
) -> dict[str, pa.Table]:
    """Lay out everything that was observed and computed as tables.

    Parameters
    ----------
    inventory:
        What was observed.
    edges, reach, paths, exposure, escalations:
        What the graph answered.
    attribution:
        Pairs of agent id and the id of a subject that the agent uses directly.
    limits:
        The one row of the table ``limits``; what is absent is NULL.

    Returns
    -------
    dict of str to pyarrow.Table
        One for each name of ``SCHEMAS``; NULL means not observed.

    Examples
    --------
    >>> tables(Inventory())["agents"].num_rows
    0
    """
    rows: dict[str, Rows] = {each: map(_flat, getattr(inventory, each)) for each in TABLES}
    rows["tool_capabilities"] = (
        {"tool": tool.id, "capability": capability, "confidence": confidence}
        for tool in inventory.tools
        for capability, confidence in ((("unknown", "low"),) if tool.capabilities is None else tool.capabilities)
    )
    rows["grant_actions"] = _grant_actions(inventory)
    rows["credential_scopes"] = (
        {"credential": each.id, "scope": scope}
        for each in inventory.credentials
        for scope in (("unknown",) if each.scopes is None else each.scopes)
    )
    rows["policy_context"] = (
        {"policy": each.id, "context": context}
        for each in inventory.authorization_policies
        for context in (("unknown",) if each.context is None else each.context)
    )
    rows["attribution"] = ({"agent": agent, "subject": subject} for agent, subject in attribution)
    rows["edges"] = map(_flat, edges)
    rows["reach"] = map(_flat, reach)
    rows["paths"] = ({**_flat(path), "hops": len(path.hops)} for path in paths)
    rows["exposure"] = ({**_flat(each), "legs": each.legs} for each in exposure)
    rows["escalations"] = map(_flat, escalations)
    rows["limits"] = [dict(limits or {})]
    return {
        name: table(name, ({column: row.get(column) for column in SCHEMAS[name]} for row in rows[name]))
        for name in SCHEMAS
    }


def table(name: str, rows: Rows) -> pa.Table:
    """Build one table from rows by its declared schema; what a row lacks is NULL, what it has too much is refused.

    Raises
    ------
    KeyError
        When a row names a column that the table does not have.
    """
    schema = SCHEMAS[name]
    listed = list(rows)
    if surplus := sorted({column for row in listed for column in row} - set(schema)):
        raise KeyError(f"{name} has no column {', '.join(surplus)}")
    columns = {column: [row.get(column) for row in listed] for column in schema}
    return pa.table(
        {column: _column(values, schema[column]) for column, values in columns.items()},
        schema=pa.schema(list(schema.items())),
    )


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Build one column; a number beyond all sense stays the largest there is, with which checks can still reckon."""
    if pa.types.is_integer(kind):
        values = [max(-MOST, min(MOST, each)) if isinstance(each, int) else each for each in values]
    return pa.array(values, kind)


def _flat(value: Any) -> dict[str, Any]:
    row = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in _ELSEWHERE}
    if (gate := getattr(value, "gate", None)) is not None:
        row |= {"gate": gate.kind, "gate_enforced_at": gate.enforced_at}
        row |= {"gate_controlled_by": gate.controlled_by, "gate_each_call": gate.each_call}
    if isinstance(value, model.Grant | model.Trust):
        row["conditional"] = value.conditional
    if isinstance(value, model.Grant):
        row["boundary"] = value.scope == "boundary"
    if places := getattr(value, "locations", ()):
        row |= {"path": places[0].path, "line": places[0].line}
    return row


def _grant_actions(inventory: Inventory) -> Iterable[Mapping[str, Any]]:
    for grant in inventory.grants:
        for negated, actions in ((False, grant.actions), (True, grant.not_actions)):
            for action in actions:
                # all but some resources is every resource that matters here
                for resource in grant.resources or (("*",) if grant.not_resources else (None,)):
                    yield {"grant_id": grant.id, "action": action, "resource": resource, "negated": negated}
