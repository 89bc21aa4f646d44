"""What each kind of log reads from its records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.logs.following import facts, followed

ASSUMED = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111122223333:assumed-role/deploy/i-0abc",
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ci/deploy"}},
}


def event(service: str, name: str, **more: Any) -> dict[str, Any]:
    return {"eventVersion": "1.09", "eventSource": f"{service}.amazonaws.com", "eventName": name,
            "userIdentity": ASSUMED, "eventTime": "2026-11-05T06:00:12Z", "recipientAccountId": "111122223333",
            **more}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (event("s3", "GetObject", resources=[{"ARN": "arn:aws:s3:::claims/2026/a.pdf"}], eventCategory="Data"),
         ("identity:aws/111122223333/role/ci/deploy", None, None, "s3:GetObject", "resource:aws/arn:aws:s3:::claims",
          "allow")),
        (event("sts", "AssumeRole", requestParameters={"roleArn": "arn:aws:iam::444455556666:role/admin"}),
         ("identity:aws/111122223333/role/ci/deploy", None, None, "sts:AssumeRole",
          "identity:aws/444455556666/role/admin", "allow")),
        (event("lambda", "CreateFunction20150331", requestParameters={"functionName": "f"}, awsRegion="eu-central-1",
               errorCode="AccessDenied"),
         ("identity:aws/111122223333/role/ci/deploy", None, None, "lambda:CreateFunction20150331",
          "resource:aws/arn:aws:lambda:eu-central-1:111122223333:function:f", "deny")),
        (event("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation", userIdentity={
            "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bot"}),
         ("identity:aws/111122223333/user/bot", None, None, "ec2:RunInstances", "resource:aws/111122223333", "deny")),
        (event("s3", "GetObject", errorCode="NoSuchKey", requestParameters={"bucketName": "b"}, userIdentity={
            "type": "AWSService", "invokedBy": "bedrock.amazonaws.com"}),
         ("identity:aws/-/service:bedrock.amazonaws.com", None, None, "s3:GetObject", "resource:aws/arn:aws:s3:::b",
          None)),
        (event("bedrock", "InvokeAgent", requestParameters={"agentId": "AGENT1", "sessionId": "s"}),
         ("identity:aws/111122223333/role/ci/deploy", "agent:bedrock/-/AGENT1", None, "bedrock:InvokeAgent",
          "resource:aws/111122223333", "allow")),
        (event("bedrock-agentcore", "InvokeGateway", userIdentity={"type": "AWSAccount", "accountId": "anonymous"},
               resources=[{"ARN": "arn:aws:bedrock-agentcore:us-west-2:111122223333:gateway/claims-x1"}],
               requestParameters={"body": {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "pay"}}}),
         (None, "agent:bedrock/-/claims-x1", "tool:bedrock/-/claims-x1/pay", "bedrock-agentcore:InvokeGateway",
          "resource:aws/arn:aws:bedrock-agentcore:us-west-2:111122223333:gateway/claims-x1", "allow")),
    ],
    ids=["object", "role", "denied", "user", "service", "agent", "gateway"],
)  # fmt: skip
def test_cloudtrail(record: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    for form in ([record], [{"detail-type": "AWS API Call via CloudTrail", "detail": record}]):
        (row,) = followed(form).activity
        assert (facts(row), row.time) == (expected, "2026-11-05T06:00:12Z")


def test_cloudtrail_as_services_hand_it_on() -> None:
    text = json.dumps(event("s3", "ListBuckets"))
    for export in ({"Records": [json.loads(text)]}, {"events": [{"eventId": "1", "message": text}]},
                   {"Events": [{"EventId": "1", "EventName": "x", "CloudTrailEvent": text}]}):  # fmt: skip
        assert [each.action for each in followed(json.dumps(export), "x.json").activity] == ["s3:ListBuckets"]


def test_cloudtrail_shows_what_is_recorded_of_an_agent() -> None:
    body = {"method": "tools/call", "params": {"name": "pay"}}
    found = followed([event("bedrock-agentcore", "InvokeGateway", eventCategory="Data",
                            requestParameters={"gatewayId": "g", "body": body})])  # fmt: skip
    (row,) = found.telemetry
    assert (row.agent, row.tool_calls, row.data_access, row.privilege_decisions, row.sink) == (
        "agent:bedrock/-/g", True, True, None, None,
    )  # fmt: skip
    (agent,) = found.agents
    assert (agent.status, agent.last_used, agent.platform) == ("seen in activity", "2026-11-05T06:00:12Z", "bedrock")


def request(verb: str, about: dict[str, str] | None, **more: Any) -> dict[str, Any]:
    return {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete", "verb": verb,
            "requestURI": "/healthz?verbose", "user": {"username": "system:serviceaccount:support:assistant"},
            "objectRef": about, "requestReceivedTimestamp": "2026-11-05T06:00:12.125094Z",
            "annotations": {"authorization.k8s.io/decision": "allow"}, **more}  # fmt: skip


ASSISTANT = "identity:kubernetes/-/support/assistant"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (request("get", {"resource": "secrets", "namespace": "support", "name": "db"}),
         (ASSISTANT, "get:core/secrets", "resource:kubernetes/-/support/secret/db", "allow")),
        (request("list", {"resource": "secrets", "namespace": "support"}),
         (ASSISTANT, "list:core/secrets", "resource:kubernetes/-/support/secrets", "allow")),
        (request("create", {"resource": "pods", "namespace": "support", "name": "p", "subresource": "exec"},
                 annotations={"authorization.k8s.io/decision": "forbid"}),
         (ASSISTANT, "create:core/pods/exec", "resource:kubernetes/-/support/pod/p", "deny")),
        (request("patch", {"resource": "clusterroles", "apiGroup": "rbac.authorization.k8s.io", "name": "view"},
                 user={"username": "ada"}, annotations={}),
         ("identity:kubernetes/-/-/user:ada", "patch:rbac.authorization.k8s.io/clusterroles",
          "resource:kubernetes/-/clusterroles/view", None)),
        (request("get", {"resource": "nodes", "name": "n1"}),
         (ASSISTANT, "get:core/nodes", "resource:kubernetes/-/nodes", "allow")),
        (request("get", None), (ASSISTANT, "get:nonResourceURLs/healthz", "resource:kubernetes/-", "allow")),
    ],
    ids=["secret", "secrets", "exec", "cluster", "node", "address"],
)  # fmt: skip
def test_kubernetes_audit(record: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    (row,) = followed([record]).activity
    assert (row.actor, row.action, row.resource, row.decision) == expected
    assert row.time == "2026-11-05T06:00:12Z"


def test_kubernetes_audit_names_whom_somebody_acted_as() -> None:
    rows = followed([request("delete", {"resource": "pods", "namespace": "a", "name": "p"},
                             impersonatedUser={"username": "ada"})]).activity  # fmt: skip
    assert [(each.actor, each.action, each.resource) for each in rows] == [
        (ASSISTANT, "impersonate:core/users", "identity:kubernetes/-/-/user:ada"),
        ("identity:kubernetes/-/-/user:ada", "delete:core/pods", "resource:kubernetes/-/a/pod/p"),
    ]


def test_kubernetes_audit_counts_each_request_once() -> None:
    about = {"resource": "pods", "namespace": "a"}
    found = followed([request("watch", about, stage=stage) for stage in
                      ("RequestReceived", "ResponseStarted", "ResponseComplete")])  # fmt: skip
    assert [each.times for each in found.activity] == [1]
    export = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": [request("get", about)]}
    assert len(followed(json.dumps(export)).activity) == 1


def test_github_audit() -> None:
    rows = followed([
        {"action": "repo.create", "actor": "ada", "org": "acme", "repo": "acme/web", "@timestamp": 1770131992242},
        {"action": "git.push", "actor": "helper[bot]", "actor_is_bot": True, "org": "acme", "repo": "acme/web",
         "programmatic_access_type": "GitHub App server-to-server token", "created_at": 1770131992242},
        {"action": "org.add_member", "actor": "ci-user", "actor_is_bot": False, "org": "acme", "user": "eve",
         "programmatic_access_type": "Personal access token (classic)"},
    ])  # fmt: skip
    assert [(each.actor, each.action, each.resource, each.time) for each in rows.activity] == [
        ("identity:github/-/user:ada", "github:repo.create", "resource:github/acme/web", "2026-02-03T15:19:52Z"),
        ("identity:github-app/acme/helper", "github:git.push", "resource:github/acme/web", "2026-02-03T15:19:52Z"),
        ("identity:github/-/user:ci-user", "github:org.add_member", "resource:github/acme", None),
    ]
    assert [each.kind for each in rows.identities] == ["user", "github_app", "user"]


def test_mcp_trace() -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_issue", "arguments": {}}}
    found = followed([
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"clientInfo": {"name": "claude-ai"}}},
        {"timestamp": "2026-11-05T06:00:12Z", "direction": "out", "server": "github", "client": "desk",
         "session": "s1", "message": call},
        {"ts": 1770131992.5, "server": {"name": "files"},
         "payload": {"jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": {"uri": "file:///a"}}},
        {"jsonrpc": "2.0", "id": 1, "result": {"content": []}},
    ])  # fmt: skip
    assert [(each.agent, each.tool, each.action, each.resource, each.task) for each in found.activity] == [
        ("agent:mcp/-/claude-ai", None, "initialize", None, None),
        ("agent:mcp/-/desk", "tool:mcp/github/create_issue", "tools/call", None, "s1"),
        (None, None, "resources/read", "resource:mcp/file:///a", None),
    ]
    assert [(each.agent, each.tool_calls) for each in found.telemetry] == [("agent:mcp/-/desk", True)]
    line = f"2026-11-05T06:00:12Z [github] [info] Message from client: {json.dumps(call)} {{ metadata: undefined }}\n"
    assert [each.tool for each in followed(line).activity] == ["tool:mcp/-/create_issue"]
