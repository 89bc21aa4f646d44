"""CrewAI: the agents and tasks that a crew's `agents.yaml` and `tasks.yaml` describe.

The keys are those of https://docs.crewai.com/en/concepts/agents and .../tasks; what a crew's Python adds to them is
read by `agent_code`, which gives an agent that names its entry the same id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Resource, Tool, Workflow
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import Client, read_server
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

PLATFORM = "crewai"
LIMITS = ("max_iter", "max_rpm", "max_execution_time", "max_retry_limit", "max_tokens")
CODE_TOOL = "CodeInterpreterTool"
# what an agent is told; it holds no setting
_PROSE = frozenset({
    "role", "goal", "backstory", "system_template", "prompt_template", "response_template", "description",
    "expected_output", "verbose", "name",
})  # fmt: skip
_READ = _PROSE | {"tools", "apps", "mcps", "agent", "context"}
_NAME = re.compile(r"(?i)(?:^|[/_-])(?P<kind>agents?|tasks?)\.ya?ml$")
_SIGNS = {
    "agent": re.compile(r"(?m)^[ \t]{1,8}(role|goal|backstory)[ \t]*:"),
    "task": re.compile(r"(?m)^[ \t]{1,8}(description|expected_output)[ \t]*:"),
}
# each may ask each: a crew of more is no crew, and its links would be its square
_MOST_COWORKERS = 50


class CrewAI:
    """Agents and tasks of crews."""

    name = PLATFORM

    def recognises(self, path: str, head: str) -> bool:
        """Recognise files of a crew by name and by the keys of their entries."""
        named = _NAME.search(path)
        if not named:
            return False
        kind = named["kind"].lower().removesuffix("s")
        return len(set(_SIGNS[kind].findall(head))) >= 2

    def group(self, path: str) -> str:
        """Put the files of one crew together."""
        return crew_folder(path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read agents, their tools and limits, and the tasks that set them to work."""
        found = Gathering()
        agents: dict[str, str] = {}
        by_kind: dict[str, list[ReadFile]] = {"a": [], "t": []}
        for file in files:
            named = _NAME.search(file.path)
            by_kind[named["kind"][0].lower() if named else "a"].append(file)
        for file in by_kind["a"]:
            agents |= _read_agents(file, found)
        for file in by_kind["t"]:
            _read_tasks(file, agents, found)
        return found.inventory()


def crew_folder(path: str) -> str:
    """Give the folder of the crew that a file belongs to.

    Examples
    --------
    >>> crew_folder("src/research/config/agents.yaml"), crew_folder("src/research/crew.py"), crew_folder("agents.yaml")
    ('src/research', 'src/research', '-')
    """
    folder = dirname(path)
    return quote(dirname(folder) if basename(folder) == "config" else folder) or "-"


def agent_id(path: str, name: str) -> str:
    """Give the id of an agent of a crew by the key of its entry.

    Examples
    --------
    >>> agent_id("src/research/config/agents.yaml", "data analyst")
    'agent:crewai/src/research/data%20analyst'
    """
    return f"agent:{PLATFORM}/{crew_folder(path)}/{quote(name)}"


def limits_of(entries: Iterator[tuple[str, str | None]]) -> str | None:
    """Say what bounds an agent, in words.

    Examples
    --------
    >>> limits_of(iter([("max_iter", "5"), ("max_rpm", None)]))
    'max_iter 5'
    """
    return "; ".join(f"{name} {value}" for name, value in entries if value is not None) or None


def sandbox_of(allowed: bool | None, mode: str | None) -> str | None:
    """Say where an agent's own code runs: in a container unless its mode is unsafe; None when it runs none.

    Examples
    --------
    >>> sandbox_of(True, "unsafe"), sandbox_of(True, None), sandbox_of(False, "unsafe")
    ('none', 'container', None)
    """
    if not allowed:
        return None
    return {"unsafe": "none", "safe": "container", None: "container"}.get(mode, "unknown")


def _read_agents(file: ReadFile, found: Gathering) -> dict[str, str]:
    """Read the agents of one file; give their ids by their keys."""
    ids: dict[str, str] = {}
    delegating: list[tuple[str, Node]] = []
    for key, node in _entries(file, "agent", found):
        id = agent_id(file.path, key)
        ids[key] = id
        _read_agent(file, key, node, id, found)
        allowed = node.get("allow_delegation")
        if allowed is not None and allowed.flag():
            delegating.append((key, allowed))
    for key, allowed in delegating:
        if len(ids) > _MOST_COWORKERS:
            reason = f"it may delegate to any of {len(ids)} agents; no relation is drawn to each"
            found.skip(file.at(allowed), f"{key}.allow_delegation", "delegation", reason)
            continue
        for other in ids.values():
            if other != ids[key]:
                reason = "allow_delegation is true"
                found.links.append(link(ids[key], "delegates_to", other, file.at(allowed), reason=reason))
    return ids


def _read_agent(file: ReadFile, key: str, node: Node, id: str, found: Gathering) -> None:
    told = [" ".join(text.split()) for each in ("role", "goal") if (text := (node.get(each) or Node(None)).text())]
    code = node.get("allow_code_execution")
    mode = node.get("code_execution_mode")
    sandbox = sandbox_of(code.flag() if code else None, leaf_text(mode) if mode else None)
    llm = node.get("llm") or Node(None)
    model = (llm.get("model") or Node(None)) if llm.is_mapping else llm
    found.agents.append(
        Agent(
            id,
            key,
            PLATFORM,
            purpose=": ".join(told) or None,
            sandbox=sandbox,
            model=leaf_text(model),
            limits=limits_of((each, leaf_text(node.get(each) or Node(None))) for each in LIMITS),
            locations=(file.at_key(node),),
        )
    )
    for word in ("tools", "apps"):
        _read_tools(file, node.get(word), f"{key}.{word}", id, found)
    for place, server in enumerate((node.get("mcps") or Node(None)).listed()):
        _read_mcp(file, server, f"{key}.mcps.{place}", id, found)
    if code is not None and code.flag():
        tool = f"tool:{id.removeprefix('agent:')}/{CODE_TOOL}"
        at = file.at(code)
        found.tools.append(Tool(tool, None, CODE_TOOL, capabilities=(("executes_code", "high"),), locations=(at,)))
        found.links.append(link(id, "invokes", tool, at))
        if sandbox == "none" and mode is not None:
            host = f"resource:host/{crew_folder(file.path)}"
            found.resources.append(Resource(host, provider="host", locations=(file.at(mode),)))
            reason = "code_execution_mode is unsafe"
            found.links.append(link(tool, "executes_on", host, file.at(mode), reason=reason))
    _read_rest(file, key, node, id, found)


def _read_mcp(file: ReadFile, node: Node, dotted: str, agent: str, found: Gathering) -> None:
    address = node.text()
    if address is None or not address.startswith(("https://", "http://")):
        found.skip(file.at(node), dotted, "tool server", "it is named in a catalog of CrewAI, which is not in scope")
        return
    host = re.split(r"[/?#]", address.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]
    url = Node(address, node.line, node.column, node.key_line, node.key_column, node.tag, node.secrets)
    entry = Node(MappingProxyType({"url": url}), node.line, node.column, node.line, node.column)
    read_server(file, host, entry, dotted, Client(agent, scope_of(crew_folder(file.path))), found)


def _read_tasks(file: ReadFile, agents: dict[str, str], found: Gathering) -> None:
    tasks = dict(_entries(file, "task", found))
    for key, node in tasks.items():
        id = f"workflow:{PLATFORM}/{crew_folder(file.path)}/{quote(key)}"
        agent = _agent_of(file, node)
        named = node.get("agent")
        place = file.at(named) if named is not None else file.at_key(node)
        if agent is not None and agents and agent not in agents.values():
            found.skip(place, f"{key}.agent", "task", f"no entry of the crew describes its agent, {agent}")
            agent = None
        found.workflows.append(Workflow(id, agent=agent, locations=(file.at_key(node),)))
        if agent is not None:
            found.links.append(link(id, "triggers", agent, place))
            _read_tools(file, node.get("tools"), f"{key}.tools", agent, found)
            for other in (node.get("context") or Node(None)).listed():
                _read_context(file, key, tasks.get(other.text() or ""), other, agent, found)
        elif (node.get("tools") or Node(None)).listed():
            found.skip(place, f"{key}.tools", "tools of a task", "no agent is stated that would call them")
        _read_rest(file, key, node, agent or id, found)


def _read_context(file: ReadFile, key: str, task: Node | None, named: Node, agent: str, found: Gathering) -> None:
    """Link the agent of an earlier task to that of the task which is given its answer."""
    before = _agent_of(file, task) if task is not None else None
    if task is None:
        reason = f"no task of the file is called {leaf_text(named)}"
        found.skip(file.at(named), f"{key}.context", "context of a task", reason)
    elif before is not None and before != agent:
        reason = f"its answer is given to the task {key}"
        found.links.append(link(before, "delegates_to", agent, file.at(named), reason=reason))


def _agent_of(file: ReadFile, task: Node) -> str | None:
    named = (task.get("agent") or Node(None)).text()
    return agent_id(file.path, named.strip()) if named and named.strip() else None


def _entries(file: ReadFile, kind: str, found: Gathering) -> Iterator[tuple[str, Node]]:
    for key, node in file.document.root.items():
        if node.is_mapping:
            yield key, node
        else:
            found.skip(file.at_key(node), key, kind, f"this {kind} is no mapping of its properties")


def _read_tools(file: ReadFile, node: Node | None, dotted: str, agent: str, found: Gathering) -> None:
    for each in (node or Node(None)).listed():
        name = (each.get("name") or Node(None)).text() if each.is_mapping else each.text()
        if not name:
            found.skip(file.at(each), dotted, "tool", "it has no name")
            continue
        tool = f"tool:{agent.removeprefix('agent:')}/{quote(name)}"
        found.tools.append(Tool(tool, None, name, locations=(file.at(each),)))
        found.links.append(link(agent, "invokes", tool, file.at(each)))


def _read_rest(file: ReadFile, key: str, node: Node, holder: str, found: Gathering) -> None:
    """Read what no field holds as settings, and secrets wherever they stand."""
    rest = [(f"{key}.{name}", each) for name, each in node.items() if name not in _READ]
    agent = holder if holder.startswith("agent:") else None
    read_settings(file, rest, agent, scope_of(crew_folder(file.path)), found)
    for name, each in node.items():
        if name in _PROSE or agent is None:
            found.hold(file, each, f"{key}.{name}", holder)


SOURCE = CrewAI()
