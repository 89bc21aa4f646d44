"""What Vault roles may do: through which policy, and to read, change or administer what lies at a path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.permission import Decision, either
from nhiassess.permissions.vault import FILLED, Rules, by, rules_of, takes_in

_PREFIX = "resource:vault/"
# by what one arrives, the capabilities any of which does, and the words for it
_VERBS = (
    ("reads", ("read",), "may read it"),
    ("writes", ("create", "update", "patch", "delete"), "may change it"),
    ("administers", ("sudo",), "may do what needs a root token"),
)
# whoever writes to these, below a mount, is handed what they make: certificates, signatures, plain text
_HANDS_OUT = frozenset({"issue", "sign", "sign-verbatim", "decrypt"})


@dataclass(frozen=True, slots=True)
class VaultGrants:
    """From roles over the rules of their policies to what lies at the paths."""

    name: str = "vault_grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each rule that a role has, and for each known path that it decides about."""
        known = _known(inventory.resources)
        about: dict[str, tuple[Resource, ...]] = {}
        for identity, rules in sorted(rules_of(inventory).items()):
            for stated, grants in rules.paths:
                if stated not in about:
                    about[stated] = tuple(_about(stated, known))
                for grant in grants:
                    if grant.effect != "deny":
                        yield edge(identity, "granted", grant.id, _gives(stated, grant), grant.locations)
            by_path = dict(rules.paths)
            for resource, stated in _decided(rules, about):
                yield from _opened(resource, stated, by_path[stated])


@dataclass(frozen=True, slots=True)
class Known:
    """The paths that are in scope, sorted, and by each of their parts and its place."""

    names: Sequence[str]
    resources: Sequence[Resource]
    parts: Mapping[tuple[int, str], Sequence[int]]


def _known(resources: Iterable[Resource]) -> Known:
    stored = sorted((each for each in resources if each.id.startswith(_PREFIX)), key=lambda each: each.name or "")
    parts: dict[tuple[int, str], list[int]] = {}
    for number, resource in enumerate(stored):
        for place, part in enumerate((resource.name or "").split("/")):
            parts.setdefault((place, part), []).append(number)
    return Known([each.name or "" for each in stored], stored, parts)


def _about(stated: str, known: Known) -> Iterator[Resource]:
    """Give what a path is about: what it takes in, and what it names up to its first wildcard, for all below."""
    whole = _fixed(stated).strip("/")
    if "+" in stated or FILLED.search(stated):
        # of the parts that it states, the one that the fewest have
        parts = enumerate(stated.removesuffix("*").split("/")[: -1 if stated.endswith("*") else None])
        fixed = [pair for pair in parts if pair[1] != "+" and not FILLED.search(pair[1])]
        own = bisect_left(known.names, whole)
        having: list[Sequence[int]] = [known.parts.get(pair, ()) for pair in fixed]
        fewest = sorted(having, key=len)[0] if having else range(len(known.names))
        numbers: Iterable[int] = dict.fromkeys((*fewest, *([own] if own < len(known.names) else [])))
    else:
        first = bisect_left(known.names, whole)
        last = bisect_left(known.names, f"{whole}\N{REPLACEMENT CHARACTER}") if stated.endswith("*") else first + 1
        numbers = range(first, min(last, len(known.names)))
    for number in numbers:
        if takes_in(stated, known.names[number]) or known.names[number] == whole:
            yield known.resources[number]


def _decided(rules: Rules, about: Mapping[str, Sequence[Resource]]) -> Iterable[tuple[Resource, str]]:
    """Give the path that decides about each resource: the most specific, for which the others are passed over."""
    best: dict[str, tuple[Resource, str]] = {}
    for stated, _ in reversed(rules.paths):
        best.update((resource.id, (resource, stated)) for resource in about[stated])
    return best.values()


def _fixed(stated: str) -> str:
    whole = FILLED.split(stated, 1)[0]
    return whole[: min((at for sign in "*+" if (at := whole.find(sign)) >= 0), default=len(whole))]


def _opened(resource: Resource, stated: str, grants: Sequence[Grant]) -> Iterator[Edge]:
    for verb, capabilities, words in _VERBS:
        more: tuple[str, ...] = ("create", "update") if verb == "reads" and _hands_out(stated, resource) else ()
        decision: Decision = either(by(stated, grants, each) for each in (*capabilities, *more))
        for grant in decision.grants:
            policy = next((each.policy for each in grants if each.id == grant), None)
            yield edge(
                grant,
                verb,
                resource.id,
                f"{words}, by {stated} in {policy or 'its policy'}",
                decision.locations,
                verdict=decision.verdict,
                conditions=decision.conditions,
            )


def _hands_out(stated: str, resource: Resource) -> bool:
    return bool(_HANDS_OUT & {*stated.split("/")[1:2], *(resource.name or "").split("/")[1:2]})


def _gives(stated: str, grant: Grant) -> str:
    return f"{grant.policy or 'its policy'} allows {', '.join(grant.actions) or 'nothing'} at {stated}"


EDGE = VaultGrants()
