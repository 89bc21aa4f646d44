"""What names of Google Cloud name: members of policies become identities, resource names become resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nhiassess.model.inventory import Identity, Location, Resource
from nhiassess.sources.source import quote

PROVIDER = "gcp"
# what a policy is set on when the file that holds it does not say so
UNKNOWN = "unknown"
_PLAIN = ("allUsers", "allAuthenticatedUsers")
_KINDS = {
    "serviceAccount": "service_account",
    "user": "user",
    "group": "group",
    "domain": "domain",
    "projectOwner": "group",
    "projectEditor": "group",
    "projectViewer": "group",
}
# members of policies version 2, which deny, to those of version 1, which allow
_VERSION_2 = (
    (re.compile(r"principal://iam\.googleapis\.com/projects/-/serviceAccounts/([^/?]+@[^/?]+)"), r"serviceAccount:\1"),
    (re.compile(r"principal://goog/subject/([^/?]+)"), r"user:\1"),
    (re.compile(r"principalSet://goog/group/([^/?]+)"), r"group:\1"),
    (re.compile(r"principalSet://goog/public:all"), "allUsers"),
)
_CLUSTER = re.compile(r"serviceAccount:(?P<pool>[^\[\]/]+\.svc\.id\.goog)\[(?P<namespace>[^/\]]+)/(?P<name>[^\]]+)\]")
_CLUSTER_POOL = re.compile(
    r"principal://iam\.googleapis\.com/projects/[^/]+/locations/global/workloadIdentityPools/"
    r"(?P<pool>[^/]+\.svc\.id\.goog)/subject/ns/(?P<namespace>[^/]+)/sa/(?P<name>[^/]+)"
)
_POOL = re.compile(
    r"principal(?:Set)?://iam\.googleapis\.com/"
    r"(?P<pool>projects/[^/]+/locations/[^/]+/workloadIdentityPools/[^/]+)/(?P<what>.+)"
)
# text that a template or a person fills in: no name yet
_OPEN = re.compile(r"[${}<>*]|^\s*$|\byour[-_ ]", re.I)
_HOSTS = {
    "projects": "cloudresourcemanager",
    "folders": "cloudresourcemanager",
    "organizations": "cloudresourcemanager",
    "serviceAccounts": "iam",
}
_RESOURCE_KINDS = {
    "projects": "project",
    "folders": "folder",
    "organizations": "organization",
    "serviceAccounts": "service_account",
    "buckets": "object_store",
    "datasets": "dataset",
    "secrets": "secret",
    "cryptoKeys": "key",
    "keyRings": "key",
    "topics": "topic",
    "subscriptions": "queue",
    "functions": "function",
    "services": "service",
    "instances": "compute",
    "clusters": "cluster",
    "tables": "table",
    "repositories": "image_repository",
}


@dataclass(frozen=True, slots=True)
class PoolMember:
    """A member of a policy that an outside issuer vouches for: the pool, and which of its identities."""

    pool: str
    what: str  # subject/..., group/..., attribute.<name>/<value> or *


def member_identity(member: str, *places: Location) -> Identity | None:
    """Make the identity that a member of a policy names; None when a template leaves it open, or it was deleted.

    Examples
    --------
    >>> member_identity("serviceAccount:agent@shop.iam.gserviceaccount.com").id
    'identity:gcp/-/agent@shop.iam.gserviceaccount.com'
    >>> member_identity("group:ops@shop.example").id, member_identity("allUsers").id
    ('identity:gcp/-/group:ops@shop.example', 'identity:gcp/-/allUsers')
    >>> member_identity("serviceAccount:shop.svc.id.goog[support/assistant]").id
    'identity:kubernetes/-/support/assistant'
    >>> member_identity("user:${var.owner}") is None
    True
    """
    member = _version_1(member)
    account = cluster_account(member)
    if account is not None:
        namespace, name = account[1:]
        id = f"identity:kubernetes/-/{quote(namespace)}/{quote(name)}"
        return Identity(id, "service_account", f"{namespace}/{name}", "kubernetes", locations=places)
    kind, _, name = member.partition(":")
    if member in _PLAIN:
        return Identity(f"identity:gcp/-/{member}", "everyone", member, PROVIDER, locations=places)
    if member.startswith(("principal://", "principalSet://")) and not _OPEN.search(member.removesuffix("/*")):
        kind = "principal" if member.startswith("principal:") else "principal_set"
        return Identity(f"identity:gcp/-/{quote(member)}", kind, member, PROVIDER, locations=places)
    if kind not in _KINDS or _OPEN.search(name):
        return None
    native = name if kind == "serviceAccount" else member
    return Identity(f"identity:gcp/-/{quote(native)}", _KINDS[kind], native, PROVIDER, locations=places)


def account_id(email: str) -> str:
    """Give the id of a service account by its address."""
    return f"identity:gcp/-/{quote(email)}"


def account(email: str, *places: Location, **more: Any) -> Identity:
    """Make the identity of a service account by its address."""
    return Identity(account_id(email), "service_account", email, PROVIDER, locations=places, **more)


def is_open(name: str) -> bool:
    """Tell whether a name has parts that somebody fills in later.

    Examples
    --------
    >>> is_open("agent@{DOMAIN}"), is_open("${var.project}"), is_open("agent@shop.example")
    (True, True, False)
    """
    return bool(_OPEN.search(name))


def cluster_account(member: str) -> tuple[str, str, str] | None:
    """Give the pool, namespace and name of the Kubernetes service account that a member is.

    Examples
    --------
    >>> cluster_account("serviceAccount:shop.svc.id.goog[support/assistant]")
    ('shop.svc.id.goog', 'support', 'assistant')
    """
    found = _CLUSTER.fullmatch(member) or _CLUSTER_POOL.fullmatch(member)
    return None if found is None or is_open(member) else (found["pool"], found["namespace"], found["name"])


def pool_member(member: str) -> PoolMember | None:
    """Give the workload identity pool of a member, and which of its identities the member stands for.

    Examples
    --------
    >>> pool_member("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*").what
    '*'
    """
    found = _POOL.fullmatch(member)
    return PoolMember(found["pool"], found["what"]) if found else None


def _version_1(member: str) -> str:
    for pattern, kind in _VERSION_2:
        found = pattern.fullmatch(member)
        if found:
            return found.expand(kind)
    return member


def full_name(relative: str) -> str:
    """Give the full name of a resource that is named without its service.

    Examples
    --------
    >>> full_name("projects/shop"), full_name("projects/shop/serviceAccounts/agent@shop.iam.gserviceaccount.com")
    ('//cloudresourcemanager.googleapis.com/projects/shop', \
'//iam.googleapis.com/projects/shop/serviceAccounts/agent@shop.iam.gserviceaccount.com')
    """
    if relative.startswith("//"):
        return relative
    parts = relative.split("/")
    host = _HOSTS.get(parts[-2] if len(parts) > 1 else "", "cloudresourcemanager")
    return f"//{host}.googleapis.com/{relative}"


def resource_of(name: str, *places: Location) -> Resource:
    """Make the resource of a full name.

    Examples
    --------
    >>> resource_of("//storage.googleapis.com/exports")
    Resource(id='resource:gcp/storage.googleapis.com/exports', kind='object_store', \
name='//storage.googleapis.com/exports', provider='gcp', sensitivity=None, environment=None, \
business_function=None, crown_jewel=None, assumed=None, locations=())
    """
    parts = name.removeprefix("//").split("/")
    kind = _RESOURCE_KINDS.get(parts[-2] if len(parts) > 2 else "")
    if kind is None:
        kind = "object_store" if parts[0] == "storage.googleapis.com" else parts[0].partition(".")[0]
    return Resource(f"resource:gcp/{quote(name.removeprefix('//'))}", kind, name, PROVIDER, locations=places)


def account_of_resource(name: str) -> str | None:
    """Give the address, or the number, of the service account that a full name names.

    Examples
    --------
    >>> account_of_resource("//iam.googleapis.com/projects/-/serviceAccounts/agent@shop.iam.gserviceaccount.com")
    'agent@shop.iam.gserviceaccount.com'
    """
    found = re.search(r"/serviceAccounts/(.+)$", name)
    return found[1] if found else None
