"""Where configurations of AWS hold secrets: policies, templates, Terraform, and answers about agents."""

from __future__ import annotations

import json
from textwrap import indent

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, flag, header, place, some, telling, word


@place
def aws(known: list[Canary]) -> Files:
    told = [each.value for each in known if word(each)]
    allowed = {
        "Sid": told[0],
        "Effect": "Allow",
        "Action": ["s3:*"],
        "Resource": [f"arn:aws:s3:::{each}/*" for each in told],
        "Condition": {
            "StringEquals": {"aws:PrincipalTag/x": told, **{f"aws:RequestTag/{each}": "x" for each in told[::3]}}
        },
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::111122223333:role/{each}" for each in told]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": [each.value for each in known if each.tells_itself]}},
    }
    # there is more of each page, which `requests` asks for by the name of its file
    page = {"RoleDetailList": [], "IsTruncated": True, "Marker": told[1]}
    return {
        "policy.json": json.dumps({"Version": "2012-10-17", "Statement": [allowed]}, indent=1),
        "trust.json": json.dumps({"Version": "2012-10-17", "Statement": [trust]}, indent=1),
        **{f"{each.value}/page.json": json.dumps(page) for each in some(known) if ":" not in each.value},
    }


def pascal(each: Canary) -> str:
    return each.variable.title().replace("_", "")


def resources(known: list[Canary]) -> dict[str, object]:
    """Give resources of CloudFormation with secrets in every kind of property."""
    said, url = "\n".join(map(telling, known)), address(known)
    script = {
        "Fn::Base64": {
            "Fn::Sub": "#!/bin/sh\n"
            + "\n".join(f"export {each.variable}={each.line!r}\n{curl(each)}" for each in known)
        }
    }
    joined = [{"Fn::Join": ["", [f"{each.variable}=", each.value]]} for each in known if each.tells_itself]
    group = {
        "ActionGroupName": "g",
        "ApiSchema": {"Payload": f"openapi: 3.0.0\ninfo:\n  description: |\n{indent(said, '    ')}\n"},
    }
    agent = {
        "AgentName": telling(known[3]),
        "Instruction": said,
        "Description": said,
        "ActionGroups": [group],
        "PromptOverrideConfiguration": {"PromptConfigurations": [{"BasePromptTemplate": json.dumps({"system": said})}]},
        "Tags": env(known),
    }
    runtime = {"AgentRuntimeName": "r", "EnvironmentVariables": env(known), "ProtocolConfiguration": "MCP"}
    target = {
        "GatewayIdentifier": "g",
        "Name": "t",
        "TargetConfiguration": {"Mcp": {"OpenApiSchema": {"InlinePayload": said}}},
        "CredentialProviderConfigurations": [
            {"ApiKey": each.value, "CredentialParameterName": header(each)} for each in known if each.tells_itself
        ],
    }
    role = {
        "RoleName": "r",
        "Description": said,
        "AssumeRolePolicyDocument": {"Statement": []},
        "Tags": [{"Key": each.variable, "Value": each.value} for each in known],
    }
    return {
        "Agent": {"Type": "AWS::Bedrock::Agent", "Properties": agent},
        "Runtime": {"Type": "AWS::BedrockAgentCore::Runtime", "Properties": runtime},
        "Target": {"Type": "AWS::BedrockAgentCore::GatewayTarget", "Properties": target},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role, "Metadata": {"note": said}},
        "Box": {
            "Type": "AWS::EC2::Instance",
            "Properties": {"UserData": script, "Joined": joined, "Url": {"Fn::Sub": url}},
        },
        "Fn": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Environment": {"Variables": env(known)}, "Code": {"ZipFile": said}},
        },
    }


@place
def aws_templates(known: list[Canary]) -> Files:
    parameters = {f"P{each.number}": {"Type": "String", "Default": each.value} for each in known if each.tells_itself}
    parameters |= {pascal(each): {"Type": "String", "Default": each.value} for each in known}
    parameters |= {f"Q{each.number}": {"Type": "String", "NoEcho": True, "Default": each.value} for each in known}
    made = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": parameters,
        "Resources": resources(known),
        "Mappings": {"m": {"k": env(known)}},
        "Outputs": {f"O{each.number}": {"Value": each.value} for each in some(known)},
    }
    short = "\n".join(
        f"    A{each.number}: !Sub {json.dumps(telling(each) + ' ${AWS::Region}')}\n"
        f"    B{each.number}: !Join ['', [{json.dumps(each.variable + '=')}, {json.dumps(each.value)}]]\n"
        f"    {each.variable}: !If [c, {json.dumps(each.value)}, !Ref X]  # {telling(each)}"
        for each in known
    )
    return {
        "app.yaml": yaml.safe_dump(made, width=60),
        "app.json": json.dumps(made, indent=1),
        "short.yaml": f"Resources:\n  Box:\n    Type: AWS::Bedrock::Agent\n    Properties:\n{indent(short, '  ')}\n",
    }


def hcl(text: str) -> str:
    return json.dumps(text).replace("${", "$${")


def terraform(known: list[Canary], provider: str, kind: str) -> str:
    """Give Terraform with secrets in variables, arguments, maps, blocks, here-documents, calls and comments."""
    lines = [f'resource "{kind}" "first" {{\n}}\nprovider "{provider}" {{']
    lines += [f"  {each.variable.lower()} = {hcl(each.value)} # {each.variable} = {each.line}" for each in known]
    lines += ["}"]
    for each in known:
        name = each.variable
        lines += [
            f'variable "{name.lower()}" {{\n  type = string\n  default = {hcl(each.value)}\n}}',
            f'resource "{kind}" "r{each.number}" {{\n  name = {hcl(telling(each))}',
            f'  description = "${{var.x}} {hcl(telling(each))[1:-1]}"',
            f"  env = {{ {name} = {hcl(each.value)}, {hcl(name)} = {hcl(each.value)} }}",
            f"  tags = merge(local.t, {{ {name} = {hcl(each.value)} }})\n  url = {hcl(address([each]))}",
            f"  environment {{\n    name = {hcl(name)}\n    value = {hcl(each.value)}\n  }}",
            f"  policy = jsonencode({{ Statement = [{{ {name} = {hcl(each.value)} }}] }})",
            f"  user_data = base64encode({hcl(curl(each))})\n  command = <<-EOT",
            f"    export {name}={each.line!r}\n    {curl(each)}\n    x {flag(each)} {each.line!r}\n  EOT\n}}",
            f'output "o{each.number}" {{\n  value = var.x ? {hcl(telling(each))} : null\n}}',
        ]
    return "\n".join([*lines, *(f'locals {{\n  m{each.number} = {{ "{each.value}" = 1 }}\n}}' for each in some(known))])


@place
def aws_terraform(known: list[Canary]) -> Files:
    return {
        "infra/main.tf": terraform(known, "aws", "aws_bedrockagent_agent"),
        "infra/prod.tfvars": "\n".join(f"{each.variable.lower()} = {hcl(each.value)}" for each in known),
    }


@place
def bedrock_answers(known: list[Canary]) -> Files:
    made = [
        {
            "agent": {
                "agentId": f"A{each.number}",
                "agentName": telling(each),
                "instruction": telling(each),
                "agentArn": telling(each),
                "foundationModel": "m",
                "promptOverrideConfiguration": {
                    "promptConfigurations": [{"basePromptTemplate": json.dumps(env([each]))}]
                },
            }
        }
        for each in known[1::3]
    ]
    return {f"a{place}.json": json.dumps(each) for place, each in enumerate(made)}
