"""Where logs hold secrets: arguments of tools, headers, addresses, bodies of requests and prompts, packed or not."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, header, place, query, telling, word

ROLE = "arn:aws:sts::111122223333:assumed-role/deploy/i-0abc"
TIME = "2026-11-05T06:00:12Z"


def filed(name: str, records: list[object]) -> Files:
    """Give all records as JSON Lines, and some packed, as one list in an answer, as text of other records, and cut."""
    lines = [json.dumps(each) for each in records]
    packed, carried, broken = ("\n".join(lines[start::5]) for start in (1, 2, 3))
    carried = "\n".join(json.dumps({"@timestamp": TIME, "message": each}) for each in carried.split("\n"))
    return {
        f"{name}.jsonl": "\n".join(lines),
        f"{name}.jsonl.gz": gzip.compress(packed.encode(), mtime=0),
        f"{name}.json": json.dumps({"Records": records[4::5]}, indent=1),
        f"{name}-carried.jsonl": carried,
        f"{name}-cut.jsonl": broken[:-40] + "\n{" + broken[:4000].replace('"', "'"),
    }


@place
def cloudtrail(known: list[Canary]) -> Files:
    def event(service: str, name: str, **more: object) -> object:
        return {
            "eventVersion": "1.09",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "eventTime": TIME,
            "userIdentity": {"type": "AssumedRole", "arn": ROLE},
            "recipientAccountId": "111122223333",
            **more,
        }

    made: list[object] = []
    for each in known:
        call = {"method": "tools/call", "params": {"name": telling(each), "arguments": {each.variable: each.value}}}
        agent = {"agentId": telling(each), "inputText": curl(each), "sessionState": {"sessionAttributes": env([each])}}
        made += [
            event("bedrock", "InvokeAgent", requestParameters=agent),
            event("bedrock-agentcore", "InvokeGateway", requestParameters={"gatewayId": "g", "body": call}),
            event(
                "lambda",
                "UpdateFunctionConfiguration",
                requestParameters={"functionName": telling(each), "environment": {"variables": env([each])}},
            ),
            event(
                "s3",
                "GetObject",
                requestParameters={"bucketName": telling(each), "key": telling(each)},
                resources=[{"ARN": f"arn:aws:s3:::{each.line}/x"}] if word(each) else [],
            ),
            event(
                "ec2",
                "RunInstances",
                requestParameters={"userData": curl(each)},
                errorCode="AccessDenied",
                errorMessage=telling(each),
                userAgent=f"x/{telling(each)}",
            ),
            event(
                "secretsmanager",
                "PutSecretValue",
                requestParameters={"secretId": telling(each), "secretString": json.dumps(env([each]))},
                responseElements={each.variable: each.value},
            ),
        ]
        if word(each):
            held = {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{each.value}", "userName": each.value}
            made.append(
                event(
                    "sts",
                    "AssumeRole",
                    userIdentity=held,
                    requestParameters={
                        "roleArn": f"arn:aws:iam::444455556666:role/{each.value}",
                        "roleSessionName": each.value,
                    },
                )
            )
    return filed("trail", made)


@place
def kubernetes_audit(known: list[Canary]) -> Files:
    made: list[object] = []
    for each in known:
        told, meta = (
            telling(each),
            {"name": "s", "annotations": {"last-applied": json.dumps({"stringData": env([each])})}},
        )
        data = {f"d{each.number}": b64encode(each.value.encode()).decode()}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data, "stringData": {"x": each.value}}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "spec": {"containers": [{"env": [{"name": each.variable, "value": each.value}], "args": [curl(each)]}]},
        }
        patch = [{"op": "add", "path": f"/spec/template/{each.variable}", "value": each.value}]
        changed, added = (
            {"data": data},
            [{"op": "add", "path": f"/data/d{each.number}", "value": data[f"d{each.number}"]}],
        )
        for kind, asked in (
            ("secrets", secret),
            ("pods", pod),
            ("configmaps", {"kind": "ConfigMap", "data": env([each])}),
            ("deployments", {"items": [secret, pod], "kind": "List"}),
            ("deployments", patch),
            ("secrets", changed),
            ("secrets", added),
        ):
            made.append(
                {
                    "kind": "Event",
                    "apiVersion": "audit.k8s.io/v1",
                    "stage": "ResponseComplete",
                    "verb": "create",
                    "requestURI": f"/api/v1/namespaces/x/{kind}?{query([each])}",
                    "requestReceivedTimestamp": TIME,
                    "user": {
                        "username": f"system:serviceaccount:x:{told}",
                        "groups": [told],
                        "extra": {each.variable: [each.value]},
                    },
                    "objectRef": {"resource": kind, "namespace": "x", "name": told, "apiGroup": ""},
                    "userAgent": told,
                    "requestObject": asked,
                    "responseObject": asked,
                    "annotations": {"authorization.k8s.io/reason": told},
                }
            )
    return filed("audit", made)


@place
def mcp_trace(known: list[Canary]) -> Files:
    made: list[object] = []
    for each in known:
        calls = (
            {
                "method": "tools/call",
                "params": {"name": telling(each), "arguments": {each.variable: each.value, "c": curl(each)}},
            },
            {"method": "resources/read", "params": {"uri": address([each])}},
            {"method": "initialize", "params": {"clientInfo": {"name": telling(each)}, "capabilities": env([each])}},
            {"method": "prompts/get", "params": {"name": telling(each), "arguments": {"x": telling(each)}}},
        )
        for call in calls:
            message = {"jsonrpc": "2.0", "id": 1, **call}
            made += [
                message,
                {
                    "timestamp": TIME,
                    "server": telling(each),
                    "client": telling(each),
                    "sessionId": telling(each),
                    "message": message,
                    "headers": {header(each): each.line},
                },
                {
                    "time": TIME,
                    "server": "s",
                    "line": f"-> {json.dumps(message)}",
                    "msg": f"sent: {json.dumps(message)}",
                },
            ]
    return filed("mcp", made)


@place
def opentelemetry(known: list[Canary]) -> Files:
    made: list[object] = []
    for each in known:
        talk = json.dumps(
            [{"role": "user", "content": telling(each)}, {"role": "tool", "content": json.dumps(env([each]))}]
        )
        held = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": telling(each),
            "gen_ai.agent.name": telling(each),
            "gen_ai.tool.call.arguments": json.dumps({each.variable: each.value}),
            "gen_ai.input.messages": talk,
            "url.full": address([each]),
            each.variable: each.value,
            f"http.request.header.{header(each).lower()}": each.line,
            "mcp.resource.uri": telling(each),
            "gen_ai.conversation.id": each.line if each.tells_itself else "c",
        }
        listed = [{"key": key, "value": {"stringValue": value}} for key, value in held.items()]
        span = {
            "name": telling(each),
            "spanId": "a",
            "attributes": listed,
            "startTimeUnixNano": "1770131992242000000",
            "status": {"message": telling(each)},
            "events": [{"name": "gen_ai.user.message", "attributes": listed}],
        }
        service = [{"key": "service.name", "value": {"stringValue": telling(each)}}]
        made += [
            {"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [{"spans": [span]}]}]},
            {"name": "x", "attributes": held, "start_time": TIME, "resource": {"attributes": env([each])}},
        ]
    return filed("spans", made)


@place
def github_audit(known: list[Canary]) -> Files:
    made: list[object] = []
    for each in known:
        shared = {"actor": telling(each), "org": "o", "created_at": 1770131992242, "_document_id": "d"}
        made += [
            {
                "action": "hook.create",
                **shared,
                "repo": f"o/{telling(each)}",
                "config": {"url": address([each]), "secret": each.value},
            },
            {
                "action": "git.clone",
                **shared,
                "user": telling(each),
                "hashed_token": each.value,
                "token": each.value,
                "programmatic_access_type": telling(each),
                each.variable: each.value,
            },
            {
                "action": "workflows.created_workflow_run",
                **shared,
                "actor_is_bot": True,
                "head_commit": curl(each),
                "business": each.line if each.tells_itself else "b",
            },
        ]
    return filed("github", made)
