"""Bedrock and AgentCore in templates and Terraform: agents, their tools, gates, roles, and what they hand on."""

from __future__ import annotations

import json
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
