"""Agents in Python: what each library calls an agent, its limits, its sandbox and its approvals."""

from __future__ import annotations

from nhiassess.model.inventory import Inventory
from nhiassess.sources.code import crewai, langgraph
from nhiassess.sources.code.agent_code import SOURCE
from tests.observing import by_id, ids, observe, triples


def read(**files: str) -> Inventory:
    return observe(SOURCE, {f"app/{name}.py": text for name, text in files.items()})


def facts(found: Inventory) -> dict[str, tuple[str | None, ...]]:
    return {each.id: (each.name, each.model, each.autonomy, each.sandbox, each.limits) for each in found.agents}


def test_graphs_of_langgraph_and_the_files_beside_them() -> None:
    found = read(
        graph="""
        from langgraph.graph import StateGraph
        from langgraph.prebuilt import ToolNode
        from langchain_community.tools import ShellTool
        from .tools import TOOLS
        tools = [ShellTool()]
        tools.append(TavilySearch(max_results=3))
        builder = StateGraph(State)
        builder.add_node("tools", ToolNode(tools + TOOLS))
        graph = builder.compile(checkpointer=MemorySaver(), interrupt_before=["tools"])
        chained = StateGraph(State).add_node("a", b).compile()
        """,
        tools="""
        import subprocess
        from langchain_core.tools import tool
        @tool("run_it")
        def run(command): return subprocess.check_output([command])
        TOOLS = [run]
        """,
    )
    assert facts(found) == {
        "agent:langgraph/app/graph.graph": ("graph", None, "asks", None, None),
        "agent:langgraph/app/graph.chained": ("chained", None, None, None, None),
    }
    assert {(each.key, each.value) for each in found.settings if each.agent == "agent:langgraph/app/graph.graph"} >= {
        ("graph.checkpointer", "MemorySaver"),
        ("graph.interrupt_before", "tools"),
    }


def test_one_graph_of_a_file_has_the_tools_of_its_nodes() -> None:
    found = read(
        graph="""
        from langgraph.graph import StateGraph
        from .tools import TOOLS
        model = llm.bind_tools(TOOLS)
        def make_graph(config):
            return StateGraph(State).compile()
        """,
        tools="""
        import langchain.tools, subprocess
        def run(command): return subprocess.check_output([command])
        TOOLS = [run, ShellTool()]
        """,
    )
    agent = "agent:langgraph/app/graph.make_graph"
    assert triples(found, "invokes", "executes_on") == {
        (agent, "invokes", "tool:langgraph/app/graph.make_graph/run"),
        (agent, "invokes", "tool:langgraph/app/graph.make_graph/ShellTool"),
        ("tool:langgraph/app/graph.make_graph/run", "executes_on", "resource:host/app"),
        ("tool:langgraph/app/graph.make_graph/ShellTool", "executes_on", "resource:host/app"),
    }
    # the agent that a configuration names is this one
    text = '{"graphs": {"main": "./app/graph.py:make_graph"}}'
    named = observe(langgraph.SOURCE, {"langgraph.json": text})
    assert {target for _, _, target in triples(named, "delegates_to")} == set(ids(found.agents))


def test_langchain_and_servers_of_its_client() -> None:
    found = read(
        react="""
        from langchain_mcp_adapters.client import MultiServerMCPClient
        from langgraph.prebuilt import create_react_agent
        client = MultiServerMCPClient({"math": {"command": "python", "args": ["m.py"], "transport": "stdio"},
                                       "web": {"url": "http://localhost:8000/mcp", "transport": "streamable_http"}})
        async def make_graph():
            tools = await client.get_tools()
            return create_react_agent(init_chat_model("own:model"), tools)
        """,
        old="""
        from langchain.agents import AgentExecutor, create_tool_calling_agent, load_tools
        from langchain_experimental.agents import create_pandas_dataframe_agent
        agent = create_tool_calling_agent(ChatX(model="m"), load_tools(["terminal"], allow_dangerous_tools=True), p)
        executor = AgentExecutor(agent=agent, max_iterations=4)
        frames = create_pandas_dataframe_agent("m", frame, allow_dangerous_code=True)
        """,
    )
    assert facts(found) == {
        "agent:langgraph/app/react.make_graph": ("make_graph", "own:model", None, None, None),
        "agent:langchain/app/old.agent": ("agent", "m", None, None, "max_iterations 4"),
        "agent:langchain/app/old.frames": ("frames", "m", None, "none", None),
    }
    assert {(each.name, each.transport) for each in found.tool_servers} == {("math", "stdio"), ("web", "http")}
    called = {(source.rsplit(".", 1)[1], target.rsplit("/", 1)[1]) for source, _, target in triples(found, "invokes")}
    assert called == {("make_graph", "*"), ("agent", "terminal"), ("frames", "python_repl_ast")}
    assert ("load_tools.allow_dangerous_tools", "true") in {(each.key, each.value) for each in found.settings}


def test_crews() -> None:
    code = """
        from crewai import Agent, Crew, Process, Task
        from crewai.project import CrewBase, agent, crew, task
        @CrewBase
        class News():
            @agent
            def find(self):
                tools = [CodeInterpreterTool(unsafe_mode=True)]
                return Agent(config=self.agents_config["researcher"], tools=tools, max_iter=3)
            @agent
            def writer(self):
                return Agent(config=self.agents_config["writer"], allow_code_execution=True, llm="own/model")
            @task
            def write(self):
                return Task(config=self.tasks_config["write"], agent=self.writer(), human_input=True)
            @crew
            def crew(self):
                return Crew(agents=self.agents, process=Process.hierarchical, manager_llm="boss", memory=True)
        lone = Agent(role="Lone", goal="Stay", allow_delegation=False)
        """
    found = read(crew=code)
    assert facts(found) == {
        "agent:crewai/app/researcher": ("researcher", None, None, None, "max_iter 3"),
        "agent:crewai/app/writer": ("writer", "own/model", None, "container", None),
        "agent:crewai/app/crew.News.crew.manager": ("Crew Manager", "boss", None, None, None),
        "agent:crewai/app/crew.lone": ("lone", None, None, None, None),
    }
    assert by_id(found.agents, "agent:crewai/app/crew.lone").purpose == "Lone: Stay"
    manager = "agent:crewai/app/crew.News.crew.manager"
    assert triples(found, "delegates_to") == {
        (manager, "delegates_to", "agent:crewai/app/researcher"),
        (manager, "delegates_to", "agent:crewai/app/writer"),
    }
    assert triples(found, "executes_on") == {
        ("tool:crewai/app/researcher/CodeInterpreterTool", "executes_on", "resource:host/app")
    }
    settings = {each.key: (each.agent, each.value) for each in found.settings}
    assert settings["write.human_input"] == ("agent:crewai/app/writer", "true")
    assert settings["News.crew.memory"] == (None, "true")
    # the entry of agents.yaml is the same agent
    text = "researcher:\n  role: r\n  goal: g\n"
    assert ids(observe(crewai.SOURCE, {"app/config/agents.yaml": text}).agents) == ["agent:crewai/app/researcher"]


def test_autogen() -> None:
    found = read(
        chat="""
        import autogen
        from autogen import AssistantAgent, UserProxyAgent
        config = {"config_list": [{"model": "own"}]}
        helper = AssistantAgent("helper", llm_config=config)
        user = UserProxyAgent("user", human_input_mode="NEVER", code_execution_config={"use_docker": False},
                              max_consecutive_auto_reply=5)
        boxed = UserProxyAgent("boxed", human_input_mode="ALWAYS", code_execution_config={"use_docker": "python:3"})
        plain = UserProxyAgent("plain", human_input_mode="TERMINATE", code_execution_config=False)
        open_ = UserProxyAgent("open", code_execution_config={"work_dir": "x"})
        chat = autogen.GroupChat(agents=[helper, user], messages=[])
        leader = autogen.GroupChatManager(groupchat=chat, llm_config=config)
        user.initiate_chat(leader, message="x")
        @helper.register_for_llm(description="d")
        def count(a): return eval(a)
        """
    )
    p = "agent:autogen/app/chat"
    assert facts(found) == {
        f"{p}.helper": ("helper", "own", None, None, None),
        f"{p}.user": ("user", None, "unattended", "none", "max_consecutive_auto_reply 5"),
        f"{p}.boxed": ("boxed", None, "asks", "container", None),
        f"{p}.plain": ("plain", None, None, None, None),
        f"{p}.open_": ("open", None, None, "unknown", None),
        f"{p}.leader": ("leader", "own", None, None, None),
    }
    assert triples(found, "delegates_to") == {
        (f"{p}.leader", "delegates_to", f"{p}.helper"),
        (f"{p}.leader", "delegates_to", f"{p}.user"),
        (f"{p}.user", "delegates_to", f"{p}.leader"),
    }
    assert {target for source, _, target in triples(found, "invokes") if source == f"{p}.helper"} == {
        "tool:autogen/app/chat.helper/count"
    }


def test_google_adk() -> None:
    found = read(
        agent="""
        from google.adk.agents import LlmAgent
        from google.adk.tools import google_search, FunctionTool
        from google.adk.tools.mcp_tool.mcp_toolset import McpToolset, StdioConnectionParams
        from google.adk.code_executors import UnsafeLocalCodeExecutor
        from mcp import StdioServerParameters
        def pay(x): ...
        kit = McpToolset(connection_params=StdioConnectionParams(server_params=StdioServerParameters(
            command="npx", args=["-y", "kit@1.0.0"])), tool_filter=["look"])
        root_agent = LlmAgent(name="root", model="own",
            tools=[google_search, kit, FunctionTool(pay, require_confirmation=True)],
            sub_agents=[LlmAgent(name="coder", code_executor=UnsafeLocalCodeExecutor())])
        """
    )
    p = "agent:google-adk/app/agent"
    assert facts(found) == {
        f"{p}.root_agent": ("root", "own", None, None, None),
        f"{p}.coder": ("coder", None, None, "none", None),
    }
    assert triples(found, "delegates_to") == {(f"{p}.root_agent", "delegates_to", f"{p}.coder")}
    approvals = {each.name: each.approval for each in found.tools}
    assert approvals == {"google_search": None, "look": None, "pay": "each_call", "code_execution": None}
    assert [(each.name, each.package, each.pinned) for each in found.tool_servers] == [("kit", "kit", True)]


def test_pydantic_ai_and_smolagents() -> None:
    found = read(
        typed="""
        from pydantic_ai import Agent
        from pydantic_ai.mcp import MCPServerStdio, MCPServerStreamableHTTP
        remote = MCPServerStreamableHTTP("https://mcp.example/mcp", headers={"Authorization": f"Bearer {token}"})
        helper = Agent("own:model", toolsets=[MCPServerStdio("uvx", args=["kit"]), remote], retries=2)
        @helper.tool(requires_approval=True)
        def send(ctx, text): requests.post(text)
        """,
        small="""
        from smolagents import CodeAgent, ToolCallingAgent
        web = ToolCallingAgent(tools=[VisitWebpageTool()], model=HfModel(model_id="own"), name="web", max_steps=4)
        boss = CodeAgent([], HfModel("own"), managed_agents=[web], additional_authorized_imports=["*"])
        boxed = CodeAgent(tools=[], model="own", executor_type="docker")
        told = CodeAgent(tools=[], model="own", executor_type=kind)
        """,
    )
    assert facts(found) == {
        "agent:pydantic-ai/app/typed.helper": ("helper", "own:model", None, None, "retries 2"),
        "agent:smolagents/app/small.web": ("web", "own", None, None, "max_steps 4"),
        "agent:smolagents/app/small.boss": ("boss", "own", None, "none", None),
        "agent:smolagents/app/small.boxed": ("boxed", "own", None, "container", None),
        "agent:smolagents/app/small.told": ("told", "own", None, "unknown", None),
    }
    send = by_id(found.tools, "tool:pydantic-ai/app/typed.helper/send")
    assert (send.approval, send.capabilities) == ("each_call", (("browses_web", "medium"), ("unknown", "low")))
    assert {each.name: each.auth for each in found.tool_servers} == {"MCPServerStdio": None, "remote": "bearer"}
    assert ("tool:smolagents/app/small.boss/python_interpreter", "executes_on", "resource:host/app") in triples(found)
    assert ("tool:smolagents/app/small.boxed/python_interpreter", "executes_on", "resource:host/app") not in triples(
        found
    )


def test_approvals_of_a_middleware() -> None:
    found = read(
        main="""
        from langchain.agents import create_agent
        from langchain.agents.middleware import HumanInTheLoopMiddleware
        def pay(x): ...
        def look(x): ...
        asks = HumanInTheLoopMiddleware(interrupt_on={"pay": True, "look": False})
        agent = create_agent("own", [pay, look], middleware=[asks])
        """
    )
    assert {each.name: each.approval for each in found.tools} == {"pay": "each_call", "look": "never"}
