"""A secret store yields what somebody gets from it: whoever reads the store has the credential too."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.ids import quote
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

_STORE = "secret_manager:"
# of a reference to one key, version or stage of a secret, what names the secret
_AWS = re.compile(r"(?P<arn>arn:aws[\w-]*:(?:secretsmanager:[^:]*:\d*:secret|ssm:[^:]*:\d*:parameter)[:/][^:\s]+)")
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}\Z")
_GCP = re.compile(r"projects/[\w:.-]+/secrets/[\w-]+")
_KEY_VAULT = re.compile(r"https://(?P<vault>[\w-]+)\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)/secrets/")
_SECRET = re.compile(r"kubernetes:(?P<namespace>[^/:]+)/(?P<name>[^/]+)/")
_VAULT = re.compile(r"(?:vault:)?(?P<path>[^\s#:?]+)")


@dataclass(frozen=True, slots=True)
class Stored:
    """From secrets and stores that are in scope to the credentials that others get from them."""

    name: str = "stored"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each credential whose reference names a store that is in scope, and no file says so."""
        known = {each.id for each in inventory.resources}
        vaults = {
            each.id.rpartition("/")[2].lower(): each.id
            for each in inventory.resources
            if "/providers/microsoft.keyvault/vaults/" in each.id.lower() and "/secrets/" not in each.id.lower()
        }
        said = {(link.source, link.target) for link in inventory.links if link.verb == "yields"}
        for credential in inventory.credentials:
            store = credential.store or ""
            if not store.startswith(_STORE):
                continue
            for resource in dict.fromkeys(_keeping(store.removeprefix(_STORE), known, vaults)):
                if (resource, credential.id) not in said:
                    reason = f"keeps {credential.name or short(credential.id)}, which others get from it"
                    yield edge(resource, "yields", credential.id, reason, credential.locations[:1])


def _keeping(path: str, known: Collection[str], vaults: Mapping[str, str]) -> Iterator[str]:
    """Give what is in scope and keeps what a reference names: the secret itself, and all secrets of its namespace."""
    for find in _FINDERS:
        yield from (each for each in find(path) if each in known)
    if found := _KEY_VAULT.match(path):
        vault = vaults.get(found["vault"].lower())
        yield from (vault,) if vault else ()


def _of_aws(path: str) -> Iterator[str]:
    if found := _AWS.search(path):
        arn = found["arn"]
        yield f"resource:aws/{quote(arn)}"
        # a deployment names a secret without the six signs that AWS puts behind its name
        yield f"resource:aws/{quote(_SUFFIX.sub('', arn))}"


def _of_gcp(path: str) -> Iterator[str]:
    if found := _GCP.search(path):
        yield f"resource:gcp/{quote(found[0])}"
        yield f"resource:gcp/secretmanager.googleapis.com/{quote(found[0])}"


def _of_kubernetes(path: str) -> Iterator[str]:
    if found := _SECRET.match(path):
        namespace = f"resource:kubernetes/-/{quote(found['namespace'])}"
        yield f"{namespace}/secret/{quote(found['name'])}"
        yield f"{namespace}/secrets"


def _of_vault(path: str) -> Iterator[str]:
    """Give the path and those above it; the second version of the key-value engine puts ``data`` behind the mount."""
    found = _VAULT.match(path)
    parts = found["path"].strip("/").split("/") if found else []
    if not 2 <= len(parts) <= _MOST_PARTS:
        return
    for spelled in (parts, [parts[0], "data", *parts[1:]]):
        for count in range(len(spelled), 0, -1):
            yield f"resource:vault/{quote('/'.join(spelled[:count]))}"


_MOST_PARTS = 40
_FINDERS: tuple[Callable[[str], Iterator[str]], ...] = (_of_aws, _of_gcp, _of_kubernetes, _of_vault)

EDGE = Stored()
