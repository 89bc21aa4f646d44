"""Every AWS technique that is known: whoever has exactly what it requires escalates, whoever lacks any does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import pytest

from nhiassess import installed
from nhiassess.edges import assumes, escalates, passes_role, takes_over
from nhiassess.knowledge.load import load
from nhiassess.model.inventory import Grant, Identity, Inventory, Resource
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
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
    runs,
    trust,
    user,
)

ROOT = f"arn:aws:iam::{HERE}:root"
OWN_POLICY = f"arn:aws:iam::{HERE}:policy/own"
ADMINISTRATOR = f"identity:aws/{HERE}/administrator"
BOSS, CHIEF, ADMINS, TEAM = role("boss"), user("chief"), group("admins"), group("team")
RULES = (escalates.EDGE, takes_over.EDGE, passes_role.EDGE, assumes.EDGE)
# of what runs with a role: kind of resource to ARN
RUNNING = {
    "instance_profile": f"arn:aws:iam::{HERE}:instance-profile/boss",
    "function": f"arn:aws:lambda:eu-west-1:{HERE}:function:nightly",
    "compute": f"arn:aws:ec2:eu-west-1:{HERE}:instance/i-0fake",
    "pipeline": f"arn:aws:codebuild:eu-west-1:{HERE}:project/nightly",
}
# what holds the identity back and is taken away: those have cases of their own
TAKEN_AWAY = {"iam-022", "iam-023", "iam-024", "iam-025", "iam-026"}
ASSUMED = {"sts-001", "sts-002", "sts-003"}


@cache
def knowledge() -> Knowledge:
    names = installed.names("frameworks/techniques", ".yaml")
    return load({name: installed.read(name) for name in names})


def techniques(*without: str) -> list[Technique]:
    return [each for each in knowledge().techniques if each.domain == "aws" and each.id not in without]


def technique(id: str) -> Technique:
    return next(each for each in knowledge().techniques if each.id == id)


def actor_of(of: Technique) -> Identity:
    return user("actor") if "user" in of.applies_to else role("actor")


def world(of: Technique, actions: Iterable[str], *more: object) -> Inventory:
    """An account with an administrator of every kind, and an actor that may do these actions and no others."""
    actor = actor_of(of)
    granted = [allow(actor, action, policy=OWN_POLICY) for action in actions]
    trusts = [trust(BOSS, ROOT)]
    if of.trusted_service:
        trusts.append(trust(BOSS, of.trusted_service, "service"))
    # a statement that says nothing of IAM, so that a policy of the account is attached to the actor and the boss
    attached = [allow(each, "sns:Publish", policy=OWN_POLICY) for each in (actor, BOSS)]
    people = [allow(each, "*", where=2) for each in (BOSS, CHIEF, ADMINS)]
    groups = [member(actor, TEAM)] if actor.kind == "user" else []
    return inventory(actor, BOSS, CHIEF, ADMINS, TEAM, *granted, *attached, *people, *trusts, *groups, *more)


def found(of: Technique, where: Inventory) -> list[Edge]:
    actor = actor_of(of).id
    edges = (edge for rule in RULES for edge in rule.derive(where, knowledge()))
    return [edge for edge in edges if edge.technique == of.id and edge.source == actor]


def observed(of: Technique) -> Sequence[object]:
    arn = RUNNING.get(of.needs_resource or "")
    if of.needs_resource == "identity_center":
        return (PEOPLE,)
    if arn is None:
        return ()
    resource = Resource(f"resource:aws/{arn}", kind=of.needs_resource, name=arn, provider="aws")
    return resource, runs(resource, BOSS)


PEOPLE = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0000000000000000")


def expected(of: Technique) -> tuple[set[str], str]:
    """Give whom a technique gains, and with which verdict when what runs with the role was observed."""
    gained = (
        {ADMINISTRATOR}
        if of.grants in ("modify_self", "modify_other", "administer")
        else {BOSS.id, CHIEF.id, ADMINS.id}
    )
    sure = of.needs_resource is None or of.needs_resource in RUNNING
    if of.needs_resource == "identity_center":
        return gained, "conditional"
    return gained, "yes" if sure else "needs_resource"


@pytest.mark.parametrize("of", techniques(*TAKEN_AWAY, *ASSUMED), ids=lambda of: of.id)
def test_exactly_what_it_requires_suffices(of: Technique) -> None:
    for required in of.requires:
        edges = found(of, world(of, [each.action for each in required], *observed(of)))
        gained, verdict = expected(of)
        assert edges, "no such edge"
        assert {edge.target for edge in edges} <= gained
        assert {edge.verdict for edge in edges} == {verdict}
        assert all(edge.id == f"{edge.source}|{edge.key}|{edge.target}" for edge in edges)
        assert all(of.id in edge.reason and edge.locations for edge in edges)


@pytest.mark.parametrize("of", techniques(*TAKEN_AWAY, *ASSUMED), ids=lambda of: of.id)
def test_any_part_less_does_not(of: Technique) -> None:
    for required in of.requires:
        actions = [each.action for each in required]
        for lacking in actions:
            assert not found(of, world(of, [each for each in actions if each != lacking], *observed(of))), lacking


@pytest.mark.parametrize("of", techniques(*TAKEN_AWAY, *ASSUMED), ids=lambda of: of.id)
def test_any_part_denied_does_not(of: Technique) -> None:
    for required in of.requires:
        actions = [each.action for each in required]
        for denied in actions:
            refused = deny(actor_of(of), denied.upper(), policy="other")
            assert not found(of, world(of, actions, refused, *observed(of))), denied


@pytest.mark.parametrize("of", [each for each in techniques() if each.trusted_service], ids=lambda of: of.id)
def test_the_role_must_trust_the_service(of: Technique) -> None:
    actions = [each.action for each in of.requires[0]]
    where = world(of, actions, *observed(of))
    elsewhere = [each for each in where.trusts if each.mechanism != "service"]
    other = trust(BOSS, "somethingelse.amazonaws.com", "service")
    assert not found(of, Inventory(where.files, identities=where.identities, grants=where.grants, links=where.links,
                                   resources=where.resources, trusts=(*elsewhere, other)))  # fmt: skip


@pytest.mark.parametrize(
    "of", [each for each in techniques() if each.category == "existing-passrole"], ids=lambda of: of.id
)
def test_what_was_not_observed_is_never_taken_for_granted(of: Technique) -> None:
    edges = found(of, world(of, [each.action for each in of.requires[0]]))
    assert {edge.verdict for edge in edges} == {"needs_resource"}
    assert all(edge.conditions for edge in edges)


@pytest.mark.parametrize("of", [each for each in techniques() if each.applies_to], ids=lambda of: of.id)
def test_some_work_for_one_kind_of_identity_only(of: Technique) -> None:
    other = role("actor") if "user" in of.applies_to else user("actor")
    actions = [each.action for each in of.requires[0]]
    where = inventory(other, ADMINS, allow(ADMINS, "*"), *(allow(other, each, policy=OWN_POLICY) for each in actions))
    edges = [edge for rule in RULES for edge in rule.derive(where, knowledge())]
    assert not [edge for edge in edges if edge.technique == of.id]


@pytest.mark.parametrize("id", ["iam-022", "iam-024"])
def test_a_boundary_is_taken_away(id: str) -> None:
    of, action = technique(id), technique(id).requires[0][0].action
    actor = actor_of(of)
    held_back: list[Grant] = [allow(actor, "*"), boundary(actor, "s3:*"), boundary(actor, action)]
    assert [edge.target for edge in found(of, inventory(actor, *held_back))] == [ADMINISTRATOR]
    assert not found(of, inventory(actor, *held_back[:2])), "the boundary does not allow it"
    assert not found(of, inventory(actor, allow(actor, action, "s3:*"), *held_back[1:])), "nothing more is behind it"
    assert not found(of, inventory(actor, allow(actor, action))), "there is no boundary"


@pytest.mark.parametrize(("id", "policy"), [("iam-025", OWN_POLICY), ("iam-026", "inline")])
def test_a_deny_is_taken_away(id: str, policy: str) -> None:
    of, action = technique(id), technique(id).requires[0][0].action
    actor = actor_of(of)
    other = "inline" if policy == OWN_POLICY else OWN_POLICY
    all_but = deny(actor, not_actions=(action, "s3:*"), policy=policy)
    assert [edge.target for edge in found(of, inventory(actor, allow(actor, "*"), all_but))] == [ADMINISTRATOR]
    assert not found(of, inventory(actor, allow(actor, "*"), deny(actor, "iam:*", policy=policy)))
    elsewhere = deny(actor, not_actions=(action, "s3:*"), policy=other)
    assert not found(of, inventory(actor, allow(actor, "*"), elsewhere)), "the Deny stands in another kind of policy"


def test_the_boundary_of_another_role_is_taken_away() -> None:
    of = technique("iam-023")
    actor = actor_of(of)
    target = [allow(BOSS, "*"), boundary(BOSS, "s3:*"), trust(BOSS, ROOT)]
    able = [allow(actor, each.action) for each in of.requires[0]]
    edges = found(of, inventory(actor, BOSS, *target, *able))
    assert [(edge.target, edge.via, edge.verdict) for edge in edges] == [(ADMINISTRATOR, BOSS.id, "yes")]
    for lacking in able:
        assert not found(of, inventory(actor, BOSS, *target, *(each for each in able if each is not lacking)))
    assert not found(of, inventory(actor, BOSS, target[0], target[2], *able)), "there is no boundary"


@pytest.mark.parametrize(
    ("id", "account", "trusted"),
    [
        ("sts-001", HERE, ROOT),
        ("sts-002", THERE, f"arn:aws:iam::{THERE}:root"),
        ("sts-003", THERE, "*"),
    ],
)
def test_roles_are_assumed(id: str, account: str, trusted: str) -> None:
    actor = user("actor", account)
    able = allow(actor, "sts:AssumeRole")

    def ways(*values: object) -> list[tuple[str | None, str]]:
        edges = assumes.EDGE.derive(inventory(actor, BOSS, *values), knowledge())
        return [(edge.technique, edge.verdict) for edge in edges]

    assert ways(able, trust(BOSS, trusted)) == [(id, "yes")]
    assert ways(trust(BOSS, trusted)) == []
    assert ways(able, trust(BOSS, f"arn:aws:iam::{HERE}:user/somebody-else")) == []


def test_every_technique_has_a_case() -> None:
    assert {each.id for each in techniques()} >= TAKEN_AWAY | ASSUMED
    assert all(each.requires for each in techniques())


SERVICES = role("aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM")


@pytest.mark.parametrize("target", [PEOPLE, SERVICES], ids=["permission-set", "service-linked"])
def test_roles_of_services_and_permission_sets_are_not_changed_or_passed(target: Identity) -> None:
    actor = role("actor")
    values = actor, target, allow(actor, "iam:*Role*", "ssm:*"), trust(target, "ssm.amazonaws.com", "service")
    edges = [edge for rule in RULES for edge in rule.derive(inventory(*values), knowledge())]
    assert target.id not in {edge.target for edge in edges} | {edge.via for edge in edges}
    assert {"iam-005", "iam-009"} <= {edge.technique for edge in edges}, "its own role it does change"


def test_a_permission_set_does_not_change_itself() -> None:
    values = PEOPLE, allow(PEOPLE, "iam:PutRolePolicy", "iam:AttachRolePolicy")
    assert not [edge for rule in RULES for edge in rule.derive(inventory(*values), knowledge())]


def test_a_trust_that_one_writes_oneself_does_not_outweigh_a_deny() -> None:
    actor = user("actor")
    values = actor, BOSS, allow(BOSS, "*"), allow(actor, "iam:UpdateAssumeRolePolicy")
    ways = [edge.technique for edge in takes_over.EDGE.derive(inventory(*values), knowledge())]
    assert ways == ["iam-012"]
    assert not list(takes_over.EDGE.derive(inventory(*values, deny(actor, "sts:AssumeRole")), knowledge()))
