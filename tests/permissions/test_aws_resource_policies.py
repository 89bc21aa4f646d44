"""Whether an AWS identity may use a resource that has a policy of its own, one pitfall a case."""

from __future__ import annotations

import pytest

from nhiassess.edges import grants
from nhiassess.model.inventory import Condition, Grant, Identity, Location, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.permissions.aws.held import held
from nhiassess.permissions.aws.resource_policies import decide_on
from nhiassess.permissions.permission import Decision
from tests.permissions.aws_values import HERE, THERE, allow, boundary, deny, inventory, role, scp, user, when

ADA, DEPLOY, GUEST = user("ada"), role("deploy"), role("guest", THERE)
LEDGER, BUCKET, KEY = "arn:aws:s3:::ledger/a", "arn:aws:s3:::ledger", f"arn:aws:kms:eu-west-1:{HERE}:key/k"
ROOT, THEIRS = f"arn:aws:iam::{HERE}:root", f"arn:aws:iam::{THERE}:root"
ADAS, DEPLOYS, GUESTS = ADA.name or "", DEPLOY.name or "", GUEST.name or ""
SESSION = f"arn:aws:sts::{HERE}:assumed-role/deploy/nightly"


def policy(
    *principals: str,
    effect: str = "allow",
    actions: tuple[str, ...] = ("s3:*",),
    on: tuple[str, ...] = ("arn:aws:s3:::ledger/*",),
    operator: str = "principal",
    conditions: tuple[Condition, ...] = (),
) -> Grant:
    """A statement of the policy of a resource."""
    return Grant(
        f"grant:aws/-/resource/ledger/{effect}/{operator}/{'+'.join(principals)}",
        effect=effect,
        scope="resource",
        provider="aws",
        policy="ledger",
        actions=actions,
        resources=on,
        conditions=(*conditions, Condition(operator, "AWS", principals)),
        locations=(Location("ledger.json", 3),),
    )


def key(*principals: str) -> Grant:
    return policy(*principals, actions=("kms:*",), on=(KEY,))


def asked(of: Identity, action: str, resource: str, stated: tuple[Grant, ...], *own: Grant) -> Decision:
    has = held(inventory(of, *own))[of.id]
    return decide_on(has, action, resource, stated, HERE in of.id)


OWN, GUESTS_OWN, LIMIT = allow(ADA, "s3:GetObject"), allow(GUEST, "s3:*"), boundary(DEPLOY, "sqs:*")
OURS = when("StringEquals", "aws:PrincipalOrgID", "o-example")


@pytest.mark.parametrize(
    ("of", "stated", "own", "verdict"),
    [
        pytest.param(ADA, (), (OWN,), "yes", id="no policy leaves it to the identity"),
        pytest.param(ADA, (policy(ADAS),), (), "yes", id="a policy that names the identity suffices in its account"),
        pytest.param(ADA, (policy(ROOT),), (), "no", id="one that names the account leaves it to the identity"),
        pytest.param(ADA, (policy(HERE),), (OWN,), "yes", id="an account number is the account's root"),
        pytest.param(ADA, (policy(DEPLOYS),), (OWN,), "yes", id="either side suffices in the account"),
        pytest.param(GUEST, (policy(GUESTS),), (), "no", id="across accounts a policy alone does not"),
        pytest.param(GUEST, (policy(DEPLOYS),), (GUESTS_OWN,), "no", id="nor do the own statements alone"),
        pytest.param(GUEST, (policy(THEIRS),), (GUESTS_OWN,), "yes", id="across accounts both sides do"),
        pytest.param(GUEST, (policy("*"),), (GUESTS_OWN,), "yes", id="everybody is every account"),
        pytest.param(
            GUEST, (policy("*", conditions=OURS),), (GUESTS_OWN,), "conditional", id="an organisation is open"
        ),
        pytest.param(ADA, (policy("*", effect="deny"),), (OWN,), "no", id="a Deny of everybody outweighs"),
        pytest.param(ADA, (policy(ROOT, effect="deny"),), (OWN,), "no", id="a Deny of the account denies all in it"),
        pytest.param(ADA, (policy(DEPLOYS, effect="deny"),), (OWN,), "yes", id="a Deny of another does not"),
        pytest.param(
            ADA,
            (policy("*", effect="deny", conditions=OURS),),
            (OWN,),
            "conditional",
            id="a Deny on a condition is open",
        ),
        pytest.param(
            ADA,
            (policy("*", effect="deny", on=("arn:aws:s3:::ledger/b",)),),
            (OWN,),
            "yes",
            id="a Deny of another object",
        ),
        pytest.param(
            ADA,
            (policy(ADAS, ROOT, effect="deny", operator="not_principal"),),
            (OWN,),
            "yes",
            id="NotPrincipal spares a user named with its account",
        ),
        pytest.param(
            ADA,
            (policy(ADAS, effect="deny", operator="not_principal"),),
            (OWN,),
            "conditional",
            id="NotPrincipal without the account may not spare",
        ),
        pytest.param(
            ADA,
            (policy(DEPLOYS, effect="deny", operator="not_principal"),),
            (OWN,),
            "no",
            id="NotPrincipal denies all others",
        ),
        pytest.param(
            ADA, (policy(DEPLOYS, operator="not_principal"),), (), "yes", id="Allow with NotPrincipal allows all others"
        ),
        pytest.param(DEPLOY, (policy(SESSION),), (), "conditional", id="one session of a role"),
        pytest.param(DEPLOY, (policy(DEPLOYS),), (LIMIT,), "no", id="a boundary limits a role that is named"),
        pytest.param(
            ADA, (policy(ADAS),), (boundary(ADA, "sqs:*"),), "yes", id="a boundary does not limit a user that is named"
        ),
        pytest.param(
            ADA,
            (policy(ADAS),),
            (boundary(ADA, "*"), boundary(ADA, "s3:*", effect="deny")),
            "no",
            id="but its Deny does",
        ),
        pytest.param(ADA, (policy(ADAS),), (deny(ADA, "s3:*"),), "no", id="an own Deny outweighs the policy"),
        pytest.param(ADA, (policy(ADAS),), (scp("sqs:*"),), "no", id="the organisation limits what a policy gives"),
    ],
)
def test_an_object(of: Identity, stated: tuple[Grant, ...], own: tuple[Grant, ...], verdict: str) -> None:
    assert asked(of, "s3:GetObject", LEDGER, stated, *own).verdict == verdict


@pytest.mark.parametrize(
    ("stated", "own", "verdict"),
    [
        pytest.param((key(ROOT),), (allow(ADA, "kms:*"),), "yes", id="its account is named, so own statements count"),
        pytest.param((key(DEPLOYS),), (allow(ADA, "kms:*"),), "no", id="its account is not, so they don't"),
        pytest.param((key(ADAS),), (), "yes", id="who is named needs none"),
        pytest.param((key(ROOT),), (), "no", id="the account alone gives nothing"),
    ],
)
def test_a_key(stated: tuple[Grant, ...], own: tuple[Grant, ...], verdict: str) -> None:
    assert asked(ADA, "kms:Decrypt", KEY, stated, *own).verdict == verdict


def bucket() -> Resource:
    return Resource(f"resource:aws/{BUCKET}", kind="object_store", name=BUCKET, provider="aws")


def edges(*values: object) -> set[tuple[str, str, str]]:
    found = grants.EDGE.derive(inventory(*values), Knowledge())
    return {(edge.source, edge.verb, edge.verdict) for edge in found}


def test_a_policy_that_names_an_identity_is_a_way_to_the_resource() -> None:
    here, lets_in = allow(ADA, "s3:ListBucket", on=(BUCKET,)), policy(DEPLOYS)
    found = edges(ADA, DEPLOY, bucket(), here, lets_in)
    assert {(DEPLOY.id, "granted", "yes"), (lets_in.id, "reads", "yes")} <= found
    assert (ADA.id, "granted", "yes") in found
    assert not any(source == ADA.id and verb == "granted" and verdict != "yes" for source, verb, verdict in found)


def test_what_an_identity_is_denied_leaves_the_rest_open() -> None:
    here = allow(ADA, "s3:ListBucket", on=(BUCKET,))
    found = edges(ADA, DEPLOY, bucket(), here, policy(DEPLOYS), deny(DEPLOY, "s3:PutObject"))
    assert (DEPLOY.id, "granted", "conditional") in found


def test_a_deny_in_the_policy_closes_the_resource() -> None:
    here = allow(ADA, "s3:GetObject", on=(f"{BUCKET}/*", BUCKET))
    assert any(verb == "reads" for _, verb, _ in edges(ADA, bucket(), here))
    closed = policy("*", effect="deny", on=(BUCKET, f"{BUCKET}/*"))
    assert not any(verb == "reads" for _, verb, _ in edges(ADA, bucket(), here, closed))


def test_the_policy_of_another_accounts_queue_answers_what_was_unknown() -> None:
    arn = f"arn:aws:sqs:eu-west-1:{HERE}:jobs"
    queue = Resource(f"resource:aws/{arn}", kind="queue", name=arn, provider="aws")
    receive = allow(GUEST, "sqs:ReceiveMessage", on=(arn,))
    assert (receive.id, "reads", "unknown") in edges(GUEST, queue, receive)
    lets_in = policy(GUESTS, actions=("sqs:*",), on=(arn,))
    assert (receive.id, "reads", "yes") in edges(GUEST, queue, receive, lets_in)
    others = policy(DEPLOYS, actions=("sqs:*",), on=(arn,))
    assert not any(verb == "reads" for _, verb, _ in edges(GUEST, queue, receive, others))
