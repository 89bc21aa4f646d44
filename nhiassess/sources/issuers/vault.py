"""HashiCorp Vault and OpenBao: roles with whom they let in, policies, auth methods, audit devices and tokens.

A role is ``identity:vault/<mount>/role/<name>``, the mount ``-`` where no file tells it. Its token is a credential with
the lifetime of its ``token_ttl``, its bounds are trusts. What a role of a secrets engine issues is a credential that
``resource:vault/<mount>/creds/<name>`` yields. A lifetime of 0, or none, is the mount's own, which no file states.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product, takewhile
from posixpath import dirname

from nhiassess.formats.durations import seconds
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Condition, Credential, Identity, Inventory, Location, Resource, Trust
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import state
from nhiassess.sources.issuers.vault_answers import read_answers
from nhiassess.sources.issuers.vault_policies import Policy, grants, policies, resources
from nhiassess.sources.issuers.vault_roles import ISSUING, Role, of_terraform, plain, roles, words
from nhiassess.sources.source import ReadFile, link, quote

_POLICY = re.compile(r'(?m)^\s*path\s+"[^"\n]*"|"path"\s*:\s*\{')
_POLICY_KEY = re.compile(r"\bcapabilities\b|^\s*policy\s*=", re.M)
_ROLE = re.compile(
    r"\b(?:bound_service_account_names|bound_iam_principal_arns?|bound_claims|bound_audiences|bound_subject"
    r"|token_policies|token_ttl|token_max_ttl|secret_id_ttl|creation_statements)\b"
)
# what stands in each of them, which is looked for faster
_OF_ROLES = ("bound_", "token_", "secret_id_ttl", "creation_statements")
_TERRAFORM = re.compile(r'(?m)^\s*(?:resource|data)\s+"vault_')
_MOUNTS = re.compile(r'"accessor"\s*:\s*"(?:auth_|audit_)|"(?:file|syslog|socket)/"\s*:')
_TOKEN = re.compile(r'"creation_ttl"\s*:')
_TTL = ("token_ttl", "ttl", "lease")
_LIMITS = ("token_max_ttl", "max_ttl", "token_period", "period", "token_explicit_max_ttl", "token_num_uses")
_POLICIES = ("token_policies", "policies", "allowed_policies")
_EXACT = (
    ("bound_iam_principal_arns", "aws"),
    ("bound_iam_principal_arn", "aws"),
    ("bound_service_accounts", "gcp"),
    ("bound_service_principal_ids", "azure"),
)
_MOST_PAIRS = 1000


class Vault:
    """Everything that is configured in a Vault."""

    name = "vault"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise policies, roles and Vault's own answers by their keys."""
        lower = path.lower()
        if lower.endswith((".tf", ".tf.json")):
            return bool(_TERRAFORM.search(head))
        if lower.endswith((".hcl", ".json", ".policy")) and _POLICY.search(head) and _POLICY_KEY.search(head):
            return True
        if lower.endswith(".json") and (_MOUNTS.search(head) or _TOKEN.search(head)):
            return True
        if not lower.endswith((".json", ".yaml", ".yml", ".hcl")) or not any(each in head for each in _OF_ROLES):
            return False
        return bool(_ROLE.search(head))

    def group(self, path: str) -> str:
        """Put all files together: a role and its policies often stand in different files."""
        return "vault"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read roles with their policies, policies that no role names, and what Vault prints about itself."""
        found = Gathering()
        scopes = _scopes(files)
        stated: dict[str, list[Policy]] = {}
        for policy in (policy for file in files for policy in policies(file, found)):
            stated.setdefault(policy.name, []).append(policy)
        every = [policy for each in stated.values() for policy in each]
        found.resources += resources(every)
        named: set[tuple[str, str]] = set()
        for file in files:
            scope = scopes[dirname(file.path)]
            for role in roles(file, scope.mounts):
                if role.mechanism:
                    _role(role, scope.issuers, found)
                    named |= set(_granted(role, stated, scope.policies, found))
                else:
                    _issues(role, found)
        _unnamed([each for each in every if (each.name, each.file) not in named], found)
        for file in files:
            read_answers(file, found)
        return found.inventory()


@dataclass(slots=True)
class Scope:
    """What Terraform files of one folder call by labels: paths of mounts, their issuers, names of policies."""

    mounts: dict[str, str] = field(default_factory=dict)
    issuers: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)


def _scopes(files: Sequence[ReadFile]) -> Mapping[str, Scope]:
    found: dict[str, Scope] = {}
    for file in files:
        scope = found.setdefault(dirname(file.path), Scope())
        for kind, label, node in of_terraform(file, "vault_auth_backend", "vault_jwt_auth_backend", "vault_mount"):
            default = plain(node.get("type")) or ("jwt" if kind == "vault_jwt_auth_backend" else label)
            path = (plain(node.get("path")) or default).strip("/")
            scope.mounts[label] = path
            if issuer := plain(node.get("bound_issuer")) or plain(node.get("oidc_discovery_url")):
                scope.issuers[path] = issuer
        for _, label, node in of_terraform(file, "vault_policy"):
            scope.policies[label] = plain(node.get("name")) or label
    return found


def _first(node: Node, keys: Sequence[str]) -> Node | None:
    return next((found for key in keys if (found := node.get(key)) is not None), None)


def _role(role: Role, issuers: Mapping[str, str], found: Gathering) -> None:
    file, node = role.file, role.node
    place = file.at_key(node) if role.type else file.at(node)
    name = f"auth/{role.mount}/role/{role.name}"
    found.identities.append(Identity(role.id, kind="role", name=name, provider="vault", locations=(place,)))
    lives = _first(node, _TTL)
    token = Credential(
        f"credential:{quote(file.path)}#{quote(role.dotted)}.token",
        kind="api_key",
        name="Vault token",
        lifetime_seconds=seconds(lives) or None,
        locations=(file.at(lives) if lives is not None else place,),
    )
    found.credentials.append(token)
    found.links.append(link(token.id, "authenticates_as", role.id, place))
    for key in _LIMITS:
        limit = node.get(key)
        if limit is not None and (text := leaf_text(limit)):
            state(file, limit, f"{role.dotted}.{key}", text, found)
    secret = node.get("secret_id_ttl")
    if secret is not None:
        _secret_id(role, secret, found)
    found.trusts += _trusts(role, issuers, place, found)


def _secret_id(role: Role, node: Node, found: Gathering) -> None:
    """Add the secret of an AppRole; one whose lifetime is 0 never expires, which is no number of seconds."""
    made = Credential(
        f"credential:{quote(role.file.path)}#{quote(role.dotted)}.secret_id",
        kind="client_secret",
        name="secret_id",
        lifetime_seconds=seconds(node) or None,
        locations=(role.file.at(node),),
    )
    found.credentials.append(made)
    found.links.append(link(made.id, "authenticates_as", role.id, role.file.at(node)))
    state(role.file, node, f"{role.dotted}.secret_id_ttl", leaf_text(node) or "-", found)


def _trusts(role: Role, issuers: Mapping[str, str], place: Location, found: Gathering) -> Iterator[Trust]:
    prefix = f"trust:vault/{quote(role.mount)}/role/{quote(role.name)}"
    node, at = role.node, role.file.at
    audience = ",".join(text for text, _ in words(_first(node, ("bound_audiences", "audience")))) or None
    if role.mechanism == "kubernetes":
        names, spaces = (words(node.get(f"bound_service_account_{each}")) for each in ("names", "namespaces"))
        for (name, one), (space, other) in islice(product(names, spaces), _MOST_PAIRS):
            subject = f"system:serviceaccount:{space}:{name}"
            places = tuple(dict.fromkeys((place, at(one), at(other))))
            yield Trust(
                f"{prefix}/{quote(subject)}",
                role.id,
                subject,
                "allow",
                "kubernetes",
                None,
                audience,
                subject,
                (),
                places,
            )
        if len(names) * len(spaces) > _MOST_PAIRS:
            reason = f"names more than {_MOST_PAIRS:,} service accounts: the first are read"
            found.skip(place, role.dotted, "Vault role", reason)
        if node.get("bound_service_account_namespace_selector") is not None:
            reason = "lets in by the labels of namespaces, which no file here shows"
            found.skip(place, f"{role.dotted}.selector", "Vault role", reason)
    elif role.mechanism == "oidc":
        issuer = re.sub(r"\Ahttps://|/\Z", "", issuers.get(role.mount, "")) or None
        claims = dict(_claims(node, issuer))
        # without a subject, the claims that a token must have are what limits who is let in
        limits = {"sub": claims["sub"]} if "sub" in claims else claims
        stated = "; ".join(
            f"{'' if claim == 'sub' else claim + '='}{','.join(each.values)}" for claim, each in limits.items()
        )
        yield Trust(
            f"{prefix}/oidc",
            *(role.id, issuer, "allow", "oidc", issuer, audience, stated or None),
            conditions=tuple(claims.values()),
            locations=(place,),
        )
    for key, mechanism in _EXACT:
        for text, each in words(node.get(key)):
            yield Trust(f"{prefix}/{quote(text)}", role.id, text, mechanism=mechanism, locations=(place, at(each)))


def _claims(node: Node, issuer: str | None) -> Iterator[tuple[str, Condition]]:
    """Give what a token must say; a bound subject too, as one compares it."""
    operator = "StringLike" if plain(node.get("bound_claims_type")) == "glob" else "StringEquals"
    bound = node.get("bound_subject")
    if bound is not None and bound.text():
        yield "sub", Condition("StringEquals", f"{issuer or ''}:sub", (bound.text() or "",))
    for name, each in (node.get("bound_claims") or EMPTY).items():
        values = tuple(text for text, _ in words(each))
        if values:
            yield name, Condition(operator, f"{issuer or ''}:{name}", values)


def _granted(
    role: Role, stated: Mapping[str, Sequence[Policy]], labels: Mapping[str, str], found: Gathering
) -> Iterator[tuple[str, str]]:
    """Grant a role what its policies allow; give the policies that it has."""
    for key in _POLICIES:
        for text, node in words(role.node.get(key)):
            match = re.fullmatch(r"vault_policy\.([\w-]+)\.(?:name|id)", text) if node.tag == "expression" else None
            name = labels.get(match[1], match[1]) if match else text
            policy = _nearest(role.file.path, stated.get(name, ()))
            if policy is None:
                reason = f"policy {name[:80]}, which role {role.name} names, is not in scope"
                found.skip(role.file.at(node), f"{role.dotted}.{key}.{name[:80]}", "policy not in scope", reason)
                continue
            prefix = f"grant:vault/{quote(role.mount)}/role/{quote(role.name)}/{quote(name)}"
            found.grants += grants(policy, role.id, prefix)
            yield policy.name, policy.file


def _nearest(path: str, candidates: Sequence[Policy]) -> Policy | None:
    """Choose among policies of one name, which several repositories may have, the one nearest in the tree."""

    def common(each: Policy) -> int:
        pairs = zip(path.split("/"), each.file.split("/"), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return max(candidates, key=common, default=None)


def _unnamed(stated: Sequence[Policy], found: Gathering) -> None:
    times = Counter(each.name for each in stated)
    for policy in stated:
        name = quote(policy.name)
        of = f"{quote(policy.file)}#{name}" if times[policy.name] > 1 else name
        found.grants += grants(policy, None, f"grant:vault/-/{of}")


def _issues(role: Role, found: Gathering) -> None:
    """Add what a role of a secrets engine issues, and the path that yields it."""
    kind, mount, keys = ISSUING[role.type]
    file, lives = role.file, _first(role.node, keys)
    place = file.at_key(role.node)
    where = "issue" if mount == "pki" else "creds"
    path = f"{role.mount}/{where}/{role.name}"
    made = Credential(
        f"credential:{quote(file.path)}#{quote(role.dotted)}",
        kind=kind,
        store=f"secret_manager:vault:{path}",
        name=role.name,
        lifetime_seconds=seconds(lives) or None,
        locations=(file.at(lives) if lives is not None else place,),
    )
    resource = f"resource:vault/{quote(path)}"
    found.credentials.append(made)
    found.resources.append(Resource(resource, kind="secret_store", name=path, provider="vault", locations=(place,)))
    found.links.append(link(resource, "yields", made.id, place))
    for key in ("max_ttl", "max_sts_ttl", "token_max_ttl"):
        limit = role.node.get(key)
        if limit is not None and (text := leaf_text(limit)):
            state(file, limit, f"{role.dotted}.{key}", text, found)


SOURCE = Vault()
