"""Dify: agents of exported apps, their tools, plugins and secrets."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.builders.dify import SOURCE
from tests.observing import SHARED, by_id, file, folder, ids, observe, place, triples

CANARY = "sk-CANARY00fakefakefakefake00000000000000000000000000"
PATH = "apps/desk.yml"
CHAT = f"""
app:
  description: answers staff
  mode: agent-chat
  name: Desk
dependencies:
- type: marketplace
  value:
    marketplace_plugin_unique_identifier: acme/mailer:0.2.1@0123456789abcdef
kind: app
model_config:
  agent_mode:
    enabled: true
    max_iteration: 7
    strategy: function_call
    tools:
    - enabled: true
      provider_name: acme/mailer/gmail
      provider_type: builtin
      tool_name: send_message
      credential_id: c-1
      tool_parameters:
        api_key: {CANARY}
    - enabled: false
      provider_name: time
      tool_name: current_time
    - enabled: true
      provider_name: orders
      provider_type: api
      tool_name: cancel
    - enabled: true
      provider_name: code
      provider_type: builtin
      tool_name: simple_code
    - dataset:
        enabled: true
        id: d-1
    - 7
  dataset_configs:
    datasets:
      datasets:
      - dataset: {{enabled: true, id: d-2}}
      - dataset: {{enabled: false, id: d-3}}
  file_upload:
    enabled: true
  model:
    name: gpt-x
  sensitive_word_avoidance:
    enabled: false
version: 0.3.0
"""
GRAPH = f"""
app:
  mode: advanced-chat
  name: Flow
dependencies: []
kind: app
workflow:
  environment_variables:
  - {{name: ORDERS_KEY, value: {CANARY}, value_type: secret}}
  - {{name: PIN, value: four, value_type: secret}}
  - {{name: KEPT, value: '', value_type: secret}}
  - {{name: REGION, value: eu, value_type: string}}
  features:
    file_upload: {{enabled: false}}
  graph:
    edges:
    - {{source: s, target: it}}
    - {{source: in, target: a}}
    nodes:
    - {{id: s, data: {{type: start, title: Begin}}}}
    - {{id: it, data: {{type: iteration, start_node_id: in}}}}
    - {{id: in, data: {{type: iteration-start}}}}
    - id: a
      data:
        type: agent
        title: Agent
        memory: {{window: {{enabled: true, size: 10}}}}
        plugin_unique_identifier: acme/agent:1.0.0@0123456789abcdef
        agent_parameters:
          model: {{type: constant, value: {{model: gpt-x, provider: openai}}}}
          maximum_iterations: {{type: constant, value: 3}}
          mcp_server: {{type: constant, value: 'https://mcp.example/sse/team-7'}}
          mcp_servers_config:
            type: constant
            value: '{{"mcpServers": {{"files": {{"command": "npx", "args": ["-y", "files-mcp@1.0.0"]}}}}}}'
          tools:
            type: constant
            value:
            - {{enabled: true, provider_name: jina, tool_name: jina_reader, type: builtin}}
    - {{id: b, data: {{type: agent, title: Agent}}}}
    - id: h
      data:
        type: http-request
        authorization: {{type: api-key, config: {{api_key: '{{{{#env.ORDERS_KEY#}}}}'}}}}
    - {{id: n, data: {{type: '', title: agent}}}}
"""


def one(text: str) -> Inventory:
    return observe(SOURCE, {PATH: text})


def test_agent_mode() -> None:
    found = one(CHAT)
    (agent,) = found.agents
    assert (agent.id, agent.name, agent.model) == ("agent:dify/apps/desk", "Desk", "gpt-x")
    assert (agent.purpose, agent.limits) == ("answers staff", "7 iterations")
    assert (agent.endpoint_auth, agent.autonomy) == ("unknown", "auto-approves")
    assert agent.locations == (Location(PATH, place(CHAT, "agent_mode", PATH).line, 3),)
    server = by_id(found.tool_servers, f"tool_server:{PATH}#acme/mailer/gmail")
    assert (server.package, server.pinned) == ("acme/mailer", True)
    assert server.locations[0] == place(CHAT, "enabled: true", PATH, 2)
    assert {each.name for each in found.tool_servers} == {"acme/mailer/gmail", "orders", "code"}
    assert {each.id.removeprefix("tool:"): each.capabilities for each in found.tools} == {
        f"{PATH}#acme/mailer/gmail/send_message": (("sends_messages", "high"),),
        f"{PATH}#orders/cancel": (("unknown", "low"),),
        f"{PATH}#code/simple_code": (("executes_code", "high"),),
        "dify/apps/desk/dataset%20d-1": (("queries_database", "high"),),
        "dify/apps/desk/dataset%20d-2": (("queries_database", "high"),),
    }
    assert {(each.name, each.store) for each in found.credentials} == {
        ("acme/mailer/gmail", "secret_manager:dify:acme/mailer/gmail/c-1"),
        ("api_key", "plaintext"),
    }
    assert {source for source, _, _ in triples(found, "holds")} == {server.id}
    assert triples(found, "taints") == {("input:chat/apps/desk", "taints", agent.id)}
    assert {each.key: each.value for each in found.settings} == {
        "dependencies.0.value.marketplace_plugin_unique_identifier": "acme/mailer:0.2.1@0123456789abcdef",
        "model_config.agent_mode.strategy": "function_call",
        "model_config.agent_mode.tools.1.enabled": "false",
        "model_config.file_upload.enabled": "true",
        "model_config.sensitive_word_avoidance.enabled": "false",
    }
    assert [each.construct for each in found.skipped] == ["tool"]
    assert CANARY not in repr(found)


def test_an_agent_that_is_switched_off_is_none() -> None:
    found = one(CHAT.replace("enabled: true\n    max", "enabled: false\n    max"))
    assert (found.agents, found.tools, found.tool_servers, found.inputs) == ((), (), (), ())
    assert "model_config.agent_mode.enabled" in {each.key for each in found.settings}


def test_the_mode_speaks_when_nothing_switches_it() -> None:
    text = CHAT.replace("    enabled: true\n    max", "    max")
    assert len(one(text).agents) == 1
    assert one(text.replace("mode: agent-chat", "mode: chat")).agents == ()


def test_agent_nodes() -> None:
    found = one(GRAPH)
    agent, other = "agent:dify/apps/desk/Agent%23a", "agent:dify/apps/desk/Agent%23b"
    assert ids(found.agents) == [agent, other]
    assert (found.agents[0].model, found.agents[0].limits) == ("gpt-x", "3 iterations")
    assert {each.name: (each.transport, each.url or each.command) for each in found.tool_servers} == {
        "mcp_server": ("sse", "https://mcp.example/sse/team-7"),
        "files": ("stdio", "npx -y files-mcp@1.0.0"),
        "jina": (None, None),
    }
    assert {each.name: each.approval for each in found.tools} == {"*": "never", "jina_reader": "never"}
    assert {link[2].split("#")[1] for link in triples(found, "invokes")} == {
        "mcp_server/*",
        "files/*",
        "jina/jina_reader",
    }
    flow = "workflow:dify/apps/desk"
    assert triples(found, "triggers", "taints") == {
        (flow, "triggers", agent),
        ("input:chat/apps/desk", "taints", agent),
    }
    assert (found.workflows[0].agent, found.workflows[0].trigger, found.workflows[0].untrusted) == (None, "chat", None)
    assert {(each.name, each.store) for each in found.credentials} == {
        ("ORDERS_KEY", "plaintext"),
        ("PIN", "plaintext"),
        ("KEPT", "secret_manager:dify:environment/KEPT"),
        ("api_key", "env_reference"),
    }
    assert {source for source, _, _ in triples(found, "holds")} == {flow}
    assert {each.key.rsplit(".", 1)[1] for each in found.settings if each.agent == agent} == {
        "plugin_unique_identifier",
        "enabled",
        "size",
    }
    assert CANARY not in repr(found)


def test_a_schedule_is_unattended_and_brings_no_text() -> None:
    text = GRAPH.replace("type: start, title", "type: trigger-schedule, title").replace("advanced-chat", "workflow")
    found = one(text)
    assert [each.autonomy for each in found.agents] == ["unattended", "auto-approves"]
    assert (found.inputs, found.workflows[0].trigger, found.workflows[0].untrusted) == ((), "schedule", False)


def test_a_tool_that_is_another_app() -> None:
    found = one(CHAT.replace("provider_type: api", "provider_type: workflow"))
    assert [each.construct for each in found.skipped] == ["workflow called", "tool"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.json", "app:\n  mode: workflow\n"),
        ("docker-compose.yml", "app:\n  image: x\n  mode: replicated\n"),
        ("values.yaml", "application:\n  mode: workflow\n"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("odd", [None, 7, True, "x", [], {}, [[1, [None]]], {"a": [{"b": None}]}])
def test_any_type_anywhere(odd: Any) -> None:
    for text in (CHAT, GRAPH):
        plain = yaml.safe_load(text)
        waiting = [plain]
        while waiting:
            within = waiting.pop()
            for key in list(within) if isinstance(within, dict) else range(len(within)):
                kept, within[key] = within[key], odd
                SOURCE.read([file(PATH, yaml.safe_dump(plain))])
                within[key] = kept
                waiting += [kept] if isinstance(kept, (dict, list)) else []


@pytest.mark.skipif(not (SHARED / "corpus" / "dify").is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus" / "dify")
    assert (refused, len(found.workflows)) == ([], 10)
    assert {each.id.split("/")[3]: each.model for each in found.agents} == {
        "AgentFlow": "gpt-4o-mini",
        "Demo-tod_agent": "o1-mini",
        "MCP": "gpt-4o-mini",
    }
    assert {each.name for each in found.tool_servers} == {"mcp_server", "time"}
    assert {each.name for each in found.tools} == {"*", "current_time"}
    assert (found.credentials, found.skipped) == ((), ())
    assert sorted(each.trigger or "" for each in found.workflows) == ["app"] * 4 + ["chat"] * 6
