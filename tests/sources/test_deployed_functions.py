"""Functions that are deployed: who may call them, and the secrets that their variables name."""

from __future__ import annotations

from nhiassess.model.inventory import Condition
from nhiassess.sources.aws.deployed_iam import SOURCE
from tests.observing import by_id, observe, place, triples
from tests.sources.test_aws_deployed_iam import CANARY, PATH

PERMISSIONS = """
Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub "${AWS::StackName}-fn"}}
  Open: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref Fn, Action: lambda:InvokeFunction,
         Principal: bedrock.amazonaws.com}}
  Tight: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !GetAtt Fn.Arn, Action: "lambda:*",
          Principal: "111122223333", SourceAccount: "444455556666", PrincipalOrgID: o-1}}
  Far: {Type: AWS::Lambda::Permission, Properties: {FunctionName: far, Principal: !If [A, "*", s3.amazonaws.com],
        FunctionUrlAuthType: NONE}}
  Odd: {Type: AWS::Lambda::Permission, Properties: {FunctionName: [1], Principal: {a: b}, SourceArn: {c: [2]}}}
  Empty: {Type: AWS::Lambda::Permission}
"""


def test_permissions_of_a_function_are_its_policy() -> None:
    found = observe(SOURCE, {PATH: PERMISSIONS})
    told = {each.policy: (each.actions, each.resources, each.conditions) for each in found.grants}
    function = f"arn:aws:lambda:-:-:function:{PATH}/Fn"
    assert told == {
        "Open": (
            ("lambda:InvokeFunction",),
            (function,),
            (Condition("principal", "Service", ("bedrock.amazonaws.com",)),),
        ),
        "Tight": (
            ("lambda:*",),
            (function,),
            (
                Condition("StringEquals", "AWS:SourceAccount", ("444455556666",)),
                Condition("StringEquals", "aws:PrincipalOrgID", ("o-1",)),
                Condition("principal", "AWS", ("111122223333",)),
            ),
        ),
        "Far": (
            ("lambda:InvokeFunction",),
            ("arn:aws:lambda:-:-:function:far",),
            (
                Condition("StringEquals", "lambda:FunctionUrlAuthType", ("NONE",)),
                Condition("principal", "Service", ("${If A}",)),
            ),
        ),
    }
    assert {each.scope for each in found.grants} == {"resource"}
    assert by_id(found.grants, f"grant:aws/-/resource/{PATH}/Open/0").locations[0] == place(PERMISSIONS, "Open:", PATH)


STORED = f"""
Parameters: {{Token: {{Type: String}}, Name: {{Type: String}}}}
Resources:
  Slack: {{Type: AWS::SecretsManager::Secret, Properties: {{Name: !Sub "${{Name}}-slack", SecretString: !Ref Token}}}}
  Made: {{Type: AWS::SecretsManager::Secret, Properties: {{GenerateSecretString: {{}}}}}}
  Stack: {{Type: AWS::SecretsManager::Secret, Properties: {{Name: !Ref AWS::StackName}}}}
  Bad: {{Type: AWS::SecretsManager::Secret, Properties: {{Name: bad, SecretString: {CANARY}}}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Environment:
        Variables:
          SLACK: !Sub "${{Name}}-slack"
          DB_PASSWORD: !Ref Made
          ARN: !Sub "arn:aws:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:bad"
          STACK: !Ref AWS::StackName
          STAGE: dev
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      Policies:
        - PolicyName: read
          PolicyDocument: {{Statement: {{Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !Ref Made}}}}
"""


def test_variables_that_name_a_secret_refer_to_what_it_holds() -> None:
    found = observe(SOURCE, {PATH: STORED})
    stores = {each.name: (each.store, each.kind) for each in found.credentials}
    assert stores == {
        "SLACK": (f"secret_manager:aws:{PATH}/Slack", "api_key"),
        "DB_PASSWORD": (f"secret_manager:aws:{PATH}/Made", "password"),
        "ARN": ("secret_manager:aws:bad", "api_key"),
        "SecretString": ("plaintext", "api_key"),
    }
    secret, key = f"resource:aws/arn:aws:secretsmanager:-:-:secret:{PATH}/Made", f"credential:{PATH}#Fn.Environment"
    function = f"resource:aws/arn:aws:lambda:-:-:function:{PATH}/Fn"
    assert (secret, "yields", f"{key}.DB_PASSWORD") in triples(found)
    assert (function, "holds", f"{key}.DB_PASSWORD") in triples(found)
    (grant,) = [each for each in found.grants if each.identity == "identity:aws/-/role/reader"]
    assert (f"resource:aws/{grant.resources[0]}", by_id(found.resources, secret).kind) == (secret, "secret")
    assert (secret.replace(f"{PATH}/Made", "bad"), "holds", f"credential:{PATH}#Bad.SecretString") in triples(found)
    assert CANARY not in repr(found)
