"""GitLab pipelines: triggers, templates, identity tokens, secrets, cloud log-ins, includes, and agents in scripts."""

from __future__ import annotations

import pytest

from nhiassess.edges.federates import EDGE
from nhiassess.joins.oidc_subject import JOIN
from nhiassess.model.inventory import Condition, Identity, Inventory, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge
from nhiassess.sources.pipelines.gitlab_ci import SOURCE
from tests.observing import by_id, file, ids, observe, place, triples

PATH = "repos/web/.gitlab-ci.yml"
AGENT = "agent:gitlab-ci/repos/web/review"
JOB = "identity:gitlab/repos/web/review"
WORK = "workflow:gitlab-ci/repos/web/review"
CANARY = "glpat-CANARYfakefakefake00"
REVIEW = f"""
    include:
      - local: /ci/none.yml
      - remote: http://example.test/steps.yml
      - component: example.test/group/scan@1.2
      - project: group/templates
        ref: 0123456789abcdef0123456789abcdef01234567
        file: /build.yml
    variables:
      REGISTRY_TOKEN: {CANARY}
    default:
      image: node:22
      timeout: 1h 30m
    .cloud:
      id_tokens:
        AWS_TOKEN:
          aud: https://gitlab.example.test
      variables:
        AWS_ROLE_ARN: arn:aws:iam::111122223333:role/ci/review
      before_script:
        - aws sts assume-role-with-web-identity --role-arn "$AWS_ROLE_ARN"
    review:
      extends: .cloud
      tags: [shared, linux]
      environment: review/app
      secrets:
        DB_PASSWORD:
          vault: production/db/password@ops
        PLAIN:
          vault: {{engine: {{name: kv-v2, path: kv}}, path: a/b, field: c}}
      rules:
        - if: $CI_PROJECT_PATH == "acme/shop/web" && $CI_PIPELINE_SOURCE == "merge_request_event"
        - if: $CI_COMMIT_TAG
          when: never
      script:
        # - claude -p "no"
        - !reference [.setup, script]
        - |
          # codex exec nothing
          npm ci
          claude -p "Review $CI_MERGE_REQUEST_IID" --max-turns 9 \\
            --allowedTools "Read,Bash(git diff:*)" --model sonnet
        - curl --user "bot:$REVIEW_BOT_TOKEN" example.test
    publish:
      script: ["npm publish"]
    deploy:
      when: manual
      script:
        - codex exec --sandbox workspace-write "Deploy."
    """


@pytest.fixture(scope="module")
def review() -> Inventory:
    return observe(SOURCE, {PATH: REVIEW})


def test_agent_with_what_bounds_it_and_its_tools(review: Inventory) -> None:
    agent = by_id(review.agents, AGENT)
    assert (agent.name, agent.platform, agent.autonomy, agent.model) == ("review", "gitlab-ci", "unattended", "sonnet")
    assert agent.limits == "stops after 90 minutes or 9 turns"
    assert agent.locations[0] == place(REVIEW, "review:", PATH)
    prefix = "tool:gitlab-ci/repos/web/review/"
    wanted = {prefix + name for name in ("Bash(git%20diff:*)", "Glob", "Grep", "Read")}
    assert {target for source, _, target in triples(review, "invokes") if source == AGENT} == wanted
    assert by_id(review.tools, prefix + "Bash(git%20diff:*)").locations == (place(REVIEW, "Bash(git diff", PATH),)


def test_jobs_without_agents_are_workflows_only(review: Inventory) -> None:
    assert ids(review.agents) == ["agent:gitlab-ci/repos/web/deploy", AGENT]
    assert ids(review.workflows) == [f"workflow:gitlab-ci/repos/web/{name}" for name in ("deploy", "publish", "review")]
    assert ids(review.identities) == ["identity:gitlab/repos/web/deploy", JOB]
    assert by_id(review.agents, "agent:gitlab-ci/repos/web/deploy").sandbox == "workspace-write"


def test_triggers_and_what_can_not_be_known_of_forks(review: Inventory) -> None:
    work = by_id(review.workflows, WORK)
    assert (work.trigger, work.untrusted, work.expected_seconds) == ("merge_request_event", None, 5400)
    publish = by_id(review.workflows, "workflow:gitlab-ci/repos/web/publish")
    assert (publish.trigger, publish.untrusted, publish.agent) == ("branches, tags", False, None)
    (taint,) = [link for link in review.links if link.verb == "taints"]
    assert (taint.source, taint.target) == ("input:gitlab-merge-requests/repos/web", AGENT)
    assert by_id(review.inputs, taint.source).trust == "unknown"
    assert f"skipped:{PATH}#review/merge%20requests%20of%20forks" in ids(review.skipped)


def test_a_manual_job_waits_for_a_person(review: Inventory) -> None:
    gates = {link.target: link.gate for link in review.links if link.verb == "triggers"}
    assert gates[AGENT] is None
    gate = gates["agent:gitlab-ci/repos/web/deploy"]
    assert gate is not None
    assert (gate.kind, gate.enforced_at) == ("human_approval", "gateway")


def test_identity_token_of_a_template(review: Inventory) -> None:
    id = f"credential:{PATH}#review.id_tokens.AWS_TOKEN"
    token = by_id(review.credentials, id)
    assert (token.kind, token.store, token.audience) == ("oidc_token", "workload_api", "https://gitlab.example.test")
    assert token.lifetime_seconds == 5400
    assert token.locations == (place(REVIEW, "AWS_TOKEN:", PATH),)
    assert {(AGENT, "holds", id), (WORK, "holds", id), (id, "authenticates_as", JOB)} <= triples(review)
    identity = by_id(review.identities, JOB)
    assert (identity.kind, identity.provider) == ("ci_job", "gitlab")
    assert (identity.name, identity.environment) == ("acme/shop/web:review", "review/app")


def test_role_that_the_job_asks_to_become(review: Inventory) -> None:
    (login,) = [link for link in review.links if (link.verb, link.source) == ("federates_to", JOB)]
    assert login.target == "identity:aws/111122223333/role/ci/review"
    assert login.locations == (place(REVIEW, "arn:aws", PATH),)


def test_secrets_by_store_and_name(review: Inventory) -> None:
    held = {target.partition("#")[2] for source, _, target in triples(review, "holds") if source == AGENT}
    stores = {each.id.partition("#")[2]: each.store for each in review.credentials}
    assert {key: stores[key] for key in held} == {
        "review.id_tokens.AWS_TOKEN": "workload_api",
        "review.CI_JOB_TOKEN": "workload_api",
        "review.secrets.DB_PASSWORD": "secret_manager:vault:production/db/password@ops",
        "review.secrets.PLAIN": "secret_manager:vault:a/b/c@kv",
        "review.script.REVIEW_BOT_TOKEN": "secret_manager:gitlab:repos/web/REVIEW_BOT_TOKEN",
        "variables.REGISTRY_TOKEN": "plaintext",
    }
    assert CANARY not in repr(review)
    prints = {fingerprint for id, fingerprint in review.fingerprints}
    assert len(prints) == 1


def test_includes_and_other_places_are_named(review: Inventory) -> None:
    said = {each.construct: each.reason for each in review.skipped if "include[" in each.id}
    assert said == {
        "include: local": "/ci/none.yml was not read",
        "include: remote": "a file at http://example.test/steps.yml was not read, and nothing fixes its content, "
        "over a connection that anybody on the way can change",
        "include: component": "the component example.test/group/scan@1.2 was not read, and nothing fixes its content",
        "include: project": "a file of the project group/templates was not read",
    }
    assert any("reference%20at" in each.id for each in review.skipped)


def test_runners_and_images(review: Inventory) -> None:
    said = {(each.key, each.value) for each in review.settings if each.agent == AGENT}
    assert said == {("review.tags", "shared"), ("review.tags", "linux"), ("review.image", "node:22")}


def test_templates_of_another_file_and_references() -> None:
    found = observe(
        SOURCE,
        {
            "web/.gitlab/ci/base.yml": """
                .agent:
                  script:
                    - gemini --yolo -p "Fix it."
                """,
            "web/.gitlab-ci.yml": """
                include: .gitlab/ci/base.yml
                nightly:
                  only: [schedules]
                  script: [!reference [.agent, script]]
                fork:
                  extends: [.agent, .absent]
                  only: [merge_requests]
                """,
        },
    )
    assert ids(found.agents) == ["agent:gitlab-ci/web/fork", "agent:gitlab-ci/web/nightly"]
    assert by_id(found.agents, "agent:gitlab-ci/web/nightly").locations[1].path == "web/.gitlab/ci/base.yml"
    triggers = {each.id.rsplit("/", 1)[1]: (each.trigger, each.untrusted) for each in found.workflows}
    assert triggers == {"nightly": ("schedules", False), "fork": ("merge_request_event", None)}
    assert "skipped:web/.gitlab-ci.yml#fork/extends%20.absent" in ids(found.skipped)
    assert not [each for each in found.skipped if (each.construct or "").startswith("include")]


@pytest.mark.parametrize(
    ("rules", "trigger", "untrusted"),
    [
        ("[{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", "branches", False),
        ("[{if: $CI_MERGE_REQUEST_ID}, {if: $CI_COMMIT_TAG}]", "merge_request_event, tags", None),
        ("[{changes: [docs/*]}]", "any pipeline", None),
        ("[{if: $CI_PIPELINE_SOURCE != 'merge_request_event'}]", "any pipeline", None),
        ("[{if: $CI_PIPELINE_SOURCE == 'schedule'}, {when: never}]", "schedule", False),
        ("[]", None, None),
    ],
)
def test_rules(rules: str, trigger: str | None, untrusted: bool | None) -> None:
    found = observe(SOURCE, {".gitlab-ci.yml": f"job:\n  rules: {rules}\n  script: [make]\n"})
    (work,) = found.workflows
    assert (work.id, work.trigger, work.untrusted) == ("workflow:gitlab-ci/-/job", trigger, untrusted)


def test_workflow_rules_narrow_rules_that_name_no_source() -> None:
    text = """
        workflow:
          rules: [{if: $CI_PIPELINE_SOURCE == "web"}]
        job:
          rules: [{changes: [a]}]
          script: [make]
        """
    assert observe(SOURCE, {".gitlab-ci.yml": text}).workflows[0].trigger == "web"


def test_open_roles_and_audiences_are_named() -> None:
    text = """
        job:
          id_tokens: {T: {aud: $SERVER}}
          script: aws sts assume-role-with-web-identity --role-arn $ROLE_OF_PROJECT
        """
    found = observe(SOURCE, {".gitlab-ci.yml": text})
    assert found.credentials[0].audience is None
    assert not [link for link in found.links if link.verb == "federates_to"]
    assert {each.construct for each in found.skipped} == {"audience of T", "--role-arn variable"}


def test_near_misses() -> None:
    script = "job:\n  script: [make]\n"
    assert SOURCE.recognises("web/.gitlab/ci/build.yml", script)
    assert SOURCE.recognises("web/ci/build.gitlab-ci.yml", "")
    assert not SOURCE.recognises("web/.gitlab/agents/eu/config.yaml", "ci_access:\n  projects: []\n")
    assert not SOURCE.recognises("web/.github/workflows/ci.yml", script)
    assert not SOURCE.recognises("web/gitlab-ci.md", script)
    text = (
        "job:\n  script:\n    - npm install -g @anthropic-ai/claude-code\n    - echo claude\n    - claude --version\n"
    )
    assert not observe(SOURCE, {".gitlab-ci.yml": text}).agents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: 3",
        "a: {script: 3, extends: {b: c}, rules: 7, only: {refs: 3}, tags: {a: b}, image: [[1]], timeout: [x]}",
        "a: {extends: a, id_tokens: [x], secrets: {S: 3}, variables: [1], environment: [x], inherit: 3}",
        "a: {extends: [b, b]}\nb: {extends: [a, a], script: [!reference [a, script], !reference []]}",
        "include: [3, {remote: 5}, {local: {a: b}}, [x]]\nworkflow: 3\ndefault: [x]",
        "a: {script: !reference [a, script], rules: [3, [x], {if: {a: b}, when: [x]}], variables: {A: [x], B: {c: d}}}",
    ],
)
def test_hostile_shapes(text: str) -> None:
    SOURCE.read([file(".gitlab-ci.yml", text)])


def test_long_chains_end() -> None:
    chain = "".join(
        f"j{n}: {{extends: [j{n + 1}, j{n + 1}], script: [!reference [j{n + 1}, script]]}}\n" for n in range(1500)
    )
    found = SOURCE.read([file(".gitlab-ci.yml", chain)])
    assert len(found.workflows) == 1500


def test_templates_that_multiply_end() -> None:
    base = "".join(f"v{n}: &v{n} {{variables: {{A{n}: b}}}}\n" for n in range(15))
    wide = "".join(
        f"w{n}: {{extends: [{', '.join(f'w{n + 1 + k}' for k in range(15))}], script: [make]}}\n" for n in range(900)
    )
    found = SOURCE.read([file(".gitlab-ci.yml", base + wide)])
    assert len(found.workflows) == 915


def test_work_beyond_measure_is_named() -> None:
    text = ".x: {script: ['" + "echo " * 20_000 + "']}\n" + "".join(f"j{n}: {{extends: .x}}\n" for n in range(700))
    found = SOURCE.read([file(".gitlab-ci.yml", text)])
    assert 400 < len(found.workflows) < 600
    assert [each.construct for each in found.skipped] == ["jobs"]


def test_a_job_reaches_the_role_whose_trust_lets_its_token_in() -> None:
    pipeline = """
        go:
          id_tokens: {T: {aud: https://gitlab.com}}
          only: [branches]
          script: claude -p "Go."
        """
    role, subject = "identity:aws/111122223333/role/ci", "project_path:acme/web:ref_type:branch:ref:main"
    conditions = (
        Condition("StringEquals", "gitlab.com:aud", ("https://gitlab.com",)),
        Condition("StringEquals", "gitlab.com:sub", (subject,)),
    )
    trust = Trust("trust:ci", role, mechanism="oidc", issuer="gitlab.com", subject=subject, conditions=conditions)
    iam = Inventory(identities=(Identity(role),), trusts=(trust,))
    seen = merge([observe(SOURCE, {"web/.gitlab-ci.yml": pipeline}), iam])
    joined = JOIN.join(seen, Knowledge())
    assert ("identity:gitlab/web/go", "federates_to", role) in triples(joined)
    (edge,) = EDGE.derive(joined, Knowledge())
    assert (edge.source, edge.verb, edge.target, edge.verdict) == (
        "identity:gitlab/web/go",
        "federates_to",
        role,
        "conditional",
    )
    assert set(edge.conditions) == {
        "the path of the project is acme/web",
        "the job runs on main",
        "the project is on gitlab.com",
    }
