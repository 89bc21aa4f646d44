"""Vault: who logs in as which role, what its policies open, and how a role becomes another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.edges import vault_grants, vault_logins
from nhiassess.edges.edge import EdgeRule
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Location, Resource, Trust
from nhiassess.model.knowledge import Knowledge

ROLE = "identity:vault/k8s/role/agent"
PLACE = (Location("vault/agent.hcl", 3),)
READS_AND_WRITES = ["reads yes", "writes yes"]


def sentences(rule: EdgeRule, where: Inventory, verb: str = "") -> set[tuple[str, str, str, str]]:
    found = ((each.source, each.verb, each.target, each.verdict) for each in rule.derive(where, Knowledge()))
    return {each for each in found if verb in ("", each[1])}


def rule(path: str, *capabilities: str, conditions: tuple[Condition, ...] = (), policy: str = "agents") -> Grant:
    denies = "deny" in capabilities
    return Grant(
        f"grant:vault/k8s/role/agent/{policy}/{path}",
        ROLE,
        "deny" if denies else "allow",
        provider="vault",
        policy=policy,
        actions=("*",) if denies else capabilities,
        resources=(path,),
        conditions=conditions,
        locations=PLACE,
    )


def opened(*grants: Grant, names: tuple[str, ...]) -> dict[str, list[str]]:
    stored = tuple(Resource(f"resource:vault/{name}", name=name, provider="vault") for name in names)
    where = Inventory(identities=(Identity(ROLE),), grants=grants, resources=stored)
    found: dict[str, list[str]] = {}
    for source, verb, target, verdict in sorted(sentences(vault_grants.EDGE, where)):
        if source.startswith("grant:"):
            found.setdefault(target.removeprefix("resource:vault/"), []).append(f"{verb} {verdict}")
    return found


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([rule("secret/data/pay/key", "read")], ["reads yes"]),
        ([rule("secret/data/pay/*", "read", "list")], ["reads yes"]),
        ([rule("secret/data/+/key", "update")], ["writes yes"]),
        ([rule("secret/data/pay/+", "create", "read", "sudo")], ["administers yes", "reads yes", "writes yes"]),
        ([rule("*", "read")], ["reads yes"]),
        ([rule("secret/data/pay/key", "list")], []),
        ([rule("secret/data/pay", "read")], []),
        ([rule("secret/data/pay/keys/*", "read")], []),
        ([rule("secret/*", "read"), rule("secret/data/pay/*", "deny")], []),
        ([rule("secret/*", "deny"), rule("secret/data/pay/key", "read")], ["reads yes"]),
        ([rule("secret/data/pay/*", "read"), rule("secret/data/+/key", "list")], ["reads yes"]),
        ([rule("secret/data/pay/key", "read"), rule("secret/data/pay/key", "deny", policy="no")], []),
        (
            [rule("secret/data/pay/*", "read"), rule("secret/data/pay/*", "patch", policy="b")],
            ["reads yes", "writes yes"],
        ),
        ([rule("secret/data/{{identity.entity.name}}/key", "read")], ["reads conditional"]),
        ([rule("secret/data/pay/key", "read", conditions=(Condition("vault", "mfa_methods"),))], ["reads conditional"]),
    ],
    ids=lambda each: " + ".join(
        f"{one.resources[0]} {','.join(one.actions)}" for one in each if isinstance(one, Grant)
    ),
)
def test_the_most_specific_path_decides(grants: list[Grant], expected: list[str]) -> None:
    assert opened(*grants, names=("secret/data/pay/key",)).get("secret/data/pay/key", []) == expected


PATHS = st.sampled_from(["*", "secret/*", "secret/pay/*", "secret/+/key", "secret/pay/key", "secret/pay/+", "pki/*"])
RULES = st.lists(st.tuples(PATHS, st.sampled_from(["read", "update", "deny", "list"])), max_size=6)


@given(RULES, PATHS)
def test_to_deny_never_opens_anything(stated: list[tuple[str, str]], denied: str) -> None:
    grants = [rule(path, each, policy=f"p{place}") for place, (path, each) in enumerate(stated)]
    names = ("pki/issue/web", "secret/pay/key", "secret/web/key")
    before, after = opened(*grants, names=names), opened(*grants, rule(denied, "deny", policy="no"), names=names)
    assert all(set(after[name]) <= set(before.get(name, ())) for name in after)


def test_a_path_up_to_its_wildcard_stands_for_what_lies_below() -> None:
    names = ("secret/data/pay", "secret/data/payments/key")
    assert opened(rule("secret/data/pay/*", "read"), names=names) == {"secret/data/pay": ["reads yes"]}


def test_whoever_asks_for_a_certificate_is_handed_its_key() -> None:
    found = opened(
        rule("pki/issue/web", "update"), rule("pki/roles/web", "update"), names=("pki/issue/web", "pki/roles/web")
    )
    assert found == {"pki/issue/web": ["reads yes", "writes yes"], "pki/roles/web": ["writes yes"]}


ACCOUNT = Identity("identity:kubernetes/-/shop/api", "service_account", "shop/api", "kubernetes")
OTHER = Identity("identity:kubernetes/-/shop/web", "service_account", "shop/web", "kubernetes")
DEPLOY = "arn:aws:iam::111122223333:role/ci/deploy"
DEPLOYER = Identity("identity:aws/111122223333/role/ci/deploy", "role", DEPLOY, "aws")


@pytest.mark.parametrize(
    ("mechanism", "trusted", "expected"),
    [
        ("kubernetes", "system:serviceaccount:shop:api", {(ACCOUNT.id, "conditional")}),
        ("kubernetes", "system:serviceaccount:shop:*", {(ACCOUNT.id, "conditional"), (OTHER.id, "conditional")}),
        ("kubernetes", "system:serviceaccount:*:web", {(OTHER.id, "conditional")}),
        ("kubernetes", "system:serviceaccount:pay:api", set()),
        ("kubernetes", "shop/api", set()),
        ("aws", DEPLOY, {(DEPLOYER.id, "yes")}),
        ("aws", "arn:aws:iam::111122223333:role/deploy", {(DEPLOYER.id, "yes")}),
        ("aws", "arn:aws:iam::111122223333:*", {(DEPLOYER.id, "yes")}),
        ("aws", "arn:aws:iam::444455556666:role/ci/deploy", set()),
        ("approle", DEPLOY, set()),
    ],
)
def test_a_role_lets_in_whom_it_binds_to(mechanism: str, trusted: str, expected: set[tuple[str, str]]) -> None:
    trust = Trust("trust:t", ROLE, trusted, mechanism=mechanism, locations=PLACE)
    where = Inventory(identities=(ACCOUNT, OTHER, DEPLOYER, Identity(ROLE)), trusts=(trust,))
    found = sentences(vault_logins.EDGE, where)
    assert found == {(source, "federates_to", ROLE, verdict) for source, verdict in expected}


def test_a_trust_of_another_than_vault_lets_nobody_in_here() -> None:
    trust = Trust("trust:t", "identity:aws/111122223333/role/x", DEPLOY, mechanism="aws")
    assert not sentences(vault_logins.EDGE, Inventory(identities=(DEPLOYER,), trusts=(trust,)))
