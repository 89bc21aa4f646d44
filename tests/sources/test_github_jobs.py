"""Jobs of GitHub workflows: as whom they act, and where their steps log in."""

from __future__ import annotations

import pytest

from nhiassess.sources.pipelines import github_actions
from tests.observing import ids, observe, place, triples
from tests.sources.test_github_actions import read


def test_job_that_may_write_anything_has_an_identity_and_holds_the_token() -> None:
    text = """
        on: push
        permissions: {contents: read}
        jobs:
          label:
            permissions:
              contents: read
              issues: write
              pull-requests: write
            steps: [{uses: actions/github-script@v8}]
          look:
            steps: [{uses: actions/github-script@v8}]
        """
    path = "x/.github/workflows/w.yml"
    found = read({path: text})
    assert ids(found.identities) == ["identity:github/-/x/w/label"]
    (token,) = found.credentials
    assert (token.id, token.scopes[1:]) == (
        f"credential:{path}#jobs.label.GITHUB_TOKEN",
        ("issues: write", "pull-requests: write"),
    )
    assert token.locations == (place(text, "write", path),)
    assert (f"workflow:{path}#label", "holds", token.id) in triples(found)
    assert triples(found, "can_change") == set()


@pytest.mark.parametrize(
    ("step", "target", "skipped"),
    [
        ("google-github-actions/auth@v2, with: {service_account: ci@p.example}", "gcp/-/ci@p.example", []),
        (
            "google-github-actions/run-gemini-cli@v0, with: {gcp_service_account: ci@p.example}",
            "gcp/-/ci@p.example",
            [],
        ),
        ("google-github-actions/run-gemini-cli@v0, with: {gcp_service_account: '${{ vars.X }}'}", None, ["variable"]),
        (
            "google-github-actions/run-gemini-cli@v0, with: {gcp_workload_identity_provider: '${{ vars.X }}'}",
            None,
            ["variable"],
        ),
        ("google-github-actions/auth@v2, with: {workload_identity_provider: projects/1/x}", None, []),
        ("azure/login@v2, with: {client-id: '7', tenant-id: '9'}", "azure/9/7", []),
        ("azure/login@v2, with: {client-id: '7'}", "azure/-/7", []),
        ("azure/login@v2, with: {client-id: '7', tenant-id: '${{ vars.T }}'}", None, ["variable"]),
        (
            "anthropics/claude-code-action@v1, with: {anthropic_federation_rule_id: fdrl_1, "
            "anthropic_organization_id: org_1, anthropic_service_account_id: svac_1}",
            "anthropic/org_1/svac_1",
            [],
        ),
        ("anthropics/claude-code-action@v1, with: {use_bedrock: 'true'}", None, ["cloud log-in"]),
        ("anthropics/claude-code-action@v1, with: {use_vertex: true}", None, ["cloud log-in"]),
        ("anthropics/claude-code-action@v1, with: {use_bedrock: 'false'}", None, []),
        ("acme/deploy@v1, with: {use_bedrock: 'true', service_account: ci@p.example}", None, []),
    ],
)
def test_as_whom_a_step_logs_in_to_a_cloud(step: str, target: str | None, skipped: list[str]) -> None:
    text = f"on: push\npermissions: {{id-token: write}}\njobs:\n  a:\n    steps:\n      - {{uses: {step}}}\n"
    found = read({"x/.github/workflows/w.yml": text})
    assert [link.target for link in found.links if link.verb == "federates_to"] == (
        [f"identity:{target}"] if target else []
    )
    assert [row.construct for row in found.skipped] == skipped


def test_agent_that_asks_its_model_through_a_cloud_uses_the_log_in_of_its_job() -> None:
    text = """
        on: push
        permissions: {id-token: write}
        jobs:
          a:
            steps:
              - uses: aws-actions/configure-aws-credentials@v4
                with: {role-to-assume: "arn:aws:iam::111122223333:role/models"}
              - uses: anthropics/claude-code-action@v1
                with: {use_bedrock: "true"}
          b:
            steps:
              - uses: anthropics/claude-code-action@v1
                with: {anthropic_federation_rule_id: fdrl_1, anthropic_organization_id: org_1}
        """
    found = read({"x/.github/workflows/w.yml": text})
    assert ("identity:github/-/x/w/a", "federates_to", "identity:aws/111122223333/role/models") in triples(found)
    audiences = {each.id.rsplit("#", 1)[1]: each.audience for each in found.credentials}
    assert audiences["jobs.a.id-token"] == "sts.amazonaws.com"
    assert audiences["jobs.b.id-token"] == "https://api.anthropic.com"
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("AWS_REGION", False),
        ("AWS_ACCOUNT_ID", False),
        ("ECR_ROLE_ARN", False),
        ("ECR_REGISTRY", False),
        ("quay_username", False),
        ("AZURE_TENANT_ID_PROD", False),
        ("JIRA_URL", False),
        ("AWS_ACCESS_KEY_ID", True),
        ("SLACK_WEBHOOK_URL", True),
        ("DATABASE_URL_PROD", True),
        ("DB_TEST_URL", True),
        ("GCP_SERVICE_ACCOUNT", True),
        ("VAULT_SECRET_ID", True),
        ("quay_password", True),
        ("MY_RELEASE_PLEASE", True),
    ],
)
def test_a_secret_whose_name_says_that_it_proves_nothing_is_no_credential(name: str, held: bool) -> None:
    text = (
        f"on: push\njobs:\n  a:\n    steps:\n      - {{uses: acme/x@v1, with: {{in: '${{{{ secrets.{name} }}}}'}}}}\n"
    )
    found = observe(github_actions.SOURCE, {".github/workflows/w.yml": text})
    assert [each.name for each in found.credentials] == ([name] if held else [])
