"""A policy of which nobody handed over the text may allow anything: whoever has it may be an administrator, or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nhiassess.edges.escalates import EDGE
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from tests.permissions.aws_values import HERE, allow, boundary, group, inventory, member, role, user

ADMINISTRATOR = f"identity:aws/{HERE}/administrator"
ADA, DEPLOY, TEAM = user("ada"), role("deploy"), group("team")
NOT_IN_SCOPE = (Condition("policy", "policy not in scope"),)


def absent(of: Identity, name: str) -> Grant:
    stated = allow(of, "s3:GetObject")
    return replace(stated, id=f"{of.id}/{name}/missing", policy=name, actions=(), resources=(), conditions=NOT_IN_SCOPE)


def derived(where: Inventory) -> list[Edge]:
    return list(EDGE.derive(where, Knowledge()))


@pytest.mark.parametrize("actor", [ADA, DEPLOY], ids=["user", "role"])
def test_it_is_unknown_and_named(actor: Identity) -> None:
    (edge,) = derived(inventory(actor, absent(actor, "Gone")))
    assert (edge.source, edge.target, edge.verdict) == (actor.id, ADMINISTRATOR, "unknown")
    assert edge.conditions == ("what Gone allows, which is not in scope",)
    assert edge.locations


def test_several_are_one_edge_that_names_the_first() -> None:
    (edge,) = derived(inventory(ADA, *(absent(ADA, f"P{number}") for number in range(5))))
    assert edge.reason == "has P0, P1, P2 and 2 more, which is not in scope, and so may administer the account"


def test_what_a_group_has_its_members_have() -> None:
    (edge,) = derived(inventory(ADA, TEAM, member(ADA, TEAM), absent(TEAM, "Gone")))
    assert edge.source == ADA.id


def test_a_boundary_that_is_in_scope_rules_it_out() -> None:
    assert derived(inventory(ADA, absent(ADA, "Gone"), boundary(ADA, "s3:*"))) == []


def test_who_has_all_texts_is_not_in_doubt() -> None:
    assert derived(inventory(ADA, allow(ADA, "s3:GetObject"))) == []
