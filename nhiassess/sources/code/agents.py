"""One agent in Python code: its model, limits, autonomy, sandbox and settings, and whom it hands work to."""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.formats.code import called
from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.code.crewai import CODE_TOOL, limits_of, sandbox_of
from nhiassess.sources.code.files import Place, argument, last, literals
from nhiassess.sources.code.libraries import (
    AUTONOMY,
    DELEGATES,
    EXECUTOR_TYPES,
    EXECUTORS,
    LIMITS,
    MODELS,
    PURPOSES,
    SETTINGS,
    TOOLS,
)
from nhiassess.sources.code.reading import Made, Reading
from nhiassess.sources.code.tools import ABILITIES

# agents of libraries that write and run Python where they are
_WRITE_PYTHON = frozenset({"create_pandas_dataframe_agent", "create_csv_agent", "create_python_agent"})
_MAX_DEPTH = 4


def read_agent(made: Made, reading: Reading) -> None:
    """Read one agent with its tools.

    Parameters
    ----------
    made:
        The agent and the call that makes it.
    reading:
        What was found so far; it is added to.
    """
    code, call = made.code, made.call
    given = _arguments(made, reading)
    _approvals(made, given, reading)
    reading.found.agents.append(
        Agent(
            made.id,
            made.name,
            made.maker.platform,
            purpose=_purpose(made, given),
            autonomy=_autonomy(made, given),
            sandbox=_sandbox(made, given, reading),
            model=_model(made, given, reading),
            limits=limits_of((each, code.text(given.get(each), call.within)) for each in LIMITS),
            locations=(made.place,),
        )
    )
    for key in SETTINGS:
        if key in given:
            _setting(made, given[key], f"{made.label}.{key}", reading)
    for key in TOOLS:
        if key in given:
            reading.read_tools(made, code, given[key], call.within, key)
    for server in literals(code, given["mcps"], call.within) if "mcps" in given else ():
        reason = f"the server {server[0]} is named, and neither its command nor its kind is"
        reading.skip(server[1].code, server[1].node, f"{made.label}.mcps", "mcps", reason)
    for key in DELEGATES:
        if key in given:
            _delegates(made, given[key], key, reading)
    chat = code.follow(given["groupchat"], call.within) if "groupchat" in given else None
    if chat is not None and (members := argument(chat.node, "agents", "0")) is not None:
        _delegates(made, members, "groupchat", reading, chat.within)


def _arguments(made: Made, reading: Reading) -> dict[str, Node]:
    """Give the arguments of the call by their names, those of `**` too where they are written out."""
    call = made.call
    given: dict[str, Node] = {}
    for key, node in call.node.items():
        if key.startswith("**"):
            inner = made.code.follow(node, call.within).node
            if inner.is_mapping and called(inner) is None:
                given |= dict(inner.items())
            else:
                reason = f"{inner.value if isinstance(inner.value, str) else 'a value'} adds arguments by `**`"
                reading.skip(made.code, call.node, f"{made.label}.arguments", "arguments", reason)
        elif key.isdecimal():
            if int(key) < len(made.maker.positional):
                given[made.maker.positional[int(key)]] = node
        else:
            given[key] = node
    return given


def _purpose(made: Made, given: Mapping[str, Node]) -> str | None:
    told = [made.code.text(given.get(each), made.call.within) for each in ("role", *PURPOSES)]
    return ": ".join(" ".join(each.split()) for each in told if each) or None


def _model(made: Made, given: Mapping[str, Node], reading: Reading) -> str | None:
    node = next((given[each] for each in MODELS if each in given), None)
    if node is None:
        return None
    code, within = made.code, made.call.within
    at = code.follow(node, within)
    text = at.code.text(at.node, at.within)
    for _ in range(_MAX_DEPTH):
        if text is not None or not at.node.is_mapping:
            break
        first = at.code.follow(at.node.get("config_list") or Node(None), at.within).node.get(0)
        inner = (
            argument(at.node, "model", "model_name", "model_id", "deployment_name", "azure_deployment", "0") or first
        )
        if inner is None:
            break
        at = at.code.follow(inner, at.within)
        text = at.code.text(at.node, at.within)
    if text is None and at.node.value not in (None, False):
        told = called(at.node) or at.node.value
        reason = f"{told if isinstance(told, str) else 'a value'} chooses the model as the agent runs"
        reading.skip(code, node, f"{made.label}.model", "model", reason)
    return text


def _autonomy(made: Made, given: Mapping[str, Node]) -> str | None:
    """Tell whether a person is asked; a file that does not say leaves it open."""
    within = made.call.within
    mode = made.code.text(given.get("human_input_mode"), within)
    if mode in AUTONOMY:
        return AUTONOMY[mode]
    stops = [text for text, _ in literals(made.code, given.get("interrupt_before") or Node(None), within)]
    return "asks" if any(each in ("tools", "*") for each in stops) else None


def _sandbox(made: Made, given: Mapping[str, Node], reading: Reading) -> str | None:
    """Tell where the code that an agent writes is run, and add the tool that runs it; None when it writes none."""
    code, call = made.code, made.call
    verb = last(call.name)
    if "allow_code_execution" in given and made.maker.platform == "crewai":
        allowed = code.text(given["allow_code_execution"], call.within) == "true"
        where = sandbox_of(allowed, code.text(given.get("code_execution_mode"), call.within))
        return _runs_code(made, CODE_TOOL, given["allow_code_execution"], where, reading)
    if verb == "CodeAgent":
        kind = code.text(given.get("executor_type"), call.within)
        if "executor" in given or ("executor_type" in given and kind is None):
            where = EXECUTORS.get(last(called(code.follow(given.get("executor") or Node(None), call.within).node)))
        else:
            where = EXECUTOR_TYPES.get(kind or "local")  # its documentation: the default is local
        return _runs_code(made, "python_interpreter", call.node, where or "unknown", reading)
    if verb in _WRITE_PYTHON:
        return _runs_code(made, "python_repl_ast", call.node, "none", reading)
    if "code_executor" in given:
        executor = code.follow(given["code_executor"], call.within).node
        where = EXECUTORS.get(last(called(executor)), "unknown")
        return _runs_code(made, "code_execution", given["code_executor"], where, reading)
    if "code_execution_config" in given:
        config = code.follow(given["code_execution_config"], call.within).node
        if config.value is False or config.value is None:
            return None
        executor = code.follow(config.get("executor") or Node(None), call.within).node
        docker = code.text(config.get("use_docker"), call.within)
        where = "unknown" if docker is None else "none" if docker == "false" else "container"
        where = EXECUTORS.get(last(called(executor)), where)
        return _runs_code(made, "code_execution", given["code_execution_config"], where, reading)
    return None


def _runs_code(made: Made, tool: str, node: Node, where: str | None, reading: Reading) -> str | None:
    if where is not None:
        at = made.code.file.at(node)
        reading.add_tool(made, tool, at, ABILITIES["python_repl"], on_host=where == "none")
    return where


def _approvals(made: Made, given: Mapping[str, Node], reading: Reading) -> None:
    """Note the tools that wait for a person, as `interrupt_on` lists them."""
    code, within = made.code, made.call.within
    listed = [Place(code, given["interrupt_on"], within)] if "interrupt_on" in given else []
    for place in code.elements(given["middleware"], within) if "middleware" in given else ():
        node = place.node.get("interrupt_on") if last(called(place.node)) == "HumanInTheLoopMiddleware" else None
        listed += [Place(place.code, node, place.within)] if node is not None else []
    for place in listed:
        for tool, node in place.code.follow(place.node, place.within).node.items():
            asked = place.code.follow(node, place.within).node
            reading.approvals[made.id, tool] = "never" if asked.value is False else "each_call"


def _delegates(made: Made, node: Node, key: str, reading: Reading, within: str | None = None) -> None:
    places = made.code.elements(node, made.call.within if within is None else within) if not reading.full(made) else ()
    for place in places:
        reading.delegate(made, place, key, f"it is among its {key}")


def _setting(made: Made, node: Node, key: str, reading: Reading, listed: bool = False, depth: int = 0) -> None:
    """Add what an argument states: a literal, the name of a function or of what is made, or each of a list."""
    at = made.code.follow(node, made.call.within)
    if at.node.is_sequence and depth < _MAX_DEPTH:
        for each in at.node.elements():
            _setting(made, each, key, reading, listed=True, depth=depth + 1)
        return
    if at.node.is_mapping and called(at.node) is None and depth < _MAX_DEPTH:
        for name, each in at.node.items():
            _setting(made, each, f"{key}.{name}", reading, listed, depth + 1)
        return
    value = called(at.node) or at.node.value
    if value is None or not isinstance(value, (str, int, float)):
        return
    text = str(value).lower() if isinstance(value, bool) else str(value)
    place = at.code.file if at.code is made.code else made.code.file
    reading.found.settings.append(setting(place, node, key, text, made.id, "project", listed))
