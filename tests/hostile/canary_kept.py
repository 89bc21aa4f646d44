"""Files of many kinds in which nothing is a secret, and every value of a secret refers to one."""

from __future__ import annotations

import json
from typing import Any

MANAGED = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:kept-AbCdEf"
GOOGLE = "projects/kept/secrets/kept-token"
AZURE = "@Microsoft.KeyVault(SecretUri=https://kept.vault.azure.net/secrets/kept)"
RESOLVED = "{{resolve:secretsmanager:kept:SecretString:password}}"


def _node(name: str, kind: str, parameters: object, **more: object) -> dict[str, Any]:
    return {"name": name, "type": kind, "typeVersion": 1, "parameters": parameters, **more}


_N8N = {
    "nodes": [
        _node("Desk", "@n8n/n8n-nodes-langchain.agent", {"text": "={{ $json.token }}"}),
        _node(
            "Ask",
            "n8n-nodes-base.httpRequestTool",
            {"headerParameters": {"parameters": [{"name": "Authorization", "value": "=Bearer {{ $env.KEPT_TOKEN }}"}]}},
            credentials={"httpHeaderAuth": {"id": "kEpT0123456789ab", "name": "kept header"}},
        ),
    ],
    "connections": {"Ask": {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]}},
}
_FLOWISE = {
    "nodes": [
        {
            "id": "m",
            "type": "customNode",
            "data": {
                "id": "m",
                "name": "customMCP",
                "category": "Tools (MCP)",
                "baseClasses": [],
                "credential": "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
                "inputs": {
                    "mcpServerConfig": json.dumps(
                        {
                            "command": "x",
                            "env": {"KEPT_TOKEN": "{{$vars.KEPT_TOKEN}}"},
                            "headers": [{"name": "X-Api-Key", "value": "{{$vars.KEPT_KEY}}"}],
                        }
                    )
                },
            },
        }
    ],
    "edges": [],
}
_SITE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "parameters": {"keptPassword": {"type": "secureString"}, "keptKey": {"type": "secureString", "defaultValue": ""}},
    "resources": [
        {
            "type": "Microsoft.Web/sites",
            "name": "kept",
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "siteConfig": {
                    "appSettings": [
                        {"name": "KEPT_PASSWORD", "value": AZURE},
                        {"name": "KEPT_KEY", "value": "[parameters('keptKey')]"},
                    ]
                }
            },
        }
    ],
}
_LANGGRAPH = {
    "graphs": {"kept": "./kept.py:graph"},
    "env": {"KEPT_TOKEN": "${KEPT_TOKEN}", "KEPT_PASSWORD": "vault:secret/data/kept#password", "KEPT_API_KEY": GOOGLE},
    "dockerfile_lines": ["ARG KEPT_TOKEN", "RUN curl -H 'Authorization: Bearer ${KEPT_TOKEN}' https://h.example.test"],
}
_AUDIT = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "stage": "ResponseComplete",
    "verb": "get",
    "user": {"username": "system:serviceaccount:kept:kept"},
    "objectRef": {"resource": "secrets", "namespace": "kept", "name": "kept-token", "apiGroup": ""},
}
KEPT = {
    "kept/n8n.json": json.dumps(_N8N, indent=1),
    "kept/flowise.json": json.dumps(_FLOWISE, indent=1),
    "kept/langgraph.json": json.dumps(_LANGGRAPH, indent=1),
    "kept/site.json": json.dumps(_SITE, indent=1),
    "kept/audit.jsonl": json.dumps(_AUDIT),
    "kept/app.yaml": f"""
Parameters:
  KeptPassword: {{Type: String, NoEcho: true}}
Resources:
  Runtime:
    Type: AWS::BedrockAgentCore::Runtime
    Properties:
      AgentRuntimeName: kept
      EnvironmentVariables:
        KEPT_PASSWORD: '{RESOLVED}'
        KEPT_TOKEN: {MANAGED}
        KEPT_KEY: !Ref KeptPassword
        KEPT_URL: !Join ['', ['postgres://app:', !Ref KeptPassword, '@db.example.test/x']]
        KEPT_DSN: !Sub 'postgres://app:${{KeptPassword}}@db.example.test/x'
""",
    "kept/main.tf": """
variable "kept_password" {
  type      = string
  sensitive = true
}
resource "aws_bedrockagent_agent" "kept" {
  agent_name = "kept"
  tags       = { KEPT_TOKEN = var.kept_password, KEPT_KEY = data.aws_secretsmanager_secret_version.kept.secret_string }
}
""",
    "kept/main.bicep": """
@secure()
param keptPassword string
resource a 'Microsoft.Authorization/roleAssignments@2022-04-01' = { name: 'kept' }
var keptToken = keyVault.getSecret('kept-token')
""",
    "kept/.gemini/agents/peer.md": """---
kind: remote
name: kept
agent_card_url: https://h.example.test
auth:
  type: http
  token: $KEPT_TOKEN
---
""",
    "kept/main.py": """
import os
from agents import Agent
from agents.mcp import MCPServerStdio
KEPT_TOKEN = os.environ["KEPT_TOKEN"]
args = ["--api-key", os.environ["KEPT_KEY"], "--token", "${KEPT_TOKEN}"]
files = MCPServerStdio(params={"command": "x", "args": args})
kept = Agent(name="kept", instructions="i", mcp_servers=[files])
""",
    "kept/.gitlab-ci.yml": """
kept:
  secrets: {KEPT_TOKEN: {vault: kept/data/token@secret}}
  variables: {KEPT_PASSWORD: $KEPT_PASSWORD}
  script: ['curl -H "PRIVATE-TOKEN: $KEPT_TOKEN" https://h.example.test']
""",
    "kept/gateway.yaml": """
binds:
- listeners:
  - routes:
    - policies:
        mcpAuthorization: {rules: ['request.headers["x-api-key"] != "" && jwt.token == request.token']}
        backendAuth: {key: $KEPT_KEY}
      backends: [{mcp: {targets: [{name: kept}]}}]
""",
}
