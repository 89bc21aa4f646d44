"""GitHub's answers about one repository: reviewers of environments, rulesets, deploy keys, and the gates they are."""

from __future__ import annotations

import json

import pytest

from nhiassess.edges import changes_code, defines
from nhiassess.model.inventory import Gate, Identity, Inventory, Link, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge
from nhiassess.shelf import knowledge
from nhiassess.sources.access.saas_grants import SOURCE
from tests.observing import observe

URL = "https://api.github.com/repos/acme/site"
REPOSITORY, JOB, WORKFLOW = "resource:github/acme/site", "identity:github/acme/site/ci/up", "workflow:ci.yml#up"
ESTATE = Inventory(
    identities=(Identity(JOB, "ci_job", "acme/site/ci/up", "github", environment="live"),),
    resources=(Resource(REPOSITORY, "repository", "site", "github"),),
    links=(
        Link("l1", REPOSITORY, "defines", WORKFLOW),
        Link("l2", WORKFLOW, "runs_as", JOB),
        Link("l3", JOB, "can_change", REPOSITORY),
    ),
)


def read(record: dict[str, object]) -> Inventory:
    return observe(SOURCE, {"gh/answer.json": json.dumps(record)})


def environment(reviewers: int, name: str = "live") -> dict[str, object]:
    rules: list[object] = [{"id": 1, "type": "wait_timer", "wait_timer": 30}]
    if reviewers:
        asked = [{"type": "Team", "reviewer": {"id": each}} for each in range(reviewers)]
        rules.append({"id": 2, "type": "required_reviewers", "reviewers": asked})
    return {
        "name": name,
        "url": f"{URL}/environments/{name}",
        "protection_rules": rules,
        "deployment_branch_policy": None,
    }


def ruleset(**more: object) -> dict[str, object]:
    return {
        "id": 4,
        "name": "reviews",
        "source_type": "Repository",
        "source": "acme/site",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
        "rules": [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}],
        **more,
    }


def gates(found: Inventory) -> dict[str, Gate | None]:
    edges = defines.EDGE.derive(merge([ESTATE, found]), Knowledge())
    return {each.verb: each.gate for each in edges}


@pytest.mark.parametrize(
    ("record", "stands"),
    [(environment(2), True), (environment(0), False), (environment(2, "test"), False)],
    ids=["reviewers", "a timer only", "another environment"],
)
def test_reviewers_of_an_environment_stand_before_its_jobs(record: dict[str, object], stands: bool) -> None:
    gate = Gate("human_approval", "resource", "environment live of acme/site")
    assert gates(read(record)) == {"defines": gate if stands else None, "can_change": None}


@pytest.mark.parametrize(
    ("more", "stands"),
    [
        ({}, True),
        ({"enforcement": "evaluate"}, False),
        ({"conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}}, False),
        ({"conditions": {"ref_name": {"include": ["~ALL"], "exclude": ["refs/heads/bots/*"]}}}, False),
        ({"bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole"}]}, False),
        ({"rules": [{"type": "deletion"}]}, False),
        ({"rules": [{"type": "pull_request", "parameters": {"required_approving_review_count": 0}}]}, False),
        ({"source": "acme/shop"}, False),
    ],
    ids=lambda each: "enforced" if each == {} else str(each),
)
def test_only_a_review_at_every_branch_holds_a_push_back(more: dict[str, object], stands: bool) -> None:
    found = read(ruleset(**more))
    gate = Gate("human_approval", "resource", "ruleset reviews of acme/site")
    assert gates(found) == {"defines": None, "can_change": gate if stands else None}
    assert found.settings


@pytest.mark.parametrize("read_only", [False, True, None])
def test_a_deploy_key_that_may_push_changes_its_repository(read_only: bool | None) -> None:
    key = {
        "id": 7,
        "key": "ssh-ed25519 AAAA",
        "url": f"{URL}/keys/7",
        "title": "robot",
        "verified": True,
        "read_only": read_only,
    }
    found = merge(
        [ESTATE, read(key), Inventory(resources=(Resource("resource:github/acme/shop", "repository", "shop"),))]
    )
    edges = list(changes_code.EDGE.derive(found, knowledge()))
    pushed = [] if read_only is not False else [("identity:github/acme/deploy_key/site/robot", REPOSITORY, "yes")]
    assert [(each.source, each.target, each.verdict) for each in edges] == pushed
    assert bool(found.skipped) is (read_only is None)


@pytest.mark.parametrize(
    "record", [environment(1) | {"url": "x"}, ruleset(source=None)], ids=["environment", "ruleset"]
)
def test_what_names_no_repository_is_skipped(record: dict[str, object]) -> None:
    found = read(record)
    assert (len(found.skipped), found.settings) == (1, ())
