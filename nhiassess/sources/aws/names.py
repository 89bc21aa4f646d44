"""What an ARN names: an account, an identity, or a resource of some kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nhiassess.model.inventory import Location, Resource
from nhiassess.sources.source import quote

_ACCOUNT = re.compile(r"(?<!\d)(\d{12})(?!\d)")
_OPEN = re.compile(r"[*?]|\$\{")
_KINDS = {
    "s3": "object_store",
    "secretsmanager": "secret",
    "ssm": "parameter",
    "dynamodb": "table",
    "kms": "key",
    "lambda": "function",
    "rds": "database",
    "sqs": "queue",
    "sns": "topic",
    "ecr": "image_repository",
    "codebuild": "pipeline",
    "codepipeline": "pipeline",
    "ec2": "compute",
    "ecs": "compute",
    "eks": "cluster",
    "logs": "log_group",
    "cloudformation": "stack",
    "kinesis": "stream",
    "states": "state_machine",
    "bedrock": "model",
    "bedrock-agentcore": "agent_runtime",
    "execute-api": "api",
}
_TAGS = {
    "owner": "owner",
    "team": "team",  # owns what no other tag says the owner of
    "environment": "environment",
    "env": "environment",
    "business-function": "business_function",
    "business_function": "business_function",
    "businessfunction": "business_function",
}
# identities stand in tables of their own; these services' ARNs name no data
_NO_RESOURCES = frozenset({"iam", "sts", "organizations", "sso"})


def account_of(arn: str) -> str:
    """Give the account that an ARN names, or "-".

    Examples
    --------
    >>> account_of("arn:aws:iam::111122223333:role/deploy"), account_of("lambda.amazonaws.com")
    ('111122223333', '-')
    """
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" and parts[4] else "-"


def identity_of(arn: str) -> str | None:
    """Give the id of the role, user or group that an ARN names; None when it names none, or not all of it.

    Examples
    --------
    >>> identity_of("arn:aws:iam::111122223333:role/ci/deploy")
    'identity:aws/111122223333/role/ci/deploy'
    >>> identity_of("arn:aws:iam::111122223333:root") is None
    True
    """
    session = re.fullmatch(r"arn:[\w-]+:sts::(\d{12}):assumed-role/([^/]+)/.*", arn)
    if session:
        return f"identity:aws/{session[1]}/role/{quote(session[2])}"
    match = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}|aws):((?:role|user|group)/[^*?$]+)", arn)
    return f"identity:aws/{match[1]}/{quote(match[2])}" if match else None


def named_account(path: str) -> str:
    """Give the account id that a path names, or "-".

    Examples
    --------
    >>> named_account("aws/111122223333/scp-regions.json"), named_account("aws/scp.json")
    ('111122223333', '-')
    """
    match = _ACCOUNT.search(path)
    return match[1] if match else "-"


def tagged(tags: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Give what the tags of an identity say of it, by the field of an identity.

    Examples
    --------
    >>> tagged([("Team", "payments"), ("env", "test"), ("cost", "7")])
    {'owner': 'payments', 'environment': 'test'}
    """
    found: dict[str, str] = {}
    for key, value in tags:
        field = _TAGS.get(key.lower())
        if field and value:
            found.setdefault(field, value)
    team = found.pop("team", None)
    return {"owner": team, **found} if team else found


def resource_of(arn: str, *places: Location) -> Resource | None:
    """Give the resource that the ARN of a statement names, None when it is open or names an identity.

    Parameters
    ----------
    arn:
        As the statement has it; ``/*`` or ``*`` at its end is left out, as is what a service adds to a name.
    places:
        Where it stands.

    Returns
    -------
    Resource or None
        With the kind that the service of the ARN gives.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[2] in _NO_RESOURCES:
        return None
    bare = re.sub(r"-\?{6}$", "", arn)
    if parts[2] == "secretsmanager":
        bare = re.sub(r"-\*$", "", bare)  # the suffix that the service adds to a secret's name
    bare = re.sub(r"([/:])\*$", r"\1", bare).rstrip("/:")
    if parts[2] == "dynamodb":
        bare = re.sub(r"/(index|stream)$", "", bare)
    if bare.count(":") < 5 or not bare.split(":", 5)[5] or _OPEN.search(bare):
        return None
    id = f"resource:aws/{quote(bare)}"
    return Resource(id, kind=_KINDS.get(parts[2], parts[2]), name=bare, provider="aws", locations=places)
