"""No relation is left with an end that is in no table."""

from __future__ import annotations

import pytest

from nhiassess.joins.loose_ends import JOIN
from nhiassess.model.inventory import Agent, Credential, Grant, Identity, Inventory, Link, Location, Tool, Trust
from nhiassess.model.knowledge import Knowledge
from tests.observing import by_id, ids

PLACE = (Location("plan.yaml", 3), Location("plan.yaml", 9))
AGENT, TOOL = Agent("agent:a"), Tool("tool:t")


def joined(*links: Link, **tables: tuple[object, ...]) -> Inventory:
    return JOIN.join(Inventory(agents=(AGENT,), tools=(TOOL,), links=links, **tables), Knowledge())  # type: ignore[arg-type]  # tables by name


def test_what_has_both_ends_is_left_alone() -> None:
    where = Inventory(agents=(AGENT,), tools=(TOOL,), links=(Link("l", AGENT.id, "invokes", TOOL.id),))
    assert JOIN.join(where, Knowledge()) is where


@pytest.mark.parametrize(
    ("id", "table", "provider", "name"),
    [
        ("identity:aws/111122223333/role/ci/deploy", "identities", "aws", "arn:aws:iam::111122223333:role/ci/deploy"),
        ("identity:kubernetes/-/shop/api", "identities", "kubernetes", "shop/api"),
        ("identity:gcp/-/robot", "identities", "gcp", "-/robot"),
        ("resource:aws/arn:aws:s3:::ledger", "resources", "aws", "arn:aws:s3:::ledger"),
    ],
)
def test_what_lies_outside_is_known_by_name(id: str, table: str, provider: str, name: str) -> None:
    kind = id.partition(":")[0]
    link = Link("l", AGENT.id, "runs_as" if kind == "identity" else "executes_on", id, locations=PLACE)
    found = joined(link)
    (value,) = getattr(found, table)
    assert (value.id, value.provider, value.name, value.locations) == (id, provider, name, PLACE[:1])
    assert value.kind is None
    assert (found.links, found.skipped) == ((link,), ())


@pytest.mark.parametrize("id", ["credential:c", "input:web", "destination:internet"])
def test_so_are_credentials_and_what_comes_in_or_goes_out(id: str) -> None:
    verb = {"credential": "holds", "input": "taints", "destination": "sends_to"}[id.partition(":")[0]]
    ends = (id, AGENT.id) if verb == "taints" else (TOOL.id, id)
    found = joined(Link("l", ends[0], verb, ends[1], locations=PLACE))
    assert id in ids((*found.credentials, *found.inputs, *found.destinations))


def test_both_ends_may_be_missing_and_one_is_made_once() -> None:
    links = [Link(verb, "credential:c", verb, "identity:x/y/z") for verb in ("authenticates_as", "proves")]
    found = joined(*links, credentials=(Credential("credential:b"),), identities=(Identity("identity:zz"),))
    assert ids(found.credentials) == ["credential:b", "credential:c"]
    assert ids(found.identities) == ["identity:x/y/z", "identity:zz"]


@pytest.mark.parametrize("end", ["agent:b", "tool:u", "tool_server:s", "workflow:w", "grant:g"])
def test_what_only_a_file_can_describe_is_set_aside(end: str) -> None:
    kept = Link("k", AGENT.id, "invokes", TOOL.id)
    gone = Link("l", AGENT.id, "delegates_to", end, locations=PLACE)
    found = joined(gone, kept)
    assert found.links == (kept,)
    skipped = by_id(found.skipped, "skipped:l")
    assert skipped.reason == f"says {AGENT.id} delegates to {end}, but no file describes {end}"
    assert (skipped.construct, skipped.locations) == ("relation", PLACE)


def test_nothing_is_made_for_a_relation_that_is_set_aside() -> None:
    found = joined(Link("l", "agent:unknown", "holds", "credential:c"))
    assert (found.credentials, found.links) == ((), ())


def test_of_whom_a_grant_or_trust_speaks_is_known_by_name() -> None:
    role, account = "identity:aws/111122223333/role/gone", "identity:kubernetes/-/shop/gone"
    grant = Grant("grant:g", account, provider="kubernetes", locations=PLACE)
    trust = Trust("trust:t", role, "*", locations=PLACE)
    found = joined(grants=(grant, Grant("grant:open")), trusts=(trust,))
    assert [(each.id, each.name, each.locations) for each in found.identities] == [
        (role, "arn:aws:iam::111122223333:role/gone", PLACE[:1]),
        (account, "shop/gone", PLACE[:1]),
    ]
    assert (len(found.grants), found.trusts, found.skipped) == (2, (trust,), ())


def test_a_grant_or_trust_of_what_is_no_identity_is_set_aside() -> None:
    grant, trust = Grant("grant:g", "shop/api", locations=PLACE), Trust("trust:t", TOOL.id, "*", locations=PLACE)
    found = joined(grants=(grant,), trusts=(trust,))
    assert (found.grants, found.trusts) == ((), ())
    assert [(each.id, each.construct, each.locations) for each in found.skipped] == [
        ("skipped:grant:g", "grant", PLACE),
        ("skipped:trust:t", "trust", PLACE),
    ]
