"""Relations that files state become edges with their reason, gate, conditions and places."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import pytest

from nhiassess import edges
from nhiassess.edges.edge import EdgeRule
from nhiassess.model.inventory import Gate, Identity, Inventory, Link, Location
from nhiassess.model.knowledge import Knowledge
from nhiassess.network.build import TRIPLES, build
from tests.analysis.estates import KINDS

RULES: tuple[EdgeRule, ...] = tuple(
    module.EDGE
    for each in iter_modules(edges.__path__)
    if hasattr(module := import_module(f"{edges.__name__}.{each.name}"), "EDGE")
)
# what a file states becomes an edge as it stands; a federation is first held against the trust
STATED = {
    "invokes": "invokes",
    "served_by": "invokes",
    "holds": "holds",
    "yields": "holds",
    "authenticates_as": "authenticates",
    "runs_as": "authenticates",
    "member_of": "member_of",
    "delegates_to": "delegates",
    "taints": "taints",
    "triggers": "taints",
    "sends_to": "taints",
    "can_change": "defines",
    "defines": "defines",
    "executes_on": "ambient",
    "assumes": "assigned",
    "escalates_to": "assigned",
    "granted": "assigned",
    "reads": "assigned",
    "writes": "assigned",
    "administers": "assigned",
}
PLACE = (Location("plan.yaml", 4, 2),)
GATE = Gate("human_approval", "gateway", "security")
ENDS = [
    (verb, source, target)
    for verb in STATED
    for source, target in product(*map(sorted, TRIPLES[verb]))
    if verb != "executes_on" or source != "grant"
]


@pytest.mark.parametrize(("verb", "source", "target"), ENDS, ids=lambda word: word)
def test_one_rule_makes_one_legal_edge(verb: str, source: str, target: str) -> None:
    link = Link("l", f"{source}:one", verb, f"{target}:two", locations=PLACE)
    ends = [KINDS[each.split(":")[0]] for each in (link.source, link.target)]
    tables: dict[str, tuple[object, ...]] = {}
    for (table, kind), id in zip(ends, (link.source, link.target), strict=True):
        tables[table] = (*tables.get(table, ()), kind(id))
    where = Inventory(links=(link,), **tables)  # type: ignore[arg-type]  # tables by name
    found = {rule.name: made for rule in RULES if (made := list(rule.derive(where, Knowledge())))}
    assert set(found) == {STATED[verb]}
    (edge,) = found[STATED[verb]]
    assert (edge.source, edge.verb, edge.target, edge.verdict, edge.gate) == (
        link.source,
        verb,
        link.target,
        "yes",
        None,
    )
    assert (edge.locations, edge.id) == (PLACE, f"{link.source}|{edge.key}|{link.target}")
    assert build(where, (edge,), Knowledge()).has_edge(link.source, link.target, edge.key)


@pytest.mark.parametrize("verb", STATED)
def test_words_gate_and_conditions_of_the_file_are_kept(verb: str) -> None:
    sources, targets = TRIPLES[verb]
    source = min(sources - {"grant"} or sources)
    plain = Link("l", f"{source}:one", verb, f"{min(targets)}:two", locations=PLACE)
    stated = replace(plain, reason="as the plan says", gate=GATE, conditions=("it is switched on",))
    rule = next(each for each in RULES if each.name == STATED[verb])
    (edge,) = rule.derive(Inventory(links=(stated,)), Knowledge())
    assert (edge.reason, edge.gate, edge.verdict) == ("as the plan says", GATE, "conditional")
    assert edge.conditions == stated.conditions
    (bare,) = rule.derive(Inventory(links=(plain,)), Knowledge())
    assert bare.reason
    assert bare.reason != stated.reason
    assert "{" not in bare.reason


def test_every_verb_of_files_has_its_rule() -> None:
    assert {rule.name for rule in RULES} >= set(STATED.values())
    held_against_trusts = {"federates_to"}
    of_knowledge = {"tests", "maps_to", "mitigates", "relates_to", "observed_on"}
    read_by_others = {"sets"}  # what is set on a pod decides how its containers leave it
    assert set(TRIPLES) - set(STATED) - held_against_trusts - read_by_others == of_knowledge


def test_a_permission_set_is_the_role_that_stands_for_it_in_its_account() -> None:
    permission_set = Identity("identity:aws/111122223333/permission_set/Ops_Read")
    reserved = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_Read_0123456789abcdef"
    role, other = (Identity(f"identity:aws/{account}/{reserved}") for account in ("111122223333", "444455556666"))
    rule = next(each for each in RULES if each.name == "assigned")
    (edge,) = rule.derive(Inventory(identities=(permission_set, role, other)), Knowledge())
    assert (edge.source, edge.verb, edge.target, edge.verdict) == (permission_set.id, "assumes", role.id, "yes")


def test_a_member_of_a_group_of_a_cluster_is_a_member() -> None:
    account = Identity("identity:kubernetes/-/shop/api", kind="service_account")
    link = Link("l", account.id, "member_of", "identity:kubernetes/-/-/group:system:serviceaccounts", locations=PLACE)
    rule = next(each for each in RULES if each.name == "member_of")
    assert [edge.target for edge in rule.derive(Inventory(identities=(account,), links=(link,)), Knowledge())] == [
        link.target
    ]
