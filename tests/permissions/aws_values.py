"""Small AWS accounts, built from values."""

from __future__ import annotations

from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Link, Location, Resource, Trust

HERE, THERE = "111122223333", "444455556666"
Stated = tuple[str, ...]


def identity(kind: str, name: str, account: str = HERE) -> Identity:
    """A user, role or group."""
    arn = f"arn:aws:iam::{account}:{kind}/{name}"
    return Identity(f"identity:aws/{account}/{kind}/{name}", kind=kind, name=arn, provider="aws")


def user(name: str, account: str = HERE) -> Identity:
    return identity("user", name, account)


def role(name: str, account: str = HERE) -> Identity:
    return identity("role", name, account)


def group(name: str, account: str = HERE) -> Identity:
    return identity("group", name, account)


def allow(of: Identity, *actions: str, on: Stated = ("*",), where: int = 1, **more: object) -> Grant:
    """A statement of an identity's own policy."""
    fields = {"policy": "inline", "scope": "identity", "effect": "allow", "not_actions": (), **more}
    stated = f"{fields['scope']}/{fields['effect']}/{fields['policy']}/{'+'.join(actions)}/{'+'.join(on)}/{where}"
    return Grant(
        id=f"grant:{of.id.removeprefix('identity:')}/{stated}",
        identity=of.id,
        provider="aws",
        actions=actions,
        resources=() if "not_resources" in more else on,
        locations=(Location("iam.json", where),),
        **fields,  # type: ignore[arg-type]  # fields of Grant by name
    )


def deny(of: Identity, *actions: str, on: Stated = ("*",), **more: object) -> Grant:
    return allow(of, *actions, on=on, effect="deny", **more)  # type: ignore[arg-type]  # fields of Grant by name


def boundary(of: Identity, *actions: str, on: Stated = ("*",), **more: object) -> Grant:
    more.setdefault("policy", f"arn:aws:iam::{HERE}:policy/limit")
    return allow(of, *actions, on=on, scope="boundary", **more)  # type: ignore[arg-type]  # fields of Grant by name


def scp(*actions: str, on: Stated = ("*",), effect: str = "allow", account: str = "-", **more: object) -> Grant:
    """A statement of an organisation's policy."""
    policy = str(more.pop("policy", "scp"))
    id = f"grant:aws/{account}/scp/{policy}/{effect}/{'+'.join(actions)}"
    fields = {"scope": "organisation", "provider": "aws", "effect": effect, "policy": policy, **more}
    return Grant(id, actions=actions, resources=on, **fields)  # type: ignore[arg-type]  # fields of Grant by name


def when(operator: str, key: str, *values: str) -> tuple[Condition, ...]:
    return (Condition(operator, key, values),)


def trust(of: Identity, trusted: str, mechanism: str = "aws", **more: object) -> Trust:
    """A statement of a role's trust policy."""
    id = f"trust:{of.id.removeprefix('identity:')}/{trusted}/{more.get('effect', 'allow')}"
    place = (Location("trust.json", 1),)
    return Trust(id, of.id, trusted, mechanism=mechanism, locations=place, **more)  # type: ignore[arg-type]  # fields of Trust by name


def member(of: Identity, whole: Identity) -> Link:
    return Link(f"{of.id}|member_of|{whole.id}", of.id, "member_of", whole.id)


def runs(resource: Resource, as_role: Identity) -> Link:
    return Link(f"{resource.id}|runs_as|{as_role.id}", resource.id, "runs_as", as_role.id)


def inventory(*values: object) -> Inventory:
    """Sort values into their tables."""
    kinds = {Identity: "identities", Grant: "grants", Trust: "trusts", Link: "links", Resource: "resources"}
    tables: dict[str, list[object]] = {table: [] for table in kinds.values()}
    for value in values:
        tables[kinds[type(value)]].append(value)
    return Inventory(**{table: tuple(found) for table, found in tables.items()})  # type: ignore[arg-type]  # sorted by kind
