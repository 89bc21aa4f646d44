"""Credentials of developers' tools in a home folder: registries of packages and images, version control, and vaults.

Shapes are those of the makers' documentation: GitHub CLI, npm, PyPI (``.pypirc``), curl and ftp (``.netrc``), Docker
(``config.json``), git (``gitcredentials``), Terraform, Vault and 1Password.
"""

from __future__ import annotations

import re

from nhiassess.formats.format import EMPTY, Node
from nhiassess.formats.ini import sections
from nhiassess.formats.references import reference
from nhiassess.formats.taken import Taken
from nhiassess.model.inventory import Identity, Location
from nhiassess.sources.source import quote
from nhiassess.sources.workstations.home import ADDRESS, Home, host_of, text_of

_WORD = re.compile(r"\S+")
_BLOCK = re.compile(r"\s{0,40}(?:credentials\s+\"(?P<host>[^\"]{1,300})\"|[a-z_]{1,60}(?:\s+\"[^\"]{0,300}\")?\s*\{)")
_TOKEN = re.compile(r"(?<![\w-])token\s{0,40}=\s{0,40}\"(?P<value>[^\"]{1,4000})\"")
_HELPER = re.compile(r"\s{0,40}credentials_helper\s+\"(?P<name>[^\"]{1,300})\"")
_NPM_KEYS = {"_authToken": "api_key", "_auth": "password", "_password": "password", "keyfile": "private_key"}


def read_github(home: Home) -> None:
    """Read the hosts that the GitHub command line is logged in to, as whom, and where it keeps the token.

    Parameters
    ----------
    home:
        ``.config/gh/hosts.yml``.
    """
    for host, node in home.file.document.root.items():
        active = text_of(node.get("user"))
        users = {name: each for name, each in (node.get("users") or EMPTY).items() if name}
        if not users and active is not None:
            users = {active: node}
        for name, each in users.items() or (("", node),):
            token = each.get("oauth_token")
            if token is None and name == active:
                token = node.get("oauth_token")
            identity = None
            if name:
                where = "-" if host == "github.com" else quote(host)
                id = f"identity:github/{where}/user:{quote(name)}"
                identity = Identity(id, "user", name, "github", locations=(home.file.at_key(each),))
            place = home.at(token) if token is not None else home.file.at_key(node)
            # without a token here it lies in the keyring of the system
            store = "plaintext" if token is not None and token.text() else "secret_manager:keyring"
            secrets = token.secrets if token is not None else ()
            dotted = f"{host}.{name}" if name else host
            home.keep(dotted, place, f"GitHub token for {host}", kind="oauth_token", store=store, identity=identity,
                      secrets=secrets)  # fmt: skip


def read_npm(home: Home) -> None:
    """Read the registries that npm logs in to.

    Parameters
    ----------
    home:
        ``.npmrc``.
    """
    for section in sections(home.file.document):
        for key, node in section.entries.items():
            scope, _, last = key.rpartition(":")
            kind = _NPM_KEYS.get(last)
            text = node.text()
            if kind is None or not text:
                continue
            registry = scope.strip("/") or "the default registry"
            store: str | None = "plaintext"
            if not node.secrets:
                referred = reference(text)
                # a key file lies elsewhere; what else was not taken for a secret is a reference, or a placeholder
                store = "env_reference" if referred is not None else None
            home.keep(key, home.at(node), f"npm token for {registry}", kind=kind, store=store, secrets=node.secrets)


def read_pypi(home: Home) -> None:
    """Read the indexes of Python packages that uploads log in to.

    Parameters
    ----------
    home:
        ``.pypirc``.
    """
    for section in sections(home.file.document):
        node = section.entries.get("password")
        if node is not None and node.text():
            user, where = section.text("username"), section.text("repository") or section.name
            kind = "api_key" if user == "__token__" else "password"
            name = f"Python package index {host_of(where)}"
            home.keep(f"{section.name}.password", home.at(node), name, kind=kind, secrets=node.secrets)


def read_netrc(home: Home) -> None:
    """Read the machines that a netrc file logs in to; not as whom, since some take a token in place of a user.

    Parameters
    ----------
    home:
        ``.netrc``.
    """
    machine, before = "", ""
    taken = Taken(home.file.document)
    for number, line in enumerate(home.file.document.text.split("\n"), start=1):
        if line.lstrip().startswith("#"):
            continue
        for match in _WORD.finditer(line):
            word = match[0]
            if before == "machine":
                machine = word
            elif before == "password":
                name = f"login at {machine or 'any machine'}"
                place = Location(home.file.path, number, match.start() + 1)
                held = taken.at(number, match.start() + 1, word)
                home.keep(
                    f"{machine or 'default'}.password at {number}:{match.start() + 1}",
                    place,
                    name,
                    kind="password",
                    secrets=held,
                )
            elif word == "default":
                machine = ""
            before = "" if before in ("machine", "login", "password", "account") else word


def read_git(home: Home) -> None:
    """Read the hosts that git keeps credentials of.

    Parameters
    ----------
    home:
        ``.git-credentials``.
    """
    taken = Taken(home.file.document)
    for number, line in enumerate(home.file.document.text.split("\n"), start=1):
        match = ADDRESS.match(line.strip()[:3000])
        if match is None or match["user"] is None:
            continue
        held = taken.at(number, 1, line)
        place = Location(home.file.path, number)
        # a token may stand in the place of the user, so whom it is for is not told
        home.keep(f"line {number}", place, f"git at {match['host']}", kind="password", secrets=held)


def read_docker(home: Home) -> None:
    """Read the registries of images that Docker logs in to, and the programs that keep their credentials.

    Parameters
    ----------
    home:
        ``.docker/config.json``.
    """
    root = home.file.document.root
    helpers = {host: each for host, each in (root.get("credHelpers") or EMPTY).items() if each.text()}
    shared = text_of(root.get("credsStore"))
    for host, entry in (root.get("auths") or EMPTY).items():
        keys = ("auth", "identitytoken", "registrytoken", "password")
        held = next((node for key in keys if (node := entry.get(key)) is not None and node.text()), None)
        name = f"image registry {host_of(host)}"
        if held is not None:
            home.keep(f"auths.{host}", home.at(held), name, kind="password", secrets=held.secrets)
        elif shared is not None and host not in helpers:
            place = home.file.at_key(entry)
            home.keep(f"auths.{host}", place, name, kind="password", store=f"secret_manager:{shared}")
    for host, helper in helpers.items():
        store = f"secret_manager:docker-credential-{helper.text()}"
        home.keep(
            f"credHelpers.{host}", home.at(helper), f"image registry {host_of(host)}", kind="password", store=store
        )


def read_terraform(home: Home) -> None:
    """Read the hosts that Terraform has tokens of.

    Parameters
    ----------
    home:
        ``.terraform.d/credentials.tfrc.json``.
    """
    for host, entry in (home.file.document.root.get("credentials") or EMPTY).items():
        token = entry.get("token")
        if token is not None and token.text():
            dotted = f"credentials.{host}.token"
            home.keep(dotted, home.at(token), f"Terraform token for {host}", kind="api_key", secrets=token.secrets)


def read_terraform_settings(home: Home) -> None:
    """Read the hosts that the settings of Terraform's command line hold tokens of, block by block.

    Parameters
    ----------
    home:
        ``.terraformrc`` or ``terraform.rc``.
    """
    taken, host = Taken(home.file.document), ""
    for number, line in enumerate(home.file.document.text.split("\n"), start=1):
        if opened := _BLOCK.match(line):
            host = opened["host"] or ""
        if host and (match := _TOKEN.search(line)):
            place = Location(home.file.path, number, match.start("value") + 1)
            held = taken.at(number, match.start("value") + 1, match["value"])
            name = f"Terraform token for {host}"
            home.keep(f"credentials.{host}.token", place, name, kind="api_key", secrets=held)
    for number, line in enumerate(home.file.document.text.split("\n"), start=1):
        if helper := _HELPER.match(line):
            named = Node(helper["name"], number, helper.start("name") + 1)
            home.state("credentials_helper", named, helper["name"])


def read_vault(home: Home) -> None:
    """Read that the Vault command line is logged in; whose token it is, and to which server, stands nowhere.

    Parameters
    ----------
    home:
        ``.vault-token``.
    """
    if home.file.document.text.strip():
        place = Location(home.file.path, 1)
        home.keep("token", place, "Vault token", kind="oauth_token", secrets=home.file.document.secrets)


def read_onepassword(home: Home) -> None:
    """Read the accounts that the 1Password command line knows, whose keys need a password as well.

    Parameters
    ----------
    home:
        ``.config/op/config``.
    """
    accounts = home.file.document.root.get("accounts")
    for place, each in enumerate(accounts.elements() if accounts is not None else ()):
        key, address = each.get("accountKey"), text_of(each.get("url")) or text_of(each.get("shorthand"))
        if key is not None and key.text():
            name = f"1Password secret key of {host_of(address or 'an account')}"
            home.keep(f"accounts.{place}.accountKey", home.at(key), name, kind="api_key", secrets=key.secrets)
