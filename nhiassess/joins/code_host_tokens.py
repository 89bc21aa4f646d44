"""A token of a code host proves somebody there, though no file says whom: it gets an identity of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nhiassess.model.inventory import Credential, Identity, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge

# names of variables and fields that say where a token is for; GitHub's own of a job is known by its permissions
_NAMES = {
    "github": re.compile(r"(?i)(?:^|_)(?:github|gh)_(?:(?:personal_access|access|api|enterprise)_)?(?:token|pat)$"),
    "gitlab": re.compile(r"(?i)(?:^|_)gitlab_(?:(?:personal_access|access|api)_)?(?:token|pat)$"),
}


@dataclass(frozen=True, slots=True)
class CodeHostTokens:
    """Tokens of GitHub and GitLab by the names that they are known by."""

    name: str = "code_host_tokens"
    order: int = 45  # after references to one secret have become one credential

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with an identity, of whom nothing else is known, for each such token."""
        proved = {link.source for link in inventory.links if link.verb == "authenticates_as"}
        identities, links = [], []
        for token in inventory.credentials:
            host = _host(token) if token.id not in proved else None
            if host is not None:
                id = f"identity:{host}/-/token/{token.id.removeprefix('credential:')}"
                name = f"bearer of {token.name}"
                identities.append(Identity(id, name=name, provider=host, locations=token.locations[:1]))
                links.append(_proves(token, id))
        if not identities:
            return inventory
        return merge([inventory, Inventory(identities=tuple(identities), links=tuple(links))])


def _host(token: Credential) -> str | None:
    return next((host for host, pattern in _NAMES.items() if pattern.search(token.name or "")), None)


def _proves(token: Credential, identity: str) -> Link:
    first = token.locations[0] if token.locations else Location("-")
    reason = f"{token.name} proves somebody whom no file names"
    return Link(
        f"{token.id}|authenticates_as|{identity}|{first}",
        token.id,
        "authenticates_as",
        identity,
        reason=reason,
        locations=token.locations[:1],
    )


JOIN = CodeHostTokens()
