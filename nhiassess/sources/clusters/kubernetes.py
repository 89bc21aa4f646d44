"""Kubernetes service accounts, roles and bindings, and which cloud role a service account may become.

How a rule is put into a grant (permissions/kubernetes.py reads it so):

- One grant for each rule and subject of a binding, the rule counted from 0:
  ``grant:kubernetes/-/<kind>/<namespace or ->/<binding>/<rule>``; a binding with several subjects adds
  ``/<subject>``. A role that aggregates others has their rules behind its own.
- ``actions`` are ``verb:group/resource[/subresource]``; the group "" prints as ``core``, ``*`` stays; a rule
  for URLs gives ``verb:nonResourceURLs/path``.
- ``resources`` is ``("namespace/<namespace>",)`` of a RoleBinding, ``("cluster",)`` of a ClusterRoleBinding.
- ``resourceNames`` become ``Condition("resourceNames", "name", names)``: no open condition, but fewer
  resources.
- A role that is not in scope gives the grant ``.../missing`` without actions and with ``Condition("role",
  "role not in scope")``; only ``cluster-admin`` is known without a file.

Nothing in manifests names the cluster: it is ``-``. A manifest without a namespace counts as of ``default``.
Users and groups are ``identity:kubernetes/-/-/user:<name>`` and ``.../group:<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Grant, Identity, Inventory, Link, Location, Resource, Skipped
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, is_manifest, is_template, manifests, text
from nhiassess.sources.clusters.kubernetes_roles import Called, Roles, Rules, count, nearest, roles, rule_grants
from nhiassess.sources.source import ReadFile, link, quote

_ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
_CLOUD_ANNOTATIONS = {
    "iam.gke.io/gcp-service-account": "identity:gcp/-/",
    "azure.workload.identity/client-id": "identity:azure/-/",
}
# lists of verbs, groups, resources, rules and subjects multiply; no cluster that people run comes near
_MOST_ACTIONS = 1_000_000


@dataclass(slots=True)
class Found:
    """What reading a group of manifests has gathered so far."""

    identities: dict[str, Identity] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    actions: int = 0  # how many the grants name together
    nearest: dict[tuple[str, Called], Rules | None] = field(default_factory=dict)  # by path and role


def account_id(namespace: str, name: str) -> str:
    """Give the id of a service account.

    Examples
    --------
    >>> account_id("support", "assistant")
    'identity:kubernetes/-/support/assistant'
    """
    return f"identity:kubernetes/-/{quote(namespace)}/{quote(name)}"


def service_account(namespace: str, name: str, *places: Location, owner: str | None = None) -> Identity:
    """Make the identity of a service account."""
    return Identity(
        account_id(namespace, name),
        kind="service_account",
        name=f"{namespace}/{name}",
        provider="kubernetes",
        owner=owner,
        locations=places,
    )


class Kubernetes:
    """Service accounts, roles and bindings of one cluster."""

    name = "kubernetes"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Kubernetes objects."""
        return is_manifest(path, head)

    def group(self, path: str) -> str:
        """Put all manifests together: a binding and its role often stand in different files."""
        return "kubernetes"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read who is granted which rules; templates are skipped, other kinds of object are left alone."""
        files = sorted(files, key=lambda file: file.path)  # what several mention stands where the first does
        found = Found()
        everything = [each for file in files for each in manifests(file)]
        known = roles([each for each in everything if each.kind in ("Role", "ClusterRole")])
        found.skipped += known.skipped
        for manifest in everything:
            if manifest.kind == "ServiceAccount" and manifest.api == "v1":
                _service_account(manifest, found)
            elif manifest.kind in ("RoleBinding", "ClusterRoleBinding"):
                _binding(manifest, known, found)
        first = {each.namespace: each.place for each in reversed(everything)}
        for namespace in sorted({each.namespace for each in everything if each.node.get("metadata", "namespace")}):
            id, place = f"resource:kubernetes/-/{quote(namespace)}/secrets", first[namespace]
            found.resources[id] = Resource(
                id, kind="secrets", name=f"{namespace}/secrets", provider="kubernetes", locations=(place,)
            )
        if everything:
            id, place = "resource:kubernetes/-", everything[0].place
            found.resources[id] = Resource(id, kind="cluster", name="-", provider="kubernetes", locations=(place,))
        skipped = [*_templates(files), *found.skipped]
        return Inventory(
            identities=tuple(found.identities.values()),
            grants=tuple(found.grants),
            resources=tuple(found.resources.values()),
            links=tuple(found.links),
            skipped=tuple(skipped),
        )


def _templates(files: Iterable[ReadFile]) -> Iterator[Skipped]:
    for file in files:
        if is_template(file):
            line = file.document.text.count("\n", 0, file.document.text.find("{{")) + 1
            id = f"skipped:{quote(file.path)}#template"
            yield Skipped(id, "template, not rendered", "Helm template", (Location(file.path, line),))


def _service_account(manifest: Manifest, found: Found) -> None:
    annotations = manifest.metadata.get("annotations") or EMPTY
    owner = text(annotations.get("owner")) or text(manifest.metadata.get("labels", "owner")) or None
    identity = service_account(manifest.namespace, manifest.name, manifest.place, owner=owner)
    found.identities[identity.id] = identity
    for key, node in annotations.items():
        named = text(node)
        target = identity_of(named) if key == _ROLE_ANNOTATION else None
        if key in _CLOUD_ANNOTATIONS and named:
            target = _CLOUD_ANNOTATIONS[key] + quote(named)
        if target:
            reason = f"annotation {key} in {manifest.file.path}"
            place = manifest.file.at(node)
            found.links.append(link(identity.id, "federates_to", target, place, reason=reason))


def _binding(manifest: Manifest, known: Roles, found: Found) -> None:
    reference = manifest.node.get("roleRef") or EMPTY
    kind, name = text(reference.get("kind")), text(reference.get("name"))
    wide = manifest.kind == "ClusterRoleBinding"
    if wide and kind != "ClusterRole":
        reason = f"a ClusterRoleBinding names a ClusterRole only, and {manifest.name} names {kind or 'no kind'} {name}"
        id = f"skipped:{quote(manifest.file.path)}#{manifest.kind}/{quote(manifest.name)}"
        found.skipped.append(Skipped(id, reason, "binding", (manifest.file.at(reference),)))
        return
    called = (kind, manifest.namespace if kind == "Role" else "-", name)
    if (manifest.file.path, called) not in found.nearest:
        found.nearest[manifest.file.path, called] = nearest(manifest, known.called.get(called, ()))
    rules = found.nearest[manifest.file.path, called]
    subjects = [
        (identity, place)
        for node in (manifest.node.get("subjects") or EMPTY).elements()
        if (identity := _subject(manifest, node, found)) and (place := manifest.file.at(node))
    ]
    if rules is None and subjects and name != "cluster-admin":
        reason = f"{kind} {name}, which {manifest.kind} {manifest.name} refers to, is not in scope"
        id = f"skipped:{quote(manifest.file.path)}#{manifest.kind}/{quote(manifest.name)}"
        found.skipped.append(Skipped(id, reason, "role not in scope", (manifest.file.at(reference),)))
    where = "-" if wide else quote(manifest.namespace)
    prefix = f"grant:kubernetes/-/{manifest.kind}/{where}/{quote(manifest.name)}"
    added = known.added.get(name, ()) if rules is None and kind == "ClusterRole" else ()
    actions = len(subjects) * sum(1 + count(rule) for _, rule in (*(rules.rules if rules else ()), *added))
    if found.actions + actions > _MOST_ACTIONS:
        reason = f"with this binding more than {_MOST_ACTIONS:,} actions are granted: it is not read"
        id = f"skipped:{quote(manifest.file.path)}#{manifest.kind}/{quote(manifest.name)}/actions"
        found.skipped.append(Skipped(id, reason, "binding", (manifest.place,)))
        return
    found.actions += actions
    granted = list(rule_grants(rules, name, added))
    for identity, place in subjects:
        behind = f"/{quote(identity.rpartition('/')[2])}" if len(subjects) > 1 else ""
        for index, made in granted:
            found.grants.append(
                Grant(
                    f"{prefix}/{index}{behind}",
                    identity=identity,
                    provider="kubernetes",
                    policy=f"{kind}/{name}",
                    actions=made.actions,
                    resources=("cluster",) if wide else (f"namespace/{manifest.namespace}",),
                    conditions=made.conditions,
                    locations=(*made.locations, manifest.place, place),
                )
            )


def _subject(manifest: Manifest, node: Node, found: Found) -> str | None:
    kind, name = text(node.get("kind")), text(node.get("name"))
    place = manifest.file.at(node)
    account = re.fullmatch(r"system:serviceaccount:([^:]+):([^:]+)", name)
    if kind == "ServiceAccount" or (kind == "User" and account):
        namespace = text(node.get("namespace")) or manifest.namespace
        pair = (account[1], account[2]) if account and kind == "User" else (namespace, name)
        identity = service_account(*pair, place)
    elif kind in ("User", "Group") and name:
        id = f"identity:kubernetes/-/-/{kind.lower()}:{quote(name)}"
        identity = Identity(id, kind=kind.lower(), name=name, provider="kubernetes", locations=(place,))
    else:
        return None
    found.identities.setdefault(identity.id, identity)
    return identity.id


SOURCE = Kubernetes()
