"""Tools of agents in n8n: what each can do, and what comes after an agent."""

from __future__ import annotations

import pytest

from tests.observing import by_id, ids, triples
from tests.sources.test_n8n import AGENT, BASE, KEY, LC, PATH, node, one


def test_a_review_node_asks_before_each_call() -> None:
    found = one(
        AGENT,
        node("Ask", BASE + "slackHitlTool", credentials={"slackApi": {"id": "s", "name": "bot"}}),
        node("Drop", BASE + "postgresTool", {"operation": "deleteTable"}),
        node("Other", LC + "agentTool", {"toolDescription": "pays bills"}),
        ends=(("Drop", "ai_tool", "Ask"), ("Other", "ai_tool", "Ask"), ("Ask", "ai_tool", "Desk")),
    )
    (tool,) = found.tools
    assert (tool.name, tool.approval, tool.irreversible) == ("Drop", "each_call", True)
    gates = {each.verb: each.gate and each.gate.kind for each in found.links}
    assert gates == {"holds": None, "invokes": "human_approval", "delegates_to": "human_approval"}
    assert by_id(found.agents, f"agent:n8n/{KEY}/Other").purpose == "pays bills"


def test_http_tools_by_method_and_address() -> None:
    kind = LC + "toolHttpRequest"
    found = one(
        AGENT,
        node("Read", kind, {"url": "https://docs.example/page"}),
        node("Ask", kind, {"url": "https://api.example/v1", "placeholderDefinitions": {"values": []}}),
        node("Drop", BASE + "httpRequestTool", {"url": "https://api.example/v1", "method": "DELETE"}),
        node("Open", BASE + "httpRequestTool", {"url": "={{ $fromAI('url') }}"}),
        node("Made", BASE + "httpRequestTool", {"url": "={{ $json.url }}"}),
        ends=tuple((name, "ai_tool", "Desk") for name in ("Read", "Ask", "Drop", "Open", "Made")),
    )
    told = {each.name: (each.sends_out, each.irreversible, each.sees_untrusted) for each in found.tools}
    assert told == {
        "Read": (False, None, None),
        "Ask": (True, None, None),
        "Drop": (True, True, None),
        "Open": (True, False, True),
        "Made": (None, None, None),
    }
    assert {link.source.rsplit("/", 1)[1] for link in found.links if link.verb == "sends_to"} == {"Ask", "Drop"}
    assert ids(found.destinations) == ["destination:api.example"]


def test_what_a_node_after_an_agent_does_with_its_answer() -> None:
    ask = {"operation": "sendAndWait", "message": "={{ $json.draft }}"}
    call = {"url": "=https://api.example/v1{{ $json.output.path }}", "method": "=DELETE"}
    send = {"toEmail": "={{ $('Edit').item.json.to }}"}
    found = one(
        AGENT,
        node("Edit", BASE + "set"),
        node("Call", BASE + "httpRequest", {**call, "options": {"allowUnauthorizedCerts": True}}),
        node("Look", BASE + "httpRequest", {"url": "https://api.example/v1"}),
        node("Rows", BASE + "postgres", {"operation": "executeQuery", "query": "={{ $json.output }}"}),
        node("Tell", BASE + "slack", {"text": "done"}),
        node("Ask", BASE + "gmail", ask),
        node("Post", BASE + "emailSend", send),
        node("If", BASE + "if"),
        node("Mail", BASE + "emailSend", send, credentials={"smtp": {"id": "s", "name": "post"}}),
        node("Next", LC + "agent"),
        node("Late", BASE + "telegram", {"text": "={{ $json.output }}"}),
        node("Off", BASE + "telegram", {"text": "={{ $json.output }}"}, disabled=True),
        ends=(
            *(("Edit", "main", each) for each in ("Call", "Look", "Rows", "Tell", "Ask", "Next", "Off")),
            *(("Desk", "main", "Edit"), ("Ask", "main", "If"), ("Ask", "main", "Post"), ("If", "main", "Mail")),
            ("Call", "main", "Late"),
        ),
    )
    assert {each.name: (each.approval, each.sends_out, each.irreversible) for each in found.tools} == {
        "Call": ("never", True, True),
        "Rows": ("never", None, True),
        "Post": ("unknown", True, None),
        "Mail": ("each_call", True, None),
    }
    desk = f"{KEY}/Desk"
    invoked = {each.target: (each.gate is not None, each.reason) for each in found.links if each.verb == "invokes"}
    assert invoked[f"tool:n8n/{desk}/Mail"] == (True, "the workflow does in Mail what the agent's answer says")
    assert (f"tool:n8n/{desk}/Mail", "holds", f"credential:{PATH}#nodes.9.credentials.smtp") in triples(found)
    assert (f"tool:n8n/{desk}/Call", "sends_to", "destination:api.example") in triples(found)
    assert "nodes.2.parameters.options.allowUnauthorizedCerts" in {each.key for each in found.settings}


@pytest.mark.parametrize(
    ("query", "irreversible"),
    [
        ("={{ $fromAI('query') }}", True),
        ("{{ $fromAI('query', 'any SQL') }};", True),
        ("=SELECT * FROM t WHERE id = {{ $fromAI('id') }}", None),
        ("={{ $json.query }}", None),
    ],
)
def test_sql_that_an_agent_writes_whole(query: str, irreversible: bool | None) -> None:
    tool = node("Sql", BASE + "postgresTool", {"operation": "executeQuery", "query": query})
    found = one(AGENT, tool, ends=(("Sql", "ai_tool", "Desk"),))
    assert [each.irreversible for each in found.tools] == [irreversible]


def test_tool_servers() -> None:
    found = one(
        AGENT,
        node("Docs", LC + "mcpClientTool", {"endpointUrl": "https://mcp.example/mcp", "authentication": "bearerAuth"}),
        node(
            "Open",
            LC + "mcpClientTool",
            {"sseEndpoint": "http://mcp.example/sse", "include": "selected", "includeTools": ["a"]},
        ),
        node("Late", LC + "mcpClientTool", {"endpointUrl": "={{ $json.url }}"}),
        node("Serve", LC + "mcpTrigger", {"path": "tools"}),
        node("Calc", LC + "toolCalculator"),
        ends=(
            ("Docs", "ai_tool", "Desk"),
            ("Open", "ai_tool", "Desk"),
            ("Late", "ai_tool", "Desk"),
            ("Calc", "ai_tool", "Serve"),
        ),
    )
    assert {each.name: (each.transport, each.url, each.auth) for each in found.tool_servers} == {
        "Docs": ("http", "https://mcp.example/mcp", "bearer"),
        "Open": ("sse", "http://mcp.example/sse", "none"),
        "Late": (None, None, "unknown"),
        "Serve": ("http", None, "none"),
    }
    assert {each.id.split("#desk/")[1]: each.capabilities for each in found.tools} == {
        "Docs/*": None,
        "Open/a": None,
        "Late/*": None,
        "Serve/Calc": (),
    }
    assert [each.construct for each in found.skipped] == ["tool server"]
    assert len(ids(found.agents)) == 1


def test_a_tool_that_calls_a_workflow() -> None:
    found = one(
        AGENT,
        node("Own", LC + "toolWorkflow", {"workflowId": {"__rl": True, "value": "={{ $workflow.id }}"}}),
        node("Other", LC + "toolWorkflow", {"workflowId": {"value": "w7", "cachedResultName": "Refunds"}}),
        node("In", BASE + "executeWorkflowTrigger"),
        node("Rows", BASE + "mySql", {"operation": "select"}, credentials={"mySql": {"id": "d", "name": "db"}}),
        ends=(("Own", "ai_tool", "Desk"), ("Other", "ai_tool", "Desk"), ("In", "main", "Rows")),
    )
    assert {each.name: each.capabilities for each in found.tools} == {
        "Own": (("queries_database", "high"),),
        "Other": (("unknown", "low"),),
    }
    assert (f"tool:n8n/{KEY}/Desk/Own", "holds", f"credential:{PATH}#nodes.4.credentials.mySql") in triples(found)
    assert "Refunds" in found.skipped[0].reason
