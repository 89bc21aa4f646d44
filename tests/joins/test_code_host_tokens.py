"""A token of a code host proves somebody, by the name that it is known by."""

from __future__ import annotations

import pytest

from nhiassess.edges.changes_code import EDGE
from nhiassess.joins.code_host_tokens import JOIN
from nhiassess.model.inventory import Credential, Inventory, Link, Location, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.shelf import knowledge

PLACE = Location("repos/site/.mcp.json", 7)


def token(name: str, **more: object) -> Credential:
    return Credential("credential:c", "pat", name=name, locations=(PLACE,), **more)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("GITHUB_PERSONAL_ACCESS_TOKEN", "github"),
        ("GITHUB_TOKEN", "github"),
        ("GH_TOKEN", "github"),
        ("CI_GITHUB_PAT", "github"),
        ("GITLAB_TOKEN", "gitlab"),
        ("GITHUB_WEBHOOK_SECRET", None),
        ("GITHUB_TOKEN_URL", None),
        ("NOTGH_TOKEN", None),
        ("SLACK_TOKEN", None),
    ],
)
def test_a_name_says_where_a_token_is_for(name: str, host: str | None) -> None:
    found = JOIN.join(Inventory(credentials=(token(name),)), Knowledge())
    assert [(each.provider, each.locations) for each in found.identities] == ([(host, (PLACE,))] if host else [])
    assert [(each.source, each.verb) for each in found.links] == (
        [("credential:c", "authenticates_as")] if host else []
    )


def test_a_token_that_a_file_says_more_of_is_left_alone() -> None:
    said = Link("l", "credential:c", "authenticates_as", "identity:github/acme/site/ci/up")
    where = Inventory(credentials=(token("GITHUB_TOKEN"),), links=(said,))
    assert JOIN.join(where, Knowledge()) is where


REPOSITORIES = tuple(
    Resource(f"resource:{host}/{id}", "repository", id.rpartition("/")[2], host, locations=(Location(path),))
    for host, id, path in (
        ("github", "acme/site", "repos/site/.github/workflows/ci.yml"),
        ("github", "acme/sites", "repos/sites/.github/workflows/ci.yml"),
        ("gitlab", "repos/site", "repos/site/.gitlab-ci.yml"),
    )
)


@pytest.mark.parametrize(
    ("name", "scopes", "pushed"),
    [
        ("GITHUB_TOKEN", None, [("resource:github/acme/site", "unknown")]),
        ("GITHUB_TOKEN", ("repo",), [("resource:github/acme/site", "conditional")]),
        ("GITHUB_TOKEN", ("workflow", "repo"), [("resource:github/acme/site", "yes")]),
        ("GITHUB_TOKEN", ("read:org",), []),
        ("GITHUB_TOKEN", (), []),
        ("GITLAB_TOKEN", ("api",), [("resource:gitlab/repos/site", "conditional")]),
    ],
    ids=str,
)
def test_it_is_held_against_the_repository_in_whose_folder_it_lies(
    name: str, scopes: tuple[str, ...] | None, pushed: list[tuple[str, str]]
) -> None:
    found = JOIN.join(Inventory(credentials=(token(name, scopes=scopes),), resources=REPOSITORIES), Knowledge())
    edges = list(EDGE.derive(found, knowledge()))
    assert [(each.target, each.verdict) for each in edges] == pushed
    assert all(each.locations[0] == PLACE for each in edges)
