"""Tool servers and references meet what they name: service accounts, secrets and workloads of the cluster.

- A credential that refers to a key of a Kubernetes Secret in scope becomes the credential of that Secret; a
  reference to all keys becomes a link to each of them.
- A reference to an environment variable becomes the secret of that name when the same holder, or what starts
  it, has exactly one.
- A tool server whose URL names a workload of the cluster runs as that workload's service account.
- Every service account and user belongs to the groups that Kubernetes puts it in, where a binding names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from nhiassess.joins.same_secret import united
from nhiassess.model.inventory import Identity, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge

# kinds of identity that show the cluster who they are, in words
_AUTHENTICATED = {"service_account": "service account", "user": "user that shows who it is"}
_STORE = "secret_manager:kubernetes:"
_HOST = re.compile(
    r"^(?:https?|grpc|wss?)://([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?)?(?::\d+)?(?:/|$)"
)


class ServiceAccount:
    """What runs in a cluster, and what it names there."""

    name = "service_account"
    order = 40

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with the names resolved that are without doubt."""
        inventory = _whole_secrets(united(inventory, _keys_of_secrets(inventory)))
        inventory = united(inventory, _variables(inventory))
        links = {link.id: link for link in inventory.links}
        for made in (*_servers(inventory), *_groups(inventory)):
            links.setdefault(made.id, made)
        return replace(inventory, links=tuple(links[id] for id in sorted(links)))


def _kept(inventory: Inventory) -> Mapping[str, Mapping[str, str]]:
    """Give the credentials that each Secret yields: namespace/name to name of the key to id."""
    names = {resource.id: resource.name or "" for resource in inventory.resources if resource.kind == "secret"}
    keys = {credential.id: credential.name or "" for credential in inventory.credentials}
    found: dict[str, dict[str, str]] = {}
    for link in inventory.links:
        if link.verb == "yields" and link.source in names and link.target in keys:
            found.setdefault(names[link.source], {})[keys[link.target]] = link.target
    return found


def _keys_of_secrets(inventory: Inventory) -> Iterator[list[str]]:
    kept = _kept(inventory)
    for credential in inventory.credentials:
        secret, _, key = (credential.store or "").removeprefix(_STORE).rpartition("/")
        target = kept.get(secret, {}).get(key)
        if (credential.store or "").startswith(_STORE) and target and target != credential.id:
            yield [target, credential.id]


def _whole_secrets(inventory: Inventory) -> Inventory:
    kept = _kept(inventory)
    whole = {
        credential.id: tuple(kept[secret].values())
        for credential in inventory.credentials
        if (store := credential.store or "").startswith(_STORE) and store.endswith("/*")
        if (secret := store.removeprefix(_STORE).removesuffix("/*")) in kept
    }
    links: dict[str, Link] = {}
    for link in inventory.links:
        for target in whole.get(link.target, (link.target,)):
            first = link.locations[0] if link.locations else Location("-")
            id = link.id if target == link.target else f"{link.source}|{link.verb}|{target}|{first}"
            links[id] = replace(link, id=id, target=target)
    credentials = tuple(each for each in inventory.credentials if each.id not in whole)
    return replace(inventory, credentials=credentials, links=tuple(links[id] for id in sorted(links)))


def _variables(inventory: Inventory) -> Iterator[list[str]]:
    """Pair references to a variable with the one secret of that name that the same holder gets."""
    holders: dict[str, set[str]] = {}
    for link in inventory.links:
        if link.verb == "holds":
            holders.setdefault(link.target, set()).add(link.source)
    starts = {
        (link.target, link.source) for link in inventory.links if link.verb in ("triggers", "invokes", "served_by")
    }
    around: dict[str, set[str]] = {}
    for target, source in starts:
        around.setdefault(target, set()).add(source)
    secrets = [each for each in inventory.credentials if (each.store or "").startswith("secret_manager:")]
    for credential in inventory.credentials:
        if credential.store != "env_reference" or not credential.name:
            continue
        near = set(holders.get(credential.id, ()))
        for _ in range(2):  # a server's tool, and the agent that invokes the tool
            near |= {each for holder in tuple(near) for each in around.get(holder, ())}
        matching = [each for each in secrets if each.name == credential.name and holders.get(each.id, set()) & near]
        if len(matching) == 1:
            yield [matching[0].id, credential.id]


def _servers(inventory: Inventory) -> Iterator[Link]:
    workloads: dict[str, list[tuple[str, str]]] = {}
    for resource in inventory.resources:
        if resource.kind == "pod" and resource.provider == "kubernetes" and resource.name:
            namespace, _, name = resource.name.partition("/")
            workloads.setdefault(name, []).append((namespace, resource.id))
    runs = {(link.source, link.target): link for link in inventory.links if link.verb == "runs_as"}
    for server in inventory.tool_servers:
        match = _HOST.match(server.url or "")
        named = workloads.get(match[1], []) if match else []
        if match and match[2]:
            named = [each for each in named if each[0] == match[2]]
        if len(named) != 1:
            continue
        for (source, target), link in runs.items():
            if source == named[0][1]:
                places = (*server.locations, *link.locations)
                reason = f"{server.url} is the workload {'/'.join(named[0][1].split('/')[2::2])}"
                yield Link(
                    f"{server.id}|runs_as|{target}|{places[0] if places else '-'}",
                    server.id,
                    "runs_as",
                    target,
                    reason=reason,
                    locations=places,
                )


def _groups(inventory: Inventory) -> Iterator[Link]:
    accounts = [each for each in inventory.identities if each.kind in _AUTHENTICATED and each.provider == "kubernetes"]
    groups = [each for each in inventory.identities if each.kind == "group" and each.provider == "kubernetes"]
    for group in groups:
        for account in accounts:
            if _belongs(account, group):
                yield Link(
                    f"{account.id}|member_of|{group.id}",
                    account.id,
                    "member_of",
                    group.id,
                    reason=f"Kubernetes puts every {_AUTHENTICATED[account.kind or '']} into this group",
                    locations=(*account.locations[:1], *group.locations),
                )


def _belongs(account: Identity, group: Identity) -> bool:
    if account.kind == "user":
        return group.name == "system:authenticated" and account.name != "system:anonymous"
    namespace = (account.name or "").partition("/")[0]
    return group.name in ("system:serviceaccounts", "system:authenticated", f"system:serviceaccounts:{namespace}")


JOIN = ServiceAccount()
