"""What the exports of flow builders have in common: steps to follow, and credentials and JSON inside of nodes."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nhiassess.errors import FormatError
from nhiassess.formats.format import REDACTED, Node, Secret
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Credential, Destination, Gate, Location, Tool
from nhiassess.sources.builders.flow_abilities import Ability
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

# a flow that people drew takes some hundred steps; a file that was made to be slow takes billions
_STEPS = 50_000
# a reference to something outside of the flow; other expressions pass on what the flow itself carries
_OUTSIDE = re.compile(r"\$(?:env|vars|secrets)\b|process\.env\b|\{\{#env\.")
_OAUTH, _PASSWORD = re.compile(r"oauth", re.I), re.compile(r"basic|imap|smtp|ftp|postgres|mysql|mssql|mongo|sql", re.I)
# somebody on the platform confirms the call in its own process
HUMAN = Gate("human_approval", "agent_process")
_APPROVAL = {True: "each_call", False: "never", None: "unknown"}


@dataclass(slots=True)
class Allowance:
    """How many steps through one file are left."""

    left: int = _STEPS

    def take(self, steps: int = 1) -> bool:
        """Take steps, and tell whether there were as many left."""
        self.left -= steps
        return self.left >= 0


def reached(start: str, onward: Mapping[str, Iterable[str]], allowance: Allowance) -> list[str]:
    """Give what can be reached along connections, itself first and the nearest before the others.

    Parameters
    ----------
    start:
        Where to begin.
    onward:
        The connections, from each node to the next.
    allowance:
        The steps that are left; when it is used up, the rest is not looked at.

    Examples
    --------
    >>> reached("a", {"a": ["b", "c"], "c": ["a", "d"]}, Allowance())
    ['a', 'b', 'c', 'd']
    """
    seen, waiting = {start: None}, deque([start])
    while waiting:
        for each in onward.get(waiting.popleft(), ()):
            if not allowance.take():
                return list(seen)
            if each not in seen:
                seen[each] = None
                waiting.append(each)
    return list(seen)


@dataclass(slots=True)
class Vault:
    """The credentials that a builder keeps itself; its exports name them, and never hold their values."""

    found: Gathering
    product: str
    _first: dict[tuple[str, str], str] = field(default_factory=dict)
    _holders: set[tuple[str, str]] = field(default_factory=set)

    def meet(self, file: str, path: str, dotted: str) -> str:
        """Give the id of a credential, made of the first place where the file names it.

        Parameters
        ----------
        file:
            The path of the file.
        path:
            By what the builder keeps it.
        dotted:
            Where it is named; of no account after the first time.

        Returns
        -------
        str
            The id.
        """
        return self._first.setdefault((file, path), f"credential:{quote(file)}#{quote(dotted)}")

    def hold(self, place: Location, dotted: str, path: str, name: str, holder: str, kind: str = "") -> str:
        """Add a credential that a holder uses; in one file the same credential has one id, that of its first place.

        Parameters
        ----------
        place, dotted:
            Where it is named.
        path:
            By what the builder keeps it, such as its type and id.
        name:
            What people call it.
        holder:
            The id of the agent, tool, tool server or workflow that uses it.
        kind:
            The builder's word for its kind, which tells passwords from tokens.

        Returns
        -------
        str
            Its id.
        """
        id = self.meet(place.path, path, dotted)
        proves = "oauth_token" if _OAUTH.search(kind) else "password" if _PASSWORD.search(kind) else "api_key"
        store = f"secret_manager:{self.product}:{quote(path)}"
        self.found.credentials.append(Credential(id, proves, store, name, locations=(place,)))
        if (holder, id) not in self._holders:
            self._holders.add((holder, id))
            self.found.links.append(link(holder, "holds", id, place))
        return id


def hold_scalars(file: ReadFile, node: Node, dotted: str, holder: str, found: Gathering, name: str = "") -> None:
    """Add each secret, and each reference to one outside of the flow, that lies anywhere in a node.

    Parameters
    ----------
    file, node, dotted:
        The file, the node, and its path in the file.
    holder:
        The id of the agent, tool, tool server or workflow that the node is part of.
    found:
        What was gathered; it is added to.
    name:
        What the scalar is known by, when its own key does not tell.
    """
    if node.is_mapping:
        known_as = node.get("name") or node.get("key")
        stated = (known_as.text() if known_as is not None else None) or ""
        for key, each in node.items():
            under = stated if key in ("value", "stringValue") else ""
            hold_scalars(file, each, f"{dotted}.{key}", holder, found, under)
    elif node.is_sequence:
        for place, each in enumerate(node.elements()):
            hold_scalars(file, each, f"{dotted}.{place}", holder, found)
    elif node.secrets or ((text := node.text()) and len(text) < 4000 and _OUTSIDE.search(text)):
        found.hold(file, node, dotted, holder, name or None)


def embedded(node: Node) -> Node | None:
    """Read JSON that stands in a scalar; what lies in it has the place of the scalar, and its secrets.

    Parameters
    ----------
    node:
        The scalar, redacted already; a mapping or a sequence is given back as it is.

    Returns
    -------
    Node or None
        None when the text is not JSON.

    Examples
    --------
    >>> inner = embedded(Node('{"command": "npx"}', line=7, column=3))
    >>> inner.get("command").line, embedded(Node("return 1"))
    (7, None)
    """
    if node.is_mapping or node.is_sequence:
        return node
    text = (node.text() or "").strip()
    if text[:1] not in ("{", "["):
        return None
    try:
        inner = read("embedded.json", text.encode("utf-8", "replace"), key=b"redacted already").root
    except FormatError:
        return None
    secrets = node.secrets if text.count(REDACTED) == len(node.secrets) else ()
    return _placed(inner, node, iter(secrets))


def _placed(inner: Node, outer: Node, secrets: Iterator[Secret]) -> Node:
    value, line, column = inner.value, outer.line, outer.column
    # what only this reading could see to be a secret comes with the inner scalar
    found = tuple(replace(each, line=line, column=column) for each in inner.secrets)
    if inner.is_mapping:
        value = MappingProxyType({key: _placed(each, outer, secrets) for key, each in inner.items()})
    elif inner.is_sequence:
        value = tuple(_placed(each, outer, secrets) for each in inner.elements())
    elif not found and isinstance(value, str) and REDACTED in value:
        # without one secret for each mask nobody can tell which is which: each may be any of them
        found = tuple(each for _ in range(value.count(REDACTED)) if (each := next(secrets, None))) or outer.secrets
    return Node(value, line, column, line, column, secrets=found)


def add_tool(
    found: Gathering,
    agent: str,
    name: str,
    able: Ability,
    places: tuple[Location, ...],
    *,
    key: str | None = None,
    gated: bool | None = False,
    server: str | None = None,
    reason: str | None = None,
) -> str:
    """Add a tool that an agent calls.

    Parameters
    ----------
    found:
        What was gathered; it is added to.
    agent:
        The id of the agent, or of the server when nobody but its clients calls the tool.
    name, able, places:
        The name by which the agent knows it, what it can do, and where that is stated.
    key:
        What tells it from the other tools of the agent, when its name may not.
    gated:
        Whether a person confirms each call; None when a person is asked, and nothing tells whether that stops it.
    server:
        The id of the server that serves it.
    reason:
        How it comes to be called, when the agent does not call it itself.

    Returns
    -------
    str
        Its id.
    """
    owner = (server or agent).split(":", 1)[1]
    id = f"tool:{owner}/{quote(key or name)}"
    found.tools.append(
        Tool(
            id,
            server,
            name,
            able.sees_untrusted,
            able.reads_private,
            able.sends_out,
            able.irreversible,
            approval=_APPROVAL[gated],
            capabilities=able.capabilities,
            locations=places,
        )
    )
    if agent.startswith("agent:"):
        found.links.append(link(agent, "invokes", id, *places, gate=HUMAN if gated else None, reason=reason))
    if server:
        found.links.append(link(id, "served_by", server, *places))
    return id


def send_to(found: Gathering, tool: str, host: str, place: Location) -> None:
    """Add the host that a tool speaks with."""
    id = f"destination:{quote(host)}"
    found.destinations.append(Destination(id, "host", "unknown", (place,)))
    found.links.append(link(tool, "sends_to", id, place))


@dataclass(frozen=True, slots=True)
class Mark:
    """How many tools and links were gathered before the tools of a server were read."""

    tools: int
    links: int

    @classmethod
    def of(cls, found: Gathering) -> Mark:
        """Count what was gathered so far."""
        return cls(len(found.tools), len(found.links))

    def approve(self, found: Gathering, gated: bool) -> None:
        """State of the tools gathered since whether a person confirms each call."""
        approval = "each_call" if gated else "never"
        found.tools[self.tools :] = [replace(each, approval=approval) for each in found.tools[self.tools :]]
        if gated:
            found.links[self.links :] = [
                replace(each, gate=HUMAN) if each.verb == "invokes" else each for each in found.links[self.links :]
            ]


def labels(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give readable names that tell things apart: the stated ones, with the native id where two are alike.

    Parameters
    ----------
    names:
        Pairs of native id and stated name.

    Examples
    --------
    >>> labels([("1", "Agent"), ("2", "Agent"), ("3", "Writer")])
    {'1': 'Agent#1', '2': 'Agent#2', '3': 'Writer'}
    """
    pairs = list(names)
    often = Counter(name for _, name in pairs)
    return {id: f"{name}#{id}" if often[name] > 1 else name for id, name in pairs}
