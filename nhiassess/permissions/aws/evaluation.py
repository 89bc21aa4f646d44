"""May this AWS identity do this? From its own statements and its groups', its boundary and its organisation's policies.

Policies of resources stand beside it (aws_resource_policies.py); those of sessions no file has. Of organisation
policies nobody says to which part of the organisation they are attached: those in scope count for every account that
their path names, or for all; of resource control policies that is the account of the resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Grant
from nhiassess.permissions.aws.conditions import Request, holds, missing, resolve
from nhiassess.permissions.aws.held import Held, Statement, account_under, limits_resources, speaking
from nhiassess.permissions.aws.request import request_of, sessions
from nhiassess.permissions.patterns import arn_contains, arns_overlap, contains, is_concrete, matches, overlap
from nhiassess.permissions.permission import NO, Decision, either

# a date after every date that a policy names: tokens are issued after it was written
_LATER = "9999-12-31T00:00:00+00:00"
# a session token calls IAM only with one
_SECOND_FACTOR = "aws:MultiFactorAuthPresent is true"
_OF_SESSIONS = ("aws:tokenissuetime", "aws:multifactorauthpresent", "aws:multifactorauthage")
# of actions whose resources belong to another service, too
_ALSO_ON = {
    "ec2-instance-connect": ("ec2",),
    "rds-data": ("rds",),
    "redshift-data": ("redshift",),
    "ssm": ("ssm", "ec2"),
    "sts": ("iam", "sts"),
}


def decide(
    has: Held,
    action: str,
    resource: str = "*",
    more: Mapping[str, str | None] | None = None,
    granted: bool = False,
) -> Decision:
    """Decide whether an identity may do an action.

    Parameters
    ----------
    has:
        What bears on the identity.
    action:
        Such as ``iam:PassRole``; a pattern asks for any action that matches it.
    resource:
        An ARN; a pattern asks whether there is some resource that matches it.
    more:
        What the request carries besides what follows from the identity, such as ``iam:PassedToService``; None for
        a key that it does not carry. What neither says is open.
    granted:
        Whether the resource itself, such as the trust policy of a role, lets the identity in, so that only what
        forbids it counts.

    Returns
    -------
    Decision
        ``yes``; ``conditional`` with what must hold; ``unknown`` when a policy that decides was not in scope;
        ``no`` also for what nobody allows.

    Notes
    -----
    AWS, "Policy evaluation logic". A user may act with a long-term key or with a session token, and the better of
    the two counts.
    """
    if not granted and not speaking(has, action.partition(":")[0].lower(), denying=False):
        return NO
    stated = tuple(sorted((more or {}).items()))
    asked = (action, resource, stated, granted)
    if asked not in has.remembered:
        requests = _requests(has, action, resource, dict(stated))
        has.remembered[asked] = either(_decide(has, action.lower(), resource, *each, granted) for each in requests)
    return has.remembered[asked]


def _requests(
    has: Held, action: str, resource: str, more: Mapping[str, str | None]
) -> Iterator[tuple[Request, tuple[str, ...]]]:
    """Give the requests that the identity can make, each with what must hold for it to be made at all."""
    request = request_of(has)
    owner = resource.split(":")[4] if resource.count(":") >= 5 else ""
    if owner.isdigit():
        request["aws:resourceaccount"] = (owner,)
    if has.kind != "group":
        request["aws:tokenissuetime"] = (_LATER,)
    request |= {key.lower(): None if value is None else (value,) for key, value in more.items()}
    if has.kind == "user":
        # neither that time nor a second factor goes with a key
        yield {**request, **dict.fromkeys(_OF_SESSIONS)}, ()
        service, _, name = action.lower().partition(":")
        if service == "iam" or (service == "sts" and name != "assumerole"):
            yield {**request, "aws:multifactorauthpresent": ("true",)}, (_SECOND_FACTOR,)
        else:
            yield request, ()
        return
    for each in sessions(has, request) if has.asks_tags else (request,):
        yield each, ()


def _decide(has: Held, action: str, resource: str, request: Request, first: tuple[str, ...], granted: bool) -> Decision:
    if granted:
        wanted = (_Region((action,), (resource,)), Decision("yes", first))
        return _limited(has, wanted, request, is_user_named=has.kind == "user")
    return either(_limited(has, each, request) for each in _allowed(has, action, resource, request, first))


@dataclass(frozen=True, slots=True)
class _Region:
    """What an allowing statement leaves of the question: actions and resources that match all of the patterns."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


def _allowed(
    has: Held, action: str, resource: str, request: Request, first: tuple[str, ...]
) -> Iterator[tuple[_Region, Decision]]:
    for statement in speaking(has, action.partition(":")[0], denying=False):
        for actions in _meeting(statement, action):
            answer, open_conditions = holds(statement.grant.conditions, request)
            if answer is False:
                break
            for pattern, variable in _resources(statement.grant, action, resource, request):
                words = (*first, *open_conditions, *((f"what {variable} is",) if variable else ()))
                grant = statement.grant
                decision = Decision("conditional" if words else "yes", words, grant.locations, (grant.id,))
                yield _Region(actions, (resource, pattern)), decision


def _meeting(statement: Statement, action: str) -> Iterator[tuple[str, ...]]:
    """Give, for each way in which the statement's actions meet the action asked for, the patterns of both."""
    if statement.not_actions:
        if not any(contains(each, action) for each in statement.not_actions):
            yield (action,)
        return
    for each in statement.actions:
        if matches(each, action) if is_concrete(action) else overlap(each, action):
            yield (action,) if each == "*" or is_concrete(action) else (action, each)


def _resources(grant: Grant, action: str, resource: str, request: Request) -> Iterator[tuple[str, str | None]]:
    """Give the patterns of a statement that meet the resource asked for, each with the variable that is open."""
    services = services_of(action)
    if grant.not_resources:
        patterns = [resolve(each, request)[0] for each in grant.not_resources]
        if not any(each is not None and arn_contains(each, resource) for each in patterns):
            yield "*", None
        return
    for each in grant.resources:
        pattern, variable = resolve(each, request)
        if pattern is None:
            continue
        if resource == "*":
            # some resource, but of this service
            if any(_is_of(pattern, service) for service in services):
                yield pattern, variable
        elif arns_overlap(pattern, resource):
            yield pattern, variable


def _is_of(pattern: str, service: str) -> bool:
    """Tell whether a pattern meets ARNs of a service: an ARN's third part names it."""
    parts = pattern.split(":")
    return len(parts) < 3 or overlap(parts[2], service)


def services_of(action: str) -> tuple[str, ...]:
    """Give the services whose resources an action is asked on, as the third part of an ARN names them."""
    service = action.partition(":")[0]
    return _ALSO_ON.get(service, (service,))


def _limited(has: Held, wanted: tuple[_Region, Decision], request: Request, is_user_named: bool = False) -> Decision:
    """Take from what is allowed what a Deny, the boundary and the organisation take away."""
    region, decision = wanted
    verdict, conditions, places = decision.verdict, list(decision.conditions), list(decision.locations)
    for statement in speaking(has, region.actions[0].partition(":")[0], denying=True):
        if limits_resources(statement.grant) and not _is_of_account(region, account_under(statement.grant), has):
            continue
        covers = _covers(statement, region, request)
        answer, words = holds(statement.grant.conditions, request) if covers is not False else (False, ())
        if answer is True and covers is True:
            return NO
        if answer is not False:
            verdict = "conditional"
            by = statement.grant.policy or statement.grant.id
            when = " and ".join(words) or "the variables of its resources stand for this one"
            conditions.append(f"not denied by {by}, as it is when {when}")
            places += statement.grant.locations
    # a user whom the resource names is not limited by what a boundary leaves out, only by what it denies
    limits = [_organisation(has, region, request)]
    if has.boundary and not is_user_named:
        limits.append(_within(has.boundary, region, request))
    for limit in limits:
        if limit.verdict == "no":
            return NO
        conditions += limit.conditions
        places += limit.locations
        if limit.verdict == "unknown" or verdict == "yes":
            verdict = limit.verdict
    return Decision(verdict, tuple(dict.fromkeys(conditions)), tuple(dict.fromkeys(places)), decision.grants)


def _is_of_account(region: _Region, account: str, has: Held) -> bool:
    """Tell whether what is asked for is in an account; a name without one is taken to be in the identity's own."""
    parts = region.resources[0].split(":")
    owner = parts[4] if len(parts) > 5 and is_concrete(parts[4]) and parts[4] else has.account
    return account in ("-", owner)


def _covers(statement: Statement, region: _Region, request: Request) -> bool | None:
    """Tell whether a statement takes in all of a region, so that a Deny leaves nothing of it; None when open."""
    if statement.not_actions:
        if any(overlap(*region.actions, each) for each in statement.not_actions):
            return False
    elif not any(contains(each, asked) for each in statement.actions for asked in region.actions):
        return False
    maybe = False
    if statement.grant.not_resources:
        for stated in statement.grant.not_resources:
            pattern, variable = resolve(stated, request)
            if pattern is not None and arns_overlap(*region.resources, pattern):
                if not variable:
                    return False
                maybe = True
        return None if maybe else True
    for stated in statement.grant.resources:
        pattern, variable = resolve(stated, request)
        if pattern is None:
            continue
        if not variable and any(arn_contains(pattern, each) for each in region.resources):
            return True
        maybe = maybe or (variable is not None and arns_overlap(*region.resources, pattern))
    return None if maybe else False


def _within(limit: Iterable[Statement], region: _Region, request: Request) -> Decision:
    """Decide whether a boundary leaves something of a region."""
    return either(_leaves(each, region, request) for each in limit)


def _leaves(statement: Statement, region: _Region, request: Request) -> Decision:
    grant = statement.grant
    if grant.effect == "deny":
        return NO
    not_in_scope = missing(grant.conditions)
    if not_in_scope:
        words = f"what the {grant.scope} {grant.policy or ''} allows, which is not in scope".replace("  ", " ")
        return Decision("unknown", (words,), grant.locations)
    if statement.not_actions:
        if any(contains(each, asked) for each in statement.not_actions for asked in region.actions):
            return NO
    elif not any(overlap(*region.actions, each) for each in statement.actions):
        return NO
    answer, words_open = holds(grant.conditions, request)
    if answer is False:
        return NO
    variable = _resource_left(grant, region, request)
    if variable is None:
        return NO
    conditions = (*words_open, *((f"what {variable} is",) if variable else ()))
    return Decision("conditional" if conditions else "yes", conditions, grant.locations if conditions else ())


def _resource_left(grant: Grant, region: _Region, request: Request) -> str | None:
    """Give the open variable on which it hangs that a limit leaves a resource; "" for none, None for no resource."""
    if grant.not_resources:
        patterns = [resolve(each, request)[0] for each in grant.not_resources]
        gone = any(each is not None and arn_contains(each, asked) for each in patterns for asked in region.resources)
        return None if gone else ""
    found: str | None = None
    for stated in grant.resources:
        pattern, variable = resolve(stated, request)
        if pattern is not None and arns_overlap(*region.resources, pattern):
            if not variable:
                return ""
            found = variable
    return found


def _organisation(has: Held, region: _Region, request: Request) -> Decision:
    """Decide whether the organisation's policies leave something of a region.

    Each level of an organisation must allow it. At which level a policy is attached nobody says: what none
    allows is not allowed, what only some allow hangs on that.
    """
    if not has.organisation:
        return Decision("yes")
    policies: dict[str, list[Statement]] = {}
    for each in has.organisation:
        policies.setdefault(each.grant.policy or each.grant.id, []).append(each)
    answers = {policy: _within(statements, region, request) for policy, statements in policies.items()}
    best = either(answers.values())
    if best.verdict == "no":
        return NO
    silent = sorted(policy for policy, answer in answers.items() if answer.verdict == "no")
    if not silent:
        return best
    words = f"{', '.join(silent)}, which does not allow it, is attached beside a policy that does"
    return Decision("conditional", (*best.conditions, words), best.locations)
