"""CloudFormation templates as what they deploy: which intrinsics the template decides, and what stays open."""

from __future__ import annotations

from typing import Any

import pytest

from nhiassess.sources.aws.deployed import Deployment
from nhiassess.sources.aws.deployed_values import choices, part, settled
from nhiassess.sources.aws.templates import is_template, template
from tests.observing import file

HEAD = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env: {Type: String, Default: dev}
Mappings:
  Sizes: {eu: {small: "1"}}
Resources:
  Box:
    Type: AWS::S3::Bucket
  Ledger:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: !Sub "ledger-${Env}"}
  Api: {Type: AWS::ApiGateway::RestApi}
  It:
    Type: AWS::SSM::Parameter
    Properties:
      Value: """


def deployed(value: str) -> Deployment:
    made = template(file("infra/app.yaml", (HEAD + value + "\n").encode()))
    assert made is not None
    return made


def value(text: str) -> Any:
    node = part(deployed(text).resources["It"].node, "value")
    return None if node is None else settled(node).plain()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Box", "infra~app.yaml~Box"),
        ("{Ref: Box}", "infra~app.yaml~Box"),
        ("!GetAtt Box.Arn", "arn:aws:s3:::infra~app.yaml~Box"),
        ("{'Fn::GetAtt': [Box, Arn]}", "arn:aws:s3:::infra~app.yaml~Box"),
        ("!Sub 'arn:aws:s3:::${Box}/*'", "arn:aws:s3:::infra~app.yaml~Box/*"),
        ("!Join ['', [!GetAtt Box.Arn, '/*']]", "arn:aws:s3:::infra~app.yaml~Box/*"),
        ("!Join ['-', [a, !Ref Env]]", "a-${Env}"),
        ("!Sub '${AWS::AccountId}'", "${AWS::AccountId}"),
        ("!Sub 'home/${!aws:username}/${Env}'", "home/${aws:username}/${Env}"),
        ("!Sub ['${A}/${Env}', {A: !Ref Box}]", "infra~app.yaml~Box/${Env}"),
        ("!GetAtt Api.RootResourceId", "${Api.RootResourceId}"),
        ("!ImportValue {'Fn::Sub': '${Env}-kb'}", "${ImportValue Env-kb}"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [0, !Split [',', 'a,b']]", "a"),
        ("!FindInMap [Sizes, eu, small]", "1"),
        ("!If [Prod, a, b]", "${If Prod}"),
        ("!Ref AWS::NoValue", None),
        ("[a, !Ref AWS::NoValue]", ["a"]),
        ("plain", "plain"),
    ],
)
def test_intrinsics(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "arn",
    [
        "!Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/ledger-${Env}/index/*'",
        "!Join ['', ['arn:aws:dynamodb:', !Ref AWS::Region, ':', !Ref AWS::AccountId, ':table/ledger-', !Ref Env, "
        "'/index/*']]",
    ],
)
def test_arn_with_the_stated_name_of_a_resource_means_the_resource(arn: str) -> None:
    assert value(arn) == "arn:aws:dynamodb:-:-:table/infra/app.yaml/Ledger/index/*"


def test_arn_of_another_account_or_table_means_nothing_here() -> None:
    other = "arn:aws:dynamodb:eu-west-1:111122223333:table/ledger-${Env}"
    assert value(f"!Sub '{other}'") == other
    assert "audit" in value("!Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/audit-${Env}'")


def test_alternatives_say_when() -> None:
    node = part(deployed("!If [Prod, !Ref Box, !Ref Env]").resources["It"].node, "value")
    assert [(each.value, words) for each, words in choices(node)] == [
        ("infra~app.yaml~Box", ("Prod is true",)),
        ("${Env}", ("Prod is not true",)),
    ]


def test_what_is_unknown_is_named_with_what_to_hand_over() -> None:
    unknowns = deployed("!Join ['', [!Ref Env, !Ref AWS::Region, !ImportValue vpc, !Ref Nobody]]").unknowns
    assert {name: each.construct for name, each in unknowns.items()} == {
        "Env": "parameter",
        "AWS::Region": "pseudo parameter",
        "ImportValue vpc": "import",
        "Nobody": "reference",
    }
    assert "dev unless it is given" in unknowns["Env"].reason


@pytest.mark.parametrize(
    "text",
    [
        "!Sub",
        "!Sub {a: b}",
        "!Sub [[a], 3]",
        "!GetAtt 3",
        "!GetAtt [Box, [a]]",
        "!Join 3",
        "!Join [[], {}]",
        "!If [a]",
        "!Select [x, [a]]",
        "!Select ['9999999999', [a]]",
        "!Split ['', a]",
        "!FindInMap [a, b]",
        "{'Fn::Nothing': 3}",
        "{'Fn::ForEach::X': [a, [b], {}]}",
        "{Ref: [a]}",
        "!Transform {Name: x}",
        "!Cidr [!Ref Env, 2, 8]",
    ],
)
def test_hostile_intrinsics(text: str) -> None:
    value(text)


def test_mapping_that_finds_itself_and_text_that_doubles() -> None:
    text = HEAD.replace('{eu: {small: "1"}}', "{eu: {small: !FindInMap [Sizes, eu, small]}}")
    made = template(file("a.yaml", (text + "!FindInMap [Sizes, eu, small]\n").encode()))
    assert made is not None
    doubling = "x" * 50
    for _ in range(40):
        doubling = f"!Sub ['${{A}}${{A}}', {{A: {doubling}}}]"
    assert len(str(value(doubling))) < 300_000


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("a.yaml", "Resources:\n  R:\n    Type: AWS::IAM::Role\n", True),
        ("cdk.out/a.template.json", '{"Resources": {"R": {"Type": "AWS::IAM::Role"}}}', True),
        ("a.md", "Type: AWS::IAM::Role", False),
        ("config.json", '{"resourceType": "AWS::IAM::Role"}', False),
        ("policy.json", '{"Version": "2012-10-17", "Statement": []}', False),
        ("k8s.yaml", "kind: Role\nmetadata: {name: x}\n", False),
    ],
)
def test_recognised(path: str, head: str, expected: bool) -> None:
    assert is_template(path, head) is expected


@pytest.mark.parametrize("text", ["Resources: 3\n", "Resources: [a]\n", "a: 1\n"])
def test_no_resources(text: str) -> None:
    assert template(file("a.yaml", text)) is None
