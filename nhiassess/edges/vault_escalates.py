"""A Vault role becomes another, or administers Vault, by what its policies let it do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.permission import NO, Decision, both, either
from nhiassess.permissions.vault import Rules, decide, rules_of

ADMINISTRATOR = "identity:vault/-/administrator"
_PREFIX = "identity:vault/"


@dataclass(frozen=True, slots=True)
class VaultEscalates:
    """From roles to the roles that they gain."""

    name: str = "vault_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that the policies of a role allow, and for each role that it gains."""
        techniques = [each for each in knowledge.techniques if each.domain == "vault"]
        known = {each.id for each in inventory.identities}
        roles = [(each, *_named(each)) for each in sorted(known) if each.startswith(_PREFIX) and "/role/" in each]
        for id, rules in sorted(rules_of(inventory).items()):
            if id == ADMINISTRATOR or id not in known:
                continue
            # only what speaks of auth methods gains a role
            of_roles = any(_speaks_of_auth(stated) for stated, _ in rules.paths)
            for technique in techniques:
                if technique.grants == "administer":
                    yield from _administers(id, rules, technique)
                elif of_roles:
                    for target, mount, name in roles:
                        if target != id:
                            yield from _becomes(id, rules, technique, target, {"<mount>": mount, "<name>": name})


def _named(id: str) -> tuple[str, str]:
    mount, _, name = id.removeprefix(_PREFIX).partition("/role/")
    return mount, name


def _speaks_of_auth(stated: str) -> bool:
    begins = min(stated.partition("*")[0], stated.partition("+")[0], key=len)
    return begins.startswith("auth/") or "auth/".startswith(begins)


def _administers(id: str, rules: Rules, technique: Technique) -> Iterator[Edge]:
    policies = sorted({grant.policy for _, grants in rules.paths for grant in grants if grant.policy})
    best, why = NO, ""
    for policy in policies:
        decision, words = _decided(rules, technique, {"<policy>": policy})
        if either((best, decision)) is decision and decision.possible:
            best, why = decision, words
    if best.possible:
        yield _edge(id, ADMINISTRATOR, f"{why}, and so give itself everything", best, technique)


def _becomes(id: str, rules: Rules, technique: Technique, target: str, filled: dict[str, str]) -> Iterator[Edge]:
    decision, why = _decided(rules, technique, filled)
    if not decision.possible:
        return
    if technique.needs_resource == "log_in":
        words = f"it can log in at the mount {filled['<mount>']} once the role lets it in"
        decision = both(decision, Decision("conditional", (words,)))
    yield _edge(id, target, f"{why}, and so act as Vault role {short(target)}", decision, technique)


def _decided(rules: Rules, technique: Technique, filled: dict[str, str]) -> tuple[Decision, str]:
    """Decide whether rules allow a technique, once names are filled in, and say by which of its ways."""
    best, why = NO, ""
    for required in technique.requires:
        asked = []
        for each in required:
            action = each.action
            for sign, name in filled.items():
                action = action.replace(sign, name)
            asked.append(action.partition(":"))
        decision = both(*(decide(rules, capability, path) for capability, _, path in asked))
        if decision.possible and either((best, decision)) is decision:
            best, why = decision, f"may {' and '.join(f'{capability} {path}' for capability, _, path in asked)}"
    return best, why


def _edge(source: str, target: str, reason: str, decision: Decision, technique: Technique) -> Edge:
    return edge(
        source,
        "escalates_to",
        target,
        f"{reason} ({technique.id})",
        decision.locations,
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=technique.id,
    )


EDGE = VaultEscalates()
