"""What exports of applications in the cloud have in common: a client, what it was granted, and who agreed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Location, Resource, Setting
from nhiassess.sources.access.sheet_columns import day
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, credential, link, quote

_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][0-9:.]{5,20}(?:Z|[+-]\d{2}:?\d{2})?)?")
# places of one client that are listed; an export may hold a token of it for every person
_PLACES = 20


def pick(node: Node, *names: str) -> Node | None:
    """Give the first member of a mapping that is there and not null, under any of its spellings."""
    return next((each for name in names if (each := node.get(name)) is not None and each.value is not None), None)


def words(node: Node, *names: str) -> str | None:
    """Give a scalar of a mapping as text; None when it is absent, empty or no scalar."""
    found = pick(node, *names)
    text = leaf_text(found) if found is not None else None
    return text.strip() or None if text is not None else None


def listed(node: Node | None) -> tuple[str, ...]:
    """Give scopes, from a list or from text that spaces or commas divide.

    Examples
    --------
    >>> listed(Node("openid  profile,email")), listed(Node((Node("a"), Node(3)))), listed(None)
    (('openid', 'profile', 'email'), ('a',), ())
    """
    if node is None:
        return ()
    texts = [text for each in node.listed() if (text := each.text())]
    divided = texts if node.is_sequence else [each for text in texts for each in re.split(r"[\s,;]+", text)]
    return tuple(dict.fromkeys(each for each in divided if each))


def entries(file: ReadFile, *keys: str) -> Iterator[tuple[str, Node]]:
    """Give the records of an export with their dotted paths.

    Parameters
    ----------
    file:
        A sheet, a list, JSON Lines, an answer that holds a list, or one record.
    *keys:
        Where an answer holds its list.
    """
    many = len(file.document.roots) > 1
    for number, root in enumerate(file.document.roots):
        prefix = f"{number}." if many else ""
        key = next((each for each in keys if root.get(each) is not None), None)
        held = root.get(key) if key is not None else root
        if held is None:
            continue
        if held.is_sequence:
            within = f"{prefix}{key}." if key is not None else prefix
            yield from ((f"{within}{place}", each) for place, each in enumerate(held.elements()) if each.is_mapping)
        elif held.is_mapping:
            yield f"{prefix}{key}" if key is not None else prefix.rstrip(".") or "-", held


def moment(text: str | None) -> str | None:
    """Give a time as ISO writes it; None when the text is none, or could be two.

    Examples
    --------
    >>> moment("2026-03-01T10:00:00.000+0000"), moment("31.3.2026"), moment("3/4/2026"), moment("never")
    ('2026-03-01T10:00:00.000+0000', '2026-03-31', None, None)
    """
    if text is None:
        return None
    return text if _STAMP.fullmatch(text) else day(text)


@dataclass(slots=True)
class Clients:
    """The clients of one export, each once, and what each was granted.

    Parameters
    ----------
    file, found:
        The export, and what was gathered; it is added to.
    provider:
        As ids call the service, such as ``google-workspace``.
    """

    file: ReadFile
    found: Gathering
    provider: str
    known: dict[str, Identity] = field(default_factory=dict)

    def client(self, id: str, node: Node, kind: str | None = "oauth_client", **fields: Any) -> str:
        """Add a client, or what another record says of it; the latest use counts.

        Parameters
        ----------
        id, node, kind:
            Of the identity, and the record that states it.
        **fields:
            Further fields of the identity; None for what is not stated.

        Returns
        -------
        str
            The id.
        """
        place = self.file.at(node)
        before = self.known.get(id)
        if before is None:
            self.known[id] = Identity(id, kind, provider=self.provider, locations=(place,), **fields)
            return id
        stated = {name: value for name, value in fields.items() if value and getattr(before, name) is None}
        used = fields.get("last_used")
        if used and before.last_used and used > before.last_used:
            stated["last_used"] = used
        places = before.locations if len(before.locations) >= _PLACES else (*before.locations, place)
        self.known[id] = replace(before, locations=places, **stated)
        return id

    def granted(
        self,
        id: str,
        node: Node,
        dotted: str,
        scopes: tuple[str, ...],
        service: str,
        *,
        policy: str | None = None,
        conditions: tuple[Condition, ...] = (),
        last_used: str | None = None,
    ) -> None:
        """Add what a client may do at a service, and the service itself where it is one and no pattern.

        Parameters
        ----------
        id, node, dotted:
            The client, the record that grants, and the path of the record in the file.
        scopes:
            What was granted; empty when the export does not say.
        service:
            Where, such as ``slack:-``.
        policy, conditions, last_used:
            As in a grant.
        """
        host, _, name = service.partition(":")
        if name and "*" not in name and host != "azure":
            service_id, kind = f"resource:{host}/{quote(name)}", "repository" if host == "github" else "service"
            short = name.rpartition("/")[2]
            self.found.resources.append(Resource(service_id, kind, short, host, locations=(self.file.at(node),)))
        self.found.grants.append(
            Grant(
                f"grant:{quote(self.file.path)}#{quote(dotted)}",
                id,
                provider=self.provider,
                policy=policy,
                actions=scopes,
                resources=(service,),
                conditions=conditions,
                last_used=last_used,
                locations=(self.file.at(node),),
            )
        )

    def token(
        self,
        id: str,
        node: Node,
        dotted: str,
        scopes: tuple[str, ...],
        *,
        seconds: int | None = None,
        **fields: str | None,
    ) -> None:
        """Add the token that a grant gives; where it lies is not for the export to tell."""
        place = self.file.at(node)
        name = f"credential:{quote(self.file.path)}#{quote(dotted)}"
        value = Credential(
            name, "oauth_token", lifetime_seconds=seconds, scopes=scopes or None, locations=(place,), **fields
        )
        self.found.credentials.append(value)
        self.found.links.append(link(name, "authenticates_as", id, place))

    def secret(self, id: str, node: Node | None, dotted: str, kind: str) -> None:
        """Add a secret that the export itself holds in clear."""
        held = credential(self.file, node, dotted, id) if node is not None and node.secrets else None
        if held is not None and node is not None:
            value, _, prints = held
            self.found.credentials.append(replace(value, kind=kind))
            self.found.links.append(link(value.id, "authenticates_as", id, self.file.at(node)))
            self.found.fingerprints += prints

    def says(self, node: Node | None, dotted: str, subject: str, key: str, value: str | None = None) -> None:
        """Add a setting of a client: `value`, or what the node holds, element by element."""
        if node is None:
            return
        several = node.is_sequence and value is None
        for each in node.listed() if value is None else (node,):
            text = value if value is not None else leaf_text(each)
            if text is not None and text != "":
                id = f"setting:{quote(self.file.path)}#{quote(dotted)}.{key}" + (f"={quote(text)}" if several else "")
                place = (self.file.at(each),)
                self.found.settings.append(Setting(id, key=f"{subject}.{key}", value=text, locations=place))

    def skip(self, node: Node | None, dotted: str, construct: str, reason: str) -> None:
        """Add what was not understood, at a record or at the file."""
        place = self.file.at(node) if node is not None else Location(self.file.path)
        self.found.skip(place, dotted, construct, reason)

    def done(self, what: str) -> None:
        """Hand over the clients; an export without any says so."""
        self.found.identities += self.known.values()
        if not self.known and not self.found.skipped and not self.found.settings:
            self.skip(None, "empty", what, "no record of it could be read")


def nameless(clients: Clients, records: Iterable[tuple[str, Node]], what: str, field_of_name: str) -> None:
    """Say once how many records lack the field that names their client."""
    left = list(records)
    if left:
        reason = f"{len(left)} of its records have no {field_of_name}"
        clients.skip(left[0][1], f"{left[0][0]}.nameless", what, reason)
