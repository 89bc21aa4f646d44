"""Seeds of clouds: accounts, policies, templates and Terraform of AWS, Google Cloud, Azure and Entra."""

# ruff: noqa: E501 - programs write lines of any length

from __future__ import annotations

SEEDS: dict[str, str] = {
    "aws/account.json": r"""
{"UserDetailList": [{"UserName": "ada", "Arn": "arn:aws:iam::111122223333:user/ada", "GroupList": ["ops"], "UserPolicyList": []}],
 "GroupDetailList": [{"GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops", "AttachedManagedPolicies": [
   {"PolicyName": "own", "PolicyArn": "arn:aws:iam::111122223333:policy/own"}]}],
 "RoleDetailList": [{"RoleName": "agent", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/agent",
   "CreateDate": "2025-01-01T00:00:00Z", "RoleLastUsed": {"LastUsedDate": "2026-01-01T00:00:00Z"},
   "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/edge"},
   "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
     "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"}}}]},
   "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": {"Sid": "Read", "Effect": "Allow",
     "Action": ["s3:GetObject"], "NotResource": "arn:aws:s3:::box/*", "Condition": {"Bool": {"a:b": true}}}}}],
   "InstanceProfileList": [{"Arn": "arn:aws:iam::111122223333:instance-profile/x"}]}],
 "Policies": [{"PolicyName": "own", "Arn": "arn:aws:iam::111122223333:policy/own", "DefaultVersionId": "v2",
   "PolicyVersionList": [{"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": [{"Effect": "Allow",
     "Action": "*", "Resource": "*"}]}}]}]}
""",
    "aws/trust-policy.json": r"""
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
 "Principal": {"AWS": ["111122223333", "*"], "Service": "ec2.amazonaws.com"},
 "Condition": {"StringEquals": {"sts:ExternalId": "x"}, "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*"]}}}]}
""",
    "aws/scp.json": r"""
{"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}}
""",
    "infra/app.yaml": r"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters: {Bucket: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: agent
      PermissionsBoundary: !Ref Edge
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"]
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: bedrock.amazonaws.com, AWS: !GetAtt Other.Arn}}
      Policies:
        - PolicyName: inline
          PolicyDocument:
            Statement:
              - {Sid: Open, Effect: Allow, Action: s3:GetObject, Resource: !Ref Bucket}
              - !If [Prod, {Effect: Allow, Action: "*", Resource: !GetAtt Ledger.Arn}, !Ref AWS::NoValue]
  Ledger: {Type: AWS::DynamoDB::Table}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {OPENAI_API_KEY: "@ANTHROPIC@", STAGE: dev}}
      Policies: [{DynamoDBReadPolicy: {TableName: !Ref Ledger}}, AmazonSQSFullAccess, {VPCAccessPolicy: {}}]
  Claims:
    Type: AWS::Bedrock::Agent
    Properties:
      AgentName: claims
      FoundationModel: !Ref Model
      AgentResourceRoleArn: !GetAtt Role.Arn
      GuardrailConfiguration: {GuardrailIdentifier: !Ref Guard, GuardrailVersion: "1"}
      AgentCollaborators: [{CollaboratorName: h, AgentDescriptor: {AliasArn: !GetAtt Alias.AgentAliasArn}}]
      KnowledgeBases: [{KnowledgeBaseId: !Ref Base}]
      ActionGroups:
        - ActionGroupName: pay
          ActionGroupExecutor: {Lambda: !GetAtt Fn.Arn}
          FunctionSchema: {Functions: [{Name: pay_out, RequireConfirmation: ENABLED}]}
        - ActionGroupName: files
          ActionGroupExecutor: {CustomControl: RETURN_CONTROL}
          ApiSchema:
            Payload: |
              openapi: 3.0.0
              paths:
                /claims/{id}:
                  get: {operationId: getClaim}
        - {ActionGroupName: code, ParentActionGroupSignature: AMAZON.CodeInterpreter}
  Alias: {Type: AWS::Bedrock::AgentAlias, Properties: {AgentId: !Ref Claims, AgentAliasName: live}}
  Gateway:
    Type: AWS::BedrockAgentCore::Gateway
    Properties: {Name: g, AuthorizerType: CUSTOM_JWT, RoleArn: !GetAtt Role.Arn, ProtocolType: MCP}
""",
    "infra/template.json": r"""
{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {
 "RoleName": {"Fn::Sub": ["${A}-x", {"A": {"Ref": "AWS::Region"}}]},
 "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": {"Fn::GetAtt": ["O", "Arn"]}}}]}}}}}
""",
    "infra/main.tf": r"""
variable "name" { default = "agent" }
locals {
  roles = ["a", "b"]
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["bedrock.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}
resource "aws_iam_role" "agent" {
  for_each           = toset(local.roles)
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "own"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = ["*", aws_s3_bucket.b.arn] }] })
  }
}
resource "aws_bedrockagent_agent" "desk" {
  agent_name              = "desk"
  agent_resource_role_arn = aws_iam_role.agent["a"].arn
  foundation_model        = "anthropic.claude"
  instruction             = <<-EOT
    Be kind. @GITHUB@
  EOT
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.agent.arn
  environment { variables = { TOKEN = "@GITHUB@" } }
}
""",
    "bedrock/agents.json": r"""
{"agent": {"agentId": "A1", "agentName": "desk", "agentArn": "arn:aws:bedrock:eu-west-1:111122223333:agent/A1",
 "agentResourceRoleArn": "arn:aws:iam::111122223333:role/agent", "foundationModel": "m", "agentStatus": "PREPARED",
 "idleSessionTTLInSeconds": 600, "guardrailConfiguration": {"guardrailIdentifier": "g"}}}
""",
    "gcp/policy.yaml": r"""
bindings:
- members:
  - serviceAccount:agent@shop.iam.gserviceaccount.com
  - deleted:serviceAccount:gone@shop.iam.gserviceaccount.com?uid=1
  - group:ops@{DOMAIN}
  - principalSet://iam.googleapis.com/projects/7/locations/global/workloadIdentityPools/ci/attribute.repository/acme/shop
  role: roles/iam.workloadIdentityUser
- condition: {expression: 'request.time < timestamp("2027-01-01T00:00:00Z")', title: year}
  members: [allUsers]
  role: roles/viewer
etag: BwX
""",
    "gcp/assets.json": r"""
{"name": "//iam.googleapis.com/projects/shop/serviceAccounts/1170", "assetType": "iam.googleapis.com/ServiceAccount", "iamPolicy": {"bindings": [{"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:ada@shop.example"]}]}, "ancestors": ["projects/77"], "resource": {"data": {"email": "agent@shop.iam.gserviceaccount.com", "uniqueId": "1170"}}}
{"name": "//cloudresourcemanager.googleapis.com/projects/shop", "assetType": "cloudresourcemanager.googleapis.com/Project", "iam_policy": {"bindings": []}}
""",
    "gcp/provider.json": r"""
{"name": "projects/7/locations/global/workloadIdentityPools/ci/providers/github", "attributeMapping": {"google.subject":
 "assertion.sub", "attribute.repository": "assertion.repository"}, "attributeCondition": "assertion.repository_owner == 'acme'",
 "oidc": {"issuerUri": "https://token.actions.githubusercontent.com", "allowedAudiences": ["a"]}}
""",
    "gcp/key.json": r"""
{"type": "service_account", "project_id": "shop", "private_key_id": "abc", "private_key": "@PEM@",
 "client_email": "agent@shop.iam.gserviceaccount.com", "client_id": "1170", "token_uri": "https://oauth2.googleapis.com/token"}
""",
    "gcp/main.tf": r"""
resource "google_service_account" "agent" {
  account_id = "agent"
  project    = var.project
}
resource "google_project_iam_member" "m" {
  project = "shop"
  role    = "roles/editor"
  member  = "serviceAccount:${google_service_account.agent.email}"
}
resource "google_iam_workload_identity_pool_provider" "p" {
  workload_identity_pool_id = "ci"
  attribute_condition       = "assertion.repository_owner == 'acme'"
  oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
}
""",
    "azure/assignments.json": r"""
[{"principalId": "11111111-0000-0000-0000-000000000001", "principalName": "22222222-0000-0000-0000-000000000002",
  "principalType": "ServicePrincipal", "roleDefinitionName": "Bot", "condition": "@Resource[x] StringEquals 'y'",
  "roleDefinitionId": "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001/providers/Microsoft.Authorization/roleDefinitions/r",
  "scope": "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001/resourceGroups/shop"}]
""",
    "azure/roles.json": r"""
[{"roleName": "Bot", "name": "r", "assignableScopes": ["/"], "permissions": [{"actions": ["*"], "notActions": ["M/*/Write"],
  "dataActions": ["Microsoft.Storage/x/read"]}]}]
""",
    "azure/app.json": r"""
{"id": "11111111-0000-0000-0000-000000000001", "appId": "22222222-0000-0000-0000-000000000002", "displayName": "bot",
 "signInAudience": "AzureADMultipleOrgs", "owners": [{"id": "p", "displayName": "Ada"}],
 "passwordCredentials": [{"keyId": "k", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z",
  "secretText": "@ENTRA@"}], "keyCredentials": [{"keyId": "c", "type": "AsymmetricX509Cert"}],
 "requiredResourceAccess": [{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
  {"id": "x", "type": "Role"}]}],
 "federatedIdentityCredentials": [{"name": "gh", "issuer": "https://token.actions.githubusercontent.com",
  "subject": "repo:acme/shop:ref:refs/heads/main", "audiences": ["api://AzureADTokenExchange"]}]}
""",
    "azure/template.json": r"""
{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [
 {"type": "Microsoft.Web/sites", "apiVersion": "2022-03-01", "name": "[parameters('n')]", "identity": {"type": "SystemAssigned"}},
 {"type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": "[guid('a')]", "properties": {
  "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')]",
  "principalId": "[reference('x').principalId]", "principalType": "ServicePrincipal"}}]}
""",
    "azure/main.tf": r"""
resource "azurerm_user_assigned_identity" "agent" {
  name                = "agent"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_role_assignment" "a" {
  scope                = azurerm_resource_group.shop.id
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.agent.principal_id
}
resource "azuread_application_password" "p" {
  application_id = azuread_application.bot.id
  end_date       = "2027-01-01T00:00:00Z"
}
""",
}  # fmt: skip
