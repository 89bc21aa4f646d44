"""Whether a trust lets a token in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.model.inventory import Condition, Identity, Trust
from nhiassess.permissions.federated_trusts import GITHUB, asks, how
from nhiassess.permissions.federation import Token, account_token, admits, job_token, project_token, svid_token
from nhiassess.permissions.permission import ANSWERS

EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0FAKE"
AUDIENCE = Condition("StringEquals", f"{GITHUB}:aud", ("sts.amazonaws.com",))


def trust(subject: str | None, operator: str = "StringLike", issuer: str = GITHUB, **more: object) -> Trust:
    conditions: tuple[Condition, ...] = (Condition("StringEquals", f"{issuer}:aud", ("sts.amazonaws.com",)),)
    if subject is not None:
        conditions += (Condition(operator, f"{issuer}:sub", (subject,)),)
    more.setdefault("conditions", conditions)
    return Trust("trust:t", "identity:r", "arn", mechanism="oidc", issuer=issuer, subject=subject, **more)  # type: ignore[arg-type]  # fields of Trust by name


def job(name: str = "o/r/ci/build", environment: str | None = None, trigger: str = "push") -> Token:
    return job_token(Identity("identity:j", name=name, environment=environment), trigger)


@pytest.mark.parametrize(
    ("subject", "operator", "token", "verdict"),
    [
        (None, "StringLike", job(), "yes"),
        ("repo:o/r:*", "StringLike", job(), "yes"),
        ("repo:o/*", "StringLike", job(), "yes"),
        ("repo:o*", "StringLike", job(), "yes"),
        ("*", "StringLike", job(), "yes"),
        ("repo:o/r:*", "StringEquals", job(), "no"),
        ("repo:o/other:*", "StringLike", job(), "no"),
        ("repo:other/r:*", "StringLike", job(), "no"),
        ("repo:o/r:ref:refs/heads/main", "StringEquals", job(), "conditional"),
        ("repo:o/r:ref:refs/heads/*", "StringLike", job(), "conditional"),
        ("repo:o/r:ref:*", "StringLike", job(), "yes"),
        ("repo:o/r:pull_request", "StringEquals", job(), "no"),
        ("repo:o/r:pull_request", "StringEquals", job(trigger="pull_request, push"), "yes"),
        ("repo:o/r:environment:live", "StringEquals", job(environment="live"), "yes"),
        ("repo:o/r:environment:live", "StringEquals", job(environment="test"), "no"),
        ("repo:o/r:environment:live", "StringEquals", job(), "no"),
        ("repo:o/r:ref:refs/heads/main", "StringEquals", job(environment="live"), "no"),
        ("repo:o/r:*", "StringLike", job("-/r/ci/build"), "conditional"),
        ("repo:o/other:*", "StringLike", job("-/r/ci/build"), "no"),
        ("repo:o/r:*", "ForAnyValue:StringLike", job(), "yes"),
        ("repo:o/r:*", "StringLikeIfExists", job(), "yes"),
        ("repo:o/r:*", "StringNotLike", job(), "no"),
        ("repo:o/other:*", "StringNotLike", job(), "yes"),
    ],
)
def test_subjects(subject: str | None, operator: str, token: Token, verdict: str) -> None:
    assert admits([trust(subject, operator)], token).verdict == verdict


def test_what_is_open_is_said() -> None:
    decision = admits([trust("repo:o/r:ref:refs/heads/main", "StringEquals")], job("-/r/ci/build"))
    assert decision.conditions == ("the owner of the repository is o", "the job runs on refs/heads/main")


def test_another_issuer_is_not_let_in() -> None:
    assert admits([trust(None, issuer="gitlab.com")], job()).verdict == "no"
    assert admits([trust(None)], Token("gitlab.com", ("project_path:g/p",))).verdict == "no"


def test_the_audience_counts_where_it_is_known() -> None:
    account = Identity("identity:a", name="shop/api")
    other = Condition("StringEquals", f"{EKS}:aud", ("vault",))
    assert admits([trust(None, issuer=EKS, conditions=(other,))], account_token(account, EKS)).verdict == "no"
    # a job asks for the audience that it wants
    vault = Condition("StringEquals", f"{GITHUB}:aud", ("vault",))
    assert admits([trust(None, conditions=(vault,))], job()).verdict == "yes"


def test_all_values_of_a_claim_that_is_absent_hold() -> None:
    every = Condition("ForAllValues:StringEquals", f"{GITHUB}:environment", ("live",))
    assert admits([trust(None, conditions=(AUDIENCE, every))], job()).verdict == "yes"
    plain = Condition("StringEquals", f"{GITHUB}:environment", ("live",))
    assert admits([trust(None, conditions=(AUDIENCE, plain))], job()).verdict == "no"


def test_other_claims_are_known_or_open() -> None:
    owner = Condition("StringEquals", f"{GITHUB}:repository_owner", ("o",))
    assert admits([trust(None, conditions=(owner,))], job()).verdict == "yes"
    assert admits([trust(None, conditions=(owner,))], job("p/r/ci/build")).verdict == "no"
    workflow = Condition("StringLike", f"{GITHUB}:job_workflow_ref", ("o/r/*",))
    assert admits([trust(None, conditions=(workflow,))], job()).verdict == "conditional"


def test_a_deny_outweighs() -> None:
    denied = trust("repo:o/r:*", effect="deny")
    assert admits([trust(None), denied], job()).verdict == "no"
    assert admits([trust(None), trust("repo:o/other:*", effect="deny")], job()).verdict == "yes"


@pytest.mark.parametrize(
    ("subject", "operator", "verdict"),
    [
        ("system:serviceaccount:shop:api", "StringEquals", "yes"),
        ("system:serviceaccount:shop:web", "StringEquals", "no"),
        ("system:serviceaccount:shop:*", "StringLike", "yes"),
        ("system:serviceaccount:other:*", "StringLike", "no"),
        ("system:serviceaccount:shop:*", "StringEquals", "no"),
    ],
)
def test_service_accounts(subject: str, operator: str, verdict: str) -> None:
    token = account_token(Identity("identity:a", name="shop/api"), EKS)
    assert admits([trust(subject, operator, EKS)], token).verdict == verdict


@pytest.mark.parametrize(
    ("subject", "operator", "technique"),
    [
        (None, "StringLike", "oidc-any-subject"),
        ("repo:o/r:*", "StringLike", "oidc-wide-subject"),
        ("repo:o/r:*", "StringEquals", "oidc-subject"),
        ("repo:o/*", "StringLike", "oidc-wide-owner"),
        ("repo:o/r*", "StringLike", "oidc-wide-owner"),
        ("repo:o/?:ref:refs/heads/main", "StringLike", "oidc-wide-owner"),
        ("*", "StringLike", "oidc-wide-owner"),
        ("spiffe://shop.example/api", "StringEquals", "spiffe-subject"),
        ("spiffe://shop.example/*", "StringLike", "spiffe-wide-subject"),
        ("repo:o/r:pull_request", "StringEquals", "oidc-pull-request"),
        ("repo:o/r:environment:live", "StringEquals", "oidc-environment"),
        ("repo:o/r:ref:refs/heads/main", "StringEquals", "oidc-subject"),
        ("system:serviceaccount:shop:api", "StringEquals", "irsa-service-account"),
        ("system:serviceaccount:shop:*", "StringLike", "irsa-wide-subject"),
    ],
)
def test_ways_in(subject: str | None, operator: str, technique: str) -> None:
    assert how(trust(subject, operator)) == technique


def claim(name: str, value: str, operator: str = "StringEquals") -> Condition:
    return Condition(operator, f"{GITHUB}:{name}", (value,))


@pytest.mark.parametrize(
    ("conditions", "technique", "said"),
    [
        ((), "oidc-any-subject", "checks no claim at all: any token of"),
        ((AUDIENCE,), "oidc-any-subject", "checks no subject, only that aud is sts.amazonaws.com: any token of"),
        (
            (AUDIENCE, claim("repository", "o/r")),
            "oidc-other-claims",
            "checks no subject, only that aud is sts.amazonaws.com and repository is o/r: any token of",
        ),
        (
            (
                claim("job_workflow_ref", "o/r/*", "StringLike"),
                claim("environment", "live", "ForAllValues:StringEquals"),
            ),
            "oidc-other-claims",
            "checks no subject, only that job_workflow_ref is like o/r/* and environment is live, if it is there: any",
        ),
        (
            (claim("environment", "live", "ForAllValues:StringEquals"),),
            "oidc-absent-claim",
            "checks no subject, only that environment is live, if it is there: any token of",
        ),
        (
            (claim("sub", "repo:o/bad:*", "StringNotLike"),),
            "oidc-any-subject",
            "checks no subject, only that sub is not like repo:o/bad:*: any token of",
        ),
        (
            (Condition("policy", "provider of pool p not in scope"),),
            "oidc-any-subject",
            "asks what is not in scope (policy: provider of pool p not in scope)",
        ),
    ],
    ids=["nothing", "audience", "repository", "workflow", "only-if-present", "excluded", "not-in-scope"],
)
def test_what_is_asked_in_place_of_a_subject(conditions: tuple[Condition, ...], technique: str, said: str) -> None:
    stated = trust(None, conditions=conditions)
    assert how(stated) == technique
    assert asks(stated).startswith(said)


CONDITIONS = st.sampled_from(
    (
        AUDIENCE,
        claim("repository", "o/r"),
        claim("repository", "o/other"),
        claim("environment", "live", "ForAllValues:StringEquals"),
        claim("environment", "live"),
        claim("ref", "refs/heads/main", "StringLikeIfExists"),
        claim("sub", "repo:o/*", "StringLike"),
        claim("sub", "repo:o/r:*", "StringNotLike"),
    )
)


@given(st.lists(CONDITIONS, max_size=4), CONDITIONS)
def test_one_condition_more_never_lets_more_in(stated: list[Condition], more: Condition) -> None:
    before = admits([trust(None, conditions=tuple(stated))], job()).verdict
    after = admits([trust(None, conditions=(*stated, more))], job()).verdict
    assert ANSWERS.index(after) >= ANSWERS.index(before)


def test_a_workload_is_let_in_by_its_spiffe_id() -> None:
    token = svid_token(
        Identity("identity:spiffe/shop.example/api", name="spiffe://shop.example/api"), "oidc.shop.example"
    )
    for subject, verdict in (("spiffe://shop.example/*", "yes"), ("spiffe://bank.example/*", "no")):
        assert admits([trust(subject, issuer="oidc.shop.example")], token).verdict == verdict, subject


def project(name: str = "acme/shop/web:go", trigger: str = "branches", *audiences: str) -> Token:
    return project_token(Identity("identity:j", name=name), trigger, "gitlab.com", audiences or None)


@pytest.mark.parametrize(
    ("subject", "operator", "token", "verdict"),
    [
        ("project_path:acme/shop/web:*", "StringLike", project(), "yes"),
        ("project_path:acme/*:ref_type:branch:ref:*", "StringLike", project(), "yes"),
        ("project_path:acme/shop/web:ref_type:branch:ref:main", "StringEquals", project(), "conditional"),
        ("project_path:acme/shop/web:ref_type:tag:ref:*", "StringLike", project(), "no"),
        ("project_path:acme/shop/web:ref_type:tag:ref:*", "StringLike", project(trigger="schedule"), "yes"),
        ("project_path:acme/shop/web:*", "StringLike", project("-/web:go"), "conditional"),
        ("project_path:acme/shop/web:*", "StringLike", project("-/api:go"), "no"),
        ("project_path:acme/shop/web:*", "StringEquals", project(), "no"),
        ("project_path:acme/shop/web:*", "StringLike", project("acme/shop/web:go", "tags", "sts.amazonaws.com"), "yes"),
        ("project_path:acme/shop/web:*", "StringLike", project("acme/shop/web:go", "tags", "https://vault.test"), "no"),
        (None, "StringLike", project("-:go"), "yes"),
    ],
)
def test_subjects_of_gitlab(subject: str | None, operator: str, token: Token, verdict: str) -> None:
    assert admits([trust(subject, operator, "gitlab.com")], token).verdict == verdict


def test_what_is_open_of_a_project_is_said() -> None:
    said = trust("project_path:acme/shop/web:ref_type:branch:ref:main", "StringEquals", "gitlab.com")
    assert admits([said], project("-/web:go")).conditions == (
        "the path of the project is acme/shop/web",
        "the job runs on main",
    )
    assert how(said) == "oidc-subject"
    assert how(trust("project_path:acme/web:*", issuer="gitlab.com")) == "oidc-wide-subject"
    assert how(trust("project_path:acme/*", issuer="gitlab.com")) == "oidc-wide-owner"
