"""SPIRE servers and agents: trust domain, lifetimes, where keys lie, how nodes are let in, whom the domain trusts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.formats.durations import seconds
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Resource
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import (
    DEFAULT_JWT_SECONDS,
    DEFAULT_X509_SECONDS,
    SCHEME,
    Lifetimes,
    identity,
    spiffe_identity,
    state,
    trust,
)
from nhiassess.sources.source import ReadFile, folder, quote

_SERVER = (
    *("trust_domain", "default_x509_svid_ttl", "default_jwt_svid_ttl", "default_svid_ttl", "ca_ttl", "agent_ttl"),
    *("jwt_issuer", "ca_key_type", "audit_log_enabled", "prune_attested_nodes_expired_for", "bind_address"),
)
_AGENT = (
    *("trust_domain", "server_address", "insecure_bootstrap", "trust_bundle_path", "trust_bundle_url"),
    *("allow_unauthenticated_verifiers", "authorized_delegates", "admin_socket_path", "availability_target"),
    *("allowed_foreign_jwt_claims", "socket_path"),
)
# of a small program that checks or adds tokens for a proxy
_HELPER = ("socket_path", "jwt_mode", "audience")
_SECRETS = ("join_token",)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The part of a file that configures a server, an agent or a helper, and the plug-ins beside it."""

    file: ReadFile
    part: str  # server | agent | helper
    node: Node
    plugins: Node

    @property
    def domain(self) -> str:
        """The trust domain, ``-`` where the file names none."""
        node = self.node.get("trust_domain")
        text = node.text() if node is not None else None
        return text.removeprefix(SCHEME) if text and (node is None or node.tag is None) else "-"


def parts_of_configuration(file: ReadFile) -> Iterator[Configuration]:
    """Give the servers and agents that a file configures; blocks of HCL are lists of one.

    Parameters
    ----------
    file:
        HCL, or JSON and YAML of the same keys.
    """
    root = file.document.root
    plugins = _one(root.get("plugins")) or EMPTY
    for part in ("server", "agent"):
        node = _one(root.get(part))
        if node is not None and (node.get("trust_domain") is not None or plugins.value):
            yield Configuration(file, part, node, plugins)
    if root.get("jwt_mode") is not None and root.get("audience") is not None:
        yield Configuration(file, "helper", root, EMPTY)


def lifetimes(configurations: Iterable[Configuration]) -> Iterator[tuple[str, Lifetimes]]:
    """Give for how long servers issue, by trust domain."""
    for each in configurations:
        if each.part != "server" or each.domain == "-":
            continue
        older = seconds(each.node.get("default_svid_ttl"))
        stated = [each.node.get(key) for key in ("default_x509_svid_ttl", "default_jwt_svid_ttl")]
        known = [seconds(node) for node in stated]
        x509, jwt = (
            value or (None if node is not None else default)
            for value, node, default in zip(
                known, stated, (older or DEFAULT_X509_SECONDS, DEFAULT_JWT_SECONDS), strict=True
            )
        )
        yield each.domain, Lifetimes(x509, jwt)


def read_configuration(of: Configuration, found: Gathering) -> None:
    """Read one server, agent or helper.

    Parameters
    ----------
    of:
        It.
    found:
        What was gathered; it is added to.
    """
    keys = {"server": _SERVER, "agent": _AGENT, "helper": _HELPER}[of.part]
    prefix = "" if of.part == "helper" else f"{of.part}."
    for key in keys:
        node = of.node.get(key)
        for each in node.listed() if node is not None else ():
            if (text := leaf_text(each)) is not None:
                state(of.file, each, prefix + key, text, found, listed=node is not None and node.is_sequence)
    audience = of.node.get("audience") if of.part == "helper" else None
    made = identity(audience.text() or "", of.file.at(audience)) if audience is not None else None
    if made:
        found.identities.append(made)
    if of.part == "helper":
        return
    holder = _holder(of, found)
    _plugins(of, holder, found)
    for key in _SECRETS:
        if (node := of.node.get(key)) is not None:
            found.hold(of.file, node, f"{prefix}{key}", holder)
    if of.part == "server":
        _administrators(of, found)
        _federation(of, found)


def _holder(of: Configuration, found: Gathering) -> str:
    """Add what holds the keys of the configuration: the server of the domain, or the machine of an agent."""
    place = of.file.at_key(of.node)
    if of.part == "agent" or of.domain == "-":
        host = f"resource:host/{folder(of.file.path)}"
        found.resources.append(Resource(host, provider="host", locations=(place,)))
        return host
    id = f"resource:spiffe/{quote(of.domain)}"
    made = Resource(id, kind="identity_service", name=of.domain, provider="spiffe", locations=(place,))
    found.resources.append(made)
    return id


def _administrators(of: Configuration, found: Gathering) -> None:
    for each in (of.node.get("admin_ids") or EMPTY).elements():
        text = each.text() or ""
        if made := identity(text, of.file.at(each)):
            found.identities.append(made)
            state(of.file, each, "server.admin_ids", text, found, listed=True)


def _plugins(of: Configuration, holder: str, found: Gathering) -> None:
    """Read which plug-ins are on, and the credentials among what they are given."""
    for kind, named in of.plugins.items():
        for within in named.listed():
            for name, plugin in within.items():
                state(of.file, plugin, f"plugins.{kind}.{name}", "on", found)
                given = _one(plugin.get("plugin_data")) or EMPTY
                _given(of.file, given, f"plugins.{kind}.{name}.plugin_data", holder, found)


def _given(file: ReadFile, node: Node, dotted: str, holder: str, found: Gathering, depth: int = 0) -> None:
    for key, each in node.items():
        for value in each.listed():
            if value.is_mapping and depth < 8:
                _given(file, value, f"{dotted}.{key}", holder, found, depth + 1)
            elif not value.is_sequence:
                found.hold(file, value, f"{dotted}.{key}", holder)


def _federation(of: Configuration, found: Gathering) -> None:
    federation = _one(of.node.get("federation")) or EMPTY
    endpoint = _one(federation.get("bundle_endpoint"))
    if endpoint is not None:
        address, port = (leaf_text(endpoint.get(key) or EMPTY) for key in ("address", "port"))
        value = f"{address or '-'}:{port or '-'}"
        state(of.file, endpoint, "server.federation.bundle_endpoint", value, found)
    for within in (federation.get("federates_with") or EMPTY).listed():
        for name, node in within.items():
            known = _one(node) or EMPTY
            url = known.get("bundle_endpoint_url")
            places = [of.file.at_key(node), *([of.file.at(url)] if url is not None else [])]
            made = trust(of.domain, name, places, url.text() if url is not None else None)
            if made:
                found.trusts.append(made)
            _endpoint(of, known, found)


def _endpoint(of: Configuration, node: Node, found: Gathering) -> None:
    """Add the identity that the keys of another domain are fetched from."""
    for within in (node.get("bundle_endpoint_profile") or EMPTY).listed():
        named = (_one(within.get("https_spiffe")) or EMPTY).get("endpoint_spiffe_id")
        if (
            named is not None
            and spiffe_identity(named.text() or "")
            and (made := identity(named.text() or "", of.file.at(named)))
        ):
            found.identities.append(made)


def _one(node: Node | None) -> Node | None:
    """Give a block, which HCL has as a list of one."""
    if node is None or not node.is_sequence:
        return node
    return node.get(0)
