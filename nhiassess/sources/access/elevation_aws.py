"""AWS Identity Center: permission sets, the policies in them, who is assigned them, and how long a session lasts.

Fields follow the API of ``sso-admin`` (describe-permission-set, list-account-assignments and the policies of a
permission set, in one record for each set or apart) and CloudFormation's ``AWS::SSO::PermissionSet`` and
``AWS::SSO::Assignment``. The role that a set becomes in an account has a name that no export of sets tells, so a
set in an account is an identity of its own. A set without a duration gives sessions of one hour (API reference,
CreatePermissionSet).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.errors import FormatError
from nhiassess.formats import json
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Credential, Grant, Identity
from nhiassess.sources.access.saas_access import Clients, entries, pick, words
from nhiassess.sources.access.sheet_columns import seconds
from nhiassess.sources.aws.policies import grants
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_DEFAULT_SECONDS = 3600
_ADMINISTRATOR = ":aws:policy/AdministratorAccess"
_PRINCIPALS = {"USER": "user", "GROUP": "group"}
# grants of all sets in all accounts; an organisation has some thousand
_MOST_GRANTS = 50_000


@dataclass(slots=True)
class PermissionSet:
    """One permission set, the records that state it, and the accounts that it is assigned in."""

    clients: Clients
    dotted: str
    node: Node
    name: str
    key: str
    record: Node = EMPTY
    accounts: dict[str, None] = field(default_factory=dict)


def is_set(node: Node) -> bool:
    """Tell whether a record describes a permission set or an assignment of one."""
    return any(node.get(key) is not None for key in ("PermissionSet", "PermissionSetArn", "AccountAssignments"))


def read_sets(files: Sequence[ReadFile], found: Gathering) -> None:
    """Read the sets of all files, then the assignments, which name them by ARN or logical name."""
    sets: dict[str, PermissionSet] = {}
    assignments: list[tuple[Clients, str, Node, str | None]] = []
    for file in files:
        clients = Clients(file, found, "aws")
        for dotted, record in _records(file):
            described = record.get("PermissionSet")
            node = described if described is not None and described.is_mapping else record
            arn, name = words(node, "PermissionSetArn"), words(node, "Name")
            key = arn or (dotted.rpartition(".")[2] if dotted.startswith("Resources.") else name)
            if name is not None and key is not None and key not in sets:
                sets[key] = PermissionSet(clients, dotted, node, name, key, record)
            listed = record.get("AccountAssignments")
            for place, each in enumerate(listed.elements() if listed is not None else ()):
                assignments.append((clients, f"{dotted}.AccountAssignments.{place}", each, key if name else None))
            if record.get("PrincipalId") is not None:
                assignments.append((clients, dotted, record, None))
    for clients, dotted, node, within in assignments:
        _assign(clients, dotted, node, within, sets)
    budget = _MOST_GRANTS
    for permission_set in sets.values():
        budget -= _read_set(permission_set, budget)


def _records(file: ReadFile) -> Iterator[tuple[str, Node]]:
    resources = file.document.root.get("Resources")
    if resources is not None and resources.is_mapping:
        for name, resource in resources.items():
            if (words(resource, "Type") or "").startswith("AWS::SSO::"):
                properties = resource.get("Properties")
                if properties is not None:
                    yield f"Resources.{name}", properties
        return
    yield from entries(file, "PermissionSets")


def _named(node: Node) -> str | None:
    """Give the ARN, or the logical name that stands for it in a template."""
    stated = node.get("PermissionSetArn")
    if stated is None:
        return None
    inner = stated.get("Fn::GetAtt") if stated.is_mapping else stated
    first = inner.elements()[0] if inner is not None and inner.is_sequence and inner.elements() else inner
    text = first.text() if first is not None else None
    return text.partition(".")[0] if text and not text.startswith("arn:") else text


def _literal(node: Node, *names: str) -> str | None:
    """Give a scalar that a template does not fill in later."""
    found = pick(node, *names)
    return None if found is None or (found.tag or "").startswith("!") else words(node, *names)


def _assign(clients: Clients, dotted: str, node: Node, within: str | None, sets: dict[str, PermissionSet]) -> None:
    key, account = _named(node) or within, _literal(node, "AccountId", "TargetId")
    principal, kind = _literal(node, "PrincipalId"), words(node, "PrincipalType") or ""
    if key is None or account is None or principal is None:
        clients.skip(node, dotted, "account assignment", "account, permission set or principal stand elsewhere")
        return
    permission_set = sets.get(key)
    name = permission_set.name if permission_set is not None else key.rpartition("/")[2]
    if permission_set is not None:
        permission_set.accounts[account] = None
    place = clients.file.at(node)
    word = _PRINCIPALS.get(kind.upper(), "principal")
    who = f"identity:aws/-/identity_center_{word}/{quote(principal)}"
    target = f"identity:aws/{quote(account)}/permission_set/{quote(name)}"
    found = clients.found
    found.identities.append(Identity(who, _PRINCIPALS.get(kind.upper()), principal, "aws", locations=(place,)))
    found.identities.append(Identity(target, "role", name, "aws", locations=(place,)))
    found.links.append(link(who, "assumes", target, place, reason=f"assigned in account {account}"))
    clients.says(pick(node, "PrincipalType"), dotted, f"{name}.{principal}", "PrincipalType")
    clients.says(pick(node, "PrincipalType"), dotted, f"{name}.{principal}", "assignment", "active")


def _read_set(each: PermissionSet, budget: int) -> int:
    """Read what a set allows in each account; give how many grants that made."""
    clients, node = each.clients, each.node
    file, found = clients.file, clients.found
    stated = pick(node, "SessionDuration")
    said = words(node, "SessionDuration")
    lifetime = seconds(said) if said else _DEFAULT_SECONDS
    if said and lifetime is None:
        clients.skip(stated, f"{each.dotted}.SessionDuration", "duration", f'"{said[:40]}" is no span of time')
    clients.says(stated, each.dotted, each.name, "SessionDuration")
    place = file.at(stated if stated is not None else node)
    allowed = list(_allowed(each))
    made = 0
    for account in each.accounts or {"-": None}:
        id = f"identity:aws/{quote(account)}/permission_set/{quote(each.name)}"
        found.identities.append(
            Identity(id, "role", each.name, "aws", created=words(node, "CreatedDate"), locations=(file.at(node),))
        )
        name = f"credential:{quote(file.path)}#{quote(each.dotted)}.session/{quote(account)}"
        value = Credential(name, None, None, f"session of {each.name}", lifetime_seconds=lifetime, locations=(place,))
        found.credentials.append(value)
        found.links.append(link(name, "authenticates_as", id, place))
        if made + len(allowed) > budget:
            reason = "more permission sets, policies and accounts than are read at once"
            clients.skip(node, f"{each.dotted}.{account}", "permission set", reason)
            continue
        prefix = f"grant:aws/{quote(account)}/permission_set/{quote(each.name)}"
        found.grants += [replace(grant, id=f"{prefix}/{grant.id}", identity=id) for grant in allowed]
        made += len(allowed)
    return made


def _allowed(each: PermissionSet) -> Iterator[Grant]:
    clients, record = each.clients, each.record
    file = clients.file
    for key in ("ManagedPolicies", "AttachedManagedPolicies"):
        policies = record.get(key)
        for policy in policies.elements() if policies is not None else ():
            arn = policy.text() or words(policy, "Arn")
            if not arn:
                continue
            stated = Grant(
                f"{quote(arn.rpartition('/')[2])}/0", provider="aws", policy=arn, locations=(file.at(policy),)
            )
            if arn.endswith(_ADMINISTRATOR):
                # its text is public and never changed: every action on every resource
                yield replace(stated, actions=("*",), resources=("*",))
            else:
                yield replace(stated, conditions=(Condition("policy", "policy not in scope"),))
                reason = f"{arn} counts, but its text is not in the export"
                clients.skip(policy, f"{each.dotted}.{arn}", "managed policy not in the export", reason)
    boundary = record.get("PermissionsBoundary")
    if boundary is not None and boundary.is_mapping:
        arn = words(boundary, "ManagedPolicyArn") or "customer managed policy"
        condition = (Condition("boundary", "policy not in scope"),)
        every = ("*",)
        places = (file.at(boundary),)
        yield Grant("boundary/0", None, "allow", "boundary", "aws", arn, every, (), every, (), condition, None, places)
    inline = record.get("InlinePolicy")
    if inline is not None and inline.value not in (None, ""):
        yield from _inline(each, inline)


def _inline(each: PermissionSet, node: Node) -> Iterator[Grant]:
    """Read a policy that stands in the record, or as JSON in a text of it."""
    file, document = each.clients.file, node
    if node.text() is not None:
        try:
            roots = json.parse(file.path, node.text() or "").roots
        except FormatError:
            roots = ()
        document = roots[0] if roots else EMPTY
    if document.get("Statement") is None:
        each.clients.skip(node, f"{each.dotted}.InlinePolicy", "inline policy", "the text is no policy in JSON")
        return
    for grant in grants(file, document, "inline", Grant("", provider="aws", policy="inline policy")):
        # places inside the text are those of the text
        yield replace(grant, locations=(file.at(node),)) if node.text() is not None else grant
