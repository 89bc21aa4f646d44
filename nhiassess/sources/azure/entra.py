"""Azure and Entra: role assignments and roles, applications with their credentials, managed and agent identities.

How a role assignment is put into a grant, so that an evaluator can use it:

- ``grant:azure/-/<scope>/<id of the role>/<principal>``; a role with several sets of permissions adds ``/<place>``,
  since what one set takes away another may give.
- ``policy`` is the name of the role where a file tells it, else its id. ``actions`` begin with ``role:<id>`` and
  ``role:<name>``; where the role is defined in scope ``control:<action>`` and ``data:<data action>`` follow, and
  ``not_actions`` are written alike: a ``*`` of the control plane is not one of the data plane.
  ``directory_role:<id>`` is a role of Entra, ``cosmos_sql_role:<id>`` one of Cosmos DB's data plane.
- ``resources`` is the scope, ``/subscriptions/...``, or ``directory:<scope>``. A scope that no file shows gives none,
  and the open condition ``Condition("resource", "resource not in scope")``.
- A condition on attributes is ``Condition("azure_abac", "expression", (text,))``.
- ``app_role:<client id of the resource>/<role>`` is an application permission that was given. What an application
  only asks for (``app_role:`` and ``scope:``) has ``Condition("consent", "consent not in scope")``. The role is its
  value where the resource's roles are in scope, and its id.
- ``owner`` on ``application:<client id>`` is the ownership of an application.
- A role definition is a grant without identity, ``grant:azure/-/role/<id or name>``, on its assignable scopes.

An identity goes by its client id where a file tells which object has which, else by its object id; the tenant is
left out, since these ids are unique without it. What has neither goes by its place,
``identity:azure/-/file:<path>#<place>``. A managed identity of an export is a resource too, which runs as it, since
roles are assigned on that one or above it. A federated credential is a trust of mechanism ``oidc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.azure.apps import (
    Subject,
    is_app_role_assignment,
    is_subject,
    listed,
    read_app_role_assignment,
    read_subject,
    subject,
)
from nhiassess.sources.azure.deployed import (
    Template,
    applications,
    assignments,
    definitions,
    federated,
    is_managed,
    learn_managed,
    read_managed,
    read_template,
    running,
)
from nhiassess.sources.azure.names import Directory, text
from nhiassess.sources.azure.roles import (
    Assigned,
    Definition,
    assign,
    define,
    is_assignment,
    is_definition,
    read_assignment,
    read_definition,
)
from nhiassess.sources.azure.templates import is_template
from nhiassess.sources.azure.terraform import read_terraform
from nhiassess.sources.azure.trusts import is_federated, read_federated
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

_SIGN = re.compile(
    r"""["'](?:requiredResourceAccess|passwordCredentials|keyCredentials|federatedIdentityCredentials|signInAudience"""
    r"""|servicePrincipalType|appRoleId|directoryScopeId|roleDefinitionId|[aA]ssignableScopes|userAssignedIdentities"""
    r"""|agentIdentityBlueprintId|identityParentId|claimsMatchingExpression)["']\s*:"""
    r"""|["']\#?microsoft\.graph\.agent(?:Identity|User)|Microsoft\.ManagedIdentity/userAssignedIdentities"""
    r"""|["']type["']\s*:\s*["']SystemAssigned|api://AzureADTokenExchange"""
)
_TERRAFORM = re.compile(r'(?m)^\s*(?:resource|data)\s+"(?:azurerm|azuread)_')
_BICEP = re.compile(r"Microsoft\.(?:Authorization/role|ManagedIdentity/|Graph/)|\bidentity\s*:\s*\{")
_IDENTITY_ID = re.compile(r"(?i)(/subscriptions/.+/userAssignedIdentities/[^/]+)/federatedIdentityCredentials/")


@dataclass(slots=True)
class Estate:
    """What all files state, before assignments meet the roles and applications that other files describe."""

    found: Gathering = field(default_factory=Gathering)
    directory: Directory = field(default_factory=Directory)
    subjects: list[Subject] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    others: list[tuple[ReadFile, Node, str]] = field(default_factory=list)


class AzureEntra:
    """Exports, manifests and templates of Azure and Entra."""

    name = "azure_entra"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise what Azure and Entra say of identities by its keys, templates by their schema."""
        lower = path.lower()
        if lower.endswith(".tf"):
            return bool(_TERRAFORM.search(head))
        if lower.endswith(".bicep"):
            return bool(_BICEP.search(head))
        return lower.endswith(".json") and (is_template(head) or bool(_SIGN.search(head)))

    def group(self, path: str) -> str:
        """Put all files together: an assignment, its role and its principal often stand in different ones."""
        return "azure"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read who may do what, who may become whom, and what proves it."""
        estate = Estate()
        for file in files:
            if file.path.lower().endswith(".bicep"):
                reason = "Bicep is not read: make JSON of it with `az bicep build`, and hand that over"
                estate.found.skip(Location(file.path), "bicep", "Bicep", reason)
            elif file.document.name != "hcl":
                _collect(file, estate)
        for template in estate.templates:
            estate.subjects += applications(template)
            estate.definitions += definitions(template)
        by_name = {each.name.lower(): each for each in estate.definitions if each.name}
        by_id = {each.id: each for each in estate.definitions if each.id}
        described = {each.id for each in estate.subjects} | {*estate.directory.managed.values()}
        described |= {estate.directory.identity(each) for each in estate.directory.owned}
        described |= {id for template in estate.templates for id in template.by_path.values()}
        assigned = Assigned(estate.found, by_name | by_id, described)
        _read(estate, assigned)
        read_terraform(files, estate.directory, assigned)
        estate.found.grants += assigned.statements.grants.values()
        return estate.found.inventory()


def _collect(file: ReadFile, estate: Estate) -> None:
    """Learn what objects there are before anything refers to them."""
    for place, root in enumerate(file.document.roots):
        prefix, read = f"[{place}]." if place else "", 0
        if is_template(text(root, "$schema") or ""):
            estate.templates.append(read_template(file, root, estate.found))
            continue
        for node, dotted in _objects(root, prefix):
            kind = _known(node)
            read += kind
            if not kind:
                continue
            if is_definition(node):
                estate.definitions.append(read_definition(file, node))
            elif is_subject(node):
                estate.subjects.append(subject(file, node, dotted, estate.directory))
            else:
                _learn(node, estate.directory)
                estate.others.append((file, node, dotted))
        if not read and root.value:
            reason = "nothing of Azure or Entra that is known stands in it"
            estate.found.skip(file.at(root), f"{prefix}root", "Azure", reason)
    if file.document.incomplete:
        reason = "this is one page of several: what is not in it may stand in another"
        estate.found.skip(file.at(file.document.root), "page", "page of several", reason)


def _known(node: Node) -> bool:
    signs = (is_definition, is_assignment, is_app_role_assignment, is_managed, is_federated, is_subject)
    return node.is_mapping and any(sign(node) for sign in signs)


def _learn(node: Node, directory: Directory) -> None:
    learn_managed(node, directory)
    if is_assignment(node) and (text(node, "principalType") or "").lower() == "serviceprincipal":
        # the command line names a service principal by the client id of its application
        directory.same(text(node, "principalId"), text(node, "principalName"))


def _objects(root: Node, prefix: str) -> Iterator[tuple[Node, str]]:
    """Give the objects of a file: itself, those of a list, of an answer, or of the answers of a recording."""
    recorded = root.get("interactions")
    if recorded is None:
        if root.is_mapping:
            yield root, prefix
        yield from ((node, prefix + dotted) for node, dotted in listed(root))
        return
    for place, each in enumerate(recorded.elements()):
        body = each.get("response", "body", "data") or EMPTY
        dotted = f"{prefix}interactions[{place}].response.body.data."
        yield body, dotted
        yield from ((node, dotted + inner) for node, inner in listed(body))


def _read(estate: Estate, assigned: Assigned) -> None:
    found, directory = estate.found, estate.directory
    for definition in estate.definitions:
        define(definition, assigned)
    for one in estate.subjects:
        read_subject(one, directory, assigned)
    for file, node, dotted in estate.others:
        if is_app_role_assignment(node):
            read_app_role_assignment(file, node, directory, assigned)
        elif is_assignment(node):
            assign(read_assignment(file, node, dotted.rstrip("."), directory), assigned)
        elif is_federated(node):
            parent = _IDENTITY_ID.match(text(node, "id") or "")
            truster = directory.managed.get(parent[1].lower()) if parent else None
            read_federated(file, node, dotted.rstrip("."), truster, directory, found)
        else:
            read_managed(file, node, dotted, directory, assigned)
    for template in estate.templates:
        for assignment in assignments(template, directory, found):
            assign(assignment, assigned)
        federated(template, directory, found)
        running(template, found)


SOURCE = AzureEntra()
