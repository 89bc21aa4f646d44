"""Seeds of what runs and what it is given: pipelines, workload identity, secret stores, elevation, records."""

# ruff: noqa: E501 - programs write lines of any length

from __future__ import annotations

SEEDS: dict[str, str] = {
    "web/.github/workflows/triage.yml": r"""
name: triage
on:
  issues: {types: [opened]}
  pull_request_target:
permissions: {contents: read}
jobs:
  agent:
    if: github.event.issue.author_association == 'MEMBER'
    runs-on: [self-hosted, linux]
    timeout-minutes: 10
    permissions: {id-token: write, contents: write}
    environment: {name: production}
    env: {TOKEN: "${{ secrets.GITHUB_TOKEN }}", KEY: "@GITHUB@"}
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
      - uses: google-github-actions/auth@v2
        with: {workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/g, service_account: a@p.iam.gserviceaccount.com}
      - uses: azure/login@v2
        with: {client-id: "${{ vars.C }}", tenant-id: t}
      - uses: anthropics/claude-code-action@v1
        with:
          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
          prompt: "Look at ${{ github.event.issue.body }}"
          claude_args: '--allowedTools "Bash(git:*),Edit" --max-turns 5'
          mcp_config: '{"mcpServers": {"x": {"command": "npx", "args": ["x"]}}}'
      - run: codex exec --full-auto "${{ github.event.issue.title }}"
  call:
    uses: ./.github/workflows/build.yml
    secrets: inherit
""",
    "web/.github/workflows/build.yml": r"""
on:
  workflow_call: {inputs: {x: {type: string}}, secrets: {K: {required: true}}}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: "make"}]}
""",
    "web/.gitlab-ci.yml": r"""
include: [{local: .gitlab/more.yml}]
variables: {KEY: "@GITHUB@"}
deploy:
  image: python:3
  id_tokens: {AWS_TOKEN: {aud: "https://a.example"}}
  rules: [{if: '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
  environment: {name: production}
  script: [claude -p "$CI_MERGE_REQUEST_TITLE", aws sts assume-role-with-web-identity]
""",
    "web/azure-pipelines.yml": r"""
trigger: [main]
pool: {vmImage: ubuntu-latest}
steps:
  - task: AzureCLI@2
    inputs: {azureSubscription: deploy, scriptType: bash, inlineScript: "az x"}
    env: {TOKEN: $(System.AccessToken)}
""",
    "web/.circleci/config.yml": r"""
version: 2.1
orbs: {aws: circleci/aws-cli@5.1.0}
jobs:
  deploy:
    docker: [{image: cimg/base:2025.01}]
    steps: [checkout, {aws/setup: {role_arn: "arn:aws:iam::1:role/x"}}, {run: {command: claude -p hi}}]
workflows: {main: {jobs: [{deploy: {context: [prod], filters: {branches: {only: main}}}}]}}
""",
    "web/Jenkinsfile": "pipeline {\n  agent any\n  stages { stage('x') { steps { withCredentials([string(credentialsId: 'k', variable: 'K')]) { sh 'claude' } } } }\n}\n",
    "spire/server.conf": r"""
server {
  trust_domain = "shop.example"
  default_jwt_svid_ttl = "10m"
  admin_ids = ["spiffe://shop.example/operator"]
  federation {
    federates_with "bank.example" { bundle_endpoint_url = "https://bank.example/bundle" }
  }
}
plugins {
  KeyManager "disk" { plugin_data { keys_path = "/opt/keys.json" } }
  UpstreamAuthority "vault" { plugin_data { token_auth { token = "@GITHUB@" } } }
}
""",
    "spire/entries.json": r"""
{"entries": [
  {"spiffe_id": {"trust_domain": "shop.example", "path": "/agent"}, "parent_id": {"trust_domain": "shop.example", "path": "/n"},
   "selectors": [{"type": "k8s", "value": "ns:shop"}, {"type": "k8s", "value": "sa:agent"}],
   "x509_svid_ttl": 0, "jwt_svid_ttl": 60, "federates_with": ["bank.example"], "admin": false},
  {"spiffe_id": "spiffe://shop.example/batch", "parent_id": "spiffe://shop.example/n", "selectors": ["unix:uid:0"],
   "downstream": true, "dns_names": ["batch"]}]}
""",
    "spire/objects.yaml": r"""
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata: {name: everybody}
spec: {spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}", ttl: 1h30m, podSelector: {matchLabels: {a: b}}}
""",
    "spire/proxy.yaml": r"""
static_resources:
  listeners:
  - filter_chains:
    - transport_socket:
        typed_config:
          require_client_certificate: true
          common_tls_context:
            tls_certificate_sds_secret_configs: [{name: "spiffe://shop.example/gateway"}]
            combined_validation_context:
              default_validation_context:
                match_typed_subject_alt_names: [{san_type: URI, matcher: {prefix: "spiffe://shop.example/"}}]
""",
    "vault/agents.hcl": r"""
# path "never" { capabilities = ["read"] }
path "secret/data/agents/*" {
  capabilities = ["read", "list"]
  allowed_parameters = { "version" = [] }
}
path "sys/auth/*" { policy = "sudo" }
""",
    "vault/role.json": r"""
{"data": {"bound_service_account_names": ["*"], "bound_service_account_namespaces": ["support"], "token_ttl": 900,
 "token_max_ttl": "1h", "token_policies": ["agents", "default"], "audience": null}}
""",
    "vault/main.tf": r"""
resource "vault_auth_backend" "k8s" {
  type = "kubernetes"
  path = "cluster"
}
resource "vault_kubernetes_auth_backend_role" "agent" {
  backend                          = vault_auth_backend.k8s.path
  role_name                        = "agent"
  bound_service_account_names      = ["assistant", "*"]
  bound_service_account_namespaces = ["support"]
  token_ttl                        = "15m"
  token_policies                   = ["agents", vault_policy.own.name]
}
resource "vault_policy" "own" {
  name   = "own"
  policy = <<EOT
path "transit/encrypt/mail" { capabilities = ["update"] }
EOT
}
""",
    "pim/active.json": r"""
{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/roleAssignmentSchedules", "value": [
 {"id": "s", "principalId": "b1", "roleDefinitionId": "r1", "directoryScopeId": "/", "memberType": "Direct",
  "assignmentType": "Assigned", "principal": {"@odata.type": "#microsoft.graph.servicePrincipal", "displayName": "bot"},
  "scheduleInfo": {"expiration": {"type": "afterDateTime", "endDateTime": "2027-01-01T00:00:00Z"}}}]}
""",
    "pim/policies.json": r"""
{"value": [{"id": "a", "policyId": "DirectoryRole_1", "scopeId": "/", "scopeType": "DirectoryRole", "roleDefinitionId": "r1",
 "policy": {"id": "p", "rules": [{"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule",
  "id": "Expiration_EndUser_Assignment", "isExpirationRequired": true, "maximumDuration": "PT8H"},
  {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyApprovalRule", "id": "Approval_EndUser_Assignment",
   "setting": {"isApprovalRequired": true, "approvalStages": [{"primaryApprovers": [{"groupId": "g-1"}]}]}}]}}]}
""",
    "sso/sets.json": r"""
{"PermissionSet": {"Name": "Admin", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "SessionDuration": "PT8H"},
 "AccountAssignments": [{"AccountId": "111122223333", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
 "PrincipalType": "GROUP", "PrincipalId": "g"}]}
""",
    "teleport/role.yaml": r"""
kind: role
version: v7
metadata: {name: agents}
spec:
  options: {max_session_ttl: 8h, require_session_mfa: true}
  allow: {logins: [root], node_labels: {'*': '*'}, request: {roles: [admin], thresholds: [{approve: 1}]}}
""",
    "logs/trail.json": r"""
{"Records": [{"eventVersion": "1.08", "eventTime": "2026-01-01T00:00:00Z", "eventSource": "s3.amazonaws.com",
 "eventName": "GetObject", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/a/b"}}]}
""",
    "logs/spans.json": r"""
{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "desk"}}]}, "scopeSpans": [
 {"spans": [{"name": "execute_tool mail", "startTimeUnixNano": "1767225600000000000", "attributes": [
  {"key": "gen_ai.operation.name", "value": {"stringValue": "execute_tool"}}]}]}]}]}
""",
    "logs/audit.jsonl": r"""
{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "verb": "get", "user": {"username": "system:serviceaccount:a:b"}, "objectRef": {"resource": "secrets"}}
{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "verb": "create", "impersonatedUser": {"username": "eve"}, "stage": "ResponseComplete"}
""",
    "home/.aws/credentials": "[default]\naws_access_key_id = @AWS@\n[dev]\nsso_start_url = https://x.example\n",
    "home/.kube/config": "apiVersion: v1\nkind: Config\nusers:\n- name: u\n  user: {token: '@GITHUB@'}\n",
    "home/.config/gh/hosts.yml": "github.com:\n    oauth_token: '@GITHUB@'\n    user: ada\n",
    "home/.npmrc": "//registry.example/:_authToken=@GITHUB@\n",
    "home/.docker/config.json": '{"auths": {"r.example": {"identitytoken": "@GITHUB@"}}, "credsStore": "desktop"}\n',
}  # fmt: skip
