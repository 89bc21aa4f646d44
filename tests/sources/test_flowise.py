"""Flowise: agents of chatflows and agent flows, their tools, servers and credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.builders.flowise import SOURCE
from tests.observing import SHARED, by_id, file, folder, observe, place, triples

CANARY = "ghp_" + "CANARYfakefakefakefake00000000000000"
PATH = "flows/desk.json"
KEY = "flowise/flows/desk"


def node(id: str, kind: str, category: str = "Tools", inputs: Any = None, **more: Any) -> dict[str, Any]:
    data = {"id": id, "label": more.pop("label", id), "name": kind, "category": category, "baseClasses": [], **more}
    return {"id": id, "type": "customNode", "data": {**data, "inputs": inputs or {}}}


def edge(source: str, target: str, port: str | None = None) -> dict[str, str]:
    return {"source": source, "target": target, "targetHandle": f"{target}-input-{port}-Any" if port else target}


def step(id: str, kind: str, inputs: Any = None, **more: Any) -> dict[str, Any]:
    return {**node(id, kind, "Agent Flows", inputs, **more), "type": "agentFlow"}


def one(nodes: list[Any], *edges: Any) -> Inventory:
    return observe(SOURCE, {PATH: json.dumps({"nodes": nodes, "edges": list(edges)}, indent=1)})


NEEDS = [{"type": "credential", "name": "credential", "credentialNames": ["serpApi"]}]


def test_chatflow() -> None:
    nodes = [
        node("note", "stickyNote", "Utilities", {"note": "an agent"}),
        node("desk", "toolAgent", "Agents", {"maxIterations": "4"}, label="Desk"),
        node("model", "chatOpenAI", "Chat Models", {"modelName": "gpt-x"}, credential="c1", inputParams=[
            {"type": "credential", "credentialNames": ["openAIApi"]}
        ]),
        node("memory", "bufferMemory", "Memory"),
        node("find", "serpAPI", inputParams=NEEDS),
        node("look", "retrieverTool", inputs={"name": "handbook"}),
        node("store", "pinecone", "Vector Stores", {"key": CANARY}),
        node("post", "requestsPost", inputs={"url": "https://api.example/v1"}),
        node("own", "customTool"),
        node("idle", "slackTool"),
    ]  # fmt: skip
    edges = [edge(each, "desk", "tools") for each in ("find", "look", "post", "own")]
    edges += [edge("model", "desk", "model"), edge("memory", "desk", "memory"), edge("store", "look", "retriever")]
    text = json.dumps({"nodes": nodes, "edges": edges}, indent=1)
    found = observe(SOURCE, {PATH: text})
    (agent,) = found.agents
    assert (agent.id, agent.model, agent.limits) == (f"agent:{KEY}/Desk", "gpt-x", "4 iterations")
    assert (agent.endpoint_auth, agent.autonomy, agent.status) == ("unknown", "auto-approves", None)
    assert agent.locations == (Location(PATH, place(text, '"id": "desk"', PATH).line - 1, 3),)
    assert {each.name: (each.capabilities, each.approval, each.sends_out) for each in found.tools} == {
        "find": ((("browses_web", "high"),), "never", False),
        "handbook": ((("queries_database", "high"),), "never", False),
        "post": ((("unknown", "low"),), "never", True),
        "own": ((("unknown", "low"),), "never", None),
    }
    tool, path, flow = f"tool:{KEY}/Desk", f"credential:{PATH}#nodes", f"workflow:{KEY}"
    assert triples(found, "holds", "sends_to", "triggers", "taints") == {
        (agent.id, "holds", f"{path}.2.data.credential"),
        (f"{tool}/look", "holds", f"{path}.6.data.inputs.key"),
        (f"{tool}/post", "sends_to", "destination:api.example"),
        (flow, "triggers", agent.id),
        ("input:chat/flows/desk", "taints", agent.id),
    }
    assert {(each.name, each.store) for each in found.credentials} == {
        ("openAIApi", "secret_manager:flowise:openAIApi/c1"),
        ("key", "plaintext"),
    }
    assert [(each.key, each.value) for each in found.settings] == [("nodes.1.data.inputs.memory", "bufferMemory")]
    assert {each.construct: each.reason for each in found.skipped} == {
        "credentials": "which credentials its nodes use is not in the export: serpApi",
        "custom tool": "the code of the tool own is kept by Flowise, and not in the export",
    }
    assert CANARY not in repr(found)


def test_sequential_agents() -> None:
    found = one(
        [
            node("start", "seqStart", "Sequential Agents"),
            node("model", "chatOpenAI", "Chat Models", {"modelName": "gpt-x"}),
            node("writer", "seqAgent", "Sequential Agents", {"agentName": "Writer", "interrupt": True}),
            node("plain", "seqLLMNode", "Sequential Agents", {"llmNodeName": "Plain"}),
            node("caller", "seqLLMNode", "Sequential Agents", {"llmNodeName": "Caller"}),
            node("does", "seqToolNode", "Sequential Agents"),
            node("gate", "seqConditionAgent", "Sequential Agents", {"conditionAgentName": "Gate"}),
            node("calc", "calculator"),
            node("mail", "gmail"),
        ],
        edge("model", "start", "model"),
        edge("start", "gate", "sequentialNode"),
        edge("gate", "writer", "sequentialNode"),
        edge("gate", "caller", "sequentialNode"),
        edge("writer", "plain", "sequentialNode"),
        edge("caller", "does", "llmNode"),
        edge("mail", "writer", "tools"),
        edge("calc", "does", "tools"),
    )
    assert {each.name: each.model for each in found.agents} == {"Writer": "gpt-x", "Caller": "gpt-x", "Gate": "gpt-x"}
    assert {each.name: each.approval for each in found.tools} == {"mail": "each_call", "calc": "never"}
    assert {each.target: each.gate is not None for each in found.links if each.verb == "invokes"} == {
        f"tool:{KEY}/Writer/mail": True,
        f"tool:{KEY}/Caller/calc": False,
    }
    assert {(source[-4:], target[-6:]) for source, _, target in triples(found, "delegates_to")} == {
        ("Gate", "Writer"),
        ("Gate", "Caller"),
    }
    assert len(triples(found, "taints")) == 3


def test_supervisor_and_workers() -> None:
    found = one(
        [
            node("boss", "supervisor", "Multi Agents", {"supervisorName": "Boss", "recursionLimit": 50}),
            node("hand", "worker", "Multi Agents", {"workerName": "Hand"}),
            node("model", "chatOpenAI", "Chat Models", {"modelName": "gpt-x"}),
        ],
        edge("boss", "hand", "supervisor"),
        edge("model", "boss", "model"),
    )
    boss, hand = f"agent:{KEY}/Boss", f"agent:{KEY}/Hand"
    assert triples(found, "delegates_to", "triggers") == {
        (boss, "delegates_to", hand),
        (f"workflow:{KEY}", "triggers", boss),
    }
    assert {each.name: (each.model, each.limits) for each in found.agents} == {
        "Boss": ("gpt-x", "50 steps"),
        "Hand": ("gpt-x", None),
    }


SERVER = json.dumps({"command": "npx", "args": ["-y", "files-mcp@1.0.0", "/"], "env": {"GITHUB_TOKEN": CANARY}})
TOOLS = [
    {"agentSelectedTool": "gmail", "agentSelectedToolRequiresHumanInput": True, "agentSelectedToolConfig": {
        "credential": "g1"}},
    {"agentSelectedTool": "customMCP", "agentSelectedToolRequiresHumanInput": "", "agentSelectedToolConfig": {
        "mcpServerConfig": SERVER, "mcpActions": '["read_file"]'}},
    {"agentSelectedTool": "githubMCP", "agentSelectedToolConfig": {
        "FLOWISE_CREDENTIAL_ID": "h1", "mcpActions": '["get_me"]'}},
    {"agentSelectedTool": "slackMCP", "agentSelectedToolConfig": {}},
    {"agentSelectedTool": "chatflowTool", "agentSelectedToolConfig": {"selectedChatflow": "x"}},
    {"agentSelectedTool": ""},
]  # fmt: skip


def test_agent_flow() -> None:
    inputs = {
        "agentModel": "chatOpenAI",
        "agentModelConfig": {"credential": "m1", "modelName": "gpt-x"},
        "agentEnableMemory": True,
        "agentTools": TOOLS,
        "agentToolsBuiltInOpenAI": '["web_search_preview", "code_interpreter"]',
        "agentKnowledgeDocumentStores": [{"documentStore": "1:papers"}],
    }
    nodes = [
        step("start", "startAgentflow", {"startInputType": "formInput"}),
        step("each", "iterationAgentflow"),
        {**step("desk", "agentAgentflow", inputs, label="Desk"), "parentNode": "each"},
        step("ask", "humanInputAgentflow"),
        step(
            "call",
            "httpAgentflow",
            {"url": "https://api.example", "headers": [{"key": "Authorization", "value": "Bearer " + CANARY}]},
        ),
        step("lost", "agentAgentflow", label="Lost"),
    ]
    found = one(nodes, edge("start", "each"), edge("each", "ask"), edge("ask", "call"))
    desk = by_id(found.agents, f"agent:{KEY}/Desk")
    assert desk.model == "gpt-x"
    assert triples(found, "taints") == {("input:form/flows/desk", "taints", desk.id)}
    assert {each.name: each.approval for each in found.tools} == {
        "gmail": "each_call",
        "read_file": "never",
        "get_me": "never",
        "chatflowTool": "never",
        "web_search_preview": "never",
        "code_interpreter": "never",
        "1:papers": "never",
    }
    servers = {each.name: (each.transport, each.package, each.pinned) for each in found.tool_servers}
    assert servers == {
        "Desk/customMCP": ("stdio", "files-mcp", True),
        "githubMCP": ("stdio", "@modelcontextprotocol/server-github", None),
        "slackMCP": ("stdio", "@modelcontextprotocol/server-slack", None),
    }
    server = f"tool_server:{PATH}#Desk/customMCP"
    assert by_id(found.tools, f"tool:{PATH}#Desk/customMCP/read_file").server == server
    assert (f"tool:{PATH}#Desk/customMCP/read_file", "executes_on", "resource:host/flows") in triples(found)
    gates = {each.target.rsplit("/", 1)[1] for each in found.links if each.gate is not None}
    assert gates == {"gmail"}
    holders = {(each.store, source.rsplit("/", 1)[1]) for source, _, target in triples(found, "holds")
               for each in found.credentials if each.id == target}  # fmt: skip
    assert holders == {
        ("secret_manager:flowise:chatOpenAI/m1", "Desk"),
        ("secret_manager:flowise:gmail/g1", "gmail"),
        ("secret_manager:flowise:githubMCP/h1", "githubMCP"),
        ("plaintext", "customMCP"),
        ("plaintext", "desk"),
    }
    assert len({mark for _, mark in found.fingerprints}) == 1
    line = place(json.dumps({"nodes": nodes}, indent=1), '"mcpServerConfig"', PATH).line
    assert by_id(found.tool_servers, server).locations[0].line == line
    assert {each.key.rsplit(".", 1)[1]: each.value for each in found.settings} == {
        "agentEnableMemory": "true",
        "mcpActions": "read_file",
        "name": "humanInputAgentflow",
    }
    assert sorted(each.construct or "" for each in found.skipped) == ["tool", "tool server", "workflow called"]
    assert CANARY not in repr(found)


def test_a_server_that_is_no_json_is_named() -> None:
    code = "return {command: 'npx', env: {API_TOKEN: '" + CANARY + "'}}"
    tool = {"agentSelectedTool": "customMCP", "agentSelectedToolConfig": {"mcpServerConfig": code, "mcpActions": ["a"]}}
    found = one([step("desk", "agentAgentflow", {"agentTools": [tool]})])
    assert (len(found.tool_servers), len(found.tools)) == (1, 0)
    assert [each.store for each in found.credentials] == ["plaintext"]
    assert "no JSON" in found.skipped[0].reason
    assert CANARY not in repr(found)


def test_a_copy_of_the_database() -> None:
    flow = json.dumps({"nodes": [node("desk", "toolAgent", "Agents")], "edges": []})
    rows = [
        {"name": "a", "flowData": flow, "apikeyid": "k", "deployed": True},
        {"name": "b", "flowData": flow},
        {"flowData": 7},
    ]
    text = json.dumps({"ChatFlow": rows, "Variable": [{"name": "DB_PASSWORD", "value": "hunter2-CANARY"}]})
    found = observe(SOURCE, {PATH: text})
    assert {each.id: (each.endpoint_auth, each.status) for each in found.agents} == {
        f"agent:{KEY}/a/desk": ("key", "active"),
        f"agent:{KEY}/b/desk": ("unknown", None),
    }
    assert triples(found, "holds") == {("resource:flowise/flows", "holds", f"credential:{PATH}#Variable.0.value")}
    assert "CANARY" not in repr(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("flow.json", '{"nodes": [{"type": "customNode", "data": {"color": "red"}}]}'),
        ("flow.json", '{"nodes": [{"type": "n8n-nodes-base.stickyNote"}], "baseClasses": []}'),
        ("notes.md", '"flowData": "x"'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("odd", [None, 7, True, "x", [], {}, [[1, [None]]], {"a": [{"b": None}]}])
def test_any_type_anywhere(odd: Any) -> None:
    inputs = {"agentTools": TOOLS[:3], "agentModelConfig": {"credential": "m"}, "agentToolsBuiltInGemini": "[1]"}
    plain: Any = {
        "nodes": [step("desk", "agentAgentflow", inputs), node("find", "serpAPI", inputParams=NEEDS)],
        "edges": [edge("find", "desk", "tools"), edge("desk", "desk", "tools"), edge("desk", "desk")],
        "ChatFlow": [{"flowData": "{}", "name": "x"}],
    }
    waiting = [plain]
    while waiting:
        within = waiting.pop()
        for key in list(within) if isinstance(within, dict) else range(len(within)):
            kept, within[key] = within[key], odd
            SOURCE.read([file(PATH, json.dumps(plain))])
            within[key] = kept
            waiting += [kept] if isinstance(kept, (dict, list)) else []


def test_a_file_that_was_made_to_be_slow() -> None:
    agents = [node(f"a{at}", "toolAgent", "Agents") for at in range(40)]
    config = json.dumps({str(at): 0 for at in range(10_000)} | {"command": "npx"})
    server = node("big", "customMCP", inputs={"mcpServerConfig": config, "mcpActions": '["x"]'})
    edges = [edge("big", f"a{at}", "tools") for at in range(40)]
    found = SOURCE.read([file(PATH, json.dumps({"nodes": [*agents, server], "edges": edges}))])
    assert "flow" in {each.construct for each in found.skipped}


def test_how_often_a_loop_goes_round() -> None:
    nodes = [
        step("start", "startAgentflow"),
        step("first", "agentAgentflow"),
        step("each", "iterationAgentflow"),
        {**step("inner", "agentAgentflow"), "parentNode": "each"},
        step("check", "conditionAgentAgentflow"),
        step("again", "loopAgentflow", {"loopBackToNode": "each-For each", "maxLoopCount": 7}),
        step("last", "agentAgentflow"),
        step("lost", "loopAgentflow", {"loopBackToNode": "gone-Gone", "maxLoopCount": "3"}),
        step("open", "loopAgentflow", {"loopBackToNode": "last"}),
    ]
    ends = [("start", "first"), ("first", "each"), ("each", "check"), ("check", "again"), ("check", "last"),
            ("last", "lost"), ("last", "open")]  # fmt: skip
    found = one(nodes, *(edge(*each) for each in ends))
    limits = {each.name: each.limits for each in found.agents}
    assert limits == {"first": None, "inner": "7 loops", "check": "7 loops", "last": None}


@pytest.mark.skipif(not (SHARED / "corpus" / "flowise").is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus" / "flowise")
    assert (refused, len(found.workflows), len(found.agents), len(found.tools)) == ([], 11, 22, 16)
    assert (found.credentials, found.tool_servers) == ((), ())
    assert {each.endpoint_auth for each in found.agents} == {"unknown"}
    assert len(triples(found, "delegates_to")) == 5
    assert {each.kind for each in found.inputs} == {"chat", "form"}
    named = {each.id.split("/marketplaces/")[1].split("/")[1] for each in found.agents}
    assert not named & {"Essay%20Writing%20%26%20Grading", "Prompt%20Chaining"}
    (first,) = (each for each in found.agents if each.id.endswith("/Agent%200"))
    assert first.model == "gemini-2.0-flash"
    left_out = [each.construct for each in found.skipped]
    assert {each: left_out.count(each) for each in left_out} == {"credentials": 10, "assistant": 1, "custom tool": 1}
