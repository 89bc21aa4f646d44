"""From manifests to answers: cases worked by hand."""

from __future__ import annotations

import json

import pytest

from nhiassess.joins.service_account import JOIN
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.permissions.administrators import administrators
from nhiassess.permissions.kubernetes.evaluation import bound, decide
from tests.sources.test_kubernetes import read

API = "identity:kubernetes/-/shop/api"
HEAD = "apiVersion: rbac.authorization.k8s.io/v1\n"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: shop}\n"
SUBJECT = "{kind: ServiceAccount, name: api, namespace: shop}"


def role(name: str, rules: str = "", more: str = "", labels: str = "", namespace: str = "") -> str:
    kind, where = ("Role", f", namespace: {namespace}") if namespace else ("ClusterRole", "")
    marked = f", labels: {labels}" if labels else ""
    body = f"rules: [{rules}]\n" if rules else ""
    return f"{HEAD}kind: {kind}\nmetadata: {{name: {name}{where}{marked}}}\n{body}{more}"


def rule(verbs: str, resources: str, names: str = "", groups: str = '""') -> str:
    limited = f", resourceNames: [{names}]" if names else ""
    return f"{{apiGroups: [{groups}], resources: [{resources}], verbs: [{verbs}]{limited}}}"


def binding(to: str, kind: str = "ClusterRole", namespace: str = "", subject: str = SUBJECT) -> str:
    of, where = ("RoleBinding", f", namespace: {namespace}") if namespace else ("ClusterRoleBinding", "")
    head = f"{HEAD}kind: {of}\nmetadata: {{name: b{where}}}\n"
    return f"{head}roleRef: {{kind: {kind}, name: {to}}}\nsubjects: [{subject}]\n"


def group(name: str) -> str:
    return binding("r", subject=f"{{kind: Group, name: 'system:{name}'}}")


def urls(path: str, verb: str = "get") -> str:
    return role("r", f'{{nonResourceURLs: ["{path}"], verbs: ["{verb}"]}}')


def expression(operator: str, values: str = "", key: str = "to", labels: str = "") -> str:
    listed = f", values: [{values}]" if values else ""
    return gathers(f"{{{labels}matchExpressions: [{{key: {key}, operator: {operator}{listed}}}]}}")


def added(to: str, rules: str) -> str:
    return role("r", rules, labels=f'{{rbac.authorization.k8s.io/aggregate-to-{to}: "true"}}')


def gathers(selector: str) -> str:
    return f"aggregationRule: {{clusterRoleSelectors: [{selector}]}}\n"


def cluster(*objects: str) -> Inventory:
    return JOIN.join(read({"all.yaml": "---\n".join((ACCOUNT, *objects))}), Knowledge())


READS = rule("get", "secrets")
PART = role("part", READS, labels="{to: sum, tier: one}")
SUM = binding("sum")
R = role("r", READS)
GET, LIST = "get:core/secrets", "list:core/secrets"
METRICS, CPU = "get:nonResourceURLs/metrics", "get:nonResourceURLs/metrics/cpu"
CASES = [
    # name of the case, objects, action, namespace, name of the object, answer
    (
        "a role counts in its namespace",
        (role("r", READS, namespace="shop"), binding("r", "Role", "shop")),
        GET,
        "shop",
        None,
        "yes",
    ),
    (
        "a role counts in no other",
        (role("r", READS, namespace="shop"), binding("r", "Role", "shop")),
        GET,
        "bank",
        None,
        "no",
    ),
    (
        "a role of another namespace is not named",
        (role("r", READS, namespace="bank"), binding("r", "Role", "shop")),
        GET,
        "shop",
        None,
        "unknown",
    ),
    ("a cluster role counts where it is bound", (R, binding("r", namespace="shop")), GET, "bank", None, "no"),
    ("a cluster role that is bound everywhere", (R, binding("r")), GET, "bank", None, "yes"),
    (
        "a role can't be bound everywhere",
        (role("r", READS, namespace="default"), binding("r", "Role")),
        GET,
        "default",
        None,
        "no",
    ),
    (
        "an account of another namespace",
        (R, binding("r", subject="{kind: ServiceAccount, name: api, namespace: bank}")),
        GET,
        "shop",
        None,
        "no",
    ),
    (
        "an account by its user name",
        (R, binding("r", subject="{kind: User, name: 'system:serviceaccount:shop:api'}")),
        GET,
        "shop",
        None,
        "yes",
    ),
    ("the group of all accounts", (R, group("serviceaccounts")), GET, "shop", None, "yes"),
    ("the group of a namespace's accounts", (R, group("serviceaccounts:shop")), GET, "bank", None, "yes"),
    ("the group of another namespace's accounts", (R, group("serviceaccounts:bank")), GET, "shop", None, "no"),
    ("everybody who shows who it is", (R, group("authenticated")), GET, "shop", None, "yes"),
    ("those who do not", (R, group("unauthenticated")), GET, "shop", None, "no"),
    (
        "the object that a rule names",
        (role("r", rule("get", "secrets", "one")), binding("r")),
        GET,
        "shop",
        "one",
        "yes",
    ),
    (
        "an object that it does not name",
        (role("r", rule("get", "secrets", "one")), binding("r")),
        GET,
        "shop",
        "two",
        "no",
    ),
    (
        "creating what a rule names",
        (role("r", rule("create", "secrets", "one")), binding("r")),
        "create:core/secrets",
        "shop",
        "one",
        "no",
    ),
    ("a path below an URL with a star", (urls("/metrics/*"), binding("r")), CPU, None, None, "yes"),
    ("the URL without what is below it", (urls("/metrics"), binding("r")), CPU, None, None, "no"),
    ("every URL", (urls("*", "*"), binding("r")), METRICS, None, None, "yes"),
    (
        "every resource is no URL",
        (role("r", rule('"*"', '"*"', groups='"*"')), binding("r")),
        METRICS,
        None,
        None,
        "no",
    ),
    ("every URL is no resource", (urls("*", "*"), binding("r")), GET, None, None, "no"),
    ("a URL in a namespace", (urls("*", "*"), binding("r", namespace="shop")), METRICS, None, None, "no"),
    ("gathered by label", (role("sum", more=gathers("{matchLabels: {to: sum}}")), PART, SUM), GET, "shop", None, "yes"),
    (
        "one of two labels",
        (role("sum", more=gathers("{matchLabels: {to: sum, tier: two}}")), PART, SUM),
        GET,
        "shop",
        None,
        "no",
    ),
    (
        "one of two selectors",
        (role("sum", more=gathers("{matchLabels: {to: x}}, {matchLabels: {to: sum}}")), PART, SUM),
        GET,
        "shop",
        None,
        "yes",
    ),
    ("an expression: in", (role("sum", more=expression("In", "a, sum")), PART, SUM), GET, "shop", None, "yes"),
    ("an expression: not in", (role("sum", more=expression("NotIn", "sum")), PART, SUM), GET, "shop", None, "no"),
    ("an expression: exists", (role("sum", more=expression("Exists")), PART, SUM), GET, "shop", None, "yes"),
    ("an expression: does not", (role("sum", more=expression("DoesNotExist")), PART, SUM), GET, "shop", None, "no"),
    (
        "label and expression together",
        (role("sum", more=expression("In", "two", "tier", "matchLabels: {to: sum}, ")), PART, SUM),
        GET,
        "shop",
        None,
        "no",
    ),
    (
        "gathered by one that is gathered",
        (
            role("sum", more=gathers("{matchLabels: {to: mid}}")),
            role("mid", more=gathers("{matchLabels: {to: sum}}"), labels="{to: mid}"),
            PART,
            SUM,
        ),
        GET,
        "shop",
        None,
        "yes",
    ),
    (
        "in a circle",
        (
            role("sum", more=gathers("{matchLabels: {to: mid}}"), labels="{to: sum}"),
            role("mid", READS, gathers("{matchLabels: {to: sum}}"), "{to: mid}"),
            SUM,
        ),
        GET,
        "shop",
        None,
        "yes",
    ),
    (
        "a role of a namespace is never gathered",
        (
            role("sum", more=gathers("{matchLabels: {to: sum}}")),
            role("r", READS, labels="{to: sum}", namespace="shop"),
            SUM,
        ),
        GET,
        "shop",
        None,
        "no",
    ),
    ("what is added to view", (added("view", rule("list", "secrets")), binding("view")), LIST, "shop", None, "yes"),
    (
        "what is added to view is in admin",
        (added("view", rule("escalate", "roles")), binding("admin")),
        "escalate:core/roles",
        "shop",
        None,
        "yes",
    ),
    ("what is added to admin is not in view", (added("admin", READS), binding("view")), GET, "shop", None, "no"),
    ("edit as it is shipped", (binding("edit", namespace="shop"),), GET, "shop", None, "conditional"),
    ("a role that nobody defines", (binding("gone", namespace="shop"),), GET, "shop", None, "unknown"),
    ("a role that nobody defines, elsewhere", (binding("gone", namespace="shop"),), GET, "bank", None, "no"),
    ("the administrator of a namespace", (binding("cluster-admin", namespace="shop"),), GET, "shop", None, "yes"),
    (
        "the administrator of a namespace, elsewhere",
        (binding("cluster-admin", namespace="shop"),),
        GET,
        None,
        None,
        "no",
    ),
    ("a namespace that is called as the whole", (R, binding("r", namespace="cluster")), GET, None, None, "no"),
]


@pytest.mark.parametrize(
    ("objects", "action", "namespace", "name", "answer"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_cases(objects: tuple[str, ...], action: str, namespace: str | None, name: str | None, answer: str) -> None:
    assert decide(bound(cluster(*objects)).get(API, ()), action, namespace, name).verdict == answer


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ((binding("gone"),), "ClusterRole gone, which ClusterRoleBinding b refers to, is not in scope"),
        ((binding("r", "Role"),), "a ClusterRoleBinding names a ClusterRole only, and b names Role r"),
        (
            (role("sum", more=expression("Like", "a")),),
            "which roles it gathers can't be told from its selectors",
        ),
        ((role("sum", more=gathers("everything")),), "which roles it gathers can't be told from its selectors"),
    ],
    ids=["no such role", "a role everywhere", "an operator that is none", "a selector that is none"],
)
def test_what_does_not_hold_is_named(objects: tuple[str, ...], reason: str) -> None:
    assert [each.reason for each in cluster(*objects).skipped] == [reason]


@pytest.mark.parametrize(
    ("objects", "verdict"),
    [
        ((binding("cluster-admin"),), "yes"),
        ((binding("cluster-admin", namespace="shop"),), None),
        ((role("r", rule('"*"', '"*"', groups='"*"')), binding("r")), "yes"),
        ((role("r", rule('"*"', '"*"', "one", groups='"*"')), binding("r")), None),
        ((role("r", rule("watch", "secrets")), binding("r")), "yes"),
        ((role("r", rule("watch", "secrets", "one")), binding("r")), None),
        ((binding("edit"),), "conditional"),
        ((binding("cluster-admin", subject="{kind: Group, name: 'system:serviceaccounts:shop'}"),), "yes"),
    ],
    ids=[
        "everything everywhere",
        "everything in a namespace",
        "a role of everything",
        "everything, but of one name",
        "all secrets",
        "one secret",
        "edit everywhere",
        "by its group",
    ],
)
def test_administrators(objects: tuple[str, ...], verdict: str | None) -> None:
    found = administrators(cluster(*objects)).get(API)
    assert (found.decision.verdict if found else None) == verdict


def test_ten_thousand_rules_are_all_read() -> None:
    many = [{"apiGroups": ["example.com"], "resources": [f"things{n}"], "verbs": ["get"]} for n in range(10_000)]
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}}
    inventory = read({"role.json": json.dumps({**head, "rules": many}), "b.yaml": binding("r")})
    assert len(inventory.grants) == 10_000
    assert decide(bound(inventory)[API], "get:example.com/things9999").verdict == "yes"
    assert decide(bound(inventory)[API], "get:example.com/things10000").verdict == "no"
