"""The edges that statements, trusts and memberships make, one pitfall a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from nhiassess.edges import (
    administers,
    ambient,
    assumes,
    grants,
    holds,
    invokes,
    kubernetes_grants,
    member_of,
    passes_role,
    takes_over,
)
from nhiassess.edges.edge import EdgeRule
from nhiassess.joins import member_statements
from nhiassess.model.inventory import (
    Condition,
    Credential,
    Gate,
    Grant,
    Identity,
    Inventory,
    Link,
    Location,
    Resource,
)
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from tests.edges.test_aws_techniques import knowledge
from tests.permissions.aws_values import (
    HERE,
    THERE,
    allow,
    boundary,
    deny,
    group,
    inventory,
    member,
    role,
    scp,
    trust,
    user,
    when,
)

ADA, TEAM, DEPLOY, BOSS = user("ada"), group("team"), role("deploy"), role("boss")
LEDGER_ARN, TABLE_ARN = "arn:aws:s3:::ledger", f"arn:aws:dynamodb:eu-west-1:{HERE}:table/customers"
LEDGER = Resource(f"resource:aws/{LEDGER_ARN}", kind="object_store", name=LEDGER_ARN, provider="aws")
TABLE = Resource(f"resource:aws/{TABLE_ARN}", kind="table", name=TABLE_ARN, provider="aws")
ACCOUNT = Resource(f"resource:aws/{HERE}", kind="account", name=HERE, provider="aws")
API = Identity("identity:kubernetes/-/shop/api", kind="service_account", name="shop/api", provider="kubernetes")


def derived(rule: EdgeRule, *values: object) -> list[Edge]:
    found = list(rule.derive(inventory(*values), knowledge()))
    assert all(edge.reason and edge.id == f"{edge.source}|{edge.key}|{edge.target}" for edge in found)
    return found


def said(edges: Iterable[Edge]) -> set[tuple[str, str, str]]:
    return {(edge.verb, edge.target.rpartition("/")[2].rpartition(":")[2], edge.verdict) for edge in edges}


def opened(*values: object) -> set[tuple[str, str, str]]:
    """Give what statements open: verb, resource and verdict."""
    found = derived(grants.EDGE, LEDGER, TABLE, *values)
    return said(edge for edge in found if edge.verb != "granted")


@pytest.mark.parametrize(
    ("action", "on", "expected"),
    [
        ("s3:GetObject", f"{LEDGER_ARN}/*", {("reads", "ledger", "yes")}),
        ("s3:GetObject", LEDGER_ARN, set()),
        ("s3:ListBucket", LEDGER_ARN, {("reads", "ledger", "yes")}),
        ("s3:ListBucket", f"{LEDGER_ARN}/*", set()),
        ("s3:PutObject", f"{LEDGER_ARN}/in/*", {("writes", "ledger", "yes")}),
        ("s3:PutBucketPolicy", LEDGER_ARN, {("administers", "ledger", "yes")}),
        ("s3:*", f"{LEDGER_ARN}*", {("administers", "ledger", "yes")}),
        ("S3:GETOBJECT", "*", {("reads", "ledger", "yes")}),
        ("s3:Get*", "*", {("reads", "ledger", "yes")}),
        ("s3:*Object", "*", {("writes", "ledger", "yes"), ("reads", "ledger", "yes")}),
        ("s3:GetObject", "arn:aws:s3:::other/*", set()),
        ("dynamodb:Query", TABLE_ARN, {("reads", "customers", "yes")}),
        ("dynamodb:BatchGetItem", TABLE_ARN, {("reads", "customers", "yes")}),
        ("dynamodb:BatchWriteItem", TABLE_ARN, {("writes", "customers", "yes")}),
        ("dynamodb:Query", f"{TABLE_ARN}/index/*", {("reads", "customers", "yes")}),
        ("dynamodb:*", f"arn:aws:dynamodb:*:{THERE}:table/*", set()),
        ("iam:GetUser", "*", set()),
    ],
)
def test_what_actions_mean(action: str, on: str, expected: set[tuple[str, str, str]]) -> None:
    assert opened(ADA, allow(ADA, action, on=(on,))) == expected


def test_functions_are_run() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{HERE}:function:nightly"
    function = Resource(f"resource:aws/{arn}", kind="function", name=arn, provider="aws")
    assert ("executes_on", "nightly", "yes") in opened(ADA, function, allow(ADA, "lambda:InvokeFunction", on=(arn,)))


def test_secrets_bear_a_suffix() -> None:
    arn = f"arn:aws:secretsmanager:eu-west-1:{HERE}:secret:erp"
    secret = Resource(f"resource:aws/{arn}", kind="secret", name=arn, provider="aws")
    grant = allow(ADA, "secretsmanager:GetSecretValue", on=(f"{arn}-??????",))
    assert ("reads", "erp", "yes") in opened(ADA, secret, grant)


def test_what_limits_an_identity_limits_its_statements() -> None:
    reads = allow(ADA, "s3:GetObject")
    assert opened(ADA, reads, deny(ADA, "s3:*")) == set()
    assert opened(ADA, reads, boundary(ADA, "dynamodb:*")) == set()
    assert opened(ADA, reads, scp("*"), scp("s3:*", effect="deny")) == set()
    assert opened(ADA, allow(ADA, "s3:*"), boundary(ADA, "s3:GetObject")) == {("reads", "ledger", "yes")}
    with_factor = allow(ADA, "s3:GetObject", conditions=when("Bool", "aws:MultiFactorAuthPresent", "true"))
    assert opened(ADA, with_factor) == {("reads", "ledger", "conditional")}
    missing = boundary(ADA, "*", conditions=(Condition("boundary", "policy not in scope"),))
    assert opened(ADA, reads, missing) == {("reads", "ledger", "unknown")}


def test_each_statement_has_its_own_verdict() -> None:
    plain = allow(ADA, "s3:GetObject", where=1)
    open_ = allow(ADA, "s3:GetObject", where=2, conditions=when("Bool", "aws:MultiFactorAuthPresent", "true"))
    found = {
        edge.source: edge.verdict for edge in derived(grants.EDGE, ADA, LEDGER, plain, open_) if edge.verb == "reads"
    }
    assert found == {plain.id: "yes", open_.id: "conditional"}


def test_a_statement_of_which_nothing_is_left_is_not_granted() -> None:
    edges = derived(grants.EDGE, ADA, allow(ADA, "iam:*"), deny(ADA, "iam:*", "sts:*"))
    assert edges == []


def test_not_action_and_not_resource() -> None:
    assert opened(ADA, allow(ADA, not_actions=("iam:*",))) == {
        ("administers", "ledger", "yes"),
        ("administers", "customers", "yes"),
    }
    assert opened(ADA, allow(ADA, "s3:GetObject", not_resources=(f"{LEDGER_ARN}*",))) == set()


def test_a_wildcard_reaches_only_resources_of_the_account() -> None:
    ours, theirs = allow(ADA, "s3:GetObject", on=(f"{LEDGER_ARN}/*",)), user("eve", THERE)
    wildcard = allow(theirs, "s3:GetObject")
    found = derived(grants.EDGE, LEDGER, ADA, theirs, ours, wildcard)
    assert {edge.source for edge in found if edge.verb == "reads"} == {ours.id}


def test_a_resource_of_another_account_that_is_named_is_unknown() -> None:
    theirs = user("eve", THERE)
    assert opened(theirs, allow(theirs, "dynamodb:GetItem", on=(TABLE_ARN,))) == {("reads", "customers", "unknown")}


def test_members_have_what_their_group_has() -> None:
    values = ADA, TEAM, member(ADA, TEAM), allow(TEAM, "s3:GetObject")
    assert [edge.source for edge in derived(member_of.EDGE, *values)] == [ADA.id]
    assert {edge.source for edge in derived(grants.EDGE, LEDGER, *values) if edge.verb == "granted"} == {TEAM.id}


def test_members_who_are_limited_have_what_is_left() -> None:
    everywhere = allow(TEAM, "s3:GetObject", on=(f"{LEDGER_ARN}/*", "arn:aws:s3:::other/*"))
    other = Resource("resource:aws/arn:aws:s3:::other", kind="object_store", name="arn:aws:s3:::other", provider="aws")
    values = ADA, TEAM, member(ADA, TEAM), everywhere, allow(TEAM, "s3:PutObject")
    limits = deny(ADA, "s3:Put*"), deny(ADA, "s3:*", on=(f"{LEDGER_ARN}/*",))
    where = member_statements.JOIN.join(inventory(*values, *limits, LEDGER, other), Knowledge())
    assert list(member_of.EDGE.derive(where, Knowledge())) == []
    found = list(grants.EDGE.derive(where, Knowledge()))
    own = [edge.target for edge in found if edge.verb == "granted" and edge.source == ADA.id]
    assert len(own) == 1
    assert [(edge.verb, edge.target, edge.verdict) for edge in found if edge.source == own[0]] == [
        ("reads", other.id, "yes")
    ]
    theirs = {edge.target for edge in found if edge.source == everywhere.id}
    assert theirs == {LEDGER.id, other.id}, "what the group gives to others is as it was"


def test_an_administrator_of_a_group_keeps_what_a_boundary_leaves() -> None:
    values = ADA, TEAM, member(ADA, TEAM), allow(TEAM, "*"), boundary(ADA, "s3:GetObject"), LEDGER, ACCOUNT
    where = member_statements.JOIN.join(inventory(*values), Knowledge())
    edges = [edge for rule in (grants, member_of, administers) for edge in rule.EDGE.derive(where, Knowledge())]
    own = {edge.target for edge in edges if edge.source == ADA.id}
    assert said(edge for edge in edges if edge.source in own) == {("reads", "ledger", "yes")}


def test_a_member_that_is_denied_is_no_administrator() -> None:
    everything = allow(TEAM, "*")
    values = ADA, TEAM, member(ADA, TEAM), everything, deny(ADA, "iam:*"), ACCOUNT
    found = [*derived(grants.EDGE, *values), *derived(member_of.EDGE, *values), *derived(administers.EDGE, *values)]
    assert not [edge for edge in found if edge.source == ADA.id]
    assert [edge.target for edge in found if edge.verb == "administers"] == [ACCOUNT.id]


def test_administrators_have_the_account_and_what_is_in_it() -> None:
    elsewhere = Resource(f"resource:aws/arn:aws:sqs:eu-west-1:{THERE}:jobs", kind="queue", provider="aws")
    other = user("eve", THERE)
    values = BOSS, allow(BOSS, "*"), ACCOUNT, TABLE, elsewhere, other, allow(other, "sqs:SendMessage")
    assert said(derived(administers.EDGE, *values)) == {
        ("administers", HERE, "yes"),
        ("administers", "customers", "yes"),
    }


def test_administrators_of_a_cluster_have_everything_in_it() -> None:
    runner = Identity("identity:kubernetes/-/ops/runner", kind="service_account", name="ops/runner")
    grant = Grant("grant:k", runner.id, provider="kubernetes", actions=("*:*/*",), resources=("cluster",))
    whole = Resource("resource:kubernetes/-", kind="cluster", provider="kubernetes")
    secrets = Resource("resource:kubernetes/-/shop/secrets", kind="secrets", provider="kubernetes")
    found = derived(administers.EDGE, runner, grant, whole, secrets, ACCOUNT)
    assert {edge.target for edge in found} == {whole.id, secrets.id}


def test_a_passed_role_must_be_one_that_may_be_passed() -> None:
    able = allow(DEPLOY, "lambda:CreateFunction", "lambda:InvokeFunction")
    boss = BOSS, allow(BOSS, "*"), trust(BOSS, "lambda.amazonaws.com", "service")

    def gained(*passing: Grant) -> set[tuple[str, str, str]]:
        return said(derived(passes_role.EDGE, DEPLOY, able, *boss, *passing))

    expected = {("escalates_to", "boss", "yes")}
    assert gained(allow(DEPLOY, "iam:PassRole")) == expected
    assert gained(allow(DEPLOY, "iam:PassRole", on=(f"arn:aws:iam::{HERE}:role/other",))) == set()
    to_ec2 = when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")
    assert gained(allow(DEPLOY, "iam:PassRole", conditions=to_ec2)) == set()
    to_lambda = when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
    assert gained(allow(DEPLOY, "iam:PassRole", conditions=to_lambda)) == expected


def test_a_function_that_may_not_be_changed_does_not_give_its_role() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{HERE}:function:nightly"
    function = Resource(f"resource:aws/{arn}", kind="function", name=arn, provider="aws")
    values = DEPLOY, BOSS, function, trust(BOSS, "lambda.amazonaws.com", "service")
    link = Link("runs", function.id, "runs_as", BOSS.id)
    here = allow(DEPLOY, "lambda:UpdateFunctionCode", on=(arn,))
    other = allow(DEPLOY, "lambda:UpdateFunctionCode", on=(arn.replace("nightly", "other"),))
    assert said(derived(passes_role.EDGE, *values, link, here)) == {("escalates_to", "boss", "conditional")}
    assert said(derived(passes_role.EDGE, *values, link, other)) == {("escalates_to", "boss", "needs_resource")}


def test_who_attaches_only_some_policy_does_not_administer() -> None:
    boss = BOSS, trust(BOSS, f"arn:aws:iam::{HERE}:root"), allow(ADA, "sts:AssumeRole")

    def gained(*values: str) -> list[str]:
        named = when("ArnEquals", "iam:PolicyARN", *values)
        edges = derived(takes_over.EDGE, ADA, *boss, allow(ADA, "iam:AttachRolePolicy", conditions=named))
        return [edge.verdict for edge in edges if edge.technique == "iam-014"]

    assert gained("arn:aws:iam::aws:policy/ReadOnlyAccess") == []
    assert gained("arn:aws:iam::aws:policy/AdministratorAccess") == ["yes"]


def test_a_boundary_that_must_be_set_keeps_the_target_small() -> None:
    limit = f"arn:aws:iam::{HERE}:policy/limit"
    must = when("StringEquals", "iam:PermissionsBoundary", limit)
    able = allow(ADA, "iam:PutRolePolicy", conditions=must), allow(ADA, "sts:AssumeRole")
    free = BOSS, trust(BOSS, f"arn:aws:iam::{HERE}:root")
    bounded = boundary(BOSS, "s3:*", policy=limit)
    assert derived(takes_over.EDGE, ADA, *able, *free) == []
    assert derived(takes_over.EDGE, ADA, *able, *free, bounded) == []
    assert derived(takes_over.EDGE, ADA, *able, *free, boundary(BOSS, "*", policy=limit)) != []


def test_service_linked_roles_are_nobodys() -> None:
    linked = role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX")
    values = linked, BOSS, allow(linked, "*"), trust(BOSS, "*")
    assert derived(assumes.EDGE, *values) == []
    assert derived(takes_over.EDGE, *values) == []


def test_other_partitions_have_other_arns() -> None:
    def moved(each: Identity) -> Identity:
        return replace(each, name=(each.name or "").replace("arn:aws:", "arn:aws-us-gov:"))

    ada, boss = moved(ADA), moved(BOSS)
    everything = when("ArnEquals", "iam:PolicyARN", "arn:aws-us-gov:iam::aws:policy/AdministratorAccess")
    on_boss = (boss.name or "",)
    values = ada, boss, allow(boss, "*"), boundary(boss, "*", on=("arn:aws-us-gov:*",))
    able = (
        allow(ada, "iam:AttachRolePolicy", on=on_boss, conditions=everything),
        allow(ada, "iam:UpdateAssumeRolePolicy"),
    )
    assert "iam-019" in {edge.technique for edge in derived(takes_over.EDGE, *values, *able)}
    root = trust(boss, f"arn:aws-us-gov:iam::{HERE}:root")
    assert said(derived(assumes.EDGE, ada, boss, root, allow(ada, "sts:AssumeRole"))) == {("assumes", "boss", "yes")}


def test_groups_assume_nothing() -> None:
    assert derived(assumes.EDGE, TEAM, BOSS, allow(TEAM, "sts:AssumeRole"), trust(BOSS, "*")) == []


def test_rules_of_a_cluster_open_objects() -> None:
    secret = Resource("resource:kubernetes/-/shop/secret/key", kind="secret", provider="kubernetes")
    secrets = Resource("resource:kubernetes/-/shop/secrets", kind="secrets", provider="kubernetes")
    pod = Resource("resource:kubernetes/-/shop/pod/api", kind="pod", provider="kubernetes")
    far = Resource("resource:kubernetes/-/bank/secrets", kind="secrets", provider="kubernetes")

    def gives(*actions: str, where: str = "namespace/shop", **more: object) -> set[tuple[str, str, str]]:
        grant = Grant("grant:k", API.id, provider="kubernetes", actions=actions, resources=(where,), **more)  # type: ignore[arg-type]  # fields of Grant by name
        found = derived(kubernetes_grants.EDGE, API, secret, secrets, pod, far, grant)
        return {(edge.verb, edge.target.split("/-/")[1], edge.verdict) for edge in found if edge.verb != "granted"}

    assert gives("get:core/secrets") == {("reads", "shop/secret/key", "yes")}
    assert gives("list:core/secrets") == {("reads", "shop/secret/key", "yes"), ("reads", "shop/secrets", "yes")}
    assert ("reads", "bank/secrets", "yes") in gives("list:core/secrets", where="cluster")
    assert gives("create:core/pods/exec") == {("executes_on", "shop/pod/api", "yes")}
    assert gives("create:core/pods") == set()
    named = (Condition("resourceNames", "name", ("other",)),)
    assert gives("get:core/secrets", conditions=named) == set()


def test_relations_that_files_state_keep_their_gate() -> None:
    gate = Gate("human_approval", "agent_process")
    link = Link("l", "agent:a", "invokes", "tool:t/shell", gate=gate, locations=(Location("settings.json", 3),))
    found = list(invokes.EDGE.derive(Inventory(links=(link,)), Knowledge()))
    assert [(edge.gate, edge.verdict, edge.locations) for edge in found] == [(gate, "yes", link.locations)]


def test_relations_under_a_condition_are_conditional() -> None:
    link = Link("l", "agent:a", "invokes", "tool:t/shell", conditions=("the server is switched on",))
    found = list(invokes.EDGE.derive(Inventory(links=(link,)), Knowledge()))
    assert [(edge.verdict, edge.conditions) for edge in found] == [("conditional", link.conditions)]


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("plaintext", "in clear"),
        ("env_reference", "environment"),
        ("secret_manager:vault/x", "vault/x"),
        (None, "has KEY"),
    ],
)
def test_how_a_credential_is_held(store: str | None, words: str) -> None:
    credential = Credential("credential:.mcp.json#KEY", store=store, name="KEY")
    link = Link("l", "tool_server:s", "holds", credential.id)
    found = list(holds.EDGE.derive(Inventory(credentials=(credential,), links=(link,)), Knowledge()))
    assert words in found[0].reason


def test_a_host_yields_what_lies_on_it() -> None:
    host = Resource("resource:host/laptops/one", kind="laptop")
    near = Credential("credential:a", store="plaintext", locations=(Location("laptops/one/.aws/credentials", 2),))
    far = Credential("credential:b", store="plaintext", locations=(Location("laptops/one-more/.aws/credentials", 2),))
    named = Credential("credential:c", store="env_reference", locations=(Location("laptops/one/.mcp.json", 2),))
    found = list(ambient.EDGE.derive(Inventory(resources=(host,), credentials=(near, far, named)), Knowledge()))
    assert [(edge.source, edge.verb, edge.target) for edge in found] == [(host.id, "yields", near.id)]
