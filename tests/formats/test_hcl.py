"""HCL: blocks, labels, templates, expressions, encoders, places and refusals."""

from __future__ import annotations

import hcl2
import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.hcl import parse
from tests.formats.looking import at

TERRAFORM = """
variable "name" {
  type    = string
  default = "agent"
}
resource "aws_iam_role" "agent" {
  name = "${var.name}-role"
  tags = { Owner = "platform", "Cost" : 3 }
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = ["a", "b"] } }]
  })
  count = var.enabled ? 1 : 0
  arns  = [for role in var.roles : role.arn]
  inline_policy {
    name = "one"
  }
  inline_policy {
    name = "two"
  }
}
"""


def test_blocks_are_lists_under_their_type_and_labels_one_deeper() -> None:
    root = parse("x.tf", TERRAFORM).roots[0]
    role = at(root, "resource", 0, "aws_iam_role", "agent")
    assert [at(node, "name").plain() for node in at(role, "inline_policy").listed()] == ["one", "two"]
    assert at(root, "variable", 0, "name", "default").plain() == "agent"


def test_an_encoder_gives_what_it_would_encode() -> None:
    role = at(parse("x.tf", TERRAFORM).roots[0], "resource", 0, "aws_iam_role", "agent")
    policy = at(role, "assume_role_policy")
    assert policy.plain() == {
        "Version": "2012-10-17",
        "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["a", "b"]}}],
    }


def test_what_needs_evaluation_stays_its_source_with_a_tag() -> None:
    role = at(parse("x.tf", TERRAFORM).roots[0], "resource", 0, "aws_iam_role", "agent")
    tagged = {key: (node.tag, node.value) for key, node in role.items() if node.tag}
    assert tagged == {
        "name": ("template", "${var.name}-role"),
        "count": ("expression", "var.enabled ? 1 : 0"),
        "arns": ("expression", "[for role in var.roles : role.arn]"),
    }


@pytest.mark.parametrize(
    "text",
    [
        'a = 1\nb = "x"\nc = [1, "y", true, null]\nd = { e = { f = 2 } }\n',
        'locals {\n  a = "b"\n  n = 3\n}\n',
        'path "secret/data/*" {\n  capabilities = ["read", "list"]\n}\n',
    ],
)
def test_values_agree_with_an_independent_reader(text: str) -> None:
    assert parse("x.hcl", text).roots[0].plain() == unquoted(hcl2.loads(text))


def unquoted(value: object) -> object:
    """Give the other reader's values without its marks of blocks and its quotes around text."""
    if isinstance(value, dict):
        return {str(unquoted(key)): unquoted(inner) for key, inner in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [unquoted(inner) for inner in value]
    if isinstance(value, str) and value.startswith('"'):
        return value[1:-1]
    return value


def test_text_is_unescaped_and_indented_text_loses_its_indent() -> None:
    text = 'a = "tab\\t \\"q\\" \\u00e9 $${not}"\nb = <<-EOT\n    one\n      two\n  EOT\n'
    text += "c = <<E\nraw ${x}\nE\nd = -1.5\ne = ((2))\n"
    root = parse("x.hcl", text).roots[0]
    assert root.plain() == {"a": 'tab\t "q" é ${not}', "b": "one\n  two\n", "c": "raw ${x}\n", "d": -1.5, "e": 2}
    assert at(root, "c").tag == "template"


def test_every_node_knows_its_place_and_that_of_its_key() -> None:
    root = parse("x.tf", 'é = "ö"\nblock "l" {\n  key = [\n    "ü", 2]\n}\n').roots[0]
    element, key = at(root, "block", 0, "l", "key", 1), at(root, "block", 0, "l", "key")
    assert (element.line, element.column) == (4, 10)
    assert (key.line, key.column, key.key_line, key.key_column) == (3, 9, 3, 3)


def test_a_key_that_stands_twice_is_told() -> None:
    parsed = parse("x.hcl", "a = 1\nb = { c = 1, c = 2 }\na = 3\n")
    assert parsed.roots[0].plain() == {"a": 3, "b": {"c": 2}}
    assert [(each.line, each.path) for each in parsed.problems] == [(2, "$.c"), (3, "$.a")]


@pytest.mark.parametrize("text", ["a = ", "a = [1", "resource {", 'a = "b', "{{{"])
def test_what_is_not_hcl_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="not HCL") as caught:
        parse("x.hcl", text)
    assert caught.value.complaints[0].where.startswith("x.hcl:")


@pytest.mark.parametrize("text", ["a = " + "[" * 200_000, "a = " + "[" * 150 + "]" * 150, "b {\n" * 150 + "}\n" * 150])
def test_depth_has_a_limit(text: str) -> None:
    with pytest.raises(FormatError, match="nest deeper than 100"):
        parse("x.hcl", text)
