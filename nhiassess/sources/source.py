"""The contract of a source: which files it recognises, and the inventory that it reads from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import dirname
from typing import Protocol

from nhiassess.formats.format import Document, Node
from nhiassess.formats.names import CONNECTION, declares, hints
from nhiassess.formats.secrets import is_placeholder, reference
from nhiassess.model.ids import quote as quote
from nhiassess.model.inventory import Credential, Inventory, Link, Location

# folders that hold a tool's configuration for the folder above them
CONFIGURATION_FOLDERS = frozenset(
    {
        ".claude",
        ".cursor",
        ".codex",
        ".vscode",
        ".gemini",
        ".kiro",
        ".amazonq",
        ".windsurf",
        ".roo",
        ".continue",
    }
)

# folders of test data, by the custom of many languages
_FIXTURES = re.compile(r"(?i)(?:^|/)(?:fixtures?|__fixtures__|testdata|test[-_]data|__tests__|__snapshots__)/")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file, read once and redacted, as sources get it."""

    path: str
    document: Document

    def at(self, node: Node) -> Location:
        """Give the place of a value."""
        return Location(self.path, node.line, node.column)

    def at_key(self, node: Node) -> Location:
        """Give the place of the key that a value stands under."""
        return Location(self.path, node.key_line, node.key_column)


class Source(Protocol):
    """One kind of observed configuration."""

    @property
    def name(self) -> str:
        """The name, as the ledger prints it."""

    def recognises(self, path: str, head: str) -> bool:
        """Tell from the path and the first 4,096 characters whether a file is of this kind; never keep them."""

    def group(self, path: str) -> str:
        """Give the key of the files that belong together; the path itself when each stands alone."""

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read one group of files; what could not be understood is a `Skipped` row of the inventory."""


def folder(path: str) -> str:
    """Give the folder that a configuration file belongs to, and "-" for the root.

    Examples
    --------
    >>> folder("repos/payments/.claude/settings.json"), folder("repos/payments/.mcp.json"), folder(".mcp.json")
    ('repos/payments', 'repos/payments', '-')
    """
    parts = dirname(path).split("/")
    for place, part in enumerate(parts):
        if part in CONFIGURATION_FOLDERS:
            parts = parts[:place]
            break
    return quote("/".join(parts)) or "-"


def is_fixture(path: str) -> bool:
    """Tell whether a file is test data: nothing in an estate reads it where it lies.

    Examples
    --------
    >>> is_fixture("repos/web/tests/fixtures/mcp-import.json"), is_fixture("repos/web/.mcp.json")
    (True, False)
    """
    return bool(_FIXTURES.search(path))


def link(source: str, verb: str, target: str, *places: Location, **more: object) -> Link:
    """Make a link whose id follows from its ends and its first place."""
    first = places[0] if places else Location("-")
    return Link(f"{source}|{verb}|{target}|{first}", source, verb, target, locations=tuple(places), **more)  # type: ignore[arg-type]  # the fields of Link by name


def credential(
    file: ReadFile, node: Node, dotted: str, holder: str, name: str | None = None
) -> tuple[Credential, Link, tuple[tuple[str, str], ...]] | None:
    """Read a scalar that holds a secret, or refers to one, as a credential that its holder holds.

    Parameters
    ----------
    file, node:
        The file and the scalar in it.
    dotted:
        The path of the scalar in the file, such as ``mcpServers.github.env.TOKEN``.
    holder:
        The id of the agent, tool server, workflow or resource that holds it.
    name:
        The variable or field it is known by; the last part of `dotted` when absent.

    Returns
    -------
    tuple or None
        The credential, the ``holds`` link and the (place, fingerprint) pairs; None when the scalar is neither
        a secret nor a reference to one.
    """
    text = node.text()
    if text is None:
        return None
    id = f"credential:{quote(file.path)}#{quote(dotted)}"
    known_as = name or dotted.rsplit(".", 1)[-1]
    place = file.at(node)
    if node.secrets:
        secret = node.secrets[0]
        value = Credential(id, kind=kind(secret.kind, known_as), store="plaintext", name=known_as, locations=(place,))
        prints = tuple((id, each.fingerprint) for each in node.secrets)
        return value, link(holder, "holds", id, place), prints
    referred = reference(text)
    if referred is None or is_placeholder(text) or not _names_a_secret(known_as, referred.name):
        return None
    store = (
        f"secret_manager:{referred.name}" if referred.kind in ("secret_manager", "github_secret") else "env_reference"
    )
    value = Credential(id, kind=kind("", known_as), store=store, name=known_as, locations=(place,))
    return value, link(holder, "holds", id, place), ()


def variable(file: ReadFile, node: Node, dotted: str, holder: str, name: str) -> tuple[Credential, Link] | None:
    """Read the name of a variable that its holder is given, as a credential when the name says so.

    Parameters
    ----------
    file, node, dotted, holder:
        As for `credential`.
    name:
        The variable.

    Returns
    -------
    tuple or None
        The credential and the ``holds`` link; None when the name is not that of a secret.
    """
    if not _names_a_secret(name):
        return None
    id = f"credential:{quote(file.path)}#{quote(dotted)}"
    value = Credential(id, kind=kind("", name), store="env_reference", name=name, locations=(file.at(node),))
    return value, link(holder, "holds", id, file.at(node))


def _names_a_secret(*names: str) -> bool:
    return any(declares(each) or hints(each) or CONNECTION.search(each) for each in names)


def kind(secret_kind: str, name: str) -> str:
    """Give the kind of a credential by the kind of its secret and the name that it is known by.

    Examples
    --------
    >>> kind("github_pat", ""), kind("", "DB_PASSWORD")
    ('pat', 'password')
    """
    words = f"{secret_kind} {name}".lower()
    for sign, meant in (
        ("password", "password"),
        ("dsn", "password"),
        ("private_key", "private_key"),
        ("client_secret", "client_secret"),
        ("oauth", "oauth_token"),
        ("bearer", "oauth_token"),
    ):
        if sign in words:
            return meant
    if re.search(r"(?:^|[^a-z])pat(?:$|[^a-z])|personal_access_token", words):
        return "pat"
    return "api_key"
