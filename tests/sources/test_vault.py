"""Vault: roles with whom they let in, policies, what roles issue, and what Vault prints about itself."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Condition, Location
from nhiassess.sources.issuers.vault import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

CORPUS = SHARED / "corpus" / "spiffe"
POLICY = """
# path "never" { capabilities = ["read"] }
path "secret/data/agents/*" {
  capabilities = ["read", "list"]
  allowed_parameters = { "version" = [] }
}
path "secret/data/agents/+/keys" { capabilities = ["deny", "read"] }
path "sys/auth/*" { policy = "sudo" }
"""
TERRAFORM = """
resource "vault_auth_backend" "k8s" {
  type = "kubernetes"
  path = "cluster"
}
resource "vault_kubernetes_auth_backend_role" "agent" {
  backend                          = vault_auth_backend.k8s.path
  role_name                        = "agent"
  bound_service_account_names      = ["assistant", "*"]
  bound_service_account_namespaces = ["support"]
  token_ttl                        = "15m"
  token_max_ttl                    = 3600
  token_policies                   = ["agents", vault_policy.own.name, "default"]
  audience                         = "vault"
}
resource "vault_policy" "own" {
  name   = "own"
  policy = <<EOT
path "transit/encrypt/mail" { capabilities = ["update"] }
EOT
}
resource "vault_jwt_auth_backend" "github" {
  path               = "ci"
  oidc_discovery_url = "https://token.actions.githubusercontent.com"
}
resource "vault_jwt_auth_backend_role" "deploy" {
  backend         = vault_jwt_auth_backend.github.path
  role_name       = "deploy"
  bound_audiences = ["https://vault.example"]
  bound_claims    = { sub = "repo:example/site:ref:refs/heads/main" }
}
resource "vault_database_secret_backend_role" "reader" {
  backend     = "database"
  name        = "reader"
  default_ttl = 600
  max_ttl     = 86400
}
resource "vault_audit" "file" {
  type    = "file"
  options = { file_path = "/vault/audit.log" }
}
"""


def test_a_role_has_its_policies_from_other_files() -> None:
    found = observe(SOURCE, {"infra/main.tf": TERRAFORM, "policies/agents.hcl": POLICY})
    agent = by_id(found.identities, "identity:vault/cluster/role/agent")
    assert (agent.kind, agent.name, agent.locations) == (
        "role",
        "auth/cluster/role/agent",
        (Location("infra/main.tf", 5, 47),),
    )
    of_agent = {each.id: each for each in found.grants if each.identity == agent.id}
    prefix = "grant:vault/cluster/role/agent"
    assert set(of_agent) == {
        f"{prefix}/agents/secret/data/agents/*",
        f"{prefix}/agents/secret/data/agents/+/keys",
        f"{prefix}/agents/sys/auth/*",
        f"{prefix}/own/transit/encrypt/mail",
    }
    read = of_agent[f"{prefix}/agents/secret/data/agents/*"]
    assert (read.provider, read.policy, read.actions) == ("vault", "agents", ("read", "list"))
    assert (read.resources, read.locations) == (("secret/data/agents/*",), (Location("policies/agents.hcl", 2, 6),))
    assert read.conditions == (Condition("parameters", "allowed_parameters", ("version",)),)
    denied = of_agent[f"{prefix}/agents/secret/data/agents/+/keys"]
    assert (denied.effect, denied.actions) == ("deny", ("*",))
    assert "sudo" in of_agent[f"{prefix}/agents/sys/auth/*"].actions
    assert [each.construct for each in found.skipped] == ["policy not in scope"]
    kinds = {each.name: each.kind for each in found.resources}
    assert (kinds["secret/data/agents"], kinds["sys/auth"]) == ("secret_store", "identity_service")


def test_whom_roles_let_in_and_for_how_long() -> None:
    found = observe(SOURCE, {"infra/main.tf": TERRAFORM})
    trusts = {each.subject: each for each in found.trusts}
    assert set(trusts) == {
        "system:serviceaccount:support:assistant",
        "system:serviceaccount:support:*",
        "repo:example/site:ref:refs/heads/main",
    }
    account = trusts["system:serviceaccount:support:assistant"]
    assert (account.truster, account.mechanism, account.audience) == (
        "identity:vault/cluster/role/agent",
        "kubernetes",
        "vault",
    )
    assert [each.line for each in account.locations] == [5, 8, 9]
    job = trusts["repo:example/site:ref:refs/heads/main"]
    issuer = "token.actions.githubusercontent.com"
    assert (job.truster, job.mechanism, job.issuer) == ("identity:vault/ci/role/deploy", "oidc", issuer)
    assert job.conditions == (Condition("StringEquals", f"{issuer}:sub", (job.subject or "",)),)
    lives = {each.id.split("#")[1]: (each.lifetime_seconds, each.store) for each in found.credentials}
    assert lives == {
        "vault_kubernetes_auth_backend_role.agent.token": (900, None),
        "vault_jwt_auth_backend_role.deploy.token": (None, None),
        "vault_database_secret_backend_role.reader": (600, "secret_manager:vault:database/creds/reader"),
    }
    reader = "credential:infra/main.tf#vault_database_secret_backend_role.reader"
    assert triples(found, "yields") == {("resource:vault/database/creds/reader", "yields", reader)}
    assert [(each.data_access, each.sink) for each in found.telemetry] == [(True, "/vault/audit.log")]
    stated = {each.key: each.value for each in found.settings}
    assert stated["vault_kubernetes_auth_backend_role.agent.token_max_ttl"] == "3600"
    assert stated["vault_database_secret_backend_role.reader.max_ttl"] == "86400"


def test_a_role_as_vault_prints_it() -> None:
    text = '{"data": {"bound_claims": {"repository": "example/site"}, "token_ttl": 0, "token_policies": ["a"]}}'
    found = observe(SOURCE, {"vault/auth/jwt/role/ci.json": text})
    assert ids(found.identities) == ["identity:vault/jwt/role/ci"]
    (trust,) = found.trusts
    assert (trust.subject, trust.issuer, trust.audience) == ("repository=example/site", None, None)
    assert found.credentials[0].lifetime_seconds is None


def test_roles_in_one_list_and_policies_that_none_names() -> None:
    text = """
    auth:
    - roles:
      - {name: batch, bound_service_account_names: a, bound_service_account_namespaces: "x,y", ttl: 1h}
      - {name: app, secret_id_ttl: 0, token_policies: []}
    """
    found = observe(SOURCE, {"vault.yaml": text, "p.hcl": 'path "kv/x" { capabilities = ["read"] }'})
    assert ids(found.identities) == ["identity:vault/-/role/app", "identity:vault/-/role/batch"]
    assert [each.subject for each in found.trusts] == ["system:serviceaccount:x:a", "system:serviceaccount:y:a"]
    assert {each.name: each.lifetime_seconds for each in found.credentials}["secret_id"] is None
    assert [(each.id, each.identity) for each in found.grants] == [("grant:vault/-/p/kv/x", None)]


def test_what_vault_prints_about_itself() -> None:
    methods = """{"kubernetes/": {"accessor": "auth_kubernetes_1", "type": "kubernetes",
      "config": {"default_lease_ttl": 0, "max_lease_ttl": 7200}}}"""
    token = f"""{{"data": {{"id": "hvs.{"CANARYfake0123456789" * 2}", "creation_ttl": 3600, "display_name": "agent",
      "expire_time": "2026-01-01T00:00:00Z", "path": "auth/kubernetes/login", "meta": {{"role": "agent"}},
      "policies": ["default", "agents"]}}}}"""
    audit = '{"file/": {"type": "file", "options": {"file_path": "/var/log/vault.log"}}}'
    found = observe(SOURCE, {"methods.json": methods, "token.json": token, "audit.json": audit})
    stated = {each.key: each.value for each in found.settings}
    assert stated == {"kubernetes/.type": "kubernetes", "kubernetes/.config.max_lease_ttl": "7200"}
    (made,) = found.credentials
    assert (made.lifetime_seconds, made.expires, made.store) == (3600, "2026-01-01T00:00:00Z", "plaintext")
    assert made.scopes == ("default", "agents")
    assert triples(found) == {(made.id, "authenticates_as", "identity:vault/kubernetes/role/agent")}
    assert [each.sink for each in found.telemetry] == ["/var/log/vault.log"]
    assert "CANARY" not in repr(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("main.tf", 'resource "aws_iam_role" "a" { path = "/x/" }'),
        ("api.json", '{"paths": {"/x": {}}, "capabilities": []}'),
        ("values.yaml", "vault:\n  address: https://vault.example\n  policies: [a]\n"),
        ("notes.md", 'path "x" { capabilities = ["read"] }'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("value", ["3", "null", "[[[]]]", '"x"', "{}", "[1, {}, null]", "1e999", '{"a": [[1]]}'])
def test_any_value_may_stand_anywhere(value: str) -> None:
    for key in ("token_ttl", "token_policies", "bound_claims", "bound_audiences", "name", "secret_id_ttl"):
        observe(SOURCE, {"r.json": f'{{"bound_service_account_names": {value}, "bound_claims": 1, "{key}": {value}}}'})
        observe(SOURCE, {"r.json": f'{{"roles": [{value}, {{"bound_subject": {value}, "{key}": {value}}}]}}'})
    observe(SOURCE, {"p.json": f'{{"path": {{"a": {{"capabilities": {value}}}, "b": {value}}}, "policy": {value}}}'})
    observe(SOURCE, {"t.json": f'{{"creation_ttl": {value}, "id": {value}, "path": {value}, "meta": {value}}}'})
    observe(SOURCE, {"m.json": f'{{"file/": {{"type": {value}, "options": {value}}}, "x/": {value}}}'})
    plain = value.replace(":", "=").replace("1e999", "9")
    observe(SOURCE, {"a.tf": f'resource "vault_policy" "x" {{\n policy = {plain}\n name = 1\n}}\n'})


def test_a_product_of_names_and_namespaces_has_a_limit() -> None:
    many = ", ".join(f'"n{number}"' for number in range(2000))
    text = f'{{"name": "r", "bound_service_account_names": [{many}], "bound_service_account_namespaces": [{many}]}}'
    found = observe(SOURCE, {"r.json": text})
    assert (len(found.trusts), len(found.skipped)) == (1000, 1)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.skipped) == ([], ())
    by_policy: dict[str | None, int] = {}
    for each in found.grants:
        by_policy[each.policy] = by_policy.get(each.policy, 0) + 1
    assert by_policy == {
        "admin-policy": 10,
        "eaas-client-policy": 4,
        "rewrap_example": 3,
        "tester": 2,
        "vault-policy": 1,
    }
    assert all(each.identity is None and each.effect == "allow" for each in found.grants)
    assert by_id(found.grants, "grant:vault/-/tester/secret/data/test/*").actions == ("create", "read", "update")
