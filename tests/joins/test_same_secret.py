"""One secret in several places becomes one credential with several holders."""

from __future__ import annotations

from typing import Any

from nhiassess.joins.same_secret import JOIN
from nhiassess.model.inventory import Credential, Identity, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge


def credential(id: str, path: str, store: str = "plaintext", **more: Any) -> Credential:
    return Credential(f"credential:{id}", store=store, locations=(Location(path, 3, 5),), **more)


def holds(holder: str, id: str, path: str = "x") -> Link:
    place = Location(path, 3, 5)
    return Link(f"{holder}|holds|credential:{id}|{place}", holder, "holds", f"credential:{id}", locations=(place,))


def joined(inventory: Inventory) -> Inventory:
    return JOIN.join(inventory, Knowledge())


def test_equal_values_are_one_credential_at_its_first_place() -> None:
    found = joined(
        Inventory(
            credentials=(
                credential("b", "b.json", rotated="2026-01-01"),
                credential("a", "a.json", kind="pat"),
                credential("c", "c.json"),
            ),
            links=(holds("agent:1", "a"), holds("agent:2", "b"), holds("agent:3", "c")),
            fingerprints=(("credential:a", "f1"), ("credential:b", "f1"), ("credential:c", "f2")),
        )
    )
    one, other = sorted(found.credentials, key=lambda each: each.id)
    assert (one.id, one.kind, one.rotated) == ("credential:a", "pat", "2026-01-01")
    assert [place.path for place in one.locations] == ["a.json", "b.json"]
    assert other.id == "credential:c"
    assert {(link.source, link.target) for link in found.links} == {
        ("agent:1", "credential:a"),
        ("agent:2", "credential:a"),
        ("agent:3", "credential:c"),
    }
    assert all(link.target in link.id for link in found.links)
    assert found.fingerprints == (("credential:a", "f1"), ("credential:c", "f2"))


def test_chains_of_equal_values_are_one() -> None:
    prints = (("credential:a", "1"), ("credential:b", "1"), ("credential:b", "2"), ("credential:c", "2"))
    found = joined(Inventory(credentials=tuple(credential(id, f"{id}.json") for id in "cba"), fingerprints=prints))
    assert [each.id for each in found.credentials] == ["credential:a"]


def test_links_from_a_credential_follow_too() -> None:
    link = Link("x", "credential:b", "authenticates_as", "identity:i")
    found = joined(
        Inventory(
            credentials=(credential("a", "a"), credential("b", "b")),
            links=(link,),
            fingerprints=(("credential:a", "1"), ("credential:b", "1")),
        )
    )
    assert found.links[0].source == "credential:a"


def test_one_key_of_one_kubernetes_secret_is_one() -> None:
    same, other = "secret_manager:kubernetes:n/s/k", "secret_manager:kubernetes:n/s/other"
    whole = "secret_manager:kubernetes:n/s/*"
    rows = ((same, "a"), (same, "b"), (other, "c"), (whole, "d"), (whole, "e"))
    found = joined(Inventory(credentials=tuple(credential(id, f"{id}.yaml", store) for store, id in rows)))
    assert [each.id[-1] for each in found.credentials] == ["a", "c", "d", "e"]


def test_github_secrets_are_one_within_a_repository_only() -> None:
    store = "secret_manager:github:KEY"
    paths = {"a": "one/.github/workflows/a.yml", "b": "one/.github/workflows/b.yml", "c": "two/.github/workflows/a.yml"}
    found = joined(Inventory(credentials=tuple(credential(id, path, store) for id, path in paths.items())))
    assert [each.id[-1] for each in found.credentials] == ["a", "c"]


def test_environment_of_a_job_may_have_secrets_of_its_own() -> None:
    store, path = "secret_manager:github:KEY", ".github/workflows/"
    found = joined(
        Inventory(
            credentials=(credential("a", path + "a.yml", store), credential("b", path + "b.yml", store)),
            identities=(Identity("identity:j", kind="ci_job", environment="production"),),
            links=(holds("workflow:w", "b"), Link("r", "workflow:w", "runs_as", "identity:j")),
        )
    )
    assert len(found.credentials) == 2


def test_equal_names_of_variables_are_no_equal_values() -> None:
    rows = tuple(credential(id, f"{id}.json", "env_reference", name="TOKEN") for id in "ab")
    inventory = Inventory(credentials=rows)
    assert joined(inventory) is inventory


def test_a_literal_stays_in_the_clear_when_a_reference_joins_it() -> None:
    rows = (credential("a", "a", "secret_manager:vault:x"), credential("b", "b", "plaintext"))
    prints = (("credential:a", "1"), ("credential:b", "1"))
    (one,) = joined(Inventory(credentials=rows, fingerprints=prints)).credentials
    assert one.store == "plaintext"


def test_joining_twice_changes_nothing() -> None:
    once = joined(
        Inventory(
            credentials=(credential("a", "a"), credential("b", "b")),
            links=(holds("agent:1", "a"), holds("agent:1", "b")),
            fingerprints=(("credential:a", "1"), ("credential:b", "1")),
        )
    )
    assert joined(once) == once
    assert len(once.links) == 1
