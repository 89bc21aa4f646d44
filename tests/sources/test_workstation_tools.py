"""Credentials of tools and clouds that lie on a workstation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.sources.workstations.workstation import SOURCE
from tests.sources.test_workstation import CANARY, HOME, KEY, read, rows, settings, who


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            ".npmrc",
            f"registry=https://r.test/\n//r.test/:_authToken={CANARY}\n//x.test/:_authToken=${{NPM_TOKEN}}\n"
            f"//r.test/:_password={CANARY}2\nalways-auth=true\n",
            [
                ("//r.test/:_authToken", "api_key", "plaintext", "npm token for r.test"),
                ("//r.test/:_password", "password", "plaintext", "npm token for r.test"),
                ("//x.test/:_authToken", "api_key", "env_reference", "npm token for x.test"),
            ],
        ),
        (
            ".pypirc",
            f"[distutils]\nindex-servers =\n  pypi\n  own\n[pypi]\nusername = __token__\npassword = {CANARY}\n"
            f"[own]\nrepository: https://pkg.example.test/simple\nusername: dev\npassword: {CANARY}2\n",
            [
                ("own.password", "password", "plaintext", "Python package index pkg.example.test"),
                ("pypi.password", "api_key", "plaintext", "Python package index pypi"),
            ],
        ),
        (
            ".netrc",
            f"machine a.test login hunter2login password {CANARY}\nmachine b.test\n login x\n password {CANARY}2\n"
            f"# machine c.test password {CANARY}\ndefault login y password {CANARY}3\n",
            [
                ("a.test.password%20at%201:44", "password", "plaintext", "login at a.test"),
                ("b.test.password%20at%204:11", "password", "plaintext", "login at b.test"),
                ("default.password%20at%206:26", "password", "plaintext", "login at any machine"),
            ],
        ),
        (
            ".git-credentials",
            f"https://hunter2:{CANARY}@git.example.test\nhttps://plain.example.test/x\n",
            [("line%201", "password", "plaintext", "git at git.example.test")],
        ),
        (
            ".docker/config.json",
            json.dumps(
                {
                    "auths": {"https://index.docker.io/v1/": {"auth": "ZGV2Omh1bnRlcjJodW50ZXIy"}, "kept.test": {}},
                    "credsStore": "osxkeychain",
                    "credHelpers": {"111122223333.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"},
                }
            ),
            [
                ("auths.https://index.docker.io/v1/", "password", "plaintext", "image registry index.docker.io"),
                ("auths.kept.test", "password", "secret_manager:osxkeychain", "image registry kept.test"),
                (
                    "credHelpers.111122223333.dkr.ecr.eu-west-1.amazonaws.com",
                    "password",
                    "secret_manager:docker-credential-ecr-login",
                    "image registry 111122223333.dkr.ecr.eu-west-1.amazonaws.com",
                ),
            ],
        ),
        (
            ".terraform.d/credentials.tfrc.json",
            json.dumps({"credentials": {"app.terraform.io": {"token": CANARY}}}),
            [("credentials.app.terraform.io.token", "api_key", "plaintext", "Terraform token for app.terraform.io")],
        ),
        (
            ".terraformrc",
            f'cache = "x"\ncredentials "tf.test" {{\n  token = "{CANARY}"\n}}\nhost "y" {{\n  token = "z"\n}}',
            [("credentials.tf.test.token", "api_key", "plaintext", "Terraform token for tf.test")],
        ),
        (".vault-token", f"s.{CANARY}\n", [("token", "oauth_token", "plaintext", "Vault token")]),
        (
            ".config/op/config",
            json.dumps({"accounts": [{"shorthand": "my", "url": "https://my.1password.com", "accountKey": CANARY}]}),
            [("accounts.0.accountKey", "api_key", "plaintext", "1Password secret key of my.1password.com")],
        ),
        (
            ".databrickscfg",
            f"[DEFAULT]\nhost = https://a.cloud.test\ntoken = {CANARY}\n[cli]\nhost = https://b.cloud.test\n"
            "auth_type = databricks-cli\n",
            [
                ("DEFAULT.token", "pat", "plaintext", "Databricks a.cloud.test"),
                ("cli.auth_type", "oauth_token", "secret_manager:databricks-cli", "Databricks b.cloud.test"),
            ],
        ),
        (
            ".snowflake/connections.toml",
            f'[dev]\naccount = "acme"\nuser = "ada"\nrole = "SYSADMIN"\npassword = "{CANARY}"\n',
            [("dev.password", "password", "plaintext", "ada at Snowflake account acme")],
        ),
        (
            ".snowflake/config.toml",
            '[connections.ci]\naccount = "acme"\nuser = "ci"\nprivate_key_path = "~/.ssh/ci.p8"\n',
            [("ci.private_key_path", "private_key", None, "ci at Snowflake account acme")],
        ),
        (
            ".snowsql/config",
            f"[connections]\naccountname = acme\nusername = ada\npassword = {CANARY}\n[options]\nx = y\n",
            [("connections.password", "password", "plaintext", "ada at Snowflake account acme")],
        ),
        (
            ".azure/service_principal_entries.json",
            json.dumps([{"client_id": "c1", "tenant": "t1", "client_secret": CANARY}]),
            [("0.client_secret", "client_secret", "plaintext", "service principal c1")],
        ),
    ],
)
def test_tools(path: str, text: str, expected: list[tuple[Any, ...]]) -> None:
    found = read(path, text)
    assert rows(found) == expected
    assert not found.skipped


def test_several_secrets_of_one_line_stay_several() -> None:
    found = read(".netrc", f"machine a login x password {CANARY}1 machine b login y password {CANARY}2\n")
    assert len({fingerprint for _, fingerprint in found.fingerprints}) == len(found.fingerprints) == 2


def test_google_cloud() -> None:
    adc = ".config/gcloud/application_default_credentials.json"
    person = read(adc, json.dumps({"type": "authorized_user", "client_id": "c", "refresh_token": CANARY}))
    assert rows(person) == [("credentials", "oauth_token", "plaintext", "Google Cloud: authorized_user")]
    assert not person.identities
    account = {"type": "service_account", "client_email": "ci@p.iam.gserviceaccount.com", "private_key": CANARY}
    found = read(adc, json.dumps(account))
    assert rows(found)[0][1:3] == ("private_key", "plaintext")
    assert who(found) == {"credentials": "identity:gcp/-/ci@p.iam.gserviceaccount.com"}
    url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x@p.iam.gserviceaccount.com:generateAccessToken"
    lent = {"type": "impersonated_service_account", "service_account_impersonation_url": url}
    lent_by = {**lent, "source_credentials": {"type": "authorized_user", "refresh_token": CANARY}}
    assert who(read(adc, json.dumps(lent_by))) == {"credentials": "identity:gcp/-/x@p.iam.gserviceaccount.com"}
    federated = {"type": "external_account", "audience": "//iam", "service_account_impersonation_url": url}
    assert rows(read(adc, json.dumps(federated)))[0][1:3] == ("oidc_token", "workload_api")
    legacy = ".config/gcloud/legacy_credentials/ada@example.test/adc.json"
    found = read(legacy, json.dumps({"type": "authorized_user", "refresh_token": CANARY}))
    assert who(found) == {"credentials": "identity:gcp/-/user:ada@example.test"}
    found = read(".config/gcloud/configurations/config_default", "[core]\naccount = ada@example.test\nproject = p\n")
    assert settings(found) == {"core.account": "ada@example.test", "core.project": "p"}


def test_azure() -> None:
    home = "11111111-aaaa-4aaa-8aaa-111111111111.22222222-bbbb-4bbb-8bbb-222222222222"
    cache = {
        "Account": {"k": {"home_account_id": home, "username": "ada@example.test"}},
        "RefreshToken": {"r": {"home_account_id": home, "secret": CANARY}},
        "AccessToken": {"a": {"home_account_id": home, "secret": CANARY + "2", "expires_on": "1793534400"}},
    }
    found = read(".azure/msal_token_cache.json", json.dumps(cache))
    assert [each.name for each in found.credentials] == [
        "AccessToken of ada@example.test",
        "RefreshToken of ada@example.test",
    ]
    assert found.credentials[0].expires == "2026-11-01T12:00:00Z"
    who_ = "identity:azure/22222222-bbbb-4bbb-8bbb-222222222222/11111111-aaaa-4aaa-8aaa-111111111111"
    assert set(who(found).values()) == {who_}
    profile = {"subscriptions": [{"id": "s1", "tenantId": "t1", "user": {"name": "ada@example.test", "type": "user"}}]}
    found = read(".azure/azureProfile.json", "\ufeff" + json.dumps(profile))
    assert settings(found) == {"subscriptions.s1": "ada@example.test in tenant t1"}


def test_ssh() -> None:
    clear = read(".ssh/id_ed25519", KEY.format("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2g"))
    assert rows(clear) == [("key", "private_key", "plaintext", "SSH key id_ed25519")]
    locked = read(".ssh/work.pem", KEY.format("b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAg"))
    assert rows(locked) == [("key", "private_key", "secret_manager:passphrase", "SSH key work.pem, with a passphrase")]
    text = f"""
        Host bastion
          ForwardAgent yes
          IdentityAgent ~/.1password/agent.sock
          ProxyCommand nc --proxy-auth dev:{CANARY} %h %p
        # ForwardAgent no
        Host *
          IdentityFile=~/.ssh/id_ed25519
          SendEnv LANG
        """
    found = read(".ssh/config", text)
    assert settings(found) == {
        "bastion.ForwardAgent": "yes",
        "bastion.IdentityAgent": "~/.1password/agent.sock",
        "bastion.ProxyCommand": "nc",
        "*.IdentityFile": "~/.ssh/id_ed25519",
    }
    assert not SOURCE.recognises(HOME + ".ssh/id_ed25519.pub", "ssh-ed25519 AAAA")
    assert not SOURCE.recognises(HOME + ".ssh/known_hosts", "git.example.test ssh-ed25519 AAAA")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ProxyCommand ssh -o Port=22 jump", "ssh"),
        ("ProxyCommand=ssh -o Port=22 jump", "ssh"),
        ('ProxyCommand = "nc %h %p"', "nc"),
        ('ProxyCommand ""', ""),
    ],
)
def test_an_equals_sign_in_an_argument_of_ssh(line: str, value: str) -> None:
    (stated,) = read(".ssh/config", f"Host a\n  {line}\n").settings
    assert (stated.key, stated.value) == ("a.ProxyCommand", value)
    assert stated.locations[0].column == 3 + len(line) - len(line[12:].lstrip(" ="))
