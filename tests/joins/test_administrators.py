"""Each account and cluster gets one administrator that an escalation ends at."""

from __future__ import annotations

from nhiassess.joins.administrators import JOIN
from nhiassess.model.inventory import Grant, Identity, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.permissions.administrators import administrators
from tests.observing import ids

HERE, THERE = "111122223333", "444455556666"


def joined(*identities: str, **tables: tuple[object, ...]) -> Inventory:
    where = Inventory(identities=tuple(map(Identity, identities)), **tables)  # type: ignore[arg-type]  # tables by name
    return JOIN.join(where, Knowledge())


def test_one_for_each_account_that_has_identities() -> None:
    found = joined(*(f"identity:aws/{each}" for each in (f"{HERE}/role/a", f"{HERE}/user/b", f"{THERE}/role/c")))
    gained = [each for each in ids(found.identities) if each.endswith("/administrator")]
    assert gained == [f"identity:aws/{HERE}/administrator", f"identity:aws/{THERE}/administrator"]
    assert ids(found.resources) == [f"resource:aws/{HERE}", f"resource:aws/{THERE}"]
    assert {each.kind for each in found.resources} == {"account"}


def test_it_administers_the_whole() -> None:
    found = joined(f"identity:aws/{HERE}/role/a", "identity:kubernetes/-/shop/api")
    verdicts = {id: each.decision.verdict for id, each in administrators(found).items()}
    assert verdicts == {f"identity:aws/{HERE}/administrator": "yes", "identity:kubernetes/-/administrator": "yes"}
    assert {each.resources for each in found.grants} == {("*",), ("cluster",)}


def test_who_is_of_no_account_or_cluster_adds_none() -> None:
    found = joined("identity:github/o/r/ci/build", "identity:human/ada")
    assert (len(found.identities), found.grants, found.resources) == (2, (), ())


def test_what_is_there_already_stays_as_it_is() -> None:
    account = Resource(f"resource:aws/{HERE}", "account", "the account for payments", "aws")
    own = Grant("grant:z", f"identity:aws/{HERE}/role/a", provider="aws", actions=("s3:GetObject",), resources=("*",))
    found = joined(f"identity:aws/{HERE}/role/a", resources=(account,), grants=(own,))
    assert found.resources == (account,)
    assert own in found.grants
    assert JOIN.join(found, Knowledge()) == found
    assert ids(found.grants) == sorted(ids(found.grants))
