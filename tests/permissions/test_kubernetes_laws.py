"""Laws of the rules of a cluster: fewer allow less, and their order says nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.model.inventory import Condition, Grant
from nhiassess.permissions.kubernetes.evaluation import by_action, decide
from nhiassess.permissions.permission import ANSWERS

API = "identity:kubernetes/-/shop/api"
VERBS, RESOURCES = ("get", "create", "*"), ("secrets", "pods", "pods/exec", "*", "*/exec")
ASKED = [f"{verb}:{group}/{what}" for verb in VERBS[:2] for group in ("core", "apps") for what in RESOURCES[:3]]


@st.composite
def rules(draw: st.DrawFn) -> Grant:
    pick = st.sampled_from
    actions = tuple(
        f"{draw(pick(VERBS))}:{draw(pick(('core', 'apps', '*')))}/{draw(pick(RESOURCES))}" for _ in range(2)
    )
    names, where = draw(st.sampled_from(((), ("one",), ("two",)))), draw(st.sampled_from(("cluster", "namespace/shop")))
    conditions = (Condition("resourceNames", "name", names),) if names else ()
    policy = draw(st.sampled_from(("Role/a", "ClusterRole/edit", "ClusterRole/gone")))
    if policy != "Role/a":
        actions, conditions = (), (Condition("role", "role not in scope"),)
    return Grant(
        f"grant:{where}{policy}{actions}{names}", API, provider="kubernetes", policy=policy, actions=actions,
        resources=(where,), conditions=conditions,
    )  # fmt: skip


QUESTIONS = st.tuples(st.sampled_from(ASKED), st.sampled_from((None, "shop", "bank")), st.sampled_from((None, "one")))


@settings(deadline=None)
@given(st.lists(rules(), max_size=5), QUESTIONS, st.data())
def test_a_rule_less_never_allows_more_and_order_never_matters(
    found: list[Grant], question: tuple[str, str | None, str | None], data: st.DataObject
) -> None:
    verdict = decide(found, *question).verdict
    assert decide(data.draw(st.permutations(found)), *question).verdict == verdict
    for number in range(len(found)):
        less = decide(found[:number] + found[number + 1 :], *question).verdict
        assert ANSWERS.index(less) >= ANSWERS.index(verdict)


@settings(deadline=None)
@given(st.lists(rules(), max_size=5), QUESTIONS)
def test_rules_by_action_answer_as_all_rules_do(
    found: list[Grant], question: tuple[str, str | None, str | None]
) -> None:
    action, namespace, name = question
    by = by_action(found, frozenset(ASKED))
    counting = (
        *by.get((action, "cluster"), ()),
        *(by.get((action, f"namespace/{namespace}"), ()) if namespace else ()),
    )
    known = [each for each in found if each.policy != "ClusterRole/gone"]
    assert decide(counting, *question).verdict == decide(known, action, namespace, name).verdict
