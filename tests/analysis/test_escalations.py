"""Who is an administrator, who can become one, by which first step, and with which verdict."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest

from nhiassess.analysis.escalations import escalations
from nhiassess.edges import administers, assumes, authenticates, escalates, grants, member_of, passes_role, takes_over
from nhiassess.joins import administrators as join
from nhiassess.joins import loose_ends
from nhiassess.model.inventory import Credential, Inventory, Link, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Escalation
from nhiassess.network.build import build
from nhiassess.network.what_if import without
from tests.edges.test_aws_techniques import knowledge
from tests.permissions.aws_values import (
    HERE,
    THERE,
    allow,
    boundary,
    deny,
    group,
    inventory,
    member,
    role,
    trust,
    user,
    when,
)

RULES = (grants, administers, member_of, assumes, escalates, takes_over, passes_role, authenticates)
ADA, BOB, DEPLOY, BOSS, TEAM = user("ada"), user("bob"), role("deploy"), role("boss"), group("team")
BOSS_HAS = allow(BOSS, "*")


def graph(where: Inventory) -> nx.MultiDiGraph[str]:
    known = Knowledge(techniques=knowledge().techniques)
    for each in (join.JOIN, loose_ends.JOIN):
        where = each.join(where, known)
    edges = [edge for rule in RULES for edge in rule.EDGE.derive(where, known)]
    return build(where, edges, known)


def rows(*values: object) -> dict[str, Escalation]:
    return {row.identity: row for row in escalations(graph(inventory(*values)))}


def row(*values: object) -> Escalation | None:
    return rows(ADA, BOSS, BOSS_HAS, *values).get(ADA.name or "")


def test_administrators_stand_in_the_list() -> None:
    found = rows(BOSS, BOSS_HAS)
    assert list(found) == [BOSS.name]
    boss = found[BOSS.name or ""]
    assert (boss.already, boss.verdict, boss.techniques, boss.via) == (True, "yes", (), None)
    assert boss.locations


def test_members_of_an_administrators_group_are_administrators_but_the_group_is_nobody() -> None:
    found = rows(ADA, TEAM, member(ADA, TEAM), allow(TEAM, "*"))
    assert {identity: row.already for identity, row in found.items()} == {ADA.name: True}


def test_who_gains_nothing_does_not_stand_in_the_list() -> None:
    assert row() is None
    assert row(allow(ADA, "s3:*")) is None


def test_a_second_factor_makes_it_conditional() -> None:
    found = row(allow(ADA, "*", conditions=when("Bool", "aws:MultiFactorAuthPresent", "true")))
    assert found is not None
    assert (found.already, found.verdict, found.via) == (False, "conditional", None)


def test_a_denied_administrator_is_none() -> None:
    assert row(allow(ADA, "*"), deny(ADA, "iam:*", "sts:*", "lambda:*")) is None


def test_a_bounded_administrator_is_none() -> None:
    assert row(allow(ADA, "*"), boundary(ADA, "s3:*")) is None


def test_giving_oneself_more() -> None:
    found = row(allow(ADA, "iam:PutUserPolicy"))
    assert found is not None
    assert (found.verdict, found.techniques, found.via) == ("yes", ("iam-007",), ADA.name)


def test_giving_oneself_more_within_a_boundary_gains_nothing() -> None:
    assert row(allow(ADA, "iam:PutUserPolicy"), boundary(ADA, "iam:PutUserPolicy", "s3:*")) is None


def test_making_another_an_administrator() -> None:
    chief = role("chief")
    able = allow(ADA, "iam:AttachRolePolicy", on=(chief.name or "",)), trust(chief, ADA.name or "")
    found = row(chief, *able)
    assert found is not None
    assert (found.verdict, found.techniques, found.via) == ("yes", ("iam-014",), chief.name)


def test_assuming_an_administrator() -> None:
    found = row(trust(BOSS, ADA.name or ""))
    assert found is not None
    assert (found.verdict, found.techniques, found.via) == ("yes", ("sts-001",), BOSS.name)


def test_several_hops_name_the_first() -> None:
    lambdas = trust(BOSS, "lambda.amazonaws.com", "service")
    able = allow(DEPLOY, "iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
    found = rows(ADA, DEPLOY, BOSS, BOSS_HAS, trust(DEPLOY, ADA.name or ""), lambdas, able)
    assert {identity: (each.techniques, each.via) for identity, each in found.items()} == {
        ADA.name: (("sts-001",), DEPLOY.name),
        DEPLOY.name: (("lambda-001",), BOSS.name),
        BOSS.name: ((), None),
    }
    assert "then" in found[ADA.name or ""].reason


def test_the_strongest_way_counts_and_a_way_its_weakest_hop() -> None:
    with_id = when("StringEquals", "sts:ExternalId", "x")
    conditional = trust(DEPLOY, ADA.name or "", conditions=with_id)
    able = DEPLOY, allow(DEPLOY, "iam:PutRolePolicy")
    found = row(*able, conditional)
    assert found is not None
    assert (found.verdict, found.techniques) == ("conditional", ("sts-001",))
    found = row(*able, conditional, allow(ADA, "iam:PutUserPolicy"))
    assert found is not None
    assert (found.verdict, found.techniques) == ("yes", ("iam-007",))


def test_all_techniques_of_the_strongest_verdict_are_named() -> None:
    lambdas = trust(BOSS, "lambda.amazonaws.com", "service")
    able = allow(ADA, "iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "lambda:UpdateFunctionCode")
    found = row(lambdas, able, allow(ADA, "iam:PutUserPolicy"))
    assert found is not None
    assert found.techniques == ("iam-007", "lambda-001")


def test_what_was_not_observed_weakens_it() -> None:
    found = row(trust(BOSS, "lambda.amazonaws.com", "service"), allow(ADA, "lambda:UpdateFunctionCode"))
    assert found is not None
    assert (found.verdict, found.techniques, found.via) == ("needs_resource", ("lambda-003",), BOSS.name)


def test_a_role_in_another_account() -> None:
    far = role("far", THERE)
    found = rows(ADA, far, allow(far, "*"), allow(ADA, "sts:AssumeRole"), trust(far, f"arn:aws:iam::{HERE}:root"))
    assert (found[ADA.name or ""].techniques, found[ADA.name or ""].via) == (("sts-002",), far.name)


def test_an_administrator_that_is_gained_reaches_other_accounts_but_is_nobody_s_target() -> None:
    far = role("far", THERE)
    values = ADA, far, allow(ADA, "iam:*"), allow(far, "s3:*"), trust(far, f"arn:aws:iam::{HERE}:root")
    full = graph(inventory(*values))
    gained = f"identity:aws/{HERE}/administrator"
    assert {(t, d["verb"]) for _, t, d in full.out_edges(gained, data=True) if t.startswith("identity:")} == {
        (far.id, "assumes")
    }
    techniques = {d["value"].technique for _, _, d in full.in_edges(gained, data=True)}
    assert "iam-007" in techniques
    assert not techniques & {"iam-002", "iam-012"}


def test_an_administrator_by_name_only_is_a_role_like_others() -> None:
    named = role("administrator")
    assert named.name not in rows(named, allow(named, "s3:*"))
    assert rows(named, allow(named, "*"))[named.name or ""].already


def test_by_a_credential_that_lies_in_what_it_reads() -> None:
    arn = f"arn:aws:s3:::keys-{HERE}"
    bucket = Resource(f"resource:aws/{arn}", kind="object_store", name=arn, provider="aws")
    key = Credential("credential:keys", kind="api_key")
    links = Link("l1", bucket.id, "yields", key.id), Link("l2", key.id, "authenticates_as", BOSS.id)

    def found(action: str) -> Escalation | None:
        where = replace(
            inventory(ADA, BOSS, BOSS_HAS, bucket, *links, allow(ADA, action, on=(f"{arn}/*",))), credentials=(key,)
        )
        full = graph(where)
        # ambient.py and holds.py make the edge in a real run
        edges = [edge for _, _, edge in full.edges(data="value")]
        from nhiassess.edges import holds

        whole = build(join.JOIN.join(where, Knowledge()), [*edges, *holds.EDGE.derive(where, Knowledge())], Knowledge())
        return {each.identity: each for each in escalations(whole)}.get(ADA.name or "")

    reads = found("s3:GetObject")
    assert reads is not None
    assert (reads.via, reads.techniques) == (BOSS.name, ())
    assert found("s3:PutObject") is None


@pytest.mark.parametrize("verb", ["assumes", "granted"])
def test_what_if_an_edge_is_gone(verb: str) -> None:
    full = graph(inventory(ADA, BOSS, BOSS_HAS, trust(BOSS, ADA.name or "")))
    gone = [(s, t, k) for s, t, k, data in full.edges(data=True, keys=True) if data["verb"] == verb and "boss" in s + t]
    left = {each.identity for each in escalations(without(full, (), gone))}
    assert left == ({BOSS.name} if verb == "assumes" else set())


def test_input_order_changes_nothing() -> None:
    values = [ADA, BOB, DEPLOY, BOSS, BOSS_HAS, trust(BOSS, f"arn:aws:iam::{HERE}:root"), trust(DEPLOY, BOB.name or "")]
    values += [allow(ADA, "sts:AssumeRole"), allow(DEPLOY, "iam:*"), allow(BOB, "iam:CreateAccessKey")]
    assert escalations(graph(inventory(*values))) == escalations(graph(inventory(*reversed(values))))
