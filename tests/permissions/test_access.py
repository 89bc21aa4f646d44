"""What actions mean as access."""

from __future__ import annotations

import pytest

from nhiassess.permissions.aws.access import accesses, is_about


def kinds(action: str, service: str) -> list[str]:
    return [kind for kind, _ in accesses(action, service)]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:GetObject", ["reads"]),
        ("s3:getobject", ["reads"]),
        ("s3:ListBucket", ["reads"]),
        ("s3:PutObject", ["writes"]),
        ("s3:DeleteObject", ["writes"]),
        ("s3:PutBucketPolicy", ["administers"]),
        ("s3:putbucketpolicy", ["administers"]),
        ("s3:GetBucketPolicy", ["reads"]),
        ("s3:*", ["administers", "writes", "reads"]),
        ("*", ["administers", "writes", "reads"]),
        ("*:*", ["administers", "writes", "reads"]),
        ("s3:*Object", ["writes", "reads"]),
        ("dynamodb:BatchGetItem", ["reads"]),
        ("dynamodb:BatchWriteItem", ["writes"]),
        ("dynamodb:Query", ["reads"]),
        ("dynamodb:Scan", ["reads"]),
        ("sqs:SendMessage", ["writes"]),
        ("sns:Publish", ["writes"]),
        ("lambda:InvokeFunction", ["executes_on"]),
        ("lambda:UpdateFunctionCode", ["writes"]),
        ("lambda:AddPermission", ["administers"]),
        ("ssm:SendCommand", ["executes_on"]),
        ("kms:Decrypt", ["reads"]),
        ("kms:PutKeyPolicy", ["administers"]),
        ("ecs:RunTask", ["executes_on"]),
        ("glacier:RunnerReport", ["writes"]),
    ],
)
def test_kinds(action: str, expected: list[str]) -> None:
    service = action.partition(":")[0]
    assert kinds(action, "s3" if service == "*" else service) == expected


def test_a_wildcard_stands_for_the_action_of_each_kind() -> None:
    assert dict(accesses("dynamodb:*", "dynamodb")) == {
        "administers": "dynamodb:PutResourcePolicy",
        "writes": "dynamodb:PutItem",
        "reads": "dynamodb:GetItem",
    }
    assert {kind for kind, _ in accesses("*", "somethingnew")} == {"administers", "writes", "executes_on", "reads"}


@pytest.mark.parametrize(
    ("action", "service", "expected"),
    [
        ("s3:GetObject", "s3", True),
        ("S3:GetObject", "s3", True),
        ("s3:GetObject", "sqs", False),
        ("*", "sqs", True),
        ("ssm:SendCommand", "ec2", True),
        ("ec2:RunInstances", "ssm", False),
    ],
)
def test_services(action: str, service: str, expected: bool) -> None:
    assert is_about(action, service) is expected
