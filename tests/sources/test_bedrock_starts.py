"""What starts agents of Bedrock with nobody there: schedules, rules and events of functions."""

from __future__ import annotations

import pytest

from nhiassess.sources.aws.bedrock import SOURCE
from tests.observing import by_id, ids, observe, triples

PATH = "claims/app.yaml"
AGENT, HELPER = "agent:bedrock/claims/claims", "agent:bedrock/claims/helper"
TEMPLATE = """
Resources:
  Claims: {Type: AWS::Bedrock::Agent, Properties: {AgentName: claims}}
  Helper: {Type: AWS::Bedrock::Agent, Properties: {AgentName: helper}}
  Live: {Type: AWS::Bedrock::AgentAlias, Properties: {AgentId: !GetAtt Claims.AgentId, AgentAliasName: live}}
  Caller:
    Type: AWS::Lambda::Function
    Properties:
      Environment: {Variables: {ALIAS: !GetAtt Live.AgentAliasArn, STAGE: dev}}
  Night:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      Target: {Arn: !GetAtt Caller.Arn, RoleArn: !GetAtt Role.Arn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: caller
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "bedrock:Invoke*",
                 Resource: !Sub "arn:aws:bedrock:${AWS::Region}:${AWS::AccountId}:agent-alias/${Helper.AgentId}/*"}
              - {Effect: Allow, Action: bedrock:GetAgent, Resource: !GetAtt Claims.AgentArn}
  Other: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.s3]}
      Targets: [{Id: a, Arn: !GetAtt Other.Arn}, {Id: b, Arn: !GetAtt Idle.Arn}]
  Idle: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {STAGE: dev}}}}
"""


def test_schedules_and_rules() -> None:
    found = observe(SOURCE, {PATH: TEMPLATE})
    night, rule = "workflow:aws/claims/Night", "workflow:aws/claims/Rule"
    assert {each.id: (each.agent, each.trigger, each.untrusted) for each in found.workflows} == {
        night: (AGENT, "schedule", False),
        rule: (HELPER, "event", None),
    }
    assert triples(found, "triggers") == {(night, "triggers", AGENT), (rule, "triggers", HELPER)}
    assert (night, "runs_as", "identity:aws/-/role/caller") in triples(found)
    assert {each.autonomy for each in found.agents} == {"unattended"}
    (link,) = [each for each in found.links if each.source == night and each.verb == "triggers"]
    assert link.reason == "it calls Caller, which invokes the agent"
    assert [each.line for each in link.locations] == [13, 8]


def test_what_is_switched_off_starts_nothing() -> None:
    text = TEMPLATE.replace("ScheduleExpression: rate(1 day)", "State: DISABLED")
    found = observe(SOURCE, {PATH: text})
    assert ids(found.workflows) == ["workflow:aws/claims/Rule"]
    assert by_id(found.agents, AGENT).autonomy is None


def test_events_of_a_function_of_sam() -> None:
    found = observe(
        SOURCE,
        {
            PATH: """
Transform: AWS::Serverless-2016-10-31
Resources:
  Claims: {Type: AWS::Bedrock::Agent, Properties: {AgentName: claims}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{Statement: [{Effect: Allow, Action: "*", Resource: !GetAtt Claims.AgentArn}]}]
      Events:
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        Off: {Type: Schedule, Properties: {Enabled: false}}
        Web: {Type: HttpApi}
"""
        },
    )
    assert ids(found.workflows) == ["workflow:aws/claims/Fn.Daily"]
    assert triples(found, "triggers") == {("workflow:aws/claims/Fn.Daily", "triggers", AGENT)}


def test_terraform() -> None:
    policy = 'jsonencode({ Statement = [{ Effect = "Allow", Action = "bedrock:InvokeAgent", Resource = %s }] })'
    attached = policy % "aws_bedrockagent_agent_alias.live.agent_alias_arn"
    found = observe(
        SOURCE,
        {
            "infra/main.tf": f"""
resource "aws_bedrockagent_agent" "claims" {{ agent_name = "claims" }}
resource "aws_bedrockagent_agent_alias" "live" {{ agent_id = aws_bedrockagent_agent.claims.agent_id }}
resource "aws_iam_role" "caller" {{ name = "caller" }}
resource "aws_iam_policy" "invoke" {{
  name   = "invoke"
  policy = {attached}
}}
resource "aws_iam_role_policy_attachment" "invoke" {{
  role       = aws_iam_role.caller.name
  policy_arn = aws_iam_policy.invoke.arn
}}
resource "aws_lambda_function" "caller" {{ role = aws_iam_role.caller.arn }}
""",
            "infra/rules.tf": """
resource "aws_cloudwatch_event_rule" "daily" { schedule_expression = "rate(1 day)" }
resource "aws_cloudwatch_event_target" "daily" {
  rule = aws_cloudwatch_event_rule.daily.name
  arn  = aws_lambda_function.caller.arn
}
resource "aws_cloudwatch_event_target" "lost" {
  rule = "elsewhere"
  arn  = aws_lambda_function.caller.arn
}
""",
        },
    )
    (workflow,) = found.workflows
    assert (workflow.id, workflow.trigger) == ("workflow:aws/infra/aws_cloudwatch_event_rule.daily", "schedule")
    (started,) = [each for each in found.links if each.verb == "triggers"]
    assert [(each.path, each.line) for each in started.locations] == [("infra/rules.tf", 4), ("infra/main.tf", 6)]


@pytest.mark.parametrize("odd", ["3", "[]", "{}", "[[1, {a: [2]}]]", "null", "x", "{Arn: [1]}", "[{Statement: [7]}]"])
def test_any_shape(odd: str) -> None:
    text = f"""
Resources:
  Claims: {{Type: AWS::Bedrock::Agent, Properties: {{AgentName: claims}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{Policies: {odd}, ManagedPolicyArns: {odd}}}}}
  More: {{Type: AWS::IAM::Policy, Properties: {{Roles: [!Ref Role], PolicyDocument: {odd}}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties: {{Role: !GetAtt Role.Arn, Environment: {odd},
      Events: {{A: {odd}, B: {{Type: Schedule, Properties: {odd}}}}}}}
  Night: {{Type: AWS::Scheduler::Schedule, Properties: {{Target: {odd}, State: {odd}}}}}
  Rule: {{Type: AWS::Events::Rule, Properties: {{Targets: {odd}, ScheduleExpression: {odd}}}}}
"""
    assert observe(SOURCE, {PATH: text}).workflows == ()
