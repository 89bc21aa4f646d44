"""The libraries that agents are written with: what makes an agent in each, and what its arguments mean.

Taken from the documentation of each: openai.github.io/openai-agents-python, docs.langchain.com, docs.crewai.com,
microsoft.github.io/autogen, google.github.io/adk-docs, ai.pydantic.dev, huggingface.co/docs/smolagents.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Maker:
    """A call that makes an agent, and the names of its positional arguments."""

    platform: str
    positional: tuple[str, ...] = ()


# the first part of a dotted name tells the platform
PLATFORMS = {
    "agents": "openai-agents", "crewai": "crewai", "autogen": "autogen", "autogen_agentchat": "autogen",
    "ag2": "autogen", "google": "google-adk", "pydantic_ai": "pydantic-ai", "smolagents": "smolagents",
    "langgraph": "langgraph", "langgraph_supervisor": "langgraph", "langgraph_swarm": "langgraph",
    "deepagents": "langgraph", "langchain": "langchain", "langchain_classic": "langchain",
    "langchain_experimental": "langchain", "langchain_community": "langchain",
}  # fmt: skip
_MODEL_TOOLS, _TOOLS_MODEL, _NAMED = ("model", "tools"), ("tools", "model"), ("name",)
_MAKERS: dict[str, dict[str, tuple[str, ...]]] = {
    "openai-agents": {"Agent": _NAMED, "RealtimeAgent": _NAMED, "SandboxAgent": _NAMED},
    "crewai": {"Agent": ()},
    "autogen": {
        "AssistantAgent": ("name", "model_client"), "UserProxyAgent": _NAMED, "ConversableAgent": _NAMED,
        "CodeExecutorAgent": ("name", "code_executor"), "GPTAssistantAgent": _NAMED, "GroupChatManager": ("groupchat",),
        "SocietyOfMindAgent": ("name", "team"), "RoundRobinGroupChat": ("participants",), "Swarm": ("participants",),
        "SelectorGroupChat": ("participants", "model_client"), "MagenticOneGroupChat": ("participants", "model_client"),
    },
    "google-adk": {
        "Agent": (), "LlmAgent": (), "SequentialAgent": (), "ParallelAgent": (), "LoopAgent": (), "RemoteA2aAgent": (),
    },
    "pydantic-ai": {"Agent": ("model",)},
    "smolagents": {"CodeAgent": _TOOLS_MODEL, "ToolCallingAgent": _TOOLS_MODEL, "MultiStepAgent": _TOOLS_MODEL},
    "langgraph": {
        "create_react_agent": _MODEL_TOOLS, "create_deep_agent": ("tools", "system_prompt"),
        "create_supervisor": ("agents",), "create_swarm": ("agents",),
    },
    "langchain": {
        "create_agent": _MODEL_TOOLS, "initialize_agent": _TOOLS_MODEL, "AgentExecutor": (),
        "from_agent_and_tools": (), "create_react_agent": _MODEL_TOOLS, "create_tool_calling_agent": _MODEL_TOOLS,
        "create_openai_functions_agent": _MODEL_TOOLS, "create_openai_tools_agent": _MODEL_TOOLS,
        "create_structured_chat_agent": _MODEL_TOOLS, "create_json_chat_agent": _MODEL_TOOLS,
        "create_xml_agent": _MODEL_TOOLS, "create_pandas_dataframe_agent": ("model",), "create_csv_agent": ("model",),
        "create_python_agent": ("model", "tools"), "create_sql_agent": ("model", "toolkit"),
        "create_openapi_agent": ("model", "toolkit"), "create_json_agent": ("model", "toolkit"),
    },
}  # fmt: skip
GRAPHS = ("StateGraph", "MessageGraph", "Graph")
# other names of the arguments that mean the same
TOOLS = ("tools", "toolsets", "toolkit", "mcp_servers", "builtin_tools", "extra_tools", "workbench")
DELEGATES = ("handoffs", "sub_agents", "managed_agents", "agents", "participants", "subagents")
MODELS = ("model", "llm", "llm_config", "model_client", "reasoning_llm")
PURPOSES = ("description", "handoff_description", "goal")
LIMITS = (
    "max_turns", "max_iterations", "max_iter", "max_rpm", "max_execution_time", "max_steps", "max_retry_limit",
    "max_consecutive_auto_reply", "max_tool_iterations", "recursion_limit", "max_round", "retries",
)  # fmt: skip
SETTINGS = (
    "memory", "checkpointer", "store", "planning", "allow_delegation", "input_guardrails", "output_guardrails",
    "guardrail", "interrupt_before", "interrupt_after", "interrupt_on", "human_input_mode", "human_input", "middleware",
    "additional_authorized_imports", "executor_type", "allow_code_execution", "code_execution_mode", "process",
    "code_execution_config", "code_executor", "handle_parsing_errors", "before_tool_callback", "before_model_callback",
    "after_tool_callback", "knowledge_sources", "planning_interval", "allow_dangerous_code", "final_answer_checks",
    "allow_dangerous_requests", "allow_dangerous_tools", "async_execution", "session", "reset_tool_choice",
)  # fmt: skip
# where what an agent writes is run
EXECUTORS = {
    "LocalCommandLineCodeExecutor": "none", "UnsafeLocalCodeExecutor": "none", "LocalPythonExecutor": "none",
    "JupyterCodeExecutor": "none", "DockerCommandLineCodeExecutor": "container", "ContainerCodeExecutor": "container",
    "DockerJupyterCodeExecutor": "container", "GkeCodeExecutor": "container", "BuiltInCodeExecutor": "unknown",
    "VertexAiCodeExecutor": "unknown", "ACADynamicSessionsCodeExecutor": "unknown",
}  # fmt: skip
EXECUTOR_TYPES = {"local": "none", "docker": "container", "e2b": "container", "modal": "container", "wasm": "container",
                  "blaxel": "container"}  # fmt: skip
AUTONOMY = {"NEVER": "unattended", "ALWAYS": "asks"}


def maker(name: str) -> Maker | None:
    """Tell what makes an agent by its dotted name.

    Examples
    --------
    >>> maker("google.adk.agents.llm_agent.LlmAgent"), maker("agents.Runner"), maker("google.genai.Agent")
    (Maker(platform='google-adk', positional=()), None, None)
    """
    first, _, rest = name.partition(".")
    platform = PLATFORMS.get(first)
    if platform is None or (first == "google" and not rest.startswith("adk.")):
        return None
    positional = _MAKERS[platform].get(name.rpartition(".")[2])
    return None if positional is None or not rest else Maker(platform, positional)
