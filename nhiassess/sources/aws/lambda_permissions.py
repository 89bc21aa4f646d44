"""A permission to call a Lambda function, as the statement that it is in the policy of the function.

After AWS's ``AWS::Lambda::Permission`` and ``AddPermission``. A service that may call a function whoever asked it to,
with neither a source nor an account stated, may be made to call it by anybody's resources.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.sources.aws.deployed import Deployed, Deployment
from nhiassess.sources.aws.deployed_values import part, referred, settled, text_of

PERMISSION = "AWS::Lambda::Permission"
# what narrows a permission: the operator and key of the condition that Lambda makes of it
_NARROWED = (
    ("sourcearn", "ArnLike", "AWS:SourceArn"),
    ("sourceaccount", "StringEquals", "AWS:SourceAccount"),
    ("principalorgid", "StringEquals", "aws:PrincipalOrgID"),
    ("functionurlauthtype", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("eventsourcetoken", "StringEquals", "lambda:EventSourceToken"),
)


def policy(made: Deployment, each: Deployed) -> Node | None:
    """Give a permission as a policy document.

    Parameters
    ----------
    made, each:
        The deployment, and the permission in it.

    Returns
    -------
    Node or None
        With one statement; None when nobody is named.
    """
    who, action = part(each.node, "principal"), part(each.node, "action")
    principal = text_of(settled(who)) if who is not None else None
    if who is None or not principal:
        return None
    at = Node(None, each.place.line, each.place.column, each.place.line, each.place.column)
    by_operator: dict[str, dict[str, Node]] = {}
    for name, operator, key in _NARROWED:
        stated = part(each.node, name)
        if stated is not None and stated.value is not None:
            by_operator.setdefault(operator, {})[key] = settled(stated)
    is_account = principal == "*" or principal.startswith("arn:") or principal.isdecimal()
    statement = {
        "Effect": replace(at, value="Allow"),
        "Principal": _mapping(at, {"AWS" if is_account else "Service": settled(who)}),
        "Action": settled(action) if action is not None else replace(at, value="lambda:InvokeFunction"),
        "Resource": replace(at, value=_function(made, part(each.node, "functionname"))),
        "Condition": _mapping(at, {operator: _mapping(at, keys) for operator, keys in by_operator.items()}),
    }
    return _mapping(at, {"Statement": _mapping(at, statement)})


def _function(made: Deployment, node: Node | None) -> str:
    """Give the ARN of the function, which a permission names by its name, its ARN, or a part of it."""
    resource = made.resources.get(referred(node) or "")
    arn = made.arn(resource.address, resource.kind) if resource is not None else None
    if arn is not None:
        return arn
    text = text_of(settled(node)) if node is not None else None
    return made.meant(text if text and text.startswith("arn:") else f"arn:aws:lambda:-:-:function:{text or '*'}")


def _mapping(at: Node, members: dict[str, Node]) -> Node:
    return replace(at, value=MappingProxyType(members))
