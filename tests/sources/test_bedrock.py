"""Bedrock and AgentCore in templates and Terraform: agents, their tools, gates, roles, and what they hand on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.pipeline import observe as estate
from nhiassess.sources.aws.bedrock import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, place, triples

CANARY = "sk-proj-CANARYfakefakefakefakefakefakefake0000"
PATH = "claims/app.yaml"
AGENT, HELPER = "agent:bedrock/claims/claims", "agent:bedrock/claims/app.yaml/Helper"
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Model: {Type: String}
  Bucket: {Type: String}
Resources:
  Claims:
    Type: AWS::Bedrock::Agent
    Properties:
      AgentName: claims
      Description: handles claims
      FoundationModel: !Ref Model
      IdleSessionTTLInSeconds: 600
      AgentResourceRoleArn: !GetAtt Role.Arn
      AgentCollaboration: SUPERVISOR
      GuardrailConfiguration: {GuardrailIdentifier: !Ref Guard, GuardrailVersion: "1"}
      MemoryConfiguration: {EnabledMemoryTypes: [SESSION_SUMMARY], StorageDays: 30}
      AgentCollaborators:
        - CollaboratorName: helper
          AgentDescriptor: {AliasArn: !GetAtt HelperAlias.AgentAliasArn}
        - CollaboratorName: itself
          AgentDescriptor:
            AliasArn: !Sub "arn:aws:bedrock:${AWS::Region}:${AWS::AccountId}:agent-alias/${Helper.AgentId}/${HelperAlias}"
        - CollaboratorName: stranger
          AgentDescriptor: {AliasArn: !ImportValue stranger}
      KnowledgeBases:
        - {KnowledgeBaseId: !Ref Base, Description: policies}
        - {KnowledgeBaseId: OLD, KnowledgeBaseState: DISABLED}
      ActionGroups:
        - ActionGroupName: pay
          ActionGroupExecutor: {Lambda: !GetAtt Payer.Arn}
          FunctionSchema:
            Functions:
              - {Name: pay_out, RequireConfirmation: ENABLED}
              - {Name: look_up}
        - ActionGroupName: files
          ActionGroupExecutor: {CustomControl: RETURN_CONTROL}
          ApiSchema:
            Payload: |
              openapi: 3.0.0
              paths:
                /claims/{id}:
                  get: {operationId: getClaim}
                  delete: {x-requireConfirmation: ENABLED}
        - ActionGroupName: far
          ActionGroupExecutor: {Lambda: "arn:aws:lambda:eu-west-1:111122223333:function:far"}
          ApiSchema: {S3: {S3BucketName: !Ref Bucket, S3ObjectKey: api.json}}
        - {ActionGroupName: code, ParentActionGroupSignature: AMAZON.CodeInterpreter}
        - {ActionGroupName: ask, ParentActionGroupSignature: AMAZON.UserInput}
        - {ActionGroupName: off, ActionGroupState: DISABLED, ActionGroupExecutor: {Lambda: !GetAtt Payer.Arn}}
  Helper:
    Type: AWS::Bedrock::Agent
    Condition: Big
    Properties:
      AgentName: !Sub "helper-${AWS::Region}"
      AgentResourceRoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/helper"
      OrchestrationType: CUSTOM_ORCHESTRATION
      CustomOrchestration: {Executor: {Lambda: !GetAtt Payer.Arn}}
  HelperAlias:
    Type: AWS::Bedrock::AgentAlias
    Properties: {AgentId: !GetAtt Helper.AgentId, AgentAliasName: live}
  Guard:
    Type: AWS::Bedrock::Guardrail
    Properties:
      Name: guard
      ContentPolicyConfig: {FiltersConfig: [{Type: PROMPT_ATTACK, InputStrength: HIGH, OutputStrength: NONE}]}
  Base:
    Type: AWS::Bedrock::KnowledgeBase
    Properties: {Name: policies, RoleArn: !GetAtt Role.Arn}
  Pages:
    Type: AWS::Bedrock::DataSource
    Properties:
      KnowledgeBaseId: !Ref Base
      DataSourceConfiguration:
        Type: WEB
        WebConfiguration: {SourceConfiguration: {UrlConfiguration: {SeedUrls: [{Url: "https://news.example/a"}]}}}
  Ledger:
    Type: AWS::DynamoDB::Table
  Payer:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt PayerRole.Arn}
  PayerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}}
      Policies:
        - PolicyName: pay
          PolicyDocument: {Statement: {Sid: Pay, Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Ledger.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: claims
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: bedrock.amazonaws.com}}}
      Policies:
        - PolicyName: run
          PolicyDocument: {Statement: {Effect: Allow, Action: bedrock:Retrieve, Resource: !GetAtt Base.KnowledgeBaseArn}}
"""  # noqa: E501
PAY = f"tool_server:{PATH}#Claims.pay"
PAYER = f"resource:aws/arn:aws:lambda:-:-:function:{PATH}/Payer"


@pytest.fixture(scope="module")
def found() -> Inventory:
    return observe(SOURCE, {PATH: TEMPLATE})


def test_agent(found: Inventory) -> None:
    assert ids(found.agents) == [HELPER, AGENT]
    agent = by_id(found.agents, AGENT)
    assert (agent.name, agent.platform, agent.purpose, agent.model) == (
        "claims",
        "bedrock",
        "handles claims",
        "${Model}",
    )
    assert (agent.endpoint_auth, agent.limits) == ("iam", "a session ends 600 s after its last request")
    assert agent.locations == (place(TEMPLATE, "Claims:", PATH),)
    assert by_id(found.agents, HELPER).name == "helper-${AWS::Region}"


def test_action_groups(found: Inventory) -> None:
    tools = {each.id.split("#", 1)[-1]: each.approval for each in found.tools}
    own = "tool:bedrock/claims/claims/"
    assert tools == {
        "Claims.pay/pay_out": "each_call",
        "Claims.pay/look_up": "never",
        "Claims.files/getClaim": "unknown",
        "Claims.files/DELETE%20/claims/%7Bid%7D": "each_call",
        "Claims.far/*": "unknown",
        f"{own}AMAZON.CodeInterpreter": "never",
        f"{own}knowledge%20base%20policies": "never",
    }
    assert {link[2] for link in triples(found, "invokes")} == set(ids(found.tools))
    assert by_id(found.tools, f"{own}AMAZON.CodeInterpreter").capabilities == (("executes_code", "high"),)
    schema = by_id(found.tools, f"tool:{PATH}#Claims.files/getClaim")
    assert schema.locations == (place(TEMPLATE, "{operationId", PATH),)
    assert {each.name: each.auth for each in found.tool_servers} == {"pay": "iam", "files": "unknown", "far": "iam"}


def test_roles(found: Inventory) -> None:
    assert triples(found, "runs_as") == {
        (AGENT, "runs_as", "identity:aws/-/role/claims"),
        (HELPER, "runs_as", "identity:aws/-/role/helper"),
        (PAY, "runs_as", f"identity:aws/-/role/{PATH}/PayerRole"),
    }


def test_what_an_agent_hands_on_and_what_decides_it(found: Inventory) -> None:
    assert triples(found, "delegates_to", "defines", "taints") == {
        (AGENT, "delegates_to", HELPER),
        (PAYER, "defines", HELPER),
        ("input:web/news.example", "taints", AGENT),
    }


def test_settings(found: Inventory) -> None:
    stated = {each.key: (each.value, each.agent) for each in found.settings}
    assert stated == {
        "Claims.AgentCollaboration": ("SUPERVISOR", AGENT),
        "Claims.GuardrailConfiguration.GuardrailIdentifier": ("guard", AGENT),
        "Claims.GuardrailConfiguration.GuardrailVersion": ("1", AGENT),
        "Claims.MemoryConfiguration.EnabledMemoryTypes": ("SESSION_SUMMARY", AGENT),
        "Claims.MemoryConfiguration.StorageDays": ("30", AGENT),
        "Claims.ActionGroups.files.CustomControl": ("RETURN_CONTROL", AGENT),
        "Claims.ActionGroups.ask.ParentActionGroupSignature": ("AMAZON.UserInput", AGENT),
        "Claims.ActionGroups.off.State": ("DISABLED", AGENT),
        "Claims.KnowledgeBases.OLD.State": ("DISABLED", AGENT),
        "Helper.OrchestrationType": ("CUSTOM_ORCHESTRATION", HELPER),
        "Helper.CustomOrchestration.Executor.Lambda": (PAYER.removeprefix("resource:aws/"), HELPER),
        "Guard.ContentPolicyConfig.FiltersConfig.0.Type": ("PROMPT_ATTACK", None),
        "Guard.ContentPolicyConfig.FiltersConfig.0.InputStrength": ("HIGH", None),
        "Guard.ContentPolicyConfig.FiltersConfig.0.OutputStrength": ("NONE", None),
    }


def test_what_is_out_of_reach_is_named(found: Inventory) -> None:
    reasons = {each.construct: each.reason for each in found.skipped}
    assert set(reasons) == {"parameter", "import", "collaborator", "API schema", "function", "condition"}
    assert "s3://${Bucket}/api.json" in reasons["API schema"]
    assert "stranger" in reasons["collaborator"]


def test_agent_reaches_the_table_behind_its_function(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / PATH).write_text(TEMPLATE)
    seen = estate(tmp_path, "2026-01-01")
    edges = {(each.source, each.verb, each.target): each.verdict for each in seen.edges}
    role = f"identity:aws/-/role/{PATH}/PayerRole"
    grant = f"grant:aws/-/role/{PATH}/PayerRole/pay/Pay"
    table = f"resource:aws/arn:aws:dynamodb:-:-:table/{PATH}/Ledger"
    chain = [
        (AGENT, "invokes", f"tool:{PATH}#Claims.pay/look_up"),
        (f"tool:{PATH}#Claims.pay/look_up", "served_by", PAY),
        (PAY, "runs_as", role),
        (role, "granted", grant),
        (grant, "writes", table),
        ("identity:aws/-/role/claims", "granted", "grant:aws/-/role/claims/run/0"),
        ("grant:aws/-/role/claims/run/0", "reads", "resource:aws/arn:aws:bedrock:-:-:knowledge-base/policies"),
    ]
    assert {each: edges.get(each) for each in chain} == dict.fromkeys(chain, "yes")


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


def test_answers_of_the_api() -> None:
    one = {"agent": {"agentId": "AB12", "agentName": "hr", "agentStatus": "PREPARED", "foundationModel": "m",
                     "idleSessionTTLInSeconds": 60, "guardrailConfiguration": {"guardrailIdentifier": "g1"},
                     "agentResourceRoleArn": "arn:aws:iam::111122223333:role/service-role/hr"}}  # fmt: skip
    several = {"agentSummaries": [{"agentId": "AB12", "agentName": "hr"}, {"agentId": "CD34"}, 3]}
    found = observe(SOURCE, {"aws/get-agent.json": json.dumps(one), "aws/list-agents.json": json.dumps(several)})
    agent = by_id(found.agents, "agent:bedrock/aws/hr")
    assert (agent.status, agent.model, agent.limits) == ("PREPARED", "m", "a session ends 60 s after its last request")
    assert triples(found) == {(agent.id, "runs_as", "identity:aws/111122223333/role/service-role/hr")}
    assert "agent:bedrock/aws/list-agents.json/CD34" in ids(found.agents)


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::Bedrock::Agent",
        "AWS::Bedrock::DataSource",
        "AWS::BedrockAgentCore::Runtime",
        "AWS::BedrockAgentCore::Gateway",
        "AWS::BedrockAgentCore::GatewayTarget",
        "AWS::BedrockAgentCore::OAuth2CredentialProvider",
    ],
)
@pytest.mark.parametrize("odd", [3, None, [], [[1]], {"Ref": "R"}, {"a": {"b": []}}, {"Fn::If": ["C", {}, []]}])
def test_hostile_shapes(kind: str, odd: object) -> None:
    names = ("AgentName", "ActionGroups", "KnowledgeBases", "AgentCollaborators", "AgentResourceRoleArn", "RoleArn",
             "GuardrailConfiguration", "CustomOrchestration", "EnvironmentVariables", "AgentRuntimeArtifact",
             "AuthorizerConfiguration", "AuthorizerType", "TargetConfiguration", "CredentialProviderConfigurations",
             "GatewayIdentifier", "DataSourceConfiguration", "KnowledgeBaseId", "IdleSessionTTLInSeconds")  # fmt: skip
    resources = {"R": {"Type": kind, "Properties": dict.fromkeys(names, odd)}, "S": {"Type": kind, "Properties": odd}}
    groups = [{"ActionGroupName": odd, "ApiSchema": odd, "FunctionSchema": odd, "ActionGroupExecutor": odd}, odd]
    resources["G"] = {
        "Type": kind,
        "Properties": {"ActionGroups": groups, "KnowledgeBases": [{"KnowledgeBaseId": odd}]},
    }
    observe(SOURCE, {"a.json": json.dumps({"AWSTemplateFormatVersion": "x", "Resources": resources})})


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.json", '{"agent": {"name": "x"}}'),
        ("main.tf", 'resource "google_project" "p" {'),
        ("crew/agents.yaml", "researcher:\n  role: x\n"),
    ],
)
def test_other_files_are_left_alone(path: str, head: str) -> None:
    assert not SOURCE.recognises(path, head)


def test_template_without_agents_says_nothing() -> None:
    found = observe(SOURCE, {"a.yaml": "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n"})
    assert found == Inventory()


CORPUS = SHARED / "corpus" / "bedrock"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.conflicts) == ([], ())
    # five Bedrock agents in templates, one runtime, and three agents in Terraform
    assert len(found.agents) == 9
    # one for each action group with an executor (10) and each gateway (3)
    assert len(found.tool_servers) == 13
    # three operations, two tools of an API, two connectors, one function, one knowledge base, nine unknown schemas
    assert len(found.tools) == 18
    assert sum(each.construct == "API schema" for each in found.skipped) == 9
    assert {each.auth for each in found.tool_servers if "Gateway" in each.id} == {"iam", "oauth"}
    roles = triples(found, "runs_as")
    assert len({source for source, _, _ in roles if source.startswith("agent:")}) == 9
    assert len({source for source, _, _ in roles if source.startswith("tool_server:")}) == 13
