"""CrewAI: agents and tasks of a crew's YAML, what each may call, and who hands work to whom."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Location
from nhiassess.sources.code.crewai import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

CORPUS = SHARED / "corpus"
CANARY = "0a1b2c3d4e5f6789" + "CANARY"
HOME = "repos/news/src/news"
AGENTS = f"{HOME}/config/agents.yaml"
TASKS = f"{HOME}/config/tasks.yaml"
SAMPLE = {
    AGENTS: f"""
        researcher:
          role: >
            {{topic}} Researcher
          goal: Find what is new
          backstory: You look around.
          tools: [search_tool, scrape]
          llm: gpt-x
          max_iter: 5
          max_rpm: 10
          memory: true
          allow_delegation: true
        coder:
          role: Coder
          goal: Write code
          backstory: You write.
          llm: {{model: own/model, api_key: {CANARY}}}
          allow_code_execution: true
          code_execution_mode: unsafe
          mcps: ["https://mcp.example/mcp", "crewai-amp:crm"]
          knowledge_sources: [knowledge/facts.txt]
        """,
    TASKS: """
        find:
          description: Find what is new in {topic}
          expected_output: A list
          agent: researcher
          human_input: true
        write:
          description: Write it up
          expected_output: A text
          agent: coder
          tools: [save]
          context: [find, lost]
          async_execution: true
        nobody:
          description: Do it
          expected_output: Done
        stranger:
          description: Do it
          expected_output: Done
          agent: someone
        """,
}
R, C = f"agent:crewai/{HOME}/researcher", f"agent:crewai/{HOME}/coder"


def test_agents() -> None:
    found = observe(SOURCE, SAMPLE)
    assert ids(found.agents) == [C, R]
    researcher, coder = by_id(found.agents, R), by_id(found.agents, C)
    assert (researcher.name, researcher.platform, researcher.model) == ("researcher", "crewai", "gpt-x")
    assert (researcher.purpose, researcher.limits) == ("{topic} Researcher: Find what is new", "max_iter 5; max_rpm 10")
    assert (researcher.sandbox, researcher.autonomy, researcher.endpoint_auth) == (None, None, None)
    assert researcher.locations == (Location(AGENTS, 1, 1),)
    assert (coder.model, coder.sandbox, coder.limits) == ("own/model", "none", None)
    settings = {each.id.split("#")[1]: (each.agent, each.value) for each in found.settings}
    assert settings["researcher.memory"] == (R, "true")
    assert settings["researcher.allow_delegation"] == (R, "true")
    assert settings["coder.knowledge_sources=knowledge/facts.txt"] == (C, "knowledge/facts.txt")
    assert settings["find.human_input"] == (R, "true")
    assert settings["write.async_execution"] == (C, "true")


def test_tools_servers_and_secrets() -> None:
    found = observe(SOURCE, SAMPLE)
    short = f"tool:crewai/{HOME}"
    server = f"tool_server:{AGENTS}#mcp.example"
    assert triples(found, "invokes", "served_by", "executes_on", "holds") == {
        (R, "invokes", f"{short}/researcher/search_tool"),
        (R, "invokes", f"{short}/researcher/scrape"),
        (C, "invokes", f"{short}/coder/save"),
        (C, "invokes", f"{short}/coder/CodeInterpreterTool"),
        (C, "invokes", f"tool:{AGENTS}#mcp.example/*"),
        (f"tool:{AGENTS}#mcp.example/*", "served_by", server),
        (f"{short}/coder/CodeInterpreterTool", "executes_on", f"resource:host/{HOME}"),
        (C, "holds", f"credential:{AGENTS}#coder.llm.api_key"),
    }
    assert [(each.transport, each.auth) for each in found.tool_servers] == [("http", "unknown")]
    assert [(each.store, each.locations) for each in found.credentials] == [("plaintext", (Location(AGENTS, 16, 36),))]
    assert CANARY not in repr(found)


def test_tasks_trigger_agents_and_hand_answers_on() -> None:
    found = observe(SOURCE, SAMPLE)
    flow = f"workflow:crewai/{HOME}"
    assert {(each.id, each.agent) for each in found.workflows} == {
        (f"{flow}/find", R),
        (f"{flow}/write", C),
        (f"{flow}/nobody", None),
        (f"{flow}/stranger", None),
    }
    assert triples(found, "triggers", "delegates_to") == {
        (f"{flow}/find", "triggers", R),
        (f"{flow}/write", "triggers", C),
        (R, "delegates_to", C),
    }
    reasons = {each.reason for each in found.links if each.verb == "delegates_to"}
    assert reasons == {"allow_delegation is true", "its answer is given to the task write"}
    assert {each.id.split("#")[1]: each.construct for each in found.skipped} == {
        "coder.mcps.1": "tool server",
        "write.context": "context of a task",
        "stranger.agent": "task",
    }


def test_safe_code_execution_runs_in_a_container() -> None:
    text = "a:\n  role: r\n  goal: g\n  allow_code_execution: true\n"
    found = observe(SOURCE, {"agents.yaml": text})
    assert [(each.id, each.sandbox) for each in found.agents] == [("agent:crewai/-/a", "container")]
    assert triples(found, "executes_on") == set()


def test_tasks_without_agents_beside_them_are_read_too() -> None:
    found = observe(SOURCE, {TASKS: SAMPLE[TASKS]})
    assert (f"workflow:crewai/{HOME}/stranger", "triggers", f"agent:crewai/{HOME}/someone") in triples(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/agents.yaml", "agents:\n  - name: build\n    role: builder\n"),
        ("config/agents.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        ("config/tasks.yaml", "- name: Install\n  apt: {name: x}\n"),
        ("config/tasks.yaml", "build:\n  description: Build it\n  cmd: make\n"),
        ("config/people.yaml", "a:\n  role: r\n  goal: g\n"),
        ("agents.md", "a:\n  role: r\n  goal: g\n"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [c]\nd:\n  role: [1, {x: y}]\n  goal: {x: 1}\n  tools: {name: 3}\n  max_iter: [1]\n",
        "d:\n  role: r\n  goal: g\n  tools: [[1, [2]], null, 3]\n  llm: [x]\n  mcps: 7\n  apps: {a: b}\n",
        "d:\n  role: r\n  goal: g\n  allow_code_execution: [true]\n  code_execution_mode: {a: b}\n",
    ],
)
def test_hostile_shapes(text: str) -> None:
    assert observe(SOURCE, {"agents.yaml": "x:\n  role: r\n  goal: g\n" + text}).agents
    observe(
        SOURCE, {"tasks.yaml": "x:\n  description: r\n  expected_output: g\n  agent: [x]\n  context: {a: 1}\n" + text}
    )


def test_a_crowd_that_may_all_delegate_is_named_and_not_drawn() -> None:
    text = "".join(f"a{n}:\n  role: r\n  goal: g\n  allow_delegation: true\n" for n in range(3_000))
    found = observe(SOURCE, {"agents.yaml": text})
    assert (len(found.agents), found.links, len(found.skipped)) == (3_000, (), 3_000)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS / "crewai")
    assert refused == []
    assert (len(found.agents), len(found.workflows), len(found.tools), len(found.credentials)) == (31, 40, 0, 0)
    verbs = [each.verb for each in found.links]
    assert (verbs.count("triggers"), verbs.count("delegates_to")) == (17, 1)
    (given,) = [each for each in found.links if each.verb == "delegates_to"]
    assert (given.source.rsplit("/", 1)[1], given.target.rsplit("/", 1)[1]) == ("researcher", "analyst")
    assert found.skipped == ()
    taken = {
        path.relative_to(CORPUS).parts[0]
        for path in CORPUS.rglob("*")
        if path.is_file()
        and SOURCE.recognises(path.relative_to(CORPUS).as_posix(), path.read_bytes()[:4096].decode("utf-8", "replace"))
    }
    assert taken == {"crewai"}
