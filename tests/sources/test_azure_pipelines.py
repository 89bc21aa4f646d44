"""Azure pipelines: triggers, deployments, service connections, key vaults, tokens, and agents in scripts."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.sources.pipelines.azure_pipelines import SOURCE
from tests.observing import by_id, file, ids, observe, place, triples

PATH = "repos/shop/azure-pipelines.yml"
AGENT = "agent:azure-pipelines/repos/shop/azure-pipelines/Fix/agent"
JOB = "identity:azure-devops/repos/shop/azure-pipelines/Fix/agent"
WORK = "workflow:azure-pipelines/repos/shop/azure-pipelines/Fix/agent"
CANARY = "sk-ant-api03-CANARYfakefakefakefakefakefakefake"
SHOP = f"""
    trigger: [main]
    pr: [main]
    schedules:
      - cron: "0 3 * * *"
    resources:
      repositories:
        - repository: templates
          type: github
          name: acme/templates
          ref: refs/heads/main
    variables:
      - group: shop-secrets
      - name: ANTHROPIC_API_KEY
        value: {CANARY}
      - name: ROLE
        value: arn:aws:iam::111122223333:role/ci/fix
    stages:
      - stage: Fix
        pool: {{vmImage: ubuntu-24.04}}
        jobs:
          - job: agent
            timeoutInMinutes: 20
            container: node:22
            steps:
              - checkout: self
                persistCredentials: true
              - task: AzureKeyVault@2
                inputs:
                  azureSubscription: shop-production
                  KeyVaultName: shop-kv
                  SecretsFilter: "db-password, api"
              - bash: |
                  aws sts assume-role-with-web-identity --role-arn $(ROLE)
                  codex exec --sandbox danger-full-access "Fix."
                env:
                  OPENAI_API_KEY: $(OPENAI_API_KEY)
                  DB: $(db-password)
                  SYSTEM_ACCESSTOKEN: $(System.AccessToken)
              - script: ./publish --token $(NUGET_TOKEN)
              - template: steps/lint.yml
      - stage: Deploy
        jobs:
          - deployment: production
            environment: production.web
            strategy:
              runOnce:
                deploy:
                  steps:
                    - ${{{{ if eq(variables.x, 'y') }}}}:
                        - task: AzureCLI@2
                          inputs:
                            azureSubscription: shop-production
                            addSpnToEnvironment: true
                            inlineScript: claude -p "Check the deployment." --allowedTools Read
    """


@pytest.fixture(scope="module")
def shop() -> Inventory:
    return observe(SOURCE, {PATH: SHOP})


def test_agents_of_jobs_and_deployments(shop: Inventory) -> None:
    deployed = "agent:azure-pipelines/repos/shop/azure-pipelines/Deploy/production"
    assert ids(shop.agents) == [deployed, AGENT]
    agent = by_id(shop.agents, AGENT)
    assert (agent.platform, agent.autonomy, agent.sandbox) == ("azure-pipelines", "unattended", "none")
    assert agent.limits == "stops after 20 minutes"
    assert agent.locations == (place(SHOP, "job: agent", PATH), place(SHOP, "|", PATH))
    prefix = "tool:azure-pipelines/repos/shop/azure-pipelines/"
    assert ids(shop.tools) == [f"{prefix}Deploy/production/{name}" for name in ("Glob", "Grep", "Read")] + [
        f"{prefix}Fix/agent/{name}" for name in ("apply_patch", "shell")
    ]
    assert by_id(shop.identities, "identity:azure-devops/repos/shop/azure-pipelines/Deploy/production").environment == (
        "production"
    )


def test_triggers(shop: Inventory) -> None:
    work = by_id(shop.workflows, WORK)
    assert (work.trigger, work.untrusted, work.expected_seconds) == ("push, pull_request, schedule", None, 1200)
    assert by_id(shop.inputs, "input:azure-pull-requests/repos/shop").trust == "unknown"
    assert ("input:azure-pull-requests/repos/shop", "taints", AGENT) in triples(shop)


def test_connections_vaults_and_tokens(shop: Inventory) -> None:
    stores = {each.id.partition("#")[2]: each.store for each in shop.credentials}
    first, second = "stages.0.jobs.0", "stages.1.jobs.0.strategy.runOnce.deploy.steps.0.0.0.inputs.azureSubscription"
    assert stores == {
        "variables.ANTHROPIC_API_KEY": "plaintext",
        f"{first}.System.AccessToken": "workload_api",
        f"{first}.steps.1.inputs.azureSubscription": "secret_manager:azure-devops:shop-production",
        f"{first}.steps.1.inputs.SecretsFilter=db-password": "secret_manager:azure:shop-kv/db-password",
        f"{first}.steps.1.inputs.SecretsFilter=api": "secret_manager:azure:shop-kv/api",
        f"{first}.steps.2.env.OPENAI_API_KEY": "secret_manager:azure-devops:repos/shop/OPENAI_API_KEY",
        f"{first}.steps.2.env.DB": "secret_manager:azure:shop-kv/db-password",
        f"{first}.steps.3.script.NUGET_TOKEN": "secret_manager:azure-devops:repos/shop/NUGET_TOKEN",
        second: "secret_manager:azure-devops:shop-production",
    }
    held = {target.partition("#")[2] for source, _, target in triples(shop, "holds") if source == AGENT}
    assert held == {
        "variables.ANTHROPIC_API_KEY",
        f"{first}.System.AccessToken",
        f"{first}.steps.2.env.OPENAI_API_KEY",
        f"{first}.steps.2.env.DB",
    }
    deployed = AGENT.replace("Fix/agent", "Deploy/production")
    held = {target.partition("#")[2] for source, _, target in triples(shop, "holds") if source == deployed}
    assert held == {"variables.ANTHROPIC_API_KEY", second}
    assert CANARY not in repr(shop)
    token = f"credential:{PATH}#{first}.System.AccessToken"
    assert (token, "authenticates_as", JOB) in triples(shop)
    assert by_id(shop.credentials, token).lifetime_seconds == 1200


def test_role_of_a_variable(shop: Inventory) -> None:
    (login,) = [link for link in shop.links if link.verb == "federates_to"]
    assert (login.source, login.target) == (JOB, "identity:aws/111122223333/role/ci/fix")


def test_what_stands_in_no_file_is_named(shop: Inventory) -> None:
    assert {each.construct for each in shop.skipped} == {
        "environment",
        "pull requests of forks",
        "repository",
        "service connection shop-production",
        "template steps/lint.yml",
        "variable group shop-secrets",
    }
    assert {(each.key, each.value) for each in shop.settings if each.agent == AGENT} == {
        ("stages.0.jobs.0.pool", "ubuntu-24.04"),
        ("stages.0.jobs.0.container", "node:22"),
        ("stages.0.jobs.0.variables.group", "shop-secrets"),
    }


def test_token_of_another_step_is_not_the_agents() -> None:
    text = """
        pr: none
        steps:
          - bash: curl example.test
            env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}
          - bash: claude -p "Hello."
        """
    found = observe(SOURCE, {"azure-pipelines.yml": text})
    assert ids(found.credentials) == ["credential:azure-pipelines.yml#job.System.AccessToken"]
    assert {source for source, _, target in triples(found, "holds")} == {"workflow:azure-pipelines/-/azure-pipelines"}
    assert found.workflows[0].trigger == "push"
    assert found.agents[0].id == "agent:azure-pipelines/-/azure-pipelines"


def test_templates_tell_no_trigger_and_extended_ones_are_named() -> None:
    steps = "parameters: []\nsteps:\n  - task: Bash@3\n    inputs: {script: claude -p x}\n"
    found = observe(SOURCE, {"web/templates/fix.yml": steps})
    assert (found.workflows[0].id, found.workflows[0].trigger) == ("workflow:azure-pipelines/web/templates/fix", None)
    assert len(found.agents) == 1
    found = observe(SOURCE, {"azure-pipelines.yml": "extends: {template: all.yml@templates}\n"})
    assert [each.reason for each in found.skipped] == [
        "the pipeline extends the template all.yml@templates, which was not laid in"
    ]


def test_near_misses() -> None:
    assert SOURCE.recognises("web/.azure-pipelines/pr.yml", "pool:\n  vmImage: ubuntu-latest\n")
    assert SOURCE.recognises("web/ci.azure-pipelines.yaml", "")
    assert not SOURCE.recognises("web/.github/workflows/azure-pipelines.yml", "")
    assert not SOURCE.recognises("web/tasks.yml", "- task: write the report\n  deployment: x\n")
    assert not SOURCE.recognises("web/azure-pipelines.md", "- task: Bash@3\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "stages: 3\njobs: {a: b}\nsteps: [[[]], 3, {bash: {a: b}}, {task: 3, inputs: [x]}, {env: 3}]",
        "jobs: [{job: 3, strategy: {runOnce: [x], on: {failure: 3}}, container: [1], timeoutInMinutes: x}]",
        "jobs: [{deployment: a, environment: [x], strategy: [x], variables: [3, {group: 3}, {name: 3, value: [x]}]}]",
        "steps: [{env: {A: [x], B: $(A)}}]\nresources: {repositories: [3, {name: 5}], pipelines: 3}\nextends: 3",
    ],
)
def test_hostile_shapes(text: str) -> None:
    SOURCE.read([file("azure-pipelines.yml", text)])
