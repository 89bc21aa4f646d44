"""Who may become a role."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Condition, Identity, Trust
from nhiassess.permissions.aws.held import held
from nhiassess.permissions.aws.trust import admits_service, may_assume, trusts_of
from nhiassess.permissions.permission import Decision
from tests.permissions.aws_values import HERE, THERE, allow, boundary, deny, inventory, role, scp, trust, user, when

ADA, DEPLOY, TARGET = user("ada"), role("deploy"), role("target")
OUTSIDE = user("eve", THERE)
ROOT = f"arn:aws:iam::{HERE}:root"
ASSUME = "sts:AssumeRole"


def asked(who: Identity, *values: object) -> Decision:
    found = inventory(who, TARGET, *values)
    return may_assume(held(found)[who.id], TARGET.name or "", trusts_of(found).get(TARGET.id, ()))


def test_no_trust_no_way() -> None:
    assert asked(ADA, allow(ADA, ASSUME)).verdict == "no"


@pytest.mark.parametrize("who", [ADA, DEPLOY])
def test_a_trust_that_names_an_identity_suffices_in_its_account(who: Identity) -> None:
    assert asked(who, trust(TARGET, who.name or "")).verdict == "yes"


@pytest.mark.parametrize("trusted", [ROOT, HERE])
def test_a_trust_in_the_account_needs_a_permission_too(trusted: str) -> None:
    assert asked(ADA, trust(TARGET, trusted)).verdict == "no"
    assert asked(ADA, trust(TARGET, trusted), allow(ADA, ASSUME)).verdict == "yes"
    assert asked(ADA, trust(TARGET, trusted), allow(ADA, ASSUME, on=("arn:aws:iam::*:role/other",))).verdict == "no"


@pytest.mark.parametrize("trusted", [OUTSIDE.name, f"arn:aws:iam::{THERE}:root", THERE, "*"])
def test_across_accounts_both_sides_must_allow(trusted: str) -> None:
    assert asked(OUTSIDE, trust(TARGET, trusted)).verdict == "no"
    assert asked(OUTSIDE, trust(TARGET, trusted), allow(OUTSIDE, ASSUME)).verdict == "yes"


def test_a_trust_that_names_another_account_or_identity_lets_nobody_else_in() -> None:
    granted = allow(ADA, ASSUME)
    for trusted in (f"arn:aws:iam::{THERE}:root", f"arn:aws:iam::{HERE}:user/bob", "AIDAFAKEFAKEFAKEFAKE1"):
        assert asked(ADA, trust(TARGET, trusted), granted).verdict == "no"


def test_a_deny_of_the_identity_outweighs_a_trust_that_names_it() -> None:
    assert asked(ADA, trust(TARGET, ADA.name or ""), deny(ADA, "sts:*")).verdict == "no"


def test_a_deny_in_the_trust_outweighs() -> None:
    named = trust(TARGET, ADA.name or "")
    assert asked(ADA, named, trust(TARGET, ROOT, effect="deny")).verdict == "no"
    assert asked(ADA, named, trust(TARGET, f"arn:aws:iam::{HERE}:user/bob", effect="deny")).verdict == "yes"


def test_a_deny_in_the_trust_under_a_condition_leaves_it_open() -> None:
    without = when("BoolIfExists", "aws:MultiFactorAuthPresent", "false")
    decision = asked(ADA, trust(TARGET, ADA.name or ""), trust(TARGET, "*", effect="deny", conditions=without))
    assert decision.verdict == "conditional"


def test_an_organisation_outweighs_a_trust_that_names_an_identity() -> None:
    assert asked(ADA, trust(TARGET, ADA.name or ""), scp("sts:*", effect="deny")).verdict == "no"


def test_a_boundary_limits_a_named_role_but_not_a_named_user() -> None:
    assert asked(DEPLOY, trust(TARGET, DEPLOY.name or ""), boundary(DEPLOY, "s3:*")).verdict == "no"
    assert asked(ADA, trust(TARGET, ADA.name or ""), boundary(ADA, "s3:*")).verdict == "yes"
    assert asked(ADA, trust(TARGET, ROOT), allow(ADA, ASSUME), boundary(ADA, "s3:*")).verdict == "no"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("StringEquals", "sts:ExternalId", ("portal",)), "sts:ExternalId is portal"),
        (Condition("Bool", "aws:MultiFactorAuthPresent", ("true",)), "aws:MultiFactorAuthPresent is true"),
    ],
)
def test_what_the_trust_asks_for_is_open(condition: Condition, words: str) -> None:
    decision = asked(ADA, trust(TARGET, ADA.name or "", conditions=(condition,)))
    assert (decision.verdict, decision.conditions) == ("conditional", (words,))


def test_the_arn_of_who_asks_is_known() -> None:
    everybody = trust(TARGET, "*", conditions=when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy"))
    assert asked(DEPLOY, everybody).verdict == "yes"
    assert asked(ADA, everybody).verdict == "no"


def test_one_session_of_a_role_is_named() -> None:
    named = trust(TARGET, f"arn:aws:sts::{HERE}:assumed-role/deploy/nightly")
    decision = asked(DEPLOY, named)
    assert (decision.verdict, decision.conditions) == ("conditional", ("its session is named nightly",))
    assert asked(user("deploy"), named).verdict == "no"


def test_places_of_trust_and_permission_are_both_given() -> None:
    decision = asked(ADA, trust(TARGET, ROOT), allow(ADA, ASSUME))
    assert [place.path for place in decision.locations] == ["trust.json", "iam.json"]


def lets_in(service: str, *trusts: Trust) -> str:
    return admits_service(trusts, service, HERE).verdict


def test_a_service_must_be_trusted() -> None:
    lambdas = trust(TARGET, "lambda.amazonaws.com", "service")
    assert lets_in("lambda.amazonaws.com", lambdas) == "yes"
    assert lets_in("ec2.amazonaws.com", lambdas) == "no"
    assert lets_in("lambda.amazonaws.com", trust(TARGET, ROOT)) == "no"


def test_regional_names_of_a_service_count() -> None:
    assert lets_in("states.amazonaws.com", trust(TARGET, "states.eu-west-1.amazonaws.com", "service")) == "yes"
    assert lets_in("states.amazonaws.com", trust(TARGET, "mystates.amazonaws.com", "service")) == "no"


def test_conditions_of_a_service_trust() -> None:
    def under(key: str, value: str) -> str:
        conditions = when("StringLike", key, value)
        return lets_in("lambda.amazonaws.com", trust(TARGET, "lambda.amazonaws.com", "service", conditions=conditions))

    assert under("aws:SourceAccount", HERE) == "yes"
    assert under("aws:SourceAccount", THERE) == "no"
    assert under("aws:SourceArn", "arn:aws:lambda:*:*:function:one") == "conditional"


def test_a_denied_service_is_not_let_in() -> None:
    both = (
        trust(TARGET, "lambda.amazonaws.com", "service"),
        trust(TARGET, "lambda.amazonaws.com", "service", effect="deny"),
    )
    assert lets_in("lambda.amazonaws.com", *both) == "no"
