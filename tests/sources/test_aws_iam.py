"""AWS account exports, and policy and trust documents in files of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.model.inventory import Condition, Inventory
from nhiassess.model.merge import merge
from nhiassess.sources.aws import iam as aws_iam
from nhiassess.sources.aws import policies as aws_policies
from nhiassess.sources.aws import trusts as aws_trusts
from tests.observing import SHARED, by_id, folder, ids, observe, triples

SOURCES = (aws_iam.SOURCE, aws_policies.SOURCE, aws_trusts.SOURCE)
ACCOUNT = "111122223333"
GITHUB = "token.actions.githubusercontent.com"


def statement(**fields: Any) -> dict[str, Any]:
    return {"Effect": "Allow", **fields}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(name: str, path: str = "/", **more: Any) -> dict[str, Any]:
    trust = policy(statement(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"))
    arn = f"arn:aws:iam::{ACCOUNT}:role{path}{name}"
    return {"RoleName": name, "Path": path, "Arn": arn, "AssumeRolePolicyDocument": trust, **more}


def read(**lists: Any) -> Inventory:
    text = json.dumps(
        {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], **lists}, indent=1
    )
    return observe(aws_iam.SOURCE, {"aws/account.json": text})


def alone(path: str, document: Any) -> Inventory:
    text = json.dumps(document, indent=1)
    recognising = [source for source in SOURCES if source.recognises(path, text[:4096])]
    return merge(observe(source, {path: text}) for source in recognising)


def managed(name: str, *statements: dict[str, Any], owner: str = ACCOUNT) -> dict[str, Any]:
    versions = [
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": policy(statement(Action="old:*", Resource="*"))},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": policy(*statements)},
    ]
    arn = f"arn:aws:iam::{owner}:policy/{name}"
    return {"PolicyName": name, "Arn": arn, "DefaultVersionId": "v2", "PolicyVersionList": versions}


def attached(name: str, owner: str = ACCOUNT) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{owner}:policy/{name}"}]


def test_inline_policy_gives_one_grant_for_each_statement() -> None:
    statements = (
        statement(Sid="Read", Action="s3:GetObject", Resource=["arn:aws:s3:::box/*"]),
        statement(Effect="Deny", NotAction=["s3:*"], NotResource="arn:aws:s3:::box", Condition={"Bool": {"a:b": True}}),
    )
    found = read(
        RoleDetailList=[role("r", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy(*statements)}])]
    )
    prefix = f"grant:aws/{ACCOUNT}/role/r/p/"
    first, second = by_id(found.grants, prefix + "Read"), by_id(found.grants, prefix + "1")
    assert (first.identity, first.effect, first.scope) == (f"identity:aws/{ACCOUNT}/role/r", "allow", "identity")
    assert (first.actions, first.resources, first.policy) == (("s3:GetObject",), ("arn:aws:s3:::box/*",), "p")
    assert (second.effect, second.not_actions, second.not_resources) == ("deny", ("s3:*",), ("arn:aws:s3:::box",))
    assert second.conditions == (Condition("Bool", "a:b", ("true",)),)


def test_grant_stands_at_its_sid_and_its_actions() -> None:
    text = f"""{{"RoleDetailList": [{{
        "Arn": "arn:aws:iam::{ACCOUNT}:role/r",
        "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": {{
            "Sid": "Write",
            "Effect": "Allow",
            "Action": ["s3:PutObject",
                "s3:DeleteObject"],
            "Resource": "*"}}}}}}]}}]}}"""
    (grant,) = observe(aws_iam.SOURCE, {"a.json": text}).grants
    assert [(place.line, place.column) for place in grant.locations] == [(4, 20), (6, 24), (7, 17)]


def test_default_version_of_a_managed_policy_counts_for_everybody_it_is_attached_to() -> None:
    found = read(
        Policies=[managed("shared", statement(Action="new:*", Resource="*"))],
        RoleDetailList=[role("a", AttachedManagedPolicies=attached("shared")), role("b", path="/x/")],
        UserDetailList=[
            {"UserName": "u", "Arn": f"arn:aws:iam::{ACCOUNT}:user/u", "AttachedManagedPolicies": attached("shared")}
        ],
    )
    assert ids(found.grants) == [f"grant:aws/{ACCOUNT}/role/a/shared/0", f"grant:aws/{ACCOUNT}/user/u/shared/0"]
    assert {grant.actions for grant in found.grants} == {("new:*",)}
    assert f"identity:aws/{ACCOUNT}/role/x/b" in ids(found.identities)


def test_inline_and_managed_policy_of_one_name_are_two() -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": policy(statement(Action="one:*", Resource="*"))}]
    found = read(
        Policies=[managed("p", statement(Action="two:*", Resource="*"))],
        RoleDetailList=[role("r", RolePolicyList=inline, AttachedManagedPolicies=attached("p"))],
    )
    assert {grant.actions for grant in found.grants} == {("one:*",), ("two:*",)}
    assert found.conflicts == ()


def test_policy_that_is_not_in_the_export_is_missing_not_absent() -> None:
    found = read(RoleDetailList=[role("r", AttachedManagedPolicies=attached("ReadOnlyAccess", "aws"))])
    (grant,) = found.grants
    assert grant.id == f"grant:aws/{ACCOUNT}/role/r/ReadOnlyAccess/missing"
    assert (grant.actions, grant.conditions) == ((), (Condition("policy", "policy not in scope"),))
    assert [row.construct for row in found.skipped] == ["managed policy not in the export"]


@pytest.mark.parametrize(
    ("count", "holders", "skipped"),
    [(2, [], 1), (0, [], 0), ("many", [], 0), (1, attached("p"), 0)],
)
def test_policy_that_is_attached_to_what_the_export_leaves_out(count: Any, holders: list[Any], skipped: int) -> None:
    stated = managed("p", statement(Action="s3:*", Resource="*")) | {"AttachmentCount": count}
    found = read(Policies=[stated], RoleDetailList=[role("r", AttachedManagedPolicies=holders)])
    reason = f"arn:aws:iam::{ACCOUNT}:policy/p is attached to something that is not in the export"
    assert [row.reason for row in found.skipped] == [reason] * skipped
    assert [row.construct for row in found.skipped] == ["managed policy attached elsewhere"] * skipped


def test_administrator_access_is_known_by_its_arn_only() -> None:
    theirs = read(RoleDetailList=[role("r", AttachedManagedPolicies=attached("AdministratorAccess", "aws"))])
    assert (theirs.grants[0].actions, theirs.skipped) == (("*",), ())
    own = read(RoleDetailList=[role("r", AttachedManagedPolicies=attached("AdministratorAccess"))])
    assert own.grants[0].actions == ()


@pytest.mark.parametrize("known", [True, False])
def test_boundary(known: bool) -> None:
    bound = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/edge"}
    policies = [managed("edge", statement(Sid="Only", Action="s3:*", Resource="*"))] if known else []
    (grant,) = read(Policies=policies, RoleDetailList=[role("r", PermissionsBoundary=bound)]).grants
    assert (grant.scope, grant.identity) == ("boundary", f"identity:aws/{ACCOUNT}/role/r")
    assert grant.id == f"grant:aws/{ACCOUNT}/role/r/boundary/edge/{'Only' if known else 'missing'}"
    assert grant.actions == (("s3:*",) if known else ("*",))
    assert grant.conditions == (() if known else (Condition("boundary", "policy not in scope"),))


def test_users_are_members_of_groups_with_their_paths() -> None:
    found = read(
        GroupDetailList=[{"GroupName": "ops", "Arn": f"arn:aws:iam::{ACCOUNT}:group/teams/ops"}],
        UserDetailList=[{"UserName": "u", "Arn": f"arn:aws:iam::{ACCOUNT}:user/u", "GroupList": ["ops"]}],
    )
    prefix = f"identity:aws/{ACCOUNT}/"
    assert triples(found) == {(prefix + "user/u", "member_of", prefix + "group/teams/ops")}


def test_facts_of_an_identity() -> None:
    tags = [{"Key": "team", "Value": "tracking"}, {"Key": "Environment", "Value": "production"}]
    used = {"LastUsedDate": "2026-01-02T00:00:00+00:00", "Region": "eu-west-1"}
    profile = [{"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/r"}]
    found = read(
        RoleDetailList=[role("r", Tags=tags, RoleLastUsed=used, CreateDate="2020", InstanceProfileList=profile)]
    )
    (identity,) = found.identities
    assert (identity.name, identity.kind, identity.provider) == (f"arn:aws:iam::{ACCOUNT}:role/r", "role", "aws")
    assert (identity.owner, identity.environment, identity.business_function) == ("tracking", "production", None)
    assert (identity.created, identity.last_used) == ("2020", "2026-01-02T00:00:00+00:00")
    assert identity.tags == (("team", "tracking"), ("Environment", "production"))
    assert len(identity.locations) == 2
    assert (f"resource:aws/arn:aws:iam::{ACCOUNT}:instance-profile/r", "runs_as", identity.id) in triples(found)


@pytest.mark.parametrize(("more", "tags"), [({}, None), ({"Tags": []}, ())], ids=["not exported", "none"])
def test_tags_that_were_not_exported_are_not_known(more: dict[str, Any], tags: tuple[()] | None) -> None:
    assert read(RoleDetailList=[role("r", **more)]).identities[0].tags == tags


def federated(issuer: str, **condition: Any) -> dict[str, Any]:
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    return statement(Sid="Oidc", Principal=principal, Action="sts:AssumeRoleWithWebIdentity", Condition=condition)


def trusts_of(*statements: dict[str, Any]) -> Inventory:
    return read(RoleDetailList=[role("r", AssumeRolePolicyDocument=policy(*statements))])


def test_trust_in_an_oidc_issuer() -> None:
    condition = {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{GITHUB}:sub": "repo:acme/*"},
    }
    (trust,) = trusts_of(federated(GITHUB, **condition)).trusts
    assert trust.id == f"trust:aws/{ACCOUNT}/role/r/Oidc"
    assert trust.truster == f"identity:aws/{ACCOUNT}/role/r"
    assert (trust.mechanism, trust.issuer) == ("oidc", GITHUB)
    assert (trust.audience, trust.subject) == ("sts.amazonaws.com", "repo:acme/*")
    assert {each.operator for each in trust.conditions} == {"StringEquals", "StringLike"}


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        ({}, [None]),
        ({"StringEquals": {f"{GITHUB}:aud": "x"}}, [None]),
        ({"StringNotLike": {f"{GITHUB}:sub": "repo:evil/*"}}, [None]),
        ({"ForAllValues:StringLike": {f"{GITHUB}:sub": "repo:acme/*"}}, ["repo:acme/*"]),
        ({"StringEquals": {f"{GITHUB}:SUB": ["repo:a/a:x", "repo:a/b:y"]}}, ["repo:a/a:x", "repo:a/b:y"]),
    ],
)
def test_subjects_of_a_trust(condition: dict[str, Any], subjects: list[str | None]) -> None:
    found = trusts_of(federated(GITHUB, **condition)).trusts
    assert [trust.subject for trust in found] == subjects
    assert len(set(ids(found))) == len(subjects)


@pytest.mark.parametrize(
    ("principal", "mechanism", "trusted"),
    [
        ("*", ["aws"], ["*"]),
        (
            {"AWS": ["111122223333", f"arn:aws:iam::{ACCOUNT}:root"]},
            ["aws"] * 2,
            ["111122223333", f"arn:aws:iam::{ACCOUNT}:root"],
        ),
        ({"Service": "lambda.amazonaws.com"}, ["service"], ["lambda.amazonaws.com"]),
        (
            {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"},
            ["saml"],
            [f"arn:aws:iam::{ACCOUNT}:saml-provider/x"],
        ),
        ({"Federated": "cognito-identity.amazonaws.com"}, ["oidc"], ["cognito-identity.amazonaws.com"]),
    ],
)
def test_principals_of_a_trust(principal: Any, mechanism: list[str], trusted: list[str]) -> None:
    found = trusts_of(statement(Principal=principal, Action=["sts:AssumeRole", "sts:TagSession"])).trusts
    assert [(trust.mechanism, trust.trusted) for trust in found] == list(zip(mechanism, trusted, strict=True))


def test_trust_that_only_tags_sessions_admits_nobody() -> None:
    assert trusts_of(statement(Principal={"AWS": "*"}, Action="sts:TagSession")).trusts == ()
    (denied,) = trusts_of(statement(Effect="Deny", Principal="*", Action="*")).trusts
    assert denied.effect == "deny"


@pytest.mark.parametrize(
    ("arn", "resource", "kind"),
    [
        ("arn:aws:s3:::box/*", "arn:aws:s3:::box", "object_store"),
        ("arn:aws:s3:::box/in/*", "arn:aws:s3:::box/in", "object_store"),
        ("arn:aws:s3:::*", None, None),
        ("arn:aws:s3:::box-*", None, None),
        ("arn:aws:s3:::box/${aws:username}/*", None, None),
        (
            "arn:aws:secretsmanager:eu-west-1:1:secret:db-??????",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db",
            "secret",
        ),
        ("arn:aws:dynamodb:eu-west-1:1:table/t/index/*", "arn:aws:dynamodb:eu-west-1:1:table/t", "table"),
        ("arn:aws:lambda:eu-west-1:1:function:f:*", "arn:aws:lambda:eu-west-1:1:function:f", "function"),
        ("arn:aws:iam::1:role/r", None, None),
        ("*", None, None),
    ],
)
def test_resources_that_statements_name(arn: str, resource: str | None, kind: str | None) -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": policy(statement(Action="*", Resource=arn))}]
    found = read(RoleDetailList=[role("r", RolePolicyList=inline)])
    named = [each for each in found.resources if each.kind != "account"]
    assert [(each.name, each.kind) for each in named] == ([(resource, kind)] if resource else [])
    assert f"resource:aws/{ACCOUNT}" in ids(found.resources)


def test_denied_resources_are_no_resources() -> None:
    inline = [
        {"PolicyName": "p", "PolicyDocument": policy(statement(Effect="Deny", Action="*", Resource="arn:aws:s3:::box"))}
    ]
    assert len(read(RoleDetailList=[role("r", RolePolicyList=inline)]).resources) == 1


def test_one_page_of_several_says_so() -> None:
    assert [row.construct for row in read(IsTruncated=True, Marker="next").skipped] == ["page of several"]
    assert read(IsTruncated=False).skipped == ()


def test_identity_without_an_arn_is_skipped() -> None:
    found = read(RoleDetailList=[{"RoleName": "r"}])
    assert (found.identities, [row.construct for row in found.skipped]) == ((), ["role"])


@pytest.mark.parametrize(
    ("path", "scope", "prefix"),
    [
        ("aws/scp-regions.json", "organisation", "grant:aws/-/scp/scp-regions/"),
        ("aws/111122223333/service-control/regions.json", "organisation", "grant:aws/111122223333/scp/regions/"),
        ("policies/rcp.json", "organisation", "grant:aws/-/rcp/rcp/"),
        ("policies/permissions-boundary.json", "boundary", "grant:aws/-/boundary/permissions-boundary/"),
        ("policies/deploy.json", "identity", "grant:aws/-/policy/deploy/"),
    ],
)
def test_documents_by_their_names(path: str, scope: str, prefix: str) -> None:
    (grant,) = alone(path, policy(statement(Effect="Deny", Action="*", Resource="*"))).grants
    assert (grant.id, grant.scope, grant.identity, grant.effect) == (prefix + "0", scope, None, "deny")


def test_resource_policy_keeps_its_principals_as_a_condition() -> None:
    document = policy(statement(Principal={"AWS": "arn:aws:iam::1:root"}, Action="s3:*", Resource="arn:aws:s3:::box"))
    (grant,) = alone("bucket.json", document).grants
    assert grant.scope == "resource"
    assert grant.conditions == (Condition("principal", "AWS", ("arn:aws:iam::1:root",)),)


def test_trust_document_is_a_trust_and_nothing_else() -> None:
    found = alone("roles/deploy.json", policy(federated(GITHUB)))
    assert (ids(found.trusts), found.grants) == (["trust:aws/-/deploy/Oidc"], ())
    assert found.trusts[0].truster is None


def test_template_is_no_policy() -> None:
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": policy(statement())})
    assert not any(source.recognises("t.json", text) for source in SOURCES)


@pytest.fixture(scope="module")
def reference() -> Inventory:
    top = SHARED / "reference" / "aws"
    if not top.is_dir():
        pytest.skip("the exports of real accounts lie beside the checkout only")
    inventory, refused = folder(aws_iam.SOURCE, top)
    assert refused == []
    return inventory


def test_exports_of_real_accounts(reference: Inventory) -> None:
    kinds = [identity.kind for identity in reference.identities]
    assert (kinds.count("user"), kinds.count("group"), kinds.count("role")) == (8, 5, 40)
    assert len(reference.trusts) == 40
    assert {row.construct for row in reference.skipped} == {"managed policy attached elsewhere"}  # parts of accounts
    admin = "grant:aws/123456789012/user/obama/AdministratorAccess/0"
    assert by_id(reference.grants, admin).actions == ("*",)
    single_sign_on = [trust for trust in reference.trusts if "AWSReservedSSO" in trust.id]
    assert {trust.mechanism for trust in single_sign_on} == {"saml"}
    used = by_id(reference.identities, "identity:aws/123456789012/role/OverprivilegedEC2")
    assert used.last_used == "2019-01-20 18:48:00+00:00"


def test_documents_of_the_corpus() -> None:
    top = SHARED / "corpus" / "aws_iam"
    if not top.is_dir():
        pytest.skip("the corpus of real documents lies beside the checkout only")
    read_all = [folder(source, top) for source in SOURCES]
    assert [refused for _, refused in read_all] == [[], [], []]
    found = merge(inventory for inventory, _ in read_all)
    perimeter = [grant for grant in found.grants if grant.id.startswith("grant:aws/-/rcp/identity_perimeter_rcp/")]
    assert [(grant.scope, grant.effect) for grant in perimeter] == [("organisation", "deny")] * len(perimeter)
    assert len(perimeter) == 4
    wildcards = by_id(found.grants, "grant:aws/-/policy/wildcards/0")
    assert wildcards.actions == ("ecr:*", "s3:*")
    assert sum(trust.id.startswith("trust:aws/-/iam-policies/") for trust in found.trusts) > 0
    assert found.conflicts == ()


def test_principals_and_subjects_do_not_multiply_without_end() -> None:
    providers = [f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"] * 40
    subjects = [f"repo:acme/{number}:*" for number in range(40)]
    document = policy(
        statement(
            Principal={"Federated": providers},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={"StringLike": {f"{GITHUB}:sub": subjects}},
        )
    )
    found = observe(aws_trusts.SOURCE, {"trust.json": json.dumps(document)})
    assert len(found.trusts) == 1_000
    assert max(len(each.locations) for each in found.trusts) < 20
    assert [each.reason for each in found.skipped] == [
        "lets in more than 1,000 principals and subjects: the first are read"
    ]


def test_of_a_policy_that_is_missing_everywhere_the_first_places_are_kept() -> None:
    roles = [role(f"r{number}", AttachedManagedPolicies=attached("elsewhere")) for number in range(200)]
    found = read(RoleDetailList=roles)
    assert len(found.grants) == 200
    assert [len(each.locations) for each in found.skipped] == [50]


def test_a_group_that_is_not_in_the_export_is_named() -> None:
    ada = {"UserName": "ada", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ada", "GroupList": ["ops", "gone"]}
    found = read(
        UserDetailList=[ada], GroupDetailList=[{"GroupName": "ops", "Arn": f"arn:aws:iam::{ACCOUNT}:group/ops"}]
    )
    (row,) = found.skipped
    assert (row.construct, row.reason) == ("group not in the export", "group gone counts, but it is not in the export")
    user = f"identity:aws/{ACCOUNT}/user/ada"
    assert triples(found) == {(user, "member_of", f"identity:aws/{ACCOUNT}/group/{name}") for name in ("ops", "gone")}
