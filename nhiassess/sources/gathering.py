"""What reading one group of files has gathered so far, a list for each kind of value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    TABLES,
    Activity,
    Agent,
    AuthorizationPolicy,
    Credential,
    Declared,
    Destination,
    Grant,
    Identity,
    Input,
    Inventory,
    Link,
    Location,
    Resource,
    Setting,
    Skipped,
    Telemetry,
    Tool,
    ToolServer,
    Trust,
    Workflow,
)
from nhiassess.model.merge import merge
from nhiassess.sources.source import ReadFile, credential, kind, link, quote


@dataclass(slots=True)
class Gathering:
    """Lists of values, which become one inventory."""

    agents: list[Agent] = field(default_factory=list)
    tool_servers: list[ToolServer] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    destinations: list[Destination] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    trusts: list[Trust] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    authorization_policies: list[AuthorizationPolicy] = field(default_factory=list)
    telemetry: list[Telemetry] = field(default_factory=list)
    activity: list[Activity] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    _held: set[str] = field(default_factory=set)

    def hold(self, file: ReadFile, node: Node, dotted: str, holder: str, name: str | None = None) -> str | None:
        """Add the credential that a scalar is or refers to, held by a holder.

        Parameters
        ----------
        file, node, dotted, holder, name:
            As for `nhiassess.sources.source.credential`.

        Returns
        -------
        str or None
            The id of the credential; None when the scalar is neither a secret nor a reference to one.
        """
        held = credential(file, node, dotted, holder, name)
        if held is None:
            return None
        if held[0].id not in self._held:
            self._held.add(held[0].id)
            self.credentials.append(held[0])
            self.links.append(held[1])
            self.fingerprints += held[2]
        return held[0].id

    def hold_prose(self, file: ReadFile, holder: str) -> None:
        """Add the secrets in the text of a file that agents are given whole: only of a form that its issuer gives.

        Parameters
        ----------
        file, holder:
            The file, and the id of the agent that reads it. A password in prose is as often an example as not.
        """
        known = {place for each in self.credentials for place in each.locations}
        for secret in file.document.secrets:
            place = Location(file.path, secret.line, secret.column)
            if secret.how == "prefix" and place not in known:
                id = f"credential:{quote(file.path)}#text:{secret.line}:{secret.column}"
                self.credentials.append(Credential(id, kind(secret.kind, ""), "plaintext", locations=(place,)))
                self.links.append(link(holder, "holds", id, place))
                self.fingerprints.append((id, secret.fingerprint))

    def skip(self, place: Location, dotted: str, construct: str, reason: str) -> None:
        """Add what could not be understood.

        Parameters
        ----------
        place, dotted:
            Where it stands: the place, and the path within the file that its id is made of.
        construct:
            What it is, in a word or two, such as ``agent node``.
        reason:
            Why it was not understood, and what to do about it.
        """
        self.skipped.append(Skipped(f"skipped:{quote(place.path)}#{quote(dotted)}", reason, construct, (place,)))

    def inventory(self) -> Inventory:
        """Give everything as an inventory, with one value for each id."""
        rows: dict[str, Any] = {each: tuple(getattr(self, each)) for each in (*_LISTS, "fingerprints")}
        return merge([Inventory(**rows)])


_LISTS = tuple(each for each in TABLES if each in Gathering.__slots__)
