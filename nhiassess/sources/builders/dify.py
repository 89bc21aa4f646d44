"""Dify: the agents of exported apps, as a mode of the app or as nodes of its graph, with their tools and plugins.

The format is the DSL that Dify exports (`kind: app`); `agent_mode` may stand in an app whose agent is switched off. How
the published app is called, and by whom, is in no export. Trigger nodes are known by name only: no export was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nhiassess.formats.format import EMPTY, Node
from nhiassess.formats.secrets import is_placeholder
from nhiassess.model.inventory import Agent, Credential, Input, Inventory, Location, Workflow
from nhiassess.sources.builders.dify_tools import PLATFORM, App, hold, read_dataset, read_plugins, read_tool, servers_of
from nhiassess.sources.builders.flows import Allowance, Mark, Vault, hold_scalars, labels, reached
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import Client, read_server, setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_APP = re.compile(r"(?m)^app:\s*$")
_MODE = re.compile(r"(?m)^\s+mode:\s*['\"]?(?:agent-chat|advanced-chat|workflow|chat|completion|agent)\b")
_SERVERS = re.compile(r"mcp|server", re.I)
_FEATURES = re.compile(
    r"(?:file_upload\.enabled|sensitive_word_avoidance\.\w+|retriever_resource\.enabled|annotation_reply\.enabled)$"
)
# what starts a graph: the kind, who writes the text that it brings, and whether nobody is there when it runs
_STARTS = {
    "start": ("", "unknown", False),
    "trigger-webhook": ("webhook", "unknown", True),
    "trigger-plugin": ("plugin", "unknown", True),
    "trigger-schedule": ("schedule", "trusted", True),
}


class Dify:
    """Exports of Dify apps."""

    name = PLATFORM

    def recognises(self, path: str, head: str) -> bool:
        """Recognise an app by its head and its mode."""
        return path.lower().endswith((".yml", ".yaml")) and bool(_APP.search(head) and _MODE.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the app of each file."""
        found = Gathering()
        for file in files:
            for root in file.document.roots[:1]:
                app = App(file, root, found, Vault(found, PLATFORM))
                _read_app(app)
        return found.inventory()


def _read_app(app: App) -> None:
    read_plugins(app)
    config, graph = app.root.get("model_config"), app.root.get("workflow")
    if config is not None:
        _read_config(app, config)
    if graph is not None:
        _read_graph(app, graph)


def _read_config(app: App, config: Node) -> None:
    """Read an app without a graph: it is an agent when its mode says so and nothing switches it off."""
    file, mode = app.file, config.get("agent_mode") or EMPTY
    switch = mode.get("enabled")
    on = switch.flag() if switch is not None else app.word("app", "mode") == "agent-chat"
    agent = f"agent:{PLATFORM}/{app.key}" if on else None
    if switch is not None and not on and (value := leaf_text(switch)):
        app.found.settings.append(setting(file, switch, "model_config.agent_mode.enabled", value, None, "project"))
    _features(app, config, "model_config", agent)
    for key, each in config.items():
        if key != "agent_mode":
            hold_scalars(file, each, f"model_config.{key}", agent or app.workflow, app.found, key)
    if agent is None:
        if app.found.credentials:
            app.found.workflows.append(Workflow(app.workflow, locations=(file.at(config),)))
        return
    steps = leaf_text(mode.get("max_iteration") or EMPTY)
    model = config.get("model", "name") or config.get("model", "model") or EMPTY
    app.found.agents.append(
        Agent(
            agent,
            app.word("app", "name"),
            PLATFORM,
            purpose=app.word("app", "description"),
            autonomy="auto-approves",
            model=leaf_text(model),
            endpoint_auth="unknown",
            limits=f"{steps} iterations" if steps else None,
            locations=(file.at_key(mode if mode is not EMPTY else config),),
        )
    )
    strategy = mode.get("strategy")
    if strategy is not None and (value := leaf_text(strategy)):
        app.found.settings.append(setting(file, strategy, "model_config.agent_mode.strategy", value, agent, "project"))
    _taint(app, "chat", "unknown", agent, file.at_key(config))
    for place, tool in enumerate((mode.get("tools") or EMPTY).elements()):
        read_tool(app, tool, f"model_config.agent_mode.tools.{place}", agent)
    for each in (config.get("dataset_configs", "datasets", "datasets") or EMPTY).elements():
        read_dataset(app, each.get("dataset") or each, agent)


def _taint(app: App, kind: str, trust: str, agent: str, place: Location) -> None:
    id = f"input:{kind}/{app.key}"
    app.found.inputs.append(Input(id, kind, trust, (place,)))
    reason = f"the app hands on what comes in by {kind}"
    app.found.links.append(link(id, "taints", agent, place, reason=reason))


def _features(app: App, node: Node, dotted: str, agent: str | None) -> None:
    inner = ((f"{dotted}.{key}", each) for key, each in node.items() if key not in ("agent_mode", "graph"))
    read_settings(app.file, inner, agent, "project", app.found, lambda key: bool(_FEATURES.search(key)))


def _read_graph(app: App, workflow: Node) -> None:
    file, graph = app.file, workflow.get("graph") or EMPTY
    nodes: dict[str, tuple[Node, str]] = {}
    for place, node in enumerate((graph.get("nodes") or EMPTY).elements()):
        id, data = leaf_text(node.get("id") or EMPTY), node.get("data")
        if id and data is not None and data.is_mapping:
            nodes.setdefault(id, (data, f"workflow.graph.nodes.{place}.data"))
    titles = labels((id, leaf_text(data.get("title") or EMPTY) or id) for id, (data, _) in nodes.items())
    agents = {
        id: f"agent:{PLATFORM}/{app.key}/{quote(titles[id])}"
        for id, (data, _) in nodes.items()
        if _kind(data) == "agent"
    }
    onward = _onward(graph, nodes)
    allowance = Allowance()
    chat = "chat" if "chat" in (app.word("app", "mode") or "") else "app"
    kinds, trusts = set(), set()
    unattended: set[str] = set()
    for id, (data, _) in nodes.items():
        if (start := _STARTS.get(_kind(data))) is None:
            continue
        kind, trust, alone = (start[0] or chat, *start[1:])
        kinds.add(kind)
        trusts.add(trust)
        for agent in (agents[each] for each in reached(id, onward, allowance) if each in agents):
            app.found.links.append(link(app.workflow, "triggers", agent, file.at(data), reason=f"starts it by {kind}"))
            unattended |= {agent} if alone else set()
            if trust != "trusted":
                _taint(app, kind, trust, agent, file.at(data))
    only = next(iter(agents.values())) if len(agents) == 1 else None
    for id, (data, dotted) in nodes.items():
        if id in agents:
            _add_agent(app, data, dotted, agents[id], agents[id] in unattended)
        else:
            hold(app, data, dotted, app.workflow)
    _variables(app, workflow)
    _features(app, workflow, "workflow", only)
    app.found.workflows.append(
        Workflow(
            app.workflow,
            only,
            ", ".join(sorted(kinds)) or None,
            None if "unknown" in trusts or not trusts else False,
            locations=(file.at_key(workflow),),
        )
    )


def _kind(data: Node) -> str:
    return leaf_text(data.get("type") or EMPTY) or ""


def _onward(graph: Node, nodes: Iterable[str]) -> dict[str, list[str]]:
    """Give the connections onward; an iteration or a loop leads to the node that its inside begins with."""
    onward: dict[str, list[str]] = {}
    for edge in (graph.get("edges") or EMPTY).elements():
        source, target = (leaf_text(edge.get(key) or EMPTY) for key in ("source", "target"))
        if source and target:
            onward.setdefault(source, []).append(target)
    for node in (graph.get("nodes") or EMPTY).elements():
        id, inside = leaf_text(node.get("id") or EMPTY), leaf_text(node.get("data", "start_node_id") or EMPTY)
        if id and inside:
            onward.setdefault(id, []).append(inside)
    return onward


def _variables(app: App, workflow: Node) -> None:
    """Read the environment of a graph: a variable that is declared secret is one, whatever its value looks like."""
    for place, each in enumerate((workflow.get("environment_variables") or EMPTY).elements()):
        name, value = leaf_text(each.get("name") or EMPTY), each.get("value")
        dotted = f"workflow.environment_variables.{place}.value"
        held = app.found.hold(app.file, value, dotted, app.workflow, name) if value is not None else None
        if held or leaf_text(each.get("value_type") or EMPTY) != "secret":
            continue
        text = leaf_text(value) if value is not None else None
        kept = not text or is_placeholder(text)
        id, at = f"credential:{quote(app.file.path)}#{quote(dotted)}", app.file.at(value or each)
        store = f"secret_manager:{PLATFORM}:environment/{quote(name or str(place))}" if kept else "plaintext"
        app.found.credentials.append(Credential(id, "api_key", store, name, locations=(at,)))
        app.found.links.append(link(app.workflow, "holds", id, at))


def _add_agent(app: App, data: Node, dotted: str, id: str, unattended: bool) -> None:
    """Read an agent node: its strategy decides what its parameters are called."""
    file, found = app.file, app.found
    given = {key: each.get("value") or each for key, each in (data.get("agent_parameters") or EMPTY).items()}
    model = given.get("model", EMPTY)
    steps = next((leaf_text(given[key]) for key in ("maximum_iterations", "max_iterations") if key in given), None)
    found.agents.append(
        Agent(
            id,
            leaf_text(data.get("title") or EMPTY),
            PLATFORM,
            purpose=app.word("app", "description"),
            autonomy="unattended" if unattended else "auto-approves",
            model=leaf_text(model.get("model") or model.get("name") or EMPTY),
            endpoint_auth="unknown",
            limits=f"{steps} iterations" if steps else None,
            locations=(file.at(data),),
        )
    )
    for key in ("agent_strategy_provider_name", "agent_strategy_name", "plugin_unique_identifier"):
        node = data.get(key)
        if node is not None and (text := leaf_text(node)):
            found.settings.append(setting(file, node, f"{dotted}.{key}", text, id, "project"))
    memory = data.get("memory")
    if memory is not None:
        read_settings(file, ((f"{dotted}.memory", memory),), id, "project", found, lambda key: ".window." in key)
    for key, value in given.items():
        where = f"{dotted}.agent_parameters.{key}.value"
        if key == "tools":
            for place, tool in enumerate(value.elements()):
                read_tool(app, tool, f"{where}.{place}", id)
        elif _SERVERS.search(key):
            for name, server, inner in servers_of(key, value, where):
                mark = Mark.of(found)
                read_server(file, name, server, inner, Client(id), found)
                mark.approve(found, gated=False)
        elif key != "model":
            hold_scalars(file, value, where, id, found)


SOURCE = Dify()
