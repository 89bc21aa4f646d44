"""What was observed of an estate: agents, tools, identities, credentials, resources and their relations."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: path relative to the root, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


Locations = tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """Software that chooses its own actions."""

    id: str
    name: str | None = None
    platform: str | None = None
    owner: str | None = None
    purpose: str | None = None
    environment: str | None = None
    autonomy: str | None = None  # asks | auto-approves | unattended
    sandbox: str | None = None  # none | read-only | workspace-write | container | unknown
    model: str | None = None
    endpoint_auth: str | None = None
    limits: str | None = None  # what bounds its steps, spend or time, in words
    status: str | None = None
    last_used: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class ToolServer:
    """What serves tools: an MCP server, an agent peer, an action group, a plugin."""

    id: str
    name: str | None = None
    transport: str | None = None  # stdio | http | sse | websocket
    url: str | None = None
    command: str | None = None
    package: str | None = None
    pinned: bool | None = None
    auth: str | None = None  # none | unknown | key | bearer | oauth | mtls | iam
    trust: str | None = None  # approved | known | unknown
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One invocable capability; None means that nobody could tell."""

    id: str
    server: str | None = None
    name: str | None = None
    sees_untrusted: bool | None = None
    reads_private: bool | None = None
    sends_out: bool | None = None
    irreversible: bool | None = None
    approval: str | None = None  # each_call | once | never | unknown
    capabilities: tuple[tuple[str, str], ...] | None = None  # (capability, confidence)
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """A non-human or human identity, by its native name."""

    id: str
    kind: str | None = None
    name: str | None = None  # native: an ARN, or namespace/name
    provider: str | None = None
    owner: str | None = None
    created: str | None = None
    last_used: str | None = None
    business_function: str | None = None
    environment: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None  # as the provider keeps them: (key, value); None when not observed
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves an identity; the secret itself never enters the model."""

    id: str
    kind: str | None = None
    store: str | None = None  # plaintext | env_reference | secret_manager:<path> | workload_api
    name: str | None = None  # the variable, field or secret name it is known by
    lifetime_seconds: int | None = None
    issued: str | None = None
    expires: str | None = None
    rotated: str | None = None
    audience: str | None = None
    scopes: tuple[str, ...] | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be reached."""

    id: str
    kind: str | None = None
    name: str | None = None
    provider: str | None = None
    sensitivity: int | None = None  # 0-5
    environment: str | None = None
    business_function: str | None = None
    crown_jewel: bool | None = None
    assumed: bool | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Input:
    """Where untrusted text comes from."""

    id: str
    kind: str | None = None
    trust: str | None = None  # untrusted | internal | unknown
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where data can go."""

    id: str
    kind: str | None = None
    trust: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a statement: operator, key and the values it is compared with."""

    operator: str
    key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A statement that an identity may, or may not, do actions on resources under conditions."""

    id: str
    identity: str | None = None
    effect: str = "allow"  # allow | deny
    scope: str = "identity"  # identity | boundary | organisation | resource
    provider: str | None = None
    policy: str | None = None  # the native name of the policy or role that states it
    actions: tuple[str, ...] = ()  # patterns; Kubernetes: verb:group/resource[/subresource]
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    last_used: str | None = None
    locations: Locations = ()

    @property
    def conditional(self) -> bool:
        """Whether the statement holds under conditions only."""
        return bool(self.conditions)


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may become whom."""

    id: str
    truster: str | None = None  # identity id
    trusted: str | None = None  # native principal as stated: ARN, account root, service host, provider, "*"
    effect: str = "allow"
    mechanism: str | None = None  # aws | service | oidc | saml | kubernetes
    issuer: str | None = None
    audience: str | None = None
    subject: str | None = None  # pattern as stated; None when the trust names no subject
    conditions: tuple[Condition, ...] = ()
    locations: Locations = ()

    @property
    def conditional(self) -> bool:
        """Whether the trust holds under conditions only."""
        return bool(self.conditions)


@dataclass(frozen=True, slots=True)
class Setting:
    """One scoped setting as a file states it."""

    id: str
    agent: str | None = None
    scope: str | None = None  # managed | local | project | user | system (defaults of a machine) | profile
    key: str | None = None
    value: str | None = None
    effective: bool | None = None
    controlled_by: str | None = None  # repository | user | organisation | session
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class AuthorizationPolicy:
    """A policy that is asked at request time."""

    id: str
    language: str | None = None
    guards: str | None = None
    default_deny: bool | None = None
    context: tuple[str, ...] | None = None  # task, data_sensitivity, destination, confidence ...
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What is recorded of an agent."""

    id: str
    agent: str | None = None
    tool_calls: bool | None = None
    data_access: bool | None = None
    privilege_decisions: bool | None = None
    sink: str | None = None
    sink_writable_by_agent: bool | None = None
    retention_days: int | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Activity:
    """One observed action, or all in one log of the same actor, agent, tool, action, resource and decision."""

    id: str
    actor: str | None = None
    agent: str | None = None
    tool: str | None = None
    action: str | None = None
    resource: str | None = None
    time: str | None = None  # of the last one
    decision: str | None = None  # allow | deny
    task: str | None = None  # of the first one
    times: int | None = None  # how many there were; None for one that somebody wrote down
    first: str | None = None  # the time of the first one
    locations: Locations = ()  # of the first one


@dataclass(frozen=True, slots=True)
class Workflow:
    """A task or pipeline that drives agents."""

    id: str
    agent: str | None = None
    trigger: str | None = None
    untrusted: bool | None = None
    expected_seconds: int | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the owner states of an agent in the plan."""

    id: str
    agent: str | None = None
    name: str | None = None
    owner: str | None = None
    purpose: str | None = None
    tier: int | None = None
    expected_seconds: int | None = None
    approved_at: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's answer to an objective: INTERVIEW."""

    id: str
    objective: str | None = None
    subject: str | None = None
    answer: str | None = None  # yes | no | partly
    role: str | None = None
    at: str | None = None
    expires: str | None = None
    evidence: str | None = None
    explanation: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands between an actor and an edge, where it is enforced and who controls it."""

    kind: str = "none"  # none | human_approval | policy | sandbox | jit
    enforced_at: str = "agent_process"  # agent_process | tool_server | gateway | resource | network
    controlled_by: str | None = None
    each_call: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A relation that a file states."""

    id: str
    source: str
    verb: str
    target: str
    gate: Gate | None = None
    reason: str | None = None  # wording beyond the verb's own, such as "through npx in .mcp.json"
    conditions: tuple[str, ...] = ()  # what must also be true, in words, and no file tells
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not looked at, and why."""

    id: str
    reason: str
    construct: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that two files state differently; the winner stands in the value."""

    id: str
    subject: str
    field: str
    claims: tuple[str, ...]
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class ObservedFile:
    """A file under the roots, and what became of it."""

    id: str  # the path
    status: str  # read | ignored | skipped
    sources: tuple[str, ...] = ()
    bytes: int = 0
    sha256: str | None = None
    reason: str | None = None
    locations: Locations = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that the files state, one tuple for each kind of value; the field names are the table names."""

    files: tuple[ObservedFile, ...] = ()
    agents: tuple[Agent, ...] = ()
    tool_servers: tuple[ToolServer, ...] = ()
    tools: tuple[Tool, ...] = ()
    identities: tuple[Identity, ...] = ()
    credentials: tuple[Credential, ...] = ()
    resources: tuple[Resource, ...] = ()
    inputs: tuple[Input, ...] = ()
    destinations: tuple[Destination, ...] = ()
    grants: tuple[Grant, ...] = ()
    trusts: tuple[Trust, ...] = ()
    settings: tuple[Setting, ...] = ()
    authorization_policies: tuple[AuthorizationPolicy, ...] = ()
    telemetry: tuple[Telemetry, ...] = ()
    activity: tuple[Activity, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    declared: tuple[Declared, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    links: tuple[Link, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    # (credential id, fingerprint): in memory only, so that joins can tell equal secrets; in no table and no output
    fingerprints: tuple[tuple[str, str], ...] = field(default=(), repr=False)


TABLES: tuple[str, ...] = tuple(f.name for f in fields(Inventory) if f.name != "fingerprints")
