"""Okta: applications that hold an OAuth client, and the scopes of Okta's own interfaces that they were granted.

Fields follow Okta's management API (``Application``, ``OpenIdConnectApplicationSettingsClient``,
``OAuth2ScopeConsentGrant``), as its SDKs document it: okta/okta-sdk-dotnet, docs/OAuth2ScopeConsentGrant.md.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from nhiassess.formats.format import Node
from nhiassess.sources.access.saas_access import Clients, entries, listed, nameless, words
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

# hosts of Okta itself; one of the organisation's own says nothing of its name
_HOST = re.compile(r"https?://([A-Za-z0-9-]{1,63}?)(?:-admin)?\.okta(?:preview|-emea|-gov)?\.(?:com|mil)(?:[/:]|$)")
_APP = re.compile(r"/apps/([A-Za-z0-9_-]{1,100})(?:[/?]|$)")
_CLIENT_SETTINGS = (
    "grant_types",
    "application_type",
    "consent_method",
    "redirect_uris",
    "refresh_token",
    "wildcard_redirect",
)
_CONSENT = {"ADMIN": "admin", "END_USER": "user"}


def read_apps(file: ReadFile, found: Gathering) -> None:
    """Read a list of applications."""
    clients = Clients(file, found, "okta")
    unnamed, other = [], []
    for dotted, node in entries(file, "value", "apps"):
        app = words(node, "id")
        settings = node.get("settings", "oauthClient")
        if app is None:
            unnamed.append((dotted, node))
        elif words(node, "signOnMode") != "OPENID_CONNECT" and (settings is None or not settings.is_mapping):
            other.append((dotted, node))
        else:
            _read_app(clients, dotted, node, app)
    nameless(clients, unnamed, "okta application", "id")
    if other:
        reason = f"{len(other)} applications sign people in and hold no OAuth client"
        clients.skip(other[0][1], f"{other[0][0]}.signOnMode", "okta application", reason)
    clients.done("okta application")


def _read_app(clients: Clients, dotted: str, node: Node, app: str) -> None:
    name = words(node, "label", "name") or app
    for key in ("status", "signOnMode", "lastUpdated"):
        clients.says(node.get(key), dotted, name, key)
    if (words(node, "status") or "ACTIVE") != "ACTIVE":
        # what is switched off acts for nobody, and only says so
        return
    id = clients.client(_id(node, app), node, name=name, created=words(node, "created"))
    for key in _CLIENT_SETTINGS:
        setting = node.get("settings", "oauthClient", key)
        if setting is not None and not setting.is_mapping:
            clients.says(setting, dotted, name, key)
    credentials = node.get("credentials", "oauthClient")
    if credentials is not None:
        clients.says(credentials.get("token_endpoint_auth_method"), dotted, name, "token_endpoint_auth_method")
        path = f"{dotted}.credentials.oauthClient.client_secret"
        clients.secret(id, credentials.get("client_secret"), path, "client_secret")


def read_grants(file: ReadFile, found: Gathering) -> None:
    """Read the scopes that applications were granted."""
    clients = Clients(file, found, "okta")
    unnamed = []
    scopes: dict[str, dict[str, None]] = {}
    first: dict[str, tuple[str, Node]] = {}
    for dotted, node in entries(file, "value", "grants"):
        app = _app(node) or words(node, "clientId")
        scope = listed(node.get("scopeId"))
        if app is None or not scope:
            unnamed.append((dotted, node))
            continue
        clients.says(node.get("status"), dotted, app, "status")
        if (words(node, "status") or "ACTIVE") != "ACTIVE":
            continue
        id = clients.client(_id(node, app), node)
        user = words(node, "userId")
        clients.granted(id, node, dotted, scope, f"okta:{user or _org(node)}", policy="scope consent grant")
        source = words(node, "source") or ""
        clients.says(node.get("source"), dotted, app, "consent", _CONSENT.get(source, source))
        scopes.setdefault(id, {}).update(dict.fromkeys(scope))
        first.setdefault(id, (dotted, node))
    for id, (dotted, node) in first.items():
        clients.token(id, node, dotted, tuple(scopes[id]))
    nameless(clients, unnamed, "okta grant", "application or scopeId")
    clients.done("okta grant")


def _id(node: Node, app: str) -> str:
    return f"identity:okta/{quote(_org(node))}/{quote(app)}"


def _org(node: Node) -> str:
    """Give the organisation that a record names in its links or as its issuer."""
    links = node.get("_links")
    places = [node.get("issuer"), *(each.get("href") for _, each in links.items())] if links else [node.get("issuer")]
    for place in places:
        found = _HOST.match(place.text() or "") if place is not None else None
        if found:
            return found[1]
    return "-"


def _app(node: Node) -> str | None:
    link = node.get("_links", "app", "href")
    found = _APP.search(link.text() or "") if link is not None else None
    return unquote(found[1]) if found else None
