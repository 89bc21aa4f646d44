"""The nodes after an n8n agent that its answer decides: requests, messages, rows and commands that are made of it.

A node hands its result to the next one as `$json`, and a later node may name an earlier one, as in
`$('AI Agent').item.json.output`. Nodes that route or reshape pass on what the agent wrote; a node that speaks with a
service passes on the service's answer instead. `sendAndWait` waits for a person, and goes on with whatever the person
replies: only a node behind it that chooses the way makes the reply count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nhiassess.formats.format import Node
from nhiassess.sources.builders.flow_abilities import family
from nhiassess.sources.builders.flows import add_tool, send_to
from nhiassess.sources.builders.n8n_nodes import FlowNode
from nhiassess.sources.builders.n8n_tools import Mentions, Reading, ability_of, hold

_JSON = re.compile(r"\$(?:json|input|data)\b")
_NAMED = re.compile(r"\$(?:node\s*\[|items\s*\(|\()\s*([\"'`])([^\"'`]{1,200})\1")
_MAPPED = "autoMapInputData"  # a row takes its columns from the fields of `$json`
_OUTLETS = frozenset({"mail", "chat", "code host", "payment", "cloud", "database", "http", "code"})
_SERVICES = _OUTLETS | {"search", "web", "lookup"}
_CHOOSES = frozenset({"if", "switch", "filter", "textClassifier"})
# what stands between an agent and a node on the way where least does
_ITS_TEXT, _NAMED_ONLY, _ASKED, _CONFIRMED = range(4)
_GATED = {_ITS_TEXT: False, _NAMED_ONLY: False, _ASKED: None, _CONFIRMED: True}


def add_outlets(it: Reading, node: FlowNode, agent: str) -> None:
    """Add a tool for each node that does what an agent's answer says.

    Parameters
    ----------
    it:
        The workflow.
    node:
        An agent.
    agent:
        Its id.
    """
    ways = _ways(it, node)
    carriers = {name for name, way in ways.items() if way == _ITS_TEXT and not _is_service(it.flow.nodes[name])}
    for name, way in ways.items():
        each = it.flow.nodes[name]
        if each.off or name in it.agents or family(each.kind) not in _OUTLETS or _waits(each):
            continue
        mentions = _mentions(it, each)
        if not (mentions.current and way == _ITS_TEXT) and carriers.isdisjoint(mentions.named):
            continue
        able, host = ability_of(it, each, True)
        if able.sends_out is False:
            continue  # it reads, whatever for
        # what a service answers goes on in the workflow, and not to the agent
        able = replace(able, sees_untrusted=None, reads_private=None)
        reason = f"the workflow does in {name} what the agent's answer says"
        id = add_tool(it.found, agent, name, able, (it.flow.at(each),), gated=_GATED[way], reason=reason)
        hold(it, each, id, 0)
        if host and able.sends_out:
            send_to(it.found, id, host, it.flow.at(each))


def _ways(it: Reading, agent: FlowNode) -> dict[str, int]:
    """Give the nodes after an agent, up to the next agents, with what stands between."""
    found: dict[str, int] = {}
    waiting: list[list[str]] = [[agent.name], [], [], []]
    for way, names in enumerate(waiting):
        for name in names:
            if name in found:
                continue
            found[name] = way
            each = it.flow.nodes[name]
            if name in it.agents and each is not agent:
                continue
            onward = _passed(each, way) if each is not agent else way
            for after in it.flow.onward.get(name, ()):
                if not it.allowance.take():
                    return found
                waiting[onward].append(after)
    return found


def _passed(node: FlowNode, way: int) -> int:
    """Tell what stands between an agent and what comes after one more node."""
    if node.off:
        return way
    if _waits(node):
        return max(way, _ASKED)
    if node.kind in _CHOOSES and way == _ASKED:
        return _CONFIRMED
    return max(way, _NAMED_ONLY) if _is_service(node) else way


def _waits(node: FlowNode) -> bool:
    return node.word("operation") == "sendAndWait"


def _is_service(node: FlowNode) -> bool:
    return not node.off and family(node.kind) in _SERVICES


def _mentions(it: Reading, node: FlowNode) -> Mentions:
    """Tell what of other nodes a node's parameters are made of."""
    if node.name not in it.mentions:
        texts = [text for text in _texts(node.given()) if text == _MAPPED or text.startswith("=")]
        current = any(text == _MAPPED or _JSON.search(text) for text in texts)
        named = frozenset(match[2] for text in texts for match in _NAMED.finditer(text))
        it.mentions[node.name] = Mentions(current, named)
    return it.mentions[node.name]


def _texts(node: Node) -> Iterator[str]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if text := each.text():
            yield text
        waiting += [inner for _, inner in each.items()] + list(each.elements())
