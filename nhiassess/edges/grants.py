"""What AWS identities may do to resources: through which statement, and to read, write, run or administer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import administers_account, is_everything
from nhiassess.permissions.aws.access import accesses, is_about
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import Held, Statement, held, instead
from nhiassess.permissions.aws.resource_policies import ResourcePolicies, decide_on, lets_in, resource_policies
from nhiassess.permissions.aws.resources import Resources, resources_of
from nhiassess.permissions.permission import Decision, both, either

_WORDS = {
    "reads": "may read it",
    "writes": "may change it",
    "executes_on": "may run it",
    "administers": "may do everything to it",
}


@dataclass(frozen=True, slots=True)
class Grants:
    """From users, roles and groups over their statements to resources."""

    name: str = "grants"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each statement that an identity has, and for each known resource that it opens."""
        everybody = held(inventory)
        resources, policies = resources_of(inventory), resource_policies(inventory)
        for _, has in sorted(everybody.items()):
            administrator = administers_account(has)
            for statement in has.allows:
                grant = statement.grant
                # what a group gives is the group's own edge; members who are limited have statements of their own
                if grant.identity != has.id:
                    continue
                alone = instead(has, allows=(statement,))
                if _leaves_something(alone, grant):
                    yield edge(has.id, "granted", grant.id, _gives(grant), grant.locations)
                    if not (administrator.possible and is_everything(grant)):
                        yield from _opened(alone, statement, resources, policies)
        yield from _by_resources(everybody, resources, policies)


def _leaves_something(has: Held, grant: Grant) -> bool:
    """Tell whether what limits the identity leaves anything of a statement."""
    asked = ((action, resource) for action in grant.actions or ("*",) for resource in grant.resources or ("*",))
    return any(decide(has, action, resource).possible for action, resource in asked)


def _opened(
    has: Held,
    statement: Statement,
    resources: Resources,
    policies: ResourcePolicies,
) -> Iterator[Edge]:
    """Give an edge for each resource and kind of access that one statement opens to an identity."""
    grant = statement.grant
    for service in sorted(resources.arns):
        wanted = dict.fromkeys(
            pair
            for action in grant.actions or (f"{service}:*",)
            if is_about(action, service)
            for pair in accesses(action, service)
        )
        for arn, resource in resources.of(service, grant) if wanted else ():
            owners, stated = resources.owners[resource.id], policies.on(arn)
            is_own = not owners or has.account in owners
            reach = Decision("yes") if is_own or stated else _reach(grant, arn, owners)
            if not reach.possible:
                continue
            best: dict[str, tuple[Decision, str]] = {}
            for kind, action in wanted:
                if "administers" in best and best["administers"][0].verdict == "yes":
                    break
                decision = both(
                    either(decide_on(has, action, each, stated, is_own) for each in _insides(arn, action)), reach
                )
                if decision.possible and (kind not in best or best[kind][0].verdict != "yes"):
                    best[kind] = (decision, action)
            for kind, (decision, action) in best.items():
                yield edge(
                    grant.id,
                    kind,
                    resource.id,
                    f"{_WORDS[kind]} ({action} in {grant.policy or 'its policy'})",
                    decision.locations,
                    verdict=decision.verdict,
                    conditions=decision.conditions,
                )


def _reach(grant: Grant, arn: str, owners: frozenset[str]) -> Decision:
    """Decide whether a statement is about a resource of another account at all: only if it names it."""
    named = any(each.rstrip("*").rstrip("/:").startswith(arn) for each in grant.resources)
    words = f"the policy of the resource, which belongs to account {', '.join(sorted(owners))}, lets it in"
    return Decision("unknown", (words,)) if named else Decision("no")


def _by_resources(everybody: Mapping[str, Held], resources: Resources, policies: ResourcePolicies) -> Iterator[Edge]:
    """Give the edges of what policies of resources let identities of their account do by themselves."""
    by_account: dict[str, list[Held]] = {}
    for _, has in sorted(everybody.items()):
        if has.kind in ("user", "role"):
            by_account.setdefault(has.account, []).append(has)
    for arn, resource in sorted(resources.by_arn.items()):
        owners = sorted(resources.owners[resource.id])
        for grant in policies.on(arn):
            opened = list(_accesses(grant, arn)) if grant.effect != "deny" else []
            let_in: dict[str, str] = {}
            inside = (has for account in owners for has in by_account.get(account, ()))
            for has in (has for has in inside if opened and _may_name(grant, has)):
                decision, kinds = _lets_in(has, grant, policies.on(arn), opened)
                if decision.possible:
                    reason = f"the policy of {resource.name or arn} lets it in"
                    yield edge(
                        has.id,
                        "granted",
                        grant.id,
                        reason,
                        decision.locations or grant.locations,
                        verdict=decision.verdict,
                        conditions=decision.conditions,
                    )
                    let_in |= kinds
            for kind, action in sorted(let_in.items()):
                reason = f"{_WORDS[kind]} ({action} in {grant.policy or 'its policy'})"
                yield edge(grant.id, kind, resource.id, reason, grant.locations)


def _may_name(grant: Grant, has: Held) -> bool:
    """Tell at once whether a statement may name an identity itself, which most don't."""
    return any(
        each.operator == "not_principal"
        or (each.operator == "principal" and any(v in ("*", has.arn) or ":assumed-role/" in v for v in each.values))
        for each in grant.conditions
    )


def _accesses(grant: Grant, arn: str) -> Iterator[tuple[str, str]]:
    service = arn.split(":")[2]
    for action in grant.actions or (f"{service}:*",):
        if is_about(action, service):
            yield from ((kind, each) for kind, each in accesses(action, service))


def _lets_in(
    has: Held, grant: Grant, stated: Sequence[Grant], opened: Iterable[tuple[str, str]]
) -> tuple[Decision, dict[str, str]]:
    """Decide what a statement of a resource's policy lets an identity do: for all of it the weakest answer."""
    parts: list[Decision] = []
    kinds: dict[str, str] = {}
    left = False
    for kind, action in opened:
        for each in grant.resources or ("*",):
            if not lets_in(has, grant, action, each).possible:
                continue
            decision = decide_on(instead(has, allows=()), action, each, stated, True)
            left = left or not decision.possible
            if decision.possible:
                parts.append(decision)
                kinds.setdefault(kind, action)
    if not parts:
        return Decision("no"), {}
    if left:
        words = "what it does there is not denied to it, as other actions of the same statement are"
        parts.append(Decision("conditional", (words,)))
    return both(*parts), kinds


def _insides(arn: str, action: str) -> tuple[str, ...]:
    """Give what an action on a resource is asked on: itself, or what is in it."""
    service, name = arn.split(":")[2], action.partition(":")[2]
    if service == "s3":
        # actions on objects are asked on objects, all others on the bucket
        inside = f"{arn}/*" if "/" not in arn else arn
        within = (inside, f"{arn}/*")
        return within if "object" in name.lower() else (arn, *within) if "*" in name or "/" in arn else (arn,)
    if service == "secretsmanager":
        return arn, f"{arn}-??????"
    if service == "dynamodb":
        return arn, f"{arn}/index/*"
    return arn, f"{arn}:*", f"{arn}/*"


def _gives(grant: Grant) -> str:
    actions = grant.actions or tuple(f"all but {each}" for each in grant.not_actions)
    shown = ", ".join(actions[:3]) + (f" and {len(actions) - 3} more" if len(actions) > 3 else "")
    return f"{_policy(grant)} allows {shown}"


def _policy(grant: Grant) -> str:
    policy = grant.policy or "a policy"
    return policy.rpartition("/")[2] if policy.startswith("arn:") else policy


EDGE = Grants()
