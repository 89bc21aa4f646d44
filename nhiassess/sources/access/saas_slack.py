"""Slack: manifests of apps, and the log of which apps were added to a workspace with which scopes.

Fields follow docs.slack.dev, "App manifest reference" and "team.integrationLogs". A manifest says what an app
asks for and gets when it is installed; that it is installed, only the log tells. With token rotation on, access
tokens expire after twelve hours (docs.slack.dev, "Using token rotation"); without it they stay valid.
"""

from __future__ import annotations

from datetime import UTC, datetime

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Input
from nhiassess.sources.access.saas_access import Clients, entries, listed, nameless, words
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_ROTATED_SECONDS = 12 * 3600
# events that bring what people write: in channels, to the app itself, and as files
_WRITTEN = ("message", "app_mention", "file_created", "file_shared", "file_public", "link_shared")
_SETTINGS = (
    ("settings", "token_rotation_enabled"),
    ("settings", "socket_mode_enabled"),
    ("settings", "org_deploy_enabled"),
    ("settings", "is_hosted"),
    ("settings", "allowed_ip_address_ranges"),
    ("settings", "event_subscriptions", "request_url"),
    ("settings", "event_subscriptions", "bot_events"),
    ("settings", "event_subscriptions", "user_events"),
    ("settings", "interactivity", "request_url"),
    ("oauth_config", "redirect_urls"),
    ("oauth_config", "scopes", "bot_optional"),
    ("oauth_config", "scopes", "user_optional"),
)
_GONE = frozenset({"removed", "disabled"})


def read_manifest(file: ReadFile, found: Gathering) -> None:
    """Read the manifest of an app."""
    clients = Clients(file, found, "slack")
    for number, root in enumerate(file.document.roots):
        exported = root.get("manifest")
        manifest = exported if exported is not None and exported.is_mapping else root
        if not manifest.is_mapping:
            continue
        prefix = f"{number}." if number else ""
        name = words(manifest.get("display_information") or Node(None), "name")
        if name is None:
            clients.skip(manifest, f"{prefix}display_information.name", "app manifest", "the manifest names no app")
            continue
        _read_app(clients, manifest, prefix, name)
    clients.done("app manifest")


def _read_app(clients: Clients, manifest: Node, prefix: str, name: str) -> None:
    id = clients.client(f"identity:slack/-/{quote(name)}", manifest, name=name)
    rotation = manifest.get("settings", "token_rotation_enabled")
    seconds = _ROTATED_SECONDS if rotation is not None and rotation.flag() else None
    for kind in ("bot", "user"):
        node = manifest.get("oauth_config", "scopes", kind)
        scopes = listed(node)
        if node is not None and scopes:
            dotted = f"{prefix}oauth_config.scopes.{kind}"
            clients.granted(id, node, dotted, scopes, "slack:-", policy=f"{kind} scopes")
            clients.token(id, node, dotted, scopes, seconds=seconds, name=f"{kind} token")
    for path in _SETTINGS:
        clients.says(manifest.get(*path), prefix.rstrip(".") or "-", name, ".".join(path))
    for kind in ("bot_events", "user_events"):
        events = manifest.get("settings", "event_subscriptions", kind)
        for event in events.listed() if events is not None else ():
            text = event.text()
            if text and text.startswith(_WRITTEN):
                place = (clients.file.at(event),)
                what = f"slack-{text.partition('.')[0].replace('_', '-')}"
                input = Input(f"input:{what}/{quote(name)}/{quote(text)}", what, "untrusted", locations=place)
                clients.found.inputs.append(input)


def read_log(file: ReadFile, found: Gathering) -> None:
    """Read the log of a workspace: the last state of each app."""
    clients = Clients(file, found, "slack")
    last: dict[str, tuple[float, str, Node]] = {}
    first: dict[str, float] = {}
    scopes: dict[str, tuple[float, tuple[str, ...]]] = {}
    unnamed = []
    for dotted, node in entries(file, "logs"):
        app = words(node, "app_id", "service_id")
        when = _seconds(words(node, "date"))
        if app is None:
            unnamed.append((dotted, node))
            continue
        if app not in last or when >= last[app][0]:
            last[app] = (when, dotted, node)
        if words(node, "change_type") in ("added", "enabled"):
            first[app] = min(when, first.get(app, when))
        asked = listed(node.get("scope"))
        if asked and when >= scopes.get(app, (0.0, ()))[0]:
            scopes[app] = (when, asked)
    for app, (_, dotted, node) in last.items():
        name = words(node, "app_type", "service_type") or app
        change = node.get("change_type")
        clients.says(change, dotted, name, "change_type")
        if words(node, "change_type") in _GONE:
            continue
        id = clients.client(f"identity:slack/-/{quote(app)}", node, name=name, created=_day(first.get(app)))
        clients.says(node.get("user_id"), dotted, name, "user_id")
        has = scopes.get(app, (0.0, ()))[1]
        clients.granted(id, node, dotted, has, "slack:-", policy="integration log")
        clients.token(id, node, dotted, has, name=name)
    nameless(clients, unnamed, "integration log", "app_id or service_id")
    pages = file.document.root.get("paging", "pages")
    if pages is not None and (pages.whole() or 0) > 1:
        clients.skip(pages, "paging", "incomplete", f"one page of {pages.whole()}: apps of the others are not known")
    clients.done("integration log")


def _seconds(text: str | None) -> float:
    # seconds since 1970, as text or number; what is none comes before everything
    return float(text) if text is not None and text.isdecimal() and len(text) < 12 else 0.0


def _day(seconds: float | None) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
