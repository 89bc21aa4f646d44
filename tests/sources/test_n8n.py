"""n8n: agents, tools, triggers and credentials of exported workflows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.model.inventory import Input, Inventory, Location
from nhiassess.sources.builders.n8n import SOURCE
from tests.observing import SHARED, file, folder, ids, observe, place, triples

CANARY = "sk-CANARY00fakefakefakefake00000000000000000000000000"
PATH = "flows/desk.json"
KEY = "flows/desk"
LC = "@n8n/n8n-nodes-langchain."
BASE = "n8n-nodes-base."


def node(name: str, kind: str, parameters: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "typeVersion": 1, "parameters": parameters or {}, **more}


def export(nodes: list[Any], *ends: tuple[str, str, str], **more: Any) -> str:
    connections: dict[str, dict[str, list[list[dict[str, Any]]]]] = {}
    for source, port, target in ends:
        outputs = connections.setdefault(source, {}).setdefault(port, [[]])
        outputs[0].append({"node": target, "type": port, "index": 0})
    return json.dumps({"nodes": nodes, "connections": connections, **more}, indent=1)


def one(*nodes: Any, ends: tuple[tuple[str, str, str], ...] = (), **more: Any) -> Inventory:
    return observe(SOURCE, {PATH: export(list(nodes), *ends, **more)})


AGENT = node("Desk", LC + "agent", {"options": {"maxIterations": 5}})
MODEL = node("Model", LC + "lmChatOpenAi", {"model": {"__rl": True, "value": "gpt-x"}})
HELD = {"openAiApi": {"id": "k1", "name": "team key"}}


def test_agent_with_tools_and_credentials() -> None:
    text = export(
        [
            node("Hook", BASE + "webhook", {"path": "desk"}),
            AGENT,
            {**MODEL, "credentials": HELD},
            node("Memory", LC + "memoryBufferWindow"),
            node(
                "Mail", BASE + "gmailTool", {"operation": "send"}, credentials={"gmailOAuth2": {"id": "g", "name": "m"}}
            ),
            node("Store", LC + "vectorStoreQdrant", {"mode": "retrieve-as-tool", "toolName": "handbook"}),
            node("Embed", LC + "embeddingsOpenAi", credentials=HELD),
            node("Code", LC + "toolCode", {"name": "sum", "jsCode": f"const key = '{CANARY}'"}),
            node("Note", BASE + "stickyNote", {"content": "an agent that deletes everything"}),
            node("After", BASE + "emailSend", credentials={"smtp": {"id": "s", "name": "post"}}),
        ],
        ("Hook", "main", "Desk"),
        ("Model", "ai_languageModel", "Desk"),
        ("Memory", "ai_memory", "Desk"),
        ("Mail", "ai_tool", "Desk"),
        ("Store", "ai_tool", "Desk"),
        ("Embed", "ai_embedding", "Store"),
        ("Code", "ai_tool", "Desk"),
        ("Desk", "main", "After"),
        active=False,
        settings={"executionTimeout": 60, "errorWorkflow": "w9", "executionOrder": "v1"},
    )
    found = observe(SOURCE, {PATH: text})
    (agent,) = found.agents
    assert agent.id == f"agent:n8n/{KEY}/Desk"
    assert (agent.model, agent.autonomy, agent.endpoint_auth) == ("gpt-x", "unattended", "none")
    assert (agent.limits, agent.status) == ("5 iterations, 60 seconds", "inactive")
    line = place(text, '"name": "Desk"', PATH).line - 1
    assert agent.locations == (Location(PATH, line, 3),)
    assert {each.name: (each.approval, each.capabilities) for each in found.tools} == {
        "Mail": ("never", (("sends_messages", "high"),)),
        "handbook": ("never", (("queries_database", "high"),)),
        "sum": ("never", (("executes_code", "low"),)),
    }
    assert {(each.name, each.store, each.kind) for each in found.credentials} == {
        ("team key", "secret_manager:n8n:openAiApi/k1", "api_key"),
        ("m", "secret_manager:n8n:gmailOAuth2/g", "oauth_token"),
        ("post", "secret_manager:n8n:smtp/s", "password"),
        ("jsCode", "plaintext", "api_key"),
    }
    flow, path = f"workflow:n8n/{KEY}", f"credential:{PATH}#nodes"
    hook, tool = f"input:webhook/{KEY}/Hook", f"tool:n8n/{KEY}/Desk"
    assert triples(found) == {
        (flow, "triggers", agent.id),
        (hook, "taints", agent.id),
        (agent.id, "holds", f"{path}.2.credentials.openAiApi"),
        (agent.id, "invokes", f"{tool}/Mail"),
        (agent.id, "invokes", f"{tool}/Store"),
        (agent.id, "invokes", f"{tool}/Code"),
        (f"{tool}/Mail", "holds", f"{path}.4.credentials.gmailOAuth2"),
        (f"{tool}/Store", "holds", f"{path}.2.credentials.openAiApi"),
        (f"{tool}/Code", "holds", f"{path}.7.parameters.jsCode"),
        (flow, "holds", f"{path}.9.credentials.smtp"),
    }
    assert found.workflows[0].untrusted is True
    assert {each.key: (each.value, each.agent) for each in found.settings} == {
        "nodes.1.ai_memory": ("memoryBufferWindow", agent.id),
        "settings.executionTimeout": ("60", None),
        "settings.errorWorkflow": ("w9", None),
    }
    assert CANARY not in repr(found)
    assert all(each.locations for each in (*found.links, *found.tools, *found.credentials))


@pytest.mark.parametrize(
    ("kind", "parameters", "auth", "trust", "autonomy"),
    [
        (BASE + "webhook", {}, "none", "untrusted", "unattended"),
        (BASE + "webhook", {"authentication": "headerAuth"}, "key", "unknown", "unattended"),
        (BASE + "webhook", {"authentication": "={{ $env.AUTH }}"}, "unknown", "unknown", "unattended"),
        (BASE + "webhook", {"authentication": 7}, "unknown", "unknown", "unattended"),
        (BASE + "formTrigger", {}, "none", "untrusted", "auto-approves"),
        (LC + "chatTrigger", {}, None, "internal", "auto-approves"),
        (LC + "chatTrigger", {"public": True}, "none", "untrusted", "auto-approves"),
        (LC + "chatTrigger", {"public": True, "authentication": "n8nUserAuth"}, "iam", "unknown", "auto-approves"),
        (LC + "chatTrigger", {"public": "={{ 1 }}"}, "unknown", "unknown", "auto-approves"),
        (BASE + "emailReadImap", {}, None, "untrusted", "unattended"),
        (BASE + "somethingNewTrigger", {}, None, "unknown", "unattended"),
        (BASE + "scheduleTrigger", {}, None, None, "unattended"),
    ],
)
def test_how_it_is_started(kind: str, parameters: Any, auth: str, trust: str, autonomy: str) -> None:
    found = one(node("Start", kind, parameters), AGENT, ends=(("Start", "main", "Desk"),))
    (agent,) = found.agents
    assert (agent.endpoint_auth, agent.autonomy) == (auth, autonomy)
    assert [each.trust for each in found.inputs] == ([trust] if trust else [])
    assert found.workflows[0].untrusted is {"untrusted": True, "unknown": None}.get(trust, False)


def test_the_weakest_entrance_counts() -> None:
    starts = (node("A", BASE + "webhook", {"authentication": "jwtAuth"}), node("B", BASE + "webhook"))
    found = one(*starts, AGENT, ends=(("A", "main", "Desk"), ("B", "main", "Desk")))
    assert found.agents[0].endpoint_auth == "none"


def test_a_trigger_that_leads_nowhere() -> None:
    found = one(node("Hook", BASE + "webhook"), AGENT)
    assert (found.agents[0].endpoint_auth, found.agents[0].autonomy, found.inputs) == (None, None, ())
    assert [each.construct for each in found.skipped] == ["trigger"]
    assert (found.workflows[0].trigger, found.workflows[0].untrusted) == (None, None)


def test_what_is_disabled_is_none() -> None:
    found = one(
        node("Hook", BASE + "webhook", disabled=True),
        node("Mail", BASE + "gmailTool", {"token": CANARY}, disabled=True, credentials=HELD),
        node("Twin", LC + "agent", disabled=True),
        AGENT,
        ends=(("Hook", "main", "Twin"), ("Twin", "main", "Desk"), ("Mail", "ai_tool", "Desk")),
    )
    assert ids(found.agents) == [f"agent:n8n/{KEY}/Desk"]
    assert (found.tools, found.inputs, found.agents[0].autonomy) == ((), (), None)
    assert {each.key for each in found.settings} == {f"nodes.{at}.disabled" for at in range(3)}
    assert [each.store for each in found.credentials] == ["plaintext"]


def test_data_passes_through_a_disabled_node() -> None:
    nodes = (node("Hook", BASE + "webhook"), node("Twin", LC + "agent", disabled=True), AGENT)
    found = one(*nodes, ends=(("Hook", "main", "Twin"), ("Twin", "main", "Desk")))
    assert len(found.inputs) == 1


def test_what_an_agent_is() -> None:
    found = one(
        node("Chain", LC + "chainLlm"),
        node("Image", LC + "openAi", {"resource": "image"}),
        node("Helper", LC + "openAi", {"resource": "assistant"}),
        node("Old", LC + "openAiAssistant", {"nativeTools": ["codeInterpreter"]}),
        node("Text", LC + "openAi"),
        node("Sql", LC + "agent", {"agent": "sqlAgent"}),
        node("Calc", LC + "toolCalculator"),
        ends=(("Calc", "ai_tool", "Text"),),
    )
    assert {each.name for each in found.agents} == {"Helper", "Old", "Text", "Sql"}
    assert {each.name for each in found.tools} == {"codeInterpreter", "Calc", "sqlAgent"}
    assert {each.construct for each in found.skipped} == {"assistant"}


def test_mail_that_is_fetched_taints() -> None:
    nodes = (node("Clock", BASE + "scheduleTrigger"), node("Mail", BASE + "gmail", {"operation": "getAll"}), AGENT)
    found = one(*nodes, ends=(("Clock", "main", "Mail"), ("Mail", "main", "Desk")))
    assert found.inputs == (Input(f"input:email/{KEY}/Mail", "email", "untrusted", found.inputs[0].locations),)


def test_several_workflows_in_one_file() -> None:
    inner = json.loads(export([AGENT]))
    text = json.dumps([{"name": "a", **inner}, {"name": "a", **inner}, {"workflow": inner}, 3, None, []])
    found = observe(SOURCE, {PATH: text})
    assert ids(found.workflows) == [
        f"workflow:n8n/{KEY}/2.workflow",
        f"workflow:n8n/{KEY}/a",
        f"workflow:n8n/{KEY}/a%232",
    ]
    assert len(found.agents) == 3


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "n8n-nodes-base.agent", "nodes": []}'),
        ("notes.md", '{"nodes": [{"type": "n8n-nodes-base.webhook"}]}'),
        ("flow.json", '{"nodes": [{"type": "customNode"}], "edges": []}'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


ODD = [None, 7, True, "x", [], {}, [[1, [None]]], {"a": [{"b": None}]}]


@pytest.mark.parametrize("odd", ODD)
def test_any_type_anywhere(odd: Any) -> None:
    for key in ("nodes", "connections", "settings", "active", "id", "name"):
        SOURCE.read([file(PATH, json.dumps({"nodes": [AGENT], "connections": {}, key: odd}))])
    for key in ("name", "type", "parameters", "credentials", "disabled"):
        nodes = [{**AGENT, key: odd}, node("Tool", LC + "toolWorkflow", {"workflowId": odd, "url": odd, "name": odd})]
        SOURCE.read([file(PATH, export(nodes, ("Tool", "ai_tool", "Desk"), ("Desk", "ai_tool", "Tool")))])
    SOURCE.read(
        [file(PATH, json.dumps({"nodes": [AGENT], "connections": {"Desk": {"main": odd, "ai_tool": [odd, [odd]]}}}))]
    )


def test_a_file_that_was_made_to_be_slow() -> None:
    nodes = [node(f"A{at}", LC + "agent") for at in range(300)]
    shared = [node(f"T{at}", LC + "lmChatOpenAi", credentials=HELD) for at in range(300)]
    connections = {f"T{at}": {"ai_languageModel": [[{"node": f"A{to}"} for to in range(300)]]} for at in range(100)}
    found = SOURCE.read([file(PATH, json.dumps({"nodes": nodes + shared, "connections": connections}))])
    assert [each.construct for each in found.skipped] == ["workflow"]


@pytest.mark.skipif(not (SHARED / "corpus" / "n8n").is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus" / "n8n")
    assert (refused, len(found.workflows), len(found.agents), len(found.tools)) == ([], 18, 20, 21 + 13)
    outlets = {each.target.rsplit("/", 1)[1] for each in found.links if (each.reason or "").startswith("the workflow")}
    # Send Email is one of two agents; its draft is approved by a person, and the reply is weighed, before it leaves
    assert outlets == {
        *("HTTP%20Request", "HTTP%20Request1", "HTTP%20Request2", "HTTP%20Request3", "HTTP%20Request4"),
        *("Enrich%20Product%20Rows", "Send%20Email", "Send%20Digest"),
        *("Telegram", "Send%20final%20reply", "Correct%20errors"),
    }
    assert {each.approval for each in found.tools if each.name == "Send Email"} == {"each_call"}
    assert (len(found.credentials), len(found.tool_servers)) == (49, 0)
    assert {each.store.split("/")[0].rsplit(":", 1)[0] for each in found.credentials if each.store} == {
        "secret_manager:n8n"
    }
    open_to_all = {each.id.split("/")[3].split("%20")[0] for each in found.agents if each.endpoint_auth == "none"}
    assert open_to_all == {"Get", "Integrating", "Siri", "Visualize"}
    assert sorted(each.trust or "" for each in found.inputs) == ["internal"] * 5 + ["unknown"] * 2 + ["untrusted"] * 7
    assert [each.construct for each in found.skipped] == ["trigger"] * 3
    assert [each.key for each in found.settings].count("nodes.8.parameters.operation") == 1
