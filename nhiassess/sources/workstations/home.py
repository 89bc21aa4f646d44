"""The machine of a home folder, and the credentials that lie on it as files: that they exist and for what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import Any

from nhiassess.formats.format import Node, Secret
from nhiassess.model.inventory import Credential, Identity, Location, Resource
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

KIND = "workstation"
ADDRESS = re.compile(
    r"(?P<scheme>[a-z]{2,10})://(?:(?P<user>[^\s:/@]{0,200})(?P<password>:[^\s/@]{0,2000})?@)?(?P<host>[^\s/@]{1,300})"
)


@dataclass(frozen=True, slots=True)
class Home:
    """One file of a home folder.

    Parameters
    ----------
    file, where:
        The file, and the home folder that it lies in, as ids have it.
    is_home:
        Whether such a file lies in home folders only; one of a project may lie anywhere.
    found:
        What was gathered; it is added to.
    """

    file: ReadFile
    where: str
    is_home: bool
    found: Gathering

    @property
    def host(self) -> str:
        """The id of the machine, which is that of the agents of the same folder."""
        return f"resource:host/{self.where}"

    def keep(
        self,
        dotted: str,
        place: Location,
        name: str,
        *,
        kind: str | None = None,
        store: str | None = "plaintext",
        identity: Identity | None = None,
        secrets: Sequence[Secret] = (),
        **facts: Any,
    ) -> str:
        """Add a credential that lies on the machine.

        Parameters
        ----------
        dotted, place:
            Its path within the file, and where it stands.
        name:
            What it is for, such as a profile or a host.
        kind, store:
            As the model has them; ``plaintext`` when the value stands in the file.
        identity:
            Whom it proves, when the file says so.
        secrets:
            What was redacted where it stands.
        **facts:
            Other fields of the credential.

        Returns
        -------
        str
            The id of the credential.
        """
        id = f"credential:{quote(self.file.path)}#{quote(dotted)}"
        self.found.credentials.append(Credential(id, kind, store, name, locations=(place,), **facts))
        kept = KIND if self.is_home else None
        self.found.resources.append(Resource(self.host, kept, provider="host", locations=(place,)))
        reason = f"{'/'.join(self.file.path.split('/')[-2:])} lies in its file system"
        self.found.links.append(link(self.host, "yields", id, place, reason=reason))
        self.found.fingerprints += [(id, each.fingerprint) for each in secrets]
        if identity is not None:
            self.found.identities.append(identity)
            self.found.links.append(link(id, "authenticates_as", identity.id, *identity.locations))
        return id

    def state(self, dotted: str, node: Node, value: str) -> None:
        """Add what the file states beside a credential, such as the account of a profile; never a secret."""
        self.found.settings.append(setting(self.file, node, dotted, value, None, "user"))

    def at(self, node: Node) -> Location:
        """Give the place of a value."""
        return self.file.at(node)


def text_of(node: Node | None) -> str | None:
    """Give the text of a node; None when there is none."""
    return (node.text() or None) if node is not None else None


def program_of(command: str) -> str:
    """Give the program of a command, without its arguments, which may hold secrets.

    Examples
    --------
    >>> program_of("/opt/bin/vault-login --token x")
    'vault-login'
    """
    words = command.strip().strip("\"'").replace("\\", "/").split()
    return basename(words[0].strip("\"'")) if words else "-"


def host_of(address: str) -> str:
    """Give the host that an address names; anything else stays as it is.

    Examples
    --------
    >>> host_of("https://index.docker.io/v1/"), host_of("ghcr.io")
    ('index.docker.io', 'ghcr.io')
    """
    match = ADDRESS.match(address[:3000])
    return match["host"] if match else address
