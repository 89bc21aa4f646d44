"""GitHub: apps installed in an organisation, with their permissions and how many repositories they see.

Fields follow the REST API, "List app installations for an organization" (docs.github.com/rest/orgs/orgs). An
installation does not say who publishes the app. Its access tokens expire after one hour (docs.github.com,
"Generating an installation access token for a GitHub App").
"""

from __future__ import annotations

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Condition
from nhiassess.sources.access.saas_access import Clients, entries, listed, nameless, words
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_TOKEN_SECONDS = 3600


def read_installations(file: ReadFile, found: Gathering) -> None:
    """Read the installations of an organisation."""
    clients = Clients(file, found, "github")
    unnamed = []
    count = 0
    for dotted, node in entries(file, "installations", "installation"):
        count += 1
        slug = words(node, "app_slug", "app_id")
        if slug is None:
            unnamed.append((dotted, node))
        else:
            _read_installation(clients, dotted, node, slug)
    nameless(clients, unnamed, "app installation", "app_slug")
    total = file.document.root.get("total_count")
    if total is not None and (total.whole() or 0) > count:
        reason = f"{count} of {total.whole()} installations: the others are not known"
        clients.skip(total, "total_count", "incomplete", reason)
    clients.done("app installation")


def _read_installation(clients: Clients, dotted: str, node: Node, slug: str) -> None:
    organisation = words(node.get("account") or Node(None), "login") or "-"
    for key in ("repository_selection", "target_type", "suspended_at", "updated_at", "events"):
        clients.says(node.get(key), dotted, slug, key)
    if words(node, "suspended_at"):
        # a suspended app gets no token
        return
    publisher = words(node.get("owner") or Node(None), "login")
    id = f"identity:github-app/{quote(organisation)}/{quote(slug)}"
    clients.client(id, node, "github_app", name=slug, owner=publisher, created=words(node, "created_at"))
    permissions = node.get("permissions")
    levels = {name: words(permissions, name) for name, _ in permissions.items()} if permissions is not None else {}
    actions = tuple(f"{name}:{level}" for name, level in levels.items() if level)
    selection = words(node, "repository_selection")
    # which repositories were selected, another answer of the interface says
    conditions = () if selection == "all" else (Condition("in", "repository_selection", (selection or "unknown",)),)
    policy = "app installation"
    clients.granted(id, node, dotted, actions, f"github:{organisation}/*", policy=policy, conditions=conditions)
    clients.token(id, node, dotted, actions, seconds=_TOKEN_SECONDS, name="installation access token")
    files = listed(node.get("single_file_paths")) or listed(node.get("single_file_name"))
    if files:
        clients.says(node, dotted, slug, "single_file_paths", ", ".join(files))
