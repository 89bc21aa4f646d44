"""AWS accounts as ``get-account-authorization-details`` exports them: identities, policies, trusts.

Where a policy that counts is not in the export, a grant named ``missing`` says so with an open condition: of
a boundary it covers every action, since the boundary may allow any; of an attached policy it covers none.
Service-linked and Identity Center roles are told by the path in their name (``/aws-service-role/``,
``/aws-reserved/``). A policy that is attached to nobody grants nothing and is left out;
one that counts attachments, of which the export shows none, is attached to something that was left out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    Grant,
    Identity,
    Inventory,
    Link,
    Location,
    Resource,
    Skipped,
    Trust,
)
from nhiassess.sources.aws.absent import absent, is_administrator
from nhiassess.sources.aws.names import account_of, identity_of, tagged
from nhiassess.sources.aws.policies import grants, resources, words
from nhiassess.sources.aws.templates import is_template
from nhiassess.sources.aws.trusts import trusts, unread
from nhiassess.sources.source import ReadFile, link, quote

_LISTS = {"UserDetailList": "user", "GroupDetailList": "group", "RoleDetailList": "role"}
_MOST_PLACES = 50
_INLINE = ("UserPolicyList", "GroupPolicyList", "RolePolicyList")


@dataclass(frozen=True, slots=True)
class Managed:
    """A managed policy of the export: its name and the document of its default version."""

    name: str
    document: Node


@dataclass(frozen=True, slots=True)
class Export:
    """One export, with what its identities refer to."""

    file: ReadFile
    account: str
    managed: Mapping[str, Managed]  # by ARN
    groups: Mapping[str, str]  # name to identity id


@dataclass(slots=True)
class Found:
    """What reading one export has gathered so far."""

    identities: list[Identity] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    trusts: list[Trust] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    skipped: dict[str, Skipped] = field(default_factory=dict)

    def add_grants(self, made: Sequence[Grant]) -> None:
        """Keep grants; of two with one id (policies of one name, inline and managed) the later is renamed."""
        taken = any(grant.id in self.grants for grant in made)
        for grant in made:
            id = f"{grant.id}~{len(self.grants)}" if taken else grant.id
            self.grants[id] = replace(grant, id=id)

    def skip(self, id: str, reason: str, construct: str, place: Location) -> None:
        """Keep that something was not looked at; the first places of one reason are gathered."""
        before = self.skipped.get(id)
        places = (*before.locations, place)[:_MOST_PLACES] if before else (place,)
        self.skipped[id] = Skipped(id, reason, construct, places)


class AwsIam:
    """Exports of all identities and policies of an AWS account."""

    name = "aws_iam"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise JSON with a list of details that only this export has."""
        signs = (*_LISTS, "PolicyVersionList", "AssumeRolePolicyDocument")
        if not path.lower().endswith(".json") or is_template(path, head):
            return False
        return any(f'"{sign}"' in head for sign in signs)

    def group(self, path: str) -> str:
        """Let each export stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each export; one page of several says so."""
        found = Found()
        for file in files:
            root = file.document.root
            if not root.is_mapping or not any(root.get(each) for each in (*_LISTS, "Policies")):
                reason = "an export of account authorization details was expected"
                found.skip(f"skipped:{file.path}#export", reason, "account export", Location(file.path))
                continue
            _export(file, root, found)
        return Inventory(
            identities=tuple(found.identities),
            grants=tuple(found.grants.values()),
            trusts=tuple(found.trusts),
            resources=tuple(found.resources.values()),
            links=tuple(found.links),
            skipped=tuple(found.skipped.values()),
        )


def _export(file: ReadFile, root: Node, found: Found) -> None:
    export = Export(file, _account(root), _managed(root), _groups(root))
    cut = root.get("IsTruncated")
    if file.document.incomplete or (cut is not None and cut.flag()):
        reason = "this is one page of several: what is not in it may stand in another"
        place = file.at(cut) if cut else Location(file.path)
        found.skip(f"skipped:{file.path}#page", reason, "page of several", place)
    id = f"resource:aws/{export.account}"
    found.resources[id] = Resource(id, kind="account", name=export.account, provider="aws", locations=(file.at(root),))
    for key, kind in _LISTS.items():
        for node in _elements(root.get(key)):
            _identity(export, node, kind, found)
    _attached_elsewhere(file, root, found)


def _attached_elsewhere(file: ReadFile, root: Node, found: Found) -> None:
    holders = [node for key in _LISTS for node in _elements(root.get(key))]
    shown = {
        _first(each.get("PolicyArn")) for node in holders for each in _elements(node.get("AttachedManagedPolicies"))
    }
    for node in _elements(root.get("Policies")):
        arn, count = _first(node.get("Arn")), node.get("AttachmentCount")
        if arn and arn not in shown and count is not None and (count.number() or 0) > 0:
            reason = f"{arn} is attached to something that is not in the export"
            id = f"skipped:{file.path}#{quote(arn)}"
            found.skip(id, reason, "managed policy attached elsewhere", file.at(count))


def _account(root: Node) -> str:
    counted = Counter(
        account_of(_first(node.get("Arn")) or "") for key in (*_LISTS, "Policies") for node in _elements(root.get(key))
    )
    numbers = [account for account, _ in counted.most_common() if account.isdigit()]
    return numbers[0] if numbers else "-"


def _managed(root: Node) -> Mapping[str, Managed]:
    found: dict[str, Managed] = {}
    for node in _elements(root.get("Policies")):
        default = _first(node.get("DefaultVersionId"))
        for version in _elements(node.get("PolicyVersionList")):
            marked = version.get("IsDefaultVersion")
            document, arn = version.get("Document"), _first(node.get("Arn"))
            chosen = _first(version.get("VersionId")) == default if default else bool(marked and marked.flag())
            if document and arn and chosen:
                found[arn] = Managed(_first(node.get("PolicyName")) or _last(arn), document)
    return found


def _groups(root: Node) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for node in _elements(root.get("GroupDetailList")):
        arn = _first(node.get("Arn")) or ""
        id = identity_of(arn)
        if id:
            found[_first(node.get("GroupName")) or _last(arn)] = id
    return found


def _identity(export: Export, node: Node, kind: str, found: Found) -> None:
    file, arn_node = export.file, node.get("Arn")
    arn = _first(arn_node) or ""
    id = identity_of(arn)
    if arn_node is None or id is None:
        reason = f"this {kind} has no ARN that names it"
        found.skip(f"skipped:{file.path}#{kind}:{node.line}", reason, kind, file.at(node))
        return
    tags, used = _tags(node), node.get("RoleLastUsed", "LastUsedDate") or node.get("PasswordLastUsed")
    found.identities.append(
        Identity(
            id,
            kind=kind,
            name=arn,
            provider="aws",
            owner=tags.get("owner"),
            created=_first(node.get("CreateDate")),
            last_used=_first(used),
            business_function=tags.get("business_function"),
            environment=tags.get("environment"),
            tags=_all_tags(node),
            locations=(file.at(arn_node), *((file.at(used),) if used is not None else ())),
        )
    )
    account = account_of(arn) if account_of(arn).isdigit() else export.account
    name = _first(node.get(f"{kind.capitalize()}Name")) or _last(arn)
    _policies(export, node, f"grant:aws/{account}/{kind}/{quote(name)}", id, found)
    for group in _texts(node.get("GroupList")):
        called = group.text() or ""
        member_of = export.groups.get(called)
        if member_of is None:
            reason = f"group {called} counts, but it is not in the export"
            found.skip(f"skipped:{file.path}#group:{quote(called)}", reason, "group not in the export", file.at(group))
        target = member_of or f"identity:aws/{account}/group/{quote(called)}"
        found.links.append(link(id, "member_of", target, file.at(group)))
    trust = node.get("AssumeRolePolicyDocument")
    if trust:
        found.trusts += trusts(file, trust, id, "trust:" + id.removeprefix("identity:"))
        found.skipped |= {each.id: each for each in unread(file, trust)}
    for profile in _elements(node.get("InstanceProfileList")):
        _instance_profile(file, profile, id, found)


def _policies(export: Export, node: Node, prefix: str, identity: str, found: Found) -> None:
    stated = Grant("", identity=identity, provider="aws")
    for inline in (each for key in _INLINE for each in _elements(node.get(key))):
        document, policy = inline.get("PolicyDocument"), _first(inline.get("PolicyName")) or "inline"
        if document:
            _add(export.file, document, f"{prefix}/{quote(policy)}", replace(stated, policy=policy), (), found)
    for attached in _elements(node.get("AttachedManagedPolicies")):
        _managed_policy(export, attached.get("PolicyArn") or attached, prefix, stated, found)
    boundary = node.get("PermissionsBoundary", "PermissionsBoundaryArn")
    if boundary is not None:
        _managed_policy(export, boundary, f"{prefix}/boundary", replace(stated, scope="boundary"), found)


def _managed_policy(export: Export, node: Node, prefix: str, stated: Grant, found: Found) -> None:
    file, arn = export.file, _first(node) or ""
    policy, place = export.managed.get(arn), file.at(node)
    stated = replace(stated, policy=arn, locations=(place,))
    if policy:
        _add(file, policy.document, f"{prefix}/{quote(policy.name)}", stated, (place,), found)
        return
    found.add_grants((absent(stated, prefix, arn),))
    if not is_administrator(arn):
        reason = f"{arn} counts, but its text is not in the export"
        found.skip(f"skipped:{file.path}#{quote(arn)}", reason, "managed policy not in the export", place)


def _add(file: ReadFile, document: Node, prefix: str, stated: Grant, also: Sequence[Location], found: Found) -> None:
    found.add_grants(grants(file, document, prefix, stated, also))
    if stated.scope == "identity":
        for resource in resources(file, document):
            found.resources.setdefault(resource.id, resource)


def _instance_profile(file: ReadFile, profile: Node, identity: str, found: Found) -> None:
    node = profile.get("Arn")
    arn = _first(node)
    if node is None or arn is None:
        return
    id = f"resource:aws/{quote(arn)}"
    found.resources[id] = Resource(id, kind="instance_profile", name=arn, provider="aws", locations=(file.at(node),))
    found.links.append(link(id, "runs_as", identity, file.at(node)))


def _tags(node: Node) -> dict[str, str]:
    return tagged((_first(tag.get("Key")) or "", _first(tag.get("Value"))) for tag in _elements(node.get("Tags")))


def _all_tags(node: Node) -> tuple[tuple[str, str], ...] | None:
    if node.get("Tags") is None:
        return None  # older exports have none at all
    found = ((_first(tag.get("Key")), _first(tag.get("Value"))) for tag in _elements(node.get("Tags")))
    return tuple((key, value or "") for key, value in found if key)


def _elements(node: Node | None) -> Iterator[Node]:
    if node is not None and node.is_sequence:
        yield from (each for each in node.elements() if each.is_mapping)


def _texts(node: Node | None) -> Iterator[Node]:
    if node is not None and node.is_sequence:
        yield from (each for each in node.elements() if each.text())


def _first(node: Node | None) -> str | None:
    found = words(node)
    return found[0] if found and found[0] else None


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


SOURCE = AwsIam()
