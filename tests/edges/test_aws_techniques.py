"""Laws of every AWS technique, asked of the examples in its own file: with less, denied or unobserved it gains less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

import pytest

from nhiassess import installed
from nhiassess.edges import assumes, escalates, passes_role, takes_over
from nhiassess.knowledge.load import load
from nhiassess.model.codec import decode
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.verification import on_stage
from tests.permissions.aws_values import (
    HERE,
    allow,
    deny,
    inventory,
    role,
    trust,
    user,
)

BOSS = role("boss")
PEOPLE = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0000000000000000")
SERVICES = role("aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM")
RULES = (escalates.EDGE, takes_over.EDGE, passes_role.EDGE, assumes.EDGE)
ACTORS = {f"identity:aws/{HERE}/{each}" for each in ("role/actor", "user/actor", "group/team")}
ROLE_ACTOR = f"identity:aws/{HERE}/role/actor"

Rows = Mapping[str, tuple[Mapping[str, Any], ...]]


@cache
def knowledge() -> Knowledge:
    names = installed.names("frameworks/techniques", ".yaml")
    return load({name: installed.read(name) for name in names})


TECHNIQUES = [each for each in knowledge().techniques if each.domain == "aws"]
OF_SERVICES = [each for each in TECHNIQUES if each.trusted_service]


def gaining(of: Technique) -> Iterator[Rows]:
    """The examples in which a technique gains something, each row with a place of its own."""
    for example in of.examples:
        if example.expect:
            yield {
                table: tuple(
                    {**row, "locations": [{"path": f"{table}.json", "line": line}]} for line, row in enumerate(rows, 1)
                )
                for table, rows in on_stage(of, knowledge().stages, example).items()
            }


def edges(of: Technique, given: Rows) -> list[Edge]:
    kinds = get_type_hints(Inventory)
    where = Inventory(
        **{table: tuple(decode(get_args(kinds[table])[0], row) for row in rows) for table, rows in given.items()}
    )
    return [
        edge for rule in RULES for edge in rule.derive(where, Knowledge(techniques=(of,))) if edge.technique == of.id
    ]


def required(of: Technique) -> set[str]:
    return {each.action.lower() for alternative in of.requires for each in alternative}


@pytest.mark.parametrize("of", TECHNIQUES, ids=lambda of: of.id)
def test_every_edge_says_by_what_and_where(of: Technique) -> None:
    for given in gaining(of):
        for edge in edges(of, given):
            assert edge.id == f"{edge.source}|{edge.key}|{edge.target}"
            assert {place.path for place in edge.locations} & {"grants.json", "trusts.json"}
            assert of.id in edge.reason or edge.verb == "assumes"
            assert edge.verdict == "yes" or edge.conditions


@pytest.mark.parametrize("of", TECHNIQUES, ids=lambda of: of.id)
def test_any_action_less_does_not(of: Technique) -> None:
    for given in gaining(of):
        for row in given.get("grants", ()):
            for lacking in row.get("actions", ()):
                if row.get("identity") in ACTORS and row.get("scope") is None and lacking.lower() in required(of):
                    less = {**row, "actions": [each for each in row["actions"] if each != lacking]}
                    rows = tuple(less if each is row else each for each in given["grants"])
                    assert not edges(of, {**given, "grants": rows}), lacking


@pytest.mark.parametrize("of", TECHNIQUES, ids=lambda of: of.id)
def test_any_action_denied_in_another_policy_does_not(of: Technique) -> None:
    for given in gaining(of):
        actors = [each["id"] for each in given["identities"] if not each["id"].endswith("role/target")]
        stated = {each.lower() for row in given.get("grants", ()) for each in row.get("actions", ())}
        for denied in stated & required(of) or required(of):
            refused = tuple(
                {"id": f"grant:no/{each}", "identity": each, "effect": "deny", "policy": "other",
                 "actions": [denied.upper()], "resources": ["*"], "locations": []}
                for each in actors
            )  # fmt: skip
            assert not edges(of, {**given, "grants": (*given.get("grants", ()), *refused)}), denied


@pytest.mark.parametrize("of", OF_SERVICES, ids=lambda of: of.id)
def test_the_role_must_trust_the_service(of: Technique) -> None:
    for given in gaining(of):
        others = tuple(each for each in given["trusts"] if each["trusted"] != of.trusted_service)
        assert len(others) < len(given["trusts"])
        assert not edges(of, {**given, "trusts": others})


@pytest.mark.parametrize(
    "of",
    [each for each in OF_SERVICES if each.needs_resource or each.category == "existing-passrole"],
    ids=lambda of: of.id,
)
def test_what_was_not_observed_is_never_taken_for_granted(of: Technique) -> None:
    for given in gaining(of):
        found = edges(of, {**given, "resources": ()})
        assert {edge.verdict for edge in found} == {"needs_resource"}
        assert all(edge.conditions[-1].startswith(("there is a ", "there is an ", "there is still")) for edge in found)


@pytest.mark.parametrize("of", [each for each in TECHNIQUES if each.applies_to], ids=lambda of: of.id)
def test_some_work_for_one_kind_of_identity_only(of: Technique) -> None:
    other = ROLE_ACTOR if "user" in of.applies_to else f"identity:aws/{HERE}/user/actor"
    for given in gaining(of):
        rows = tuple({**row, "identity": other} if row.get("identity") in ACTORS else row for row in given["grants"])
        assert not edges(of, {**given, "grants": rows})


@pytest.mark.parametrize("target", [PEOPLE, SERVICES], ids=["permission-set", "service-linked"])
def test_roles_of_services_and_permission_sets_are_not_changed_or_passed(target: Identity) -> None:
    actor = role("actor")
    values = actor, target, allow(actor, "iam:*Role*", "ssm:*"), trust(target, "ssm.amazonaws.com", "service")
    found = [edge for rule in RULES for edge in rule.derive(inventory(*values), knowledge())]
    assert target.id not in {edge.target for edge in found} | {edge.via for edge in found}
    assert {"iam-005", "iam-009"} <= {edge.technique for edge in found}, "its own role it does change"


def test_a_permission_set_does_not_change_itself() -> None:
    values = PEOPLE, allow(PEOPLE, "iam:PutRolePolicy", "iam:AttachRolePolicy")
    assert not [edge for rule in RULES for edge in rule.derive(inventory(*values), knowledge())]


def test_an_administrator_that_is_made_is_named_with_whom_it_is_made_of() -> None:
    actor = role("actor")
    values = actor, BOSS, allow(actor, "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", on=(BOSS.name or "",))
    found = [edge for edge in takes_over.EDGE.derive(inventory(*values), knowledge()) if edge.technique == "iam-021"]
    assert [(edge.target, edge.via) for edge in found] == [(f"identity:aws/{HERE}/administrator", BOSS.id)]


def test_what_runs_elsewhere_is_not_steered() -> None:
    actor = role("actor")
    values = actor, BOSS, trust(BOSS, "lambda.amazonaws.com", "service")

    def verdicts(account: str) -> set[str]:
        able = allow(actor, "lambda:UpdateFunctionCode", on=(f"arn:aws:lambda:eu-west-1:{account}:function:nightly",))
        found = passes_role.EDGE.derive(inventory(*values, able), knowledge())
        return {edge.verdict for edge in found if edge.technique == "lambda-003"}

    assert verdicts(HERE) == verdicts("*") == {"needs_resource"}
    assert verdicts("444455556666") == set()


def test_a_trust_that_one_writes_oneself_does_not_outweigh_a_deny() -> None:
    actor = user("actor")
    values = actor, BOSS, allow(BOSS, "*"), allow(actor, "iam:UpdateAssumeRolePolicy")
    ways = [edge.technique for edge in takes_over.EDGE.derive(inventory(*values), knowledge())]
    assert ways == ["iam-012"]
    assert not list(takes_over.EDGE.derive(inventory(*values, deny(actor, "sts:AssumeRole")), knowledge()))
