"""Identities of Google Cloud are among everybody, where a policy names everybody."""

from __future__ import annotations

from nhiassess.joins.gcp_everybody import JOIN
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge

ALL = Identity("identity:gcp/-/allUsers", "everyone", "allUsers", "gcp")
SIGNED_IN = Identity("identity:gcp/-/allAuthenticatedUsers", "everyone", "allAuthenticatedUsers", "gcp")
CI = Identity("identity:gcp/-/ci@shop.iam.gserviceaccount.com", "service_account", provider="gcp")
USER = Identity("identity:gcp/-/user:ops@shop.example", "user", provider="gcp")
DOMAIN = Identity("identity:gcp/-/domain:shop.example", "domain", provider="gcp")
POOL = Identity("identity:gcp/-/principalSet%3A//p/*", "principal_set", provider="gcp")
RULER = Identity("identity:gcp/project:shop/administrator", "role", provider="gcp")


def memberships(*identities: Identity) -> dict[tuple[str, str], tuple[str, ...]]:
    found = JOIN.join(Inventory(identities=identities), Knowledge())
    return {(link.source, link.target): link.conditions for link in found.links}


def test_nobody_is_a_member_of_what_no_policy_names() -> None:
    assert memberships(CI, USER, POOL) == {}


def test_everybody_is_one_of_all_users() -> None:
    assert set(memberships(ALL, CI, POOL, RULER)) == {(CI.id, ALL.id), (POOL.id, ALL.id)}


def test_whom_an_outside_issuer_vouches_for_did_not_sign_in() -> None:
    assert set(memberships(SIGNED_IN, CI, POOL)) == {(CI.id, SIGNED_IN.id)}


def test_a_user_of_a_domain_is_so_if_the_account_is_of_its_workspace() -> None:
    assert memberships(DOMAIN, USER, CI) == {
        (USER.id, DOMAIN.id): ("shop.example is the primary domain of the account",)
    }
