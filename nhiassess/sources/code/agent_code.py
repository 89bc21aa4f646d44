"""Agents that are written in Python, read from the syntax tree of their code, which is never run or imported.

Seven libraries are known; see `code_libraries`. Names are followed within a file and to the files beside it; a value
that is computed, or made elsewhere, is named as skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from posixpath import dirname

from nhiassess.errors import FormatError
from nhiassess.formats import python
from nhiassess.formats.code import Call, called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Inventory
from nhiassess.sources.code import crewai
from nhiassess.sources.code.agents import read_agent
from nhiassess.sources.code.files import CodeFile, last
from nhiassess.sources.code.libraries import GRAPHS, MODELS, Maker, maker
from nhiassess.sources.code.reading import MOST, Made, Reading
from nhiassess.sources.code.servers import is_server
from nhiassess.sources.code.teams import read_team
from nhiassess.sources.source import ReadFile, link, quote

_IMPORTS = re.compile(
    r"(?m)^[ \t]*(?:from|import)[ \t]+(?:(?:crewai|crewai_tools|langgraph|langgraph_supervisor|langgraph_swarm"
    r"|deepagents|langchain|langchain_\w{1,40}|autogen|autogen_\w{1,40}|ag2|google\.adk|pydantic_ai|smolagents)\b"
    r"|agents(?:\.(?:mcp|tool|extensions|realtime|agent|run)\b"
    r"|[ \t]+import[ \t]+\(?[^)#\n]{0,400}\b(?:Agent|Runner|function_tool|handoff|RunContextWrapper|WebSearchTool)\b"
    r"|[ \t]+import[ \t]+\([^)]{0,1000}\b(?:Agent|Runner|function_tool|handoff|RunContextWrapper)\b))"
)
# `agents` is also what people call a folder of their own: what they make there has other arguments
_SDK = frozenset({
    "instructions", "handoffs", "tools", "mcp_servers", "model", "model_settings", "output_type", "input_guardrails",
    "handoff_description", "output_guardrails", "prompt", "hooks",
})  # fmt: skip
_CONFIG = re.compile(r"agents_config\[['\"]([^'\"\n]{1,200})['\"]\]")
_MOST_HOLDERS = 50
# of one call; nobody writes more by hand
_MOST_VALUES = 2_000


class AgentCode:
    """Agents in Python."""

    name = "agent_code"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Python that imports a library for agents."""
        return path.endswith(".py") and bool(_IMPORTS.search(head))

    def group(self, path: str) -> str:
        """Put the files of one folder together: they import from one another."""
        return dirname(path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the agents of a folder, their tools, servers, secrets and settings."""
        reading = Reading()
        beside: dict[str, CodeFile] = {}
        for file in sorted(files, key=lambda each: each.path):
            try:
                code = CodeFile(file, python.module(file.path, file.document), beside)
            except FormatError as error:
                told = error.complaints[0]
                line, column = (int(each) for each in told.where.rsplit(":", 2)[1:])
                reason = f"{told.what.rstrip('.')}. {told.hint}"
                reading.found.skip(file.at(Node(None, line, column)), "syntax", "Python", reason)
                continue
            beside[code.stem] = code
        for code in beside.values():
            _name_agents(code, reading)
        for made in [*reading.agents.values()]:
            read_agent(made, reading)
        for code in beside.values():
            read_team(code, reading)
            _add_servers(code, reading)
            _add_secrets(code, reading)
        return reading.found.inventory()


def _name_agents(code: CodeFile, reading: Reading) -> None:
    """Find the calls that make agents, those at the top of the file first: files import these."""
    used: dict[str, str] = {}
    calls = sorted(code.module.calls, key=lambda each: each.within != "")
    makers = [(call, made) for call in calls if (made := _maker(code, call)) is not None]
    counts = Counter(call.within for call, _ in makers)
    crews = {each.path for each in code.module.classes if any(map(_is_crew, each.decorators))}
    for call in code.module.calls:
        reading.bound[code.file.path, call.node.line, call.node.column, call.node.tag] = call.bound
    for call, made in makers:
        key = (code.file.path, call.node.line, call.node.column, call.node.tag)
        wrapped = call.node.get("agent")
        inner = reading.agents.get(code.follow(wrapped, call.within).key) if wrapped is not None else None
        if inner is not None and last(call.name) in ("AgentExecutor", "from_agent_and_tools"):
            reading.agents[key] = Made(inner.id, inner.label, inner.name, made, code, call)
            continue
        given = code.text(call.node.get("name") or _positional(call, made), call.within)
        bound = (call.bound or "").rpartition(".")[2]
        function = call.within.rpartition(".")[2]
        name = given or bound or function or last(call.name)
        entry = _entry_of_crew(call, crews) if made.platform == "crewai" else None
        if entry is not None:
            label, id = entry, crewai.agent_id(code.file.path, entry)
            name = entry
        else:
            label = ".".join(each for each in (call.within, bound or given or "") if each) or last(call.name)
            if made.platform == "langgraph" and call.within and "." not in call.within and counts[call.within] == 1:
                label = call.within  # `langgraph.json` names the function that makes the graph
            id = f"agent:{made.platform}/{code.folder}/{quote(f'{code.stem}.{label}')}"
        if used.setdefault(id, str(key)) != str(key):
            label, id = f"{label}@{call.node.line}", f"{id}@{call.node.line}"
        agent = Made(id, label, name, made, code, call)
        reading.agents[key] = agent
        reading.inside.setdefault((code.file.path, call.within), []).append(agent)
        reading.methods.setdefault((code.file.path, call.within.rpartition(".")[0]), []).append(id)


def _positional(call: Call, made: Maker) -> Node | None:
    return call.node.get("0") if made.positional[:1] == ("name",) else None


def _maker(code: CodeFile, call: Call) -> Maker | None:
    """Tell whether a call makes an agent: by its name, or because it compiles a graph."""
    if last(call.name) == "compile":
        receiver = call.name.removesuffix(".compile")
        root = called(code.follow(Node(receiver, tag="name"), call.within).node) or receiver
        graph = root.split("()", 1)[0]
        return Maker("langgraph") if graph.startswith("langgraph.") and last(graph) in GRAPHS else None
    made = maker(call.name)
    if made is not None and call.name.startswith("agents.") and not _SDK & {key for key, _ in call.node.items()}:
        return None
    return made


def _is_crew(decorator: Node) -> bool:
    return last(called(decorator) or str(decorator.value)) == "CrewBase"


def _entry_of_crew(call: Call, crews: set[str]) -> str | None:
    """Give the entry of `agents.yaml` that an agent of a crew's class takes its role from, or its method's name."""
    around, _, method = call.within.rpartition(".")
    if around not in crews:
        return None
    config = _CONFIG.search(str((call.node.get("config") or Node(None)).value))
    return config[1] if config else method


def _add_servers(code: CodeFile, reading: Reading) -> None:
    """Read the servers that no list of tools leads to; the one agent of a file is taken to call them."""
    agents = {made.id: made for made in reading.agents.values() if made.code is code}
    only = next(iter(agents.values())) if len(agents) == 1 else None
    for call in reversed(code.module.calls):  # what is around comes before what is inside of it
        if is_server(call.node):
            reading.use_servers(code.follow(call.node, call.within), only)


def _add_secrets(code: CodeFile, reading: Reading) -> None:
    """Add the secrets that the code writes out or reads from its environment; those of a server stay with it."""
    found, file = reading.found, code.file
    taken = {(place.path, place.line) for each in found.credentials for place in each.locations}
    everyone = list(dict.fromkeys(made.id for made in reading.agents.values() if made.code is code))
    given = _given(code, reading)
    if code.module.scalars and len(everyone) > _MOST_HOLDERS:
        reason = f"{len(everyone)} agents run beside its secrets; only the first {_MOST_HOLDERS} are said to hold them"
        reading.skip(code, Node(None), "secrets", "secrets", reason)
    used: set[str] = set()
    for scalar in code.module.scalars:
        if (file.path, scalar.node.line) in taken:
            continue
        inside = reading.inside.get((file.path, scalar.within), [])
        holders = given.get((scalar.node.line, scalar.node.column)) or (
            [inside[0].id] if len(inside) == 1 else everyone[:_MOST_HOLDERS]
        )
        dotted = ".".join(each for each in (scalar.within, scalar.name or "text") if each)
        if dotted in used and not scalar.node.secrets:
            continue
        dotted = dotted if dotted not in used else f"{dotted}@{scalar.node.line}"
        used.add(dotted)
        first = holders[0] if holders else f"resource:host/{code.folder}"
        id = found.hold(file, scalar.node, dotted, first, scalar.name or None)
        if id is not None and len(found.links) < MOST:
            found.links += [link(each, "holds", id, file.at(scalar.node)) for each in holders[1:]]


def _given(code: CodeFile, reading: Reading) -> dict[tuple[int, int], list[str]]:
    """Give the agents that are handed what stands at a place, in their own call or in that of their model."""
    given: dict[tuple[int, int], list[str]] = {}
    for made in reading.agents.values():
        left = [made.call.node] if made.code is code else []
        if left:
            left += [code.follow(each, made.call.within).node for key in MODELS if (each := made.call.node.get(key))]
        for _ in range(_MOST_VALUES):
            if not left:
                break
            node = left.pop()
            left += [each for _, each in node.items()] + [*node.elements()]
            if node.secrets or node.tag == "expression":
                holders = given.setdefault((node.line, node.column), [])
                holders += [made.id] if made.id not in holders[-1:] else []
    return given


SOURCE = AgentCode()
