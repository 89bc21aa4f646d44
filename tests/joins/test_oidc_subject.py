"""Trusts in an OIDC issuer meet the jobs and service accounts whose tokens they may admit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.joins.oidc_subject import GITHUB, JOIN, _overlap
from nhiassess.model.inventory import Condition, Credential, Identity, Inventory, Link, Location, Trust, Workflow
from nhiassess.model.knowledge import Knowledge

ROLE = "identity:aws/1/role/r"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0FAKE"


def trust(subject: str | None, operator: str = "StringLike", issuer: str = GITHUB, **more: str) -> Trust:
    conditions = (Condition(operator, f"{issuer}:sub", (subject,)),) if subject else ()
    places = (Location("aws.json", 7, 3),)
    return Trust(
        "trust:r",
        ROLE,
        mechanism="oidc",
        issuer=issuer,
        subject=subject,
        conditions=conditions,
        locations=places,
        **more,
    )


def jobs(
    trust: Trust, name: str = "acme/web/ci/go", environment: str | None = None, trigger: str = "push"
) -> Inventory:
    job = f"identity:github/{name}"
    return Inventory(
        identities=(Identity(job, kind="ci_job", name=name, provider="github", environment=environment),),
        credentials=(Credential("credential:t", kind="oidc_token"),),
        workflows=(Workflow("workflow:w", trigger=trigger),),
        trusts=(trust,),
        links=(
            Link("1", "credential:t", "authenticates_as", job, locations=(Location("ci.yml", 4, 5),)),
            Link("2", "workflow:w", "runs_as", job),
        ),
    )


def match(inventory: Inventory) -> Link | None:
    before = {link.id for link in inventory.links}
    found = [link for link in JOIN.join(inventory, Knowledge()).links if link.id not in before]
    assert len(found) <= 1
    assert all(link.verb == "federates_to" for link in found)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("subject", "operator", "says", "open_conditions"),
    [
        ("repo:acme/web:*", "StringLike", "the pattern repo:acme/web:* admits its tokens", 0),
        ("repo:acme/*", "StringLike", "the pattern repo:acme/* admits its tokens", 0),
        ("*", "ForAnyValue:StringLike", "the pattern * admits its tokens", 0),
        ("repo:acme/web:ref:refs/heads/main", "StringEquals", "the exact subject", 1),
        ("repo:acme/web:ref:refs/tags/*", "StringLike", "the pattern", 1),
        (None, "", "the trust names no subject", 0),
    ],
)
def test_job_that_a_trust_admits(subject: str | None, operator: str, says: str, open_conditions: int) -> None:
    found = match(jobs(trust(subject, operator)))
    assert found is not None
    assert (found.reason or "").startswith(says)
    assert len(found.conditions) == open_conditions


@pytest.mark.parametrize(
    ("subject", "operator"),
    [
        ("repo:acme/web:*", "StringEquals"),
        ("repo:acme/web-two:*", "StringLike"),
        ("repo:acme/web:environment:production", "StringEquals"),
        ("repo:acme/web:pull_request", "StringEquals"),
        ("repo:evil/web:*", "StringLike"),
    ],
)
def test_job_that_a_trust_does_not_admit(subject: str, operator: str) -> None:
    assert match(jobs(trust(subject, operator))) is None


def test_excluded_subjects_are_an_open_condition() -> None:
    conditions = (Condition("StringNotLike", f"{GITHUB}:sub", ("repo:evil/*",)),)
    found = match(jobs(Trust("trust:r", ROLE, mechanism="oidc", issuer=GITHUB, conditions=conditions)))
    assert found is not None
    assert found.conditions == ("the subject is not one of repo:evil/*",)


@pytest.mark.parametrize(
    ("subject", "environment", "trigger", "admitted"),
    [
        ("repo:acme/web:environment:production", "production", "push", True),
        ("repo:acme/web:ref:refs/heads/main", "production", "push", False),
        ("repo:acme/web:pull_request", None, "pull_request", True),
        ("repo:acme/web:ref:refs/heads/main", None, "pull_request", False),
        ("repo:acme/web:ref:refs/heads/main", None, "pull_request, push", True),
        ("repo:acme/web:ref:refs/heads/main", None, "issues", True),
    ],
)
def test_environment_and_trigger_decide_the_subject(
    subject: str, environment: str, trigger: str, admitted: bool
) -> None:
    assert bool(match(jobs(trust(subject, "StringEquals"), environment=environment, trigger=trigger))) is admitted


def test_owner_that_no_file_names_may_be_the_one_of_the_trust() -> None:
    found = match(jobs(trust("repo:acme/web:*"), name="-/web/ci/go"))
    assert found is not None
    assert found.conditions == ("the owner of the repository is acme",)
    assert match(jobs(trust("repo:acme/api:*"), name="-/web/ci/go")) is None


def test_link_names_both_places_and_the_trust() -> None:
    (link,) = [each for each in JOIN.join(jobs(trust("repo:acme/web:*")), Knowledge()).links if each.target == ROLE]
    assert [place.path for place in link.locations] == ["aws.json", "ci.yml"]
    assert link.id.endswith("|trust:r")


def test_job_that_may_not_ask_for_a_token_is_no_candidate() -> None:
    inventory = jobs(trust(None))
    without = Inventory(identities=inventory.identities, workflows=inventory.workflows, trusts=inventory.trusts)
    assert match(without) is None


@pytest.mark.parametrize(
    "other",
    [
        trust("repo:acme/web:*", effect="deny"),
        trust("repo:acme/web:*", issuer="gitlab.example"),
        Trust("trust:r", ROLE, mechanism="aws", trusted="*"),
        Trust("trust:r", None, mechanism="oidc", issuer=GITHUB),
    ],
)
def test_other_trusts_are_left_alone(other: Trust) -> None:
    assert match(jobs(other)) is None


@pytest.mark.parametrize(
    ("subject", "operator", "admitted"),
    [
        ("system:serviceaccount:support:helper", "StringEquals", True),
        ("system:serviceaccount:support:*", "StringLike", True),
        ("system:serviceaccount:*:helper", "StringLike", True),
        ("system:serviceaccount:support:*", "StringEquals", False),
        ("system:serviceaccount:other:helper", "StringEquals", False),
        (None, "", True),
    ],
)
def test_service_accounts_of_a_cluster(subject: str | None, operator: str, admitted: bool) -> None:
    account = "identity:kubernetes/-/support/helper"
    inventory = Inventory(
        identities=(Identity(account, kind="service_account", name="support/helper", provider="kubernetes"),),
        trusts=(trust(subject, operator, EKS),),
    )
    found = match(inventory)
    assert bool(found) is admitted
    assert found is None or len(found.conditions) == 1  # nothing says that it gets a token for this role
    annotated = replace(inventory, links=(Link("a", account, "federates_to", ROLE),))
    agreed = match(annotated)
    assert agreed is None or agreed.conditions == ()


WORDS = st.text(alphabet="ab/:", max_size=6)


@given(WORDS, WORDS, WORDS)
def test_a_text_matches_the_pattern_made_from_it(one: str, two: str, three: str) -> None:
    text = one + two + three
    assert _overlap(f"{one}*{three}", text)
    assert _overlap(text, f"{one}*{three}")
    assert _overlap(f"{one}*", f"*{three}")
    assert _overlap(text, text)


@given(WORDS, WORDS)
def test_two_texts_overlap_only_when_equal(one: str, other: str) -> None:
    assert _overlap(one, other) is (one == other)


GITLAB = "gitlab.com"


def of_gitlab(
    subject: str | None, name: str = "acme/shop/web:go", trigger: str = "branches, tags", **more: str
) -> Inventory:
    seen = jobs(trust(subject, issuer=more.pop("issuer", GITLAB)), name=name, trigger=trigger)
    (job,) = seen.identities
    return replace(seen, identities=(replace(job, provider="gitlab"),))


@pytest.mark.parametrize(
    ("subject", "name", "trigger", "open_conditions"),
    [
        ("project_path:acme/shop/web:*", "acme/shop/web:go", "branches, tags", ()),
        ("project_path:acme/*", "acme/shop/web:go", "branches, tags", ()),
        (
            "project_path:acme/shop/web:ref_type:branch:ref:main",
            "acme/shop/web:go",
            "merge_request_event",
            ("the job runs on the branch or tag of project_path:acme/shop/web:ref_type:branch:ref:main",),
        ),
        ("project_path:acme/shop/web:*", "-/web:go", "branches, tags", ("the path of the project is acme/shop/web",)),
        ("project_path:acme/shop/web:*", "-:go", "tags", ("the path of the project is acme/shop/web",)),
        (None, "-:go", "tags", ()),
    ],
)
def test_job_of_gitlab_that_a_trust_admits(
    subject: str | None, name: str, trigger: str, open_conditions: tuple[str, ...]
) -> None:
    found = match(of_gitlab(subject, name, trigger))
    assert found is not None
    assert found.conditions == (*open_conditions, "the project is on gitlab.com")


@pytest.mark.parametrize(
    ("subject", "name", "trigger"),
    [
        ("project_path:acme/shop/web:*", "acme/shop/website:go", "branches"),
        ("project_path:acme/shop/web:*", "-/shop:go", "branches"),
        ("project_path:acme/shop/web:ref_type:tag:ref:*", "acme/shop/web:go", "branches"),
        ("project_path:acme/shop/web:ref_type:branch:ref:*", "acme/shop/web:go", "tags"),
        ("repo:acme/web:*", "acme/shop/web:go", "branches"),
    ],
)
def test_job_of_gitlab_that_a_trust_does_not_admit(subject: str, name: str, trigger: str) -> None:
    assert match(of_gitlab(subject, name, trigger)) is None


def test_issuers_of_other_instances_are_known_by_their_subjects() -> None:
    assert match(of_gitlab("project_path:acme/shop/web:*", issuer="git.example.test")) is not None
    assert match(of_gitlab("acme/shop/web", issuer="git.example.test")) is None
    assert match(of_gitlab(None, issuer="git.example.test")) is None


def test_jobs_of_one_product_meet_no_trust_of_another() -> None:
    assert match(jobs(trust("*", issuer=GITLAB))) is None
    seen = of_gitlab("*", issuer=GITHUB)
    assert match(seen) is None
