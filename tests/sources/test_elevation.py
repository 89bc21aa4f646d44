"""Elevation: eligible and active, durations, approvers, and which identities of machines have access."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Condition, Inventory, Location
from nhiassess.sources.access.elevation import SOURCE
from tests.observing import SHARED, by_id, folder, observe, triples

USER, BOT, ROLE = "071cc716-8147-4397-a5ba-b2105951cc0b", "1f06eafc-7532-429b-abf1-ab5a5f4a7052", "8424c6f0-a189-499e"


def settings(found: Inventory) -> dict[str | None, str | None]:
    return {each.key: each.value for each in found.settings}


def schedule(kind: str, **more: object) -> str:
    record = {
        "id": "s",
        "principalId": USER,
        "roleDefinitionId": ROLE,
        "directoryScopeId": "/",
        "memberType": "Direct",
        "scheduleInfo": {"expiration": {"type": "afterDateTime", "endDateTime": "2027-01-01T00:00:00Z"}},
        **more,
    }
    context = f"https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/{kind}"
    return json.dumps({"@odata.context": context, "value": [record]})


def rule(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"@odata.type": f"#microsoft.graph.unifiedRoleManagementPolicy{kind}Rule", "id": name, **more}


POLICY = {
    "value": [
        {
            "id": "a",
            "policyId": "DirectoryRole_1",
            "scopeId": "/",
            "scopeType": "DirectoryRole",
            "roleDefinitionId": ROLE.upper(),
            "policy": {
                "id": "DirectoryRole_1",
                "rules": [
                    rule(
                        "Expiration_EndUser_Assignment", "Expiration", isExpirationRequired=True, maximumDuration="PT8H"
                    ),
                    rule("Enablement_EndUser_Assignment", "Enablement", enabledRules=["MultiFactorAuthentication"]),
                    rule(
                        "Approval_EndUser_Assignment",
                        "Approval",
                        setting={
                            "isApprovalRequired": True,
                            "approvalStages": [{"primaryApprovers": [{"groupId": "g-1", "description": "Ada"}]}],
                        },
                    ),
                    rule("Expiration_Admin_Assignment", "Expiration", isExpirationRequired=False),
                ],
            },
        }
    ]
}


def test_entra() -> None:
    active = schedule(
        "roleAssignmentSchedules",
        principalId=BOT.upper(),
        assignmentType="Assigned",
        principal={"@odata.type": "#microsoft.graph.servicePrincipal", "displayName": "deploy bot"},
        roleDefinition={"displayName": "Application Administrator"},
    )
    eligible = schedule(
        "roleEligibilitySchedules", principal={"@odata.type": "#microsoft.graph.user", "displayName": "Ada Lovelace"}
    )
    found = observe(
        SOURCE,
        {"pim/active.json": active, "pim/eligible.json": eligible, "pim/policies.json": json.dumps(POLICY)},
    )
    person, bot = f"identity:azure/-/{USER}", f"identity:azure/-/{BOT}"
    assert {each.id: (each.kind, each.name) for each in found.identities} == {
        person: ("human", None),
        bot: (None, "deploy bot"),
    }
    standing, waiting = (
        by_id(found.grants, "grant:pim/active.json#value.0"),
        by_id(found.grants, "grant:pim/eligible.json#value.0"),
    )
    assert (standing.identity, standing.conditions, standing.resources) == (bot, (), ("/",))
    assert standing.actions == (f"directory_role:{ROLE}", "directory_role:Application Administrator")
    asked = ("at most PT8H", "MultiFactorAuthentication", "approval")
    assert waiting.conditions == (Condition("activation", "eligible", asked),)
    told = settings(found)
    assert told[f"{BOT.upper()}.Application Administrator.assignment"] == "active"
    assert told[f"{BOT.upper()}.Application Administrator.principalType"] == "serviceprincipal"
    assert told[f"{USER}.{ROLE}.assignment"] == "eligible"
    assert told[f"{USER}.{ROLE}.expiration.endDateTime"] == "2027-01-01T00:00:00Z"
    assert told["DirectoryRole_1.Approval_EndUser_Assignment.approvers"] == "g-1"
    assert told["DirectoryRole_1.Expiration_EndUser_Assignment.maximumDuration"] == "PT8H"
    assert told["DirectoryRole_1.Expiration_Admin_Assignment.isExpirationRequired"] == "false"
    assert "Ada" not in repr(found)


def test_entra_without_its_policy_or_its_origin() -> None:
    found = observe(SOURCE, {"pim/e.json": schedule("roleEligibilitySchedules")})
    assert found.grants[0].conditions == (Condition("activation", "eligible", ("policy not in scope",)),)
    lost = json.loads(schedule("x"))["value"]
    found = observe(SOURCE, {"pim/e.json": json.dumps({"value": lost})})
    assert found.grants == ()
    assert [each.construct for each in found.skipped] == ["role schedule"]


ARN = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
INLINE = '{"Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'


def test_identity_center() -> None:
    sets = [
        {
            "PermissionSet": {"Name": "Ops", "PermissionSetArn": ARN, "SessionDuration": "PT12H"},
            "ManagedPolicies": [
                {"Arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                {"Arn": "arn:aws:iam::aws:policy/X"},
            ],
            "InlinePolicy": INLINE,
        },
        {"PermissionSet": {"Name": "Plain", "PermissionSetArn": ARN + "2"}},
    ]
    assigned = {
        "AccountAssignments": [
            {"AccountId": "111122223333", "PermissionSetArn": ARN, "PrincipalType": "GROUP", "PrincipalId": "g-1"},
            {"AccountId": "111122223333", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-9",
             "PrincipalType": "USER", "PrincipalId": "u-1"},
            {"AccountId": "1"},
        ]
    }  # fmt: skip
    found = observe(SOURCE, {"sso/sets.json": json.dumps(sets), "sso/assigned.json": json.dumps(assigned)})
    ops = "identity:aws/111122223333/permission_set/Ops"
    assert (ops, "assumes", ops) not in triples(found)
    assert triples(found, "assumes") == {
        ("identity:aws/-/identity_center_group/g-1", "assumes", ops),
        ("identity:aws/-/identity_center_user/u-1", "assumes", "identity:aws/111122223333/permission_set/ps-9"),
    }
    assert {each.name: each.lifetime_seconds for each in found.credentials} == {
        "session of Ops": 43_200,
        "session of Plain": 3600,
    }
    assert {each.id.rpartition("permission_set/")[2]: (each.identity, each.actions) for each in found.grants} == {
        "Ops/AdministratorAccess/0": (ops, ("*",)),
        "Ops/X/0": (ops, ()),
        "Ops/inline/Read": (ops, ("s3:GetObject",)),
    }
    assert sorted(each.construct or "" for each in found.skipped) == [
        "account assignment",
        "managed policy not in the export",
    ]


def test_permission_sets_of_a_template() -> None:
    template = """
    Resources:
      Ops:
        Type: AWS::SSO::PermissionSet
        Properties:
          Name: Ops
          SessionDuration: soon
          InlinePolicy: {Statement: [{Effect: Allow, Action: ['s3:*'], Resource: '*'}]}
      Assigned:
        Type: AWS::SSO::Assignment
        Properties:
          {PermissionSetArn: !GetAtt Ops.Arn, TargetId: '111122223333', PrincipalId: g, PrincipalType: GROUP}
      Open:
        Type: AWS::SSO::Assignment
        Properties:
          {PermissionSetArn: !GetAtt Ops.Arn, TargetId: !Ref Account, PrincipalId: g, PrincipalType: GROUP}
    """
    found = observe(SOURCE, {"sso/t.yaml": template})
    assert [(each.identity, each.actions, each.locations[0].line) for each in found.grants] == [
        ("identity:aws/111122223333/permission_set/Ops", ("s3:*",), 7)
    ]
    assert [each.lifetime_seconds for each in found.credentials] == [None]
    assert sorted(each.construct or "" for each in found.skipped) == ["account assignment", "duration"]


TELEPORT = """
kind: role
version: v7
metadata: {name: contractor}
spec:
  options: {max_session_ttl: 8h0m0s}
  allow:
    logins: ['{{internal.logins}}', deploy]
    node_labels: {env: [test, stage]}
    aws_role_arns: ['arn:aws:iam::111122223333:role/ci']
    request:
      roles: [dba, 'team-*']
      max_duration: 4h
  deny:
    logins: [root]
---
kind: role
version: v7
metadata: {name: dba}
spec:
  allow:
    db_users: [admin]
    rules: [{resources: [session], verbs: [read, list]}]
    request: {roles: [root], thresholds: [{approve: 0, deny: 1}]}
---
kind: role
version: v7
metadata: {name: reviewer}
spec: {allow: {review_requests: {roles: [dba]}}}
---
kind: bot
version: v1
metadata: {name: ci}
spec: {roles: [dba]}
"""


def test_teleport() -> None:
    found = observe(SOURCE, {"teleport/roles.yaml": TELEPORT})
    role = "identity:teleport/-/role/"
    bot = by_id(found.identities, "identity:teleport/-/bot/ci")
    assert (bot.kind, bot.provider) == ("service_account", "teleport")
    gates = {(each.source, each.target): each.gate for each in found.links if each.verb == "assumes"}
    asked = gates[f"{role}contractor", f"{role}dba"]
    assert asked is not None
    assert (asked.kind, asked.enforced_at, asked.controlled_by, asked.each_call) == (
        "human_approval",
        "gateway",
        "role reviewer",
        False,
    )
    at_once = gates[f"{role}dba", f"{role}root"]
    assert at_once is not None
    assert at_once.kind == "jit"
    assert gates[bot.id, f"{role}dba"] is None
    assert gates[f"{role}contractor", "identity:aws/111122223333/role/ci"] is None
    lifetimes = {each.source: each.target for each in found.links if each.verb == "authenticates_as"}
    told = {lifetimes[each.id]: each.lifetime_seconds for each in found.credentials}
    assert told == {f"{role}contractor": 28_800, f"{role}dba": None, f"{role}reviewer": None, bot.id: 43_200}
    allow = by_id(found.grants, "grant:teleport/roles.yaml#0.spec.allow")
    assert allow.actions == ("login:{{internal.logins}}", "login:deploy", "aws_role:arn:aws:iam::111122223333:role/ci")
    assert allow.resources == ("teleport:node/env=test", "teleport:node/env=stage")
    assert by_id(found.grants, "grant:teleport/roles.yaml#0.spec.deny").effect == "deny"
    assert by_id(found.grants, "grant:teleport/roles.yaml#1.spec.allow").actions == (
        "db_user:admin",
        "read:session",
        "list:session",
    )
    assert settings(found)["contractor.request.max_duration"] == "4h"
    assert {each.construct for each in found.skipped} == {"template", "role pattern"}


ACCOUNTS = """Account;Safe;Account type;Checkout duration;Approver;Rotation;Last rotated;Einmalpasswort;Kennwort;X
svc-deploy;CI;service;4 h;Head of platform;90 days;01.03.2026;no;K4n4ryHunter7;x
svc-agent;CI;non-human;1 h;;30 days;;yes;;
ada;People;human;soon;;;;;;
;;;;;;;;;
lost;;;;;;;;;
"""


def test_accounts_of_a_vault() -> None:
    found = observe(SOURCE, {"pam/accounts.csv": ACCOUNTS})
    assert {each.id: each.kind for each in found.identities} == {
        "identity:pam/-/CI/svc-deploy": "service_account",
        "identity:pam/-/CI/svc-agent": "service_account",
        "identity:pam/-/People/ada": "human",
        "identity:pam/-/-/lost": None,
    }
    held = {each.name: each for each in found.credentials if each.kind == "password" and each.store != "plaintext"}
    assert (held["svc-deploy"].lifetime_seconds, held["svc-deploy"].rotated) == (90 * 86_400, "2026-03-01")
    assert held["svc-deploy"].store == "secret_manager:pam:CI/svc-deploy"
    assert held["svc-agent"].lifetime_seconds == 3600
    clear = [each for each in found.credentials if each.store == "plaintext"]
    assert [each.locations for each in clear] == [(Location("pam/accounts.csv", 2, 66),)]
    assert "K4n4ry" not in repr(found)
    assert settings(found)["CI/svc-deploy.approver"] == "Head of platform"
    assert {each.construct for each in found.skipped} == {"account cell", "columns"}


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("rbac.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nspec: 1\n"),
        ("a.json", '{"principalId": "x", "roleDefinitionId": "y"}'),
        ("a.csv", "Account,Owner\na,b\n"),
        ("a.csv", "Agent,Safe,Approver\na,b,c\n"),
        ("a.yaml", "kind: role\nname: x\n"),
        ("a.json", '{"PermissionSet": "x"}'),
    ],
)
def test_other_files_are_left_alone(path: str, head: str) -> None:
    assert not SOURCE.recognises(path, head)


KEYS = (
    "principalId roleDefinitionId directoryScopeId scheduleInfo principal roleDefinition assignmentType",
    "scopeType rules policyId policy roleDefinitionId id",
    "PermissionSetArn PermissionSet SessionDuration Name AccountAssignments ManagedPolicies InlinePolicy"
    " PermissionsBoundary",
    "PermissionSetArn AccountId PrincipalId PrincipalType",
)


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], [[1]], {}, {"a": [None]}, [{}], True, 1e400, "{", '{"Statement": 3}']
)
@pytest.mark.parametrize("keys", KEYS)
def test_hostile_shapes(keys: str, value: object) -> None:
    record = dict.fromkeys(keys.split(), value)
    named = {**record, "Name": "n", "PermissionSetArn": "a", "id": "i", "principalId": "p", "roleDefinitionId": "r"}
    for each in (record, named, {**named, "PermissionSet": value, "AccountAssignments": [record, value]}):
        for shape in (
            each,
            [each],
            {"value": [each, value]},
            {"Resources": {"A": {"Type": "AWS::SSO::X", "Properties": each}}},
        ):
            text = json.dumps(shape)
            if SOURCE.recognises("x.json", text):
                observe(SOURCE, {"x.json": text})


@pytest.mark.parametrize("value", ["", "[]", "{}", "3", "[[x]]", "{a: [1]}", "[{a: 1}]", "~", "'{{x}}'"])
def test_hostile_roles(value: str) -> None:
    keys = "allow deny options roles request logins rules node_labels impersonate review_requests thresholds"
    for depth in range(3):
        inner = "\n".join(f"{'  ' * (depth + 1)}{key}: {value}" for key in (*keys.split(), "max_session_ttl"))
        outer = "".join(f"{'  ' * (number + 1)}{name}:\n" for number, name in enumerate(("allow", "request")[:depth]))
        for kind in ("role", "bot"):
            for metadata in (value, "{name: x}"):
                each = f"kind: {kind}\nversion: v7\nmetadata: {metadata}\nspec:\n{outer}{inner}\n"
                assert SOURCE.recognises("x.yaml", each)
                observe(SOURCE, {"x.yaml": each})


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not beside this checkout")
def test_no_file_of_another_kind_is_taken() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus")
    assert (found, refused) == (Inventory(), [])
