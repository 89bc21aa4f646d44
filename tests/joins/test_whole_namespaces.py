"""What stands for any service account of a namespace is there where there are many."""

from __future__ import annotations

import pytest

from nhiassess.joins.whole_namespaces import JOIN
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge


def accounts(where: str, count: int) -> tuple[Identity, ...]:
    return tuple(
        Identity(
            f"identity:kubernetes/-/{where}/a{number:02}", "service_account", f"{where}/a{number:02}", "kubernetes"
        )
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("shop", "bank", "added"),
    [(11, 0, set()), (12, 0, {"-", "shop"}), (7, 7, {"-"}), (12, 12, {"-", "bank", "shop"})],
    ids=["few", "one namespace", "two together", "two namespaces"],
)
def test_only_where_there_are_many(shop: int, bank: int, added: set[str]) -> None:
    before = Inventory(identities=(*accounts("bank", bank), *accounts("shop", shop)))
    after = JOIN.join(before, Knowledge())
    assert {each.id for each in after.identities} - {each.id for each in before.identities} == {
        f"identity:kubernetes/-/{where}/{which}" for where in added for which in ("*", "*/pods")
    }


def test_joining_twice_is_joining_once() -> None:
    once = JOIN.join(Inventory(identities=accounts("shop", 20)), Knowledge())
    assert JOIN.join(once, Knowledge()) == once


def test_users_and_identities_of_clouds_do_not_count() -> None:
    users = tuple(Identity(f"identity:kubernetes/-/-/user:u{n}", "user", f"u{n}", "kubernetes") for n in range(20))
    roles = tuple(Identity(f"identity:aws/1/role/r{n}", "role", f"r{n}", "aws") for n in range(20))
    inventory = Inventory(identities=(*users, *roles))
    assert JOIN.join(inventory, Knowledge()) is inventory
