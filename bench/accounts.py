"""Makes AWS accounts of a given size to measure on: exports of users, roles, groups, policies, and few ways up."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

ACCOUNT, PARTNER = "111122223333", "444455556666"
STATEMENTS = 20  # that count for each principal, of its own policies and the managed ones
_PER_POLICY = 5
_REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
_SERVICES = ("lambda", "ec2", "ecs-tasks", "glue", "states", "codebuild", "sagemaker", "events")
_READS = {
    "s3": ("s3:GetObject", "s3:List*", "s3:GetBucketLocation"),
    "dynamodb": ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGet*"),
    "sqs": ("sqs:ReceiveMessage", "sqs:GetQueueAttributes"),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "secretsmanager": ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
    "kms": ("kms:Decrypt", "kms:GenerateDataKey*"),
    "lambda": ("lambda:InvokeFunction", "lambda:Get*"),
    "cloudwatch": ("cloudwatch:PutMetricData", "cloudwatch:Get*"),
    "ecr": ("ecr:BatchGetImage", "ecr:GetAuthorizationToken"),
    "sns": ("sns:Publish",),
}
_NAMES = {
    "s3": "arn:aws:s3:::team-{team:03}-{kind}/*",
    "dynamodb": "arn:aws:dynamodb:{region}:{account}:table/team-{team:03}-*",
    "sqs": "arn:aws:sqs:{region}:{account}:team-{team:03}-{kind}",
    "logs": "arn:aws:logs:{region}:{account}:log-group:/team-{team:03}/*",
    "secretsmanager": "arn:aws:secretsmanager:{region}:{account}:secret:team-{team:03}/*",
    "kms": "arn:aws:kms:{region}:{account}:key/team-{team:03}-{kind}",
    "lambda": "arn:aws:lambda:{region}:{account}:function:team-{team:03}-*",
    "sns": "arn:aws:sns:{region}:{account}:team-{team:03}-{kind}",
}
# what few may do: for how many of a thousand principals, the actions, and on what
_RARE: tuple[tuple[int, tuple[str, ...], str], ...] = (
    (2, ("*",), "*"),
    (2, ("iam:CreateAccessKey", "iam:ListAccessKeys"), "*"),
    (1, ("iam:UpdateLoginProfile",), "arn:aws:iam::{account}:user/*"),
    (1, ("iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"), "arn:aws:iam::{account}:role/*"),
    (2, ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"), "*"),
    (1, ("sts:AssumeRole",), "*"),
    (20, ("iam:CreateAccessKey", "iam:DeleteAccessKey"), "arn:aws:iam::{account}:user/${{aws:username}}"),
    (30, ("iam:PassRole", "ec2:RunInstances"), "arn:aws:iam::{account}:role/team-{team:03}/*"),
    (30, ("iam:PassRole", "lambda:*"), "arn:aws:iam::{account}:role/team-{team:03}/*"),
    (10, ("iam:*",), "arn:aws:iam::{account}:role/team-{team:03}/*"),
    (60, ("sts:AssumeRole",), "arn:aws:iam::{account}:role/team-{team:03}/*"),
)


def account(principals: int, seed: int = 7) -> dict[str, Any]:
    """Give an account as ``get-account-authorization-details`` exports it.

    Parameters
    ----------
    principals:
        How many users and roles: two of five are users. Teams have twenty principals and one group each.
    seed:
        The same seed gives the same account.

    Returns
    -------
    dict
        With some twenty statements for each principal: most are reads and writes of what its team has, on patterns
        and under conditions; a few pass roles, assume them, or change identities, of their team or of all.
    """
    random = Random(seed)  # noqa: S311 - a made-up account needs no secrecy
    teams = max(principals // 20, 1)
    users = principals * 2 // 5
    managed = [_managed(random, number, number % teams) for number in range(teams * 2)]
    boundary = _policy(
        "limit", [_allow("NotIam", not_actions=["iam:*", "organizations:*"]), _allow("Pass", ["iam:PassRole"])]
    )
    return {
        "UserDetailList": [_user(random, number, number % teams, managed) for number in range(users)],
        "GroupDetailList": [
            {
                "GroupName": f"team-{team:03}",
                "Arn": f"arn:aws:iam::{ACCOUNT}:group/team-{team:03}",
                "GroupPolicyList": [_inline(random, "group", team, _PER_POLICY)],
                "AttachedManagedPolicies": [],
            }
            for team in range(teams)
        ],
        "RoleDetailList": [_role(random, number, number % teams, managed) for number in range(principals - users)],
        "Policies": [*managed, boundary],
    }


def _user(random: Random, number: int, team: int, managed: list[dict[str, Any]]) -> dict[str, Any]:
    name = f"user-{number:05}"
    return {
        "UserName": name,
        "Path": "/",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "GroupList": [f"team-{team:03}"],
        "Tags": [{"Key": "team", "Value": f"team-{team:03}"}],
        "UserPolicyList": [_inline(random, "own", team, STATEMENTS - 3 * _PER_POLICY)],
        "AttachedManagedPolicies": _attached(random, team, managed),
        **_bounded(random, 0.2),
    }


def _role(random: Random, number: int, team: int, managed: list[dict[str, Any]]) -> dict[str, Any]:
    name = f"role-{number:05}"
    teams = len(managed) // 2
    return {
        "RoleName": name,
        "Path": f"/team-{team:03}/",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/team-{team:03}/{name}",
        "AssumeRolePolicyDocument": _document([_trust(random, number, teams)]),
        "InstanceProfileList": [],
        "Tags": [{"Key": "team", "Value": f"team-{team:03}"}],
        "RolePolicyList": [_inline(random, "own", team, STATEMENTS - 2 * _PER_POLICY)],
        "AttachedManagedPolicies": _attached(random, team, managed),
        **_bounded(random, 0.1),
    }


def _bounded(random: Random, share: float) -> dict[str, Any]:
    if random.random() >= share:
        return {}
    arn = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def _attached(random: Random, team: int, managed: list[dict[str, Any]]) -> list[dict[str, str]]:
    teams = len(managed) // 2
    chosen = (managed[team], managed[random.randrange(teams, 2 * teams)])
    return [{"PolicyName": each["PolicyName"], "PolicyArn": each["Arn"]} for each in chosen]


def _managed(random: Random, number: int, team: int) -> dict[str, Any]:
    return _policy(f"work-{number:04}", list(_work(random, team, _PER_POLICY)))


def _policy(name: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": _document(statements)}
    return {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version],
    }


def _inline(random: Random, name: str, team: int, count: int) -> dict[str, Any]:
    statements = list(_work(random, team, count))
    if name == "own":
        statements += _rare(random, team)
    return {"PolicyName": name, "PolicyDocument": _document(statements)}


def _work(random: Random, team: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        service = random.choice(tuple(_READS))
        stated = _NAMES.get(service, "*").format(
            team=team, kind=random.choice(("in", "out", "raw")), region=random.choice(_REGIONS), account=ACCOUNT
        )
        if random.random() < 0.05:
            yield {**_allow(f"Keep{number}", [f"{service}:Delete*"], stated), "Effect": "Deny"}
            continue
        made = _allow(f"Work{number}", list(_READS[service]), stated)
        if random.random() < 0.15:
            made["Condition"] = {"StringEquals": {"aws:RequestedRegion": random.choice(_REGIONS)}}
        elif random.random() < 0.05:
            made["Condition"] = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
        yield made


def _rare(random: Random, team: int) -> Iterator[dict[str, Any]]:
    for place, (share, actions, on) in enumerate(_RARE):
        if random.random() * 1000 < share:
            yield _allow(f"Rare{place}", list(actions), on.format(account=ACCOUNT, team=team))
            if on != "*" and "iam:PassRole" in actions:
                yield _allow(f"Launch{place}", [each for each in actions if each != "iam:PassRole"])


def _allow(sid: str, actions: list[str] | None = None, on: str = "*", **more: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Resource": on}
    if actions is not None:
        made["Action"] = actions
    if "not_actions" in more:
        made["NotAction"] = more["not_actions"]
    return made


def _trust(random: Random, number: int, teams: int) -> dict[str, Any]:
    chance = random.random()
    principal = {"Service": f"{random.choice(_SERVICES)}.amazonaws.com"}
    if chance < 0.15:
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    elif chance < 0.25 and number:
        # an older role of any team
        other = random.randrange(number)
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team-{other % teams:03}/role-{other:05}"}
    elif chance < 0.28:
        principal = {"AWS": f"arn:aws:iam::{PARTNER}:root"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
