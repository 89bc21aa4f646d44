"""Where exports of flow builders hold secrets: parameters, code, pinned data, notes, and JSON within strings."""

from __future__ import annotations

import base64
import json

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, flag, header, place, query, telling


def script(known: list[Canary]) -> str:
    """Give JavaScript that writes secrets out."""
    lines = [
        f"const {each.variable} = {json.dumps(each.value)};\nfetch('https://h.example.test/?{query([each])}', "
        f"{{headers: {{'{header(each)}': '{each.line}'}}}}); // {each.variable}: {each.line}"
        for each in known
    ]
    return "\n".join([*lines, "const config = " + json.dumps({**env(known)}) + ";"])


@place
def n8n(known: list[Canary]) -> Files:
    def node(name: str, kind: str, parameters: object, **more: object) -> dict[str, object]:
        return {"name": name, "type": f"n8n-nodes-base.{kind}", "typeVersion": 1, "parameters": parameters, **more}

    headers = {"parameters": [{"name": header(each), "value": each.line} for each in known]}
    body = {
        "bodyParameters": {"parameters": [{"name": each.variable, "value": each.value} for each in known]},
        "jsonBody": "=" + json.dumps(env(known), indent=2),
        "url": f"=https://h.example.test/?{query(known)}",
    }
    values = {"string": [{"name": each.variable, "value": each.value} for each in known], "options": env(known)}
    said = "=" + "\n".join(map(telling, known))
    agent = {
        "name": "Desk",
        "type": "@n8n/n8n-nodes-langchain.agent",
        "typeVersion": 1,
        "parameters": {"text": said, "options": {"systemMessage": said}},
    }
    tool = {
        "name": telling(known[3]),
        "type": "@n8n/n8n-nodes-langchain.toolCode",
        "typeVersion": 1,
        "parameters": {"name": telling(known[4]), "jsCode": script(known), "description": said},
    }
    nodes = [
        agent,
        tool,
        node("HTTP", "httpRequest", {"sendHeaders": True, "headerParameters": headers, **body}),
        node(
            "Code",
            "code",
            {"jsCode": script(known), "pythonCode": "\n".join(f"{e.variable} = {e.value!r}" for e in known)},
        ),
        node(
            "Set",
            "set",
            {
                "values": values,
                "assignments": {
                    "assignments": [
                        {"id": "a", "name": each.variable, "value": each.value, "type": "string"} for each in known
                    ]
                },
            },
        ),
        node(
            "Shell",
            "executeCommand",
            {"command": "\n".join(f"{curl(each)}; x {flag(each)} {each.line!r}" for each in known)},
        ),
        node(
            "Note",
            "stickyNote",
            {"content": "\n".join(f"## {each.variable}: {each.line}\n{telling(each)}" for each in known)},
        ),
        node("Off", "httpRequest", {"headerParameters": headers}, disabled=True, notes=said),
        *(
            node(
                f"H{each.number}",
                "webhook",
                {"path": each.line},
                webhookId=each.line,
                credentials={"httpHeaderAuth": {"id": "c1", "name": telling(each)}},
            )
            for each in known
            if each.tells_itself
        ),
    ]
    pinned = {
        "HTTP": [
            {
                "json": {
                    **env(known),
                    "headers": {header(each): each.line for each in known},
                    "raw": json.dumps(json.dumps(env(known))),
                }
            }
        ]
    }
    ends = {telling(known[3]): {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]}}
    flow = {
        "name": telling(known[3]),
        "nodes": nodes,
        "connections": ends,
        "pinData": pinned,
        "staticData": env(known),
        "settings": {"executionOrder": "v1", "errorWorkflow": telling(known[9])},
    }
    return {"flow.json": json.dumps(flow, indent=1), "flows.json": json.dumps([flow])}


@place
def flowise(known: list[Canary]) -> Files:
    def node(id: str, name: str, category: str, inputs: object, **more: object) -> dict[str, object]:
        data = {"id": id, "label": id, "name": name, "category": category, "baseClasses": [], "inputs": inputs, **more}
        return {"id": id, "type": "customNode", "data": data}

    said = "\n".join(map(telling, known))
    config = json.dumps(
        {
            "command": "x",
            "args": [flag(known[3]), known[3].value],
            "env": env(known),
            "headers": {header(each): each.line for each in known},
        },
        indent=2,
    )
    nodes = [
        node("desk", "toolAgent", "Agents", {"systemMessage": said}),
        node("mcp", "customMCP", "Tools (MCP)", {"mcpServerConfig": config, "mcpActions": json.dumps(known[3].value)}),
        node(
            "post",
            "requestsPost",
            "Tools",
            {
                "url": address(known),
                "headers": config,
                "requestsPostHeaders": json.dumps({header(each): each.line for each in known}),
                "body": json.dumps(env(known)),
            },
        ),
        node(
            "fn",
            "customFunction",
            "Utilities",
            {"javascriptFunction": script(known), "functionInputVariables": json.dumps(env(known))},
        ),
        node("note", "stickyNote", "Utilities", {"note": said}),
        *(
            node(
                f"m{each.number}",
                "chatOpenAI",
                "Chat Models",
                {each.variable: each.value, "basepath": telling(each)},
                credential=each.value,
            )
            for each in known
            if each.tells_itself
        ),
        *(
            node(
                f"p{each.number}",
                "chatOpenAI",
                "Chat Models",
                {each.variable: each.value, "baseOptions": json.dumps({"headers": {header(each): each.line}})},
            )
            for each in known
        ),
    ]
    edges = [
        {"source": each, "target": "desk", "targetHandle": "desk-input-tools-Tool"} for each in ("mcp", "post", "fn")
    ]
    flow = {"nodes": nodes, "edges": edges}
    copy = {
        "ChatFlow": [
            {
                "id": "1",
                "name": telling(known[3]),
                "flowData": json.dumps(flow),
                "apikeyid": "k",
                "chatbotConfig": json.dumps({"overrideConfig": env(known)}),
                "analytic": json.dumps(env(known)),
            }
        ],
        "Variable": [{"name": each.variable, "value": each.value} for each in known],
        "CustomTool": [{"name": "t", "func": script(known), "schema": json.dumps([{"property": telling(known[3])}])}],
    }
    return {"flow.json": json.dumps(flow, indent=1), "copy.json": json.dumps(copy)}


@place
def dify(known: list[Canary]) -> Files:
    said = "\n".join(map(telling, known))
    tools = [
        {
            "enabled": True,
            "provider_name": "p",
            "provider_type": "builtin",
            "tool_name": f"t{each.number}",
            "credential_id": telling(each),
            "tool_parameters": {each.variable: each.value, "q": telling(each)},
        }
        for each in known
    ]
    chat = {
        "app": {"mode": "agent-chat", "name": telling(known[3]), "description": said},
        "kind": "app",
        "model_config": {
            "agent_mode": {"enabled": True, "tools": tools},
            "pre_prompt": said,
            "opening_statement": said,
        },
    }
    encoded = base64.b64encode(f"app:{known[57].value}".encode()).decode()
    http = {
        "type": "http-request",
        "title": "call",
        "method": "post",
        "url": address(known),
        "headers": "\n".join(f"{header(each)}:{each.line}" for each in known),
        "params": "\n".join(f"{each.variable.lower()}:{each.line}" for each in known),
        "authorization": {"type": "api-key", "config": {"type": "basic", "api_key": encoded, "header": ""}},
        "body": {"type": "json", "data": [{"type": "text", "value": json.dumps(env(known), indent=1)}]},
    }
    code = {"type": "code", "title": "code", "code": "\n".join(f"{each.variable} = {each.value!r}" for each in known)}
    agent = {
        "type": "agent",
        "title": telling(known[3]),
        "agent_parameters": {
            "instruction": {"type": "constant", "value": said},
            "mcp_server": {"type": "constant", "value": "https://h.example.test/mcp"},
            "servers_config": {
                "type": "constant",
                "value": json.dumps(
                    {"x": {"url": "https://h.example.test/mcp", "headers": {header(each): each.line for each in known}}}
                ),
            },
            "tools": {"type": "constant", "value": tools},
        },
    }
    variables = [{"name": each.variable, "value": each.value, "value_type": "secret"} for each in known]
    told = [{"name": f"v{each.number}", "value": each.value, "value_type": "secret"} for each in known]
    nodes = [{"id": f"n{place}", "data": data} for place, data in enumerate((http, code, agent))]
    graph = {
        "app": {"mode": "advanced-chat", "name": "f"},
        "kind": "app",
        "workflow": {
            "environment_variables": [*variables, *told],
            "graph": {"nodes": nodes, "edges": []},
            "conversation_variables": variables,
        },
    }
    return {
        "chat.yml": yaml.safe_dump(chat, width=60, sort_keys=False),
        "flow.yml": yaml.safe_dump(graph, sort_keys=False),
    }
