"""Readable names for ids: what a reader calls an agent, tool, identity or resource, and where it is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import unquote

from nhiassess.model.figures_paths import Node
from nhiassess.model.inventory import Agent, Inventory, Locations

LONGEST = 64  # characters of a name that tables and drawings have room for
_PLATFORMS = {
    "azure-pipelines": "Azure Pipelines",
    "circleci": "CircleCI",
    "claude-code": "Claude Code",
    "claude-desktop": "Claude Desktop",
    "codex": "Codex",
    "cursor": "Cursor",
    "gemini": "Gemini CLI",
    "github-actions": "GitHub Actions",
    "gitlab-ci": "GitLab CI/CD",
    "jenkins": "Jenkins",
    "kubernetes": "Kubernetes",
    "vscode": "VS Code",
}
# kind of an id: what it is called, and its icon
_KINDS: dict[str, tuple[str, str]] = {
    "agent": ("Agent", "i-agent"),
    "tool": ("Tool", "i-tool"),
    "tool_server": ("Tool server", "i-server"),
    "credential": ("Credential", "i-credential"),
    "identity": ("Identity", "i-identity"),
    "grant": ("Grant", "i-gate-policy"),
    "trust": ("Trust", "i-gate-policy"),
    "resource": ("Resource", "i-resource"),
    "input": ("Untrusted input", "i-untrusted"),
    "destination": ("Destination", "i-external"),
    "workflow": ("Workflow", "i-escalation"),
}
_IDENTITIES = {
    "role": ("Role", "i-role"),
    "user": ("User", "i-identity"),
    "service_account": ("Service account", "i-identity"),
    "ci_job": ("CI job", "i-identity"),
    "human": ("Person", "i-identity"),
}


class Names:
    """A look-up from id to what is printed for it, made once from the inventory."""

    def __init__(self, inventory: Inventory) -> None:
        declared = {row.agent or row.id: row.name for row in inventory.declared if row.name}
        self._agents = _agents({agent.id: declared.get(agent.id) or _own(agent) for agent in inventory.agents})
        self._nodes: dict[str, Node] = {}
        self._whole: dict[str, str] = {}  # names too long for a drawing
        platforms = {agent.id: agent.platform for agent in inventory.agents}
        for agent in inventory.agents:
            self._add(agent.id, self._agents[agent.id], platform(platforms[agent.id]), agent.locations)
        servers = {server.id: server.name or tail(server.id) for server in inventory.tool_servers}
        for server in inventory.tool_servers:
            self._add(server.id, servers[server.id], server.transport or "", server.locations)
        for tool in inventory.tools:
            more = f"{servers[tool.server]} server" if tool.server in servers else "built in"
            name = "all tools" if tool.name == "*" else tool.name
            self._add(tool.id, name or tail(tool.id), more, tool.locations)
        for credential in inventory.credentials:
            store = (credential.store or "").partition(":")[0].replace("_", " ")
            self._add(credential.id, credential.name or tail(credential.id), store, credential.locations)
        for identity in inventory.identities:
            kind, icon = _IDENTITIES.get(identity.kind or "", ("Identity", "i-identity"))
            whole = native(identity.name) or tail(identity.id)
            self._whole[identity.id] = shortened(whole)
            where, _, last = whole.rpartition("/")
            more = " · ".join(part for part in (provider(identity.provider), where) if part)
            self._add(identity.id, last, more, identity.locations, kind, icon)
        for grant in inventory.grants:
            self._add(grant.id, _grant(grant.id), grant.policy or "", grant.locations)
        for outer in inventory.inputs:
            self._add(outer.id, _outer(outer.id), outer.trust or "", outer.locations)
        for way in inventory.destinations:
            self._add(way.id, _outer(way.id), way.trust or "", way.locations)
        for resource in inventory.resources:
            jewel = bool(resource.crown_jewel)
            kind, icon = ("Crown jewel", "i-jewel") if jewel else ("Resource", "i-resource")
            kind = "Crown jewel, assumed" if jewel and resource.assumed else kind
            known = resource.sensitivity is not None
            more = f"sensitivity {resource.sensitivity}" if known else "sensitivity unknown"
            name = native(resource.name) or tail(resource.id)
            self._add(resource.id, name, more, resource.locations, kind, icon)

    def node(self, id: str) -> Node:
        """Give what is printed for an id, known or not."""
        found = self._nodes.get(id)
        if found:
            return found
        kind, icon = _KINDS.get(id.partition(":")[0], ("Node", "i-resource"))
        if id.endswith("/administrator") and id.count("/") == 2:
            kind, icon = "Escalation", "i-escalation"
        name = _grant(id) if kind == "Grant" else _outer(id) if id.startswith(("input:", "destination:")) else tail(id)
        return Node(id, kind, icon, name, "", None)

    def label(self, id: str) -> str:
        """Give the whole name alone."""
        return self._whole.get(id) or self.node(id).name

    def rows(self) -> Mapping[str, str]:
        """Give the name of every id that was observed."""
        return {id: self.label(id) for id in self._nodes}

    def _add(
        self,
        id: str,
        name: str,
        more: str,
        locations: Locations,
        kind: str | None = None,
        icon: str | None = None,
    ) -> None:
        usual, sign = _KINDS.get(id.partition(":")[0], ("Node", "i-resource"))
        self._nodes[id] = Node(
            id, kind or usual, icon or sign, shortened(name), more, locations[0] if locations else None
        )


def shortened(name: str) -> str:
    """Cut the middle out of a name too long to print; the inventory and assessment.json keep it whole.

    Examples
    --------
    >>> shortened("release-manager"), len(shortened("x" * 400))
    ('release-manager', 64)
    """
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 25]}…{name[-24:]}"


def platform(name: str | None) -> str:
    """Give the name of a platform as its maker writes it."""
    return _PLATFORMS.get(name or "", (name or "").replace("-", " "))


def provider(name: str | None) -> str:
    """Give the name of a provider as it is usually written."""
    return {"aws": "AWS", "github": "GitHub", "kubernetes": "Kubernetes", "gcp": "GCP"}.get(name or "", name or "")


def native(name: str | None) -> str | None:
    """Shorten an ARN to its last part, which is the name that people use."""
    if name and name.startswith("arn:"):
        return name.rpartition(":")[2].rpartition("/")[2] or name
    return name


def tail(id: str) -> str:
    """Give the last part of an id, for ids that nothing names.

    Examples
    --------
    >>> tail("resource:aws/arn:aws:s3:::ledger"), tail("agent:codex/-/codex")
    ('ledger', 'codex')
    """
    rest = unquote(id.partition(":")[2])
    last = rest.rpartition("#")[2].rstrip("/")
    return native(last[last.find("arn:") :] if "arn:" in last else last.rpartition("/")[2]) or rest or id


def _grant(id: str) -> str:
    """Name a grant by its statement or policy and whose it is, which its id says.

    Examples
    --------
    >>> _grant("grant:aws/111122223333/role/break-glass-admin/AdministratorAccess/0")
    'AdministratorAccess of break-glass-admin'
    >>> _grant("grant:aws/111122223333/role/gha-triage/preview/PassPreviewRole")
    'PassPreviewRole of gha-triage'
    >>> _grant("grant:kubernetes/-/RoleBinding/support/reader/0")
    'RoleBinding support/reader, rule 1'
    """
    parts = [unquote(part) for part in id.partition(":")[2].split("/")]
    last = parts[-1]
    if parts[0] == "kubernetes" and len(parts) == 6:
        space, name = parts[3:5]
        return (
            f"{parts[2]} {name if space == '-' else f'{space}/{name}'}, rule {int(last) + 1 if _number(last) else last}"
        )
    if len(parts) >= 6:
        statement = parts[-2] + (f", statement {int(last) + 1}" if last != "0" else "") if _number(last) else last
        return f"{statement} of {parts[-3]}"
    if last == "everything" and len(parts) >= 3:
        return f"administration of {'the cluster' if parts[1] == '-' else parts[1]}"
    return "/".join(parts[-2:])


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _own(agent: Agent) -> str | None:
    """Tell agents apart that nobody named and that only bear the name of their platform, by their folder."""
    folder = unquote(agent.id.partition("/")[2].rpartition("/")[0]).rpartition("/")[2]
    return f"{agent.name} ({folder})" if agent.name == agent.platform and folder not in ("", "-") else agent.name


def _outer(id: str) -> str:
    """Name an input or destination by its kind and the last part of where it is."""
    kind, _, where = unquote(id.partition(":")[2]).partition("/")
    kind = kind.replace("-", " ").replace("_", " ").replace("github", "GitHub")
    if where:
        return f"{kind}, {where.rpartition('/')[2]}"
    return "the web" if kind == "web" else f"text from {kind}" if id.startswith("input:") else kind


def _agents(named: Mapping[str, str | None]) -> dict[str, str]:
    plain = {id: name or tail(id) for id, name in named.items()}
    often = Counter(plain.values())
    labels = {}
    for id, name in plain.items():
        folder = unquote(id.partition("/")[2].rpartition("/")[0])
        place = "root" if folder in ("", "-") else folder.rpartition("/")[2]
        labels[id] = name if often[name] == 1 else f"{name} ({place})"
    again = Counter(labels.values())
    return {id: label if again[label] == 1 else unquote(id.partition(":")[2]) for id, label in labels.items()}
