"""Agents and tool servers that are objects of a cluster: those of kagent, and the servers of ToolHive.

A tool whose server is not in scope counts as served from the file that names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import (
    Agent,
    Credential,
    Gate,
    Identity,
    Inventory,
    Link,
    Location,
    Skipped,
    Tool,
    ToolServer,
)
from nhiassess.sources.clusters.kubernetes import service_account
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, is_manifest, manifests, text
from nhiassess.sources.source import ReadFile, credential, link, quote

_SERVERS = frozenset(
    {"MCPServer", "RemoteMCPServer", "MCPServerEntry", "MCPRemoteProxy", "ToolServer", "VirtualMCPServer"}
)
# how a virtual server of ToolHive asks who comes in
_INCOMING = {"anonymous": "none", "oidc": "oauth"}
# where the object by which a server of ToolHive shows who it is names a secret, and what that is; some examples of
# ToolHive still have the older spelling
_SHOWN = (
    (("tokenExchange", "clientSecretRef"), "client_secret"),
    (("tokenExchange", "client_secret_ref"), "client_secret"),
    (("obo", "clientSecretRef"), "client_secret"),
    (("bearerToken", "tokenSecretRef"), "oauth_token"),
    (("headerInjection", "valueSecretRef"), "api_key"),
)
_DIALECTS = ("kagent.dev/", "toolhive.stacklok.dev/")
_PINNED = re.compile(r"@sha256:[0-9a-f]{64}$|^(?:@[\w.-]+/)?[\w.-]+@\d+\.\d+\.\d+[\w.-]*$|==\d+(\.\d+)+$")
_PACKAGE = re.compile(r"^(?!-)(?:@[\w.-]+/)?[\w.-]+(?:@[\w.^~-]+|==[\w.]+)?$")


@dataclass(slots=True)
class Found:
    """What reading a group of manifests has gathered so far."""

    agents: list[Agent] = field(default_factory=list)
    servers: dict[str, ToolServer] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    credentials: list[Credential] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """The objects that agents refer to by name."""

    servers: Mapping[str, Manifest]
    models: Mapping[str, Manifest]
    shown: Mapping[str, Manifest]  # by which servers show who they are


class KubernetesAgents:
    """Custom resources of agents and tool servers."""

    name = "kubernetes_agents"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Kubernetes objects."""
        return is_manifest(path, head)

    def group(self, path: str) -> str:
        """Put all manifests together: an agent, its model and its servers often stand in different files."""
        return "kubernetes"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each agent and each tool server; other kinds of object are left to their sources."""
        everything = [each for file in files for each in manifests(file) if each.api.startswith(_DIALECTS)]
        scope = Scope(
            *(
                {f"{each.namespace}/{each.name}": each for each in everything if each.kind in kinds}
                for kinds in (_SERVERS, ("ModelConfig",), ("MCPExternalAuthConfig",))
            )
        )
        found = Found()
        for manifest in everything:
            if manifest.kind in _SERVERS:
                _server(manifest, scope, found)
            elif manifest.kind in ("Agent", "SandboxAgent"):
                _agent(manifest, scope, found)
        return Inventory(
            agents=tuple(found.agents),
            tool_servers=tuple(found.servers.values()),
            tools=tuple(found.tools.values()),
            identities=tuple(found.identities.values()),
            credentials=tuple(found.credentials),
            links=tuple(found.links),
            skipped=tuple(found.skipped),
            fingerprints=tuple(found.fingerprints),
        )


def _server(manifest: Manifest, scope: Scope, found: Found) -> None:
    file, spec = manifest.file, manifest.node.get("spec") or EMPTY
    deployment = spec.get("deployment") or EMPTY
    id = _server_id(manifest)
    url = next((node for key in ("url", "remoteUrl", "remoteURL") if (node := spec.get(key)) is not None), None)
    image = text(spec.get("image")) or text(deployment.get("image"))
    words = [
        text(deployment.get("cmd")),
        *(text(each) for each in (deployment.get("args") or EMPTY).elements()),
    ]
    launched = words[0] in ("npx", "uvx", "bunx", "pipx")
    named = [word for word in words[1:] if _PACKAGE.match(word)] if launched else []
    package = named[0] if named else image or None
    transport = text(spec.get("transportType")) or text(spec.get("transport")) or text(spec.get("protocol"))
    found.servers[id] = ToolServer(
        id,
        name=manifest.name,
        transport="stdio" if transport == "stdio" and url is None else "sse" if "sse" in transport.lower() else "http",
        url=text(url) or None,
        command=" ".join(word for word in words if word) or None,
        package=package,
        pinned=bool(_PINNED.search(package)) if package else None,
        auth=_auth(spec),
        locations=(manifest.place,),
    )
    account = spec.get("serviceAccount") or deployment.get("serviceAccountName")
    if account is not None and text(account):
        _runs_as(manifest, id, text(account), file.at(account), found)
    _held(manifest, spec, deployment, id, found)
    _shows(manifest, spec, id, scope, found)


def _server_id(manifest: Manifest) -> str:
    return f"tool_server:{quote(manifest.file.path)}#{quote(manifest.name)}"


def _auth(spec: Node) -> str:
    incoming = spec.get("incomingAuth", "type") or spec.get("config", "incomingAuth", "type")
    if incoming is not None:
        return _INCOMING.get(text(incoming), "unknown")
    headers = [text(each.get("name")).lower() for each in (spec.get("headersFrom") or EMPTY).elements()]
    if "authorization" in headers:
        return "bearer"
    if headers:
        return "key"
    return "oauth" if spec.get("externalAuthConfigRef") or spec.get("oidcConfig") else "unknown"


def _held(manifest: Manifest, spec: Node, deployment: Node, holder: str, found: Found) -> None:
    """Read the credentials of a server: its secrets by reference, its variables by value."""
    file = manifest.file
    for place, node in enumerate((spec.get("secrets") or EMPTY).elements()):
        name = text(node.get("targetEnvName")) or text(node.get("name"))
        key = f"{text(node.get('name'))}/{text(node.get('key')) or '*'}"
        _from_secret(manifest, node, f"spec.secrets[{place}]", name, key, holder, found)
    for place, node in enumerate((spec.get("headersFrom") or EMPTY).elements()):
        source = node.get("valueFrom") or EMPTY
        if text(source.get("type")) == "Secret":
            key = f"{text(source.get('name'))}/{text(source.get('key')) or '*'}"
            _from_secret(manifest, node, f"spec.headersFrom[{place}]", text(node.get("name")), key, holder, found)
    for place, node in enumerate((deployment.get("secretRefs") or EMPTY).elements()):
        name = text(node.get("name"))
        _from_secret(manifest, node, f"spec.deployment.secretRefs[{place}]", name, f"{name}/*", holder, found)
    named = [(text(each.get("name")), each.get("value")) for each in (spec.get("env") or EMPTY).elements()]
    for name, value in (*named, *(deployment.get("env") or EMPTY).items()):
        made = credential(file, value, f"{manifest.dotted}spec.env.{name}", holder, name) if value is not None else None
        if made:
            found.credentials.append(made[0])
            found.links.append(made[1])
            found.fingerprints += made[2]


def _shows(manifest: Manifest, spec: Node, holder: str, scope: Scope, found: Found) -> None:
    """Read the secrets by which a server shows who it is to what stands behind it: other objects refer to them."""
    outgoing = spec.get("outgoingAuth") or EMPTY
    behind = [outgoing.get("default"), *(each for _, each in (outgoing.get("backends") or EMPTY).items())]
    for node in (spec, *(each for each in behind if each is not None)):
        named = node.get("externalAuthConfigRef", "name")
        if named is None:
            continue
        shown = scope.shown.get(f"{manifest.namespace}/{text(named)}")
        if shown is None:
            place = manifest.file.at(named)
            id = f"skipped:{quote(place.path)}#{quote(manifest.dotted)}externalAuthConfigRef/{quote(text(named))}"
            reason = (
                f"MCPExternalAuthConfig {text(named)} is in no file, so with which secret the server calls is unknown"
            )
            found.skipped.append(Skipped(id, reason, "external authentication", (place,)))
            continue
        for path, kind in _SHOWN:
            reference = shown.node.get("spec", *path)
            if reference is not None and text(reference.get("name")):
                key = f"{text(reference.get('name'))}/{text(reference.get('key')) or '*'}"
                dotted = ".".join(("spec", *path))
                _from_secret(shown, reference, dotted, text(reference.get("key")), key, holder, found, kind)


def _from_secret(
    manifest: Manifest,
    node: Node,
    dotted: str,
    name: str,
    key: str,
    holder: str,
    found: Found,
    kind: str = "api_key",
) -> None:
    place = manifest.file.at(node)
    id = f"credential:{quote(manifest.file.path)}#{quote(manifest.dotted + dotted)}"
    store = f"secret_manager:kubernetes:{manifest.namespace}/{key}"
    found.credentials.append(Credential(id, kind=kind, store=store, name=name, locations=(place,)))
    found.links.append(link(holder, "holds", id, place))


def _runs_as(manifest: Manifest, runner: str, name: str, place: Location, found: Found) -> None:
    identity = service_account(manifest.namespace, name, place)
    found.identities.setdefault(identity.id, identity)
    found.links.append(link(runner, "runs_as", identity.id, place))


def _agent(manifest: Manifest, scope: Scope, found: Found) -> None:
    file, spec = manifest.file, manifest.node.get("spec") or EMPTY
    own = spec.get("declarative") or spec.get("byo") or spec
    id = f"agent:kubernetes/{quote(manifest.namespace)}/{quote(manifest.name)}"
    named = text(own.get("modelConfig")) or text(own.get("modelConfigName"))
    model = scope.models.get(_full(manifest, named))
    found.agents.append(
        Agent(
            id,
            name=manifest.name,
            platform="kubernetes",
            purpose=next((said for each in (spec, own) if (said := _purpose(each))), None),
            sandbox="container",
            model=text(model.node.get("spec", "model")) or None if model else None,
            locations=(manifest.place,),
        )
    )
    account = own.get("deployment", "serviceAccountName")
    # the operator makes an account of the agent's name when none is stated
    place = file.at(account) if account is not None else manifest.place
    _runs_as(manifest, id, text(account) or manifest.name, place, found)
    if model:
        _model_key(model, id, found)
    for tool in (own.get("tools") or EMPTY).elements():
        other = tool.get("agent")
        if other is not None:
            target = _full(manifest, text(other.get("name")) or text(other.get("ref")))
            found.links.append(link(id, "delegates_to", f"agent:kubernetes/{quote(target)}", file.at(other)))
        server = tool.get("mcpServer")
        if server is not None:
            _tools(manifest, id, server, scope, found)


def _purpose(spec: Node) -> str:
    return text(spec.get("description")) or text(spec.get("card", "description"))


def _full(manifest: Manifest, name: str) -> str:
    return name if "/" in name else f"{manifest.namespace}/{name}"


def _model_key(model: Manifest, agent: str, found: Found) -> None:
    spec = model.node.get("spec") or EMPTY
    named = spec.get("apiKeySecret") or spec.get("apiKeySecretRef")
    if named is not None and text(named):
        key = f"{text(named)}/{text(spec.get('apiKeySecretKey')) or '*'}"
        _from_secret(model, named, "spec.apiKeySecret", text(named), key, agent, found)


def _tools(manifest: Manifest, agent: str, node: Node, scope: Scope, found: Found) -> None:
    file, named = manifest.file, node.get("name") or node.get("toolServer")
    name = _full(manifest, text(named))
    server = scope.servers.get(name)
    id = _server_id(server) if server else f"tool_server:{quote(file.path)}#{quote(name.rpartition('/')[2])}"
    if not server:
        found.servers.setdefault(id, ToolServer(id, name=name, trust="unknown", locations=(file.at(named or node),)))
    asked = {text(each) for each in (node.get("requireApproval") or EMPTY).elements()}
    stated = [(text(each), file.at(each)) for each in (node.get("toolNames") or EMPTY).elements()]
    for tool_name, place in stated or [("*", file.at(named or node))]:
        tool = f"tool:{id.removeprefix('tool_server:')}/{quote(tool_name)}"
        gated = tool_name in asked
        found.tools[tool] = Tool(tool, id, tool_name, approval="each_call" if gated else "never", locations=(place,))
        gate = Gate("human_approval", "gateway", controlled_by="the operator of the agent") if gated else None
        found.links.append(link(agent, "invokes", tool, place, gate=gate))
        found.links.append(link(tool, "served_by", id, place))


SOURCE = KubernetesAgents()
