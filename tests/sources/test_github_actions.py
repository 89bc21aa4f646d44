"""Workflows: triggers, permissions, identities, secrets, cloud log-ins, and the agents that run in them."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.model.merge import merge
from nhiassess.sources.pipelines import github_actions, github_agents
from tests.observing import SHARED, by_id, folder, ids, observe, place, triples

PATH = "repos/portal/.github/workflows/triage.yml"
AGENT = "agent:github-actions/repos/portal/triage/answer"
JOB = "identity:github/acme/portal/triage/answer"
TRIAGE = """
    name: Triage
    on:
      issues:
        types: [opened]
      workflow_dispatch:
    permissions: write-all
    jobs:
      answer:
        if: github.repository == 'acme/portal'
        runs-on: ubuntu-latest
        timeout-minutes: 10
        permissions:
          contents: write
          id-token: write
        env:
          TRACKER_TOKEN: ${{ secrets.TRACKER }}
        steps:
          - uses: aws-actions/configure-aws-credentials@v4
            with:
              role-to-assume: arn:aws:iam::111122223333:role/ci/triage
          - uses: anthropics/claude-code-action@v1
            with:
              anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
              allowed_non_write_users: "*"
              prompt: Answer the issue.
              claude_args: >-
                --max-turns 7 --model claude-sonnet
                --allowedTools "Read,Bash(gh issue:*)" --disallowedTools "Grep"
          - run: ./publish.sh
            env:
              DEPLOY_KEY: ${{ secrets.DEPLOY_KEY }}
    """


def read(samples: dict[str, str]) -> Inventory:
    return merge([observe(github_actions.SOURCE, samples), observe(github_agents.SOURCE, samples)])


@pytest.fixture(scope="module")
def triage() -> Inventory:
    return read({PATH: TRIAGE})


def test_agent_of_a_job(triage: Inventory) -> None:
    agent = by_id(triage.agents, AGENT)
    assert (agent.name, agent.platform, agent.autonomy) == ("triage/answer", "github-actions", "unattended")
    assert (agent.model, agent.limits) == ("claude-sonnet", "stops after 10 minutes or 7 turns")
    assert agent.locations[0] == place(TRIAGE, "answer:", PATH)


def test_tools_are_those_that_need_no_permission(triage: Inventory) -> None:
    prefix = "tool:github-actions/repos/portal/triage/answer/"
    assert ids(triage.tools) == [prefix + name for name in ("Bash(gh%20issue:*)", "Glob", "Read")]
    assert {tool.approval for tool in triage.tools} == {"never"}
    assert by_id(triage.tools, prefix + "Bash(gh%20issue:*)").locations == (place(TRIAGE, "Bash(gh issue", PATH),)


def test_action_is_a_tool_server_without_a_pin(triage: Inventory) -> None:
    (server,) = triage.tool_servers
    assert server.id == f"tool_server:{PATH}#anthropics/claude-code-action@v1"
    assert server.pinned is False
    assert server.locations == (place(TRIAGE, "anthropics/claude", PATH),)


def test_strangers_reach_the_agent_through_issues(triage: Inventory) -> None:
    issues = "input:github-issues/acme/portal"
    assert by_id(triage.inputs, issues).trust == "untrusted"
    (taint,) = [link for link in triage.links if link.verb == "taints"]
    assert (taint.source, taint.target, taint.locations[0]) == (issues, AGENT, place(TRIAGE, "issues:", PATH))
    (workflow,) = triage.workflows
    assert (workflow.agent, workflow.untrusted, workflow.expected_seconds) == (AGENT, True, 600)
    assert workflow.trigger == "issues, workflow_dispatch"
    (trigger,) = [link for link in triage.links if link.verb == "triggers"]
    assert trigger.gate is None


def test_permissions_of_the_job_replace_those_of_the_workflow(triage: Inventory) -> None:
    token = by_id(triage.credentials, f"credential:{PATH}#jobs.answer.GITHUB_TOKEN")
    assert token.scopes == ("contents: write",)
    assert token.lifetime_seconds == 600
    assert (JOB, "can_change", "resource:github/acme/portal") in triples(triage)
    assert ("resource:github/acme/portal", "defines", f"workflow:{PATH}#answer") in triples(triage)


def test_identity_token_names_its_job_and_audience(triage: Inventory) -> None:
    id = f"credential:{PATH}#jobs.answer.id-token"
    token = by_id(triage.credentials, id)
    assert (token.kind, token.store, token.audience) == ("oidc_token", "workload_api", "sts.amazonaws.com")
    assert {(AGENT, "holds", id), (id, "authenticates_as", JOB), (AGENT, "runs_as", JOB)} <= triples(triage)
    (runs_as,) = [link for link in triage.links if (link.source, link.verb) == (AGENT, "runs_as")]
    assert runs_as.locations[0].line == place(TRIAGE, "id-token", PATH).line


def test_literal_role_is_a_link_with_its_reason(triage: Inventory) -> None:
    (login,) = [link for link in triage.links if link.verb == "federates_to"]
    assert (login.source, login.target) == (JOB, "identity:aws/111122223333/role/ci/triage")
    assert login.reason == f"role-to-assume in {PATH}"
    assert login.locations == (place(TRIAGE, "arn:aws:iam", PATH),)


def test_agent_holds_the_secrets_of_its_job_and_step_only(triage: Inventory) -> None:
    held = {target.rsplit("#", 1)[1] for source, verb, target in triples(triage, "holds") if source == AGENT}
    secrets = {"jobs.answer.env.TRACKER_TOKEN", "jobs.answer.steps[1].with.anthropic_api_key"}
    assert held == secrets | {"jobs.answer.id-token", "jobs.answer.GITHUB_TOKEN"}
    deploy = by_id(triage.credentials, f"credential:{PATH}#jobs.answer.steps[2].env.DEPLOY_KEY")
    assert deploy.store == "secret_manager:github:DEPLOY_KEY"
    assert (f"workflow:{PATH}#answer", "holds", deploy.id) in triples(triage)


@pytest.mark.parametrize(
    ("on", "untrusted", "inputs"),
    [
        ("on: push", False, []),
        ("on: [schedule, issue_comment]", True, ["input:github-comments/-/x"]),
        ("on: workflow_call", None, []),
        ("'on': {pull_request: {branches: [main]}}", True, ["input:github-pull-requests/-/x"]),
        ("on: {pull_request_target: }", True, ["input:github-pull-requests/-/x"]),
        ("on: {workflow_run: {workflows: [CI]}}", True, ["input:github-workflow-runs/-/x"]),
    ],
)
def test_triggers_as_text_list_and_mapping(on: str, untrusted: bool | None, inputs: list[str]) -> None:
    text = f"{on}\njobs:\n  a:\n    steps:\n      - uses: openai/codex-action@v1\n"
    found = read({"x/.github/workflows/w.yml": text})
    assert found.workflows[0].untrusted is untrusted
    assert ids(found.inputs) == inputs


def test_own_pull_requests_only_are_trusted() -> None:
    text = """
        on: pull_request
        jobs:
          review:
            if: github.event.pull_request.head.repo.full_name == github.repository
            steps:
              - uses: anthropics/claude-code-action@v1
                with: {prompt: Review., anthropic_api_key: "${{ secrets.KEY }}"}
        """
    found = read({"x/.github/workflows/w.yml": text})
    assert found.workflows[0].untrusted is False
    assert found.inputs == ()
    (held,) = [link for link in found.links if link.target.endswith("anthropic_api_key")]
    assert held.reason == "not given to pull requests from forks"


@pytest.mark.parametrize(
    ("condition", "inputs", "controlled_by"),
    [
        ("contains(fromJSON('[\"OWNER\"]'), github.event.comment.author_association)", "{}", "condition of the job"),
        ("always()", "{}", "the action admits only people with write access"),
        ("always()", '{allowed_non_write_users: "*"}', None),
    ],
)
def test_who_may_start_the_agent(condition: str, inputs: str, controlled_by: str | None) -> None:
    text = f"""
        on: issue_comment
        jobs:
          a:
            if: {condition}
            steps:
              - uses: anthropics/claude-code-action@v1
                with: {inputs}
        """
    found = read({"x/.github/workflows/w.yml": text})
    (trigger,) = [link for link in found.links if link.verb == "triggers"]
    assert (trigger.gate.controlled_by if trigger.gate else None) == controlled_by


@pytest.mark.parametrize(
    ("command", "tools"),
    [
        ('claude -p "Do it" --dangerously-skip-permissions', 8),
        ("npx -y @anthropic-ai/claude-code@2.0.1 --print --allowedTools 'Bash(npm:*) Write' < prompt.md", 5),
        ("timeout 600 codex exec --full-auto 'mend it'", 2),
        ("cat prompt.md | gemini --yolo", 6),
        ('if ! copilot --allow-all-tools \\\n  -p "$(cat x)"; then exit 1; fi', 2),
        ("npm install -g @anthropic-ai/claude-code", None),
        ("# claude -p later", None),
        ("echo claude -p", None),
        ("codex --version", None),
        ("pip install gemini", None),
    ],
)
def test_commands_that_start_an_agent(command: str, tools: int | None) -> None:
    indented = command.replace("\n", "\n          ")
    text = f"on: push\njobs:\n  a:\n    steps:\n      - run: |\n          {indented}\n"
    found = read({"x/.github/workflows/w.yml": text})
    assert (len(found.tools) if found.agents else None) == tools


@pytest.mark.parametrize(
    ("command", "limits"),
    [
        ("copilot --allow-all-tools --max-ai-credits 200 -p x", "stops after 200 AI credits"),
        ("claude -p x --max-turns 3 --max-budget-usd 1.50", "stops after 3 turns or 1.50 US dollars"),
        ('claude -p x --max-turns "$MOST"', None),
    ],
)
def test_flags_that_bound_what_an_agent_spends(command: str, limits: str | None) -> None:
    found = read({"x/.github/workflows/w.yml": f"on: push\njobs:\n  a:\n    steps:\n      - run: {command}\n"})
    assert found.agents[0].limits == limits


@pytest.mark.parametrize(
    ("command", "approval"),
    [
        ("copilot --allow-all-tools --enable-all-github-mcp-tools -p x", "never"),
        ("copilot --enable-all-github-mcp-tools -p x", "unknown"),
        ("copilot --allow-all-tools -p x", None),
    ],
)
def test_all_tools_of_the_server_that_comes_with_copilot(command: str, approval: str | None) -> None:
    path = "x/.github/workflows/w.yml"
    text = f"on: push\njobs:\n  a:\n    steps:\n      - run: {command}\n"
    found = read({path: text})
    assert [tool.approval for tool in found.tools if tool.name == "*"] == ([approval] if approval else [])
    if approval:
        tool, server = f"tool:{path}#github-mcp-server/*", f"tool_server:{path}#github-mcp-server"
        assert {("agent:github-actions/x/w/a", "invokes", tool), (tool, "served_by", server)} <= triples(found)
        assert by_id(found.tool_servers, server).locations == (place(text, "--enable-all", path),)


@pytest.mark.parametrize(
    ("step", "sandbox"),
    [
        ("{uses: openai/codex-action@v1}", "workspace-write"),
        ("{uses: openai/codex-action@v1, with: {sandbox: danger-full-access}}", "none"),
        ("{uses: openai/codex-action@v1, with: {sandbox: read-only}}", "read-only"),
        ("{run: codex exec --dangerously-bypass-approvals-and-sandbox x}", "none"),
    ],
)
def test_sandbox_of_codex(step: str, sandbox: str) -> None:
    found = read({"x/.github/workflows/w.yml": f"on: push\njobs:\n  a:\n    steps:\n      - {step}\n"})
    assert found.agents[0].sandbox == sandbox


def test_settings_inside_a_scalar_are_read_with_their_places() -> None:
    text = """
        on: schedule
        jobs:
          a:
            steps:
              - uses: google-github-actions/run-gemini-cli@0123456789012345678901234567890123456789
                with:
                  settings: |-
                    {
                      "maxSessionTurns": 5,
                      "mcpServers": {
                        "tracker": {"command": "docker", "args": ["run", "tracker:1"], "includeTools": ["find"]}
                      },
                      "coreTools": ["read_file"]
                    }
        """
    path = "x/.github/workflows/w.yml"
    found = read({path: text})
    assert {tool.name for tool in found.tools} == {"find", "read_file"}
    assert by_id(found.tools, "tool:github-actions/x/w/a/read_file").locations == (place(text, "read_file", path),)
    server = by_id(found.tool_servers, f"tool_server:{path}#tracker")
    assert (server.transport, server.command) == ("stdio", "docker run tracker:1")
    assert server.locations == (place(text, '"tracker"', path),)
    assert found.agents[0].limits == "stops after 5 turns"
    assert {server.pinned for server in found.tool_servers} == {True, None}


def test_called_workflow_has_the_triggers_of_its_callers() -> None:
    caller = "on: issues\njobs:\n  go:\n    uses: ./.github/workflows/called.yml\n"
    called = "on: workflow_call\njobs:\n  a:\n    steps: [{uses: openai/codex-action@v1}]\n"
    found = read({"x/.github/workflows/caller.yml": caller, "x/.github/workflows/called.yml": called})
    workflow = by_id(found.workflows, "workflow:x/.github/workflows/called.yml#a")
    assert (workflow.trigger, workflow.untrusted) == ("workflow_call, issues", True)


def test_what_no_file_shows_is_skipped_with_its_reason() -> None:
    text = """
        on: push
        jobs:
          deploy:
            environment: production
            steps:
              - uses: aws-actions/configure-aws-credentials@v4
                with: {role-to-assume: "${{ vars.ROLE }}"}
              - run: claude -p hello
          other:
            uses: acme/shared/.github/workflows/release.yml@main
        """
    found = read({"x/.github/workflows/w.yml": text})
    constructs = {row.construct for row in found.skipped}
    assert constructs == {"environment reviewers", "variable", "default permissions", "reusable workflow"}
    assert by_id(found.identities, "identity:github/-/x/w/deploy").environment == "production"
    assert triples(found, "federates_to", "can_change") == set()


def test_workflow_without_jobs_is_skipped() -> None:
    found = observe(github_actions.SOURCE, {".github/workflows/w.yml": "name: nothing\n"})
    assert [row.construct for row in found.skipped] == ["workflow"]


def test_literal_in_a_workflow_is_redacted_and_in_the_clear() -> None:
    text = "on: push\nenv:\n  GH_TOKEN: ghp_FAKEfakeFAKEfakeFAKEfakeFAKEfake1234\njobs:\n  a: {steps: [{run: make}]}\n"
    found = observe(github_actions.SOURCE, {".github/workflows/w.yml": text})
    (credential,) = [each for each in found.credentials if each.store == "plaintext"]
    assert credential.id == "credential:.github/workflows/w.yml#env.GH_TOKEN"
    assert credential.locations[0].line == 3
    assert "FAKE" not in repr(found)
    assert found.fingerprints[0][0] == credential.id


CORPUS = SHARED / "corpus" / "github_actions"


@pytest.fixture(scope="module")
def corpus() -> Inventory:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real workflows lies beside the checkout only")
    jobs, refused = folder(github_actions.SOURCE, CORPUS)
    agents, _ = folder(github_agents.SOURCE, CORPUS)
    assert refused == []
    return merge([jobs, agents])


def test_every_agent_of_the_corpus_is_found(corpus: Inventory) -> None:
    assert len(corpus.agents) == 28  # counted by reading the 42 files
    assert {agent.platform for agent in corpus.agents} == {"github-actions"}


@pytest.mark.parametrize(
    ("job", "tools", "first"),
    [
        ("stacklok__toolhive/claude/claude", 10, "claude.yml:14"),
        ("modelcontextprotocol__servers/claude/claude", 8, "claude.yml:14"),
        ("triggerdotdev__trigger.dev/claude-md-audit/audit", 4, "claude-md-audit.yml:17"),
        ("PrefectHQ__fastmcp/marvin-label-triage/label-issue-or-pr", 10, "marvin-label-triage.yml:21"),
        ("google-github-actions__run-gemini-cli/gemini-invoke/invoke", 5, "gemini-invoke.yml:20"),
        ("microsoft__playwright/fix-flakes/fix", 2, "fix-flakes.yml:123"),
        ("google-gemini__gemini-cli/docs-audit/audit-docs", 6, "docs-audit.yml:10"),
        ("dotnet__aspire/copilot-setup-steps/copilot-setup-steps", 0, "copilot-setup-steps.yml:8"),
    ],
)
def test_tools_and_places(corpus: Inventory, job: str, tools: int, first: str) -> None:
    agent = by_id(corpus.agents, f"agent:github-actions/{job}")
    assert sum(tool.id.startswith(f"tool:github-actions/{job}/") for tool in corpus.tools) == tools
    assert str(agent.locations[0]).endswith(first)


@pytest.mark.parametrize(
    ("workflow", "untrusted"),
    [
        ("anthropics__claude-code-action/.github/workflows/issue-triage.yml#triage-issue", True),
        ("anthropics__claude-code-action/.github/workflows/claude-review.yml#review", False),
        ("upstash__context7/.github/workflows/ecr-deploy.yml#build-and-push", False),
        ("microsoft__playwright/.github/workflows/pr-ci-triage.yml#triage", None),
        ("google-github-actions__run-gemini-cli/.github/workflows/gemini-invoke.yml#invoke", True),
    ],
)
def test_who_triggers(corpus: Inventory, workflow: str, untrusted: bool | None) -> None:
    assert by_id(corpus.workflows, f"workflow:{workflow}").untrusted is untrusted


def test_owner_is_taken_from_a_literal(corpus: Inventory) -> None:
    assert "resource:github/google-gemini/gemini-cli" in ids(corpus.resources)


def test_a_workflow_that_calls_itself_is_named_and_read_once() -> None:
    text = "on: [push, workflow_call]\njobs:\n  again:\n    uses: ./.github/workflows/w.yml\n"
    found = read({"x/.github/workflows/w.yml": text})
    assert [(row.construct, row.locations[0].line) for row in found.skipped] == [("reusable workflow", 4)]
    assert [each.trigger for each in found.workflows] == ["push, workflow_call"]


def test_workflows_that_call_one_another_are_read_once() -> None:
    calls = "on: {}\njobs:\n  go:\n    uses: ./.github/workflows/{}.yml\n"
    one, other = calls.format("push", "b"), calls.format("schedule", "a")
    found = read({"x/.github/workflows/a.yml": one, "x/.github/workflows/b.yml": other})
    assert {each.trigger for each in found.workflows} == {"push, schedule", "schedule, push"}
