"""What Python code says of agents after it made them: crews, tasks, runs, chats, and tools given later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from nhiassess.formats.code import Call, called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.code.files import CodeFile, Place, argument, last
from nhiassess.sources.code.reading import Made, Reading
from nhiassess.sources.code.tools import approval_of, decorated_name
from nhiassess.sources.source import link

# calls that run an agent, and the argument that names it
_RUNS = {"run": "starting_agent", "run_sync": "starting_agent", "run_streamed": "starting_agent"}
_GIVEN_LATER = frozenset({"tool", "tool_plain", "register_for_llm", "register_for_execution"})
# arguments by which a library is told to let a tool do what it warns of
_DANGEROUS = ("allow_dangerous_requests", "allow_dangerous_tools", "allow_dangerous_code", "unsafe_mode")
# nobody writes a crew of more
_MOST_MEMBERS = 200


def read_team(code: CodeFile, reading: Reading) -> None:
    """Read what a file says of agents that it made before: crews, tasks, runs, chats, and tools given later."""
    by_id = {made.id: made for made in reading.agents.values()}
    graphs = [made for made in reading.agents.values() if made.code is code and last(made.call.name) == "compile"]
    here = {made.id for made in reading.agents.values() if made.code is code}
    only = by_id[here.pop()] if len(here) == 1 else None
    for call in code.module.calls:
        if (code.file.path, call.node.line, call.node.column, call.node.tag) not in reading.agents:
            _dangerous(code, call, only, reading)
        verb, first = last(call.name), call.name.partition(".")[0]
        if first == "crewai" and verb in ("Crew", "Task"):
            _crew(code, call, by_id, reading) if verb == "Crew" else _task(code, call, by_id, reading)
        elif first == "agents" and verb in _RUNS and "max_turns" in dict(call.node.items()):
            made = _named(code, argument(call.node, _RUNS[verb], "0"), call, by_id, reading)
            _state(made, code, call, "max_turns", reading)
        elif verb == "initiate_chat":
            made = _named(code, Node(call.name.rpartition(".")[0], tag="name"), call, by_id, reading)
            other = argument(call.node, "recipient", "0")
            if made is not None and other is not None:
                reading.delegate(made, Place(code, other, call.within), "chat", "it begins a chat with it")
        elif verb == "register_function" and (tool := argument(call.node, "f", "0")) is not None:
            made = _named(code, argument(call.node, "caller"), call, by_id, reading)
            if made is not None:
                reading.read_tool(made, code.follow(tool, call.within), "tools")
        elif verb in ("ToolNode", "bind_tools") and len(graphs) == 1:
            reading.read_tools(graphs[0], code, argument(call.node, "tools", "0") or Node(None), call.within, "tools")
    _given_later(code, by_id, reading)


def _dangerous(code: CodeFile, call: Call, only: Made | None, reading: Reading) -> None:
    for key in _DANGEROUS:
        node = call.node.get(key)
        text = code.text(node, call.within)
        if node is not None and text is not None:
            agent = only.id if only is not None else None
            name = f"{last(call.name)}.{key}"
            reading.found.settings.append(setting(code.file, node, name, text, agent, "project"))


def _named(code: CodeFile, node: Node | None, call: Call, by_id: Mapping[str, Made], reading: Reading) -> Made | None:
    id = reading.agent_of(Place(code, node, call.within)) if node is not None else None
    return by_id.get(id) if id is not None else None


def _state(made: Made | None, code: CodeFile, call: Call, key: str, reading: Reading) -> None:
    node = call.node.get(key)
    if made is None or node is None:
        return
    text = code.text(node, call.within)
    if text is not None:
        reading.found.settings.append(setting(code.file, node, f"{made.label}.{key}", text, made.id, "project", True))


def _given_later(code: CodeFile, by_id: Mapping[str, Made], reading: Reading) -> None:
    """Give agents the functions that are decorated with a method of theirs, such as ``@agent.tool``."""
    for path, functions in code.module.functions.items():
        for function in functions if "." not in path else ():
            for each in function.decorators:
                owner, _, verb = (called(each) or str(each.value)).rpartition(".")
                if verb not in _GIVEN_LATER or not owner:
                    continue
                id = reading.agent_of(Place(code, Node(owner, each.line, each.column, tag="name"), function.within))
                if id is not None and id in by_id:
                    approval = approval_of(code, [each], function.within)
                    name = decorated_name(code, function)
                    reading.add_function(by_id[id], code, function, code.file.at(each), name, approval)


def _task(code: CodeFile, call: Call, by_id: Mapping[str, Made], reading: Reading) -> None:
    made = _named(code, argument(call.node, "agent"), call, by_id, reading)
    if made is None:
        return
    name = (call.bound or call.within.rpartition(".")[2] or f"task@{call.node.line}").removeprefix("self.")
    for key in ("human_input", "async_execution", "guardrail"):
        node = call.node.get(key)
        text = code.text(node, call.within) if node is not None else None
        if node is not None and text is not None:
            reading.found.settings.append(setting(code.file, node, f"{name}.{key}", text, made.id, "project"))
    if (tools := call.node.get("tools")) is not None:
        reading.read_tools(made, code, tools, call.within, "tools")


def _crew(code: CodeFile, call: Call, by_id: Mapping[str, Made], reading: Reading) -> None:
    """Read a crew: its settings, and the manager of a hierarchical one, who hands work to every agent."""
    name = (call.bound or call.within or f"crew@{call.node.line}").removeprefix("self.")
    agents = [*islice(_members(code, call, reading), _MOST_MEMBERS)]
    process = str((call.node.get("process") or Node(None)).value)
    for key in ("process", "memory", "planning", "max_rpm", "cache", "knowledge_sources"):
        node = call.node.get(key)
        value = code.follow(node, call.within).node.value if node is not None else None
        if node is not None and isinstance(value, (str, int, float)):
            text = (
                str(value).lower() if isinstance(value, bool) else last(str(value)) if key == "process" else str(value)
            )
            only = agents[0] if len(agents) == 1 else None
            reading.found.settings.append(setting(code.file, node, f"{name}.{key}", text, only, "project"))
    stated = call.node.get("manager_agent")
    manager = _named(code, stated, call, by_id, reading)
    id = manager.id if manager is not None else None
    if id is None and stated is None and last(process) == "hierarchical":
        id = f"agent:crewai/{code.folder}/{code.stem}.{name}.manager"
        model = code.text(call.node.get("manager_llm"), call.within)
        place = code.file.at(call.node)
        reading.found.agents.append(Agent(id, "Crew Manager", "crewai", model=model, locations=(place,)))
    for each in agents if id is not None else ():
        if each != id:
            reason = "it manages the crew"
            reading.found.links.append(link(str(id), "delegates_to", each, code.file.at(call.node), reason=reason))


def _members(code: CodeFile, call: Call, reading: Reading) -> Iterator[str]:
    """Give the agents of a crew; `self.agents` are those of the methods of its class."""
    node = argument(call.node, "agents") or Node(None)
    around = call.within.rpartition(".")[0]
    if node.value == "self.agents" and around:
        yield from reading.methods.get((code.file.path, around), ())
        return
    for place in code.elements(node, call.within):
        id = reading.agent_of(place)
        if id is not None:
            yield id
