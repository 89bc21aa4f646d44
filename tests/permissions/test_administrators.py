"""Who is an administrator, after everything that limits one."""

from __future__ import annotations

from nhiassess.model.inventory import Condition, Grant, Identity
from nhiassess.permissions.administrators import administrators, ceiling, without_boundary
from nhiassess.permissions.aws.held import held
from tests.permissions.aws_values import allow, boundary, deny, group, inventory, member, role, scp, user, when

ADA, TEAM = user("ada"), group("team")


def verdict(*values: object, of: Identity = ADA) -> str:
    found = administrators(inventory(of, *values)).get(of.id)
    return found.decision.verdict if found else "no"


def test_everything_on_everything_is_an_administrator() -> None:
    grant = allow(ADA, "*")
    assert administrators(inventory(ADA, grant))[ADA.id].decision.grants == (grant.id,)
    assert verdict(allow(ADA, "*:*")) == "yes"


def test_less_is_none() -> None:
    assert verdict(allow(ADA, "iam:*")) == "no"
    assert verdict(allow(ADA, "*", on=("arn:aws:s3:::ledger/*",))) == "no"
    assert verdict(allow(ADA, not_actions=("iam:*",))) == "no"


def test_by_group() -> None:
    assert verdict(TEAM, member(ADA, TEAM), allow(TEAM, "*")) == "yes"


def test_a_deny_of_identity_management_takes_it_away() -> None:
    assert verdict(allow(ADA, "*"), deny(ADA, "iam:*")) == "no"
    assert verdict(TEAM, member(ADA, TEAM), allow(TEAM, "*"), deny(ADA, "iam:*")) == "no"


def test_a_deny_of_something_else_does_not() -> None:
    assert verdict(allow(ADA, "*"), deny(ADA, "organizations:*", "iam:CreateAccessKey")) == "yes"
    assert verdict(allow(ADA, "*"), deny(ADA, "s3:*", on=("arn:aws:s3:::ledger/*",))) == "yes"


def test_a_boundary_takes_it_away() -> None:
    assert verdict(allow(ADA, "*"), boundary(ADA, "s3:*")) == "no"
    assert verdict(allow(ADA, "*"), boundary(ADA, "iam:CreateAccessKey", "s3:*", "ec2:*")) == "no"
    assert verdict(allow(ADA, "*"), boundary(ADA, "*", on=("arn:aws:iam::*:role/app-*", "arn:aws:s3:::*"))) == "no"
    assert verdict(allow(ADA, "*"), boundary(ADA, "*")) == "yes"


def test_a_boundary_that_is_not_in_scope_leaves_it_unknown() -> None:
    missing = boundary(ADA, "*", conditions=(Condition("boundary", "policy not in scope"),))
    assert verdict(allow(ADA, "*"), missing) == "unknown"


def test_an_organisation_takes_it_away() -> None:
    assert verdict(allow(ADA, "*"), scp("*"), scp("iam:*", effect="deny")) == "no"
    assert verdict(allow(ADA, "*"), scp("*"), scp("organizations:LeaveOrganization", effect="deny")) == "yes"


def test_a_second_factor_leaves_it_open() -> None:
    with_factor = when("Bool", "aws:MultiFactorAuthPresent", "true")
    assert verdict(allow(ADA, "*", conditions=with_factor)) == "conditional"
    without = when("BoolIfExists", "aws:MultiFactorAuthPresent", "false")
    assert verdict(allow(ADA, "*"), deny(ADA, "*", conditions=without)) == "conditional"


def test_some_are_administrators_by_design() -> None:
    linked = role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX")
    people = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0000000000000000")
    found = administrators(inventory(linked, people, ADA, *(allow(each, "*") for each in (linked, people, ADA))))
    assert [bool(found[each.id].by_design) for each in (linked, people, ADA)] == [True, True, False]


def test_what_is_left_when_the_boundary_goes() -> None:
    has = held(inventory(ADA, allow(ADA, "*"), boundary(ADA, "s3:*")))[ADA.id]
    assert without_boundary(has).verdict == "yes"


def test_how_far_giving_oneself_everything_leads() -> None:
    def up_to(*grants: Grant) -> str:
        return ceiling(held(inventory(ADA, *grants))[ADA.id]).verdict

    assert up_to() == "yes"
    assert up_to(boundary(ADA, "s3:*", "iam:PutUserPolicy")) == "no"
    assert up_to(boundary(ADA, "s3:*", "iam:DeleteUserPermissionsBoundary")) == "yes"
    assert up_to(scp("*"), scp("iam:*", effect="deny")) == "no"
    assert up_to(deny(ADA, "s3:*")) == "yes"


def account(name: str) -> Identity:
    return Identity(f"identity:kubernetes/-/{name}", kind="service_account", name=name, provider="kubernetes")


def bound(of: Identity, *actions: str, where: str = "cluster", **more: object) -> Grant:
    id = f"grant:kubernetes/-/{of.id}/{'+'.join(actions)}/{where}"
    return Grant(id, of.id, provider="kubernetes", actions=actions, resources=(where,), **more)  # type: ignore[arg-type]  # fields of Grant by name


def test_administrators_of_a_cluster() -> None:
    of = account("shop/api")
    assert verdict(bound(of, "*:*/*"), of=of) == "yes"
    assert verdict(bound(of, "list:core/secrets"), of=of) == "yes"
    assert verdict(bound(of, "get:core/secrets"), of=of) == "yes"
    assert verdict(bound(of, "*:*/*", where="namespace/shop"), of=of) == "no"
    assert verdict(bound(of, "list:core/secrets", where="namespace/shop"), of=of) == "no"
    assert verdict(bound(of, "list:core/configmaps"), of=of) == "no"
    assert verdict(bound(of, "*:core/pods", "*:apps/*"), of=of) == "no"
    named = (Condition("resourceNames", "name", ("one",)),)
    assert verdict(bound(of, "get:core/secrets", conditions=named), of=of) == "no"
