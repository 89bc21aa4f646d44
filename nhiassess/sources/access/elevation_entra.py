"""Entra: who holds a role for good, who may activate it, and what the policy of the role asks of an activation.

Fields follow Microsoft Graph v1.0: ``unifiedRoleEligibilitySchedule``, ``unifiedRoleAssignmentSchedule``,
``unifiedRoleManagementPolicy`` with its rules and ``unifiedRoleManagementPolicyAssignment``. A schedule that an
activation made has the type ``Activated``; its end is in the schedule. How long an activation may last is a setting:
it bounds the role, not the tokens of who holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition
from nhiassess.sources.access.saas_access import Clients, entries, nameless, pick, words
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STATE = {"roleeligibility": "eligible", "roleassignment": "active"}
_CONTEXT = re.compile(r"(?i)(roleeligibility|roleassignment)schedule")
_KINDS = {"user": "human", "group": "group"}
# what each kind of rule says, by the end of its type
_RULES = {
    "expirationrule": (("isExpirationRequired",), ("maximumDuration",)),
    "approvalrule": (("setting", "isApprovalRequired"), ("setting", "isRequestorJustificationRequired")),
    "enablementrule": (("enabledRules",),),
    "authenticationcontextrule": (("isEnabled",), ("claimValue",)),
}
_APPROVER_IDS = ("id", "userId", "groupId", "managerLevel")


@dataclass(slots=True)
class Policies:
    """What the policies in scope ask of activations, by policy, and the policy of each role."""

    asks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_role: dict[str, str] = field(default_factory=dict)

    def of(self, role: str) -> tuple[str, ...]:
        """Give what an activation of a role needs."""
        return self.asks.get(self.of_role.get(role.lower(), ""), ("policy not in scope",))


def is_policy(node: Node) -> bool:
    """Tell whether a record is a policy of roles, or assigns one to a role."""
    return node.get("rules") is not None or (node.get("policyId") is not None and node.get("scopeType") is not None)


def is_schedule(node: Node) -> bool:
    """Tell whether a record gives a principal a role."""
    return node.get("roleDefinitionId") is not None and node.get("principalId") is not None


def read_roles(files: Sequence[ReadFile], found: Gathering) -> None:
    """Read policies first, then the schedules that they are for."""
    policies = Policies()
    for file in files:
        clients = Clients(file, found, "azure")
        for dotted, node in entries(file, "value"):
            if is_policy(node):
                _read_policy(clients, dotted, node, policies)
    for file in files:
        clients = Clients(file, found, "azure")
        unclear = []
        for dotted, node in entries(file, "value"):
            if is_schedule(node) and not _read_schedule(clients, dotted, node, policies):
                unclear.append((dotted, node))
        nameless(clients, unclear, "role schedule", "principal, role or sign of being eligible or active")
        found.identities += clients.known.values()


def _read_policy(clients: Clients, dotted: str, node: Node, policies: Policies) -> None:
    expanded = node.get("policy")
    policy = node if expanded is None or not expanded.is_mapping else expanded
    named = words(node, "policyId") or words(policy, "id")
    role = words(node, "roleDefinitionId")
    if named is None:
        clients.skip(node, dotted, "role policy", "the policy has no id")
        return
    if role is not None:
        policies.of_role[role.lower()] = named
        clients.says(node.get("roleDefinitionId"), dotted, named, "roleDefinitionId")
    asks: list[str] = []
    for place, rule in enumerate((policy.get("rules") or EMPTY).elements()):
        name = words(rule, "id") or str(place)
        kind = next((each for each in _RULES if (words(rule, "@odata.type") or "").lower().endswith(each)), None)
        for path in _RULES.get(kind or "", ()):
            clients.says(rule.get(*path), f"{dotted}.rules.{place}", named, f"{name}.{'.'.join(path)}")
        if name.endswith("EndUser_Assignment"):
            asks += _asked(rule, kind)
        for at, approver in enumerate(_approvers(rule)):
            clients.says(approver, f"{dotted}.rules.{place}.{at}", named, f"{name}.approvers", _approver(approver))
    if policy.get("rules") is not None:
        policies.asks[named] = tuple(asks) or ("nothing",)


def _asked(rule: Node, kind: str | None) -> Iterator[str]:
    """Give what a rule about activations asks for, in words."""
    duration = words(rule, "maximumDuration")
    if kind == "expirationrule" and duration:
        yield f"at most {duration}"
    approval = rule.get("setting", "isApprovalRequired")
    if kind == "approvalrule" and approval is not None and approval.flag() is not None:
        yield "approval" if approval.flag() else "no approval"
    enabled = rule.get("enabledRules") if kind == "enablementrule" else None
    for each in enabled.elements() if enabled is not None else ():
        if text := each.text():
            yield text


def _approvers(rule: Node) -> Iterator[Node]:
    stages = rule.get("setting", "approvalStages")
    for stage in stages.elements() if stages is not None else ():
        yield from (stage.get("primaryApprovers") or EMPTY).elements()


def _approver(node: Node) -> str:
    """Give the id of an approver; its description may be the name of a person."""
    return next((text for key in _APPROVER_IDS if (text := words(node, key))), "not named")


def _read_schedule(clients: Clients, dotted: str, node: Node, policies: Policies) -> bool:
    principal, role = words(node, "principalId"), words(node, "roleDefinitionId")
    state = _state(clients.file, node)
    if principal is None or role is None or state is None:
        return False
    expanded = node.get("principal") or EMPTY
    kind = (words(expanded, "@odata.type") or "").rpartition(".")[2].lower()
    # people go by their object ids
    name = words(expanded, "displayName") if kind and kind != "user" else None
    id = f"identity:azure/-/{principal.lower() if _GUID.fullmatch(principal) else quote(principal)}"
    clients.client(id, node, _KINDS.get(kind), name=name)
    role_name = words(node.get("roleDefinition") or EMPTY, "displayName")
    actions = tuple(f"directory_role:{each}" for each in (role, role_name) if each)
    waits = (Condition("activation", state, policies.of(role)),) if state == "eligible" else ()
    scope = words(node, "directoryScopeId") or words(node, "appScopeId")
    clients.granted(id, node, dotted, actions, scope or "-", policy=role_name or role, conditions=waits)
    subject = f"{principal}.{role_name or role}"
    clients.says(pick(node, "roleDefinitionId"), dotted, subject, "assignment", state)
    for key in ("assignmentType", "memberType", "status"):
        clients.says(node.get(key), dotted, subject, key)
    for key in ("type", "endDateTime", "duration"):
        clients.says(node.get("scheduleInfo", "expiration", key), dotted, subject, f"expiration.{key}")
    if kind:
        clients.says(expanded.get("@odata.type"), dotted, subject, "principalType", kind)
    return True


def _state(file: ReadFile, node: Node) -> str | None:
    """Tell eligible from active: by what only one of them has, else by where the answer came from."""
    if node.get("assignmentType") is not None:
        return "active"
    for place in (node.get("@odata.type"), file.document.root.get("@odata.context")):
        found = _CONTEXT.search(place.text() or "") if place is not None else None
        if found:
            return _STATE[found[1].lower()]
    return None
