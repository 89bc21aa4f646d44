"""Agent cards of A2A in every version: agents, endpoints, skills, and how callers sign in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiassess.sources.services.a2a import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, place, triples

CORPUS = SHARED / "corpus"
CANARY = "ghp_CANARY0fake0fake0fake0fake0fake0fake0"
PATH = "repos/booking/.well-known/agent-card.json"
CARD = """
{
  "protocolVersion": "0.3.0",
  "name": "Booking desk",
  "description": "Books rooms and tells what is free.",
  "url": "https://booking.example/a2a",
  "preferredTransport": "JSONRPC",
  "additionalInterfaces": [
    {"url": "https://booking.example/a2a", "transport": "JSONRPC"},
    {"url": "http://booking.example/rest", "transport": "HTTP+JSON"}
  ],
  "provider": {"organization": "Harbour Hotels", "url": "https://hotels.example"},
  "version": "2.0",
  "capabilities": {"streaming": true, "extensions": [{"uri": "https://ext.example/trace/v1", "required": true}]},
  "supportsAuthenticatedExtendedCard": true,
  "securitySchemes": {
    "staff": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example/token",
      "scopes": {"rooms:write": "book"}}}},
    "proxy": {"type": "mutualTLS"}
  },
  "security": [{"staff": ["rooms:write"], "proxy": []}, {"staff": ["rooms:write"]}],
  "defaultInputModes": ["text/plain"],
  "defaultOutputModes": ["text/plain"],
  "signatures": [{"protected": "e30", "signature": "c2ln"}],
  "skills": [
    {"id": "book", "name": "Book a room", "description": "Books", "tags": [], "security": [{"staff": ["rooms:pay"]}]},
    {"id": "free", "name": "Free rooms", "description": "Lists", "tags": []}
  ]
}
"""


def card(**changes: Any) -> str:
    """A card with an address and no scheme, changed."""
    plain = {"name": "a", "url": "https://a.example", "defaultInputModes": [], "defaultOutputModes": [], "skills": []}
    return json.dumps({key: value for key, value in {**plain, **changes}.items() if value is not ...})


def auth(**changes: Any) -> str | None:
    found = observe(SOURCE, {"agent-card.json": card(**changes)})
    (agent,) = found.agents
    assert {each.auth for each in found.tool_servers} == {agent.endpoint_auth}
    return agent.endpoint_auth


def test_card() -> None:
    found = observe(SOURCE, {PATH: CARD})
    (agent,) = found.agents
    assert agent.id == "agent:a2a/repos/booking/Booking%20desk"
    assert (agent.platform, agent.owner, agent.purpose) == (
        "a2a",
        "Harbour Hotels",
        "Books rooms and tells what is free.",
    )
    assert agent.endpoint_auth == "oauth"
    assert agent.locations == (place(CARD, '"Booking desk"', PATH), place(CARD, '"security": [', PATH))
    server = f"tool_server:{PATH}#Booking%20desk"
    assert {each.id: each.url for each in found.tool_servers} == {
        server: "https://booking.example/a2a",
        f"{server}/additionalInterfaces.1": "http://booking.example/rest",
    }
    assert {each.transport for each in found.tool_servers} == {"http"}
    tool = f"tool:{PATH}#Booking%20desk/"
    assert ids(found.tools) == [f"{tool}book", f"{tool}free"]
    assert by_id(found.tools, f"{tool}free").locations == (place(CARD, '"free"', PATH),)
    assert triples(found) == {(f"{tool}book", "served_by", server), (f"{tool}free", "served_by", server)}
    assert {each.key: each.value for each in found.settings} == {
        "protocolVersion": "0.3.0",
        "preferredTransport": "JSONRPC",
        "capabilities.streaming": "true",
        "capabilities.extensions.0.uri": "https://ext.example/trace/v1",
        "capabilities.extensions.0.required": "true",
        "supportsAuthenticatedExtendedCard": "true",
        "securitySchemes.staff": "oauth",
        "securitySchemes.staff.type": "oauth2",
        "securitySchemes.staff.flows.clientCredentials.tokenUrl": "https://id.example/token",
        "securitySchemes.staff.flows.clientCredentials.scopes.rooms:write": "book",
        "securitySchemes.proxy": "mtls",
        "securitySchemes.proxy.type": "mutualTLS",
        "security.staff": "rooms:write",
        "skills.book.security.staff": "rooms:pay",
        "signatures": "present",
    }
    assert all(each.locations for each in (*found.settings, *found.links, *found.tool_servers))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "none"),
        ({"securitySchemes": None, "security": []}, "none"),
        ({"url": ...}, "unknown"),
        ({"securitySchemes": {"k": {"type": "apiKey"}}}, "unknown"),
        ({"securitySchemes": {"k": {"type": "apiKey"}}, "security": []}, "unknown"),
        ({"securitySchemes": {"k": {"type": "apiKey"}}, "security": [{"k": []}]}, "key"),
        ({"securitySchemes": {"k": {"type": "http", "scheme": "Bearer"}}, "security": [{"k": []}]}, "bearer"),
        ({"securitySchemes": {"k": {"type": "http", "scheme": "basic"}}, "security": [{"k": []}]}, "key"),
        ({"securitySchemes": {"k": {"type": "openIdConnect"}}, "security": [{"k": []}]}, "oauth"),
        ({"securitySchemes": {"k": {"type": "mutualTLS"}}, "security": [{"k": []}]}, "mtls"),
        ({"securitySchemes": {"k": {"type": "apiKey"}}, "security": [{"k": []}, {}]}, "none"),
        ({"securitySchemes": {"k": {"type": "apiKey"}}, "security": [{"other": []}]}, "unknown"),
        ({"securitySchemes": [{"type": "oauth2"}]}, "unknown"),
        (
            {
                "url": ...,
                "supportedInterfaces": [{"url": "https://a.example", "protocolBinding": "GRPC"}],
                "securitySchemes": {"b": {"httpAuthSecurityScheme": {"scheme": "Bearer"}}},
                "securityRequirements": [{"schemes": {"b": {"list": []}}}],
            },
            "bearer",
        ),
        (
            {
                "securitySchemes": {"m": {"mtlsSecurityScheme": {}}},
                "securityRequirements": [{"schemes": {"m": {"list": ["x"]}}}],
            },
            "mtls",
        ),
        ({"authentication": {"schemes": ["Bearer"]}}, "bearer"),
        ({"authentication": {"schemes": ["OAuth2", "apiKey"]}}, "key"),
        ({"authentication": {"schemes": []}}, "none"),
        ({"authentication": {"schemes": ["public"]}}, "none"),
        ({"authentication": {"schemes": ["session cookie"]}}, "unknown"),
        ({"authentication": {"credentials": "x"}}, "unknown"),
    ],
)
def test_how_callers_sign_in(changes: dict[str, Any], expected: str) -> None:
    assert auth(**changes) == expected


def test_absent_signature_and_a_list_of_cards() -> None:
    path = "registry/agents.json"
    found = observe(SOURCE, {path: f"[{card(name='one')}, {card(name='two')}, 5]"})
    assert ids(found.agents) == ["agent:a2a/registry/one", "agent:a2a/registry/two"]
    assert [each.value for each in found.settings if each.key.endswith("signatures")] == ["absent", "absent"]
    assert ids(found.tool_servers) == [f"tool_server:{path}#0.one", f"tool_server:{path}#1.two"]


def test_a_secret_in_a_card_is_held_by_its_agent() -> None:
    found = observe(SOURCE, {"agent-card.json": card(authentication={"schemes": ["Bearer"], "credentials": CANARY})})
    (credential,) = found.credentials
    assert (credential.id, credential.store) == ("credential:agent-card.json#authentication.credentials", "plaintext")
    assert triples(found, "holds") == {("agent:a2a/-/a", "holds", credential.id)}
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "x", "capabilities": {}}'),
        ("agent.json", '{"name": "x", "skills": ["typing"]}'),
        ("agents/agent-card.md", card()),
        ("appPackage/declarativeAgent.json", '{"version": "v1.6", "name": "x", "capabilities": []}'),
        ("docs/agent-card.json.txt", card()),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "5",
        "null",
        "{}",
        '{"name": {"x": 1}}',
        card(name=5, url=5, skills=5, security=5, securitySchemes="x", capabilities=[[[]]], provider=[1]),
        card(skills=[1, None, {"id": [1]}, {"name": "n", "security": [1, {"a": 1}]}], supportedInterfaces={"url": 1}),
        card(security=[1, {"a": {"list": 5}}, [], {"schemes": 5}], authentication="none", signatures={}),
        card(securitySchemes={"a": 1, "b": [1], "c": {"type": {}}}, security=[{"a": [], "b": [], "c": []}]),
        card(additionalInterfaces=[5, {"url": ["x"]}], authentication={"schemes": [1, {}]}),
    ],
)
def test_any_shape_is_read_or_skipped(text: str) -> None:
    found = observe(SOURCE, {"agent-card.json": text})
    assert found.agents or found.skipped


@pytest.mark.skipif(not Path(CORPUS).is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.skipped) == ([], ())
    assert {each.id.split("/")[2] for each in found.agents} == {
        "A2AReg__a2a-registry",
        "a2aproject__a2a-samples",
        "kagent-dev__kagent",
    }
    assert (len(found.agents), len(found.tool_servers), len(found.tools)) == (17, 22, 28)
    # three declare schemes and require none; seven have an address and no scheme; seven are completed at start
    stated = [each.endpoint_auth for each in found.agents]
    assert (stated.count("unknown"), stated.count("none"), len(stated)) == (10, 7, 17)
    assert sum(each.url is None for each in found.tool_servers) == 7
    assert [each.value for each in found.settings if each.key.endswith("extensions.0.uri")] == [
        "https://kagent.dev/extensions/hitl/v1"
    ]
