"""Whether assignments of Azure and what Entra gives allow something, one pitfall a case."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.model.inventory import Condition, Grant, Inventory, Link
from nhiassess.permissions.azure.entra import decide, held, in_directory, unknown_role
from nhiassess.permissions.azure.entra_names import GRAPH
from nhiassess.permissions.azure.evaluation import covers, path_of, permits, type_of
from nhiassess.permissions.permission import ANSWERS

ACTOR = "identity:azure/-/actor"
OWNER_ID = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
ASSIGN = "control:Microsoft.Authorization/roleAssignments/write"
RUN = "control:Microsoft.Compute/virtualMachines/runCommand/action"
SECRET = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"
SHOP = "subscriptions/s/resourcegroups/shop"
MACHINE = f"{SHOP}/providers/microsoft.compute/virtualmachines/web"


def assigned(*actions: str, on: str = "/subscriptions/s", id: str = "g", **more: object) -> Grant:
    return Grant(id, ACTOR, provider="azure", actions=actions, resources=(on,), **more)  # type: ignore[arg-type]  # fields of Grant by name


def decided(action: str, *grants: Grant, path: str = MACHINE) -> str:
    return decide(held(Inventory(grants=grants))[ACTOR], action, path).verdict


@pytest.mark.parametrize(
    ("scope", "path", "verdict"),
    [
        pytest.param("/subscriptions/s", MACHINE, "yes", id="a subscription takes in what is below"),
        pytest.param("/SUBSCRIPTIONS/S/resourcegroups/SHOP/", MACHINE, "yes", id="case and a last slash don't count"),
        pytest.param("/", MACHINE, "yes", id="the root takes in everything"),
        pytest.param("/subscriptions/s/resourceGroups/sho", MACHINE, "no", id="a name that another begins with"),
        pytest.param("/subscriptions/s/resourceGroups/shop", "subscriptions/s", "no", id="nothing flows up"),
        pytest.param(
            "/providers/Microsoft.Management/managementGroups/m", MACHINE, "unknown", id="what a management group holds"
        ),
        pytest.param(
            "/providers/Microsoft.Management/managementGroups/m",
            "providers/microsoft.management/managementgroups/m",
            "yes",
            id="a management group itself",
        ),
    ],
)
def test_scopes(scope: str, path: str, verdict: str) -> None:
    assert covers(assigned("role:Owner", on=scope), path).verdict == verdict


@pytest.mark.parametrize(
    ("grant", "action", "verdict"),
    [
        pytest.param(assigned(f"role:{OWNER_ID}"), ASSIGN, "yes", id="a built-in role by its id"),
        pytest.param(assigned("role:Owner"), ASSIGN, "yes", id="a built-in role by its name"),
        pytest.param(assigned("role:33333333-0000-0000-0000-000000000003", "role:Owner"), ASSIGN, "unknown",
                     id="the name of a built-in role beside another id"),
        pytest.param(assigned("role:Owner", "control:*/read"), ASSIGN, "no", id="a file outweighs a name"),
        pytest.param(assigned("role:Contributor"), ASSIGN, "no", id="contributors assign no roles"),
        pytest.param(assigned("role:Contributor"), RUN, "yes", id="contributors run commands"),
        pytest.param(assigned("role:Owner"), SECRET, "no", id="the control plane gives no data"),
        pytest.param(assigned("role:own", "data:*"), RUN, "no", id="the data plane gives no control"),
        pytest.param(assigned("role:own", "control:microsoft.COMPUTE/*/Action"), RUN, "yes", id="* across slashes"),
        pytest.param(assigned("role:own", "control:*", not_actions=("control:Microsoft.Compute/*",)), RUN, "no",
                     id="notActions take away"),
        pytest.param(assigned("role:own", "control:*", not_actions=("data:*",)), RUN, "yes",
                     id="notDataActions take nothing from the control plane"),
        pytest.param(assigned("role:night watch"), RUN, "unknown", id="a role that nobody describes"),
        pytest.param(assigned("directory_role:Global Administrator", on="/"), RUN, "no", id="a role of the directory"),
        pytest.param(assigned("role:Owner", conditions=(Condition("azure_abac", "expression", ("@Resource",)),)), RUN,
                     "conditional", id="a condition on attributes"),
        pytest.param(assigned("role:Owner", conditions=(Condition("activation", "eligible", ("approval",)),)), RUN,
                     "conditional", id="eligible, and not active"),
    ],
)  # fmt: skip
def test_roles(grant: Grant, action: str, verdict: str) -> None:
    assert permits(grant, action).verdict == verdict


def test_what_one_set_of_a_role_takes_another_may_give() -> None:
    less = assigned("role:own", "control:*", not_actions=("control:Microsoft.Compute/*",), id="g/0")
    assert decided(RUN, less) == "no"
    assert decided(RUN, less, assigned("role:own", "control:Microsoft.Compute/*", id="g/1")) == "yes"


def test_an_unresolved_scope_is_unknown_and_says_so() -> None:
    grant = replace(assigned("role:Owner"), resources=(), conditions=(Condition("resource", "resource not in scope"),))
    found = decide(held(Inventory(grants=(grant,)))[ACTOR], RUN, MACHINE)
    assert (found.verdict, found.conditions) == ("unknown", ("on what its role is assigned",))


@pytest.mark.parametrize(
    ("deny", "verdict"),
    [
        pytest.param(assigned("control:*", id="d", effect="deny"), "no", id="above"),
        pytest.param(assigned("control:*", on=f"/{SHOP}", id="d", effect="deny"), "no", id="between"),
        pytest.param(assigned("control:*", on="/subscriptions/t", id="d", effect="deny"), "yes", id="elsewhere"),
        pytest.param(assigned("control:*/write", id="d", effect="deny"), "yes", id="of another action"),
        pytest.param(assigned("data:*", id="d", effect="deny"), "yes", id="of the other plane"),
        pytest.param(assigned("control:*", id="d", effect="deny", conditions=(Condition("x", "time", ("night",)),)),
                     "conditional", id="under a condition"),
    ],
)  # fmt: skip
def test_deny_assignments(deny: Grant, verdict: str) -> None:
    assert decided(RUN, assigned("role:Owner"), deny) == verdict


def test_members_have_what_their_groups_have() -> None:
    team = replace(assigned("role:Owner"), identity="identity:azure/-/team")
    link = Link("l", ACTOR, "member_of", "identity:azure/-/team")
    holder = held(Inventory(grants=(team,), links=(link,)))[ACTOR]
    assert (holder.own, holder.allows) == ((), (team,))


@pytest.mark.parametrize(
    ("grant", "action", "verdict"),
    [
        pytest.param(assigned("directory_role:62e90394-69f5-4237-9190-012177145e10", on="directory:/"),
                     "directory_role:Global Administrator", "yes", id="a role by its id"),
        pytest.param(assigned("directory_role:GLOBAL ADMINISTRATOR", on="/"), "directory_role:Global Administrator",
                     "yes", id="a role by its name"),
        pytest.param(assigned("directory_role:User Administrator", on="directory:/administrativeUnits/u"),
                     "directory_role:User Administrator", "conditional", id="in one administrative unit"),
        pytest.param(assigned("directory_role:User Administrator", on="-"), "directory_role:User Administrator",
                     "conditional", id="where no file says for which part"),
        pytest.param(assigned("role:Global Administrator", on="/"), "directory_role:Global Administrator", "no",
                     id="a role of Azure of that name"),
        pytest.param(assigned(f"app_role:{GRAPH}/Application.ReadWrite.All"), "app_role:Application.ReadWrite.All",
                     "yes", id="a permission by its name"),
        pytest.param(assigned("app_role:99999999-0000-0000-0000-000000000009/1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
                     "app_role:Application.ReadWrite.All", "yes", id="the id of a permission tells whose it is"),
        pytest.param(assigned("app_role:99999999-0000-0000-0000-000000000009/Application.ReadWrite.All"),
                     "app_role:Application.ReadWrite.All", "no", id="another application's role of that name"),
        pytest.param(assigned(f"scope:{GRAPH}/1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
                     "app_role:Application.ReadWrite.All", "no", id="a delegated permission"),
        pytest.param(assigned(f"app_role:{GRAPH}/Application.ReadWrite.All",
                              conditions=(Condition("consent", "consent not in scope"),)),
                     "app_role:Application.ReadWrite.All", "unknown", id="asked for, and not known to be given"),
    ],
)  # fmt: skip
def test_the_directory(grant: Grant, action: str, verdict: str) -> None:
    assert in_directory(grant, action).verdict == verdict


def test_a_role_for_one_application_is_for_that_one() -> None:
    grant = assigned("directory_role:Application Administrator", on="directory:/one")
    action = "directory_role:Application Administrator"
    assert in_directory(grant, action, "identity:azure/-/one").verdict == "yes"
    assert in_directory(grant, action, "identity:azure/-/two").verdict == "no"
    assert in_directory(grant, action).verdict == "unknown"


@pytest.mark.parametrize(
    ("role", "verdict"),
    [
        ("Night Watch", "unknown"),
        ("11111111-0000-0000-0000-000000000001", "unknown"),
        ("Global Administrator", "no"),
        ("Directory Readers", "no"),
    ],
)
def test_roles_of_the_directory_that_no_list_knows(role: str, verdict: str) -> None:
    assert unknown_role(assigned(f"directory_role:{role}", on="/")).verdict == verdict


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("resource:azure/-", "microsoft.resources/"),
        ("resource:azure/subscriptions/s", "microsoft.resources/subscriptions"),
        ("resource:azure/subscriptions/s/resourceGroups/a/providers/Microsoft.Web/sites/x/slots/y",
         "microsoft.web/sites/slots"),
    ],
)  # fmt: skip
def test_types(id: str, kind: str) -> None:
    assert type_of(path_of(id) or "") == kind


ACTIONS = st.sampled_from(
    ["control:*", "control:*/write", "data:*", "control:Microsoft.Compute/*", ASSIGN, RUN, SECRET]
)
GRANTS = st.builds(
    lambda actions, less, on, open_: assigned(
        "role:own",
        *actions,
        on=on,
        not_actions=tuple(less),
        conditions=(Condition("azure_abac", "expression", ("x",)),) if open_ else (),
    ),
    st.lists(ACTIONS, max_size=2),
    st.lists(ACTIONS, max_size=1),
    st.sampled_from(["/", "/subscriptions/s", f"/{SHOP}", "/subscriptions/t"]),
    st.booleans(),
)


@given(st.lists(GRANTS, min_size=1, max_size=4), GRANTS, st.sampled_from([ASSIGN, RUN, SECRET]))
def test_a_deny_never_adds_and_removing_an_assignment_never_does(grants: list[Grant], deny: Grant, action: str) -> None:
    before = ANSWERS.index(decided(action, *grants))
    assert ANSWERS.index(decided(action, *grants, replace(deny, effect="deny"))) >= before
    for each in range(1, len(grants)):
        assert ANSWERS.index(decided(action, *grants[:each], *grants[each + 1 :])) >= before


@given(st.lists(GRANTS, min_size=1, max_size=3), st.sampled_from([ASSIGN, RUN, SECRET]))
def test_the_order_does_not_matter(grants: list[Grant], action: str) -> None:
    assert len({decided(action, *each) for each in permutations(grants)}) == 1


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_answered(stated: str, scope: str) -> None:
    grant = assigned(f"role:{stated}", f"control:{stated}", f"directory_role:{stated}", f"app_role:{stated}", on=scope)
    assert decided(RUN, grant) in ANSWERS
    assert in_directory(grant, "directory_role:Global Administrator").verdict in ANSWERS
    assert unknown_role(grant).verdict in ANSWERS
