"""Applications, service principals and agent identities of Entra: what proves them, and what they may.

Notes
-----
Microsoft Graph, resource types ``application``, ``servicePrincipal``, ``passwordCredential``, ``keyCredential``,
``appRoleAssignment``, ``agentIdentityBlueprint``, ``agentIdentity``, ``agentUser``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Location
from nhiassess.sources.azure.names import (
    GRAPH,
    PROVIDER,
    Directory,
    identity_id,
    is_guid,
    seconds,
    stated_id,
    text,
)
from nhiassess.sources.azure.roles import Assigned
from nhiassess.sources.azure.sign_in import read_sign_in
from nhiassess.sources.azure.trusts import read_federated
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

# Entra Agent ID, by the type that Microsoft Graph states or by the one field that only it has
_AGENT_KINDS = {
    "agentidentityblueprint": "agent_identity_blueprint",
    "agentidentityblueprintprincipal": "agent_identity_blueprint",
    "agentidentity": "agent_identity",
    "agentuser": "agent_user",
}
_APPLICATION = ("requiredResourceAccess", "passwordCredentials", "keyCredentials", "identifierUris", "signInAudience")
_WORDS = {"application": "app_registration", "managedidentity": "managed_identity", "legacy": "service_principal"}


@dataclass(frozen=True, slots=True)
class Subject:
    """An application, service principal or agent of a file, by the id that it has in the inventory."""

    file: ReadFile
    node: Node
    dotted: str
    id: str


def is_subject(node: Node) -> bool:
    """Tell whether a value is an application, a service principal or an object of Entra Agent ID."""
    if agent_kind(node) is not None:
        return True
    named = text(node, "appId") or text(node, "displayName") or text(node, "name")
    return bool(named) and (
        any(node.get(key) is not None for key in _APPLICATION) or text(node, "servicePrincipalType") is not None
    )


def agent_kind(node: Node) -> str | None:
    """Give the kind of an object of Entra Agent ID; None for any other value."""
    stated = (text(node, "@odata.type") or "").rpartition(".")[2].lower()
    if stated in _AGENT_KINDS:
        return _AGENT_KINDS[stated]
    if text(node, "identityParentId"):
        return "agent_user"
    if text(node, "agentIdentityBlueprintId") and (text(node, "displayName") or text(node, "servicePrincipalType")):
        return "agent_identity"
    return None


def subject(file: ReadFile, node: Node, dotted: str, directory: Directory) -> Subject:
    """Give an object its id: that of its application, else its own, else its place in the file.

    Parameters
    ----------
    file, node, dotted:
        The file, the object in it, and the path to it.
    directory:
        What objects are one with which applications; it is added to.

    Returns
    -------
    Subject
        An agent identity has no application of its own: it goes by its object id.
    """
    client, object_id, kind = text(node, "appId"), text(node, "id") or text(node, "objectId"), agent_kind(node)
    if kind in ("agent_identity", "agent_user"):
        client = None
    directory.same(object_id, client)
    for role in (node.get("appRoles") or EMPTY).elements():
        named, value = text(role, "id"), text(role, "value")
        if named and value and client:
            directory.role_names[client.lower(), named.lower()] = value
    for each in (client, object_id):
        if is_guid(each) and each:
            return Subject(file, node, dotted, identity_id(each))
    return Subject(file, node, dotted, stated_id(file.path, dotted.rstrip(".") or "app"))


def read_subject(subject: Subject, directory: Directory, assigned: Assigned) -> None:
    """Read one object: the identity, its credentials, whom it trusts, and what it asks for.

    Parameters
    ----------
    subject, directory:
        The object; objects and applications by their ids.
    assigned:
        What was made so far; it is added to.
    """
    file, node, found = subject.file, subject.node, assigned.found
    named = node.get("displayName") or node.get("name") or node.get("appId") or node
    owners = [(text(each, "id") or each.text(), each) for each in (node.get("owners") or EMPTY).elements()]
    kind = agent_kind(node) or _WORDS.get((text(node, "servicePrincipalType") or "").lower(), "app_registration")
    created = node.get("createdDateTime")
    found.identities.append(
        Identity(
            subject.id,
            kind=kind,
            name=text(node, "displayName") or text(node, "name"),
            provider=PROVIDER,
            owner=next((each for each, _ in owners if is_guid(each)), None),
            created=text(created),
            locations=(file.at(named),),
        )
    )
    for owner, stated in owners:
        if owner is not None and is_guid(owner):
            who = directory.identity(owner)
            assigned.principal(who, (text(stated, "@odata.type") or "").rpartition(".")[2], None, file.at(stated))
            own(who, subject.id, assigned, file.at(stated))
    client = node.get("appId")
    if client is not None and client.text() and not is_guid(client.text()):
        reason = f"{client.text()} is filled in later: the client id stands in no file"
        found.skip(file.at(client), f"{subject.dotted}appId", "placeholder", reason)
    for key, credential_kind in (("passwordCredentials", "client_secret"), ("keyCredentials", "private_key")):
        for place, each in enumerate((node.get(key) or EMPTY).elements()):
            _credential(subject, each, f"{subject.dotted}{key}[{place}]", credential_kind, found)
    for place, each in enumerate((node.get("federatedIdentityCredentials") or EMPTY).elements()):
        dotted = f"{subject.dotted}federatedIdentityCredentials[{place}]"
        read_federated(file, each, dotted, subject.id, directory, found)
    if text(node, "servicePrincipalType") is None:
        read_sign_in(file, node, subject.dotted, found)
    _requested(subject, directory, assigned)
    _parents(subject, kind, directory, found)


def own(owner: str, application: str, assigned: Assigned, place: Location) -> None:
    """Keep that an identity owns an application: it may change it, and what proves it."""
    what = application.partition("/-/")[2]
    grant = Grant(
        "",
        identity=owner,
        provider=PROVIDER,
        policy="owner",
        actions=("owner",),
        resources=(f"application:{what}",),
        locations=(place,),
    )
    assigned.statements.add(grant, f"grant:azure/-/owner/{quote(what)}/{owner.partition('/-/')[2]}")


def _credential(subject: Subject, node: Node, dotted: str, kind: str, found: Gathering) -> None:
    if not node.is_mapping:
        return
    file, named = subject.file, node.get("displayName") or node.get("keyId") or node
    held = next((each for key in ("secretText", "value") if (each := node.get(key)) is not None and each.secrets), None)
    start = text(node, "startDateTime") or text(node, "startDate")
    end = text(node, "endDateTime") or text(node, "endDate")
    id = f"credential:{quote(file.path)}#{quote(dotted)}"
    found.credentials.append(
        Credential(
            id,
            kind=kind,
            store="plaintext" if held is not None else None,
            name=text(node, "displayName") or text(node, "keyId"),
            lifetime_seconds=seconds(start, end),
            issued=start,
            expires=end,
            locations=(file.at(held if held is not None else named),),
        )
    )
    if held is not None:
        found.fingerprints += [(id, each.fingerprint) for each in held.secrets]
    found.links.append(link(id, "authenticates_as", subject.id, file.at(named)))


def _requested(subject: Subject, directory: Directory, assigned: Assigned) -> None:
    """Read what an application asks for: it has it when an administrator, or a user, has consented."""
    asked: dict[tuple[str, str], list[Node]] = {}
    for access in (subject.node.get("requiredResourceAccess") or EMPTY).elements():
        target = text(access, "resourceAppId")
        for each in (access.get("resourceAccess") or EMPTY).elements():
            if target is not None and text(each, "id"):
                kind = "app_role" if (text(each, "type") or "").lower() == "role" else "scope"
                asked.setdefault((kind, _resource(target)), []).append(each)
    for (kind, resource), nodes in asked.items():
        names = [text(each, "id") or "" for each in nodes]
        known = [directory.role_names.get((resource, each.lower()), each) for each in names]
        grant = Grant(
            "",
            identity=subject.id,
            provider=PROVIDER,
            policy="requiredResourceAccess",
            actions=tuple(dict.fromkeys(f"{kind}:{resource}/{each}" for each in known)),
            resources=(f"application:{resource}",),
            conditions=(Condition("consent", "consent not in scope"),),
            locations=tuple(subject.file.at(node.get("id") or node) for node in nodes),
        )
        who = subject.id.partition("/-/")[2]
        assigned.statements.add(grant, f"grant:azure/-/requested/{quote(resource)}/{kind}/{who}")


def _resource(stated: str) -> str:
    """Give the client id of a resource: files of Microsoft 365 toolkits may name Microsoft Graph in words."""
    return GRAPH if stated.lower() == "microsoft graph" else stated.lower() if is_guid(stated) else stated


def is_app_role_assignment(node: Node) -> bool:
    """Tell whether a value gives a principal a role of an application."""
    return bool(text(node, "appRoleId") and text(node, "principalId") and text(node, "resourceId"))


def read_app_role_assignment(file: ReadFile, node: Node, directory: Directory, assigned: Assigned) -> None:
    """Read that a principal has a role of an application, such as an application permission of Microsoft Graph."""
    who, target, role = (node.get(key) or EMPTY for key in ("principalId", "resourceId", "appRoleId"))
    resource = directory.application(text(target) or "")
    if (text(node, "resourceDisplayName") or "").lower() == "microsoft graph":
        resource = GRAPH
    id = directory.identity(text(who) or "")
    name = directory.role_names.get((resource, (text(role) or "").lower()))
    assigned.principal(id, text(node, "principalType"), text(node, "principalDisplayName"), file.at(who))
    grant = Grant(
        "",
        identity=id,
        provider=PROVIDER,
        policy=name or text(role),
        actions=tuple(f"app_role:{resource}/{each}" for each in (name, text(role)) if each),
        resources=(f"application:{resource}",),
        locations=(file.at(role), file.at(who)),
    )
    assigned.statements.add(
        grant, f"grant:azure/-/application/{quote(resource)}/{quote(text(role) or '')}/{id.partition('/-/')[2]}"
    )


def _parents(subject: Subject, kind: str, directory: Directory, found: Gathering) -> None:
    """Read by what an agent gets tokens: an agent identity by its blueprint, an agent user by its agent identity."""
    wanted = {"agent_identity": ("agentIdentityBlueprintId", "blueprint"), "agent_user": ("identityParentId", "agent")}
    key, word = wanted.get(kind, ("", ""))
    parent = subject.node.get(key) if key else None
    if parent is None or not is_guid(parent.text()):
        return
    source = directory.identity(parent.text() or "")
    place = subject.file.at(parent)
    found.identities.append(Identity(source, provider=PROVIDER, locations=(place,)))
    reason = f"its {word} asks for its tokens"
    found.links.append(link(source, "federates_to", subject.id, place, reason=reason))


def listed(node: Node) -> Iterator[tuple[Node, str]]:
    """Give the elements of a list, or of the list that an answer wraps, with the path to each."""
    for place, each in enumerate(node.elements()):
        yield each, f"[{place}]."
    for place, each in enumerate((node.get("value") or EMPTY).elements()):
        yield each, f"value[{place}]."
