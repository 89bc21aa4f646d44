"""Cases of AWS permissions worked out by hand that no other test has, hostile accounts, and laws that always hold."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.edges import assumes, escalates, grants, member_of, passes_role, takes_over
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import held
from nhiassess.permissions.aws.trust import may_assume
from nhiassess.permissions.permission import ANSWERS, Decision
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

ADA, DEPLOY, BOSS, TEAM = user("ada"), role("deploy"), role("boss"), group("team")
TAGGED, TAGGED_ROLE = replace(ADA, tags=(("Team", "portal"),)), replace(DEPLOY, tags=(("team", "portal"),))
PORTAL = when("StringEquals", "aws:PrincipalTag/team", "portal")
LEDGER = when("StringEquals", "aws:PrincipalTag/team", "ledger")
NOT_PORTAL = when("StringNotEquals", "aws:PrincipalTag/team", "portal")
UNSET = when("Null", "aws:PrincipalTag/cost", "true")
BOSSES, ROOT = BOSS.name or "", f"arn:aws:iam::{HERE}:root"
SOMEBODY_ELSE = when("StringNotEquals", "aws:PrincipalOrgID", "o-example")
RULES = (escalates.EDGE, takes_over.EDGE, passes_role.EDGE, assumes.EDGE, grants.EDGE, member_of.EDGE)


def rcp(account: str) -> Grant:
    """A statement of a resource control policy, which denies to everybody."""
    made = scp("s3:*", effect="deny", account=account, conditions=(Condition("principal", "AWS", ("*",)),))
    return replace(made, id=made.id.replace("/scp/", "/rcp/"))


@pytest.mark.parametrize(
    ("of", "statements", "verdict"),
    [
        pytest.param(TAGGED, (allow(ADA, "s3:*", conditions=PORTAL),), "yes", id="a tag of the user is known"),
        pytest.param(TAGGED, (allow(ADA, "s3:*", conditions=LEDGER),), "no", id="another value is not its tag"),
        pytest.param(TAGGED, (allow(ADA, "s3:*", conditions=UNSET),), "yes", id="a tag that it has not is absent"),
        pytest.param(ADA, (allow(ADA, "s3:*", conditions=PORTAL),), "conditional", id="tags not observed are open"),
        pytest.param(TAGGED_ROLE, (allow(DEPLOY, "s3:*", conditions=PORTAL),), "yes", id="a role has its tags"),
        pytest.param(
            TAGGED_ROLE,
            (allow(DEPLOY, "s3:*", conditions=LEDGER),),
            "conditional",
            id="a session may be tagged otherwise",
        ),
        pytest.param(
            TAGGED,
            (allow(ADA, "s3:*"), deny(ADA, "s3:*", conditions=NOT_PORTAL)),
            "yes",
            id="a Deny of other teams spares its own",
        ),
        pytest.param(
            replace(ADA, tags=()),
            (allow(ADA, "s3:*"), deny(ADA, "s3:*", conditions=NOT_PORTAL)),
            "no",
            id="a negated condition holds for who has no tag",
        ),
        pytest.param(
            TAGGED,
            (allow(ADA, "s3:*", on=("arn:aws:s3:::${aws:PrincipalTag/team}/*",)),),
            "yes",
            id="a tag as a variable of a resource",
        ),
        pytest.param(
            replace(ADA, tags=()),
            (allow(ADA, "s3:*", on=("arn:aws:s3:::${aws:PrincipalTag/team, 'portal'}/*",)),),
            "yes",
            id="a variable falls back to what it states",
        ),
        pytest.param(
            ADA, (allow(ADA, "s3:*", on=("arn:aws:s3:::${*}/*",)),), "no", id="an asterisk that is meant as one"
        ),
        pytest.param(ADA, (allow(ADA, "s3:*", on=()),), "no", id="a statement without a resource"),
        pytest.param(ADA, (allow(ADA, "s3:*", on=("",)),), "no", id="a resource that is empty"),
        pytest.param(ADA, (allow(ADA, "s3:*", on=("arn:aws:s3",)),), "no", id="an ARN that breaks off"),
        pytest.param(ADA, (allow(ADA, "s3:*", on=("arn:aws:s3*",)),), "yes", id="one that breaks off at a wildcard"),
        pytest.param(ADA, (allow(ADA, "", ":", "s3", "s3:"),), "no", id="actions that name nothing"),
        pytest.param(
            ADA,
            (allow(ADA, "s3:*", conditions=when("Made:UpOperator", "x", "y")),),
            "conditional",
            id="an unknown operator",
        ),
        pytest.param(ADA, (allow(ADA, "s3:*"), rcp("-")), "no", id="a control policy of resources denies everybody"),
        pytest.param(
            ADA, (allow(ADA, "s3:*"), rcp(THERE)), "yes", id="one of another account is about that account's resources"
        ),
        pytest.param(ADA, (allow(ADA, "s3:*"), scp("s3:*"), rcp(HERE)), "no", id="it counts beside what an SCP allows"),
        pytest.param(
            ADA,
            (
                allow(ADA, "s3:*"),
                scp("s3:*", effect="deny", conditions=SOMEBODY_ELSE),
            ),
            "conditional",
            id="which organisation it is nobody says",
        ),
        pytest.param(
            ADA,
            (allow(ADA, "s3:*"), boundary(ADA, not_actions=("iam:*",)), scp("*"), scp("s3:*", policy="storage")),
            "yes",
            id="all layers allow it",
        ),
        pytest.param(
            ADA,
            (allow(ADA, "s3:*"), boundary(ADA, not_actions=("s3:*",)), scp("*")),
            "no",
            id="one layer leaves it out",
        ),
    ],
)
def test_an_object(of: Identity, statements: tuple[Grant, ...], verdict: str) -> None:
    has = held(inventory(of, *statements))[of.id]
    assert decide(has, "s3:GetObject", "arn:aws:s3:::portal/a").verdict == verdict


@pytest.mark.parametrize(
    ("conditions", "tags", "found"),
    [
        (when("StringEquals", "iam:ResourceTag/tier", "low"), (("tier", "low"),), "yes"),
        (when("StringEquals", "aws:ResourceTag/tier", "low"), (("tier", "high"),), None),
        (when("StringEquals", "iam:ResourceTag/tier", "low"), (), None),
        (when("StringEquals", "iam:ResourceTag/tier", "low"), None, "conditional"),
    ],
    ids=["its tag", "another value", "no tag", "not observed"],
)
def test_tags_of_the_one_that_it_is_done_to(
    conditions: tuple[Condition, ...], tags: tuple[tuple[str, str], ...] | None, found: str | None
) -> None:
    chief = replace(role("chief"), tags=tags)
    edges = ways(inventory(ADA, chief, allow(ADA, "iam:UpdateAssumeRolePolicy", conditions=conditions)))
    assert {edge.target: edge.verdict for edge in edges if edge.technique == "iam-012"}.get(chief.id) == found


def test_a_trust_that_asks_for_a_tag() -> None:
    asks = trust(BOSS, TAGGED.name or "", conditions=PORTAL)
    assert assumed(TAGGED, BOSS, asks).verdict == "yes"
    assert assumed(TAGGED, BOSS, replace(asks, conditions=LEDGER)).verdict == "no"
    by_role = trust(BOSS, TAGGED_ROLE.name or "", conditions=LEDGER)
    assert assumed(TAGGED_ROLE, BOSS, by_role).verdict == "conditional"


def test_self_escalation_by_what_only_users_or_only_roles_have() -> None:
    for actor, technique, action in ((ADA, "iam-007", "iam:PutUserPolicy"), (DEPLOY, "iam-005", "iam:PutRolePolicy")):
        other = "iam:PutRolePolicy" if action == "iam:PutUserPolicy" else "iam:PutUserPolicy"
        assert technique in {edge.technique for edge in ways(inventory(actor, allow(actor, action)))}
        assert {edge.verb for edge in ways(inventory(actor, allow(actor, other)))} == {"granted"}


def test_the_account_whose_number_no_file_says_is_one_account() -> None:
    actor, target = role("worker", "-"), role("target", "-")
    by_root = trust(target, "arn:aws:iam::-:root")
    assert assumed(actor, target, by_root).verdict == "no"
    assert assumed(actor, target, by_root, allow(actor, "sts:AssumeRole")).verdict == "yes"
    assert assumed(actor, target, trust(target, actor.name or "")).verdict == "yes"
    assert assumed(role("worker"), target, by_root, allow(role("worker"), "sts:AssumeRole")).verdict == "no"


def test_a_condition_on_the_number_of_an_account_that_no_file_says_is_open() -> None:
    actor = role("worker", "-")
    ours = allow(actor, "s3:*", conditions=when("StringEquals", "aws:PrincipalAccount", HERE))
    assert decide(held(inventory(actor, ours))[actor.id], "s3:GetObject").verdict == "conditional"


def test_a_role_that_trusts_itself_gains_nothing() -> None:
    where = inventory(BOSS, allow(BOSS, "sts:AssumeRole"), trust(BOSS, BOSSES))
    assert not [edge for edge in ways(where) if edge.target == BOSS.id]


def test_groups_that_are_members_of_each_other_end() -> None:
    other = group("other")
    where = inventory(
        ADA, TEAM, other, member(ADA, TEAM), member(TEAM, other), member(other, TEAM), allow(TEAM, "s3:*")
    )
    assert decide(held(where)[ADA.id], "s3:GetObject").verdict == "yes"
    assert {edge.verb for edge in ways(where)} == {"granted", "member_of"}


def test_a_group_that_is_not_there_gives_nothing_and_denies_nothing() -> None:
    where = inventory(ADA, member(ADA, group("gone")), allow(ADA, "s3:*"))
    assert decide(held(where)[ADA.id], "s3:GetObject").verdict == "yes"
    assert decide(held(where)[ADA.id], "iam:PassRole").verdict == "no"


@pytest.mark.parametrize(
    "trusted", ["", "arn", "arn:aws:iam::", "arn:aws:iam::1:root", "*:root", "arn:aws:sts::111122223333:assumed-role/"]
)
def test_a_principal_that_is_malformed_lets_nobody_in(trusted: str) -> None:
    assert assumed(ADA, BOSS, trust(BOSS, trusted), allow(ADA, "sts:*")).verdict == "no"


def test_ten_thousand_statements_end_soon() -> None:
    many = [allow(ADA, f"service{n}:Get*", "s3:Get*", on=(f"arn:aws:s3:::b{n}/*",), where=n) for n in range(10_000)]
    has = held(inventory(ADA, *many, *(deny(ADA, f"x*{n}:*", policy=str(n)) for n in range(200))))[ADA.id]
    began = time.process_time()
    assert decide(has, "s3:GetObject", "arn:aws:s3:::b9999/a").verdict == "yes"
    assert decide(has, "s3:GetObject", "arn:aws:s3:::c/a").verdict == "no"
    assert decide(has, "iam:PassRole").verdict == "no"
    assert time.process_time() - began < 10


ACTIONS = ("s3:GetObject", "s3:PutObject", "iam:PassRole")
PLACES = ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:iam::111122223333:role/x")
patterns = st.sampled_from(("*", "s3:*", "s3:Get*", "s3:?utObject", "iam:PassRole", "IAM:*"))
resources = st.sampled_from(("*", "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "arn:aws:iam::*:role/*", PLACES[0]))
conditions = st.sampled_from(((), (), when("Bool", "aws:MultiFactorAuthPresent", "true"), PORTAL, NOT_PORTAL))
statements = st.builds(
    lambda effect, scope, negated, action, resource, asks: allow(
        ADA,
        *(() if negated else (action,)),
        on=(resource,),
        effect=effect,
        scope=scope,
        conditions=asks,
        not_actions=(action,) if negated else (),
    ),
    st.sampled_from(("allow", "allow", "deny")),
    st.sampled_from(("identity", "identity", "boundary")),
    st.booleans(),
    patterns,
    resources,
    conditions,
)
policies = st.lists(statements, max_size=5)
tagging = st.sampled_from((None, (), (("team", "portal"),)))


def answers(of: Identity, stated: list[Grant]) -> list[int]:
    """Give the rank of each answer, the strongest first."""
    has = held(inventory(of, *(replace(each, id=f"grant:{place}") for place, each in enumerate(stated))))[of.id]
    return [ANSWERS.index(decide(has, action, place).verdict) for action in ACTIONS for place in (*PLACES, "*")]


@settings(max_examples=150, deadline=None)
@given(policies, statements, tagging)
def test_a_deny_never_adds_reach(stated: list[Grant], more: Grant, tags: tuple[tuple[str, str], ...] | None) -> None:
    of = replace(ADA, tags=tags)
    denying = replace(more, effect="deny", scope="identity")
    assert all(a <= b for a, b in zip(answers(of, stated), answers(of, [*stated, denying]), strict=True))


@settings(max_examples=150, deadline=None)
@given(policies, st.data(), tagging)
def test_a_statement_that_allows_never_takes_reach_by_going(
    stated: list[Grant], data: st.DataObject, tags: tuple[tuple[str, str], ...] | None
) -> None:
    allowing = [each for each in stated if each.effect == "allow" and each.scope == "identity"]
    if not allowing:
        return
    gone = data.draw(st.sampled_from(allowing))
    left = [each for each in stated if each is not gone]
    of = replace(ADA, tags=tags)
    assert all(a <= b for a, b in zip(answers(of, stated), answers(of, left), strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(statements, max_size=4))
def test_order_makes_no_difference(stated: list[Grant]) -> None:
    assert len({tuple(answers(ADA, list(each))) for each in permutations(stated)}) == 1


def assumed(of: Identity, target: Identity, by: object, *own: object) -> Decision:
    where = inventory(of, target, by, *own)
    return may_assume(held(where)[of.id], target.name or "", where.trusts)


def ways(where: Inventory) -> list[Edge]:
    return [edge for rule in RULES for edge in rule.derive(where, knowledge())]
