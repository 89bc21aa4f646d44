"""Whoever gets tokens of an issuer becomes what lets them in, one pitfall a case."""

from __future__ import annotations

from dataclasses import replace

from nhiassess.edges import (
    federates,
    pod_identity,
)
from nhiassess.model.inventory import (
    Condition,
    Credential,
    Identity,
    Link,
    Location,
    Trust,
    Workflow,
)
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.federated_trusts import GITHUB
from tests.edges.test_edges import API, BOSS
from tests.permissions.aws_values import (
    HERE,
    inventory,
    trust,
)

JOB = Identity("identity:github/o/r/ci/build", kind="ci_job", name="o/r/ci/build", provider="github")
TOKEN = Credential("credential:token", kind="oidc_token", locations=(Location("ci.yml", 4),))
PROVES = Link("proves", TOKEN.id, "authenticates_as", JOB.id, locations=(Location("ci.yml", 4),))


def github_trust(subject: str | None) -> Trust:
    conditions = (Condition("StringLike", f"{GITHUB}:sub", (subject,)),) if subject else ()
    found = trust(BOSS, f"arn:aws:iam::{HERE}:oidc-provider/{GITHUB}", "oidc", issuer=GITHUB, conditions=conditions)
    return replace(found, subject=subject)


def federated(*values: object, credentials: tuple[Credential, ...] = (TOKEN,)) -> list[Edge]:
    where = replace(inventory(*values), credentials=credentials, workflows=(Workflow("workflow:w", trigger="push"),))
    return list(federates.EDGE.derive(where, Knowledge()))


def test_a_job_becomes_a_role_that_lets_its_token_in() -> None:
    found = federated(JOB, BOSS, PROVES, github_trust("repo:o/r:*"))
    assert [(edge.source, edge.target, edge.verdict, edge.technique) for edge in found] == [
        (JOB.id, BOSS.id, "yes", "oidc-wide-subject")
    ]
    assert [place.path for place in found[0].locations] == ["trust.json", "ci.yml"]
    assert federated(JOB, BOSS, PROVES, github_trust("repo:o/other:*")) == []


def test_a_job_that_may_not_ask_for_a_token_becomes_nobody() -> None:
    assert federated(JOB, BOSS, github_trust("repo:o/r:*")) == []


def test_a_token_that_no_role_lets_in_is_no_finding() -> None:
    assert federated(JOB, BOSS, PROVES, trust(BOSS, f"arn:aws:iam::{HERE}:root")) == []


def test_a_role_whose_trust_is_not_in_scope_is_unknown() -> None:
    asks = Link("asks", JOB.id, "federates_to", BOSS.id, locations=(Location("ci.yml", 9),))
    assert [edge.verdict for edge in federated(JOB, BOSS, PROVES, asks)] == ["unknown"]
    assert federated(JOB, BOSS, PROVES, asks, trust(BOSS, f"arn:aws:iam::{HERE}:root")) == []


EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0FAKE"


def eks_trust(subject: str) -> Trust:
    conditions = (Condition("StringLike", f"{EKS}:sub", (subject,)),)
    found = trust(BOSS, f"arn:aws:iam::{HERE}:oidc-provider/{EKS}", "oidc", issuer=EKS, conditions=conditions)
    return replace(found, subject=subject)


def test_a_service_account_becomes_the_role_of_its_annotation() -> None:
    annotated = Link("annotation", API.id, "federates_to", BOSS.id, locations=(Location("api.yaml", 6),))
    allowed, other = eks_trust("system:serviceaccount:shop:*"), eks_trust("system:serviceaccount:bank:*")
    assert [edge.verdict for edge in federated(API, BOSS, annotated, allowed)] == ["yes"]
    assert federated(API, BOSS, annotated, other) == []


def test_a_service_account_without_annotation_depends() -> None:
    found = federated(API, BOSS, eks_trust("system:serviceaccount:shop:*"))
    assert [edge.verdict for edge in found] == ["conditional"]
    assert len(found[0].conditions) == 2


def test_a_service_account_gets_the_spiffe_id_that_is_registered_for_it() -> None:
    id = Identity("identity:spiffe/shop.example/api", kind="spiffe_id")
    registered = Link("entry", API.id, "federates_to", id.id, locations=(Location("entries.json", 4),))
    (found,) = federated(API, id, registered)
    assert (found.verdict, found.reason, found.locations) == (
        "yes",
        "is registered to get api",
        (Location("entries.json", 4),),
    )


def test_a_role_that_asks_for_other_claims_says_which() -> None:
    claim = Condition("StringEquals", f"{GITHUB}:job_workflow_ref", ("o/shared/.github/workflows/deploy.yml@main",))
    (found,) = federated(JOB, BOSS, PROVES, replace(github_trust(None), conditions=(claim,)))
    assert (found.verdict, found.technique) == ("conditional", "oidc-other-claims")
    assert "only that job_workflow_ref is o/shared/" in found.reason
    assert found.conditions == (f"{GITHUB}:job_workflow_ref is o/shared/.github/workflows/deploy.yml@main",)


def test_a_workload_becomes_the_role_that_asks_for_its_spiffe_id() -> None:
    id = Identity("identity:spiffe/shop.example/api", kind="spiffe_id", name="spiffe://shop.example/api")
    asked = Condition("StringEquals", "oidc.shop.example:sub", ("spiffe://shop.example/api",))
    let_in = trust(BOSS, "-", "oidc", issuer="oidc.shop.example", subject=asked.values[0], conditions=(asked,))
    (found,) = federated(id, BOSS, let_in)
    assert (found.verdict, found.technique) == ("conditional", "spiffe-subject")
    assert found.conditions == ("oidc.shop.example is the issuer of the trust domain shop.example",)


def test_the_role_of_a_pod_needs_an_association() -> None:
    values = API, BOSS, trust(BOSS, "pods.eks.amazonaws.com", "service")
    (found,) = pod_identity.EDGE.derive(inventory(*values), Knowledge())
    assert (found.source, found.target, found.verdict) == (API.id, BOSS.id, "needs_resource")
    assert found.conditions == ("an association of the cluster, which is not in scope, gives shop/api the role",)
    assert not list(
        pod_identity.EDGE.derive(inventory(API, BOSS, trust(BOSS, "ec2.amazonaws.com", "service")), Knowledge())
    )
