"""Kubernetes workloads and secrets: as what pods run, which credentials they get, which are agents.

A workload is the resource ``resource:kubernetes/-/<namespace>/pod/<workload>``. It runs as its service
account when a token is mounted, or when the account may become a cloud role (whose token is mounted apart
from ``automountServiceAccountToken``). A credential from a Secret has the store
``secret_manager:kubernetes:<namespace>/<name>/<key>``, with ``*`` for all of its keys. A workload is an
agent by the label ``app.kubernetes.io/component: agent``, by a model key among its variables, or by the name
of an agent product in its image or command. A container that serves tools is a tool server besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import (
    Agent,
    Credential,
    Identity,
    Inventory,
    Link,
    Resource,
    Setting,
    Tool,
    ToolServer,
    Workflow,
)
from nhiassess.sources.clients.agent_commands import Run, command_of
from nhiassess.sources.clusters.kubernetes import account_id, service_account
from nhiassess.sources.clusters.kubernetes_isolation import Stated, containers, host_access, openings
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, is_manifest, manifests, text
from nhiassess.sources.clusters.kubernetes_serving import served
from nhiassess.sources.source import ReadFile, credential, link, quote

_KINDS = frozenset(
    {
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "Job",
        "CronJob",
        "Pod",
        "Rollout",
    }
)
_MODEL_KEYS = frozenset(
    {
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "GEMINI_API_KEY",
        "GOOGLE_API_KEY",
        "AZURE_OPENAI_API_KEY",
        "MISTRAL_API_KEY",
    }
)
_PRODUCTS = re.compile(r"(?<![a-z])(claude|claude-code|codex|langgraph|crewai|kagent|autogen|openhands)(?![a-z])")
_MODELS = frozenset({"MODEL", "MODEL_NAME", "LLM_MODEL", "ANTHROPIC_MODEL", "OPENAI_MODEL", "GEMINI_MODEL"})
_CLOUD = ("eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id")
_NODES = "resource:kubernetes/-/nodes"
_CERTIFICATE = re.compile(r"\.(crt|cer)$")  # public by nature


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload, its pod, and the ids of what it is in the model."""

    manifest: Manifest
    pod: Node
    dotted: str  # the path of the pod's spec
    template: Node  # its metadata
    resource: str
    agent: str | None

    @property
    def holder(self) -> str:
        """What holds its credentials: the agent, if it is one."""
        return self.agent or self.resource


@dataclass(slots=True)
class Found:
    """What reading a group of manifests has gathered so far."""

    agents: list[Agent] = field(default_factory=list)
    tool_servers: list[ToolServer] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    identities: dict[str, Identity] = field(default_factory=dict)
    credentials: list[Credential] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    settings: list[Setting] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


class KubernetesWorkloads:
    """Workloads and secrets of one cluster."""

    name = "kubernetes_workloads"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Kubernetes objects."""
        return is_manifest(path, head)

    def group(self, path: str) -> str:
        """Put all manifests together: a service account often stands in another file than its workload."""
        return "kubernetes"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each workload and secret; templates and other kinds of object are left to their sources."""
        found = Found()
        everything = [each for file in files for each in manifests(file)]
        accounts = {account_id(e.namespace, e.name): e for e in everything if e.kind == "ServiceAccount"}
        for manifest in everything:
            if manifest.kind == "Secret" and manifest.api == "v1":
                _secret(manifest, found)
            elif manifest.kind in _KINDS:
                _workload(_pod(manifest), accounts, found)
        return Inventory(
            agents=tuple(found.agents),
            tool_servers=tuple(found.tool_servers),
            tools=tuple(found.tools),
            identities=tuple(found.identities.values()),
            credentials=tuple(found.credentials),
            resources=tuple(found.resources.values()),
            settings=tuple(found.settings),
            workflows=tuple(found.workflows),
            links=tuple(found.links),
            fingerprints=tuple(found.fingerprints),
        )


def _pod(manifest: Manifest) -> Workload:
    path = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}.get(manifest.kind, ("spec", "template"))
    template = manifest.node.get(*path) or EMPTY
    pod = template.get("spec") or EMPTY
    where = f"{quote(manifest.namespace)}/{quote(manifest.name)}"
    labels = (manifest.metadata.get("labels") or EMPTY, template.get("metadata", "labels") or EMPTY)
    labelled = any(text(each.get("app.kubernetes.io/component")) == "agent" for each in labels)
    return Workload(
        manifest=manifest,
        pod=pod,
        dotted=manifest.dotted + ".".join((*path, "spec")),
        template=template.get("metadata") or EMPTY,
        resource=f"resource:kubernetes/-/{quote(manifest.namespace)}/pod/{quote(manifest.name)}",
        agent=f"agent:kubernetes/{where}" if labelled or _looks_like_agent(pod) else None,
    )


def _looks_like_agent(pod: Node) -> bool:
    for _, container in containers(pod):
        names = {text(each.get("name")) for each in (container.get("env") or EMPTY).elements()}
        image = text(container.get("image")).rpartition("/")[2].lower()
        if names & _MODEL_KEYS or _PRODUCTS.search(image) or _PRODUCTS.search(_command(container).lower()):
            return True
    return False


def _command(container: Node) -> str:
    parts = [each for key in ("command", "args") for each in (container.get(key) or EMPTY).elements()]
    return " ".join(text(each) for each in parts)


def _workload(workload: Workload, accounts: Mapping[str, Manifest], found: Found) -> None:
    manifest = workload.manifest
    found.resources[workload.resource] = Resource(
        workload.resource,
        kind="pod",
        name=f"{manifest.namespace}/{manifest.name}",
        provider="kubernetes",
        locations=(manifest.place,),
    )
    servers: list[str] = []
    for where, container in containers(workload.pod):
        before, server = len(found.links), served(manifest, container)
        _environment(workload, container, f"{workload.dotted}.{where}", found)
        if server and not where.startswith("init"):
            servers.append(server.id)
            found.tool_servers.append(server)
            given = [each for each in found.links[before:] if each.verb == "holds"]
            found.links += [link(server.id, "holds", each.target, *each.locations) for each in given]
    _runs_as(workload, servers, accounts, found)
    for place, volume in enumerate((workload.pod.get("volumes") or EMPTY).elements()):
        _volume(workload, volume, f"{workload.dotted}.volumes[{place}]", found)
    risky = list(host_access(workload.pod))
    _isolation(workload, (*risky, *openings(workload.pod)), found)
    if workload.agent:
        _agent(workload, bool(risky), found)


def _isolation(workload: Workload, stated: Sequence[Stated], found: Found) -> None:
    """Keep what opens the node to the pod, and that it is this pod to which it does."""
    manifest = workload.manifest
    for key, value, node in stated:
        id, place = f"setting:{quote(manifest.file.path)}#{quote(workload.dotted)}.{key}", manifest.file.at(node)
        whole = f"{workload.dotted}.{key}"
        found.settings.append(Setting(id, workload.agent, "project", whole, value, True, locations=(place,)))
        found.links.append(link(workload.resource, "sets", id, place))
    if stated:
        place = manifest.place
        nodes = Resource(_NODES, kind="nodes", name="nodes", provider="kubernetes", locations=(place,))
        found.resources.setdefault(nodes.id, nodes)


def _runs_as(workload: Workload, servers: Sequence[str], accounts: Mapping[str, Manifest], found: Found) -> None:
    manifest, node = (
        workload.manifest,
        workload.pod.get("serviceAccountName") or workload.pod.get("serviceAccount"),
    )
    place = manifest.file.at(node) if node is not None else manifest.place
    identity = service_account(manifest.namespace, text(node) or "default", place)
    found.identities[identity.id] = identity
    account = accounts.get(identity.id)
    stated = workload.pod.get("automountServiceAccountToken")
    if stated is None and account:
        stated = account.node.get("automountServiceAccountToken")
    annotations = (account.metadata.get("annotations") if account else None) or EMPTY
    cloud = any(annotations.get(each) is not None for each in _CLOUD)
    if stated is not None and stated.flag() is False and not cloud:
        return
    reason = None if stated is None or stated.flag() is not False else "with a token for its cloud role only"
    for runner in (workload.resource, *([workload.agent] if workload.agent else []), *servers):
        found.links.append(link(runner, "runs_as", identity.id, place, reason=reason))


def _environment(workload: Workload, container: Node, dotted: str, found: Found) -> None:
    file = workload.manifest.file
    for node in (container.get("env") or EMPTY).elements():
        name, value = text(node.get("name")), node.get("value")
        reference = node.get("valueFrom", "secretKeyRef")
        if reference is not None:
            key = f"{text(reference.get('name'))}/{text(reference.get('key'))}"
            _from_secret(workload, reference, f"{dotted}.env.{name}", name, key, found)
        elif value is not None:
            made = credential(file, value, f"{dotted}.env.{name}", workload.holder, name)
            if made:
                found.credentials.append(made[0])
                found.links.append(made[1])
                found.fingerprints += made[2]
            if workload.agent and "MCP" in name.upper() and re.match(r"https?://", text(value)):
                _tool_server(workload, name, value, found)
    for node in (container.get("envFrom") or EMPTY).elements():
        name = text(node.get("secretRef", "name"))
        if name:
            _from_secret(workload, node.get("secretRef") or node, f"{dotted}.envFrom.{name}", name, f"{name}/*", found)


def _volume(workload: Workload, volume: Node, dotted: str, found: Found) -> None:
    name = text(volume.get("secret", "secretName"))
    if name:
        _from_secret(workload, volume.get("secret") or volume, f"{dotted}.{name}", name, f"{name}/*", found)
    for place, source in enumerate((volume.get("projected", "sources") or EMPTY).elements()):
        token = source.get("serviceAccountToken")
        if token is None:
            continue
        seconds = token.get("expirationSeconds")
        id = f"credential:{quote(workload.manifest.file.path)}#{quote(dotted)}.sources[{place}]"
        where = workload.manifest.file.at(token)
        stated = workload.pod.get("serviceAccountName")
        found.credentials.append(
            Credential(
                id,
                kind="oidc_token",
                store="workload_api",
                name=text(volume.get("name")),
                lifetime_seconds=seconds.whole() if seconds is not None else 3600,  # the API's own default
                audience=text(token.get("audience")) or None,
                locations=(where,),
            )
        )
        found.links.append(link(workload.holder, "holds", id, where))
        account = account_id(workload.manifest.namespace, text(stated) or "default")
        found.links.append(link(id, "authenticates_as", account, where))


def _from_secret(workload: Workload, node: Node, dotted: str, name: str, key: str, found: Found) -> None:
    manifest = workload.manifest
    id, place = f"credential:{quote(manifest.file.path)}#{quote(dotted)}", manifest.file.at(node)
    store = f"secret_manager:kubernetes:{manifest.namespace}/{key}"
    found.credentials.append(Credential(id, kind=_kind(name), store=store, name=name, locations=(place,)))
    found.links.append(link(workload.holder, "holds", id, place))


def _kind(name: str) -> str:
    kinds = (
        ("password", "password"),
        ("private_key", "private_key"),
        ("tls", "private_key"),
        ("token", "oauth_token"),
    )
    return next((kind for sign, kind in kinds if sign in name.lower()), "api_key")


def _agent(workload: Workload, on_host: bool, found: Found) -> None:
    manifest = workload.manifest
    assert workload.agent is not None
    runs = [run for _, each in containers(workload.pod) if (run := _run(manifest.file, each))]
    jobs = manifest.node.get("spec", "jobTemplate", "spec") or manifest.node.get("spec") or EMPTY
    deadline = jobs.get("activeDeadlineSeconds") or workload.pod.get("activeDeadlineSeconds")
    expected = deadline.whole() if deadline is not None else None
    labels, models = manifest.metadata.get("labels") or EMPTY, _variables(workload.pod)
    found.agents.append(
        Agent(
            workload.agent,
            name=manifest.name,
            platform="kubernetes",
            owner=text(labels.get("owner")) or None,
            environment=text(labels.get("environment")) or text(labels.get("env")) or None,
            autonomy="unattended" if manifest.kind in ("Job", "CronJob") or runs else None,
            sandbox="none" if on_host else "container",
            model=next((value for name, value in models if name in _MODELS), None),
            limits=f"stops after {expected} seconds" if expected is not None else None,
            locations=(manifest.place,),
        )
    )
    found.links.append(link(workload.agent, "executes_on", workload.resource, manifest.place))
    if on_host:
        found.links.append(link(workload.agent, "executes_on", _NODES, manifest.place, reason="open to its node"))
    for tool, place in (each for run in runs for each in run.tools):
        id = f"tool:{workload.agent.removeprefix('agent:')}/{quote(tool)}"
        found.tools.append(Tool(id, name=tool, approval="never", locations=(place,)))
        found.links.append(link(workload.agent, "invokes", id, place))
    schedule = manifest.node.get("spec", "schedule")
    if manifest.kind == "CronJob" and schedule is not None:
        id, place = f"workflow:{quote(manifest.file.path)}#{quote(manifest.name)}", manifest.file.at(schedule)
        found.workflows.append(Workflow(id, workload.agent, "schedule", False, expected, (place,)))
        found.links.append(link(id, "triggers", workload.agent, place))


def _run(file: ReadFile, container: Node) -> Run | None:
    words = [each for key in ("command", "args") for each in (container.get(key) or EMPTY).elements()]
    if not words:
        return None
    joined = " ".join(f"'{text(each)}'" if " " in text(each) else text(each) for each in words)
    alone = (replace(words[0], value=joined), *words)  # the words of one command, or a script for a shell
    return next((run for each in alone if (run := command_of(file, each))), None)


def _variables(pod: Node) -> Iterator[tuple[str, str]]:
    for _, container in containers(pod):
        for node in (container.get("env") or EMPTY).elements():
            if node.get("value") is not None:
                yield text(node.get("name")), text(node.get("value"))


def _tool_server(workload: Workload, name: str, node: Node, found: Found) -> None:
    file, url = workload.manifest.file, text(node)
    id, place = f"tool_server:{quote(file.path)}#{quote(name)}", file.at(node)
    assert workload.agent is not None
    tool = f"tool:{id.removeprefix('tool_server:')}/*"
    found.tool_servers.append(ToolServer(id, name, "http", url, locations=(place,)))
    found.tools.append(Tool(tool, id, "*", locations=(place,)))
    found.links.append(link(workload.agent, "invokes", tool, place))
    found.links.append(link(tool, "served_by", id, place))


def _secret(manifest: Manifest, found: Found) -> None:
    file, where = manifest.file, f"{manifest.namespace}/{manifest.name}"
    id = f"resource:kubernetes/-/{quote(manifest.namespace)}/secret/{quote(manifest.name)}"
    found.resources[id] = Resource(id, kind="secret", name=where, provider="kubernetes", locations=(manifest.place,))
    everything = f"resource:kubernetes/-/{quote(manifest.namespace)}/secrets"
    for part in ("data", "stringData"):
        for key, node in (manifest.node.get(part) or EMPTY).items():
            dotted = f"{manifest.dotted}{part}.{key}"
            made = None if _CERTIFICATE.search(key) else credential(file, node, dotted, id, key)
            if not made:
                continue
            found.credentials.append(made[0])
            found.fingerprints += made[2]
            found.links += [link(each, "yields", made[0].id, file.at(node)) for each in (id, everything)]
    named = manifest.metadata.get("annotations", "kubernetes.io/service-account.name")
    if text(manifest.node.get("type")) == "kubernetes.io/service-account-token" and named is not None:
        token = f"credential:{quote(file.path)}#{quote(manifest.dotted)}data.token"
        store = f"secret_manager:kubernetes:{where}/token"
        found.credentials.append(
            Credential(token, kind="oidc_token", store=store, name=manifest.name, locations=(manifest.place,))
        )
        found.links += [link(each, "yields", token, manifest.place) for each in (id, everything)]
        account = account_id(manifest.namespace, text(named))
        found.links.append(link(token, "authenticates_as", account, file.at(named)))


SOURCE = KubernetesWorkloads()
