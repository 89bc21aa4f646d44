"""Agents of Bedrock AgentCore, and those that Terraform deploys."""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.sources.aws.bedrock import SOURCE
from tests.observing import by_id, ids, observe, triples
from tests.sources.test_bedrock import CANARY, PATH

CORE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Key: {{Type: String}}
Resources:
  Runtime:
    Type: AWS::BedrockAgentCore::Runtime
    Properties:
      AgentRuntimeName: support
      RoleArn: !GetAtt Role.Arn
      NetworkConfiguration: {{NetworkMode: PUBLIC}}
      ProtocolConfiguration: HTTP
      AgentRuntimeArtifact: {{ContainerConfiguration: {{ContainerUri: !Sub "${{Images.RepositoryUri}}:1"}}}}
      EnvironmentVariables:
        GATEWAY_URL: !GetAtt Gateway.GatewayUrl
        INTERPRETER: !Ref Interpreter
        OPENAI_API_KEY: {CANARY}
        SLACK_TOKEN: !Ref Key
  Served:
    Type: AWS::BedrockAgentCore::Runtime
    Properties:
      AgentRuntimeName: served
      ProtocolConfiguration: MCP
      AuthorizerConfiguration: {{CustomJWTAuthorizer: {{DiscoveryUrl: "https://login.example"}}}}
  Images: {{Type: AWS::ECR::Repository}}
  Gateway:
    Type: AWS::BedrockAgentCore::Gateway
    Properties: {{Name: gate, AuthorizerType: NONE, RoleArn: !GetAtt Role.Arn}}
  Orders:
    Type: AWS::BedrockAgentCore::GatewayTarget
    Properties:
      GatewayIdentifier: !Ref Gateway
      Name: orders
      TargetConfiguration:
        Mcp: {{Lambda: {{LambdaArn: !GetAtt Fn.Arn, ToolSchema: {{InlinePayload: [{{Name: get_order}}, {{Name: refund}}]}}}}}}
      CredentialProviderConfigurations: [{{CredentialProviderType: GATEWAY_IAM_ROLE}}]
  Mail:
    Type: AWS::BedrockAgentCore::GatewayTarget
    Properties:
      GatewayIdentifier: !Ref Gateway
      Name: mail
      TargetConfiguration: {{Mcp: {{McpServer: {{Endpoint: "https://mail.example/mcp"}}}}}}
      CredentialProviderConfigurations:
        - CredentialProviderType: OAUTH
          CredentialProvider:
            OauthCredentialProvider: {{ProviderArn: "arn:aws:x:y:1:token-vault/mail", Scopes: [send]}}
  Lost:
    Type: AWS::BedrockAgentCore::GatewayTarget
    Properties: {{GatewayIdentifier: abc, Name: lost}}
  Interpreter:
    Type: AWS::BedrockAgentCore::CodeInterpreterCustom
    Properties: {{Name: python, ExecutionRoleArn: !GetAtt Role.Arn, NetworkConfiguration: {{NetworkMode: PUBLIC}}}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt Role.Arn}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: support}}}}
  Policies: {{Type: AWS::BedrockAgentCore::PolicyEngine}}
"""  # noqa: E501


def test_agentcore() -> None:
    found = observe(SOURCE, {PATH: CORE})
    agent, gate = "agent:bedrock/claims/support", f"tool_server:{PATH}#Gateway"
    assert [(each.id, each.endpoint_auth) for each in found.agents] == [(agent, "iam")]
    assert {each.name: (each.auth, each.transport) for each in found.tool_servers} == {
        "gate": ("none", "http"),
        "served": ("oauth", "http"),
        "python": ("iam", None),
    }
    tools = {
        f"{gate.removeprefix('tool_server:')}/{each}" for each in ("orders___get_order", "orders___refund", "mail___*")
    }
    interpreter = f"{PATH}#Interpreter/code_interpreter"
    assert {each.removeprefix("tool:") for _, _, each in triples(found, "invokes")} == {*tools, interpreter}
    python = by_id(found.tools, f"tool:{interpreter}")
    assert (python.sends_out, python.capabilities) == (True, (("executes_code", "high"),))
    host = "resource:aws/arn:aws:bedrock-agentcore:-:-:code-interpreter-custom/python"
    role = "identity:aws/-/role/support"
    assert triples(found, "runs_as", "executes_on", "defines") == {
        (agent, "runs_as", role),
        (gate, "runs_as", role),
        (host, "runs_as", role),
        (python.id, "executes_on", host),
        (f"resource:aws/arn:aws:ecr:-:-:repository/{PATH}/Images", "defines", agent),
    }
    assert {(each.name, each.store, each.scopes) for each in found.credentials} == {
        ("mail", "secret_manager:agentcore:mail", ("send",)),
        ("OPENAI_API_KEY", "plaintext", None),
        ("SLACK_TOKEN", "env_reference", None),
    }
    assert {source for source, _, _ in triples(found, "holds")} == {gate, agent}
    constructs = [each.construct for each in found.skipped]
    assert {"gateway target", "AWS::BedrockAgentCore::PolicyEngine"} <= set(constructs)
    assert CANARY not in repr(found)


TERRAFORM: Mapping[str, str | bytes] = {
    "ops/agent.tf": """
resource "aws_bedrockagent_agent" "boss" {
  agent_name                  = "boss"
  agent_resource_role_arn     = aws_iam_role.boss.arn
  foundation_model            = "model-x"
  idle_session_ttl_in_seconds = 300
  agent_collaboration         = "SUPERVISOR"
  guardrail_configuration {
    guardrail_identifier = var.guard
    guardrail_version    = "1"
  }
}
resource "aws_bedrockagent_agent" "hand" { agent_name = "hand" }
resource "aws_bedrockagent_agent_alias" "hand" { agent_id = aws_bedrockagent_agent.hand.agent_id }
resource "aws_bedrockagent_agent_collaborator" "c" {
  agent_id = aws_bedrockagent_agent.boss.agent_id
  agent_descriptor { alias_arn = aws_bedrockagent_agent_alias.hand.agent_alias_arn }
}
resource "aws_bedrockagent_agent_action_group" "g" {
  action_group_name = "jobs"
  agent_id          = aws_bedrockagent_agent.boss.id
  action_group_executor { lambda = aws_lambda_function.f.arn }
  function_schema {
    member_functions {
      functions { name = "start" }
    }
  }
}
""",
    "ops/rest.tf": """
resource "aws_iam_role" "boss" { name = "boss" }
resource "aws_lambda_function" "f" { role = aws_iam_role.boss.arn }
resource "aws_bedrockagentcore_gateway" "g" {
  name            = "gate"
  authorizer_type = "AWS_IAM"
}
resource "aws_bedrockagentcore_gateway_target" "t" {
  name               = "t"
  gateway_identifier = aws_bedrockagentcore_gateway.g.gateway_id
  credential_provider_configuration {
    api_key { provider_arn = aws_bedrockagentcore_api_key_credential_provider.p.credential_provider_arn }
  }
  target_configuration {
    mcp {
      lambda {
        lambda_arn = aws_lambda_function.f.arn
        tool_schema {
          inline_payload { name = "one" }
          inline_payload { name = "two" }
        }
      }
    }
  }
}
resource "aws_bedrockagentcore_api_key_credential_provider" "p" {
  name    = "vault"
  api_key = "CANARY"
}
module "more" { source = "../more" }
""".replace("CANARY", CANARY),
}


def test_terraform() -> None:
    found = observe(SOURCE, TERRAFORM)
    boss, hand = "agent:bedrock/ops/boss", "agent:bedrock/ops/hand"
    assert ids(found.agents) == [boss, hand]
    assert by_id(found.agents, boss).limits == "a session ends 300 s after its last request"
    group = "tool_server:ops/agent.tf#aws_bedrockagent_agent.boss.jobs"
    role = "identity:aws/-/role/boss"
    assert {(boss, "runs_as", role), (group, "runs_as", role), (boss, "delegates_to", hand)} <= triples(found)
    assert {each.name for each in found.tools} == {"start", "t___one", "t___two"}
    assert {each.name: each.auth for each in found.tool_servers} == {"jobs": "iam", "gate": "iam"}
    stores = {each.name: each.store for each in found.credentials}
    assert stores == {"vault": "secret_manager:agentcore:vault", "api_key": "plaintext"}
    assert {"module", "variable"} <= {each.construct for each in found.skipped}
    assert CANARY not in repr(found)
