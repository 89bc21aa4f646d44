"""What applications may do at services in the cloud: by the scopes that they were granted there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.ids import quote
from nhiassess.model.inventory import Condition, Grant, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

# these have an evaluation of their own, in files of their own
_EVALUATED = frozenset({"aws", "azure", "gcp", "kubernetes", "vault", None})
# words of scopes; services name them as they like, and one that has none of these tells nothing
_SAYS = {
    "reads": frozenset(("read", "readonly", "readwrite", "view", "viewer", "list", "search", "history", "export")),
    "writes": frozenset(
        (
            "write",
            "readwrite",
            "manage",
            "send",
            "edit",
            "editor",
            "modify",
            "full",
            "admin",
            "delete",
            "create",
            "update",
        )
    ),
}
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_CODE = frozenset({"github", "gitlab"})  # to push there is in a file of its own
_WORDS = {"reads": "may read what it keeps", "writes": "may change what it keeps"}


@dataclass(frozen=True, slots=True)
class ServiceGrants:
    """From applications over what they were granted to services."""

    name: str = "service_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each grant at a service, and for each kind of access that its scopes name."""
        known = {each.id for each in inventory.resources}
        for grant in inventory.grants:
            if grant.provider in _EVALUATED or grant.identity is None or grant.effect == "deny":
                continue
            yield edge(grant.identity, "granted", grant.id, _gives(grant), grant.locations)
            for service in grant.resources:
                host, _, name = service.partition(":")
                resource = f"resource:{host}/{quote(name)}"
                if resource in known:
                    yield from _opened(grant, resource)


def _opened(grant: Grant, resource: str) -> Iterator[Edge]:
    told = [each for each in grant.actions if any(_says(each, words) for words in _SAYS.values())]
    conditions = tuple(_in_words(each) for each in grant.conditions)
    for verb, words in _SAYS.items():
        if verb == "writes" and grant.provider in _CODE:
            continue
        by = [each for each in grant.actions if _says(each, words)]
        if by:
            verdict = "conditional" if conditions else "yes"
            reason = f"{_WORDS[verb]}, by {', '.join(by[:3])}"
            yield edge(grant.id, verb, resource, reason, grant.locations, verdict=verdict, conditions=conditions)
        elif len(told) < len(grant.actions) or not grant.actions:
            left = [each for each in grant.actions if each not in told]
            word = f"{', '.join(left[:3])} lets it" if left else "the scopes, which nobody stated, let it"
            yield edge(
                grant.id,
                verb,
                resource,
                _WORDS[verb],
                grant.locations,
                verdict="unknown",
                conditions=(word, *conditions),
            )


def _says(scope: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(part.lower() for part in _PARTS.findall(scope))


def _in_words(condition: Condition) -> str:
    return f"{condition.key.replace('_', ' ')} is {' or '.join(condition.values)}"


def _gives(grant: Grant) -> str:
    policy = grant.policy or "a grant"
    shown = ", ".join(grant.actions[:3]) + (f" and {len(grant.actions) - 3} more" if len(grant.actions) > 3 else "")
    return f"{policy} allows {shown or 'what nobody stated'}"


EDGE = ServiceGrants()
