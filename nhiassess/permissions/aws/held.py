"""What bears on what an AWS identity may do: its statements, its groups', its boundary, its organisation's policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.model.inventory import Grant, Identity, Inventory
from nhiassess.permissions.patterns import matches
from nhiassess.permissions.permission import Decision


@dataclass(frozen=True, slots=True)
class Statement:
    """A grant, with its actions in lower case."""

    grant: Grant
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """All that bears on what one identity may do."""

    id: str
    kind: str  # user | role | group | administrator, whom only an escalation gains
    arn: str
    account: str
    allows: tuple[Statement, ...] = ()
    denies: tuple[Statement, ...] = ()
    boundary: tuple[Statement, ...] = ()
    organisation: tuple[Statement, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] | None = None
    asks_tags: bool = False  # whether any statement asks for tags, of the principal or of what something is done to
    remembered: dict[object, Decision] = field(default_factory=dict, repr=False)
    spoken: dict[tuple[str, bool], tuple[Statement, ...]] = field(default_factory=dict, repr=False)
    services: dict[bool, Mapping[str, Sequence[int]]] = field(default_factory=dict, repr=False)

    @property
    def partition(self) -> str:
        """What its ARN begins with, which differs in China and for the government."""
        return ":".join(self.arn.split(":")[:2])

    @property
    def limited(self) -> bool:
        """Whether statements of its own take away from what its groups give."""
        own = any(each.grant.identity == self.id and each.grant.scope == "identity" for each in self.denies)
        return bool(self.groups) and (own or bool(self.boundary))


def held(inventory: Inventory) -> Mapping[str, Held]:
    """Gather what bears on each AWS identity.

    Parameters
    ----------
    inventory:
        Identities, grants and memberships.

    Returns
    -------
    Mapping of str to Held
        By the id of the identity. Groups hold their own statements; users those of their groups too.
    """
    own: dict[str, list[Statement]] = {}
    organisation: list[Statement] = []
    for grant in inventory.grants:
        if grant.provider not in ("aws", None):
            continue
        if grant.scope == "organisation":
            organisation.append(_statement(grant))
        elif grant.identity is not None and grant.scope in ("identity", "boundary"):
            own.setdefault(grant.identity, []).append(_statement(grant))
    member_of: dict[str, list[str]] = {}
    for link in inventory.links:
        if link.verb == "member_of" and link.source.startswith("identity:aws/"):
            member_of.setdefault(link.source, []).append(link.target)
    return {
        identity.id: _held(identity, own, organisation, tuple(sorted(member_of.get(identity.id, ()))))
        for identity in inventory.identities
        if identity.id.startswith("identity:aws/")
    }


def instead(has: Held, **changes: tuple[Statement, ...]) -> Held:
    """Give what bears on an identity with other statements in place, and nothing remembered of the former ones."""
    return replace(has, **changes, remembered={}, spoken={}, services={})  # type: ignore[arg-type]  # fields by name


def speaking(has: Held, service: str, denying: bool) -> tuple[Statement, ...]:
    """Give the statements that speak of a service, each with its actions of that service only.

    Parameters
    ----------
    has:
        What bears on the identity.
    service:
        Such as ``iam``.
    denying:
        Whether those that deny are asked for, or those that allow.

    Returns
    -------
    tuple of Statement
        In the order in which they are stated. Sorted by service once for each identity, since most techniques ask of
        services that it has nothing of.
    """
    if (service, denying) not in has.spoken:
        stated = has.denies if denying else has.allows
        if denying not in has.services:
            has.services[denying] = _by_service(stated)
        places = {
            place
            for prefix, found in has.services[denying].items()
            if not prefix or matches(prefix, service)
            for place in found
        }
        has.spoken[service, denying] = tuple(_of_service(stated[place], service) for place in sorted(places))
    return has.spoken[service, denying]


def _by_service(statements: Sequence[Statement]) -> Mapping[str, Sequence[int]]:
    """Give the places of statements by what their actions say of the service; "" for all but some actions."""
    found: dict[str, list[int]] = {}
    for place, each in enumerate(statements):
        for prefix in {stated.partition(":")[0] for stated in each.actions} | ({""} if each.not_actions else set()):
            found.setdefault(prefix, []).append(place)
    return found


def _of_service(statement: Statement, service: str) -> Statement:
    actions = tuple(stated for stated in statement.actions if matches(stated.partition(":")[0], service))
    return Statement(statement.grant, actions, statement.not_actions)


def arn_of(identity: Identity) -> str:
    """Give the ARN of an AWS identity: its native name, or what its id says.

    Examples
    --------
    >>> arn_of(Identity("identity:aws/111122223333/role/ci/deploy"))
    'arn:aws:iam::111122223333:role/ci/deploy'
    """
    if (identity.name or "").startswith("arn:"):
        return identity.name or ""
    _, account, rest = identity.id.split("/", 2)
    return f"arn:aws:iam::{account}:{rest}"


def _statement(grant: Grant) -> Statement:
    lower = (tuple(each.lower() for each in actions) for actions in (grant.actions, grant.not_actions))
    return Statement(grant, *lower)


def _held(
    identity: Identity, own: Mapping[str, list[Statement]], organisation: list[Statement], groups: tuple[str, ...]
) -> Held:
    account = identity.id.split("/")[1]
    stated = [each for id in (identity.id, *groups) for each in own.get(id, ()) if each.grant.scope == "identity"]
    boundary = [each for each in own.get(identity.id, ()) if each.grant.scope == "boundary"]
    arn = arn_of(identity)
    above = [] if ":role/aws-service-role/" in arn else [each for each in organisation if _is_over(each, account)]
    return Held(
        asks_tags=any(_asks_tags(each.grant) for each in (*stated, *boundary, *above)),
        id=identity.id,
        kind=identity.id.split("/")[2],
        arn=arn,
        account=account,
        allows=tuple(each for each in stated if each.grant.effect != "deny"),
        denies=tuple(each for each in (*stated, *boundary, *above) if each.grant.effect == "deny"),
        boundary=tuple(boundary),
        organisation=tuple(each for each in above if each.grant.effect != "deny" and not limits_resources(each.grant)),
        groups=groups,
        tags=identity.tags,
    )


def _asks_tags(grant: Grant) -> bool:
    asked = (word for each in grant.conditions for word in (each.key, *each.values))
    return any("tag/" in each.lower() for each in (*asked, *grant.resources, *grant.not_resources))


def limits_resources(grant: Grant) -> bool:
    """Tell whether a statement is of a resource control policy: of accounts for what is in them, whoever asks."""
    return grant.scope == "organisation" and "/rcp/" in grant.id


def account_under(grant: Grant) -> str:
    """Give the account that an organisation's policy counts for, as its id says, if its path does; "-" for all."""
    return grant.id.removeprefix("grant:aws/").split("/")[0]


def _is_over(statement: Statement, account: str) -> bool:
    return limits_resources(statement.grant) or account_under(statement.grant) in (account, "-")
