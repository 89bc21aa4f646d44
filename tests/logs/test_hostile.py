"""Any value may stand anywhere in a record: nothing fails, and both ways to look at a record tell the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from nhiassess.formats.format import Node
from nhiassess.formats.glance import Glance
from nhiassess.formats.reading import read
from nhiassess.logs.log import Log, moment
from tests.logs.following import LOGS, kinds
from tests.logs.test_kinds import event, request
from tests.logs.test_opentelemetry import BATCH

RECORDS: list[dict[str, Any]] = [
    event("bedrock", "InvokeAgent", errorCode="AccessDenied", resources=[{"ARN": "arn:aws:s3:::b/c"}],
          requestParameters={"agentId": "A", "body": {"method": "tools/call", "params": {"name": "x"}}}),
    request("get", {"resource": "pods", "name": "p"}, impersonatedUser={"username": "ada"}),
    {"action": "repo.create", "actor": "a[bot]", "actor_is_bot": True, "org": "o", "repo": "o/r", "created_at": 1},
    {"time": 1, "server": {"name": "s"}, "msg": {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "n"}}},
    BATCH,
    {"attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"}, "startTime": [1770131992, 1]},
]  # fmt: skip
ODD: list[Any] = [None, True, 7, -1.5e300, 10**30, "", "x" * 3000, "\x00\ud800", [], [[[]]], {}, {"a": []}, ["x"], [7],
                  {"arn": 7}, "arn:::::", "9" * 40, [None, {"key": 1, "value": 2}]]  # fmt: skip


def changed(value: Any, odd: Any) -> Iterator[Any]:
    """Give copies of a value with one part of it, each in turn, made odd."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for new in (odd, *changed(part, odd)):
            copied = copy.copy(value)
            copied[key] = new
            yield copied


@pytest.mark.parametrize("log", LOGS, ids=lambda log: str(log.name))
def test_any_shape(log: Log) -> None:
    for record in (*RECORDS, *ODD):
        for odd in ODD:
            for each in (record, *changed(record, odd)):
                found = list(log.actions(Glance(each)))
                assert all(isinstance(fact, str) or fact is None for action in found for fact in action.facts)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: str(log.name))
def test_a_glance_tells_what_a_node_tells(log: Log) -> None:
    for record in RECORDS:
        for odd in (7, [], {}, "word"):
            for each in changed(record, odd):
                node = read("x.json", json.dumps(each).encode(), key=b"k").root
                assert list(log.actions(Glance(each))) == list(log.actions(node))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.json", '{"name": "x", "version": "1.0"}'),
        ("x.yaml", "apiVersion: v1\nkind: Event\n"),
        ("x.json", '{"kind": "Event", "apiVersion": "v1", "action": "Binding"}'),
        ("x.json", '{"Statement": [{"Action": "s3:GetObject"}]}'),
        (".mcp.json", '{"mcpServers": {"x": {"command": "tools/call"}}}'),
        ("x.json", '{"jsonrpc": "2.0", "method": "textDocument/didOpen"}'),
        ("x.yml", "on: push\naction: repo.create\n"),
    ],
)
def test_other_files_are_no_logs(path: str, text: str) -> None:
    assert kinds(path, text.encode()) == []


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-11-05T06:00:12Z", "2026-11-05T06:00:12Z"),
        ("2026-11-05T06:00:12.123456789Z", "2026-11-05T06:00:12Z"),
        ("2026-11-05 06:00:12+02:00", "2026-11-05T04:00:12Z"),
        ("2026-11-05T06:00:12", "2026-11-05T06:00:12Z"),
        ("2026-11-05", "2026-11-05T00:00:00Z"),
        ("1770131992", "2026-02-03T15:19:52Z"),
        ("1770131992242000000", "2026-02-03T15:19:52Z"),
        (1770131992.25, "2026-02-03T15:19:52Z"),
        (1770131992242000, "2026-02-03T15:19:52Z"),
        ("2026-13-05T06:00:12Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("password=hunter2", None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
    ],
)
def test_times(value: Any, time: str | None) -> None:
    assert moment(Node(value)) == time
