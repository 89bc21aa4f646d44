"""What names of Azure and Entra name: object and client ids become identities, ARM ids become resources."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Identity, Location, Resource
from nhiassess.sources.source import quote

PROVIDER = "azure"
GRAPH = "00000003-0000-0000-c000-000000000000"
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# text of a template or a placeholder: no name yet
_OPEN = re.compile(r"^\[.*\]$|\$\{|\{\{|\{'|\{Your |^<.*>$", re.S)
_KINDS = {
    "user": "user",
    "group": "group",
    "serviceprincipal": "service_principal",
    "foreigngroup": "group",
    "device": "device",
}
_RESOURCE_KINDS = {
    "storageaccounts": "object_store",
    "containers": "object_store",
    "vaults": "secret_store",
    "secrets": "secret",
    "databaseaccounts": "database",
    "servers": "database",
    "databases": "database",
    "sites": "function",
    "virtualmachines": "compute",
    "virtualmachinescalesets": "compute",
    "containerapps": "compute",
    "managedclusters": "cluster",
    "registries": "image_repository",
    "searchservices": "search",
    "projects": "agent_runtime",
    "accounts": "model",
    "userassignedidentities": "managed_identity",
}


@dataclass(slots=True)
class Directory:
    """Which object and which application are one: what a service principal is called depends on who speaks."""

    clients: dict[str, str] = field(default_factory=dict)  # object id to client id
    managed: dict[str, str] = field(default_factory=dict)  # ARM id of a managed identity, in lower case, to its id
    spelled: dict[str, str] = field(default_factory=dict)  # the same ARM id to how it is written, which differs
    owned: set[str] = field(default_factory=set)  # object ids of identities that a resource has of its own
    role_names: dict[tuple[str, str], str] = field(default_factory=dict)  # (client id, id of an app role) to its value

    def same(self, object_id: str | None, client_id: str | None) -> None:
        """Learn that an object is the service principal, or the registration, of an application."""
        if is_guid(object_id) and is_guid(client_id) and object_id and client_id:
            self.clients[object_id.lower()] = client_id.lower()

    def identity(self, id: str) -> str:
        """Give the id of the identity that an object or client id names."""
        return identity_id(self.clients.get(id.lower(), id))

    def application(self, id: str) -> str:
        """Give the client id of an object where it is known, else the id itself."""
        return self.clients.get(id.lower(), id.lower() if is_guid(id) else id)


def is_guid(text: str | None) -> bool:
    """Tell whether a text is an id of a directory.

    Examples
    --------
    >>> is_guid("00000003-0000-0000-c000-000000000000"), is_guid("${{AAD_APP_CLIENT_ID}}")
    (True, False)
    """
    return bool(text and _GUID.fullmatch(text))


def guid_in(text: str | None) -> str | None:
    """Give the last id within a text, such as the id of a role definition.

    Examples
    --------
    >>> guid_in("/providers/Microsoft.Authorization/roleDefinitions/8E3AF657-a8ff-443c-a75c-2fe8c4bcb635")
    '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
    """
    found = _GUID.findall(text or "")
    return found[-1].lower() if found else None


def is_open(text: str) -> bool:
    """Tell whether a template or a person fills a text in later.

    Examples
    --------
    >>> is_open("[parameters('principal')]"), is_open("${{AAD_APP_CLIENT_ID}}"), is_open("/subscriptions/1")
    (True, True, False)
    """
    return not text.strip() or bool(_OPEN.search(text))


def identity_id(id: str) -> str:
    """Give the id of an identity by its client or object id.

    Examples
    --------
    >>> identity_id("1FEC8E78-bce4-4aaf-ab1b-5451cc387264")
    'identity:azure/-/1fec8e78-bce4-4aaf-ab1b-5451cc387264'
    """
    return f"identity:azure/-/{id.lower() if is_guid(id) else quote(id)}"


def stated_id(path: str, dotted: str) -> str:
    """Give the id of an identity that a file declares without an id: it is known by its place there."""
    return f"identity:azure/-/file:{quote(path)}#{quote(dotted)}"


def principal(id: str, kind: str | None, name: str | None, *places: Location) -> Identity:
    """Make the identity of a principal; people are known by their object ids only."""
    known = _KINDS.get((kind or "").lower())
    shown = None if known == "user" else name
    return Identity(id, known, shown, PROVIDER, locations=places)


def resource_of(arm_id: str, *places: Location) -> Resource:
    """Make the resource of an ARM id.

    Examples
    --------
    >>> resource_of("/subscriptions/1/resourceGroups/a").kind
    'resource_group'
    """
    parts = [each for each in arm_id.split("/") if each]
    kind = parts[-2].lower() if len(parts) > 1 else "tenant"
    kind = {"subscriptions": "subscription", "resourcegroups": "resource_group"}.get(kind, kind)
    kind = {"managementgroups": "management_group"}.get(kind, kind)
    id = f"resource:azure/{quote(arm_id.strip('/')) or '-'}"
    return Resource(id, _RESOURCE_KINDS.get(kind, kind), arm_id, PROVIDER, locations=places)


def kind_of(arm_type: str) -> str:
    """Give the kind of a resource by its ARM type.

    Examples
    --------
    >>> kind_of("Microsoft.Web/sites"), kind_of("Microsoft.Insights/components")
    ('function', 'components')
    """
    last = arm_type.rpartition("/")[2].lower()
    return _RESOURCE_KINDS.get(last, last)


def text(node: Node | None, *keys: str) -> str | None:
    """Give the text under a path of keys; None when there is none, or an empty one."""
    value = node.get(*keys) if node is not None and keys else node
    return (value.text() or None) if value is not None else None


def seconds(start: str | None, end: str | None) -> int | None:
    """Give the seconds between two times; None when one is absent or no time.

    Examples
    --------
    >>> seconds("2026-01-01T00:00:00Z", "2026-01-02T00:00:00.0000000Z"), seconds(None, "2026-01-02T00:00:00Z")
    (86400, None)
    """
    try:
        first, last = (datetime.fromisoformat(each or "") for each in (start, end))
        return int((last - first).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
