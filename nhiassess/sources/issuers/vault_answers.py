"""What Vault prints about itself: a token that was looked up, auth methods and audit devices."""

from __future__ import annotations

from nhiassess.formats.durations import seconds
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Credential, Identity, Telemetry
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import state
from nhiassess.sources.issuers.vault_roles import of_terraform, plain, words
from nhiassess.sources.source import ReadFile, link, quote


def read_answers(file: ReadFile, found: Gathering) -> None:
    """Read what Vault prints: a token, auth methods and audit devices; and audit devices of Terraform."""
    for _, label, node in of_terraform(file, "vault_audit"):
        _audit(file, label, node, found)
    root = file.document.root
    data = root.get("data") or root
    if data.get("creation_ttl") is not None:
        _token(file, data, found)
        return
    for mount, node in data.items() if _are_mounts(data) else ():
        if node.get("type") is None:
            continue
        if text := leaf_text(node.get("accessor") or EMPTY):
            if text.startswith("auth_"):
                _method(file, mount, node, found)
        elif node.get("options") is not None:
            _audit(file, mount.strip("/"), node, found)


def _are_mounts(node: Node) -> bool:
    return node.is_mapping and any(key.endswith("/") for key, _ in node.items())


def _method(file: ReadFile, mount: str, node: Node, found: Gathering) -> None:
    kind = node.get("type") or EMPTY
    state(file, kind, f"{mount}.type", leaf_text(kind) or "-", found)
    for key in ("default_lease_ttl", "max_lease_ttl"):
        limit = node.get("config", key)
        if limit is not None and seconds(limit):
            state(file, limit, f"{mount}.config.{key}", leaf_text(limit) or "-", found)


def _audit(file: ReadFile, name: str, node: Node, found: Gathering) -> None:
    """Add an audit device, which records every request to Vault and its answer."""
    options = node.get("options") or EMPTY
    sink = next((text for key in ("file_path", "address", "facility") if (text := plain(options.get(key)))), None)
    made = Telemetry(
        f"telemetry:{quote(file.path)}#{quote(name)}",
        data_access=True,
        sink=sink or leaf_text(node.get("type") or EMPTY),
        locations=(file.at_key(node),),
    )
    found.telemetry.append(made)


def _token(file: ReadFile, data: Node, found: Gathering) -> None:
    path, role = (leaf_text(data.get(*keys) or EMPTY) for keys in (("path",), ("meta", "role")))
    place = file.at(data.get("creation_ttl") or data)
    # the answer has the token itself, unless somebody took it out
    secrets = (data.get("id") or EMPTY).secrets
    made = Credential(
        f"credential:{quote(file.path)}#token",
        kind="api_key",
        store="plaintext" if secrets else None,
        name=leaf_text(data.get("display_name") or EMPTY) or "Vault token",
        lifetime_seconds=seconds(data.get("creation_ttl")) or None,
        issued=leaf_text(data.get("issue_time") or EMPTY),
        expires=leaf_text(data.get("expire_time") or EMPTY),
        scopes=tuple(text for text, _ in words(data.get("policies"))) or None,
        locations=(place,),
    )
    found.credentials.append(made)
    found.fingerprints += [(made.id, each.fingerprint) for each in secrets]
    if role and path and path.startswith("auth/") and path.endswith("/login"):
        mount = path.removeprefix("auth/").removesuffix("/login")
        id, name = f"identity:vault/{quote(mount)}/role/{quote(role)}", f"auth/{mount}/role/{role}"
        found.identities.append(Identity(id, kind="role", name=name, provider="vault", locations=(place,)))
        found.links.append(link(made.id, "authenticates_as", id, place))
