"""A project is one under its number and its id, where a file states both."""

from __future__ import annotations

import json
from dataclasses import replace

from nhiassess.joins.gcp_projects import JOIN
from nhiassess.model.inventory import Grant, Identity, Inventory, Resource, Setting
from nhiassess.model.knowledge import Knowledge
from nhiassess.sources.gcp.google_cloud import SOURCE
from tests.observing import ids, observe

MANAGER = "//cloudresourcemanager.googleapis.com/projects/"
STATED = Setting("setting:a.json#77", key=f"{MANAGER}77#project_id", value="shop")
CI = Identity("identity:gcp/-/ci@shop.iam.gserviceaccount.com", "service_account", provider="gcp")


def project(name: str) -> Resource:
    return Resource(f"resource:gcp/{MANAGER[2:]}{name}", "project", f"{MANAGER}{name}", "gcp")


def grant(resource: str, role: str = "roles/viewer") -> Grant:
    return Grant(f"grant:{resource}", CI.id, provider="gcp", policy=role, resources=(resource,))


def joined(*settings: Setting, **tables: tuple[object, ...]) -> Inventory:
    where = Inventory(identities=(CI,), settings=settings, **tables)  # type: ignore[arg-type]  # tables by name
    return JOIN.join(where, Knowledge())


def test_the_number_becomes_the_id() -> None:
    topic = "//pubsub.googleapis.com/projects/77/topics/a"
    found = joined(STATED, resources=(project("77"), project("shop")), grants=(grant(f"{MANAGER}77"), grant(topic)))
    assert ids(found.resources) == [project("shop").id]
    assert [each.resources for each in found.grants] == [
        ("//cloudresourcemanager.googleapis.com/projects/shop",),
        ("//pubsub.googleapis.com/projects/shop/topics/a",),
    ]


def test_other_numbers_stay() -> None:
    found = joined(STATED, resources=(project("778"),), grants=(grant(f"{MANAGER}778"),))
    assert (ids(found.resources), found.grants[0].resources) == ([project("778").id], (f"{MANAGER}778",))


def test_a_number_of_two_projects_is_left_alone() -> None:
    other = Setting("setting:b.json#77", key=STATED.key, value="bank")
    assert joined(STATED, other, resources=(project("77"),)).resources == (project("77"),)


def test_an_id_that_is_none_is_left_alone() -> None:
    for value in ("", "78", "${var.project}", "a/b"):
        assert joined(replace(STATED, value=value), resources=(project("77"),)).resources == (project("77"),)


def test_who_has_a_basic_role_by_number_is_in_the_group_of_the_project_by_id() -> None:
    group = Identity("identity:gcp/-/projectEditor:shop", "group", "projectEditor:shop", "gcp")
    where = Inventory(identities=(CI, group), settings=(STATED,), grants=(grant(f"{MANAGER}77", "roles/editor"),))
    (link,) = JOIN.join(where, Knowledge()).links
    assert (link.source, link.verb, link.target) == (CI.id, "member_of", group.id)


def test_joining_again_changes_nothing() -> None:
    once = joined(STATED, resources=(project("77"),), grants=(grant(f"{MANAGER}77"),))
    assert JOIN.join(once, Knowledge()) == once


def test_a_search_for_policies_states_both_and_where_things_lie() -> None:
    name = f"{MANAGER}shop"
    policy = {"bindings": [{"role": "roles/owner", "members": ["group:ops@shop.example"]}]}
    above = {"project": "projects/77", "folders": ["folders/5"], "organization": "organizations/9"}
    text = json.dumps({"results": [{"resource": name, "policy": policy, **above}]})
    found = observe(SOURCE, {"iam-policies.json": text})
    assert {each.key: each.value for each in found.settings} == {
        f"{name}#ancestors": "projects/77 folders/5 organizations/9",
        f"{MANAGER}77#project_id": "shop",
    }
