"""What an export is said to settle is settled once it lies where it belongs: samples of exports, read as a whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nhiassess import pipeline
from nhiassess.model.assessment import NOT_DETERMINED, Assessment

NOW = "2026-11-27"
ROLE = "arn:aws:iam::111122223333:role/deploy"
CLIENT = "0f1e2d3c-0000-4000-8000-000000000001"
PIPELINE = """
on: push
permissions: {id-token: write, contents: read}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/deploy", aws-region: eu-west-1}
      - uses: azure/login@v2
        with: {client-id: 0f1e2d3c-0000-4000-8000-000000000001, tenant-id: 0f1e2d3c-0000-4000-8000-000000000002}
      - uses: google-github-actions/auth@v2
        with:
          workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/github
          service_account: bot@acme.iam.gserviceaccount.com
      - uses: anthropics/claude-code-action@v1
        with: {prompt: deploy}
"""
GITHUB = "token.actions.githubusercontent.com"
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:acme/app:*"}},
        }
    ]
}


def account(**role: Any) -> dict[str, Any]:
    whole = {"RoleName": "deploy", "Arn": ROLE, "AssumeRolePolicyDocument": TRUST, **role}
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [whole], "Policies": []}


def allowing(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}]}


RUNNER = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
LAMBDA = account(**allowing("lambda:UpdateFunctionCode"))
LAMBDA["RoleDetailList"].append(
    {"RoleName": "run", "Arn": ROLE.replace("deploy", "run"), "AssumeRolePolicyDocument": {"Statement": [RUNNER]}}
)
RULES = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: bot, namespace: a}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: strong, namespace: a}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: a}
rules: [{apiGroups: [""], resources: [pods/exec, secrets], verbs: [create, get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: bot, namespace: a}]
"""
STRONG = {"name": "p", "namespace": "a"}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": STRONG, "spec": {"serviceAccountName": "strong"}}
TOKEN = {
    "apiVersion": "v1",
    "kind": "Secret",
    "type": "kubernetes.io/service-account-token",
    "metadata": {**STRONG, "annotations": {"kubernetes.io/service-account.name": "strong"}},
}
EVENT = {
    "eventVersion": "1.08",
    "userIdentity": {"type": "IAMUser", "arn": ROLE.replace("role", "user"), "accountId": "111122223333"},
    "eventTime": "2026-11-10T10:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "ListBuckets",
}
USER = {"UserDetailList": [{"UserName": "deploy", "Arn": ROLE.replace("role", "user")}], "RoleDetailList": []}
AUDIT = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "stage": "ResponseComplete",
    "verb": "get",
    "user": {"username": "system:serviceaccount:a:bot"},
    "objectRef": {"resource": "pods", "namespace": "a"},
    "requestReceivedTimestamp": "2026-11-10T10:00:00.000000Z",
}
PROJECT = "//cloudresourcemanager.googleapis.com/projects/acme"
BOT = "identity:gcp/-/bot@acme.iam.gserviceaccount.com"
MEMBERS = ["serviceAccount:bot@acme.iam.gserviceaccount.com"]
SEEN = {"resource": PROJECT, "policy": {"bindings": [{"role": "roles/viewer", "members": MEMBERS}]}}
CI = ["serviceAccount:ci@acme.iam.gserviceaccount.com"]
POOL = "projects/1/locations/global/workloadIdentityPools/p"
POOLED = [
    {
        "assetType": "iam.googleapis.com/ServiceAccount",
        "resource": "//iam.googleapis.com/projects/acme/serviceAccounts/bot@acme.iam.gserviceaccount.com",
        "policy": {
            "bindings": [
                {
                    "role": "roles/iam.workloadIdentityUser",
                    "members": [f"principalSet://iam.googleapis.com/{POOL}/attribute.repository/acme/app"],
                }
            ]
        },
    }
]
PROVIDER = {
    "name": f"{POOL}/providers/github",
    "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
    "oidc": {"issuerUri": f"https://{GITHUB}"},
}
PIPELINED = {"app/.github/workflows/d.yml": PIPELINE}


@dataclass(frozen=True)
class Case:
    """An estate in which something is open, and an export after which it is not."""

    export: str
    kind: str
    name: str
    about: str
    to: str  # where the export is put
    answer: Any
    before: dict[str, Any] = field(default_factory=lambda: {"app/.github/workflows/d.yml": PIPELINE})

    def assess(self, top: Path, *, handed_over: bool) -> Assessment:
        """Assess the estate, with the export or without."""
        for path, content in {**self.before, **({self.to: self.answer} if handed_over else {})}.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content, indent=2)
            (top / path).write_text(text, "utf-8")
        return pipeline.assess(top, NOW)

    def is_open(self, found: Assessment) -> bool:
        """Tell whether it is open still."""
        if self.kind == "checks":
            asked = (each for each in found.answers if (each.check, each.subject) == (self.name, self.about))
            return any(each.state == NOT_DETERMINED for each in asked)
        undecided = (each for each in found.edges if each.verdict in ("unknown", "needs_resource"))
        return any(each.verb == self.name and self.about in (each.source, each.target) for each in undecided)


AWS = "identity:aws/111122223333"
CASES = (
    Case(
        *("aws-account-authorization", "edges", "federates_to", f"{AWS}/role/deploy", "aws/111122223333.json"),
        account(),
    ),
    Case(
        *("aws-account-authorization", "checks", "unused-identity", f"{AWS}/role/deploy", "aws/111122223333.json"),
        account(RoleLastUsed={"LastUsedDate": "2026-11-20T00:00:00Z"}),
    ),
    Case(
        *("aws-organization-policies", "edges", "escalates_to", f"{AWS}/role/run", "aws/111122223333/scp-p-1.json"),
        {"Statement": [{"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}]},
        {"aws/account.json": LAMBDA},
    ),
    Case(
        *("aws-cloudtrail-events", "checks", "unused-identity", f"{AWS}/user/deploy"),
        *("logs/cloudtrail-111122223333.json", {"Events": [{"CloudTrailEvent": json.dumps(EVENT)}]}),
        {"aws/account.json": USER},
    ),
    Case(
        *("kubernetes-workloads", "edges", "escalates_to", "identity:kubernetes/-/a/strong"),
        *("kubernetes/workloads.json", {"apiVersion": "v1", "kind": "List", "items": [POD]}),
        {"cluster/rules.yaml": RULES.replace(", secrets", "")},
    ),
    Case(
        *("kubernetes-token-secrets", "edges", "escalates_to", "identity:kubernetes/-/a/strong"),
        *("kubernetes/token-secrets.json", {"apiVersion": "v1", "kind": "List", "items": [TOKEN]}),
        {"cluster/rules.yaml": RULES.replace("pods/exec, ", "").replace("create, ", "")},
    ),
    Case(
        *("kubernetes-audit-log", "checks", "unused-identity", "identity:kubernetes/-/a/bot"),
        *("logs/kubernetes-audit.jsonl", json.dumps(AUDIT)),
        {"cluster/rules.yaml": RULES},
    ),
    Case(
        *("gcp-iam-policies", "edges", "federates_to", BOT, "gcp/iam-policies.json", POOLED),
        {**PIPELINED, "gcp/p.json": PROVIDER},
    ),
    Case(
        *("gcp-iam-policies", "edges", "escalates_to", BOT, "gcp/iam-policies.json"),
        [{**SEEN, "project": "projects/1", "organization": "organizations/9"}],
        {
            "gcp/bindings.json": [
                {
                    "resource": "//cloudresourcemanager.googleapis.com/organizations/9",
                    "policy": {"bindings": [{"role": "roles/iam.serviceAccountAdmin", "members": CI}]},
                },
                {
                    "resource": PROJECT,
                    "policy": {
                        "bindings": [
                            {"role": "roles/viewer", "members": ["serviceAccount:bot@acme.iam.gserviceaccount.com"]}
                        ]
                    },
                },
            ]
        },
    ),
    Case(
        *("gcp-workload-identity-providers", "edges", "federates_to", BOT, "gcp/p.json", PROVIDER),
        {**PIPELINED, "gcp/iam-policies.json": POOLED},
    ),
    Case(
        *("gcp-custom-roles", "edges", "escalates_to", "identity:gcp/project:acme/administrator", "gcp/build.json"),
        {"name": "projects/acme/roles/build", "includedPermissions": ["cloudbuild.builds.get"]},
        {
            "gcp/iam-policies.json": [
                {
                    "resource": PROJECT,
                    "policy": {"bindings": [{"role": "projects/acme/roles/build", "members": CI}]},
                }
            ]
        },
    ),
    Case(
        *("entra-federated-credentials", "edges", "federates_to"),
        *(f"identity:azure/0f1e2d3c-0000-4000-8000-000000000002/{CLIENT}", f"azure/{CLIENT}.json"),
        {
            "appId": CLIENT,
            "displayName": "deploy",
            "signInAudience": "AzureADMyOrg",
            "federatedIdentityCredentials": [
                {"name": "main", "issuer": f"https://{GITHUB}", "subject": "repo:acme/app:ref:refs/heads/main"}
            ],
        },
    ),
    Case(
        *("claude-code-managed-settings", "checks", "unsandboxed-code-execution"),
        *("agent:claude-code/repos/app/claude-code", "managed-settings.json", {"sandbox": {"enabled": True}}),
        {"repos/app/.claude/settings.json": {"permissions": {"allow": ["Bash(make:*)"]}}},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.export}-{case.name}")
def test_what_an_export_settles_is_asked_for_and_then_settled(case: Case, tmp_path: Path) -> None:
    before = case.assess(tmp_path, handed_over=False)
    assert case.is_open(before)
    asked = [each for each in before.requests.requests if each.id.split("(")[0] == case.export]
    assert any(case.about in each.subjects for each in asked)
    after = case.assess(tmp_path, handed_over=True)
    assert not case.is_open(after)
