"""The nodes of an n8n workflow and their connections, and what starts it.

Kinds of node, and what an absent parameter means, follow the descriptions in the sources of n8n (`packages/nodes-base`,
`packages/@n8n/nodes-langchain`): the Webhook, Form and MCP Server triggers, and a Chat trigger that is public, ask
nobody who calls them when `authentication` is absent; a Chat trigger is not public when `public` is absent. A disabled
node hands on what it gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Location
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.source import ReadFile

_PACKAGE = re.compile(r"^(?:@[\w-]+/)?n8n-nodes-[\w-]+\.")
_STICKY = "stickyNote"
_AUTHS = {
    "none": "none",
    "basicAuth": "key",
    "headerAuth": "key",
    "bearerAuth": "bearer",
    "jwtAuth": "bearer",
    "n8nUserAuth": "iam",
    "n8nOAuth2": "oauth",
    "mcpOAuth2Api": "oauth",
}
# what starts a workflow: the kind, who writes the text that it brings, and whether nobody is there when it runs
_TRIGGERS = {
    "webhook": ("webhook", None, True),
    "formTrigger": ("form", None, False),
    "chatTrigger": ("chat", None, False),
    "manualTrigger": ("manual", "trusted", False),
    "manualChatTrigger": ("manual chat", "internal", False),
    "start": ("manual", "trusted", False),
    "scheduleTrigger": ("schedule", "trusted", True),
    "cron": ("schedule", "trusted", True),
    "interval": ("schedule", "trusted", True),
    "executeWorkflowTrigger": ("workflow", "unknown", False),
    "errorTrigger": ("error", "unknown", True),
    "emailReadImap": ("email", "untrusted", True),
    "gmailTrigger": ("email", "untrusted", True),
    "microsoftOutlookTrigger": ("email", "untrusted", True),
    "telegramTrigger": ("telegram", "untrusted", True),
    "slackTrigger": ("slack", "untrusted", True),
    "whatsAppTrigger": ("whatsapp", "untrusted", True),
    "twilioTrigger": ("twilio", "untrusted", True),
    "facebookTrigger": ("facebook", "untrusted", True),
    "rssFeedReadTrigger": ("rss", "untrusted", True),
    "githubTrigger": ("github", "untrusted", True),
    "gitlabTrigger": ("gitlab", "untrusted", True),
    "typeformTrigger": ("form", "untrusted", True),
    "jotFormTrigger": ("form", "untrusted", True),
    "zendeskTrigger": ("ticket", "untrusted", True),
}


@dataclass(frozen=True, slots=True)
class FlowNode:
    """One node of a workflow."""

    name: str
    kind: str  # without the package
    node: Node
    dotted: str
    off: bool

    def given(self, *path: str) -> Node:
        """Give a parameter; an empty mapping when it is absent."""
        return self.node.get("parameters", *path) or EMPTY

    def word(self, *path: str) -> str | None:
        """Give a parameter as text, also when it stands in a resource locator; None for an expression."""
        node = self.given(*path)
        text = leaf_text(node.get("value") or EMPTY) if node.is_mapping else leaf_text(node)
        return None if text is None or text.startswith("=") else text

    @property
    def is_trigger(self) -> bool:
        """Whether it starts the workflow."""
        return not self.off and (self.kind in _TRIGGERS or self.kind.endswith("Trigger")) and self.kind != "mcpTrigger"


@dataclass(frozen=True, slots=True)
class Flow:
    """One workflow: its nodes by name, the data connections onward, and what is attached to each node and how."""

    file: ReadFile
    root: Node
    label: str  # within its folder
    dotted: str
    nodes: Mapping[str, FlowNode]
    onward: Mapping[str, tuple[str, ...]]
    attached: Mapping[str, tuple[tuple[str, str], ...]]

    def at(self, node: FlowNode) -> Location:
        """Give the place of a node."""
        return self.file.at(node.node)

    def attachments(self, node: FlowNode, port: str) -> Iterator[FlowNode]:
        """Give the nodes in use that are attached to a node by one kind of connection, such as ``ai_tool``."""
        for kind, name in self.attached.get(node.name, ()):
            if kind == port and name in self.nodes and not self.nodes[name].off:
                yield self.nodes[name]


@dataclass(frozen=True, slots=True)
class Start:
    """How a workflow is started."""

    kind: str
    trust: str  # trusted: it brings no text; internal, untrusted, unknown
    unattended: bool
    auth: str | None  # what it asks of its callers; None when it listens to nobody


def flows(file: ReadFile) -> list[Flow]:
    """Give the workflows of a file: one, a list, an answer of the interface, or a template around one.

    Parameters
    ----------
    file:
        An export.

    Returns
    -------
    list of Flow
        Empty when nothing in it is a workflow.
    """
    stem = basename(file.path).rsplit(".", 1)[0]
    several = list(_roots(file))
    taken: dict[str, int] = {}
    found = []
    for root, dotted in several:
        label = stem
        if len(several) > 1:
            label = (
                f"{stem}/{leaf_text(root.get('name') or EMPTY) or leaf_text(root.get('id') or EMPTY) or dotted[:-1]}"
            )
            taken[label] = taken.get(label, 0) + 1
            label += f"#{taken[label]}" if taken[label] > 1 else ""
        found.append(_flow(file, root, label, dotted))
    return found


def _roots(file: ReadFile) -> Iterator[tuple[Node, str]]:
    for at, root in enumerate(file.document.roots):
        before = f"{at}." if len(file.document.roots) > 1 else ""
        inner = root.get("data") if root.get("nodes") is None else None
        listed = root if root.is_sequence else inner if inner is not None and inner.is_sequence else None
        each = (
            [(root, before)] if listed is None else [(one, f"{before}{n}.") for n, one in enumerate(listed.elements())]
        )
        for node, dotted in each:
            whole = node if node.get("nodes") is not None else node.get("workflow") or EMPTY
            nodes = whole.get("nodes")
            if nodes is not None and nodes.is_sequence:
                yield whole, dotted if whole is node else f"{dotted}workflow."


def _flow(file: ReadFile, root: Node, label: str, dotted: str) -> Flow:
    nodes: dict[str, FlowNode] = {}
    for place, node in enumerate((root.get("nodes") or EMPTY).elements()):
        kind, name = leaf_text(node.get("type") or EMPTY), leaf_text(node.get("name") or EMPTY)
        if kind and name and not kind.endswith(f".{_STICKY}"):
            off = (node.get("disabled") or EMPTY).flag() is True
            local = _PACKAGE.sub("", kind)
            nodes.setdefault(name, FlowNode(name, local, node, f"{dotted}nodes.{place}", off))
    onward: dict[str, list[str]] = {}
    attached: dict[str, list[tuple[str, str]]] = {}
    for source, ports in (root.get("connections") or EMPTY).items():
        for port, outputs in ports.items():
            for end in (each for output in outputs.elements() for each in output.elements()):
                target = leaf_text(end.get("node") or EMPTY)
                if target is None or target not in nodes or source not in nodes:
                    continue
                if port == "main":
                    onward.setdefault(source, []).append(target)
                else:
                    attached.setdefault(target, []).append((port, source))
    return Flow(
        file,
        root,
        label,
        dotted,
        nodes,
        {key: tuple(dict.fromkeys(each)) for key, each in onward.items()},
        {key: tuple(dict.fromkeys(each)) for key, each in attached.items()},
    )


def auth_of(node: FlowNode) -> str:
    """Tell what a node asks of its callers, or shows to the server that it calls.

    Parameters
    ----------
    node:
        A trigger that listens, or a client of a tool server.

    Returns
    -------
    str
        "unknown" for an expression and for a word that nobody listed.
    """
    stated = node.given("authentication")
    return "none" if stated is EMPTY else _AUTHS.get(node.word("authentication") or "", "unknown")


def start_of(node: FlowNode) -> Start:
    """Tell how a trigger starts its workflow, and who writes the text that it brings.

    Parameters
    ----------
    node:
        A trigger.

    Returns
    -------
    Start
        Of unknown trust for a trigger that nobody listed.
    """
    kind, trust, unattended = _TRIGGERS.get(node.kind, (node.kind.removesuffix("Trigger").lower(), "unknown", True))
    if trust is not None:
        return Start(kind, trust, unattended, None)
    if node.kind == "chatTrigger":
        public = node.given("public")
        if public is EMPTY or public.flag() is False:
            return Start(kind, "internal", unattended, None)
        if public.flag() is None:
            return Start(kind, "unknown", unattended, "unknown")
    auth = auth_of(node)
    return Start(kind, "untrusted" if auth == "none" else "unknown", unattended, auth)
