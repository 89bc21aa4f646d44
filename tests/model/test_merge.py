"""Laws of merging, and what becomes of claims that differ."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from nhiassess.model.inventory import TABLES, Agent, Inventory, Location, Resource, Setting
from nhiassess.model.merge import merge

PATHS = ("a.json", "repo/.claude/settings.json", "repo/deep/er/x.json", "managed-settings.json", "plan.yaml")
places = st.builds(Location, st.sampled_from(PATHS), st.integers(1, 3)).map(lambda place: (place,))
texts = st.none() | st.sampled_from(["ops", "platform", "finance", "unknown"])
agents = st.builds(
    Agent, st.sampled_from(["agent:a", "agent:b"]), name=texts, owner=texts, sandbox=texts, locations=places
)
resources = st.builds(
    Resource,
    st.just("resource:r"),
    sensitivity=st.none() | st.integers(0, 5),
    crown_jewel=st.none() | st.booleans(),
    locations=places,
)
inventories = st.builds(
    Inventory,
    agents=st.lists(agents, max_size=3).map(tuple),
    resources=st.lists(resources, max_size=2).map(tuple),
    fingerprints=st.lists(st.tuples(st.sampled_from("cd"), st.sampled_from("xy")), max_size=2).map(tuple),
)


def without_claims(found: Inventory) -> tuple[object, ...]:
    """What three inventories say together, whichever two are merged first: all but who wins a conflict."""
    contested = {(conflict.subject, conflict.field) for conflict in found.conflicts}
    values = [
        {name: getattr(value, name) for name in value.__slots__ if (value.id, name) not in contested}
        for table in TABLES
        if table != "conflicts"
        for value in getattr(found, table)
    ]
    claims = [(conflict.id, conflict.claims) for conflict in found.conflicts]
    return values, claims, found.fingerprints


@given(st.lists(inventories, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_inventories_never_shows(parts: list[Inventory], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert merge(parts) == merge(shuffled)


@given(inventories)
def test_merging_again_changes_nothing(part: Inventory) -> None:
    once = merge([part])
    assert merge([once]) == merge([once, once]) == once


@given(inventories, inventories, inventories)
def test_two_at_a_time_say_what_all_at_once_say(one: Inventory, two: Inventory, three: Inventory) -> None:
    left, right, whole = merge([merge([one, two]), three]), merge([one, merge([two, three])]), merge([one, two, three])
    assert without_claims(left) == without_claims(right) == without_claims(whole)


@given(inventories, inventories, inventories)
def test_where_nothing_differs_two_at_a_time_are_all_at_once(one: Inventory, two: Inventory, three: Inventory) -> None:
    whole = merge([one, two, three])
    if not whole.conflicts:
        assert merge([merge([one, two]), three]) == merge([one, merge([two, three])]) == whole


@given(inventories, inventories)
def test_every_value_is_kept_and_no_claim_is_lost(one: Inventory, two: Inventory) -> None:
    found = merge([one, two])
    assert {value.id for value in found.agents} == {value.id for value in (*one.agents, *two.agents)}
    for value in (*one.agents, *two.agents):
        kept = next(each for each in found.agents if each.id == value.id)
        assert set(value.locations) <= set(kept.locations)
        for field in ("name", "owner", "sandbox"):
            claim = getattr(value, field)
            contested = {
                claim_ for c in found.conflicts if (c.subject, c.field) == (value.id, field) for claim_ in c.claims
            }
            assert claim in (None, "unknown") or getattr(kept, field) == claim or claim in contested


def winner(**owners: str) -> str | None:
    parts = [
        Inventory(agents=(Agent("agent:a", owner=owner, locations=(Location(PATHS[int(place[1:])]),)),))
        for place, owner in owners.items()
    ]
    return merge(parts).agents[0].owner


def test_the_plan_wins_then_managed_settings_then_the_nearest_path_then_path_order() -> None:
    assert winner(p0="first", p1="near", p2="nearest", p3="managed", p4="declared") == "declared"
    assert winner(p0="first", p1="near", p2="nearest", p3="managed") == "managed"
    assert winner(p0="first", p1="near", p2="nearest") == "nearest"
    assert winner(p0="first", p1="near") == "near"
    here, there = Location("a.json", 2), Location("b.json", 1)
    parts = [Inventory(agents=(Agent("agent:a", owner=str(each), locations=(each,)),)) for each in (there, here)]
    assert merge(parts).agents[0].owner == str(here)


def test_a_folder_that_is_called_unmanaged_is_not_managed() -> None:
    plain, other = Location("unmanaged/a.json"), Location("x/y/z.json")
    parts = [Inventory(agents=(Agent("agent:a", owner=str(each), locations=(each,)),)) for each in (plain, other)]
    assert merge(parts).agents[0].owner == str(other)


def test_a_conflict_keeps_both_claims_and_both_places() -> None:
    one = Inventory(settings=(Setting("setting:s", value="ask", locations=(Location("a.json", 2),)),))
    two = Inventory(settings=(Setting("setting:s", value="allow", locations=(Location("b/c.json", 3),)),))
    found = merge([one, two])
    assert [(c.subject, c.field, c.claims) for c in found.conflicts] == [("setting:s", "value", ("allow", "ask"))]
    assert found.conflicts[0].locations == (Location("a.json", 2), Location("b/c.json", 3))
    assert found.settings[0].value == "allow"
    third = Inventory(settings=(Setting("setting:s", value="deny", locations=(Location("d.json"),)),))
    assert merge([found, third]).conflicts[0].claims == ("allow", "ask", "deny"), "an earlier conflict is added to"


def test_a_field_that_only_one_states_is_taken_without_a_conflict() -> None:
    one, two = Inventory(agents=(Agent("a", owner="Ops"),)), Inventory(agents=(Agent("a", name="triage"),))
    found = merge([one, two])
    assert (found.agents[0].owner, found.agents[0].name, found.conflicts) == ("Ops", "triage", ())


def test_merging_nothing_gives_nothing() -> None:
    assert merge([]) == Inventory() == merge([Inventory(), Inventory()])


def test_a_file_that_cannot_tell_takes_nothing_from_one_that_can() -> None:
    near = Agent("agent:a", sandbox="unknown", locations=(Location("repo/deep/er/x.json"),))
    far = Agent("agent:a", sandbox="container", locations=(Location("a.nhi.yaml"),))
    found = merge([Inventory(agents=(near,)), Inventory(agents=(far,))])
    assert (found.agents[0].sandbox, found.conflicts) == ("container", ())
    assert (
        merge([Inventory(agents=(near,)), Inventory(agents=(replace(near, name="x"),))]).agents[0].sandbox == "unknown"
    )
