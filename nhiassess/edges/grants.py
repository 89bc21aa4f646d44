"""What AWS identities may do to resources: through which statement, and to read, write, run or administer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.access import ADMINISTERS, accesses
from nhiassess.permissions.aws import ANY, Principal, account, administers, decide, is_everything, principals
from nhiassess.permissions.permission import Decision, pattern, strongest

WORDS = {
    "reads": "may read it",
    "writes": "may write it",
    "executes_on": "may run it",
    "administers": "may do anything to it",
}
# an action on something inside of a resource, such as an object of a bucket
_INSIDE = "/object"
# how many actions of a statement are looked at to tell whether anything is left of it
ASKED = 20


@dataclass(frozen=True, slots=True)
class Grants:
    """From users, roles and groups over their statements to resources."""

    name: str = "grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each statement that an identity has, and for each known resource that it opens."""
        resources = [each for each in inventory.resources if each.id.startswith("resource:aws/")]
        owners = _owners(inventory, resources)
        everybody = principals(inventory)
        for id, principal in sorted(everybody.items()):
            admin = administers(principal)
            for grant in principal.allows:
                # what a group gives is the group's own edge, unless the member's own statements cut it
                if grant.identity != id and not cut(principal):
                    continue
                opened = list(_opened(grant, principal, resources, owners, admin))
                had = _had(grant, principal)
                if had.verdict == "no" and not opened:
                    continue
                reason = f"{grant.policy or short(grant.id)} gives {short(id)} {', '.join(_shown(grant))}"
                verdict, open_ = ("yes", ()) if opened else (had.verdict, had.conditions)
                yield edge(id, "granted", grant.id, reason, grant.locations, verdict=verdict, conditions=open_)
                yield from opened


def cut(principal: Principal) -> bool:
    """Tell whether a principal has statements of its own that cut what its groups give."""
    return bool(principal.boundary) or bool(principal.denies)


def _opened(
    grant: Grant,
    principal: Principal,
    resources: Iterable[Resource],
    owners: dict[str, set[str]],
    admin: Decision,
) -> Iterator[Edge]:
    everything = admin.verdict != "no" and is_everything(grant)
    for resource in resources:
        native = resource.id.split("/", 1)[1]
        if native == principal.account:
            if everything:
                more = {"verdict": admin.verdict, "conditions": admin.conditions, "via": grant.id}
                reason = f"{short(principal.identity.id)} may do anything in the account"
                yield edge(grant.id, ADMINISTERS, resource.id, reason, grant.locations, **more)
            continue
        if not native.startswith("arn:") or not _reaches(grant, principal, native, owners.get(resource.id, set())):
            continue
        for kind, action in accesses(grant, native.split(":")[2]).items():
            decision = _on(principal, action, native)
            if decision.verdict != "no":
                more = {"verdict": decision.verdict, "conditions": decision.conditions, "via": grant.id}
                reason = (
                    f"{short(principal.identity.id)} {WORDS[kind]} ({action if kind != ADMINISTERS else 'all actions'})"
                )
                yield edge(grant.id, kind, resource.id, reason, grant.locations, **more)


def _on(principal: Principal, action: str, native: str) -> Decision:
    return strongest(decide(principal, action, each) for each in (native, native + _INSIDE))


def _reaches(grant: Grant, principal: Principal, native: str, owners: set[str]) -> bool:
    number = native.split(":")[4]
    if number and number != principal.account:
        return False
    stated = grant.resources
    if grant.not_resources:
        inside = any(pattern(each).fullmatch(native) for each in grant.not_resources)
        return not inside and (bool(number) or not owners or principal.account in owners)
    for each in stated:
        if pattern(each).fullmatch(native) or pattern(each).fullmatch(native + _INSIDE):
            # a bucket's ARN names no account: a wildcard reaches it only in the account that speaks of it
            by_name = not number and each.rstrip("*/").startswith(native)
            if number or by_name or not owners or principal.account in owners:
                return True
    return False


def _had(grant: Grant, principal: Principal) -> Decision:
    """Decide whether anything is left of a statement after what denies or bounds it."""
    if not grant.actions:  # NotAction, or a policy that is not in scope
        return Decision("unknown", ("which actions it gives was not worked out",))
    resource = grant.resources[0] if grant.resources and "*" not in grant.resources[0] else ANY
    return strongest(decide(principal, action.replace("*", ""), resource) for action in grant.actions[:ASKED])


def _shown(grant: Grant) -> list[str]:
    if grant.not_actions:
        return [f"all but {each}" for each in grant.not_actions[:3]]
    return list(grant.actions[:3]) + (["more"] if len(grant.actions) > 3 else [])


def _owners(inventory: Inventory, resources: Iterable[Resource]) -> dict[str, set[str]]:
    """Tell which accounts' own statements name a resource, for those whose name says no account."""
    named: dict[str, set[str]] = {}
    for grant in inventory.grants:
        if grant.identity and grant.identity.startswith("identity:aws/"):
            for stated in grant.resources:
                named.setdefault(stated.removesuffix("/*").removesuffix("*"), set()).add(account(grant.identity))
    return {each.id: named.get(each.id.split("/", 1)[1], set()) for each in resources}


EDGE = Grants()
