"""Declarative agents, plugins of both versions, and the OpenAPI descriptions that list their tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiassess.sources.services.declarative_agents import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, place, triples

CORPUS = SHARED / "corpus"
CANARY = "sk-proj-CANARY0fake0fake0fake0fake0fake0fake0fake0"
AGENT = """
{
  "$schema": "https://developer.microsoft.com/json-schemas/copilot/declarative-agent/v1.6/schema.json",
  "version": "v1.6",
  "name": "Repairs desk",
  "description": "Tracks repairs.",
  "instructions": "$[file('instruction.txt')]",
  "capabilities": [
    {"name": "WebSearch", "sites": [{"url": "https://parts.example"}]},
    {"name": "OneDriveAndSharePoint"},
    {"name": "CodeInterpreter"}
  ],
  "actions": [{"id": "repairs", "file": "ai-plugin.json"}, {"id": "gone", "file": "gone.json"}]
}
"""
PLUGIN = """
{
  "schema_version": "v2.2",
  "namespace": "repairs",
  "name_for_human": "Repairs",
  "functions": [
    {"name": "listRepairs", "capabilities": {"security_info": {"data_handling": ["GetPrivateData"]}}},
    {"name": "addRepair"},
    {"name": "closeRepair", "capabilities": {"confirmation": {"type": "AdaptiveCard"}}}
  ],
  "runtimes": [{
    "type": "OpenApi",
    "auth": {"type": "OAuthPluginVault", "reference_id": "${{REPAIRS_OAUTH}}"},
    "spec": {"url": "apiSpecificationFile/repairs.yaml"},
    "run_for_functions": ["*Repair*"]
  }]
}
"""
REPAIRS = """
openapi: 3.0.1
info: {title: Repairs API, version: "1"}
servers: [{url: "http://repairs.example/v1"}]
security:
  - staff: [repairs.read, repairs.write]
components:
  securitySchemes:
    staff: {type: oauth2}
paths:
  /repairs:
    get: {operationId: listRepairs}
    post: {operationId: addRepair, x-openai-isConsequential: false}
    delete: {operationId: purgeRepairs}
  /health:
    get: {operationId: health, security: []}
"""
APP = """
{
  "$schema": "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json",
  "manifestVersion": "1.19",
  "developer": {"name": "Fabrikam Tools"},
  "name": {"short": "Front desk bot"},
  "description": {"short": "Answers guests."},
  "copilotAgents": {
    "declarativeAgents": [{"id": "a", "file": "declarativeAgent.json"}],
    "customEngineAgents": [{"type": "bot", "id": "11111111-2222-3333-4444-555555555555"}]
  },
  "authorization": {"permissions": {"resourceSpecific": [{"name": "ChannelMessage.Read.Group", "type": "Application"}]}}
}
"""
TOP = "repos/desk/appPackage"
PACKAGE = {
    f"{TOP}/declarativeAgent.json": AGENT,
    f"{TOP}/ai-plugin.json": PLUGIN,
    f"{TOP}/apiSpecificationFile/repairs.yaml": REPAIRS,
    f"{TOP}/manifest.json": APP,
}


def test_package() -> None:
    found = observe(SOURCE, PACKAGE)
    agent = by_id(found.agents, f"agent:m365-copilot/{TOP}/Repairs%20desk")
    assert (agent.owner, agent.purpose, agent.platform) == ("Fabrikam Tools", "Tracks repairs.", "m365-copilot")
    assert place(AGENT, '"Repairs desk"', f"{TOP}/declarativeAgent.json") in agent.locations
    (server,) = found.tool_servers
    assert (server.id, server.url, server.auth) == (
        f"tool_server:{TOP}/ai-plugin.json#repairs",
        "http://repairs.example/v1",
        "oauth",
    )
    tools = {each.name: each for each in found.tools}
    assert set(tools) == {
        *("WebSearch", "OneDriveAndSharePoint", "CodeInterpreter"),
        *("listRepairs", "addRepair", "closeRepair"),
    }
    listed, added, closed = tools["listRepairs"], tools["addRepair"], tools["closeRepair"]
    assert (listed.approval, listed.irreversible, listed.reads_private) == ("once", False, True)
    assert (added.approval, added.irreversible) == ("once", None)
    assert (closed.approval, closed.irreversible, closed.capabilities) == ("each_call", None, None)
    assert listed.capabilities == (("queries_database", "low"),)
    assert added.capabilities == (("writes_database", "low"), ("unknown", "low"))
    assert listed.locations == (place(REPAIRS, "listRepairs", f"{TOP}/apiSpecificationFile/repairs.yaml"),)
    assert triples(found, "invokes") == {(agent.id, "invokes", each.id) for each in found.tools}
    assert triples(found, "served_by") == {(each.id, "served_by", server.id) for each in (listed, added, closed)}
    (credential,) = found.credentials
    assert (credential.kind, credential.store, credential.scopes) == (
        "oauth_token",
        "secret_manager:plugin-vault:${{REPAIRS_OAUTH}}",
        ("repairs.read", "repairs.write"),
    )
    assert triples(found, "holds") == {(server.id, "holds", credential.id)}
    settings = {each.key: each.value for each in found.settings}
    assert settings["capabilities.WebSearch.sites.0.url"] == "https://parts.example"
    assert settings["instructions"] == "instruction.txt"
    assert settings["authorization.permissions.resourceSpecific.0.name"] == "ChannelMessage.Read.Group"
    assert [each.construct for each in found.skipped] == ["action"]


def test_custom_engine_agent() -> None:
    found = observe(SOURCE, {f"{TOP}/manifest.json": APP})
    (agent,) = found.agents
    assert (agent.id, agent.owner) == (f"agent:m365-copilot/{TOP}/Front%20desk%20bot", "Fabrikam Tools")
    identity = "identity:azure/-/11111111-2222-3333-4444-555555555555"
    assert triples(found) == {(agent.id, "runs_as", identity)}
    built = APP.replace("11111111-2222-3333-4444-555555555555", "${{BOT_ID}}")
    found = observe(SOURCE, {f"{TOP}/manifest.json": built})
    assert (found.identities, [each.construct for each in found.skipped]) == ((), ["template"])


def test_an_app_without_an_agent_gives_nothing() -> None:
    app = APP.replace("copilotAgents", "staticTabs")
    found = observe(SOURCE, {"appPackage/manifest.json": app})
    assert (found.agents, found.settings, found.identities) == ((), (), ())


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"type": "none"}, "none"),
        ({"type": "service_http", "authorization_type": "bearer"}, "bearer"),
        ({"type": "user_http", "authorization_type": "basic"}, "key"),
        ({"type": "user_http"}, "unknown"),
        ({"type": "oauth", "scope": "a b"}, "oauth"),
        ({"type": "sso"}, "unknown"),
        (None, "unknown"),
    ],
)
def test_first_version(auth: dict[str, Any] | None, expected: str) -> None:
    text = json.dumps(
        {"schema_version": "v1", "name_for_model": "p", "auth": auth, "api": {"url": "https://p.x/o.yaml"}}
    )
    found = observe(SOURCE, {"web/.well-known/ai-plugin.json": text})
    (server,) = found.tool_servers
    assert (server.id, server.auth) == ("tool_server:web/.well-known/ai-plugin.json#p", expected)
    kept = {"oauth": ("oauth_token", "auth", ("a", "b")), "service_http": ("api_key", "one token for all users", None),
            "user_http": ("api_key", "a token of each user", None)}.get(auth["type"] if auth else "")  # fmt: skip
    assert [(each.kind, each.name, each.scopes) for each in found.credentials] == ([kept] if kept else [])
    assert [each.store for each in found.credentials] == [None] * len(found.credentials)
    assert len(triples(found, "holds")) == len(found.credentials)
    assert [each.construct for each in found.skipped] == ["plugin"]


def test_a_verification_token_is_public() -> None:
    auth = {"type": "service_http", "authorization_type": "bearer", "verification_tokens": {"openai": CANARY}}
    text = json.dumps({"schema_version": "v1", "name_for_model": "p", "auth": auth})
    found = observe(SOURCE, {"ai-plugin.json": text})
    assert ids(found.credentials) == ["credential:ai-plugin.json#auth"]
    assert found.fingerprints == ()
    assert CANARY not in repr(found)


def test_runtimes_of_every_type() -> None:
    manifest = {
        "schema_version": "v2.4",
        "namespace": "n",
        "functions": [{"name": "f", "capabilities": {"confirmation": {"type": "None"}}}, {"name": "g"}],
        "runtimes": [
            {
                "type": "RemoteMCPServer",
                "auth": {"type": "None"},
                "spec": {"url": "https://mcp.x/", "mcp_tool_description": {"tools": [{"name": "t"}, 5]}},
                "run_for_functions": ["f"],
            },
            {"type": "LocalPlugin", "spec": {"local_endpoint": "Microsoft.Office.Addin"}, "run_for_functions": ["g"]},
            {"type": "OpenApi", "auth": {"type": "ApiKeyPluginVault"}, "spec": {"url": "https://a.x/openapi.json"},
             "run_for_functions": ["none"]},
            {"type": "Soap"},
        ],
    }  # fmt: skip
    found = observe(SOURCE, {"ai-plugin.json": json.dumps(manifest)})
    servers = {each.name: each for each in found.tool_servers}
    assert {name: each.auth for name, each in servers.items()} == {
        "n/runtimes.0": "none",
        "n/runtimes.1": "unknown",
        "n/runtimes.2": "key",
    }
    assert (servers["n/runtimes.0"].url, servers["n/runtimes.1"].transport) == ("https://mcp.x/", None)
    assert {(each.server, each.name, each.approval) for each in found.tools} == {
        (servers["n/runtimes.0"].id, "t", "unknown"),
        (servers["n/runtimes.0"].id, "f", "unknown"),
        (servers["n/runtimes.1"].id, "g", "unknown"),
        (servers["n/runtimes.2"].id, "*", None),
    }
    assert [each.store for each in found.credentials] == [None]
    assert sorted(each.construct or "" for each in found.skipped) == ["plugin", "runtime"]


def test_what_a_description_says_of_its_callers() -> None:
    def server(text: str) -> tuple[str | None, str | None]:
        found = observe(SOURCE, {"api.yaml": text})
        assert len(found.tool_servers) == 1
        return found.tool_servers[0].auth, found.tool_servers[0].url

    agentic = "    post: {x-openai-isConsequential: true%s}\n"
    head = "swagger: '2.0'\nhost: a.example\nbasePath: /v1\nschemes: [http]\n"
    keys = "securityDefinitions: {k: {type: apiKey}}\n"
    assert server(f"{head}paths:\n  /a:\n{agentic % ''}") == ("unknown", "http://a.example/v1")
    assert server(f"{head}{keys}security: [{{k: []}}]\npaths:\n  /a:\n{agentic % ''}")[0] == "key"
    assert server(f"{head}{keys}paths:\n  /a:\n{agentic % ', security: [{k: []}]'}")[0] == "key"
    assert server(f"{head}{keys}paths:\n  /a:\n{agentic % ', security: []'}")[0] == "none"
    assert server(f"{head}{keys}security: [{{k: []}}, {{}}]\npaths:\n  /a:\n{agentic % ''}")[0] == "none"


def test_an_operation_that_lets_anybody_in_is_told_apart() -> None:
    found = observe(SOURCE, {"ai-plugin.json": '{"schema_version": "v1", "name_for_model": "p"}', "api.yaml": REPAIRS})
    assert by_id(found.tool_servers, "tool_server:api.yaml#Repairs%20API").auth == "oauth"
    assert [(each.key, each.value) for each in found.settings] == [("paths./health.get.security", "none")]
    assert by_id(found.tools, "tool:api.yaml#Repairs%20API/purgeRepairs").irreversible is True


def test_a_description_that_nobody_names_is_named() -> None:
    found = observe(SOURCE, {"service/openapi.yaml": REPAIRS.replace("x-openai-isConsequential", "x-other")})
    assert (found.tool_servers, [each.construct for each in found.skipped]) == ((), ["OpenAPI description"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("manifest.json", '{"manifest_version": 3, "name": "browser extension"}'),
        ("template.yaml", "Resources:\n  Group:\n    Payload:\n      openapi: 3.0.0\n"),
        ("package.json", '{"name": "openapi", "version": "3.0.0"}'),
        ("docs/declarativeAgent.md", AGENT),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("value", ["5", "null", "[[[5]]]", '{"a": [null, {"b": 1}]}', '"text"', "[{}, 5, null]"])
@pytest.mark.parametrize("key", ["name", "capabilities", "actions", "instructions", "runtimes", "functions", "auth",
                                 "api", "copilotAgents", "developer", "openapi", "paths", "security"])  # fmt: skip
def test_any_shape_is_read_or_skipped(key: str, value: str) -> None:
    for path, text in (("declarativeAgent.json", AGENT), ("ai-plugin.json", PLUGIN), ("manifest.json", APP)):
        changed = text.rstrip().removesuffix("}") + f', "{key}": {value}}}\n'
        observe(SOURCE, {f"appPackage/{path}": changed, "appPackage/api.yaml": f'{REPAIRS}"{key}": {value}\n'})
        observe(SOURCE, {f"appPackage/{path}": f'{{"{key}": {value}}}'} if path != "manifest.json" else {})


@pytest.mark.skipif(not Path(CORPUS).is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.agents) == ([], ())
    # eight manifests, and one description with a word for Bedrock's agents
    assert len(found.tool_servers) == 9
    assert sorted(each.auth or "" for each in found.tool_servers) == [
        *("bearer",) * 4,
        *("none",) * 3,
        "oauth",
        "unknown",
    ]
    assert {each.name: each.approval for each in found.tools} == {
        **dict.fromkeys(("getAllOpenClaims", "getOutstandingPaperwork", "getClaimDetail"), None),
        "sendReminder": "each_call",
        "query_query_post": None,
        **dict.fromkeys(("getTodos", "addTodo", "deleteTodo"), None),
    }
    assert [each.scopes for each in found.credentials if each.kind == "oauth_token"] == [("search:read",)]
    # of the four with a bearer token, three have one of each user
    assert sorted(each.name or "" for each in found.credentials if each.kind == "api_key") == [
        *("a token of each user",) * 3,
        "one token for all users",
    ]
    # six manifests name a description that lies elsewhere; three descriptions belong to nothing that is seen
    assert sorted(each.construct or "" for each in found.skipped) == ["OpenAPI description"] * 3 + ["plugin"] * 6
    assert ids(found.tool_servers)[-1].endswith("openai__plugins-quickstart/.well-known/ai-plugin.json#todo")


def test_limits_are_named() -> None:
    manifest = json.loads(PLUGIN)
    manifest["runtimes"] = [{"type": "Soap"}] * 51
    found = observe(SOURCE, {"ai-plugin.json": json.dumps(manifest)})
    assert "skipped:ai-plugin.json#runtimes" in ids(found.skipped)
    manifest["runtimes"] = [{"type": "LocalPlugin", "run_for_functions": ["f*"] * 201}]
    found = observe(SOURCE, {"ai-plugin.json": json.dumps(manifest)})
    assert ids(found.skipped) == ["skipped:ai-plugin.json#runtimes.0.run_for_functions"]


def test_a_plugin_that_is_named_twice_is_used_once() -> None:
    twice = AGENT.replace('"file": "gone.json"', '"file": "./ai-plugin.json"')
    found = observe(SOURCE, {**PACKAGE, f"{TOP}/declarativeAgent.json": twice})
    assert sum(each.target.endswith("/addRepair") for each in found.links if each.verb == "invokes") == 1


def test_functions_have_a_limit() -> None:
    manifest = json.loads(PLUGIN)
    manifest["functions"] = [{"name": f"f{number}"} for number in range(2_001)]
    manifest["runtimes"] = [{"type": "LocalPlugin", "run_for_functions": ["*"]}]
    found = observe(SOURCE, {"ai-plugin.json": json.dumps(manifest)})
    assert len(found.tools) == 2_000
    assert ids(found.skipped) == ["skipped:ai-plugin.json#functions"]
