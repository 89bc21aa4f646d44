"""Every table exists with all its columns, sets stand in side tables, and what is unknown is a row of its own."""

from __future__ import annotations

import pyarrow as pa
import pytest

from nhiassess.checks.tables import SCHEMAS, SIDE_TABLES, table, tables
from nhiassess.model.inventory import (
    TABLES,
    Agent,
    AuthorizationPolicy,
    Condition,
    Credential,
    Gate,
    Grant,
    Inventory,
    Link,
    Location,
    Tool,
    Trust,
)
from nhiassess.model.reach import Edge, Exposure, Hop, Path, Reach

EMPTY = tables(Inventory())


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_table_exists_when_nothing_was_observed(name: str) -> None:
    assert EMPTY[name].schema == pa.schema(list(SCHEMAS[name].items()))
    assert EMPTY[name].num_rows == (1 if name == "limits" else 0)


def test_there_is_a_table_for_each_kind_of_value() -> None:
    assert set(TABLES) <= set(EMPTY)
    assert set(EMPTY) == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_are_flat(name: str) -> None:
    assert all(kind in (pa.string(), pa.int64(), pa.bool_()) for kind in SCHEMAS[name].values())


def test_limits_are_one_row_with_null_for_what_nobody_set() -> None:
    rows = tables(Inventory(), limits={"rotation_days": 90, "as_of": "2026-11-13"})["limits"].to_pylist()
    assert len(rows) == 1
    assert rows[0]["rotation_days"] == 90
    assert rows[0]["unused_days"] is None


def test_a_value_is_a_row_with_its_first_place() -> None:
    agent = Agent("agent:a", owner="Head of platform", locations=(Location("b.json", 3, 1), Location("c.json", 9, 1)))
    row = tables(Inventory(agents=(agent,)))["agents"].to_pylist()[0]
    assert (row["id"], row["owner"], row["path"], row["line"]) == ("agent:a", "Head of platform", "b.json", 3)
    assert row["sandbox"] is None


def test_a_gate_is_columns_of_its_link_and_no_gate_is_null() -> None:
    links = (
        Link("l1", "agent:a", "invokes", "tool:t", Gate("human_approval", each_call=False)),
        Link("l2", "agent:a", "invokes", "tool:u"),
    )
    gated, free = tables(Inventory(links=links))["links"].to_pylist()
    assert (gated["gate"], gated["gate_each_call"], gated["gate_enforced_at"]) == (
        "human_approval",
        False,
        "agent_process",
    )
    assert free["gate"] is free["gate_each_call"] is None


def test_unknown_sets_are_rows_and_empty_sets_are_none() -> None:
    laid = tables(
        Inventory(
            tools=(Tool("tool:a"), Tool("tool:b", capabilities=(("network", "high"),))),
            credentials=(Credential("credential:a"), Credential("credential:b", scopes=())),
            authorization_policies=(AuthorizationPolicy("p:a"), AuthorizationPolicy("p:b", context=("task", "time"))),
        )
    )
    assert laid["tool_capabilities"].to_pylist() == [
        {"tool": "tool:a", "capability": "unknown", "confidence": "low"},
        {"tool": "tool:b", "capability": "network", "confidence": "high"},
    ]
    assert laid["credential_scopes"].to_pylist() == [{"credential": "credential:a", "scope": "unknown"}]
    assert [(row["policy"], row["context"]) for row in laid["policy_context"].to_pylist()] == [
        ("p:a", "unknown"),
        ("p:b", "task"),
        ("p:b", "time"),
    ]


def test_grants_are_laid_out_action_by_resource() -> None:
    condition = (Condition("StringEquals", "aws:PrincipalOrgID", ("o-example",)),)
    grants = (
        Grant("g:1", actions=("s3:Get*", "s3:Put*"), resources=("a", "b"), conditions=condition),
        Grant("g:2", not_actions=("iam:*",), resources=("*",), scope="boundary"),
        Grant("g:3", actions=("s3:*",), not_resources=("secret",)),
        Grant("g:4", actions=("s3:*",)),
        Grant("g:5"),
    )
    laid = tables(Inventory(grants=grants))
    rows = [
        (row["grant_id"], row["action"], row["resource"], row["negated"]) for row in laid["grant_actions"].to_pylist()
    ]
    assert rows == [
        *(("g:1", action, resource, False) for action in ("s3:Get*", "s3:Put*") for resource in ("a", "b")),
        ("g:2", "iam:*", "*", True),
        ("g:3", "s3:*", "*", False),  # all but one resource is no limit to that one
        ("g:4", "s3:*", None, False),
    ]
    flags = [(row["id"], row["conditional"], row["boundary"]) for row in laid["grants"].to_pylist()]
    assert flags[:2] == [("g:1", True, False), ("g:2", False, True)]


def test_results_are_tables_too() -> None:
    hop = Hop("agent:a", "invokes", "tool:t", "yes", "stated")
    laid = tables(
        Inventory(trusts=(Trust("t:1", conditions=(Condition("Bool", "k"),)),)),
        edges=[Edge("e", "agent:a", "invokes", "tool:t", "stated", gate=Gate("policy"))],
        reach=[Reach("agent:a", "resource:r", "behaviour", True, "yes", 2, "reads")],
        paths=[Path("p", "agent:a", "resource:r", "behaviour", True, "yes", (hop, hop))],
        exposure=[Exposure("agent:a", True, None, True, None)],
        attribution=[("agent:a", "tool:t")],
    )
    assert laid["edges"].to_pylist()[0]["gate"] == "policy"
    assert laid["reach"].to_pylist()[0]["access"] == "reads"
    assert laid["paths"].to_pylist()[0]["hops"] == 2
    assert laid["exposure"].to_pylist() == [
        {"agent": "agent:a", "untrusted": True, "private": None, "outbound": True, "legs": 2, "gated": None}
    ]
    assert laid["attribution"].to_pylist() == [{"agent": "agent:a", "subject": "tool:t"}]
    assert laid["trusts"].to_pylist()[0]["conditional"] is True


def test_the_fingerprints_of_secrets_are_in_no_table() -> None:
    laid = tables(Inventory(fingerprints=(("credential:a", "f1f2f3"),)))
    assert "fingerprints" not in laid
    assert all("f1f2f3" not in str(each.to_pylist()) for each in laid.values())


def test_a_row_lacks_what_it_does_not_give_and_may_not_give_more() -> None:
    assert table("telemetry", [{"id": "t"}]).to_pylist()[0]["retention_days"] is None
    with pytest.raises(KeyError, match="retention"):
        table("telemetry", [{"id": "t", "retention": 3}])
    with pytest.raises(KeyError):
        table("no_such_table", [])
    with pytest.raises(pa.ArrowInvalid):
        table("telemetry", [{"id": "t", "retention_days": "long"}])


def test_side_tables_are_named_apart_from_values() -> None:
    assert not set(SIDE_TABLES) & set(TABLES)
