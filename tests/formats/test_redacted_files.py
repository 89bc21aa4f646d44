"""Whole files lose their secrets: by place, by kind of file, and by what protects a key."""

from __future__ import annotations

import pytest

from nhiassess.formats.format import Secret
from nhiassess.formats.reading import read
from nhiassess.formats.secrets import find, find_in_prose
from tests.formats.looking import at
from tests.formats.test_secrets import MIXED


def secrets_of(text: str, path: str = "x.json", key: bytes = b"run") -> tuple[Secret, ...]:
    return read(path, text.encode(), key=key).secrets


def test_equal_values_have_equal_fingerprints_under_one_key_only() -> None:
    text = '{"a": {"password": "hunter2-a"}, "b": {"PASSWORD": "hunter2-a"}, "c": {"password": "hunter2-b"}}'
    first, second, other = secrets_of(text)
    assert first.fingerprint == second.fingerprint != other.fingerprint
    assert secrets_of(text, key=b"other run")[0].fingerprint != first.fingerprint
    assert len(first.fingerprint) == 64
    assert first.fingerprint not in repr(first)


def test_a_secret_tells_its_place_length_and_how_it_was_known() -> None:
    token = "ghp_" + MIXED[:36]
    (secret,) = secrets_of('{\n  "env": {"GITHUB_TOKEN": "' + token + '"}\n}')
    assert (secret.line, secret.column, secret.length, secret.kind) == (2, 27, 40, "github_pat")
    assert (secret.how, secret.confidence) == ("prefix", "high")


def test_values_in_places_of_secrets_are_secrets_whatever_they_are() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: agent}\n"
    text += "data: {a: Zm9v, b: '{{ .Values.b }}'}\nstringData: {c: plain, d: 5}\n"
    root = read("s.yaml", text.encode(), key=b"run").root
    assert root.plain() == {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "agent"},
        "data": {"a": "[redacted]", "b": "{{ .Values.b }}"}, "stringData": {"c": "[redacted]", "d": "[redacted]"},
    }  # fmt: skip


def test_values_of_terraform_state_are_secrets() -> None:
    instance = '{"attributes": {"id": "x", "n": 1}}'
    text = '{"outputs": {"o": {"value": "abc"}}, "resources": [{"type": "t", "instances": [' + instance + "]}]}"
    root = read("terraform.tfstate", text.encode(), key=b"run").root
    assert at(root, "outputs", "o", "value").plain() == "[redacted]"
    assert at(root, "resources", 0, "type").plain() == "t"
    assert at(root, "resources", 0, "instances", 0, "attributes", "id").plain() == "[redacted]"


def test_numbers_and_flags_under_names_of_secrets_stay_except_long_passwords() -> None:
    text = '{"token": 4096, "secret": true, "automountServiceAccountToken": false, "password": 12345678, "pwd": null}'
    assert read("x.json", text.encode(), key=b"run").root.plain() == {
        "token": 4096, "secret": True, "automountServiceAccountToken": False, "password": "[redacted]", "pwd": None,
    }  # fmt: skip


def test_a_secret_in_a_file_of_our_own_is_a_problem() -> None:
    text = b"a: 1\npassword: hunter2\n"
    assert read("x.yaml", text, key=b"run").problems == ()
    assert [(each.line, each.column) for each in read("x.yaml", text, key=b"run", strict=True).problems] == [(2, 11)]


def test_half_of_an_approle_is_a_secret_and_the_name_of_an_aws_secret_is_none() -> None:
    half = "6f0a1c2e-8d3b-4f5a-9b7c-1e2d3c4b5a69"
    assert [
        span.kind for name in ("approle_secret_id", "VAULT_SECRET_ID", "appRoleSecretId") for span in find(half, name)
    ] == ["client_secret"] * 3
    assert not find(half, "SecretId") and not find(half, "approle_role_id")


def test_the_id_of_a_credential_of_jenkins_is_no_secret() -> None:
    assert not find_in_prose(
        "environment {\n  API_KEY = credentials('api-key')\n  DB_PASSWORD = credentials(\"db\")\n}\n"
    )
    assert find_in_prose("API_KEY = 'hunter2hunter2'\n")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", "encrypted_private_key"),
        ("RSA PRIVATE KEY-----\n", "private_key"),
        ("ENCRYPTED PRIVATE KEY-----\n", "encrypted_private_key"),
        ("PRIVATE KEY-----\n", "private_key"),
        ("OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE", "private_key"),
        ("OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1j", "encrypted_private_key"),
    ],
)
def test_a_private_key_says_whether_a_passphrase_protects_it(start: str, kind: str) -> None:
    text = "-----BEGIN " + start + MIXED + "\n-----END " + start.partition("-----")[0] + "-----\n"
    (secret,) = read("id_key", text.encode(), key=b"k").secrets
    assert secret.kind == kind


@pytest.mark.parametrize("name", [".vault-token", "home/dev/.vault-token", ".nomad-token"])
def test_files_that_are_nothing_but_a_secret(name: str) -> None:
    document = read(name, b"s.CANARYfakefakefakefake\n", key=b"k")
    assert document.text == "[redacted]\n"
    assert [secret.line for secret in document.secrets] == [1]
    assert not read("token.md", b"plain words\n", key=b"k").secrets


def test_every_way_to_write_a_netrc() -> None:
    text = "default login a password hunter2\nmachine x login y account z password hunter3\n"
    assert "hunter" not in read(".netrc", text.encode(), key=b"k").text


def test_tokens_of_a_registry_of_images() -> None:
    text = '{"auths": {"x": {"identitytoken": "hunter2hunter2"}, "y": {"registrytoken": "hunter3hunter3"}}}'
    assert "hunter" not in read(".docker/config.json", text.encode(), key=b"k").text
