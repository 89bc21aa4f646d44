"""Private keys of SSH in a home folder, with or without a passphrase, and what its configuration hands on.

Shapes are those of OpenSSH, ``ssh_config(5)`` and PROTOCOL.key. Only the beginning of a key is looked at: whether a
cipher is named there.
"""

from __future__ import annotations

import re
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.sources.workstations.home import Home

_STATED = frozenset({
    "forwardagent", "identityagent", "identityfile", "identitiesonly", "hostname", "user", "proxycommand", "proxyjump",
    "addkeystoagent", "stricthostkeychecking", "certificatefile", "pkcs11provider",
})  # fmt: skip

# an argument follows after spaces, or after one `=` with or without them
_LINE = re.compile(r"\s*(?P<key>[^\s=#][^\s=]*)(?:\s*=\s*|\s+)(?P<value>[^\s=].*)")


def read_key(home: Home) -> None:
    """Read that a private key lies in a file, and whether a passphrase protects it.

    Parameters
    ----------
    home:
        A file under ``.ssh``.
    """
    for place, secret in enumerate(home.file.document.secrets):
        if not secret.kind.endswith("private_key"):
            continue
        protected = secret.kind == "encrypted_private_key"
        name = f"SSH key {basename(home.file.path)}"
        home.keep(
            f"key.{place}" if place else "key",
            home.at(Node("", secret.line, secret.column)),
            f"{name}, with a passphrase" if protected else name,
            kind="private_key",
            store="secret_manager:passphrase" if protected else "plaintext",
            secrets=(secret,),
        )


def read_ssh_config(home: Home) -> None:
    """Read what the configuration of SSH hands on, host by host: agents, keys, and programs in between.

    Parameters
    ----------
    home:
        ``.ssh/config``.
    """
    host = "*"
    for number, line in enumerate(home.file.document.text.split("\n"), start=1):
        words = _LINE.match(line)
        if words is None:
            continue
        key, value = words["key"], words["value"].strip().strip('"')
        if key.lower() in ("host", "match"):
            host = value if key.lower() == "host" else f"match {value}"
        elif key.lower() in _STATED:
            column = words.start("value") + 1
            if key.lower() == "proxycommand":
                value = value.partition(" ")[0]  # its arguments may hold secrets
            home.state(f"{host}.{key}", Node(value, number, column), value)
