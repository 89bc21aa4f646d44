"""What an action means as access to a resource: reads, writes, executes_on or administers."""

from __future__ import annotations

from nhiassess.model.inventory import Grant
from nhiassess.permissions.permission import pattern

READS, WRITES, EXECUTES, ADMINISTERS = "reads", "writes", "executes_on", "administers"
# the action that stands for a kind of access to a service's data, asked where a pattern covers it
TYPICAL: dict[str, dict[str, str]] = {
    "s3": {READS: "s3:GetObject", WRITES: "s3:PutObject", ADMINISTERS: "s3:PutBucketPolicy"},
    "dynamodb": {READS: "dynamodb:GetItem", WRITES: "dynamodb:PutItem", ADMINISTERS: "dynamodb:PutResourcePolicy"},
    "secretsmanager": {
        READS: "secretsmanager:GetSecretValue",
        WRITES: "secretsmanager:PutSecretValue",
        ADMINISTERS: "secretsmanager:PutResourcePolicy",
    },
    "ssm": {READS: "ssm:GetParameter", WRITES: "ssm:PutParameter", EXECUTES: "ssm:SendCommand"},
    "lambda": {
        READS: "lambda:GetFunction",
        WRITES: "lambda:UpdateFunctionCode",
        EXECUTES: "lambda:InvokeFunction",
        ADMINISTERS: "lambda:AddPermission",
    },
    "sqs": {READS: "sqs:ReceiveMessage", WRITES: "sqs:SendMessage", ADMINISTERS: "sqs:SetQueueAttributes"},
    "sns": {WRITES: "sns:Publish", ADMINISTERS: "sns:SetTopicAttributes"},
    "kms": {READS: "kms:Decrypt", WRITES: "kms:Encrypt", ADMINISTERS: "kms:PutKeyPolicy"},
    "ecr": {READS: "ecr:BatchGetImage", WRITES: "ecr:PutImage", ADMINISTERS: "ecr:SetRepositoryPolicy"},
    "states": {
        READS: "states:GetExecutionHistory",
        WRITES: "states:UpdateStateMachine",
        EXECUTES: "states:StartExecution",
    },
    "bedrock": {EXECUTES: "bedrock:InvokeModel"},
    "logs": {READS: "logs:GetLogEvents", WRITES: "logs:PutLogEvents"},
}
_READ = (
    "Get",
    "List",
    "BatchGet",
    "Query",
    "Scan",
    "Select",
    "Download",
    "Read",
    "Receive",
    "Search",
    "Lookup",
    "Decrypt",
)
_EXECUTE = ("Invoke", "Run", "Start", "Send", "Execute", "Converse")
# names and settings of a thing, rather than what is in it
_ABOUT = (
    "Describe",
    "ListTags",
    "ListAllMy",
    "ListBuckets",
    "ListTables",
    "ListFunctions",
    "GetBucketLocation",
    "Head",
)


def accesses(grant: Grant, service: str) -> dict[str, str]:
    """Tell which kinds of access the actions of a statement give to data of a service.

    Parameters
    ----------
    grant:
        An AWS statement that allows.
    service:
        Such as ``s3``.

    Returns
    -------
    dict
        Kind of access to the action that stands for it; everything of a service is administers alone.

    Examples
    --------
    >>> accesses(Grant("g", actions=("s3:Get*", "s3:DeleteObject")), "s3")
    {'reads': 's3:GetObject', 'writes': 's3:DeleteObject'}
    """
    typical = TYPICAL.get(service, {})
    if grant.not_actions:
        return {
            kind: action
            for kind, action in typical.items()
            if not any(pattern(each).fullmatch(action) for each in grant.not_actions)
        }
    found: dict[str, str] = {}
    for stated in grant.actions:
        prefix, _, name = stated.partition(":")
        if not pattern(prefix).fullmatch(service):
            continue
        if name in ("*", ""):
            return {ADMINISTERS: typical.get(ADMINISTERS, f"{service}:PutResourcePolicy")}
        covered = {kind: action for kind, action in typical.items() if pattern(stated).fullmatch(action)}
        if covered:
            found = {**covered, **found}
        elif (kind := _kind(name)) is not None:
            found.setdefault(kind, f"{service}:{name.replace('*', '').replace('?', '')}")
    return {kind: found[kind] for kind in (READS, WRITES, EXECUTES, ADMINISTERS) if kind in found}


def _kind(name: str) -> str | None:
    if name.startswith(_ABOUT):
        return None
    if "Policy" in name and not name.startswith(_READ):
        return ADMINISTERS
    if name.startswith(_READ):
        return READS
    return EXECUTES if name.startswith(_EXECUTE) else WRITES
