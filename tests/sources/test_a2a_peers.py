"""Remote subagents of Gemini CLI: who delegates to whom over A2A, and what is sent to sign in."""

from __future__ import annotations

import pytest

from nhiassess.sources.services.a2a_peers import SOURCE
from tests.observing import by_id, ids, observe, place, triples

CANARY = "ghp_CANARY0fake0fake0fake0fake0fake0fake0"
PATH = "repos/web/.gemini/agents/pricing.md"
MAIN = "agent:gemini/repos/web/gemini"
PEER = """
---
kind: remote
name: pricing
agent_card_url: http://pricing.example/.well-known/agent-card.json
auth:
  type: http
  scheme: Bearer
  token: $PRICING_TOKEN
---
"""


def test_peer() -> None:
    found = observe(SOURCE, {PATH: PEER})
    peer = by_id(found.agents, "agent:a2a/repos/web/pricing")
    assert (peer.platform, peer.endpoint_auth) == ("a2a", "bearer")
    assert peer.locations == (place(PEER, "pricing", PATH),)
    assert by_id(found.agents, MAIN).platform == "gemini"
    (server,) = found.tool_servers
    assert (server.url, server.auth) == ("http://pricing.example/.well-known/agent-card.json", "bearer")
    (credential,) = found.credentials
    assert (credential.kind, credential.store) == ("api_key", "env_reference")
    assert triples(found) == {(MAIN, "delegates_to", peer.id), (MAIN, "holds", credential.id)}
    assert {each.key: each.value for each in found.settings} == {"auth.type": "http", "auth.scheme": "Bearer"}


def test_credentials_of_every_kind() -> None:
    head = "---\nkind: remote\nname: x\nagent_card_url: https://x.example\nauth:\n"
    literal = observe(SOURCE, {PATH: f"{head}  type: apiKey\n  key: {CANARY}\n---\n"})
    assert [(each.store, each.name) for each in literal.credentials] == [("plaintext", "key")]
    assert CANARY not in repr(literal)
    command = observe(SOURCE, {PATH: f"{head}  type: apiKey\n  key: '!pass show x'\n---\n"})
    assert command.credentials == ()
    google = observe(SOURCE, {PATH: f"{head}  type: google-credentials\n  scopes: [a, 5]\n---\n"})
    (token,) = google.credentials
    assert (token.store, token.scopes, google.tool_servers[0].auth) == ("workload_api", ("a",), "iam")
    silent = observe(SOURCE, {PATH: "---\nkind: remote\nname: x\n---\n"})
    assert (silent.tool_servers, by_id(silent.agents, "agent:a2a/repos/web/x").endpoint_auth) == ((), "unknown")


def test_local_agents_and_other_files_are_left_alone() -> None:
    assert not SOURCE.recognises(PATH, "---\nname: local\ndescription: d\n---\n")
    assert not SOURCE.recognises("docs/agents/pricing.md", PEER)
    assert SOURCE.recognises("home/dev/.config/gemini-cli/agents/x.md", "---\n- kind: remote\n  name: x\n---\n")


@pytest.mark.parametrize(
    "text",
    [
        "---\n- kind: remote\n  name: one\n- kind: remote\n  name: two\n---\n",
        "---\nkind: remote\n---\n",
        "---\nkind: remote\nname: [1]\nauth: 5\n---\n",
        "---\nkind: remote\nname: a\nagent_card_json: '{}'\n---\n",
        "kind: remote\n",
    ],
)
def test_what_is_not_understood_is_named(text: str) -> None:
    assert len(observe(SOURCE, {PATH: text}).skipped) == 1


@pytest.mark.parametrize("auth", ["5", "[a]", "{type: [x], key: {a: 1}}", "{type: http, scheme: 5, token: 7}"])
def test_any_shape_of_auth_is_read(auth: str) -> None:
    found = observe(SOURCE, {PATH: f"---\nkind: remote\nname: a\nagent_card_url: [x]\nauth: {auth}\n---\n"})
    assert ids(found.agents) == ["agent:a2a/repos/web/a", MAIN]
