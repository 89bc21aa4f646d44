"""Terraform of a folder as what it deploys: references across files, locals, choices, policy documents."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from nhiassess.sources.aws.deployed import Deployment
from nhiassess.sources.aws.deployed_values import choices, part, settled
from nhiassess.sources.aws.terraform import is_terraform, modules, terraform
from nhiassess.sources.gathering import Gathering
from tests.observing import file

REST = """
variable "env" { default = "dev" }
resource "aws_s3_bucket" "box" { bucket = "box-${var.env}" }
resource "aws_iam_role" "agent" { name = "agent" }
data "aws_iam_role" "old" { name = "old" }
locals {
  bucket = aws_s3_bucket.box.arn
  self   = local.self
  twice  = [local.bucket, local.bucket]
}
"""


def deployed(value: str) -> Deployment:
    main = f'resource "aws_ssm_parameter" "it" {{\n  value = {value}\n}}\n'
    return terraform([file("infra/main.tf", main), file("infra/rest.tf", REST)], "infra")


def value(text: str) -> Any:
    node = part(deployed(text).resources["aws_ssm_parameter.it"].node, "value")
    return None if node is None else settled(node).plain()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws_iam_role.agent.arn", "arn:aws:iam::-:role/agent"),
        ("aws_iam_role.agent[0].arn", "arn:aws:iam::-:role/agent"),
        ("aws_iam_role.agent.name", "agent"),
        ("data.aws_iam_role.old.arn", "arn:aws:iam::-:role/old"),
        ("local.bucket", "arn:aws:s3:::infra~aws_s3_bucket.box"),
        ('"${local.bucket}/*"', "arn:aws:s3:::infra~aws_s3_bucket.box/*"),
        ('"arn:aws:s3:::box-${var.env}/*"', "arn:aws:s3:::infra~aws_s3_bucket.box/*"),
        ('"a-${var.env}"', "a-${var.env}"),
        ('"$${aws:username}/${var.env}"', "${aws:username}/${var.env}"),
        ("var.env", "${var.env}"),
        ("local.self", "${local.self}"),
        ("local.twice[0]", "${local.twice[0]}"),
        ("local.nowhere", "${local.nowhere}"),
        ("module.x.arn", "${module.x.arn}"),
        ("concat([1], {a = 2})", "${concat([1], a = 2 )}"),
        ("var.a ? 1 : 2", "${If var.a}"),
        ("null", None),
    ],
)
def test_expressions(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_choice_says_when() -> None:
    text = "var.role != null ? var.role : aws_iam_role.agent.arn"
    node = part(deployed(text).resources["aws_ssm_parameter.it"].node, "value")
    assert [(each.value, words) for each, words in choices(node)] == [
        ("${var.role}", ("var.role != null is true",)),
        ("arn:aws:iam::-:role/agent", ("var.role != null is not true",)),
    ]


def test_policy_document_is_the_policy_that_it_writes() -> None:
    text = """
    data "aws_iam_policy_document" "base" { statement { actions = ["s3:*"] } }
    data "aws_iam_policy_document" "all" {
      source_policy_documents = [data.aws_iam_policy_document.base.json, file("more.json")]
      statement {
        sid       = "Trust"
        effect    = "Deny"
        actions   = ["sts:AssumeRole"]
        resources = [aws_sqs_queue.q.arn]
        principals {
          type        = "Service"
          identifiers = ["bedrock.amazonaws.com"]
        }
        condition {
          test     = "StringEquals"
          variable = "aws:SourceAccount"
          values   = [data.aws_caller_identity.me.account_id]
        }
      }
    }
    data "aws_caller_identity" "me" {}
    resource "aws_sqs_queue" "q" { name = "jobs" }
    resource "aws_ssm_parameter" "it" { value = data.aws_iam_policy_document.all.json }
    """
    made = terraform([file("main.tf", text)], "")
    assert part(made.resources["aws_ssm_parameter.it"].node, "value").plain() == {  # type: ignore[union-attr]  # it has one
        "Statement": [
            {"Action": ["s3:*"], "Effect": "Allow"},
            {
                "Sid": "Trust",
                "Effect": "Deny",
                "Action": ["sts:AssumeRole"],
                "Resource": ["arn:aws:sqs:-:-:jobs"],
                "Principal": {"Service": ["bedrock.amazonaws.com"]},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": ["${data.aws_caller_identity.me.account_id}"]},
                },
            },
        ],
        "Unresolved": ['${file("more.json")}'],
    }


def test_none_of_a_resource_is_no_resource_and_a_count_says_when() -> None:
    text = 'resource "aws_iam_role" "a" { count = 0 }\nresource "aws_iam_role" "b" { count = var.n }\n'
    made = terraform([file("main.tf", text)], "")
    assert {each.address: each.when for each in made.resources.values()} == {"aws_iam_role.b": "var.n"}


def test_modules_are_named() -> None:
    found = Gathering()
    modules([file("main.tf", 'module "kb" {\n  source = "../kb"\n}\n')], found)
    (skipped,) = found.skipped
    assert (skipped.construct, skipped.locations[0].line) == ("module", 1)
    assert "../kb" in skipped.reason


def test_locals_that_expand_without_end_stay_open() -> None:
    names = [f"l{place}" for place in range(60)]
    lines = [f"  {one} = [local.{other}, local.{other}]" for one, other in pairwise(names)]
    text = (
        "locals {\n" + "\n".join(lines) + '\n  l59 = "x"\n}\nresource "aws_ssm_parameter" "it" { value = local.l0 }\n'
    )
    assert terraform([file("main.tf", text)], "").resources
    chain = "locals {\n" + "\n".join(f"  c{place} = local.c{place + 1}" for place in range(3000)) + "\n}\n"
    assert terraform([file("main.tf", chain + 'resource "aws_ssm_parameter" "i" { value = local.c0 }\n')], "").resources


@pytest.mark.parametrize(
    "text",
    [
        "resource = 3\n",
        'resource "aws_iam_role" {}\n',
        'resource "aws_iam_role" "r" "s" { name = [] }\n',
        'resource "aws_iam_role" "r" { name = {} \n count = [1] }\n',
        'data "aws_iam_policy_document" "d" { statement = 3 }\nlocals { a = data.aws_iam_policy_document.d.json }\n',
        'data "aws_iam_policy_document" "d" { source_policy_documents = [data.aws_iam_policy_document.d.json] }\n'
        'resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.d.json }\n',
        'locals = 4\nmodule "m" {}\nvariable = "x"\n',
    ],
)
def test_hostile_blocks(text: str) -> None:
    read = file("main.tf", text)
    terraform([read], "")
    modules([read], Gathering())


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("a/main.tf", 'resource "aws_iam_role" "r" {', True),
        ("a/main.tf", 'resource "google_project" "r" {', False),
        ("a/locals.tf", "locals {", True),
        ("a/vault.hcl", 'resource "aws_iam_role" "r" {', False),
    ],
)
def test_recognised(path: str, head: str, expected: bool) -> None:
    assert is_terraform(path, head) is expected
