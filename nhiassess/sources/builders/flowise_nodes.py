"""The nodes and edges of a Flowise flow, in any of its three shapes.

A chatflow and a sequential or multi-agent flow (version 1) attach models, memories and tools by edges whose target
handle names the input (`<node>-input-<input>-<type>`); an agent flow (version 2) keeps them inside of the node, and its
edges are steps. A copy of the database holds each flow as text under `flowData`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Location
from nhiassess.sources.builders.flows import embedded, labels
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.source import ReadFile

_PORT = re.compile(r"-input-(\w+)-")
# nodes that agents are, by their names; every node of the category "Agents" is one too
AGENTS = frozenset(
    {"seqAgent", "seqConditionAgent", "supervisor", "worker", "agentAgentflow", "conditionAgentAgentflow"}
)
# where a flow of steps begins; the only node of a chatflow that is no attachment is called itself
STARTS = frozenset({"seqStart", "startAgentflow"})
_NAMES = ("agentName", "workerName", "supervisorName", "conditionAgentName", "llmNodeName")


@dataclass(frozen=True, slots=True)
class FlowNode:
    """One node: what it is, its inputs, and its path in the file."""

    id: str
    kind: str
    data: Node
    node: Node
    dotted: str

    @property
    def category(self) -> str:
        """What Flowise lists it under."""
        return leaf_text(self.data.get("category") or EMPTY) or ""

    @property
    def label(self) -> str:
        """What its writer calls it."""
        stated = (self.word(key) for key in _NAMES)
        return next((each for each in stated if each), None) or leaf_text(self.data.get("label") or EMPTY) or self.id

    @property
    def inputs(self) -> Node:
        """What is filled in."""
        return self.data.get("inputs") or EMPTY

    def word(self, *path: str) -> str | None:
        """Give an input as text; None when it is empty."""
        node = self.inputs.get(*path)
        return (leaf_text(node) or None) if node is not None else None


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow: its nodes, what is attached to each by which input, and the steps onward."""

    file: ReadFile
    row: Node  # what stands around it in a copy of the database
    label: str
    dotted: str
    nodes: Mapping[str, FlowNode]
    names: Mapping[str, str]  # of the agents, by which ids tell them apart
    onward: Mapping[str, tuple[str, ...]]
    attached: Mapping[str, tuple[tuple[str, str], ...]]

    def at(self, node: FlowNode) -> Location:
        """Give the place of a node."""
        return self.file.at(node.node)

    def attachments(self, node: FlowNode, *ports: str) -> Iterator[FlowNode]:
        """Give the nodes that are attached to a node by an input, such as ``tools``."""
        for port, id in self.attached.get(node.id, ()):
            if port in ports:
                yield self.nodes[id]


def flows(file: ReadFile) -> Iterator[Flow]:
    """Give the flows of a file: one, or those of a copy of the database.

    Parameters
    ----------
    file:
        An export.

    Yields
    ------
    Flow
        Whatever is no flow is passed over.
    """
    root = file.document.root
    stem = basename(file.path).rsplit(".", 1)[0]
    if root.get("nodes") is not None:
        yield _flow(file, root, EMPTY, stem, "")
        return
    rows = [(f"{key}.{at}", row) for key, each in root.items() for at, row in enumerate(each.elements())]
    rows += [(str(at), row) for at, row in enumerate(root.elements())]
    rows += [("", root)] if root.get("flowData") is not None else []
    stated = [(dotted, row, text) for dotted, row in rows if (text := row.get("flowData")) is not None]
    named = labels((dotted, leaf_text(row.get("name") or EMPTY) or dotted) for dotted, row, _ in stated)
    for dotted, row, text in stated:
        inner = embedded(text)
        if inner is not None and inner.get("nodes") is not None:
            yield _flow(file, inner, row, f"{stem}/{named[dotted]}", f"{dotted}.flowData.".lstrip("."))


def _flow(file: ReadFile, root: Node, row: Node, label: str, dotted: str) -> Flow:
    nodes: dict[str, FlowNode] = {}
    children: dict[str, list[str]] = {}
    for place, node in enumerate((root.get("nodes") or EMPTY).elements()):
        id, data = leaf_text(node.get("id") or EMPTY), node.get("data") or EMPTY
        kind = leaf_text(data.get("name") or EMPTY)
        if not id or not kind or kind.startswith("stickyNote") or id in nodes:
            continue
        nodes[id] = FlowNode(id, kind, data, node, f"{dotted}nodes.{place}.data")
        parent = leaf_text(node.get("parentNode") or EMPTY)
        if parent:
            children.setdefault(parent, []).append(id)
    onward = {parent: list(inside) for parent, inside in children.items()}
    attached: dict[str, list[tuple[str, str]]] = {}
    for edge in (root.get("edges") or EMPTY).elements():
        source, target = (leaf_text(edge.get(key) or EMPTY) for key in ("source", "target"))
        if source not in nodes or target not in nodes or not source or not target:
            continue
        port = _PORT.search((leaf_text(edge.get("targetHandle") or EMPTY) or "")[:1000])
        if port is not None and port[1] != "sequentialNode":
            attached.setdefault(target, []).append((port[1], source))
        if port is None or port[1] in ("sequentialNode", "llmNode"):
            onward.setdefault(source, []).append(target)
    return Flow(
        file,
        row,
        label,
        dotted,
        nodes,
        labels((id, node.label) for id, node in nodes.items()),
        {key: tuple(dict.fromkeys(each)) for key, each in onward.items()},
        {key: tuple(dict.fromkeys(each)) for key, each in attached.items()},
    )
