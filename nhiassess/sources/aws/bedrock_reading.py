"""What the readings of Bedrock's agents and of AgentCore share: ids, roles, functions, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Resource, Tool
from nhiassess.sources.aws.deployed import Deployed, Deployment
from nhiassess.sources.aws.deployed_arns import ARNS, fold
from nhiassess.sources.aws.deployed_values import choices, part, referred, scalars, settled, text_of
from nhiassess.sources.aws.embedded import embedded
from nhiassess.sources.aws.names import resource_of
from nhiassess.sources.clients.agent_settings import read_settings
from nhiassess.sources.clients.mcp_servers import tool_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "bedrock"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
# the gate that asks the user of the agent; without it an action runs when the model asks for it
_CONFIRMATION = {"ENABLED": "each_call", "DISABLED": "never"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an action group or target: its name, its node, and whether the user is asked."""

    name: str
    node: Node
    approval: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One deployment while its agents are read."""

    made: Deployment
    found: Gathering

    def agent_id(self, each: Deployed) -> str:
        """Give the id of an agent: by its literal name, else by its address and, in a template, its file."""
        name = self.made.names.get(each.address)
        if not name or "${" in name:
            in_folder = each.file.path.lower().endswith(".tf")
            name = each.address if in_folder else f"{basename(each.file.path)}/{each.address}"
        return f"agent:{PLATFORM}/{folder(each.file.path)}/{quote(name)}"

    def resource_id(self, each: Deployed) -> str:
        """Give the id of a deployed resource."""
        return f"resource:aws/{quote(self.made.arn(each.address, each.kind) or each.address)}"

    def resource(self, node: Node | None, *kinds: str) -> Deployed | None:
        """Give the deployed resource of some kinds that a value refers to."""
        address = referred(node)
        each = self.made.resources.get(address) if address else None
        return each if each is not None and each.kind in kinds else None

    def runs_as(self, source: str, role: Node | None, each: Deployed) -> None:
        """Link what runs to each role that it may have; name the roles that only the deployment decides."""
        for node, words in choices(role):
            identity = self.made.identity(node)
            if identity is None:
                self.made.skip((node,), each.file, self.found)
            else:
                place = each.file.at(node)
                self.found.links.append(link(source, "runs_as", identity, place, conditions=words))

    def function(self, source: str, node: Node, each: Deployed) -> str | None:
        """Link a server to the role of the function behind it, and give the resource of the function."""
        function = self.resource(node, "AWS::Lambda::Function", "AWS::Serverless::Function")
        if function is not None:
            implied = self.made.resources.get(f"{function.address}Role")
            role = part(function.node, "role")
            if role is not None:
                self.runs_as(source, role, function)
            elif implied is not None:
                identity = f"identity:aws/-/role/{quote(self.made.name(implied.address, implied.kind))}"
                self.found.links.append(link(source, "runs_as", identity, function.place))
            return self.resource_id(function)
        self.made.skip((node,), each.file, self.found)
        named = resource_of(text_of(node) or "", each.file.at(node))
        reason = "the role of the function behind it is not in the files: hand over what deploys the function"
        self.found.skip(each.file.at(node), f"{each.address} function", "function", reason)
        if named is not None:
            self.found.resources.append(named)
        return named.id if named else None

    def declare(self, each: Deployed) -> str:
        """Add the resource itself, as the reading of IAM does, and give its id."""
        id, known = self.resource_id(each), ARNS[each.kind]
        name = self.made.names.get(each.address) or each.address
        self.found.resources.append(Resource(id, known.kind, name, "aws", locations=(each.place,)))
        return id

    def settings(self, each: Deployed, agent: str | None, *names: str, but: Iterable[str] = ()) -> None:
        """Read properties as settings, leaf by leaf, under the address of the resource."""
        aside = frozenset(but)
        for key, node in each.node.items():
            if fold(key) in names:
                whole = settled(node)
                read_settings(each.file, ((f"{each.address}.{key}", whole),), agent, "project", self.found,
                              lambda dotted: fold(dotted.rsplit(".", 1)[-1]) not in aside)  # fmt: skip
                self.made.skip(scalars(whole), each.file, self.found)

    def said(self, node: Node | None, file: ReadFile) -> str | None:
        """Give a scalar as text, naming what is unknown in it."""
        if node is None:
            return None
        whole = settled(node)
        self.made.skip((whole,), file, self.found)
        return text_of(whole)

    def tool(self, server: str | None, owner: str, operation: Operation, file: ReadFile, agents: Iterable[str]) -> str:
        """Add a tool of a server, or of an agent without one, and let agents invoke it."""
        id = tool_id(server, operation.name) if server else f"tool:{owner}/{quote(operation.name)}"
        place = file.at(operation.node)
        self.found.tools.append(Tool(id, server, operation.name, approval=operation.approval, locations=(place,)))
        if server:
            self.found.links.append(link(id, "served_by", server, place))
        for agent in agents:
            self.found.links.append(link(agent, "invokes", id, place))
        return id


def operations(file: ReadFile, schema: Node, missing: str) -> Iterator[Operation]:
    """Give the operations of an OpenAPI document, or of its text.

    Parameters
    ----------
    file, schema:
        The file, and the document in it.
    missing:
        The approval of an operation that states none.

    Returns
    -------
    Iterator of Operation
        Named by ``operationId``, else by method and path; nothing when the text is no such document.
    """
    document = embedded(file, schema) if schema.text() is not None else schema
    paths = document.get("paths") if document is not None else None
    for path, within in paths.items() if paths is not None else ():
        for method, node in within.items():
            if method.lower() in _METHODS:
                name = text_of(node.get("operationId")) or f"{method.upper()} {path}"
                yield Operation(name, node, approval(node.get("x-requireConfirmation"), missing))


def functions(schema: Node | None, missing: str) -> Iterator[Operation]:
    """Give the functions of a function schema."""
    listed = part(schema, "functions|memberfunctions")
    # Terraform puts the functions of older providers one block deeper
    inner = part(listed, "functions")
    for whole, _ in choices(inner if inner is not None else listed):
        for each in whole.listed():
            name = text_of(part(each, "name"))
            if name:
                yield Operation(name, part(each, "name") or each, approval(part(each, "requireconfirmation"), missing))


def approval(node: Node | None, missing: str) -> str:
    """Give the approval that a value states; unknown when only the deployment decides."""
    text = text_of(node)
    return missing if text is None else _CONFIRMATION.get(text.upper(), "unknown")
