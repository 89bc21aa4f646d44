"""Where policies, gateways and objects of clusters hold secrets."""

from __future__ import annotations

import json
from base64 import b64encode

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, flag, header, place, query, telling, word


def text(value: str) -> str:
    """Give a text in quotes, as all of these languages write it."""
    return json.dumps(value)


@place
def authorization(known: list[Canary]) -> Files:
    cedar = "\n".join(
        f"// {telling(each)}\n@id({text(telling(each))})\n"
        f"permit(principal == User::{text(each.line)}, action, resource) "
        f"when {{ context.{each.variable.lower()} == {text(each.line)} && context has x }};"
        for each in known
        if each.tells_itself
    )
    cedar += "\n".join(
        f"permit(principal, action, resource) when {{ context.{each.variable} == {text(each.line)} }};"
        for each in known
    )
    rego = "package p\nimport rego.v1\ndefault allow := false\n" + "\n".join(
        f"# {each.variable}: {each.line}\n{each.variable.lower()} := {text(each.line)}\n"
        f"allow if {{ input.tool == {text(telling(each))} }}\nallow if {{ r := http.send({{"
        f'"url": {text(address([each]))}, "headers": {{{text(header(each))}: {text(each.line)}}}}}) }}'
        for each in known
    )
    fga = "model\n  schema 1.1\n" + "\n".join(f"# {telling(each)}\ntype t{each.number}" for each in known)
    fga += "\n" + "\n".join(
        f"type {each.value}\n  relations\n    define {each.value}: [user]" for each in known if word(each)
    )
    store = {
        "model": "model\n  schema 1.1\ntype user\n",
        "tuples": [
            {"user": f"user:{each.line}", "relation": "r", "object": telling(each)}
            for each in known
            if each.tells_itself
        ],
        "tests": [{"name": telling(each)} for each in known],
    }
    typed = {
        "schema_version": "1.1",
        "type_definitions": [
            {"type": telling(each), "relations": {telling(each): {"this": {}}}, "metadata": env([each])}
            for each in known
        ],
    }
    return {
        "p.cedar": cedar,
        "p.rego": rego,
        "m.fga": fga,
        "s.fga.yaml": yaml.safe_dump(store, width=60),
        "m.json": json.dumps(typed),
        "set.json": json.dumps({"staticPolicies": {telling(each): cedar for each in known[:2]}}),
    }


@place
def gateway_policies(known: list[Canary]) -> Files:
    rules = [
        f"jwt.sub == {json.dumps(each.line)} && mcp.tool.name == {json.dumps(telling(each))}"
        for each in known
        if each.tells_itself
    ]
    rules += [f'request.headers["{header(each).lower()}"] == {json.dumps(each.line)}' for each in known]
    gateway = {
        "binds": [
            {
                "listeners": [
                    {
                        "routes": [
                            {
                                "policies": {
                                    "mcpAuthorization": {"rules": rules},
                                    "backendAuth": {"key": each.value if each.form != "session cookie" else "x"},
                                    "requestHeaderModifier": {"add": {header(each): each.line}},
                                },
                                "backends": [
                                    {
                                        "mcp": {
                                            "targets": [
                                                {
                                                    "name": telling(each),
                                                    "stdio": {
                                                        "cmd": "x",
                                                        "args": [flag(each), each.value],
                                                        "env": env([each]),
                                                    },
                                                }
                                            ]
                                        }
                                    }
                                ],
                            }
                            for each in known
                        ]
                    }
                ]
            }
        ]
    }
    istio = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "a", "annotations": env(known)},
        "spec": {
            "rules": [
                {
                    "when": [{"key": f"request.headers[{header(each)}]", "values": [each.line]}],
                    "to": [{"operation": {"paths": [f"/x?{query([each])}"]}}],
                }
                for each in known
            ]
        },
    }
    kong = {
        "_format_version": "3.0",
        "consumers": [
            {
                "username": telling(each),
                "keyauth_credentials": [{"key": each.value if each.form != "session cookie" else "x"}],
                "basicauth_credentials": [{"username": "x", "password": each.value}],
                "jwt_secrets": [{"secret": each.value}],
            }
            for each in known
        ],
        "plugins": [
            {"name": "acl", "config": {"allow": list(map(telling, known))}},
            *(
                {"name": "request-transformer", "config": {"add": {"headers": [f"{header(each)}:{each.line}"]}}}
                for each in known
            ),
        ],
    }
    toolhive = {
        "version": "1.0",
        "type": "cedarv1",
        "cedar": {
            "policies": [
                f"permit(principal, action, resource) when {{ context.{each.variable} == {json.dumps(each.line)} }};"
                for each in known
            ],
            "entities_json": json.dumps([{"uid": telling(each), "attrs": env([each])} for each in known]),
        },
    }
    return {
        "gateway.yaml": yaml.safe_dump(gateway, width=70),
        "istio.yaml": yaml.safe_dump(istio),
        "kong.yaml": yaml.safe_dump(kong),
        "authz.json": json.dumps(toolhive),
    }


@place
def cluster_agents(known: list[Canary]) -> Files:
    listed = [{"name": each.variable, "value": each.value} for each in known]
    specs = {
        "Agent": {
            "systemMessage": "\n".join(map(telling, known)),
            "description": telling(known[3]),
            "deployment": {"env": listed},
        },
        "ModelConfig": {"apiKey": known[57].value, "defaultHeaders": {header(each): each.line for each in known}},
        "RemoteMCPServer": {
            "url": address(known),
            "headersFrom": [{"name": header(each), "value": each.line} for each in known],
        },
        "MCPServer": {
            "deployment": {"cmd": "x", "args": [f"{flag(each)}={each.value}" for each in known], "env": env(known)}
        },
    }
    made = [
        {
            "apiVersion": "kagent.dev/v1alpha2",
            "kind": kind,
            "metadata": {"name": kind.lower(), "labels": {"x": telling(known[3])}},
            "spec": spec,
        }
        for kind, spec in specs.items()
    ]
    applied = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "data": {f"d{each.number}": b64encode(each.value.encode()).decode() for each in known},
                "stringData": {f"s{each.number}": each.value for each in known},
                "spec": {"env": [{"name": each.variable, "value": each.value} for each in known]},
            }
        )
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "claude-code", "annotations": applied},
        "spec": {
            "containers": [
                {
                    "name": "c",
                    "image": "x/claude-code",
                    "env": listed,
                    "command": ["sh", "-c", "\n".join(map(curl, known))],
                }
            ]
        },
    }
    return {"agents.yaml": yaml.safe_dump_all([*made, pod], width=70)}
