"""A repository without an owner gets the one that another file states for its name."""

from __future__ import annotations

from nhiassess.joins.repository_owner import JOIN
from nhiassess.model.inventory import Identity, Input, Inventory, Link, Resource
from nhiassess.model.knowledge import Knowledge


def observed(*repositories: str) -> Inventory:
    job = "identity:github/-/web/ci/go"
    return Inventory(
        resources=tuple(
            Resource(f"resource:github/{name}", name=name.split("/")[1]) for name in ("-/web", *repositories)
        ),
        identities=(Identity(job, kind="ci_job", name="-/web/ci/go"),),
        inputs=(Input("input:github-issues/-/web"),),
        links=(Link(f"{job}|can_change|resource:github/-/web|x:1", job, "can_change", "resource:github/-/web"),),
    )


def test_owner_of_the_one_of_that_name() -> None:
    found = JOIN.join(observed("acme/web", "acme/api"), Knowledge())
    assert [each.id for each in found.resources] == ["resource:github/acme/api", "resource:github/acme/web"]
    assert (found.identities[0].id, found.identities[0].name) == ("identity:github/acme/web/ci/go", "acme/web/ci/go")
    assert found.inputs[0].id == "input:github-issues/acme/web"
    (link,) = found.links
    assert (link.source, link.target) == ("identity:github/acme/web/ci/go", "resource:github/acme/web")
    assert link.id == "identity:github/acme/web/ci/go|can_change|resource:github/acme/web|x:1"


def test_two_owners_leave_it_open() -> None:
    inventory = observed("acme/web", "other/web")
    assert JOIN.join(inventory, Knowledge()).identities == inventory.identities


def test_no_other_file_leaves_it_open() -> None:
    inventory = observed()
    assert JOIN.join(inventory, Knowledge()) is inventory
