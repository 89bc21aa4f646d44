"""Vault roles: who may log in to one, with which policies, and for how long what it issues is valid.

Facts: the API pages of Vault's auth methods and secrets engines, and the resources of its Terraform provider.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import EMPTY, MAX_DEPTH, Node
from nhiassess.sources.source import ReadFile, quote

# of Terraform: the type of a resource, how it lets in, and the mount that it has when none is stated
AUTH: Mapping[str, tuple[str, str]] = {
    "vault_kubernetes_auth_backend_role": ("kubernetes", "kubernetes"),
    "vault_jwt_auth_backend_role": ("oidc", "jwt"),
    "vault_aws_auth_backend_role": ("aws", "aws"),
    "vault_gcp_auth_backend_role": ("gcp", "gcp"),
    "vault_azure_auth_backend_role": ("azure", "azure"),
    "vault_approle_auth_backend_role": ("approle", "approle"),
    "vault_cert_auth_backend_role": ("cert", "cert"),
    "vault_token_auth_backend_role": ("token", "token"),
}
# of what a role issues: the kind of credential, the default mount, and the key of its lifetime
ISSUING: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "vault_database_secret_backend_role": ("password", "database", ("default_ttl",)),
    "vault_aws_secret_backend_role": ("api_key", "aws", ("default_sts_ttl",)),
    "vault_pki_secret_backend_role": ("private_key", "pki", ("ttl",)),
    "vault_kubernetes_secret_backend_role": ("oauth_token", "kubernetes", ("token_default_ttl",)),
    "vault_rabbitmq_secret_backend_role": ("password", "rabbitmq", ()),
    "vault_gcp_secret_roleset": ("oauth_token", "gcp", ()),
}
# the keys by which a role is told in JSON and YAML, and what each says of how it lets in
_SIGNS = (
    ("bound_service_account_names", "kubernetes"),
    ("bound_iam_principal_arn", "aws"),
    ("bound_iam_principal_arns", "aws"),
    ("bound_claims", "oidc"),
    ("bound_audiences", "oidc"),
    ("bound_subject", "oidc"),
    ("bound_service_accounts", "gcp"),
    ("bound_service_principal_ids", "azure"),
    ("secret_id_ttl", "approle"),
    ("secret_id_num_uses", "approle"),
)
_DYNAMIC = ("creation_statements", "default_ttl")
_NAMES = ("role_name", "name", "role")
_PATH = re.compile(r"(?:^|/)(?:auth/)?([\w.-]+)/roles?/[^/]+\Z")
_REFERENCE = re.compile(r"vault_[a-z_]+\.([\w-]+)\.(?:path|id|name)\Z")


@dataclass(frozen=True, slots=True)
class Role:
    """One role, how it lets in (empty for one that issues), and where it is stated."""

    file: ReadFile
    node: Node
    dotted: str
    mount: str
    name: str
    mechanism: str
    type: str = ""

    @property
    def id(self) -> str:
        """The identity that it is; a role that issues is none."""
        return f"identity:vault/{quote(self.mount)}/role/{quote(self.name)}"


def roles(file: ReadFile, mounts: Mapping[str, str]) -> Iterator[Role]:
    """Give the roles that a file states.

    Parameters
    ----------
    file:
        Terraform, or JSON, YAML and HCL with the keys of the API.
    mounts:
        The paths of mounts by the labels that Terraform files of the group give them.
    """
    for root in file.document.roots:
        terraform = [each for each in (root.get("resource") or EMPTY).elements() if each.is_mapping]
        for each in terraform:
            for kind, labelled in each.items():
                if kind in AUTH or kind in ISSUING:
                    for label, node in labelled.items():
                        yield _terraform(file, kind, label, node, mounts)
        if not terraform:
            yield from _plain(file, root)


def _terraform(file: ReadFile, kind: str, label: str, node: Node, mounts: Mapping[str, str]) -> Role:
    mechanism, mount = AUTH.get(kind) or ("", ISSUING[kind][1])
    stated = node.get("backend") or node.get("mount")
    text = stated.text() if stated is not None else None
    if text and stated is not None and stated.tag is None:
        mount = text.strip("/")
    elif text:
        match = _REFERENCE.match(text)
        mount = mounts.get(match[1], match[1]) if match else mount
    named = next((found for key in _NAMES if (found := node.get(key)) is not None), None)
    name = (named.text() or label) if named is not None and named.tag is None else label
    return Role(file, node, f"{kind}.{label}", mount, name, mechanism, kind)


def _plain(file: ReadFile, root: Node) -> Iterator[Role]:
    waiting: list[tuple[str, str, Node, int]] = [("", "", root, 0)]
    while waiting:
        dotted, key, node, depth = waiting.pop()
        mechanism = next((how for sign, how in _SIGNS if node.get(sign) is not None), None)
        if mechanism is None and all(node.get(sign) is not None for sign in _DYNAMIC):
            mechanism = ""
        if mechanism is None and _is_token_role(node):
            mechanism = "token"
        if mechanism is not None:
            yield _named(file, dotted, key, node, mechanism)
        elif depth < MAX_DEPTH:
            inner = [(f"{dotted}.{name}" if dotted else name, name, each) for name, each in node.items()]
            inner += [(f"{dotted}[{place}]", "", each) for place, each in enumerate(node.elements())]
            nested = [(*each, depth + 1) for each in inner if each[2].is_mapping or each[2].is_sequence]
            waiting += reversed(nested)


def _is_token_role(node: Node) -> bool:
    return node.get("token_policies") is not None and node.get("token_ttl") is not None


def _named(file: ReadFile, dotted: str, key: str, node: Node, mechanism: str) -> Role:
    stated = next((text for each in _NAMES if (text := (node.get(each) or EMPTY).text())), None)
    # a role that is alone in its file has the name of the file, as whoever saved it chose
    alone = dotted in ("", "data")
    path = _PATH.search(file.path.rsplit(".", 1)[0])
    name = stated or (basename(file.path).rsplit(".", 1)[0] if alone else key or dotted)
    type = "vault_database_secret_backend_role" if mechanism == "" else ""
    return Role(file, node, dotted or "role", path[1] if path and alone else "-", name, mechanism, type)


def of_terraform(file: ReadFile, *kinds: str) -> Iterator[tuple[str, str, Node]]:
    """Give the resources of some types that a Terraform file has: type, label and body."""
    for root in file.document.roots:
        for each in (root.get("resource") or EMPTY).elements():
            for kind in kinds:
                for label, node in (each.get(kind) or EMPTY).items():
                    yield kind, label, node


def plain(node: Node | None) -> str | None:
    """Give a text that needs no evaluation."""
    return node.text() if node is not None and node.tag is None else None


def words(node: Node | None) -> list[tuple[str, Node]]:
    """Give the texts of a list, or of one text with commas, with where they stand."""
    found = []
    for each in node.listed() if node is not None else ():
        text = each.text() or ""
        parts = [text] if each.tag is not None else text.split(",")
        found += [(part.strip(), each) for part in parts if part.strip()]
    return found
