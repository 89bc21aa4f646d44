"""A job on a machine of one's own reaches what other jobs are given there, and nothing on GitHub's."""

from __future__ import annotations

import pytest

from nhiassess.analysis.walk import index, walk
from nhiassess.edges import ambient, authenticates, defines, holds, shares_runner
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge
from nhiassess.model.reach import IDENTITY
from nhiassess.network.build import build
from nhiassess.sources.pipelines.github_actions import SOURCE
from tests.observing import observe

WORKFLOW = """
on: push
jobs:
  test:
    runs-on: {runner}
    steps: [{{run: make test}}]
  release:
    runs-on: {runner}
    environment: live
    permissions: {{id-token: write}}
    steps: [{{run: make release, env: {{KEY: "${{{{ secrets.SIGNING_KEY }}}}"}}}}]
"""
RELEASE = "identity:github/-/site/ci/release"


def reached(runner: str) -> dict[str, str]:
    """Give what the job ``test`` reaches, with its verdict."""
    found = observe(SOURCE, {"site/.github/workflows/ci.yml": WORKFLOW.format(runner=runner)})
    thief = Inventory(identities=(Identity("identity:thief"),))
    rules = (ambient.EDGE, authenticates.EDGE, defines.EDGE, holds.EDGE, shares_runner.EDGE)
    where = merge([found, thief])
    made = build(where, [edge for rule in rules for edge in rule.derive(where, Knowledge())], Knowledge())
    start = ["workflow:site/.github/workflows/ci.yml#test"]
    return {
        node: verdict for (node, _), verdict in walk(index(made), "agent:-", IDENTITY, True, start).verdicts().items()
    }


@pytest.mark.parametrize("runner", ["self-hosted", "[self-hosted, linux]", "{group: own, labels: [self-hosted, gpu]}"])
def test_jobs_on_one_runner_have_what_the_others_are_given(runner: str) -> None:
    found = reached(runner)
    assert found[RELEASE] == "conditional"
    assert any("SIGNING_KEY" in node or ".KEY" in node for node in found if node.startswith("credential:"))


@pytest.mark.parametrize("runner", ["ubuntu-latest", "[linux, x64]", "{group: own}", '"${{ matrix.runner }}"'])
def test_a_machine_that_is_thrown_away_or_unknown_shares_nothing(runner: str) -> None:
    assert list(reached(runner)) == ["workflow:site/.github/workflows/ci.yml#test"]
