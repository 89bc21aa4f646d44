"""Agents elsewhere that Gemini CLI may delegate to over A2A: front matter of `.gemini/agents/*.md` with `kind: remote`.

The fields are those of Gemini CLI's documentation of remote subagents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Credential, Inventory, Location, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import server_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.services.security_schemes import method
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "gemini"
_PATH = re.compile(r"(?:^|/)(?:\.gemini|gemini-cli)/agents/[^/]+\.md$")
_REMOTE = re.compile(r"(?m)^(?:- )?\s*kind:\s*[\"']?remote\b")
_AUTH = {"google-credentials": "iam", "oauth": "oauth"}
_SECRETS = ("key", "token", "password", "value", "client_secret")


class A2APeers:
    """Remote subagents of Gemini CLI."""

    name = "a2a_peers"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise files of subagents that say they are remote."""
        return bool(_PATH.search(path) and _REMOTE.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the remote agents, and what is sent to them to sign in."""
        found = Gathering()
        for file in files:
            root = file.document.root
            if leaf_text(root.get("kind") or Node(None)) == "remote":
                _read_peer(file, root, found)
            else:
                reason = "the front matter is no single mapping with kind: remote; write one file for each agent"
                found.skip(Location(file.path), "kind", "remote agents", reason)
        return found.inventory()


def _read_peer(file: ReadFile, root: Node, found: Gathering) -> None:
    stated, card = root.get("name"), root.get("agent_card_url")
    name = leaf_text(stated) if stated is not None else None
    if stated is None or not name:
        found.skip(file.at(root), "name", "remote agent", "the file does not name the agent")
        return
    where = folder(file.path)
    main, peer = f"agent:{PLATFORM}/{where}/{PLATFORM}", f"agent:a2a/{where}/{quote(name)}"
    auth = root.get("auth")
    kind = leaf_text(auth.get("type") or Node(None)) if auth is not None else None
    signs_in = _AUTH.get(kind or "") or method(auth)
    place = file.at(stated)
    found.agents.append(Agent(main, PLATFORM, PLATFORM, locations=(place,)))
    found.agents.append(Agent(peer, name, "a2a", endpoint_auth=signs_in, locations=(place,)))
    found.links.append(link(main, "delegates_to", peer, place))
    if card is not None and card.text():
        places = (place, file.at(card))
        server = server_id(file.path, name)
        found.tool_servers.append(ToolServer(server, name, "http", card.text(), auth=signs_in, locations=places))
    elif root.get("agent_card_json") is not None:
        found.skip(place, "agent_card_json", "agent card", "a card inside a text is not read; keep it in a file")
    for key, node in auth.items() if auth is not None else ():
        command = (node.text() or "").startswith("!") and not (node.text() or "").startswith("!!")
        if key in _SECRETS and not command:
            found.hold(file, node, f"auth.{key}", main, key)
        else:
            read_settings(file, ((f"auth.{key}", node),), main, scope_of(where), found)
    if auth is not None and kind == "google-credentials":
        _add_google(file, auth, main, found)


def _add_google(file: ReadFile, auth: Node, agent: str, found: Gathering) -> None:
    """Add the access token that the environment of the agent issues to it."""
    id = f"credential:{quote(file.path)}#auth"
    scopes = tuple(text for each in (auth.get("scopes") or Node(None)).elements() if (text := each.text()))
    found.credentials.append(
        Credential(id, "oauth_token", "workload_api", "google-credentials", scopes=scopes or None,
                   locations=(file.at_key(auth),))
    )  # fmt: skip
    found.links.append(link(agent, "holds", id, file.at_key(auth)))


SOURCE = A2APeers()
