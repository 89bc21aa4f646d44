"""A2A agent cards of every version: the agent, the endpoints that serve it, and its skills.

The specification lets a server authenticate "based on its declared authentication requirements" (7.4 of version 1.0),
and requirements follow OpenAPI. So a card that has an address and declares no scheme at all states an endpoint that
asks its callers for nothing: `none`. Schemes that are declared and not required leave the answer open, and so does a
card without an address: that is a template, which a server completes when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Location, Tool, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import server_id, setting, tool_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.services.security_schemes import demanded, method, named, required_scopes, weakest
from nhiassess.sources.source import ReadFile, folder, link, quote

PLATFORM = "a2a"
_PATH = re.compile(r"(?:^|/)(?:\.well-known/agent|[^/]*agent[-_]card)\.json$", re.I)
# both words are required of every card, and other files use neither
_SIGNS = (re.compile(r'"defaultInputModes"\s*:'), re.compile(r'"(?:defaultOutputModes|skills|capabilities)"\s*:'))
_WELL_KNOWN = re.compile(r"(^|/)\.well-known/")
# what else a card states; "interface" stands in cards of registries
_SETTINGS = (
    ("protocolVersion",),
    ("preferredTransport",),
    ("interface", "preferredTransport"),
    ("supportsAuthenticatedExtendedCard",),
    ("capabilities",),
    ("securitySchemes",),
    ("authentication",),
)
_INTERFACES = (("supportedInterfaces",), ("additionalInterfaces",), ("interface", "additionalInterfaces"))
_REQUIREMENTS = ("security", "securityRequirements")


class A2A:
    """Agent cards."""

    name = "a2a"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise cards by their well-known names, copies under other names by their keys."""
        return bool(_PATH.search(path)) or (
            path.lower().endswith(".json") and all(each.search(head) for each in _SIGNS)
        )

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the agent, its endpoints as tool servers, and a tool for each skill."""
        found = Gathering()
        for file in files:
            cards = list(_cards(file))
            for at, card in cards:
                read_card(file, card, at, found)
            if not cards:
                found.skip(Location(file.path), "card", "agent card", "the file holds no mapping that could be a card")
        return found.inventory()


def _cards(file: ReadFile) -> Iterator[tuple[str, Node]]:
    """Give the cards of a file, alone or in a list, with their paths in it."""
    lists = len(file.document.roots) > 1
    for number, root in enumerate(file.document.roots):
        before = f"{number}." if lists else ""
        if root.is_mapping:
            yield before, root
        for place, each in enumerate(root.elements()):
            if each.is_mapping:
                yield f"{before}{place}.", each


def read_card(file: ReadFile, card: Node, at: str, found: Gathering) -> str | None:
    """Read one card.

    Parameters
    ----------
    file, card, at:
        The file, the card in it, and the path of the card in the file, which ends in a full stop unless it is empty.
    found:
        What was gathered; it is added to.

    Returns
    -------
    str or None
        The id of the agent; None when the card does not name it.
    """
    stated = card.get("name")
    name = leaf_text(stated) if stated is not None else None
    if stated is None or not name:
        found.skip(file.at(card), f"{at}name", "agent card", "the card does not name its agent")
        return None
    where = folder(_WELL_KNOWN.sub(r"\1", file.path))
    id = f"agent:{PLATFORM}/{where}/{quote(name)}"
    addresses = list(_addresses(card, at))
    auth, proof = _auth(file, card, at, bool(addresses), found)
    places = tuple(dict.fromkeys((file.at(stated), *(file.at_key(each) for each in proof))))
    found.agents.append(
        Agent(
            id,
            name,
            PLATFORM,
            owner=_text(card.get("provider", "organization")) or _text(card.get("provider")),
            purpose=_text(card.get("description")),
            endpoint_auth=auth,
            locations=places,
        )
    )
    _add_servers(file, name, at, addresses, auth, places, found)
    _add_skills(file, card, at, server_id(file.path, at + name), id, found)
    _add_settings(file, card, at, id, found)
    return id


def _addresses(card: Node, at: str) -> Iterator[tuple[str, Node]]:
    """Give the addresses of a card, the preferred one first, each once, with their paths in the file."""
    seen = set()
    listed = [("url", card.get("url"))]
    for path in _INTERFACES:
        interfaces = card.get(*path)
        for place, each in enumerate(interfaces.elements() if interfaces is not None else ()):
            listed.append((".".join((*path, str(place))), each.get("url")))
    for key, node in listed:
        address = node.text() if node is not None else None
        if node is not None and address and address not in seen:
            seen.add(address)
            yield at + key, node


def _auth(file: ReadFile, card: Node, at: str, addressed: bool, found: Gathering) -> tuple[str, list[Node]]:
    """Tell how callers sign in, and which values of the card say so."""
    schemes, authentication = card.get("securitySchemes"), card.get("authentication")
    requirements = card.get("security") or card.get("securityRequirements")
    stated = [each for each in (requirements, schemes, authentication) if each is not None and each.value is not None]
    demand = demanded(requirements, schemes)
    if demand is not None and requirements is not None:
        return demand, [requirements]
    listed = authentication.get("schemes") if authentication is not None else None
    if listed is not None and listed.is_sequence:
        return weakest(named(each.text() or "?") for each in listed.elements()) or "none", [listed]
    for each in stated:
        if not (each.is_mapping or each.is_sequence):
            found.skip(file.at(each), f"{at}security", "security scheme", "it is neither a mapping nor a list")
            return "unknown", stated
    if any(each.value for each in stated) or not addressed or file.document.incomplete:
        return "unknown", stated
    return "none", stated


def _add_servers(
    file: ReadFile,
    name: str,
    at: str,
    addresses: list[tuple[str, Node]],
    auth: str,
    places: tuple[Location, ...],
    found: Gathering,
) -> None:
    """Add a server for each address; the one that serves the skills even when the card has none."""
    first = addresses[0][1] if addresses else None
    there = (*places, file.at(first)) if first is not None else places
    url = first.text() if first is not None else None
    found.tool_servers.append(
        ToolServer(server_id(file.path, at + name), name, "http", url, auth=auth, locations=tuple(dict.fromkeys(there)))
    )
    for key, node in addresses[1:]:
        id = server_id(file.path, f"{at}{name}/{key.removeprefix(at)}")
        found.tool_servers.append(ToolServer(id, name, "http", node.text(), auth=auth, locations=(file.at(node),)))


def _add_skills(file: ReadFile, card: Node, at: str, server: str, agent: str, found: Gathering) -> None:
    skills = card.get("skills")
    for place, skill in enumerate(skills.elements() if skills is not None else ()):
        stated = skill.get("id") or skill.get("name")
        name = leaf_text(stated) if stated is not None else None
        if stated is None or not name:
            found.skip(file.at(skill), f"{at}skills.{place}", "skill", "the skill has neither an id nor a name")
            continue
        id = tool_id(server, name)
        found.tools.append(Tool(id, server, name, locations=(file.at(stated),)))
        found.links.append(link(id, "served_by", server, file.at(stated)))
        for key in _REQUIREMENTS:
            for scheme, scope in required_scopes(skill.get(key)):
                dotted = f"{at}skills.{name}.{key}.{scheme}"
                found.settings.append(setting(file, scope, dotted, leaf_text(scope), agent, "project", listed=True))


def _add_settings(file: ReadFile, card: Node, at: str, agent: str, found: Gathering) -> None:
    stated = [(at + ".".join(path), node) for path in _SETTINGS if (node := card.get(*path)) is not None]
    read_settings(file, stated, agent, "project", found, lambda key: not key.endswith("description"))
    for key in _REQUIREMENTS:
        for scheme, scope in required_scopes(card.get(key)):
            found.settings.append(
                setting(file, scope, f"{at}{key}.{scheme}", leaf_text(scope), agent, "project", listed=True)
            )
    schemes = card.get("securitySchemes")
    for name, each in schemes.items() if schemes is not None else ():
        found.settings.append(setting(file, each, f"{at}securitySchemes.{name}", method(each), agent, "project"))
    signatures = card.get("signatures")
    if signatures is not None and signatures.elements():
        found.settings.append(setting(file, signatures, f"{at}signatures", "present", agent, "project"))
    elif not file.document.incomplete:
        found.settings.append(setting(file, card, f"{at}signatures", "absent", agent, "project"))


def _text(node: Node | None) -> str | None:
    return node.text() if node is not None else None


SOURCE = A2A()
