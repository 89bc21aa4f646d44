"""AWS CloudTrail: which role, user or service called which action on what, and calls of Bedrock agents.

Field names after AWS's "CloudTrail record contents"; events of EventBridge hold the same under ``detail``. An event
without an error was carried out, hence allowed; an error that refuses access is a denial; any other tells nothing of
the decision. A session counts as its role. What happens within a bucket or a table counts as done to the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.logs.log import DATA_ACCESS, PRIVILEGE_DECISIONS, TOOL_CALLS, Action, moment, text
from nhiassess.model.ids import quote

_SIGN = re.compile(r'"eventSource\\?"\s*:\s*\\?"[a-z0-9.-]+\.amazonaws\.com|"eventVersion\\?"\s*:\s*\\?"1\.\d')
_NAME = re.compile(r'"(?:eventName|userIdentity)\\?"\s*:')
_IDENTITY = re.compile(r"arn:[\w-]+:iam::(\d+):((?:role|user)/\S+)")
_SESSION = re.compile(r"arn:[\w-]+:sts::(\d+):assumed-role/([^/\s]+)")
_DENIED = re.compile(r"AccessDenied|Unauthorized|NotAuthorized|Forbidden|ExplicitDeny")
# parameters that name what a call is about, for events that list no resources
_NAMED = (
    ("s3", "bucketName", "arn:aws:s3:::{}"),
    ("lambda", "functionName", "arn:aws:lambda:{region}:{account}:function:{}"),
    ("dynamodb", "tableName", "arn:aws:dynamodb:{region}:{account}:table/{}"),
    ("secretsmanager", "secretId", "arn:aws:secretsmanager:{region}:{account}:secret:{}"),
)
_AGENT_NAMES = ("agentId", "agentRuntimeArn", "agentArn", "gatewayId", "harnessArn")


class CloudTrail:
    """Events of CloudTrail."""

    name = "cloudtrail"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise the members that every event has."""
        return bool(_SIGN.search(head) and _NAME.search(head))

    def actions(self, record: Node) -> Iterator[Action]:
        """Give the one call that an event tells of."""
        event = record.get("detail") or record
        source, name = text(event, "eventSource"), text(event, "eventName")
        if source is None or name is None:
            return
        service = source.removesuffix(".amazonaws.com")
        agent, tool, task = _agent(event) if service.startswith("bedrock") else (None, None, None)
        shows: tuple[str, ...] = (TOOL_CALLS,) if tool else ()
        if text(event, "eventCategory") == "Data":
            shows += (DATA_ACCESS,)
        decision = _decision(event)
        if decision == "deny":
            shows += (PRIVILEGE_DECISIONS,)
        yield Action(
            _actor(event.get("userIdentity") or EMPTY),
            agent,
            tool,
            f"{service}:{name}",
            _resource(event, service),
            decision,
            task,
            moment(event.get("eventTime")),
            shows,
        )


def _actor(identity: Node) -> str | None:
    for path in (("sessionContext", "sessionIssuer", "arn"), ("arn",)):
        arn = text(identity, *path) or ""
        if found := _IDENTITY.fullmatch(arn):
            return f"identity:aws/{found[1]}/{quote(found[2])}"
        if found := _SESSION.match(arn):
            return f"identity:aws/{found[1]}/role/{quote(found[2])}"
    account = text(identity, "accountId")
    if text(identity, "type") == "Root" and account:
        return f"identity:aws/{quote(account)}/root"
    service = text(identity, "invokedBy")
    return f"identity:aws/-/service:{quote(service)}" if text(identity, "type") == "AWSService" and service else None


def _decision(event: Node) -> str | None:
    error = text(event, "errorCode")
    if error is None:
        return "allow" if text(event, "errorMessage") is None else None
    return "deny" if _DENIED.search(error) else None


def _resource(event: Node, service: str) -> str | None:
    asked = event.get("requestParameters") or EMPTY
    if service == "sts" and (role := _IDENTITY.fullmatch(text(asked, "roleArn") or "")):
        return f"identity:aws/{role[1]}/{quote(role[2])}"
    for each in (event.get("resources") or EMPTY).elements()[:20]:
        arn = text(each, "ARN") or text(each, "arn") or ""
        if arn.startswith("arn:"):
            return _native(arn)
    account = text(event, "recipientAccountId") or text(event, "userIdentity", "accountId")
    for of, parameter, form in _NAMED:
        if service == of and (value := text(asked, parameter)):
            region = text(event, "awsRegion") or ""
            arn = value if value.startswith("arn:") else form.format(value, region=region, account=account or "")
            return _native(arn)
    named = next((arn for _, each in asked.items() if (arn := text(each) or "").startswith("arn:")), None)
    if named is not None:
        return _native(named)
    return f"resource:aws/{quote(account)}" if account else None


def _native(arn: str) -> str:
    """Give the id of what an ARN names, the whole when it names a part of a bucket or a table."""
    if found := _IDENTITY.fullmatch(arn):
        return f"identity:aws/{found[1]}/{quote(found[2])}"
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[2] == "s3":
        arn = arn.partition("/")[0]
    elif len(parts) == 6 and parts[2] == "dynamodb":
        arn = "/".join(arn.split("/")[:2])
    return f"resource:aws/{quote(arn)}"


def _agent(event: Node) -> tuple[str | None, str | None, str | None]:
    """Give the agent that a call of Bedrock reaches, the tool that it names, and the session."""
    asked = event.get("requestParameters") or EMPTY
    named = next((value for name in _AGENT_NAMES if (value := text(asked, name))), None)
    if named is None:
        arns = [text(each, "ARN") or "" for each in (event.get("resources") or EMPTY).elements()[:20]]
        named = next((arn for arn in arns if re.search(r":(?:agent|agent-alias|runtime|gateway)/", arn)), None)
    if named is None:
        return None, None, None
    agent = "bedrock/-/" + quote(re.sub(r"^.*:(?:agent|agent-alias|runtime|gateway)/", "", named).split("/")[0])
    # a gateway records the message of the Model Context Protocol that it was sent
    body = asked.get("body") or EMPTY
    called = text(body, "params", "name") if text(body, "method") == "tools/call" else None
    tool = f"tool:{agent}/{quote(called)}" if called else None
    return f"agent:{agent}", tool, text(asked, "sessionId") or text(asked, "runtimeSessionId")


LOG = CloudTrail()
