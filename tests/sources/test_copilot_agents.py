"""Custom agents of Copilot: who they are, what they may use, and whom they hand over to."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Location
from nhiassess.sources.clients.copilot_agents import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

CANARY = "sk-proj-CANARYfakefakefakefakefakefakefakefake0123"
PLAN = """
    ---
    name: Planner
    description: Plans, and hands the plan over.
    tools: ['search', 'web/fetch', "tracker/create_issue"]
    model: ["GPT-5", "Claude"]
    mcp-servers:
      tracker:
        type: http
        url: https://tracker.example/mcp
        headers: {Authorization: "Bearer %s"}
    handoffs:
      - {label: Build, agent: builder, prompt: Build it, send: true}
      - {label: Ask, agent: nobody}
    ---
    You plan.
    """
BUILD = "---\ndescription: Builds.\ntools: execute, edit\ntarget: vscode\n---\nYou build.\n"
FILES = {"web/.github/agents/plan.agent.md": PLAN % CANARY, "web/.github/agents/builder.md": BUILD}


def test_agents_with_tools_servers_and_handoffs() -> None:
    found = observe(SOURCE, FILES)
    plan, build = "agent:copilot/web/Planner", "agent:copilot/web/builder"
    assert ids(found.agents) == [plan, build]
    assert (found.agents[0].model, found.agents[0].purpose) == ("GPT-5", "Plans, and hands the plan over.")
    assert triples(found, "delegates_to") == {(plan, "delegates_to", build)}
    assert [(each.name, each.auth, each.url) for each in found.tool_servers] == [
        ("tracker", "bearer", "https://tracker.example/mcp")
    ]
    assert triples(found, "executes_on") == {("tool:copilot/web/builder/execute", "executes_on", "resource:host/web")}
    assert {tool for _, _, tool in triples(found, "invokes")} == {
        "tool:copilot/web/Planner/search",
        "tool:copilot/web/Planner/web/fetch",
        "tool:web/.github/agents/plan.agent.md#tracker/*",
        "tool:copilot/web/builder/execute",
        "tool:copilot/web/builder/edit",
    }
    search = by_id(found.tools, "tool:copilot/web/Planner/search")
    assert search.locations == (Location("web/.github/agents/plan.agent.md", 4, 9),)
    assert [(each.construct, each.locations[0].line) for each in found.skipped] == [("handoff", 13)]
    (secret,) = found.credentials
    assert (secret.store, secret.locations[0].line) == ("plaintext", 10)
    assert CANARY not in repr(found)


def test_an_agent_without_tools_has_them_all() -> None:
    found = observe(SOURCE, {"a.chatmode.md": "---\ndescription: d\n---\nbody"})
    assert ids(found.tools) == ["tool:copilot/-/a/*"]


def test_one_that_runs_in_the_cloud_runs_on_nobody_s_machine() -> None:
    found = observe(SOURCE, {"a.agent.md": "---\ntarget: github-copilot\ntools: [execute]\n---\nbody"})
    assert not triples(found, "executes_on")


@pytest.mark.parametrize(
    "path", ["agents/reviewer.md", ".claude/agents/a.md", "docs/agent.md", ".github/agents/README.md"]
)
def test_other_markdown_is_left_alone(path: str) -> None:
    assert not SOURCE.recognises(path, "# Read me\n")


@pytest.mark.parametrize(
    "front", ["tools: 7", "tools: {a: [b]}", "handoffs: x", "agents: [[a]]", "mcp-servers: [1]", "- a"]
)
def test_anything_may_stand_anywhere(front: str) -> None:
    assert len(observe(SOURCE, {"a.agent.md": f"---\n{front}\n---\nbody"}).agents) == 1


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the real files are not here")
def test_the_real_files() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus")
    assert refused == []
    assert len(found.agents) == 6
    assert sum(tool.name == "*" for tool in found.tools) == 3
