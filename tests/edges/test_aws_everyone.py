"""In large accounts, who may do the same to all identities of a kind has one edge to all, and reaches no fewer."""

from __future__ import annotations

import pytest

from nhiassess.edges import passes_role, takes_over
from nhiassess.model.everyone import MANY
from nhiassess.model.inventory import Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge, weakest
from nhiassess.network.build import build
from tests.edges.test_aws_techniques import knowledge
from tests.permissions.aws_values import HERE, allow, deny, inventory, role, runs, trust, user, when

ADA = user("ada")
USERS = tuple(user(f"user-{number:03}") for number in range(MANY))
ROLES = tuple(role(f"role-{number:03}") for number in range(MANY))
EVERY_USER = f"identity:aws/{HERE}/every/user"
LAMBDA = f"identity:aws/{HERE}/every/role/lambda.amazonaws.com"
TRUSTS = tuple(trust(each, "lambda.amazonaws.com", "service") for each in ROLES)


def derived(where: Inventory) -> list[Edge]:
    return [edge for rule in (takes_over.EDGE, passes_role.EDGE) for edge in rule.derive(where, knowledge())]


def reached(where: Inventory, technique: str) -> dict[str, str]:
    """Give whom the actor reaches by a technique, also through all of a kind, each with the verdict of the way."""
    edges = derived(where)
    first = [edge for edge in edges if edge.source == ADA.id and edge.technique == technique]
    onward: dict[str, str] = {}
    for one in first:
        second = [edge for edge in edges if edge.source == one.target] or [one]
        onward |= {edge.target: weakest((one.verdict, edge.verdict)) for edge in second}
    return onward


def targets(where: Inventory, technique: str) -> list[str]:
    return [edge.target for edge in derived(where) if edge.source == ADA.id and edge.technique == technique]


def test_one_edge_to_every_user() -> None:
    where = inventory(ADA, *USERS, allow(ADA, "iam:CreateAccessKey"))
    assert targets(where, "iam-002") == [EVERY_USER]
    assert reached(where, "iam-002") == {each.id: "conditional" for each in (ADA, *USERS)}


def test_few_are_shown_one_by_one() -> None:
    where = inventory(ADA, *USERS[:-2], allow(ADA, "iam:CreateAccessKey"))
    assert sorted(targets(where, "iam-002")) == [each.id for each in USERS[:-2]]


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param((deny(ADA, "iam:*", on=(USERS[0].name or "",)),), id="a deny of one"),
        pytest.param((deny(ADA, "iam:*", conditions=when("StringEquals", "iam:ResourceTag/x", "y")),), id="a tag"),
        pytest.param((deny(ADA, "iam:*", not_resources=("arn:aws:iam::*:user/user-*",)),), id="a name"),
    ],
)
def test_what_tells_one_from_another_is_not_folded(statements: tuple[object, ...]) -> None:
    found = targets(inventory(ADA, *USERS, allow(ADA, "iam:CreateAccessKey"), *statements), "iam-002")
    assert EVERY_USER not in found
    assert USERS[1].id in found


def test_one_edge_to_every_role_that_a_service_may_run_with() -> None:
    where = inventory(
        ADA, *ROLES, *TRUSTS, allow(ADA, "iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
    )
    assert targets(where, "lambda-001") == [LAMBDA]
    assert reached(where, "lambda-001") == {each.id: "yes" for each in ROLES}


def test_the_condition_of_one_trust_is_that_of_the_way_to_its_role() -> None:
    narrowed = trust(ROLES[0], "lambda.amazonaws.com", "service", conditions=when("StringEquals", "aws:SourceArn", "x"))
    passes = allow(ADA, "iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
    verdicts = reached(inventory(ADA, *ROLES, narrowed, *TRUSTS[1:], passes), "lambda-001")
    assert (verdicts[ROLES[0].id], verdicts[ROLES[1].id]) == ("conditional", "yes")


def test_what_was_seen_to_run_has_an_edge_of_its_own() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{HERE}:function:nightly"
    nightly = Resource(f"resource:aws/{arn}", kind="function", name=arn, provider="aws")
    update = allow(ADA, "lambda:UpdateFunctionCode", "lambda:InvokeFunction")
    where = inventory(ADA, *ROLES, *TRUSTS, nightly, runs(nightly, ROLES[0]), update)
    found = {edge.target: edge.verdict for edge in derived(where) if edge.technique == "lambda-004"}
    assert found == {LAMBDA: "needs_resource", ROLES[0].id: "yes"}


def test_all_of_a_kind_are_a_node_of_the_graph_only() -> None:
    where = inventory(ADA, *USERS, allow(ADA, "iam:CreateAccessKey"))
    graph = build(where, derived(where), Knowledge())
    assert graph.nodes[EVERY_USER]["value"].name == f"every user of account {HERE}"
    assert EVERY_USER not in {each.id for each in where.identities}
