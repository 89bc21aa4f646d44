"""Text of strangers that a job reads by itself, and hands to its agent."""

from __future__ import annotations

import pytest

from nhiassess.sources.pipelines import github_actions
from tests.observing import ids, observe, place, triples

PATH = "x/.github/workflows/w.yml"
AGENT = "agent:github-actions/x/w/a"
TRIAGE = """
    on: {schedule: [{cron: "0 * * * *"}]}
    jobs:
      a:
        steps:
          - id: find
            run: |-
              # gh pr list
              ISSUES="$(gh issue list \\
                --json number,title,body)"
              echo "issues=${ISSUES}" >> "${GITHUB_OUTPUT}"
          - uses: google-github-actions/run-gemini-cli@v0
            env: {ISSUES: "${{ steps.find.outputs.issues }}"}
          - run: gh pr view 7
    """


def test_issues_reach_the_agent_of_a_scheduled_workflow_through_a_step() -> None:
    found = observe(github_actions.SOURCE, {PATH: TRIAGE})
    assert [(row.id, row.trust) for row in found.inputs] == [("input:github-issues/-/x", "untrusted")]
    (taint,) = [link for link in found.links if link.verb == "taints"]
    assert (taint.source, taint.target) == ("input:github-issues/-/x", AGENT)
    assert taint.locations[0] == place(TRIAGE, "gh issue list", PATH)
    assert taint.reason == "gh issue list reads what anybody can write before the agent starts"
    assert found.workflows[0].untrusted is False  # nobody from outside starts it


def job(step: str, agent: str = "claude -p x") -> str:
    return f"on: schedule\njobs:\n  a:\n    steps:\n      - {step}\n      - run: {agent}\n"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("gh issue view 7 --comments", "issues"),
        ("gh pr diff 7 > pr.diff", "pull-requests"),
        ("if ! gh pr view 7 --json title,author; then exit 1; fi", "pull-requests"),
        ("gh search prs --state open", "pull-requests"),
        ("GH_TOKEN=$T gh api repos/acme/x/issues/7", "issues"),
        ("gh api /repos/acme/x/issues/7/comments?per_page=9 > c.json", "comments"),
        ("gh api --method GET -f state=open repos/acme/x/pulls", "pull-requests"),
        ("gh api -X POST repos/acme/x/issues -f title=a", None),
        ("gh api repos/acme/x/issues/7/comments -f body=a", None),
        ("gh api repos/acme/x/issues/7/labels", None),
        ("gh api /repos/acme/x/dependabot/alerts", None),
        ("gh issue list --json number,url", None),
        ("gh issue edit 7 --add-label a", None),
        ("gh pr create --fill", None),
        ("echo use gh issue view", None),
    ],
)
def test_commands_that_read_what_strangers_wrote(command: str, kind: str | None) -> None:
    found = observe(github_actions.SOURCE, {PATH: job(f"run: '{command}'")})
    assert ids(found.inputs) == ([f"input:github-{kind}/-/x"] if kind else [])


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("await github.rest.issues.listForRepo({owner})", "issues"),
        ("await github.paginate(github.rest.issues.listComments, {owner})", "comments"),
        ("await github.rest.pulls.listReviews({owner})", "comments"),
        ("await github.rest.pulls.get({owner})", "pull-requests"),
        ("await github.rest.search.issuesAndPullRequests({q})", "issues"),
        ("await github.rest.issues.listLabelsForRepo({owner})", None),
        ("await github.rest.issues.createComment({owner})", None),
        ("// github.rest.issues.get", None),
    ],
)
def test_scripts_that_read_what_strangers_wrote(call: str, kind: str | None) -> None:
    step = f"{{uses: actions/github-script@v8, with: {{script: '{call}'}}}}"
    found = observe(github_actions.SOURCE, {PATH: job(step)})
    assert ids(found.inputs) == ([f"input:github-{kind}/-/x"] if kind else [])


def test_what_the_script_of_the_agent_reads_itself_counts_and_the_prose_of_its_prompt_does_not() -> None:
    piped = observe(github_actions.SOURCE, {PATH: job("run: make", "gh issue view 7 | claude -p x")})
    assert ids(piped.inputs) == ["input:github-issues/-/x"]
    prose = observe(github_actions.SOURCE, {PATH: job("run: make", "claude -p 'Run `gh issue view 7` and answer.'")})
    assert prose.inputs == ()


@pytest.mark.parametrize("run", ["7", "[gh issue list]", "{a: gh issue list}", "", "'" + "; gh " * 9999 + "'"])
def test_any_shape_of_script_is_read_without_an_error(run: str) -> None:
    found = observe(github_actions.SOURCE, {PATH: job(f"run: {run}")})
    assert triples(found, "taints") == set()
