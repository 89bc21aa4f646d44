"""What reading the Python files of one folder has found so far: agents by the calls that make them, and their tools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from nhiassess.formats.code import Call, Function, called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location, Resource, Tool
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.code.files import CodeFile, Place, argument, last, literals
from nhiassess.sources.code.libraries import Maker
from nhiassess.sources.code.servers import add_server, is_server, servers
from nhiassess.sources.code.tools import ABILITIES, ON_HOST, Abilities, abilities, approval_of, decorated_name, risky
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import link, quote

# calls that make a tool of a function, or hand tools of a server or of a kit over
_WRAPPERS = frozenset({
    "FunctionTool", "Tool", "StructuredTool", "from_function", "function_tool", "LongRunningFunctionTool", "tool",
})  # fmt: skip
_HANDED_OVER = frozenset({"get_tools", "list_tools", "get_tools_async", "load_mcp_tools", "aget_tools", "start"})
# nobody writes more by hand; what is generated would be the product of its agents and its tools
MOST = 50_000
_MOST_CALLS = 20
_UNSAFE = ("unsafe_mode", "allow_dangerous_code")


@dataclass(frozen=True, slots=True)
class Made:
    """One agent: its id, the label that it has in its file, and the call that makes it."""

    id: str
    label: str
    name: str
    maker: Maker
    code: CodeFile
    call: Call

    @property
    def place(self) -> Location:
        """Give the place of the call."""
        return self.code.file.at(self.call.node)


@dataclass(slots=True)
class Reading:
    """Agents and what was gathered of them."""

    found: Gathering = field(default_factory=Gathering)
    agents: dict[tuple[str, int, int, str | None], Made] = field(default_factory=dict)
    inside: dict[tuple[str, str], list[Made]] = field(default_factory=dict)
    methods: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    approvals: dict[tuple[str, str], str] = field(default_factory=dict)
    bound: dict[tuple[str, int, int, str | None], str | None] = field(default_factory=dict)
    served: dict[tuple[str, int, int], tuple[Tool, ...]] = field(default_factory=dict)
    looked_into: dict[tuple[str, str], tuple[list[tuple[Call, str, str]], Abilities]] = field(default_factory=dict)
    _names: set[tuple[str, str]] = field(default_factory=set)
    _calls: set[tuple[str, tuple[str, int, int]]] = field(default_factory=set)
    _skipped: set[tuple[str, str]] = field(default_factory=set)

    def skip(self, code: CodeFile, node: Node, dotted: str, construct: str, reason: str) -> None:
        """Name what was not understood, once for each agent and construct."""
        if (code.file.path, dotted) not in self._skipped:
            self._skipped.add((code.file.path, dotted))
            self.found.skip(code.file.at(node), dotted, construct, reason)

    def full(self, made: Made) -> bool:
        """Tell whether so much was found that the rest is left unread, and say so."""
        if len(self.found.links) < MOST:
            return False
        reason = f"the folder has more than {MOST:,} relations of agents; the rest were not read"
        self.skip(made.code, made.call.node, "relations", "relations", reason)
        return True

    def agent_of(self, place: Place) -> str | None:
        """Give the id of the agent that a value is: made here, by a function, or in a file beside or below."""
        at = place.code.follow(place.node, place.within)
        made = self.agents.get(at.key)
        if made is not None:
            return made.id
        function = at.code.function(at.node, at.within)
        if function is not None:
            inside = self.inside.get((function[0].file.path, function[1].path), [])
            return inside[0].id if len(inside) == 1 else None
        return None

    def elsewhere(self, code: CodeFile, node: Node, platform: str) -> str | None:
        """Give the id that an agent would have that a relative import names; None for any other name."""
        name = str(node.value)
        if node.tag != "name" or not name.startswith("."):
            return None
        up = len(name) - len(name.lstrip("."))
        *modules, variable = name.lstrip(".").split(".")
        path = normpath(join(dirname(code.file.path), *[".."] * (up - 1), *modules))
        if not modules or path.startswith(".."):
            return None
        return f"agent:{platform}/{quote(dirname(path)) or '-'}/{quote(f'{modules[-1]}.{variable}')}"

    def delegate(self, made: Made, place: Place, construct: str, reason: str) -> None:
        """Link an agent to one that it hands work to."""
        inner = argument(place.node, "agent", "0") if last(called(place.node)) in ("handoff", "AgentTool") else None
        at = place.code.follow(inner, place.within) if inner is not None else place
        target = self.agent_of(at) or self.elsewhere(at.code, at.node, made.maker.platform)
        if target is None:
            told = at.node.value if at.node.tag in ("name", "expression", "spread") else called(at.node)
            why = f"{told or 'a value'} was not found among the agents of this folder"
            self._skip_of(made, place, construct, why)
        elif target != made.id and len(self.found.links) < MOST:
            self.found.links.append(link(made.id, "delegates_to", target, place.where, reason=reason))

    def read_tools(self, made: Made, code: CodeFile, node: Node, within: str, construct: str) -> None:
        """Read a list of tools."""
        for place in code.elements(node, within) if not self.full(made) else ():
            whole = (place.node.line, place.node.column) == (node.line, node.column) and not node.is_sequence
            named = place.node.tag == "spread" or (place.node.tag == "name" and whole)
            if self.full(made):
                return
            if named and place.code.function(place.node, place.within) is None:
                self._unresolved(made, place, construct)
            else:
                self.read_tool(made, place, construct)

    def read_tool(self, made: Made, place: Place, construct: str) -> None:
        """Read one tool: of a server, of a library, a function, or another agent."""
        code, node, within = place.code, place.node, place.within
        name = called(node)
        if name is not None:
            self._read_call(made, place, last(name), construct)
        elif node.is_mapping:
            kind = code.text(argument(node, "name", "type"), within)
            if kind is None:
                self._unresolved(made, place, construct)
            else:
                self.add_tool(made, kind, place.where, ABILITIES.get(kind))
        elif node.tag == "name":
            function = code.function(node, within)
            if function is not None:
                self.add_function(made, *function, place.where)
            elif self.agent_of(place) is not None:
                self.delegate(made, place, construct, "it is among its tools")
            elif "." in str(node.value) and not str(node.value).startswith("self."):
                known = last(str(node.value))
                self.add_tool(made, known, place.where, ABILITIES.get(known))
            else:
                self._unresolved(made, place, construct)
        elif node.tag is None and isinstance(node.value, str):
            self.add_tool(made, node.value, place.where, ABILITIES.get(node.value))
        elif node.value is not None:
            self._unresolved(made, place, construct)

    def _read_call(self, made: Made, place: Place, verb: str, construct: str) -> None:
        code, node, within = place.code, place.node, place.within
        where = place.where
        receiver = Node((called(node) or "").rpartition(".")[0], node.line, node.column, tag="name")
        if verb == "as_tool":
            self.delegate(made, Place(code, receiver, within, where), construct, "it is among its tools")
        elif verb in ("AgentTool", "handoff") or self.agent_of(place) is not None:
            self.delegate(made, place, construct, "it is among its tools")
        elif is_server(node):
            self.use_servers(place, made)
        elif verb in _HANDED_OVER:
            given = node.get("0") if verb == "load_mcp_tools" else None
            kit = code.follow(given or receiver, within)
            if is_server(kit.node):
                self.use_servers(kit, made)
            elif called(kit.node) is not None:
                self.add_tool(made, last(called(kit.node)), where, ABILITIES.get(last(called(kit.node))))
            elif verb != "load_mcp_tools":
                self._unresolved(made, place, construct)
        elif verb == "load_tools":
            for text, each in literals(code, node.get("0") or Node(None), within):
                self.add_tool(made, text, each.code.file.at(each.node), ABILITIES.get(text))
        elif verb in _WRAPPERS:
            inner = argument(node, "func", "function", "coroutine", "0") or Node(None)
            function = code.function(inner, within)
            named = code.text(argument(node, "name", "name_override"), within)
            if function is not None:
                self.add_function(made, *function, where, named, approval_of(code, [node], within))
            else:
                self.add_tool(made, named or last(str(inner.value)) or verb, where, None)
        elif (maker := code.function(node, within)) is not None:
            self.add_function(made, *maker, where)
        elif verb[:1].islower() and verb not in ABILITIES:
            self._unresolved(made, place, construct)  # what a function of another file gives
        else:
            unsafe = any((node.get(key) or Node(None)).flag() for key in _UNSAFE)
            self.add_tool(made, verb, where, ABILITIES.get(verb), on_host=verb in ON_HOST or unsafe)

    def use_servers(self, place: Place, made: Made | None) -> None:
        """Read the servers that a call makes, and give their tools to an agent."""
        for server in servers(place):
            node, path = server.place.node, server.place.code.file.path
            key = (path, node.line, node.column)
            if key not in self.served:
                named = server.name or self.bound.get(server.place.key) or self.bound.get(place.key)
                name = (named or last(called(node)) or "server").removeprefix("self.")
                name = name if (path, name) not in self._names else f"{name}@{node.line}"
                self._names.add((path, name))
                self.served[key] = add_server(server, name, made.id if made else None, self.found)
            elif made is not None and (made.id, key) not in self._calls:
                for tool in self.served[key]:
                    self.found.links.append(link(made.id, "invokes", tool.id, made.place))
            if made is not None:
                self._calls.add((made.id, key))

    def add_function(
        self,
        made: Made,
        code: CodeFile,
        function: Function,
        where: Location,
        named: str | None = None,
        approval: str | None = None,
    ) -> None:
        """Add a function as a tool, with what the calls inside of it can do."""
        known = (code.file.path, function.path)
        if known not in self.looked_into:
            calls = code.module.inside(function.path)
            self.looked_into[known] = risky(calls)[:_MOST_CALLS], abilities(calls)
        runs, able = self.looked_into[known]
        name = named or decorated_name(code, function)
        for call, what, sure in runs:
            key = f"{made.label}.{function.path}.{what}"
            self.found.settings.append(setting(code.file, call.node, key, call.name, made.id, "project", listed=True))
            if sure == "low":
                continue
            self.on_host(made, name, code.file.at(call.node), f"it calls {call.name}")
        approval = approval or approval_of(code, function.decorators, function.within)
        places = tuple(dict.fromkeys((code.file.at(function.node), where)))
        self.add_tool(made, name, places[0], able, approval, places=places, on_host=False)

    def add_tool(
        self,
        made: Made,
        name: str,
        where: Location,
        able: Abilities | None,
        approval: str | None = None,
        *,
        on_host: bool | None = None,
        places: Iterable[Location] = (),
    ) -> None:
        """Add a tool that an agent invokes; one that runs code runs it on the agent's machine, where that is known."""
        tool = self.tool_id(made, name)
        approval = approval or self.approvals.get((made.id, name))
        all_places = tuple(places) or (where,)
        self.found.tools.append(Tool(tool, None, name, approval=approval, capabilities=able, locations=all_places))
        self.found.links.append(link(made.id, "invokes", tool, where))
        if on_host or (on_host is None and name in ON_HOST):
            self.on_host(made, name, where, "it runs where its agent does")

    def on_host(self, made: Made, name: str, where: Location, reason: str) -> None:
        """Link a tool to the machine that its agent runs on."""
        host = f"resource:host/{made.code.folder}"
        self.found.resources.append(Resource(host, provider="host", locations=(where,)))
        self.found.links.append(link(self.tool_id(made, name), "executes_on", host, where, reason=reason))

    def tool_id(self, made: Made, name: str) -> str:
        """Give the id of a tool of an agent."""
        return f"tool:{made.id.removeprefix('agent:')}/{quote(name)}"

    def _unresolved(self, made: Made, place: Place, construct: str) -> None:
        told = called(place.node) or place.node.value
        reason = f"{told if isinstance(told, str) else 'a value'} is computed, or made in a file that was not followed"
        self._skip_of(made, place, construct, reason)

    def _skip_of(self, made: Made, place: Place, construct: str, reason: str) -> None:
        dotted = f"{made.label}.{construct}"
        if (made.code.file.path, dotted) not in self._skipped:
            self._skipped.add((made.code.file.path, dotted))
            self.found.skip(place.where, dotted, construct, reason)
