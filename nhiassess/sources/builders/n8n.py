"""n8n: the agents of exported workflows, what starts them, and the tools, models and credentials attached to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nhiassess.formats.format import EMPTY
from nhiassess.model.inventory import Agent, Input, Inventory, Workflow
from nhiassess.sources.builders.flows import Allowance, Vault, reached
from nhiassess.sources.builders.n8n_nodes import FlowNode, Start, flows, start_of
from nhiassess.sources.builders.n8n_outlets import add_outlets
from nhiassess.sources.builders.n8n_tools import PLATFORM, Reading, add_tools, credentials, hold, is_agent, serve
from nhiassess.sources.clients.agent_settings import read_settings
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_SIGN = re.compile(r'"type"\s*:\s*"(?:@[\w-]+/)?n8n-nodes-[\w-]+\.\w+"')
_ENVELOPE = re.compile(r'"(?:templateCredsSetupCompleted|executionOrder|typeVersion|instanceId)"\s*:')
# a node that takes any certificate speaks with whoever stands between
_UNCHECKED = "allowUnauthorizedCerts"
# what nodes on the way to an agent fetch of the text of strangers
_FETCHED = {
    "gmail": "email",
    "microsoftOutlook": "email",
    "rssFeedRead": "rss",
    "reddit": "reddit",
    "hackerNews": "web",
}


class N8n:
    """Exports of n8n workflows."""

    name = PLATFORM

    def recognises(self, path: str, head: str) -> bool:
        """Recognise an export by the kinds of its nodes, or by what stands around them."""
        if not path.lower().endswith(".json"):
            return False
        return bool(_SIGN.search(head) or ('"nodes"' in head and _ENVELOPE.search(head)))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each workflow of each file."""
        found = Gathering()
        for file in files:
            vault, allowance = Vault(found, PLATFORM), Allowance()
            read = flows(file)
            for flow in read:
                _read_flow(Reading(flow, found, vault, allowance))
            if read and allowance.left < 0:
                reason = "it has more connections than are followed: what the last of its agents hold was not all read"
                found.skip(file.at(read[0].root), "connections", "workflow", reason)
        return found.inventory()


def _read_flow(it: Reading) -> None:
    flow = it.flow
    for node in flow.nodes.values():
        for path, dotted, _ in credentials(node):
            it.vault.meet(flow.file.path, path, dotted)
        if not node.off and is_agent(flow, node):
            it.agents[node.name] = f"agent:{PLATFORM}/{it.key}/{quote(node.name)}"
    starts = _starts(it)
    started: dict[str, list[Start]] = {}
    for start, agents in starts.values():
        for name in agents:
            started.setdefault(name, []).append(start)
    for name, id in it.agents.items():
        _add_agent(it, flow.nodes[name], id, started.get(name, []))
        _attach(it, flow.nodes[name], id)
        add_outlets(it, flow.nodes[name], id)
    for node in flow.nodes.values():
        if node.kind == "mcpTrigger" and not node.off:
            serve(it, node)
        if node.name not in it.held:
            hold(it, node, it.workflow, 0)
        if node.off and (is_agent(flow, node) or node.kind.lower().endswith(("tool", "trigger", "webhook"))):
            switch = node.node.get("disabled") or EMPTY
            it.found.settings.append(setting(flow.file, switch, f"{node.dotted}.disabled", "true", None, "project"))
    _add_workflow(it, starts)
    for name, (start, agents) in starts.items():
        _start_agents(it, flow.nodes[name], start, agents)
    _fetch(it)


def _starts(it: Reading) -> dict[str, tuple[Start, list[str]]]:
    """Give how each trigger starts the workflow, and the agents that its data comes to, by their names."""
    found: dict[str, tuple[Start, list[str]]] = {}
    for node in it.flow.nodes.values():
        if not node.is_trigger:
            continue
        if node.name in it.flow.onward:
            onward = reached(node.name, it.flow.onward, it.allowance)
            found[node.name] = start_of(node), [each for each in onward if each in it.agents]
        else:
            reason = f"nothing is connected to the trigger {node.name}: what comes in by it goes nowhere"
            it.found.skip(it.flow.at(node), node.dotted, "trigger", reason)
    return found


def _add_agent(it: Reading, node: FlowNode, id: str, starts: Sequence[Start]) -> None:
    flow = it.flow
    active = (flow.root.get("active") or EMPTY).flag()
    model = next((_model(each) for each in flow.attachments(node, "ai_languageModel")), None)
    steps = node.word("options", "maxIterations")
    seconds = (flow.root.get("settings", "executionTimeout") or EMPTY).whole()
    limits = [f"{steps} iterations"] if steps else []
    limits += [f"{seconds} seconds"] if seconds and seconds > 0 else []
    it.found.agents.append(
        Agent(
            id,
            node.name,
            PLATFORM,
            purpose=node.word("toolDescription"),
            autonomy=_autonomy(starts),
            model=model or _model(node),
            endpoint_auth=_weakest([each.auth for each in starts if each.auth]),
            limits=", ".join(limits) or None,
            status=None if active is None else "active" if active else "inactive",
            locations=(flow.at(node),),
        )
    )
    if node.word("resource") == "assistant" or node.kind == "openAiAssistant":
        reason = "its instructions and tools are kept by the provider of the assistant, and in no file"
        it.found.skip(flow.at(node), node.dotted, "assistant", reason)


def _autonomy(starts: Sequence[Start]) -> str | None:
    """Tell how it works: a call is confirmed by a node of its own only, whoever started the workflow."""
    if any(each.unattended for each in starts):
        return "unattended"
    return "auto-approves" if starts else None


def _weakest(auths: Sequence[str]) -> str | None:
    return next((each for each in ("none", "unknown", *auths) if each in auths), None)


def _model(node: FlowNode) -> str | None:
    return next((text for key in ("model", "modelName", "modelId") if (text := node.word(key))), None)


def _attach(it: Reading, node: FlowNode, agent: str) -> None:
    """Read what hangs on an agent: its tools, its memory, its model."""
    flow = it.flow
    hold(it, node, agent, 0)
    for memory in flow.attachments(node, "ai_memory"):
        key = f"{node.dotted}.ai_memory"
        it.found.settings.append(
            setting(flow.file, memory.node.get("type") or memory.node, key, memory.kind, agent, "project", listed=True)
        )
    add_tools(it, node, agent)


def _add_workflow(it: Reading, starts: Mapping[str, tuple[Start, list[str]]]) -> None:
    flow = it.flow
    trusts = {start.trust for start, _ in starts.values()}
    only = next(iter(it.agents.values())) if len(it.agents) == 1 else None
    it.found.workflows.append(
        Workflow(
            it.workflow,
            agent=only,
            trigger=", ".join(sorted({start.kind for start, _ in starts.values()})) or None,
            untrusted=True if "untrusted" in trusts else None if "unknown" in trusts or not trusts else False,
            locations=(flow.file.at(flow.root), *(flow.at(flow.nodes[name]) for name in starts)),
        )
    )
    stated = (flow.root.get("settings") or EMPTY).items()
    inner = ((f"{flow.dotted}settings.{key}", each) for key, each in stated if key != "executionOrder")
    read_settings(flow.file, inner, None, "project", it.found)
    for node in flow.nodes.values():
        if not node.off and node.word("operation") == "sendAndWait":
            operation, key = node.given("operation"), f"{node.dotted}.parameters.operation"
            it.found.settings.append(setting(flow.file, operation, key, "sendAndWait", only, "project"))
        for path in (("options", _UNCHECKED), (_UNCHECKED,)):
            if not node.off and (switch := node.given(*path)).flag():
                key = ".".join((node.dotted, "parameters", *path))
                it.found.settings.append(setting(flow.file, switch, key, "true", only, "project"))


def _start_agents(it: Reading, trigger: FlowNode, start: Start, agents: Sequence[str]) -> None:
    for agent in (it.agents[each] for each in agents):
        reason = f"starts it by {start.kind}"
        it.found.links.append(link(it.workflow, "triggers", agent, it.flow.at(trigger), reason=reason))
        if start.trust != "trusted":
            reason = f"{trigger.name} hands on what comes in by {start.kind}"
            _taint(it, start.kind, trigger, start.trust, agent, reason)


def _fetch(it: Reading) -> None:
    """Add what nodes before an agent fetch of the text of strangers."""
    for node in it.flow.nodes.values():
        kind = _FETCHED.get(node.kind)
        if kind is None or node.off or (kind == "email" and not _reads(node)):
            continue
        for each in reached(node.name, it.flow.onward, it.allowance):
            if each in it.agents:
                reason = f"{node.name} fetches what strangers wrote"
                _taint(it, kind, node, "untrusted", it.agents[each], reason)


def _reads(node: FlowNode) -> bool:
    return (node.word("operation") or "").startswith("get")


def _taint(it: Reading, kind: str, node: FlowNode, trust: str, agent: str, reason: str) -> None:
    id = f"input:{quote(kind)}/{it.key}/{quote(node.name)}"
    place = it.flow.at(node)
    it.found.inputs.append(Input(id, kind, trust, (place,)))
    it.found.links.append(link(id, "taints", agent, place, reason=reason))


SOURCE = N8n()
