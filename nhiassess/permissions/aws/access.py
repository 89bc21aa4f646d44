"""What AWS actions mean as access to a resource: reads, writes, executes_on or administers."""

from __future__ import annotations

import re
from collections.abc import Iterator

READS, WRITES, EXECUTES, ADMINISTERS = "reads", "writes", "executes_on", "administers"
# the action that stands for a kind of access to what a service keeps, asked where a pattern takes it in
_TYPICAL: dict[str, dict[str, str]] = {
    "s3": {ADMINISTERS: "s3:PutBucketPolicy", WRITES: "s3:PutObject", READS: "s3:GetObject"},
    "dynamodb": {
        ADMINISTERS: "dynamodb:PutResourcePolicy",
        WRITES: "dynamodb:PutItem",
        READS: "dynamodb:GetItem",
    },
    "secretsmanager": {
        ADMINISTERS: "secretsmanager:PutResourcePolicy",
        WRITES: "secretsmanager:PutSecretValue",
        READS: "secretsmanager:GetSecretValue",
    },
    "ssm": {WRITES: "ssm:PutParameter", EXECUTES: "ssm:SendCommand", READS: "ssm:GetParameter"},
    "lambda": {
        ADMINISTERS: "lambda:AddPermission",
        WRITES: "lambda:UpdateFunctionCode",
        EXECUTES: "lambda:InvokeFunction",
        READS: "lambda:GetFunction",
    },
    "sqs": {ADMINISTERS: "sqs:AddPermission", WRITES: "sqs:SendMessage", READS: "sqs:ReceiveMessage"},
    "sns": {ADMINISTERS: "sns:AddPermission", WRITES: "sns:Publish"},
    "kms": {ADMINISTERS: "kms:PutKeyPolicy", WRITES: "kms:Encrypt", READS: "kms:Decrypt"},
    "ecr": {ADMINISTERS: "ecr:SetRepositoryPolicy", WRITES: "ecr:PutImage", READS: "ecr:BatchGetImage"},
    "states": {
        WRITES: "states:UpdateStateMachine",
        EXECUTES: "states:StartExecution",
        READS: "states:GetExecutionHistory",
    },
    "bedrock": {EXECUTES: "bedrock:InvokeModel"},
    "logs": {WRITES: "logs:PutLogEvents", READS: "logs:GetLogEvents"},
    "ec2": {WRITES: "ec2:ModifyInstanceAttribute", EXECUTES: "ec2-instance-connect:SendSSHPublicKey"},
}
_READ = (
    *("Get", "List", "Describe", "BatchGet", "Query", "Scan", "Select", "Download", "Read", "Receive", "Search"),
    *("Lookup", "View", "Decrypt", "Head", "Peek", "Retrieve", "Filter", "PartiQLSelect", "Check"),
)
_EXECUTE = ("Invoke", "Run", "Start", "Send", "Execute", "Converse", "Connect", "Exec", "Retry", "Call", "Submit")
_KINDS = {**dict.fromkeys(_READ, READS), **dict.fromkeys(_EXECUTE, EXECUTES)}
_OPENS = re.compile(r"(?:Policy|Permission|Permissions|Acl|Grant|AccessPoint|PublicAccessBlock)$", re.IGNORECASE)
_CHANGES = re.compile(r"^(?:Put|Set|Add|Create|Update|Delete|Remove|Attach|Detach)", re.IGNORECASE)
# sending into a queue or topic is writing to it, whatever the verb
_SENDS = frozenset({"sqs", "sns", "kinesis", "events", "firehose"})


def accesses(action: str, service: str) -> Iterator[tuple[str, str]]:
    """Tell what an action of a statement means as access to the resources of a service.

    Parameters
    ----------
    action:
        A pattern as a statement has it.
    service:
        Of the resource, as its ARN names it.

    Returns
    -------
    Iterator of (str, str)
        Kind of access and the action, or pattern of actions, that stands for it; the highest access first.

    Examples
    --------
    >>> list(accesses("s3:GetObject", "s3")), list(accesses("dynamodb:Update*", "dynamodb"))
    ([('reads', 's3:GetObject')], [('writes', 'dynamodb:Update*')])
    >>> [kind for kind, _ in accesses("s3:*", "s3")]
    ['administers', 'writes', 'reads']
    """
    prefix, _, name = action.partition(":")
    if prefix == "*" or name == "*" or not name.strip("*?"):
        typical = _TYPICAL.get(service) or {
            ADMINISTERS: f"{service}:*Policy",
            WRITES: f"{service}:Update*",
            EXECUTES: f"{service}:Invoke*",
            READS: f"{service}:Get*",
        }
        yield from typical.items()
        return
    if name.startswith(("*", "?")):
        # a wildcard in place of the verb takes in reading and writing
        yield WRITES, action
        yield READS, action
    elif _CHANGES.match(name) and _OPENS.search(name.rstrip("*")):
        yield ADMINISTERS, action
    elif service in _SENDS and name.lower().startswith(("send", "publish")):
        yield WRITES, action
    else:
        yield _kind(name), action


def _kind(name: str) -> str:
    """Tell the kind of access by the word that the name of an action begins with; what is no such word changes."""
    camel = name != name.lower() and name != name.upper()
    for word, kind in _KINDS.items():
        following = name[len(word) : len(word) + 1]
        if name.lower().startswith(word.lower()) and not (camel and following.islower()):
            return kind
    return WRITES


def is_about(action: str, service: str) -> bool:
    """Tell whether an action is one of a service, as the ARN of a resource names it.

    Examples
    --------
    >>> is_about("ec2-instance-connect:SendSSHPublicKey", "ec2"), is_about("s3:*", "sqs")
    (True, False)
    """
    prefix = action.partition(":")[0].lower()
    return prefix in ("*", service) or service in _OF_OTHERS.get(prefix, ())


_OF_OTHERS = {"ec2-instance-connect": ("ec2",), "ssm": ("ec2",), "s3express": ("s3",)}
