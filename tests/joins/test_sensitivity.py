"""The owner's word stands; a rule speaks where nobody did, and is marked as an assumption."""

from __future__ import annotations

import pytest

from nhiassess.joins.sensitivity import JOIN
from nhiassess.model.inventory import Agent, Inventory, Resource
from nhiassess.model.knowledge import Knowledge, SensitivityRule

RULES = (
    SensitivityRule("arn:aws:secretsmanager:*", 4, "secrets", provider="aws"),
    SensitivityRule("arn:aws:s3:::*", 2, "buckets", provider="aws"),
    SensitivityRule("arn:aws:s3:::*-state", 5, "never asked: the rule before it knows the kind", provider="aws"),
    SensitivityRule("*", 4, "whatever its make", kind="secret_store"),
)
SECRET = "resource:aws/arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"


def rated(
    resource: Resource, rules: tuple[SensitivityRule, ...] = RULES
) -> tuple[int | None, bool | None, bool | None]:
    (found,) = JOIN.join(Inventory(resources=(resource,)), Knowledge(sensitivity=rules)).resources
    return found.sensitivity, found.crown_jewel, found.assumed


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (Resource(SECRET), (4, True, True)),
        (Resource("resource:aws/arn:aws:s3:::logs"), (2, False, True)),
        (Resource("resource:aws/arn:aws:s3:::tf-state"), (2, False, True)),
        (Resource("resource:gcp/arn:aws:s3:::logs"), (None, None, None)),
        (Resource("resource:vault/kv", kind="secret_store"), (4, True, True)),
        (Resource("resource:vault/kv", kind="queue"), (None, None, None)),
        (Resource("resource:aws/ARN:AWS:S3:::LOGS"), (None, None, None)),
    ],
)
def test_the_first_rule_that_knows_it_rates_what_nobody_rated(resource: Resource, found: tuple[object, ...]) -> None:
    assert rated(resource) == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ({"sensitivity": 0}, (0, False, False)),
        ({"sensitivity": 3}, (3, False, False)),
        ({"sensitivity": 4}, (4, True, False)),
        ({"sensitivity": 5, "crown_jewel": False}, (5, False, False)),
        ({"sensitivity": 1, "crown_jewel": True}, (1, True, False)),
        ({"crown_jewel": False}, (4, False, True)),
        ({"sensitivity": 5, "assumed": True}, (5, True, True)),
    ],
)
def test_what_the_owner_states_stands(stated: dict[str, object], found: tuple[object, ...]) -> None:
    assert rated(Resource(SECRET, **stated)) == found  # type: ignore[arg-type]  # fields of Resource by name


def test_what_no_rule_knows_stays_unknown_and_keeps_what_was_stated() -> None:
    assert rated(Resource(SECRET, crown_jewel=True), ()) == (None, True, None)


def test_rating_again_changes_nothing_and_nothing_else_is_touched() -> None:
    before = Inventory(agents=(Agent("a"),), resources=(Resource(SECRET), Resource("resource:host/x", sensitivity=2)))
    known = Knowledge(sensitivity=RULES)
    once = JOIN.join(before, known)
    assert JOIN.join(once, known) == once
    assert once.agents == before.agents
