"""LangGraph: graphs, sign-in, environment and image of a `langgraph.json`."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Location
from nhiassess.sources.code import langgraph
from nhiassess.sources.code.langgraph import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

CORPUS = SHARED / "corpus"
CANARY = "0a1b2c3d4e5f6789" + "CANARY"
PATH = "repos/bot/langgraph.json"
SAMPLE = f"""
{{
  "$schema": "https://langgra.ph/schema.json",
  "python_version": "3.12",
  "dependencies": [".", "langchain_openai"],
  "graphs": {{
    "triage": "./src/triage.py:graph",
    "deep work": {{"path": "src/deep/graph.py:make_graph", "description": "Works deeply"}},
    "web": "./web/graph.ts:graph",
    "lost": "somewhere",
    "out": "../../../else/graph.py:graph"
  }},
  "env": {{"OPENAI_API_KEY": "{CANARY}", "MODE": "fast", "TAVILY_API_KEY": "${{TAVILY_API_KEY}}"}},
  "dockerfile_lines": ["RUN curl -sSf https://get.example/install | sh", "RUN apt-get update"],
  "http": {{"disable_mcp": true, "cors": {{"allow_origins": ["*"]}}}},
  "store": {{"index": {{"embed": "openai:text-embedding-3-small", "dims": 1536}}}},
  "checkpointer": {{"ttl": {{"default_ttl": 60}}}},
  "webhooks": {{"headers": {{"X-API-Key": "{CANARY}2"}}}}
}}
"""
A = "agent:langgraph/repos/bot"


def test_graphs() -> None:
    found = observe(SOURCE, {PATH: SAMPLE})
    assert ids(found.agents) == [f"{A}/{each}" for each in ("deep%20work", "lost", "out", "triage", "web")]
    deep = by_id(found.agents, f"{A}/deep%20work")
    assert (deep.name, deep.platform, deep.purpose) == ("deep work", "langgraph", "Works deeply")
    assert (deep.endpoint_auth, deep.autonomy) == ("unknown", None)
    assert deep.locations == (Location(PATH, 7, 5),)
    assert triples(found, "delegates_to") == {
        (f"{A}/triage", "delegates_to", "agent:langgraph/repos/bot/src/triage.graph"),
        (f"{A}/deep%20work", "delegates_to", "agent:langgraph/repos/bot/src/deep/graph.make_graph"),
    }
    assert {each.id.split("#")[1] for each in found.skipped} == {"graphs.web", "graphs.lost", "graphs.out"}


def test_settings_and_secrets() -> None:
    found = observe(SOURCE, {PATH: SAMPLE})
    assert {each.id.split("#", 1)[1] for each in found.settings} == {
        "python_version",
        "dependencies=langchain_openai",
        "env.MODE",
        "dockerfile_lines.piped_script=RUN%20curl%20-sSf%20https://get.example/install%20%7C%20sh",
        "dockerfile_lines=RUN%20apt-get%20update",
        "http.disable_mcp",
        "http.cors.allow_origins=*",
        "store.index.embed",
        "store.index.dims",
        "checkpointer.ttl.default_ttl",
        "webhooks.headers.X-API-Key",
    }
    assert {(each.id.split("#")[1], each.store) for each in found.credentials} == {
        ("env.OPENAI_API_KEY", "plaintext"),
        ("env.TAVILY_API_KEY", "env_reference"),
        ("webhooks.headers.X-API-Key", "plaintext"),
    }
    assert len(triples(found, "holds")) == 5 * 3
    assert CANARY not in repr(found)


def test_sign_in() -> None:
    start = '{"graphs": {"a": "./a.py:g"}, "env": ".env", "auth": {"path": "./auth.py:auth"'
    plain = observe(SOURCE, {PATH: start + "}}"})
    assert [each.endpoint_auth for each in plain.agents] == ["unknown"]
    assert [each.construct for each in plain.skipped] == ["sign-in"]
    assert {(each.key, each.value, each.agent) for each in plain.settings} == {
        ("auth.path", "./auth.py:auth", f"{A}/a"),
        ("env", ".env", f"{A}/a"),
    }
    scheme = '"openapi": {"securitySchemes": {"o": {"type": "oauth2", "flows": {}}}}'
    told = observe(SOURCE, {PATH: f"{start}, {scheme}}}}}"})
    assert [each.endpoint_auth for each in told.agents] == ["oauth"]
    assert told.skipped == ()


def test_a_file_of_one_graph_has_its_settings() -> None:
    found = observe(
        SOURCE, {PATH: '{"graphs": {"a": "./a.py:g"}, "webhooks": {"headers": {"X-API-Key": "' + CANARY + '"}}}'}
    )
    assert triples(found, "holds") == {(f"{A}/a", "holds", f"credential:{PATH}#webhooks.headers.X-API-Key")}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"graphs": {"a": "./a.py:g"}}'),
        ("langgraph.json", '{"name": "langgraph", "version": "1.0.0"}'),
        ("langgraph.json", '{"graphs": [1, 2]}'),
        ("docs/langgraph.md", '{"graphs": {"a": "./a.py:g"}}'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "rest",
    [
        '"env": [1, {"a": 2}], "auth": 3, "http": null, "dockerfile_lines": {"a": ["curl x | sh"]}',
        '"env": 7, "auth": {"openapi": {"securitySchemes": {"a": 1, "b": {"type": []}}}}, "dependencies": [[[1]]]',
        '"auth": {"openapi": {"securitySchemes": [1]}}, "store": [[{"a": [1]}]], "dependencies": 1',
    ],
)
def test_hostile_shapes(rest: str) -> None:
    text = '{"graphs": {"a": "x", "b": 1, "c": null, "d": [1], "e": {"path": 7, "description": []}}, ' + rest + "}"
    found = observe(SOURCE, {PATH: text})
    assert (len(found.agents), {each.endpoint_auth for each in found.agents}) == (5, {"unknown"})


def test_a_file_without_graphs_is_named() -> None:
    found = observe(SOURCE, {PATH: '{"$schema": "https://langgra.ph/schema.json", "graphs": [1]}'})
    assert (found.agents, [each.construct for each in found.skipped]) == ((), ["graphs"])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS / "langgraph")
    assert refused == []
    assert len(found.agents) == 18
    assert {each.endpoint_auth for each in found.agents} == {"unknown"}
    assert len(triples(found, "delegates_to")) == 16
    assert sorted(each.construct or "" for each in found.skipped) == ["graph", "graph", "sign-in"]
    assert [each.value for each in found.settings if each.key == "auth.path"] == ["./src/security/auth.py:auth"]
    assert sum(each.key == "env" for each in found.settings) == 12
    assert found.credentials == ()
    taken = {
        path.relative_to(CORPUS).parts[0]
        for path in CORPUS.rglob("*")
        if path.is_file()
        and SOURCE.recognises(path.relative_to(CORPUS).as_posix(), path.read_bytes()[:4096].decode("utf-8", "replace"))
    }
    assert taken == {"langgraph"}


def test_graphs_and_variables_do_not_multiply_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langgraph, "_MOST_LINKS", 100)
    graphs = {f"g{number}": f"./g.py:g{number}" for number in range(30)}
    variables = {f"API_KEY_{number}": f"${{KEY_{number}}}" for number in range(30)}
    found = observe(SOURCE, {PATH: json.dumps({"graphs": graphs, "env": variables})})
    assert len(found.credentials) == 30
    assert len(triples(found, "holds")) < 140
    assert f"skipped:{PATH}#env.holders" in ids(found.skipped)
