"""OpenTelemetry spans of agents: which tool or model an agent called, under the names of four conventions.

Attributes after the semantic conventions for generative AI (``gen_ai.*``, ``mcp.*``), OpenInference, Traceloop and the
AI SDK (``ai.*``); spans as OTLP writes them in JSON, as SDKs print them, or as bare attributes. A span that tells of
none of these operations is left alone. A tool span rarely names its agent: then the nearest span above it in the same
record does, and else the service that it was recorded in. The agent's platform is not in a span, so it is
``opentelemetry``, and its folder is the service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nhiassess.formats.format import EMPTY, Node
from nhiassess.logs.log import DATA_ACCESS, TOOL_CALLS, Action, moment, text, word
from nhiassess.model.ids import quote

_SIGN = re.compile(
    r'"resource_?[sS]pans"|"(?:gen_ai\.(?:operation|agent|tool|system|provider|request|prompt)|openinference\.span\.kind'
    r"|traceloop\.span\.kind|ai\.operationId|ai\.toolCall|mcp\.method)"
)
# the first of these attributes that a span has tells the operation, in the words of the second column
_OPERATIONS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("gen_ai.operation.name", {}),
    ("mcp.method.name", {"tools/call": "execute_tool", "resources/read": "retrieval"}),
    ("openinference.span.kind", {
        "AGENT": "invoke_agent", "TOOL": "execute_tool", "LLM": "chat", "EMBEDDING": "embeddings",
        "RETRIEVER": "retrieval",
    }),
    ("traceloop.span.kind", {"agent": "invoke_agent", "tool": "execute_tool"}),
    ("ai.operationId", {
        "ai.toolCall": "execute_tool", "ai.generateText.doGenerate": "chat", "ai.streamText.doStream": "chat",
        "ai.generateObject.doGenerate": "chat", "ai.streamObject.doStream": "chat",
        "ai.embed.doEmbed": "embeddings", "ai.embedMany.doEmbed": "embeddings",
    }),
)  # fmt: skip
_AGENTS = ("gen_ai.agent.name", "gen_ai.agent.id", "agent.name")
_TOOLS = ("gen_ai.tool.name", "tool.name", "ai.toolCall.name")
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "ai.model.id")
_MAKERS = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "ai.model.provider")
_SOURCES = ("gen_ai.data_source.id", "mcp.resource.uri")
_TASKS = (
    "gen_ai.conversation.id", "session.id", "mcp.session.id", "traceloop.association.properties.session_id",
)  # fmt: skip
_ENTITY = "traceloop.entity.name"
_WANTED = frozenset(
    {*(name for name, _ in _OPERATIONS), *_AGENTS, *_TOOLS, *_MODELS, *_MAKERS, *_SOURCES, *_TASKS, _ENTITY}
    | {"service.name", "ai.telemetry.functionId"}
)
_MODEL_CALLS = frozenset({"chat", "text_completion", "generate_content", "embeddings"})
# spans above a tool's that are looked at for its agent
_MAX_ABOVE = 20

Attributes = Mapping[str, str]


class _Span(NamedTuple):
    node: Node
    attributes: Attributes
    service: str | None


class OpenTelemetry:
    """Spans of generative AI."""

    name = "opentelemetry"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise OTLP in JSON, and attributes of the conventions."""
        return bool(_SIGN.search(head))

    def actions(self, record: Node) -> Iterator[Action]:
        """Give what each span tells of; a record may be one span or a batch of them."""
        spans = list(_spans(record))
        above = _named_agents(spans) if len(spans) > 1 else {}
        for span in spans:
            operation = _operation(span.attributes)
            if operation is not None:
                yield _action(span, operation, above)


def _spans(record: Node) -> Iterator[_Span]:
    batches = record.get("resourceSpans") or record.get("resource_spans")
    if batches is None and (record.get("scopeSpans") or record.get("scope_spans")) is None:
        attributes = record.get("attributes") or record.get("Attributes")
        service = _attributes(_resource_attributes(record)).get("service.name")
        yield _Span(record, _attributes(attributes or record), service)
        return
    for batch in (record,) if batches is None else batches.elements():
        service = _attributes(_resource_attributes(batch)).get("service.name")
        scopes = batch.get("scopeSpans") or batch.get("scope_spans") or EMPTY
        for scope in scopes.elements():
            for span in (scope.get("spans") or EMPTY).elements():
                yield _Span(span, _attributes(span.get("attributes") or EMPTY), service)


def _resource_attributes(node: Node) -> Node:
    resource = node.get("resource") or EMPTY
    return resource.get("attributes") or resource


def _attributes(node: Node) -> Attributes:
    """Give the attributes that matter, from a mapping or from a list of keys with typed values."""
    found: dict[str, str] = {}
    if node.is_mapping:
        for name in _WANTED:
            if (value := word(node, name)) is not None:
                found[name] = value
        return found
    for each in node.elements():
        key = text(each, "key") or text(each, "Key") or ""
        if key in _WANTED:
            typed = each.get("value") or each.get("Value") or EMPTY
            value = text(typed, "stringValue") or word(typed, "intValue") or text(typed, "Value") or text(typed)
            if value is not None:
                found[key] = value
    return found


def _operation(attributes: Attributes) -> str | None:
    for name, words in _OPERATIONS:
        stated = attributes.get(name)
        if stated is not None:
            operation = words.get(stated) if words else stated
            if operation is not None:
                return operation
    return None


def _first(attributes: Attributes, names: Sequence[str]) -> str | None:
    return next((attributes[name] for name in names if name in attributes), None)


def _own_agent(attributes: Attributes, operation: str | None) -> str | None:
    named = _first(attributes, _AGENTS)
    if named is None and operation == "invoke_agent":
        return attributes.get(_ENTITY)
    return named


def _named_agents(spans: Sequence[_Span]) -> dict[str, tuple[str | None, str | None]]:
    """Give the parent and the agent of each span of a batch, by its id."""
    found = {}
    for span in spans:
        id = text(span.node, "spanId") or text(span.node, "span_id")
        if id is not None:
            parent = text(span.node, "parentSpanId") or text(span.node, "parent_span_id")
            found[id] = (parent, _own_agent(span.attributes, _operation(span.attributes)))
    return found


def _agent_above(span: _Span, above: Mapping[str, tuple[str | None, str | None]]) -> str | None:
    parent = text(span.node, "parentSpanId") or text(span.node, "parent_span_id")
    for _ in range(_MAX_ABOVE):
        if parent is None or parent not in above:
            return None
        parent, agent = above[parent]
        if agent is not None:
            return agent
    return None


def _action(span: _Span, operation: str, above: Mapping[str, tuple[str | None, str | None]]) -> Action:
    attributes = span.attributes
    service = span.service if span.service and not span.service.startswith("unknown_service") else None
    name = _own_agent(attributes, operation) or _agent_above(span, above)
    if name is None and operation in ("execute_tool", "invoke_agent"):
        name = attributes.get("ai.telemetry.functionId") or service
    agent = None if name is None else f"opentelemetry/{quote(service or '-')}/{quote(name)}"
    tool = None
    if operation == "execute_tool":
        called = _first(attributes, _TOOLS) or attributes.get(_ENTITY)
        tool = f"tool:{agent or 'opentelemetry/-/-'}/{quote(called)}" if called else None
    shows = ((TOOL_CALLS,) if tool else ()) + ((DATA_ACCESS,) if operation == "retrieval" else ())
    return Action(
        None,
        agent and f"agent:{agent}",
        tool,
        operation,
        _resource(attributes, operation),
        None,
        _first(attributes, _TASKS) or _trace(span.node),
        _time(span.node),
        shows,
    )


def _resource(attributes: Attributes, operation: str) -> str | None:
    if source := _first(attributes, _SOURCES):
        return f"resource:data_source/{quote(source)}"
    model = _first(attributes, _MODELS) if operation in _MODEL_CALLS else None
    if model is None:
        return None
    # the AI SDK adds the interface that it calls, as in `openai.responses`
    maker = (_first(attributes, _MAKERS) or "-").partition(".")[0]
    return f"resource:{quote(maker)}/{quote(model)}"


def _trace(span: Node) -> str | None:
    for path in (("traceId",), ("trace_id",), ("context", "trace_id"), ("spanContext", "traceId"),
                 ("SpanContext", "TraceID")):  # fmt: skip
        if found := text(span, *path):
            return found
    return None


def _time(span: Node) -> str | None:
    for name in ("startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime", "StartTime"):
        if (found := span.get(name)) is not None:
            return moment(found)
    return None


LOG = OpenTelemetry()
