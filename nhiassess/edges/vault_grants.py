"""What Vault roles may do: through which policy, and to read, change or administer what lies at a path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
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
        stored = sorted((each.name or "", each) for each in inventory.resources if each.id.startswith(_PREFIX))
        names = [name for name, _ in stored]
        for identity, rules in sorted(rules_of(inventory).items()):
            for stated, grants in rules.paths:
                for grant in grants:
                    if grant.effect != "deny":
                        yield edge(identity, "granted", grant.id, _gives(stated, grant), grant.locations)
            for resource, stated in _decided(rules, names, [resource for _, resource in stored]):
                yield from _opened(resource, stated, dict(rules.paths)[stated])


def _decided(rules: Rules, names: Sequence[str], stored: Sequence[Resource]) -> Iterable[tuple[Resource, str]]:
    """Give the path that decides about each resource: the most specific, for which the others are passed over."""
    best: dict[str, tuple[Resource, str]] = {}
    for stated, _ in reversed(rules.paths):
        begins = _fixed(stated)
        place = bisect_left(names, begins.rstrip("/"))
        while place < len(names) and names[place].startswith(begins.rstrip("/")):
            # what a rule names up to its first wildcard stands for all that lies below
            if takes_in(stated, names[place]) or names[place] == begins.strip("/"):
                best[stored[place].id] = stored[place], stated
            place += 1
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
