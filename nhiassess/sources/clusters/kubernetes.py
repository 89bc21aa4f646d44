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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Link, Location, Resource, Skipped
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.source import ReadFile, link, quote

# at the beginning of a line, or within one line of JSON
_MANIFEST = re.compile(r"""(?m)^\s*(?:-\s+)?["']?apiVersion["']?\s*:|[{,]\s*"apiVersion"\s*:""")
_KIND = re.compile(r"""(?m)^\s*(?:-\s+)?["']?kind["']?\s*:|[{,]\s*"kind"\s*:""")
# text that only Helm can make YAML of: an expression that is no quoted value
_TEMPLATE = re.compile(r"(?m)^\s*(?:-\s+)?(?:[\w./-]+:\s*)?\{\{")
_ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
_CLOUD_ANNOTATIONS = {
    "iam.gke.io/gcp-service-account": "identity:gcp/-/",
    "azure.workload.identity/client-id": "identity:azure/-/",
}
# lists of verbs, groups, resources, rules and subjects multiply; no cluster that people run comes near
_MOST_ACTIONS = 1_000_000
_MOST_COMPARED = 500_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file."""

    file: ReadFile
    node: Node
    kind: str
    api: str
    name: str
    namespace: str
    dotted: str  # what paths in it begin with: empty for the first document of a file

    @property
    def place(self) -> Location:
        """The place of its kind, where people look for the object."""
        kind = self.node.get("kind")
        return self.file.at_key(kind) if kind is not None else self.file.at(self.node)

    @property
    def metadata(self) -> Node:
        """Its metadata, empty when there are none."""
        return self.node.get("metadata") or EMPTY


@dataclass(frozen=True, slots=True)
class Rules:
    """A role: its rules, with those that it aggregates."""

    manifest: Manifest
    rules: tuple[tuple[ReadFile, Node], ...]


@dataclass(slots=True)
class Found:
    """What reading a group of manifests has gathered so far."""

    identities: dict[str, Identity] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    actions: int = 0  # how many the grants name together
    nearest: dict[tuple[str, tuple[str, str, str]], Rules | None] = field(default_factory=dict)  # by path and role


def is_manifest(path: str, head: str) -> bool:
    """Tell whether a file holds Kubernetes objects, as YAML or JSON.

    Examples
    --------
    >>> is_manifest("compose.yaml", "services:"), is_manifest("all.json", '{"apiVersion":"v1","kind":"List"}')
    (False, True)
    """
    named = path.lower().endswith((".yaml", ".yml", ".json"))
    return named and "apiVersion" in head and bool(_MANIFEST.search(head) and _KIND.search(head))


def is_template(file: ReadFile) -> bool:
    """Tell whether a file is a Helm template, which is no YAML until somebody renders it."""
    if file.path.lower().endswith(".json") or "{{" not in file.document.text:
        return False
    return "templates" in file.path.split("/") or bool(_TEMPLATE.search(file.document.text))


def manifests(file: ReadFile) -> Iterator[Manifest]:
    """Give the objects of a file, those of a List one by one.

    Parameters
    ----------
    file:
        A file of any number of documents; a template gives none.

    Returns
    -------
    Iterator of Manifest
        The objects that have a kind and a name.
    """
    if is_template(file):
        return
    for place, root in enumerate(file.document.roots):
        prefix = f"[{place}]." if place else ""
        items = root.get("items") if text(root.get("kind")).endswith("List") else None
        if items is None:
            yield from _manifest(file, root, prefix)
            continue
        for number, each in enumerate(items.elements()):
            yield from _manifest(file, each, f"{prefix}items[{number}].")


def _manifest(file: ReadFile, node: Node, dotted: str) -> Iterator[Manifest]:
    metadata = node.get("metadata") or EMPTY
    name = text(metadata.get("name")) or text(metadata.get("generateName"))
    kind, api = text(node.get("kind")), text(node.get("apiVersion"))
    if kind and api and name:
        yield Manifest(file, node, kind, api, name, text(metadata.get("namespace")) or "default", dotted)


def text(node: Node | None) -> str:
    """Give the text of a scalar, "" when there is none."""
    return (node.text() or "") if node is not None else ""


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
        roles = _roles([each for each in everything if each.kind in ("Role", "ClusterRole")], found)
        for manifest in everything:
            if manifest.kind == "ServiceAccount" and manifest.api == "v1":
                _service_account(manifest, found)
            elif manifest.kind in ("RoleBinding", "ClusterRoleBinding"):
                _binding(manifest, roles, found)
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


def _roles(manifests_of_roles: Sequence[Manifest], found: Found) -> Mapping[tuple[str, str, str], list[Rules]]:
    made: dict[tuple[str, str, str], list[Rules]] = {}
    compared = 0
    for manifest in manifests_of_roles:
        rules = [(manifest.file, rule) for rule in (manifest.node.get("rules") or EMPTY).elements()]
        is_aggregate = manifest.node.get("aggregationRule") is not None
        compared += len(manifests_of_roles) if is_aggregate else 0
        if is_aggregate and compared > _MOST_COMPARED:
            reason = "the roles that gather others are too many: which this one gathers is not read"
            id = f"skipped:{quote(manifest.file.path)}#{quote(manifest.dotted)}aggregationRule"
            found.skipped.append(Skipped(id, reason, "aggregated role", (manifest.place,)))
        for other in manifests_of_roles if is_aggregate and compared <= _MOST_COMPARED else ():
            if other is not manifest and _aggregates(manifest, other):
                rules += [(other.file, rule) for rule in (other.node.get("rules") or EMPTY).elements()]
        where = manifest.namespace if manifest.kind == "Role" else "-"
        made.setdefault((manifest.kind, where, manifest.name), []).append(Rules(manifest, tuple(rules)))
    return made


def _aggregates(manifest: Manifest, other: Manifest) -> bool:
    selectors = manifest.node.get("aggregationRule", "clusterRoleSelectors") or EMPTY
    labels = other.metadata.get("labels") or EMPTY
    wanted = [dict((each.get("matchLabels") or EMPTY).items()) for each in selectors.elements()]
    return other.kind == "ClusterRole" and any(
        labelled and all(text(labels.get(key)) == text(value) for key, value in labelled.items()) for labelled in wanted
    )


def _binding(manifest: Manifest, roles: Mapping[tuple[str, str, str], list[Rules]], found: Found) -> None:
    reference = manifest.node.get("roleRef") or EMPTY
    kind, name = text(reference.get("kind")), text(reference.get("name"))
    wide = manifest.kind == "ClusterRoleBinding"
    called = (kind, manifest.namespace if kind == "Role" else "-", name)
    if (manifest.file.path, called) not in found.nearest:
        found.nearest[manifest.file.path, called] = _nearest(manifest, roles.get(called, []))
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
    actions = len(subjects) * sum(1 + _count(rule) for _, rule in (rules.rules if rules else ()))
    if found.actions + actions > _MOST_ACTIONS:
        reason = f"with this binding more than {_MOST_ACTIONS:,} actions are granted: it is not read"
        id = f"skipped:{quote(manifest.file.path)}#{manifest.kind}/{quote(manifest.name)}/actions"
        found.skipped.append(Skipped(id, reason, "binding", (manifest.place,)))
        return
    found.actions += actions
    granted = list(_rule_grants(rules, name))
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


def _rule_grants(rules: Rules | None, name: str) -> Iterator[tuple[str, Grant]]:
    """Give the actions and conditions of each rule of a role, under its place, or ``missing``."""
    if rules is None and name == "cluster-admin":
        yield "0", Grant("", actions=("*:*/*", "*:nonResourceURLs/*"))
    elif rules is None:
        yield "missing", Grant("", conditions=(Condition("role", "role not in scope"),))
    for index, (file, rule) in enumerate(rules.rules if rules else ()):
        names = _texts(rule.get("resourceNames"))
        verbs = rule.get("verbs")
        yield (
            str(index),
            Grant(
                "",
                actions=tuple(_actions(rule)),
                conditions=(Condition("resourceNames", "name", names),) if names else (),
                locations=(file.at_key(verbs) if verbs is not None else file.at(rule),),
            ),
        )


def _count(rule: Node) -> int:
    """Tell how many actions a rule names, before they are spelt out."""
    verbs, groups, resources, urls = (
        len((rule.get(each) or Node(None)).listed()) for each in ("verbs", "apiGroups", "resources", "nonResourceURLs")
    )
    return verbs * (groups * resources + urls)


def _actions(rule: Node) -> Iterator[str]:
    for verb in _texts(rule.get("verbs")):
        for group in _texts(rule.get("apiGroups"), empty="core"):
            for resource in _texts(rule.get("resources")):
                yield f"{verb}:{group}/{resource}"
        for url in _texts(rule.get("nonResourceURLs")):
            yield f"{verb}:nonResourceURLs{'' if url.startswith('/') else '/'}{url}"


def _texts(node: Node | None, empty: str = "") -> tuple[str, ...]:
    found = (text(each) or empty for each in (node.listed() if node is not None else ()))
    return tuple(dict.fromkeys(each for each in found if each))


def _nearest(manifest: Manifest, candidates: Sequence[Rules]) -> Rules | None:
    """Choose among roles of one name, which several repositories may define, the one nearest in the tree."""

    def common(each: Rules) -> int:
        pairs = zip(manifest.file.path.split("/"), each.manifest.file.path.split("/"), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return max(candidates, key=common, default=None)


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
