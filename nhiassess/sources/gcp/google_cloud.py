"""Google Cloud: policies, roles, service accounts with their keys, and workload identity pools.

How a binding is put into a grant, so that an evaluator can use it:

- One grant for each member: ``grant:gcp/-/<resource>/<role>/<member>``; with a condition its title follows.
- ``policy`` is the name of the role. ``actions`` begin with ``role:<name>``; the permissions follow where the
  estate defines the role. What a predefined role permits stands in no file: an evaluator knows it, or not.
- ``resources`` is the full name, ``//<host>/<path>``. A file that does not name the resource gives none, and the
  open condition ``Condition("resource", "resource not in scope")``.
- A condition is ``Condition("cel", "expression", (text,))``. A role that a template names has
  ``Condition("role", "role not in scope")``.
- A role is a grant without identity, ``grant:gcp/-/role/<name>``: it gives nothing to anybody.
- A deny rule is a grant with the effect ``deny``; its permissions are written as allow policies write them, and
  the members that it excepts are ``Condition("not_principal", "member", members)``.
- What a resource lies in is a setting: ``<full name>#ancestors``, nearest first; that a project of that number has
  an id, ``<full name>#project_id``.

Trusts: a binding of ``iam.workloadIdentityUser`` or ``iam.serviceAccountTokenCreator`` on a service account is a
trust of it, and every member of a workload identity pool has one of its own: the tokens that become it. Claims stand
in conditions as those of AWS do, ``StringEquals <issuer>:<claim>``; what a mapping computes is a ``cel`` condition.

Formats: Google Cloud, REST references of IAM and of Cloud Asset Inventory, and the files of the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Identity, Inventory, Setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.gcp.bindings import (
    Binding,
    Bound,
    Role,
    Text,
    bind,
    define,
    memberships,
    read_policy,
    read_role,
    texts,
)
from nhiassess.sources.gcp.credentials import is_key, key_id, read_external, read_key, read_key_file
from nhiassess.sources.gcp.denials import DenyRule, deny, read_deny
from nhiassess.sources.gcp.names import (
    PROVIDER,
    UNKNOWN,
    account,
    account_id,
    account_of_resource,
    full_name,
    pool_member,
)
from nhiassess.sources.gcp.organization import is_organization, read_organization
from nhiassess.sources.gcp.terraform import read_terraform
from nhiassess.sources.gcp.trusts import BECOMES, Provider, admissions, read_provider, trusts
from nhiassess.sources.source import ReadFile, quote

# each with a word that it needs, since looking for that is far faster
_SIGNS = tuple(
    (word, re.compile(each))
    for word, each in (
        (
            "bindings",
            r"""(?s)(?<!\w)bindings["']?\s*:.*(?:\broles/|\b(?:serviceAccount|user|group|domain):|\ball(?:Authenticated)?Users\b)""",
        ),
        (".googleapis.com/", r"""(?s)["']asset_?[tT]ype["']\s*:\s*["'][\w.]+\.googleapis\.com/"""),
        ("_account", r"""["']type["']\s*:\s*["'](?:service_account|external_account)["']"""),
        ("/serviceAccounts/", r"""\bname["']?\s*:\s*["']?projects/[^/\s"']+/serviceAccounts/[^/\s"']+"""),
        (
            "/workloadIdentityPools/",
            r"""\bname["']?\s*:\s*["']?projects/[^/\s"']+/locations/[^/\s"']+/workloadIdentityPools/[^/\s"']+/providers/""",
        ),
        ("includedPermissions", r"""includedPermissions["']?\s*:"""),
        ("denyRule", r"""denyRule["']?\s*:"""),
    )
)
_TERRAFORM = re.compile(r'(?m)^\s*(?:resource|data)\s+"google_')
# what answers of interfaces wrap lists in
_LISTS = ("accounts", "keys", "roles", "workloadIdentityPoolProviders", "policies", "assets", "results")
_MANAGER = "//cloudresourcemanager.googleapis.com/"
_PROJECT = re.compile(rf"{re.escape(_MANAGER)}projects/([^/]+)")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+gserviceaccount\.com")


@dataclass(slots=True)
class Estate:
    """What all files state, before bindings meet the roles and pools that other files describe."""

    found: Gathering
    bindings: list[Binding] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    denied: list[DenyRule] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)
    keys: list[tuple[ReadFile, Node, str]] = field(default_factory=list)
    key_files: dict[str, str] = field(default_factory=dict)  # id of the key to id of the credential
    emails: dict[str, str] = field(default_factory=dict)  # number of a service account to its address


class Gcp:
    """Exports and configurations of Google Cloud."""

    name = "gcp"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise what IAM, Cloud Asset Inventory and Terraform say of identities, by their keys."""
        lower = path.lower()
        if lower.endswith(".tf"):
            return bool(_TERRAFORM.search(head))
        if not lower.endswith((".json", ".jsonl", ".ndjson", ".yaml", ".yml")):
            return False
        return is_organization(path, head) or any(word in head and sign.search(head) for word, sign in _SIGNS)

    def group(self, path: str) -> str:
        """Put all files together: a binding, its role and the pool of its member often stand in different ones."""
        return "gcp"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read who may do what, who may become whom, and what proves it."""
        files = sorted(files, key=lambda file: file.path)  # what several mention stands where the first does
        estate = Estate(Gathering())
        for file in files:
            if file.document.name != "hcl":
                _read_file(file, estate)
        terraform = read_terraform(files, estate.found)
        estate.bindings += terraform.bindings
        estate.roles += terraform.roles
        estate.providers += terraform.providers
        for file, node, dotted in estate.keys:
            read_key(file, node, dotted, estate.key_files, estate.emails, estate.found)
        _grants(estate)
        return estate.found.inventory()


def _read_file(file: ReadFile, estate: Estate) -> None:
    for place, root in enumerate(file.document.roots):
        prefix = f"[{place}]." if place else ""
        wrapped = root.get("body") if root.get("headers") is not None else None
        within = wrapped if wrapped is not None and wrapped.is_mapping else root
        if is_organization(file.path, file.document.text[:4096]) and not root.get("bindings"):
            estate.bindings += read_organization(file, root)
            continue
        read = 0
        for node, dotted in _listed(within, f"{prefix}body." if within is wrapped else prefix):
            reader = next((each for sign, each in _READERS if sign(node)), None)
            if reader is not None:
                read += 1
                reader(file, node, dotted, estate)
        if not read and root.value:
            reason = "nothing of Google Cloud that is known stands in it"
            estate.found.skip(file.at(root), f"{prefix}root", "Google Cloud", reason)
    if file.document.incomplete:
        reason = "this is one page of several: what is not in it may stand in another"
        estate.found.skip(file.at(file.document.root), "page", "page of several", reason)


def _listed(root: Node, prefix: str) -> Iterator[tuple[Node, str]]:
    """Give the objects of an answer: itself, the elements of a list, or those of the list that it wraps."""
    for place, each in enumerate(root.elements()):
        yield each, f"{prefix}[{place}]."
    if not root.is_mapping:
        return
    yield root, prefix
    for key in _LISTS:
        for place, each in enumerate((root.get(key) or EMPTY).elements()):
            yield each, f"{prefix}{key}[{place}]."


def _policy(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    estate.bindings += read_policy(file, node, UNKNOWN, dotted)
    reason = "the file does not say what the policy is set on"
    estate.found.skip(file.at(node), f"{dotted}bindings", "resource of a policy", reason)


def _asset(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    name, kind = _text(node, "name"), _text(node, "asset_type") or _text(node, "assetType")
    data = node.get("resource", "data") or EMPTY
    email = _text(data, "email")
    if kind.endswith("/ServiceAccount"):
        # policies name it by its number
        name = re.sub(r"/serviceAccounts/\d+$", f"/serviceAccounts/{email}", name) if email else name
        _account(file, data, dotted, estate)
    elif kind.endswith("/ServiceAccountKey"):
        estate.keys.append((file, data, f"{dotted}resource.data."))
    elif kind == "iam.googleapis.com/Role":
        estate.roles += read_role(file, data)
    for key, stated in (("iam_policy", node.get("iam_policy")), ("iamPolicy", node.get("iamPolicy"))):
        if stated is not None:
            estate.bindings += read_policy(file, stated, full_name(name), f"{dotted}{key}.")
    ancestors = node.get("ancestors")
    above = texts(file, ancestors)
    if ancestors is not None and above:
        _setting(file, ancestors, f"{name}#ancestors", " ".join(each.text for each in above), estate)
    id = data.get("projectId")
    if kind.endswith("/Project") and id is not None and id.text():
        _setting(file, id, f"{name}#project_id", id.text() or "", estate)


def _searched(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    policy = node.get("policy") or EMPTY
    name = full_name(_text(node, "resource"))
    estate.bindings += read_policy(file, policy, name, f"{dotted}policy.")
    # REST resource IamPolicySearchResult of Cloud Asset Inventory; that the nearest folder stands first is from memory
    project, organization = _text(node, "project"), _text(node, "organization")
    folders = tuple(each.text for each in texts(file, node.get("folders")))
    above = [each for each in (project, *folders, organization) if each]
    place = node.get("resource") or node
    if above:
        _setting(file, place, f"{name}#ancestors", " ".join(above), estate)
    number, id = project.removeprefix("projects/"), _PROJECT.fullmatch(name)
    if number.isdigit() and id is not None and not id[1].isdigit():
        _setting(file, place, f"{_MANAGER}{project}#project_id", id[1], estate)


def _setting(file: ReadFile, node: Node, key: str, value: str, estate: Estate) -> None:
    id = f"setting:{quote(file.path)}#{quote(key)}"
    estate.found.settings.append(Setting(id, key=key, value=value, locations=(file.at(node),)))


def _account(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    email = node.get("email")
    if email is None or not _ADDRESS.fullmatch(email.text() or ""):
        return
    number, disabled = _text(node, "uniqueId"), node.get("disabled")
    if number:
        estate.emails[number] = email.text() or ""
    estate.found.identities.append(account(email.text() or "", file.at(email)))
    if disabled is not None and disabled.flag() is True:
        _setting(file, disabled, f"{email.text()}#disabled", "true", estate)


def _key(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    estate.keys.append((file, node, dotted))


def _key_file(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    credential = read_key_file(file, node, estate.found)
    if credential is not None and key_id(node):
        estate.key_files[key_id(node)] = credential


def _external(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    read_external(file, node, estate.found)


def _provider(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    provider = read_provider(file, node)
    if provider is None:
        reason = "it is disabled, or names no pool"
        estate.found.skip(file.at(node), f"{dotted}provider", "workload identity provider", reason)
    else:
        estate.providers.append(provider)


def _role(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    roles = tuple(read_role(file, node))
    estate.roles += roles
    if not roles:
        reason = "the role was deleted, or the file does not say what it is called"
        estate.found.skip(file.at(node), f"{dotted}role", "custom role", reason)


def _deny(file: ReadFile, node: Node, dotted: str, estate: Estate) -> None:
    rules = read_deny(file, node, dotted)
    estate.denied += rules
    if any(rule.resource == UNKNOWN for rule in rules):
        reason = "the file does not say what the policy is set on"
        estate.found.skip(file.at(node), f"{dotted}denypolicy", "resource of a policy", reason)


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return (value.text() or "") if value is not None else ""


# what a value is, and who reads it; the first sign that fits counts
_READERS: tuple[tuple[Callable[[Node], bool], Callable[[ReadFile, Node, str, Estate], None]], ...] = (
    (lambda node: bool(_text(node, "asset_type") or _text(node, "assetType")) and bool(_text(node, "name")), _asset),
    (lambda node: bool(_text(node, "resource")) and node.get("policy", "bindings") is not None, _searched),
    (lambda node: _text(node, "type") == "service_account", _key_file),
    (lambda node: _text(node, "type") == "external_account", _external),
    (lambda node: (node.get("bindings") or EMPTY).is_sequence, _policy),
    (is_key, _key),
    (lambda node: "/workloadIdentityPools/" in _text(node, "name") and "/providers/" in _text(node, "name"), _provider),
    (lambda node: bool(_ADDRESS.fullmatch(_text(node, "email"))), _account),
    (lambda node: node.get("includedPermissions") is not None, _role),
    (lambda node: any(each.get("denyRule") for each in (node.get("rules") or EMPTY).elements()), _deny),
)


def _grants(estate: Estate) -> None:
    roles = {role.name: role for role in estate.roles}
    bound = Bound(estate.found, roles)
    pools: dict[str, list[Provider]] = {}
    for provider in {each.name: each for each in estate.providers}.values():
        pools.setdefault(provider.pool, []).append(provider)
    for role in roles.values():
        define(role, bound)
    for rule in estate.denied:
        deny(rule, bound)
    for binding in estate.bindings:
        members = bind(binding, bound)
        _trusts(binding, members, pools, estate)
    estate.found.grants += bound.statements.grants.values()
    memberships(estate.found.grants, estate.found)


def _trusts(
    binding: Binding,
    members: Sequence[tuple[Text, Identity]],
    pools: Mapping[str, Sequence[Provider]],
    estate: Estate,
) -> None:
    named = account_of_resource(binding.resource) if binding.resource != UNKNOWN else None
    email = estate.emails.get(named, named) if named else None
    if email is not None and not email.startswith("terraform:"):
        estate.found.identities.append(account(email, binding.place))
    truster = account_id(email) if email is not None and binding.role.text in BECOMES else None
    for member, identity in members:
        if truster is not None and identity.id != truster:
            estate.found.trusts += trusts(truster, binding, member, pools)
        if pool_member(member.text) is not None and identity.provider == PROVIDER:
            estate.found.trusts += admissions(identity.id, member, pools)


SOURCE = Gcp()
