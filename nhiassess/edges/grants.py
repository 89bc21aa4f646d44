"""What AWS identities may do to resources: through which statement, and to read, write, run or administer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Grant, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.access import accesses, is_about
from nhiassess.permissions.administrators import administers_account, is_everything
from nhiassess.permissions.aws import decide
from nhiassess.permissions.aws_held import Held, Statement, held, instead
from nhiassess.permissions.aws_resources import Resources, resources_of
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
        resources = resources_of(inventory)
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
                        yield from _opened(alone, statement, resources)


def _leaves_something(has: Held, grant: Grant) -> bool:
    """Tell whether what limits the identity leaves anything of a statement."""
    asked = ((action, resource) for action in grant.actions or ("*",) for resource in grant.resources or ("*",))
    return any(decide(has, action, resource).possible for action, resource in asked)


def _opened(
    has: Held,
    statement: Statement,
    resources: Resources,
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
            reach = _reach(has, grant, arn, resources.owners[resource.id])
            if not reach.possible:
                continue
            best: dict[str, tuple[Decision, str]] = {}
            for kind, action in wanted:
                if "administers" in best and best["administers"][0].verdict == "yes":
                    break
                decision = both(either(decide(has, action, each) for each in _insides(arn, action)), reach)
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


def _reach(has: Held, grant: Grant, arn: str, owners: frozenset[str]) -> Decision:
    """Decide whether a statement is about a resource at all: one of another account only if it names it."""
    if not owners or has.account in owners:
        return Decision("yes")
    named = any(each.rstrip("*").rstrip("/:").startswith(arn) for each in grant.resources)
    words = f"the policy of the resource, which belongs to account {', '.join(sorted(owners))}, lets it in"
    return Decision("unknown", (words,)) if named else Decision("no")


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
