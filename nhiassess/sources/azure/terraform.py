"""Applications, managed identities and role assignments of Azure in Terraform: what is literal or plainly referred to.

Azure gives a client id when somebody applies the configuration, so what is declared goes by its address,
``identity:azure/-/terraform:<folder>/<address>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Resource, Trust
from nhiassess.sources.azure.apps import own
from nhiassess.sources.azure.names import PROVIDER, Directory, guid_in, identity_id, is_guid, kind_of, seconds
from nhiassess.sources.azure.roles import (
    DIRECTORY_ROLE,
    ROLE,
    Assigned,
    Assignment,
    Definition,
    Permissions,
    assign,
    define,
)
from nhiassess.sources.source import ReadFile, link, quote
from nhiassess.sources.terraform_blocks import Block, Module, modules

_APPLICATIONS = ("azuread_application", "azuread_application_registration")
_MANAGED = "azurerm_user_assigned_identity"
_SECRETS = {
    "azuread_application_password": "client_secret",
    "azuread_service_principal_password": "client_secret",
    "azuread_application_certificate": "private_key",
    "azuread_service_principal_certificate": "private_key",
}
# what trusts an issuer: the arguments that name the truster and the audiences
_FEDERATED = {
    "azuread_application_federated_identity_credential": (("application_id", "application_object_id"), "audiences"),
    "azurerm_federated_identity_credential": (("parent_id", "user_assigned_identity_id"), "audience"),
}
_PLANES = (("control:", "actions", "not_actions"), ("data:", "data_actions", "not_data_actions"))


def read_terraform(files: Sequence[ReadFile], directory: Directory, assigned: Assigned) -> None:
    """Read each folder as one module.

    Parameters
    ----------
    files:
        Any files; those that are no Terraform are left out.
    directory:
        Objects and applications by their ids.
    assigned:
        What was made so far; it is added to.
    """
    for module in modules(files, lambda *_: None):
        read = _Reading(module, directory, assigned)
        definitions = [read.definition(block) for block in module.of("azurerm_role_definition")]
        for definition in definitions:
            define(definition, assigned)
        # a role of this module counts in this module
        named = {each.name.lower(): each for each in definitions if each.name}
        known = assigned.definitions
        assigned.definitions = {**known, **named}
        for block in module.blocks.values():
            if block.kind == "resource":
                read.block(block)
        assigned.definitions = known


class _Reading:
    """One module as it is read."""

    def __init__(self, module: Module, directory: Directory, assigned: Assigned) -> None:
        self.module, self.directory, self.assigned, self.found = module, directory, assigned, assigned.found

    def block(self, block: Block) -> None:
        if block.type in _APPLICATIONS or block.type == _MANAGED:
            self.declared(block)
        elif block.type in _SECRETS:
            self.secret(block)
        elif block.type in _FEDERATED:
            self.federated(block)
        elif block.type == "azurerm_role_assignment":
            self.assignment(block, "principal_id", ROLE)
        elif block.type == "azuread_directory_role_assignment":
            self.assignment(block, "principal_object_id", DIRECTORY_ROLE)
        elif block.type == "azuread_app_role_assignment":
            self.app_role(block)
        if block.type.startswith("azurerm_") and block.inner("identity"):
            self.running(block)

    def named(self, block: Block) -> str:
        return f"{self.module.folder or '-'}/{block.address}"

    def address(self, block: Block, more: str = "") -> str:
        return f"identity:azure/-/terraform:{quote(self.named(block) + more)}"

    def identity(self, node: Node | None) -> str | None:
        """Give the identity that an argument names: a literal id, or what a block declares."""
        literal = self.module.value(node)
        if is_guid(literal) and literal:
            return self.directory.identity(literal)
        block = self.module.referred(node)
        return None if block is None else self.of(block, (node.text() or "") if node is not None else "")

    def of(self, block: Block, stated: str) -> str | None:
        client_node = block.get("client_id") or block.get("application_id")
        if block.type in ("azuread_service_principal", *_APPLICATIONS) and client_node is not None:
            literal = self.module.value(client_node)
            if is_guid(literal) and literal:
                return identity_id(literal)
            app = self.module.referred(client_node)
            return self.address(app) if app is not None and app.type in _APPLICATIONS else None
        if block.kind == "resource" and (block.type in _APPLICATIONS or block.type == _MANAGED):
            return self.address(block)
        return self.address(block, ".identity") if block.inner("identity") and ".identity" in stated else None

    def unresolved(self, block: Block, what: str, construct: str) -> None:
        dotted = f"{block.address}/{construct}"
        self.found.skip(block.place, dotted, construct, f"not resolved: {what} of {block.address}")

    def declared(self, block: Block) -> None:
        name = block.get("display_name") or block.get("name")
        kind = "managed_identity" if block.type == _MANAGED else "app_registration"
        stated = list((block.get("owners") or EMPTY).elements())
        owners = (self.module.value(each) for each in stated)
        owner = next((each for each in owners if is_guid(each)), None)
        place = block.file.at(name) if name is not None else block.place
        shown = self.module.value(name) or block.name
        self.found.identities.append(
            Identity(self.address(block), kind, shown, PROVIDER, owner=owner, locations=(place,))
        )
        for each in stated:
            who = self.identity(each)
            if who is not None:
                self.assigned.principal(who, None, None, block.file.at(each))
                own(who, self.address(block), self.assigned, block.file.at(each))
        for access in block.inner("required_resource_access"):
            self.requested(block, access)

    def requested(self, block: Block, access: Node) -> None:
        resource = self.module.value(access.get("resource_app_id"))
        for each in (access.get("resource_access") or EMPTY).listed():
            id_node = each.get("id")
            role = self.module.value(id_node)
            if resource is None or role is None or id_node is None:
                shown = (id_node.text() if id_node is not None else None) or "a permission"
                self.found.skip(
                    block.file.at(id_node or access),
                    f"{block.address}/{shown}",
                    "permission not resolved",
                    f"not resolved: {shown} of {block.address}",
                )
                continue
            kind = "app_role" if (self.module.value(each.get("type")) or "").lower() == "role" else "scope"
            who = self.address(block)
            grant = Grant(
                "",
                identity=who,
                provider=PROVIDER,
                policy="requiredResourceAccess",
                actions=(f"{kind}:{resource}/{role}",),
                resources=(f"application:{resource}",),
                conditions=(Condition("consent", "consent not in scope"),),
                locations=(block.file.at(id_node),),
            )
            id = f"grant:azure/-/requested/{quote(resource)}/{kind}/{who.partition('/-/')[2]}/{quote(role)}"
            self.assigned.statements.add(grant, id)

    def secret(self, block: Block) -> None:
        """Read a secret or certificate that Terraform makes: its value lies in the state."""
        who = next((id for key in _OWNERS if (id := self.identity(block.get(key))) is not None), None)
        start, end = (self.module.value(block.get(key)) for key in ("start_date", "end_date"))
        id = f"credential:{quote(block.file.path)}#{quote(block.address)}"
        name = self.module.value(block.get("display_name")) or block.name
        kind, lifetime = _SECRETS[block.type], seconds(start, end)
        self.found.credentials.append(
            Credential(id, kind, None, name, lifetime, start, end, locations=(block.place,)),
        )
        if who is None:
            self.unresolved(block, "whose credential it is, the application", "application")
        else:
            self.found.links.append(link(id, "authenticates_as", who, block.place))

    def federated(self, block: Block) -> None:
        owners, key = _FEDERATED[block.type]
        truster = next((id for name in owners if (id := self.identity(block.get(name))) is not None), None)
        issuer_node, subject_node = block.get("issuer"), block.get("subject")
        issuer, subject = self.module.value(issuer_node), self.module.value(subject_node)
        if truster is None or issuer is None or subject is None:
            self.unresolved(block, "the application, the issuer or the subject", "federated credential")
            return
        host = issuer.removeprefix("https://").rstrip("/")
        audiences = tuple(text for each in (block.get(key) or EMPTY).elements() if (text := self.module.value(each)))
        conditions: tuple[Condition, ...] = (Condition("StringEquals", f"{host}:sub", (subject,)),)
        if audiences:
            conditions += (Condition("StringEquals", f"{host}:aud", audiences),)
        self.found.trusts.append(
            Trust(
                f"trust:{truster.removeprefix('identity:')}/{quote(block.name)}",
                truster,
                issuer,
                mechanism="oidc",
                issuer=host,
                audience=", ".join(audiences) or None,
                subject=subject,
                conditions=conditions,
                locations=tuple(block.file.at(each) for each in (issuer_node, subject_node) if each is not None),
            )
        )

    def definition(self, block: Block) -> Definition:
        scopes = (self.module.value(each) or f"${{{each.text()}}}" for each in _list(block.get("assignable_scopes")))
        name = block.get("name")
        return Definition(
            guid_in(self.module.value(block.get("role_definition_id"))),
            self.module.value(name),
            tuple(self.permissions(each) for each in block.inner("permissions")),
            tuple(scopes),
            block.file.at(name) if name is not None else block.place,
        )

    def permissions(self, node: Node) -> Permissions:
        actions: list[str] = []
        excluded: list[str] = []
        for plane, granted, taken in _PLANES:
            actions += [plane + text for each in _list(node.get(granted)) if (text := self.module.value(each))]
            excluded += [plane + text for each in _list(node.get(taken)) if (text := self.module.value(each))]
        return Permissions(tuple(actions), tuple(excluded))

    def assignment(self, block: Block, who_key: str, prefix: str) -> None:
        for place, each in enumerate(self.module.every(block)):
            who, scope_node = block.get(who_key), block.get("scope") or block.get("directory_scope_id")
            role_node = next((node for key in _ROLES if (node := block.get(key)) is not None), None)
            identity, role = self.identity(who), self.role(role_node, each)
            if identity is None or who is None or role is None or role_node is None:
                self.unresolved(block, "who gets the role, or which", "principal or role")
                return
            scope = self.module.value(scope_node, each)
            if scope is None and scope_node is not None:
                self.unresolved(block, "the scope", "scope")
                scope = f"${{{scope_node.text()}}}"
            if prefix == DIRECTORY_ROLE:
                scope = f"directory:{scope or '/'}"
            assign(
                Assignment(
                    block.file.path,
                    f"{block.address}[{place}]" if each is not None else block.address,
                    identity,
                    self.module.value(block.get("principal_type")),
                    None,
                    guid_in(role) or role,
                    None,
                    scope,
                    self.module.value(block.get("condition"), each),
                    tuple(block.file.at(node) for node in (role_node, who, scope_node) if node is not None),
                    prefix,
                ),
                self.assigned,
            )

    def role(self, node: Node | None, each: str | None) -> str | None:
        """Give the id or the name of a role, literal or of the block that an argument refers to."""
        literal = self.module.value(node, each)
        block = self.module.referred(node) if literal is None else None
        if block is None or block.type not in ("azurerm_role_definition", "azuread_directory_role"):
            return literal
        return self.module.value(block.get("template_id") or block.get("name") or block.get("display_name"))

    def app_role(self, block: Block) -> None:
        role = self.module.value(block.get("app_role_id"))
        who, resource = self.identity(block.get("principal_object_id")), block.get("resource_object_id")
        target = self.identity(resource)
        if role is None or who is None or target is None:
            self.unresolved(block, "the role, the principal or the resource", "application role")
            return
        application = target.partition("/-/")[2]
        self.assigned.principal(who, None, None, block.place)
        grant = Grant(
            "",
            identity=who,
            provider=PROVIDER,
            policy=role,
            actions=(f"app_role:{application}/{role}",),
            resources=(f"application:{application}",),
            locations=(block.place,),
        )
        id = f"grant:azure/-/application/{quote(application)}/{quote(role)}/{who.partition('/-/')[2]}"
        self.assigned.statements.add(grant, id)

    def running(self, block: Block) -> None:
        """Read as which managed identities a resource runs."""
        stated = block.inner("identity")[0]
        as_whom = []
        if "SystemAssigned" in (self.module.value(stated.get("type")) or ""):
            id = self.address(block, ".identity")
            place = block.file.at(stated.get("type") or stated)
            self.found.identities.append(Identity(id, "managed_identity", block.name, PROVIDER, locations=(place,)))
            as_whom.append((id, place))
        for each in _list(stated.get("identity_ids")):
            id_of = self.identity(each)
            if id_of is None:
                self.unresolved(block, f"the managed identity {each.text()}", "identity")
            else:
                as_whom.append((id_of, block.file.at(each)))
        resource = f"resource:azure/terraform:{quote(self.named(block))}"
        if as_whom:
            kind = kind_of(block.type.removeprefix("azurerm_"))
            name = self.module.value(block.get("name")) or block.name
            self.found.resources.append(Resource(resource, kind, name, PROVIDER, locations=(block.place,)))
        self.found.links += [link(resource, "runs_as", who, place) for who, place in as_whom]


_OWNERS = ("application_id", "application_object_id", "service_principal_id")
_ROLES = ("role_definition_id", "role_definition_name", "role_id")


def _list(node: Node | None) -> Iterator[Node]:
    yield from node.elements() if node is not None else ()
