"""Spans of agents, under the names of four conventions and in the shapes of three writers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.logs.following import facts, followed

TIME = "2026-02-03T15:19:52Z"


def attributes(**named: str) -> list[dict[str, Any]]:
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in named.items()]


def span(id: str, parent: str = "", **named: str) -> dict[str, Any]:
    return {"traceId": "t1", "spanId": id, "parentSpanId": parent, "name": "x", "attributes": attributes(**named),
            "startTimeUnixNano": "1770131992242000000"}  # fmt: skip


BATCH = {
    "resourceSpans": [{
        "resource": {"attributes": attributes(service__name="claims")},
        "scopeSpans": [{"scope": {"name": "s"}, "spans": [
            span("3", "2", gen_ai__operation__name="execute_tool", gen_ai__tool__name="pay"),
            span("2", "1", gen_ai__operation__name="chat", gen_ai__provider__name="openai",
                 gen_ai__request__model="gpt-x"),
            span("1", gen_ai__operation__name="invoke_agent", gen_ai__agent__name="triage",
                 gen_ai__conversation__id="c7"),
            span("4", "9", gen_ai__operation__name="execute_tool", gen_ai__tool__name="pay"),
            span("5", http__method="GET"),
        ]}],
    }]
}  # fmt: skip
TRIAGE = "agent:opentelemetry/claims/triage"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_batch_in_otlp(indent: int | None) -> None:
    found = followed(json.dumps(BATCH, indent=indent), "traces.json")
    assert [facts(each)[1:5] for each in found.activity] == [
        (TRIAGE, "tool:opentelemetry/claims/triage/pay", "execute_tool", None),
        (TRIAGE, None, "chat", "resource:openai/gpt-x"),
        (TRIAGE, None, "invoke_agent", None),
        ("agent:opentelemetry/claims/claims", "tool:opentelemetry/claims/claims/pay", "execute_tool", None),
    ]
    assert [each.task for each in found.activity] == ["t1", "t1", "c7", "t1"]
    assert {each.time for each in found.activity} == {TIME}
    assert [(each.agent, each.tool_calls, each.data_access) for each in found.telemetry] == [
        (TRIAGE, True, None), ("agent:opentelemetry/claims/claims", True, None),
    ]  # fmt: skip
    assert [(each.name, each.last_used) for each in found.agents] == [("triage", TIME), ("claims", TIME)]


def test_batches_line_by_line() -> None:
    found = followed([BATCH, BATCH], "traces.jsonl")
    assert [each.times for each in found.activity] == [2, 2, 2, 2]
    assert [each.locations[0].line for each in found.activity] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"openinference.span.kind": "TOOL", "tool.name": "search"}, ("execute_tool", "search")),
        ({"openinference.span.kind": "AGENT", "agent.name": "a"}, ("invoke_agent", None)),
        ({"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.provider": "p"}, ("chat", None)),
        ({"openinference.span.kind": "RETRIEVER"}, ("retrieval", None)),
        ({"openinference.span.kind": "CHAIN"}, None),
        ({"traceloop.span.kind": "tool", "traceloop.entity.name": "search"}, ("execute_tool", "search")),
        ({"traceloop.span.kind": "agent", "traceloop.entity.name": "a"}, ("invoke_agent", None)),
        ({"traceloop.span.kind": "task", "traceloop.entity.name": "a"}, None),
        ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "search"}, ("execute_tool", "search")),
        ({"ai.operationId": "ai.generateText"}, None),
        ({"mcp.method.name": "tools/call", "gen_ai.tool.name": "search"}, ("execute_tool", "search")),
        ({"gen_ai.system": "openai"}, None),
    ],
)
def test_names_of_other_conventions(named: dict[str, str], expected: tuple[str, str | None] | None) -> None:
    for record in (
        {"name": "x", "context": {"trace_id": "0x1"}, "start_time": "2026-02-03T15:19:52.242000Z", "attributes": named,
         "events": [], "resource": {"attributes": {"service.name": "svc"}}},
        {"Name": "x", "SpanContext": {"TraceID": "1"}, "StartTime": "2026-02-03T15:19:52.242000123Z",
         "Attributes": [{"Key": key, "Value": {"Type": "STRING", "Value": value}} for key, value in named.items()],
         "Events": None, "Resource": []},
        {"name": "x", "spanContext": {"traceId": "1"}, "startTime": [1770131992, 242000000], "attributes": named},
    ):  # fmt: skip
        found = followed(json.dumps(record, indent=1), "spans.json").activity
        told = [(each.action, each.tool and each.tool.rsplit("/", 1)[-1]) for each in found]
        assert told == ([expected] if expected else [])
        assert not found or found[0].time == TIME


def test_retrieval_shows_access_to_data() -> None:
    found = followed([{"attributes": {"gen_ai.operation.name": "retrieval", "gen_ai.agent.name": "a",
                                      "gen_ai.data_source.id": "kb 1"}}])  # fmt: skip
    assert found.activity[0].resource == "resource:data_source/kb%201"
    assert [(each.tool_calls, each.data_access) for each in found.telemetry] == [(None, True)]


def test_parents_that_run_in_a_circle_end() -> None:
    spans = [span("1", "2", gen_ai__operation__name="execute_tool"), span("2", "1", gen_ai__operation__name="chat")]
    batch = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    assert [each.agent for each in followed([batch]).activity] == [None, None]
