"""Workstations: that credentials lie in home folders and for what, never their values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.errors import FormatError
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients import codex
from nhiassess.sources.workstations.workstation import SOURCE
from tests.observing import by_id, file, ids, observe, triples

HOME = "laptops/dev/"
HOST = "resource:host/laptops/dev"
CANARY = "CANARY-hunter2-fake"
KEY = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n{}\n-----END OPENSSH " + "PRIVATE KEY-----\n"


def read(path: str, text: str) -> Inventory:
    found = observe(SOURCE, {HOME + path: text})
    assert "hunter2" not in repr(found)
    assert all(
        (link.verb == "yields" and link.source == HOST) or link.verb == "authenticates_as" for link in found.links
    )
    assert {link.target for link in found.links if link.verb == "yields"} == set(ids(found.credentials))
    return found


def rows(found: Inventory) -> list[tuple[Any, ...]]:
    return [(each.id.partition("#")[2], each.kind, each.store, each.name) for each in found.credentials]


def settings(found: Inventory) -> dict[str | None, str | None]:
    assert {(each.agent, each.scope) for each in found.settings} <= {(None, "user")}
    return {each.key: each.value for each in found.settings}


def who(found: Inventory) -> dict[str, str]:
    return {source.partition("#")[2]: target for source, _, target in triples(found, "authenticates_as")}


def test_aws_credentials() -> None:
    text = f"""
        [default]
        aws_access_key_id = AKIAIOSFODNN7EXAMPLE
        aws_secret_access_key = {CANARY}
        [short]
        aws_secret_access_key={CANARY}2
        aws_session_token={CANARY}3
        """
    found = read(".aws/credentials", text)
    assert rows(found) == [
        ("default.AWS_SECRET_ACCESS_KEY", "api_key", "plaintext", "aws_secret_access_key"),
        ("short.AWS_SECRET_ACCESS_KEY", "api_key", "plaintext", "aws_secret_access_key"),
        ("short.AWS_SESSION_TOKEN", "oauth_token", "plaintext", "aws_session_token"),
    ]
    assert found.credentials[0].locations == (Location(HOME + ".aws/credentials", 3, 25),)
    assert len({fingerprint for _, fingerprint in found.fingerprints}) == 3
    (host,) = found.resources
    assert (host.id, host.kind, host.provider) == (HOST, "workstation", "host")


def test_aws_profiles() -> None:
    text = f"""
        [default]
        region = eu-west-1
        [profile admin]
        role_arn = arn:aws:iam::111122223333:role/ops/admin
        source_profile = default
        mfa_serial = arn:aws:iam::111122223333:mfa/dev
        [profile sso]
        sso_session = acme
        sso_account_id = 111122223333
        sso_role_name = PowerUser
        [sso-session acme]
        sso_start_url = https://acme.awsapps.com/start
        [profile tool]
        credential_process = "/opt/bin/aws-login" --secret {CANARY}
        [profile box]
        role_arn = arn:aws:iam::111122223333:role/box
        credential_source = Ec2InstanceMetadata
        """
    found = read(".aws/config", text)
    assert rows(found) == [
        ("admin.profile", None, "secret_manager:aws-profile:default", "profile admin"),
        ("box.profile", "instance_token", "workload_api", "profile box"),
        ("sso.profile", "oauth_token", "secret_manager:aws-sso:acme", "profile sso"),
        ("tool.profile", None, "secret_manager:process:aws-login", "profile tool"),
    ]
    assert who(found) == {
        "admin.profile": "identity:aws/111122223333/role/ops/admin",
        "box.profile": "identity:aws/111122223333/role/box",
    }
    assert settings(found)["profile sso.sso_role_name"] == "PowerUser"
    assert settings(found)["profile admin.mfa_serial"] == "arn:aws:iam::111122223333:mfa/dev"


def test_aws_caches() -> None:
    cached = {"accessToken": CANARY, "expiresAt": "2026-11-01T10:00:00Z", "startUrl": "https://acme.awsapps.com/start"}
    (token,) = read(".aws/sso/cache/0a.json", json.dumps(cached)).credentials
    assert (token.kind, token.expires) == ("oauth_token", "2026-11-01T10:00:00Z")
    assumed = {
        "Credentials": {"SecretAccessKey": CANARY, "SessionToken": CANARY, "Expiration": "2026-11-01T10:00:00Z"},
        "AssumedRoleUser": {"Arn": "arn:aws:sts::111122223333:assumed-role/admin/dev"},
    }
    found = read(".aws/cli/cache/0b.json", json.dumps(assumed))
    assert who(found) == {"Credentials": "identity:aws/111122223333/role/admin"}


def test_kubeconfig() -> None:
    text = f"""
        apiVersion: v1
        kind: Config
        current-context: prod
        clusters:
          - name: eu
            cluster: {{server: "https://k8s.example.test", insecure-skip-tls-verify: true}}
        contexts:
          - name: prod
            context: {{cluster: eu, user: dev, namespace: shop}}
        users:
          - name: dev
            user: {{client-key-data: {CANARY}, as: "system:serviceaccount:shop:deployer"}}
          - name: eks
            user:
              exec:
                command: /usr/local/bin/aws
                args: [eks, get-token, --role-arn, "arn:aws:iam::111122223333:role/eks", --token, {CANARY}]
          - name: basic
            user: {{username: ops, password: {CANARY}, tokenFile: /run/token}}
          - name: old
            user: {{auth-provider: {{name: oidc, config: {{id-token: {CANARY}}}}}}}
        """
    found = read(".kube/config", text)
    assert rows(found) == [
        ("users.basic.password", "password", "plaintext", "basic"),
        ("users.basic.tokenFile", "oauth_token", None, "basic"),
        ("users.dev.client-key-data", "private_key", "plaintext", "dev for eu/shop"),
        ("users.eks.exec", "oauth_token", "secret_manager:process:aws", "eks"),
        ("users.old.auth-provider", "oauth_token", "plaintext", "old"),
    ]
    assert who(found) == {
        "users.basic.password": "identity:kubernetes/-/-/user:ops",
        "users.basic.tokenFile": "identity:kubernetes/-/-/user:ops",
        "users.dev.client-key-data": "identity:kubernetes/-/shop/deployer",
        "users.eks.exec": "identity:aws/111122223333/role/eks",
    }
    assert settings(found) == {
        "clusters.eu.server": "https://k8s.example.test",
        "clusters.eu.insecure-skip-tls-verify": "true",
        "contexts.prod": "user dev in cluster eu",
    }


def test_github() -> None:
    text = f"""
        github.com:
            users:
                octo:
                    oauth_token: {CANARY}
                other:
            user: octo
        git.example.test:
            user: dev
            oauth_token: {CANARY}2
        """
    found = read(".config/gh/hosts.yml", text)
    assert rows(found) == [
        ("git.example.test.dev", "oauth_token", "plaintext", "GitHub token for git.example.test"),
        ("github.com.octo", "oauth_token", "plaintext", "GitHub token for github.com"),
        ("github.com.other", "oauth_token", "secret_manager:keyring", "GitHub token for github.com"),
    ]
    assert who(found)["github.com.octo"] == "identity:github/-/user:octo"
    assert who(found)["git.example.test.dev"] == "identity:github/git.example.test/user:dev"


def test_the_machine_is_that_of_the_agents_of_the_folder() -> None:
    agent = observe(codex.SOURCE, {HOME + ".codex/config.toml": 'sandbox_mode = "read-only"\n'})
    assert HOST in ids(agent.resources)
    root = observe(SOURCE, {".vault-token": f"s.{CANARY}\n"})
    assert ids(root.resources) == ["resource:host/-"]


def test_what_projects_have_too_makes_no_home() -> None:
    found = observe(SOURCE, {"repos/web/.npmrc": f"//r.test/:_authToken={CANARY}\n"})
    assert by_id(found.resources, "resource:host/repos/web").kind is None


def test_files_without_credentials_are_named() -> None:
    found = observe(SOURCE, {HOME + ".npmrc": "fund=false\n"})
    assert [each.construct for each in found.skipped] == ["credentials"]
    assert not found.credentials


@pytest.mark.parametrize(
    "path", ["web/.aws/task.json", "web/kube/config", "web/docker/config.json", "web/npmrc", "a.ssh/id"]
)
def test_near_misses(path: str) -> None:
    assert not SOURCE.recognises(path, "-----BEGIN RSA " + "PRIVATE KEY-----")


HOSTILE = [
    "",
    "[]",
    "3",
    "null",
    '{"a": [[1]]}',
    "a: b",
    "a: {b: [c]}",
    "[x]\ny",
    "x = [1]",
    "\n\n= \n[ ]\n",
    "machine",
    "{}",
]
SHAPES = [
    '{"credentials": [], "auths": [1], "credHelpers": {"a": {}}, "accounts": {"a": 1}, "subscriptions": {"x": []}}',
    '{"Account": [1], "RefreshToken": {"a": 1, "b": {"secret": {}, "home_account_id": 3}}, "Credentials": {"a": 1}}',
    '{"users": [{"name": 3, "user": []}, {"name": "a", "user": {"exec": 3, "auth-provider": 3}}, 7], "contexts": 5}',
    '{"github.com": [1], "x": {"users": [1], "user": 3}, "connections": {"a": 1, "b": {"token": []}}}',
    '{"AccessToken": {"a": {"secret": "x", "expires_on": "99999999999999999999", "home_account_id": "."}}}',
]
PATHS = [
    *(".aws/credentials", ".aws/config", ".aws/sso/cache/a.json", ".kube/config", ".config/gh/hosts.yml", ".npmrc"),
    *(".pypirc", ".netrc", ".docker/config.json", ".config/gcloud/application_default_credentials.json"),
    *(".config/gcloud/configurations/config_a", ".azure/msal_token_cache.json", ".azure/azureProfile.json"),
    *(".ssh/config", ".git-credentials", ".terraform.d/credentials.tfrc.json", ".terraformrc", ".vault-token"),
    *(
        ".config/op/config",
        ".databrickscfg",
        ".snowflake/config.toml",
        ".snowsql/config",
        ".azure/service_principal_entries.json",
    ),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", HOSTILE + SHAPES)
def test_hostile_shapes(path: str, text: str) -> None:
    try:
        given = file(HOME + path, text)
    except FormatError:
        return
    SOURCE.read([given])
