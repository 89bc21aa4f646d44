"""CircleCI: workflows and approvals, contexts, identity tokens, orbs, executors, and agents in steps."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.sources.pipelines.circleci import SOURCE
from tests.observing import by_id, file, ids, observe, place, triples

PATH = "repos/api/.circleci/config.yml"
AGENT = "agent:circleci/repos/api/nightly/fix"
JOB = "identity:circleci/repos/api/nightly/fix"
CANARY = "ghp_CANARYfakefakefakefakefakefakefakefa"
API = f"""
    version: 2.1
    orbs:
      aws-cli: circleci/aws-cli@4.1.3
      slack: circleci/slack@4
    executors:
      small:
        docker:
          - image: cimg/node:22.1
            auth:
              username: acme
              password: $DOCKERHUB_PASSWORD
        environment:
          GITHUB_TOKEN: {CANARY}
    commands:
      agent:
        steps:
          - run:
              name: Fix
              command: |
                # $UNUSED_TOKEN
                claude -p "Fix the build." --dangerously-skip-permissions \\
                  --model opus
              environment:
                ANTHROPIC_API_KEY: $ANTHROPIC_API_KEY
    jobs:
      fix:
        executor: small
        steps:
          - checkout
          - aws-cli/setup:
              role_arn: arn:aws:iam::111122223333:role/ci/api
          - when:
              condition: << pipeline.parameters.fix >>
              steps:
                - agent
          - run: echo $CIRCLE_OIDC_TOKEN_V2 $DEPLOY_TOKEN
      release:
        machine: {{image: ubuntu-2404:current}}
        resource_class: acme/runner
        steps:
          - run: codex exec "Write notes."
    workflows:
      nightly:
        triggers:
          - schedule: {{cron: "0 1 * * *"}}
        jobs:
          - fix:
              context: [shared, production]
      main:
        jobs:
          - hold: {{type: approval}}
          - test/unit: {{requires: [hold]}}
          - release:
              requires: [test/unit]
              filters: {{tags: {{only: /v.*/}}}}
    """


@pytest.fixture(scope="module")
def api() -> Inventory:
    return observe(SOURCE, {PATH: API})


def test_agents_of_jobs_and_their_commands(api: Inventory) -> None:
    assert ids(api.agents) == ["agent:circleci/repos/api/main/release", AGENT]
    agent = by_id(api.agents, AGENT)
    assert (agent.platform, agent.sandbox, agent.model) == ("circleci", "container", "opus")
    assert agent.locations == (place(API, "fix:", PATH, within=2), place(API, "|", PATH))
    assert "tool:circleci/repos/api/nightly/fix/Bash" in ids(api.tools)
    assert by_id(api.agents, "agent:circleci/repos/api/main/release").sandbox == "read-only"


def test_workflows_with_triggers_and_approvals(api: Inventory) -> None:
    rows = {
        each.id.removeprefix("workflow:circleci/repos/api/"): (each.trigger, each.untrusted) for each in api.workflows
    }
    assert rows == {
        "nightly/fix": ("schedule", None),
        "main/test/unit": ("push", None),
        "main/release": ("push, tag", None),
    }
    gates = {link.target: link.gate for link in api.links if link.verb == "triggers"}
    assert gates[AGENT] is None
    gate = gates["agent:circleci/repos/api/main/release"]
    assert gate is not None
    assert (gate.kind, gate.enforced_at) == ("human_approval", "gateway")


def test_identity_token_and_role(api: Inventory) -> None:
    id = f"credential:{PATH}#workflows.nightly.jobs.0.fix.oidc"
    token = by_id(api.credentials, id)
    assert (token.kind, token.store, token.lifetime_seconds, token.audience) == (
        "oidc_token",
        "workload_api",
        3600,
        None,
    )
    assert token.locations == (place(API, "echo $CIRCLE", PATH),)
    assert {(AGENT, "holds", id), (id, "authenticates_as", JOB)} <= triples(api)
    (login,) = [link for link in api.links if link.verb == "federates_to"]
    assert (login.source, login.target) == (JOB, "identity:aws/111122223333/role/ci/api")
    assert login.locations == (place(API, "arn:aws", PATH),)


def test_contexts_and_secrets(api: Inventory) -> None:
    stores = {each.id.partition("#")[2]: each.store for each in api.credentials}
    held = {target.partition("#")[2] for source, _, target in triples(api, "holds") if source == AGENT}
    entry = "workflows.nightly.jobs.0.fix"
    assert {key: stores[key] for key in held} == {
        f"{entry}.oidc": "workload_api",
        f"{entry}.context.shared": "secret_manager:circleci:shared",
        f"{entry}.context.production": "secret_manager:circleci:production",
        f"{entry}.run.DEPLOY_TOKEN": "secret_manager:circleci:repos/api/DEPLOY_TOKEN",
        "executors%20of%20fix.environment.GITHUB_TOKEN": "plaintext",
        f"{entry}.commands.agent.steps.0.environment.ANTHROPIC_API_KEY": (
            "secret_manager:circleci:repos/api/ANTHROPIC_API_KEY"
        ),
    }
    assert stores[f"{entry}.jobs.fix.docker.auth.password"] == "secret_manager:circleci:repos/api/DOCKERHUB_PASSWORD"
    assert CANARY not in repr(api)


def test_orbs_images_and_what_stands_in_no_file(api: Inventory) -> None:
    reasons = {each.reason for each in api.skipped}
    assert "the orb circleci/aws-cli@4.1.3 was not read" in reasons
    assert "the orb circleci/slack@4 was not read, and its version moves" in reasons
    assert "what aws-cli/setup does is defined in an orb, which was not read" in reasons
    assert "the job is defined elsewhere: test/unit" in reasons
    assert {each.construct for each in api.skipped} >= {"context shared", "pull requests of forks"}
    said = {(each.key or "").rsplit(".", 2)[-1] + "=" + (each.value or "") for each in api.settings}
    assert said == {"image=cimg/node:22.1", "image=ubuntu-2404:current", "resource_class=acme/runner"}


def test_a_configuration_without_workflows_runs_build() -> None:
    text = "version: 2\njobs:\n  build:\n    docker: [{image: a}]\n    steps: [{run: gemini -y}]\n  x: {steps: []}\n"
    found = observe(SOURCE, {".circleci/config.yml": text})
    assert ids(found.workflows) == ["workflow:circleci/-/build"]
    assert ids(found.agents) == ["agent:circleci/-/build"]
    found = observe(SOURCE, {".circleci/config.yml": "version: 2.1\nsetup: true\n"})
    assert [each.construct for each in found.skipped] == ["dynamic configuration"]


def test_near_misses() -> None:
    assert not SOURCE.recognises("web/circleci/config.yml", "version: 2.1")
    assert not SOURCE.recognises("web/.circleci/values.yml", "a: b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 3",
        "version: 1\njobs: 3\nworkflows: [x]\norbs: [a]\nexecutors: 4",
        "jobs: {build: {steps: [3, [[x]], {run: {command: [x]}}, {when: 3}, {run: 3}], docker: 3, environment: [x]}}",
        "workflows: {a: {jobs: [3, {b: 3}, [x], {c: {requires: 3, name: [x], context: {a: b}, type: [x]}}]}}",
        "commands: {a: {steps: [a, b]}, b: {steps: [a, a, b]}}\njobs: {build: {steps: [a], executor: [x]}}\norbs: [a]",
    ],
)
def test_hostile_shapes(text: str) -> None:
    SOURCE.read([file(".circleci/config.yml", text)])
