"""Flowise: the agents of exported chatflows and agent flows, with their tools, memories, models and credentials.

Whether a flow asks its callers for a key is a row of the database beside the flow: an export that does not name a key
leaves it unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Agent, Input, Inventory, Location, Resource, Workflow
from nhiassess.sources.builders.flowise_nodes import AGENTS, STARTS, Flow, FlowNode, flows
from nhiassess.sources.builders.flowise_tools import PLATFORM, Reading, add_tools, hold, is_on
from nhiassess.sources.builders.flows import Allowance, Vault, hold_scalars, reached
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

_NODE = re.compile(r'"type"\s*:\s*"(?:customNode|agentFlow|stickyNote|iteration|buttonedge)"')
_SHAPE = re.compile(r'"baseClasses"|"inputAnchors"|"type"\s*:\s*"(?:agentFlow|buttonedge)"')
_COPY = re.compile(r'"flowData"\s*:')
_LIMITS = (("maxIterations", "iterations"), ("recursionLimit", "steps"))
# what a start node may say of the way in, and whether somebody is there when the flow runs
_ENTRANCES = {"chatInput": "chat", "formInput": "form", "scheduleInput": "schedule"}


class Flowise:
    """Exports of Flowise flows."""

    name = PLATFORM

    def recognises(self, path: str, head: str) -> bool:
        """Recognise a flow by the shape of its nodes, a copy of the database by its flows."""
        if not path.lower().endswith(".json"):
            return False
        if _COPY.search(head):
            return True
        return '"nodes"' in head and bool(_NODE.search(head) and _SHAPE.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each flow of each file."""
        found = Gathering()
        for file in files:
            vault, allowance = Vault(found, PLATFORM), Allowance()
            read = list(flows(file))
            for flow in read:
                _read_flow(Reading(flow, found, vault, allowance))
            if read and allowance.left < 0:
                reason = "it has more connections than are followed: what the last of its agents hold was not all read"
                found.skip(file.at(file.document.root), "edges", "flow", reason)
            _variables(file, found)
        return found.inventory()


def _variables(file: ReadFile, found: Gathering) -> None:
    """Read the variables of a copy of the database, which belong to the whole of it."""
    variables = file.document.root.get("Variable")
    if variables is None or not variables.elements():
        return
    id = f"resource:{PLATFORM}/{folder(file.path)}"
    found.resources.append(Resource(id, "platform", PLATFORM, PLATFORM, locations=(file.at_key(variables),)))
    hold_scalars(file, variables, "Variable", id, found)


def _read_flow(it: Reading) -> None:
    flow = it.flow
    for node in flow.nodes.values():
        for model in flow.attachments(node, "llmNode"):
            it.executors.setdefault(model.id, []).append(node)
    for node in flow.nodes.values():
        if node.kind in AGENTS or node.category == "Agents" or node.id in it.executors:
            it.agents[node.id] = f"agent:{PLATFORM}/{it.key}/{quote(flow.names[node.id])}"
    started = _start(it)
    begins = (node for node in flow.nodes.values() if node.kind in STARTS)
    shared = next((text for each in begins if (text := _attached_model(flow, each))), None)
    rounds = _rounds(it)
    for id, agent in it.agents.items():
        node = flow.nodes[id]
        _add_agent(it, node, agent, shared, started.get(id, False), rounds.get(id, ()))
        hold(it, node, agent)
        add_tools(it, node, agent)
        _remember(it, node, agent)
        _delegate(it, node, agent)
    for node in flow.nodes.values():
        if node.id not in it.held:
            hold(it, node, it.workflow)
        if node.kind in STARTS:
            _remember(it, node, None)
        if node.kind == "humanInputAgentflow":
            name = node.data.get("name") or node.data
            it.found.settings.append(setting(flow.file, name, f"{node.dotted}.name", node.kind, None, "project"))
    if it.unnamed:
        reason = f"which credentials its nodes use is not in the export: {', '.join(sorted(it.unnamed)[:20])}"
        it.found.skip(min(it.unnamed.values()), f"{flow.dotted}credentials", "credentials", reason)


def _start(it: Reading) -> dict[str, bool]:
    """Add the workflow, and what starts its agents; give the agents that it starts, and whether nobody is there."""
    flow, started = it.flow, dict[str, bool]()
    entrances = [node for node in flow.nodes.values() if node.kind in STARTS]
    kinds = set()
    places: list[Location] = []
    for node in entrances:
        stated = node.word("startInputType")
        kind = _ENTRANCES.get(stated, stated) if stated else "chat"
        kinds.add(kind)
        places.append(flow.at(node))
        for id in reached(node.id, flow.onward, it.allowance):
            if id in it.agents:
                started[id] = started.get(id, False) or kind == "schedule"
                _enter(it, kind, it.agents[id], flow.at(node))
    if not entrances:
        kinds.add("chat")
        for id, agent in it.agents.items():
            if flow.nodes[id].kind != "worker":
                started[id] = False
                _enter(it, "chat", agent, flow.at(flow.nodes[id]))
    only = next(iter(it.agents.values())) if len(it.agents) == 1 else None
    places = places or [flow.file.at(next((node.node for node in flow.nodes.values()), flow.file.document.root))]
    untrusted = False if kinds == {"schedule"} else None
    workflow = Workflow(it.workflow, only, ", ".join(sorted(kinds)), untrusted, locations=tuple(places))
    it.found.workflows.append(workflow)
    return started


def _enter(it: Reading, kind: str, agent: str, place: Location) -> None:
    it.found.links.append(link(it.workflow, "triggers", agent, place, reason=f"starts it by {kind}"))
    if kind != "schedule":
        id = f"input:{quote(kind)}/{it.key}"
        it.found.inputs.append(Input(id, kind, "unknown", (place,)))
        it.found.links.append(link(id, "taints", agent, place, reason=f"the flow hands on what comes in by {kind}"))


def _rounds(it: Reading) -> dict[str, list[str]]:
    """Give how often loops of steps go round at most, by the nodes within."""
    flow, found = it.flow, dict[str, list[str]]()
    back: dict[str, list[str]] = {}
    for source, targets in flow.onward.items():
        for target in targets:
            back.setdefault(target, []).append(source)
    for loop in flow.nodes.values():
        most, to = loop.word("maxLoopCount"), loop.word("loopBackToNode") or ""
        # the id of the node, and its label
        first = to if to in flow.nodes else to.partition("-")[0]
        if loop.kind != "loopAgentflow" or most is None or first not in flow.nodes:
            continue
        inside = set(reached(first, flow.onward, it.allowance)) & set(reached(loop.id, back, it.allowance))
        for id in it.agents:
            within = leaf_text(flow.nodes[id].node.get("parentNode") or EMPTY)
            if it.allowance.take() and (id in inside or within in inside):
                found.setdefault(id, []).append(f"{most} loops")
    return found


def _add_agent(
    it: Reading, node: FlowNode, id: str, model: str | None, unattended: bool, rounds: Sequence[str]
) -> None:
    flow, row = it.flow, it.flow.row
    limits = [f"{text} {noun}" for key, noun in _LIMITS if (text := node.word(key))] + list(rounds)
    deployed = (row.get("deployed") or EMPTY).flag()
    own = node.word("agentModel") or node.word("conditionAgentModel")
    config = node.inputs.get("agentModelConfig") or node.inputs.get("conditionAgentModelConfig") or EMPTY
    it.found.agents.append(
        Agent(
            id,
            node.label,
            PLATFORM,
            autonomy="unattended" if unattended else "auto-approves",
            model=_model(config) or own or _attached_model(flow, node) or _of_supervisor(flow, node) or model,
            endpoint_auth="key" if leaf_text(row.get("apikeyid") or EMPTY) else "unknown",
            limits=", ".join(limits) or None,
            status=None if deployed is None else "active" if deployed else "inactive",
            locations=(flow.at(node),),
        )
    )
    if node.kind == "openAIAssistant":
        reason = "its instructions and its own tools are kept by the provider of the assistant, and in no file"
        it.found.skip(flow.at(node), node.dotted, "assistant", reason)


def _model(inputs: Node) -> str | None:
    stated = (leaf_text(inputs.get(key) or EMPTY) for key in ("customModelName", "modelName", "model"))
    return next((each for each in stated if each), None)


def _attached_model(flow: Flow, node: FlowNode) -> str | None:
    return next((text for each in flow.attachments(node, "model") if (text := _model(each.inputs))), None)


def _of_supervisor(flow: Flow, node: FlowNode) -> str | None:
    return next((text for each in flow.attachments(node, "supervisor") if (text := _attached_model(flow, each))), None)


def _remember(it: Reading, node: FlowNode, agent: str | None) -> None:
    """Read what an agent keeps of a conversation."""
    flow, found = it.flow, it.found
    for memory in flow.attachments(node, "memory", "agentMemory"):
        key = f"{node.dotted}.inputs.memory"
        name = memory.data.get("name") or memory.data
        found.settings.append(setting(flow.file, name, key, memory.kind, agent, "project", listed=True))
    switch = node.inputs.get("agentEnableMemory")
    if switch is not None and agent is not None:
        value = "true" if is_on(switch) else "false"
        key = f"{node.dotted}.inputs.agentEnableMemory"
        found.settings.append(setting(flow.file, switch, key, value, agent, "project"))


def _delegate(it: Reading, node: FlowNode, agent: str) -> None:
    """Add who hands work on: a supervisor to its workers, and an agent that chooses the next step to that step."""
    place = it.flow.at(node)
    for supervisor in it.flow.attachments(node, "supervisor"):
        if supervisor.id in it.agents:
            it.found.links.append(link(it.agents[supervisor.id], "delegates_to", agent, place))
    if node.kind in ("conditionAgentAgentflow", "seqConditionAgent"):
        for id in it.flow.onward.get(node.id, ()):
            if id in it.agents:
                it.found.links.append(link(agent, "delegates_to", it.agents[id], place))


SOURCE = Flowise()
