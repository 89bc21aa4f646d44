"""IAM in templates and Terraform: identities, grants and trusts as of policy documents, and what stays unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import dedent

import pytest

from nhiassess.model.inventory import Condition, Inventory, Location
from nhiassess.sources.aws import iam as aws_iam
from nhiassess.sources.aws import policies as aws_policies
from nhiassess.sources.aws.deployed_iam import SOURCE
from tests.observing import SHARED, by_id, file, folder, ids, observe, place, triples

CANARY = "sk-proj-CANARYfakefakefakefakefakefakefake0000"
PATH = "infra/app.yaml"
TEMPLATE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bucket: {{Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: agent
      PermissionsBoundary: !Ref Edge
      ManagedPolicyArns:
        - !Sub "arn:${{AWS::Partition}}:iam::aws:policy/AdministratorAccess"
        - arn:aws:iam::aws:policy/ReadOnlyAccess
      AssumeRolePolicyDocument:
        Statement:
          - {{Effect: Allow, Action: sts:AssumeRole, Principal: {{Service: bedrock.amazonaws.com}}}}
          - {{Effect: Allow, Action: sts:AssumeRole, Principal: {{AWS: !GetAtt Other.Arn}}}}
      Policies:
        - PolicyName: inline
          PolicyDocument:
            Statement:
              - Sid: Open
                Effect: Allow
                Action: s3:GetObject
                Resource: !Ref Bucket
              - !If
                - Prod
                - {{Sid: Table, Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Ledger.Arn}}
                - !Ref AWS::NoValue
      Tags: [{{Key: team, Value: payments}}]
  Other:
    Type: AWS::IAM::Role
    Condition: Prod
    Properties:
      AssumeRolePolicyDocument: {{Statement: []}}
  Edge:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {{Statement: {{Sid: Only, Effect: Allow, Action: "s3:*", Resource: "*"}}}}
  More:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: more
      Roles: [!Ref Role, elsewhere]
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: sqs:SendMessage, Resource: "*"}}]}}
  Ledger:
    Type: AWS::DynamoDB::Table
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {{Variables: {{OPENAI_API_KEY: {CANARY}, STAGE: dev}}}}
      Policies:
        - DynamoDBReadPolicy: {{TableName: !Ref Ledger}}
        - AmazonSQSFullAccess
        - Statement: [{{Effect: Allow, Action: sns:Publish, Resource: "*"}}]
        - VPCAccessPolicy: {{}}
  Stack:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: "https://bucket.example/vpc.yaml"}}
"""
ROLE, FUNCTION_ROLE = "identity:aws/-/role/agent", f"identity:aws/-/role/{PATH}/FnRole"
TABLE = f"arn:aws:dynamodb:-:-:table/{PATH}/Ledger"


@pytest.fixture(scope="module")
def found() -> Inventory:
    return observe(SOURCE, {PATH: TEMPLATE})


def test_identities_have_the_name_that_is_literal_else_their_file_and_address(found: Inventory) -> None:
    other = f"identity:aws/-/role/{PATH}/Other"
    assert set(ids(found.identities)) == {ROLE, other, FUNCTION_ROLE, "identity:aws/-/role/elsewhere"}
    assert (by_id(found.identities, ROLE).owner, by_id(found.identities, other).name) == ("payments", "Other")
    assert by_id(found.identities, ROLE).locations == (place(TEMPLATE, "Role:", PATH),)


def test_grants_stand_at_their_statements(found: Inventory) -> None:
    grant = by_id(found.grants, "grant:aws/-/role/agent/inline/Open")
    assert (grant.identity, grant.actions, grant.resources) == (ROLE, ("s3:GetObject",), ("${Bucket}",))
    line = place(TEMPLATE, "Sid: Open", PATH).line
    assert grant.locations == (Location(PATH, line, 22), Location(PATH, line + 2, 25))
    (skipped,) = [each for each in found.skipped if each.construct == "parameter"]
    assert skipped.id == "skipped:infra/app.yaml#%24%7BBucket%7D"
    assert skipped.locations == (Location(PATH, line + 3, 27),)


def test_statement_that_a_condition_decides_is_conditional(found: Inventory) -> None:
    grant = by_id(found.grants, "grant:aws/-/role/agent/inline/Table")
    assert (grant.resources, grant.conditions) == ((TABLE,), (Condition("template", "deployment", ("Prod is true",)),))


def test_managed_policies_and_boundary(found: Inventory) -> None:
    prefix = "grant:aws/-/role/agent/"
    assert by_id(found.grants, prefix + "AdministratorAccess/0").actions == ("*",)
    missing = by_id(found.grants, prefix + "ReadOnlyAccess/missing")
    assert (missing.actions, missing.conditions) == ((), (Condition("policy", "policy not in scope"),))
    edge = by_id(found.grants, prefix + "boundary/Edge/Only")
    assert (edge.scope, edge.actions) == ("boundary", ("s3:*",))
    assert "managed policy not in the files" in {each.construct for each in found.skipped}


def test_policy_counts_for_each_role_that_it_names(found: Inventory) -> None:
    holders = {grant.identity for grant in found.grants if grant.policy == "more"}
    assert holders == {ROLE, "identity:aws/-/role/elsewhere"}


def test_trusts(found: Inventory) -> None:
    assert {(each.truster, each.trusted, each.mechanism) for each in found.trusts} == {
        (ROLE, "bedrock.amazonaws.com", "service"),
        (ROLE, f"arn:aws:iam::-:role/{PATH}/Other", "aws"),
        (FUNCTION_ROLE, "lambda.amazonaws.com", "service"),
    }


def test_sam_function_has_a_role_of_its_own(found: Inventory) -> None:
    own = [grant for grant in found.grants if grant.identity == FUNCTION_ROLE]
    assert {(grant.actions[:1], grant.resources[:1]) for grant in own} == {
        (("dynamodb:GetItem",), (TABLE,)),
        (("sns:Publish",), ("*",)),
        ((), ()),
    }
    assert sorted(grant.policy or "" for grant in own if not grant.actions) == [
        "SAM policy template VPCAccessPolicy",
        "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    ]
    function = f"resource:aws/arn:aws:lambda:-:-:function:{PATH}/Fn"
    assert triples(found, "runs_as") == {(function, "runs_as", FUNCTION_ROLE)}
    (held,) = found.credentials
    assert (held.store, triples(found, "holds")) == ("plaintext", {(function, "holds", held.id)})
    assert CANARY not in repr(found)


def test_resources_and_what_is_out_of_reach(found: Inventory) -> None:
    assert by_id(found.resources, f"resource:aws/{TABLE}").kind == "table"
    reasons = {each.construct: each.reason for each in found.skipped}
    assert "vpc.yaml" in reasons["nested stack"]
    assert "Prod decides" in reasons["condition"]
    assert found.conflicts == ()


TERRAFORM: Mapping[str, str | bytes] = {
    "infra/iam.tf": '''
resource "aws_iam_role" "agent" {
  name               = "agent"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "own" {
  role   = aws_iam_role.agent.id
  policy = <<-EOT
    {"Statement": [
      {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "${aws_s3_bucket.box.arn}/*"}
    ]}
  EOT
}

resource "aws_iam_policy" "shared" {
  name   = "shared"
  policy = jsonencode({ Statement = [{ Sid = "Send", Effect = "Allow", Action = "sqs:*", Resource = var.queue }] })
}

resource "aws_iam_role_policy_attachment" "shared" {
  role       = aws_iam_role.agent.name
  policy_arn = aws_iam_policy.shared.arn
}

resource "aws_iam_role_policy_attachment" "aws" {
  role       = aws_iam_role.agent.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "open" {
  role   = var.role
  policy = file("policy.json")
}
''',
    "infra/more.tf": '''
resource "aws_s3_bucket" "box" {}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = var.own == null ? aws_iam_role.agent.arn : var.own
}
resource "aws_iam_user" "u" { name = "u" }
resource "aws_iam_access_key" "k" { user = aws_iam_user.u.name }
''',
}  # fmt: skip


def test_terraform_of_a_folder() -> None:
    found = observe(SOURCE, TERRAFORM)
    prefix = "grant:aws/-/role/agent/"
    read = by_id(found.grants, prefix + "aws_iam_role_policy.own/Read")
    assert read.resources == ("arn:aws:s3:::infra~aws_s3_bucket.box/*",)
    assert read.locations[0] == Location("infra/iam.tf", 10, 15)
    send = by_id(found.grants, prefix + "shared/Send")
    assert (send.actions, send.resources) == (("sqs:*",), ("${var.queue}",))
    assert {each.line for each in send.locations} == {17, 21}
    assert by_id(found.grants, prefix + "ReadOnlyAccess/missing").actions == ()
    (trust,) = found.trusts
    assert (trust.truster, trust.trusted) == (ROLE, "lambda.amazonaws.com")
    assert {each.path for each in trust.locations} == {"infra/more.tf"}
    links = {(each.source, each.target): each.conditions for each in found.links if each.verb == "runs_as"}
    assert links == {("resource:aws/arn:aws:lambda:-:-:function:f", ROLE): ("var.own == null is true",)}
    key = "credential:infra/more.tf#aws_iam_access_key.k"
    assert (key, "authenticates_as", "identity:aws/-/user/u") in triples(found)
    lost = [each for each in found.grants if each.identity is None]
    assert [(each.actions, each.conditions[-1].key) for each in lost] == [((), "policy not in scope")]
    assert {"policy", "attachment", "variable"} <= {each.construct for each in found.skipped}


@pytest.mark.parametrize(
    "resources",
    [
        {"R": 3},
        {"R": {"Type": 5}},
        {"R": {"Type": "AWS::IAM::Role", "Properties": 5}},
        {"R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": {"a": 1}, "AssumeRolePolicyDocument": [1]}}},
        {"R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [[[]], None, {"PolicyDocument": "{"}]}}},
        {"R": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": {"Ref": "R"}, "Tags": 3, "Path": []}}},
        {"R": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": 4, "PolicyDocument": {"Statement": "x"}}}},
        {"R": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": [[3], {"S3ReadPolicy": 4}]}}},
        {"R": {"Type": "AWS::Serverless::Function", "Properties": {"Events": [1], "Environment": []}}},
        {"R": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::If": [1, 2]}}}},
        {"R": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": "not JSON"}}},
    ],
)
def test_hostile_shapes(resources: object) -> None:
    observe(SOURCE, {"a.json": json.dumps({"AWSTemplateFormatVersion": "x", "Resources": resources})})


def test_policy_that_many_hold_ends_somewhere() -> None:
    names = ", ".join(f"r{number}" for number in range(1500))
    statements = ", ".join(["{Effect: Allow, Action: 'a:b', Resource: '*'}"] * 300)
    text = f"""
    AWSTemplateFormatVersion: "x"
    Resources:
      P:
        Type: AWS::IAM::Policy
        Properties: {{PolicyName: p, Roles: [{names}], PolicyDocument: {{Statement: [{statements}]}}}}
    """
    found = observe(SOURCE, {"a.yaml": dedent(text)})
    assert len(found.grants) < 201_000
    assert any("statements count" in each.reason for each in found.skipped)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("aws/account.json", '{"RoleDetailList": [], "UserDetailList": []}'),
        ("aws/policy.json", '{"Version": "2012-10-17", "Statement": []}'),
        ("main.tf", 'resource "azurerm_role_assignment" "r" {'),
        (".github/workflows/deploy.yml", "on: push\njobs:\n  a:\n    steps: []\n"),
    ],
)
def test_other_files_are_left_alone(path: str, head: str) -> None:
    assert not SOURCE.recognises(path, head)


def test_template_without_a_version_is_no_policy_and_no_export() -> None:
    head = json.dumps({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {
        "Statement": [{"Effect": "Allow"}]}}}}})  # fmt: skip
    assert SOURCE.recognises("cdk.out/app.template.json", head)
    assert not aws_iam.SOURCE.recognises("cdk.out/app.template.json", head)
    assert not aws_policies.SOURCE.recognises("cdk.out/app.template.json", head)


CORPUS = SHARED / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize(
    ("part", "identities", "grants", "trusts"),
    [
        # counted by reading the files: roles, statements, attached policies and permissions, principals
        ("cost-explorer-agent/agent_template.yaml", 4, 13, 4),
        ("hr-assistant/cfn/hr-resources.yml", 2, 4, 2),
        ("fine-grained-access-permissions-agent/003_bedrock-agent/template.yaml", 2, 5, 2),
        ("bedrock-agents-for-eks/bedrock-agents-for-eks-template.yaml", 4, 12, 4),
        ("eventbridge-scheduler-ai-agent-trigger/main.tf", 4, 9, 4),
    ],
)
def test_corpus_file(part: str, identities: int, grants: int, trusts: int) -> None:
    (path,) = [each for each in (CORPUS / "bedrock").rglob("*") if each.as_posix().endswith(part)]
    found = SOURCE.read([file(path.name, path.read_bytes())])
    assert (len(found.identities), len(found.grants), len(found.trusts)) == (identities, grants, trusts)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize(
    ("kind", "files", "identities"), [("bedrock", 12, 44), ("aws_iam", 2, 3), ("gcp_azure", 0, 0), ("k8s_rbac", 0, 0)]
)
def test_corpus(kind: str, files: int, identities: int) -> None:
    found, refused = folder(SOURCE, CORPUS / kind)
    taken = [
        path
        for path in (CORPUS / kind).rglob("*")
        if path.is_file() and SOURCE.recognises(path.as_posix(), path.read_bytes()[:4096].decode("utf-8", "replace"))
    ]
    assert (len(taken), len(found.identities), refused, found.conflicts) == (files, identities, [], ())


def test_the_policy_within_a_key_is_about_that_key() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [statement]}}}
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Safe": key}})
    (grant,) = observe(SOURCE, {"infra/key.json": text}).grants
    (resource,) = grant.resources
    assert resource.startswith("arn:aws:kms:-:-:key/")
