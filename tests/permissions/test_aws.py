"""Whether an AWS identity may do something, one pitfall a case."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Condition, Grant, Identity
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import held
from nhiassess.permissions.permission import Decision
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
    user,
    when,
)

ADA, DEPLOY, TEAM = user("ada"), role("deploy"), group("team")
OWN_KEY = "arn:aws:iam::111122223333:user/ada"
MFA = "aws:MultiFactorAuthPresent"


def asked(of: Identity, action: str, resource: str = "*", *grants: Grant, **more: str | None) -> Decision:
    """Ask for one identity that has these statements."""
    keys = {key.replace("__", ":"): value for key, value in more.items()}
    return decide(held(inventory(of, *grants))[of.id], action, resource, keys)


def test_what_nobody_allows_is_not_allowed() -> None:
    assert asked(ADA, "s3:GetObject").verdict == "no"


def test_an_answer_names_the_statement_and_its_place() -> None:
    grant = allow(ADA, "s3:GetObject", where=7)
    decision = asked(ADA, "s3:GetObject", "*", grant)
    assert (decision.verdict, decision.locations, decision.grants) == ("yes", grant.locations, (grant.id,))


@pytest.mark.parametrize(
    ("stated", "action", "verdict"),
    [
        ("IAM:passROLE", "iam:PassRole", "yes"),
        ("iam:Pass*", "iam:PassRole", "yes"),
        ("iam:?assRole", "iam:PassRole", "yes"),
        ("*:PassRole", "iam:PassRole", "yes"),
        ("*", "iam:PassRole", "yes"),
        ("iam:*", "iam:PassRole", "yes"),
        ("iam:Pass", "iam:PassRole", "no"),
        ("iamx:*", "iam:PassRole", "no"),
        ("sts:*", "iam:PassRole", "no"),
    ],
)
def test_patterns_of_actions(stated: str, action: str, verdict: str) -> None:
    assert asked(ADA, action, "*", allow(ADA, stated)).verdict == verdict


@pytest.mark.parametrize(
    ("stated", "resource", "verdict"),
    [
        ("arn:aws:iam::111122223333:role/ci-*", "arn:aws:iam::111122223333:role/ci-deploy", "yes"),
        ("arn:aws:iam::111122223333:role/ci-?", "arn:aws:iam::111122223333:role/ci-1", "yes"),
        ("arn:aws:iam::111122223333:role/ci-?", "arn:aws:iam::111122223333:role/ci-12", "no"),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/team/ci", "yes"),
        ("arn:aws:iam::111122223333:role/CI", "arn:aws:iam::111122223333:role/ci", "no"),
        ("arn:aws:iam::444455556666:role/*", "arn:aws:iam::111122223333:role/ci", "no"),
        ("arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111122223333:policy/own", "no"),
    ],
)
def test_patterns_of_resources(stated: str, resource: str, verdict: str) -> None:
    assert asked(ADA, "iam:GetRole", resource, allow(ADA, "iam:GetRole", on=(stated,))).verdict == verdict


def test_some_resource_is_one_of_the_service() -> None:
    only_a_bucket = allow(ADA, "*", on=("arn:aws:s3:::reports/*",))
    assert asked(ADA, "s3:GetObject", "*", only_a_bucket).verdict == "yes"
    assert asked(ADA, "lambda:CreateFunction", "*", only_a_bucket).verdict == "no"


def test_a_deny_in_another_policy_outweighs() -> None:
    assert asked(ADA, "iam:PassRole", "*", allow(ADA, "iam:*"), deny(ADA, "iam:Pass*")).verdict == "no"


def test_a_deny_of_one_resource_leaves_the_others() -> None:
    grants = allow(ADA, "s3:*"), deny(ADA, "s3:*", on=("arn:aws:s3:::ledger/*",))
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::ledger/a", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::other/a", *grants).verdict == "yes"
    assert asked(ADA, "s3:GetObject", "*", *grants).verdict == "yes"


def test_a_deny_of_all_that_is_allowed_leaves_nothing() -> None:
    grants = allow(ADA, "s3:*", on=("arn:aws:s3:::ledger/in/*",)), deny(ADA, "*", on=("arn:aws:s3:::ledger/*",))
    assert asked(ADA, "s3:GetObject", "*", *grants).verdict == "no"


def test_not_action_allows_all_the_rest() -> None:
    grant = allow(ADA, not_actions=("iam:*", "organizations:*"))
    assert asked(ADA, "lambda:CreateFunction", "*", grant).verdict == "yes"
    assert asked(ADA, "IAM:PassRole", "*", grant).verdict == "no"


def test_a_deny_with_not_action_denies_all_the_rest() -> None:
    grants = allow(ADA, "*"), deny(ADA, not_actions=("s3:*",))
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "*", *grants).verdict == "yes"


def test_not_resource_allows_all_the_others() -> None:
    grant = allow(ADA, "s3:GetObject", not_resources=("arn:aws:s3:::ledger/*",))
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::ledger/a", grant).verdict == "no"
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::other/a", grant).verdict == "yes"


def test_a_deny_with_not_resource_denies_all_the_others() -> None:
    grants = allow(ADA, "s3:*"), deny(ADA, "s3:*", not_resources=("arn:aws:s3:::home/*",))
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::ledger/a", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::home/a", *grants).verdict == "yes"


def test_a_group_gives_and_denies() -> None:
    values = ADA, TEAM, member(ADA, TEAM), allow(TEAM, "s3:*"), deny(TEAM, "s3:Delete*")
    has = held(inventory(*values))[ADA.id]
    assert decide(has, "s3:GetObject").verdict == "yes"
    assert decide(has, "s3:DeleteObject").verdict == "no"


def test_a_boundary_cuts() -> None:
    grants = allow(ADA, "*"), boundary(ADA, "s3:*", on=("arn:aws:s3:::forecast/*",))
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::forecast/a", *grants).verdict == "yes"
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::ledger/a", *grants).verdict == "no"


def test_a_boundary_alone_gives_nothing() -> None:
    assert asked(ADA, "s3:GetObject", "*", boundary(ADA, "*")).verdict == "no"


def test_a_deny_in_a_boundary_outweighs() -> None:
    grants = allow(ADA, "*"), boundary(ADA, "*"), boundary(ADA, "iam:*", effect="deny")
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "no"


def test_a_boundary_under_a_condition_leaves_it_open() -> None:
    grants = allow(ADA, "*"), boundary(ADA, "*", conditions=when("StringEquals", "aws:RequestedRegion", "eu-west-1"))
    decision = asked(ADA, "ec2:RunInstances", "*", *grants)
    assert (decision.verdict, decision.conditions) == ("conditional", ("aws:RequestedRegion is eu-west-1",))


def test_a_boundary_that_is_not_in_scope_leaves_it_unknown() -> None:
    missing = boundary(ADA, "*", conditions=(Condition("boundary", "policy not in scope"),))
    decision = asked(ADA, "iam:PassRole", "*", allow(ADA, "*"), missing)
    assert decision.verdict == "unknown"
    assert "which is not in scope" in decision.conditions[0]
    assert asked(ADA, "iam:PassRole", "*", missing).verdict == "no"


def test_an_attached_policy_that_is_not_in_scope_gives_nothing() -> None:
    missing = allow(ADA, conditions=(Condition("policy", "policy not in scope"),))
    assert asked(ADA, "iam:PassRole", "*", missing).verdict == "no"


def test_an_organisation_cuts() -> None:
    grants = allow(ADA, "*"), scp("*"), scp("iam:*", effect="deny")
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "*", *grants).verdict == "yes"


def test_an_organisation_that_only_denies_allows_the_rest() -> None:
    assert asked(ADA, "s3:GetObject", "*", allow(ADA, "*"), scp("iam:*", effect="deny")).verdict == "yes"


def test_what_an_organisation_does_not_list_is_not_allowed() -> None:
    grants = allow(ADA, "*"), scp("s3:*", "ec2:*")
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "no"
    assert asked(ADA, "s3:GetObject", "*", *grants).verdict == "yes"


def test_where_policies_of_an_organisation_are_attached_nobody_says() -> None:
    grants = allow(ADA, "*"), scp("*", policy="full"), scp("s3:*", policy="storage-only")
    decision = asked(ADA, "iam:PassRole", "*", *grants)
    assert decision.verdict == "conditional"
    assert "storage-only" in decision.conditions[0]


def test_an_organisation_policy_of_another_account_does_not_count() -> None:
    grants = allow(ADA, "*"), scp("iam:*", effect="deny", account=THERE)
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "yes"


def test_an_organisation_does_not_limit_service_linked_roles() -> None:
    linked = role("aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport")
    assert asked(linked, "s3:GetObject", "*", allow(linked, "*"), scp("*", effect="deny")).verdict == "yes"


def test_a_second_factor_is_an_open_condition() -> None:
    decision = asked(ADA, "iam:PassRole", "*", allow(ADA, "iam:*", conditions=when("Bool", MFA, "true")))
    assert (decision.verdict, decision.conditions) == ("conditional", (f"{MFA} is true",))


def test_a_deny_without_a_second_factor_leaves_it_open() -> None:
    without = deny(ADA, "*", conditions=when("BoolIfExists", MFA, "false"), policy="second-factor")
    decision = asked(ADA, "iam:PassRole", "*", allow(ADA, "iam:*"), without)
    assert (decision.verdict, decision.conditions) == ("conditional", (f"{MFA} is true",))
    decision = asked(ADA, "s3:GetObject", "*", allow(ADA, "s3:*"), without)
    assert decision.verdict == "conditional"
    assert "second-factor" in decision.conditions[0]


def test_a_deny_without_if_exists_does_not_meet_the_key_of_a_user() -> None:
    grants = allow(ADA, "*"), deny(ADA, "*", conditions=when("Bool", MFA, "false"))
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "yes"
    sessions = allow(DEPLOY, "*"), deny(DEPLOY, "*", conditions=when("Bool", MFA, "false"))
    assert asked(DEPLOY, "iam:PassRole", "*", *sessions).verdict == "conditional"


def test_a_plain_allow_wins_over_a_conditional_one() -> None:
    grants = allow(ADA, "iam:*", conditions=when("Bool", MFA, "true")), allow(ADA, "iam:PassRole", where=2)
    assert asked(ADA, "iam:PassRole", "*", *grants).verdict == "yes"


def test_revoked_sessions_of_a_role_are_denied_only_until_the_next() -> None:
    revoked = deny(DEPLOY, "*", conditions=when("DateLessThan", "aws:TokenIssueTime", "2026-01-01T00:00:00Z"))
    assert asked(DEPLOY, "s3:GetObject", "*", allow(DEPLOY, "*"), revoked).verdict == "yes"


def test_a_users_own_key_has_no_time_of_issue() -> None:
    revoked = deny(ADA, "*", conditions=when("DateLessThan", "aws:TokenIssueTime", "2026-01-01T00:00:00Z"))
    assert asked(ADA, "iam:PassRole", "*", allow(ADA, "*"), revoked).verdict == "yes"
    only_keys = allow(ADA, "s3:*", conditions=when("Null", "aws:TokenIssueTime", "true"))
    assert asked(ADA, "s3:GetObject", "*", only_keys).verdict == "yes"
    assert asked(DEPLOY, "s3:GetObject", "*", allow(DEPLOY, "s3:*", conditions=only_keys.conditions)).verdict == "no"


def test_a_session_token_of_a_user_calls_iam_only_with_a_second_factor() -> None:
    sessions = when("DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z")
    grant = allow(ADA, "*", conditions=sessions)
    assert asked(ADA, "s3:GetObject", "*", grant).verdict == "yes"
    decision = asked(ADA, "iam:CreateUser", "*", grant)
    assert decision.verdict == "conditional"
    assert MFA in decision.conditions[0]


@pytest.mark.parametrize(
    ("operator", "key", "values", "verdict"),
    [
        ("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",), "yes"),
        ("StringEquals", "iam:PassedToService", ("ec2.amazonaws.com",), "no"),
        ("StringLike", "IAM:passedtoservice", ("*.amazonaws.com",), "yes"),
        ("StringEqualsIgnoreCase", "iam:PassedToService", ("Lambda.amazonaws.com",), "yes"),
        ("StringNotEquals", "iam:PassedToService", ("ec2.amazonaws.com", "lambda.amazonaws.com"), "no"),
        ("StringNotEquals", "iam:PassedToService", ("ec2.amazonaws.com",), "yes"),
        ("StringEquals", "iam:AssociatedResourceArn", ("x",), "conditional"),
        ("Null", "iam:PassedToService", ("false",), "yes"),
        ("Null", "iam:PassedToService", ("true",), "no"),
    ],
)
def test_known_keys(operator: str, key: str, values: tuple[str, ...], verdict: str) -> None:
    grant = allow(ADA, "iam:PassRole", conditions=when(operator, key, *values))
    assert asked(ADA, "iam:PassRole", "*", grant, iam__PassedToService="lambda.amazonaws.com").verdict == verdict


@pytest.mark.parametrize(
    ("operator", "verdict"),
    [
        ("StringEquals", "no"),
        ("StringLike", "no"),
        ("StringEqualsIfExists", "yes"),
        ("StringNotEquals", "yes"),
        ("StringNotLike", "yes"),
        ("ArnNotLike", "yes"),
        ("ForAllValues:StringEquals", "yes"),
        ("ForAnyValue:StringEquals", "no"),
        ("ForAnyValue:StringNotEquals", "no"),
        ("Bool", "no"),
        ("BoolIfExists", "yes"),
    ],
)
def test_a_key_that_the_request_does_not_carry(operator: str, verdict: str) -> None:
    grant = allow(ADA, "s3:GetObject", conditions=when(operator, "aws:TagKeys", "team"))
    assert asked(ADA, "s3:GetObject", "*", grant, aws__TagKeys=None).verdict == verdict


def test_what_a_principal_is_tagged_with_nobody_says() -> None:
    grant = allow(ADA, "s3:*", conditions=when("StringEquals", "aws:PrincipalTag/team", "portal"))
    decision = asked(ADA, "s3:GetObject", "*", grant)
    assert (decision.verdict, decision.conditions) == ("conditional", ("aws:PrincipalTag/team is portal",))


def test_the_own_arn_and_account_are_known() -> None:
    by_arn = allow(DEPLOY, "s3:*", conditions=when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/dep*"))
    assert asked(DEPLOY, "s3:GetObject", "*", by_arn).verdict == "yes"
    by_account = allow(DEPLOY, "s3:*", conditions=when("StringNotEquals", "aws:PrincipalAccount", HERE))
    assert asked(DEPLOY, "s3:GetObject", "*", by_account).verdict == "no"


def test_the_name_of_a_user_is_a_variable() -> None:
    grant = allow(ADA, "iam:CreateAccessKey", on=("arn:aws:iam::*:user/${aws:username}",))
    assert asked(ADA, "iam:CreateAccessKey", OWN_KEY, grant).verdict == "yes"
    assert asked(ADA, "iam:CreateAccessKey", OWN_KEY.replace("ada", "bob"), grant).verdict == "no"


def test_a_role_has_no_name_of_a_user() -> None:
    grant = allow(DEPLOY, "iam:CreateAccessKey", on=("arn:aws:iam::*:user/${aws:username}",))
    assert asked(DEPLOY, "iam:CreateAccessKey", OWN_KEY, grant).verdict == "no"
    assert asked(DEPLOY, "iam:CreateAccessKey", "*", grant).verdict == "no"


def test_a_variable_that_is_open_leaves_it_open() -> None:
    grant = allow(DEPLOY, "s3:GetObject", on=("arn:aws:s3:::${aws:PrincipalTag/team}/*",))
    assert asked(DEPLOY, "s3:GetObject", "arn:aws:s3:::ledger/a", grant).verdict == "conditional"
    home = deny(DEPLOY, "s3:*", not_resources=("arn:aws:s3:::${aws:PrincipalTag/team}/*",))
    assert asked(DEPLOY, "s3:GetObject", "arn:aws:s3:::ledger/a", allow(DEPLOY, "s3:*"), home).verdict == "conditional"


def test_a_pattern_of_actions_asks_for_any_of_them() -> None:
    grants = allow(ADA, "s3:*"), deny(ADA, "s3:Get*")
    assert asked(ADA, "s3:Get*", "*", *grants).verdict == "no"
    assert asked(ADA, "s3:*", "*", *grants).verdict == "yes"


def test_what_a_resource_lets_in_still_needs_no_deny() -> None:
    has = held(inventory(DEPLOY, deny(DEPLOY, "sts:*")))[DEPLOY.id]
    assert decide(has, "sts:AssumeRole", "arn:aws:iam::111122223333:role/x", granted=True).verdict == "no"
    has = held(inventory(DEPLOY))[DEPLOY.id]
    assert decide(has, "sts:AssumeRole", "arn:aws:iam::111122223333:role/x", granted=True).verdict == "yes"


def test_hostile_patterns_end() -> None:
    grant = allow(ADA, "*" * 400 + "s3:" + "*" * 60, on=("*a" * 200,))
    assert asked(ADA, "s3:GetObject", "arn:aws:s3:::" + "a" * 199 + "b", grant).verdict == "no"
