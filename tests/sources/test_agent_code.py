"""Agents in Python: what makes one in each library, its tools, servers, secrets, and whom it hands work to."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.code.agent_code import SOURCE
from tests.observing import SHARED, by_id, ids, observe, place, triples

CORPUS = SHARED / "corpus"
CANARY = "0a1b2c3d4e5f6789" + "CANARY"
OPENAI = f'''
import os, subprocess
from agents import Agent as A, Runner, function_tool, WebSearchTool, HostedMCPTool, handoff
from agents.mcp import MCPServerStdio
from .billing import billing_agent
from .sales.desk import seller

@function_tool(needs_approval=True)
def shell(command: str) -> str:
    return subprocess.run(command, shell=True).stdout

@function_tool
def listing() -> str:
    return os.popen("ls").read()

client = OpenAI(api_key="{CANARY}")
files = MCPServerStdio(
    name="files",
    params={{
        "command": "npx",
        "args": ["-y", "files-mcp@1.0.0", "/"],
        "env": {{"GITHUB_TOKEN": os.environ["GITHUB_TOKEN"]}},
    }},
)
refund_tools = [shell, listing, WebSearchTool()]
refunds = A(name="Refunds", instructions="i", model="gpt-x", tools=refund_tools, mcp_servers=[files])
triage = A(
    name="Triage agent",
    handoff_description="Sends people on",
    model=os.getenv("MODEL"),
    handoffs=[refunds, handoff(billing_agent), seller, lookup()],
    tools=[
        HostedMCPTool(
            tool_config={{
                "server_label": "docs",
                "server_url": "https://docs.example/mcp",
                "require_approval": "never",
            }}
        ),
        refunds.as_tool(tool_name="refund"),
        *more(),
    ],
    mcp_servers=[files],
    input_guardrails=[polite],
)

async def main():
    await Runner.run(triage, "hello", max_turns=3)
'''
BILLING = 'from agents import Agent\nbilling_agent = Agent(name="Billing", instructions="i")\n'
P = "agent:openai-agents/app"


def desk() -> Inventory:
    return observe(SOURCE, {"app/main.py": OPENAI, "app/billing.py": BILLING})


def test_agents_of_the_openai_sdk() -> None:
    found = desk()
    assert ids(found.agents) == [f"{P}/billing.billing_agent", f"{P}/main.refunds", f"{P}/main.triage"]
    triage, refunds = by_id(found.agents, f"{P}/main.triage"), by_id(found.agents, f"{P}/main.refunds")
    assert (triage.name, triage.platform, triage.purpose) == ("Triage agent", "openai-agents", "Sends people on")
    assert (triage.model, refunds.model, triage.autonomy, triage.sandbox) == (None, "gpt-x", None, None)
    assert refunds.locations == (place(OPENAI, "A(name=", "app/main.py"),)
    settings = {each.key: (each.agent, each.value) for each in found.settings}
    assert settings["triage.input_guardrails"] == (triage.id, "polite")
    assert settings["triage.max_turns"] == (triage.id, "3")
    assert settings["refunds.shell.shell"] == (refunds.id, "subprocess.run")


def test_delegation_within_and_across_files() -> None:
    found = desk()
    assert triples(found, "delegates_to") == {
        (f"{P}/main.triage", "delegates_to", f"{P}/main.refunds"),
        (f"{P}/main.triage", "delegates_to", f"{P}/billing.billing_agent"),
        (f"{P}/main.triage", "delegates_to", f"{P}/sales/desk.seller"),
    }
    listed = place(OPENAI, "refunds, handoff", "app/main.py")
    assert listed in [each.locations[0] for each in found.links if each.verb == "delegates_to"]
    assert {each.id.split("#")[1]: each.construct for each in found.skipped} == {
        "triage.handoffs": "handoffs",
        "triage.model": "model",
        "triage.tools": "tools",
    }


def test_tools_of_functions_libraries_and_servers() -> None:
    found = desk()
    short = "tool:openai-agents/app/main.refunds"
    shell = by_id(found.tools, f"{short}/shell")
    assert (shell.approval, shell.capabilities) == ("each_call", (("executes_code", "high"), ("unknown", "low")))
    assert by_id(found.tools, f"{short}/listing").capabilities == (("executes_code", "low"), ("unknown", "low"))
    assert by_id(found.tools, f"{short}/WebSearchTool").capabilities == (("browses_web", "high"),)
    assert by_id(found.tools, "tool:app/main.py#docs/*").approval == "never"
    servers = {each.name: each for each in found.tool_servers}
    assert (servers["files"].package, servers["files"].pinned, servers["docs"].auth) == ("files-mcp", True, "unknown")
    called = {target for _, _, target in triples(found, "invokes")}
    assert called == {f"{short}/{each}" for each in ("shell", "listing", "WebSearchTool")} | {
        "tool:app/main.py#files/*",
        "tool:app/main.py#docs/*",
    }
    assert (f"{P}/main.triage", "invokes", "tool:app/main.py#files/*") in triples(found)
    assert (f"{P}/main.refunds", "invokes", "tool:app/main.py#files/*") in triples(found)
    assert triples(found, "executes_on") == {
        (f"{short}/shell", "executes_on", "resource:host/app"),
        ("tool:app/main.py#files/*", "executes_on", "resource:host/app"),
    }


def test_secrets() -> None:
    found = desk()
    held = {each.id.split("#")[1]: (each.store, each.locations[0].line) for each in found.credentials}
    assert held == {
        "api_key": ("plaintext", place(OPENAI, "api_key=", "").line),
        "files.env.GITHUB_TOKEN": ("env_reference", place(OPENAI, "GITHUB_TOKEN", "").line),
    }
    assert triples(found, "holds") == {
        (f"{P}/main.triage", "holds", "credential:app/main.py#api_key"),
        (f"{P}/main.refunds", "holds", "credential:app/main.py#api_key"),
        ("tool_server:app/main.py#files", "holds", "credential:app/main.py#files.env.GITHUB_TOKEN"),
    }
    assert CANARY not in repr(found)


def test_a_secret_in_the_call_of_an_agent_is_its_own() -> None:
    text = f'from smolagents import CodeAgent\na = CodeAgent([], HfModel(token="{CANARY}"))\nb = CodeAgent([], m)\n'
    found = observe(SOURCE, {"a.py": text})
    assert triples(found, "holds") == {("agent:smolagents/-/a.a", "holds", "credential:a.py#token")}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/main.py", "from agents import load_all\nload_all()\n"),
        ("app/main.py", "import agents\n"),
        ("app/main.py", "# from crewai import Agent\n"),
        ("app/main.py", "from google.cloud import storage\n"),
        ("app/main.py", "from langchainer import x\n"),
        ("app/main.ts", "from crewai import Agent\n"),
        ("README.md", "from crewai import Agent\n"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        "from agents import Agent\nbot = Agent(hull='x', speed=3)\n",  # an Agent of somebody else's package
        "from google.adk.agents import Agent\n# Agent(name='x')\ntext = '''Agent(name=\"x\")'''\n",
        "from crewai import Agent\nclass Agent2(Agent): ...\nbuild = Agent\n",
        "import autogen\nfrom other import AssistantAgent\nAssistantAgent('x')\n",
    ],
)
def test_what_is_no_agent(text: str) -> None:
    found = observe(SOURCE, {"main.py": text})
    assert (found.agents, found.tools, found.skipped) == ((), (), ())


def test_a_file_that_is_no_python_is_named() -> None:
    found = observe(SOURCE, {"a/main.py": "from crewai import Agent\nprint 'x'\n"})
    assert [(each.construct, each.locations[0]) for each in found.skipped] == [("Python", Location("a/main.py", 2, 1))]


@pytest.mark.parametrize(
    "call",
    [
        "Agent()",
        "Agent(**x, **{'tools': 3}, tools=None)",
        "Agent(name=[1], tools={'a': {}}, model={'config_list': [[1]]}, handoffs={1: 2}, memory=[[[[[[1]]]]]])",
        "Agent(name=f'{x}', tools=[[[]], None, 1, 2.5, ..., lambda: 1, *x, 'search', {}, {'type': 'web_search'}])",
        "Agent(tools=Agent(tools=Agent()), sub_agents=[None, 1, 'x', Agent, x.y.z()], mcp_servers=7, mcps=[7, x])",
        "Agent(tools=[McpToolset(McpToolset(McpToolset())), MultiServerMCPClient([1]), MCPServerStdio(3, args=4)])",
        "Agent(code_executor=1, code_execution_config=[], interrupt_on=[1], middleware=3, interrupt_before=3)",
    ],
)
def test_hostile_shapes(call: str) -> None:
    imports = "from google.adk.agents import Agent\nfrom google.adk.tools import McpToolset\n"
    assert observe(SOURCE, {"main.py": f"{imports}bot = {call}\n"}).agents


def test_agents_of_one_name_stay_apart() -> None:
    text = "from crewai import Agent\ndef f():\n    a = Agent(role='x')\n    a = Agent(role='y')\n"
    assert ids(observe(SOURCE, {"m.py": text}).agents) == ["agent:crewai/-/m.f.a", "agent:crewai/-/m.f.a@4"]


def test_what_is_generated_ends() -> None:
    text = "from agents import Agent, function_tool\ntools = [" + "f," * 1_000 + "]\ndef f(x): os.system(x)\n"
    text += "".join(f"a{n} = Agent(name='x', tools=tools)\n" for n in range(3_000))
    found = observe(SOURCE, {"main.py": text})
    assert len(found.agents) == 3_000
    assert [each.construct for each in found.skipped] == ["relations"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_the_corpus_holds_no_python() -> None:
    assert [path for path in CORPUS.rglob("*.py") if path.is_file()] == []


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_of_every_system_are_counted_alike(end: str) -> None:
    text = f"from agents import Agent{end}{end}a = Agent(name='A', instructions=f'{{1}}'){end}"
    found = observe(SOURCE, {"app/main.py": text.encode()})
    assert [place.line for place in found.agents[0].locations] == [3]


def test_what_is_imported_stands_where_it_is_named() -> None:
    text = "from agents import Agent\nfrom .other import helper, tools\n\n\n\n"
    text += "a = Agent(name='A', tools=[helper], model=tools)\nb = Agent(name='B', tools=tools)\n"
    other = "from agents import Agent\nhelper = Agent(name='H', instructions='i')\n"
    found = observe(SOURCE, {"app/main.py": text, "app/other.py": other})
    (delegation,) = [each for each in found.links if each.verb == "delegates_to"]
    assert delegation.locations == (Location("app/main.py", 6, 28),)
    assert {place for each in found.skipped for place in each.locations} == {
        Location("app/main.py", 6, 43),
        Location("app/main.py", 7, 27),
    }
