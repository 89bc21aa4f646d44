"""The role that SAM makes for a function without one: its trust, its policies, and SAM's policy templates.

After AWS's "AWS::Serverless::Function" and "AWS SAM policy templates"; the commonest templates only, any other is
a policy whose text is not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.aws.deployed_values import choices, part, text_of

FUNCTION = "AWS::Serverless::Function"
_AWS = "arn:aws:iam::aws:policy/"
_BASIC = f"{_AWS}service-role/AWSLambdaBasicExecutionRole"
# what SAM attaches for the sources of events that a function polls
_POLLED = {"SQS": "SQSQueue", "Kinesis": "Kinesis", "DynamoDB": "DynamoDB", "MSK": "MSK"}
_OWN = "-:-"  # region and account of the deployment
_TABLE = (f"arn:aws:dynamodb:{_OWN}:table/{{}}", f"arn:aws:dynamodb:{_OWN}:table/{{}}/index/*")
_BUCKET = ("arn:aws:s3:::{}", "arn:aws:s3:::{}/*")
_READS = "dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable"


@dataclass(frozen=True, slots=True)
class PolicyTemplate:
    """What a policy template of SAM grants: actions on ARNs with {} for its parameter."""

    parameter: str
    actions: str
    resources: tuple[str, ...]


TEMPLATES = {
    "SQSPollerPolicy": PolicyTemplate("QueueName", "sqs:ChangeMessageVisibility sqs:ChangeMessageVisibilityBatch "
        "sqs:DeleteMessage sqs:DeleteMessageBatch sqs:GetQueueAttributes sqs:ReceiveMessage",
        (f"arn:aws:sqs:{_OWN}:{{}}",)),
    "SQSSendMessagePolicy": PolicyTemplate("QueueName", "sqs:SendMessage*", (f"arn:aws:sqs:{_OWN}:{{}}",)),
    "SNSPublishMessagePolicy": PolicyTemplate("TopicName", "sns:Publish", (f"arn:aws:sns:{_OWN}:{{}}",)),
    "LambdaInvokePolicy": PolicyTemplate("FunctionName", "lambda:InvokeFunction",
        (f"arn:aws:lambda:{_OWN}:function:{{}}*",)),
    "DynamoDBCrudPolicy": PolicyTemplate("TableName", f"{_READS} dynamodb:DeleteItem dynamodb:PutItem "
        "dynamodb:UpdateItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem", _TABLE),
    "DynamoDBReadPolicy": PolicyTemplate("TableName", _READS, _TABLE),
    "S3ReadPolicy": PolicyTemplate("BucketName", "s3:GetObject s3:ListBucket s3:GetBucketLocation "
        "s3:GetObjectVersion s3:GetLifecycleConfiguration", _BUCKET),
    "S3CrudPolicy": PolicyTemplate("BucketName", "s3:GetObject s3:ListBucket s3:GetBucketLocation "
        "s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration "
        "s3:DeleteObject", _BUCKET),
    "CloudWatchPutMetricPolicy": PolicyTemplate("", "cloudwatch:PutMetricData", ("*",)),
    "EC2DescribePolicy": PolicyTemplate("", "ec2:DescribeRegions ec2:DescribeInstances", ("*",)),
}  # fmt: skip


def implied_role(function: Node) -> Node | None:
    """Give the properties of the role that SAM makes for a function.

    Parameters
    ----------
    function:
        Its properties, resolved.

    Returns
    -------
    Node or None
        As those of an ``AWS::IAM::Role``, at the places of the function; None when the function names a role.
    """
    if function.get("Role") is not None:
        return None
    made = _Making(function)
    attached = [made.text(_BASIC, function)]
    inline: list[Node] = []
    for node, _ in choices(function.get("Policies")):
        for each in (one for listed in node.listed() for one, _ in choices(listed)):
            attached += made.attached(each)
            inline += made.inline(each, len(inline))
    events = function.get("Events")
    for _, event in events.items() if events is not None else ():
        polled = _POLLED.get(text_of(event.get("Type")) or "")
        attached += [made.text(f"{_AWS}service-role/AWSLambda{polled}ExecutionRole", event)] if polled else []
    members = {
        "AssumeRolePolicyDocument": function.get("AssumeRolePolicyDocument") or made.trust(),
        "ManagedPolicyArns": replace(function, value=tuple(attached), tag=None),
        "Policies": replace(function, value=tuple(inline), tag=None),
        **({"PermissionsBoundary": bound} if (bound := function.get("PermissionsBoundary")) is not None else {}),
    }
    return replace(function, value=MappingProxyType(members), tag=None)


@dataclass(frozen=True, slots=True)
class _Making:
    """Values made at the places of a function."""

    function: Node

    def text(self, value: str, at: Node) -> Node:
        return replace(at, value=value, tag=None, secrets=())

    def mapping(self, at: Node, **members: Node) -> Node:
        return replace(at, value=MappingProxyType(members), tag=None)

    def trust(self) -> Node:
        at = self.function
        service = self.mapping(at, Service=self.text("lambda.amazonaws.com", at))
        action = self.text("sts:AssumeRole", at)
        statement = self.mapping(at, Effect=self.text("Allow", at), Action=action, Principal=service)
        return self.mapping(at, Statement=statement)

    def attached(self, policy: Node) -> Iterator[Node]:
        """Give the managed policy that an entry names, or a policy template that is not known here."""
        name = text_of(policy)
        if name is not None:
            yield policy if ":" in name or "$" in name or policy.tag else self.text(_AWS + name, policy)
        elif policy.get("Statement") is None:
            for key in dict(policy.items()):
                if key not in TEMPLATES:
                    yield self.text(f"SAM policy template {key}", policy)

    def inline(self, policy: Node, place: int) -> Iterator[Node]:
        """Give the documents that an entry states, or that a policy template stands for."""
        if policy.get("Statement") is not None:
            name = self.text(f"policy{place}", policy)
            yield self.mapping(policy, PolicyName=name, PolicyDocument=policy)
            return
        for key, given in policy.items():
            known = TEMPLATES.get(key)
            if known is None:
                continue
            value = part(given, known.parameter.lower()) if known.parameter else EMPTY
            stated = text_of(value) or f"${{{known.parameter}}}"
            at = value if value is not None and value is not EMPTY else policy
            actions = tuple(self.text(each, policy) for each in known.actions.split())
            resources = tuple(self.text(each.replace("{}", stated), at) for each in known.resources)
            statement = self.mapping(
                policy,
                Effect=self.text("Allow", policy),
                Action=replace(policy, value=actions, tag=None),
                Resource=replace(at, value=resources, tag=None),
            )
            document = self.mapping(policy, Statement=statement)
            yield self.mapping(policy, PolicyName=self.text(f"{key}{place}", policy), PolicyDocument=document)
