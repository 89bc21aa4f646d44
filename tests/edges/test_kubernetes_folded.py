"""Gaining any service account of a namespace is gaining each of them: nothing is lost or added by saying it once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.edges import kubernetes_escalates, kubernetes_one_of
from nhiassess.joins.whole_namespaces import JOIN
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Inventory, Link, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import VERDICTS, Edge
from nhiassess.permissions.kubernetes.gains import by_rules
from nhiassess.shelf import knowledge

KNOWN = Knowledge(techniques=tuple(each for each in knowledge().techniques if each.domain == "kubernetes"))
ACCOUNTS = [
    Identity(f"identity:kubernetes/-/{where}/a{number}", "service_account", f"{where}/a{number}", "kubernetes")
    for where, count in (("shop", 13), ("bank", 2))
    for number in range(count)
]
ACTIONS = sorted({e.action for of in KNOWN.techniques for required in of.requires for e in required if by_rules(of)})
NAMES = ("a0", "a1", "token", "cluster-admin", "system:serviceaccount:shop:a2", "system:serviceaccount:bank:a1", "op")


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    actor = draw(st.sampled_from(ACCOUNTS[:2]))
    role = draw(st.sampled_from(("Role/a0", "ClusterRole/token", "ClusterRole/edit", "ClusterRole/unseen")))
    actions = tuple(draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4, unique=True)))
    where = draw(st.sampled_from(("cluster", "namespace/shop", "namespace/bank")))
    names = tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)))
    conditions = (Condition("resourceNames", "name", names),) if names else ()
    if role in ("ClusterRole/edit", "ClusterRole/unseen"):
        actions, conditions = (), (Condition("role", "role not in scope"),)
    id = f"grant:{actor.name}/{role}/{where}/{'+'.join(actions)}/{'+'.join(names)}"
    return Grant(id, actor.id, provider="kubernetes", policy=role, actions=actions, resources=(where,),
                 conditions=conditions)  # fmt: skip


@st.composite
def clusters(draw: st.DrawFn) -> Inventory:
    pod = Resource("resource:kubernetes/-/shop/pod/p", "pod", "shop/p", "kubernetes")
    secret = Resource("resource:kubernetes/-/shop/secret/token", "secret", "shop/token", "kubernetes")
    token = Credential("credential:token")
    running = draw(st.lists(st.sampled_from(ACCOUNTS), max_size=4, unique=True))
    links = [Link(f"runs {each.id}", pod.id, "runs_as", each.id) for each in running]
    links += [Link("yields", secret.id, "yields", token.id)]
    links += [Link("proves", token.id, "authenticates_as", draw(st.sampled_from(ACCOUNTS)).id)]
    found = draw(st.lists(grants(), min_size=1, max_size=4, unique_by=lambda each: each.id))
    resources = draw(st.sampled_from(((pod, secret), (secret,))))
    users = (Identity("identity:kubernetes/-/-/user:op", "user", "op", "kubernetes"),)
    return Inventory(identities=(*ACCOUNTS, *users), grants=tuple(found), resources=resources, credentials=(token,),
                     links=tuple(links))  # fmt: skip


def strongest(edges: Iterable[Edge]) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for each in edges:
        key = (each.source, each.technique or "", each.target)
        if each.source != each.target:
            found[key] = min(found.get(key, each.verdict), each.verdict, key=VERDICTS.index)
    return found


def spelt_out(inventory: Inventory) -> list[Edge]:
    edges = list(kubernetes_escalates.EDGE.derive(inventory, KNOWN))
    stands: dict[str, list[str]] = {}
    for each in kubernetes_one_of.EDGE.derive(inventory, KNOWN):
        stands.setdefault(each.source, []).append(each.target)
    found = []
    while edges:
        each = edges.pop()
        if each.target in stands or "/*" in each.target:
            edges += [
                Edge("", each.source, each.verb, one, "", each.verdict, technique=each.technique)
                for one in stands.get(each.target, ())
            ]
        else:
            found.append(each)
    return found


@settings(deadline=None, max_examples=150)
@given(clusters())
def test_what_is_told_at_once_says_the_same(inventory: Inventory) -> None:
    assert JOIN.join(inventory, KNOWN).identities != inventory.identities
    assert strongest(spelt_out(JOIN.join(inventory, KNOWN))) == strongest(spelt_out(inventory))


@settings(deadline=None, max_examples=60)
@given(clusters())
def test_order_of_rules_does_not_matter(inventory: Inventory) -> None:
    turned = replace(inventory, grants=inventory.grants[::-1])
    assert strongest(spelt_out(turned)) == strongest(spelt_out(inventory))


def test_many_accounts_give_few_edges() -> None:
    actor = ACCOUNTS[0]
    rule = Grant("grant:g", actor.id, provider="kubernetes", policy="ClusterRole/runs", actions=("create:core/pods",),
                 resources=("cluster",))  # fmt: skip
    joined = JOIN.join(Inventory(identities=tuple(ACCOUNTS), grants=(rule,)), KNOWN)
    edges = [each for each in kubernetes_escalates.EDGE.derive(joined, KNOWN) if each.technique == "POD_CREATE"]
    assert [(each.target, each.verdict) for each in edges] == [("identity:kubernetes/-/-/*", "yes")]
    assert edges[0].reason == "may create pods, and so act as any service account of the cluster (POD_CREATE)"
    further = kubernetes_one_of.EDGE.derive(joined, KNOWN)
    onward = {each.target: each.reason for each in further if each.source == edges[0].target}
    assert onward["identity:kubernetes/-/bank/a1"] == "bank/a1 is one of them"
    assert onward["identity:kubernetes/-/shop/*"] == "any service account of shop is one of them"
