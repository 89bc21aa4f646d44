"""The contract of an edge rule: values in, reasons why one node reaches another out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from nhiassess.model.inventory import Gate, Identity, Inventory, Locations
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.permission import YES, Decision


class EdgeRule(Protocol):
    """One way an actor gains reach."""

    @property
    def name(self) -> str:
        """The name of the rule."""

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give every edge that this rule sees, each with its reason and its places."""


def stated(inventory: Inventory, words: Mapping[str, str]) -> Iterator[Edge]:
    """Give an edge for each relation that a file states with one of these verbs.

    Parameters
    ----------
    inventory:
        With its links.
    words:
        Verb to the reason to print where the file gives no words of its own; ``{source}`` and ``{target}``
        stand for the short names of the ends.

    Returns
    -------
    Iterator of Edge
        Conditional where the link has conditions; with the gate that the link has.
    """
    for link in inventory.links:
        if link.verb in words:
            reason = link.reason or words[link.verb].format(source=short(link.source), target=short(link.target))
            yield edge(
                link.source,
                link.verb,
                link.target,
                reason,
                link.locations,
                verdict="conditional" if link.conditions else "yes",
                conditions=link.conditions,
                gate=link.gate,
            )


def edge(
    source: str,
    verb: str,
    target: str,
    reason: str,
    locations: Locations = (),
    *,
    verdict: str = "yes",
    conditions: tuple[str, ...] = (),
    gate: Gate | None = None,
    technique: str | None = None,
    via: str | None = None,
) -> Edge:
    """Make an edge whose id follows from its ends and its key."""
    made = Edge("", source, verb, target, reason, verdict, conditions, gate, technique, via, locations)
    return replace(made, id=f"{source}|{made.key}|{target}")


def is_one_of(whole: Identity, member: str, verdict: Decision = YES) -> Edge:
    """Give the edge from all identities of a kind to one of them.

    Parameters
    ----------
    whole:
        As `model.everyone` gives it.
    member:
        The id of the one.
    verdict:
        What holds for this one and not for all of them, such as the conditions of a role's trust.
    """
    return edge(
        whole.id,
        "escalates_to",
        member,
        f"{short(member)} is one of them: {whole.name}",
        verdict.locations,
        verdict=verdict.verdict,
        conditions=verdict.conditions,
    )


def short(id: str) -> str:
    """Give the short name of a node: what a reader calls it.

    Examples
    --------
    >>> short("identity:aws/111122223333/role/deploy"), short("tool:.mcp.json#github/create_issue")
    ('deploy', 'create_issue')
    """
    return id.split(":", 1)[-1].rstrip("/").rpartition("/")[2].rpartition("#")[2] or id
