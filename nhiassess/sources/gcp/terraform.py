"""Identities, bindings, roles and pools of Google Cloud in Terraform, as far as they are literal or plain references.

A service account whose project is a variable is ``identity:gcp/-/terraform:<folder>/<address>``: its address is
not known, but it is one thing. A pool whose project is a variable has ``terraform:<folder>`` for a project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Credential, Identity
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.gcp.bindings import Binding, Role, Text
from nhiassess.sources.gcp.names import UNKNOWN, account_id, full_name
from nhiassess.sources.gcp.trusts import Provider, host_of
from nhiassess.sources.source import ReadFile, link, quote
from nhiassess.sources.terraform_blocks import Block, Module, modules

_IAM = re.compile(r"google_(\w+)_iam_(member|binding|policy)")
_NOT_RESOLVED = "not resolved"
# what a policy is set on: the argument that names it, and its full name
_ON = {
    "organization": ("org_id", "//cloudresourcemanager.googleapis.com/organizations/{}"),
    "folder": ("folder", "//cloudresourcemanager.googleapis.com/{}"),
    "project": ("project", "//cloudresourcemanager.googleapis.com/projects/{}"),
    "service_account": ("service_account_id", "//iam.googleapis.com/{}"),
    "storage_bucket": ("bucket", "//storage.googleapis.com/{}"),
    "secret_manager_secret": ("secret_id", "//secretmanager.googleapis.com/{project}/secrets/{}"),
    "pubsub_topic": ("topic", "//pubsub.googleapis.com/{project}/topics/{}"),
    "pubsub_subscription": ("subscription", "//pubsub.googleapis.com/{project}/subscriptions/{}"),
    "bigquery_dataset": ("dataset_id", "//bigquery.googleapis.com/{project}/datasets/{}"),
    "kms_crypto_key": ("crypto_key_id", "//cloudkms.googleapis.com/{}"),
    "kms_key_ring": ("key_ring_id", "//cloudkms.googleapis.com/{}"),
}


@dataclass(slots=True)
class Read:
    """What the Terraform of all folders states."""

    bindings: list[Binding] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)


def read_terraform(files: Iterable[ReadFile], found: Gathering) -> Read:
    """Read each folder as one module.

    Parameters
    ----------
    files:
        Any files; those that are no Terraform are left out.
    found:
        Identities and what was not resolved are added to it.

    Returns
    -------
    Read
        Bindings, roles and providers.
    """
    read = Read()
    for module in modules(files, _computed):
        for block in module.of("google_service_account"):
            _account(module, block, found)
        for block in module.of("google_service_account_key"):
            _key(module, block, found)
        for block in module.of("google_project_iam_custom_role", "google_organization_iam_custom_role"):
            read.roles += _role(module, block, found)
        for block in module.of("google_iam_workload_identity_pool_provider"):
            read.providers += _provider(module, block, found)
        for block in module.blocks.values():
            named = _IAM.fullmatch(block.type)
            if named is not None and block.kind == "resource":
                read.bindings += _bindings(module, block, named[1], named[2], found)
    return read


def _computed(module: Module, block: Block, name: str) -> str | None:
    """Give what Google Cloud makes of a block: addresses and names of service accounts, pools and roles."""
    # only what the block states: an attribute that it does not state would be asked for here again
    project = module.value(block.get("project"))
    if block.type == "google_service_account":
        id = module.value(block.get("account_id"))
        email = f"{id}@{project}.iam.gserviceaccount.com" if id and project else f"terraform:{_address(module, block)}"
        path = f"projects/{project or '-'}/serviceAccounts/{email}"
        return {"email": email, "member": f"serviceAccount:{email}", "name": path, "id": path}.get(name)
    if block.type == "google_iam_workload_identity_pool" and name in ("name", "id"):
        pool = module.value(block.get("workload_identity_pool_id"))
        return f"{_pool_project(module, block)}/{pool}" if pool else None
    if block.type in ("google_project_iam_custom_role", "google_organization_iam_custom_role"):
        within = module.value(block.get("org_id")) if "organization" in block.type else project
        role = module.value(block.get("role_id"))
        parent = "organizations" if "organization" in block.type else "projects"
        return f"{parent}/{within}/roles/{role}" if name in ("id", "name") and role and within else None
    if block.type == "google_project" and name == "id":
        id = module.value(block.get("project_id"))
        return f"projects/{id}" if id else None
    return None


def _address(module: Module, block: Block) -> str:
    return f"{module.folder or '-'}/{block.address}"


def _pool_project(module: Module, block: Block) -> str:
    project = module.value(block.get("project"))
    within = project or "terraform:" + (module.folder or "-").replace("/", ":")
    return f"projects/{within}/locations/global/workloadIdentityPools"


def _account(module: Module, block: Block, found: Gathering) -> None:
    email = _computed(module, block, "email") or ""
    open_address = email.startswith("terraform:")
    name = f"{module.attribute(block, 'account_id') or block.name}@?" if open_address else email
    places = tuple(block.file.at(each) for each in (block.get("account_id"),) if each is not None)
    if open_address:
        reason = f"{_NOT_RESOLVED}: the address of {block.address} depends on a variable"
        found.skip(block.place, block.address, "service account", reason)
    identity = Identity(account_id(email), "service_account", name, "gcp", locations=places or (block.place,))
    found.identities.append(identity)


def _key(module: Module, block: Block, found: Gathering) -> None:
    """Read a key that Terraform makes: its private half lies in the state."""
    account = module.referred(block.get("service_account_id"))
    email = _computed(module, account, "email") if account is not None else None
    if email is None:
        reason = f"{_NOT_RESOLVED}: whose key {block.address} is"
        found.skip(block.place, block.address, "service account key", reason)
        return
    id = f"credential:{quote(block.file.path)}#{quote(block.address)}"
    found.credentials.append(Credential(id, kind="private_key", name=block.name, locations=(block.place,)))
    found.links.append(link(id, "authenticates_as", account_id(email), block.place))


def _role(module: Module, block: Block, found: Gathering) -> Iterator[Role]:
    name = _computed(module, block, "id")
    listed = block.get("permissions")
    permissions = tuple(text for each in (listed or EMPTY).elements() if (text := module.value(each)))
    if name is None or not permissions:
        reason = f"{_NOT_RESOLVED}: the name or the permissions of {block.address} depend on a variable"
        found.skip(block.place, block.address, "custom role", reason)
    else:
        yield Role(name, permissions, block.file.at_key(listed) if listed is not None else block.place)


def _provider(module: Module, block: Block, found: Gathering) -> Iterator[Provider]:
    pool_block = module.referred(block.get("workload_identity_pool_id")) or block
    pool = module.attribute(block, "workload_identity_pool_id")
    id = module.attribute(block, "workload_identity_pool_provider_id") or block.name
    oidc = next(iter(block.inner("oidc")), EMPTY)
    issuer, mapping, condition = (
        oidc.get("issuer_uri"),
        block.get("attribute_mapping"),
        block.get("attribute_condition"),
    )
    if pool is None or (issuer is not None and module.value(issuer) is None):
        reason = f"{_NOT_RESOLVED}: the pool or the issuer of {block.address} depends on a variable"
        found.skip(block.place, block.address, "workload identity provider", reason)
        return
    name = f"{_pool_project(module, pool_block)}/{pool}"
    audiences = (text for each in (oidc.get("allowed_audiences") or EMPTY).elements() if (text := module.value(each)))
    held = module.value(condition)
    yield Provider(
        f"{name}/providers/{id}",
        name,
        host_of(module.value(issuer)),
        tuple(audiences),
        {key: module.value(each) or "" for key, each in (mapping or EMPTY).items()},
        held if held is not None or condition is None else condition.text(),
        tuple(block.file.at(each) for each in (issuer, mapping, condition) if each is not None) or (block.place,),
    )


def _bindings(module: Module, block: Block, on: str, how: str, found: Gathering) -> Iterator[Binding]:
    resource = _resource(module, block, on)
    if resource is None:
        reason = f"{_NOT_RESOLVED}: on what {block.address} is set"
        found.skip(block.place, f"{block.address}/resource", "resource of a binding", reason)
    if how == "policy":
        policy = module.referred(block.get("policy_data"))
        stated = policy.inner("binding") if policy is not None and policy.type == "google_iam_policy" else ()
        if policy is None or not stated:
            reason = f"{_NOT_RESOLVED}: the policy of {block.address}"
            found.skip(block.place, f"{block.address}/policy_data", "policy", reason)
        for place, node in enumerate(stated):
            dotted = f"{block.address}.binding[{place}]"
            yield from _binding(module, policy or block, node, dotted, resource or UNKNOWN, None, found)
        return
    for place, each in enumerate(module.every(block)):
        dotted = f"{block.address}[{place}]" if each is not None else block.address
        yield from _binding(module, block, block.node, dotted, resource or UNKNOWN, each, found)


def _binding(
    module: Module, block: Block, node: Node, dotted: str, resource: str, each: str | None, found: Gathering
) -> Iterator[Binding]:
    role_node = node.get("role")
    role = module.value(role_node, each)
    if role is None or role_node is None:
        reason = f"{_NOT_RESOLVED}: the role of {dotted}"
        found.skip(block.place, f"{dotted}/role", "role of a binding", reason)
        return
    members = []
    for member in (*(node.get("member") or EMPTY).listed(), *(node.get("members") or EMPTY).listed()):
        if member.is_mapping:
            continue
        text = module.value(member, each)
        if text is None:
            reason = f"{_NOT_RESOLVED}: {member.text() or 'a member'} of {dotted}"
            found.skip(block.file.at(member), f"{dotted}/{member.text()}", "member not resolved", reason)
        else:
            members.append(Text(text, block.file.at(member)))
    condition = next(iter((node.get("condition") or EMPTY).listed()), None)
    expression = condition.get("expression") if condition is not None else None
    held = (module.value(expression, each) or expression.text()) if expression is not None else None
    title = module.value(condition.get("title"), each) if condition is not None else None
    yield Binding(
        block.file.path,
        dotted,
        resource,
        Text(role, block.file.at(role_node)),
        tuple(members),
        block.place,
        title,
        held,
    )


def _resource(module: Module, block: Block, on: str) -> str | None:
    argument, template = _ON.get(on, ("", ""))
    named = module.attribute(block, argument) if argument else None
    if named is None:
        return None
    if "{project}" in template:
        project = module.attribute(block, "project")
        if named.startswith("projects/"):
            return f"{template.partition('{project}')[0]}{named}"
        return template.format(named, project=f"projects/{project}") if project else None
    if on == "project":
        named = named.removeprefix("projects/")
    if on == "folder" and not named.startswith("folders/"):
        named = f"folders/{named}"
    return full_name(template.format(named))
