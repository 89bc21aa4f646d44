"""Whether rules of a cluster allow something."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Link
from nhiassess.permissions.kubernetes.evaluation import bound, decide, names_allowed


def rule(*actions: str, where: str = "namespace/shop", **more: object) -> Grant:
    return Grant("grant:r", "identity:i", actions=actions, resources=(where,), provider="kubernetes", **more)  # type: ignore[arg-type]  # fields of Grant by name


def named(*names: str) -> tuple[Condition, ...]:
    return (Condition("resourceNames", "name", names),)


@pytest.mark.parametrize(
    ("stated", "action", "verdict"),
    [
        ("get:core/secrets", "get:core/secrets", "yes"),
        ("*:core/secrets", "list:core/secrets", "yes"),
        ("get:*/secrets", "get:core/secrets", "yes"),
        ("get:core/*", "get:core/secrets", "yes"),
        ("create:core/*", "create:core/pods/exec", "yes"),
        ("create:core/pods", "create:core/pods/exec", "no"),
        ("create:core/pods/exec", "create:core/pods", "no"),
        ("update:*/*/scale", "update:apps/deployments/scale", "yes"),
        ("update:*/*/scale", "update:apps/deployments", "no"),
        ("create:core/pods/*", "create:core/pods/exec", "no"),
        ("get:apps/secrets", "get:core/secrets", "no"),
        ("list:core/secrets", "get:core/secrets", "no"),
        ("get:nonResourceURLs/metrics", "get:core/secrets", "no"),
    ],
)
def test_rules(stated: str, action: str, verdict: str) -> None:
    assert decide([rule(stated)], action, "shop").verdict == verdict


def test_a_binding_of_a_namespace_grants_there_only() -> None:
    here, everywhere = rule("get:core/secrets"), rule("get:core/secrets", where="cluster")
    assert decide([here], "get:core/secrets", "other").verdict == "no"
    assert decide([here], "get:core/secrets").verdict == "no"
    assert decide([everywhere], "get:core/secrets", "other").verdict == "yes"
    assert decide([everywhere], "get:core/secrets").verdict == "yes"


def test_names_of_objects_limit_a_rule() -> None:
    rules = [rule("get:core/secrets", "create:core/secrets", conditions=named("one"))]
    assert decide(rules, "get:core/secrets", "shop", "one").verdict == "yes"
    assert decide(rules, "get:core/secrets", "shop", "two").verdict == "no"
    assert decide(rules, "get:core/secrets", "shop").verdict == "no"
    assert decide(rules, "create:core/secrets", "shop", "one").verdict == "no"
    assert names_allowed(rules, "get:core/secrets", "shop") == ("one",)


def test_creating_below_a_named_object_is_allowed() -> None:
    rules = [rule("create:core/serviceaccounts/token", conditions=named("api"))]
    assert decide(rules, "create:core/serviceaccounts/token", "shop", "api").verdict == "yes"
    assert decide(rules, "create:core/serviceaccounts/token", "shop", "web").verdict == "no"


def test_a_role_that_is_not_in_scope_leaves_it_unknown() -> None:
    missing = rule(conditions=(Condition("role", "role not in scope"),), policy="ClusterRole/operator")
    assert decide([missing], "get:core/secrets", "shop").verdict == "unknown"
    assert decide([missing], "get:core/secrets", "other").verdict == "no"
    assert decide([missing, rule("get:core/secrets")], "get:core/secrets", "shop").verdict == "yes"


def test_roles_that_kubernetes_ships_are_known() -> None:
    def shipped(name: str) -> Grant:
        return rule(conditions=(Condition("role", "role not in scope"),), policy=f"ClusterRole/{name}")

    assert decide([shipped("edit")], "get:core/secrets", "shop").verdict == "conditional"
    assert decide([shipped("view")], "get:core/secrets", "shop").verdict == "no"


def test_what_groups_have_members_have() -> None:
    account = Identity("identity:kubernetes/-/shop/api", kind="service_account")
    whole = Identity("identity:kubernetes/-/-/group:system:authenticated", kind="group")
    grant = Grant("grant:g", whole.id, provider="kubernetes", actions=("get:core/secrets",), resources=("cluster",))
    link = Link("l", account.id, "member_of", whole.id)
    assert bound(Inventory(identities=(account, whole), grants=(grant,), links=(link,)))[account.id] == (grant,)
